#include "engine/train/partners.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

struct partner {
    uint32_t skill;
    uint64_t weight;
};

/* Both directions of pairs, by skill. */
struct sides {
    size_t *start; /* [rows + 1] */
    struct partner *partner;
};

struct ranked {
    uint32_t skill;
    double cosine;
};

struct bench {
    const struct inc_space *s;
    struct sides test, known;
    uint32_t *candidate; /* [n] ascending */
    uint32_t n;
    struct ranked *order;    /* [n] */
    unsigned char *excluded; /* [rows] */
    unsigned char *relevant; /* [rows] */
};

static void
sides_release(struct sides *x)
{
    inc_mem_free(x->start);
    inc_mem_free(x->partner);
}

static enum inc_status
sides_make(struct sides *out, const struct inc_pairs *p, uint32_t rows)
{
    out->start = inc_mem_zero((size_t)rows + 2, sizeof *out->start);
    out->partner = inc_mem_zero(2 * p->count, sizeof *out->partner);
    if (out->start == NULL || out->partner == NULL)
        return INC_E_NOMEM;
    for (size_t i = 0; i < p->count; i++) {
        out->start[p->pair[i].a + 2]++;
        out->start[p->pair[i].b + 2]++;
    }
    for (uint32_t i = 1; i <= rows; i++)
        out->start[i + 1] += out->start[i];
    for (size_t i = 0; i < p->count; i++) {
        const struct inc_pair *q = &p->pair[i];
        out->partner[out->start[q->a + 1]++] =
            (struct partner){q->b, q->weight};
        out->partner[out->start[q->b + 1]++] =
            (struct partner){q->a, q->weight};
    }
    return INC_OK;
}

static int
by_weight(const void *one, const void *other)
{
    const struct partner *x = one, *y = other;

    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->skill < y->skill ? -1 : x->skill > y->skill;
}

static int
by_cosine(const void *one, const void *other)
{
    const struct ranked *x = one, *y = other;

    if (x->cosine != y->cosine)
        return x->cosine > y->cosine ? -1 : 1;
    return x->skill < y->skill ? -1 : x->skill > y->skill;
}

/* Both products are exact integers; so the order is the same everywhere. */
static double
cosine(const struct inc_space *s, uint32_t a, uint32_t b)
{
    const int8_t *x = inc_space_row(s, a), *y = inc_space_row(s, b);
    double norms = (double)inc_space_norm2(s, a) * inc_space_norm2(s, b);
    int32_t dot = 0;

    for (uint32_t k = 0; k < inc_space_dim(s); k++)
        dot += x[k] * y[k];
    return norms > 0 ? dot / sqrt(norms) : 0;
}

/* Expected average precision of r relevant ones in n places. */
static double
by_chance(uint32_t n, uint32_t r)
{
    double harmonic = 0;

    for (uint32_t i = 1; i <= n; i++)
        harmonic += 1.0 / i;
    if (n < 2)
        return n;
    return (harmonic + (r - 1.0) / (n - 1.0) * (n - harmonic)) / n;
}

static void
score_skill(struct inc_partners *out, struct bench *b, uint32_t skill)
{
    struct partner *mine = b->test.partner + b->test.start[skill];
    size_t n = b->test.start[skill + 1] - b->test.start[skill];
    uint32_t places = 0, found = 0;
    double sum = 0;

    qsort(mine, n, sizeof *mine, by_weight);
    if (n > INC_PARTNERS)
        n = INC_PARTNERS;
    for (size_t i = 0; i < n; i++)
        b->relevant[mine[i].skill] = 1;
    b->excluded[skill] = 1;
    for (size_t i = b->known.start[skill]; i < b->known.start[skill + 1]; i++)
        b->excluded[b->known.partner[i].skill] = 1;
    for (uint32_t i = 0; i < b->n; i++)
        if (!b->excluded[b->candidate[i]])
            b->order[places++] = (struct ranked){
                b->candidate[i], cosine(b->s, skill, b->candidate[i])};
    qsort(b->order, places, sizeof *b->order, by_cosine);
    for (uint32_t i = 0; i < places; i++)
        if (b->relevant[b->order[i].skill])
            sum += ++found / (i + 1.0);
    out->map += sum / (double)n;
    out->chance += by_chance(places, (uint32_t)n);
    out->skills++;
    for (size_t i = 0; i < n; i++)
        b->relevant[mine[i].skill] = 0;
    b->excluded[skill] = 0;
    for (size_t i = b->known.start[skill]; i < b->known.start[skill + 1]; i++)
        b->excluded[b->known.partner[i].skill] = 0;
}

/* Both are ascending. */
static int
share_a_pair(const struct inc_pairs *x, const struct inc_pairs *y)
{
    size_t i = 0, j = 0;

    while (i < x->count && j < y->count) {
        const struct inc_pair *p = &x->pair[i], *q = &y->pair[j];
        if (p->a == q->a && p->b == q->b)
            return 1;
        if (p->a < q->a || (p->a == q->a && p->b < q->b))
            i++;
        else
            j++;
    }
    return 0;
}

static enum inc_status
prepare(struct bench *b, const struct inc_space *s,
        const struct inc_pairs *test, const struct inc_pairs *known)
{
    uint32_t rows = inc_space_rows(s);
    enum inc_status st = INC_OK;

    b->s = s;
    INC_TRY(sides_make(&b->test, test, rows));
    INC_TRY(sides_make(&b->known, known, rows));
    b->candidate = inc_mem_zero(rows, sizeof *b->candidate);
    b->order = inc_mem_zero(rows, sizeof *b->order);
    b->excluded = inc_mem_zero(rows, 1);
    b->relevant = inc_mem_zero(rows, 1);
    if (b->candidate == NULL || b->order == NULL || b->excluded == NULL ||
        b->relevant == NULL)
        return INC_E_NOMEM;
    for (uint32_t i = 0; i < rows; i++)
        if (b->test.start[i + 1] > b->test.start[i])
            b->candidate[b->n++] = i;
out:
    return st;
}

enum inc_status
inc_partners_score(struct inc_partners *out, const struct inc_space *s,
                   const struct inc_pairs *test, const struct inc_pairs *known,
                   struct inc_err *err)
{
    static const struct inc_pairs none = {0};
    enum inc_status st = INC_OK;
    struct inc_partners sum = {0};
    struct bench b = {0};

    if (known == NULL)
        known = &none;
    if (test->count == 0 || share_a_pair(test, known)) {
        st = inc_fail(err, INC_E_RANGE, 0,
                      test->count == 0 ? "there is no pair to test with"
                                       : "a pair is both known and asked for");
        inc_err_hint(err, "split the table: a pair is in one half only");
        goto out;
    }
    st = prepare(&b, s, test, known);
    if (st != INC_OK) {
        (void)inc_fail(err, st, 0, "no memory to rank partners");
        goto out;
    }
    for (uint32_t i = 0; i < b.n; i++)
        score_skill(&sum, &b, b.candidate[i]);
    sum.candidates = b.n;
    sum.map /= sum.skills;
    sum.chance /= sum.skills;
    *out = sum;
out:
    sides_release(&b.test);
    sides_release(&b.known);
    inc_mem_free(b.candidate);
    inc_mem_free(b.order);
    inc_mem_free(b.excluded);
    inc_mem_free(b.relevant);
    return st;
}

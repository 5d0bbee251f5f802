/* Integers only: the same trades on every machine. */
#include "engine/space/trades.h"

#include <string.h>

#include "engine/base/check.h"
#include "engine/base/intmath.h"
#include "engine/base/mem.h"
#include "engine/space/inside.h"

enum {
    SHIFT = 16,       /* x is in 1/65536 of a hit over a root */
    TOUCHED = 4096,   /* occupations noted while adding, at most */
    FULL = 10000,     /* length of a list of trades, and of likeness */
    SHARPNESS = 1000, /* r of the nearest trade */
};

_Static_assert((uint64_t)INC_TRADE_ROWS_MAX *INC_IDF_MAX *INC_IDF_MAX <=
                   UINT32_MAX,
               "hits and the sums under the roots fit uint32_t");

static uint32_t
weight2(const struct inc_space *s, uint32_t skill)
{
    uint32_t idf = inc_space_idf(s, skill);

    return idf * idf;
}

/* The lists of the artefact's rows in the order of the skills. */
static void
take_lists(struct inc_space *s, const struct inc_artefact *a,
           const uint32_t *row_of)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < s->rows; i++) {
        if (row_of[i] != INC_SPACE_NO_ROW) {
            uint32_t from = a->row_start[row_of[i]];
            uint32_t n = a->row_start[row_of[i] + 1] - from;
            memcpy(s->list + at, a->row_occupations + from,
                   n * sizeof *s->list);
            at += n;
        }
        s->list_start[i + 1] = at;
    }
}

static void
take_uris(struct inc_space *s, const struct inc_artefact *a)
{
    char *at = s->occupation_text;

    for (uint32_t o = 0; o < s->occupations; o++) {
        size_t len = strlen(a->occupation_uris[o]) + 1;
        memcpy(at, a->occupation_uris[o], len);
        s->occupation_uris[o] = at;
        at += len;
    }
}

static void
make_roots(struct inc_space *s)
{
    for (uint32_t i = 0; i < s->rows; i++)
        for (uint32_t k = s->list_start[i]; k < s->list_start[i + 1]; k++)
            s->root[s->list[k]] += weight2(s, i);
    for (uint32_t o = 0; o < s->occupations; o++)
        s->root[o] = (uint32_t)inc_isqrt((uint64_t)s->root[o] << SHIFT);
}

enum inc_status
inc_space_bind_trades(struct inc_space *s, const struct inc_artefact *a,
                      const uint32_t *row_of, struct inc_err *err)
{
    size_t text = 0;

    for (uint32_t o = 0; o < a->n_occupations; o++)
        text += strlen(a->occupation_uris[o]) + 1;
    s->occupations = a->n_occupations;
    s->occupation_text = inc_mem_zero(text, 1);
    s->occupation_uris =
        inc_mem_zero(s->occupations, sizeof *s->occupation_uris);
    s->list_start = inc_mem_zero((size_t)s->rows + 1, sizeof *s->list_start);
    s->list = inc_mem_zero(a->row_start[a->rows], sizeof *s->list);
    s->root = inc_mem_zero(s->occupations, sizeof *s->root);
    if (s->occupation_text == NULL || s->occupation_uris == NULL ||
        s->list_start == NULL || s->list == NULL || s->root == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the skill space");
    take_uris(s, a);
    take_lists(s, a, row_of);
    make_roots(s);
    return INC_OK;
}

void
inc_space_release_trades(struct inc_space *s)
{
    inc_mem_free(s->occupation_text);
    inc_mem_free(s->occupation_uris);
    inc_mem_free(s->list_start);
    inc_mem_free(s->list);
    inc_mem_free(s->root);
}

uint32_t
inc_space_occupations(const struct inc_space *s)
{
    return s->occupations;
}

const char *
inc_space_occupation_uri(const struct inc_space *s, uint32_t o)
{
    INC_CHECK(o < s->occupations);
    return s->occupation_uris[o];
}

/* The nearest so far: best first, the lower number before on ties. */
struct nearest {
    uint32_t x[INC_TRADES];
    uint32_t occupation[INC_TRADES];
    size_t count;
};

static int
before(uint32_t xa, uint32_t oa, uint32_t xb, uint32_t ob)
{
    return xa > xb || (xa == xb && oa < ob);
}

static void
offer(struct nearest *n, uint32_t occupation, uint32_t hit, uint32_t root)
{
    const size_t last = INC_TRADES - 1;
    uint64_t scaled = (uint64_t)hit << SHIFT;
    uint32_t x;
    size_t at;

    /* Most are under the last that is kept; this spares them a division. */
    if (n->count == INC_TRADES && scaled < (uint64_t)n->x[last] * root)
        return;
    x = (uint32_t)(scaled / root); /* under 2^24 + 3, like roots */
    if (x == 0)
        return;
    if (n->count == INC_TRADES) {
        if (!before(x, occupation, n->x[last], n->occupation[last]))
            return;
        n->count--;
    }
    for (at = n->count++;
         at > 0 && before(x, occupation, n->x[at - 1], n->occupation[at - 1]);
         at--) {
        n->x[at] = n->x[at - 1];
        n->occupation[at] = n->occupation[at - 1];
    }
    n->x[at] = x;
    n->occupation[at] = occupation;
}

/* Add every skill's weight to the occupations that list it. */
static void
add_up(const struct inc_space *s, uint32_t *hits, const uint32_t *skills,
       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t w2 = weight2(s, skills[i]);
        uint32_t end = s->list_start[skills[i] + 1];
        for (uint32_t k = s->list_start[skills[i]]; k < end; k++)
            hits[s->list[k]] += w2;
    }
}

/* The same, and note each occupation when it is met for the first time.
 * Without a branch: which add is a first one cannot be foretold.
 *   touched  out [occupations met + 1]
 * Returns how many were met. */
static size_t
add_and_note(const struct inc_space *s, uint32_t *hits, uint16_t *touched,
             const uint32_t *skills, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        uint32_t w2 = weight2(s, skills[i]); /* 1 at least */
        uint32_t end = s->list_start[skills[i] + 1];
        for (uint32_t k = s->list_start[skills[i]]; k < end; k++) {
            uint16_t o = s->list[k];
            uint32_t was = hits[o];
            touched[count] = o;
            count += was == 0;
            hits[o] = was + w2;
        }
    }
    return count;
}

/* More occupations than this are not met. */
static size_t
most_met(const struct inc_space *s, const uint32_t *skills, size_t n)
{
    size_t entries = 0;

    for (size_t i = 0; i < n; i++) {
        INC_CHECK(skills[i] < s->rows);
        entries += s->list_start[skills[i] + 1] - s->list_start[skills[i]];
    }
    return entries < s->occupations ? entries : s->occupations;
}

/* The weights of the nearest, ascending by occupation. */
static size_t
weigh(struct inc_trade out[INC_TRADES], const struct nearest *n)
{
    uint64_t cube[INC_TRADES], sum = 0, length;
    size_t count = 0;

    for (size_t i = 0; i < n->count; i++) {
        uint64_t r = (uint64_t)SHARPNESS * n->x[i] / n->x[0];
        cube[i] = r * r * r;
        sum += cube[i] * cube[i]; /* 12 * 10^18 at most, under 2^64 */
    }
    length = inc_isqrt(sum);
    for (size_t i = 0; i < n->count; i++) {
        uint64_t weight = FULL * cube[i] / length;
        size_t at;
        if (weight == 0)
            continue;
        for (at = count++; at > 0 && out[at - 1].occupation > n->occupation[i];
             at--)
            out[at] = out[at - 1];
        out[at].occupation = (uint16_t)n->occupation[i];
        out[at].weight = (uint16_t)weight;
    }
    return count;
}

size_t
inc_space_trades(const struct inc_space *s, struct inc_trade out[INC_TRADES],
                 const uint32_t *skills, size_t n, uint32_t *hits)
{
    uint16_t touched[TOUCHED + 1];
    struct nearest best = {.count = 0};

    if (most_met(s, skills, n) <= TOUCHED) {
        size_t count = add_and_note(s, hits, touched, skills, n);
        for (size_t i = 0; i < count; i++) {
            uint32_t o = touched[i];
            offer(&best, o, hits[o], s->root[o]);
            hits[o] = 0;
        }
    } else {
        add_up(s, hits, skills, n);
        for (uint32_t o = 0; o < s->occupations; o++) {
            if (hits[o] != 0)
                offer(&best, o, hits[o], s->root[o]);
            hits[o] = 0;
        }
    }
    return weigh(out, &best);
}

uint32_t
inc_trades_bp(const struct inc_trade *a, size_t na, const struct inc_trade *b,
              size_t nb, uint32_t *nearest)
{
    uint64_t sum = 0, largest = 0;
    uint32_t at = INC_NO_CONCEPT;
    size_t i = 0, k = 0;

    while (i < na && k < nb) {
        if (a[i].occupation < b[k].occupation) {
            i++;
        } else if (a[i].occupation > b[k].occupation) {
            k++;
        } else {
            uint64_t product = (uint64_t)a[i].weight * b[k].weight;
            sum += product;
            if (product > largest) {
                largest = product;
                at = a[i].occupation;
            }
            i++;
            k++;
        }
    }
    if (nearest != NULL)
        *nearest = at;
    sum /= FULL;
    return sum > FULL ? FULL : (uint32_t)sum;
}

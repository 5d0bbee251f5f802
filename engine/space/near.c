#include "engine/space/near.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/intmath.h"
#include "engine/base/log.h"
#include "engine/base/mem.h"
#include "engine/kernels/panel.h"
#include "engine/space/inside.h"

enum {
    ROWS_MAX = 65535, /* numbers fit uint16_t */
    FULL_BP = 10000,
    PAIRS_MAX = (INC_NEAR_MAX - ROWS_MAX) / 2,
    /* One product: 4 MiB, so that it is read back from the cache. */
    SLAB_ROWS = 256,
    SLAB_COLS = 4096
};

/* Two like skills, a < b. */
struct pair {
    uint16_t a, b, sim_bp;
};

/* The upper half of the table of all similarities, as it is found. */
struct found {
    struct pair *pairs;
    size_t n, cap;
};

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for lists of like skills");
}

/* Most products are far under the floor; one multiplication tells. A pair over
 * the floor has dot > .35 * isqrt(a2 * b2), and isqrt(a2) * isqrt(b2) is never
 * more than that root: .99 of it leaves room for the rounding of floats. */
static float *
least_dots(const struct inc_space *s)
{
    float *least = inc_mem_zero(s->rows, sizeof *least);

    for (uint32_t i = 0; least != NULL && i < s->rows; i++)
        least[i] = (float)inc_isqrt(s->norm2[i]);
    return least;
}

static enum inc_status
keep(struct found *f, uint32_t a, uint32_t b, uint32_t sim_bp,
     struct inc_err *err)
{
    if (f->n >= PAIRS_MAX)
        return inc_fail(err, INC_E_LIMIT, 0,
                        "over %d pairs of skills of this space are alike",
                        (int)PAIRS_MAX);
    if (inc_mem_grow((void **)&f->pairs, &f->cap, f->n, sizeof *f->pairs) != 0)
        return no_memory(err);
    f->pairs[f->n++] =
        (struct pair){(uint16_t)a, (uint16_t)b, (uint16_t)sim_bp};
    return INC_OK;
}

/* What of one product is over the floor: rows from `row`, columns from `col`.
 * Only b > a counts, the rest mirrors it. */
static enum inc_status
sift(struct found *f, const struct inc_space *s, const float *dots,
     const float *root, uint32_t row, uint32_t n_rows, uint32_t col,
     uint32_t n_cols, struct inc_err *err)
{
    const float floor = 0.99F * (float)INC_SIM_FLOOR_BP / (float)FULL_BP;
    enum inc_status st = INC_OK;

    for (uint32_t a = row; a < row + n_rows; a++) {
        const float *mine = dots + (size_t)(a - row) * n_cols;
        float least = floor * root[a];

        for (uint32_t b = a < col ? col : a + 1; b < col + n_cols; b++) {
            float dot = mine[b - col];
            uint32_t sim;

            if (dot <= least * root[b])
                continue;
            sim = inc_similarity_bp(
                inc_cosine_bp((int64_t)dot, s->norm2[a], s->norm2[b]));
            if (sim != 0)
                INC_TRY(keep(f, a, b, sim, err));
        }
    }
out:
    return st;
}

static enum inc_status
find(struct found *f, const struct inc_space *s, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    float *dots = inc_mem_zero64((size_t)SLAB_ROWS * SLAB_COLS, sizeof *dots);
    float *root = least_dots(s);

    if (dots == NULL || root == NULL) {
        st = no_memory(err);
        goto out;
    }
    for (uint32_t row = 0; row < s->rows; row += SLAB_ROWS) {
        uint32_t n_rows = s->rows - row < SLAB_ROWS ? s->rows - row : SLAB_ROWS;

        for (uint32_t col = row; col < s->rows; col += SLAB_COLS) {
            uint32_t n_cols =
                s->rows - col < SLAB_COLS ? s->rows - col : SLAB_COLS;

            inc_panel_product(dots, s->floats + (size_t)row * s->dim,
                              s->floats + (size_t)col * s->dim, n_rows, n_cols,
                              s->dim);
            INC_TRY(sift(f, s, dots, root, row, n_rows, col, n_cols, err));
        }
    }
out:
    inc_mem_free(dots);
    inc_mem_free(root);
    return st;
}

static int
by_likeness(const void *va, const void *vb)
{
    const struct inc_near *a = va, *b = vb;

    if (a->sim_bp != b->sim_bp)
        return a->sim_bp < b->sim_bp ? 1 : -1;
    return (a->skill > b->skill) - (a->skill < b->skill);
}

/* Both halves and the skills themselves, list after list. */
static enum inc_status
spread(struct inc_near_lists *l, const struct found *f, uint32_t rows,
       struct inc_err *err)
{
    uint32_t *at;

    INC_CHECK(rows <= ROWS_MAX);
    l->start = inc_mem_zero((size_t)rows + 1, sizeof *l->start);
    l->near = inc_mem_zero(rows + 2 * f->n, sizeof *l->near);
    at = inc_mem_zero(rows, sizeof *at);
    if (l->start == NULL || l->near == NULL || at == NULL) {
        inc_mem_free(at);
        return no_memory(err);
    }
    for (size_t i = 0; i < f->n; i++) {
        l->start[f->pairs[i].a + 1]++;
        l->start[f->pairs[i].b + 1]++;
    }
    for (uint32_t i = 0; i < rows; i++) {
        l->start[i + 1] += l->start[i] + 1;
        l->near[l->start[i]] = (struct inc_near){(uint16_t)i, FULL_BP};
        at[i] = l->start[i] + 1;
    }
    for (size_t i = 0; i < f->n; i++) {
        const struct pair *p = &f->pairs[i];

        l->near[at[p->a]++] = (struct inc_near){p->b, p->sim_bp};
        l->near[at[p->b]++] = (struct inc_near){p->a, p->sim_bp};
    }
    for (uint32_t i = 0; i < rows; i++)
        qsort(l->near + l->start[i] + 1, l->start[i + 1] - l->start[i] - 1,
              sizeof *l->near, by_likeness);
    inc_mem_free(at);
    return INC_OK;
}

static enum inc_status
compute(struct inc_near_lists *l, const struct inc_space *s,
        struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct found f = {0};

    INC_TRY(find(&f, s, err));
    INC_TRY(spread(l, &f, s->rows, err));
out:
    inc_mem_free(f.pairs);
    return st;
}

static void
tell(const struct inc_space *s, int from_cache, uint64_t start_ns)
{
    struct inc_log l;

    inc_log_start(&l, INC_LOG_INFO, "space_near");
    inc_log_int(&l, "from_cache", from_cache);
    inc_log_int(&l, "pairs", (int64_t)inc_space_near_pairs(s));
    inc_log_int(&l, "ms", (int64_t)((inc_clock_ns() - start_ns) / 1000000));
    inc_log_end(&l);
}

enum inc_status
inc_space_make_near(struct inc_space *s, const char *cache, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_near_lists l = {0};
    unsigned char key[INC_DIGEST];
    uint64_t start_ns = inc_clock_ns();
    int from_cache;

    if (s->near.start != NULL)
        return INC_OK;
    if (s->rows > ROWS_MAX)
        return inc_fail(err, INC_E_LIMIT, 0,
                        "a space of %u skills; at most %d have lists of like "
                        "skills",
                        (unsigned)s->rows, (int)ROWS_MAX);
    if (cache != NULL)
        inc_near_key(key, s);
    from_cache = cache != NULL && inc_near_read(&l, s->rows, key, cache);
    if (!from_cache) {
        INC_TRY(compute(&l, s, err));
        if (cache != NULL)
            inc_near_write(&l, s->rows, key, cache);
    }
    s->near = l; /* families are made of them */
    st = inc_family_make(s, err);
    if (st != INC_OK) {
        s->near = (struct inc_near_lists){0};
        goto out;
    }
    l = (struct inc_near_lists){0}; /* given */
    tell(s, from_cache, start_ns);
out:
    inc_near_release(&l);
    return st;
}

void
inc_near_release(struct inc_near_lists *l)
{
    inc_mem_free(l->start);
    inc_mem_free(l->near);
    *l = (struct inc_near_lists){0};
}

const struct inc_near *
inc_space_near(const struct inc_space *s, uint32_t skill, uint32_t *n)
{
    INC_CHECK(s->near.start != NULL && skill < s->rows);
    *n = s->near.start[skill + 1] - s->near.start[skill];
    return s->near.near + s->near.start[skill];
}

uint64_t
inc_space_near_pairs(const struct inc_space *s)
{
    return s->near.start == NULL ? 0 : s->near.start[s->rows];
}

#include <string.h>

#include "engine/base/mem.h"
#include "engine/kernels/panel.h"
#include "engine/match/inside.h"

enum inc_status
inc_matcher_room(void **p, size_t *cap, size_t bytes)
{
    void *fresh;

    if (bytes <= *cap)
        return INC_OK;
    fresh = inc_mem_zero64(bytes, 1);
    if (fresh == NULL)
        return INC_E_NOMEM;
    inc_mem_free(*p);
    *p = fresh;
    *cap = bytes;
    return INC_OK;
}

static enum inc_status
tables_room(struct inc_tables *t, const struct inc_plan *p)
{
    size_t rows = inc_space_rows(p->world->space);

    if (inc_matcher_room((void **)&t->sim, &t->sim_cap,
                         rows * p->lanes * sizeof *t->sim) != INC_OK ||
        inc_matcher_room((void **)&t->pull, &t->pull_cap,
                         rows * sizeof *t->pull) != INC_OK)
        return INC_E_NOMEM;
    memset(t->sim, 0, rows * p->lanes * sizeof *t->sim);
    memset(t->pull, 0, rows * sizeof *t->pull);
    return INC_OK;
}

/* One column of the product: vector v of plan p against every concept. */
struct column {
    const struct inc_plan *plan;
    struct inc_tables *tables;
    uint32_t v;
    double norm2;  /* of the asked concept */
    double enough; /* least squared dot, over norm2 of the row: see below */
};

/* Most products are far under the similarity floor: skip them by a float test
 * that is a little too generous (0.99 of the floor squared), so that only
 * certain zeros are skipped and the exact integer decides the rest. */
static void
similarity(const struct column *c, uint32_t row, float dot)
{
    const struct inc_space *s = c->plan->world->space;
    uint32_t norm2 = inc_space_norm2(s, row), sim;
    uint32_t lane = c->plan->vector_lane[c->v];
    uint16_t *cell = &c->tables->sim[(size_t)row * c->plan->lanes + lane];
    double d = (double)dot;

    if (d <= 0 || d * d < c->enough * norm2)
        return;
    sim = inc_similarity_bp(
        inc_cosine_bp((int64_t)dot, norm2, (uint64_t)c->norm2));
    if (sim > *cell)
        *cell = (uint16_t)sim;
}

static void
scatter(const struct column *columns, uint32_t n, const float *product,
        const struct inc_space *space)
{
    uint32_t rows = inc_space_rows(space);

    for (uint32_t r = 0; r < rows; r++) {
        const float *dots = product + (size_t)r * n;
        for (uint32_t i = 0; i < n; i++) {
            const struct column *c = &columns[i];
            if (c->plan->vector_concept[c->v] == INC_NO_CONCEPT)
                c->tables->pull[r] =
                    (int32_t)inc_space_idf(space, r) * (int32_t)dots[i];
            else
                similarity(c, r, dots[i]);
        }
    }
}

/* The same concept is always whole, also one that has no vector. */
static void
same_is_whole(const struct inc_plan *p, struct inc_tables *t)
{
    for (uint32_t v = 0; v < p->n_vectors; v++)
        if (p->vector_concept[v] != INC_NO_CONCEPT)
            t->sim[(size_t)p->vector_concept[v] * p->lanes +
                   p->vector_lane[v]] = INC_BP;
}

static void
column_of(struct column *c, const struct inc_plan *p, struct inc_tables *t,
          uint32_t v)
{
    const double floor_square =
        0.99 * INC_SIM_FLOOR_BP * INC_SIM_FLOOR_BP / ((double)INC_BP * INC_BP);
    uint32_t concept = p->vector_concept[v];

    c->plan = p;
    c->tables = t;
    c->v = v;
    c->norm2 = concept == INC_NO_CONCEPT
                   ? 0
                   : (double)inc_space_norm2(p->world->space, concept);
    c->enough = floor_square * c->norm2;
}

enum inc_status
inc_tables_fill(struct inc_matcher *m, struct inc_plan *const *plans, size_t n)
{
    struct column columns[INC_COLUMN_BLOCK];
    const struct inc_space *space = NULL;
    uint32_t used = 0, dim, rows;

    for (size_t i = 0; i < n; i++) {
        if (plans[i] == NULL)
            continue;
        space = plans[i]->world->space;
        if (tables_room(&m->tables[i], plans[i]) != INC_OK)
            return INC_E_NOMEM;
    }
    if (space == NULL)
        return INC_OK;
    dim = inc_space_dim(space);
    rows = inc_space_rows(space);
    if (inc_matcher_room((void **)&m->columns, &m->columns_cap,
                         (size_t)INC_COLUMN_BLOCK * dim * sizeof(float)) !=
            INC_OK ||
        inc_matcher_room((void **)&m->product, &m->product_cap,
                         (size_t)INC_COLUMN_BLOCK * rows * sizeof(float)) !=
            INC_OK)
        return INC_E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        for (uint32_t v = 0; plans[i] != NULL && v < plans[i]->n_vectors; v++) {
            column_of(&columns[used], plans[i], &m->tables[i], v);
            memcpy(m->columns + (size_t)used * dim,
                   plans[i]->vectors + (size_t)v * dim, dim * sizeof(float));
            if (++used < INC_COLUMN_BLOCK)
                continue;
            inc_panel_product(m->product, inc_space_floats(space), m->columns,
                              rows, used, dim);
            scatter(columns, used, m->product, space);
            used = 0;
        }
    }
    if (used > 0) {
        inc_panel_product(m->product, inc_space_floats(space), m->columns, rows,
                          used, dim);
        scatter(columns, used, m->product, space);
    }
    for (size_t i = 0; i < n; i++)
        if (plans[i] != NULL)
            same_is_whole(plans[i], &m->tables[i]);
    return INC_OK;
}

enum inc_status
inc_tables_loss(struct inc_tables *t, const struct inc_plan *p,
                const struct inc_class *classes, uint32_t n)
{
    if (inc_matcher_room((void **)&t->loss, &t->loss_cap,
                         (size_t)n * p->lanes * sizeof *t->loss) != INC_OK)
        return INC_E_NOMEM;
    for (uint32_t c = 0; c < n; c++) {
        uint16_t by_level[INC_LEVEL_MAX + 1];
        uint16_t *row = t->loss + (size_t)c * p->lanes;

        for (unsigned want = 0; want <= INC_LEVEL_MAX; want++)
            by_level[want] =
                inc_loss(inc_quality_bp(&classes[c], want, p->half_year));
        memset(row, 0, p->lanes * sizeof *row);
        for (uint32_t lane = 0; lane < p->n_lanes; lane++)
            row[lane] = by_level[p->lines[p->lane_line[lane]].level];
    }
    return INC_OK;
}

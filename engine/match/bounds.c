#include "engine/match/bounds.h"

#include <string.h>

#include "engine/space/near.h"

enum { FULL8 = 255, TRADE_PARTS = 4 /* of a point, in sums of trades */ };

/* Points for 1/255 shifted by 8, in 1/65536, rounded up. */
static uint16_t
scale_of(uint32_t points)
{
    const uint32_t whole = FULL8 * 256;

    return (uint16_t)((points * 65536u + whole - 1) / whole);
}

static uint8_t
up_to_255(uint32_t bp)
{
    return (uint8_t)((bp * FULL8 + INC_BP - 1) / INC_BP);
}

/* A skill so like the one asked, by how well it is held at best: fresh, since
 * the index does not tell when it was used. */
static void
step_make(struct inc_step *s, const struct inc_near *near, unsigned want,
          const uint16_t loss[INC_LEVEL_MAX + 1][INC_BESTS])
{
    s->skill = near->skill;
    for (unsigned b = 0; b < INC_BESTS; b++)
        s->value[b] = up_to_255(inc_have_bp(near->sim_bp, loss[want][b]));
}

static void
losses(uint16_t loss[INC_LEVEL_MAX + 1][INC_BESTS], unsigned today)
{
    for (unsigned want = 0; want <= INC_LEVEL_MAX; want++)
        for (unsigned level = 1; level <= INC_LEVEL_MAX; level++)
            for (unsigned rank = 0; rank < INC_EVIDENCE_COUNT; rank++) {
                const struct inc_class c = {
                    (uint8_t)level, (uint8_t)inc_evidence_of_rank(rank), 0};
                loss[want][INC_BEST(level, rank)] =
                    inc_loss(inc_quality_bp(&c, want, today));
            }
}

uint32_t
inc_rest_points(const struct inc_plan *p)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < p->n_lines; i++) {
        const struct inc_line_spec *line = &p->lines[i];
        int walked = line->kind == INC_LINE_REQUIREMENT && line->n_concepts > 0;

        sum += walked ? 0 : line->max;
    }
    return sum;
}

static uint32_t
steps_most(const struct inc_plan *p)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < p->n_lanes; i++)
        for (uint32_t j = 0; j < p->lines[p->lane_line[i]].n_concepts; j++) {
            uint32_t n;

            (void)inc_space_near(p->world->space,
                                 p->lines[p->lane_line[i]].concepts[j], &n);
            sum += n;
        }
    return sum;
}

static uint32_t
lane_make(struct inc_walk *w, uint32_t lane, uint32_t at,
          const uint16_t loss[INC_LEVEL_MAX + 1][INC_BESTS])
{
    const struct inc_plan *p = w->plan;
    const struct inc_line_spec *line = &p->lines[p->lane_line[lane]];

    w->lane_at[lane] = at;
    w->scale[lane] = line->n_concepts > 0 ? scale_of(line->max) : 0;
    for (uint32_t j = 0; j < line->n_concepts; j++) {
        uint32_t n, i = 0;
        const struct inc_near *near =
            inc_space_near(p->world->space, line->concepts[j], &n);

        for (; i < n && near[i].sim_bp >= INC_WALK_FLOOR_BP; i++)
            step_make(&w->steps[at++], &near[i], line->level, loss);
        if (i < n && up_to_255(near[i].sim_bp) > w->least[lane])
            w->least[lane] = up_to_255(near[i].sim_bp);
    }
    return at;
}

enum inc_status
inc_walk_make(struct inc_walk *w, const struct inc_plan *p, struct inc_arena *a)
{
    uint16_t loss[INC_LEVEL_MAX + 1][INC_BESTS];
    uint32_t at = 0;

    memset(w, 0, sizeof *w);
    w->plan = p;
    w->n_lanes = p->n_lanes;
    w->steps = inc_arena_array(a, steps_most(p), sizeof *w->steps);
    w->lane_at = inc_arena_array(a, p->n_lanes + 1u, sizeof *w->lane_at);
    w->least = inc_arena_array(a, p->n_lanes, sizeof *w->least);
    w->scale = inc_arena_array(a, p->n_lanes, sizeof *w->scale);
    if (w->steps == NULL || w->lane_at == NULL || w->least == NULL ||
        w->scale == NULL)
        return INC_E_NOMEM;
    losses(loss, p->half_year);
    for (uint32_t lane = 0; lane < p->n_lanes; lane++)
        at = lane_make(w, lane, at, (const uint16_t(*)[INC_BESTS])loss);
    w->lane_at[p->n_lanes] = at;
    w->rest = inc_rest_points(p);
    if (p->n_trades > 0) {
        w->trades = INC_TRADES_BP;
        w->rest -= INC_TRADES_BP;
    }
    w->unknown_counts = p->attitude == INC_NEUTRAL;
    return INC_OK;
}

/* What nearby trades give at most: the sum over shared trades of the products
 * of the weights, in parts of a point. sum [groups], left zero. */
static void
add_trades(uint16_t *bound, const struct inc_walk *w, const struct inc_index *x,
           uint32_t groups)
{
    uint16_t sum[INC_BLOCK_GROUPS];
    const uint64_t whole = (uint64_t)FULL8 * INC_BP;

    memset(sum, 0, groups * sizeof *sum);
    for (uint32_t i = 0; i < w->plan->n_trades; i++) {
        const struct inc_trade *t = &w->plan->trades[i];
        uint32_t from = x->trade_list[t->occupation];
        uint32_t to = x->trade_list[t->occupation + 1];
        /* parts for 1/255, in 1/65536 */
        uint64_t each =
            ((uint64_t)t->weight * w->trades * TRADE_PARTS * 65536 + whole -
             1) /
            whole;

        for (uint32_t k = from; k < to; k++)
            sum[x->trade_group[k]] =
                (uint16_t)(sum[x->trade_group[k]] +
                           ((each * x->trade_best[k] + 65535) >> 16));
    }
    for (uint32_t g = 0; g < groups; g++) {
        uint32_t points = sum[g] / TRADE_PARTS;

        bound[g] = (uint16_t)(bound[g] +
                              (points < w->trades ? points : w->trades));
    }
}

void
inc_bounds(uint16_t *bound, const struct inc_walk *w, const struct inc_index *x,
           uint32_t groups, const struct inc_kernels *k, uint8_t *mark)
{
    uint32_t constant = w->rest;

    memset(bound, 0, (groups + 63u) / 64 * 64 * sizeof *bound);
    for (uint32_t lane = 0; lane < w->n_lanes; lane++) {
        int any = 0;

        for (uint32_t i = w->lane_at[lane]; i < w->lane_at[lane + 1]; i++) {
            const struct inc_step *s = &w->steps[i];
            uint32_t from = x->skill_list[s->skill];
            uint32_t n = x->skill_list[s->skill + 1] - from;

            if (n == 0)
                continue;
            any = 1;
            k->raise(mark, x->skill_group + from, x->skill_best + from, n,
                     s->value);
        }
        if (any)
            k->settle(bound, mark, groups, w->least[lane], w->scale[lane]);
        else
            constant +=
                (uint32_t)w->least[lane] * 256 * w->scale[lane] >> 16;
    }
    if (w->trades != 0)
        add_trades(bound, w, x, groups);
    for (uint32_t g = 0; g < groups; g++)
        bound[g] = (uint16_t)(bound[g] + constant);
    for (uint32_t g = 0; w->unknown_counts && g < groups; g++)
        if ((x->unasked[g / 64] >> g % 64 & 1) != 0)
            bound[g] = UINT16_MAX;
}

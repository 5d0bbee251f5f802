#include "engine/match/bounds.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/space/near.h"

enum { FULL8 = 255, PARTS = 16 /* of a point, in sums of trades */ };

uint32_t
inc_rest_points(const struct inc_plan *p)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < p->n_lines; i++) {
        const struct inc_line_spec *line = &p->lines[i];
        int skill = line->kind == INC_LINE_REQUIREMENT && line->n_concepts > 0;

        sum += skill ? 0 : line->max;
    }
    return sum;
}

static int
make_room(struct inc_prospect *r, const struct inc_plan *p)
{
    const struct inc_space *s = p->world->space;
    const size_t families = inc_space_families(s);

    return inc_mem_room(&r->trade, &r->trade_cap,
                        inc_space_occupations(s) * sizeof *r->trade) ||
           inc_mem_room(&r->seen, &r->seen_cap, families * sizeof *r->seen) ||
           inc_mem_room(&r->steps, &r->steps_cap,
                        (size_t)r->kin->n * p->lanes * sizeof *r->steps) ||
           inc_mem_room(&r->scale, &r->scale_cap,
                        p->lanes * sizeof *r->scale) ||
           inc_mem_room(&r->mark, &r->mark_cap,
                        p->lanes * (size_t)INC_BLOCK_SPANS);
}

/* Which families answer which lanes, families one after another. */
static void
make_steps(struct inc_prospect *r)
{
    const struct inc_kin *k = r->kin;

    if (++r->now == 0) { /* once in 2^32 needs: no stamp may be equal */
        memset(r->seen, 0, r->seen_cap);
        r->now = 1;
    }
    r->n_steps = 0;
    for (uint32_t i = 0; i < k->n; i++) {
        uint16_t family = k->family[k->skill[i]];
        const uint8_t *row = k->family8 + family * k->lanes;

        if (r->seen[family] == r->now)
            continue;
        r->seen[family] = r->now;
        for (uint32_t lane = 0; lane < r->plan->n_lanes; lane++)
            if (row[lane] != 0)
                r->steps[r->n_steps++] =
                    (struct inc_step){family, (uint8_t)lane, row[lane]};
    }
}

/* Points for 1/255 shifted by 8, in 1/65536, rounded up. */
static uint16_t
scale_of(uint32_t points)
{
    const uint32_t whole = FULL8 * 256;

    return (uint16_t)((points * 65536u + whole - 1) / whole);
}

enum inc_status
inc_prospect_make(struct inc_prospect *r, const struct inc_plan *p,
                  struct inc_journeys *journeys)
{
    const uint64_t whole = (uint64_t)FULL8 * INC_BP;

    if (make_room(r, p) != 0)
        return INC_E_NOMEM;
    r->plan = p;
    make_steps(r);
    for (uint32_t lane = 0; lane < p->n_lanes; lane++)
        r->scale[lane] = scale_of(p->lines[p->lane_line[lane]].max);
    r->rest = inc_rest_points(p);
    r->trades = p->n_trades > 0 ? INC_TRADES_BP : 0;
    r->rest -= r->trades;
    for (uint32_t i = 0; i < p->n_trades; i++)
        r->trade[p->trades[i].occupation] =
            (uint32_t)(((uint64_t)p->trades[i].weight * r->trades * PARTS *
                            65536 +
                        whole - 1) /
                       whole);
    r->journey = NULL;
    if (journeys != NULL && p->comune != INC_NO_COMUNE) {
        r->journey = inc_journeys_to(journeys, p);
        if (r->journey == NULL) {
            inc_prospect_clear(r);
            return INC_E_NOMEM;
        }
    }
    return INC_OK;
}

void
inc_prospect_clear(struct inc_prospect *r)
{
    for (uint32_t i = 0; r->plan != NULL && i < r->plan->n_trades; i++)
        r->trade[r->plan->trades[i].occupation] = 0;
    r->plan = NULL;
}

void
inc_prospect_release(struct inc_prospect *r)
{
    inc_mem_free(r->steps);
    inc_mem_free(r->seen);
    inc_mem_free(r->scale);
    inc_mem_free(r->mark);
    inc_mem_free(r->trade);
    memset(r, 0, sizeof *r);
}

/* ---- what all bounds have ---- */

/* Who does not say where they live has the cost of the attitude asked for. */
static uint32_t
cost_unknown(const struct inc_prospect *r)
{
    return r->plan->attitude == INC_NEUTRAL ? INC_PENALTY_MAX_BP / 2
                                            : INC_PENALTY_MAX_BP;
}

uint32_t
inc_journey_cost(const struct inc_prospect *r, uint16_t least, uint16_t most,
                 uint16_t minutes)
{
    uint32_t limit = minutes == 0 ? INC_MINUTES_DEFAULT : minutes;

    if (r->journey == NULL)
        return 0;
    if (least > most)
        return cost_unknown(r);
    return inc_distance_penalty_bp(inc_journey_least(r->journey, least, most),
                                   limit);
}

uint32_t
inc_node_cost(const struct inc_prospect *r, const struct inc_tree *t,
              uint32_t node)
{
    uint16_t minutes = t->minutes_most[node];
    uint32_t cost, unknown = cost_unknown(r);

    if (r->journey == NULL)
        return 0;
    if (minutes < INC_MINUTES_DEFAULT)
        minutes = INC_MINUTES_DEFAULT;
    cost =
        inc_journey_cost(r, t->home_least[node], t->home_most[node], minutes);
    return cost < unknown ? cost : unknown;
}

/* A sum of parts of trades as points, rounded up. */
static uint32_t
trade_points(const struct inc_prospect *r, uint64_t sum)
{
    uint64_t points = (sum + UINT64_C(65536) * PARTS - 1) / 65536 / PARTS;

    return points < r->trades ? (uint32_t)points : r->trades;
}

/* The bound of a node from what its skills and trades give. */
static uint32_t
finish(const struct inc_prospect *r, const struct inc_tree *t, uint32_t node,
       uint32_t skills, uint32_t trades)
{
    uint32_t sum = skills + trades + r->rest, cost;

    if (r->plan->attitude == INC_NEUTRAL &&
        (t->flags[node] & INC_NODE_UNASKED) != 0)
        return INC_NO_BOUND;
    cost = inc_node_cost(r, t, node);
    return cost < sum ? sum - cost : 0;
}

/* ---- spans ---- */

static void
add_trade_spans(uint64_t *sum, const struct inc_prospect *r,
                const struct inc_tree *t)
{
    for (uint32_t i = 0; r->trades != 0 && i < r->plan->n_trades; i++) {
        uint32_t trade = r->plan->trades[i].occupation;

        for (uint32_t k = t->trade_span_at[trade];
             k < t->trade_span_at[trade + 1]; k++)
            sum[t->trade_span[k]] +=
                (uint64_t)r->trade[trade] * t->trade_span_best[k];
    }
}

void
inc_bound_spans(uint16_t *bound, struct inc_prospect *r,
                const struct inc_kernels *k, const struct inc_tree *t)
{
    uint64_t sum[INC_BLOCK_SPANS] = {0};

    memset(bound, 0, INC_BLOCK_SPANS * sizeof *bound);
    for (size_t i = 0; i < r->n_steps; i++) {
        const struct inc_step *s = &r->steps[i];

        k->raise(r->mark + (size_t)s->lane * INC_BLOCK_SPANS,
                 t->family_spans + (size_t)s->family * t->span_words,
                 t->span_words, s->value);
    }
    for (uint32_t lane = 0; lane < r->plan->n_lanes; lane++)
        k->settle(bound, r->mark + (size_t)lane * INC_BLOCK_SPANS,
                  (size_t)t->span_words * 64, 0, r->scale[lane]);
    add_trade_spans(sum, r, t);
    for (uint32_t s = 0; s < t->spans; s++)
        bound[s] = (uint16_t)finish(r, t, t->groups + s, bound[s],
                                    trade_points(r, sum[s]));
}

/* ---- groups ---- */

static uint64_t
trades_of(const struct inc_prospect *r, const struct inc_tree *t,
          uint32_t group)
{
    uint64_t sum = 0;

    for (uint32_t i = t->trade_at[group]; i < t->trade_at[group + 1]; i++)
        sum += (uint64_t)r->trade[t->trade[i]] * t->trade_best[i];
    return sum;
}

void
inc_bound_groups(uint32_t *bound, const struct inc_prospect *r,
                 const struct inc_kernels *k, const struct inc_tree *t,
                 const uint16_t *groups, size_t n)
{
    k->sieve(bound, &r->kin->families, t->family, t->family_at, groups, n);
    for (size_t i = 0; i < n; i++)
        bound[i] = finish(r, t, groups[i], bound[i],
                          trade_points(r, trades_of(r, t, groups[i])));
}

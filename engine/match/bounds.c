#include "engine/match/bounds.h"

#include <string.h>

#include "engine/base/mem.h"

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

enum inc_status
inc_prospect_make(struct inc_prospect *r, const struct inc_plan *p,
               struct inc_journeys *journeys)
{
    const uint64_t whole = (uint64_t)FULL8 * INC_BP;

    if (inc_mem_room(&r->trade, &r->trade_cap,
                     inc_space_occupations(p->world->space) *
                         sizeof *r->trade) != 0)
        return INC_E_NOMEM;
    r->plan = p;
    r->rest = inc_rest_points(p);
    r->trades = p->n_trades > 0 ? INC_TRADES_BP : 0;
    r->rest -= r->trades;
    for (uint32_t i = 0; i < p->n_trades; i++)
        r->trade[p->trades[i].occupation] = (uint32_t)(
            ((uint64_t)p->trades[i].weight * r->trades * PARTS * 65536 + whole -
             1) /
            whole);
    r->journey = NULL;
    if (p->comune != INC_NO_COMUNE) {
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
    inc_mem_free(r->trade);
    memset(r, 0, sizeof *r);
}

static uint32_t
trades_of(const struct inc_prospect *r, const struct inc_tree *t, uint32_t node)
{
    uint64_t sum = 0;
    uint32_t points;

    if (r->trades == 0)
        return 0;
    for (uint32_t i = t->trade_at[node]; i < t->trade_at[node + 1]; i++)
        sum += (uint64_t)r->trade[t->trade[i]] * t->trade_best[i];
    points = (uint32_t)((sum + 65535) / 65536 / PARTS);
    return points < r->trades ? points : r->trades;
}

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

/* Nobody below the node pays less. Who gave no limit has the usual one. */
static uint32_t
cost_below(const struct inc_prospect *r, const struct inc_tree *t, uint32_t node)
{
    uint16_t minutes = t->minutes_most[node];
    uint32_t cost, unknown = cost_unknown(r);

    if (minutes < INC_MINUTES_DEFAULT)
        minutes = INC_MINUTES_DEFAULT;
    cost = inc_journey_cost(r, t->home_least[node], t->home_most[node],
                            minutes);
    return cost < unknown ? cost : unknown;
}

void
inc_bounds(uint32_t *bound, const struct inc_prospect *r,
           const struct inc_kernels *k, const struct inc_tree *t,
           const uint16_t *nodes, size_t n)
{
    k->sieve(bound, &r->kin->families, t->family, t->family_at, nodes, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t cost;

        bound[i] += r->rest + trades_of(r, t, nodes[i]);
        if (r->plan->attitude == INC_NEUTRAL &&
            (t->flags[nodes[i]] & INC_NODE_UNASKED) != 0) {
            bound[i] = INC_NO_BOUND;
            continue;
        }
        if (r->journey == NULL)
            continue;
        cost = cost_below(r, t, nodes[i]);
        bound[i] = cost < bound[i] ? bound[i] - cost : 0;
    }
}

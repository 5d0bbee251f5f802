/*
 * bounds.h - at most how many points somebody below a node can reach. Floor 6.
 *
 * The skills of a node are the families that somebody below it has (near.h): a
 * requirement counts as answered by the likest member of the likest family,
 * held as well as can be. Nearby trades likewise by the largest weights, the
 * journey by the nearest home and the longest way anybody accepts. Affinity,
 * languages and what else gives points count whole. So no bound is under a
 * score below it.
 */
#ifndef INC_MATCH_BOUNDS_H
#define INC_MATCH_BOUNDS_H

#include "engine/kernels/kernels.h"
#include "engine/match/journey.h"
#include "engine/match/kin.h"
#include "engine/match/plan.h"

enum { INC_NO_BOUND = UINT16_MAX }; /* over every score */

/* What one need's bounds stand on. */
struct inc_prospect {
    const struct inc_plan *plan;
    const struct inc_kin *kin; /* filled */
    const struct inc_journey_table *journey; /* NULL: no place is asked */
    uint32_t *trade;     /* [trades] parts of a point for 1/255, in 1/65536;
                            zero but for the need's */
    size_t trade_cap;    /* bytes */
    uint32_t rest;       /* points of lines that are not bounded, trades not
                            among them */
    uint32_t trades;     /* points of the trades line, 0: none */
};

/* Points that lines without skills can give one person at most, trades
 * included. */
uint32_t inc_rest_points(const struct inc_plan *p);

/* Make ready for a plan; inc_prospect_clear() before the next. r zeroed before the
 * first, r->kin set. INC_E_NOMEM. */
enum inc_status inc_prospect_make(struct inc_prospect *r, const struct inc_plan *p,
                               struct inc_journeys *journeys);
void inc_prospect_clear(struct inc_prospect *r);
void inc_prospect_release(struct inc_prospect *r);

/*
 * Bounds of n nodes of a tree, points.
 *   bound  out [n]; INC_NO_BOUND where unknown skills may count as known
 *   nodes  in  [n] numbers
 */
void inc_bounds(uint32_t *bound, const struct inc_prospect *r,
                const struct inc_kernels *k, const struct inc_tree *t,
                const uint16_t *nodes, size_t n);

/* At least what the journey costs somebody who lives in comuni least..most
 * (least > most: nobody says where) and accepts `minutes` at most (0: as a
 * rule). */
uint32_t inc_journey_cost(const struct inc_prospect *r, uint16_t least,
                          uint16_t most, uint16_t minutes);

#endif

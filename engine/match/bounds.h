/*
 * bounds.h - at most how many points somebody of a span or a group of
 * neighbours can reach. Floor 6.
 *
 * Their skills are the families that somebody has (near.h): a requirement
 * counts as answered by the likest member of the likest family, held as well as
 * can be. Nearby trades likewise by the largest weights, the journey by the
 * nearest home and the longest way anybody accepts. Affinity, languages and
 * what else gives points count whole. So no bound is under a score below it.
 */
#ifndef INC_MATCH_BOUNDS_H
#define INC_MATCH_BOUNDS_H

#include "engine/kernels/kernels.h"
#include "engine/match/journey.h"
#include "engine/match/kin.h"
#include "engine/match/plan.h"

enum { INC_NO_BOUND = UINT16_MAX }; /* over every score */

/* A family that answers a lane, and how much in 1/255. */
struct inc_step {
    uint16_t family;
    uint8_t lane, value;
};

/* What one need's bounds stand on. */
struct inc_prospect {
    const struct inc_plan *plan;
    const struct inc_kin *kin;               /* filled */
    const struct inc_journey_table *journey; /* NULL: no place is asked */
    struct inc_step *steps;                  /* [n_steps] by family */
    size_t n_steps, steps_cap;               /* cap in bytes */
    uint32_t *seen; /* [families] equal to `now`: in the steps */
    size_t seen_cap;
    uint32_t now;
    uint16_t *scale; /* [lanes] for inc_settle_fn */
    size_t scale_cap;
    uint8_t *mark; /* [lanes][INC_BLOCK_SPANS], zero between blocks */
    size_t mark_cap;
    uint32_t *trade; /* [trades] parts of a point for 1/255, in 1/65536;
                        zero but for the need's */
    size_t trade_cap;
    uint32_t rest;   /* points of lines that are not bounded, trades not
                        among them */
    uint32_t trades; /* points of the trades line, 0: none */
};

/* Points that lines without skills can give one person at most, trades
 * included. */
uint32_t inc_rest_points(const struct inc_plan *p);

/* Make ready for a plan; inc_prospect_clear() before the next. r zeroed before
 * the first, r->kin set. journeys NULL: no bound on the journey, whose table
 * is worth making for many people only. INC_E_NOMEM. */
enum inc_status inc_prospect_make(struct inc_prospect *r,
                                  const struct inc_plan *p,
                                  struct inc_journeys *journeys);
void inc_prospect_clear(struct inc_prospect *r);
void inc_prospect_release(struct inc_prospect *r);

/* Bounds of all spans of a block, points. out [INC_BLOCK_SPANS]; INC_NO_BOUND
 * where unknown skills may count as known. */
void inc_bound_spans(uint16_t *bound, struct inc_prospect *r,
                     const struct inc_kernels *k, const struct inc_tree *t);

/* Bounds of n groups. bound out [n], likewise; groups in [n] numbers. */
void inc_bound_groups(uint32_t *bound, const struct inc_prospect *r,
                      const struct inc_kernels *k, const struct inc_tree *t,
                      const uint16_t *groups, size_t n);

/* At least what the journey costs somebody who lives in comuni least..most
 * (least > most: nobody says where) and accepts `minutes` at most (0: as a
 * rule). 0 without a table of journeys. */
uint32_t inc_journey_cost(const struct inc_prospect *r, uint16_t least,
                          uint16_t most, uint16_t minutes);

/* The same for whoever is below a node: group g is node g, span s is node
 * groups + s. Who gave no limit has the usual one. */
uint32_t inc_node_cost(const struct inc_prospect *r, const struct inc_tree *t,
                       uint32_t node);

#endif

/*
 * ready.h - the plan of an open need, kept with the need in the pool. Floor 6.
 *
 * What a plan holds does not depend on the question but for the date and the
 * attitude: so it is made once, when the need enters the pool, and a question
 * of a person costs no planning.
 *
 * Threads: made by whoever builds the pool, immutable from then on.
 */
#ifndef INC_MATCH_READY_H
#define INC_MATCH_READY_H

#include "engine/match/reach.h"

/* The care that every estate's world carries (engine/pool/pool.h). */
extern const struct inc_need_care inc_ready_care;

/*
 * The plan of a pool's need as of a date. Views the need's memory; without
 * vectors. INC_OK, or INC_E_EMPTY when the need asks nothing.
 *   world  the estate's the pool was built with, for the life of the plan
 */
enum inc_status inc_ready_plan(struct inc_plan *out,
                               const struct inc_pool_need *need,
                               const struct inc_world *world, int32_t as_of,
                               int64_t attitude);

/*
 * The most points the need can give to a person whose skills are known, from
 * what is worth looking at first: 0..10000. -1 when it asks nothing.
 *   reach  filled for the person
 */
int32_t inc_ready_bound(const struct inc_pool_need *need,
                        const struct inc_reach *reach);

/* 1 when the need is not closed and does not expire before the date. */
int inc_ready_open(const struct inc_pool_need *need, int64_t as_of);

/* Bring what these two read nearer. */
void inc_ready_prefetch(const struct inc_pool_need *need);

#endif

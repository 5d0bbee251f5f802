/*
 * reach.h - what one person is worth for every skill that can be asked, so
 * that a need is answered by looking up its skills. Floor 6.
 *
 * have[skill][level] is the coverage of a requirement of that skill at that
 * level (docs/matching.md): the largest worth among the person's words. Only
 * skills similar to one of the words are touched, and only those are cleared.
 *
 * Threads: belongs to one matcher.
 */
#ifndef INC_MATCH_REACH_H
#define INC_MATCH_REACH_H

#include "engine/match/plan.h"

enum { INC_REACH_LEVELS = INC_LEVEL_MAX }; /* 1..; 0 asks what 1 asks */

struct inc_reach {
    uint16_t *have; /* [rows][INC_REACH_LEVELS]; all zero between questions */
    size_t have_cap;
    uint32_t *touched; /* skills with something in their row */
    size_t touched_cap;
    uint32_t n_touched;
    int32_t *sum; /* [dim] of the words' vectors, weighted by idf */
    size_t sum_cap;
};
void inc_reach_release(struct inc_reach *r); /* safe on zeroed memory */

/*
 * Fill for one person; `half_year` is the date's. The table must be empty.
 * INC_E_NOMEM leaves it empty.
 */
enum inc_status inc_reach_fill(struct inc_reach *r, const struct inc_space *s,
                               const struct inc_person *person,
                               const struct inc_class *classes,
                               unsigned half_year);
void inc_reach_clear(struct inc_reach *r);

/* Where the worth for a skill asked at a level is. */
static inline uint32_t
inc_reach_cell(uint32_t skill, unsigned level)
{
    return skill * INC_REACH_LEVELS + (level > 0 ? level - 1 : 0);
}

/* Coverage of every lane of a plan, bp.  cover  out [plan->n_lanes] */
void inc_reach_cover(uint16_t *cover, const struct inc_reach *r,
                     const struct inc_plan *p);
/* The sum's product with the need's own vector, 0 when it has none. */
int64_t inc_reach_pull(const struct inc_reach *r, const struct inc_plan *p);

#endif

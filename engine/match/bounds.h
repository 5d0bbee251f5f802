/*
 * bounds.h - at most how many points somebody of a group can reach. Floor 6.
 *
 * For each requirement the skills like it, most like first, are walked through
 * a block's index: the groups with somebody who has one are raised to what it
 * is worth when held as well as anybody of the group holds it. Skills less like
 * than INC_WALK_FLOOR_BP are not walked; every group counts as having the next
 * of them. Nearby trades likewise. All else (affinity, languages ...) counts
 * whole, what takes points away not at all: so no bound is under a score.
 */
#ifndef INC_MATCH_BOUNDS_H
#define INC_MATCH_BOUNDS_H

#include "engine/kernels/kernels.h"
#include "engine/match/plan.h"

enum { INC_WALK_FLOOR_BP = 3500 };

/* One list to walk. */
struct inc_step {
    uint16_t skill;
    uint8_t value[INC_BESTS]; /* worth in 1/255 by how well it is held */
};

/* What to walk for one need; made once, used on every block. */
struct inc_walk {
    struct inc_step *steps; /* those of lane i: from lane_at[i] */
    uint32_t *lane_at;      /* [n_lanes + 1] */
    uint8_t *least;         /* [n_lanes] worth of what is not walked */
    uint16_t *scale;        /* [n_lanes] for inc_settle_fn */
    uint32_t n_lanes;
    uint32_t rest;      /* points that lines not walked give at most */
    uint32_t trades;    /* points of the trades line, 0: none */
    int unknown_counts; /* neutral: who was not asked may have everything */
    const struct inc_plan *plan;
};

/* Memory from the arena. INC_E_NOMEM. */
enum inc_status inc_walk_make(struct inc_walk *w, const struct inc_plan *p,
                              struct inc_arena *a);

/* Points that lines besides those of skills can give one person at most. */
uint32_t inc_rest_points(const struct inc_plan *p);

/*
 * Bounds of all groups of a block.
 *   bound   out [groups rounded up to 64], points; UINT16_MAX: no bound
 *   mark    scratch [INC_BLOCK_GROUPS], zero, left zero
 */
void inc_bounds(uint16_t *bound, const struct inc_walk *w,
                const struct inc_index *x, uint32_t groups,
                const struct inc_kernels *k, uint8_t *mark);

#endif

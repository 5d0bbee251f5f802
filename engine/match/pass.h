/*
 * pass.h - which people to look at for one need, and in which order, so that
 * the best are found without looking at all. Floor 6.
 *
 *   tree     of each block, from the top: nodes with the highest bound first
 *            (bounds.h); the worst of the k best so far is the least that still
 *            matters, and what cannot reach it is not opened
 *   sieve    of a group's rows: at most what their skills can give
 *   lines    that need no skills, exactly
 *   score    of the rows that are left, exactly
 *
 * Whoever could be among the k best, or tie with the last of them, is scored:
 * skipping changes no byte of the answer. Blocks without a tree and narrow
 * filters go straight to the sieve; rules that leave people out are tried on
 * everybody.
 */
#ifndef INC_MATCH_PASS_H
#define INC_MATCH_PASS_H

#include "engine/match/answer.h"
#include "engine/match/bounds.h"
#include "engine/match/keep.h"
#include "engine/match/kin.h"
#include "engine/match/match.h"
#include "engine/match/screen.h"

/* Scratch of a worker, kept between questions. All zero is ready to use. */
struct inc_scan {
    struct inc_kin kin;
    struct inc_keep keep;
    struct inc_room *room;
    struct inc_prospect prospect;
    struct inc_journeys journeys;
    uint16_t *rows;   /* [INC_BLOCK_ROWS] rows or nodes at hand ... */
    uint32_t *sieved; /* [INC_BLOCK_ROWS] ... and what they can reach */
    uint64_t *open;   /* nodes to open, a heap: see pass.c */
    size_t open_cap, n_open;
    struct inc_view_of *views; /* [blocks] of the pool at hand */
    size_t views_cap;          /* bytes */
};
enum inc_status inc_scan_open(struct inc_scan *s); /* INC_E_NOMEM */
void inc_scan_close(struct inc_scan *s);

/* One question over a pool while it runs. */
struct inc_pass {
    const struct inc_kernels *kernels;
    struct inc_scan *scan;
    struct inc_arena *arena;
    const struct inc_pool *pool;
    const struct inc_plan *plan;
    const struct inc_screen *screen;
    struct inc_question *question; /* its deadline is watched */
    const struct inc_match_options *options;
    struct inc_ranking *ranking;
    struct inc_sheet *sheet; /* considered, excluded; facets when wanted */
    uint16_t *cover;         /* [plan->lanes] */
    struct inc_pass_work work;
    /* of the pass itself */
    uint32_t rest; /* points besides those of skills, at most */
    uint64_t matched;
    unsigned char filter[INC_DIGEST];
    int filtered;
};

/* Rank the people of the pool; the kin are filled and stay so. INC_E_NOMEM,
 * INC_E_DEADLINE as of inc_question_late(). */
enum inc_status inc_pass_run(struct inc_pass *p);

#endif

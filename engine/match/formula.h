/*
 * formula.h - the numbers and small functions of the score. Floor 6.
 *
 * All integers; "bp" are basis points, 10000 = whole. Every constant is ours
 * unless a source is named, and docs/matching.md explains it in words.
 */
#ifndef INC_MATCH_FORMULA_H
#define INC_MATCH_FORMULA_H

#include <stdint.h>

#include "engine/pool/pool.h"

enum {
    INC_BP = 10000,
    INC_AFFINITY_BP = 1500,    /* share of the score that affinity can give */
    INC_TRADES_BP = 1000,      /* share that nearby trades can give */
    INC_PLAIN_IDF = 64,        /* rarity of what is no skill: 4 nats */
    INC_PENALTY_NEAR_BP = 200, /* most a reachable place can cost */
    INC_PENALTY_MAX_BP = 2000, /* most that distance, or hours, can cost */
    INC_MINUTES_DEFAULT = 60   /* one way, when the person gave no limit */
};

/* must 4, should 2, nice 1. */
uint32_t inc_importance_factor(int64_t importance);

/* How far a level that is held answers the level that is asked: no deficit
 * 10000, one step 7000, two 4000, three 1500. have 1..4, want 1..4. */
uint32_t inc_level_fit_bp(unsigned have, unsigned want);

/* declared 9000, observed 9500, certified 10000, implied 7000. */
uint32_t inc_evidence_bp(unsigned evidence);

/* 10000 up to two years after last use or when that is unknown, then 300 less
 * each half-year, not under 6000. Half-years as in pool.h. */
uint32_t inc_recency_bp(unsigned half_year, unsigned today);

/* The product of the three, floor at each step, bp. */
uint32_t inc_quality_bp(const struct inc_class *c, unsigned want,
                        unsigned today);

/* What quality takes away, in 1/65536, for the kernel: 0 when 10000. */
uint16_t inc_loss(uint32_t quality_bp);

/* The same step as the kernel: sim - (sim * loss >> 16). */
uint32_t inc_have_bp(uint32_t sim_bp, uint16_t loss);

/* CEFR: no deficit 10000, one level 6000, two 2500, more 0. have 0..6. */
uint32_t inc_cefr_bp(int have, int want);

/* EQF at least `want`: 10000; one under: 5000; else 0. have 0: none. */
uint32_t inc_eqf_bp(unsigned have, unsigned want);

/* What a journey costs, bp: up to 200 within the limit, then rising to 2000 at
 * twice the limit. */
uint32_t inc_distance_penalty_bp(uint32_t minutes, uint32_t limit);

/* What missing hours cost: 2000 * (1 - overlap / asked), rounded up. */
uint32_t inc_hours_penalty_bp(uint32_t overlap_minutes, uint32_t asked_minutes);

/* floor(max * cover / 10000). */
int32_t inc_points(uint32_t max, uint32_t cover_bp);

/*
 * Share `total` points out in proportion to weights, in whole points that add
 * up to exactly `total`: largest remainders, earlier first. Sum of weights
 * must be over 0 and under 2^40.
 *   points  out [n]    weights  in [n]
 */
void inc_share(uint32_t *points, const uint64_t *weights, uint32_t n,
               uint32_t total);

#endif

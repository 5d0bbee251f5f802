/*
 * kin.h - which skills are like what a need asks, and how much. Floor 6.
 *
 * Sparse tables filled from the neighbour lists of the space (near.h): in 1/255
 * for the sieve, of skills and of families, and exact ones. About a thousand
 * skills are in them, so they are cleared by what was filled, never whole.
 */
#ifndef INC_MATCH_KIN_H
#define INC_MATCH_KIN_H

#include "engine/kernels/kernels.h"
#include "engine/match/plan.h"

struct inc_kin {
    struct inc_sieve_table sieve;    /* of skills; views what is below */
    struct inc_sieve_table families; /* of families (near.h), likewise */
    uint8_t *sim8;                   /* [skills][lanes], zero where not kin */
    uint8_t *family8;                /* [families][lanes] */
    size_t sim8_cap, family8_cap;
    int16_t *weight; /* [lanes max] */
    uint8_t *must;   /* [lanes max] */
    uint16_t *place; /* [skills] 0: no kin; else 1 + its row in sim */
    size_t place_cap;
    uint16_t *sim; /* [n][lanes] bp, largest over a lane's concepts */
    size_t sim_cap;
    uint16_t *skill; /* [n] the kin */
    size_t skill_cap;
    uint32_t n;
    size_t lanes;
    const uint16_t *family; /* of each skill, the space's */
    /* affinity, worked out for the skills that are met */
    int32_t *pull;  /* [skills] idf * (e . u) */
    uint32_t *when; /* [skills] pull is of this question when equal to now */
    size_t pull_cap, when_cap;
    uint32_t now;
    int8_t *u; /* [dim], 64-byte aligned */
    size_t u_cap;
    /* quality of a class for each level that can be asked, bp */
    uint16_t held[INC_LEVEL_MAX + 1][INC_LEVEL_MAX + 1][INC_EVIDENCE_COUNT];
    uint16_t recency[INC_HALF_YEARS];
};

/* Ready for inc_kin_fill(); all zero before the first. INC_E_NOMEM leaves it
 * empty. Call inc_kin_clear() before the next fill. must: mark lanes whose
 * requirement is a must and has a concept. */
enum inc_status inc_kin_fill(struct inc_kin *k, const struct inc_plan *p,
                             int must);
void inc_kin_clear(struct inc_kin *k);
void inc_kin_release(struct inc_kin *k);

/* Coverage of each lane by a person's words, bp. cover out [plan->lanes] */
void inc_kin_cover(uint16_t *cover, const struct inc_kin *k,
                   const struct inc_plan *p, const struct inc_person *person,
                   const struct inc_class *classes);

/* Sum of idf * (e . u) over the person's words; 0 without affinity. */
int64_t inc_kin_pull(struct inc_kin *k, const struct inc_plan *p,
                     const struct inc_kernels *kernels,
                     const struct inc_person *person);

/* 1 when a skill is like something that the lane asks. */
int inc_kin_related(const struct inc_kin *k, uint32_t skill, uint32_t lane);

#endif

/*
 * kernels.h - the inner loops of the match, in variants for this machine's
 * registers. Floor 1: pure arithmetic on plain arrays; no allocation, no ids,
 * no errors. Every variant gives the same numbers for all inputs.
 */
#ifndef INC_KERNELS_KERNELS_H
#define INC_KERNELS_KERNELS_H

#include "engine/kernels/word.h"

/*
 * What the sieve knows of a need: how like each skill is to each requirement,
 * in 1/255, rounded up, without regard to how well a skill is held.
 */
struct inc_sieve_table {
    const uint8_t *sim;    /* [skills][lanes], 64-byte aligned */
    const int16_t *weight; /* [lanes] 0..32767, in 1/128 points for 1/255;
                              64-byte aligned; 0 in lanes not in use */
    const uint8_t *must;   /* [lanes] 255 where 0 fails, else 0, 64-byte
                              aligned; NULL: none */
    size_t lanes;          /* multiple of INC_LANES, 16..256 */
};
#define INC_SIEVE_FAILED UINT32_MAX

/*
 * For each of n rows at most how many points the requirements can give:
 *   most[l]  = max over the row's skills j of sim[j][l]
 *   bound[i] = sum over l of most[l] * weight[l], / 128, rounded down;
 *              INC_SIEVE_FAILED when a lane of `must` has most 0
 *   bound    out [n]
 *   skill    in  skill numbers; those of row r are skill[skill_at[r]] up to,
 *                without, skill[skill_at[r + 1]]
 *   rows     in  [n] row numbers
 */
typedef void inc_sieve_fn(uint32_t *bound, const struct inc_sieve_table *t,
                          const uint16_t *skill, const uint32_t *skill_at,
                          const uint16_t *rows, size_t n);

/*
 * Raise the marks that bits name:
 *   mark[i] = max(mark[i], value) for every set bit i, i < 64 * words
 *   bits  in [words]
 */
typedef void inc_raise_fn(uint8_t *mark, const uint64_t *bits, size_t words,
                          uint8_t value);

/*
 * Add what the marks of one lane are worth to the nodes' bounds and clear
 * them:  bound[g] += (max(mark[g], least) * 256 * scale) >> 16; mark[g] = 0
 * Sums stay under 65536 (a need's points are 10000 in all, rounded up a lane).
 *   n       nodes; arrays have room for n rounded up to 64
 *   scale   ceil(points * 65536 / (255 * 256)), 0..10080
 */
typedef void inc_settle_fn(uint16_t *bound, uint8_t *mark, size_t n,
                           uint8_t least, uint16_t scale);

/*
 * out[r] = sum over d of rows[r][d] * u[d]
 *   rows  in [n][dim], u in [dim], int8; dim a multiple of 16, 16..1040;
 *         64-byte aligned start of rows and u
 */
typedef void inc_dots_fn(int32_t *out, const int8_t *rows, size_t n,
                         const int8_t *u, size_t dim);

struct inc_kernels {
    const char *name; /* "scalar", "avx2", "avx512" */
    inc_sieve_fn *sieve;
    inc_raise_fn *raise;
    inc_settle_fn *settle;
    inc_dots_fn *dots;
};

/*
 * Choose once, at start.
 *   forced  value of INC_KERNEL in the environment; NULL or "" for the best of
 *           this machine
 * NULL for a name that is not known or that this machine cannot run.
 */
const struct inc_kernels *inc_kernels_choose(const char *forced);
/* All that this machine can run, scalar first; NULL past the last. */
const struct inc_kernels *inc_kernels_at(size_t i);

#endif

/*
 * rng.h - small seeded generator, the same numbers on every machine
 * (splitmix64, Steele, Lea and Flood 2014). For tests, benches and the random
 * start of the SVD; never for secrets.
 */
#ifndef INC_BASE_RNG_H
#define INC_BASE_RNG_H

#include <stdint.h>

struct inc_rng {
    uint64_t state; /* the seed; any value is a good one */
};

static inline uint64_t
inc_rng_next(struct inc_rng *r)
{
    uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Uniform in 0..n-1, n > 0; bias below 2^-32 for n < 2^32. */
static inline uint32_t
inc_rng_below(struct inc_rng *r, uint32_t n)
{
    return (uint32_t)(((inc_rng_next(r) >> 32) * n) >> 32);
}

#endif

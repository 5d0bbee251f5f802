/*
 * draw.h - weighted draws in constant time (alias tables: Walker 1977, built
 * as by Vose 1991), in integers: the same draws on every machine.
 */
#ifndef INC_BENCH_PEOPLE_DRAW_H
#define INC_BENCH_PEOPLE_DRAW_H

#include "engine/base/rng.h"
#include "engine/base/status.h"

struct inc_draw_cell {
    uint32_t keep; /* of 2^32: stay here; else go to `other` */
    uint32_t other;
};
struct inc_draw {
    struct inc_draw_cell *cell; /* [n], owned */
    uint32_t n;
};

/* A table of n weights, 1 <= n < 2^31; their sum is over 0 and under 2^32.
 * INC_E_NOMEM, INC_E_RANGE. */
enum inc_status inc_draw_make(struct inc_draw *d, const uint64_t *weights,
                              uint32_t n, struct inc_err *err);
void inc_draw_release(struct inc_draw *d); /* safe on zeroed memory */

/* 0..n-1, as often as the weights say; one number of the generator. */
static inline uint32_t
inc_draw_one(const struct inc_draw *d, struct inc_rng *r)
{
    uint64_t z = inc_rng_next(r);
    uint32_t i = (uint32_t)(((z >> 32) * d->n) >> 32);

    return (uint32_t)z < d->cell[i].keep ? i : d->cell[i].other;
}

static inline int
inc_draw_chance(struct inc_rng *r, uint32_t percent)
{
    return inc_rng_below(r, 100) < percent;
}

static inline int64_t
inc_draw_between(struct inc_rng *r, int64_t lo, int64_t hi)
{
    return lo + (int64_t)inc_rng_below(r, (uint32_t)(hi - lo + 1));
}

#endif

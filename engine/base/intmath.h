/*
 * intmath.h - exact integer helpers the score stands on.
 */
#ifndef INC_BASE_INTMATH_H
#define INC_BASE_INTMATH_H

#include <stdint.h>

/*
 * Largest r with r*r <= x. Exact for every x: the processor's root of the
 * nearest double is off by less than one (2^32 in 2^-53, twice rounded), which
 * is mended here; so neither rounding mode nor compiler can change it.
 */
static inline uint64_t
inc_isqrt(uint64_t x)
{
    uint64_t r = (uint64_t)__builtin_sqrt((double)x);

    if (r > UINT32_MAX) /* 2^64 is the nearest to the largest */
        r = UINT32_MAX;
    if (r * r > x)
        r--;
    if (x - r * r > 2 * r)
        r++;
    return r;
}

#endif

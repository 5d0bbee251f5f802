/*
 * intmath.h - exact integer helpers the score stands on.
 */
#ifndef INC_BASE_INTMATH_H
#define INC_BASE_INTMATH_H

#include <stdint.h>

/* Largest r with r*r <= x. Exact for every x: digit by digit, no float. */
static inline uint64_t
inc_isqrt(uint64_t x)
{
    uint64_t r = 0, bit = UINT64_C(1) << 62;

    while (bit > x)
        bit >>= 2;
    while (bit != 0) {
        if (x >= r + bit) {
            x -= r + bit;
            r = (r >> 1) + bit;
        } else {
            r >>= 1;
        }
        bit >>= 2;
    }
    return r;
}

#endif

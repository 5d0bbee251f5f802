/* Marks of nodes: raising them, adding up what they are worth. */
#include "engine/kernels/variants.h"

void
inc_raise_scalar(uint8_t *mark, const uint64_t *bits, size_t words,
                 uint8_t value)
{
    for (size_t w = 0; w < words; w++) {
        for (uint64_t left = bits[w]; left != 0; left &= left - 1) {
            uint8_t *m = &mark[w * 64 + (size_t)__builtin_ctzll(left)];

            *m = *m > value ? *m : value;
        }
    }
}

void
inc_settle_scalar(uint16_t *bound, uint8_t *mark, size_t n, uint8_t least,
                  uint16_t scale)
{
    size_t end = (n + INC_SETTLE_STEP - 1) / INC_SETTLE_STEP * INC_SETTLE_STEP;

    for (size_t g = 0; g < end; g++) {
        uint32_t m = mark[g] > least ? mark[g] : least;

        bound[g] = (uint16_t)(bound[g] + (m * 256 * scale >> 16));
        mark[g] = 0;
    }
}

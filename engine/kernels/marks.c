/* Marks of groups: raising them by a list, adding up what they are worth. */
#include <string.h>

#include "engine/kernels/variants.h"

/* The groups of a list differ, so the marks of a turn are all read before the
 * first is written: a compiler cannot know. */
void
inc_raise_plain(uint8_t *mark, const uint16_t *group, const uint8_t *best,
                size_t n, const uint8_t value[16])
{
    enum { TURN = 4 };
    uint8_t worth[16];
    size_t i = 0;

    memcpy(worth, value, sizeof worth);
    for (; i + TURN <= n; i += TURN) {
        uint8_t mine[TURN];

        INC_UNROLL
        for (size_t k = 0; k < TURN; k++) {
            uint8_t is = mark[group[i + k]], may = worth[best[i + k]];

            mine[k] = is > may ? is : may;
        }
        INC_UNROLL
        for (size_t k = 0; k < TURN; k++)
            mark[group[i + k]] = mine[k];
    }
    for (; i < n; i++) {
        uint8_t may = worth[best[i]];

        if (mark[group[i]] < may)
            mark[group[i]] = may;
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

/*
 * The reference. A group of lanes at a time in a local array, so that a
 * compiler may use what vectors the base instruction set has.
 */
#include "engine/kernels/variants.h"

/* Adds 16 lanes from `first` on to *points; 0 when a lane of must has most 0.
 */
static int
add_lanes(uint32_t *points, const struct inc_sieve_table *t, size_t first,
          const uint16_t *skill, size_t n)
{
    uint8_t most[INC_LANES] = {0};
    int whole = 1;

    for (size_t j = 0; j < n; j++) {
        const uint8_t *sim = t->sim + (size_t)skill[j] * t->lanes + first;

        for (size_t l = 0; l < INC_LANES; l++)
            most[l] = sim[l] > most[l] ? sim[l] : most[l];
    }
    for (size_t l = 0; l < INC_LANES; l++) {
        *points += (uint32_t)most[l] * (uint32_t)t->weight[first + l];
        whole &= t->must == NULL || t->must[first + l] == 0 || most[l] != 0;
    }
    return whole;
}

void
inc_sieve_scalar(uint32_t *bound, const struct inc_sieve_table *t,
                 const uint16_t *skill, const uint32_t *skill_at,
                 const uint16_t *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t from = skill_at[rows[i]], to = skill_at[rows[i] + 1U];
        uint32_t points = 0;
        int whole = 1;

        for (size_t l = 0; l < t->lanes && whole; l += INC_LANES)
            whole = add_lanes(&points, t, l, skill + from, to - from);
        bound[i] = whole ? points >> INC_SIEVE_SHIFT : INC_SIEVE_FAILED;
    }
}

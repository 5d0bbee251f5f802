/*
 * sieve_rows.h - what the sieves for wide registers share: rows are finished
 * four at a time. Floor 1, private to engine/kernels; only for files compiled
 * for AVX2 at least.
 */
#ifndef INC_KERNELS_SIEVE_ROWS_H
#define INC_KERNELS_SIEVE_ROWS_H

#include <immintrin.h>

#include "engine/kernels/variants.h"

#define INLINE static inline __attribute__((always_inline))

enum { FOUR = 4 };

/* What a call is about, so that the functions below have few arguments. */
struct call {
    uint32_t *bound;
    const struct inc_sieve_table *t;
    const uint16_t *skill;
    const uint32_t *skill_at;
    const uint16_t *rows;
    size_t n;
};

/* Rows mostly follow each other, and the machine's own prefetching ends at
 * every page: a tenth of the time at 16 lanes. Fetching past an array is
 * harmless. */
INLINE void
fetch_ahead(const uint16_t *skill)
{
    enum { AHEAD = 512 };

    _mm_prefetch((const void *)(skill + AHEAD), _MM_HINT_T0);
}

/* The last rows when they are fewer than four: some row again. */
struct rest {
    size_t at, n;
    uint32_t bound[FOUR];
    uint16_t rows[FOUR];
};

INLINE void
rest_init(struct rest *r, const struct call *c)
{
    r->n = c->n % FOUR;
    r->at = c->n - r->n;
    for (size_t k = 0; k < FOUR && r->n > 0; k++) {
        size_t i = r->at + (k < r->n ? k : 0);

        r->rows[k] = c->rows[i];
        r->bound[k] = c->bound[i];
    }
}

INLINE void
rest_end(const struct rest *r, const struct call *c)
{
    for (size_t k = 0; k < r->n; k++)
        c->bound[r->at + k] = r->bound[k];
}

/* A row before it is finished: sums to be added up, and something other than 0
 * when a lane of must has most 0. */
struct part {
    __m256i points;
    __m128i bad;
};

/* The points of four rows, side by side. */
INLINE __m128i
points_of_four(const struct part p[FOUR])
{
    __m256i sum =
        _mm256_hadd_epi32(_mm256_hadd_epi32(p[0].points, p[1].points),
                          _mm256_hadd_epi32(p[2].points, p[3].points));

    return _mm_add_epi32(_mm256_castsi256_si128(sum),
                         _mm256_extracti128_si256(sum, 1));
}

/* All ones for the rows that fail. Packing with saturation leaves what is not 0
 * other than 0. */
INLINE __m128i
failed_of_four(const struct part p[FOUR])
{
    __m128i bad = _mm_packs_epi16(_mm_packs_epi16(p[0].bad, p[1].bad),
                                  _mm_packs_epi16(p[2].bad, p[3].bad));
    __m128i well = _mm_cmpeq_epi32(bad, _mm_setzero_si128());

    return _mm_xor_si128(well, _mm_set1_epi32(-1));
}

#endif

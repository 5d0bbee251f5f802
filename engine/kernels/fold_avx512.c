/*
 * As fold_avx2.c, 32 lanes a register and the last 16 in half a register; a
 * table of 16 lanes has no use for them. Four registers a turn: 128 lanes.
 */
#include "engine/kernels/variants.h"

#ifdef __AVX512BW__

#include <immintrin.h>

enum { WIDE = 32, WIDE_A_TURN = 4, LANES_A_TURN = WIDE * WIDE_A_TURN };

#define INLINE static inline __attribute__((always_inline))

/* What a call is about, so that the functions below have few arguments. */
struct call {
    uint16_t *cover;
    const struct inc_fold_table *table;
    const uint32_t *words;
    size_t n;
};

INLINE __m512i
have_wide(const uint16_t *sim, const uint16_t *loss)
{
    __m512i s = _mm512_loadu_si512(sim), l = _mm512_loadu_si512(loss);

    return _mm512_sub_epi16(s, _mm512_mulhi_epu16(s, l));
}

INLINE __m256i
have_half(const uint16_t *sim, const uint16_t *loss)
{
    __m256i s = _mm256_load_si256((const void *)sim);
    __m256i l = _mm256_load_si256((const void *)loss);

    return _mm256_sub_epi16(s, _mm256_mulhi_epu16(s, l));
}

/* Lanes from `first` on; `wide`, `half` and `with_pull` are constants where
 * this is called. */
INLINE int64_t
fold_lanes(const struct call *c, size_t first, size_t wide, int half,
           int with_pull)
{
    const size_t lanes = c->table->lanes;
    const uint16_t *sims = c->table->sim + first;
    const uint16_t *losses = c->table->loss + first;
    uint16_t *cover = c->cover + first;
    __m512i best[WIDE_A_TURN];
    __m256i last = _mm256_setzero_si256();
    int64_t sum = 0;

    INC_UNROLL
    for (size_t g = 0; g < wide; g++)
        best[g] = _mm512_setzero_si512();
    for (size_t w = 0; w < c->n; w++) {
        size_t concept = INC_WORD_CONCEPT(c->words[w]);
        const uint16_t *sim = sims + concept * lanes;
        const uint16_t *loss = losses + INC_WORD_CLASS(c->words[w]) * lanes;

        INC_UNROLL
        for (size_t g = 0; g < wide; g++)
            best[g] = _mm512_max_epu16(
                best[g], have_wide(sim + g * WIDE, loss + g * WIDE));
        if (half)
            last = _mm256_max_epu16(
                last, have_half(sim + wide * WIDE, loss + wide * WIDE));
        if (with_pull)
            sum += c->table->pull[concept];
    }
    INC_UNROLL
    for (size_t g = 0; g < wide; g++)
        _mm512_storeu_si512(cover + g * WIDE, best[g]);
    if (half)
        _mm256_store_si256((void *)(cover + wide * WIDE), last);
    return sum;
}

/* The number of lanes made a constant: 16 up to LANES_A_TURN. */
INLINE int64_t
fold_turn(const struct call *c, size_t first, size_t lanes, int with_pull)
{
    switch (lanes / INC_LANES) {
    case 1:
        return fold_lanes(c, first, 0, 1, with_pull);
    case 2:
        return fold_lanes(c, first, 1, 0, with_pull);
    case 3:
        return fold_lanes(c, first, 1, 1, with_pull);
    case 4:
        return fold_lanes(c, first, 2, 0, with_pull);
    case 5:
        return fold_lanes(c, first, 2, 1, with_pull);
    case 6:
        return fold_lanes(c, first, 3, 0, with_pull);
    case 7:
        return fold_lanes(c, first, 3, 1, with_pull);
    default:
        return fold_lanes(c, first, WIDE_A_TURN, 0, with_pull);
    }
}

void
inc_fold_avx512(uint16_t *cover, int64_t *pull,
                const struct inc_fold_table *table, const uint32_t *words,
                size_t n)
{
    const struct call c = {cover, table, words, n};
    size_t lanes = table->lanes;

    *pull = table->pull != NULL ? fold_turn(&c, 0, lanes, 1)
                                : fold_turn(&c, 0, lanes, 0);
    for (size_t first = LANES_A_TURN; first < lanes; first += LANES_A_TURN)
        (void)fold_turn(&c, first, lanes - first, 0);
}

#else /* a machine without AVX-512: the dispatcher never comes here */

void
inc_fold_avx512(uint16_t *cover, int64_t *pull,
                const struct inc_fold_table *table, const uint32_t *words,
                size_t n)
{
    inc_fold_scalar(cover, pull, table, words, n);
}

#endif

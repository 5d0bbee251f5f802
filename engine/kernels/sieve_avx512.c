/*
 * Tables of 64, 128, 192 or 256 lanes, whole cache lines: all lanes in one
 * turn, 64 a register. For others a register would be half empty or cross lines
 * (measured a third slower on Zen 4), so they go to sieve_avx2.c, where it says
 * how skills and rows go by.
 */
#include "engine/kernels/variants.h"

#ifdef __AVX512BW__

#include "engine/kernels/sieve_rows.h"

enum { WIDE = 64, WIDE_MOST = INC_SIEVE_LANES_MAX / WIDE, RUN = 8 };

/* `wide`, the number of registers, is a constant where these are called. */
INLINE void
raise_by(__m512i *most, const uint8_t *sim, size_t wide)
{
    INC_UNROLL
    for (size_t w = 0; w < wide; w++)
        most[w] = _mm512_max_epu8(most[w], _mm512_load_si512(sim + w * WIDE));
}

INLINE void
raise_run(__m512i *most, const uint8_t *sim, const uint16_t *skill, size_t wide)
{
    INC_UNROLL
    for (size_t j = 0; j < RUN; j++)
        raise_by(most, sim + skill[j] * (wide * WIDE), wide);
}

INLINE void
most_of(__m512i *most, const uint8_t *sim, const uint16_t *skill, size_t n,
        size_t wide)
{
    INC_UNROLL
    for (size_t w = 0; w < wide; w++)
        most[w] = _mm512_setzero_si512();
    if (n >= RUN) {
        for (size_t j = 0; j < n - RUN; j += RUN)
            raise_run(most, sim, skill + j, wide);
        raise_run(most, sim, skill + n - RUN, wide);
    } else {
        for (size_t j = 0; j < n; j++)
            raise_by(most, sim + skill[j] * (wide * WIDE), wide);
    }
}

INLINE __m512i
weigh(__m256i most, const int16_t *weight)
{
    return _mm512_madd_epi16(_mm512_cvtepu8_epi16(most),
                             _mm512_load_si512(weight));
}

INLINE __m256i
points_of(const __m512i *most, const int16_t *weight, size_t wide)
{
    __m512i sum = _mm512_setzero_si512();

    INC_UNROLL
    for (size_t w = 0; w < wide; w++) {
        const int16_t *by = weight + w * WIDE;
        __m256i low = _mm512_castsi512_si256(most[w]);
        __m256i high = _mm512_extracti64x4_epi64(most[w], 1);

        sum = _mm512_add_epi32(sum, weigh(low, by));
        sum = _mm512_add_epi32(sum, weigh(high, by + WIDE / 2));
    }
    return _mm256_add_epi32(_mm512_castsi512_si256(sum),
                            _mm512_extracti64x4_epi64(sum, 1));
}

INLINE __m128i
bad_of(const __m512i *most, const uint8_t *must, size_t wide)
{
    __m512i bad = _mm512_setzero_si512();
    __m256i half;

    INC_UNROLL
    for (size_t w = 0; w < wide; w++) {
        __mmask64 none = _mm512_testn_epi8_mask(most[w], most[w]);

        bad = _mm512_or_si512(bad,
                              _mm512_maskz_loadu_epi8(none, must + w * WIDE));
    }
    half = _mm256_or_si256(_mm512_castsi512_si256(bad),
                           _mm512_extracti64x4_epi64(bad, 1));
    return _mm_or_si128(_mm256_castsi256_si128(half),
                        _mm256_extracti128_si256(half, 1));
}

INLINE void
four_rows(uint32_t *bound, const struct call *c, const uint16_t rows[FOUR],
          size_t wide)
{
    const struct inc_sieve_table *t = c->t;
    const uint8_t *must = t->must;
    struct part part[FOUR];
    __m128i sum;

    for (size_t k = 0; k < FOUR; k++) {
        const uint32_t *at = c->skill_at + rows[k];
        __m512i most[WIDE_MOST];

        fetch_ahead(c->skill + at[0]);
        most_of(most, t->sim, c->skill + at[0], at[1] - at[0], wide);
        part[k].points = points_of(most, t->weight, wide);
        if (must != NULL)
            part[k].bad = bad_of(most, must, wide);
    }
    sum = _mm_srli_epi32(points_of_four(part), INC_SIEVE_SHIFT);
    if (must != NULL)
        sum = _mm_or_si128(sum, failed_of_four(part));
    _mm_storeu_si128((void *)bound, sum);
}

INLINE void
sieve(const struct call *c, size_t wide)
{
    struct rest rest;

    rest_init(&rest, c);
    for (size_t i = 0; i < rest.at; i += FOUR)
        four_rows(c->bound + i, c, c->rows + i, wide);
    if (rest.n > 0)
        four_rows(rest.bound, c, rest.rows, wide);
    rest_end(&rest, c);
}

void
inc_sieve_avx512(uint32_t *bound, const struct inc_sieve_table *t,
                 const uint16_t *skill, const uint32_t *skill_at,
                 const uint16_t *rows, size_t n)
{
    const struct call c = {bound, t, skill, skill_at, rows, n};

    switch (t->lanes) {
    case 1 * WIDE:
        sieve(&c, 1);
        break;
    case 2 * WIDE:
        sieve(&c, 2);
        break;
    case 3 * WIDE:
        sieve(&c, 3);
        break;
    case 4 * WIDE:
        sieve(&c, 4);
        break;
    default:
        inc_sieve_avx2(bound, t, skill, skill_at, rows, n);
    }
}

#else /* a machine without AVX-512: the dispatcher never comes here */

void
inc_sieve_avx512(uint32_t *bound, const struct inc_sieve_table *t,
                 const uint16_t *skill, const uint32_t *skill_at,
                 const uint16_t *rows, size_t n)
{
    inc_sieve_scalar(bound, t, skill, skill_at, rows, n);
}

#endif

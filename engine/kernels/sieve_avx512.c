/*
 * All lanes in one turn: up to four registers of 64 lanes, the last of which
 * may be loaded by a mask. A table of 16 or 32 lanes has no use for them and
 * goes to sieve_avx2.c, where it says how skills go by.
 */
#include "engine/kernels/variants.h"

#ifdef __AVX512BW__

#include <immintrin.h>

enum { WIDE = 64, WIDE_MOST = 4, RUN = 8 };

#define INLINE static inline __attribute__((always_inline))

/* What a call is about, so that the functions below have few arguments. */
struct call {
    uint32_t *bound;
    const struct inc_sieve_table *t;
    const uint16_t *skill;
    const uint32_t *skill_at;
    const uint16_t *rows;
    size_t n;
};

/* Lanes in registers: constants where the functions below are called, but for
 * the mask. */
struct shape {
    size_t whole; /* registers of 64 lanes */
    int part;     /* 1: one more, of the lanes in `tail` */
    __mmask64 tail;
};

INLINE void
raise_by(__m512i *most, const uint8_t *sim, struct shape s)
{
    INC_UNROLL
    for (size_t w = 0; w < s.whole; w++)
        most[w] = _mm512_max_epu8(most[w], _mm512_loadu_si512(sim + w * WIDE));
    if (s.part)
        most[s.whole] = _mm512_max_epu8(
            most[s.whole],
            _mm512_maskz_loadu_epi8(s.tail, sim + s.whole * WIDE));
}

INLINE void
raise_run(__m512i *most, const uint8_t *sims, size_t lanes,
          const uint16_t *skill, size_t n, struct shape s)
{
    INC_UNROLL
    for (size_t j = 0; j < n; j++)
        raise_by(most, sims + skill[j] * lanes, s);
}

INLINE void
most_of(__m512i *most, const uint8_t *sims, size_t lanes, const uint16_t *skill,
        size_t n, struct shape s)
{
    INC_UNROLL
    for (size_t w = 0; w < s.whole + (size_t)s.part; w++)
        most[w] = _mm512_setzero_si512();
    if (n >= RUN) {
        for (size_t j = 0; j < n - RUN; j += RUN)
            raise_run(most, sims, lanes, skill + j, RUN, s);
        raise_run(most, sims, lanes, skill + n - RUN, RUN, s);
    } else {
        for (size_t j = 0; j < n; j++)
            raise_by(most, sims + skill[j] * lanes, s);
    }
}

/* Weights of lanes that are not there are not read: their maxima are 0. */
INLINE uint32_t
points_of(const __m512i *most, const int16_t *weight, struct shape s)
{
    __m512i sum = _mm512_setzero_si512();

    INC_UNROLL
    for (size_t w = 0; w < s.whole + (size_t)s.part; w++) {
        const int16_t *by = weight + w * WIDE;
        __m512i low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(most[w]));
        __m512i high =
            _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(most[w], 1));
        __mmask32 first = w < s.whole ? UINT32_MAX : (__mmask32)s.tail;
        __mmask32 second =
            w < s.whole ? UINT32_MAX : (__mmask32)(s.tail >> (WIDE / 2));

        sum = _mm512_add_epi32(
            sum, _mm512_madd_epi16(low, _mm512_maskz_loadu_epi16(first, by)));
        sum = _mm512_add_epi32(
            sum, _mm512_madd_epi16(
                     high, _mm512_maskz_loadu_epi16(second, by + WIDE / 2)));
    }
    return (uint32_t)_mm512_reduce_add_epi32(sum);
}

INLINE int
fails(const __m512i *most, const uint8_t *must, struct shape s)
{
    uint64_t bad = 0;

    INC_UNROLL
    for (size_t w = 0; w < s.whole; w++)
        bad |= _mm512_mask_testn_epi8_mask(
            _mm512_movepi8_mask(_mm512_loadu_si512(must + w * WIDE)), most[w],
            most[w]);
    if (s.part)
        bad |= _mm512_mask_testn_epi8_mask(
            _mm512_movepi8_mask(
                _mm512_maskz_loadu_epi8(s.tail, must + s.whole * WIDE)),
            most[s.whole], most[s.whole]);
    return bad != 0;
}

INLINE void
sieve(const struct call *c, size_t lanes, struct shape s)
{
    const uint8_t *must = c->t->must;

    for (size_t i = 0; i < c->n; i++) {
        const uint32_t *at = c->skill_at + c->rows[i];
        __m512i most[WIDE_MOST];
        uint32_t points;

        most_of(most, c->t->sim, lanes, c->skill + at[0], at[1] - at[0], s);
        points = points_of(most, c->t->weight, s) >> INC_SIEVE_SHIFT;
        if (must != NULL && fails(most, must, s))
            points = INC_SIEVE_FAILED;
        c->bound[i] = points;
    }
}

INLINE void
wide(const struct call *c, size_t whole, __mmask64 tail)
{
    if (tail != 0)
        sieve(c, c->t->lanes, (struct shape){whole, 1, tail});
    else
        sieve(c, whole * WIDE, (struct shape){whole, 0, 0});
}

void
inc_sieve_avx512(uint32_t *bound, const struct inc_sieve_table *t,
                 const uint16_t *skill, const uint32_t *skill_at,
                 const uint16_t *rows, size_t n)
{
    const struct call c = {bound, t, skill, skill_at, rows, n};
    const __mmask64 tail = (UINT64_C(1) << t->lanes % WIDE) - 1;

    if (t->lanes <= WIDE / 2) { /* a narrow register or one of 32 lanes */
        inc_sieve_avx2(bound, t, skill, skill_at, rows, n);
        return;
    }
    switch (t->lanes / WIDE) {
    case 0:
        wide(&c, 0, tail);
        break;
    case 1:
        wide(&c, 1, tail);
        break;
    case 2:
        wide(&c, 2, tail);
        break;
    case 3:
        wide(&c, 3, tail);
        break;
    default:
        wide(&c, 4, 0);
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

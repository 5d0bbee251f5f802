/*
 * Up to 128 lanes a turn: `wide` registers of 32 lanes and, for an odd 16, a
 * narrow one, that hold the maxima of a row while its skills go by. Sums of all
 * 256 lanes stay under 255 * 32767 * 256 < 2^31.
 *
 * What a row costs beside its skills is the loop's end that nobody can
 * foretell. A maximum does not mind a skill that is taken twice, so skills go
 * by eight at a time, the last eight overlapping the ones before.
 */
#include "engine/kernels/variants.h"

#ifdef __AVX2__

#include <immintrin.h>

enum { WIDE = 32, WIDE_A_TURN = 4, LANES_A_TURN = WIDE * WIDE_A_TURN };

/* One turn over some lanes, as it stands in registers. */
struct turn {
    __m256i wide[WIDE_A_TURN];
    __m128i narrow;
};

/* Lanes of a turn: constants where the functions below are called. */
struct shape {
    size_t wide, narrow; /* registers: 0..WIDE_A_TURN, 0..1 */
};

#define INLINE static inline __attribute__((always_inline))

INLINE void
raise_by(struct turn *most, const uint8_t *sim, struct shape s)
{
    INC_UNROLL
    for (size_t w = 0; w < s.wide; w++)
        most->wide[w] = _mm256_max_epu8(
            most->wide[w], _mm256_loadu_si256((const void *)(sim + w * WIDE)));
    if (s.narrow)
        most->narrow = _mm_max_epu8(
            most->narrow, _mm_load_si128((const void *)(sim + s.wide * WIDE)));
}

INLINE void
raise_run(struct turn *most, const uint8_t *sims, size_t lanes,
          const uint16_t *skill, size_t n, struct shape s)
{
    INC_UNROLL
    for (size_t j = 0; j < n; j++)
        raise_by(most, sims + skill[j] * lanes, s);
}

INLINE void
most_of(struct turn *most, const uint8_t *sims, size_t lanes,
        const uint16_t *skill, size_t n, struct shape s)
{
    INC_UNROLL
    for (size_t w = 0; w < s.wide; w++)
        most->wide[w] = _mm256_setzero_si256();
    most->narrow = _mm_setzero_si128();
    if (n >= 8) {
        for (size_t j = 0; j < n - 8; j += 8)
            raise_run(most, sims, lanes, skill + j, 8, s);
        raise_run(most, sims, lanes, skill + n - 8, 8, s);
    } else if (n >= 4) {
        raise_run(most, sims, lanes, skill, 4, s);
        raise_run(most, sims, lanes, skill + n - 4, 4, s);
    } else if (n > 0) {
        raise_by(most, sims + skill[0] * lanes, s);
        raise_by(most, sims + skill[n / 2] * lanes, s);
        raise_by(most, sims + skill[n - 1] * lanes, s);
    }
}

INLINE __m256i
weigh(__m128i most, const int16_t *weight)
{
    return _mm256_madd_epi16(_mm256_cvtepu8_epi16(most),
                             _mm256_load_si256((const void *)weight));
}

INLINE uint32_t
points_of(const struct turn *most, const int16_t *weight, struct shape s)
{
    __m256i sum = _mm256_setzero_si256();
    __m128i half;

    INC_UNROLL
    for (size_t w = 0; w < s.wide; w++) {
        __m128i low = _mm256_castsi256_si128(most->wide[w]);
        __m128i high = _mm256_extracti128_si256(most->wide[w], 1);

        sum = _mm256_add_epi32(sum, weigh(low, weight + w * WIDE));
        sum = _mm256_add_epi32(sum, weigh(high, weight + w * WIDE + INC_LANES));
    }
    if (s.narrow)
        sum =
            _mm256_add_epi32(sum, weigh(most->narrow, weight + s.wide * WIDE));
    half = _mm_add_epi32(_mm256_castsi256_si128(sum),
                         _mm256_extracti128_si256(sum, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(half);
}

/* 1 when some lane of must has most 0. */
INLINE int
fails(const struct turn *most, const uint8_t *must, struct shape s)
{
    __m256i bad = _mm256_setzero_si256();

    INC_UNROLL
    for (size_t w = 0; w < s.wide; w++)
        bad = _mm256_or_si256(
            bad, _mm256_and_si256(
                     _mm256_cmpeq_epi8(most->wide[w], _mm256_setzero_si256()),
                     _mm256_loadu_si256((const void *)(must + w * WIDE))));
    if (s.narrow) {
        __m128i b =
            _mm_and_si128(_mm_cmpeq_epi8(most->narrow, _mm_setzero_si128()),
                          _mm_load_si128((const void *)(must + s.wide * WIDE)));

        bad = _mm256_or_si256(bad, _mm256_zextsi128_si256(b));
    }
    return !_mm256_testz_si256(bad, bad);
}

/* What a call is about, so that the functions below have few arguments. */
struct call {
    uint32_t *bound;
    const struct inc_sieve_table *t;
    const uint16_t *skill;
    const uint32_t *skill_at;
    const uint16_t *rows;
    size_t n;
};

/* Lanes from `first` on: adds their points to those of the turns before, if
 * there were any, and brings the sum into points in the last turn. */
INLINE void
turn(const struct call *c, size_t first, size_t lanes, struct shape s,
     int with_must)
{
    const uint8_t *sims = c->t->sim + first;
    const int16_t *weight = c->t->weight + first;
    const int shift =
        first + LANES_A_TURN >= lanes ? INC_SIEVE_SHIFT : 0; /* last? */

    for (size_t i = 0; i < c->n; i++) {
        const uint32_t *at = c->skill_at + c->rows[i];
        struct turn most;
        uint32_t points = 0;

        if (first > 0 && c->bound[i] == INC_SIEVE_FAILED)
            continue;
        most_of(&most, sims, lanes, c->skill + at[0], at[1] - at[0], s);
        points = points_of(&most, weight, s);
        if (first > 0)
            points += c->bound[i];
        points >>= shift;
        if (with_must && fails(&most, c->t->must + first, s))
            points = INC_SIEVE_FAILED;
        c->bound[i] = points;
    }
}

/* The only turn of a table, so that its lanes are a constant too. */
INLINE void
whole(const struct call *c, size_t wide, size_t narrow)
{
    const struct shape s = {wide, narrow};
    const size_t lanes = wide * WIDE + narrow * INC_LANES;

    if (c->t->must != NULL)
        turn(c, 0, lanes, s, 1);
    else
        turn(c, 0, lanes, s, 0);
}

/* One turn of several. */
INLINE void
part(const struct call *c, size_t first, size_t wide, size_t narrow)
{
    const struct shape s = {wide, narrow};

    turn(c, first, c->t->lanes, s, c->t->must != NULL);
}

static void
any_whole(const struct call *c)
{
    switch (c->t->lanes / INC_LANES) {
    case 1:
        whole(c, 0, 1);
        break;
    case 2:
        whole(c, 1, 0);
        break;
    case 3:
        whole(c, 1, 1);
        break;
    case 4:
        whole(c, 2, 0);
        break;
    case 5:
        whole(c, 2, 1);
        break;
    case 6:
        whole(c, 3, 0);
        break;
    case 7:
        whole(c, 3, 1);
        break;
    default:
        whole(c, 4, 0);
    }
}

/* Lanes from `first` on, of a table of more than a turn. */
static void
any_part(const struct call *c, size_t first)
{
    size_t groups = (c->t->lanes - first) / INC_LANES;

    switch (groups) {
    case 1:
        part(c, first, 0, 1);
        break;
    case 2:
        part(c, first, 1, 0);
        break;
    case 3:
        part(c, first, 1, 1);
        break;
    case 4:
        part(c, first, 2, 0);
        break;
    case 5:
        part(c, first, 2, 1);
        break;
    case 6:
        part(c, first, 3, 0);
        break;
    case 7:
        part(c, first, 3, 1);
        break;
    default:
        part(c, first, 4, 0);
    }
}

void
inc_sieve_avx2(uint32_t *bound, const struct inc_sieve_table *t,
               const uint16_t *skill, const uint32_t *skill_at,
               const uint16_t *rows, size_t n)
{
    const struct call c = {bound, t, skill, skill_at, rows, n};

    if (t->lanes <= LANES_A_TURN) {
        any_whole(&c);
        return;
    }
    for (size_t first = 0; first < t->lanes; first += LANES_A_TURN)
        any_part(&c, first);
}

#else /* a machine without AVX2: the dispatcher never comes here */

void
inc_sieve_avx2(uint32_t *bound, const struct inc_sieve_table *t,
               const uint16_t *skill, const uint32_t *skill_at,
               const uint16_t *rows, size_t n)
{
    inc_sieve_scalar(bound, t, skill, skill_at, rows, n);
}

#endif

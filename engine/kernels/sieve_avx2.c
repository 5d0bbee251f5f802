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

#include "engine/kernels/sieve_rows.h"

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

INLINE __m256i
points_of(const struct turn *most, const int16_t *weight, struct shape s)
{
    __m256i sum = _mm256_setzero_si256();

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
    return sum;
}

INLINE __m128i
bad_of(const struct turn *most, const uint8_t *must, struct shape s)
{
    const __m256i none = _mm256_setzero_si256();
    __m256i bad = none;

    INC_UNROLL
    for (size_t w = 0; w < s.wide; w++)
        bad = _mm256_or_si256(
            bad, _mm256_and_si256(
                     _mm256_cmpeq_epi8(most->wide[w], none),
                     _mm256_loadu_si256((const void *)(must + w * WIDE))));
    if (s.narrow) {
        __m128i b =
            _mm_and_si128(_mm_cmpeq_epi8(most->narrow, _mm_setzero_si128()),
                          _mm_load_si128((const void *)(must + s.wide * WIDE)));

        bad = _mm256_or_si256(bad, _mm256_zextsi128_si256(b));
    }
    return _mm_or_si128(_mm256_castsi256_si128(bad),
                        _mm256_extracti128_si256(bad, 1));
}

/* Lanes from `first` on of four rows: adds their points to those of the turns
 * before, if there were any, and brings the sum into points in the last turn.
 *   bound  inout [FOUR] */
INLINE void
four_rows(uint32_t *bound, const struct call *c, const uint16_t rows[FOUR],
          size_t first, size_t lanes, struct shape s)
{
    const int shift = first + LANES_A_TURN >= lanes ? INC_SIEVE_SHIFT : 0;
    const struct inc_sieve_table *t = c->t;
    const uint8_t *must = t->must;
    struct part part[FOUR];
    __m128i sum, before;

    for (size_t k = 0; k < FOUR; k++) {
        const uint32_t *at = c->skill_at + rows[k];
        struct turn most;

        fetch_ahead(c->skill + at[0]);
        most_of(&most, t->sim + first, lanes, c->skill + at[0], at[1] - at[0],
                s);
        part[k].points = points_of(&most, t->weight + first, s);
        if (must != NULL)
            part[k].bad = bad_of(&most, must + first, s);
    }
    sum = points_of_four(part);
    if (first > 0) {
        before = _mm_loadu_si128((const void *)bound);
        sum = _mm_srli_epi32(_mm_add_epi32(sum, before), shift);
        sum = _mm_or_si128(sum, _mm_srai_epi32(before, 31)); /* failed then */
    } else {
        sum = _mm_srli_epi32(sum, shift);
    }
    if (must != NULL)
        sum = _mm_or_si128(sum, failed_of_four(part));
    _mm_storeu_si128((void *)bound, sum);
}

INLINE void
turn(const struct call *c, size_t first, size_t lanes, size_t wide,
     size_t narrow)
{
    const struct shape s = {wide, narrow};
    struct rest rest;

    rest_init(&rest, c);
    for (size_t i = 0; i < rest.at; i += FOUR)
        four_rows(c->bound + i, c, c->rows + i, first, lanes, s);
    if (rest.n > 0)
        four_rows(rest.bound, c, rest.rows, first, lanes, s);
    rest_end(&rest, c);
}

/* The only turn of a table, so that its lanes are a constant too. */
INLINE void
whole(const struct call *c, size_t wide, size_t narrow)
{
    turn(c, 0, wide * WIDE + narrow * INC_LANES, wide, narrow);
}

/* One turn of several. */
INLINE void
part(const struct call *c, size_t first, size_t wide, size_t narrow)
{
    turn(c, first, c->t->lanes, wide, narrow);
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

/*
 * Sixteen bytes of a row become words; vpmaddwd adds products two by two into
 * 32 bits (2 * 128 * 128), exact for every int8. u is made words once.
 */
#include "engine/kernels/variants.h"

#ifdef __AVX2__

#include <immintrin.h>

enum { STEP = 16, ROWS_A_TURN = 4 };

#define INLINE static inline __attribute__((always_inline))

INLINE __m256i
dot(__m256i sum, const int8_t *row, __m256i words)
{
    __m256i wide = _mm256_cvtepi8_epi16(_mm_load_si128((const void *)row));

    return _mm256_add_epi32(sum, _mm256_madd_epi16(wide, words));
}

INLINE __m128i
fold_half(__m256i sum)
{
    return _mm_add_epi32(_mm256_castsi256_si128(sum),
                         _mm256_extracti128_si256(sum, 1));
}

/* Four rows: their sums end up side by side in one register. */
static void
four(int32_t *out, const int8_t *rows, const int16_t *words, size_t dim)
{
    __m256i sum[ROWS_A_TURN];
    __m128i all;

    INC_UNROLL
    for (size_t r = 0; r < ROWS_A_TURN; r++)
        sum[r] = _mm256_setzero_si256();
    for (size_t d = 0; d < dim; d += STEP) {
        __m256i w = _mm256_load_si256((const void *)(words + d));

        INC_UNROLL
        for (size_t r = 0; r < ROWS_A_TURN; r++)
            sum[r] = dot(sum[r], rows + r * dim + d, w);
    }
    all = _mm_hadd_epi32(_mm_hadd_epi32(fold_half(sum[0]), fold_half(sum[1])),
                         _mm_hadd_epi32(fold_half(sum[2]), fold_half(sum[3])));
    _mm_storeu_si128((void *)out, all);
}

static int32_t
one(const int8_t *row, const int16_t *words, size_t dim)
{
    __m256i sum = _mm256_setzero_si256();
    __m128i half;

    for (size_t d = 0; d < dim; d += STEP)
        sum = dot(sum, row + d, _mm256_load_si256((const void *)(words + d)));
    half = fold_half(sum);
    half = _mm_hadd_epi32(half, half);
    return _mm_cvtsi128_si32(_mm_hadd_epi32(half, half));
}

void
inc_dots_avx2(int32_t *out, const int8_t *rows, size_t n, const int8_t *u,
              size_t dim)
{
    _Alignas(64) int16_t words[INC_DOTS_DIM_MAX];
    size_t r = 0;

    for (size_t d = 0; d < dim; d++)
        words[d] = (int16_t)(int)u[d]; /* the sign stays */
    for (; r + ROWS_A_TURN <= n; r += ROWS_A_TURN)
        four(out + r, rows + r * dim, words, dim);
    for (; r < n; r++)
        out[r] = one(rows + r * dim, words, dim);
}

#else /* a machine without AVX2: the dispatcher never comes here */

void
inc_dots_avx2(int32_t *out, const int8_t *rows, size_t n, const int8_t *u,
              size_t dim)
{
    inc_dots_scalar(out, rows, n, u, dim);
}

#endif

/* As dots_avx2.c, 32 bytes of a row at a time; the last 16 by a mask. */
#include "engine/kernels/variants.h"

#ifdef __AVX512BW__

#include <immintrin.h>

enum { STEP = 32, ROWS_A_TURN = 4 };

#define INLINE static inline __attribute__((always_inline))

INLINE __m512i
dot(__m512i sum, __m256i bytes, __m512i words)
{
    return _mm512_add_epi32(
        sum, _mm512_madd_epi16(_mm512_cvtepi8_epi16(bytes), words));
}

/* n rows, a constant where this is called. */
INLINE void
some(int32_t *out, const int8_t *rows, size_t n, const int16_t *words,
     size_t dim)
{
    __m512i sum[ROWS_A_TURN];
    size_t d = 0;

    INC_UNROLL
    for (size_t r = 0; r < n; r++)
        sum[r] = _mm512_setzero_si512();
    for (; d + STEP <= dim; d += STEP) {
        __m512i w = _mm512_load_si512(words + d);

        INC_UNROLL
        for (size_t r = 0; r < n; r++)
            sum[r] =
                dot(sum[r],
                    _mm256_loadu_si256((const void *)(rows + r * dim + d)), w);
    }
    if (d < dim) { /* words are 0 past the last */
        __m512i w = _mm512_load_si512(words + d);

        INC_UNROLL
        for (size_t r = 0; r < n; r++)
            sum[r] = dot(
                sum[r], _mm256_maskz_loadu_epi8(0xffff, rows + r * dim + d), w);
    }
    INC_UNROLL
    for (size_t r = 0; r < n; r++)
        out[r] = _mm512_reduce_add_epi32(sum[r]);
}

void
inc_dots_avx512(int32_t *out, const int8_t *rows, size_t n, const int8_t *u,
                size_t dim)
{
    _Alignas(64) int16_t words[INC_DOTS_DIM_MAX + STEP] = {0};
    size_t r = 0;

    for (size_t d = 0; d < dim; d++)
        words[d] = (int16_t)(int)u[d]; /* the sign stays */
    for (; r + ROWS_A_TURN <= n; r += ROWS_A_TURN)
        some(out + r, rows + r * dim, ROWS_A_TURN, words, dim);
    for (; r < n; r++)
        some(out + r, rows + r * dim, 1, words, dim);
}

#else /* a machine without AVX-512: the dispatcher never comes here */

void
inc_dots_avx512(int32_t *out, const int8_t *rows, size_t n, const int8_t *u,
                size_t dim)
{
    inc_dots_scalar(out, rows, n, u, dim);
}

#endif

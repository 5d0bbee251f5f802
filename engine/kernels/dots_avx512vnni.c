/*
 * vpdpbusd multiplies unsigned by signed bytes and adds four products into 32
 * bits, without saturation. A row's byte b goes in as b + 128 (its top bit
 * turned), so every sum is 128 * sum(u) too high, whatever the row: taken off
 * once. Bytes past the last of a row meet a 0 of u.
 */
#include "engine/kernels/variants.h"

#ifdef __AVX512VNNI__

#include <immintrin.h>
#include <string.h>

enum { STEP = 64, ROWS_A_TURN = 4 };

#define INLINE static inline __attribute__((always_inline))

INLINE __m512i
dot(__m512i sum, __m512i bytes, __m512i u)
{
    const __m512i top = _mm512_set1_epi8((char)-128);

    return _mm512_dpbusd_epi32(sum, _mm512_xor_si512(bytes, top), u);
}

/* n rows, a constant where this is called.
 *   u      [dim], and 0 up to a whole register
 *   extra  128 * sum(u) */
INLINE void
some(int32_t *out, const int8_t *rows, size_t n, const int8_t *u, size_t dim,
     int32_t extra)
{
    const __mmask64 tail = (UINT64_C(1) << dim % STEP) - 1;
    __m512i sum[ROWS_A_TURN];
    size_t d = 0;

    INC_UNROLL
    for (size_t r = 0; r < n; r++)
        sum[r] = _mm512_setzero_si512();
    for (; d + STEP <= dim; d += STEP) {
        __m512i by = _mm512_load_si512(u + d);

        INC_UNROLL
        for (size_t r = 0; r < n; r++)
            sum[r] = dot(sum[r], _mm512_loadu_si512(rows + r * dim + d), by);
    }
    if (d < dim) {
        __m512i by = _mm512_load_si512(u + d);

        INC_UNROLL
        for (size_t r = 0; r < n; r++)
            sum[r] = dot(sum[r],
                         _mm512_maskz_loadu_epi8(tail, rows + r * dim + d), by);
    }
    INC_UNROLL
    for (size_t r = 0; r < n; r++)
        out[r] = _mm512_reduce_add_epi32(sum[r]) - extra;
}

void
inc_dots_vnni(int32_t *out, const int8_t *rows, size_t n, const int8_t *u,
              size_t dim)
{
    _Alignas(64) int8_t by[INC_DOTS_DIM_MAX + STEP] = {0};
    int32_t extra = 0;
    size_t r = 0;

    memcpy(by, u, dim);
    for (size_t d = 0; d < dim; d++)
        extra += 128 * u[d];
    for (; r + ROWS_A_TURN <= n; r += ROWS_A_TURN)
        some(out + r, rows + r * dim, ROWS_A_TURN, by, dim, extra);
    for (; r < n; r++)
        some(out + r, rows + r * dim, 1, by, dim, extra);
}

#else /* a machine without VNNI: the dispatcher never comes here */

void
inc_dots_vnni(int32_t *out, const int8_t *rows, size_t n, const int8_t *u,
              size_t dim)
{
    inc_dots_scalar(out, rows, n, u, dim);
}

#endif

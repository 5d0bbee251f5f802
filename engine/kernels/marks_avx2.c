/* vpmulhuw is (a * b) >> 16 on unsigned 16-bit values. */
#include "engine/kernels/variants.h"

#ifdef __AVX2__

#include <immintrin.h>

enum { LANES = 16, BYTES = 32 };

/* 32 bits as 32 bytes, 0 or 255: each byte gets the byte of bits its own is in,
 * then is compared with that bit alone. */
static inline __m256i
spread(uint32_t bits)
{
    const __m256i from =
        _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2,
                         2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    const __m256i each = _mm256_set1_epi64x((long long)0x8040201008040201);
    __m256i all = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), from);

    return _mm256_cmpeq_epi8(_mm256_and_si256(all, each), each);
}

void
inc_raise_avx2(uint8_t *mark, const uint64_t *bits, size_t words, uint8_t value)
{
    const __m256i may = _mm256_set1_epi8((char)value);

    for (size_t w = 0; w < words; w++) {
        for (int half = 0; half < 2 && bits[w] != 0; half++) {
            uint8_t *at = mark + w * 64 + (size_t)half * BYTES;
            __m256i m = _mm256_loadu_si256((const void *)at);
            __m256i by =
                _mm256_and_si256(spread((uint32_t)(bits[w] >> half * 32)), may);

            _mm256_storeu_si256((void *)at, _mm256_max_epu8(m, by));
        }
    }
}

void
inc_settle_avx2(uint16_t *bound, uint8_t *mark, size_t n, uint8_t least,
                uint16_t scale)
{
    const __m128i floor = _mm_set1_epi8((char)least);
    const __m256i by = _mm256_set1_epi16((short)scale);
    size_t end = (n + INC_SETTLE_STEP - 1) / INC_SETTLE_STEP * INC_SETTLE_STEP;

    for (size_t g = 0; g < end; g += LANES) {
        __m128i m = _mm_loadu_si128((const void *)(mark + g));
        __m256i sum = _mm256_loadu_si256((const void *)(bound + g));
        __m256i high =
            _mm256_slli_epi16(_mm256_cvtepu8_epi16(_mm_max_epu8(m, floor)), 8);

        sum = _mm256_add_epi16(sum, _mm256_mulhi_epu16(high, by));
        _mm256_storeu_si256((void *)(bound + g), sum);
        _mm_storeu_si128((void *)(mark + g), _mm_setzero_si128());
    }
}

#else /* a machine without AVX2: the dispatcher never comes here */

void
inc_raise_avx2(uint8_t *mark, const uint64_t *bits, size_t words, uint8_t value)
{
    inc_raise_scalar(mark, bits, words, value);
}

void
inc_settle_avx2(uint16_t *bound, uint8_t *mark, size_t n, uint8_t least,
                uint16_t scale)
{
    inc_settle_scalar(bound, mark, n, least, scale);
}

#endif

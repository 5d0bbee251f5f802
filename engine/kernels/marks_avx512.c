/* As marks_avx2.c, 32 groups a register. */
#include "engine/kernels/variants.h"

#ifdef __AVX512BW__

#include <immintrin.h>

enum { LANES = 32 };

void
inc_raise_avx512(uint8_t *mark, const uint64_t *bits, size_t words,
                 uint8_t value)
{
    const __m512i may = _mm512_set1_epi8((char)value);

    for (size_t w = 0; w < words; w++) {
        __m512i m = _mm512_loadu_si512(mark + w * 64);

        m = _mm512_mask_max_epu8(m, bits[w], m, may);
        _mm512_storeu_si512(mark + w * 64, m);
    }
}

void
inc_settle_avx512(uint16_t *bound, uint8_t *mark, size_t n, uint8_t least,
                  uint16_t scale)
{
    const __m256i floor = _mm256_set1_epi8((char)least);
    const __m512i by = _mm512_set1_epi16((short)scale);
    size_t end = (n + INC_SETTLE_STEP - 1) / INC_SETTLE_STEP * INC_SETTLE_STEP;

    for (size_t g = 0; g < end; g += LANES) {
        __m256i m = _mm256_loadu_si256((const void *)(mark + g));
        __m512i sum = _mm512_loadu_si512(bound + g);
        __m512i high = _mm512_slli_epi16(
            _mm512_cvtepu8_epi16(_mm256_max_epu8(m, floor)), 8);

        sum = _mm512_add_epi16(sum, _mm512_mulhi_epu16(high, by));
        _mm512_storeu_si512(bound + g, sum);
        _mm256_storeu_si256((void *)(mark + g), _mm256_setzero_si256());
    }
}

#else /* a machine without AVX-512: the dispatcher never comes here */

void
inc_raise_avx512(uint8_t *mark, const uint64_t *bits, size_t words,
                 uint8_t value)
{
    inc_raise_scalar(mark, bits, words, value);
}

void
inc_settle_avx512(uint16_t *bound, uint8_t *mark, size_t n, uint8_t least,
                  uint16_t scale)
{
    inc_settle_scalar(bound, mark, n, least, scale);
}

#endif

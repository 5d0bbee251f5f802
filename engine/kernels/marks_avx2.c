/* vpmulhuw is (a * b) >> 16 on unsigned 16-bit values. */
#include "engine/kernels/variants.h"

#ifdef __AVX2__

#include <immintrin.h>

enum { LANES = 16 };

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
inc_settle_avx2(uint16_t *bound, uint8_t *mark, size_t n, uint8_t least,
                uint16_t scale)
{
    inc_settle_scalar(bound, mark, n, least, scale);
}

#endif

#include "engine/train/quantise.h"

#include <math.h>
#include <stddef.h>

void
inc_quantise(int8_t *out, float *u, const float *sigma, uint32_t rows,
             uint32_t dim)
{
    size_t cells = (size_t)rows * dim;
    float largest = 0;

    for (uint32_t r = 0; r < rows; r++) {
        float *row = u + (size_t)r * dim;
        double norm2 = 0;
        float scale;
        for (uint32_t k = 0; k < dim; k++) {
            row[k] *= sqrtf(sigma[k]);
            norm2 += (double)row[k] * (double)row[k];
        }
        scale = norm2 > 0 ? (float)(1.0 / sqrt(norm2)) : 0.0F;
        for (uint32_t k = 0; k < dim; k++) {
            row[k] *= scale;
            if (fabsf(row[k]) > largest)
                largest = fabsf(row[k]);
        }
    }
    for (size_t i = 0; i < cells; i++) {
        long v = largest > 0 ? lrintf(u[i] / largest * 127.0F) : 0;
        out[i] = (int8_t)v; /* -127..127 */
    }
}

/* The reference: 1040 * 128 * 128 < 2^31, so no sum leaves int32_t. */
#include "engine/kernels/variants.h"

void
inc_dots_scalar(int32_t *out, const int8_t *rows, size_t n, const int8_t *u,
                size_t dim)
{
    for (size_t r = 0; r < n; r++) {
        const int8_t *row = rows + r * dim;
        int32_t sum = 0;

        for (size_t d = 0; d < dim; d++)
            sum += row[d] * u[d];
        out[r] = sum;
    }
}

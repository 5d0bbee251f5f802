/*
 * quantise.h - from singular vectors to rows of small integers. Floor 4,
 * private to engine/train.
 */
#ifndef INC_TRAIN_QUANTISE_H
#define INC_TRAIN_QUANTISE_H

#include <stdint.h>

/*
 * Rows of u * sqrt(sigma), each brought to length 1, then all times the one
 * factor that makes the largest absolute value 127, rounded to the nearest
 * integer. A row of zeros stays one.
 *   out    [rows][dim]
 *   u      [rows][dim], overwritten
 *   sigma  [dim], >= 0
 */
void inc_quantise(int8_t *out, float *u, const float *sigma, uint32_t rows,
                  uint32_t dim);

#endif

/*
 * vectors.h - people and needs as single vectors, the way an index of pooled
 * embeddings would hold them: what the peers are given. One vector is the sum
 * of the idf-weighted vectors of the skills, of length 1, in 32-bit floats;
 * all zero when there is none.
 */
#ifndef INC_BENCH_ENGINE_VECTORS_H
#define INC_BENCH_ENGINE_VECTORS_H

#include <stdio.h>

#include "engine/pool/pool.h"

/* Append the vector to the file: dim floats of the machine's byte order. `sum`
 * is room for dim. 0, or -1 when the file cannot be written. */
int inc_vector_person(FILE *f, const struct inc_world *w,
                      const struct inc_candidate *c, float *sum);
int inc_vector_need(FILE *f, const struct inc_world *w,
                    const struct inc_need *n, float *sum);

#endif

/*
 * svd.h - randomised truncated SVD of a sparse matrix. Floor 4, private to
 * engine/train. Source: Halko, Martinsson and Tropp, "Finding structure with
 * randomness", SIAM Review 53 (2011), algorithms 4.4 and 5.1.
 */
#ifndef INC_TRAIN_SVD_H
#define INC_TRAIN_SVD_H

#include <stdint.h>

#include "engine/base/status.h"
#include "engine/train/sparse.h"

enum { INC_SVD_OVERSAMPLING = 16 };

struct inc_svd_options {
    uint32_t rank;  /* 1..min(rows, cols) */
    uint32_t power; /* power iterations, each with re-orthonormalisation */
    uint64_t seed;
    /* Called before each pass over the matrix; may be NULL. */
    void (*progress)(void *arg, unsigned permille);
    void *progress_arg;
};

/*
 * The largest singular values of m and their left vectors.
 *   u       out [rows][rank], row-major: column k is the k-th left vector
 *   sigma   out [rank], descending
 * The same bits for the same input, seed, OpenBLAS build and CPU.
 * INC_OK, INC_E_NOMEM, INC_E_RANGE (rank impossible), INC_E_BUG (LAPACK did
 * not converge or gave values that are not finite).
 */
enum inc_status inc_svd(float *u, float *sigma, const struct inc_sparse *m,
                        const struct inc_svd_options *o, struct inc_err *err);

#endif

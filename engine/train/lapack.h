/*
 * lapack.h - the three LAPACK routines training uses, out of libopenblas.
 * Fortran symbols: everything by pointer, matrices by columns, 32-bit
 * integers (Debian's LP64 build), text arguments followed by hidden lengths.
 */
#ifndef INC_TRAIN_LAPACK_H
#define INC_TRAIN_LAPACK_H

#include <stddef.h>
#include <stdint.h>

/* A = L * Q of a matrix m x n, m <= n; a[lda][n] by columns. */
void sgelqf_(const int32_t *m, const int32_t *n, float *a, const int32_t *lda,
             float *tau, float *work, const int32_t *lwork, int32_t *info);

/* The rows of Q, m x n, from what sgelqf left in `a`; k reflectors. */
void sorglq_(const int32_t *m, const int32_t *n, const int32_t *k, float *a,
             const int32_t *lda, const float *tau, float *work,
             const int32_t *lwork, int32_t *info);

/* Singular values and vectors, divide and conquer. */
void sgesdd_(const char *jobz, const int32_t *m, const int32_t *n, float *a,
             const int32_t *lda, float *s, float *u, const int32_t *ldu,
             float *vt, const int32_t *ldvt, float *work, const int32_t *lwork,
             int32_t *iwork, int32_t *info, size_t jobz_len);

#endif

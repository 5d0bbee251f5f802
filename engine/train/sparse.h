/*
 * sparse.h - compressed sparse rows and their products with dense panels.
 * Floor 4, private to engine/train. A matrix is one owner's; products read it.
 */
#ifndef INC_TRAIN_SPARSE_H
#define INC_TRAIN_SPARSE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

struct inc_sparse {
    uint32_t rows, cols;
    size_t *start; /* [rows + 1]; start[rows] is the number of entries */
    uint32_t *col; /* ascending within a row */
    float *value;
};

/* Entries in any order, to be gathered. All zero is an empty list. Like
 * inc_buf, a failed add sticks and shows once, in inc_sparse_gather(). */
struct inc_entries {
    uint32_t *row, *col;
    float *value;
    size_t count, cap;
    int failed;
};

void inc_entries_add(struct inc_entries *e, uint32_t row, uint32_t col,
                     float value);
void inc_entries_release(struct inc_entries *e); /* safe on zeroed memory */

/* The entries as a matrix; entries of the same place are added up. Every row
 * and column must be below rows and cols. INC_OK or INC_E_NOMEM. The result is
 * the caller's to release; *out is written on success only. */
enum inc_status inc_sparse_gather(struct inc_sparse *out,
                                  const struct inc_entries *e, uint32_t rows,
                                  uint32_t cols);

enum inc_status inc_sparse_transpose(struct inc_sparse *out,
                                     const struct inc_sparse *m);

/* The `count` blocks side by side; all have the same number of rows. */
enum inc_status inc_sparse_beside(struct inc_sparse *out,
                                  const struct inc_sparse *blocks,
                                  size_t count);
void inc_sparse_release(struct inc_sparse *m); /* safe on zeroed memory */

static inline size_t
inc_sparse_count(const struct inc_sparse *m)
{
    return m->start == NULL ? 0 : m->start[m->rows];
}

/*
 * y = m * x, dense and row-major.
 *   y      out [m->rows][width], overwritten
 *   x      in  [m->cols][width]
 *   width      floats in a row, a multiple of INC_SPARSE_STEP
 * The same bits on every run: each row is summed in the order of its columns.
 */
enum { INC_SPARSE_STEP = 16 };
void inc_sparse_times(float *y, const struct inc_sparse *m, const float *x,
                      size_t width);

/* What follows changes a matrix in place. */

/* Positive pointwise mutual information with context smoothing: max(0, ln(x *
 * total / (row * col))), columns' shares raised to alpha (Levy, Goldberg and
 * Dagan 2015, section 3.1). INC_OK or INC_E_NOMEM. */
enum inc_status inc_sparse_ppmi(struct inc_sparse *m, double alpha);

/* Each column times ln((1 + rows) / (1 + entries of the column)) + plus. */
enum inc_status inc_sparse_idf(struct inc_sparse *m, double plus);

/* Each row to that length; rows of zeros stay. */
void inc_sparse_rows_to(struct inc_sparse *m, double length);

/* Drop columns with fewer than `least` entries and number the others anew, in
 * order. INC_OK or INC_E_NOMEM. */
enum inc_status inc_sparse_drop_rare(struct inc_sparse *m, uint32_t least);

#endif

/*
 * panel.h - products of integer-valued vectors by BLAS. Floor 1.
 * The only file on the scoring path that calls OpenBLAS. Threads: any number;
 * OpenBLAS itself runs one thread (inc_panel_start checks and sets that).
 */
#ifndef INC_KERNELS_PANEL_H
#define INC_KERNELS_PANEL_H

#include <stddef.h>

#include "engine/base/status.h"

/*
 * Once, in main, before threads: one BLAS thread, and a product with a known
 * answer at the edge of what is allowed.
 *   core  out  name of OpenBLAS' kernel set for the log; static text
 * INC_E_CONFIG  a threaded build that does not go down to one thread
 * INC_E_BUG     this library gets integer products wrong
 * INC_E_NOMEM
 */
enum inc_status inc_panel_start(const char **core, struct inc_err *err);

/*
 * out[r][c] = sum over d of rows[r][d] * cols[c][d], exact.
 *   out   out [n_rows][n_cols]  caller's
 *   rows  in  [n_rows][dim]     integer values, |v| <= 127
 *   cols  in  [n_cols][dim]     integer values, |v| <= 127
 * Exact because dim * 127 * 127 < 2^24: every partial sum is an integer that a
 * float holds (docs/matching.md; checked when a space is loaded). A zero may
 * come out as -0: turn values into integers before their bytes are compared.
 *
 * Cost: one SGEMM; SGEMV when n_rows or n_cols is 1. Counts of 0 are fine.
 * Threads: any; in the serial OpenBLAS one at a time, behind a lock, because
 * that build is not safe for two. The first call takes a 128 MiB mapping inside
 * OpenBLAS, which retries for ever when it gets none.
 */
void inc_panel_product(float *out, const float *rows, const float *cols,
                       size_t n_rows, size_t n_cols, size_t dim);

#endif

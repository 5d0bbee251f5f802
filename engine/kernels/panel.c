#include "engine/kernels/panel.h"

#include <cblas.h>
#include <pthread.h>

#include "engine/base/mem.h"

/* Rows a call: keeps every count inside the int of cblas.h and a slab of rows
 * in the last-level cache. The result does not depend on it (panel.h). */
enum { SLAB = 1 << 16 };

/* One product at a time. Debian's serial OpenBLAS (0.3.21) hands the same work
 * memory to two callers now and then: of 188,567 SGEMMs by two threads 154 came
 * out wrong, of one thread's none (panel_threads_test.c). */
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* A product whose right answer is known without BLAS: every entry of `rows` is
 * r + 1 and of `cols` -(c + 1), the greatest in size 127, over the longest
 * dimension allowed (2^24 / 127^2), where rounding would show first. */
static enum inc_status
self_test(struct inc_err *err)
{
    enum { N = 127, DIM = 1040 };
    enum inc_status st = INC_OK;
    float *rows = inc_mem_zero64((size_t)N * DIM, sizeof *rows);
    float *cols = inc_mem_zero64((size_t)N * DIM, sizeof *cols);
    float *out = inc_mem_zero64((size_t)N * N, sizeof *out);

    if (rows == NULL || cols == NULL || out == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to try BLAS");
        goto out;
    }
    for (int r = 0; r < N; r++) {
        for (int d = 0; d < DIM; d++) {
            rows[r * DIM + d] = (float)(r + 1);
            cols[r * DIM + d] = (float)-(r + 1);
        }
    }
    inc_panel_product(out, rows, cols, N, N, DIM);
    for (int r = 0; r < N; r++) {
        for (int c = 0; c < N; c++) {
            if ((int)out[r * N + c] == -DIM * (r + 1) * (c + 1))
                continue;
            st = inc_fail(err, INC_E_BUG, 0,
                          "this BLAS library gets integer products wrong");
            inc_err_hint(err, "install libopenblas0-serial, or set "
                              "OPENBLAS_CORETYPE=Haswell");
            goto out;
        }
    }
out:
    inc_mem_free(rows);
    inc_mem_free(cols);
    inc_mem_free(out);
    return st;
}

enum inc_status
inc_panel_start(const char **core, struct inc_err *err)
{
    /* The threaded builds of Debian's libopenblas0 may be what the alternative
     * points to; one thread each is all that the engine's own threads need. */
    if (openblas_get_parallel() != OPENBLAS_SEQUENTIAL) {
        openblas_set_num_threads(1);
        if (openblas_get_num_threads() != 1) {
            (void)inc_fail(err, INC_E_CONFIG, 0,
                           "OpenBLAS does not go down to one thread");
            inc_err_hint(err, "install libopenblas0-serial");
            return INC_E_CONFIG;
        }
    }
    *core = openblas_get_corename();
    return self_test(err);
}

void
inc_panel_product(float *out, const float *rows, const float *cols,
                  size_t n_rows, size_t n_cols, size_t dim)
{
    const int k = (int)dim, m = (int)n_cols;

    for (size_t first = 0; first < n_rows && n_cols > 0; first += SLAB) {
        size_t left = n_rows - first;
        int n = left < SLAB ? (int)left : SLAB;
        const float *a = rows + first * dim;
        float *c = out + first * n_cols;

        (void)pthread_mutex_lock(&one_at_a_time);
        /* A matrix-vector product does not pack its matrix first: 2-3 times
         * faster, and exact integers come out the same. */
        if (n_cols == 1)
            cblas_sgemv(CblasRowMajor, CblasNoTrans, n, k, 1.0F, a, k, cols, 1,
                        0.0F, c, 1);
        else if (n == 1)
            cblas_sgemv(CblasRowMajor, CblasNoTrans, m, k, 1.0F, cols, k, a, 1,
                        0.0F, c, 1);
        else
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, m, k, 1.0F,
                        a, k, cols, k, 0.0F, c, m);
        (void)pthread_mutex_unlock(&one_at_a_time);
    }
}

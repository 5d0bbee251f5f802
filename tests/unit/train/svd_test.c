/* The randomised SVD against a dense one in double precision (one-sided
 * Jacobi, which shares nothing with LAPACK or the random projection). */
#include "tests/support/cm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/train/svd.h"

/* Rotate columns p and q of a[rows][cols] until they are square to each other;
 * how far they were, 0..1. */
static double
rotate(double *a, size_t rows, size_t cols, size_t p, size_t q)
{
    double pp = 0, qq = 0, pq = 0, zeta, t, c, s;

    for (size_t r = 0; r < rows; r++) {
        pp += a[r * cols + p] * a[r * cols + p];
        qq += a[r * cols + q] * a[r * cols + q];
        pq += a[r * cols + p] * a[r * cols + q];
    }
    if (fabs(pq) <= 1e-15 * sqrt(pp * qq))
        return 0;
    zeta = (qq - pp) / (2 * pq);
    t = (zeta < 0 ? -1 : 1) / (fabs(zeta) + sqrt(1 + zeta * zeta));
    c = 1 / sqrt(1 + t * t);
    s = c * t;
    for (size_t r = 0; r < rows; r++) {
        double x = a[r * cols + p], y = a[r * cols + q];
        a[r * cols + p] = c * x - s * y;
        a[r * cols + q] = s * x + c * y;
    }
    return fabs(pq) / sqrt(pp * qq);
}

/* Singular values of a[rows][cols], cols <= rows, descending; a is lost. */
static void
jacobi(double *a, size_t rows, size_t cols, double *sigma)
{
    double worst = 1;

    for (int sweep = 0; sweep < 60 && worst >= 1e-12; sweep++) {
        worst = 0;
        for (size_t p = 0; p + 1 < cols; p++)
            for (size_t q = p + 1; q < cols; q++)
                worst = fmax(worst, rotate(a, rows, cols, p, q));
    }
    for (size_t k = 0; k < cols; k++) {
        sigma[k] = 0;
        for (size_t r = 0; r < rows; r++)
            sigma[k] += a[r * cols + k] * a[r * cols + k];
        sigma[k] = sqrt(sigma[k]);
    }
    for (size_t i = 0; i < cols; i++) /* descending */
        for (size_t k = i + 1; k < cols; k++)
            if (sigma[k] > sigma[i]) {
                double x = sigma[i];
                sigma[i] = sigma[k];
                sigma[k] = x;
            }
}

struct matrix {
    uint32_t rows, cols;
    double *dense;
    struct inc_sparse sparse;
};

/* `one_in` sets how sparse; columns shrink, so that the spectrum falls. */
static struct matrix
random_matrix(uint32_t rows, uint32_t cols, uint32_t one_in, uint64_t seed)
{
    struct matrix m = {rows, cols, NULL, {0}};
    struct inc_rng rng = {seed};
    struct inc_entries e = {0};

    m.dense = inc_mem_zero((size_t)rows * cols, sizeof *m.dense);
    assert_non_null(m.dense);
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < cols; c++) {
            float v = ((float)inc_rng_below(&rng, 2000) - 1000.0F) /
                      (1000.0F + 30.0F * (float)c);
            if (inc_rng_below(&rng, one_in) != 0)
                continue;
            m.dense[(size_t)r * cols + c] = (double)v;
            inc_entries_add(&e, r, c, v);
        }
    }
    assert_int_equal(inc_sparse_gather(&m.sparse, &e, rows, cols), INC_OK);
    inc_entries_release(&e);
    return m;
}

static void
matrix_release(struct matrix *m)
{
    inc_mem_free(m->dense);
    inc_sparse_release(&m->sparse);
}

/* |m - u u' m|, Frobenius: how far the space of u is from the matrix. */
static double
residual(const struct matrix *m, const float *u, uint32_t rank)
{
    double all = 0, kept = 0;

    for (size_t i = 0; i < (size_t)m->rows * m->cols; i++)
        all += m->dense[i] * m->dense[i];
    for (uint32_t k = 0; k < rank; k++) {
        for (uint32_t c = 0; c < m->cols; c++) {
            double x = 0;
            for (uint32_t r = 0; r < m->rows; r++)
                x += (double)u[(size_t)r * rank + k] *
                     m->dense[(size_t)r * m->cols + c];
            kept += x * x;
        }
    }
    return sqrt(fmax(0, all - kept));
}

static void
check(uint32_t rows, uint32_t cols, uint32_t rank, uint64_t seed)
{
    struct matrix m = random_matrix(rows, cols, 2, seed);
    const struct inc_svd_options o = {rank, 4, seed, NULL, NULL};
    uint32_t least = rows < cols ? rows : cols;
    double *work = inc_mem_zero((size_t)rows * cols, sizeof *work);
    double *want = inc_mem_zero(least, sizeof *want);
    float *u = inc_mem_zero((size_t)rows * rank, sizeof *u);
    float *sigma = inc_mem_zero(rank, sizeof *sigma);
    double best = 0, got;

    for (uint32_t r = 0; r < rows; r++) /* stand it up */
        for (uint32_t c = 0; c < cols; c++)
            work[rows >= cols ? (size_t)r * cols + c : (size_t)c * rows + r] =
                m.dense[(size_t)r * cols + c];
    jacobi(work, rows >= cols ? rows : cols, least, want);
    assert_int_equal(inc_svd(u, sigma, &m.sparse, &o, NULL), INC_OK);
    for (uint32_t k = 0; k < rank; k++)
        if (fabs((double)sigma[k] - want[k]) > 2e-3 * want[0])
            fail_msg("seed %d, %u x %u: sigma[%u] = %g, want %g", (int)seed,
                     rows, cols, k, (double)sigma[k], want[k]);
    for (uint32_t i = 0; i < rank; i++) {
        for (uint32_t k = 0; k <= i; k++) {
            double x = 0;
            for (uint32_t r = 0; r < rows; r++)
                x += (double)u[(size_t)r * rank + i] *
                     (double)u[(size_t)r * rank + k];
            if (fabs(x - (i == k)) > 1e-4)
                fail_msg("seed %d: u[%u].u[%u] = %g", (int)seed, i, k, x);
        }
    }
    for (uint32_t k = rank; k < least; k++)
        best += want[k] * want[k];
    best = sqrt(best);
    got = residual(&m, u, rank);
    /* no rank-k matrix is nearer (Eckart, Young); 1 % over it is allowed */
    if (got > 1.01 * best + 2e-3 * want[0])
        fail_msg("seed %d, %u x %u rank %u: residual %g, best %g", (int)seed,
                 rows, cols, rank, got, best);
    inc_mem_free(work);
    inc_mem_free(want);
    inc_mem_free(u);
    inc_mem_free(sigma);
    matrix_release(&m);
}

static void
tall_wide_square(void **state)
{
    (void)state;
    check(120, 60, 16, 1);
    check(60, 120, 16, 2);
    check(80, 80, 32, 3);
    check(40, 48, 40, 4); /* no room for oversampling: whole rank */
    check(48, 47, 47, 5);
    check(33, 200, 1, 6);
}

/* Rank 2 exactly: the rest of the vectors is noise but finite. */
static void
poor_matrix(void **state)
{
    struct inc_entries e = {0};
    struct inc_sparse m = {0};
    float u[40 * 8], sigma[8];
    const struct inc_svd_options o = {8, 4, 7, NULL, NULL};

    (void)state;
    for (uint32_t r = 0; r < 40; r++)
        inc_entries_add(&e, r, r % 2, 1.0F);
    assert_int_equal(inc_sparse_gather(&m, &e, 40, 50), INC_OK);
    assert_int_equal(inc_svd(u, sigma, &m, &o, NULL), INC_OK);
    assert_true(fabsf(sigma[0] - sqrtf(20)) < 1e-4F);
    assert_true(fabsf(sigma[1] - sqrtf(20)) < 1e-4F);
    for (int k = 2; k < 8; k++)
        assert_true(sigma[k] < 1e-4F);
    inc_entries_release(&e);
    inc_sparse_release(&m);
    /* nothing at all */
    assert_int_equal(inc_sparse_gather(&m, &e, 40, 50), INC_OK);
    assert_int_equal(inc_svd(u, sigma, &m, &o, NULL), INC_OK);
    assert_true(sigma[0] == 0.0F);
    inc_sparse_release(&m);
}

static void
same_bits_again(void **state)
{
    struct matrix m = random_matrix(90, 140, 5, 8);
    struct inc_svd_options o = {16, 2, 8, NULL, NULL};
    float a[90 * 16], b[90 * 16], sigma[16];

    (void)state;
    assert_int_equal(inc_svd(a, sigma, &m.sparse, &o, NULL), INC_OK);
    assert_int_equal(inc_svd(b, sigma, &m.sparse, &o, NULL), INC_OK);
    assert_memory_equal(a, b, sizeof a);
    o.seed = 9;
    assert_int_equal(inc_svd(b, sigma, &m.sparse, &o, NULL), INC_OK);
    assert_memory_not_equal(a, b, sizeof a);
    matrix_release(&m);
}

static void
count_up(void *arg, unsigned permille)
{
    unsigned *last = arg;

    assert_true(permille < 1000);
    assert_true(last[1] == 0 || permille > last[0]);
    last[0] = permille;
    last[1]++;
}

static void
bounds_and_progress(void **state)
{
    struct matrix m = random_matrix(20, 30, 2, 10);
    unsigned last[2] = {0, 0};
    struct inc_svd_options o = {0, 3, 10, count_up, last};
    float u[20 * 20], sigma[20];

    (void)state;
    assert_int_equal(inc_svd(u, sigma, &m.sparse, &o, NULL), INC_E_RANGE);
    o.rank = 21;
    assert_int_equal(inc_svd(u, sigma, &m.sparse, &o, NULL), INC_E_RANGE);
    o.rank = 20;
    assert_int_equal(inc_svd(u, sigma, &m.sparse, &o, NULL), INC_OK);
    assert_int_equal(last[1], 8); /* two passes, and two an iteration */
    matrix_release(&m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tall_wide_square),
        cmocka_unit_test(poor_matrix),
        cmocka_unit_test(same_bits_again),
        cmocka_unit_test(bounds_and_progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

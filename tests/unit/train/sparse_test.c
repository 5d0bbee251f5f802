#include "tests/support/cm.h"

#include <math.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/train/sparse.h"

static void
near(double got, double want, const char *what)
{
    if (!(fabs(got - want) <= 1e-6 * (1 + fabs(want)))) /* NaN too */
        fail_msg("%s: got %.9g, want %.9g", what, got, want);
}

static struct inc_sparse
gathered(const float *dense, uint32_t rows, uint32_t cols)
{
    struct inc_entries e = {0};
    struct inc_sparse m = {0};

    for (uint32_t c = cols; c-- > 0;) /* not in order, on purpose */
        for (uint32_t r = 0; r < rows; r++)
            if (dense[r * cols + c] != 0)
                inc_entries_add(&e, r, c, dense[r * cols + c]);
    assert_int_equal(inc_sparse_gather(&m, &e, rows, cols), INC_OK);
    inc_entries_release(&e);
    return m;
}

static double
at(const struct inc_sparse *m, uint32_t r, uint32_t c)
{
    for (size_t i = m->start[r]; i < m->start[r + 1]; i++)
        if (m->col[i] == c)
            return (double)m->value[i];
    return 0;
}

static void
gather_sorts_and_adds_up(void **state)
{
    struct inc_entries e = {0};
    struct inc_sparse m = {0};

    (void)state;
    inc_entries_add(&e, 2, 1, 1.0F);
    inc_entries_add(&e, 0, 3, 2.0F);
    inc_entries_add(&e, 2, 0, 4.0F);
    inc_entries_add(&e, 2, 1, 8.0F);
    inc_entries_add(&e, 0, 3, 16.0F);
    assert_int_equal(inc_sparse_gather(&m, &e, 3, 4), INC_OK);
    assert_int_equal(inc_sparse_count(&m), 3);
    assert_int_equal(m.start[1], 1);
    assert_int_equal(m.start[2], 1); /* an empty row */
    assert_int_equal(m.col[0], 3);
    assert_true(m.value[0] == 18.0F);
    assert_int_equal(m.col[1], 0);
    assert_int_equal(m.col[2], 1);
    assert_true(m.value[2] == 9.0F);
    inc_entries_release(&e);
    inc_sparse_release(&m);
    assert_int_equal(inc_sparse_gather(&m, &e, 0, 0), INC_OK);
    assert_int_equal(inc_sparse_count(&m), 0);
    inc_sparse_release(&m);
}

enum { R = 9, C = 13, W = 32, SEED = 11 };

static void
random_dense(float *dense, struct inc_rng *rng)
{
    for (int i = 0; i < R * C; i++)
        dense[i] = inc_rng_below(rng, 3) == 0
                       ? (float)inc_rng_below(rng, 100) - 50.0F
                       : 0.0F;
}

static void
transpose_beside_times(void **state)
{
    struct inc_rng rng = {SEED};
    float dense[R * C], x[C * W], y[R * W];
    struct inc_sparse two[2], t = {0}, both = {0};

    (void)state;
    random_dense(dense, &rng);
    two[0] = two[1] = gathered(dense, R, C);
    assert_int_equal(inc_sparse_transpose(&t, two), INC_OK);
    assert_int_equal(inc_sparse_beside(&both, two, 2), INC_OK);
    assert_int_equal(both.cols, 2 * C);
    for (uint32_t r = 0; r < R; r++) {
        for (uint32_t c = 0; c < C; c++) {
            double want = (double)dense[r * C + c];
            if (at(&t, c, r) != want || at(two, r, c) != want ||
                at(&both, r, c) != want || at(&both, r, C + c) != want)
                fail_msg("seed %d, place %u %u", (int)SEED, r, c);
        }
    }
    for (int i = 0; i < C * W; i++)
        x[i] = (float)inc_rng_below(&rng, 1000);
    memset(y, 0xff, sizeof y); /* NaN: must be overwritten */
    inc_sparse_times(y, two, x, W);
    for (int r = 0; r < R; r++) {
        for (int k = 0; k < W; k++) {
            double want = 0;
            for (int c = 0; c < C; c++)
                want += (double)dense[r * C + c] * (double)x[c * W + k];
            near((double)y[r * W + k], want, "product"); /* integers: exact */
        }
    }
    inc_sparse_release(two);
    inc_sparse_release(&t);
    inc_sparse_release(&both);
}

static void
ppmi_by_hand(void **state)
{
    /* rows 3, 1, 4; columns 6, 2; the columns' shares 6^.75 : 2^.75 */
    static const float dense[6] = {3, 0, 1, 0, 2, 2};
    double a = pow(6, .75), b = pow(2, .75), share = a / (a + b);
    struct inc_sparse m = gathered(dense, 3, 2);

    (void)state;
    assert_int_equal(inc_sparse_ppmi(&m, .75), INC_OK);
    near(at(&m, 0, 0), log(1 / share), "all of a row");
    near(at(&m, 1, 0), log(1 / share), "all of a smaller row");
    near(at(&m, 2, 0), 0, "less than by chance");
    near(at(&m, 2, 1), log(.5 / (1 - share)), "more than by chance");
    assert_int_equal(inc_sparse_count(&m), 4);
    inc_sparse_release(&m);
}

static void
idf_and_lengths(void **state)
{
    static const float dense[6] = {3, 0, 1, 0, 0, 2};
    static const float zeros[1] = {1};
    struct inc_sparse m = gathered(dense, 3, 2);

    (void)state;
    assert_int_equal(inc_sparse_idf(&m, 1.0), INC_OK);
    near(at(&m, 0, 0), 3 * (log(4.0 / 3) + 1), "in two of three rows");
    near(at(&m, 2, 1), 2 * (log(4.0 / 2) + 1), "in one of three rows");
    inc_sparse_release(&m);
    m = gathered(zeros, 1, 1);
    m.value[0] = 0;
    inc_sparse_rows_to(&m, 2);
    assert_true(m.value[0] == 0.0F);
    inc_sparse_release(&m);
    m = gathered((const float[]){3, 4}, 1, 2);
    inc_sparse_rows_to(&m, .5);
    near(at(&m, 0, 0), .3, "length");
    near(at(&m, 0, 1), .4, "length");
    inc_sparse_release(&m);
}

static void
drops_rare_columns(void **state)
{
    static const float dense[12] = {1, 0, 2, 3, 0, 4, 0, 5, 0, 7, 0, 6};
    struct inc_sparse m = gathered(dense, 3, 4);

    (void)state;
    assert_int_equal(inc_sparse_drop_rare(&m, 2), INC_OK);
    assert_int_equal(m.cols, 2);
    assert_int_equal(inc_sparse_count(&m), 5);
    assert_true(at(&m, 0, 0) == 0 && at(&m, 1, 0) == 4 && at(&m, 2, 0) == 7);
    assert_true(at(&m, 0, 1) == 3 && at(&m, 1, 1) == 5 && at(&m, 2, 1) == 6);
    inc_sparse_release(&m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gather_sorts_and_adds_up),
        cmocka_unit_test(transpose_beside_times),
        cmocka_unit_test(ppmi_by_hand),
        cmocka_unit_test(idf_and_lengths),
        cmocka_unit_test(drops_rare_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

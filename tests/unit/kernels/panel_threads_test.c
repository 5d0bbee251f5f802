/* Products by several threads at once are exact. Without the lock in panel.c
 * the serial OpenBLAS got about one in a thousand wrong. */
#include "tests/support/cm.h"

#include <pthread.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/kernels/panel.h"

enum { ROWS = 268, DIM = 48, COLS = 64, THREADS = 3, CALLS = 20000 };

struct thread {
    pthread_t id;
    unsigned no, wrong;
    float *rows, *cols, *out, *want; /* want [COLS + 1][ROWS][n_cols] */
};

static float *
integers(struct inc_rng *rng, size_t n)
{
    float *v = inc_mem_zero64(n, sizeof *v);

    assert_non_null(v);
    for (size_t i = 0; i < n; i++)
        v[i] = (float)((int)inc_rng_below(rng, 255) - 127);
    return v;
}

static void
expect(struct thread *t)
{
    for (size_t n = 2; n <= COLS; n++) {
        float *want = t->want + n * ROWS * COLS;
        for (size_t r = 0; r < ROWS; r++)
            for (size_t c = 0; c < n; c++) {
                int sum = 0;
                for (size_t d = 0; d < DIM; d++)
                    sum +=
                        (int)t->rows[r * DIM + d] * (int)t->cols[c * DIM + d];
                want[r * n + c] = (float)sum;
            }
    }
}

/* Values, not bytes: a zero may come out as -0. */
static int
differs(const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((int)a[i] != (int)b[i])
            return 1;
    return 0;
}

static void *
work(void *arg)
{
    struct thread *t = arg;
    struct inc_rng rng = {t->no};

    for (int i = 0; i < CALLS; i++) {
        size_t n = 2 + inc_rng_below(&rng, COLS - 1);
        inc_panel_product(t->out, t->rows, t->cols, ROWS, n, DIM);
        t->wrong +=
            (unsigned)differs(t->out, t->want + n * ROWS * COLS, ROWS * n);
    }
    return NULL;
}

static void
products_at_once_are_exact(void **state)
{
    struct thread threads[THREADS];
    struct inc_rng rng = {42};
    float *rows = integers(&rng, (size_t)ROWS * DIM);

    (void)state;
    for (unsigned i = 0; i < THREADS; i++) {
        threads[i] = (struct thread){.no = i, .rows = rows};
        threads[i].cols = integers(&rng, (size_t)COLS * DIM);
        threads[i].out = inc_mem_zero64((size_t)ROWS * COLS, sizeof(float));
        threads[i].want =
            inc_mem_zero64((size_t)(COLS + 1) * ROWS * COLS, sizeof(float));
        assert_non_null(threads[i].out);
        assert_non_null(threads[i].want);
        expect(&threads[i]);
    }
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(
            pthread_create(&threads[i].id, NULL, work, &threads[i]), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i].id, NULL), 0);
        assert_int_equal(threads[i].wrong, 0);
        inc_mem_free(threads[i].cols);
        inc_mem_free(threads[i].out);
        inc_mem_free(threads[i].want);
    }
    inc_mem_free(rows);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_at_once_are_exact),
    };
    const char *core = NULL;

    if (inc_panel_start(&core, NULL) != INC_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

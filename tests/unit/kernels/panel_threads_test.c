/*
 * Products on several threads at once are as right as alone. Debian's serial
 * OpenBLAS, entered by two threads, got some wrong: found by bench/engine/equal
 * as a broken invariant in an explanation.
 */
#include "tests/support/cm.h"

#include <pthread.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/kernels/panel.h"
#include "tests/support/rounds.h"

enum { ROWS = 227, COLS = 96, DIM = 64, THREADS = 3 };

static float rows[ROWS][DIM], cols[COLS][DIM], right[ROWS][COLS];

struct caller {
    pthread_t id;
    uint64_t seed;
    uint32_t calls;
    uint64_t wrong; /* numbers */
    uint64_t bad;   /* calls with any */
};

static void *
call(void *arg)
{
    struct caller *c = arg;
    struct inc_rng r = {c->seed};
    float *out = inc_mem_zero64((size_t)ROWS * COLS, sizeof *out);

    INC_CHECK(out != NULL);
    for (uint32_t i = 0; i < c->calls; i++) {
        size_t n = 1 + inc_rng_below(&r, COLS);
        uint64_t before = c->wrong;

        inc_panel_product(out, &rows[0][0], &cols[0][0], ROWS, n, DIM);
        for (size_t a = 0; a < ROWS; a++)
            for (size_t b = 0; b < n; b++)
                c->wrong += (int)out[a * n + b] != (int)right[a][b];
        c->bad += c->wrong != before;
    }
    inc_mem_free(out);
    return NULL;
}

static void
at_once(void **state)
{
    const uint32_t calls = rounds_or(20000);
    struct caller c[THREADS] = {{0}};
    struct inc_err err;
    const char *core;
    struct inc_rng r = {20261122};

    (void)state;
    assert_int_equal(inc_panel_start(&core, &err), INC_OK);
    for (int d = 0; d < DIM; d++) {
        for (int i = 0; i < ROWS; i++)
            rows[i][d] = (float)((int)inc_rng_below(&r, 255) - 127);
        for (int i = 0; i < COLS; i++)
            cols[i][d] = (float)((int)inc_rng_below(&r, 255) - 127);
    }
    for (int a = 0; a < ROWS; a++)
        for (int b = 0; b < COLS; b++)
            for (int d = 0; d < DIM; d++)
                right[a][b] += rows[a][d] * cols[b][d];
    for (uint64_t i = 0; i < THREADS; i++) {
        c[i].seed = i + 1;
        c[i].calls = calls;
        assert_int_equal(pthread_create(&c[i].id, NULL, call, &c[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(c[i].id, NULL);
    for (int i = 0; i < THREADS; i++)
        if (c[i].bad != 0)
            fail_msg("thread %d: %llu of %u products wrong, %llu numbers", i,
                     (unsigned long long)c[i].bad, calls,
                     (unsigned long long)c[i].wrong);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(at_once)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/support/cm.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/base/counter.h"
#include "engine/base/rng.h"

static struct inc_spread spread;

static void
empty(void **state)
{
    struct inc_quantiles q;

    (void)state;
    inc_spread_read(&spread, &q);
    assert_int_equal(q.count, 0);
    assert_int_equal(q.p50, 0);
    assert_int_equal(q.max, 0);
}

static void
small_values_are_exact(void **state)
{
    struct inc_quantiles q;
    struct inc_spread s = {0};

    (void)state;
    for (uint64_t v = 1; v <= 10; v++)
        inc_spread_add(&s, v);
    inc_spread_read(&s, &q);
    assert_int_equal(q.count, 10);
    assert_int_equal(q.p50, 5);
    assert_int_equal(q.p90, 9);
    assert_int_equal(q.p99, 10);
    assert_int_equal(q.max, 10);
}

/* Every value falls into a bucket that ends at most 1/16 above it. */
static void
error_is_bounded(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 36; bit++)
        for (int d = -2; d <= 2; d++) {
            uint64_t v = (UINT64_C(1) << bit) + (uint64_t)(int64_t)d;
            struct inc_quantiles q;
            struct inc_spread *s = calloc(1, sizeof *s);

            assert_non_null(s);
            if (v < UINT64_C(1) << 36) {
                inc_spread_add(s, v);
                inc_spread_add(s, UINT64_MAX); /* so that max does not cap */
                inc_spread_read(s, &q);
                assert_true(q.p50 >= v);
                assert_true(q.p50 <= v + v / 16);
                assert_int_equal(q.max, UINT64_MAX);
            }
            free(s);
        }
}

static int
compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void
quantiles_of_random_values(void **state)
{
    enum { N = 10000, SEED = 20261122 };
    static uint64_t value[N];
    static struct inc_spread s;
    struct inc_rng rng = {SEED};
    struct inc_quantiles q;

    (void)state;
    for (int i = 0; i < N; i++) {
        value[i] = inc_rng_next(&rng) >> (28 + inc_rng_below(&rng, 36));
        inc_spread_add(&s, value[i]);
    }
    qsort(value, N, sizeof value[0], compare);
    inc_spread_read(&s, &q);
    printf("seed %d\n", SEED);
    assert_int_equal(q.count, N);
    assert_int_equal(q.max, value[N - 1]);
    assert_in_range(q.p50, value[N / 2 - 1],
                    value[N / 2 - 1] + value[N / 2 - 1] / 16);
    assert_in_range(q.p99, value[N * 99 / 100 - 1],
                    value[N * 99 / 100 - 1] + value[N * 99 / 100 - 1] / 16);
}

static void
tally(void **state)
{
    struct inc_tally t = {0};

    (void)state;
    inc_tally_add(&t, 3);
    inc_tally_add(&t, 4);
    assert_int_equal(inc_tally_read(&t), 7);
}

/* Exact at ends of buckets, never too many elsewhere; sums are exact. */
static void
counts_below_bounds(void **state)
{
    struct inc_spread *s = calloc(1, sizeof *s);
    const uint64_t bounds[] = {0, 1, 16, 31, 63, 100, 1023};
    const uint64_t values[] = {0, 1, 1, 16, 17, 31, 32, 63, 64, 1023, 1024};
    uint64_t below[7], count, sum, all = 0;

    (void)state;
    assert_non_null(s);
    inc_spread_below(s, below, bounds, 7, &count, &sum);
    assert_int_equal(count, 0);
    assert_int_equal(sum, 0);
    assert_int_equal(below[6], 0);
    for (size_t i = 0; i < 11; i++) {
        inc_spread_add(s, values[i]);
        all += values[i];
    }
    inc_spread_below(s, below, bounds, 7, &count, &sum);
    assert_int_equal(below[0], 1);
    assert_int_equal(below[1], 3);
    assert_int_equal(below[2], 4);
    assert_int_equal(below[3], 6);
    assert_int_equal(below[4], 8);
    assert_int_equal(below[5], 9);
    assert_int_equal(below[6], 10);
    assert_int_equal(count, 11);
    assert_int_equal(sum, all);
    free(s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty),
        cmocka_unit_test(small_values_are_exact),
        cmocka_unit_test(error_is_bounded),
        cmocka_unit_test(quantiles_of_random_values),
        cmocka_unit_test(counts_below_bounds),
        cmocka_unit_test(tally),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

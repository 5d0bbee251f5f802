#include "tests/support/cm.h"

#include <stdlib.h>

#include "bench/load/histogram.h"
#include "engine/base/mem.h"
#include "engine/base/rng.h"

static struct inc_histogram *
fresh(void)
{
    struct inc_histogram *h = inc_mem_zero(1, sizeof *h);

    assert_non_null(h);
    return h;
}

static void
empty(void **state)
{
    struct inc_histogram *h = fresh();

    (void)state;
    assert_int_equal(inc_histogram_quantile(h, .5), 0);
    assert_int_equal(inc_histogram_quantile(h, 1), 0);
    inc_mem_free(h);
}

static void
small_values_are_exact(void **state)
{
    struct inc_histogram *h = fresh();

    (void)state;
    for (uint64_t v = 1; v <= 100; v++)
        inc_histogram_add(h, v);
    assert_int_equal(inc_histogram_quantile(h, 0), 1);
    assert_int_equal(inc_histogram_quantile(h, .5), 50);
    assert_int_equal(inc_histogram_quantile(h, .9), 90);
    assert_int_equal(inc_histogram_quantile(h, .99), 99);
    assert_int_equal(inc_histogram_quantile(h, 1), 100);
    inc_mem_free(h);
}

/* Never below the true value, at most 1/128 above it, at every magnitude. */
static void
error_is_bounded(void **state)
{
    struct inc_rng rng = {7};

    (void)state;
    for (unsigned bit = 0; bit < INC_HISTOGRAM_BITS; bit++)
        for (int i = 0; i < 50; i++) {
            struct inc_histogram *h = fresh();
            uint64_t base = UINT64_C(1) << bit;
            uint64_t v = base + inc_rng_next(&rng) % base;
            uint64_t got;

            inc_histogram_add(h, v);
            inc_histogram_add(h, UINT64_MAX); /* so that max does not cap */
            got = inc_histogram_quantile(h, .5);
            assert_true(got >= v);
            assert_true(got - v <= v / 128);
            inc_mem_free(h);
        }
}

static int
order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* Against sorting the same numbers. */
static void
quantiles_agree_with_sorting(void **state)
{
    enum { N = 20000 };
    static uint64_t v[N];
    static const double q[] = {.1, .5, .9, .99, .999};
    struct inc_histogram *h = fresh();
    struct inc_rng rng = {11};

    (void)state;
    for (size_t i = 0; i < N; i++) {
        v[i] = inc_rng_next(&rng) >> (24 + inc_rng_below(&rng, 30));
        inc_histogram_add(h, v[i]);
    }
    qsort(v, N, sizeof v[0], order);
    for (size_t i = 0; i < sizeof q / sizeof q[0]; i++) {
        uint64_t want = v[(size_t)(q[i] * N + .5) - 1];
        uint64_t got = inc_histogram_quantile(h, q[i]);
        assert_true(got >= want);
        assert_true(got - want <= want / 128);
    }
    assert_int_equal(inc_histogram_quantile(h, 1), v[N - 1]);
    inc_mem_free(h);
}

/* Halves merged are the same as the whole, bucket by bucket. */
static void
merging_is_adding(void **state)
{
    struct inc_histogram *a = fresh(), *b = fresh(), *all = fresh();
    struct inc_rng rng = {3};

    (void)state;
    for (int i = 0; i < 10000; i++) {
        uint64_t v = inc_rng_next(&rng) >> 30;
        inc_histogram_add(i % 3 == 0 ? a : b, v);
        inc_histogram_add(all, v);
    }
    inc_histogram_merge(a, b);
    assert_memory_equal(a, all, sizeof *a);
    inc_mem_free(a);
    inc_mem_free(b);
    inc_mem_free(all);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty),
        cmocka_unit_test(small_values_are_exact),
        cmocka_unit_test(error_is_bounded),
        cmocka_unit_test(quantiles_agree_with_sorting),
        cmocka_unit_test(merging_is_adding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

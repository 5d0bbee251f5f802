/* splitmix64: the published sequence, and bounds. Vectors computed with an
 * independent few lines of Python from the paper's constants. */
#include "tests/support/cm.h"

#include "engine/base/rng.h"

static void
the_sequence(void **state)
{
    static const struct {
        uint64_t seed, want[5];
    } row[] = {{0,
                {UINT64_C(0xe220a8397b1dcdaf), UINT64_C(0x6e789e6aa1b965f4),
                 UINT64_C(0x06c45d188009454f), UINT64_C(0xf88bb8a8724c81ec),
                 UINT64_C(0x1b39896a51a8749b)}},
               {1234567,
                {UINT64_C(0x599ed017fb08fc85), UINT64_C(0x2c73f08458540fa5),
                 UINT64_C(0x883ebce5a3f27c77), UINT64_C(0x3fbef740e9177b3f),
                 UINT64_C(0xe3b8346708cb5ecd)}},
               {UINT64_MAX,
                {UINT64_C(0xe4d971771b652c20), UINT64_C(0xe99ff867dbf682c9),
                 UINT64_C(0x382ff84cb27281e9), UINT64_C(0x6d1db36ccba982d2),
                 UINT64_C(0xb4a0472e578069ae)}}};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct inc_rng r = {row[i].seed};
        for (int j = 0; j < 5; j++)
            if (inc_rng_next(&r) != row[i].want[j])
                fail_msg("seed %llu, number %d",
                         (unsigned long long)row[i].seed, j);
    }
}

/* Every value comes, none at or past n, each about as often as any. */
static void
below_is_even(void **state)
{
    struct inc_rng r = {20261122};

    (void)state;
    for (uint32_t n = 1; n <= 40; n++) {
        uint32_t seen[40] = {0};
        for (uint32_t i = 0; i < n * 2000; i++) {
            uint32_t v = inc_rng_below(&r, n);
            if (v >= n)
                fail_msg("%u of 0..%u", v, n - 1);
            seen[v]++;
        }
        for (uint32_t v = 0; v < n; v++) /* five standard deviations */
            if (seen[v] < 1775 || seen[v] > 2225)
                fail_msg("seed 20261122: %u came %u times of 2000 (n %u)", v,
                         seen[v], n);
    }
}

static void
below_the_largest(void **state)
{
    struct inc_rng r = {5};
    uint32_t top = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        uint32_t v = inc_rng_below(&r, UINT32_MAX);
        assert_true(v < UINT32_MAX);
        top = v > top ? v : top;
    }
    assert_true(top > UINT32_MAX / 100 * 98);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sequence),
        cmocka_unit_test(below_is_even),
        cmocka_unit_test(below_the_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

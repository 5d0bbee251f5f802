/* The integer root, exact around every kind of square, whichever way the
 * processor rounds. */
#include <fenv.h>

#include "tests/support/cm.h"

#include "engine/base/intmath.h"
#include "engine/base/rng.h"

enum { SEED = 20261122 };

static void
around(uint64_t root)
{
    uint64_t square = root * root; /* root < 2^32 */

    if (inc_isqrt(square) != root)
        fail_msg("root of %llu is not %llu", (unsigned long long)square,
                 (unsigned long long)root);
    if (root > 0 && inc_isqrt(square - 1) != root - 1)
        fail_msg("root of %llu^2 - 1", (unsigned long long)root);
    /* the last number with this root; 2^64 - 1 for the largest */
    if (inc_isqrt(square + 2 * root) != root)
        fail_msg("root of %llu^2 + 2r", (unsigned long long)root);
}

static void
all_small_numbers(void **state)
{
    uint64_t root = 0;

    (void)state;
    for (uint64_t x = 0; x < 1000000; x++) {
        while ((root + 1) * (root + 1) <= x)
            root++;
        if (inc_isqrt(x) != root)
            fail_msg("root of %llu: %llu", (unsigned long long)x,
                     (unsigned long long)inc_isqrt(x));
    }
}

static void
around_squares(void **state)
{
    struct inc_rng r = {SEED};

    (void)state;
    for (uint64_t root = 0; root < 100000; root++)
        around(root);
    for (int bit = 0; bit < 32; bit++)
        for (uint64_t d = 0; d < 3; d++) {
            around((UINT64_C(1) << bit) + d - (bit > 1 ? 1 : 0));
        }
    for (int i = 0; i < 200000; i++)
        around(inc_rng_next(&r) >> 32);
}

static void
the_largest(void **state)
{
    (void)state;
    around(UINT32_MAX);
    assert_int_equal(inc_isqrt(UINT64_MAX), UINT32_MAX);
    assert_int_equal(inc_isqrt(UINT64_C(18446744065119617025)), UINT32_MAX);
    assert_int_equal(inc_isqrt(UINT64_C(18446744065119617024)), UINT32_MAX - 1);
    assert_int_equal(inc_isqrt(UINT64_C(1) << 63), UINT64_C(3037000499));
}

static void
every_rounding(void **state)
{
    static const int modes[] = {FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};

    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(fesetround(modes[i]), 0);
        around_squares(state);
        the_largest(state);
    }
    assert_int_equal(fesetround(FE_TONEAREST), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_small_numbers),
        cmocka_unit_test(around_squares),
        cmocka_unit_test(the_largest),
        cmocka_unit_test(every_rounding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

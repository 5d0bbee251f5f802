#include "tests/support/cm.h"

#include <math.h>

#include "engine/train/quantise.h"

static void
by_hand(void **state)
{
    /* times sqrt(4), sqrt(1): (3,4), (-1,0), (0,0), (0,.5) */
    float u[] = {1.5F, 4, -.5F, 0, 0, 0, 0, .5F};
    const float sigma[] = {4, 1};
    static const int8_t want[] = {76, 102, -127, 0, 0, 0, 0, 127};
    int8_t got[8];

    (void)state;
    inc_quantise(got, u, sigma, 4, 2); /* .6 and .8 of 127: 76.2, 101.6 */
    assert_memory_equal(got, want, sizeof want);
}

static void
one_factor_for_all_rows(void **state)
{
    /* the largest component anywhere is .8 = 127: .6 is 95.25 */
    float u[] = {3, 4, .7071F, -.7071F};
    const float sigma[] = {1, 1};
    static const int8_t want[] = {95, 127, 112, -112};
    int8_t got[4];

    (void)state;
    inc_quantise(got, u, sigma, 2, 2);
    assert_memory_equal(got, want, sizeof want);
}

static void
all_zero(void **state)
{
    float u[4] = {0};
    const float sigma[] = {1, 0};
    static const int8_t want[4] = {0};
    int8_t got[4] = {1, 1, 1, 1};

    (void)state;
    inc_quantise(got, u, sigma, 2, 2);
    assert_memory_equal(got, want, sizeof want);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(one_factor_for_all_rows),
        cmocka_unit_test(all_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/support/cm.h"

#include "engine/space/space.h"

static void
cosine(void **state)
{
    static const struct {
        int64_t dot;
        uint64_t a2, b2;
        uint32_t want;
    } row[] = {
        {25, 25, 25, 10000},   /* identical */
        {24, 25, 25, 9600},    /* (3,4) and (4,3) */
        {1, 2, 1, 10000},      /* 1/sqrt 2, the root rounded down to 1 */
        {100, 200, 100, 7092}, /* isqrt(20000) = 141 */
        {1, 100, 100, 100},    /* 1 % */
        {1, 10000, 10001, 1},  /* floor */
        {1, 20000, 20000, 0},  /* under one basis point */
        {0, 25, 25, 0},        /* square to each other */
        {-25, 25, 25, 0},
        {-3, 25, 25, 0},
        {2, 2, 1, 10000},
        /* over the root rounded down */ /* opposite */
        {5, 0, 25, 0},                   /* empty */
        {5, 25, 0, 0},
        {INT64_MAX, 25, 25, 10000}, /* impossible, still in range */
        {INT64_MIN, 25, 25, 0},
        {16774160, 16774160, 16774160, 10000}, /* 1040 times 127 */
        {UINT32_MAX, UINT32_MAX, UINT32_MAX, 10000},
        {UINT32_MAX - 1, UINT32_MAX, UINT32_MAX, 9999},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint32_t got = inc_cosine_bp(row[i].dot, row[i].a2, row[i].b2);
        if (got != row[i].want)
            fail_msg("row %zu: got %u, want %u", i, got, row[i].want);
    }
}

static void
similarity(void **state)
{
    static const uint32_t row[][2] = {
        {0, 0},         {3499, 0},           {3500, 0},    {3501, 1},
        {3502, 3},      {6750, 5000},        {9999, 9998}, {10000, 10000},
        {10001, 10000}, {UINT32_MAX, 10000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        assert_int_equal(inc_similarity_bp(row[i][0]), row[i][1]);
    for (uint32_t c = 1; c <= 10000; c++)
        assert_true(inc_similarity_bp(c) >= inc_similarity_bp(c - 1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cosine),
                                       cmocka_unit_test(similarity)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

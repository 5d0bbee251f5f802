/* The constants and small functions of the score, by hand. */
#include "tests/support/cm.h"

#include "engine/base/rng.h"
#include "engine/match/formula.h"

static void
quality_by_hand(void **state)
{
    static const struct {
        struct inc_class held;
        unsigned want, today;
        uint32_t bp;
    } row[] = {
        {{2, INC_EVIDENCE_CERTIFIED, 0}, 2, 100, 10000},
        {{4, INC_EVIDENCE_CERTIFIED, 100}, 1, 100, 10000},
        {{2, INC_EVIDENCE_DECLARED, 0}, 2, 100, 9000},
        {{2, INC_EVIDENCE_OBSERVED, 96}, 2, 100, 9500},
        {{1, INC_EVIDENCE_CERTIFIED, 0}, 2, 100, 7000},
        {{1, INC_EVIDENCE_CERTIFIED, 0}, 3, 100, 4000},
        {{1, INC_EVIDENCE_CERTIFIED, 0}, 4, 100, 1500},
        {{3, INC_EVIDENCE_IMPLIED, 0}, 3, 100, 7000},
        {{2, INC_EVIDENCE_CERTIFIED, 95}, 2, 100, 9700},   /* five half-years */
        {{2, INC_EVIDENCE_CERTIFIED, 50}, 2, 100, 6000},   /* long ago */
        {{2, INC_EVIDENCE_CERTIFIED, 101}, 2, 100, 10000}, /* to come */
        {{1, INC_EVIDENCE_DECLARED, 90}, 2, 100, 5166},    /* .7 x .9 x .82 */
    };

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        uint32_t got = inc_quality_bp(&row[i].held, row[i].want, row[i].today);
        if (got != row[i].bp)
            fail_msg("row %zu: got %u, want %u", i, got, row[i].bp);
    }
}

static void
whole_quality_loses_nothing(void **state)
{
    (void)state;
    assert_int_equal(inc_loss(10000), 0);
    assert_int_equal(inc_loss(9000), 6554);
    assert_int_equal(inc_loss(0), 65535);
    assert_int_equal(inc_have_bp(10000, inc_loss(10000)), 10000);
    assert_int_equal(inc_have_bp(10000, inc_loss(9000)), 9000);
    assert_int_equal(inc_have_bp(10000, inc_loss(0)), 1);
    assert_int_equal(inc_have_bp(0, 12345), 0);
}

static void
ladders(void **state)
{
    (void)state;
    assert_int_equal(inc_cefr_bp(3, 3), 10000);
    assert_int_equal(inc_cefr_bp(6, 1), 10000);
    assert_int_equal(inc_cefr_bp(2, 3), 6000);
    assert_int_equal(inc_cefr_bp(1, 3), 2500);
    assert_int_equal(inc_cefr_bp(0, 3), 0);
    assert_int_equal(inc_eqf_bp(4, 4), 10000);
    assert_int_equal(inc_eqf_bp(3, 4), 5000);
    assert_int_equal(inc_eqf_bp(2, 4), 0);
    assert_int_equal(inc_importance_factor(INC_MUST), 4);
    assert_int_equal(inc_importance_factor(INC_SHOULD), 2);
    assert_int_equal(inc_importance_factor(INC_NICE), 1);
}

static void
penalties(void **state)
{
    (void)state;
    assert_int_equal(inc_distance_penalty_bp(0, 30), 0);
    assert_int_equal(inc_distance_penalty_bp(15, 30), 100);
    assert_int_equal(inc_distance_penalty_bp(30, 30), 200);
    assert_int_equal(inc_distance_penalty_bp(45, 30), 1100);
    assert_int_equal(inc_distance_penalty_bp(60, 30), 2000);
    assert_int_equal(inc_distance_penalty_bp(6000, 30), 2000);
    assert_int_equal(inc_distance_penalty_bp(60, 0), 200); /* 60 by default */
    assert_int_equal(inc_hours_penalty_bp(600, 600), 0);
    assert_int_equal(inc_hours_penalty_bp(700, 600), 0);
    assert_int_equal(inc_hours_penalty_bp(300, 600), 1000);
    assert_int_equal(inc_hours_penalty_bp(0, 600), 2000);
    assert_int_equal(inc_hours_penalty_bp(599, 600), 4); /* rounded up */
    assert_int_equal(inc_hours_penalty_bp(0, 0), 0);
}

static void
shares_by_hand(void **state)
{
    const uint64_t even[3] = {1, 1, 1}, steep[3] = {1000, 1, 1};
    uint32_t got[3];

    (void)state;
    inc_share(got, even, 3, 8000);
    assert_int_equal(got[0], 2667);
    assert_int_equal(got[1], 2667);
    assert_int_equal(got[2], 2666);
    inc_share(got, steep, 3, 8000);
    assert_int_equal(got[0], 7984);
    assert_int_equal(got[1], 8);
    assert_int_equal(got[2], 8);
    inc_share(got, even, 1, 10000);
    assert_int_equal(got[0], 10000);
}

static void
shares_add_up(void **state)
{
    struct inc_rng r = {7};

    (void)state;
    for (int round = 0; round < 20000; round++) {
        uint64_t w[160], sum = 0;
        uint32_t got[160], n = 1 + inc_rng_below(&r, 160), total = 0;

        for (uint32_t i = 0; i < n; i++) {
            w[i] = 1 + inc_rng_below(&r, round % 2 ? 508000 : 3);
            sum += w[i];
        }
        inc_share(got, w, n, 8000);
        for (uint32_t i = 0; i < n; i++) {
            uint64_t fair = w[i] * 8000 / sum;
            total += got[i];
            if (got[i] < fair || got[i] > fair + 1)
                fail_msg("seed 7 round %d: %u of a fair %llu", round, got[i],
                         (unsigned long long)fair);
        }
        if (total != 8000)
            fail_msg("seed 7 round %d: %u shared out", round, total);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quality_by_hand),
        cmocka_unit_test(whole_quality_loses_nothing),
        cmocka_unit_test(ladders),
        cmocka_unit_test(penalties),
        cmocka_unit_test(shares_by_hand),
        cmocka_unit_test(shares_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Plans of needs by hand: what each line can give, and what it stands on. */
#include "tests/unit/match/tiny.h"

#include "engine/base/rng.h"

static void
shares_follow_importance_weight_and_rarity(void **state)
{
    struct inc_requirement r[2] = {asks(0, 2, INC_MUST, 100),
                                   asks(1, 3, INC_NICE, 50)};
    struct inc_need need = need_of(r, 2);
    struct inc_plan p = plan_of(&need, INC_PRUDENT);

    (void)state;
    /* 4 x 100 x 32 = 12800 and 1 x 50 x 64 = 3200 of 16000 */
    assert_int_equal(p.n_lines, 3);
    assert_int_equal(p.lines[0].kind, INC_LINE_REQUIREMENT);
    assert_int_equal(p.lines[0].max, 6800);
    assert_int_equal(p.lines[0].idf, 32);
    assert_int_equal(p.lines[0].level, 2);
    assert_int_equal(p.lines[1].max, 1700);
    assert_int_equal(p.lines[1].idf, 64);
    assert_int_equal(p.lines[1].importance, INC_NICE);
    assert_ptr_equal(p.lines[1].requirement, &r[1]);
    assert_int_equal(p.lines[2].kind, INC_LINE_AFFINITY);
    assert_int_equal(p.lines[2].max, 1500);
    assert_int_equal(p.n_lanes, 2);
    assert_int_equal(p.lanes, 16);
    assert_int_equal(p.attitude, INC_PRUDENT);
    assert_int_equal(p.half_year, 1 + 56 * 2 + 1); /* November 2026 */
}

/* Languages, licences and education count as the mean skill: 48 here. */
static void
what_is_no_skill_weighs_as_the_mean(void **state)
{
    struct inc_requirement r[2] = {asks(0, 2, INC_MUST, 100),
                                   asks(1, 2, INC_MUST, 100)};
    struct inc_need_language l = {15, "it", 3, INC_SHOULD, 100};
    int64_t any_of[2] = {2, 5};
    struct inc_need_licence c = {7, any_of, 2, INC_NICE, 100};
    struct inc_need need = need_of(r, 2);
    struct inc_plan p;
    uint32_t sum = 0;

    (void)state;
    need.languages = &l;
    need.n_languages = 1;
    need.licences = &c;
    need.n_licences = 1;
    need.has |= BIT(INC_NEED_EDUCATION);
    need.education = (struct inc_need_education){7, 4, INC_MUST, 200};
    p = plan_of(&need, INC_NEUTRAL);
    /* weights 12800 25600 9600 4800 38400 of 91200: fair shares of 8500 are
     * 1192.98 2385.96 894.74 447.37 3578.95; four points are left to give */
    assert_int_equal(p.n_lines, 6);
    assert_int_equal(p.lines[0].max, 1193);
    assert_int_equal(p.lines[1].max, 2386);
    assert_int_equal(p.lines[2].max, 895);
    assert_int_equal(p.lines[3].max, 447);
    assert_int_equal(p.lines[4].max, 3579);
    for (uint32_t i = 0; i < p.n_lines; i++)
        sum += p.lines[i].max;
    assert_int_equal(sum, 10000);
    assert_int_equal(p.lines[2].idf, 48);
    assert_string_equal(p.lines[2].lang, "it");
    assert_int_equal(p.lines[2].cefr, 3);
    assert_int_equal(p.lines[3].licences, 1u << 2 | 1u << 5);
    assert_int_equal(p.lines[4].kind, INC_LINE_EDUCATION);
    assert_int_equal(p.lines[4].eqf, 4);
}

static void
without_skills_all_goes_to_the_lines(void **state)
{
    struct inc_need_language l[2] = {{15, "it", 3, INC_MUST, 100},
                                     {15, "en", 1, INC_NICE, 100}};
    struct inc_need need = need_of(NULL, 0);
    struct inc_plan p;

    (void)state;
    need.languages = l;
    need.n_languages = 2;
    p = plan_of(&need, INC_NEUTRAL);
    assert_int_equal(p.n_lines, 2);
    assert_int_equal(p.lines[0].max, 8000); /* 4 to 1 */
    assert_int_equal(p.lines[1].max, 2000);
    assert_int_equal(p.lines[0].idf, INC_PLAIN_IDF);
    assert_int_equal(p.has_affinity, 0);
    assert_int_equal(p.lanes, 16); /* one group of lanes all the same */
}

static void
without_vectors_all_goes_to_the_lines(void **state)
{
    struct inc_requirement r[2] = {asks(6, 2, INC_MUST, 100),
                                   asks(7, 2, INC_MUST, 100)};
    struct inc_need need = need_of(r, 2);
    struct inc_plan p = plan_of(&need, INC_NEUTRAL);

    (void)state;
    assert_int_equal(p.has_affinity, 0);
    assert_int_equal(p.n_lines, 2);
    assert_int_equal(p.lines[0].max, 5000);
    assert_int_equal(p.lines[1].max, 5000);
    assert_int_equal(p.u_norm, 0);
}

static void
alternatives_follow_in_order(void **state)
{
    const char *other[2] = {tiny_uri[4], tiny_uri[1]};
    struct inc_requirement r[2] = {asks(3, 2, INC_MUST, 100),
                                   asks(0, 2, INC_MUST, 100)};
    struct inc_need need;
    struct inc_plan p;

    (void)state;
    r[1].alternatives = other;
    r[1].n_alternatives = 2;
    need = need_of(r, 2);
    p = plan_of(&need, INC_NEUTRAL);
    assert_int_equal(p.lines[1].n_concepts, 3);
    assert_int_equal(p.lines[0].n_concepts, 1);
    assert_int_equal(p.lines[0].concepts[0], 3);
    assert_int_equal(p.lines[1].concepts[0], 0);
    assert_int_equal(p.lines[1].concepts[1], 4);
    assert_int_equal(p.lines[1].concepts[2], 1);
    assert_int_equal(p.lines[0].lane, 0);
    assert_int_equal(p.lines[1].lane, 1);
    /* rarity is that of the skill itself, not of its alternatives */
    assert_int_equal(p.lines[1].idf, 32);
}

static void
the_needs_own_vector(void **state)
{
    struct inc_requirement r[2] = {asks(0, 2, INC_MUST, 100),
                                   asks(3, 2, INC_NICE, 100)};
    struct inc_need need = need_of(r, 2);
    struct inc_plan p = plan_of(&need, INC_NEUTRAL);

    (void)state;
    /* 12800 x 100 and 4800 x 100: 127 and 127 x .375 = 47.6 */
    assert_int_equal(p.u[0], 127);
    assert_int_equal(p.u[1], 48);
    for (int d = 2; d < TINY_DIM; d++)
        assert_int_equal(p.u[d], 0);
    assert_int_equal(p.u_norm, 135); /* sqrt(18433) */
}

static void
a_need_that_asks_nothing(void **state)
{
    struct inc_need need = need_of(NULL, 0);
    struct inc_plan p;
    struct inc_err err;

    (void)state;
    need.has |= BIT(INC_NEED_COMUNE) | BIT(INC_NEED_HOURS_WEEK);
    need.comune = LUCCA;
    need.hours_week = 20;
    assert_int_equal(
        inc_plan_make(&p, &need, &tiny->world, 0, 0, &tiny_mem, &err),
        INC_E_EMPTY);
    assert_int_equal(err.status, INC_E_EMPTY);
}

static void
every_budget_too_small_says_so(void **state)
{
    const char *other[1] = {tiny_uri[4]};
    struct inc_requirement r[3] = {asks(0, 2, INC_MUST, 100),
                                   asks(1, 2, INC_MUST, 100),
                                   asks(2, 2, INC_MUST, 100)};
    struct inc_window w = {7, 0, 480, 720};
    struct inc_need need;
    size_t budget = 64;
    enum inc_status st = INC_E_NOMEM;

    (void)state;
    r[0].alternatives = other;
    r[0].n_alternatives = 1;
    need = need_of(r, 3);
    need.schedule = &w;
    need.n_schedule = 1;
    for (; st != INC_OK && budget < 1 << 16; budget += 64) {
        struct inc_arena a;
        struct inc_plan p;
        struct inc_err err = {0};

        assert_int_equal(inc_arena_init(&a, budget), INC_OK);
        st = inc_plan_make(&p, &need, &tiny->world, 0, 0, &a, &err);
        if (st != INC_OK && (st != INC_E_NOMEM || err.status != INC_E_NOMEM))
            fail_msg("%zu bytes: %d", budget, st);
        inc_arena_release(&a);
    }
    assert_int_equal(st, INC_OK);
    assert_true(budget > 640);
}

static void
seventeen_lanes_take_two_groups(void **state)
{
    struct inc_requirement r[17];
    struct inc_need need;
    struct inc_plan p;

    (void)state;
    for (uint32_t i = 0; i < 17; i++)
        r[i] = asks(8 + i, 2, INC_MUST, 100);
    need = need_of(r, 16);
    p = plan_of(&need, 0);
    assert_int_equal(p.lanes, 16);
    need = need_of(r, 17);
    p = plan_of(&need, 0);
    assert_int_equal(p.lanes, 32);
    assert_int_equal(p.lane_line[16], 16);
    assert_int_equal(p.lines[16].lane, 16);
}

static void
place_and_hours(void **state)
{
    struct inc_requirement r[1] = {asks(0, 2, INC_MUST, 100)};
    struct inc_window w[2] = {{7, 0, 480, 720}, {7, 1, 480, 540}};
    struct inc_need need = need_of(r, 1);
    struct inc_plan p = plan_of(&need, 0);

    (void)state;
    assert_int_equal(p.n_lines, 2);
    assert_int_equal(p.comune, INC_NO_COMUNE);
    assert_int_equal(p.schedule_minutes, 0);

    need.has |= BIT(INC_NEED_COMUNE) | BIT(INC_NEED_HOURS_WEEK);
    need.comune = LUCCA;
    need.hours_week = 10;
    p = plan_of(&need, 0);
    assert_int_equal(p.n_lines, 4);
    assert_int_equal(p.comune, comune(LUCCA));
    assert_int_equal(p.lines[2].kind, INC_LINE_DISTANCE);
    assert_int_equal(p.lines[2].max, 0);
    assert_int_equal(p.lines[3].kind, INC_LINE_HOURS);
    assert_int_equal(p.lines[3].max, 0);
    assert_int_equal(p.schedule_minutes, 600);

    need.schedule = w; /* said more exactly: the hours of the week give way */
    need.n_schedule = 2;
    p = plan_of(&need, 0);
    assert_int_equal(p.schedule_minutes, 300);
    assert_int_equal(p.hours_week, 10);

    need.comune = "999999"; /* no longer in the list of comuni */
    p = plan_of(&need, 0);
    assert_int_equal(p.comune, INC_NO_COMUNE);
    assert_int_equal(p.n_lines, 3);
}

static void
touching_windows_become_one(void **state)
{
    static const struct inc_window w[] = {
        {7, 1, 0, 120},                       /* Tuesday from midnight ... */
        {7, 0, 1380, 1440},                   /* ... after Monday to midnight */
        {7, 0, 540, 720},   {7, 0, 720, 780}, /* they touch */
        {7, 3, 600, 660},   {7, 3, 610, 620}, /* one within the other */
        {7, 6, 1439, 1440},                   /* the last minute */
    };
    static const struct inc_span want[] = {
        {540, 780}, {1380, 1560}, {4920, 4980}, {10079, 10080}};
    struct inc_span got[7];

    (void)state;
    assert_int_equal(inc_schedule_spans(got, w, 7), 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(got[i].from, want[i].from);
        assert_int_equal(got[i].to, want[i].to);
    }
    assert_int_equal(inc_schedule_spans(got, w, 1), 1);
    assert_int_equal(inc_schedule_spans(NULL, NULL, 0), 0);
}

static void
minute_by_minute_the_same(void **state)
{
    enum { SEED = 20261122, MOST = 20 };
    struct inc_rng r = {SEED};

    (void)state;
    for (int round = 0; round < 2000; round++) {
        unsigned char week[7 * 1440] = {0};
        struct inc_window w[MOST];
        struct inc_span s[MOST];
        uint32_t n = inc_rng_below(&r, MOST + 1), got, minutes = 0, sum = 0;

        for (uint32_t i = 0; i < n; i++) {
            w[i].day = inc_rng_below(&r, 7);
            w[i].from = 60 * (int64_t)inc_rng_below(&r, 24);
            w[i].to = w[i].from + 60 * (1 + (int64_t)inc_rng_below(&r, 3));
            if (w[i].to > 1440)
                w[i].to = 1440;
            for (int64_t m = w[i].from; m < w[i].to; m++)
                week[w[i].day * 1440 + m] = 1;
        }
        got = inc_schedule_spans(s, w, n);
        for (int m = 0; m < 7 * 1440; m++)
            minutes += week[m];
        for (uint32_t i = 0; i < got; i++) {
            sum += (uint32_t)(s[i].to - s[i].from);
            for (int m = s[i].from; m < s[i].to; m++)
                if (!week[m])
                    fail_msg("seed %d round %d: minute %d", SEED, round, m);
            if (i > 0 && s[i].from <= s[i - 1].to)
                fail_msg("seed %d round %d: not merged", SEED, round);
        }
        if (sum != minutes)
            fail_msg("seed %d round %d: %u of %u", SEED, round, sum, minutes);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, tiny_reset)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shares_follow_importance_weight_and_rarity),
        TEST(what_is_no_skill_weighs_as_the_mean),
        TEST(without_skills_all_goes_to_the_lines),
        TEST(without_vectors_all_goes_to_the_lines),
        TEST(alternatives_follow_in_order),
        TEST(the_needs_own_vector),
        TEST(a_need_that_asks_nothing),
        TEST(every_budget_too_small_says_so),
        TEST(seventeen_lanes_take_two_groups),
        TEST(place_and_hours),
        TEST(touching_windows_become_one),
        TEST(minute_by_minute_the_same),
    };
    return cmocka_run_group_tests(tests, tiny_open, tiny_close);
}

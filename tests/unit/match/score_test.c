/* One person against one plan, line by line, in exact points. */
#include "tests/unit/match/tiny.h"

enum { LINES = 8, ALL_KNOWN = 2047 };

static struct inc_line lines[LINES];
static struct inc_tally total;

static void
score(const struct inc_plan *p, const struct inc_person *person,
      const uint16_t *cover, int64_t pull)
{
    static const uint16_t none[INC_LANES];
    struct inc_tally alone;
    int32_t points = 0, lo = 0, hi = 0;

    assert_true(p->n_lines <= LINES);
    inc_score(&total, lines, p, person, cover == NULL ? none : cover, pull);
    for (uint32_t i = 0; i < p->n_lines; i++) {
        points += lines[i].points;
        lo += lines[i].lo;
        hi += lines[i].hi;
        assert_ptr_equal(lines[i].spec, &p->lines[i]);
    }
    assert_int_equal(points, total.points); /* whatever else: a sum */
    assert_int_equal(lo, total.lo);
    assert_int_equal(hi, total.hi);
    assert_true(0 <= total.lo && total.lo <= total.points &&
                total.points <= total.hi && total.hi <= 10000);
    inc_score(&alone, NULL, p, person, cover == NULL ? none : cover, pull);
    assert_memory_equal(&alone, &total, sizeof alone);
}

static void
is(int i, enum inc_line_status status, unsigned why, int32_t points, int32_t lo,
   int32_t hi)
{
    const struct inc_line *l = &lines[i];

    if (l->status != status || l->why != why || l->points != points ||
        l->lo != lo || l->hi != hi)
        fail_msg("line %d: status %d why %x points %d (%d..%d), want status %d "
                 "why %x points %d (%d..%d)",
                 i, l->status, l->why, l->points, l->lo, l->hi, status, why,
                 points, lo, hi);
}

/* Skills 0 and 4, 4250 points each, and 1500 of affinity. */
static struct inc_requirement two[2];
static struct inc_need
need_two(void)
{
    two[0] = asks(0, 2, INC_MUST, 100);
    two[1] = asks(4, 2, INC_MUST, 100);
    return need_of(two, 2);
}

static void
skills(void **state)
{
    struct inc_need need = need_two();
    struct inc_plan p = plan_of(&need, INC_PRUDENT);
    struct inc_person who = {.known = ALL_KNOWN, .norm = 1000};
    uint16_t cover[INC_LANES] = {10000, 5000};

    (void)state;
    assert_int_equal(p.u_norm, 179); /* u is 127 on two axes */
    score(&p, &who, cover, 179 * 1000 / 2);
    is(0, INC_LINE_MET, 0, 4250, 4250, 4250);
    is(1, INC_LINE_PARTLY, 0, 2125, 2125, 2125);
    is(2, INC_LINE_PARTLY, 0, 750, 750, 750);
    assert_int_equal(total.points, 7125);
    assert_int_equal(lines[1].cover_bp, 5000);

    cover[0] = 0;
    cover[1] = 9999; /* 4249.6: never rounded up */
    two[1].trainable_hours = 8;
    score(&p, &who, cover, -5);
    is(0, INC_LINE_NOT_MET, INC_WHY(MISSING), 0, 0, 0);
    is(1, INC_LINE_PARTLY, INC_WHY(TRAINABLE), 4249, 4249, 4249);
    is(2, INC_LINE_NOT_MET, 0, 0, 0, 0);

    score(&p, &who, cover, INT64_C(1) << 40); /* never over the whole */
    is(2, INC_LINE_MET, 0, 1500, 1500, 1500);
    who.norm = 0; /* nothing to be like */
    score(&p, &who, cover, 100);
    is(2, INC_LINE_NOT_MET, 0, 0, 0, 0);
}

static void
skills_never_asked(void **state)
{
    struct inc_need need = need_two();
    struct inc_plan prudent, neutral;
    struct inc_person who = {.known = ALL_KNOWN & ~INC_KNOWN_SKILLS};
    const uint16_t implied[INC_LANES] = {7000, 0};

    (void)state;
    two[1].trainable_hours = 1;
    prudent = plan_of(&need, INC_PRUDENT);
    neutral = plan_of(&need, INC_NEUTRAL);
    score(&prudent, &who, implied, 0);
    is(0, INC_LINE_PARTLY, 0, 2975, 2975, 4250);
    is(1, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED) | INC_WHY(TRAINABLE), 0, 0,
       4250);
    is(2, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 0, 0, 1500);
    assert_int_equal(total.points, 2975);
    assert_int_equal(total.hi, 10000);
    score(&neutral, &who, implied, 0);
    is(0, INC_LINE_PARTLY, 0, 3612, 2975, 4250);
    is(1, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED) | INC_WHY(TRAINABLE), 2125, 0,
       4250);
    is(2, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 750, 0, 1500);
    assert_int_equal(total.points, 6487);
}

static void
languages(void **state)
{
    struct inc_need_language l = {15, "it", 3, INC_MUST, 100};
    struct inc_need need = need_of(NULL, 0);
    struct inc_person_language held[2] = {{"en", {6, 6, 6, 6, 6}},
                                          {"it", {3, 3, 2, -1, 1}}};
    struct inc_person who = {
        .known = ALL_KNOWN, .languages = held, .n_languages = 2};
    struct inc_plan prudent, neutral;

    (void)state;
    need.languages = &l;
    need.n_languages = 1;
    prudent = plan_of(&need, INC_PRUDENT);
    neutral = plan_of(&need, INC_NEUTRAL);
    /* (10000 + 10000 + 6000 + ? + 2500) / 5 */
    score(&prudent, &who, NULL, 0);
    is(0, INC_LINE_PARTLY, INC_WHY(NOT_ASKED) | INC_WHY(BELOW), 5700, 5700,
       7700);
    assert_int_equal(lines[0].cefr, 1);
    score(&neutral, &who, NULL, 0);
    assert_int_equal(total.points, 6700);

    memset(held[1].cefr, 3, sizeof held[1].cefr);
    score(&prudent, &who, NULL, 0);
    is(0, INC_LINE_MET, 0, 10000, 10000, 10000);
    held[1].cefr[4] = 0; /* three levels under: nothing for that fifth */
    score(&prudent, &who, NULL, 0);
    is(0, INC_LINE_PARTLY, INC_WHY(BELOW), 8000, 8000, 8000);
    memset(held[1].cefr, 0, sizeof held[1].cefr);
    score(&prudent, &who, NULL, 0);
    is(0, INC_LINE_NOT_MET, INC_WHY(BELOW), 0, 0, 0);
    memset(held[1].cefr, -1, sizeof held[1].cefr); /* named, no level known */
    score(&prudent, &who, NULL, 0);
    is(0, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 0, 0, 10000);
    assert_int_equal(lines[0].cefr, -1);

    who.n_languages = 1;
    score(&prudent, &who, NULL, 0);
    is(0, INC_LINE_NOT_MET, INC_WHY(MISSING), 0, 0, 0);
    who.known &= ~(uint32_t)INC_KNOWN_LANGUAGES;
    score(&neutral, &who, NULL, 0);
    is(0, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 5000, 0, 10000);
}

static void
licences(void **state)
{
    int64_t any_of[2] = {2, 5};
    struct inc_need_licence c = {7, any_of, 2, INC_MUST, 100};
    struct inc_need need = need_of(NULL, 0);
    struct inc_person who = {.known = ALL_KNOWN, .licences = 1u << 5};
    struct inc_plan p;

    (void)state;
    need.licences = &c;
    need.n_licences = 1;
    p = plan_of(&need, INC_PRUDENT);
    score(&p, &who, NULL, 0);
    is(0, INC_LINE_MET, 0, 10000, 10000, 10000);
    who.licences = 1u << 4;
    score(&p, &who, NULL, 0);
    is(0, INC_LINE_NOT_MET, INC_WHY(MISSING), 0, 0, 0);
    who.known = 0;
    score(&p, &who, NULL, 0);
    is(0, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 0, 0, 10000);
}

static void
education(void **state)
{
    struct inc_need need = need_of(NULL, 0);
    struct inc_person who = {.known = ALL_KNOWN, .eqf = 5};
    struct inc_plan p;

    (void)state;
    need.has |= BIT(INC_NEED_EDUCATION);
    need.education = (struct inc_need_education){7, 4, INC_MUST, 100};
    p = plan_of(&need, INC_NEUTRAL);
    score(&p, &who, NULL, 0);
    is(0, INC_LINE_MET, 0, 10000, 10000, 10000);
    who.eqf = 3;
    score(&p, &who, NULL, 0);
    is(0, INC_LINE_PARTLY, INC_WHY(BELOW), 5000, 5000, 5000);
    who.eqf = 2;
    score(&p, &who, NULL, 0);
    is(0, INC_LINE_NOT_MET, INC_WHY(BELOW), 0, 0, 0);
    who.known &= ~(uint32_t)INC_KNOWN_EDUCATION;
    score(&p, &who, NULL, 0);
    is(0, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 5000, 0, 10000);
}

/* Lucca asks; 10000 points of a language to take from. */
static struct inc_need_language any = {15, "it", 0, INC_MUST, 100};
static struct inc_person_language native = {"it", {6, 6, 6, 6, 6}};
static struct inc_person
speaker(void)
{
    return (struct inc_person){.known = ALL_KNOWN,
                               .languages = &native,
                               .n_languages = 1,
                               .home = comune(CAPANNORI),
                               .modes =
                                   1u << INC_MODE_WALK | 1u << INC_MODE_BUS,
                               .hours_week = 40};
}

static struct inc_need
need_in_lucca(void)
{
    struct inc_need need = need_of(NULL, 0);

    need.languages = &any;
    need.n_languages = 1;
    need.has |= BIT(INC_NEED_COMUNE);
    need.comune = LUCCA;
    return need;
}

static void
journeys(void **state)
{
    struct inc_need need = need_in_lucca();
    struct inc_plan p = plan_of(&need, INC_PRUDENT);
    struct inc_person who = speaker();
    uint32_t metres = inc_geo_metres(tiny->world.geo, p.comune, who.home);
    uint32_t bus = inc_geo_minutes(metres, INC_MODE_BUS);
    int32_t cost = (int32_t)(200 * bus / 60); /* nobody said: 60 minutes */

    (void)state;
    assert_true(bus > 10 && bus < 60);
    score(&p, &who, NULL, 0);
    is(1, INC_LINE_MET, 0, -cost, -cost, -cost);
    assert_int_equal(lines[1].metres, metres);
    assert_int_equal(lines[1].minutes, bus);
    assert_int_equal(lines[1].mode, INC_MODE_BUS);
    assert_int_equal(lines[1].limit, 60);
    assert_int_equal(total.points, 10000 - cost);

    who.max_minutes = (uint16_t)bus; /* exactly the limit is still met */
    score(&p, &who, NULL, 0);
    is(1, INC_LINE_MET, 0, -200, -200, -200);
    who.max_minutes = (uint16_t)(bus - 1);
    cost = (int32_t)(200 + 1800 / (bus - 1));
    score(&p, &who, NULL, 0);
    is(1, INC_LINE_PARTLY, INC_WHY(FAR), -cost, -cost, -cost);
    who.max_minutes = (uint16_t)(bus / 2);
    score(&p, &who, NULL, 0);
    is(1, INC_LINE_NOT_MET, INC_WHY(FAR), -2000, -2000, -2000);

    who.modes = 0; /* no way to travel named: on foot */
    who.max_minutes = 0;
    score(&p, &who, NULL, 0);
    assert_int_equal(lines[1].mode, INC_MODE_WALK);
    assert_int_equal(lines[1].minutes, inc_geo_minutes(metres, INC_MODE_WALK));

    who.home = p.comune;
    score(&p, &who, NULL, 0);
    is(1, INC_LINE_MET, 0, 0, 0, 0);
    assert_int_equal(lines[1].minutes, 0);
}

static void
journeys_not_known(void **state)
{
    struct inc_need need = need_in_lucca();
    struct inc_plan prudent = plan_of(&need, INC_PRUDENT);
    struct inc_plan neutral = plan_of(&need, INC_NEUTRAL);
    struct inc_person who = speaker();
    uint32_t metres, car;
    int32_t best;

    (void)state;
    who.known &= ~(uint32_t)INC_KNOWN_HOME;
    score(&prudent, &who, NULL, 0);
    is(1, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), -2000, -2000, 0);
    assert_int_equal(lines[1].mode, -1);
    score(&neutral, &who, NULL, 0);
    is(1, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), -1000, -2000, 0);

    /* nobody asked about a car: at best there is one */
    who = speaker();
    who.known &= ~(uint32_t)(INC_KNOWN_CAR | INC_KNOWN_MODES);
    who.modes = 1u << INC_MODE_WALK;
    who.home = comune(FIRENZE);
    who.max_minutes = 120;
    metres = inc_geo_metres(tiny->world.geo, prudent.comune, who.home);
    car = inc_geo_minutes(metres, INC_MODE_CAR);
    assert_true(car <= 120);
    best = -(int32_t)(200 * car / 120);
    score(&prudent, &who, NULL, 0);
    is(1, INC_LINE_UNKNOWN, INC_WHY(FAR) | INC_WHY(NOT_ASKED), -2000, -2000,
       best);
    score(&neutral, &who, NULL, 0);
    assert_int_equal(lines[1].points, (-2000 + best) / 2);
}

static void
hours(void **state)
{
    static const struct inc_span free_time[2] = {{480, 600}, {1920, 2400}};
    struct inc_window w[2] = {{7, 0, 480, 720}, {7, 1, 480, 720}};
    struct inc_need need = need_in_lucca();
    struct inc_person who = speaker();
    struct inc_plan p;

    (void)state;
    need.has &= ~BIT(INC_NEED_COMUNE);
    need.schedule = w;
    need.n_schedule = 2;
    p = plan_of(&need, INC_NEUTRAL);
    who.windows = free_time; /* 120 of Monday's 240, all of Tuesday's */
    who.n_windows = 2;
    score(&p, &who, NULL, 0);
    assert_int_equal(lines[1].overlap_minutes, 360);
    is(1, INC_LINE_PARTLY, INC_WHY(SHORT_HOURS), -500, -500, -500);
    who.hours_week = 2; /* no more than that, whatever the windows */
    score(&p, &who, NULL, 0);
    assert_int_equal(lines[1].overlap_minutes, 120);
    is(1, INC_LINE_PARTLY, INC_WHY(SHORT_HOURS), -1500, -1500, -1500);
    who.hours_week = 0; /* not said */
    who.n_windows = 0;
    score(&p, &who, NULL, 0);
    is(1, INC_LINE_NOT_MET, INC_WHY(SHORT_HOURS), -2000, -2000, -2000);
    who.known &= ~(uint32_t)INC_KNOWN_WINDOWS; /* any time, then */
    score(&p, &who, NULL, 0);
    is(1, INC_LINE_MET, 0, 0, 0, 0);
    who.known &= ~(uint32_t)INC_KNOWN_AVAILABILITY;
    score(&p, &who, NULL, 0);
    is(1, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), -1000, -2000, 0);
}

static void
hours_without_a_schedule(void **state)
{
    struct inc_need need = need_in_lucca();
    struct inc_person who = speaker();
    struct inc_plan p;

    (void)state;
    need.has &= ~BIT(INC_NEED_COMUNE);
    need.has |= BIT(INC_NEED_HOURS_WEEK);
    need.hours_week = 40;
    p = plan_of(&need, INC_PRUDENT);
    who.hours_week = 30;
    score(&p, &who, NULL, 0);
    assert_int_equal(lines[1].overlap_minutes, 1800);
    is(1, INC_LINE_PARTLY, INC_WHY(SHORT_HOURS), -500, -500, -500);
    who.hours_week = 40;
    score(&p, &who, NULL, 0);
    is(1, INC_LINE_MET, 0, 0, 0, 0);
}

/* Far away and no time, with little to take from: each penalty takes what is
 * left, and no sum goes under 0. */
static void
no_sum_goes_under_nothing(void **state)
{
    struct inc_need need = need_two();
    struct inc_person who = {.known = ALL_KNOWN & ~INC_KNOWN_HOME &
                                      ~INC_KNOWN_AVAILABILITY};
    uint16_t cover[INC_LANES] = {2500, 0}; /* 1062 points */
    struct inc_plan p;

    (void)state;
    need.has |= BIT(INC_NEED_COMUNE) | BIT(INC_NEED_HOURS_WEEK);
    need.comune = LUCCA;
    need.hours_week = 20;
    p = plan_of(&need, INC_PRUDENT);
    score(&p, &who, cover, 0);
    is(3, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), -1062, -1062, 0);
    is(4, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 0, 0, 0);
    assert_int_equal(total.points, 0);
    assert_int_equal(total.lo, 0);
    assert_int_equal(total.hi, 1062);
    cover[0] = 3750; /* 1593: neutral takes 1000, then 593 of 1000 */
    p = plan_of(&need, INC_NEUTRAL);
    score(&p, &who, cover, 0);
    is(3, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), -1000, -1593, 0);
    is(4, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), -593, 0, 0);
    assert_int_equal(total.points, 0);
    cover[0] = 0;
    score(&p, &who, cover, 0);
    assert_int_equal(total.points, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, tiny_reset)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(skills),
        TEST(skills_never_asked),
        TEST(languages),
        TEST(licences),
        TEST(education),
        TEST(journeys),
        TEST(journeys_not_known),
        TEST(hours),
        TEST(hours_without_a_schedule),
        TEST(no_sum_goes_under_nothing),
    };
    return cmocka_run_group_tests(tests, tiny_open, tiny_close);
}

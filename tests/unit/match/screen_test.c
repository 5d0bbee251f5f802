/* Every filter and every rule, one at a time. */
#include "tests/unit/match/tiny.h"

static struct inc_match_options o;
static struct inc_screen screen;
static struct inc_err err;

static int
set_up(void **state)
{
    memset(&o, 0, sizeof o);
    return tiny_reset(state);
}

static uint64_t
bit(const char *name)
{
    int i = inc_field_index(&inc_filters_type, name);
    assert_true(i >= 0);
    return BIT(i);
}

static enum inc_status
make(const char *here, int people)
{
    inc_err_clear(&err);
    return inc_screen_make(&screen, &o, tiny->world.geo,
                           here == NULL ? INC_NO_COMUNE : comune(here), people,
                           &tiny_mem, &err);
}

static struct inc_person
somebody(void)
{
    return (struct inc_person){.known = 2047,
                               .home = comune(LUCCA),
                               .from = INT32_MIN,
                               .until = INT32_MAX,
                               .updated = INT32_MIN};
}

static int
passes(const struct inc_person *p)
{
    return inc_screen_person(&screen, p, "CPI-LU");
}

static int
lives(const char *istat)
{
    struct inc_person p = somebody();
    p.home = istat == NULL ? INC_NO_COMUNE : comune(istat);
    return passes(&p);
}

static void
no_filter_passes_everybody(void **state)
{
    (void)state;
    assert_int_equal(make(NULL, 1), INC_OK);
    assert_null(screen.places);
    assert_true(lives(FIRENZE) && lives(NULL));
}

static void
places(void **state)
{
    static const char *istat[] = {CAPANNORI, LUCCA}, *sigla[] = {"FI"},
                      *region[] = {"Toscana"};

    (void)state;
    o.filters.comuni = istat;
    o.filters.n_comuni = 2;
    assert_int_equal(make(NULL, 1), INC_OK);
    assert_true(lives(LUCCA) && lives(CAPANNORI));
    assert_false(lives(VIAREGGIO));
    assert_false(lives(NULL));   /* a home that nobody knows is no match */
    o.filters.provinces = sigla; /* either list will do */
    o.filters.n_provinces = 1;
    assert_int_equal(make(NULL, 1), INC_OK);
    assert_true(lives(LUCCA) && lives(FIRENZE));
    assert_false(lives(VIAREGGIO));
    o.filters.regions = region;
    o.filters.n_regions = 1;
    assert_int_equal(make(NULL, 1), INC_OK);
    assert_true(lives(VIAREGGIO));
}

static void
places_that_are_not_there(void **state)
{
    static const char *istat[] = {LUCCA, "000000"}, *sigla[] = {"LU", "lu"},
                      *region[] = {"Atlantide"};

    (void)state;
    o.filters.comuni = istat;
    o.filters.n_comuni = 2;
    assert_int_equal(make(NULL, 1), INC_E_COMUNE);
    assert_string_equal(err.where, "options.filters.comuni[1]");
    assert_true(err.hint[0] != '\0');
    o.filters.n_comuni = 1;
    o.filters.provinces = sigla;
    o.filters.n_provinces = 2;
    assert_int_equal(make(NULL, 1), INC_E_COMUNE);
    assert_string_equal(err.where, "options.filters.provinces[1]");
    o.filters.n_provinces = 1;
    o.filters.regions = region;
    o.filters.n_regions = 1;
    assert_int_equal(make(NULL, 1), INC_E_COMUNE);
    assert_string_equal(err.where, "options.filters.regions[0]");
    assert_int_equal(inc_screen_make(&screen, &o, NULL, 0, 1, &tiny_mem, &err),
                     INC_E_COMUNE);
}

static void
radius(void **state)
{
    static const char *sigla[] = {"FI"};
    uint32_t metres = inc_geo_metres(tiny->world.geo, comune(LUCCA),
                                     comune(VIAREGGIO)); /* about 20 km */

    (void)state;
    o.filters.has = bit("radius_km");
    o.filters.radius_km = metres / 1000;
    assert_int_equal(make(LUCCA, 1), INC_OK);
    assert_true(lives(LUCCA) && lives(CAPANNORI));
    assert_false(lives(VIAREGGIO));
    assert_false(lives(NULL));
    o.filters.radius_km++;
    assert_int_equal(make(LUCCA, 1), INC_OK);
    assert_true(lives(VIAREGGIO));
    assert_false(lives(FIRENZE));
    o.filters.provinces = sigla; /* named and near: both */
    o.filters.n_provinces = 1;
    assert_int_equal(make(LUCCA, 1), INC_OK);
    assert_false(lives(LUCCA) || lives(FIRENZE));
    o.filters.radius_km = 100;
    assert_int_equal(make(LUCCA, 1), INC_OK);
    assert_true(lives(FIRENZE));
    assert_false(lives(LUCCA));
    assert_int_equal(make(NULL, 1), INC_E_RANGE);
    assert_string_equal(err.where, "options.filters.radius_km");
}

static void
dates(void **state)
{
    struct inc_person p = somebody();

    (void)state;
    o.filters.has = bit("available_by");
    o.filters.available_by = 1000;
    assert_int_equal(make(NULL, 1), INC_OK);
    assert_true(passes(&p)); /* nobody said when: may be now */
    p.from = 1000;
    p.until = 1000;
    assert_true(passes(&p));
    p.from = 1001;
    assert_false(passes(&p));
    p.from = 5;
    p.until = 999;
    assert_false(passes(&p));
    p = somebody();
    o.filters.has = bit("updated_since");
    o.filters.updated_since = 500;
    assert_int_equal(make(NULL, 1), INC_OK);
    assert_false(passes(&p));
    p.updated = 499;
    assert_false(passes(&p));
    p.updated = 500;
    assert_true(passes(&p));
}

static void
language_filter(void **state)
{
    struct inc_person_language held[2] = {{"fr", {6, 6, 6, 6, 6}},
                                          {"it", {3, 3, 3, 3, 2}}};
    struct inc_person p = somebody();

    (void)state;
    o.filters.has = bit("language");
    o.filters.language = "it";
    assert_int_equal(make(NULL, 1), INC_OK);
    p.languages = held;
    p.n_languages = 1;
    assert_false(passes(&p));
    p.n_languages = 2;
    assert_true(passes(&p));
    o.filters.has |= bit("language_level");
    o.filters.language_level = 3;
    assert_int_equal(make(NULL, 1), INC_OK);
    assert_false(passes(&p)); /* writing is under it */
    held[1].cefr[4] = 3;
    assert_true(passes(&p));
    held[1].cefr[0] = -1; /* a level nobody knows is not reached */
    assert_false(passes(&p));
    o.filters.has = bit("language_level");
    assert_int_equal(make(NULL, 1), INC_E_MISSING);
    assert_string_equal(err.where, "options.filters.language");
}

static void
licences_and_offices(void **state)
{
    static const char *offices[] = {"CPI-PI", "CPI-LU"};
    int64_t wanted[2] = {3, 7};
    struct inc_person p = somebody();

    (void)state;
    o.filters.has = bit("licences");
    o.filters.licences = wanted;
    o.filters.n_licences = 2;
    assert_int_equal(make(NULL, 1), INC_OK);
    p.licences = 1u << 3;
    assert_false(passes(&p)); /* all of them, not any */
    p.licences |= 1u << 7 | 1u << 1;
    assert_true(passes(&p));
    memset(&o.filters, 0, sizeof o.filters);
    o.filters.offices = offices;
    o.filters.n_offices = 2;
    assert_int_equal(make(NULL, 1), INC_OK);
    assert_true(passes(&p));
    assert_false(inc_screen_person(&screen, &p, "CPI-TO"));
    assert_false(inc_screen_person(&screen, &p, ""));
}

static void
filters_that_do_not_apply(void **state)
{
    static const struct {
        const char *name;
        int people; /* the question it does not apply to */
    } row[] = {
        {"available_by", 0}, {"language", 0}, {"licences", 0}, {"kinds", 1}};

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        char where[64];
        (void)snprintf(where, sizeof where, "options.filters.%s", row[i].name);
        o.filters.has = bit(row[i].name);
        assert_int_equal(make(NULL, !row[i].people), INC_OK);
        assert_int_equal(make(NULL, row[i].people), INC_E_FIELD);
        assert_string_equal(err.where, where);
    }
}

static void
needs(void **state)
{
    static const char *istat[] = {LUCCA}, *offices[] = {"CPI-LU"};
    int64_t kinds[2] = {INC_NEED_LPU, INC_NEED_BORSA};
    struct inc_need n = need_of(NULL, 0);

    (void)state;
    assert_int_equal(make(NULL, 0), INC_OK);
    assert_true(inc_screen_need(&screen, &n));
    o.filters.comuni = istat;
    o.filters.n_comuni = 1;
    assert_int_equal(make(NULL, 0), INC_OK);
    assert_false(inc_screen_need(&screen, &n)); /* no place given */
    n.has |= BIT(INC_NEED_COMUNE);
    n.comune = VIAREGGIO;
    assert_false(inc_screen_need(&screen, &n));
    n.comune = LUCCA;
    assert_true(inc_screen_need(&screen, &n));
    n.comune = "999999";
    assert_false(inc_screen_need(&screen, &n));
    memset(&o.filters, 0, sizeof o.filters);
    o.filters.has = bit("kinds");
    o.filters.kinds = kinds;
    o.filters.n_kinds = 2;
    assert_int_equal(make(NULL, 0), INC_OK);
    n.kind = INC_NEED_VACANCY;
    assert_false(inc_screen_need(&screen, &n));
    n.kind = INC_NEED_BORSA;
    assert_true(inc_screen_need(&screen, &n));
    memset(&o.filters, 0, sizeof o.filters);
    o.filters.has = bit("updated_since");
    o.filters.updated_since = 10;
    assert_int_equal(make(NULL, 0), INC_OK);
    n.updated = 10;
    assert_false(inc_screen_need(&screen, &n)); /* the field is not there */
    n.has |= BIT(INC_NEED_UPDATED);
    assert_true(inc_screen_need(&screen, &n));
    n.updated = 9;
    assert_false(inc_screen_need(&screen, &n));
    memset(&o.filters, 0, sizeof o.filters);
    o.filters.offices = offices;
    o.filters.n_offices = 1;
    assert_int_equal(make(NULL, 0), INC_OK);
    assert_false(inc_screen_need(&screen, &n));
    n.has |= BIT(INC_NEED_OFFICE);
    n.office = "CPI-LU";
    assert_true(inc_screen_need(&screen, &n));
}

/* A need with one line of each kind, all must, and the lines of a person who
 * meets them all: requirement, language, licence, education, affinity,
 * distance, hours. */
enum { REQ, LANG, LIC, EDU, AFF, DIST, HOURS, LINES };

static struct inc_requirement req[1];
static struct inc_need_language lang = {15, "it", 3, INC_MUST, 100};
static int64_t any_of[1] = {2};
static struct inc_need_licence lic = {7, any_of, 1, INC_MUST, 100};
static struct inc_need all;
static struct inc_line line[LINES];

static struct inc_plan
plan_all(void)
{
    struct inc_plan p;

    req[0] = asks(0, 2, INC_MUST, 100);
    all = need_of(req, 1);
    all.languages = &lang;
    all.n_languages = 1;
    all.licences = &lic;
    all.n_licences = 1;
    all.has |= BIT(INC_NEED_EDUCATION) | BIT(INC_NEED_COMUNE) |
               BIT(INC_NEED_HOURS_WEEK) | BIT(INC_NEED_START);
    all.education = (struct inc_need_education){7, 4, INC_MUST, 100};
    all.comune = LUCCA;
    all.hours_week = 20;
    all.start = 1000;
    p = plan_of(&all, INC_PRUDENT);
    assert_int_equal(p.n_lines, LINES);
    assert_int_equal(p.lines[HOURS].kind, INC_LINE_HOURS);
    for (uint32_t i = 0; i < LINES; i++)
        line[i] = (struct inc_line){.spec = &p.lines[i],
                                    .status = INC_LINE_MET,
                                    .hi = (int32_t)p.lines[i].max};
    return p;
}

static int
rule_with(const struct inc_plan *p, const struct inc_person *who, int64_t rule)
{
    int64_t rules[1] = {rule};
    o.rules = rules;
    o.n_rules = 1;
    assert_int_equal(make(NULL, 1), INC_OK);
    return inc_screen_rules(&screen, p, who, line);
}

static void
set_line(int i, enum inc_line_status status, unsigned why, int32_t hi)
{
    line[i].status = status;
    line[i].why = why;
    line[i].hi = hi;
}

static void
rules_one_by_one(void **state)
{
    static const struct {
        int line;
        int rule;
        enum inc_line_status status;
        unsigned why;
        int to_give; /* may the line still give everything? */
        int fails;
    } row[] = {
        {REQ, INC_RULE_MUST, INC_LINE_NOT_MET, INC_WHY(MISSING), 0, 1},
        {REQ, INC_RULE_MUST, INC_LINE_PARTLY, INC_WHY(LEVEL_LOW), 0, 0},
        {REQ, INC_RULE_MUST, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 1, 0},
        {LANG, INC_RULE_LANGUAGES, INC_LINE_NOT_MET, INC_WHY(MISSING), 0, 1},
        {LANG, INC_RULE_LANGUAGES, INC_LINE_PARTLY, INC_WHY(BELOW), 0, 1},
        {LANG, INC_RULE_LANGUAGES, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 1, 0},
        {LANG, INC_RULE_LANGUAGES, INC_LINE_PARTLY, INC_WHY(NOT_ASKED), 1, 0},
        {LIC, INC_RULE_LICENCES, INC_LINE_NOT_MET, INC_WHY(MISSING), 0, 1},
        {LIC, INC_RULE_LICENCES, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 1, 0},
        {EDU, INC_RULE_EDUCATION, INC_LINE_NOT_MET, INC_WHY(BELOW), 0, 1},
        {EDU, INC_RULE_EDUCATION, INC_LINE_PARTLY, INC_WHY(BELOW), 0, 1},
        {EDU, INC_RULE_EDUCATION, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 1, 0},
        {DIST, INC_RULE_DISTANCE, INC_LINE_PARTLY, INC_WHY(FAR), 1, 1},
        {DIST, INC_RULE_DISTANCE, INC_LINE_NOT_MET, INC_WHY(FAR), 1, 1},
        {DIST, INC_RULE_DISTANCE, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 1, 0},
        {HOURS, INC_RULE_HOURS, INC_LINE_PARTLY, INC_WHY(SHORT_HOURS), 1, 1},
        {HOURS, INC_RULE_HOURS, INC_LINE_NOT_MET, INC_WHY(SHORT_HOURS), 1, 1},
        {HOURS, INC_RULE_HOURS, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 1, 0},
    };
    struct inc_person who = somebody();

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        struct inc_plan p = plan_all();
        for (int rule = 0; rule < INC_RULE_COUNT; rule++)
            assert_int_equal(rule_with(&p, &who, rule), -1);
        set_line(row[i].line, row[i].status, row[i].why,
                 row[i].to_give ? (int32_t)line[row[i].line].spec->max : 1);
        for (int rule = 0; rule < INC_RULE_COUNT; rule++) {
            int want = row[i].fails && rule == row[i].rule ? rule : -1;
            if (rule_with(&p, &who, rule) != want)
                fail_msg("row %zu, rule %s: %d, want %d", i,
                         inc_rule_names[rule], rule_with(&p, &who, rule), want);
        }
        o.n_rules = 0; /* no rule, nobody is left out */
        assert_int_equal(make(NULL, 1), INC_OK);
        assert_int_equal(inc_screen_rules(&screen, &p, &who, line), -1);
    }
}

/* Rule of each line from REQ to EDU. */
static const int must_rule[] = {INC_RULE_MUST, INC_RULE_LANGUAGES,
                                INC_RULE_LICENCES, INC_RULE_EDUCATION};

static void
what_is_no_must_passes(void **state)
{
    struct inc_person who = somebody();
    struct inc_plan p = plan_all();

    (void)state;
    for (int i = REQ; i <= EDU; i++) {
        set_line(i, INC_LINE_NOT_MET, INC_WHY(MISSING) | INC_WHY(BELOW), 0);
        p.lines[i].importance = INC_SHOULD;
        assert_int_equal(rule_with(&p, &who, must_rule[i]), -1);
        p.lines[i].importance = INC_MUST;
        assert_int_equal(rule_with(&p, &who, must_rule[i]), must_rule[i]);
    }
}

/* A line so small beside the others that it has no points to give. */
static void
a_line_without_points_still_counts(void **state)
{
    struct inc_person who = somebody();
    struct inc_plan p = plan_all();

    (void)state;
    for (int i = LANG; i <= EDU; i++) {
        p.lines[i].max = 0;
        set_line(i, INC_LINE_NOT_MET,
                 i == EDU ? INC_WHY(BELOW) : INC_WHY(MISSING), 0);
        assert_int_equal(rule_with(&p, &who, must_rule[i]), must_rule[i]);
        set_line(i, INC_LINE_UNKNOWN, INC_WHY(NOT_ASKED), 0);
        assert_int_equal(rule_with(&p, &who, must_rule[i]), -1);
    }
}

static void
the_start(void **state)
{
    struct inc_person who = somebody();
    struct inc_plan p = plan_all();

    (void)state;
    who.from = 1000;
    assert_int_equal(rule_with(&p, &who, INC_RULE_START), -1);
    who.from = 1001;
    assert_int_equal(rule_with(&p, &who, INC_RULE_START), INC_RULE_START);
    all.has &= ~BIT(INC_NEED_START);
    assert_int_equal(rule_with(&p, &who, INC_RULE_START), -1);
}

/* Of several broken rules the first of the list is the one counted. */
static void
the_first_rule_counts(void **state)
{
    int64_t rules[3] = {INC_RULE_HOURS, INC_RULE_START, INC_RULE_LICENCES};
    struct inc_person who = somebody();
    struct inc_plan p = plan_all();

    (void)state;
    o.rules = rules;
    o.n_rules = 3;
    assert_int_equal(make(NULL, 1), INC_OK);
    who.from = 1001;
    assert_int_equal(inc_screen_rules(&screen, &p, &who, line), INC_RULE_START);
    set_line(HOURS, INC_LINE_PARTLY, INC_WHY(SHORT_HOURS), -5);
    assert_int_equal(inc_screen_rules(&screen, &p, &who, line), INC_RULE_HOURS);
    set_line(LIC, INC_LINE_NOT_MET, INC_WHY(MISSING), 0);
    assert_int_equal(inc_screen_rules(&screen, &p, &who, line),
                     INC_RULE_LICENCES);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int
main(void)
{
    const struct CMUnitTest tests[] = {TEST(no_filter_passes_everybody),
                                       TEST(places),
                                       TEST(places_that_are_not_there),
                                       TEST(radius),
                                       TEST(dates),
                                       TEST(language_filter),
                                       TEST(licences_and_offices),
                                       TEST(filters_that_do_not_apply),
                                       TEST(needs),
                                       TEST(rules_one_by_one),
                                       TEST(what_is_no_must_passes),
                                       TEST(a_line_without_points_still_counts),
                                       TEST(the_start),
                                       TEST(the_first_rule_counts)};
    return cmocka_run_group_tests(tests, tiny_open, tiny_close);
}

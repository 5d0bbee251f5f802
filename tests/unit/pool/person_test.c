/* What a block says about a person, by hand, field by field. */
#include "tests/unit/pool/world.h"

#include "engine/base/date.h"
#include "engine/base/intmath.h"

static struct inc_room room;

/* A pool of just this person; *out views it and the room. */
static struct inc_pool *
pool_of(const struct inc_candidate *c, struct inc_person *out)
{
    struct inc_pool_builder *b;
    struct inc_pool *p;
    struct inc_err err;

    assert_int_equal(inc_pool_begin(&b, &world, &err), INC_OK);
    assert_int_equal(inc_pool_add_candidate(b, 9, c, &err), INC_OK);
    assert_int_equal(inc_pool_end(&p, b, NULL, 1, &err), INC_OK);
    assert_int_equal(inc_pool_blocks(p), 1);
    inc_block_person(inc_pool_block(p, 0), 0, &room, out);
    return p;
}

static struct inc_class
class_of(const struct inc_pool *p, uint32_t word)
{
    const struct inc_class *classes;
    uint32_t n = inc_block_classes(inc_pool_block(p, 0), &classes);

    assert_true(INC_WORD_CLASS(word) < n);
    return classes[INC_WORD_CLASS(word)];
}

static void
check_word(const struct inc_pool *p, uint32_t word, uint32_t concept,
           unsigned level, unsigned evidence, unsigned half_year)
{
    struct inc_class q = class_of(p, word);

    assert_int_equal(INC_WORD_CONCEPT(word), concept);
    assert_int_equal(q.level, level);
    assert_int_equal(q.evidence, evidence);
    assert_int_equal(q.half_year, half_year);
}

#define SKILL(URI, LEVEL)                                                      \
    {                                                                          \
        .has = BIT(INC_SKILL_URI) | BIT(INC_SKILL_LEVEL), .uri = (URI),        \
        .level = (LEVEL)                                                       \
    }

static void
half_years(void **state)
{
    (void)state;
    assert_int_equal(inc_half_year(0), 1);
    assert_int_equal(inc_half_year(inc_date_from(1970, 6, 30)), 1);
    assert_int_equal(inc_half_year(inc_date_from(1970, 7, 1)), 2);
    assert_int_equal(inc_half_year(inc_date_from(2026, 3, 31)), 113);
    assert_int_equal(inc_half_year(inc_date_from(1900, 1, 1)), 1);
    assert_int_equal(inc_half_year(inc_date_from(2097, 1, 1)), 255);
    assert_int_equal(inc_half_year(inc_date_from(2199, 12, 31)), 255);
}

static void
stated_skills(void **state)
{
    struct inc_skill skills[] = {
        SKILL(skill_uri(300), 3),
        {.has = BIT(INC_SKILL_URI), .uri = skill_uri(200)},
        SKILL("http://test/skill/other", 4),
        SKILL(skill_uri(100), 0), /* says: no such skill */
        {.has = BIT(INC_SKILL_URI) | BIT(INC_SKILL_LEVEL) |
                BIT(INC_SKILL_EVIDENCE) | BIT(INC_SKILL_LAST_USED),
         .uri = skill_uri(SKILL_GONE),
         .level = 2,
         .evidence = INC_EVIDENCE_CERTIFIED,
         .last_used = inc_date_from(2020, 8, 1)},
        SKILL(skill_uri(5), 1), /* what replaces the one before; lower */
        SKILL(skill_uri(SKILL_RETIRED), 1),
    };
    struct inc_candidate c = {.has = BIT(INC_CANDIDATE_SKILLS),
                              .id = "a",
                              .skills = skills,
                              .n_skills = INC_COUNT(skills)};
    struct inc_person p;
    struct inc_pool *pool = pool_of(&c, &p);
    const struct inc_class *classes;

    (void)state;
    assert_int_equal(p.no, 9);
    assert_string_equal(p.id, "a");
    assert_int_equal(p.tie, inc_hash64("a", 1));
    assert_int_equal(p.n_words, 4);
    assert_int_equal(p.n_stated, 4);
    assert_int_equal(p.n_unknown, 1);
    assert_int_equal(inc_pool_unknown(pool), 1);
    assert_int_equal(p.known, INC_KNOWN_SKILLS);
    check_word(pool, p.words[0], 5, 2, INC_EVIDENCE_CERTIFIED, 102);
    check_word(pool, p.words[1], 200, 2, INC_EVIDENCE_DECLARED, 0);
    check_word(pool, p.words[2], 300, 3, INC_EVIDENCE_DECLARED, 0);
    check_word(pool, p.words[3], SKILL_RETIRED, 1, INC_EVIDENCE_DECLARED, 0);
    assert_int_equal(inc_block_classes(inc_pool_block(pool, 0), &classes), 4);
    inc_pool_drop(pool);
}

/* The better mention counts, whatever the order of mentions. */
static void
mentions(void **state)
{
    static const struct {
        int64_t level, evidence;
        int32_t year;
    } better[] = {{3, 0, 2000}, {2, 2, 2000}, {2, 1, 2010}, {2, 1, 2000}};

    (void)state;
    for (size_t i = 0; i + 1 < INC_COUNT(better); i++) {
        for (int swap = 0; swap < 2; swap++) {
            struct inc_skill skills[2];
            struct inc_candidate c = {
                .id = "a", .skills = skills, .n_skills = 2};
            struct inc_person p;
            struct inc_pool *pool;

            for (size_t k = 0; k < 2; k++)
                skills[k ^ (size_t)swap] = (struct inc_skill){
                    .has = UINT64_MAX,
                    .uri = skill_uri(40),
                    .level = better[i + k].level,
                    .evidence = better[i + k].evidence,
                    .last_used = inc_date_from(better[i + k].year, 1, 1)};
            pool = pool_of(&c, &p);
            assert_int_equal(p.n_words, 1);
            check_word(pool, p.words[0], 40, (unsigned)better[i].level,
                       (unsigned)better[i].evidence,
                       1 + 2 * (unsigned)(better[i].year - 1970));
            inc_pool_drop(pool);
        }
    }
}

static void
held_levels(void **state)
{
    static const struct {
        int told;
        int64_t months;
        unsigned level;
    } row[] = {{1, 0, 1},  {1, 5, 1},   {1, 6, 2}, {1, 35, 2},
               {1, 36, 3}, {1, 720, 3}, {0, 0, 2}};

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        struct inc_held held = {.has = BIT(INC_HELD_URI),
                                .uri = occupation_uri(30),
                                .months = row[i].months};
        struct inc_candidate c = {.has = BIT(INC_CANDIDATE_OCCUPATIONS),
                                  .id = "a",
                                  .occupations = &held,
                                  .n_occupations = 1};
        struct inc_person p;
        struct inc_pool *pool;

        if (row[i].told)
            held.has |= BIT(INC_HELD_MONTHS);
        pool = pool_of(&c, &p);
        assert_int_equal(p.n_stated, 0);
        assert_int_equal(p.n_words, 15); /* 31, 32, 390..402 */
        assert_int_equal(p.known, 0);
        check_word(pool, p.words[0], 31, row[i].level, INC_EVIDENCE_IMPLIED, 0);
        check_word(pool, p.words[14], 402, row[i].level, INC_EVIDENCE_IMPLIED,
                   0);
        assert_int_equal(p.implied_by[14], 30);
        inc_pool_drop(pool);
    }
}

/* Occupations 20 and 21 share skill 22; 13 * 20 is 20's own. */
static void
held_together(void **state)
{
    struct inc_skill skills[] = {SKILL(skill_uri(21), 1),
                                 SKILL(skill_uri(260), 0)};
    struct inc_held held[] = {
        {.has = BIT(INC_HELD_URI) | BIT(INC_HELD_MONTHS) | BIT(INC_HELD_LAST),
         .uri = occupation_uri(21),
         .months = 12,
         .last = inc_date_from(2001, 1, 1)},
        {.has = BIT(INC_HELD_URI) | BIT(INC_HELD_MONTHS) | BIT(INC_HELD_LAST),
         .uri = occupation_uri(20),
         .months = 40,
         .last = inc_date_from(1999, 1, 1)},
        {.has = BIT(INC_HELD_URI), .uri = "http://test/occupation/none"},
        {.has = BIT(INC_HELD_URI), .uri = occupation_uri(OCCUPATION_BARE)},
    };
    struct inc_candidate c = {.id = "a",
                              .skills = skills,
                              .n_skills = 2,
                              .occupations = held,
                              .n_occupations = INC_COUNT(held)};
    struct inc_person p;
    struct inc_pool *pool = pool_of(&c, &p);

    (void)state;
    assert_int_equal(p.n_unknown, 1);
    assert_int_equal(p.n_stated, 1);
    check_word(pool, p.words[0], 21, 1, INC_EVIDENCE_DECLARED, 0);
    /* 22, 23, then 261..272 of 20 (260 is denied), 273..285 of 21. */
    assert_int_equal(p.n_words, 1 + 2 + 12 + 13);
    check_word(pool, p.words[1], 22, 3, INC_EVIDENCE_IMPLIED, 59);
    assert_int_equal(p.implied_by[0], 20);
    check_word(pool, p.words[2], 23, 2, INC_EVIDENCE_IMPLIED, 63);
    assert_int_equal(p.implied_by[1], 21);
    assert_int_equal(INC_WORD_CONCEPT(p.words[3]), 261);
    inc_pool_drop(pool);

    held[1].months = 12; /* same level: the later one counts */
    pool = pool_of(&c, &p);
    check_word(pool, p.words[1], 22, 2, INC_EVIDENCE_IMPLIED, 63);
    assert_int_equal(p.implied_by[0], 21);
    inc_pool_drop(pool);

    held[1].last = held[0].last; /* all the same: the lower number */
    pool = pool_of(&c, &p);
    assert_int_equal(p.implied_by[0], 20);
    inc_pool_drop(pool);
}

static void
held_retired(void **state)
{
    struct inc_held held = {.has = BIT(INC_HELD_URI),
                            .uri = occupation_uri(OCCUPATION_GONE)};
    struct inc_candidate c = {
        .id = "a", .occupations = &held, .n_occupations = 1};
    struct inc_person p;
    struct inc_pool *pool = pool_of(&c, &p);

    (void)state;
    assert_int_equal(p.n_words, 15); /* those of occupation 1: 2, 3, 13..25 */
    assert_int_equal(p.implied_by[0], 1);
    inc_pool_drop(pool);
}

/* Two skills, the length of idf * e + idf * e worked out in the test. */
static void
norm(void **state)
{
    struct inc_skill skills[] = {SKILL(skill_uri(7), 2),
                                 SKILL(skill_uri(8), 2)};
    struct inc_candidate c = {.id = "a", .skills = skills, .n_skills = 2};
    struct inc_person p;
    struct inc_pool *pool = pool_of(&c, &p);
    const int8_t *a = inc_space_row(the_space, 7);
    const int8_t *b = inc_space_row(the_space, 8);
    int64_t ia = inc_space_idf(the_space, 7), ib = inc_space_idf(the_space, 8);
    uint64_t squares = 0, root = 0;

    (void)state;
    for (int d = 0; d < DIM; d++) {
        int64_t v = ia * a[d] + ib * b[d];

        squares += (uint64_t)(v * v);
    }
    while ((root + 1) * (root + 1) <= squares)
        root++;
    assert_true(root > 0);
    assert_int_equal(p.norm, root);
    inc_pool_drop(pool);

    c.n_skills = 0;
    pool = pool_of(&c, &p);
    assert_int_equal(p.norm, 0);
    assert_int_equal(p.n_words, 0);
    inc_pool_drop(pool);
}

static uint32_t
licence_bits(const char *names)
{
    uint32_t bits = 0;
    char name[16];

    for (int n; sscanf(names, "%15s%n", name, &n) == 1; names += n) {
        int i = 0;

        while (i < INC_LICENCE_COUNT && strcmp(inc_licence_names[i], name) != 0)
            i++;
        assert_true(i < INC_LICENCE_COUNT);
        bits |= UINT32_C(1) << i;
    }
    return bits;
}

static void
licences(void **state)
{
    static const char *const row[][2] = {
        {"AM", "AM"},
        {"A1", "A1 AM"},
        {"A2", "A2 A1 AM"},
        {"A", "A A2 A1 AM"},
        {"B1", "B1 AM"},
        {"B", "B B1 AM"},
        {"BE", "BE B B1 AM"},
        {"C1", "C1 B B1 AM"},
        {"C1E", "C1E C1 BE B B1 AM"},
        {"C", "C C1 B B1 AM"},
        {"CE", "CE C C1E C1 BE B B1 AM"},
        {"D1", "D1 B B1 AM"},
        {"D1E", "D1E D1 BE B B1 AM"},
        {"D", "D D1 B B1 AM"},
        {"DE", "DE D D1E D1 BE B B1 AM"},
        {"KB", "KB"},
        {"A1 C", "A1 AM C C1 B B1"},
    };

    (void)state;
    for (size_t r = 0; r < INC_COUNT(row); r++) {
        uint32_t asked = licence_bits(row[r][0]);
        int64_t list[INC_LICENCE_COUNT];
        struct inc_candidate c = {
            .has = BIT(INC_CANDIDATE_LICENCES), .id = "a", .licences = list};
        struct inc_person p;
        struct inc_pool *pool;

        for (uint32_t i = 0; i < INC_LICENCE_COUNT; i++) {
            if (asked >> i & 1)
                list[c.n_licences++] = i;
        }
        pool = pool_of(&c, &p);
        if (p.licences != licence_bits(row[r][1]))
            fail_msg("%s: %x", row[r][0], p.licences);
        assert_int_equal(p.known, INC_KNOWN_LICENCES);
        inc_pool_drop(pool);
    }
}

static void
check_spans(const struct inc_availability *a, const struct inc_span *want,
            uint32_t n, uint32_t known)
{
    struct inc_candidate c = {
        .has = BIT(INC_CANDIDATE_AVAILABILITY), .id = "a", .availability = *a};
    struct inc_person p;
    struct inc_pool *pool = pool_of(&c, &p);

    assert_int_equal(p.known, INC_KNOWN_AVAILABILITY | known);
    assert_int_equal(p.n_windows, n);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(p.windows[i].from, want[i].from);
        assert_int_equal(p.windows[i].to, want[i].to);
    }
    inc_pool_drop(pool);
}

static void
windows(void **state)
{
    struct inc_window given[] = {
        {0, 6, 1200, 1440},                  /* Sunday evening */
        {0, 1, 480, 720},                    /* Tuesday 8-12 */
        {0, 1, 720, 780},                    /* touches it */
        {0, 0, 1380, 1440}, {0, 1, 0, 60},   /* Monday into Tuesday */
        {0, 2, 540, 600},   {0, 2, 570, 660} /* overlap */
    };
    struct inc_window away[] = {
        {0, 1, 540, 660}, {0, 2, 500, 550}, {0, 4, 0, 1440}};
    struct inc_availability a = {
        .windows = given, .n_windows = INC_COUNT(given), .absences = away};

    (void)state;
    a.has = BIT(INC_AVAILABILITY_WINDOWS);
    check_spans(&a,
                (struct inc_span[]){{1380, 1500},
                                    {1440 + 480, 1440 + 780},
                                    {2880 + 540, 2880 + 660},
                                    {8640 + 1200, 10080}},
                4, INC_KNOWN_WINDOWS);
    a.has |= BIT(INC_AVAILABILITY_ABSENCES);
    a.n_absences = 3;
    check_spans(&a,
                (struct inc_span[]){{1380, 1500},
                                    {1440 + 480, 1440 + 540},
                                    {1440 + 660, 1440 + 780},
                                    {2880 + 550, 2880 + 660},
                                    {8640 + 1200, 10080}},
                5, INC_KNOWN_WINDOWS);
    a.has = BIT(INC_AVAILABILITY_ABSENCES); /* no windows given */
    a.n_windows = 0;
    a.windows = NULL;
    check_spans(&a,
                (struct inc_span[]){{0, 1440 + 540},
                                    {1440 + 660, 2880 + 500},
                                    {2880 + 550, 5760},
                                    {7200, 10080}},
                4, INC_KNOWN_WINDOWS);
    a.n_absences = 0;
    a.has = 0;
    check_spans(&a, (struct inc_span[]){{0, 10080}}, 1, 0);
    a.has = BIT(INC_AVAILABILITY_WINDOWS); /* an empty list: no hours at all */
    check_spans(&a, NULL, 0, INC_KNOWN_WINDOWS);
}

static void
availability(void **state)
{
    struct inc_candidate c = {
        .has = BIT(INC_CANDIDATE_AVAILABILITY),
        .id = "a",
        .availability = {.has = BIT(INC_AVAILABILITY_FROM) |
                                BIT(INC_AVAILABILITY_UNTIL) |
                                BIT(INC_AVAILABILITY_HOURS_WEEK),
                         .from = 20000,
                         .until = 20100,
                         .hours_week = 20}};
    struct inc_person p;
    struct inc_pool *pool = pool_of(&c, &p);

    (void)state;
    assert_int_equal(p.known, INC_KNOWN_AVAILABILITY | INC_KNOWN_FROM);
    assert_int_equal(p.from, 20000);
    assert_int_equal(p.until, 20100);
    assert_int_equal(p.hours_week, 20);
    inc_pool_drop(pool);
    c.has = 0; /* and then nothing of it counts */
    c.availability = (struct inc_availability){0};
    pool = pool_of(&c, &p);
    assert_int_equal(p.known, 0);
    assert_int_equal(p.from, INT32_MIN);
    assert_int_equal(p.until, INT32_MAX);
    assert_int_equal(p.hours_week, 0);
    assert_int_equal(p.updated, INT32_MIN);
    assert_int_equal(p.home, INC_NO_COMUNE);
    inc_pool_drop(pool);
}

enum { W = 1 << INC_MODE_WALK, K = 1 << INC_MODE_BIKE };
enum { U = 1 << INC_MODE_BUS, C = 1 << INC_MODE_CAR };

static void
mobility(void **state)
{
    static const int none = -1;
    const struct {
        int car; /* none: not told */
        int modes;
        int want;
        uint32_t known;
    } row[] = {
        {none, none, W | U, 0},
        {1, none, W | U | C, INC_KNOWN_MODES | INC_KNOWN_CAR},
        {0, none, W | U, INC_KNOWN_MODES | INC_KNOWN_CAR},
        {none, K, K, INC_KNOWN_MODES},
        {none, K | C, K | C, INC_KNOWN_MODES},
        {0, K | C, K, INC_KNOWN_MODES | INC_KNOWN_CAR},
        {1, W | C, W | C, INC_KNOWN_MODES | INC_KNOWN_CAR},
        {1, W, W, INC_KNOWN_MODES | INC_KNOWN_CAR},
    };

    (void)state;
    for (size_t r = 0; r < INC_COUNT(row); r++) {
        int64_t list[INC_MODE_COUNT];
        struct inc_candidate c = {.has = BIT(INC_CANDIDATE_MOBILITY),
                                  .id = "a"};
        struct inc_mobility *m = &c.mobility;
        struct inc_person p;
        struct inc_pool *pool;

        if (row[r].car != none) {
            m->has |= BIT(INC_MOBILITY_CAR);
            m->car = row[r].car;
        }
        if (row[r].modes != none) {
            m->has |= BIT(INC_MOBILITY_MODES);
            m->modes = list;
            for (int i = 0; i < INC_MODE_COUNT; i++) {
                if (row[r].modes >> i & 1)
                    list[m->n_modes++] = i;
            }
        }
        pool = pool_of(&c, &p);
        if (p.modes != row[r].want || p.known != row[r].known)
            fail_msg("row %zu: modes %x, known %x", r, p.modes, p.known);
        inc_pool_drop(pool);
    }
}

static void
the_rest(void **state)
{
    struct inc_language languages[] = {
        {.has = BIT(INC_LANGUAGE_LANG) | BIT(INC_LANGUAGE_LISTENING) |
                BIT(INC_LANGUAGE_LISTENING + INC_WRITING),
         .lang = "it",
         .listening = 4,
         .reading = 6,
         .writing = 0},
        {.has = UINT64_MAX,
         .lang = "ar",
         .listening = 6,
         .reading = 5,
         .interaction = 4,
         .production = 3,
         .writing = 2},
    };
    struct inc_education education[] = {
        {.has = BIT(INC_EDUCATION_EQF), .eqf = 2},
        {.has = BIT(INC_EDUCATION_EQF), .eqf = 4},
        {.has = BIT(INC_EDUCATION_TITLE), .eqf = 8},
    };
    struct inc_candidate c = {
        .has = BIT(INC_CANDIDATE_LANGUAGES) | BIT(INC_CANDIDATE_EDUCATION) |
               BIT(INC_CANDIDATE_HOME) | BIT(INC_CANDIDATE_OFFICE) |
               BIT(INC_CANDIDATE_MOBILITY) | BIT(INC_CANDIDATE_UPDATED),
        .id = "persona-1",
        .office = "cpi-lucca",
        .home = "046033",
        .languages = languages,
        .n_languages = 2,
        .education = education,
        .n_education = 3,
        .mobility = {.has = BIT(INC_MOBILITY_MAX_MINUTES), .max_minutes = 45},
        .updated = 20500};
    struct inc_person p;
    struct inc_pool *pool = pool_of(&c, &p);
    const struct inc_block *b = inc_pool_block(pool, 0);

    (void)state;
    assert_int_equal(p.known, INC_KNOWN_LANGUAGES | INC_KNOWN_EDUCATION |
                                  INC_KNOWN_HOME | INC_KNOWN_MAX_MINUTES);
    assert_int_equal(p.n_languages, 2);
    assert_memory_equal(p.languages[0].lang, "it", 2);
    assert_memory_equal(p.languages[0].cefr, "\4\377\377\377\0", 5);
    assert_memory_equal(p.languages[1].lang, "ar", 2);
    assert_memory_equal(p.languages[1].cefr, "\6\5\4\3\2", 5);
    assert_int_equal(p.eqf, 4);
    assert_int_equal(p.home, inc_geo_find(the_geo, "046033", 6));
    assert_int_equal(p.max_minutes, 45);
    assert_int_equal(p.updated, 20500);
    assert_string_equal(p.id, "persona-1");
    assert_string_equal(inc_block_office(b, p.office), "cpi-lucca");
    assert_string_equal(inc_block_office(b, 0), "");
    assert_string_equal(inc_block_office(b, 999), "");
    inc_pool_drop(pool);

    c.home = "999999"; /* not in the list of comuni */
    pool = pool_of(&c, &p);
    assert_int_equal(p.home, INC_NO_COMUNE);
    assert_false(p.known & INC_KNOWN_HOME);
    inc_pool_drop(pool);
    c.home = "046033";
    world.geo = NULL; /* a pool without a map */
    pool = pool_of(&c, &p);
    assert_int_equal(p.home, INC_NO_COMUNE);
    world.geo = the_geo;
    inc_pool_drop(pool);
}

/* All the skills that a record may hold, and occupations that bring the words
 * over their limit: the implied ones of the highest numbers are left out. */
static void
very_many_skills(void **state)
{
    static struct inc_skill skills[INC_SKILLS_MAX];
    struct inc_held held[OCCUPATIONS];
    struct inc_candidate c = {.id = "a",
                              .skills = skills,
                              .n_skills = INC_SKILLS_MAX,
                              .occupations = held,
                              .n_occupations = OCCUPATIONS};
    struct inc_person p;
    struct inc_pool *pool;
    uint32_t at = INC_SKILLS_MAX;

    (void)state;
    for (uint32_t i = 0; i < INC_SKILLS_MAX; i++)
        skills[i] = (struct inc_skill)SKILL(skill_uri(INC_SKILLS_MAX + 99 - i),
                                            1 + i % 4);
    for (uint32_t o = 0; o < OCCUPATIONS; o++)
        held[o] = (struct inc_held){.uri = occupation_uri(o)};
    pool = pool_of(&c, &p);
    assert_int_equal(p.n_stated, INC_SKILLS_MAX);
    assert_int_equal(p.n_words, INC_WORDS_MAX);
    for (uint32_t i = 0; i < INC_SKILLS_MAX; i++)
        check_word(pool, p.words[i], 100 + i, 1 + (1999 - i) % 4, 0, 0);
    for (uint32_t s = 0; s < SKILLS && at < p.n_words; s++) {
        uint32_t o = 0;

        while (o < OCCUPATIONS && !essential(o, s))
            o++;
        if (o == OCCUPATIONS || (s >= 100 && s < 100 + INC_SKILLS_MAX))
            continue;
        assert_int_equal(INC_WORD_CONCEPT(p.words[at]), s);
        assert_int_equal(p.implied_by[at - p.n_stated], o);
        at++;
    }
    assert_int_equal(at, INC_WORDS_MAX);
    inc_pool_drop(pool);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_years),
        cmocka_unit_test(stated_skills),
        cmocka_unit_test(mentions),
        cmocka_unit_test(held_levels),
        cmocka_unit_test(held_together),
        cmocka_unit_test(held_retired),
        cmocka_unit_test(norm),
        cmocka_unit_test(licences),
        cmocka_unit_test(windows),
        cmocka_unit_test(availability),
        cmocka_unit_test(mobility),
        cmocka_unit_test(the_rest),
        cmocka_unit_test(very_many_skills),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}

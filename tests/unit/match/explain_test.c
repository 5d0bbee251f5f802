/* Who supplied each line, and why it is less than whole, by hand. */
#include "tests/unit/match/tiny.h"

enum { NOW = 114 }; /* half-year of the plan's date */

static const struct inc_class classes[] = {
    {2, INC_EVIDENCE_CERTIFIED, 0},   /* 0: nothing taken away */
    {2, INC_EVIDENCE_DECLARED, 0},    /* 1: 9000 */
    {1, INC_EVIDENCE_CERTIFIED, 0},   /* 2: a level low, 7000 for level 2 */
    {2, INC_EVIDENCE_IMPLIED, 0},     /* 3: 7000 */
    {2, INC_EVIDENCE_CERTIFIED, 100}, /* 4: ten half-years too old, 7000 */
    {4, INC_EVIDENCE_OBSERVED, NOW},  /* 5: 9500 */
};
enum { WHOLE, DECLARED, LOW, IMPLIED, OLD, OBSERVED };

static struct inc_line line[4];

/* What the fold would give: the contract of inc_explain(). */
static uint16_t
folded(uint32_t sim, uint32_t quality)
{
    return (uint16_t)inc_have_bp(sim, inc_loss(quality));
}

/* One requirement against those words. `cover` is what was folded. */
static struct inc_line
explain(struct inc_requirement *r, const uint32_t *words, uint32_t n,
        uint16_t cover)
{
    const uint16_t covers[INC_LANES] = {cover};
    struct inc_need need = need_of(r, 1);
    struct inc_plan p = plan_of(&need, INC_PRUDENT);
    struct inc_person who = {
        .known = 2047, .words = words, .n_words = n, .n_stated = n};
    struct inc_tally total;

    assert_true(p.n_lines <= 4);
    inc_score(&total, line, &p, &who, covers, 0);
    inc_explain(line, &p, &who, classes, covers, NULL);
    return line[0];
}

static void
similarities(void **state)
{
    static const struct {
        uint32_t a, b, sim, cosine;
    } row[] = {{0, 0, 10000, 10000}, {0, 1, 6923, 8000}, {0, 2, 3846, 6000},
               {0, 3, 0, 0},         {0, 5, 0, 2800},    {6, 6, 10000, 10000},
               {6, 7, 0, 0},         {0, 6, 0, 0},       {8, 20, 10000, 10000},
               {8, 9, 0, 0},         {1, 2, 9384, 9600}};

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        uint32_t c1, c2;
        uint32_t x =
            inc_pair_similarity(tiny->world.space, row[i].a, row[i].b, &c1);
        uint32_t y =
            inc_pair_similarity(tiny->world.space, row[i].b, row[i].a, &c2);
        if (x != row[i].sim || c1 != row[i].cosine || x != y || c1 != c2)
            fail_msg("%u and %u: %u of cosine %u, the other way %u of %u",
                     row[i].a, row[i].b, x, c1, y, c2);
    }
}

static void
the_skill_itself(void **state)
{
    struct inc_requirement r = asks(0, 2, INC_MUST, 100);
    const uint32_t words[] = {INC_WORD(0, WHOLE), INC_WORD(1, WHOLE)};
    struct inc_line l = explain(&r, words, 2, 10000);

    (void)state;
    assert_int_equal(l.status, INC_LINE_MET);
    assert_int_equal(l.why, INC_WHY(EXACT));
    assert_int_equal(l.word, 0);
    assert_int_equal(l.cosine_bp, 10000);
    assert_int_equal(l.quality_bp, 10000);
    assert_int_equal(l.held.level, 2);
}

/* Evidence and age take points, yet what is asked is there: met. */
static void
met_with_fewer_points(void **state)
{
    struct inc_requirement r = asks(0, 2, INC_MUST, 100);
    uint32_t word = INC_WORD(0, DECLARED);
    struct inc_line l;

    (void)state;
    r.trainable_hours = 5; /* of no interest once the skill is there */
    l = explain(&r, &word, 1, folded(10000, 9000));
    assert_int_equal(l.status, INC_LINE_MET);
    assert_int_equal(l.why, INC_WHY(EXACT) | INC_WHY(EVIDENCE));
    assert_int_equal(l.quality_bp, 9000);
    assert_int_equal(l.points, 7650);
    word = INC_WORD(0, OLD);
    l = explain(&r, &word, 1, folded(10000, 7000));
    assert_int_equal(l.status, INC_LINE_MET);
    assert_int_equal(l.why, INC_WHY(EXACT) | INC_WHY(OLD));
    word = INC_WORD(0, OBSERVED);
    l = explain(&r, &word, 1, folded(10000, 9500));
    assert_int_equal(l.why, INC_WHY(EXACT) | INC_WHY(EVIDENCE));
    assert_int_equal(l.held.half_year, NOW);
}

static void
a_level_low(void **state)
{
    struct inc_requirement r = asks(0, 2, INC_MUST, 100);
    const uint32_t word = INC_WORD(0, LOW);
    struct inc_line l = explain(&r, &word, 1, folded(10000, 7000));

    (void)state;
    assert_int_equal(l.status, INC_LINE_PARTLY);
    assert_int_equal(l.why, INC_WHY(EXACT) | INC_WHY(LEVEL_LOW));
    assert_int_equal(l.held.level, 1);
    r.trainable_hours = 5;
    l = explain(&r, &word, 1, folded(10000, 7000));
    assert_int_equal(l.why,
                     INC_WHY(EXACT) | INC_WHY(LEVEL_LOW) | INC_WHY(TRAINABLE));
}

static void
implied_is_partly(void **state)
{
    struct inc_requirement r = asks(0, 2, INC_MUST, 100);
    const uint32_t word = INC_WORD(0, IMPLIED);
    struct inc_line l = explain(&r, &word, 1, folded(10000, 7000));

    (void)state;
    assert_int_equal(l.status, INC_LINE_PARTLY);
    assert_int_equal(l.why, INC_WHY(EXACT) | INC_WHY(IMPLIED));
}

static void
a_similar_skill(void **state)
{
    struct inc_requirement r = asks(0, 2, INC_MUST, 100);
    const uint32_t words[] = {INC_WORD(1, WHOLE), INC_WORD(2, WHOLE)};
    struct inc_line l = explain(&r, words, 2, 6923);

    (void)state;
    assert_int_equal(l.status, INC_LINE_PARTLY);
    assert_int_equal(l.why, INC_WHY(SIMILAR));
    assert_int_equal(l.word, 0);
    assert_int_equal(l.cosine_bp, 8000);
}

/* The nearer skill held badly gives less than the farther one held well. */
static void
what_gives_more_supplies(void **state)
{
    struct inc_requirement r = asks(2, 2, INC_MUST, 100);
    const uint32_t words[] = {INC_WORD(0, WHOLE), INC_WORD(1, LOW)};
    struct inc_line l = explain(&r, words, 2, folded(9384, 7000)); /* 6568 */

    (void)state;
    assert_int_equal(l.word, 1);
    r = asks(1, 4, INC_MUST, 100); /* level 4: held at 2 is 4000, at 1 1500 */
    l = explain(&r, words, 2, folded(6923, 4000));
    assert_int_equal(l.word, 0);
    assert_int_equal(l.why, INC_WHY(SIMILAR) | INC_WHY(LEVEL_LOW));
}

/* Among equals: the likelier skill, then the first word. */
static void
among_equals(void **state)
{
    struct inc_requirement r = asks(8, 2, INC_MUST, 100);
    const uint32_t twins[] = {INC_WORD(8, WHOLE), INC_WORD(20, WHOLE)};
    const uint32_t only[] = {INC_WORD(20, WHOLE), INC_WORD(32, WHOLE)};
    struct inc_line l = explain(&r, twins, 2, 10000);

    (void)state;
    assert_int_equal(l.word, 0);
    l = explain(&r, only, 2, 10000);
    assert_int_equal(l.word, 0);
    /* the same vector is not the same skill */
    assert_int_equal(l.status, INC_LINE_PARTLY);
    assert_true((l.why & INC_WHY(SIMILAR)) != 0);
    /* equal in what they give, not in likeness: 6923 x .9 against 6230 as it
     * comes needs luck; 10000 x .7 twice is plain */
    r = asks(0, 2, INC_MUST, 100);
    {
        const uint32_t same[] = {INC_WORD(0, LOW), INC_WORD(0, OLD)};
        l = explain(&r, same, 2, folded(10000, 7000));
        assert_int_equal(l.word, 1); /* the one that meets, though old */
        assert_int_equal(l.status, INC_LINE_MET);
        assert_int_equal(l.why, INC_WHY(EXACT) | INC_WHY(OLD));
        assert_int_equal(l.also_word, 2); /* no other gives more */
    }
}

/* A similar skill may give more points; the skill asked for still meets. */
static void
similar_that_gives_more(void **state)
{
    struct inc_requirement r = asks(1, 2, INC_MUST, 100);
    uint32_t words[] = {INC_WORD(1, DECLARED), INC_WORD(2, WHOLE)};
    struct inc_line l = explain(&r, words, 2, folded(9384, 10000));

    (void)state;
    assert_int_equal(l.status, INC_LINE_MET);
    assert_int_equal(l.word, 0);
    assert_int_equal(l.why, INC_WHY(EXACT) | INC_WHY(EVIDENCE));
    assert_int_equal(l.also_word, 1);
    assert_int_equal(l.also_cosine_bp, 9600);
}

static void
alternatives(void **state)
{
    const char *other[2] = {tiny_uri[4], tiny_uri[9]};
    struct inc_requirement r = asks(0, 2, INC_MUST, 100);
    uint32_t words[] = {INC_WORD(1, WHOLE), INC_WORD(9, DECLARED)};
    struct inc_line l;

    (void)state;
    r.alternatives = other;
    r.n_alternatives = 2;
    l = explain(&r, words, 2, folded(10000, 9000));
    assert_int_equal(l.word, 1);
    assert_int_equal(l.status, INC_LINE_MET);
    assert_int_equal(l.why, INC_WHY(ALTERNATIVE) | INC_WHY(EVIDENCE));
    words[1] = INC_WORD(0, DECLARED); /* the skill and no alternative */
    l = explain(&r, words, 2, folded(10000, 9000));
    assert_int_equal(l.why, INC_WHY(EXACT) | INC_WHY(EVIDENCE));
}

static void
nobody_supplies(void **state)
{
    struct inc_requirement r = asks(0, 2, INC_MUST, 100);
    const uint32_t words[] = {INC_WORD(3, WHOLE), INC_WORD(5, WHOLE)};
    struct inc_line l = explain(&r, words, 2, 0);

    (void)state;
    assert_int_equal(l.status, INC_LINE_NOT_MET);
    assert_int_equal(l.why, INC_WHY(MISSING));
    assert_int_equal(l.word, 2); /* as many as there are: none */
    r.trainable_hours = 5;
    l = explain(&r, words, 2, 0);
    assert_int_equal(l.why, INC_WHY(MISSING) | INC_WHY(TRAINABLE));
    l = explain(&r, NULL, 0, 0);
    assert_int_equal(l.status, INC_LINE_NOT_MET);
    assert_int_equal(l.word, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, tiny_reset)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(similarities),
        TEST(the_skill_itself),
        TEST(met_with_fewer_points),
        TEST(a_level_low),
        TEST(implied_is_partly),
        TEST(a_similar_skill),
        TEST(what_gives_more_supplies),
        TEST(among_equals),
        TEST(similar_that_gives_more),
        TEST(alternatives),
        TEST(nobody_supplies),
    };
    return cmocka_run_group_tests(tests, tiny_open, tiny_close);
}

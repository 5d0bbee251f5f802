#include "tests/support/cm.h"

#include <math.h>

#include "engine/train/changed.h"
#include "engine/train/partners.h"

enum { ROWS = 6, DIM = 16 };

/* Skills on a quarter circle, in degrees. */
static struct inc_space *
circle(const int degrees[ROWS])
{
    static const char *const uris[] = {"s0", "s1", "s2", "s3", "s4", "s5"};
    static const uint16_t idf[ROWS] = {1000, 1000, 1000, 1000, 1000, 1000};
    static const unsigned char digest[INC_DIGEST] = {1};
    int8_t vectors[ROWS * DIM] = {0};
    const struct inc_space_parts parts = {.dim = DIM,
                                          .rows = ROWS,
                                          .vectors = vectors,
                                          .idf_milli = idf,
                                          .uris = uris,
                                          .taxonomy_digest = digest,
                                          .taxonomy_version = "v",
                                          .provenance = "{}"};
    struct inc_space *s = NULL;
    struct inc_err err;

    for (int i = 0; i < ROWS; i++) {
        double at = degrees[i] * 3.14159265358979 / 180;
        vectors[i * DIM] = (int8_t)lround(127 * cos(at));
        vectors[i * DIM + 1] = (int8_t)lround(127 * sin(at));
    }
    if (inc_space_from_parts(&s, &parts, NULL, &err) != INC_OK ||
        inc_space_make_near(s, NULL, &err) != INC_OK)
        fail_msg("%s", err.what);
    return s;
}

static void
add(struct inc_pairs *p, uint32_t a, uint32_t b, uint64_t weight)
{
    assert_int_equal(inc_pairs_add(p, a, b, weight), INC_OK);
    inc_pairs_sort(p);
}

static void
by_hand(void **state)
{
    static const int degrees[] = {0, 10, 25, 45, 70, 90};
    struct inc_space *s = circle(degrees);
    struct inc_pairs test = {0}, known = {0};
    struct inc_partners got;
    struct inc_err err;

    (void)state;
    add(&test, 0, 2, 50);
    add(&test, 0, 3, 40);
    add(&test, 1, 4, 30);
    /* Candidates 0..4. 0 ranks 1, 2, 3, 4: right at 2 and 3. 1 ranks 0, 2, 3,
     * 4: right at 4. 2 ranks 1, 3, 0, 4: at 3. 3 ranks 2, 4, 1, 0 (20, 25, 35,
     * 45 degrees): at 4. 4 ranks 3, 2, 1, 0: at 3. */
    assert_int_equal(inc_partners_score(&got, s, &test, NULL, &err), INC_OK);
    assert_int_equal(got.skills, 5);
    assert_int_equal(got.candidates, 5);
    assert_true(fabs(got.map - ((1.0 / 2 + 2.0 / 3) / 2 + 1.0 / 4 + 1.0 / 3 +
                                1.0 / 4 + 1.0 / 3) /
                                   5) < 1e-9);
    /* One of four places: 1/4 (1 + 1/2 + 1/3 + 1/4); two of four: the mean
     * over the six pairs of places, by hand 0.680555... */
    assert_true(fabs(got.chance - (0.6805555556 + 4 * 0.5208333333) / 5) <
                1e-6);
    /* What is known is not asked: 1 is no candidate for 0 any more, 0 none for
     * 1, 3 none for 2 and the other way. */
    add(&known, 0, 1, 10);
    add(&known, 2, 3, 10);
    assert_int_equal(inc_partners_score(&got, s, &test, &known, &err), INC_OK);
    assert_true(fabs(got.map - ((1.0 / 1 + 2.0 / 2) / 2 + 1.0 / 3 + 1.0 / 2 +
                                1.0 / 3 + 1.0 / 3) /
                                   5) < 1e-9);
    add(&known, 1, 4, 10);
    assert_int_equal(inc_partners_score(&got, s, &test, &known, &err),
                     INC_E_RANGE);
    assert_true(err.hint[0] != '\0');
    inc_pairs_release(&test);
    assert_int_equal(inc_partners_score(&got, s, &test, NULL, &err),
                     INC_E_RANGE);
    inc_pairs_release(&known);
    inc_space_free(s);
}

/* Skill 5 moves next to 0, the others stay. */
static void
what_moved_is_named(void **state)
{
    static const int before[] = {0, 10, 25, 45, 70, 90};
    static const int after[] = {0, 10, 25, 45, 70, 1};
    struct inc_space *a = circle(before), *b = circle(after);
    struct inc_changed got[3];
    uint32_t want = 0;

    (void)state;
    assert_int_equal(inc_changed_most(got, 3, a, a), 0);
    assert_int_equal(inc_changed_most(got, 3, a, b), 3);
    assert_int_equal(got[0].skill, 5);
    for (uint32_t i = 0; i < 5; i++) {
        uint32_t x = inc_changed_similarity(a, 5, i);
        uint32_t y = inc_changed_similarity(b, 5, i);
        want += x > y ? x - y : y - x;
    }
    assert_int_equal(got[0].change, want);
    assert_true(got[0].change > got[1].change);
    assert_true(got[1].change >= got[2].change && got[2].change > 0);
    assert_int_equal(inc_changed_most(got, 1, a, b), 1);
    assert_int_equal(got[0].skill, 5);
    inc_space_free(a);
    inc_space_free(b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(what_moved_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

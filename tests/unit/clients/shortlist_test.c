/* Folding, padding and points: nothing leaves the screen, nothing is lost. */
#include <stdio.h>
#include <string.h>

#include "clients/cli/resume.h"
#include "clients/cli/shortlist.h"
#include "clients/cli/show.h"
#include "engine/base/rng.h"
#include "engine/base/utf8.h"
#include "tests/support/cm.h"

enum { ROUNDS = 2000, SEED = 20261122 };

/* Texts of words and accents of every length; folded, they keep to the width
 * and, joined again, hold the same letters. */
static void
test_fold_keeps_width_and_letters(void **state)
{
    static const char *const pieces[] = {
        "a", "citt\xc3\xa0", " ", "bcd", "\xe6\xb1\x89", "  ", "xyzxyzxyz"};
    struct inc_rng rng = {SEED};

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct inc_buf text = {0}, out = {0};
        char in[400] = "";
        size_t width = 12 + inc_rng_below(&rng, 40);
        size_t indent = inc_rng_below(&rng, 6);
        for (uint32_t n = inc_rng_below(&rng, 30); n > 0; n--)
            inc_buf_text(&text, pieces[inc_rng_below(&rng, 7)]);
        (void)snprintf(in, sizeof in, "%s", inc_buf_cstr(&text));
        (void)inc_wrap(&out, in, 0, indent, width);
        const char *folded = inc_buf_cstr(&out);
        for (const char *line = folded; line != NULL;) {
            const char *end = strchr(line, '\n');
            size_t len = end == NULL ? strlen(line) : (size_t)(end - line);
            if (inc_utf8_width(line, len) > width)
                fail_msg("seed %d round %d: wider than %zu: %s", SEED, round,
                         width, folded);
            line = end == NULL ? NULL : end + 1;
        }
        for (const char *p = folded, *q = in; *p != '\0' || *q != '\0';) {
            if (*p == ' ' || *p == '\n')
                p++;
            else if (*q == ' ')
                q++;
            else if (*p != *q)
                fail_msg("seed %d round %d: letters changed", SEED, round);
            else
                p++, q++;
        }
        inc_buf_release(&text);
        inc_buf_release(&out);
    }
}

static void
test_pad_is_exact(void **state)
{
    struct inc_buf out = {0};

    (void)state;
    for (size_t columns = 4; columns < 20; columns++) {
        inc_buf_reset(&out);
        inc_pad(&out, "citt\xc3\xa0 di Viar\xc3\xa8ggio", columns);
        const char *text = inc_buf_cstr(&out);
        assert_int_equal(inc_utf8_width(text, strlen(text)), columns);
        assert_true(inc_utf8_valid(text, strlen(text)));
    }
    inc_buf_release(&out);
}

static void
points_are(const char *lang, int64_t bp, const char *want)
{
    struct inc_buf out = {0};

    inc_put_points(&out, lang, bp);
    assert_string_equal(inc_buf_cstr(&out), want);
    inc_buf_release(&out);
}

static void
test_points(void **state)
{
    (void)state;
    points_are("it", 9191, "91,91");
    points_are("en", 10000, "100.00");
    points_are("it", 5, "0,05");
    points_are("it", -25, "-0,25");
    points_are("it", -1294, "-12,94");
    points_are("it", 0, "0,00");
}

static void
test_days(void **state)
{
    char day[16];

    (void)state;
    inc_day(day, "it", 20779);
    assert_string_equal(day, "22/11/2026");
    inc_day(day, "en", 20779);
    assert_string_equal(day, "2026-11-22");
}

/* Keys differ by file, kind, line and salt, and are the same every time. */
static void
test_import_keys(void **state)
{
    unsigned char a[INC_KEY], b[INC_KEY], digest[INC_DIGEST] = {1};

    (void)state;
    inc_import_key(a, digest, "need", 7, 0);
    inc_import_key(b, digest, "need", 7, 0);
    assert_memory_equal(a, b, INC_KEY);
    inc_import_key(b, digest, "need", 8, 0);
    assert_memory_not_equal(a, b, INC_KEY);
    inc_import_key(b, digest, "company", 7, 0);
    assert_memory_not_equal(a, b, INC_KEY);
    inc_import_key(b, digest, "need", 7, 1);
    assert_memory_not_equal(a, b, INC_KEY);
    digest[31] = 9;
    inc_import_key(b, digest, "need", 7, 0);
    assert_memory_not_equal(a, b, INC_KEY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold_keeps_width_and_letters),
        cmocka_unit_test(test_pad_is_exact),
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_import_keys),
    };
    if (inc_hash_start() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

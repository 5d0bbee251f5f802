/* The error vocabulary: one table, and errors being put together. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/status.h"

static const struct {
    int value;
    const char *name, *wire;
} rows[] = {
#define INC_X(name, value, wire, exit, meaning) {value, #name, wire},
#include "engine/base/errors.def"
#undef INC_X
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static void
every_code_has_its_own_name(void **state)
{
    (void)state;
    assert_int_equal(INC_OK, 0);
    for (int i = 0; i < ROWS; i++) {
        int exit_code = inc_status_exit(rows[i].value);

        assert_true(rows[i].value == 0 || rows[i].value < 0);
        assert_string_equal(inc_status_wire(rows[i].value), rows[i].wire);
        assert_int_equal(inc_status_from_wire(rows[i].wire), rows[i].value);
        assert_true(strlen(inc_status_text(rows[i].value)) > 3);
        assert_string_not_equal(inc_status_text(rows[i].value),
                                "unknown status");
        if (exit_code < 0 || exit_code > 5 ||
            (exit_code == 0) != (rows[i].value == 0))
            fail_msg("%s has exit code %d", rows[i].name, exit_code);
        assert_int_equal(strspn(rows[i].wire, "abcdefghijklmnopqrstuvwxyz_"),
                         strlen(rows[i].wire));
        for (int j = 0; j < i; j++)
            if (rows[i].value == rows[j].value ||
                strcmp(rows[i].wire, rows[j].wire) == 0)
                fail_msg("%s and %s share a number or a name", rows[i].name,
                         rows[j].name);
    }
}

/* On the wire and in scripts: these may never move. */
static void
published_numbers_stay(void **state)
{
    static const struct {
        int value, exit_code;
        const char *wire;
    } fixed[] = {{0, 0, "ok"},          {-1, 5, "no_memory"},
                 {-2, 1, "bad_format"}, {-5, 2, "not_found"},
                 {-6, 5, "busy"},       {-7, 3, "denied"},
                 {-9, 5, "internal"},   {-17, 1, "unknown_concept"},
                 {-22, 1, "conflict"},  {-30, 4, "nothing_asked"}};

    (void)state;
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        assert_string_equal(inc_status_wire(fixed[i].value), fixed[i].wire);
        assert_int_equal(inc_status_exit(fixed[i].value), fixed[i].exit_code);
    }
}

static void
numbers_nobody_gave(void **state)
{
    static const int odd[] = {1, -1000, INT32_MAX, INT32_MIN};

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        assert_string_equal(inc_status_text(odd[i]), "unknown status");
        assert_string_equal(inc_status_wire(odd[i]), "internal");
        assert_int_equal(inc_status_exit(odd[i]), 5);
    }
    assert_int_equal(inc_status_from_wire(""), INC_E_BUG);
    assert_int_equal(inc_status_from_wire("OK"), INC_E_BUG);
    assert_int_equal(inc_status_from_wire("not_foun"), INC_E_BUG);
    assert_int_equal(inc_status_from_wire("not_found "), INC_E_BUG);
}

static void
filling_an_error(void **state)
{
    struct inc_err err;
    char longer[1000];

    (void)state;
    memset(&err, 'x', sizeof err);
    assert_int_equal(inc_fail(&err, INC_E_RANGE, 5, "level is %d", 9),
                     INC_E_RANGE);
    assert_int_equal(err.status, INC_E_RANGE);
    assert_int_equal(err.os, 5);
    assert_string_equal(err.what, "level is 9");
    assert_string_equal(err.where, ""); /* nothing of an older error stays */
    assert_string_equal(err.hint, "");
    inc_err_where(&err, "skills[%d]", 2);
    inc_err_hint(&err, "%d to %d", 1, 4);
    assert_string_equal(err.where, "skills[2]");
    assert_string_equal(err.hint, "1 to 4");
    inc_err_clear(&err);
    assert_int_equal(err.status, INC_OK);
    assert_int_equal(err.os, 0);
    assert_string_equal(err.what, "");
    assert_string_equal(err.where, "");
    assert_string_equal(err.hint, "");

    memset(longer, 'w', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    (void)inc_fail(&err, INC_E_TEXT, 0, "%s", longer); /* cut, never over */
    inc_err_where(&err, "%s", longer);
    inc_err_hint(&err, "%s", longer);
    assert_int_equal(strlen(err.what), sizeof err.what - 1);
    assert_int_equal(strlen(err.where), sizeof err.where - 1);
    assert_int_equal(strlen(err.hint), sizeof err.hint - 1);
}

static void
nobody_listens(void **state)
{
    (void)state;
    assert_int_equal(inc_fail(NULL, INC_E_IO, 1, "x %d", 1), INC_E_IO);
    inc_err_where(NULL, "x");
    inc_err_hint(NULL, "x");
    inc_err_under(NULL, "x");
    inc_err_clear(NULL);
}

static void
paths_join(void **state)
{
    static const struct {
        const char *prefix, *old, *want;
    } row[] = {{"skills", "[2].uri", "skills[2].uri"},
               {"record", "skills[2].uri", "record.skills[2].uri"},
               {"record", "", "record"},
               {"[3]", "level", "[3].level"},
               {"a", "[0]", "a[0]"}};
    struct inc_err err;

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        inc_err_clear(&err);
        inc_err_where(&err, "%s", row[i].old);
        inc_err_under(&err, row[i].prefix);
        assert_string_equal(err.where, row[i].want);
    }
}

/* Deep nesting must cut, not overrun. */
static void
paths_are_cut(void **state)
{
    struct inc_err err;

    (void)state;
    inc_err_clear(&err);
    for (int i = 0; i < 100; i++) {
        inc_err_under(&err, "a_rather_long_name_of_a_field_that_goes_on");
        assert_true(strlen(err.where) < sizeof err.where);
    }
    assert_memory_equal(err.where, "a_rather_long_name_", 19);
}

static enum inc_status
one_of_two(int first_fails, int *reached)
{
    enum inc_status st = INC_OK;

    *reached = 0;
    INC_TRY(first_fails ? INC_E_FULL : INC_OK);
    *reached = 1;
    INC_TRY(INC_E_BUSY);
    *reached = 2;
out:
    return st;
}

static void
try_jumps(void **state)
{
    int reached;

    (void)state;
    assert_int_equal(one_of_two(1, &reached), INC_E_FULL);
    assert_int_equal(reached, 0);
    assert_int_equal(one_of_two(0, &reached), INC_E_BUSY);
    assert_int_equal(reached, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_own_name),
        cmocka_unit_test(published_numbers_stay),
        cmocka_unit_test(numbers_nobody_gave),
        cmocka_unit_test(filling_an_error),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(paths_join),
        cmocka_unit_test(paths_are_cut),
        cmocka_unit_test(try_jumps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

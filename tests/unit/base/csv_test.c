#include "tests/support/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/csv.h"
#include "engine/base/rng.h"

static struct inc_csv *
open_text(const char *text, char separator)
{
    struct inc_csv *c = NULL;
    struct inc_err err;

    if (inc_csv_open(&c, "dir/t.csv", text, strlen(text), separator, &err) !=
        INC_OK)
        fail_msg("%s", err.what);
    return c;
}

static void
is_field(const struct inc_csv *c, int column, const char *want)
{
    size_t len;
    const char *p = inc_csv_field(c, column, &len);

    if (len != strlen(want) || memcmp(p, want, len) != 0)
        fail_msg("column %d is \"%.*s\", not \"%s\"", column, (int)len, p,
                 want);
}

static void
next(struct inc_csv *c, int want)
{
    struct inc_err err;
    int more;

    if (inc_csv_next(c, &more, &err) != INC_OK)
        fail_msg("%s", err.what);
    assert_int_equal(more, want);
}

static void
quoted_fields(void **state)
{
    struct inc_csv *c = open_text("\xef\xbb\xbf"
                                  "a, B ,\"c\"\"d\"\r\n"
                                  "1,\"x\ny\",\"he said \"\"no\"\"\"\r\n"
                                  "\r\n\n"
                                  "\"\",\"\"\"\",last \r\n"
                                  "pla\"in,,\"\"",
                                  INC_CSV_COMMA);

    (void)state;
    assert_int_equal(inc_csv_column(c, "a"), 0);
    assert_int_equal(inc_csv_column(c, "b"), 1);
    assert_int_equal(inc_csv_column(c, "c\"d"), 2);
    assert_int_equal(inc_csv_column(c, "c"), -1);
    next(c, 1);
    assert_int_equal(inc_csv_line(c), 2);
    is_field(c, 0, "1");
    is_field(c, 1, "x\ny");
    is_field(c, 2, "he said \"no\"");
    is_field(c, -1, "");
    next(c, 1);
    assert_int_equal(inc_csv_line(c), 6);
    is_field(c, 0, "");
    is_field(c, 1, "\"");
    is_field(c, 2, "last ");
    next(c, 1);
    is_field(c, 0, "pla\"in");
    is_field(c, 1, "");
    next(c, 0);
    next(c, 0);
    inc_csv_close(c);
}

static void
separators(void **state)
{
    struct inc_csv *c = open_text("a\tb\n\"x\ty\"\n", INC_CSV_TAB);

    (void)state;
    next(c, 1); /* no quoting in TSV */
    is_field(c, 0, "\"x");
    is_field(c, 1, "y\"");
    inc_csv_close(c);
    c = open_text("a;b;c\n1,5;\"2;3\";4\n", INC_CSV_GUESS);
    next(c, 1);
    is_field(c, 0, "1,5");
    is_field(c, 1, "2;3");
    inc_csv_close(c);
    c = open_text("a\tb\n1\t2\n", INC_CSV_GUESS);
    next(c, 1);
    is_field(c, 1, "2");
    inc_csv_close(c);
}

static void
huge_field(void **state)
{
    enum { SIZE = 3 << 20 };
    char *text = malloc(SIZE + 16);
    struct inc_csv *c;
    size_t len;

    (void)state;
    assert_non_null(text);
    text[0] = 'a';
    text[1] = '\n';
    text[2] = '"';
    memset(text + 3, 'x', SIZE);
    memcpy(text + 3 + SIZE, "\"", 2);
    c = open_text(text, INC_CSV_COMMA);
    next(c, 1);
    (void)inc_csv_field(c, 0, &len);
    assert_int_equal(len, SIZE);
    inc_csv_close(c);
    free(text);
}

/* Every refusal, and what its text must say. */
static void
refusals(void **state)
{
    static const struct {
        const char *text, *what, *where;
    } row[] = {
        {"", "t.csv line 1: the file is empty", "t.csv:1"},
        {"\n\n", "t.csv line 1: the file is empty", "t.csv:1"},
        {"a,b\n1,\"x\ny\n",
         "t.csv line 4 (record begins at line 2), column b: "
         "a quoted field is not closed",
         "t.csv:4"},
        {"a,b\n\"x\"y,2\n",
         "t.csv line 2, column a: there is text after the "
         "closing quote",
         "t.csv:2"},
        {"a,b\n1,2\n1\n", "t.csv line 3: 1 fields instead of 2", "t.csv:3"},
        {"a,b\n1,2,3\n", "t.csv line 2: 3 fields instead of 2", "t.csv:2"},
        {"a,b\n1,\xc3\x28\n",
         "t.csv line 2, column b: the bytes are not UTF-8 "
         "text",
         "t.csv:2"},
        {"\xff\n", "t.csv line 1, field 1: the bytes are not UTF-8 text",
         "t.csv:1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct inc_csv *c = NULL;
        struct inc_err err = {0};
        int more = 1;
        enum inc_status st =
            inc_csv_open(&c, "dir/t.csv", row[i].text, strlen(row[i].text),
                         INC_CSV_COMMA, &err);
        while (st == INC_OK && more)
            st = inc_csv_next(c, &more, &err);
        if (st != INC_E_FORMAT || strcmp(err.what, row[i].what) != 0 ||
            strcmp(err.where, row[i].where) != 0 || err.hint[0] == '\0')
            fail_msg("row %zu: %d \"%s\" at \"%s\" hint \"%s\"", i, (int)st,
                     err.what, err.where, err.hint);
        inc_csv_close(c);
    }
}

static void
nul_byte(void **state)
{
    struct inc_csv *c = NULL;
    struct inc_err err;
    int more;

    (void)state;
    assert_int_equal(inc_csv_open(&c, "t", "a,b\n1,x\0y\n", 10, ',', &err), 0);
    assert_int_equal(inc_csv_next(c, &more, &err), INC_E_FORMAT);
    assert_non_null(strstr(err.what, "line 2, column b"));
    inc_csv_close(c);
}

static void
needed_columns(void **state)
{
    struct inc_csv *c = open_text("uri,Label,x,x\n", INC_CSV_COMMA);
    struct inc_err err;
    int at;

    (void)state;
    assert_int_equal(inc_csv_need(c, &at, "label", &err), INC_OK);
    assert_int_equal(at, 1);
    assert_int_equal(inc_csv_need(c, &at, "code", &err), INC_E_FORMAT);
    assert_string_equal(err.what, "t.csv line 1: column code is missing");
    assert_non_null(strstr(err.hint, "uri, Label, x, x"));
    assert_int_equal(inc_csv_need(c, &at, "x", &err), INC_E_FORMAT);
    assert_string_equal(err.what,
                        "t.csv line 1: column x is there more than once");
    inc_csv_close(c);
}

/* Fields with separators, quotes and line ends survive writing and reading. */
static void
round_trip(void **state)
{
    enum { ROWS = 400, COLUMNS = 4, BYTES = 12 };
    static const char letters[] = {'a', ',', '"', '\n', '\r', ' ', 'z'};
    static char field[ROWS][COLUMNS][BYTES + 1], text[ROWS * COLUMNS * 32];
    const uint64_t seed = 20261122;
    struct inc_rng rng = {seed};
    struct inc_csv *c;
    size_t n = 0;

    (void)state;
    n += (size_t)sprintf(text, "a,b,c,d\n");
    for (int r = 0; r < ROWS; r++) {
        for (int k = 0; k < COLUMNS; k++) {
            uint32_t len = inc_rng_below(&rng, BYTES);
            text[n++] = '"';
            for (uint32_t i = 0; i < len; i++) {
                char x = letters[inc_rng_below(&rng, sizeof letters)];
                field[r][k][i] = x;
                text[n++] = x;
                if (x == '"')
                    text[n++] = x;
            }
            text[n++] = '"';
            text[n++] = k + 1 < COLUMNS ? ',' : '\n';
        }
    }
    text[n] = '\0';
    c = open_text(text, INC_CSV_COMMA);
    for (int r = 0; r < ROWS; r++) {
        next(c, 1);
        for (int k = 0; k < COLUMNS; k++) {
            size_t len;
            const char *p = inc_csv_field(c, k, &len);
            if (len != strlen(field[r][k]) || memcmp(p, field[r][k], len) != 0)
                fail_msg("seed %llu row %d column %d", (unsigned long long)seed,
                         r, k);
        }
    }
    next(c, 0);
    inc_csv_close(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quoted_fields), cmocka_unit_test(separators),
        cmocka_unit_test(huge_field),    cmocka_unit_test(refusals),
        cmocka_unit_test(nul_byte),      cmocka_unit_test(needed_columns),
        cmocka_unit_test(round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

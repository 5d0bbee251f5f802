/* Records from lines: JSON and CSV, good and bad, each on its own. */
#include <stdio.h>
#include <string.h>

#include "clients/cli/lines.h"
#include "clients/cli/lines_csv.h"
#include "proto/node.h"
#include "tests/support/cm.h"

static const struct inc_frame_limits limits = {1 << 20, 100000, 30};

/* The next record as JSON, or its error's status in brackets. */
static void
next_is(struct inc_lines *l, uint64_t line, const char *want)
{
    struct inc_line got = {0};
    struct inc_err err;
    struct inc_buf text = {0};
    struct inc_frame *frame = NULL;

    assert_int_equal(inc_lines_next(l, &got, &err), 1);
    assert_int_equal(got.line, line);
    if (got.st != INC_OK) {
        inc_buf_printf(&text, "[%s]", inc_status_wire(got.st));
    } else {
        assert_int_equal(inc_frame_open(&frame, got.record.data, got.record.len,
                                        &limits, &err),
                         INC_OK);
        inc_json_node(&text, inc_frame_root(frame), NULL);
    }
    assert_string_equal(inc_buf_cstr(&text), want);
    inc_frame_close(frame);
    inc_buf_release(&text);
    inc_buf_release(&got.record);
}

static struct inc_lines *
open_text(enum inc_family family, int csv, const char *text)
{
    struct inc_lines *l = NULL;
    struct inc_err err;

    assert_int_equal(
        inc_lines_open(&l, family, csv, "f", text, strlen(text), &err), INC_OK);
    return l;
}

static void
ends(struct inc_lines *l)
{
    struct inc_line got = {0};
    struct inc_err err;

    assert_int_equal(inc_lines_next(l, &got, &err), 0);
    inc_buf_release(&got.record);
    inc_lines_close(l);
}

static void
test_json_lines(void **state)
{
    struct inc_lines *l = open_text(
        INC_NEEDS, 0,
        "\xef\xbb\xbf{\"id\":\"a\"}\r\n\n  \n{broken\n{\"id\":\"b\"}");

    (void)state;
    next_is(l, 1, "{\"id\":\"a\"}");
    next_is(l, 4, "[bad_format]");
    next_is(l, 5, "{\"id\":\"b\"}");
    ends(l);
}

static void
test_csv_people(void **state)
{
    struct inc_lines *l = open_text(
        INC_CANDIDATES, 1,
        "id,skills,occupations,languages,licences,car,max_minutes,"
        "available_from,more\n"
        "P-1,http://x/s/a:3:certified | local-x:2: | http://x/s/d::declared,"
        "http://x/o:12:2020-01-31,it:B1 | en:A1::A2,B | CQC-C,true,40,"
        "2026-01-01,ignored\n"
        "P-2,,,,,,,,\n"
        "P-3,http://x/s/a:three,,,,,,,\n"
        "P-4,http://x/s/a:3:certified:x,,,,,,,\n"
        "P-5,,,,,perhaps,,,\n");

    (void)state;
    next_is(l, 2,
            "{\"id\":\"P-1\",\"skills\":[{\"uri\":\"http://x/s/a\",\"level\":3,"
            "\"evidence\":\"certified\"},{\"uri\":\"local-x\",\"level\":2},"
            "{\"uri\":\"http://x/s/d\",\"evidence\":\"declared\"}],"
            "\"occupations\":[{\"uri\":\"http://x/o\",\"months\":12,"
            "\"last\":\"2020-01-31\"}],\"languages\":[{\"lang\":\"it\","
            "\"listening\":\"B1\",\"reading\":\"B1\",\"interaction\":\"B1\","
            "\"production\":\"B1\",\"writing\":\"B1\"},{\"lang\":\"en\","
            "\"listening\":\"A1\",\"interaction\":\"A2\"}],"
            "\"licences\":[\"B\",\"CQC-C\"],\"mobility\":{\"car\":true,"
            "\"max_minutes\":40},\"availability\":{\"from\":\"2026-01-01\"}}");
    next_is(l, 3, "{\"id\":\"P-2\"}");
    next_is(l, 4, "[bad_format]");
    next_is(l, 5, "[bad_format]");
    next_is(l, 6, "[bad_format]");
    ends(l);
}

/* A row that was written is read as the same record. */
static void
test_csv_row_and_back(void **state)
{
    static const char record[] =
        "{\"id\":\"C-1\",\"name\":\"=Rossi, \\\"figli\\\"\",\"employees\":4}";
    struct inc_err err;
    struct inc_buf packed = {0}, text = {0};
    struct inc_frame *frame = NULL;

    (void)state;
    assert_int_equal(
        inc_json_object(&packed, record, strlen(record), "f", 1, NULL, &err),
        INC_OK);
    assert_int_equal(
        inc_frame_open(&frame, packed.data, packed.len, &limits, &err), INC_OK);
    inc_csv_header(&text, INC_COMPANIES);
    inc_csv_row(&text, INC_COMPANIES, inc_frame_root(frame));
    struct inc_lines *l = open_text(INC_COMPANIES, 1, inc_buf_cstr(&text));
    /* The blank before "=" keeps a spreadsheet from running it. */
    assert_non_null(strstr(inc_buf_cstr(&text), "\" =Rossi"));
    next_is(l, 2, record);
    ends(l);
    inc_frame_close(frame);
    inc_buf_release(&packed);
    inc_buf_release(&text);
}

static void
test_csv_needs_an_id_column(void **state)
{
    struct inc_lines *l = NULL;
    struct inc_err err;

    (void)state;
    assert_int_equal(
        inc_lines_open(&l, INC_NEEDS, 1, "f", "kind\nlpu\n", 9, &err),
        INC_E_FORMAT);
    assert_null(l);
    assert_non_null(strstr(err.what, "id"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_lines),
        cmocka_unit_test(test_csv_people),
        cmocka_unit_test(test_csv_row_and_back),
        cmocka_unit_test(test_csv_needs_an_id_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A table with a mapping: a document a row, wrong rows named, none stopping
 * the others. */
#include "tests/support/cm.h"

#include "tests/support/intake.h"

#include "clients/intake/table.h"

static struct inc_table *t;
static struct inc_row row;
static struct inc_err err;

static int
close_table(void **state)
{
    (void)state;
    inc_document_release(&row.doc);
    inc_table_close(t);
    t = NULL;
    return 0;
}

static enum inc_status
open_table(const char *mapping, const char *csv, int of)
{
    (void)close_table(NULL);
    inc_err_clear(&err);
    return inc_table_open(&t, "mappa", mapping, strlen(mapping), "t.csv", csv,
                          strlen(csv), of, &err);
}

static int
next(void)
{
    const int more =
        (inc_document_release(&row.doc), inc_table_next(t, &row, &err));

    if (more == 1 && row.st == INC_OK && intake_wrong(&row.doc) != NULL)
        fail_msg("line %d: %s", (int)row.line, intake_wrong(&row.doc));
    return more;
}

static void
mapping_refused(const char *mapping, const char *what)
{
    if (open_table(mapping, "a;b\n1;2\n", INC_DRAFT_OF_CANDIDATE) !=
            INC_E_CONFIG ||
        strstr(err.what, what) == NULL)
        fail_msg("%s: \"%s\"", mapping, err.what);
    assert_null(t);
}

static void
a_mapping_that_cannot_be_is_named(void **state)
{
    (void)state;
    mapping_refused("", "no column");
    mapping_refused("# solo note\n", "no column");
    mapping_refused("a", "line 1: not");
    mapping_refused("a = id\nb = stipendio\n", "line 2: no such field");
    mapping_refused("a = seats\n", "no such field"); /* of a need */
    mapping_refused("a = language klingon\n", "no such language");
    mapping_refused("a = skill saldare\n", "URI");
    mapping_refused("a = drop perche\n", "no such reason");
    mapping_refused("a = car rossa\n", "takes nothing");
    mapping_refused(" = id\n", "no name");
    assert_int_equal(open_table("c = id\n", "a;b\n", INC_DRAFT_OF_CANDIDATE),
                     INC_E_FORMAT);
    assert_non_null(strstr(err.what, "column c is missing"));
    assert_int_equal(open_table("a = id\n", "", INC_DRAFT_OF_CANDIDATE),
                     INC_E_FORMAT);
}

static void
a_row_becomes_facts(void **state)
{
    const struct inc_dropped *dropped;

    (void)state;
    assert_int_equal(
        open_table("separator = |\nCod = id\nMansione = occupation\nMesi = "
                   "months\nInglese = language inglese\nPat = licence : ,\n"
                   "Dal = start\nTig = skill http://x/y\nChi = drop identity\n",
                   "Cod|Mansione|Mesi|Inglese|Pat|Dal|Tig|Chi|Altro\n"
                   "P-1|fornaio|14|ottimo|B, C+E|1/2/2027|3|Rossi|x\n",
                   INC_DRAFT_OF_CANDIDATE),
        INC_OK);
    assert_int_equal(next(), 1);
    assert_int_equal(row.st, INC_OK);
    assert_string_equal(row.id, "P-1");
    assert_int_equal(row.line, 2);
    assert_int_equal(row.doc.n_facts, 6);
    assert_int_equal(row.doc.facts[0].number, 14);
    assert_string_equal(row.doc.facts[1].value, "en");
    assert_int_equal(row.doc.facts[1].cefr[4], 5);
    assert_string_equal(row.doc.facts[3].value, "CE");
    assert_int_equal(row.doc.facts[4].date, 20850);
    assert_string_equal(row.doc.facts[5].uri, "http://x/y");
    assert_int_equal(row.doc.facts[5].level, 3);
    assert_string_equal(row.doc.sources[0].path, "line 2, Mansione");
    assert_null(strstr(inc_buf_cstr(&row.doc.text), "Rossi"));
    assert_int_equal(next(), 0);
    assert_int_equal(inc_table_dropped(t, &dropped), 2);
    assert_string_equal(dropped[0].path, "Chi");
    assert_int_equal(dropped[0].why, INC_LEFT_IDENTITY);
    assert_string_equal(dropped[1].path, "Altro");
    assert_int_equal(dropped[1].why, INC_LEFT_UNKNOWN);
}

static void
wrong_values_are_named_and_stop_no_other_row(void **state)
{
    static const char *const says[] = {
        "column d: not a date",         "column n: not a number",
        "column a: neither yes nor no", "column i: no id",
        "column l: not a level",        "column p: not a licence"};

    (void)state;
    assert_int_equal(open_table("i = id\nd = start\nn = hours\na = car\n"
                                "l = language en\np = licence\n",
                                "i,d,n,a,l,p\n"
                                "x,31/02/2027,20,si,B1,B\n"
                                "x,,81,si,B1,B\n"
                                "x,,20,forse,B1,B\n"
                                "Mario Rossi,,20,si,B1,B\n"
                                "x,,20,si,D7,B\n"
                                "x,,20,si,B1,Z\n"
                                "P-9,28/02/2027,20,S\xc3\x8c,b1,be\n",
                                INC_DRAFT_OF_CANDIDATE),
                     INC_OK);
    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
        assert_int_equal(next(), 1);
        assert_int_equal(row.st, INC_E_FORMAT);
        if (strstr(row.err.what, says[i]) == NULL ||
            strstr(row.err.what, "Rossi") != NULL)
            fail_msg("%s: %s", says[i], row.err.what);
        assert_true(row.err.hint[0] != '\0');
    }
    assert_int_equal(next(), 1);
    assert_int_equal(row.st, INC_OK);
    assert_int_equal(row.doc.n_facts, 5);
    assert_int_equal(next(), 0);
}

static void
an_empty_row_says_nothing(void **state)
{
    (void)state;
    assert_int_equal(
        open_table("i = id\nn = text\n", "i,n\nP-1,\n", INC_DRAFT_OF_NEED),
        INC_OK);
    assert_int_equal(next(), 1);
    assert_int_equal(row.st, INC_E_TEXT);
}

/* U+009B begins a command of a terminal, as ESC [ does. */
static void
no_name_of_a_column_commands_a_screen(void **state)
{
    const struct inc_dropped *dropped;

    (void)state;
    assert_int_equal(open_table("i = id\n",
                                "i,a\xc2\x9b"
                                "31m\x1b[0m\n1,2\n",
                                INC_DRAFT_OF_NEED),
                     INC_OK);
    assert_int_equal(inc_table_dropped(t, &dropped), 1);
    assert_string_equal(dropped[0].path, "a??31m?[0m");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mapping_that_cannot_be_is_named),
        cmocka_unit_test(a_row_becomes_facts),
        cmocka_unit_test(wrong_values_are_named_and_stop_no_other_row),
        cmocka_unit_test(an_empty_row_says_nothing),
        cmocka_unit_test(no_name_of_a_column_commands_a_screen),
    };

    return cmocka_run_group_tests(tests, NULL, close_table);
}

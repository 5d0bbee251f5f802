/*
 * Suggestions: building the index, reading a table of demand, asking. The 1st,
 * 2nd, 3rd ... allocation fails until none does: each time the call says so,
 * nothing is left half done, and the next try works.
 */
#include "tests/support/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/fault.h"
#include "engine/base/file.h"
#include "engine/link/suggest.h"

enum { VISITS_MAX = 20000 };

static struct inc_taxonomy *whole;
static struct inc_suggest *index_;
static char table[64];
static unsigned nth_visit;

static enum inc_status
build(struct inc_err *err)
{
    struct inc_suggest *s = NULL;
    enum inc_status st = inc_suggest_build(&s, whole, err);

    assert_true((st == INC_OK) == (s != NULL));
    if (s != NULL)
        assert_int_equal(inc_suggest_bytes(s), inc_suggest_bytes(index_));
    inc_suggest_free(s);
    return st;
}

static enum inc_status
ask(struct inc_err *err)
{
    const struct inc_suggest_question q = {
        .text = "saldatrici ca",
        .len = 13,
        .pillars = 1 << INC_PILLAR_SKILL | 1 << INC_PILLAR_OCCUPATION,
        .lang = inc_taxonomy_lang(whole, "it")};
    struct inc_suggestion s[5];
    size_t n = 9;
    enum inc_status st = inc_suggest_ask(index_, &q, s, 5, &n, err);

    assert_true(st == INC_OK || n == 0);
    return st;
}

static enum inc_status
demand(struct inc_err *err)
{
    struct inc_suggest *s = NULL;
    struct inc_demand d;
    size_t bytes;
    enum inc_status st;

    inc_fault_arm(INC_FAULT_COUNT, 0);
    assert_int_equal(inc_suggest_build(&s, whole, NULL), INC_OK);
    bytes = inc_suggest_bytes(s);
    inc_fault_arm(INC_FAULT_ALLOC, nth_visit);
    st = inc_suggest_demand(s, table, &d, err);
    assert_true((st == INC_OK) == (inc_suggest_bytes(s) > bytes));
    if (st == INC_OK)
        assert_int_equal(d.rows, 2);
    inc_suggest_free(s);
    return st;
}

static void
press(const char *name, enum inc_status (*call)(struct inc_err *err), int least)
{
    unsigned nth = 1;
    int spared = 0;

    for (; nth < VISITS_MAX; nth++) {
        struct inc_err err = {0};
        enum inc_status st;

        nth_visit = nth;
        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = call(&err);
        if (!inc_fault_fired())
            break;
        if (st == INC_OK) {
            spared++;
            continue;
        }
        if (st != INC_E_NOMEM || err.what[0] == '\0')
            fail_msg("%s, visit %u: %d, %s", name, nth, st, err.what);
    }
    inc_fault_arm(INC_FAULT_COUNT, 0);
    print_message("%s: %u allocations, %d borne\n", name, nth - 1, spared);
    assert_in_range(nth, least + 1, VISITS_MAX - 1);
    assert_true(spared <= 3); /* cutting arrays that are too long */
}

static void
the_index(void **state)
{
    (void)state;
    press("index", build, 20);
}

static void
a_question(void **state)
{
    (void)state;
    press("question", ask, 1);
}

static void
a_table(void **state)
{
    (void)state;
    press("demand", demand, 4);
}

static int
set_up(void **state)
{
    static const char rows[] = "label\tcount\nsaldatore\t20\nnessuno\t3\n";
    const struct inc_taxonomy_options o = {.dir = "engine/taxonomy/sample"};

    (void)state;
    (void)snprintf(table, sizeof table, "/tmp/inc-demand-%ld.tsv",
                   (long)getpid());
    if (inc_hash_start() != 0 ||
        inc_taxonomy_load(&whole, &o, NULL) != INC_OK ||
        inc_suggest_build(&index_, whole, NULL) != INC_OK)
        return -1;
    return inc_file_write(table, rows, strlen(rows), NULL) == INC_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    (void)unlink(table);
    inc_suggest_free(index_);
    inc_taxonomy_free(whole);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_index),
                                       cmocka_unit_test(a_question),
                                       cmocka_unit_test(a_table)};

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/*
 * Loading the sample, its search index and the comuni: fail the 1st, 2nd,
 * 3rd ... allocation until none fails, then every seventh. Each time the call
 * says so and hands nothing out, and the next try works.
 */
#include "tests/support/cm.h"

#include <stdlib.h>

#include "engine/base/fault.h"
#include "engine/taxonomy/geo.h"
#include "engine/taxonomy/search.h"

enum { EACH = 300, STEP = 7, VISITS_MAX = 200000 };

#define SAMPLE "engine/taxonomy/sample"

static struct inc_taxonomy *whole;

static enum inc_status
load(const char *local, struct inc_err *err)
{
    const struct inc_taxonomy_options o = {.dir = SAMPLE, .local_dir = local};
    struct inc_taxonomy *t = NULL;
    enum inc_status st = inc_taxonomy_load(&t, &o, err);

    assert_true((st == INC_OK) == (t != NULL));
    if (t != NULL) {
        assert_memory_equal(inc_taxonomy_digest(t), inc_taxonomy_digest(whole),
                            INC_DIGEST);
        assert_string_equal(inc_taxonomy_version(t),
                            inc_taxonomy_version(whole));
        assert_int_equal(inc_taxonomy_languages(t),
                         inc_taxonomy_languages(whole));
        for (int d = 0; d < INC_DEFECT_COUNT; d++)
            assert_int_equal(inc_defect_count(t, d),
                             inc_defect_count(whole, d));
    }
    inc_taxonomy_free(t);
    return st;
}

static enum inc_status
load_sample(struct inc_err *err)
{
    return load(NULL, err);
}

static enum inc_status
build_search(struct inc_err *err)
{
    struct inc_search *s = NULL;
    enum inc_status st = inc_search_build(&s, whole, err);

    assert_true((st == INC_OK) == (s != NULL));
    inc_search_free(s);
    return st;
}

static enum inc_status
load_geo(struct inc_err *err)
{
    struct inc_geo *g = NULL;
    enum inc_status st = inc_geo_load(&g, SAMPLE "/comuni.tsv", err);

    assert_true((st == INC_OK) == (g != NULL));
    inc_geo_free(g);
    return st;
}

static enum inc_status
report(struct inc_err *err)
{
    struct inc_buf b = {0};
    enum inc_status st = inc_taxonomy_report(whole, &b);

    (void)inc_fail(err, st, 0, "report");
    inc_buf_release(&b);
    return st;
}

static void
press(const char *name, enum inc_status (*call)(struct inc_err *err), int least)
{
    struct inc_err err = {0};
    unsigned nth = 1;
    int fired = 0, spared = 0;

    for (; nth < VISITS_MAX; nth += nth < EACH ? 1 : STEP, fired++) {
        enum inc_status st;

        inc_err_clear(&err);
        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = call(&err);
        if (!inc_fault_fired())
            break;
        if (st == INC_OK) { /* could do without, and the result is whole */
            spared++;
            continue;
        }
        if (st != INC_E_NOMEM || err.status != INC_E_NOMEM ||
            err.what[0] == '\0')
            fail_msg("%s, visit %u: %d, %s", name, nth, st, err.what);
    }
    inc_fault_arm(INC_FAULT_COUNT, 0);
    if (fired < least || nth >= VISITS_MAX)
        fail_msg("%s: %d of the first %u allocations failed", name, fired, nth);
    print_message("%s: %d failures, %d of them borne, none after %u\n", name,
                  fired, spared, nth);
    assert_true(spared <= 8); /* giving back room that is too much */
    assert_int_equal(call(&err), INC_OK);
}

static int
set_up(void **state)
{
    const struct inc_taxonomy_options o = {.dir = SAMPLE};

    (void)state;
    if (inc_hash_start() != 0)
        return -1;
    return inc_taxonomy_load(&whole, &o, NULL) == INC_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    inc_taxonomy_free(whole);
    return 0;
}

static void
taxonomy(void **state)
{
    (void)state;
    press("taxonomy", load_sample, 100);
}

static void
search(void **state)
{
    (void)state;
    press("search", build_search, 10);
}

static void
comuni(void **state)
{
    (void)state;
    press("comuni", load_geo, 5);
}

static void
the_report(void **state)
{
    (void)state;
    press("report", report, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taxonomy),
        cmocka_unit_test(search),
        cmocka_unit_test(comuni),
        cmocka_unit_test(the_report),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

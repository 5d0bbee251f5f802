/*
 * The linker over the sample: fail each allocation of its making, then each of
 * a question. Made or not made, answered or not answered, nothing in between.
 */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/fault.h"
#include "engine/base/hash.h"
#include "engine/link/link.h"

#define SAMPLE "engine/taxonomy/sample"

enum { EACH = 200, STEP = 13, VISITS_MAX = 200000, MENTIONS = 20 };

static struct inc_taxonomy *t;
static struct inc_search *s;
static struct inc_linker *whole;

static int
set_up(void **state)
{
    const struct inc_taxonomy_options o = {.dir = SAMPLE};

    (void)state;
    return inc_hash_start() != 0 || inc_taxonomy_load(&t, &o, NULL) != INC_OK ||
                   inc_search_build(&s, t, NULL) != INC_OK ||
                   inc_linker_build(&whole, t, s, NULL) != INC_OK
               ? -1
               : 0;
}

static int
tear_down(void **state)
{
    (void)state;
    inc_linker_free(whole);
    inc_search_free(s);
    inc_taxonomy_free(t);
    return 0;
}

static void
making(void **state)
{
    unsigned nth = 1;
    int refused = 0;

    (void)state;
    for (; nth < VISITS_MAX; nth += nth < EACH ? 1 : STEP) {
        struct inc_linker *l = NULL;
        struct inc_err err = {0};
        enum inc_status st;
        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = inc_linker_build(&l, t, s, &err);
        if (!inc_fault_fired()) {
            inc_linker_free(l);
            break;
        }
        if (st != INC_E_NOMEM || l != NULL || err.what[0] == '\0')
            fail_msg("visit %u: %d, %s", nth, st, err.what);
        refused++;
    }
    inc_fault_arm(INC_FAULT_COUNT, 0);
    assert_true(nth < VISITS_MAX);
    assert_true(refused > 30);
}

/* All the answers or none of them. */
static void
asking(void **state)
{
    const char *text = "Cerchiamo un saldatore a filo e una cuoca, disegno "
                       "tecnico e saldatrua MIG";
    struct inc_link want[MENTIONS], got[MENTIONS];
    size_t names =
        inc_link_name(whole, INC_PILLAR_OCCUPATION, "cuoca", 5, -1, want, 10);
    size_t mentions = inc_link_mentions(whole, INC_PILLAR_OCCUPATION, text,
                                        strlen(text), -1, want, MENTIONS);
    int refused = 0;

    (void)state;
    assert_true(names > 0 && mentions > 0);
    for (unsigned nth = 1;; nth++) {
        size_t n;
        inc_fault_arm(INC_FAULT_ALLOC, nth);
        n = inc_link_name(whole, INC_PILLAR_OCCUPATION, "cuoca", 5, -1, got,
                          10);
        if (!inc_fault_fired()) {
            assert_int_equal(n, names);
            break;
        }
        refused += n == 0;
    }
    assert_true(refused >= 3);
    for (unsigned nth = 1;; nth++) {
        size_t n;
        inc_fault_arm(INC_FAULT_ALLOC, nth);
        n = inc_link_mentions(whole, INC_PILLAR_OCCUPATION, text, strlen(text),
                              -1, got, MENTIONS);
        if (!inc_fault_fired()) {
            assert_int_equal(n, mentions);
            break;
        }
        if (n != 0)
            fail_msg("visit %u: %zu of %zu mentions", nth, n, mentions);
        refused++;
    }
    inc_fault_arm(INC_FAULT_COUNT, 0);
    assert_true(refused >= 7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(making),
        cmocka_unit_test(asking),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

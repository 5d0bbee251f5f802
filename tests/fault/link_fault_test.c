/*
 * The linker over the sample: fail each allocation of its making, then each of
 * a question. Made or not made, answered or not answered, nothing in between.
 */
#include "tests/support/cm.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/fault.h"
#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/link/link.h"

#define SAMPLE "engine/taxonomy/sample"

enum { EACH = 200, STEP = 13, VISITS_MAX = 200000, MENTIONS = 20 };

static struct inc_taxonomy *t;
static struct inc_search *s;
static struct inc_linker *whole;
static char tables[64], folder[64];

static int
put_vectors(void)
{
    static const char header[] = "\x93NUMPY\x01\x00\x45\x00"
                                 "{'descr': '<f4', 'fortran_order': False, "
                                 "'shape': (3, 2), }         \n";
    static const char labels[] = "panettiere\nimpastatore\naltro\n";
    static const float v[] = {1, 2, 1, 3, 1, -9};
    unsigned char bytes[sizeof header - 1 + sizeof v];
    char path[96];

    memcpy(bytes, header, sizeof header - 1);
    memcpy(bytes + sizeof header - 1, v, sizeof v);
    (void)snprintf(path, sizeof path, "%s/vectors.npy", folder);
    if (inc_file_mkdirs(folder, NULL) != INC_OK ||
        inc_file_write(path, bytes, sizeof bytes, NULL) != INC_OK)
        return -1;
    (void)snprintf(path, sizeof path, "%s/labels.txt", folder);
    return inc_file_write(path, labels, strlen(labels), NULL) == INC_OK ? 0
                                                                        : -1;
}

static int
drop_vectors(void)
{
    char path[96];

    (void)snprintf(path, sizeof path, "%s/vectors.npy", folder);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/labels.txt", folder);
    (void)unlink(path);
    return rmdir(folder);
}

static int
set_up(void **state)
{
    const struct inc_taxonomy_options o = {.dir = SAMPLE};

    static const char rows[] =
        "uri,code,label,relation\n"
        "http://incrocio.example/esco/occupation/baker,6.5.1.2.1,"
        "Fornaciai,broadMatch\n";

    (void)state;
    (void)snprintf(tables, sizeof tables, "/tmp/inc-crosswalk-%ld.csv",
                   (long)getpid());
    (void)snprintf(folder, sizeof folder, "/tmp/inc-vectors-%ld",
                   (long)getpid());
    if (inc_file_write(tables, rows, strlen(rows), NULL) != INC_OK ||
        put_vectors() != 0)
        return -1;
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
    (void)unlink(tables);
    (void)drop_vectors();
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

static enum inc_status
walk(struct inc_linker *l, unsigned nth, struct inc_err *err)
{
    struct inc_crosswalk_report r;
    enum inc_status st;

    inc_fault_arm(nth == 0 ? INC_FAULT_COUNT : INC_FAULT_ALLOC, nth);
    st = inc_linker_crosswalk(l, tables, &r, err);
    return st;
}

/* The tables of a crosswalk: loaded or not loaded; then a code and a name. */
static void
crossing(void **state)
{
    struct inc_linker *l;
    struct inc_link want[10], got[10];
    struct inc_err err = {0};
    size_t bytes, n;
    unsigned nth = 1;

    (void)state;
    inc_fault_arm(INC_FAULT_COUNT, 0);
    assert_int_equal(inc_linker_build(&l, t, s, NULL), INC_OK);
    bytes = inc_linker_bytes(l);
    for (; nth < VISITS_MAX; nth++) {
        enum inc_status st = walk(l, nth, &err);

        if (!inc_fault_fired())
            break;
        if (st != INC_E_NOMEM || inc_linker_bytes(l) != bytes)
            fail_msg("visit %u: %d, %s", nth, st, err.what);
    }
    assert_in_range(nth, 30, VISITS_MAX - 1);
    assert_true(inc_linker_bytes(l) > bytes);
    inc_fault_arm(INC_FAULT_COUNT, 0);
    n = inc_link_name(l, INC_PILLAR_OCCUPATION, "fornaciai", 9, -1, want, 10);
    assert_true(n > 0);
    assert_string_equal(want[0].code, "6.5.1.2.1");
    for (nth = 1;; nth++) {
        size_t k;

        inc_fault_arm(INC_FAULT_ALLOC, nth);
        k = inc_link_name(l, INC_PILLAR_OCCUPATION, "fornaciai", 9, -1, got,
                          10);
        if (!inc_fault_fired())
            break;
        assert_true(k <= n);
    }
    inc_fault_arm(INC_FAULT_COUNT, 0);
    assert_true(nth > 4);
    inc_linker_free(l);
}

/* A table of vectors: loaded or not loaded; a name that finds its row. */
static void
vectors(void **state)
{
    struct inc_linker *l;
    struct inc_link got[10];
    struct inc_err err = {0};
    struct inc_vectors_report r;
    size_t bytes;
    unsigned nth = 1;

    (void)state;
    inc_fault_arm(INC_FAULT_COUNT, 0);
    assert_int_equal(inc_linker_build(&l, t, s, NULL), INC_OK);
    bytes = inc_linker_bytes(l);
    for (; nth < VISITS_MAX; nth++) {
        enum inc_status st;

        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = inc_linker_vectors(l, folder, 30, &r, &err);
        if (!inc_fault_fired())
            break;
        if (st != INC_E_NOMEM || inc_linker_bytes(l) != bytes)
            fail_msg("visit %u: %d, %s", nth, st, err.what);
    }
    assert_in_range(nth, 9, VISITS_MAX - 1);
    assert_int_equal(r.rows, 3);
    for (nth = 1;; nth++) {
        size_t k;

        inc_fault_arm(INC_FAULT_ALLOC, nth);
        k = inc_link_name(l, INC_PILLAR_OCCUPATION, "impastatore", 11, -1, got,
                          10);
        if (!inc_fault_fired()) {
            assert_int_equal(k, 1);
            break;
        }
    }
    inc_fault_arm(INC_FAULT_COUNT, 0);
    assert_true(nth > 6);
    inc_linker_free(l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(making),
        cmocka_unit_test(asking),
        cmocka_unit_test(crossing),
        cmocka_unit_test(vectors),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

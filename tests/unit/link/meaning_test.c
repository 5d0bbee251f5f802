/* Vectors that an office made elsewhere: what they find, and files that are
 * refused. */
#include "tests/unit/link/linked.h"

#include <math.h>

enum { DIM = 4 };

static char vectors[256]; /* the folder of tables */

static int
setup(void **state)
{
    static struct linked w;

    folder_new(w.dir);
    folder_new(vectors);
    folder_sound(w.dir);
    folder_put(w.dir, "occupations_it.csv",
               OCC_HEAD "O," U "w,7112,muratore/muratrice,\n"
                        "O," U "x,5230,cassiere,addetto alla cassa\n"
                        "O," U "z,5120,cuoco/cuoca,\n");
    folder_put(w.dir, "ISCOGroups_it.csv",
               ISCO_HEAD "I," U "C7112,7112,Edili\n"
                         "I," U "C5120,5120,Cucine\n");
    linked_open(&w);
    *state = &w;
    return 0;
}

static int
teardown(void **state)
{
    struct linked *w = *state;

    linked_close(w);
    folder_free(vectors);
    return 0;
}

/* What numpy.save writes. */
static void
put_npy(const char *type, const char *order, const char *shape, const float *v,
        size_t n)
{
    char path[512], header[119];
    unsigned char head[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
    int len = snprintf(header, sizeof header,
                       "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }",
                       type, order, shape);
    FILE *f;

    memset(header + len, ' ', 117 - (size_t)len);
    header[117] = '\n';
    (void)snprintf(path, sizeof path, "%s/vectors.npy", vectors);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(head, 1, sizeof head, f), sizeof head);
    assert_int_equal(fwrite(header, 1, 118, f), 118);
    assert_int_equal(fwrite(v, sizeof *v, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* All lie in one corner (the 100), as those of many models do. */
static const float rows[][DIM] = {
    {100, 9, 0, 0},    /* muratore */
    {100, 0, 9, 0},    /* cassiere */
    {100, 0, 0, 9},    /* cuoca */
    {100, -9, -9, -9}, /* ... */
    {100, 1, 1, 8},    /* chef de rang */
    {100, 9, -1, 0},   /* mattonaio */
    {100, 0, 8, 1},    /* soldi */
    {NAN, 0, 0, 0},    /* rotto */
    {0, 0, 0, 0},      /* vuoto */
    {100, -9, 9, -9},  /* Muratore, again: the first counts */
};
#define LABELS                                                                 \
    "muratore\r\ncassiere\nCuoca\n...\nchef de rang\nmattonaio\nsoldi\n"       \
    "rotto\nvuoto\nMURATORE"
enum { ROWS = sizeof rows / sizeof rows[0] };

static void
put_good(void)
{
    folder_put(vectors, "labels.txt", LABELS);
    put_npy("<f4", "False", "(10, 4)", rows[0], (size_t)ROWS * DIM);
}

static enum inc_status
load(const struct linked *w, uint32_t percent, struct inc_err *err)
{
    struct inc_vectors_report r;
    enum inc_status st = inc_linker_vectors(w->l, vectors, percent, &r, err);

    if (st == INC_OK) {
        assert_int_equal(r.rows, ROWS);
        assert_int_equal(r.dim, DIM);
        assert_int_equal(r.labels, 3); /* halves of a label count */
    }
    return st;
}

static const char *
first(const struct linked *w, const char *text)
{
    struct inc_link k[5];

    return linked_name(w, text, k, 5) == 0
               ? ""
               : inc_concept_uri(w->t, k[0].pillar, k[0].id);
}

static void
meanings(void **state)
{
    const struct linked *w = *state;
    struct inc_link k[5];
    struct inc_err err;

    put_good();
    assert_string_equal(first(w, "chef de rang"), "");
    if (load(w, 100, &err) != INC_OK)
        fail_msg("%s", err.what);
    assert_string_equal(first(w, "Chef de rang"), U "z"); /* its own row */
    assert_int_equal(linked_name(w, "chef de rang", k, 5),
                     1); /* no other is near */
    assert_string_equal(first(w, "mattonaio"), U "w");
    assert_string_equal(first(w, "gente soldi"), U "x");  /* half its words */
    assert_string_equal(first(w, "gente che soldi"), ""); /* a third */
    assert_string_equal(first(w, "rotto"), "");
    assert_string_equal(first(w, "vuoto"), "");
    /* Not one word known, but a typing error away from a label. */
    assert_string_equal(first(w, "cassiree"), U "x");
}

/* The scale stays: what is found by spelling alone, with a vector that says the
 * same, is as sure as before, and no percent is no change. */
static void
scale(void **state)
{
    const struct linked *w = *state;
    struct inc_linker *plain;
    struct inc_link a[5], b[5];
    struct inc_err err;

    put_good();
    assert_int_equal(inc_linker_build(&plain, w->t, w->s, &err), INC_OK);
    assert_true(inc_link_name(plain, INC_PILLAR_OCCUPATION, "cassiere", 8,
                              w->it, a, 5) > 0);
    assert_int_equal(load(w, 0, &err), INC_OK);
    assert_true(linked_name(w, "cassiere", b, 5) > 0);
    assert_int_equal(a[0].score_bp, b[0].score_bp);
    assert_int_equal(load(w, 65, &err), INC_OK);
    assert_true(linked_name(w, "cassiere", b, 5) > 0);
    assert_int_equal(a[0].id, b[0].id);
    /* (s + 6500) * 130 / 195, the cosine with itself being 1 */
    assert_in_range(b[0].score_bp, (a[0].score_bp + 6490) * 2 / 3,
                    (a[0].score_bp + 6500) * 2 / 3);
    assert_true(inc_linker_bytes(w->l) > inc_linker_bytes(plain));
    inc_linker_free(plain);
}

/* What cannot be read is said, and what was there stays. */
static void
refused(void **state)
{
    static const struct {
        const char *type, *order, *shape, *what;
        size_t numbers;
        enum inc_status st;
    } bad[] = {
        {"<f8", "False", "(10, 4)", "no 32-bit floats", 40, INC_E_FORMAT},
        {"<f4", "True", "(10, 4)", "column order", 40, INC_E_FORMAT},
        {"<f4", "False", "(40,)", "two dimensions", 40, INC_E_FORMAT},
        {"<f4", "False", "(5, 4, 2)", "two dimensions", 40, INC_E_FORMAT},
        {"<f4", "False", "10", "shape", 40, INC_E_FORMAT},
        {"<f4", "False", "(10, 4)", "cut off", 39, INC_E_FORMAT},
        {"<f4", "False", "(8, 5)", "8 rows for 10 lines", 40, INC_E_FORMAT},
        {"<f4", "False", "(0, 4)", "1 to", 40, INC_E_LIMIT},
        {"<f4", "False", "(1, 99999)", "1 to", 40, INC_E_LIMIT},
        {"<f4", "False", "(18446744073709551615, 4)", "1 to", 40, INC_E_LIMIT},
    };
    static const struct {
        const char *text, *what;
    } lines[] = {{"a\n\xff\n", "line 2: not UTF-8"}, {"", "no labels"}};
    const struct linked *w = *state;
    struct inc_vectors_report r;
    struct inc_err err;

    put_good();
    assert_int_equal(load(w, 100, &err), INC_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        put_npy(bad[i].type, bad[i].order, bad[i].shape, rows[0],
                bad[i].numbers);
        assert_int_equal(load(w, 100, &err), bad[i].st);
        if (strstr(err.what, bad[i].what) == NULL)
            fail_msg("%zu: %s", i, err.what);
        assert_string_equal(first(w, "chef de rang"), U "z");
    }
    folder_put(vectors, "vectors.npy", "\x93NUMPY");
    assert_int_equal(load(w, 100, &err), INC_E_FORMAT);
    folder_put(vectors, "vectors.npy", "\x93NUMPY\x01 \xff\xff{'descr'");
    assert_int_equal(load(w, 100, &err), INC_E_FORMAT);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        put_good();
        folder_put(vectors, "labels.txt", lines[i].text);
        assert_int_equal(load(w, 100, &err), INC_E_FORMAT);
        if (strstr(err.what, lines[i].what) == NULL)
            fail_msg("%zu: %s", i, err.what);
    }
    folder_drop(vectors, "labels.txt");
    assert_int_equal(load(w, 100, &err), INC_E_NOTFOUND);
    assert_int_equal(inc_linker_vectors(w->l, "/nowhere/at-all", 30, &r, &err),
                     INC_E_NOTFOUND);
    assert_string_equal(first(w, "chef de rang"), U "z");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meanings),
        cmocka_unit_test(scale),
        cmocka_unit_test(refused),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

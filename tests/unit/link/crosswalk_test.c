/* National classifications: tables that are read, codes and names that lead to
 * occupations, and tables that are refused. */
#include "tests/unit/link/linked.h"

static char walk[256]; /* the folder of tables */

/* As the official table comes: notes first, quoted, relations spelt out. */
#define MAPPING                                                                \
    "AI4ESCO\n\"a note, with a comma\"\n"                                      \
    "Classification 1 URI,Classification 1 PrefLabel,Classification 2 ID,"     \
    "Classification 2 PrefLabel,Mapping relation\n" U                          \
    "w,muratore,6.1.2.1.0,Muratori in pietra e mattoni,broadMatch\n" U         \
    "x,restauratore,6.1.2.1.0,Muratori in pietra e mattoni,closeMatch\n" U     \
    "nobody,?,6.1.2.1.0,Muratori in pietra e mattoni,broadMatch\n" U           \
    "z,cuoco,5.2.2.1.0,Cuochi in alberghi e ristoranti,exactMatch\n"

static int
setup(void **state)
{
    static struct linked w;

    folder_new(w.dir);
    folder_new(walk);
    folder_sound(w.dir);
    folder_put(w.dir, "occupations_it.csv",
               OCC_HEAD "O," U "w,7112,muratore/muratrice,\n"
                        "O," U "x,7112,muratore restauratore,\n"
                        "O," U "z,5120,cuoco/cuoca,\n"
                        "O," U "zz,5321,operatore socio-sanitario,"
                        "operatore 3.7 cp 2031\n");
    folder_put(w.dir, "ISCOGroups_it.csv",
               ISCO_HEAD "I," U "C7112,7112,Muratori\n"
                         "I," U "C5120,5120,Cuochi\n");
    linked_open(&w);
    *state = &w;
    return 0;
}

static int
teardown(void **state)
{
    struct linked *w = *state;

    linked_close(w);
    folder_free(walk);
    return 0;
}

static struct inc_crosswalk_report
load(const struct linked *w)
{
    struct inc_crosswalk_report r;
    struct inc_err err;

    if (inc_linker_crosswalk(w->l, walk, &r, &err) != INC_OK)
        fail_msg("%s", err.what);
    return r;
}

/* The three kinds of tables. */
static struct inc_crosswalk_report
load_all(const struct linked *w)
{
    folder_put(walk, "cp2011-esco.csv", MAPPING);
    folder_put(walk, "cp2011-cp2021.tsv",
               "from\tto\tlabel\n"
               "6.1.2.1.0\t6.1.2.1.9\tMuratori e formatori\n"
               "9.9.9.9.9\t9.9.9.9.8\tNessuno\n");
    folder_put(walk, "cp2021-voci.csv",
               "codice;voce\n6.1.2.1.9;posatore di mattoni\n"
               "6.1.2.1.9;mastro ferraio\n");
    return load(w);
}

static const char *
uri(const struct linked *w, const struct inc_link *k)
{
    return inc_concept_uri(w->t, k->pillar, k->id);
}

static void
tables(void **state)
{
    const struct linked *w = *state;
    struct inc_crosswalk_report r = load_all(w);

    assert_int_equal(r.tables, 3);
    assert_int_equal(r.units, 5);
    assert_int_equal(r.mappings, 5); /* 3, and 2 over the bridge */
    assert_int_equal(r.unknown, 1);
    assert_int_equal(r.names, 5); /* the unit that leads nowhere has none */
}

static void
codes(void **state)
{
    const struct linked *w = *state;
    struct inc_link k[5];
    size_t n;

    load_all(w);
    n = linked_name(w, "CP2011 5.2.2.1.0", k, 5);
    assert_int_equal(n, 1);
    assert_string_equal(uri(w, &k[0]), U "z");
    assert_string_equal(k[0].scheme, "CP2011");
    assert_string_equal(k[0].code, "5.2.2.1.0");
    assert_string_equal(k[0].label, "Cuochi in alberghi e ristoranti");
    assert_int_equal(k[0].confidence_bp, 9800);
    assert_int_equal(k[0].len, strlen("CP2011 5.2.2.1.0"));
    /* The closer mapping first; together they are not certain. */
    n = linked_name(w, " cp-2011: 6.1.2.1.0 ", k, 5);
    assert_int_equal(n, 2);
    assert_string_equal(uri(w, &k[0]), U "x");
    assert_true(k[0].confidence_bp > k[1].confidence_bp);
    assert_true(k[0].confidence_bp + k[1].confidence_bp <= 9000);
    /* Over the bridge. */
    n = linked_name(w, "6.1.2.1.9", k, 5);
    assert_int_equal(n, 2);
    assert_string_equal(k[0].scheme, "CP2021");
    assert_string_equal(k[0].label, "Muratori e formatori");
    /* Another scheme, no such code, not a code. */
    assert_int_equal(linked_name(w, "CP2021 5.2.2.1.0", k, 5), 0);
    assert_int_equal(linked_name(w, "9.9.9.9.8", k, 5), 0);
    assert_int_equal(linked_name(w, "5.2.2.1.0.", k, 5), 0);
    assert_int_equal(
        inc_link_name(w->l, INC_PILLAR_SKILL, "5.2.2.1.0", 9, w->it, k, 5), 0);
    /* Nothing resembles a code; a number after other words is none. */
    assert_int_equal(linked_name(w, "CP 2031 3.7", k, 5), 0);
    assert_int_equal(linked_name(w, "3.7", k, 5), 0);
    n = linked_name(w, "operatore 3.7", k, 5);
    assert_true(n > 0);
    assert_string_equal(uri(w, &k[0]), U "zz");
    /* ISCO's own codes need no table. */
    n = linked_name(w, "ISCO-08 7112", k, 5);
    assert_int_equal(n, 1);
    assert_string_equal(uri(w, &k[0]), U "C7112");
    assert_null(k[0].scheme);
}

/* A code of two schemes that lead to the same place is surer than one that
 * leads to two. */
static void
two_schemes(void **state)
{
    const struct linked *w = *state;
    struct inc_link k[5];
    size_t n;

    load_all(w);
    folder_put(walk, "cp2021-esco.csv",
               "uri,code,relation\n" U "z,5.2.2.1.0,exactMatch\n" U
               "zz,6.1.2.1.0,exactMatch\n");
    load(w);
    n = linked_name(w, "5.2.2.1.0", k, 5);
    assert_int_equal(n, 1);
    assert_int_equal(k[0].confidence_bp, 9800);
    n = linked_name(w, "6.1.2.1.0", k, 5);
    assert_int_equal(n, 3);
    assert_string_equal(uri(w, &k[0]), U "zz");
    assert_int_equal(k[0].confidence_bp, 4900);
    assert_string_equal(k[0].label,
                        inc_concept_label(w->t, k[0].pillar, k[0].id, w->it));
    n = linked_name(w, "6.1.2.1.0", k, 2);
    assert_int_equal(n, 2);
    folder_drop(walk, "cp2021-esco.csv");
}

static void
names(void **state)
{
    const struct linked *w = *state;
    struct inc_link k[10];
    size_t n;

    load_all(w);
    /* Words that no label of ESCO has, with a mistake; the closer first. */
    n = linked_name(w, "posatroe di mattone", k, 10);
    assert_true(n >= 2);
    assert_string_equal(uri(w, &k[0]), U "x");
    assert_string_equal(k[0].scheme, "CP2021");
    assert_string_equal(k[0].label, "posatore di mattoni");
    assert_int_equal(k[0].lang, w->it);
    assert_string_equal(uri(w, &k[1]), U "w");
    /* The occupation's own name is better than a unit's. */
    n = linked_name(w, "muratore", k, 10);
    assert_true(n > 0);
    assert_string_equal(uri(w, &k[0]), U "w");
    assert_null(k[0].scheme);
}

static uint32_t
score_of(const struct inc_linker *l, const struct linked *w, const char *text,
         const char *whose)
{
    struct inc_link k[10];
    size_t n = inc_link_name(l, INC_PILLAR_OCCUPATION, text, strlen(text),
                             w->it, k, 10);

    for (size_t i = 0; i < n; i++)
        if (strcmp(uri(w, &k[i]), whose) == 0)
            return k[i].score_bp;
    fail_msg("'%s' does not find %s", text, whose);
    return 0;
}

/* Of those that share a unit the one that is also spelt like it goes first:
 * the unit's worth, a tenth of its own spelling, and its company. */
static void
own_spelling(void **state)
{
    static const char text[] = "restauratore notturno";
    const struct linked *w = *state;
    struct inc_linker *plain;
    struct inc_hit hit[5];
    struct inc_err err;
    uint32_t company, own = 0;
    size_t n = inc_search_text(w->s, INC_PILLAR_OCCUPATION, text, strlen(text),
                               w->it, hit, 5);

    load_all(w);
    folder_put(walk, "cp2031-esco.csv",
               "uri,code,label\n" U "z,1.1,restauratore notturno\n" U
               "x,1.1,restauratore notturno\n");
    load(w);
    assert_int_equal(inc_linker_build(&plain, w->t, w->s, &err), INC_OK);
    for (size_t i = 0; i < n; i++)
        if (strcmp(inc_concept_uri(w->t, INC_PILLAR_OCCUPATION, hit[i].id),
                   U "x") == 0)
            own = hit[i].score_bp;
    assert_true(own > 1000);
    company = score_of(plain, w, text, U "x") - own;
    assert_int_equal(score_of(w->l, w, text, U "x"), 9500 + own / 10 + company);
    assert_int_equal(score_of(w->l, w, text, U "z"), 9500);
    inc_linker_free(plain);
    folder_drop(walk, "cp2031-esco.csv");
}

/* What cannot be read is said with file and line, and what was there stays. */
static void
refused(void **state)
{
    static const struct {
        const char *text, *where, *what;
    } bad[] = {
        {"a,b\n1,2\n", "bad-esco.csv", "no table of a crosswalk"},
        {"note\nuri,code,relation\n" U "w,6.1,nearly\n", "bad-esco.csv:3",
         "not a relation"},
        {"uri,code\n" U "w,\n", "bad-esco.csv:2", "no code"},
        {"uri,code\n" U "w,6 1\n", "bad-esco.csv:2", "not a code"},
        {"from,to\n6.1,\n", "bad-esco.csv:2", "no code"},
        {"from,to\n6%1,6.1\n", "bad-esco.csv:2", "not a code"},
        {"uri,code\n" U "w,1234567890123456789012345678901234567890\n",
         "bad-esco.csv:2", "too long"},
        {"uri,code\n" U "w\n", "bad-esco.csv:2", "fields instead of"},
        {"", "bad-esco.csv:1", "empty"},
        {"code,label\n6.1,\xff\n", "bad-esco.csv:2", "not UTF-8"},
    };
    const struct linked *w = *state;
    struct inc_crosswalk_report r;
    struct inc_link k[5];
    struct inc_err err;

    load_all(w);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        folder_put(walk, "bad-esco.csv", bad[i].text);
        assert_int_equal(inc_linker_crosswalk(w->l, walk, &r, &err),
                         INC_E_FORMAT);
        if (strstr(err.where, bad[i].where) == NULL ||
            strstr(err.what, bad[i].what) == NULL)
            fail_msg("%zu: %s at %s", i, err.what, err.where);
        assert_int_equal(linked_name(w, "5.2.2.1.0", k, 5), 1);
    }
    folder_drop(walk, "bad-esco.csv");
    assert_int_equal(inc_linker_crosswalk(w->l, w->dir, &r, &err),
                     INC_E_FORMAT); /* ESCO's files are no crosswalk */
    assert_int_equal(inc_linker_crosswalk(w->l, "/nowhere/at-all", &r, &err),
                     INC_E_NOTFOUND);
    folder_drop(walk, "cp2011-esco.csv");
    folder_drop(walk, "cp2011-cp2021.tsv");
    folder_drop(walk, "cp2021-voci.csv");
    assert_int_equal(inc_linker_crosswalk(w->l, walk, &r, &err),
                     INC_E_NOTFOUND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables),       cmocka_unit_test(codes),
        cmocka_unit_test(two_schemes),  cmocka_unit_test(names),
        cmocka_unit_test(own_spelling), cmocka_unit_test(refused),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

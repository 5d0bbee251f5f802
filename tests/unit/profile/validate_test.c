/* What a schema cannot say, against a small taxonomy and the sample's map. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/file.h"
#include "engine/profile/validate.h"
#include "tests/unit/proto/mini.h"
#include "tests/unit/taxonomy/folder.h"

static struct {
    struct inc_arena arena;
    struct inc_taxonomy *taxonomy;
    struct inc_search *search;
    struct inc_geo *geo;
    struct inc_reference ref;
    char dir[256], own[256];
} fix;

static int
set_up(void **state)
{
    struct inc_err err;

    (void)state;
    if (inc_hash_start() != 0 || inc_arena_init(&fix.arena, 1 << 22) != INC_OK)
        return -1;
    folder_new(fix.dir);
    folder_new(fix.own);
    folder_sound(fix.dir);
    folder_put(fix.own, "skills_en.csv",
               "conceptUri,preferredLabel,status,replacedBy\n" U "d,,retired," U
               "a\n");
    fix.taxonomy = folder_load_with(fix.dir, fix.own);
    assert_int_equal(inc_search_build(&fix.search, fix.taxonomy, &err), INC_OK);
    assert_int_equal(
        inc_geo_load(&fix.geo, "engine/taxonomy/sample/comuni.tsv", &err),
        INC_OK);
    fix.ref.taxonomy = fix.taxonomy;
    fix.ref.search = fix.search;
    fix.ref.geo = fix.geo;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    inc_geo_free(fix.geo);
    inc_search_free(fix.search);
    inc_taxonomy_free(fix.taxonomy);
    folder_free(fix.dir);
    folder_free(fix.own);
    inc_arena_release(&fix.arena);
    return 0;
}

#define C INC_RECORD_CANDIDATE
#define N INC_RECORD_NEED
#define K INC_RECORD_COMPANY
#define WINDOW(DAY, FROM, TO)                                                  \
    "{'day': '" DAY "', 'from': '" FROM "', 'to': '" TO "'}"

static const struct {
    enum inc_record_kind kind;
    enum inc_status want;
    const char *text, *where, *what, *hint; /* what and hint: NULL is any */
} row[] = {
    {C, INC_OK, "{'id': 'c'}", "", NULL, NULL},
    {C, INC_OK,
     "{'id': 'c', 'home': '046017', 'skills': [{'uri': '" U "a'}, {'uri': '" U
     "d'}], 'occupations': [{'uri': '" U "o'}], 'licences': ['B', 'C'], "
     "'languages': [{'lang': 'it'}, {'lang': 'ar'}], 'education': "
     "[{'isced_f': '0715'}], 'availability': {'from': '2026-09-01', 'until': "
     "'2026-09-01', 'windows': [" WINDOW("mon", "08:00", "12:00") ", " WINDOW(
         "mon", "12:00", "24:00") ", " WINDOW("tue", "08:00", "12:00") "]}}",
     "", NULL, NULL},
    /* concepts */
    {C, INC_E_CONCEPT,
     "{'id': 'c', 'skills': [{'uri': '" U "a'}, {'uri': '" U "zz'}]}",
     "skills[1].uri", U "zz is not a known skill", NULL},
    {C, INC_E_CONCEPT, "{'id': 'c', 'skills': [{'uri': 'bake braed'}]}",
     "skills[0].uri", "not the URI of a known skill",
     "nearest known: bake bread <" U "b>"},
    {C, INC_E_CONCEPT, "{'id': 'c', 'skills': [{'uri': '" U "o'}]}",
     "skills[0].uri", NULL, NULL}, /* an occupation is no skill */
    {C, INC_E_CONCEPT, "{'id': 'c', 'occupations': [{'uri': '" U "a'}]}",
     "occupations[0].uri", U "a is not a known occupation", NULL},
    {C, INC_E_CONCEPT,
     "{'id': 'c', 'preferences': {'occupations': ['" U "o', '" U "q']}}",
     "preferences.occupations[1]", NULL, NULL},
    {N, INC_E_CONCEPT, "{'id': 'n', 'requirements': [{'uri': '" U "zz'}]}",
     "requirements[0].uri", NULL, NULL},
    {N, INC_E_CONCEPT,
     "{'id': 'n', 'requirements': [{'uri': '" U "a'}, {'uri': '" U
     "b', 'alternatives': ['" U "c', '" U "zz']}]}",
     "requirements[1].alternatives[1]", NULL, NULL},
    /* there twice */
    {C, INC_E_DUPLICATE,
     "{'id': 'c', 'skills': [{'uri': '" U "a'}, {'uri': '" U "b'}, {'uri': '" U
     "a'}]}",
     "skills[2].uri", "the same skill as skills[0]", "each skill once"},
    {C, INC_E_DUPLICATE,
     "{'id': 'c', 'occupations': [{'uri': '" U "o'}, {'uri': '" U "o'}]}",
     "occupations[1].uri", NULL, NULL},
    {C, INC_E_DUPLICATE,
     "{'id': 'c', 'languages': [{'lang': 'it'}, {'lang': 'it'}]}",
     "languages[1].lang", NULL, NULL},
    {C, INC_E_DUPLICATE, "{'id': 'c', 'licences': ['B', 'C', 'B']}",
     "licences[2]", "B is there twice", NULL},
    {C, INC_E_DUPLICATE, "{'id': 'c', 'mobility': {'modes': ['bus', 'bus']}}",
     "mobility.modes[1]", NULL, NULL},
    {C, INC_E_DUPLICATE,
     "{'id': 'c', 'preferences': {'kinds': ['lpu', 'lpu']}}",
     "preferences.kinds[1]", NULL, NULL},
    {C, INC_E_DUPLICATE,
     "{'id': 'c', 'preferences': {'occupations': ['" U "o', '" U "o']}}",
     "preferences.occupations[1]", NULL, NULL},
    {N, INC_E_DUPLICATE,
     "{'id': 'n', 'requirements': [{'uri': '" U "a'}, {'uri': '" U "a'}]}",
     "requirements[1].uri", NULL, NULL},
    {N, INC_E_DUPLICATE,
     "{'id': 'n', 'requirements': [{'uri': '" U "a', 'alternatives': ['" U
     "a']}]}",
     "requirements[0].alternatives[0]", NULL, NULL},
    {N, INC_E_DUPLICATE,
     "{'id': 'n', 'requirements': [{'uri': '" U "a', 'alternatives': ['" U
     "b', '" U "b']}]}",
     "requirements[0].alternatives[1]", NULL, NULL},
    {N, INC_E_DUPLICATE,
     "{'id': 'n', 'languages': [{'lang': 'it', 'level': 'A2'}, {'lang': 'it', "
     "'level': 'B1'}]}",
     "languages[1].lang", NULL, NULL},
    {N, INC_E_DUPLICATE, "{'id': 'n', 'licences': [{'any_of': ['C', 'C']}]}",
     "licences[0].any_of[1]", NULL, NULL},
    /* comuni and codes */
    {C, INC_E_COMUNE, "{'id': 'c', 'home': '999999'}", "home",
     "no comune has the ISTAT code 999999", NULL},
    {C, INC_E_COMUNE, "{'id': 'c', 'home': 'Lucca1'}", "home",
     "not an ISTAT code", NULL},
    {N, INC_E_COMUNE, "{'id': 'n', 'comune': '000000'}", "comune", NULL, NULL},
    {K, INC_E_COMUNE, "{'id': 'k', 'comune': '999999'}", "comune", NULL, NULL},
    {K, INC_OK, "{'id': 'k', 'ateco': '25'}", "", NULL, NULL},
    {K, INC_OK, "{'id': 'k', 'ateco': '25.11'}", "", NULL, NULL},
    {K, INC_OK, "{'id': 'k', 'ateco': '25.11.0'}", "", NULL, NULL},
    {K, INC_OK, "{'id': 'k', 'ateco': '25.11.00'}", "", NULL, NULL},
    {K, INC_E_RANGE, "{'id': 'k', 'ateco': '2511'}", "ateco", "ateco is 2511",
     NULL},
    {N, INC_E_RANGE, "{'id': 'n', 'ateco': 'C.25'}", "ateco", NULL, NULL},
    {N, INC_E_RANGE, "{'id': 'n', 'ateco': '25.1a'}", "ateco", NULL, NULL},
    {C, INC_E_RANGE, "{'id': 'c', 'languages': [{'lang': 'IT'}]}",
     "languages[0].lang", "lang is IT",
     "two lower-case letters, ISO 639-1: it, en, ar"},
    {N, INC_E_RANGE,
     "{'id': 'n', 'languages': [{'lang': 'i1', 'level': 'A1'}]}",
     "languages[0].lang", NULL, NULL},
    {C, INC_E_RANGE,
     "{'id': 'c', 'education': [{'eqf': 3}, {'isced_f': '07a'}]}",
     "education[1].isced_f", NULL, NULL},
    /* windows */
    {C, INC_E_WINDOW,
     "{'id': 'c', 'availability': {'windows': [" WINDOW("mon", "12:00",
                                                        "08:00") "]}}",
     "availability.windows[0]",
     "the window mon 12:00-08:00 ends before it starts", NULL},
    {C, INC_E_WINDOW,
     "{'id': 'c', 'availability': {'windows': [" WINDOW("mon", "08:00",
                                                        "08:00") "]}}",
     "availability.windows[0]", "the window mon 08:00-08:00 is empty", NULL},
    {C, INC_E_WINDOW,
     "{'id': 'c', 'availability': {'windows': [" WINDOW(
         "mon", "08:00", "12:00") ", " WINDOW("tue", "08:00", "12:00") ", " //
     WINDOW("mon", "11:59", "13:00") "]}}",
     "availability.windows[2]",
     "the windows mon 08:00-12:00 and mon 11:59-13:00 overlap", NULL},
    {C, INC_E_WINDOW,
     "{'id': 'c', 'availability': {'absences': [" WINDOW(
         "sun", "09:00", "11:00") ", " WINDOW("sun", "08:00", "12:00") "]}}",
     "availability.absences[1]", NULL, NULL},
    {N, INC_E_WINDOW,
     "{'id': 'n', 'schedule': [" WINDOW("fri", "22:00", "24:00") ", " WINDOW(
         "fri", "23:00", "23:30") "]}",
     "schedule[1]", NULL, NULL},
    /* dates */
    {C, INC_E_DATE,
     "{'id': 'c', 'availability': {'from': '2026-09-02', 'until': "
     "'2026-09-01'}}",
     "availability.until", "2026-09-01 is before 2026-09-02",
     "the same day as availability.from or later"},
    {N, INC_E_DATE, "{'id': 'n', 'start': '2026-09-02', 'end': '2026-09-01'}",
     "end", NULL, NULL},
    {N, INC_OK, "{'id': 'n', 'start': '2026-09-02', 'end': '2026-09-02'}", "",
     NULL, NULL},
};

static void
read_record(union inc_record *r, enum inc_record_kind kind, const char *text)
{
    struct mini m = mini_open(text);
    struct inc_err err;

    if (inc_schema_decode(r, inc_record_type(kind), m.root, &fix.arena, &err) !=
        INC_OK)
        fail_msg("%s: %s", text, err.what);
    mini_close(&m);
}

static void
records(void **state)
{
    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        union inc_record r;
        struct inc_err err;
        enum inc_status got;

        inc_arena_reset(&fix.arena);
        read_record(&r, row[i].kind, row[i].text);
        inc_err_clear(&err);
        got = inc_validate(row[i].kind, &r, &fix.ref, &err);
        if (got != row[i].want || err.status != got ||
            strcmp(err.where, row[i].where) != 0)
            fail_msg("%s: got %d at '%s'", row[i].text, got, err.where);
        if (row[i].what != NULL && strcmp(err.what, row[i].what) != 0)
            fail_msg("%s: '%s'", row[i].text, err.what);
        if (row[i].hint != NULL && strcmp(err.hint, row[i].hint) != 0)
            fail_msg("%s: hint '%s'", row[i].text, err.hint);
        if (got != INC_OK && err.hint[0] == '\0')
            fail_msg("%s: no hint", row[i].text);
        assert_int_equal(inc_validate(row[i].kind, &r, &fix.ref, NULL), got);
    }
}

/* Without search, geo or taxonomy: fewer checks, never a crash. */
static void
less_to_check_against(void **state)
{
    struct inc_reference ref = {.taxonomy = fix.taxonomy};
    const struct inc_reference none = {0};
    struct inc_err err;
    union inc_record r;

    (void)state;
    read_record(
        &r, C, "{'id': 'c', 'home': '999999', 'skills': [{'uri': 'nothing'}]}");
    assert_int_equal(inc_validate(C, &r, &ref, &err), INC_E_CONCEPT);
    assert_string_equal(err.hint, "the URI of a known skill");
    assert_int_equal(inc_validate(C, &r, &none, &err), INC_OK);
}

/* A person with 2,000 skills is checked in no time. */
static void
many_skills(void **state)
{
    const struct inc_reference none = {0};
    static struct inc_skill skills[INC_SKILLS_MAX];
    static char uris[INC_SKILLS_MAX][16];
    union inc_record r = {0};
    struct inc_err err;

    (void)state;
    for (unsigned i = 0; i < INC_SKILLS_MAX; i++) {
        (void)snprintf(uris[i], sizeof uris[i], "u%u", i);
        skills[i].uri = uris[i];
    }
    r.candidate.skills = skills;
    r.candidate.n_skills = INC_SKILLS_MAX;
    assert_int_equal(inc_validate(C, &r, &none, &err), INC_OK);
    skills[1999].uri = uris[3];
    assert_int_equal(inc_validate(C, &r, &none, &err), INC_E_DUPLICATE);
    assert_string_equal(err.where, "skills[1999].uri");
    assert_string_equal(err.what, "the same skill as skills[3]");
}

static void
keep(void *arg, const char *text)
{
    struct inc_buf *b = arg;

    inc_buf_printf(b, "%s\n", text);
}

static void
notes(void **state)
{
    struct inc_buf told = {0};
    union inc_record r;

    (void)state;
    read_record(&r, N,
                "{'id': 'n', 'requirements': [{'uri': '" U "a'}, {'uri': '" U
                "b', 'alternatives': ['" U "d', '" U "gone']}]}");
    inc_validate_notes(N, &r, &fix.ref, keep, &told);
    assert_string_equal(
        inc_buf_cstr(&told),
        "requirements[1].alternatives[0]: \"lift\" is retired, replaced by "
        "\"bread\" <" U "a>\n"
        "requirements[1].alternatives[1]: this skill is not in the taxonomy "
        "(any more)\n");
    inc_buf_release(&told);
}

/* Every record of the shipped sample passes against the shipped taxonomy. */
static void
sample_records(void **state)
{
    static const char *const files[INC_RECORD_KINDS] = {
        "engine/profile/sample/people.jsonl",
        "engine/profile/sample/needs.jsonl",
        "engine/profile/sample/companies.jsonl", NULL};
    struct inc_taxonomy *t = folder_load("engine/taxonomy/sample");
    const struct inc_reference ref = {.taxonomy = t, .geo = fix.geo};

    (void)state;
    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        struct inc_buf file = {0};
        struct inc_err err;
        char *rest = NULL;

        if (files[k] == NULL) /* nobody is let in by a sample */
            continue;
        assert_int_equal(inc_file_read(&file, files[k], 1 << 22, &err), INC_OK);
        inc_buf_add(&file, "", 1);
        for (char *line = strtok_r((char *)file.data, "\n", &rest);
             line != NULL; line = strtok_r(NULL, "\n", &rest)) {
            union inc_record r;
            inc_arena_reset(&fix.arena);
            read_record(&r, (enum inc_record_kind)k, line);
            if (inc_validate((enum inc_record_kind)k, &r, &ref, &err) != INC_OK)
                fail_msg("%.60s: %s: %s; %s", line, err.where, err.what,
                         err.hint);
        }
        inc_buf_release(&file);
    }
    inc_taxonomy_free(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records),
        cmocka_unit_test(less_to_check_against),
        cmocka_unit_test(many_skills),
        cmocka_unit_test(notes),
        cmocka_unit_test(sample_records),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* The space in memory: round trip, binding to a taxonomy, folding in. */
#include "tests/support/cm.h"

#include "engine/space/space.h"
#include "tests/unit/space/folder.h"
#include "tests/unit/space/sample.h"

static struct folder dir;

static int
setup(void **state)
{
    (void)state;
    folder_make(&dir);
    return inc_hash_start();
}

static int
teardown(void **state)
{
    (void)state;
    folder_remove(&dir);
    return 0;
}

static void
check_sample(const struct inc_space *s)
{
    assert_int_equal(inc_space_dim(s), SAMPLE_DIM);
    assert_int_equal(inc_space_rows(s), SAMPLE_ROWS);
    assert_int_equal((uintptr_t)inc_space_row(s, 0) % 64, 0);
    assert_int_equal((uintptr_t)inc_space_floats(s) % 64, 0);
    for (uint32_t i = 0; i < SAMPLE_ROWS; i++) {
        assert_memory_equal(inc_space_row(s, i), sample_vectors[i], SAMPLE_DIM);
        for (uint32_t k = 0; k < SAMPLE_DIM; k++)
            assert_true(inc_space_floats(s)[i * SAMPLE_DIM + k] ==
                        (float)sample_vectors[i][k]);
    }
    assert_int_equal(inc_space_norm2(s, 0), 2 * 127 * 127);
    assert_int_equal(inc_space_norm2(s, 1), 25);
    assert_int_equal(inc_space_norm2(s, 3), 0);
    assert_int_equal(inc_space_idf(s, 0), 1);   /* at least 1 */
    assert_int_equal(inc_space_idf(s, 1), 1);   /* .031 nat */
    assert_int_equal(inc_space_idf(s, 2), 125); /* 7.832 * 16 = 125.3 */
    assert_int_equal(inc_space_idf(s, 3), 127); /* at most 127 */
    assert_string_equal(inc_space_provenance(s), "{\"seed\":\"7\"}");
    assert_int_equal(inc_space_folded(s), 0);
    assert_int_equal(inc_space_empty(s), 1);
}

static void
round_trip(void **state)
{
    struct inc_space *a = NULL, *b = NULL;
    char path[FOLDER_PATH];

    (void)state;
    folder_name(path, &dir, "s.space");
    assert_int_equal(inc_space_save(path, &sample, NULL), INC_OK);
    assert_int_equal(inc_space_load(&a, path, NULL, NULL), INC_OK);
    assert_int_equal(inc_space_from_parts(&b, &sample, NULL, NULL), INC_OK);
    check_sample(a);
    check_sample(b);
    assert_memory_equal(inc_space_digest(a), inc_space_digest(b), INC_DIGEST);
    inc_space_free(a);
    inc_space_free(b);
    inc_space_free(NULL);
}

static void
failures_leave_things_alone(void **state)
{
    static const int8_t low[SAMPLE_ROWS * SAMPLE_DIM] = {-128};
    struct inc_space_parts bad = sample;
    struct inc_space *s = NULL;
    struct inc_err err;
    char path[FOLDER_PATH];

    (void)state;
    folder_name(path, &dir, "t.space");
    assert_int_equal(inc_space_save(path, &sample, &err), INC_OK);
    bad.vectors = low;
    assert_int_equal(inc_space_save(path, &bad, &err), INC_E_RANGE);
    assert_int_equal(inc_space_from_parts(&s, &bad, NULL, &err), INC_E_RANGE);
    assert_null(s);
    assert_int_equal(inc_space_load(&s, path, NULL, &err), INC_OK);
    inc_space_free(s);
    s = NULL;
    assert_int_equal(
        inc_space_load(&s, folder_file(&dir, "none.space"), NULL, &err),
        INC_E_NOTFOUND);
    folder_put(&dir, "empty.space", "");
    assert_int_equal(
        inc_space_load(&s, folder_file(&dir, "empty.space"), NULL, &err),
        INC_E_FORMAT);
    assert_null(s);
}

static void
neighbours(void **state)
{
    /* b, c, d at 9600 of a; e opposite; f empty */
    static const int8_t v[6][16] = {{3, 4},   {4, 3},   {4, 3, 0},
                                    {40, 30}, {-3, -4}, {0}};
    static const char *const uris[6] = {"a", "b", "c", "d", "e", "f"};
    static const uint16_t idf[6] = {0};
    struct inc_space_parts p = sample;
    struct inc_space *s = NULL;
    uint32_t id[8] = {99, 99, 99, 99}, cos[8];

    (void)state;
    p.rows = 6;
    p.row_start = NULL;
    p.vectors = &v[0][0];
    p.uris = uris;
    p.idf_milli = idf;
    assert_int_equal(inc_space_from_parts(&s, &p, NULL, NULL), INC_OK);
    assert_int_equal(inc_space_neighbours(s, 0, id, cos, 8), 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(id[i], i + 1); /* ties by id */
        assert_int_equal(cos[i], 9600);
    }
    assert_int_equal(id[3], 99);
    assert_int_equal(inc_space_neighbours(s, 3, id, cos, 2), 2);
    assert_int_equal(id[0], 1);
    assert_int_equal(id[1], 2);
    assert_int_equal(cos[0], 10000);
    assert_int_equal(inc_space_neighbours(s, 3, id, cos, 3), 3);
    assert_int_equal(id[2], 0);
    assert_int_equal(inc_space_neighbours(s, 5, id, cos, 8), 0);
    assert_int_equal(inc_space_neighbours(s, 0, id, cos, 0), 0);
    inc_space_free(s);
}

enum { NAMED = 15 };
static const char *const names[NAMED] = {
    "f0",  "f1",   "f2",  "f3",  "f4",  "f5",  "f6", "f7", /* in no relation */
    "kin", "lone", "new", "old", "par", "sib", "sub"};

/* new is under par (a skill) and group g, where sib is too; kin is related to
 * it; sub is its sibling under par; f0, under the group over g, is too far;
 * lone has nobody. */
static struct inc_taxonomy *
family(struct folder *f)
{
    struct inc_buf b = {0};

    inc_buf_text(&b, HEAD_SKILLS);
    for (int i = 0; i < NAMED; i++)
        row_skill(&b, names[i], names[i], "");
    folder_put_buf(f, "skills_en.csv", &b);
    folder_put(f, "skillGroups_en.csv",
               HEAD_GROUPS
               "SkillGroup,http://x/g/g,the group,,,released,,,,,S1\n"
               "SkillGroup,http://x/g/top,the top,,,released,,,,,S\n");
    folder_put(f, "ISCOGroups_en.csv",
               HEAD_ISCO "ISCOGroup,http://x/i/1,7212,welders,released,,,\n");
    inc_buf_text(&b, HEAD_OCCUPATIONS);
    row_occupation(&b, "w", "7212");
    folder_put_buf(f, "occupations_en.csv", &b);
    inc_buf_text(&b, HEAD_OCC_SKILL);
    row_needs(&b, "w", "essential", "kin");
    folder_put_buf(f, "occupationSkillRelations.csv", &b);
    inc_buf_text(&b, HEAD_BROADER);
    row_broader(&b, "new", "http://x/s/par");
    row_broader(&b, "sub", "http://x/s/par");
    row_broader(&b, "f0", "http://x/g/top");
    inc_buf_text(&b, "SkillGroup,http://x/g/g,SkillGroup,http://x/g/top\n");
    inc_buf_text(&b, "KnowledgeSkillCompetence,http://x/s/new,SkillGroup,"
                     "http://x/g/g\n"
                     "KnowledgeSkillCompetence,http://x/s/sib,SkillGroup,"
                     "http://x/g/g\n");
    folder_put_buf(f, "broaderRelationsSkillPillar.csv", &b);
    inc_buf_text(&b, HEAD_RELATED);
    row_related(&b, "new", "kin");
    row_related(&b, "new", "sib"); /* sibling and related: counts once */
    folder_put_buf(f, "skillSkillRelations.csv", &b);
    return folder_load(f);
}

/* A space that knows the names for which `has` is 1. */
static enum inc_status
bound(struct inc_space **out, const struct inc_taxonomy *t,
      const unsigned char has[NAMED], const char *extra, struct inc_err *err)
{
    int8_t v[NAMED + 1][16] = {{0}};
    uint16_t idf[NAMED + 1];
    char text[NAMED + 1][32];
    const char *uris[NAMED + 1];
    struct inc_space_parts p = sample;
    uint32_t n = 0;

    for (int i = 0; i < NAMED; i++) {
        if (!has[i])
            continue;
        (void)snprintf(text[n], sizeof text[n], "http://x/s/%s", names[i]);
        uris[n] = text[n];
        v[n][0] = (int8_t)(i + 1);
        idf[n] = (uint16_t)(1000 * i);
        if (strcmp(names[i], "kin") == 0) {
            v[n][1] = 10, v[n][2] = -10, v[n][3] = 1;
            idf[n] = 1000;
        } else if (strcmp(names[i], "par") == 0) {
            v[n][1] = 20, v[n][2] = -20, v[n][3] = 1;
            idf[n] = 2000;
        } else if (strcmp(names[i], "sib") == 0) {
            v[n][1] = 127, v[n][2] = -127, v[n][3] = 0;
            idf[n] = 3001;
        }
        n++;
    }
    if (extra != NULL) {
        uris[n] = extra;
        idf[n++] = 0;
    }
    p.rows = n;
    p.row_start = NULL; /* trades_test.c has the lists */
    p.vectors = &v[0][0];
    p.idf_milli = idf;
    p.uris = uris;
    return inc_space_from_parts(out, &p, t, err);
}

static uint32_t
id_of(const struct inc_taxonomy *t, const char *name)
{
    char uri[32];
    int n = snprintf(uri, sizeof uri, "http://x/s/%s", name);

    return inc_concept_find(t, INC_PILLAR_SKILL, uri, (size_t)n);
}

static void
folds_in(void **state)
{
    /* all but "new": 14 of 15 are 93 % */
    static const unsigned char has[NAMED] = {1, 1, 1, 1, 1, 1, 1, 1,
                                             1, 1, 0, 1, 1, 1, 1};
    struct folder f;
    struct inc_taxonomy *t;
    struct inc_space *s = NULL;
    const int8_t *v;

    (void)state;
    folder_make(&f);
    t = family(&f);
    assert_int_equal(bound(&s, t, has, "http://x/s/zzz", NULL), INC_OK);
    assert_int_equal(inc_space_rows(s), NAMED);
    assert_int_equal(inc_space_folded(s), 1);
    assert_int_equal(inc_space_empty(s), 0);
    for (uint32_t i = 0; i < NAMED; i++) /* rows follow t's numbers */
        if (i != id_of(t, "new"))
            assert_int_equal(inc_space_row(s, i)[0], i + 1);
    /* kin, par, sib, sub, each once: (9 + 13 + 14 + 15) / 4 = 12.75 */
    v = inc_space_row(s, id_of(t, "new"));
    assert_int_equal(v[0], 13);
    assert_int_equal(v[1], 39); /* (10 + 20 + 127 + 0) / 4 = 39.25 */
    assert_int_equal(v[2], -39);
    assert_int_equal(v[3], 1); /* 2 / 4 = .5, away from zero */
    assert_int_equal(v[4], 0);
    assert_int_equal(inc_space_norm2(s, id_of(t, "new")),
                     13 * 13 + 2 * 39 * 39 + 1);
    /* (1000 + 2000 + 3001 + 14000) / 4 = 5000.25 -> 5.000 * 16 */
    assert_int_equal(inc_space_idf(s, id_of(t, "new")), 80);
    inc_space_free(s);
    inc_taxonomy_free(t);
    folder_remove(&f);
}

static void
folds_only_from_known(void **state)
{
    static const unsigned char all_but_lone[NAMED] = {1, 1, 1, 1, 1, 1, 1, 1,
                                                      1, 0, 1, 1, 1, 1, 1};
    struct folder f;
    struct inc_taxonomy *t;
    struct inc_space *s = NULL;
    uint32_t lone;

    (void)state;
    folder_make(&f);
    t = family(&f);
    assert_int_equal(bound(&s, t, all_but_lone, NULL, NULL), INC_OK);
    lone = id_of(t, "lone");
    assert_int_equal(inc_space_norm2(s, lone), 0);
    assert_int_equal(inc_space_folded(s), 0);
    assert_int_equal(inc_space_empty(s), 1);
    /* weighs like the mean: (0..7, 1, 10, 11, 2, 3.001, 14 thousand) / 14 */
    assert_int_equal(inc_space_idf(s, lone), 79); /* 4.928 */
    inc_space_free(s);
    inc_taxonomy_free(t);
    folder_remove(&f);
}

static void
must_know_nine_in_ten(void **state)
{
    static const unsigned char thirteen[NAMED] = {1, 1, 1, 1, 1, 1, 1, 1,
                                                  1, 0, 0, 1, 1, 1, 1};
    struct folder f;
    struct inc_taxonomy *t;
    struct inc_space *s = NULL;
    struct inc_err err;

    (void)state;
    folder_make(&f);
    t = family(&f);
    assert_int_equal(bound(&s, t, thirteen, NULL, &err), INC_E_MISMATCH);
    assert_null(s);
    assert_non_null(strstr(err.what, "13 of the 15"));
    assert_true(err.hint[0] != '\0');
    inc_taxonomy_free(t);
    folder_remove(&f);
}

/* The office's own concepts do not count against the space, and fold in. */
static void
local_concepts(void **state)
{
    unsigned char all[NAMED];
    struct folder f, own;
    struct inc_buf b = {0};
    struct inc_taxonomy_options o = {.version = "test"};
    struct inc_taxonomy *t = NULL;
    struct inc_space *s = NULL;
    struct inc_err err;

    (void)state;
    memset(all, 1, sizeof all);
    folder_make(&f);
    folder_make(&own);
    inc_taxonomy_free(family(&f));
    inc_buf_text(&b, HEAD_SKILLS);
    row_skill(&b, "own1", "one of ours", "");
    row_skill(&b, "own2", "another of ours", "");
    folder_put_buf(&own, "skills_it.csv", &b);
    inc_buf_text(&b, HEAD_RELATED);
    row_related(&b, "own1", "kin");
    folder_put_buf(&own, "skillSkillRelations.csv", &b);
    o.dir = f.path;
    o.local_dir = own.path;
    if (inc_taxonomy_load(&t, &o, &err) != INC_OK)
        fail_msg("%s (%s)", err.what, err.where);
    assert_int_equal(inc_concept_count(t, INC_PILLAR_SKILL), NAMED + 2);
    assert_int_equal(bound(&s, t, all, NULL, &err), INC_OK); /* 15 of 17 */
    assert_int_equal(inc_space_folded(s), 1);
    assert_int_equal(inc_space_empty(s), 1);
    assert_memory_equal(inc_space_row(s, id_of(t, "own1")),
                        inc_space_row(s, id_of(t, "kin")), SAMPLE_DIM);
    assert_int_equal(inc_space_idf(s, id_of(t, "own1")), 16);
    assert_int_equal(inc_space_norm2(s, id_of(t, "own2")), 0);
    inc_space_free(s);
    inc_taxonomy_free(t);
    folder_remove(&own);
    folder_remove(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(failures_leave_things_alone),
        cmocka_unit_test(neighbours),
        cmocka_unit_test(folds_in),
        cmocka_unit_test(folds_only_from_known),
        cmocka_unit_test(must_know_nine_in_ten),
        cmocka_unit_test(local_concepts),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

/* The real ESCO 1.1.1 of the shared folder, and the sample we ship. */
#include "tests/unit/taxonomy/folder.h"

#include "engine/taxonomy/search.h"

static void
esco(void **state)
{
    char path[512];
    const char *dir = shared_folder(path, "data/esco-1.1.1");
    struct inc_taxonomy *t;
    const uint32_t *list;
    size_t essential = 0, optional = 0, isced = 0;
    uint32_t skills;

    (void)state;
    if (dir == NULL)
        skip();
    t = folder_load(dir);
    skills = inc_concept_count(t, INC_PILLAR_SKILL);
    assert_int_equal(skills, 13896);
    assert_int_equal(inc_concept_count(t, INC_PILLAR_OCCUPATION), 3007);
    assert_int_equal(inc_concept_count(t, INC_PILLAR_GROUP), 640);
    assert_int_equal(inc_concept_count(t, INC_PILLAR_ISCO), 619);
    for (uint32_t i = 0; i < 3007; i++) {
        essential += inc_occupation_essential(t, i, &list);
        optional += inc_occupation_optional(t, i, &list);
        for (size_t k = 1; k < inc_occupation_essential(t, i, &list); k++)
            assert_true(list[k - 1] < list[k]);
    }
    /* 123,855 rows, 67 of an occupation that is not there */
    assert_int_equal(essential + optional, 123855 - 67);
    assert_int_equal(inc_defect_count(t, INC_DEFECT_UNKNOWN_REFERENCE), 67 + 7);
    assert_int_equal(inc_defect_count(t, INC_DEFECT_BLANK_TYPE), 6);
    assert_int_equal(inc_defect_count(t, INC_DEFECT_DUPLICATE_RELATION), 0);
    assert_int_equal(inc_defect_count(t, INC_DEFECT_CYCLE), 0);
    assert_int_equal(inc_defect_count(t, INC_DEFECT_NO_LABEL),
                     (13896 - 1437) + (3007 - 2939));
    assert_int_equal(inc_taxonomy_languages(t), 2);
    assert_int_equal(inc_taxonomy_lang(t, "it"), 1);
    assert_string_equal(inc_taxonomy_version(t), "1.1.1");
    for (uint32_t i = 0; i < 640; i++)
        isced += strstr(inc_concept_uri(t, INC_PILLAR_GROUP, i), "/isced-f/") !=
                 NULL;
    assert_int_equal(isced, 220);
    for (uint32_t i = 1; i < skills; i++)
        assert_true(strcmp(inc_concept_uri(t, INC_PILLAR_SKILL, i - 1),
                           inc_concept_uri(t, INC_PILLAR_SKILL, i)) < 0);
    inc_taxonomy_free(t);
}

static void
has_label(const struct inc_search *s, enum inc_pillar p, int lang,
          const char *text, const char *want)
{
    struct inc_hit hit[5];
    size_t n = inc_search_text(s, p, text, strlen(text), lang, hit, 5);

    for (size_t i = 0; i < n; i++)
        if (strstr(hit[i].label, want) != NULL)
            return;
    fail_msg("\"%s\": no \"%s\" among the first %zu, first is \"%s\"", text,
             want, n, n == 0 ? "" : hit[0].label);
}

static void
esco_search(void **state)
{
    char path[512];
    const char *dir = shared_folder(path, "data/esco-1.1.1");
    struct inc_taxonomy *t;
    struct inc_search *s = NULL;
    struct inc_err err;
    int it;

    (void)state;
    if (dir == NULL)
        skip();
    t = folder_load(dir);
    it = inc_taxonomy_lang(t, "it");
    assert_int_equal(inc_search_build(&s, t, &err), INC_OK);
    has_label(s, INC_PILLAR_OCCUPATION, it, "saldatrice", "saldatore");
    has_label(s, INC_PILLAR_OCCUPATION, it, "saldare", "saldatore");
    has_label(s, INC_PILLAR_SKILL, it, "saldare", "saldatura");
    has_label(s, INC_PILLAR_OCCUPATION, it, "panetiere", "panettier");
    has_label(s, INC_PILLAR_OCCUPATION, it, "guidare il muletto", "muletto");
    has_label(s, INC_PILLAR_OCCUPATION, it, "cerco lavoro come magazziniere",
              "magazziniere");
    has_label(s, INC_PILLAR_SKILL, -1, "C++", "C++");
    inc_search_free(s);
    inc_taxonomy_free(t);
}

static void
sample(void **state)
{
    static const char dir[] = "engine/taxonomy/sample";
    struct inc_taxonomy *t;
    struct inc_search *s = NULL;
    struct inc_buf report = {0};
    struct inc_err err;

    (void)state;
    if (access(dir, R_OK) != 0) {
        print_message("SKIPPED: %s is not there\n", dir);
        skip();
    }
    t = folder_load(dir);
    assert_true(inc_taxonomy_lang(t, "it") >= 0);
    assert_true(inc_taxonomy_lang(t, "en") >= 0);
    assert_true(inc_concept_count(t, INC_PILLAR_SKILL) >= 32);
    assert_int_equal(inc_taxonomy_report(t, &report), INC_OK);
    for (int d = 0; d < INC_DEFECT_COUNT; d++)
        if (inc_defect_count(t, (enum inc_defect)d) != 0)
            fail_msg("the sample has defects:\n%s", inc_buf_cstr(&report));
    assert_int_equal(inc_search_build(&s, t, &err), INC_OK);
    has_label(s, INC_PILLAR_OCCUPATION, inc_taxonomy_lang(t, "it"),
              "saldatrice", "saldat");
    inc_search_free(s);
    inc_buf_release(&report);
    inc_taxonomy_free(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(esco),
                                       cmocka_unit_test(esco_search),
                                       cmocka_unit_test(sample)};
    return inc_hash_start() != 0 ? 1
                                 : cmocka_run_group_tests(tests, NULL, NULL);
}

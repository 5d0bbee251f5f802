#include "tests/unit/taxonomy/folder.h"

static void
sound_concepts(void **state)
{
    char dir[256];
    struct inc_taxonomy *t;
    const char *const *alt;

    (void)state;
    folder_new(dir);
    folder_sound(dir);
    t = folder_load(dir);
    assert_int_equal(inc_concept_count(t, INC_PILLAR_SKILL), 4);
    assert_int_equal(inc_concept_count(t, INC_PILLAR_OCCUPATION), 2);
    assert_int_equal(inc_concept_count(t, INC_PILLAR_GROUP), 2);
    assert_int_equal(inc_concept_count(t, INC_PILLAR_ISCO), 2);
    /* numbers are in the order of URIs, not of rows */
    assert_int_equal(skill(t, U "a"), 0);
    assert_int_equal(skill(t, U "d"), 3);
    assert_int_equal(skill(t, U "z"), INC_NO_CONCEPT);
    assert_string_equal(inc_concept_uri(t, INC_PILLAR_SKILL, 2), U "c");
    assert_string_equal(inc_concept_label(t, INC_PILLAR_SKILL, 2, 0),
                        "weld steel");
    assert_int_equal(inc_concept_alts(t, INC_PILLAR_SKILL, 2, 0, &alt), 2);
    assert_string_equal(alt[1], "solder steel");
    assert_int_equal(inc_concept_alts(t, INC_PILLAR_SKILL, 1, 0, &alt), 2);
    assert_string_equal(alt[1], "oven work");
    assert_string_equal(inc_concept_description(t, INC_PILLAR_SKILL, 1, -1),
                        "Bake,\nthen rest.");
    assert_true(inc_skill_is_knowledge(t, 0));
    assert_false(inc_skill_is_knowledge(t, 1));
    assert_int_equal(inc_skill_reuse(t, 0), INC_REUSE_TRANSVERSAL);
    assert_int_equal(inc_skill_reuse(t, 3), INC_REUSE_OCCUPATION);
    assert_string_equal(inc_occupation_isco(t, 0), "7212");
    assert_string_equal(inc_isco_code(t, inc_isco_find(t, "7512", 4)), "7512");
    inc_taxonomy_free(t);
    folder_free(dir);
}

static void
sound_relations(void **state)
{
    char dir[256];
    struct inc_taxonomy *t;
    const uint32_t *list;
    const struct inc_ancestor *up;
    enum inc_pillar p;

    (void)state;
    folder_new(dir);
    folder_sound(dir);
    t = folder_load(dir);
    assert_int_equal(inc_occupation_essential(t, 1, &list), 2);
    assert_int_equal(list[0], 0);
    assert_int_equal(list[1], 1);
    assert_int_equal(inc_occupation_optional(t, 1, &list), 1);
    assert_int_equal(list[0], 3);
    assert_int_equal(inc_skill_related(t, 1, &list), 2);
    assert_int_equal(list[0], 0);
    assert_int_equal(list[1], 2);
    assert_int_equal(inc_skill_related(t, 3, &list), 0);
    /* nodes with children: skill c, groups g and h */
    assert_int_equal(inc_ancestor_count(t), 3);
    assert_int_equal(inc_skill_ancestors(t, 0, &up), 0);
    assert_int_equal(inc_skill_ancestors(t, 3, &up), 3);
    assert_string_equal(inc_ancestor_uri(t, up[0].node), U "c");
    assert_int_equal(up[0].distance, 1);
    assert_string_equal(inc_ancestor_label(t, up[1].node, 0), "making");
    assert_int_equal(up[1].distance, 2);
    assert_int_equal(up[2].distance, 1); /* straight to h, not over g */
    assert_int_equal(inc_ancestor_concept(t, up[2].node, &p), 1);
    assert_int_equal(p, INC_PILLAR_GROUP);
    for (int d = 0; d < INC_DEFECT_COUNT; d++)
        assert_int_equal(inc_defect_count(t, (enum inc_defect)d), 0);
    assert_string_equal(inc_taxonomy_version(t), "unknown");
    inc_taxonomy_free(t);
    folder_free(dir);
}

/* Languages: union of concepts, English behind, then any other. */
static void
languages(void **state)
{
    char dir[256];
    struct inc_taxonomy *t;
    const char *const *alt;
    int it, en;

    (void)state;
    folder_new(dir);
    folder_sound(dir);
    folder_put(dir, "skills_it.csv",
               "preferredLabel,conceptUri,altLabels,skillType,reuseLevel,x\r\n"
               "pane," U "a,\"pani\r\npagnotte\",,,\r\n"
               "tornire," U "t,,skill/competence,cross-sector,1\r\n");
    t = folder_load(dir);
    it = inc_taxonomy_lang(t, "it");
    en = inc_taxonomy_lang(t, "en");
    assert_int_equal(inc_taxonomy_languages(t), 2);
    assert_string_equal(inc_taxonomy_language(t, 0), "en");
    assert_int_equal(it, 1);
    assert_int_equal(inc_taxonomy_lang(t, "fr"), -1);
    assert_int_equal(inc_concept_count(t, INC_PILLAR_SKILL), 5);
    assert_string_equal(inc_concept_label(t, INC_PILLAR_SKILL, 0, it), "pane");
    assert_string_equal(inc_concept_label(t, INC_PILLAR_SKILL, 0, en), "bread");
    assert_string_equal(inc_concept_label(t, INC_PILLAR_SKILL, 1, it),
                        "bake bread");
    assert_string_equal(
        inc_concept_label(t, INC_PILLAR_SKILL, skill(t, U "t"), en), "tornire");
    assert_int_equal(inc_concept_alts(t, INC_PILLAR_SKILL, 0, it, &alt), 2);
    assert_string_equal(alt[0], "pani");
    assert_int_equal(inc_concept_alts(t, INC_PILLAR_SKILL, 0, en, &alt), 0);
    assert_false(inc_concept_has_label(t, INC_PILLAR_SKILL, 1, it));
    /* b c d have no Italian label, t has no English one */
    assert_int_equal(inc_defect_count(t, INC_DEFECT_NO_LABEL), 4);
    assert_int_equal(inc_defect_count(t, INC_DEFECT_BLANK_TYPE), 0);
    inc_taxonomy_free(t);
    folder_free(dir);
}

/* Names of newer downloads, of older ones, and names that only look alike. */
static void
file_names(void **state)
{
    char dir[256], other[256];
    struct inc_taxonomy *t, *u;
    const struct inc_taxonomy_file *file;
    unsigned char first[INC_DIGEST];

    (void)state;
    folder_new(dir);
    folder_sound(dir);
    folder_put(dir, "skillsHierarchy_en.csv", "not,read\n1\n");
    folder_put(dir, "skills_en.csv.bak", "no");
    folder_put(dir, "skillsxen.csv", "no");
    folder_put(dir, "skills_english_old.csv", "no");
    folder_put(dir, "digitalSkillsCollection_en.csv", "no");
    t = folder_load(dir);
    assert_int_equal(inc_taxonomy_files(t, &file), 7);
    assert_string_equal(file[0].name, "skills_en.csv");
    memcpy(first, inc_taxonomy_digest(t), INC_DIGEST);
    inc_taxonomy_free(t);

    /* the same relations in two languages' files are no repetition */
    folder_put(dir, "occupationSkillRelations_en.csv",
               REL_HEAD U "o,essential,skill/competence," U "c\n");
    folder_put(dir, "broaderRelationsSkillPillar_en.csv",
               BROAD_HEAD "K," U "b,G," U "g\n");
    t = folder_load(dir);
    assert_int_equal(inc_defect_count(t, INC_DEFECT_DUPLICATE_RELATION), 0);
    assert_memory_equal(first, inc_taxonomy_digest(t), INC_DIGEST);
    inc_taxonomy_free(t);
    folder_free(dir);

    /* 1.0.8: no groups file, no skill-skill relations */
    folder_new(other);
    folder_sound(other);
    folder_drop(other, "skillGroups_en.csv");
    folder_drop(other, "skillSkillRelations.csv");
    folder_put(other, "version.txt", "1.0.8\n");
    u = folder_load(other);
    assert_string_equal(inc_taxonomy_version(u), "1.0.8");
    assert_int_equal(inc_concept_count(u, INC_PILLAR_GROUP), 0);
    assert_int_equal(inc_ancestor_count(u), 1);
    assert_int_equal(inc_defect_count(u, INC_DEFECT_UNKNOWN_REFERENCE), 4);
    assert_memory_not_equal(first, inc_taxonomy_digest(u), INC_DIGEST);
    inc_taxonomy_free(u);
    folder_free(other);
}

static void
version_of_folder(void **state)
{
    char dir[256], path[300];
    struct inc_taxonomy *t = NULL;
    struct inc_taxonomy_options o = {0};
    struct inc_err err;

    (void)state;
    folder_new(dir);
    (void)snprintf(path, sizeof path, "%s-v1.2.0 csv", dir);
    assert_int_equal(rename(dir, path), 0);
    folder_sound(path);
    o.dir = path;
    assert_int_equal(inc_taxonomy_load(&t, &o, &err), INC_OK);
    assert_string_equal(inc_taxonomy_version(t), "1.2.0");
    inc_taxonomy_free(t);
    o.version = "mine";
    assert_int_equal(inc_taxonomy_load(&t, &o, &err), INC_OK);
    assert_string_equal(inc_taxonomy_version(t), "mine");
    inc_taxonomy_free(t);
    folder_free(path);
}

/* The office's own concepts: new ones, official ones retired, own words. */
static void
local_concepts(void **state)
{
    char dir[256], own[256];
    struct inc_taxonomy *t;
    const uint32_t *list;
    uint32_t x;
    int it;

    (void)state;
    folder_new(dir);
    folder_new(own);
    folder_sound(dir);
    folder_put(own, "skills_it.csv", /* written by an Italian spreadsheet */
               "conceptUri;preferredLabel;altLabels;skillType;reuseLevel;"
               "status;replacedBy\r\n" U
               "x;sorting of glass;vetro;skill/competence;sector-specific;;"
               "\r\n" U "d;;;;;retired;" U "x\r\n" U
               "c;saldare l'acciaio;;;;;\r\n" U "a;;;;;retired;" U
               "nowhere\r\n");
    folder_put(own, "occupationSkillRelations.csv",
               REL_HEAD U "p,essential,skill/competence," U "x\n");
    t = folder_load_with(dir, own);
    it = inc_taxonomy_lang(t, "it");
    x = skill(t, U "x");
    assert_int_equal(inc_concept_count(t, INC_PILLAR_SKILL), 5);
    assert_true(inc_concept_is_local(t, INC_PILLAR_SKILL, x));
    assert_false(inc_concept_is_local(t, INC_PILLAR_SKILL, skill(t, U "d")));
    assert_true(inc_concept_retired(t, INC_PILLAR_SKILL, skill(t, U "d")));
    assert_false(inc_concept_retired(t, INC_PILLAR_SKILL, x));
    assert_int_equal(
        inc_concept_replacement(t, INC_PILLAR_SKILL, skill(t, U "d")), x);
    assert_int_equal(inc_concept_replacement(t, INC_PILLAR_SKILL, x),
                     INC_NO_CONCEPT);
    assert_int_equal(
        inc_concept_replacement(t, INC_PILLAR_SKILL, skill(t, U "a")),
        INC_NO_CONCEPT);
    assert_int_equal(inc_defect_count(t, INC_DEFECT_UNKNOWN_REFERENCE), 1);
    assert_int_equal(inc_defect_count(t, INC_DEFECT_BLANK_LABEL), 0);
    /* a retired concept keeps its meaning */
    assert_string_equal(
        inc_concept_label(t, INC_PILLAR_SKILL, skill(t, U "d"), it), "lift");
    assert_string_equal(
        inc_concept_label(t, INC_PILLAR_SKILL, skill(t, U "c"), it),
        "saldare l'acciaio");
    assert_int_equal(inc_occupation_essential(t, 1, &list), 3);
    assert_int_equal(list[2], x);
    inc_taxonomy_free(t);
    folder_free(own);
    folder_free(dir);
}

/* The office's label wins over the official one of the same language. */
static void
local_label(void **state)
{
    char dir[256], own[256];
    struct inc_taxonomy *t;
    const char *const *alt;

    (void)state;
    folder_new(dir);
    folder_new(own);
    folder_sound(dir);
    folder_put(own, "skills_en.csv",
               "conceptUri,preferredLabel,altLabels\n" U
               "c,weld iron,fuse iron\n");
    t = folder_load_with(dir, own);
    assert_string_equal(inc_concept_label(t, INC_PILLAR_SKILL, 2, 0),
                        "weld iron");
    assert_int_equal(inc_concept_alts(t, INC_PILLAR_SKILL, 2, 0, &alt), 3);
    assert_string_equal(alt[2], "fuse iron");
    inc_taxonomy_free(t);
    folder_free(own);
    folder_free(dir);
}

/* Order of rows does not matter: same numbers, same digest. */
static void
order_of_rows(void **state)
{
    char dir[256];
    unsigned char digest[INC_DIGEST];
    struct inc_taxonomy *t;

    (void)state;
    folder_new(dir);
    folder_sound(dir);
    t = folder_load(dir);
    memcpy(digest, inc_taxonomy_digest(t), INC_DIGEST);
    inc_taxonomy_free(t);
    folder_put(dir, "occupationSkillRelations.csv",
               REL_HEAD U "p,essential,knowledge," U "a\n" U
                          "p,optional,skill/competence," U "d\n" U
                          "o,essential,skill/competence," U "c\n" U
                          "p,essential,knowledge," U "b\n");
    t = folder_load(dir);
    assert_memory_equal(digest, inc_taxonomy_digest(t), INC_DIGEST);
    inc_taxonomy_free(t);
    folder_put(dir, "occupationSkillRelations.csv",
               REL_HEAD U "p,optional,knowledge," U "a\n" U
                          "p,optional,skill/competence," U "d\n" U
                          "o,essential,skill/competence," U "c\n" U
                          "p,essential,knowledge," U "b\n");
    t = folder_load(dir);
    assert_memory_not_equal(digest, inc_taxonomy_digest(t), INC_DIGEST);
    memcpy(digest, inc_taxonomy_digest(t), INC_DIGEST);
    inc_taxonomy_free(t);
    folder_put(dir, "occupationSkillRelations.csv", /* c for d */
               REL_HEAD U "p,optional,knowledge," U "a\n" U
                          "p,optional,skill/competence," U "c\n" U
                          "o,essential,skill/competence," U "c\n" U
                          "p,essential,knowledge," U "b\n");
    t = folder_load(dir);
    assert_memory_not_equal(digest, inc_taxonomy_digest(t), INC_DIGEST);
    inc_taxonomy_free(t);
    folder_free(dir);
}

static void
count_progress(void *arg, uint64_t done, uint64_t total)
{
    uint64_t *last = arg;

    assert_true(done >= *last && done <= total);
    *last = done;
}

static void
progress(void **state)
{
    char dir[256];
    struct inc_taxonomy *t = NULL;
    uint64_t last = 0, sum = 0;
    const struct inc_taxonomy_file *file;
    struct inc_taxonomy_options o = {.progress = count_progress,
                                     .progress_arg = &last};
    struct inc_err err;
    size_t n;

    (void)state;
    folder_new(dir);
    folder_sound(dir);
    o.dir = dir;
    assert_int_equal(inc_taxonomy_load(&t, &o, &err), INC_OK);
    n = inc_taxonomy_files(t, &file);
    for (size_t i = 0; i < n; i++)
        sum += file[i].bytes;
    assert_int_equal(last, sum);
    assert_true(inc_taxonomy_bytes(t) > 1000);
    inc_taxonomy_free(t);
    folder_free(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_concepts),    cmocka_unit_test(sound_relations),
        cmocka_unit_test(languages),         cmocka_unit_test(file_names),
        cmocka_unit_test(version_of_folder), cmocka_unit_test(local_concepts),
        cmocka_unit_test(local_label),       cmocka_unit_test(order_of_rows),
        cmocka_unit_test(progress),
    };
    return inc_hash_start() != 0 ? 1
                                 : cmocka_run_group_tests(tests, NULL, NULL);
}

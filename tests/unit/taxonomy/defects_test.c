/* Each survivable defect counted with file and line; each error with file,
 * line and column in its text. */
#include "tests/unit/taxonomy/folder.h"

/* A sound folder with one file replaced. */
struct broken {
    const char *file, *text;
    enum inc_defect defect;
    uint64_t count;
    const char *example; /* in the first example */
};

static const struct broken broken[] = {
    {"occupationSkillRelations.csv",
     REL_HEAD U "o,essential,x," U "c\n" U "q,optional,x," U "c\n" U
                "o,optional,x," U "w\n",
     INC_DEFECT_UNKNOWN_REFERENCE, 2,
     "occupationSkillRelations.csv line 3: occupation " U "q is not there"},
    {"skillSkillRelations.csv", RELATED_HEAD U "b,x,optional,x," U "w\n",
     INC_DEFECT_UNKNOWN_REFERENCE, 1,
     "skillSkillRelations.csv line 2: skill " U "w is not there"},
    {"broaderRelationsSkillPillar.csv", BROAD_HEAD "K," U "b,G," U "w\n",
     INC_DEFECT_UNKNOWN_REFERENCE, 1,
     "broaderRelationsSkillPillar.csv line 2: broader concept " U "w"},
    {"occupations_en.csv",
     OCC_HEAD "O," U "o,7212,welder,\nO," U "p,7512,baker,\nO," U
              "o,7212,again,\n",
     INC_DEFECT_DUPLICATE_URI, 1,
     "occupations_en.csv line 4: " U "o is there already"},
    {"occupations_en.csv",
     OCC_HEAD "O," U "o,7212,welder,\nO," U "p,7512,welder,\n",
     INC_DEFECT_DUPLICATE_LABEL, 1,
     "occupations, en: \"welder\" is the label of " U "o and " U "p"},
    {"occupations_en.csv",
     OCC_HEAD "O," U "o,7212,welder,\"x\ny\nx\"\nO," U "p,7512,baker,\n",
     INC_DEFECT_REPEATED_ALT, 1, "occupations_en.csv line 2, altLabels: \"x\""},
    {"occupations_en.csv", OCC_HEAD "O," U "o,7212,,\nO," U "p,7512,baker,\n",
     INC_DEFECT_BLANK_LABEL, 1,
     "occupations_en.csv line 2: preferredLabel is empty"},
    {"occupations_it.csv", OCC_HEAD "O," U "o,7212,saldatore/saldatrice,\n",
     INC_DEFECT_NO_LABEL, 1, "1 of 2 occupations have no label in language it"},
    {"skills_en.csv",
     SKILLS_HEAD "K," U "a,knowledge,,bread,,,\n"
                 "K," U "b,odd,transversal,bake,,,\n"
                 "K," U "c,knowledge,transversal,weld,,,\n"
                 "K," U "d,,,lift,,,\n",
     INC_DEFECT_BLANK_TYPE, 3, "skills_en.csv line 2"},
    {"occupations_en.csv",
     OCC_HEAD "O," U "o,7212,welder\xc2\xa0,\xe2\x80\x8bx\n"
              "O," U "p,7512,two  spaces,\n",
     INC_DEFECT_STRAY_SPACE, 3, "occupations_en.csv line 2, preferredLabel"},
    {"occupations_en.csv", OCC_HEAD "O," U "o,7213,welder,\nO," U "p,,baker,\n",
     INC_DEFECT_BAD_ISCO, 2, "ISCO group \"7213\" of " U "o"},
    {"occupationSkillRelations.csv",
     REL_HEAD U "o,essential,x," U "c\n" U "o,optional,x," U "c\n" U
                "p,optional,x," U "c\n" U "p,optional,x," U "c\n",
     INC_DEFECT_DUPLICATE_RELATION, 2, "occupationSkillRelations.csv line 3"},
    {"broaderRelationsSkillPillar.csv",
     BROAD_HEAD "G," U "g,G," U "h\nG," U "h,G," U "g\nK," U "b,G," U "g\nK," U
                "c,K," U "c\n",
     INC_DEFECT_CYCLE, 2, "is broader than itself"},
};

static void
survivable(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        const struct broken *b = &broken[i];
        char dir[256];
        struct inc_taxonomy *t;
        struct inc_buf report = {0};
        const char *const *example = NULL;
        folder_new(dir);
        folder_sound(dir);
        folder_put(dir, b->file, b->text);
        t = folder_load(dir);
        if (inc_defect_count(t, b->defect) != b->count ||
            inc_defect_examples(t, b->defect, &example) == 0 ||
            strstr(example[0], b->example) == NULL)
            fail_msg("row %zu, %s: %llu, \"%s\"", i, inc_defect_name(b->defect),
                     (unsigned long long)inc_defect_count(t, b->defect),
                     example == NULL ? "" : example[0]);
        assert_int_equal(inc_taxonomy_report(t, &report), INC_OK);
        if (strstr(inc_buf_cstr(&report), b->example) == NULL ||
            strstr(inc_buf_cstr(&report), inc_defect_name(b->defect)) == NULL)
            fail_msg("row %zu: not in the report", i);
        inc_buf_release(&report);
        inc_taxonomy_free(t);
        folder_free(dir);
    }
}

/* What is left after the defects is right. */
static void
after_defects(void **state)
{
    char dir[256];
    struct inc_taxonomy *t;
    const uint32_t *list;
    const struct inc_ancestor *up;

    (void)state;
    folder_new(dir);
    folder_sound(dir);
    folder_put(dir, "occupationSkillRelations.csv",
               REL_HEAD U "o,optional,x," U "c\n" U "o,essential,x," U "c\n");
    folder_put(dir, "broaderRelationsSkillPillar.csv",
               BROAD_HEAD "G," U "g,G," U "h\nG," U "h,G," U "g\nK," U "b,G," U
                          "g\n");
    folder_put(dir, "occupations_en.csv",
               OCC_HEAD "O," U "o,C7212, \xe2\x80\x8bwelder\xc2\xa0iron ,\nO," U
                        "p,http://e/isco/C7512,baker,\nO," U "o,7512,b,\n");
    t = folder_load(dir);
    assert_int_equal(inc_occupation_essential(t, 0, &list), 1);
    assert_int_equal(inc_occupation_optional(t, 0, &list), 0);
    assert_int_equal(inc_skill_ancestors(t, 1, &up), 2);
    assert_string_equal(inc_concept_label(t, INC_PILLAR_OCCUPATION, 0, 0),
                        "welder iron");
    assert_string_equal(inc_occupation_isco(t, 0), "7212");
    assert_string_equal(inc_occupation_isco(t, 1), "7512");
    assert_int_equal(inc_defect_count(t, INC_DEFECT_BAD_ISCO), 0);
    inc_taxonomy_free(t);
    folder_free(dir);
}

static const struct {
    const char *file, *text; /* NULL: the file is taken away */
    enum inc_status status;
    const char *what, *hint;
} refused[] = {
    {"skills_en.csv", NULL, INC_E_NOTFOUND, "no skills_*.csv in ",
     "skills_it.csv"},
    {"occupations_en.csv", NULL, INC_E_NOTFOUND, "no occupations_*.csv in ",
     "ESCO"},
    {"ISCOGroups_en.csv", NULL, INC_E_NOTFOUND, "no ISCOGroups_*.csv in ",
     "ESCO"},
    {"occupationSkillRelations.csv", NULL, INC_E_NOTFOUND,
     "no occupationSkillRelations*.csv in ", "ESCO"},
    {"broaderRelationsSkillPillar.csv", NULL, INC_E_NOTFOUND,
     "no broaderRelationsSkillPillar*.csv in ", "ESCO"},
    {"skills_en.csv", "conceptUri,skillType,reuseLevel\n", INC_E_FORMAT,
     "skills_en.csv line 1: column preferredLabel is missing", "reuseLevel"},
    {"occupations_en.csv", "conceptUri,preferredLabel\n", INC_E_FORMAT,
     "occupations_en.csv line 1: column iscoGroup is missing", "iscoGroup"},
    {"ISCOGroups_en.csv", "conceptUri,preferredLabel\n", INC_E_FORMAT,
     "ISCOGroups_en.csv line 1: column code is missing", "code"},
    {"skillGroups_en.csv", "preferredLabel\n", INC_E_FORMAT,
     "skillGroups_en.csv line 1: column conceptUri is missing", ""},
    {"occupationSkillRelations.csv", "occupationUri,skillUri\n", INC_E_FORMAT,
     "occupationSkillRelations.csv line 1: column relationType is missing", ""},
    {"skillSkillRelations.csv", "originalSkillUri\n", INC_E_FORMAT,
     "skillSkillRelations.csv line 1: column relatedSkillUri is missing", ""},
    {"broaderRelationsSkillPillar.csv", "conceptUri\n", INC_E_FORMAT,
     "broaderRelationsSkillPillar.csv line 1: column broaderUri is missing",
     ""},
    {"skills_en.csv", SKILLS_HEAD "K,,x,x,label,,,\n", INC_E_FORMAT,
     "skills_en.csv line 2, column conceptUri: the concept has no URI", "http"},
    {"skills_en.csv", SKILLS_HEAD "K,a b,x,x,label,,,\n", INC_E_FORMAT,
     "skills_en.csv line 2, column conceptUri: the concept's URI", "http"},
    {"occupationSkillRelations.csv", REL_HEAD U "o,needed,x," U "c\n",
     INC_E_FORMAT,
     "occupationSkillRelations.csv line 2, column relationType: the "
     "relation type is not known",
     "essential or optional"},
    {"occupationSkillRelations.csv", REL_HEAD ",essential,x," U "c\n",
     INC_E_FORMAT,
     "occupationSkillRelations.csv line 2, column occupationUri: ", "URI"},
    {"broaderRelationsSkillPillar.csv", BROAD_HEAD "K," U "b,G,\n",
     INC_E_FORMAT,
     "broaderRelationsSkillPillar.csv line 2, column broaderUri: ", "URI"},
    {"skills_en.csv", SKILLS_HEAD "K," U "a,x,x,\"label\nmore\n", INC_E_FORMAT,
     "skills_en.csv line 4 (record begins at line 2), column "
     "preferredLabel: a quoted field is not closed",
     "quote"},
    {"skills_en.csv", SKILLS_HEAD "K," U "a,x,x,label\n", INC_E_FORMAT,
     "skills_en.csv line 2: 5 fields instead of 8", "header"},
    {"skills_en.csv", SKILLS_HEAD "K," U "a,x,x,\xe8 caff,,,\n", INC_E_FORMAT,
     "skills_en.csv line 2, column preferredLabel: the bytes are not UTF-8",
     "UTF-8"},
    {"skills_en.csv", "", INC_E_FORMAT,
     "skills_en.csv line 1: the file is empty", ""},
};

static void
refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char dir[256];
        struct inc_taxonomy *t = NULL;
        struct inc_taxonomy_options o = {.dir = dir};
        struct inc_err err = {0};
        enum inc_status st;
        folder_new(dir);
        folder_sound(dir);
        if (refused[i].text == NULL)
            folder_drop(dir, refused[i].file);
        else
            folder_put(dir, refused[i].file, refused[i].text);
        st = inc_taxonomy_load(&t, &o, &err);
        if (st != refused[i].status || t != NULL ||
            strncmp(err.what, refused[i].what, strlen(refused[i].what)) != 0 ||
            strstr(err.hint, refused[i].hint) == NULL || err.where[0] == '\0')
            fail_msg("row %zu: %d \"%s\" at \"%s\" hint \"%s\"", i, (int)st,
                     err.what, err.where, err.hint);
        folder_free(dir);
    }
}

static void
no_folder(void **state)
{
    struct inc_taxonomy *t = NULL;
    struct inc_taxonomy_options o = {.dir = "/nonexistent/esco"};
    struct inc_err err;
    char dir[256];

    (void)state;
    assert_int_equal(inc_taxonomy_load(&t, &o, &err), INC_E_NOTFOUND);
    assert_non_null(strstr(err.what, "/nonexistent/esco"));
    folder_new(dir);
    folder_sound(dir);
    o.dir = dir;
    o.local_dir = "/nonexistent/own";
    assert_int_equal(inc_taxonomy_load(&t, &o, &err), INC_E_NOTFOUND);
    assert_non_null(strstr(err.what, "/nonexistent/own"));
    folder_free(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survivable), cmocka_unit_test(after_defects),
        cmocka_unit_test(refusals), cmocka_unit_test(no_folder)};
    return inc_hash_start() != 0 ? 1
                                 : cmocka_run_group_tests(tests, NULL, NULL);
}

/* Folders of small CSV files in a temporary place, for the taxonomy tests. */
#ifndef INC_TESTS_TAXONOMY_FOLDER_H
#define INC_TESTS_TAXONOMY_FOLDER_H

#include "tests/support/cm.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/taxonomy/taxonomy.h"

#define U "http://x.test/"
#define SKILLS_HEAD                                                            \
    "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,"    \
    "status,description\n"
#define OCC_HEAD "conceptType,conceptUri,iscoGroup,preferredLabel,altLabels\n"
#define ISCO_HEAD "conceptType,conceptUri,code,preferredLabel\n"
#define REL_HEAD "occupationUri,relationType,skillType,skillUri\n"
#define BROAD_HEAD "conceptType,conceptUri,broaderType,broaderUri\n"
#define RELATED_HEAD                                                           \
    "originalSkillUri,originalSkillType,relationType,relatedSkillType,"        \
    "relatedSkillUri\n"
#define GROUP_HEAD "conceptType,conceptUri,preferredLabel,altLabels,code\n"

static inline void
folder_new(char path[256])
{
    const char *base = getenv("TMPDIR");

    (void)snprintf(path, 256, "%s/inc-taxonomy-XXXXXX",
                   base == NULL ? "/tmp" : base);
    if (mkdtemp(path) == NULL)
        fail_msg("cannot make %s", path);
}

static inline void
folder_put(const char *dir, const char *name, const char *text)
{
    char path[512];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

static inline void
folder_drop(const char *dir, const char *name)
{
    char path[1024];

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(unlink(path), 0);
}

static inline void
folder_free(const char *dir)
{
    DIR *d = opendir(dir);
    const struct dirent *e;

    assert_non_null(d);
    while ((e = readdir(d)) != NULL)
        if (e->d_name[0] != '.')
            folder_drop(dir, e->d_name);
    (void)closedir(d);
    assert_int_equal(rmdir(dir), 0);
}

/* A small sound taxonomy: skills a b c d, occupations o p, groups g h. */
static inline void
folder_sound(const char *dir)
{
    folder_put(dir, "skills_en.csv",
               SKILLS_HEAD
               "K," U "c,skill/competence,cross-sector,weld steel,\"join "
               "steel\nsolder steel\",released,Join pieces.\n"
               "K," U "a,knowledge,transversal,bread,,released,\n"
               "K," U "b,skill/competence,sector-specific,bake bread,"
               "make bread | oven work,released,\"Bake,\nthen rest.\"\n"
               "K," U "d,skill/competence,occupation-specific,lift,,,\n");
    folder_put(dir, "occupations_en.csv",
               OCC_HEAD "O," U "o,7212,welder,\n"
                        "O," U "p,7512,baker,\n");
    folder_put(dir, "ISCOGroups_en.csv",
               ISCO_HEAD "I," U "C7212,7212,Welders\n"
                         "I," U "C7512,7512,Bakers\n");
    folder_put(dir, "skillGroups_en.csv",
               GROUP_HEAD "G," U "g,making,,S1\nG," U "h,all skills,,\n");
    folder_put(dir, "occupationSkillRelations.csv",
               REL_HEAD U "o,essential,skill/competence," U "c\n" U
                          "p,optional,skill/competence," U "d\n" U
                          "p,essential,knowledge," U "b\n" U
                          "p,essential,knowledge," U "a\n");
    folder_put(dir, "broaderRelationsSkillPillar.csv",
               BROAD_HEAD "K," U "b,G," U "g\n"
                          "K," U "c,G," U "g\n"
                          "G," U "g,G," U "h\n"
                          "K," U "d,K," U "c\n"
                          "K," U "d,G," U "h\n");
    folder_put(dir, "skillSkillRelations.csv",
               RELATED_HEAD U "b,skill,optional,knowledge," U "a\n" U
                              "c,skill,optional,skill," U "b\n");
}

static inline struct inc_taxonomy *
folder_load_with(const char *dir, const char *local)
{
    struct inc_taxonomy *t = NULL;
    const struct inc_taxonomy_options o = {.dir = dir, .local_dir = local};
    struct inc_err err = {0};

    if (inc_taxonomy_load(&t, &o, &err) != INC_OK)
        fail_msg("%s (%s; %s)", err.what, err.where, err.hint);
    return t;
}

static inline struct inc_taxonomy *
folder_load(const char *dir)
{
    return folder_load_with(dir, NULL);
}

static inline uint32_t
skill(const struct inc_taxonomy *t, const char *uri)
{
    return inc_concept_find(t, INC_PILLAR_SKILL, uri, strlen(uri));
}

static inline uint32_t
occupation(const struct inc_taxonomy *t, const char *uri)
{
    return inc_concept_find(t, INC_PILLAR_OCCUPATION, uri, strlen(uri));
}

/* The folder of shared real data, or NULL after saying loudly why not. */
static inline const char *
shared_folder(char path[512], const char *sub)
{
    const char *base = getenv("INC_SHARED");

    (void)snprintf(path, 512, "%s/%s", base == NULL ? "../shared" : base, sub);
    if (access(path, R_OK) == 0)
        return path;
    print_message("SKIPPED: %s is not there (INC_SHARED names the folder)\n",
                  path);
    return NULL;
}

#endif

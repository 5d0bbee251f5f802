/* A temporary folder with a small taxonomy's files, for the tests of space and
 * train. Include "tests/support/cm.h" first. */
#ifndef INC_TESTS_UNIT_SPACE_FOLDER_H
#define INC_TESTS_UNIT_SPACE_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/file.h"
#include "engine/taxonomy/taxonomy.h"

enum { FOLDER_PATH = 512 };

struct folder {
    char path[64];
    char file[FOLDER_PATH]; /* what folder_file() returned last */
};

static inline void
folder_make(struct folder *f)
{
    (void)snprintf(f->path, sizeof f->path, "%s", "/tmp/incrocio-test-XXXXXX");
    assert_non_null(mkdtemp(f->path));
}

static inline const char *
folder_file(struct folder *f, const char *name)
{
    (void)snprintf(f->file, sizeof f->file, "%s/%s", f->path, name);
    return f->file;
}

/* The same into the caller's memory. */
static inline void
folder_name(char out[FOLDER_PATH], const struct folder *f, const char *name)
{
    (void)snprintf(out, FOLDER_PATH, "%s/%s", f->path, name);
}

static inline void
folder_put(struct folder *f, const char *name, const char *text)
{
    struct inc_err err;

    inc_err_clear(&err);
    if (inc_file_write(folder_file(f, name), text, strlen(text), &err) !=
        INC_OK)
        fail_msg("%s", err.what);
}

static inline void
folder_put_buf(struct folder *f, const char *name, struct inc_buf *b)
{
    folder_put(f, name, inc_buf_cstr(b));
    inc_buf_release(b);
}

static inline void
folder_remove(struct folder *f)
{
    DIR *d = opendir(f->path);
    const struct dirent *e;

    while (d != NULL && (e = readdir(d)) != NULL)
        if (e->d_name[0] != '.')
            (void)unlink(folder_file(f, e->d_name));
    if (d != NULL)
        (void)closedir(d);
    (void)rmdir(f->path);
}

static inline struct inc_taxonomy *
folder_load(const struct folder *f)
{
    const struct inc_taxonomy_options o = {.dir = f->path, .version = "test"};
    struct inc_taxonomy *t = NULL;
    struct inc_err err;

    inc_err_clear(&err);
    if (inc_taxonomy_load(&t, &o, &err) != INC_OK)
        fail_msg("%s (%s)", err.what, err.where);
    return t;
}

/* Heads of the files, and the smallest rest that a taxonomy needs. */
#define HEAD_SKILLS                                                            \
    "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,"    \
    "hiddenLabels,status,modifiedDate,scopeNote,definition,inScheme,"          \
    "description\n"
#define HEAD_OCCUPATIONS                                                       \
    "conceptType,conceptUri,iscoGroup,preferredLabel,altLabels,hiddenLabels,"  \
    "status,modifiedDate,regulatedProfessionNote,scopeNote,definition,"        \
    "inScheme,description,code\n"
#define HEAD_ISCO                                                              \
    "conceptType,conceptUri,code,preferredLabel,status,altLabels,inScheme,"    \
    "description\n"
#define HEAD_GROUPS                                                            \
    "conceptType,conceptUri,preferredLabel,altLabels,hiddenLabels,status,"     \
    "modifiedDate,scopeNote,inScheme,description,code\n"
#define HEAD_OCC_SKILL "occupationUri,relationType,skillType,skillUri\n"
#define HEAD_BROADER "conceptType,conceptUri,broaderType,broaderUri\n"
#define HEAD_RELATED                                                           \
    "originalSkillUri,originalSkillType,relationType,relatedSkillType,"        \
    "relatedSkillUri\n"

static inline void
row_skill(struct inc_buf *b, const char *id, const char *label,
          const char *description)
{
    inc_buf_printf(b,
                   "KnowledgeSkillCompetence,http://x/s/%s,skill/competence,"
                   "sector-specific,%s,,,released,,,,,%s\n",
                   id, label, description);
}

static inline void
row_occupation(struct inc_buf *b, const char *id, const char *isco)
{
    inc_buf_printf(b,
                   "Occupation,http://x/o/%s,%s,job %s,,,released,,,,,,,%s.1\n",
                   id, isco, id, isco);
}

static inline void
row_needs(struct inc_buf *b, const char *occupation, const char *kind,
          const char *skill)
{
    inc_buf_printf(b, "http://x/o/%s,%s,skill/competence,http://x/s/%s\n",
                   occupation, kind, skill);
}

/* `over` is a whole URI: parents are skills or groups. */
static inline void
row_broader(struct inc_buf *b, const char *skill, const char *over)
{
    inc_buf_printf(b,
                   "KnowledgeSkillCompetence,http://x/s/%s,"
                   "KnowledgeSkillCompetence,%s\n",
                   skill, over);
}

static inline void
row_related(struct inc_buf *b, const char *one, const char *other)
{
    inc_buf_printf(b,
                   "http://x/s/%s,skill/competence,optional,skill/competence,"
                   "http://x/s/%s\n",
                   one, other);
}

#endif

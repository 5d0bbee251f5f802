/*
 * tiny.h - forty skills whose similarities are known by hand, two occupations
 * and the comuni of the sample, for the tests of engine/match.
 *
 *   skill  vector              idf (sixteenths of a nat)
 *   0      100 on axis 0       32
 *   1      80, 60 on 0 and 1   64   cosine .8 with 0: similarity 6923
 *   2      60, 80 on 0 and 1   16   cosine .6 with 0: similarity 3846
 *   3      100 on axis 1       48
 *   4      100 on axis 2       32
 *   5      28, 96 on 0 and 3   32   cosine .28 with 0: under the floor
 *   6, 7   none                64
 *   8..    100 on axis 4 + (i - 8) % 12, so 8 and 20 are alike; idf 64
 * Occupation 0 has the essential skills 30 and 31.
 */
#ifndef INC_TESTS_UNIT_MATCH_TINY_H
#define INC_TESTS_UNIT_MATCH_TINY_H

#include "tests/support/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/arena.h"
#include "engine/base/file.h"
#include "engine/kernels/panel.h"
#include "engine/match/explain.h"
#include "engine/match/inside.h"

enum { TINY_SKILLS = 40, TINY_DIM = 16, TINY_ARENA = 4 << 20 };

#define LUCCA "046017"
#define CAPANNORI "046007"
#define VIAREGGIO "046033"
#define FIRENZE "048017"
#define TINY_COMUNI "engine/taxonomy/sample/comuni.tsv"
#define BIT(i) (UINT64_C(1) << (i))

static struct inc_estate *tiny;   /* one reference */
static struct inc_arena tiny_mem; /* reset before every test */
static char tiny_uri[TINY_SKILLS][32];
static char tiny_job[2][32];

static inline void
tiny_file(const char *dir, const char *name, struct inc_buf *b)
{
    char path[128];
    struct inc_err err;

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    if (b->failed || inc_file_write(path, b->data, b->len, &err) != INC_OK)
        fail_msg("%s: %s", path, err.what);
    inc_buf_reset(b);
}

/* skills: how many of the forty are in the files; then the files are gone. */
static inline struct inc_taxonomy *
tiny_taxonomy(uint32_t skills)
{
    static const char *const names[] = {
        "skills_en.csv", "occupations_en.csv", "ISCOGroups_en.csv",
        "occupationSkillRelations.csv", "broaderRelationsSkillPillar.csv"};
    char dir[] = "/tmp/incrocio-tiny-XXXXXX", path[128];
    const struct inc_taxonomy_options o = {.dir = dir, .version = "tiny"};
    struct inc_taxonomy *t = NULL;
    struct inc_buf b = {0};
    struct inc_err err;

    assert_non_null(mkdtemp(dir));
    inc_buf_text(&b, "conceptType,conceptUri,skillType,reuseLevel,"
                     "preferredLabel,altLabels,status,description\n");
    for (uint32_t i = 0; i < skills; i++)
        inc_buf_printf(&b,
                       "KnowledgeSkillCompetence,%s,skill/competence,"
                       "sector-specific,skill %u,,released,\n",
                       tiny_uri[i], i);
    tiny_file(dir, names[0], &b);
    inc_buf_text(&b, "conceptType,conceptUri,iscoGroup,preferredLabel,"
                     "altLabels,status,description,code\n");
    for (int i = 0; i < 2; i++)
        inc_buf_printf(&b, "Occupation,%s,7212,job %d,,released,,7212.%d\n",
                       tiny_job[i], i, i);
    tiny_file(dir, names[1], &b);
    inc_buf_text(&b, "conceptType,conceptUri,code,preferredLabel,status,"
                     "altLabels,description\n"
                     "ISCOGroup,http://i/C7212,7212,Welders,released,,\n");
    tiny_file(dir, names[2], &b);
    inc_buf_printf(&b,
                   "occupationUri,relationType,skillType,skillUri\n"
                   "%s,essential,skill/competence,%s\n"
                   "%s,essential,skill/competence,%s\n",
                   tiny_job[0], tiny_uri[30], tiny_job[0], tiny_uri[31]);
    tiny_file(dir, names[3], &b);
    inc_buf_text(&b, "conceptType,conceptUri,broaderType,broaderUri\n");
    tiny_file(dir, names[4], &b);
    inc_buf_release(&b);
    if (inc_taxonomy_load(&t, &o, &err) != INC_OK)
        fail_msg("taxonomy: %s %s", err.what, err.hint);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
    return t;
}

static inline struct inc_space *
tiny_space(const struct inc_taxonomy *t)
{
    static int8_t v[TINY_SKILLS][TINY_DIM] = {
        {100}, {80, 60}, {60, 80}, {0, 100}, {0, 0, 100}, {28, 0, 0, 96}};
    static uint16_t idf[TINY_SKILLS] = {2000, 4000, 1000, 3000, 2000, 2000};
    static const char *uris[TINY_SKILLS];
    const struct inc_space_parts parts = {.dim = TINY_DIM,
                                          .rows = TINY_SKILLS,
                                          .vectors = &v[0][0],
                                          .idf_milli = idf,
                                          .uris = uris,
                                          .taxonomy_digest =
                                              inc_taxonomy_digest(t),
                                          .taxonomy_version = "tiny",
                                          .provenance = "{}"};
    struct inc_space *s = NULL;
    struct inc_err err;

    for (int i = 0; i < TINY_SKILLS; i++) {
        uris[i] = tiny_uri[i];
        if (i >= 8)
            v[i][4 + (i - 8) % 12] = 100;
        if (i >= 6)
            idf[i] = 4000;
    }
    if (inc_space_from_parts(&s, &parts, t, &err) != INC_OK)
        fail_msg("space: %s %s", err.what, err.hint);
    return s;
}

/* An estate of its own whose taxonomy knows the first `skills` skills. */
static inline struct inc_estate *
tiny_estate(uint32_t skills)
{
    struct inc_estate *e = NULL;
    struct inc_taxonomy *t = tiny_taxonomy(skills);
    struct inc_space *s = tiny_space(t);
    struct inc_geo *g = NULL;
    struct inc_err err;

    if (inc_geo_load(&g, TINY_COMUNI, &err) != INC_OK ||
        inc_estate_from(&e, t, s, g, NULL, &err) != INC_OK)
        fail_msg("estate: %s", err.what);
    return e;
}

static inline int
tiny_open(void **state)
{
    const char *core;
    struct inc_err err;

    (void)state;
    for (int i = 0; i < TINY_SKILLS; i++)
        (void)snprintf(tiny_uri[i], sizeof tiny_uri[i], "http://s/%02d", i);
    for (int i = 0; i < 2; i++)
        (void)snprintf(tiny_job[i], sizeof tiny_job[i], "http://o/%02d", i);
    if (inc_hash_start() != 0 || inc_panel_start(&core, &err) != INC_OK ||
        inc_arena_init(&tiny_mem, TINY_ARENA) != INC_OK)
        return -1;
    tiny = tiny_estate(TINY_SKILLS);
    return 0;
}

static inline int
tiny_close(void **state)
{
    (void)state;
    inc_arena_release(&tiny_mem);
    inc_estate_drop(tiny);
    return 0;
}

static inline int
tiny_reset(void **state)
{
    (void)state;
    inc_arena_reset(&tiny_mem);
    return 0;
}

static inline uint16_t
comune(const char *istat)
{
    uint16_t c = inc_geo_find(tiny->world.geo, istat, strlen(istat));
    assert_int_not_equal(c, INC_NO_COMUNE);
    return c;
}

static inline struct inc_requirement
asks(uint32_t skill, int64_t level, int64_t importance, int64_t weight)
{
    return (struct inc_requirement){.has = 15,
                                    .uri = tiny_uri[skill],
                                    .level = level,
                                    .importance = importance,
                                    .weight = weight};
}

/* A need with those requirements and nothing else. */
static inline struct inc_need
need_of(struct inc_requirement *r, uint32_t n)
{
    return (struct inc_need){.has = BIT(INC_NEED_ID) |
                                    (n > 0 ? BIT(INC_NEED_REQUIREMENTS) : 0),
                             .id = "N-1",
                             .seats = 1,
                             .requirements = r,
                             .n_requirements = n};
}

enum { TINY_AS_OF = 20779 }; /* 2026-11-22, half-year 114 */

static inline struct inc_plan
plan_of(const struct inc_need *need, int64_t attitude)
{
    struct inc_plan p;
    struct inc_err err;

    if (inc_plan_make(&p, need, &tiny->world, TINY_AS_OF, attitude, &tiny_mem,
                      &err) != INC_OK)
        fail_msg("plan: %s", err.what);
    return p;
}

#endif

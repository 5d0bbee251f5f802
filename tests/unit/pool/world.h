/*
 * world.h - a small taxonomy, space and map for the tests of the pool, made of
 * files in a temporary folder. Skills s0000.. and occupations o00.. get the
 * numbers of their names.
 */
#ifndef INC_TESTS_UNIT_POOL_WORLD_H
#define INC_TESTS_UNIT_POOL_WORLD_H

#include "tests/support/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/kernels/panel.h"
#include "engine/pool/pool.h"
#include "engine/space/near.h"

enum {
    SKILLS = 4500,
    OCCUPATIONS = 60,
    DIM = 32,
    SKILL_GONE = SKILLS - 2,    /* retired, no vector; 5 replaces it */
    SKILL_RETIRED = SKILLS - 1, /* retired, has a vector; 6 replaces it */
    OCCUPATION_WIDE = OCCUPATIONS - 3, /* more skills than a person's words */
    OCCUPATION_GONE = OCCUPATIONS - 2, /* retired, no skills; 1 replaces it */
    OCCUPATION_BARE = OCCUPATIONS - 1  /* no skills */
};

static struct inc_taxonomy *the_taxonomy;
static struct inc_space *the_space;
static struct inc_geo *the_geo;
static struct inc_world world;

static const char *
skill_uri(uint32_t i)
{
    static char text[SKILLS][32];

    if (text[i][0] == '\0')
        (void)snprintf(text[i], sizeof text[i], "http://test/skill/s%04u", i);
    return text[i];
}

static const char *
occupation_uri(uint32_t i)
{
    static char text[OCCUPATIONS][40];

    if (text[i][0] == '\0')
        (void)snprintf(text[i], sizeof text[i], "http://test/occupation/o%02u",
                       i);
    return text[i];
}

/* Does occupation o have skill s as essential? */
static int
essential(uint32_t o, uint32_t s)
{
    if (o >= OCCUPATION_GONE || s >= SKILL_GONE)
        return 0;
    if (o == OCCUPATION_WIDE)
        return s >= 100 && s < 4400;
    return s / 13 == o || s == o + 1 || s == o + 2;
}

static void
write_file(const char *dir, const char *name, struct inc_buf *b)
{
    char path[256];
    struct inc_err err;

    assert_false(b->failed);
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    if (inc_file_write(path, b->data, b->len, &err) != INC_OK)
        fail_msg("%s: %s", path, err.what);
    inc_buf_reset(b);
}

static void
write_taxonomy(const char *dir)
{
    struct inc_buf b = {0};

    inc_buf_text(&b,
                 "conceptType,conceptUri,skillType,reuseLevel,"
                 "preferredLabel,altLabels,status,description,replacedBy\n");
    for (uint32_t i = 0; i < SKILLS; i++)
        inc_buf_printf(&b,
                       "KnowledgeSkillCompetence,%s,skill/competence,"
                       "sector-specific,skill %u,,%s,,%s\n",
                       skill_uri(i), i,
                       i >= SKILL_GONE ? "obsolete" : "released",
                       i == SKILL_GONE      ? skill_uri(5)
                       : i == SKILL_RETIRED ? skill_uri(6)
                                            : "");
    write_file(dir, "skills_en.csv", &b);
    inc_buf_text(&b, "conceptType,conceptUri,iscoGroup,preferredLabel,"
                     "altLabels,status,description,code,replacedBy\n");
    for (uint32_t i = 0; i < OCCUPATIONS; i++)
        inc_buf_printf(&b, "Occupation,%s,7212,occupation %u,,%s,,7212.%u,%s\n",
                       occupation_uri(i), i,
                       i == OCCUPATION_GONE ? "obsolete" : "released", i,
                       i == OCCUPATION_GONE ? occupation_uri(1) : "");
    write_file(dir, "occupations_en.csv", &b);
    inc_buf_text(&b, "conceptType,conceptUri,code,preferredLabel,status,"
                     "altLabels,description\n"
                     "ISCOGroup,http://test/isco/C7212,7212,Welders,released,"
                     ",\n");
    write_file(dir, "ISCOGroups_en.csv", &b);
    inc_buf_text(&b, "occupationUri,relationType,skillType,skillUri\n");
    for (uint32_t o = 0; o < OCCUPATIONS; o++) {
        for (uint32_t s = 0; s < SKILLS; s++) {
            if (essential(o, s))
                inc_buf_printf(&b, "%s,essential,skill/competence,%s\n",
                               occupation_uri(o), skill_uri(s));
        }
    }
    write_file(dir, "occupationSkillRelations.csv", &b);
    inc_buf_text(&b, "conceptType,conceptUri,broaderType,broaderUri\n");
    write_file(dir, "broaderRelationsSkillPillar.csv", &b);
    inc_buf_text(&b, "istat\tnome\tsigla\tprovincia\tregione\tlat\tlon\n"
                     "046017\tLucca\tLU\tLucca\tToscana\t43.843\t10.502\n"
                     "046033\tViareggio\tLU\tLucca\tToscana\t43.867\t10.250\n");
    write_file(dir, "comuni.tsv", &b);
    inc_buf_release(&b);
}

/* The occupations that list each skill, for the trades of the space. */
static void
list_trades(uint32_t *start, uint16_t *list)
{
    uint32_t n = 0;

    for (uint32_t s = 0; s < SKILLS; s++) {
        start[s] = n;
        for (uint32_t o = 0; o < OCCUPATIONS; o++) {
            if (essential(o, s))
                list[n++] = (uint16_t)o;
        }
    }
    start[SKILLS] = n;
}

static void
make_space(void)
{
    static int8_t vectors[SKILLS][DIM];
    static uint16_t idf[SKILLS];
    static const char *uris[SKILLS], *trade_uris[OCCUPATIONS];
    static uint32_t start[SKILLS + 1];
    static uint16_t list[SKILLS * 4];
    struct inc_rng r = {77};
    struct inc_err err;
    const char *core;
    struct inc_space_parts parts = {
        .dim = DIM,
        .rows = SKILLS,
        .vectors = &vectors[0][0],
        .idf_milli = idf,
        .uris = uris,
        .taxonomy_digest = inc_taxonomy_digest(the_taxonomy),
        .taxonomy_version = inc_taxonomy_version(the_taxonomy),
        .provenance = "{}",
        .n_occupations = OCCUPATIONS,
        .occupation_uris = trade_uris,
        .row_start = start,
        .row_occupations = list,
    };

    list_trades(start, list);
    for (uint32_t o = 0; o < OCCUPATIONS; o++)
        trade_uris[o] = occupation_uri(o);
    for (uint32_t i = 0; i < SKILLS; i++) {
        uris[i] = skill_uri(i);
        idf[i] = (uint16_t)inc_rng_below(&r, 9000);
        for (int d = 0; d < DIM && i != SKILL_GONE; d++)
            vectors[i][d] = (int8_t)((int)inc_rng_below(&r, 255) - 127);
        /* of four the second is like the first: families of several */
        for (int d = 0; d < DIM && i % 4 == 1; d++)
            vectors[i][d] =
                (int8_t)(vectors[i - 1][d] / 8 * 7 + vectors[i][d] / 9);
    }
    if (inc_space_from_parts(&the_space, &parts, the_taxonomy, &err) != INC_OK)
        fail_msg("space: %s (%s)", err.what, err.hint);
    if (inc_panel_start(&core, &err) != INC_OK ||
        inc_space_make_near(the_space, NULL, &err) != INC_OK)
        fail_msg("near: %s (%s)", err.what, err.hint);
}

static void
remove_files(const char *dir)
{
    static const char *const names[] = {"skills_en.csv",
                                        "occupations_en.csv",
                                        "ISCOGroups_en.csv",
                                        "occupationSkillRelations.csv",
                                        "broaderRelationsSkillPillar.csv",
                                        "comuni.tsv"};
    char path[256];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
}

static int
open_world(void **state)
{
    char dir[] = "/tmp/inc-pool-XXXXXX", path[256];
    struct inc_taxonomy_options o = {.dir = dir, .version = "test"};
    struct inc_err err;

    (void)state;
    if (inc_hash_start() != 0 || mkdtemp(dir) == NULL)
        return -1;
    write_taxonomy(dir);
    (void)snprintf(path, sizeof path, "%s/comuni.tsv", dir);
    if (inc_taxonomy_load(&the_taxonomy, &o, &err) != INC_OK ||
        inc_geo_load(&the_geo, path, &err) != INC_OK) {
        print_error("world: %s, %s (%s)\n", err.what, err.where, err.hint);
        return -1;
    }
    remove_files(dir);
    make_space();
    world = (struct inc_world){
        .taxonomy = the_taxonomy, .space = the_space, .geo = the_geo};
    return 0;
}

static int
close_world(void **state)
{
    (void)state;
    inc_space_free(the_space);
    inc_geo_free(the_geo);
    inc_taxonomy_free(the_taxonomy);
    return 0;
}

#define BIT(i) (UINT64_C(1) << (i))

#endif

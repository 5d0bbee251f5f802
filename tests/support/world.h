/*
 * world.h - the shipped sample, loaded and trained, for tests of matching.
 * Tests run with the source root as working directory.
 */
#ifndef INC_TESTS_SUPPORT_WORLD_H
#define INC_TESTS_SUPPORT_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/hash.h"
#include "engine/kernels/panel.h"
#include "engine/match/estate.h"
#include "engine/train/train.h"

#define INC_SAMPLE_DIR "engine/taxonomy/sample"

/* NULL when something fails; the reason is on stderr. Dropped by the caller.
 * esco: folder of a taxonomy, comuni: its TSV. */
static inline struct inc_estate *
world_from(const char *esco, const char *comuni)
{
    struct inc_taxonomy_options t = {.dir = esco};
    struct inc_train_options train = {.dim = 64, .power = 4, .seed = 1};
    struct inc_train_stats stats;
    struct inc_taxonomy *taxonomy = NULL;
    struct inc_space *space = NULL;
    struct inc_geo *geo = NULL;
    struct inc_search *search = NULL;
    struct inc_estate *out = NULL;
    struct inc_err err = {0};
    char path[] = "/tmp/incrocio-test-XXXXXX";
    const char *core;
    int fd = mkstemp(path);

    if (fd < 0)
        return NULL;
    (void)close(fd);
    if (inc_hash_start() != 0 || inc_panel_start(&core, &err) != INC_OK ||
        inc_taxonomy_load(&taxonomy, &t, &err) != INC_OK ||
        inc_train_run(path, taxonomy, &train, &stats, &err) != INC_OK ||
        inc_space_load(&space, path, taxonomy, &err) != INC_OK ||
        inc_geo_load(&geo, comuni, &err) != INC_OK ||
        inc_search_build(&search, taxonomy, &err) != INC_OK) {
        (void)fprintf(stderr, "world: %s %s\n", err.what, err.where);
        inc_search_free(search);
        inc_geo_free(geo);
        inc_space_free(space);
        inc_taxonomy_free(taxonomy);
    } else if (inc_estate_from(&out, taxonomy, space, geo, search, &err) !=
               INC_OK) {
        (void)fprintf(stderr, "world: %s\n", err.what);
    }
    (void)unlink(path);
    return out;
}

static inline struct inc_estate *
world_of_sample(void)
{
    return world_from(INC_SAMPLE_DIR, INC_SAMPLE_DIR "/comuni.tsv");
}

#endif

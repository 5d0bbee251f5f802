/*
 * train.h - learn a skill space from a taxonomy. Floor 4 (offline tool).
 * Source: docs/matching.md "Skill space"; Halko, Martinsson, Tropp 2011.
 */
#ifndef INC_TRAIN_TRAIN_H
#define INC_TRAIN_TRAIN_H

#include <stdint.h>

#include "engine/base/status.h"
#include "engine/taxonomy/taxonomy.h"
#include "engine/train/pairs.h"

/* Where skills that occur together were counted; all borrowed. */
struct inc_train_source {
    const char *from; /* "people", "needs" or "table" */
    const struct inc_pairs *pairs;
    uint32_t least;   /* owners or weight a pair had to have */
    uint64_t owners;  /* people or companies, 0 when fewer than `least` */
    const char *path; /* of a table, else NULL */
    const unsigned char *digest; /* of a table's bytes, else NULL */
};
enum { INC_TRAIN_SOURCES = 3 }; /* at most */

/* Of the block learned from them, chosen by measurement: docs/space.md. */
#define INC_TRAIN_W_OFFICE 0.8

struct inc_train_options {
    uint32_t dim;   /* wanted dimension, 16..INC_DIM_MAX, 0 for 256;
                       lowered to a multiple of 16 that the taxonomy
                       can fill */
    uint32_t power; /* power iterations, up to 64, 0 for 4 */
    uint64_t seed;  /* of the random start */
    /* Occupations left out (evaluation): URIs, one a line, in this file. */
    const char *exclude_path; /* or NULL */
    /* What to learn from besides the taxonomy; sources without a pair only
     * stand in the provenance. */
    const struct inc_train_source *source; /* [n_sources] */
    size_t n_sources;
    double office_weight; /* of all of them, over 0 and up to 10; 0 for
                             INC_TRAIN_W_OFFICE */
    /* stage name and 0..1000 permille; may be NULL */
    void (*progress)(void *arg, const char *stage, unsigned permille);
    void *progress_arg;
};

struct inc_train_stats {
    uint32_t rows, columns, dim, excluded;
    uint64_t nonzeros;
    uint64_t wall_ns;
};

/* Train on `t` and write the artefact to `path` (replaced in one step).
 * INC_E_NOTFOUND / INC_E_CONCEPT for the exclude file, INC_E_RANGE when the
 * taxonomy is too small (fewer than 32 skills) or an option is out of bounds,
 * INC_E_NOMEM, INC_E_IO. stats may be NULL; written on success only. */
enum inc_status inc_train_run(const char *path, const struct inc_taxonomy *t,
                              const struct inc_train_options *o,
                              struct inc_train_stats *stats,
                              struct inc_err *err);

#endif

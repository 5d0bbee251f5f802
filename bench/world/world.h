/*
 * world.h - what the measuring programs match against: a taxonomy, a skill
 * space, the comuni with their populations.
 */
#ifndef INC_BENCH_WORLD_WORLD_H
#define INC_BENCH_WORLD_WORLD_H

#include "engine/match/estate.h"

#define INC_BENCH_SAMPLE "engine/taxonomy/sample"

struct inc_bench_world {
    struct inc_estate *estate;
    uint64_t *population; /* [comuni], at least 1 each */
};

struct inc_bench_world_options {
    const char *esco;   /* folder; NULL: the shipped sample */
    const char *comuni; /* TSV; NULL: esco/../comuni.tsv, else the sample's */
    const char *space;  /* artefact; NULL: train one, which takes seconds */
    uint32_t dim;       /* of the training; 0: 256 */
};

/* Load everything; also starts hashing and BLAS. Progress goes to stderr.
 * Errors as of the loaders. */
enum inc_status inc_bench_world_open(struct inc_bench_world *w,
                                     const struct inc_bench_world_options *o,
                                     struct inc_err *err);
void inc_bench_world_close(struct inc_bench_world *w);

/* Say what went wrong on stderr; returns 1, for main. */
int inc_bench_complain(const char *program, const struct inc_err *err);

#endif

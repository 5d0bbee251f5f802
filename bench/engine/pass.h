/*
 * pass.h - the parts of the program `pass`: what is measured (settings), the
 * pool it is measured on, the measuring.
 */
#ifndef INC_BENCH_ENGINE_PASS_H
#define INC_BENCH_ENGINE_PASS_H

#include "bench/engine/call.h"
#include "bench/engine/machine.h"
#include "bench/figure/figure.h"
#include "bench/people/people.h"

enum { INC_PASS_LIST = 8, INC_PASS_EVERYBODY = 10000 };

struct inc_pass_settings {
    struct inc_bench_world_options world;
    struct inc_people_options people;
    uint64_t count;  /* people */
    uint32_t needs;  /* of each setup */
    uint32_t rounds; /* measured ones; one more warms up */
    int explain;
    int driven; /* rounds when a line on stdin says so */
    const char *kernel, *vectors;
    /* What is crossed: each list with its length. Filters are shares of the
     * people in ten-thousandths, INC_PASS_EVERYBODY is no filter. */
    uint32_t requirements[INC_PASS_LIST], filter[INC_PASS_LIST];
    uint32_t batch[INC_PASS_LIST], k[INC_PASS_LIST], place[INC_PASS_LIST];
    uint32_t n_requirements, n_filter, n_batch, n_k, n_place;
};
/* From the command line; 0, or the exit code with the reason on stderr. */
int inc_pass_settings_read(struct inc_pass_settings *s, int argc, char **argv);

/* The pool, and what building it took. */
struct inc_pass_pool {
    struct inc_pool *pool;
    uint64_t draw_ns, add_ns, end_ns; /* drawing people is not the engine's */
    struct inc_resident before, after;
    uint64_t skills; /* stated, of all */
};
/* Also writes the vectors' file when the settings name one. */
enum inc_status inc_pass_pool_build(struct inc_pass_pool *out,
                                    const struct inc_pass_settings *s,
                                    const struct inc_bench_world *w,
                                    const struct inc_people *people,
                                    struct inc_err *err);
void inc_pass_pool_print(const struct inc_pass_pool *p,
                         const struct inc_pass_settings *s);

/* One combination of the lists. */
struct inc_pass_setup {
    uint32_t requirements, filter, batch, k, place;
    double rate;           /* share of people that passed the filter */
    uint64_t considered;   /* by the first need, as the engine counts it */
    struct inc_need *need; /* [needs] */
    struct inc_match_options *options;    /* [needs] */
    struct inc_question *question, **all; /* [needs] */
    struct inc_samples ms;                /* a need */
    struct inc_samples cpu;               /* a need, of this thread's time */
    struct inc_pass_work looked;          /* sums over the needs, once each */
    struct inc_samples ratio; /* the same over the last read before it */
};
struct inc_pass_run {
    const struct inc_pass_settings *s;
    const struct inc_bench_world *world;
    struct inc_pool *pool;
    struct inc_matcher *matcher;
    struct inc_reader reader;
    struct inc_arena arena; /* needs and filters */
    struct inc_pass_setup *setup;
    size_t setups;
    struct inc_samples read; /* ms */
};
/* Draw the needs, warm up, check that every one is answered. The rest of *r
 * is filled here too. Release also after a failure. */
enum inc_status inc_pass_begin(struct inc_pass_run *r,
                               const struct inc_pass_settings *s,
                               const struct inc_bench_world *w,
                               const struct inc_people *people,
                               struct inc_pool *pool, struct inc_err *err);
void inc_pass_round(struct inc_pass_run *r);
void inc_pass_print(const struct inc_pass_run *r);
void inc_pass_release(struct inc_pass_run *r);

#endif

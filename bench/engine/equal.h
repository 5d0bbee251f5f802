/*
 * equal.h - the parts of the program `equal`: random pools with a history,
 * random questions, the engine's every way of answering against the oracle.
 */
#ifndef INC_BENCH_ENGINE_EQUAL_H
#define INC_BENCH_ENGINE_EQUAL_H

#include "bench/engine/call.h"
#include "engine/base/rng.h"

enum {
    INC_EQUAL_BANK = 4096,     /* records that pools are made of */
    INC_EQUAL_PEOPLE = 65537,  /* of the largest pool */
    INC_EQUAL_NUMBERS = 90000, /* that people of a pool may have */
    INC_EQUAL_ASKS = 12,       /* questions of a case at most */
    INC_EQUAL_MATCHERS = 8,
    INC_EQUAL_THREADS = 3
};

/* Records, the same for all cases of a seed. */
struct inc_equal_bank {
    struct inc_candidate *record; /* [INC_EQUAL_BANK] */
    const char **id;              /* [INC_EQUAL_NUMBERS + 1] by number */
    struct inc_arena arena;
};
enum inc_status inc_equal_bank_open(struct inc_equal_bank *b,
                                    const struct inc_world *w, uint64_t seed,
                                    struct inc_err *err);
void inc_equal_bank_close(struct inc_equal_bank *b);

/* A pool that came about by adding, changing and dropping, and who is in it. */
struct inc_equal_pool {
    const struct inc_equal_bank *bank;
    struct inc_pool *pool;
    uint64_t generation;
    uint32_t numbers;   /* 1..numbers may be in use */
    int32_t *holds;     /* [numbers + 1] record of a number, -1: none */
    uint32_t live;      /* not frozen, not dropped */
    uint32_t walk_from; /* where the walk of the oracle begins */
};
/* Steps up to a pool of exactly `people`. Everything from r. Keeps the memory
 * of `holds` between calls; drops the pool that p had. */
enum inc_status inc_equal_pool_make(struct inc_equal_pool *p,
                                    const struct inc_estate *e, uint32_t people,
                                    struct inc_rng *r, struct inc_err *err);
void inc_equal_pool_release(struct inc_equal_pool *p);
inc_oracle_walk inc_equal_walk; /* of a struct inc_equal_pool */

/* A question with what it points to. */
struct inc_equal_ask {
    struct inc_need need;
    struct inc_candidate candidate; /* of a pair */
    struct inc_match_options options;
    struct inc_question question; /* as the oracle answered it */
    char cursor[128];
};
/* A random question about p; memory from the arena. */
void inc_equal_ask_make(struct inc_equal_ask *q, const struct inc_estate *e,
                        const struct inc_equal_pool *p, uint32_t requirements,
                        struct inc_rng *r, struct inc_arena *a);
/* The same question for the page after; 0 when there is none. */
int inc_equal_ask_next(struct inc_equal_ask *next,
                       const struct inc_equal_ask *q);

/* The engine's ways: a matcher of each kernel, and some for threads. */
struct inc_equal_ways {
    struct inc_matcher *matcher[INC_EQUAL_MATCHERS];
    const char *kernel[INC_EQUAL_MATCHERS];
    size_t matchers;
    struct inc_matcher *thread[INC_EQUAL_THREADS];
    uint64_t compared, different;
};
enum inc_status inc_equal_ways_open(struct inc_equal_ways *w,
                                    struct inc_err *err);
void inc_equal_ways_close(struct inc_equal_ways *w);
/* Ask the oracle, then the engine in every way, and compare. where: what to
 * say when they differ. */
void inc_equal_compare(struct inc_equal_ways *w, struct inc_estate *e,
                       struct inc_equal_pool *p, struct inc_equal_ask *asks,
                       size_t n, int threads, struct inc_rng *r,
                       const char *where);

#endif

/*
 * inside.h - what the files of engine/match share and nobody else sees.
 */
#ifndef INC_MATCH_INSIDE_H
#define INC_MATCH_INSIDE_H

#include "engine/match/pass.h"
#include "engine/match/reach.h"

struct inc_matcher {
    const struct inc_kernels *kernels;
    struct inc_arena arena; /* plans, heaps: reset for every question */
    struct inc_scan scan;
    struct inc_reach reach; /* of a question over needs */
};

/* One question over people, or over needs. */
void inc_people_run(struct inc_matcher *m, const struct inc_image *image,
                    struct inc_question *q);
void inc_needs_run(struct inc_matcher *m, const struct inc_image *image,
                   struct inc_question *q);

/* A pool with just this candidate. */
enum inc_status inc_pool_of_one(struct inc_pool **out,
                                const struct inc_estate *e,
                                const struct inc_candidate *c,
                                struct inc_err *err);

/* INC_E_DENIED for a frozen person. */
enum inc_status inc_refuse_frozen(const struct inc_candidate *c,
                                  struct inc_err *err);

/* Language of labels asked for, or Italian. */
int inc_label_lang(const struct inc_taxonomy *t, const char *code);

/* The answer to a need that asks nothing: score null, with the reason. */
void inc_nothing_asked(struct inc_question *q, const struct inc_estate *e,
                       uint64_t generation);

#endif

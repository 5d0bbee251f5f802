/*
 * inside.h - what the files of engine/match share and nobody else sees.
 */
#ifndef INC_MATCH_INSIDE_H
#define INC_MATCH_INSIDE_H

#include "engine/match/answer.h"
#include "engine/match/reach.h"
#include "engine/match/screen.h"

enum {
    INC_CHUNK_QUESTIONS = 8, /* answered with one product */
    INC_COLUMN_BLOCK = 96    /* columns of one product at most */
};

/* Tables of one question over all concepts. */
struct inc_tables {
    uint16_t *sim;  /* [rows][lanes] */
    size_t sim_cap; /* bytes */
    int32_t *pull;  /* [rows] */
    size_t pull_cap;
    uint16_t *loss; /* [classes][lanes] of the block at hand */
    size_t loss_cap;
};

struct inc_matcher {
    inc_fold_fn *fold;
    struct inc_arena arena; /* plans, heaps: reset for every chunk */
    struct inc_tables tables[INC_CHUNK_QUESTIONS];
    float *columns; /* [n][dim] of a chunk */
    size_t columns_cap;
    float *product; /* [rows][INC_COLUMN_BLOCK] */
    size_t product_cap;
    struct inc_reach reach; /* of a question over needs */
};

/* *p holds at least `bytes`, 64-byte aligned, contents not kept. */
enum inc_status inc_matcher_room(void **p, size_t *cap, size_t bytes);

/* Fill the tables of planned questions from one product. plans[i] may be NULL
 * (a question that failed already). */
enum inc_status inc_tables_fill(struct inc_matcher *m,
                                struct inc_plan *const *plans, size_t n);

/* What quality takes from each lane, for the classes of one block. */
enum inc_status inc_tables_loss(struct inc_tables *t, const struct inc_plan *p,
                                const struct inc_class *classes, uint32_t n);

/* Questions over people, one chunk; over needs, one question. */
void inc_people_run(struct inc_matcher *m, const struct inc_image *image,
                    struct inc_question *const *questions, size_t n);
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

/* Facets, by what they count. */
enum {
    INC_FACET_PROVINCE,
    INC_FACET_OFFICE,
    INC_FACET_LICENCE,
    INC_FACET_AVAILABILITY
};

/* Facet values of a person. */
void inc_person_facets(struct inc_counts *facets, const struct inc_person *p,
                       const char *office, const struct inc_geo *geo,
                       const struct inc_match_options *o);
void inc_facets_begin(struct inc_counts *facets);

#endif

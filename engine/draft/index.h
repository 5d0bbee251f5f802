/*
 * index.h - labels of a taxonomy as sequences of stems, to be found in running
 * text. Floor 6. Immutable after build; any number of threads.
 */
#ifndef INC_DRAFT_INDEX_H
#define INC_DRAFT_INDEX_H

#include "engine/taxonomy/taxonomy.h"

struct inc_draft_index;

enum { INC_DRAFT_WINDOW = 7 }; /* words of a label that may be found */

/* Occupations and skills, Italian and English labels. INC_E_NOMEM. */
enum inc_status inc_draft_index_build(struct inc_draft_index **out,
                                      const struct inc_taxonomy *t,
                                      struct inc_err *err);
void inc_draft_index_free(struct inc_draft_index *x); /* NULL is fine */

/* A sequence of folded words, one after the other. */
struct inc_draft_key {
    uint64_t hash;
    unsigned words;
};
/* Add a word; stop words change nothing. 1 when it counted. */
int inc_draft_key_add(struct inc_draft_key *k, const char *word, size_t len,
                      int english);

struct inc_draft_label {
    uint32_t id;
    int preferred;
    int ambiguous; /* another concept has the same label */
    int proper;    /* written with a capital or a digit: a name, in any text */
};
/* 1 and *out when the pillar has a label of exactly these words. */
int inc_draft_index_find(struct inc_draft_label *out,
                         const struct inc_draft_index *x, enum inc_pillar p,
                         const struct inc_draft_key *k, int english);

#endif

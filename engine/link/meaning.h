/*
 * meaning.h - vectors of texts that an office computed elsewhere, with a model
 * of its choice: which labels mean nearly the same though they share no word.
 * No model runs here. Floor 5, private to engine/link. Immutable once loaded.
 * The files, and what the vectors count: docs/linking.md, "Label vectors".
 */
#ifndef INC_LINK_MEANING_H
#define INC_LINK_MEANING_H

#include "engine/base/map.h"
#include "engine/link/link.h"

struct inc_meaning {
    char *text;         /* the table's texts, folded, each NUL-terminated */
    struct inc_map row; /* folded text -> row */
    uint32_t rows, dim;
    int8_t *vector;     /* [rows][dim] centred; 127 is a vector's largest */
    float *inverse;     /* [rows] 1 / length of the vector above */
    uint32_t documents; /* occupations, then ISCO groups */
    uint32_t *of_at;    /* [documents + 1] */
    uint32_t *of;       /* rows of each document's labels */
    uint32_t percent;   /* of a cosine that counts */
};

enum inc_status inc_meaning_load(struct inc_meaning **out, const char *dir,
                                 uint32_t percent, const struct inc_taxonomy *t,
                                 struct inc_vectors_report *report,
                                 struct inc_err *err);
void inc_meaning_free(struct inc_meaning *m); /* NULL is fine */
size_t inc_meaning_bytes(const struct inc_meaning *m);

/*
 * What the text's vector adds to every document's score.
 *   links  in and out [documents], in their order: the scores so far say which
 *          labels stand in for a text that is not in the table, nor its words
 *   most   what the other kinds of evidence come to at most, in percent: the
 *          sum is brought back to their scale, on which confidences are fitted
 * Nothing changes when there is nothing to go by, or no memory.
 */
void inc_meaning_add(const struct inc_meaning *m, struct inc_link *links,
                     const char *text, size_t len, uint32_t most);

/* --- meaning.c and meaning_read.c only ----------------------------------- */

/* Centre and quantise; v [rows][dim] is written over. */
enum inc_status inc_meaning_take(struct inc_meaning *m, float *v,
                                 struct inc_err *err);

#endif

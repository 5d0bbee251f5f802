/*
 * mentions.h - the concepts that a running text names, with the bytes that
 * name them. Floor 2. Immutable after build; any number of threads.
 */
#ifndef INC_TAXONOMY_MENTIONS_H
#define INC_TAXONOMY_MENTIONS_H

#include "engine/taxonomy/search.h"

struct inc_patterns; /* the labels as sets of words to look out for */

/* Borrows both, which must outlive it. */
enum inc_status inc_patterns_build(struct inc_patterns **out,
                                   const struct inc_taxonomy *t,
                                   const struct inc_search *s,
                                   struct inc_err *err);
void inc_patterns_free(struct inc_patterns *p); /* NULL is fine */
size_t inc_patterns_bytes(const struct inc_patterns *p);

struct inc_mention {
    enum inc_pillar pillar;
    uint32_t id;
    uint32_t at, len;  /* bytes of the text, from the first word to the last */
    uint32_t cover_bp; /* of the label's words, by their rarity, and how surely
                          each is the word of the text; 10000: all, the same */
    uint32_t words;    /* of the label that the text has */
    uint32_t others;   /* concepts that fit the same words just as well */
    const char *label; /* views the taxonomy */
    int lang;          /* its language */
};

enum { INC_MENTION_BYTES = 1 << 20 }; /* of a text that count */

/*
 * Mentions of concepts, in the order of the text. A label is mentioned when
 * three quarters of its words, weighed by rarity, stand near each other in one
 * clause, in any order (nine tenths of an occupation's, so that a drawing is no
 * draughtsman); a label of one word has to be there whole, but for a typing
 * error. Words that two labels claim go to the one that explains more; no two
 * mentions share a word. The first thousand different strange words of a text
 * are mended.
 *   pillars  bits 1 << INC_PILLAR_SKILL, 1 << INC_PILLAR_OCCUPATION: concepts
 *            of several compete for their words
 *   text     valid UTF-8
 *   lang     >= 0 prefers labels of that language
 *   out      [max]
 * Returns how many were written; with no memory there are none.
 */
size_t inc_patterns_find(const struct inc_patterns *p, unsigned pillars,
                         const char *text, size_t len, int lang,
                         struct inc_mention *out, size_t max);

#endif

/*
 * link.h - from words to concepts: job titles, skills and running text against
 * the labels of a taxonomy. Floor 5. Immutable after build; any number of
 * threads ask. How it works and what it was measured on: docs/linking.md.
 */
#ifndef INC_LINK_LINK_H
#define INC_LINK_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"
#include "engine/taxonomy/search.h"

struct inc_linker;

enum {
    INC_LINK_MAX = 100,        /* answers to one name */
    INC_LINK_NAME_BYTES = 1024 /* of a name that count */
};

/*
 * Borrows taxonomy and search, which must outlive it. What it learns of words
 * that go together is computed here, from the labels: a few tenths of a second
 * for the whole of ESCO, the same bits on the same machine.
 * INC_OK, INC_E_NOMEM, INC_E_BUG (LAPACK failed).
 */
enum inc_status inc_linker_build(struct inc_linker **out,
                                 const struct inc_taxonomy *t,
                                 const struct inc_search *s,
                                 struct inc_err *err);
void inc_linker_free(struct inc_linker *l); /* NULL is fine */
size_t inc_linker_bytes(const struct inc_linker *l);

struct inc_link {
    enum inc_pillar pillar;
    uint32_t id;
    uint32_t confidence_bp; /* how likely it is right, 0..10000 */
    uint32_t score_bp;      /* what it was ranked by */
    uint32_t at, len;       /* bytes of the text that support it */
    const char *label;      /* the label that fits best; views the taxonomy */
    int lang;               /* its language */
};

/*
 * A text that is one name, such as a job title: what it may mean, best first.
 *   p    INC_PILLAR_OCCUPATION answers with ISCO groups among the occupations
 *        (a group has to fit better than an occupation: people work as
 *        something); any other pillar answers with itself alone
 *   lang >= 0 prefers that language, others still count
 *   out  [max], max <= INC_LINK_MAX
 * The confidences of all possible answers add up to less than 10000: what is
 * left is the chance that none of them is right. Ties: pillar, id. With no
 * memory there are no answers.
 */
size_t inc_link_name(const struct inc_linker *l, enum inc_pillar p,
                     const char *text, size_t len, int lang,
                     struct inc_link *out, size_t max);

/*
 * Running text: the concepts that it names, each with the bytes that name it,
 * in the order of the text; at most one concept a word
 * (taxonomy/mentions.h). Pillars: skills and occupations.
 *   out  [max]
 * Returns how many were written.
 */
size_t inc_link_mentions(const struct inc_linker *l, enum inc_pillar p,
                         const char *text, size_t len, int lang,
                         struct inc_link *out, size_t max);

#endif

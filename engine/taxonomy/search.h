/*
 * search.h - concepts by words: what a person types, typo-tolerant. Floor 2.
 * Immutable after build; any number of threads.
 */
#ifndef INC_TAXONOMY_SEARCH_H
#define INC_TAXONOMY_SEARCH_H

#include "engine/taxonomy/taxonomy.h"

struct inc_search; /* index over preferred and alternative labels, all langs */

enum inc_status inc_search_build(struct inc_search **out,
                                 const struct inc_taxonomy *t,
                                 struct inc_err *err);
void inc_search_free(struct inc_search *s);

struct inc_hit {
    uint32_t id;
    uint32_t score_bp; /* 10000 = same text after normalisation */
    const char *label; /* the label that matched; views the taxonomy */
    int lang;          /* its language */
};

/*
 * Best concepts of a pillar for a text: exact label, then words (Italian
 * stemming, elision), then character trigrams (typos). Retired concepts are
 * left out. lang >= 0 prefers that language, others still count.
 *   hits  out [max]
 * Either half of a label such as "saldatore/saldatrice" is the same text.
 * Returns how many were written, best first; ties: the language asked for,
 * preferred labels, label, id. Each concept once, by its best label. Only the
 * first 1,024 bytes of the text count. With no memory there are no hits.
 */
size_t inc_search_text(const struct inc_search *s, enum inc_pillar p,
                       const char *text, size_t len, int lang,
                       struct inc_hit *hits, size_t max);

/* For an unknown URI: concepts whose URI ends nearly the same (score 9900 less
 * 500 an edit, lang -1), then those whose label resembles its last part. */
size_t inc_search_uri(const struct inc_search *s, enum inc_pillar p,
                      const char *uri, size_t len, struct inc_hit *hits,
                      size_t max);

#endif

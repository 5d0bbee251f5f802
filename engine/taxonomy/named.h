/*
 * named.h - a taxonomy of nothing but names, so that other lists of names (a
 * national classification) can be searched as ESCO's labels are. Floor 2.
 */
#ifndef INC_TAXONOMY_NAMED_H
#define INC_TAXONOMY_NAMED_H

#include "engine/taxonomy/taxonomy.h"

struct inc_name {
    const char *key;  /* what stands for its URI; need not be unique */
    const char *text; /* the label; borrowed for the call */
};

/*
 * Name i becomes occupation i, with one preferred label in one language and
 * nothing else: no relations, no ISCO group, no digest, and
 * inc_concept_find() finds none.
 *   lang  ISO 639-1
 * INC_E_NOMEM; INC_E_LIMIT: over 4 GiB of text, or UINT32_MAX - 1 names.
 */
enum inc_status inc_taxonomy_of_names(struct inc_taxonomy **out,
                                      const char *lang,
                                      const struct inc_name *name, size_t n,
                                      struct inc_err *err);

#endif

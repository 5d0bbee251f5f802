/*
 * inside.h - shared by the files of engine/link only.
 */
#ifndef INC_LINK_INSIDE_H
#define INC_LINK_INSIDE_H

#include "engine/link/crosswalk.h"
#include "engine/link/latent.h"
#include "engine/link/link.h"
#include "engine/link/meaning.h"
#include "engine/taxonomy/mentions.h"

struct inc_linker {
    const struct inc_taxonomy *t;
    const struct inc_search *s;
    struct inc_latent *latent;
    struct inc_patterns *patterns;
    struct inc_crosswalk *walk;  /* or NULL */
    struct inc_meaning *meaning; /* or NULL */
};

/*
 * Scores to confidences, in place: the best by a logistic of its score and its
 * lead, the others share what that leaves with "none of them". The constants
 * are fitted (docs/linking.md, "Confidence").
 *   links  best first; all that may be right
 */
void inc_link_confide(struct inc_link *links, size_t n, enum inc_pillar p);
uint32_t inc_link_confidence_of(const struct inc_mention *m);

#endif

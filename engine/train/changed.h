/*
 * changed.h - which skills have other neighbours in another space. Floor 4.
 */
#ifndef INC_TRAIN_CHANGED_H
#define INC_TRAIN_CHANGED_H

#include "engine/space/near.h"

enum { INC_CHANGED_NEAR = 10 }; /* neighbours looked at, of each space */

struct inc_changed {
    uint32_t skill;
    uint32_t change; /* sum of changes of similarity, basis points */
};

/*
 * The skills whose neighbours changed most: over the ten nearest of both
 * spaces, the sum of how much each one's similarity to the skill differs.
 * Similarities are those the score uses, so what lies under the floor in both
 * counts nothing. Largest first, then by number; unchanged skills are left out.
 *   a, b  bound to taxonomies of the same skills, with their lists made
 *   out   [want]
 * Returns how many were written.
 */
size_t inc_changed_most(struct inc_changed *out, size_t want,
                        const struct inc_space *a, const struct inc_space *b);

/* Similarity of two skills from the lists, 0..10000. */
uint32_t inc_changed_similarity(const struct inc_space *s, uint32_t one,
                                uint32_t other);

#endif

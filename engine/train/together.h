/*
 * together.h - skills that occur together in the sets of many owners. Floor 4.
 *
 * A set is what one person can do, or one need asks; its owner is the person,
 * or the company whose need it is. A pair counts once for each owner, however
 * many sets of that owner have it, and is handed out only when at least `least`
 * owners have it. What fewer have leaves no trace: not in a weight, not in a
 * sum, not in a count. One owner thread.
 */
#ifndef INC_TRAIN_TOGETHER_H
#define INC_TRAIN_TOGETHER_H

#include "engine/train/pairs.h"

struct inc_set {
    uint64_t owner;
    size_t start; /* in skill */
    uint32_t count;
};

/* All zero is empty. */
struct inc_together {
    struct inc_set *set; /* owned */
    size_t sets, cap_sets;
    uint32_t *skill; /* owned; of all sets, ascending within one */
    size_t skills, cap_skills;
};

/* Add a set; skills in any order, also twice. INC_OK or INC_E_NOMEM, then
 * nothing changed. */
enum inc_status inc_together_add(struct inc_together *t, uint64_t owner,
                                 const uint32_t *skill, uint32_t n);
void inc_together_release(struct inc_together *t); /* safe on zeroed memory */

/*
 * The pairs that at least `least` owners have, ascending, weighed by their
 * number. The order in which sets were added does not matter. Cost: the sum of
 * the squares of the sets' sizes.
 *   out     zeroed before; written on success only
 *   owners  how many there are, 0 when there are fewer than `least`
 *   skills  of the taxonomy; every skill added is below
 * INC_OK or INC_E_NOMEM.
 */
enum inc_status inc_together_pairs(struct inc_pairs *out, uint64_t *owners,
                                   struct inc_together *t, uint32_t skills,
                                   uint32_t least);

#endif

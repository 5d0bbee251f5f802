/*
 * partners.h - how well a space ranks the strongest partners of skills.
 * Floor 4.
 */
#ifndef INC_TRAIN_PARTNERS_H
#define INC_TRAIN_PARTNERS_H

#include "engine/space/space.h"
#include "engine/train/pairs.h"

enum { INC_PARTNERS = 10 }; /* strongest ones that should come first */

struct inc_partners {
    double map;    /* mean average precision */
    double chance; /* what a random order has, on average */
    uint32_t skills;
    uint32_t candidates; /* skills to choose among, before the known ones */
};

/*
 * For each skill in a pair of `test`: its at most ten partners of the largest
 * weight (ties: the smaller number) are what should be found; candidates are
 * all skills in some pair of `test`, without the skill itself and without its
 * partners in `known` (NULL: none), ranked by cosine (ties: the smaller
 * number). Average precision over all ranks, mean over skills. A space that
 * learned from `known` is thus asked only what it was not told.
 * INC_E_RANGE when a pair of `test` is in `known` too or there is no pair,
 * INC_E_NOMEM. *out is written on success only.
 *   s  bound to the taxonomy the pairs were read with
 */
enum inc_status inc_partners_score(struct inc_partners *out,
                                   const struct inc_space *s,
                                   const struct inc_pairs *test,
                                   const struct inc_pairs *known,
                                   struct inc_err *err);

#endif

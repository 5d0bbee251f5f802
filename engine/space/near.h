/*
 * near.h - for each skill the skills similar to it, made once. Floor 3.
 *
 * With a floor under similarity the similar skills of a skill are a short list
 * (about a hundred in ESCO), so a match gathers lists and needs no product of
 * matrices of its own. All pairs come from one BLAS product, exact (panel.h).
 */
#ifndef INC_SPACE_NEAR_H
#define INC_SPACE_NEAR_H

#include "engine/space/space.h"

struct inc_near {
    uint16_t skill;
    uint16_t sim_bp; /* 1..10000, inc_similarity_bp() of the cosine */
};

/*
 * Make the lists of a bound space (at most 65,535 rows, else INC_E_LIMIT).
 *   cache  file to read them from, or to write them to when it is absent, of
 *          another space or damaged (checked by digest); NULL: none. A cache
 *          that cannot be written is no error.
 * Once, before the space is shared between threads; a second call does
 * nothing. About 1 s for ESCO without a cache. INC_E_NOMEM; INC_E_LIMIT also
 * when some 134 million pairs are alike. Nothing changed after a failure.
 */
enum inc_status inc_space_make_near(struct inc_space *s, const char *cache,
                                    struct inc_err *err);

/* Skills with a similarity over 0 to `skill`, most similar first, then by
 * number; the skill itself first, with 10000, also when it has no vector.
 * *n: how many, 1 at least. The lists must have been made. */
const struct inc_near *inc_space_near(const struct inc_space *s, uint32_t skill,
                                      uint32_t *n);

/* Sum of all list lengths. */
uint64_t inc_space_near_pairs(const struct inc_space *s);

#endif

/*
 * occupations.h - which occupations list each skill. Floor 4, private to
 * engine/train.
 */
#ifndef INC_TRAIN_OCCUPATIONS_H
#define INC_TRAIN_OCCUPATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"
#include "engine/taxonomy/taxonomy.h"

/* The skills of one occupation, essential and optional, each once, ascending.
 * Views the taxonomy. */
struct inc_members {
    const uint32_t *essential, *optional;
    size_t n_essential, n_optional; /* still to come */
};

struct inc_members inc_members_of(const struct inc_taxonomy *t,
                                  uint32_t occupation);
/* The next skill, or INC_NO_CONCEPT at the end. */
uint32_t inc_members_next(struct inc_members *m);

/* Occupations as a skill space carries them (struct inc_space_parts). */
struct inc_listed {
    uint32_t count;
    const char **uris;         /* [count], ascending; array owned */
    uint32_t *row_start;       /* [skills + 1]; owned */
    uint16_t *row_occupations; /* [row_start[skills]]; owned */
};

/*
 * The occupations that are not left out and have a skill, and for each skill
 * those that list it. INC_E_RANGE when they are more than a space can carry,
 * INC_E_NOMEM. *out is written on success only; the caller's to release.
 *   left_out  in [occupations]
 */
enum inc_status inc_train_occupations(struct inc_listed *out,
                                      const struct inc_taxonomy *t,
                                      const unsigned char *left_out,
                                      struct inc_err *err);
void inc_listed_release(struct inc_listed *l); /* safe on zeroed memory */

#endif

/*
 * concepts.h - every URI a record holds, with its place. Private to profile.
 */
#ifndef INC_PROFILE_CONCEPTS_H
#define INC_PROFILE_CONCEPTS_H

#include "engine/profile/record.h"
#include "engine/taxonomy/taxonomy.h"

enum { INC_PLACE_TEXT = 96 };

struct inc_place {
    const char *list; /* "skills" */
    uint32_t i;
    const char *under; /* "uri", "alternatives", or NULL */
    int64_t j;         /* index in `under`, or -1 */
};

struct inc_mention {
    struct inc_place place;
    enum inc_pillar pillar;
    const char *uri;
};

/* "requirements[3].alternatives[1]" */
void inc_place_format(char out[INC_PLACE_TEXT], const struct inc_place *p);

/* In the order of the tables. Anything but INC_OK from `each` stops the walk
 * and is handed back. */
typedef enum inc_status inc_mention_fn(void *arg, const struct inc_mention *m);
enum inc_status inc_concepts_walk(enum inc_record_kind kind,
                                  const union inc_record *r,
                                  inc_mention_fn *each, void *arg);

#endif

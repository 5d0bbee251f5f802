/*
 * standing.h - one changed person against all open needs, one changed need
 * against all people: the pairs worth telling. Floor 6. Same plans, same
 * arithmetic and same scores as match.needs and match.people, prudent.
 */
#ifndef INC_MATCH_STANDING_H
#define INC_MATCH_STANDING_H

#include "engine/match/match.h"

enum { INC_STANDING_MOST = 100 }; /* pairs that one change can find */

struct inc_found {
    uint64_t need, person; /* record numbers */
    int32_t score;         /* bp */
};

struct inc_standing {
    struct inc_matcher *matcher;
    const struct inc_image *image;
    int32_t least; /* score of a pair worth telling, 1..10000 */
    int32_t as_of;
};

/*
 * The best open needs of a person, or the best people of an open need, with
 * at least s->least, best first.
 *   out  out [INC_STANDING_MOST]
 *   n    out how many; 0 also when the number is not in the image
 * INC_E_NOMEM, and for a need what match.people and the view give.
 *   view  for the numbers of the people, at least as new as the image
 */
enum inc_status inc_standing_person(const struct inc_standing *s, uint64_t no,
                                    struct inc_found *out, size_t *n,
                                    struct inc_err *err);
enum inc_status inc_standing_need(const struct inc_standing *s, uint64_t no,
                                  struct inc_view *view, struct inc_found *out,
                                  size_t *n, struct inc_err *err);

/* The open need with that number, NULL when there is none. */
const struct inc_pool_need *inc_standing_find(const struct inc_pool *p,
                                              uint64_t no);

#endif

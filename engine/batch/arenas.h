/*
 * arenas.h - request arenas, kept for the next request. Floor 7 of the house
 * (engine/batch). Any thread; one mutex, held for list operations only.
 */
#ifndef INC_BATCH_ARENAS_H
#define INC_BATCH_ARENAS_H

#include "engine/base/arena.h"

struct inc_arenas;

/* budget_bytes: capacity of each arena; `keep` idle ones are kept at most. */
enum inc_status inc_arenas_new(struct inc_arenas **out, size_t budget_bytes,
                               size_t keep);
void inc_arenas_free(struct inc_arenas *p); /* NULL is fine */

/* An empty arena, the caller's until given back. INC_OK or INC_E_NOMEM. */
enum inc_status inc_arenas_take(struct inc_arenas *p, struct inc_arena *out);
/* Safe on a zeroed arena. */
void inc_arenas_give(struct inc_arenas *p, struct inc_arena *a);

#endif

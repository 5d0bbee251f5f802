/*
 * fair.h - a bounded queue of pointers that is fair between clients. Floor 0.
 *
 * Every client has a line of its own, first in first out. The next item comes
 * from the waiting client that has used the least so far, where "used" is the
 * cost its items really had (inc_fair_charge), not their number: who asks for
 * a thousand times as much waits a thousand times as long, and nobody else
 * does. A client that was away begins where the least of those present is, so
 * absence saves nothing up and a debt outlives a pause. The last 4096 are
 * remembered.
 *
 * Until the cost of an item is known its client's recent mean stands in, so
 * two takers at once do not both serve the same client out of turn.
 *
 * Source: start-time fair queueing (Goyal, Vin, Cheng 1996) with the costs
 * put right afterwards. The room is shared by dynamic thresholds (Choudhury,
 * Hahne 1998): a client may have as much waiting as is left free, so there is
 * always room for one that has nothing waiting.
 *
 * Room may also be bounded by time (limits.time): what an item would wait for
 * is what comes before its turn, of each client at most as much as its own
 * then has. So a client with much waiting is refused when its own is late, and
 * costs nobody else a place; one with nothing waiting is refused only when one
 * item each of those waiting, none counted dearer than its own, would take
 * INC_FAIR_FIRST times as long.
 *
 * Any number of putters and takers. Nothing waits to put. One mutex, held for
 * moving pointers only.
 */
#ifndef INC_BASE_FAIR_H
#define INC_BASE_FAIR_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

struct inc_fair;

struct inc_fair_limits {
    size_t items;           /* of all clients, at least 1 */
    uint64_t weight;        /* of all waiting items together; 0: no limit */
    uint64_t cost_at_first; /* of an item of a client not measured yet */
    uint64_t time; /* that what is before an item in its turn may take all
                      takers together, as expected; 0: no limit */
};

enum { INC_FAIR_FIRST = 8 };

/* INC_OK or INC_E_NOMEM. Free only when no thread uses it any more; the items
 * still in it are the caller's. */
enum inc_status inc_fair_new(struct inc_fair **out,
                             const struct inc_fair_limits *limits);
void inc_fair_free(struct inc_fair *q); /* NULL is fine */

/*
 * Append an item to its client's line.
 *   client  any number that tells clients apart
 *   weight  what it costs to keep waiting (bytes); one item alone may be over
 *           the limit of an empty queue
 * INC_OK, INC_E_BUSY (no room for this client), INC_E_STOPPING (closed).
 */
enum inc_status inc_fair_put(struct inc_fair *q, void *item, uint64_t client,
                             uint64_t weight);

/*
 * Take what is next, then what comes after it, until `max` items or until they
 * are expected to take `budget` (a time; 0: no limit). The first is always
 * taken. A client whose next item does not fit keeps its turn, and cheaper
 * ones may go with this batch. A client not measured yet gives a batch with a
 * budget one. Takers that sleep meanwhile are left an equal share.
 *   items   out [max], max at least 1
 *   wait    0: return at once when nothing waits
 * Returns how many; 0 when nothing waits or, with `wait`, when closed and
 * empty. Every item taken must be charged, once.
 */
size_t inc_fair_take(struct inc_fair *q, void **items, size_t max,
                     uint64_t budget, int wait);

/* One item of the client is done and had this cost. Any unit, always the
 * same (ours: ns of a worker). */
void inc_fair_charge(struct inc_fair *q, uint64_t client, uint64_t cost);

/* A taker took so long for items of this cost: their ratio, of late, turns
 * expected costs into times. Until it is told they are the same. */
void inc_fair_pace(struct inc_fair *q, uint64_t cost, uint64_t took);

/* Take out the items of a client that is gone, oldest first; nothing is to be
 * charged for them. Returns how many; call again while it is `max`. */
size_t inc_fair_drop(struct inc_fair *q, uint64_t client, void **items,
                     size_t max);

/* No more puts; takers get what is left, then 0 at once. */
void inc_fair_close(struct inc_fair *q);

struct inc_fair_depth {
    size_t items;   /* waiting */
    size_t clients; /* with items waiting */
    size_t known;   /* clients remembered, for tests */
    uint64_t time;  /* one taker should need for the items */
};
void inc_fair_depth(struct inc_fair *q, struct inc_fair_depth *out);

#endif

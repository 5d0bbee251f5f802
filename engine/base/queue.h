/*
 * queue.h - a bounded queue of pointers between threads. Floor 0.
 *
 * Any number of putters and takers. Nothing waits to put: a full queue says
 * so, and the caller tells its client. Items of the same lane are taken
 * together, which is how questions become batches and writes group commits.
 */
#ifndef INC_BASE_QUEUE_H
#define INC_BASE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

struct inc_queue;

struct inc_queue_limits {
    size_t items;    /* at least 1 */
    uint64_t weight; /* of all waiting items together; 0: no limit */
};

/* INC_OK or INC_E_NOMEM. Free only when no thread uses it any more; the items
 * still in it are the caller's. */
enum inc_status inc_queue_new(struct inc_queue **out,
                              const struct inc_queue_limits *limits);
void inc_queue_free(struct inc_queue *q); /* NULL is fine */

/*
 * Append an item.
 *   lane    0: always taken alone; else taken with others of its lane
 *   weight  what it costs to keep waiting (bytes); one item alone may be over
 *           the limit of an empty queue
 * INC_OK, INC_E_BUSY (full), INC_E_STOPPING (closed). Never waits.
 */
enum inc_status inc_queue_put(struct inc_queue *q, void *item, unsigned lane,
                              uint64_t weight);

/*
 * Wait for the oldest item and take it; when its lane is not 0, take the
 * others of that lane with it, oldest first, until `max` items or `max_weight`
 * (0: no limit). Takers that sleep meanwhile are left an equal share, so two
 * idle workers split a burst instead of one doing all of it.
 *   items       out [max], max at least 1
 *   timeout_ms  longest wait; negative: for ever
 * Returns how many; 0 after the timeout, or when closed and empty.
 */
size_t inc_queue_take(struct inc_queue *q, void **items, size_t max,
                      uint64_t max_weight, int64_t timeout_ms);

/* No more puts; takers get what is left, then 0 at once. */
void inc_queue_close(struct inc_queue *q);
int inc_queue_closed(struct inc_queue *q); /* 1 once closed */

size_t inc_queue_depth(struct inc_queue *q); /* items waiting */

#endif

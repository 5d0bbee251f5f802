/*
 * event.h - matches found by the standing match: one row a pair, for ever.
 * Floor 5. Layout: docs/storage.md, "Events".
 *
 * The journal is the change feed: `mark` is the journal number up to which
 * changes were matched. Events and the mark move in one transaction, so after
 * a crash the same changes are matched again and nothing is told twice.
 *
 * A store made before events existed gets its tables when it is opened for
 * writing, with the mark at its head; opened read-only it simply has none.
 */
#ifndef INC_STORE_EVENT_H
#define INC_STORE_EVENT_H

#include "engine/store/store.h"

enum { INC_EVENT_BATCH = 4096 }; /* of one call of inc_event_add() */

struct inc_event {
    uint64_t seq;          /* 1.. in order of writing */
    uint64_t need, person; /* record numbers */
    int64_t at_unix_ms;
    int32_t score; /* bp, when it was found */
};

/* A record that a command touched. */
struct inc_touched {
    enum inc_record_kind kind; /* candidate or need */
    uint64_t no;
};

enum inc_status inc_event_mark(struct inc_view *v, uint64_t *mark,
                               struct inc_err *err);

/*
 * What the commands after `after` touched, in their order, at most `max`
 * commands and none after `upto`.
 *   out    out [max]
 *   n      out how many of out are filled (refused commands touch nothing)
 *   last   out last command looked at, `after` when there is none
 */
enum inc_status inc_event_changes(struct inc_view *v, uint64_t after,
                                  uint64_t upto, size_t max,
                                  struct inc_touched *out, size_t *n,
                                  uint64_t *last, struct inc_err *err);

/*
 * The writer thread: store events and move the mark, in one transaction
 * (fsync). events[i].seq becomes the event's number, or 0 when the pair has
 * one already. `gone` are records that were deleted: their events go with
 * them. A mark that is lower than the stored one changes nothing of it.
 *   n      at most INC_EVENT_BATCH
 * INC_E_FULL when the reserve of the disk or the map is used up: records come
 * first. Other errors as inc_store_apply().
 */
enum inc_status inc_event_add(struct inc_store *s, struct inc_event *events,
                              size_t n, const struct inc_touched *gone,
                              size_t n_gone, uint64_t mark,
                              struct inc_err *err);

/* Events after number `after`, ascending; of one need when `need` is not 0.
 * `each` returns INC_OK to go on, anything else stops and is handed back. */
typedef enum inc_status inc_event_each_fn(void *arg, const struct inc_event *e);
enum inc_status inc_event_walk(struct inc_view *v, uint64_t after,
                               uint64_t need, inc_event_each_fn *each,
                               void *arg, struct inc_err *err);

/* Number of the last event, 0 when there is none. */
enum inc_status inc_event_head(struct inc_view *v, uint64_t *seq,
                               struct inc_err *err);

/* A record's number by its id, and whether a number has a record. */
enum inc_status inc_view_number(struct inc_view *v, enum inc_record_kind kind,
                                const char *id, uint64_t *no,
                                struct inc_err *err);
int inc_view_has(struct inc_view *v, enum inc_record_kind kind, uint64_t no);

#endif

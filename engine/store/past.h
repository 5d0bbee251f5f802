/*
 * past.h - people and needs as they were after an entry of the journal.
 * Floor 5.
 *
 * What no later entry touched is read from the tables; the rest is made again
 * from the journal's bodies. Cost: a walk of the journal, and the memory of
 * the records touched since. One thread; the view outlives it.
 */
#ifndef INC_STORE_PAST_H
#define INC_STORE_PAST_H

#include "engine/store/store.h"

struct inc_past;

/* Read a put's or patch's body: sets c->record, and c->removed of a patch, in
 * c->arena; c->op, kind and id are given. */
typedef enum inc_status inc_past_read_fn(void *arg, const void *body,
                                         size_t len, struct inc_command *c,
                                         struct inc_err *err);

/* Who has been erased since is left out, and counted. INC_E_NOTFOUND, with a
 * text, when a need of then cannot be made again; INC_E_RANGE when the journal
 * does not reach to `seq`. */
enum inc_status inc_past_open(struct inc_past **out, struct inc_view *v,
                              uint64_t seq, inc_past_read_fn *read, void *arg,
                              struct inc_err *err);
void inc_past_close(struct inc_past *p); /* NULL is fine */

/* People who were there then, frozen or not, and have been erased since. */
uint64_t inc_past_lost(const struct inc_past *p);
int inc_past_is_lost(const struct inc_past *p, uint64_t no);

/* One record; INC_E_NOTFOUND when it was not there. */
enum inc_status inc_past_get(const struct inc_past *p,
                             enum inc_record_kind kind, uint64_t no,
                             union inc_record *out, struct inc_arena *a,
                             struct inc_err *err);
/* All of a kind, in no order, as inc_view_scan(). */
enum inc_status inc_past_scan(const struct inc_past *p,
                              enum inc_record_kind kind, struct inc_arena *a,
                              inc_view_each_fn *each, void *arg,
                              struct inc_err *err);

#endif

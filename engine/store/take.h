/*
 * take.h - the items of a stored list, one after another. Private to
 * engine/store.
 */
#ifndef INC_STORE_TAKE_H
#define INC_STORE_TAKE_H

#include "engine/store/private.h"

/* Reads the items of one list in turn; the first that does not suit sets
 * `bad` and every later one gives nothing. */
struct inc_taker {
    const struct inc_node *list;
    struct inc_arena *a;
    size_t at;
    int bad;
    int no_memory;
};

const struct inc_node *inc_take(struct inc_taker *t, enum inc_node_kind kind);
int64_t inc_take_int(struct inc_taker *t);
int inc_take_bool(struct inc_taker *t);
uint64_t inc_take_number(struct inc_taker *t); /* of the store: not negative */
const char *inc_take_text(struct inc_taker *t);
const char *inc_take_text_or_nil(struct inc_taker *t);
void inc_take_bytes(struct inc_taker *t, unsigned char *out, size_t len);
/* INC_OK when all suited; `what` was read. INC_E_CORRUPT, INC_E_NOMEM. */
enum inc_status inc_taken(const struct inc_taker *t, const char *what,
                          struct inc_err *err);

/* A stored list of at least `fields`. */
enum inc_status inc_take_frame(struct inc_frame **out, const void *bytes,
                               size_t len,
                               const struct inc_frame_limits *limits,
                               size_t fields, const char *what,
                               struct inc_err *err);

int inc_is_status(int64_t v);
int inc_op_of(const char *wire);   /* enum inc_op by its wire name, or -1 */
int inc_kind_of(const char *name); /* enum inc_record_kind, or -1 */

#endif

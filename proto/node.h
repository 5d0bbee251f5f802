/*
 * node.h - a received msgpack frame as a tree of typed values. Floor 1.
 *
 * A frame is checked (precheck), unpacked, then checked again: map keys are
 * texts and unique, texts are UTF-8 without NUL, no ext values. What is left
 * cannot surprise the code behind. One owner thread.
 */
#ifndef INC_PROTO_NODE_H
#define INC_PROTO_NODE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"
#include "proto/precheck.h"

struct inc_frame; /* owns the tree */
struct inc_node;  /* one value; lives as long as its frame */

enum inc_node_kind {
    INC_NODE_NIL,
    INC_NODE_BOOL,
    INC_NODE_INT, /* fits int64_t */
    INC_NODE_BIG, /* unsigned over INT64_MAX */
    INC_NODE_FLOAT,
    INC_NODE_TEXT,
    INC_NODE_BIN,
    INC_NODE_LIST,
    INC_NODE_MAP
};

/*
 * Read one frame. Texts and binaries view `bytes`, which the caller keeps
 * unchanged until inc_frame_close(). On failure *out is NULL and err->where
 * names the place when it is inside.
 * INC_E_FORMAT, INC_E_LIMIT, INC_E_TEXT, INC_E_TYPE (a key that is no text,
 * an ext), INC_E_DUPLICATE (a key twice), INC_E_NOMEM.
 */
enum inc_status inc_frame_open(struct inc_frame **out, const void *bytes,
                               size_t len,
                               const struct inc_frame_limits *limits,
                               struct inc_err *err);
/*
 * The text under `key` of a frame that inc_frame_open() refused, so that the
 * refusal finds its way back to who waits for it.
 *   out  out [cap]  NUL-terminated; "" when the frame is no map, has no such
 *                   key, or the text is longer or no plain code
 * Returns its length.
 */
size_t inc_frame_peek(char *out, size_t cap, const char *key, const void *bytes,
                      size_t len, const struct inc_frame_limits *limits);

void inc_frame_close(struct inc_frame *f); /* NULL is fine */
const struct inc_node *inc_frame_root(const struct inc_frame *f);

enum inc_node_kind inc_node_kind(const struct inc_node *n);
const char *inc_node_kind_name(const struct inc_node *n); /* "a list" ... */

/* Values; call only on the kind they name. */
int inc_node_bool(const struct inc_node *n);
int64_t inc_node_int(const struct inc_node *n);
double inc_node_float(const struct inc_node *n);
const char *inc_node_text(const struct inc_node *n, size_t *len); /* no NUL */
const void *inc_node_bin(const struct inc_node *n, size_t *len);

/* Lists: items. Maps: pairs, `inc_node_at` gives the value of pair i. */
size_t inc_node_count(const struct inc_node *n);
const struct inc_node *inc_node_at(const struct inc_node *n, size_t i);
const char *inc_node_key(const struct inc_node *n, size_t i, size_t *len);

/* Value under a key of a map, or NULL (also when n is no map). */
const struct inc_node *inc_node_get(const struct inc_node *n, const char *key);

#endif

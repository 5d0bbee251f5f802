/*
 * message.h - the envelope of protocol v1. Floor 1.
 *
 * Request  {v, id, op, key?, deadline_ms?, actor?, office?, purpose?,
 *            view?, body}
 * Reply    {v, id, status: "ok" | "error", body | error{code, message, where,
 *           hint}}
 */
#ifndef INC_PROTO_MESSAGE_H
#define INC_PROTO_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/buf.h"
#include "engine/base/status.h"
#include "proto/node.h"
#include "proto/schema.h"
#include "proto/writer.h"

enum { INC_PROTOCOL = 1, INC_KEY = 16, INC_REQUEST_ID_MAX = 64 };

enum inc_op {
#define INC_X(name, wire, kind, request, reply, doc) INC_OP_##name,
#include "proto/ops.def"
#undef INC_X
    INC_OP_COUNT
};

enum inc_op_kind { INC_OPS_READ, INC_OPS_MATCH, INC_OPS_WRITE, INC_OPS_ADMIN };
enum { INC_OPS_KINDS = INC_OPS_ADMIN + 1 };

struct inc_op_info {
    const char *wire;
    enum inc_op_kind kind;
    const struct inc_type *request, *reply;
    const char *doc;
};
extern const struct inc_op_info inc_ops[INC_OP_COUNT];

/* The operation with that wire name, or -1. */
int inc_op_find(const char *wire, size_t len);

struct inc_request {
    int64_t v;
    char id[INC_REQUEST_ID_MAX + 1]; /* echoed; "" when unreadable */
    enum inc_op op;
    int has_key;
    unsigned char key[INC_KEY]; /* idempotency key chosen by the client */
    int64_t deadline_ms;        /* 0: none; counted from arrival */
    const char *actor;          /* in the arena, or NULL */
    const char *office;
    const char *purpose;
    int full;                    /* view: full; else masked */
    const struct inc_node *body; /* views the frame; NULL when absent */
};

/*
 * Read a request's envelope. Even on failure `id` is filled when it could be
 * read, so that the error finds its way back. INC_E_VERSION names the versions
 * spoken, INC_E_OP suggests the nearest operation. err->where is
 * "request.<field>"; paths inside the body start at the body itself.
 */
enum inc_status inc_request_read(struct inc_request *out,
                                 const struct inc_node *root,
                                 struct inc_arena *a, struct inc_err *err);

/* A new request key: six bytes of the time, then chance. Keys made one after
 * the other are neighbours in the store's table of keys, which makes writing
 * them cheaper; uniqueness rests on the ten bytes of chance. */
void inc_key_make(unsigned char key[INC_KEY]);

/* For clients. body must already be one msgpack value, or NULL for none. */
void inc_request_write(struct inc_buf *out, const struct inc_request *r,
                       const void *body, size_t body_len);

/* A reply's envelope around a body that is msgpack already. */
void inc_reply_ok(struct inc_buf *out, const char *id, const void *body,
                  size_t body_len);
void inc_reply_error(struct inc_buf *out, const char *id,
                     const struct inc_err *err);

/* The member "error" of a map; of a reply, or of one put of a put_many. */
void inc_w_error(struct inc_writer *w, const struct inc_err *err);
/* Read what stands under "error"; NULL is no error map: INC_E_FORMAT. */
enum inc_status inc_error_read(struct inc_err *out, const struct inc_node *n,
                               struct inc_err *err);

struct inc_reply {
    char id[INC_REQUEST_ID_MAX + 1];
    int ok;
    const struct inc_node *body; /* when ok */
    struct inc_err error;        /* when not */
};
enum inc_status inc_reply_read(struct inc_reply *out,
                               const struct inc_node *root,
                               struct inc_err *err);

/* Limits of a request frame, checked before unpacking (proto/precheck.h). */
extern const struct inc_frame_limits inc_request_limits; /* 1 MiB, depth 12 */
extern const struct inc_frame_limits inc_reply_limits;   /* 64 MiB */

#endif

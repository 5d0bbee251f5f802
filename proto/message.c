#include "proto/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/hash.h"
#include "engine/base/utf8.h"
#include "proto/bodies.h"
#include "proto/drafts.h"
#include "proto/linking.h"
#include "proto/register.h"
#include "proto/replies.h"
#include "proto/retention.h"
#include "proto/schema_inside.h"
#include "proto/suggest.h"

enum {
    ACTOR_MAX = 64,
    OFFICE_MAX = 32,
    PURPOSE_MAX = 64,
    DEADLINE_MAX = 3600000, /* ms: one hour */
    KEY_TIME = 6
};

const struct inc_op_info inc_ops[INC_OP_COUNT] = {
#define INC_X(name, wire, kind, request, reply, doc)                           \
    {wire, INC_OPS_##kind, &inc_##request##_type, &inc_##reply##_type, doc},
#include "proto/ops.def"
#undef INC_X
};

const struct inc_frame_limits inc_request_limits = {
    .bytes = (size_t)1 << 20, .objects = 100000, .depth = 12};
const struct inc_frame_limits inc_reply_limits = {
    .bytes = (size_t)64 << 20, .objects = 8000000, .depth = 12};

int
inc_op_find(const char *wire, size_t len)
{
    for (int i = 0; i < INC_OP_COUNT; i++)
        if (strlen(inc_ops[i].wire) == len &&
            memcmp(inc_ops[i].wire, wire, len) == 0)
            return i;
    return -1;
}

void
inc_key_make(unsigned char key[INC_KEY])
{
    uint64_t ms = (uint64_t)inc_clock_unix_ms();

    for (int i = 0; i < KEY_TIME; i++)
        key[i] = (unsigned char)(ms >> (8 * (KEY_TIME - 1 - i)));
    inc_random_bytes(key + KEY_TIME, INC_KEY - KEY_TIME);
}

/* --- requests, in -------------------------------------------------------- */

static enum inc_status
at(struct inc_err *err, const char *field)
{
    inc_err_where(err, "request.%s", field);
    return err == NULL ? INC_OK : err->status;
}

static enum inc_status
missing(struct inc_err *err, const char *field, const char *hint)
{
    (void)inc_fail(err, INC_E_MISSING, 0, "%s is missing", field);
    inc_err_hint(err, "%s", hint);
    (void)at(err, field);
    return INC_E_MISSING;
}

static int
is_id(const char *text, size_t len)
{
    if (len == 0 || len > INC_REQUEST_ID_MAX)
        return 0;
    for (size_t i = 0; i < len; i++)
        if (text[i] == '/' || !inc_quotable(text + i, 1))
            return 0;
    return 1;
}

static enum inc_status
read_id(struct inc_request *out, const struct inc_node *root,
        struct inc_err *err)
{
    static const char hint[] =
        "a code of 1 to 64 characters out of A-Z a-z 0-9 . _ : -";
    const struct inc_node *n = inc_node_get(root, "id");
    const char *text;
    size_t len;

    if (n == NULL)
        return missing(err, "id", hint);
    if (inc_node_kind(n) != INC_NODE_TEXT) {
        (void)inc_fail(err, INC_E_TYPE, 0, "id is %s", inc_node_kind_name(n));
        inc_err_hint(err, "%s", hint);
        (void)at(err, "id");
        return INC_E_TYPE;
    }
    text = inc_node_text(n, &len);
    if (!is_id(text, len)) {
        (void)inc_fail(err, INC_E_TEXT, 0, "id cannot be used");
        inc_err_hint(err, "%s", hint);
        (void)at(err, "id");
        return INC_E_TEXT;
    }
    memcpy(out->id, text, len);
    out->id[len] = '\0';
    return INC_OK;
}

static enum inc_status
read_version(struct inc_request *out, const struct inc_node *root,
             struct inc_err *err)
{
    const struct inc_node *n = inc_node_get(root, "v");
    enum inc_status st = INC_OK;

    if (n == NULL)
        return missing(err, "v", "the protocol version: 1");
    if (inc_node_kind(n) == INC_NODE_INT && inc_node_int(n) == INC_PROTOCOL) {
        out->v = inc_node_int(n);
        return INC_OK;
    }
    if (inc_node_kind(n) == INC_NODE_INT)
        st = inc_fail(err, INC_E_VERSION, 0, "version %" PRId64 " is asked for",
                      inc_node_int(n));
    else if (inc_node_kind(n) == INC_NODE_BIG)
        st = inc_fail(err, INC_E_VERSION, 0, "no such version");
    else
        st = inc_fail(err, INC_E_TYPE, 0, "v is %s", inc_node_kind_name(n));
    inc_err_hint(err, "versions spoken here: %d", INC_PROTOCOL);
    (void)at(err, "v");
    return st;
}

static enum inc_status
read_op(struct inc_request *out, const struct inc_node *root,
        struct inc_err *err)
{
    const struct inc_node *n = inc_node_get(root, "op");
    const char *names[INC_OP_COUNT + 1] = {NULL};
    const char *text, *near;
    size_t len;
    int found;

    for (int i = 0; i < INC_OP_COUNT; i++)
        names[i] = inc_ops[i].wire;
    if (n == NULL)
        return missing(err, "op", "the operation, for instance ping");
    if (inc_node_kind(n) != INC_NODE_TEXT) {
        (void)inc_fail(err, INC_E_TYPE, 0, "op is %s", inc_node_kind_name(n));
        inc_err_hint(err, "the operation's name as text");
        (void)at(err, "op");
        return INC_E_TYPE;
    }
    text = inc_node_text(n, &len);
    found = inc_op_find(text, len);
    if (found >= 0) {
        out->op = (enum inc_op)found;
        return INC_OK;
    }
    if (inc_quotable(text, len))
        (void)inc_fail(err, INC_E_OP, 0, "there is no operation %.*s", (int)len,
                       text);
    else
        (void)inc_fail(err, INC_E_OP, 0, "there is no such operation");
    near = inc_nearest_name(text, len, names);
    if (near != NULL)
        inc_err_hint(err, "nearest: %s", near);
    (void)at(err, "op");
    return INC_E_OP;
}

static enum inc_status
read_key(struct inc_request *out, const struct inc_node *n, struct inc_err *err)
{
    const void *bytes;
    size_t len;

    if (inc_node_kind(n) != INC_NODE_BIN) {
        (void)inc_fail(err, INC_E_TYPE, 0, "key is %s", inc_node_kind_name(n));
        inc_err_hint(err, "%d bytes of binary", INC_KEY);
        return INC_E_TYPE;
    }
    bytes = inc_node_bin(n, &len);
    if (len != INC_KEY) {
        (void)inc_fail(err, INC_E_RANGE, 0, "key has %zu bytes", len);
        inc_err_hint(err, "%d bytes of binary", INC_KEY);
        return INC_E_RANGE;
    }
    memcpy(out->key, bytes, INC_KEY);
    out->has_key = 1;
    return INC_OK;
}

static enum inc_status
read_body(struct inc_request *out, const struct inc_node *n,
          struct inc_err *err)
{
    if (inc_node_kind(n) != INC_NODE_MAP) {
        (void)inc_fail(err, INC_E_TYPE, 0, "body is %s", inc_node_kind_name(n));
        inc_err_hint(err, "a map");
        return INC_E_TYPE;
    }
    out->body = n;
    return INC_OK;
}

/* The small optional fields, by the same rules as any other value. */
struct extras {
    uint64_t has;
    int64_t deadline_ms;
    const char *actor, *office, *purpose;
    int64_t view;
};
enum { DEADLINE, ACTOR, OFFICE, PURPOSE, VIEW, EXTRAS };
static const char *const views[] = {"masked", "full", NULL};
static const struct inc_field extra[EXTRAS] = {
    INC_F_INT(struct extras, deadline_ms, 0, 0, DEADLINE_MAX,
              "Milliseconds from arrival; 0: none."),
    INC_F_TEXT(struct extras, actor, 0, 1, ACTOR_MAX, "Who asks."),
    INC_F_TEXT(struct extras, office, 0, 1, OFFICE_MAX, "For which office."),
    INC_F_TEXT(struct extras, purpose, 0, 1, PURPOSE_MAX, "To what end."),
    INC_F_ENUM(struct extras, view, 0, views, "How much of records."),
};

static enum inc_status
read_extra(struct inc_request *out, unsigned i, const struct inc_node *n,
           struct inc_arena *a, struct inc_err *err)
{
    const struct inc_reading r = {.arena = a, .err = err};
    struct inc_value_rule rule = inc_field_rule(&extra[i]);
    const char *text = NULL;
    enum inc_status st;
    int skip;

    if (i == DEADLINE)
        return inc_value_read(&out->deadline_ms, &skip, &rule, &r, n);
    if (i == VIEW) {
        int64_t view = 0;

        st = inc_value_read(&view, &skip, &rule, &r, n);
        out->full = st == INC_OK && view != 0;
        return st;
    }
    st = inc_value_read(&text, &skip, &rule, &r, n);
    if (i == ACTOR)
        out->actor = text;
    else if (i == OFFICE)
        out->office = text;
    else
        out->purpose = text;
    return st;
}

static enum inc_status
read_member(struct inc_request *out, const char *key, size_t len,
            const struct inc_node *n, struct inc_arena *a, struct inc_err *err)
{
    static const char *const known[] = {
        "v",      "id",      "op",   "key",  "deadline_ms", "actor",
        "office", "purpose", "view", "body", NULL};
    const char *near;
    char name[16];
    enum inc_status st = INC_OK;

    for (size_t i = 0; known[i] != NULL; i++) {
        if (strlen(known[i]) != len || memcmp(known[i], key, len) != 0)
            continue;
        if (i < 3) /* v, id, op: read before */
            return INC_OK;
        (void)snprintf(name, sizeof name, "%s", known[i]);
        if (i == 3)
            st = read_key(out, n, err);
        else if (i == 9)
            st = read_body(out, n, err);
        else
            st = read_extra(out, (unsigned)i - 4, n, a, err);
        if (st != INC_OK)
            (void)at(err, name);
        return st;
    }
    near = inc_nearest_name(key, len, known);
    (void)inc_fail(err, INC_E_FIELD, 0, "a request has no field %.*s",
                   inc_quotable(key, len) ? (int)len : 0, key);
    if (near != NULL)
        inc_err_hint(err, "nearest: %s", near);
    else
        inc_err_hint(err, "known: v, id, op, key, deadline_ms, actor, office, "
                          "purpose, view, body");
    inc_err_where(err, "request");
    return INC_E_FIELD;
}

enum inc_status
inc_request_read(struct inc_request *out, const struct inc_node *root,
                 struct inc_arena *a, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    enum inc_status id;

    memset(out, 0, sizeof *out);
    if (inc_node_kind(root) != INC_NODE_MAP) {
        (void)inc_fail(err, INC_E_TYPE, 0, "the request is %s",
                       inc_node_kind_name(root));
        inc_err_hint(err, "a map with v, id, op and body");
        inc_err_where(err, "request");
        return INC_E_TYPE;
    }
    id = read_id(out, root, err);
    if (id != INC_OK) /* another version may spell it otherwise */
        return id;
    INC_TRY(read_version(out, root, err));
    INC_TRY(read_op(out, root, err));
    for (size_t i = 0; i < inc_node_count(root); i++) {
        size_t len;
        const char *key = inc_node_key(root, i, &len);
        INC_TRY(read_member(out, key, len, inc_node_at(root, i), a, err));
    }
out:
    return st;
}

/* --- requests, out ------------------------------------------------------- */

void
inc_request_write(struct inc_buf *out, const struct inc_request *r,
                  const void *body, size_t body_len)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_map(&w);
    inc_w_kint(&w, "v", INC_PROTOCOL);
    inc_w_ktext(&w, "id", r->id);
    inc_w_ktext(&w, "op", inc_ops[r->op].wire);
    if (r->has_key) {
        inc_w_key(&w, "key");
        inc_w_bin(&w, r->key, INC_KEY);
    }
    if (r->deadline_ms > 0)
        inc_w_kint(&w, "deadline_ms", r->deadline_ms);
    if (r->actor != NULL)
        inc_w_ktext(&w, "actor", r->actor);
    if (r->office != NULL)
        inc_w_ktext(&w, "office", r->office);
    if (r->purpose != NULL)
        inc_w_ktext(&w, "purpose", r->purpose);
    if (r->full)
        inc_w_ktext(&w, "view", "full");
    if (body != NULL) {
        inc_w_key(&w, "body");
        inc_w_raw(&w, body, body_len);
    }
    inc_w_end(&w);
}

/* --- replies ------------------------------------------------------------- */

static void
begin_reply(struct inc_writer *w, struct inc_buf *out, const char *id,
            const char *status)
{
    inc_writer_init(w, out);
    inc_w_map(w);
    inc_w_kint(w, "v", INC_PROTOCOL);
    inc_w_ktext(w, "id", id);
    inc_w_ktext(w, "status", status);
}

void
inc_reply_ok(struct inc_buf *out, const char *id, const void *body,
             size_t body_len)
{
    struct inc_writer w;

    begin_reply(&w, out, id, "ok");
    inc_w_key(&w, "body");
    inc_w_raw(&w, body, body_len);
    inc_w_end(&w);
}

/* Texts of errors are cut to fit their arrays, maybe inside a character: what
 * goes out is the longest part that is UTF-8. */
static void
write_whole_text(struct inc_writer *w, const char *key, const char *text)
{
    size_t len = strlen(text);

    while (len > 0 && !inc_utf8_valid(text, len))
        len--;
    inc_w_key(w, key);
    inc_w_textn(w, text, len);
}

void
inc_w_error(struct inc_writer *w, const struct inc_err *err)
{
    inc_w_key(w, "error");
    inc_w_map(w);
    inc_w_ktext(w, "code", inc_status_wire(err->status));
    write_whole_text(w, "message",
                     err->what[0] != '\0' ? err->what
                                          : inc_status_text(err->status));
    if (err->where[0] != '\0')
        write_whole_text(w, "where", err->where);
    if (err->hint[0] != '\0')
        write_whole_text(w, "hint", err->hint);
    inc_w_end(w);
}

void
inc_reply_error(struct inc_buf *out, const char *id, const struct inc_err *err)
{
    struct inc_writer w;

    begin_reply(&w, out, id, "error");
    inc_w_error(&w, err);
    inc_w_end(&w);
}

/* Text under a key of a map into to[0..cap), cut to fit; -1 when there is no
 * such text. */
static int
copy_text(char *to, size_t cap, const struct inc_node *map, const char *key)
{
    const struct inc_node *n = inc_node_get(map, key);
    const char *text;
    size_t len;

    to[0] = '\0';
    if (n == NULL || inc_node_kind(n) != INC_NODE_TEXT)
        return -1;
    text = inc_node_text(n, &len);
    if (len >= cap)
        len = cap - 1;
    memcpy(to, text, len);
    to[len] = '\0';
    return 0;
}

enum inc_status
inc_error_read(struct inc_err *out, const struct inc_node *n,
               struct inc_err *err)
{
    char code[64];

    memset(out, 0, sizeof *out);
    if (copy_text(code, sizeof code, n, "code") != 0)
        return inc_fail(err, INC_E_FORMAT, 0, "the reply's error has no code");
    out->status = inc_status_from_wire(code);
    if (out->status == INC_OK)
        return inc_fail(err, INC_E_FORMAT, 0, "the reply's error is no error");
    (void)copy_text(out->what, sizeof out->what, n, "message");
    (void)copy_text(out->where, sizeof out->where, n, "where");
    (void)copy_text(out->hint, sizeof out->hint, n, "hint");
    return INC_OK;
}

enum inc_status
inc_reply_read(struct inc_reply *out, const struct inc_node *root,
               struct inc_err *err)
{
    const struct inc_node *v = inc_node_get(root, "v");
    char status[8];

    memset(out, 0, sizeof *out);
    if (inc_node_kind(root) != INC_NODE_MAP)
        return inc_fail(err, INC_E_FORMAT, 0, "the reply is %s",
                        inc_node_kind_name(root));
    if (v == NULL || inc_node_kind(v) != INC_NODE_INT ||
        inc_node_int(v) != INC_PROTOCOL)
        return inc_fail(err, INC_E_VERSION, 0,
                        "the reply is not of protocol version %d",
                        INC_PROTOCOL);
    if (copy_text(out->id, sizeof out->id, root, "id") != 0 ||
        copy_text(status, sizeof status, root, "status") != 0)
        return inc_fail(err, INC_E_FORMAT, 0, "the reply lacks id or status");
    if (strcmp(status, "error") == 0)
        return inc_error_read(&out->error, inc_node_get(root, "error"), err);
    if (strcmp(status, "ok") != 0)
        return inc_fail(err, INC_E_FORMAT, 0, "the reply's status is unknown");
    out->body = inc_node_get(root, "body");
    if (out->body == NULL || inc_node_kind(out->body) != INC_NODE_MAP)
        return inc_fail(err, INC_E_FORMAT, 0, "the reply has no body");
    out->ok = 1;
    return INC_OK;
}

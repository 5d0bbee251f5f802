#include "proto/node.h"

#include <msgpack.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/utf8.h"
#include "proto/schema_inside.h"

struct inc_frame {
    msgpack_zone zone;
    msgpack_object root;
};

/* A node is a msgpack_object seen through an opaque name. */
static const msgpack_object *
obj(const struct inc_node *n)
{
    return (const msgpack_object *)(const void *)n;
}

static const struct inc_node *
node(const msgpack_object *o)
{
    return (const struct inc_node *)(const void *)o;
}

/* msgpack-c leaves the pointer of an empty text NULL. */
static const char *
chars(const msgpack_object *o)
{
    return o->via.str.size == 0 ? "" : o->via.str.ptr;
}

static enum inc_status
check_text(const msgpack_object *o, struct inc_err *err)
{
    const char *p = chars(o);
    size_t len = o->via.str.size;

    if (memchr(p, '\0', len) != NULL)
        return inc_fail(err, INC_E_TEXT, 0, "text holds a NUL character");
    if (!inc_utf8_valid(p, len))
        return inc_fail(err, INC_E_TEXT, 0, "text is not valid UTF-8");
    return INC_OK;
}

/* A key is a name of ours, or anything a client may have put there: a person's
 * name must not come back in an error. */
static void
quoted_key(char out[64], const msgpack_object *key)
{
    size_t len = key->via.str.size;

    if (inc_quotable(chars(key), len))
        (void)snprintf(out, 64, "%.*s", (int)len, chars(key));
    else
        (void)snprintf(out, 64, "[key]");
}

static void
where_key(struct inc_err *err, const msgpack_object *key)
{
    char text[64];

    quoted_key(text, key);
    inc_err_where(err, "%s", text);
}

static void
under_key(struct inc_err *err, const msgpack_object *key)
{
    char text[64];

    quoted_key(text, key);
    inc_err_under(err, text);
}

static enum inc_status
check_keys(const msgpack_object *o, struct inc_err *err)
{
    enum { MAP_MAX = 256 };
    const msgpack_object_kv *kv = o->via.map.ptr;

    if (o->via.map.size > MAP_MAX)
        return inc_fail(err, INC_E_LIMIT, 0, "a map has over %d entries",
                        MAP_MAX);
    for (uint32_t i = 0; i < o->via.map.size; i++) {
        if (kv[i].key.type != MSGPACK_OBJECT_STR)
            return inc_fail(err, INC_E_TYPE, 0, "a map key is not a text");
        if (check_text(&kv[i].key, err) != INC_OK)
            return INC_E_TEXT;
        for (uint32_t j = 0; j < i; j++) {
            size_t len = kv[i].key.via.str.size;
            if (kv[j].key.via.str.size == len &&
                memcmp(chars(&kv[j].key), chars(&kv[i].key), len) == 0) {
                (void)inc_fail(err, INC_E_DUPLICATE, 0, "a key is there twice");
                where_key(err, &kv[i].key);
                return INC_E_DUPLICATE;
            }
        }
    }
    return INC_OK;
}

/* Depth is bounded by the precheck (at most 32), so recursion is. */
static enum inc_status
/* NOLINTNEXTLINE(misc-no-recursion) */
check_tree(const msgpack_object *o, struct inc_err *err)
{
    char step[64];
    enum inc_status st = INC_OK;

    if (o->type == MSGPACK_OBJECT_EXT)
        return inc_fail(err, INC_E_TYPE, 0, "ext values are not used here");
    if (o->type == MSGPACK_OBJECT_STR)
        return check_text(o, err);
    if (o->type == MSGPACK_OBJECT_ARRAY) {
        for (uint32_t i = 0; i < o->via.array.size; i++) {
            st = check_tree(&o->via.array.ptr[i], err);
            if (st != INC_OK) {
                (void)snprintf(step, sizeof step, "[%u]", i);
                inc_err_under(err, step);
                return st;
            }
        }
    }
    if (o->type == MSGPACK_OBJECT_MAP) {
        INC_TRY(check_keys(o, err));
        for (uint32_t i = 0; i < o->via.map.size; i++) {
            const msgpack_object_kv *kv = &o->via.map.ptr[i];
            st = check_tree(&kv->val, err);
            if (st != INC_OK) {
                under_key(err, &kv->key);
                return st;
            }
        }
    }
out:
    return st;
}

enum inc_status
inc_frame_open(struct inc_frame **out, const void *bytes, size_t len,
               const struct inc_frame_limits *limits, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_frame *f = NULL;
    size_t off = 0;
    msgpack_unpack_return got;

    *out = NULL;
    st = inc_frame_precheck(bytes, len, limits);
    if (st == INC_E_LIMIT)
        return inc_fail(err, st, 0,
                        "frame over the limit: at most %zu bytes, %zu values, "
                        "%u levels",
                        limits->bytes, limits->objects, limits->depth);
    if (st != INC_OK)
        return inc_fail(err, st, 0,
                        "frame is not exactly one complete msgpack value");
    f = inc_mem_zero(1, sizeof *f);
    if (f == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "frame");
    if (!msgpack_zone_init(&f->zone, 8192)) {
        inc_mem_free(f);
        return inc_fail(err, INC_E_NOMEM, 0, "frame");
    }
    got = msgpack_unpack(bytes, len, &off, &f->zone, &f->root);
    if (got == MSGPACK_UNPACK_NOMEM_ERROR) {
        st = inc_fail(err, INC_E_NOMEM, 0, "frame");
        goto out;
    }
    if (got != MSGPACK_UNPACK_SUCCESS || off != len) {
        st = inc_fail(err, INC_E_FORMAT, 0, "frame is not valid msgpack");
        goto out;
    }
    st = check_tree(&f->root, err);
out:
    if (st != INC_OK) {
        inc_frame_close(f);
        return st;
    }
    *out = f;
    return INC_OK;
}

static int
is_code(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] == '/' || !inc_quotable(text + i, 1))
            return 0;
    return 1;
}

size_t
inc_frame_peek(char *out, size_t cap, const char *key, const void *bytes,
               size_t len, const struct inc_frame_limits *limits)
{
    msgpack_zone zone;
    msgpack_object root;
    size_t off = 0, n = 0;

    out[0] = '\0';
    if (inc_frame_precheck(bytes, len, limits) != INC_OK ||
        !msgpack_zone_init(&zone, 8192))
        return 0;
    if (msgpack_unpack(bytes, len, &off, &zone, &root) ==
            MSGPACK_UNPACK_SUCCESS &&
        root.type == MSGPACK_OBJECT_MAP)
        for (uint32_t i = 0; i < root.via.map.size && n == 0; i++) {
            const msgpack_object_kv *kv = &root.via.map.ptr[i];
            if (kv->key.type == MSGPACK_OBJECT_STR &&
                kv->val.type == MSGPACK_OBJECT_STR &&
                kv->key.via.str.size == strlen(key) &&
                memcmp(chars(&kv->key), key, strlen(key)) == 0 &&
                kv->val.via.str.size < cap &&
                is_code(chars(&kv->val), kv->val.via.str.size)) {
                n = kv->val.via.str.size;
                memcpy(out, chars(&kv->val), n);
                out[n] = '\0';
            }
        }
    msgpack_zone_destroy(&zone);
    return n;
}

void
inc_frame_close(struct inc_frame *f)
{
    if (f == NULL)
        return;
    msgpack_zone_destroy(&f->zone);
    inc_mem_free(f);
}

const struct inc_node *
inc_frame_root(const struct inc_frame *f)
{
    return node(&f->root);
}

enum inc_node_kind
inc_node_kind(const struct inc_node *n)
{
    switch (obj(n)->type) {
    case MSGPACK_OBJECT_BOOLEAN:
        return INC_NODE_BOOL;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        return obj(n)->via.u64 > INT64_MAX ? INC_NODE_BIG : INC_NODE_INT;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return INC_NODE_INT;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return INC_NODE_FLOAT;
    case MSGPACK_OBJECT_STR:
        return INC_NODE_TEXT;
    case MSGPACK_OBJECT_BIN:
        return INC_NODE_BIN;
    case MSGPACK_OBJECT_ARRAY:
        return INC_NODE_LIST;
    case MSGPACK_OBJECT_MAP:
        return INC_NODE_MAP;
    case MSGPACK_OBJECT_NIL:
    case MSGPACK_OBJECT_EXT:
    default:
        return INC_NODE_NIL;
    }
}

const char *
inc_node_kind_name(const struct inc_node *n)
{
    static const char *const name[] = {
        "null",   "true or false", "an integer", "an integer", "a float",
        "a text", "binary",        "a list",     "a map"};

    return name[inc_node_kind(n)];
}

int
inc_node_bool(const struct inc_node *n)
{
    return obj(n)->via.boolean ? 1 : 0;
}

int64_t
inc_node_int(const struct inc_node *n)
{
    return obj(n)->type == MSGPACK_OBJECT_NEGATIVE_INTEGER
               ? obj(n)->via.i64
               : (int64_t)obj(n)->via.u64;
}

double
inc_node_float(const struct inc_node *n)
{
    return obj(n)->via.f64;
}

const char *
inc_node_text(const struct inc_node *n, size_t *len)
{
    *len = obj(n)->via.str.size;
    return chars(obj(n));
}

const void *
inc_node_bin(const struct inc_node *n, size_t *len)
{
    *len = obj(n)->via.bin.size;
    return *len == 0 ? "" : obj(n)->via.bin.ptr;
}

size_t
inc_node_count(const struct inc_node *n)
{
    return inc_node_kind(n) == INC_NODE_MAP ? obj(n)->via.map.size
                                            : obj(n)->via.array.size;
}

const struct inc_node *
inc_node_at(const struct inc_node *n, size_t i)
{
    return inc_node_kind(n) == INC_NODE_MAP ? node(&obj(n)->via.map.ptr[i].val)
                                            : node(&obj(n)->via.array.ptr[i]);
}

const char *
inc_node_key(const struct inc_node *n, size_t i, size_t *len)
{
    return inc_node_text(node(&obj(n)->via.map.ptr[i].key), len);
}

const struct inc_node *
inc_node_get(const struct inc_node *n, const char *key)
{
    size_t want = strlen(key);

    if (n == NULL || inc_node_kind(n) != INC_NODE_MAP)
        return NULL;
    for (size_t i = 0; i < inc_node_count(n); i++) {
        size_t len;
        const char *k = inc_node_key(n, i, &len);
        if (len == want && memcmp(k, key, len) == 0)
            return inc_node_at(n, i);
    }
    return NULL;
}

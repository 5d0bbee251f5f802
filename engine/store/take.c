#include "engine/store/take.h"

#include <string.h>

const struct inc_node *
inc_take(struct inc_taker *t, enum inc_node_kind kind)
{
    const struct inc_node *n = NULL;

    if (!t->bad && t->at < inc_node_count(t->list))
        n = inc_node_at(t->list, t->at++);
    if (n == NULL || inc_node_kind(n) != kind) {
        t->bad = 1;
        return NULL;
    }
    return n;
}

int64_t
inc_take_int(struct inc_taker *t)
{
    const struct inc_node *n = inc_take(t, INC_NODE_INT);
    return n == NULL ? 0 : inc_node_int(n);
}

int
inc_take_bool(struct inc_taker *t)
{
    const struct inc_node *n = inc_take(t, INC_NODE_BOOL);
    return n == NULL ? 0 : inc_node_bool(n);
}

/* A number of the store: never negative. */
uint64_t
inc_take_number(struct inc_taker *t)
{
    int64_t v = inc_take_int(t);

    if (v < 0)
        t->bad = 1;
    return t->bad ? 0 : (uint64_t)v;
}

const char *
inc_take_text(struct inc_taker *t)
{
    const struct inc_node *n = inc_take(t, INC_NODE_TEXT);
    const char *text, *copy;
    size_t len;

    if (n == NULL)
        return NULL;
    text = inc_node_text(n, &len);
    copy = inc_arena_text(t->a, text, len);
    if (copy == NULL)
        t->bad = t->no_memory = 1;
    return copy;
}

const char *
inc_take_text_or_nil(struct inc_taker *t)
{
    if (!t->bad && t->at < inc_node_count(t->list) &&
        inc_node_kind(inc_node_at(t->list, t->at)) == INC_NODE_NIL) {
        t->at++;
        return NULL;
    }
    return inc_take_text(t);
}

void
inc_take_bytes(struct inc_taker *t, unsigned char *out, size_t len)
{
    const struct inc_node *n = inc_take(t, INC_NODE_BIN);
    const void *p = NULL;
    size_t have = 0;

    if (n != NULL)
        p = inc_node_bin(n, &have);
    if (p == NULL || have != len)
        t->bad = 1;
    else
        memcpy(out, p, len);
}

enum inc_status
inc_taken(const struct inc_taker *t, const char *what, struct inc_err *err)
{
    if (t->no_memory)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to read %s", what);
    if (t->bad)
        return inc_fail(err, INC_E_CORRUPT, 0,
                        "%s has not the fields it had "
                        "when written",
                        what);
    return INC_OK;
}

int
inc_is_status(int64_t v)
{
    return v <= 0 && v > -1000 &&
           strcmp(inc_status_text((int)v), inc_status_text(1)) != 0;
}

/* Index of an operation by its name on the wire, or -1. */
int
inc_op_of(const char *wire)
{
    for (int i = 0; i < INC_OP_COUNT; i++)
        if (strcmp(inc_ops[i].wire, wire) == 0)
            return i;
    return -1;
}

int
inc_kind_of(const char *name)
{
    for (int k = 0; k < INC_RECORD_KINDS; k++)
        if (strcmp(inc_record_name((enum inc_record_kind)k), name) == 0)
            return k;
    return -1;
}

enum inc_status
inc_take_frame(struct inc_frame **out, const void *bytes, size_t len,
               const struct inc_frame_limits *limits, size_t fields,
               const char *what, struct inc_err *err)
{
    enum inc_status st = inc_frame_open(out, bytes, len, limits, err);
    const struct inc_node *root;

    if (st == INC_E_NOMEM)
        return st;
    if (st == INC_OK) {
        root = inc_frame_root(*out);
        if (inc_node_kind(root) == INC_NODE_LIST &&
            inc_node_count(root) >= fields)
            return INC_OK;
    }
    return inc_fail(err, INC_E_CORRUPT, 0, "%s is not what was written", what);
}

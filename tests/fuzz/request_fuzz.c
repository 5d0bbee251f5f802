/* Fuzz: a request as it arrives. Nothing may crash, and what is understood
 * must be written again as the same thing: envelope and body. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int holds)
{
    if (!holds)
        abort();
}

/* The body's bytes after one reading and writing; NULL data when it is not
 * understood. */
static struct inc_buf
rewrite(const struct inc_type *t, const struct inc_node *body,
        struct inc_arena *a)
{
    struct inc_buf out = {0};
    struct inc_writer w;
    struct inc_err err;
    void *s = inc_arena_array(a, 1, t->size);

    if (s == NULL || inc_schema_decode(s, t, body, a, &err) != INC_OK)
        return out;
    inc_writer_init(&w, &out);
    inc_schema_encode(&w, t, s);
    require(!out.failed);
    return out;
}

static void
check_body(const struct inc_type *t, const struct inc_node *body,
           struct inc_arena *a)
{
    struct inc_buf once = rewrite(t, body, a), twice;
    struct inc_frame *f = NULL;
    struct inc_err err;

    if (once.data == NULL)
        return;
    require(inc_frame_open(&f, once.data, once.len, &inc_reply_limits, &err) ==
            INC_OK);
    twice = rewrite(t, inc_frame_root(f), a);
    require(twice.data != NULL && once.len == twice.len &&
            memcmp(once.data, twice.data, once.len) == 0);
    inc_frame_close(f);
    inc_buf_release(&once);
    inc_buf_release(&twice);
}

/* Written with the same envelope and no body, it reads the same. */
static void
check_envelope(const struct inc_request *r, struct inc_arena *a)
{
    struct inc_buf out = {0};
    struct inc_request again;
    struct inc_frame *f = NULL;
    struct inc_err err;

    inc_request_write(&out, r, NULL, 0);
    require(inc_frame_open(&f, out.data, out.len, &inc_request_limits, &err) ==
            INC_OK);
    require(inc_request_read(&again, inc_frame_root(f), a, &err) == INC_OK);
    require(strcmp(again.id, r->id) == 0 && again.op == r->op &&
            again.has_key == r->has_key &&
            memcmp(again.key, r->key, INC_KEY) == 0 &&
            again.deadline_ms == r->deadline_ms);
    inc_frame_close(f);
    inc_buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct inc_arena a; /* of all executions: making it costs more */
    struct inc_frame *f = NULL;
    struct inc_request r;
    struct inc_err err;

    if (a.base == NULL && inc_arena_init(&a, (size_t)4 << 20) != INC_OK)
        abort();
    inc_arena_reset(&a);
    if (inc_frame_open(&f, data, size, &inc_request_limits, &err) != INC_OK)
        return 0;
    if (inc_request_read(&r, inc_frame_root(f), &a, &err) == INC_OK) {
        check_envelope(&r, &a);
        check_body(inc_ops[r.op].request, r.body, &a);
        if (r.body != NULL) /* the reply's table against the same bytes */
            check_body(inc_ops[r.op].reply, r.body, &a);
    } else {
        struct inc_buf out = {0};
        inc_reply_error(&out, r.id, &err);
        inc_frame_close(f);
        require(inc_frame_open(&f, out.data, out.len, &inc_reply_limits,
                               &err) == INC_OK);
        inc_buf_release(&out);
    }
    inc_frame_close(f);
    return 0;
}

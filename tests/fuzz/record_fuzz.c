/* Fuzz: stored bytes of a record, the first byte says of which kind; and the
 * same bytes as a record on the wire. What is understood must come back the
 * same from both forms. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/profile/codec.h"
#include "engine/profile/validate.h"
#include "proto/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int holds)
{
    if (!holds)
        abort();
}

static struct inc_buf
wire_of(enum inc_record_kind kind, const union inc_record *r)
{
    struct inc_buf out = {0};
    struct inc_writer w;

    inc_writer_init(&w, &out);
    inc_schema_encode(&w, inc_record_type(kind), r);
    require(!out.failed);
    return out;
}

static void
same(const struct inc_buf *a, const struct inc_buf *b)
{
    require(a->len == b->len && memcmp(a->data, b->data, a->len) == 0);
}

/* A record in memory to bytes and back, in the stored form and on the wire. */
static void
check_record(enum inc_record_kind kind, const union inc_record *r,
             struct inc_arena *a)
{
    static const struct inc_reference none;
    struct inc_buf wire = wire_of(kind, r), stored = {0}, again;
    struct inc_frame *f = NULL;
    union inc_record back;
    struct inc_err err;
    enum inc_status st;

    require(inc_record_encode(&stored, kind, r) == INC_OK);
    st = inc_record_decode(&back, kind, stored.data, stored.len, a, &err);
    require(st == INC_OK || st == INC_E_NOMEM);
    if (st == INC_OK) {
        again = wire_of(kind, &back);
        same(&wire, &again);
        inc_buf_release(&again);
    }
    require(inc_frame_open(&f, wire.data, wire.len, &inc_reply_limits, &err) ==
            INC_OK);
    st = inc_schema_decode(&back, inc_record_type(kind), inc_frame_root(f), a,
                           &err);
    require(st == INC_OK || st == INC_E_NOMEM);
    if (st == INC_OK) {
        again = wire_of(kind, &back);
        same(&wire, &again);
        inc_buf_release(&again);
    }
    (void)inc_validate(kind, r, &none, &err);
    inc_frame_close(f);
    inc_buf_release(&stored);
    inc_buf_release(&wire);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inc_arena a = {0};
    struct inc_frame *f = NULL;
    enum inc_record_kind kind;
    union inc_record r;
    struct inc_err err;
    enum inc_status st;

    if (size == 0)
        return 0;
    kind = (enum inc_record_kind)(data[0] % INC_RECORD_KINDS);
    if (inc_arena_init(&a, (size_t)1 << 20) != INC_OK)
        abort();
    st = inc_record_decode(&r, kind, data + 1, size - 1, &a, &err);
    require(st == INC_OK || st == INC_E_CORRUPT || st == INC_E_NEWER ||
            st == INC_E_NOMEM);
    if (st == INC_OK)
        check_record(kind, &r, &a);
    inc_arena_reset(&a);
    if (inc_frame_open(&f, data + 1, size - 1, &inc_request_limits, &err) ==
        INC_OK) {
        if (inc_schema_decode(&r, inc_record_type(kind), inc_frame_root(f), &a,
                              &err) == INC_OK)
            check_record(kind, &r, &a);
    }
    inc_frame_close(f);
    inc_arena_release(&a);
    return 0;
}

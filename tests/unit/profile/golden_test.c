/*
 * tests/golden: bytes that every later version must read and, within protocol
 * v1 and record format 1, write. Each NAME.bin stands beside NAME.json, which
 * says the same in text; here both are read and compared, and Debian's
 * python3-msgpack does it again (tests/integration/test_golden.py).
 *
 * A new operation needs its two files: write the .json by hand, then run this
 * test with INC_GOLDEN_WRITE=1 to make the .bin that is missing. Files that
 * are there are never written over.
 */
#include "tests/support/cm.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/profile/codec.h"
#include "proto/message.h"
#include "tests/unit/proto/mini.h"

static struct inc_arena arena;
static int may_write;

static int
set_up(void **state)
{
    (void)state;
    return inc_arena_init(&arena, 1 << 20) == INC_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    inc_arena_release(&arena);
    return 0;
}

static struct mini
read_json(const char *name)
{
    struct inc_buf text = {0};
    struct inc_err err;
    struct mini m;
    char path[128];

    (void)snprintf(path, sizeof path, "tests/golden/%s.json", name);
    if (inc_file_read(&text, path, 1 << 20, &err) != INC_OK)
        fail_msg("%s: %s", path, err.what);
    m = mini_open(inc_buf_cstr(&text));
    inc_buf_release(&text);
    return m;
}

/* `made` must be the bytes of the file. */
static void
compare(const char *name, const struct inc_buf *made)
{
    struct inc_buf kept = {0};
    struct inc_err err;
    char path[128];
    enum inc_status st;

    (void)snprintf(path, sizeof path, "tests/golden/%s.bin", name);
    st = inc_file_read(&kept, path, 1 << 20, &err);
    if (st == INC_E_NOTFOUND && may_write)
        st = inc_file_write(path, made->data, made->len, &err);
    else if (st == INC_OK && (kept.len != made->len ||
                              memcmp(kept.data, made->data, kept.len) != 0))
        fail_msg("%s: %zu bytes are written now, %zu are kept", path, made->len,
                 kept.len);
    if (st != INC_OK)
        fail_msg("%s: %s", path, err.what);
    inc_buf_release(&kept);
}

/* A body to its struct and out again; records in it likewise. */
static void
write_body(struct inc_buf *out, const struct inc_type *t,
           const struct inc_node *n, const char *name)
{
    void *s = inc_arena_array(&arena, 1, t->size);
    struct inc_writer w;
    struct inc_err err;

    assert_non_null(s);
    if (inc_schema_decode(s, t, n, &arena, &err) != INC_OK)
        fail_msg("%s: %s: %s", name, err.where, err.what);
    inc_writer_init(&w, out);
    inc_schema_encode(&w, t, s);
}

static void
check_request(enum inc_op op, const char *name)
{
    struct inc_buf body = {0}, made = {0};
    struct inc_request r;
    struct inc_err err;
    struct mini m = read_json(name);

    inc_arena_reset(&arena);
    if (inc_request_read(&r, m.root, &arena, &err) != INC_OK)
        fail_msg("%s: %s: %s", name, err.where, err.what);
    assert_int_equal(r.op, op);
    if (r.body != NULL)
        write_body(&body, inc_ops[op].request, r.body, name);
    inc_request_write(&made, &r, body.data, body.len);
    compare(name, &made);
    inc_buf_release(&body);
    inc_buf_release(&made);
    mini_close(&m);
}

static void
requests_of_every_operation(void **state)
{
    (void)state;
    for (int op = 0; op < INC_OP_COUNT; op++) {
        char name[64];

        (void)snprintf(name, sizeof name, "request.%s", inc_ops[op].wire);
        check_request((enum inc_op)op, name);
    }
}

/* Fields that came later stand at the end: the files above are requests
 * without them, these with. */
static void
requests_with_later_fields(void **state)
{
    (void)state;
    check_request(INC_OP_DRAFT, "request.draft.facts");
}

static void
check_reply(enum inc_op op, const char *name)
{
    struct inc_buf body = {0}, made = {0};
    struct inc_reply r;
    struct inc_err err;
    struct mini m = read_json(name);

    inc_arena_reset(&arena);
    assert_int_equal(inc_reply_read(&r, m.root, &err), INC_OK);
    write_body(&body, inc_ops[op].reply, r.body, name);
    inc_reply_ok(&made, r.id, body.data, body.len);
    compare(name, &made);
    inc_buf_release(&body);
    inc_buf_release(&made);
    mini_close(&m);
}

static void
replies_of_every_operation(void **state)
{
    (void)state;
    for (int op = 0; op < INC_OP_COUNT; op++) {
        char name[64];

        (void)snprintf(name, sizeof name, "reply.%s", inc_ops[op].wire);
        check_reply((enum inc_op)op, name);
    }
}

/* Fields that came later stand at the end: the files above are replies
 * without them, these with. */
static void
replies_with_later_fields(void **state)
{
    (void)state;
    check_reply(INC_OP_STATUS, "reply.status.service");
}

static void
errors(void **state)
{
    static const char *const names[] = {"error.out_of_range", "error.not_found",
                                        "error.bad_format", "error.busy"};

    (void)state;
    for (size_t i = 0; i < INC_COUNT(names); i++) {
        struct mini m = read_json(names[i]);
        struct inc_buf made = {0};
        struct inc_reply r;
        struct inc_err err;

        assert_int_equal(inc_reply_read(&r, m.root, &err), INC_OK);
        assert_int_equal(r.ok, 0);
        inc_reply_error(&made, r.id, &r.error);
        compare(names[i], &made);
        inc_buf_release(&made);
        mini_close(&m);
    }
}

/* The stored form, and that it is the record the put request carries. */
static void
stored_records(void **state)
{
    (void)state;
    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        enum inc_record_kind kind = (enum inc_record_kind)k;
        struct inc_buf made = {0}, put = {0};
        union inc_record r;
        struct inc_err err;
        struct mini m;
        char name[64];

        inc_arena_reset(&arena);
        (void)snprintf(name, sizeof name, "stored.%s", inc_record_name(kind));
        m = read_json(name);
        if (inc_record_decode(&r, kind, m.bytes.data, m.bytes.len, &arena,
                              &err) != INC_OK)
            fail_msg("%s: %s: %s", name, err.where, err.what);
        assert_int_equal(inc_record_encode(&made, kind, &r), INC_OK);
        compare(name, &made);
        mini_close(&m);

        (void)snprintf(name, sizeof name, "request.%s.put",
                       inc_record_name(kind));
        m = read_json(name);
        if (inc_schema_decode(
                &r, inc_record_type(kind),
                inc_node_get(inc_node_get(m.root, "body"), "record"), &arena,
                &err) != INC_OK)
            fail_msg("%s: %s: %s", name, err.where, err.what);
        assert_int_equal(inc_record_encode(&put, kind, &r), INC_OK);
        assert_int_equal(put.len, made.len);
        assert_memory_equal(put.data, made.data, made.len);
        inc_buf_release(&put);
        inc_buf_release(&made);
        mini_close(&m);
    }
}

int
main(void)
{
    /* One thread so far. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    may_write = getenv("INC_GOLDEN_WRITE") != NULL;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_of_every_operation),
        cmocka_unit_test(requests_with_later_fields),
        cmocka_unit_test(replies_of_every_operation),
        cmocka_unit_test(replies_with_later_fields),
        cmocka_unit_test(errors),
        cmocka_unit_test(stored_records),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

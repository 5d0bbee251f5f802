/* The envelope: what is read, what is refused and how it is said. */
#include "tests/support/cm.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "proto/message.h"
#include "tests/unit/proto/mini.h"

#define KEY "'hex:000102030405060708090a0b0c0d0e0f'"

static struct inc_arena arena;

static int
set_up(void **state)
{
    (void)state;
    return inc_arena_init(&arena, 1 << 16) == INC_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    inc_arena_release(&arena);
    return 0;
}

#define FULL                                                                   \
    "{'v': 1, 'id': 'r-1', 'op': 'need.put', 'key': " KEY                      \
    ", 'deadline_ms': 500, 'actor': 'op7', 'office': 'CPI Lucca', "            \
    "'purpose': 'fabbisogno', 'body': {'record': {'id': 'n1'}}}"

static void
request_goes_out_and_comes_back(void **state)
{
    struct mini m = mini_open(FULL);
    struct mini body = mini_open("{'record': {'id': 'n1'}}");
    struct inc_buf out = {0};
    struct inc_request r;
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_request_read(&r, m.root, &arena, &err), INC_OK);
    assert_int_equal(r.v, 1);
    assert_string_equal(r.id, "r-1");
    assert_int_equal(r.op, INC_OP_NEED_PUT);
    assert_int_equal(r.has_key, 1);
    assert_int_equal(r.key[15], 15);
    assert_int_equal(r.deadline_ms, 500);
    assert_string_equal(r.actor, "op7");
    assert_string_equal(r.office, "CPI Lucca");
    assert_string_equal(r.purpose, "fabbisogno");
    assert_non_null(inc_node_get(r.body, "record"));
    inc_request_write(&out, &r, body.bytes.data, body.bytes.len);
    assert_int_equal(out.len, m.bytes.len);
    assert_memory_equal(out.data, m.bytes.data, out.len);
    inc_buf_release(&out);
    mini_close(&body);
    mini_close(&m);
}

static void
short_request(void **state)
{
    struct mini m = mini_open("{'op': 'ping', 'v': 1, 'id': 'x'}");
    struct inc_buf out = {0};
    struct inc_request r;
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_request_read(&r, m.root, &arena, &err), INC_OK);
    assert_int_equal(r.has_key, 0);
    assert_int_equal(r.deadline_ms, 0);
    assert_null(r.actor);
    assert_null(r.body);
    inc_request_write(&out, &r, NULL, 0);
    assert_int_equal(out.len, m.bytes.len);
    inc_buf_release(&out);
    mini_close(&m);
}

static const struct {
    const char *text, *id;
    enum inc_status want;
    const char *where, *what, *hint;
} bad[] = {
    {"[1]", "", INC_E_TYPE, "request", "the request is a list", NULL},
    {"{}", "", INC_E_MISSING, "request.id", "id is missing", NULL},
    {"{'v': 1, 'op': 'ping', 'id': 3}", "", INC_E_TYPE, "request.id",
     "id is an integer", NULL},
    {"{'v': 1, 'op': 'ping', 'id': ''}", "", INC_E_TEXT, "request.id",
     "id cannot be used", NULL},
    {"{'v': 1, 'op': 'ping', 'id': 'a b'}", "", INC_E_TEXT, "request.id",
     "id cannot be used", NULL},
    {"{'id': 'a', 'op': 'ping'}", "a", INC_E_MISSING, "request.v",
     "v is missing", "the protocol version: 1"},
    {"{'id': 'a', 'op': 'ping', 'v': 2, 'x': 1}", "a", INC_E_VERSION,
     "request.v", "version 2 is asked for", "versions spoken here: 1"},
    {"{'id': 'a', 'op': 'ping', 'v': '1'}", "a", INC_E_TYPE, "request.v",
     "v is a text", "versions spoken here: 1"},
    {"{'id': 'a', 'v': 1}", "a", INC_E_MISSING, "request.op", "op is missing",
     NULL},
    {"{'id': 'a', 'v': 1, 'op': 1}", "a", INC_E_TYPE, "request.op",
     "op is an integer", NULL},
    {"{'id': 'a', 'v': 1, 'op': 'match.peopel'}", "a", INC_E_OP, "request.op",
     "there is no operation match.peopel", "nearest: match.people"},
    {"{'id': 'a', 'v': 1, 'op': 'Mario Rossi'}", "a", INC_E_OP, "request.op",
     "there is no such operation", ""},
    {"{'id': 'a', 'v': 1, 'op': 'ping', 'key': 'x'}", "a", INC_E_TYPE,
     "request.key", "key is a text", "16 bytes of binary"},
    {"{'id': 'a', 'v': 1, 'op': 'ping', 'key': 'hex:00'}", "a", INC_E_RANGE,
     "request.key", "key has 1 bytes", "16 bytes of binary"},
    {"{'id': 'a', 'v': 1, 'op': 'ping', 'deadline_ms': -1}", "a", INC_E_RANGE,
     "request.deadline_ms", "deadline_ms is -1",
     "an integer from 0 to 3600000"},
    {"{'id': 'a', 'v': 1, 'op': 'ping', 'actor': ''}", "a", INC_E_RANGE,
     "request.actor", "actor is empty", "a text of 1 to 64 bytes"},
    {"{'id': 'a', 'v': 1, 'op': 'ping', 'office': null}", "a", INC_E_TYPE,
     "request.office", "office is null", NULL},
    {"{'id': 'a', 'v': 1, 'op': 'ping', 'purpose': 1}", "a", INC_E_TYPE,
     "request.purpose", "purpose is an integer", NULL},
    {"{'id': 'a', 'v': 1, 'op': 'ping', 'body': []}", "a", INC_E_TYPE,
     "request.body", "body is a list", "a map"},
    {"{'id': 'a', 'v': 1, 'op': 'ping', 'bdoy': {}}", "a", INC_E_FIELD,
     "request", "a request has no field bdoy", "nearest: body"},
};

static void
bad_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < INC_COUNT(bad); i++) {
        struct mini m = mini_open(bad[i].text);
        struct inc_request r;
        struct inc_err err;
        enum inc_status got;

        inc_err_clear(&err);
        got = inc_request_read(&r, m.root, &arena, &err);
        if (got != bad[i].want || err.status != got)
            fail_msg("%s: got %d, want %d", bad[i].text, got, bad[i].want);
        if (strcmp(r.id, bad[i].id) != 0)
            fail_msg("%s: id '%s'", bad[i].text, r.id);
        if (strcmp(err.where, bad[i].where) != 0 ||
            strcmp(err.what, bad[i].what) != 0)
            fail_msg("%s: '%s' at '%s'", bad[i].text, err.what, err.where);
        if (bad[i].hint != NULL && strcmp(err.hint, bad[i].hint) != 0)
            fail_msg("%s: hint '%s'", bad[i].text, err.hint);
        assert_int_equal(inc_request_read(&r, m.root, &arena, NULL), got);
        mini_close(&m);
    }
}

static void
long_ids_are_refused(void **state)
{
    char text[160];
    char id[INC_REQUEST_ID_MAX + 2];
    struct inc_err err;

    (void)state;
    for (size_t len = INC_REQUEST_ID_MAX; len <= INC_REQUEST_ID_MAX + 1;
         len++) {
        struct inc_request r;
        struct mini m;
        memset(id, 'x', len);
        id[len] = '\0';
        (void)snprintf(text, sizeof text, "{'v': 1, 'op': 'ping', 'id': '%s'}",
                       id);
        m = mini_open(text);
        assert_int_equal(inc_request_read(&r, m.root, &arena, &err),
                         len == INC_REQUEST_ID_MAX ? INC_OK : INC_E_TEXT);
        mini_close(&m);
    }
}

static void
replies(void **state)
{
    struct mini body = mini_open("{'version': '1', 'v': [1]}");
    struct inc_buf out = {0};
    struct inc_frame *f = NULL;
    struct inc_reply r;
    struct inc_err err, sent;

    (void)state;
    inc_reply_ok(&out, "r-1", body.bytes.data, body.bytes.len);
    assert_int_equal(
        inc_frame_open(&f, out.data, out.len, &inc_reply_limits, &err), INC_OK);
    assert_int_equal(inc_reply_read(&r, inc_frame_root(f), &err), INC_OK);
    assert_int_equal(r.ok, 1);
    assert_string_equal(r.id, "r-1");
    assert_non_null(inc_node_get(r.body, "version"));
    inc_frame_close(f);

    inc_buf_reset(&out);
    (void)inc_fail(&sent, INC_E_RANGE, 0, "level is 7");
    inc_err_where(&sent, "skills[2].level");
    inc_err_hint(&sent, "an integer from 0 to 4");
    inc_reply_error(&out, "r-2", &sent);
    assert_int_equal(
        inc_frame_open(&f, out.data, out.len, &inc_reply_limits, &err), INC_OK);
    assert_int_equal(inc_reply_read(&r, inc_frame_root(f), &err), INC_OK);
    assert_int_equal(r.ok, 0);
    assert_int_equal(r.error.status, INC_E_RANGE);
    assert_string_equal(r.error.what, sent.what);
    assert_string_equal(r.error.where, sent.where);
    assert_string_equal(r.error.hint, sent.hint);
    inc_frame_close(f);
    inc_buf_release(&out);
    mini_close(&body);
}

/* err's arrays cut texts anywhere; a reply must still be UTF-8. */
static void
cut_texts_stay_utf8(void **state)
{
    struct inc_err sent;
    struct inc_reply r;

    (void)state;
    for (int pad = 0; pad < 2; pad++) {
        struct inc_buf out = {0}, text = {0};
        struct inc_frame *f = NULL;
        struct inc_err err;
        for (int i = 0; i < 150; i++)
            inc_buf_text(&text, i == 0 && pad ? "xè" : "è");
        (void)inc_fail(&sent, INC_E_CONCEPT, 0, "%s", inc_buf_cstr(&text));
        inc_reply_error(&out, "", &sent);
        assert_int_equal(
            inc_frame_open(&f, out.data, out.len, &inc_reply_limits, &err),
            INC_OK);
        assert_int_equal(inc_reply_read(&r, inc_frame_root(f), &err), INC_OK);
        assert_true(strlen(r.error.what) >= 237);
        inc_frame_close(f);
        inc_buf_release(&text);
        inc_buf_release(&out);
    }
}

static void
bad_replies(void **state)
{
    static const struct {
        const char *text;
        enum inc_status want;
    } row[] = {
        {"[]", INC_E_FORMAT},
        {"{'v': 2, 'id': 'a', 'status': 'ok', 'body': {}}", INC_E_VERSION},
        {"{'v': 1, 'status': 'ok', 'body': {}}", INC_E_FORMAT},
        {"{'v': 1, 'id': 'a', 'status': 'fine', 'body': {}}", INC_E_FORMAT},
        {"{'v': 1, 'id': 'a', 'status': 'ok'}", INC_E_FORMAT},
        {"{'v': 1, 'id': 'a', 'status': 'ok', 'body': []}", INC_E_FORMAT},
        {"{'v': 1, 'id': 'a', 'status': 'error'}", INC_E_FORMAT},
        {"{'v': 1, 'id': 'a', 'status': 'error', 'error': {'code': 'ok'}}",
         INC_E_FORMAT},
        {"{'v': 1, 'id': 'a', 'status': 'ok', 'body': {}, 'newer': 1}", INC_OK},
        {"{'v': 1, 'id': 'a', 'status': 'error', "
         "'error': {'code': 'of_tomorrow', 'message': 'm'}}",
         INC_OK},
    };
    struct inc_reply r;
    struct inc_err err;

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        struct mini m = mini_open(row[i].text);
        enum inc_status got = inc_reply_read(&r, m.root, &err);
        if (got != row[i].want)
            fail_msg("%s: got %d, want %d", row[i].text, got, row[i].want);
        mini_close(&m);
    }
    assert_int_equal(r.error.status, INC_E_BUG); /* an unknown code */
}

static void
operations_are_found(void **state)
{
    (void)state;
    for (int i = 0; i < INC_OP_COUNT; i++) {
        assert_int_equal(inc_op_find(inc_ops[i].wire, strlen(inc_ops[i].wire)),
                         i);
        assert_non_null(inc_ops[i].request->name);
        assert_non_null(inc_ops[i].reply->name);
    }
    assert_int_equal(inc_op_find("pin", 3), -1);
    assert_int_equal(inc_op_find("pings", 5), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_goes_out_and_comes_back),
        cmocka_unit_test(short_request),
        cmocka_unit_test(bad_requests),
        cmocka_unit_test(long_ids_are_refused),
        cmocka_unit_test(replies),
        cmocka_unit_test(cut_texts_stay_utf8),
        cmocka_unit_test(bad_replies),
        cmocka_unit_test(operations_are_found),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* Frames from outside: hostile bytes are refused before anything is built. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/rng.h"
#include "proto/message.h"
#include "tests/unit/proto/mini.h"

static void
bad_frames(void **state)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
        enum inc_status want;
        const char *where;
    } row[] = {
        {"nothing", "", 0, INC_E_FORMAT, ""},
        {"cut short", "\x81\xa1", 2, INC_E_FORMAT, ""},
        {"bytes behind the value", "\x80\x80", 2, INC_E_FORMAT, ""},
        {"map says 2^31 pairs", "\xdf\x80\x00\x00\x00\xc0", 6, INC_E_FORMAT,
         ""},
        {"list says 65535", "\xdc\xff\xff\xc0", 4, INC_E_FORMAT, ""},
        {"text says 4 GiB",
         "\xdb\xff\xff\xff\xff"
         "a",
         6, INC_E_FORMAT, ""},
        {"binary says 256", "\xc5\x01\x00\x00", 4, INC_E_FORMAT, ""},
        {"a key that is no text", "\x81\x01\x01", 3, INC_E_TYPE, ""},
        {"ext value", "\x91\xd4\x01\x00", 4, INC_E_TYPE, "[0]"},
        {"timestamp",
         "\x81\xa1"
         "a\xd6\xff\x00\x00\x00\x00",
         9, INC_E_TYPE, "a"},
        {"key twice",
         "\x82\xa1"
         "a\x01\xa1"
         "a\x02",
         7, INC_E_DUPLICATE, "a"},
        {"empty key twice (msgpack-c gives NULL for it)",
         "\x82\xa0\x01\xa0\x02", 5, INC_E_DUPLICATE, "[key]"},
        {"key twice inside",
         "\x81\xa1"
         "b\x91\x82\xa1"
         "a\x01\xa1"
         "a\x02",
         11, INC_E_DUPLICATE, "b[0].a"},
        {"text not UTF-8",
         "\x81\xa1"
         "a\xa2\xc3\x28",
         6, INC_E_TEXT, "a"},
        {"overlong UTF-8", "\x91\xa2\xc0\x80", 4, INC_E_TEXT, "[0]"},
        {"surrogate", "\x91\xa3\xed\xa0\x80", 5, INC_E_TEXT, "[0]"},
        {"NUL in a text",
         "\x91\xa3"
         "a\0b",
         5, INC_E_TEXT, "[0]"},
        {"key not UTF-8", "\x81\xa1\xff\x01", 4, INC_E_TEXT, ""},
    };

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        struct inc_frame *f = (void *)&row; /* must become NULL */
        struct inc_err err;
        enum inc_status got = inc_frame_open(&f, row[i].bytes, row[i].len,
                                             &inc_request_limits, &err);
        if (got != row[i].want || f != NULL)
            fail_msg("%s: got %d, want %d", row[i].name, got, row[i].want);
        if (strcmp(err.where, row[i].where) != 0)
            fail_msg("%s: at '%s'", row[i].name, err.where);
    }
}

static void
limits_of_a_request(void **state)
{
    struct inc_buf b = {0};
    struct inc_frame *f = NULL;
    struct inc_err err;

    (void)state;
    for (int i = 0; i < 13; i++) /* thirteen deep */
        inc_buf_add(&b, "\x91", 1);
    inc_buf_add(&b, "\xc0", 1);
    assert_int_equal(
        inc_frame_open(&f, b.data, b.len, &inc_request_limits, &err),
        INC_E_LIMIT);
    assert_non_null(strstr(err.what, "12 levels"));
    assert_int_equal(
        inc_frame_open(&f, b.data + 1, b.len - 1, &inc_request_limits, &err),
        INC_OK);
    inc_frame_close(f);
    inc_buf_reset(&b);
    while (b.len <= inc_request_limits.bytes) /* a byte too long */
        inc_buf_add(&b, "\xc0", 1);
    assert_int_equal(
        inc_frame_open(&f, b.data, b.len, &inc_request_limits, &err),
        INC_E_LIMIT);
    inc_buf_release(&b);
}

static void
values(void **state)
{
    struct mini m = mini_open("{'nil': null, 'yes': true, 'n': -9, 'f': 2.5, "
                              "'t': 'ciao', 'b': 'hex:0102', 'l': [1, 2], "
                              "'empty': ''}");
    const struct inc_node *r = m.root;
    size_t len;

    (void)state;
    assert_int_equal(inc_node_count(r), 8);
    assert_int_equal(inc_node_kind(inc_node_get(r, "nil")), INC_NODE_NIL);
    assert_int_equal(inc_node_bool(inc_node_get(r, "yes")), 1);
    assert_int_equal(inc_node_int(inc_node_get(r, "n")), -9);
    assert_true(inc_node_float(inc_node_get(r, "f")) == 2.5);
    assert_memory_equal(inc_node_text(inc_node_get(r, "t"), &len), "ciao", 4);
    assert_int_equal(len, 4);
    assert_memory_equal(inc_node_bin(inc_node_get(r, "b"), &len), "\1\2", 2);
    assert_int_equal(inc_node_int(inc_node_at(inc_node_get(r, "l"), 1)), 2);
    assert_string_equal(inc_node_text(inc_node_get(r, "empty"), &len), "");
    assert_null(inc_node_get(r, "x"));
    assert_null(inc_node_get(inc_node_get(r, "n"), "x"));
    assert_null(inc_node_get(NULL, "x"));
    assert_string_equal(inc_node_kind_name(inc_node_get(r, "l")), "a list");
    mini_close(&m);
}

/* Containers of 15, 16, 65535 and 65536 members: each header size. */
static void
containers_of_every_header(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 200, 65535, 65536};

    (void)state;
    for (size_t i = 0; i < INC_COUNT(sizes); i++) {
        struct inc_buf b = {0};
        struct inc_writer w;
        struct inc_frame *f = NULL;
        struct inc_err err;
        const struct inc_node *list;

        inc_writer_init(&w, &b);
        inc_w_map(&w);
        inc_w_key(&w, "l");
        inc_w_list(&w);
        for (size_t k = 0; k < sizes[i]; k++)
            inc_w_int(&w, (int64_t)(k % 100));
        inc_w_end(&w);
        inc_w_kbool(&w, "end", 1);
        inc_w_end(&w);
        /* {"l": header and items, "end": true}, the shortest header */
        assert_int_equal(b.len, 1 + 2 + sizes[i] + 4 + 1 +
                                    (sizes[i] < 16      ? 1u
                                     : sizes[i] < 65536 ? 3u
                                                        : 5u));
        assert_int_equal(inc_frame_open(&f, b.data, b.len, &mini_limits, &err),
                         INC_OK);
        list = inc_node_get(inc_frame_root(f), "l");
        assert_int_equal(inc_node_count(list), sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(inc_node_int(inc_node_at(list, k)), k % 100);
        assert_int_equal(inc_node_bool(inc_node_get(inc_frame_root(f), "end")),
                         1);
        inc_frame_close(f);
        inc_buf_release(&b);
    }
}

/* Random damage to a good frame never gets past as something unreadable. */
static void
damaged_frames(void **state)
{
    enum { ROUNDS = 20000, SEED = 20260722 };
    struct inc_buf good = mini_bytes(
        "{'v': 1, 'id': 'r', 'op': 'need.put', 'body': {'record': {'id': 'n', "
        "'requirements': [{'uri': 'u', 'level': 3}, {'uri': 'w'}]}}}");
    struct inc_rng rng = {SEED};
    unsigned char copy[256];

    (void)state;
    assert_true(good.len <= sizeof copy);
    for (int i = 0; i < ROUNDS; i++) {
        size_t len = good.len;
        struct inc_frame *f = NULL;
        struct inc_err err;
        memcpy(copy, good.data, len);
        for (unsigned k = 0; k < 1 + inc_rng_below(&rng, 3); k++)
            copy[inc_rng_below(&rng, (uint32_t)len)] =
                (unsigned char)inc_rng_next(&rng);
        if (inc_rng_below(&rng, 4) == 0)
            len = inc_rng_below(&rng, (uint32_t)len);
        if (inc_frame_open(&f, copy, len, &inc_request_limits, &err) ==
            INC_OK) {
            struct inc_buf again = {0};
            struct inc_writer w;
            inc_writer_init(&w, &again);
            inc_w_node(&w, inc_frame_root(f));
            if (again.len > len)
                fail_msg("seed %d round %d: grew", SEED, i);
            inc_buf_release(&again);
        } else if (f != NULL || err.status == INC_OK) {
            fail_msg("seed %d round %d: failed without saying so", SEED, i);
        }
        inc_frame_close(f);
    }
    inc_buf_release(&good);
}

/* A refused frame still tells whom to answer, and never quotes a free text. */
static void
refused_but_answered(void **state)
{
    static const char person[] = "\x82\xa2id\xa2r7\xabMario Rossi\xa1\x00";
    static const char twice[] = "\x82\xabMario Rossi\x01\xabMario Rossi\x02";
    static const char cut[] = "\x82\xa2id\xa2r7\xa4"
                              "body\xa1";
    char id[65] = "x";
    struct inc_frame *f;
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_frame_open(&f, person, sizeof person - 1,
                                    &inc_request_limits, &err),
                     INC_E_TEXT);
    assert_string_equal(err.where, "[key]");
    assert_int_equal(inc_frame_peek(id, sizeof id, "id", person,
                                    sizeof person - 1, &inc_request_limits),
                     2);
    assert_string_equal(id, "r7");
    assert_int_equal(
        inc_frame_open(&f, twice, sizeof twice - 1, &inc_request_limits, &err),
        INC_E_DUPLICATE);
    assert_string_equal(err.where, "[key]");
    assert_int_equal(inc_frame_peek(id, sizeof id, "id", cut, sizeof cut - 1,
                                    &inc_request_limits),
                     0);
    assert_string_equal(id, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_frames),
        cmocka_unit_test(limits_of_a_request),
        cmocka_unit_test(values),
        cmocka_unit_test(containers_of_every_header),
        cmocka_unit_test(damaged_frames),
        cmocka_unit_test(refused_but_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

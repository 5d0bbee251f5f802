#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/rng.h"
#include "engine/server/desk.h"

static const unsigned char *body;
static size_t body_len;

static void
find(const void *frame, size_t len)
{
    inc_raw_body(frame, len, &body, &body_len);
}

static void
finds_the_bytes(void **state)
{
    static const char frame[] = "\x83\xa1v\x01\xa4"
                                "body\x82\xa1"
                                "a\x01\xa1"
                                "b\xc4\x02xx\xa2id\xa1q";

    (void)state;
    find(frame, sizeof frame - 1);
    assert_ptr_equal(body, frame + 9);
    assert_int_equal(body_len, 10);
}

static void
no_body(void **state)
{
    (void)state;
    find("", 0);
    assert_null(body);
    find("\x80", 1);
    assert_null(body);
    /* "body" as a value, and as a key further in */
    find("\x82\xa1"
         "a\xa4"
         "body\xa1"
         "b\x81\xa4"
         "body\x01",
         18);
    assert_null(body);
    find("\xc0", 1);
    assert_null(body);
}

/* One value of every form, written by hand from the msgpack specification. */
static const struct {
    const char *name, *bytes;
    size_t len;
} form[] = {
#define F(name, bytes)                                                         \
    {                                                                          \
        name, bytes, sizeof(bytes) - 1                                         \
    }
    F("positive fixint", "\x7f"),
    F("negative fixint", "\xff"),
    F("nil", "\xc0"),
    F("true", "\xc3"),
    F("fixstr", "\xa3"
                "abc"),
    F("str8", "\xd9\x02"
              "ab"),
    F("str16", "\xda\x00\x02"
               "ab"),
    F("str32", "\xdb\x00\x00\x00\x02"
               "ab"),
    F("bin8", "\xc4\x01"
              "a"),
    F("bin16", "\xc5\x00\x01"
               "a"),
    F("bin32", "\xc6\x00\x00\x00\x01"
               "a"),
    F("ext8", "\xc7\x02\x09"
              "ab"),
    F("ext16", "\xc8\x00\x02\x09"
               "ab"),
    F("ext32", "\xc9\x00\x00\x00\x02\x09"
               "ab"),
    F("float32", "\xca"
                 "1234"),
    F("float64", "\xcb"
                 "12345678"),
    F("uint8", "\xcc"
               "1"),
    F("uint16", "\xcd"
                "12"),
    F("uint32", "\xce"
                "1234"),
    F("uint64", "\xcf"
                "12345678"),
    F("int8", "\xd0"
              "1"),
    F("int16", "\xd1"
               "12"),
    F("int32", "\xd2"
               "1234"),
    F("int64", "\xd3"
               "12345678"),
    F("fixext1", "\xd4\x09"
                 "1"),
    F("fixext2", "\xd5\x09"
                 "12"),
    F("fixext4", "\xd6\x09"
                 "1234"),
    F("fixext8", "\xd7\x09"
                 "12345678"),
    F("fixext16", "\xd8\x09"
                  "1234567812345678"),
    F("fixarray", "\x92\x01\xa1"
                  "a"),
    F("array16", "\xdc\x00\x02\x01\x91\xc0"),
    F("array32", "\xdd\x00\x00\x00\x01\x01"),
    F("fixmap", "\x81\xa1"
                "a\x90"),
    F("map16", "\xde\x00\x01\xa1"
               "a\x01"),
    F("map32", "\xdf\x00\x00\x00\x01\xa1"
               "a\x81\x01\x02"),
#undef F
};

static void
every_form_before_and_as_the_body(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof form / sizeof form[0]; i++) {
        unsigned char frame[128];
        size_t at = 0;

        frame[at++] = 0x82;
        frame[at++] = 0xa1;
        frame[at++] = 'x';
        memcpy(frame + at, form[i].bytes, form[i].len);
        at += form[i].len;
        memcpy(frame + at,
               "\xa4"
               "body",
               5);
        at += 5;
        memcpy(frame + at, form[i].bytes, form[i].len);
        at += form[i].len;
        find(frame, at);
        print_message("%s\n", form[i].name);
        assert_non_null(body);
        assert_int_equal(body_len, form[i].len);
        assert_memory_equal(body, form[i].bytes, form[i].len);
    }
}

static void
members_and_items(void **state)
{
    static const char map[] = "\x82\xa4keys\x91\xa1k\xa4puts\x93\x81\xa1"
                              "a\x01\x90\xc0";
    const unsigned char *list, *item, *m = (const unsigned char *)map;
    size_t list_len, len, at = 0, n = 0;
    static const size_t want[] = {4, 1, 1};

    (void)state;
    inc_raw_member(m, sizeof map - 1, "puts", &list, &list_len);
    assert_ptr_equal(list, m + 14);
    assert_int_equal(list_len, 7);
    for (; inc_raw_item(list, list_len, &at, &item, &len); n++)
        assert_int_equal(len, want[n]);
    assert_int_equal(n, 3);
    assert_ptr_equal(item, m + 20);
    inc_raw_member(m, sizeof map - 1, "put", &list, &list_len);
    assert_null(list);
    at = 0;
    assert_false(
        inc_raw_item((const unsigned char *)"\x90", 1, &at, &item, &len));
    at = 0;
    assert_false(inc_raw_item(NULL, 0, &at, &item, &len));
}

/* Whatever the bytes: never past the end (AddressSanitizer watches). */
static void
stays_inside(void **state)
{
    enum { SEED = 7 };
    struct inc_rng rng = {SEED};

    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t len = 1 + inc_rng_below(&rng, 40);
        unsigned char *frame = test_malloc(len);
        const struct inc_frame_limits limits = {64, 64, 16};

        for (size_t i = 0; i < len; i++)
            frame[i] = (unsigned char)inc_rng_next(&rng);
        frame[0] = (unsigned char)(0x80 + inc_rng_below(&rng, 4));
        /* headers are trusted only after precheck */
        if (inc_frame_precheck(frame, len, &limits) == INC_OK) {
            find(frame, len);
            assert_true(body == NULL || body + body_len <= frame + len);
            const unsigned char *item;
            size_t at = 0, item_len, sum = 0;
            while (body != NULL &&
                   inc_raw_item(body, body_len, &at, &item, &item_len)) {
                assert_true(item + item_len <= frame + len);
                assert_true(++sum <= len);
            }
        }
        test_free(frame);
    }
    print_message("seed %d\n", SEED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_bytes),
        cmocka_unit_test(no_body),
        cmocka_unit_test(members_and_items),
        cmocka_unit_test(every_form_before_and_as_the_body),
        cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

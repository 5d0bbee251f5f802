/* UTF-8 against a naive model, and the classic malformed forms. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/rng.h"
#include "engine/base/utf8.h"

enum { SEED = 20261122, ROUNDS = 200000 };

/* Decode as the scheme is drawn, then forbid by value: a number written in
 * more bytes than it needs, a surrogate, a number over U+10FFFF. */
static size_t
model(const unsigned char *p, size_t left, uint32_t *point)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = (p[0] & 0x80) == 0      ? 1
               : (p[0] & 0xe0) == 0xc0 ? 2
               : (p[0] & 0xf0) == 0xe0 ? 3
               : (p[0] & 0xf8) == 0xf0 ? 4
                                       : 0;

    if (n == 0 || n > left)
        return 0;
    *point = n == 1 ? p[0] : p[0] & ((1u << (7 - n)) - 1);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        *point = *point * 64 + (p[i] & 0x3fu);
    }
    if (*point < least[n] || *point > 0x10ffff ||
        (*point >= 0xd800 && *point <= 0xdfff))
        return 0;
    return n;
}

static int
model_valid(const unsigned char *p, size_t len)
{
    uint32_t point;

    for (size_t i = 0; i < len;) {
        size_t n = model(p + i, len - i, &point);
        if (n == 0)
            return 0;
        i += n;
    }
    return 1;
}

static int
valid(const unsigned char *p, size_t len)
{
    return inc_utf8_valid((const char *)p, len);
}

/* All one, two and three byte strings; four bytes after every lead that can
 * start them, at the edges of each byte. */
static void
every_short_string(void **state)
{
    static const unsigned char edge[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f,
                                         0xa0, 0xbf, 0xc0, 0xf0, 0xff};
    unsigned char p[4];

    (void)state;
    for (uint32_t v = 0; v < 1u << 24; v++) {
        size_t len = v < 1u << 8 ? 1 : v < 1u << 16 ? 2 : 3;
        for (size_t i = 0; i < len; i++)
            p[i] = (unsigned char)(v >> 8 * (len - 1 - i));
        if (valid(p, len) != model_valid(p, len))
            fail_msg("%zu bytes %06x: valid is %d", len, v, valid(p, len));
    }
    for (int a = 0xe0; a <= 0xff; a++)
        for (size_t b = 0; b < sizeof edge; b++)
            for (size_t c = 0; c < sizeof edge; c++)
                for (size_t d = 0; d < sizeof edge; d++) {
                    p[0] = (unsigned char)a;
                    p[1] = edge[b];
                    p[2] = edge[c];
                    p[3] = edge[d];
                    if (valid(p, 4) != model_valid(p, 4))
                        fail_msg("%02x %02x %02x %02x", p[0], p[1], p[2], p[3]);
                }
}

static void
malformed_forms(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *what;
    } row[] = {{"\xc0\x80", 2, "overlong NUL"},
               {"\xc1\xbf", 2, "overlong two"},
               {"\xe0\x80\xaf", 3, "overlong slash"},
               {"\xe0\x9f\xbf", 3, "overlong three"},
               {"\xf0\x8f\xbf\xbf", 4, "overlong four"},
               {"\xed\xa0\x80", 3, "first surrogate"},
               {"\xed\xbf\xbf", 3, "last surrogate"},
               {"\xf4\x90\x80\x80", 4, "over U+10FFFF"},
               {"\xf5\x80\x80\x80", 4, "lead f5"},
               {"\xff", 1, "ff"},
               {"\x80", 1, "a stray continuation"},
               {"\xc3", 1, "two cut to one"},
               {"\xe2\x82", 2, "three cut to two"},
               {"\xf0\x9f\x98", 3, "four cut to three"},
               {"a\xc3 b", 4, "a continuation missing"}};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        if (inc_utf8_valid(row[i].bytes, row[i].len))
            fail_msg("%s passed", row[i].what);
    assert_true(inc_utf8_valid("", 0));
    assert_true(inc_utf8_valid("a\0b", 3));
    assert_true(inc_utf8_valid("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", 10));
}

static void
random_strings_as_the_model(void **state)
{
    struct inc_rng r = {SEED};

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        unsigned char p[24];
        size_t len = 0;

        while (len < 16) { /* mostly whole points, now and then a wrong byte */
            uint32_t point =
                inc_rng_below(&r, 0x110000) >> inc_rng_below(&r, 15);
            if (inc_rng_below(&r, 16) == 0)
                p[len++] = (unsigned char)inc_rng_below(&r, 256);
            else
                len += inc_utf8_put((char *)p + len, point);
        }
        if (valid(p, len) != model_valid(p, len))
            fail_msg("seed %d round %d", SEED, round);
        for (size_t pos = 0, at = 0; at < len && valid(p, len);) {
            uint32_t want = 0;
            size_t n = model(p + at, len - at, &want);
            uint32_t got = inc_utf8_next((const char *)p, len, &pos);
            at += n;
            if (got != want || pos != at)
                fail_msg("seed %d round %d: U+%04X for U+%04X", SEED, round,
                         got, want);
        }
    }
}

static void
every_point_there_and_back(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10ffff; point++) {
        char out[4];
        size_t pos = 0, n = inc_utf8_put(out, point);
        int surrogate = point >= 0xd800 && point <= 0xdfff;

        if (inc_utf8_valid(out, n) == surrogate)
            fail_msg("U+%04X: valid is %d", point, !surrogate);
        if (!surrogate && (inc_utf8_next(out, n, &pos) != point || pos != n))
            fail_msg("U+%04X did not come back", point);
    }
}

/* Bytes that are no text: one replacement character a byte, always forward,
 * never past the end. */
static void
invalid_bytes_move_on(void **state)
{
    static const char cut[] = "\xf0\x9f\x98";
    size_t pos = 0;

    (void)state;
    for (size_t i = 1; i <= 3; i++) {
        assert_int_equal(inc_utf8_next(cut, 3, &pos), 0xfffd);
        assert_int_equal(pos, i);
    }
}

static void
widths(void **state)
{
    static const struct {
        const char *text;
        size_t width;
    } row[] = {{"", 0},
               {"Lucca", 5},
               {"citt\xc3\xa0", 5},
               {"citta\xcc\x80", 5}, /* U+0300 */
               {"x\xcd\xaf", 1},     /* U+036F */
               {"\xcd\xb0", 1},      /* U+0370 */
               {"\xe4\xb8\xad", 2},  /* U+4E2D */
               {"\xea\xb0\x80", 2},  /* U+AC00 */
               {"\xe1\x84\x80", 2},  /* U+1100 */
               {"\xe1\x85\xa0", 1},  /* U+1160 */
               {"\xef\xbc\xa1", 2},  /* U+FF21 */
               {"\xef\xbd\xa1", 1}}; /* U+FF61 */

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        size_t got = inc_utf8_width(row[i].text, strlen(row[i].text));
        if (got != row[i].width)
            fail_msg("row %zu: %zu columns, want %zu", i, got, row[i].width);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_short_string),
        cmocka_unit_test(malformed_forms),
        cmocka_unit_test(random_strings_as_the_model),
        cmocka_unit_test(every_point_there_and_back),
        cmocka_unit_test(invalid_bytes_move_on),
        cmocka_unit_test(widths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

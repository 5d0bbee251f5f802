/* Digests against vectors computed with Python 3.11 hashlib.blake2b. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/hash.h"

static char many[1000]; /* all 'a' */

static const struct {
    const char *bytes;
    size_t len;
    const char *digest; /* digest_size=32 */
    uint64_t hash64;    /* first eight bytes of digest_size=16 */
} known[] = {
    {"", 0, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
     UINT64_C(0xcae66941d9efbd40)},
    {"abc", 3,
     "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
     UINT64_C(0xcf4ab791c62b8d2b)},
    {many, sizeof many,
     "e00b0ddbf1e2cdaf5c898e1a5e8826ea3a2c339bcf2a478da2e5fca9ff126672",
     UINT64_C(0xa0e5a332e985551c)},
};

static int
set_up(void **state)
{
    (void)state;
    memset(many, 'a', sizeof many);
    if (inc_hash_start() != 0)
        return -1;
    return inc_hash_start(); /* twice is fine */
}

static void
digests(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        unsigned char d[INC_DIGEST];
        char hex[INC_DIGEST_HEX];

        inc_digest(d, known[i].bytes, known[i].len);
        inc_digest_hex(hex, d);
        assert_string_equal(hex, known[i].digest);
        if (inc_hash64(known[i].bytes, known[i].len) != known[i].hash64)
            fail_msg(
                "hash64 of vector %zu is %016llx", i,
                (unsigned long long)inc_hash64(known[i].bytes, known[i].len));
    }
}

/* Cut anywhere, the pieces give the digest of the whole. */
static void
in_pieces(void **state)
{
    unsigned char whole[INC_DIGEST], parts[INC_DIGEST];

    (void)state;
    inc_digest(whole, many, sizeof many);
    for (size_t cut = 0; cut <= sizeof many; cut++) {
        struct inc_hasher h;
        inc_hasher_init(&h);
        inc_hasher_add(&h, many, cut);
        inc_hasher_add(&h, NULL, 0);
        inc_hasher_add(&h, many + cut, sizeof many - cut);
        inc_hasher_end(&h, parts);
        assert_memory_equal(parts, whole, INC_DIGEST);
    }
}

/* blake2b(be32(5) + "label" + "value", digest_size=16) and of nothing. */
static void
tags(void **state)
{
    static const unsigned char want[INC_TAG] = {
        0x21, 0x38, 0xfd, 0x1d, 0x7f, 0x25, 0xc2, 0xfa,
        0x8d, 0x15, 0xde, 0xcc, 0xea, 0xc1, 0x71, 0xe0};
    static const unsigned char none[INC_TAG] = {
        0x11, 0xd2, 0xdf, 0x4e, 0x97, 0x9a, 0xa1, 0x05,
        0xcf, 0x55, 0x2e, 0x95, 0x44, 0xeb, 0xd2, 0xb5};
    unsigned char tag[INC_TAG], other[INC_TAG];

    (void)state;
    inc_tag(tag, "label", 5, "value", 5);
    assert_memory_equal(tag, want, INC_TAG);
    inc_tag(tag, "", 0, "", 0);
    assert_memory_equal(tag, none, INC_TAG);
    /* the border between label and value is part of it */
    inc_tag(tag, "ab", 2, "c", 1);
    inc_tag(other, "a", 1, "bc", 2);
    assert_memory_not_equal(tag, other, INC_TAG);
}

static void
random_bytes(void **state)
{
    unsigned char a[32] = {0}, b[32] = {0}, guard[34];

    (void)state;
    memset(guard, 7, sizeof guard);
    inc_random_bytes(a, sizeof a);
    inc_random_bytes(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a); /* 2^-256 of being wrong */
    inc_random_bytes(guard + 1, 32);
    assert_int_equal(guard[0], 7);
    assert_int_equal(guard[33], 7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests),
        cmocka_unit_test(in_pieces),
        cmocka_unit_test(tags),
        cmocka_unit_test(random_bytes),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}

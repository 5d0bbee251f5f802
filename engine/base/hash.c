#include "engine/base/hash.h"

#include <string.h>

#include <sodium.h>

#include "engine/base/check.h"
#include "engine/base/hex.h"

_Static_assert(sizeof(crypto_generichash_state) <=
                   sizeof(((struct inc_hasher *)0)->state),
               "hasher state fits");

int
inc_hash_start(void)
{
    return sodium_init() < 0 ? -1 : 0;
}

void
inc_hasher_init(struct inc_hasher *h)
{
    INC_CHECK(crypto_generichash_init((void *)h->state, NULL, 0, INC_DIGEST) ==
              0);
}

void
inc_hasher_add(struct inc_hasher *h, const void *bytes, size_t len)
{
    if (len != 0)
        (void)crypto_generichash_update((void *)h->state, bytes, len);
}

void
inc_hasher_end(struct inc_hasher *h, unsigned char out[INC_DIGEST])
{
    (void)crypto_generichash_final((void *)h->state, out, INC_DIGEST);
}

void
inc_digest(unsigned char out[INC_DIGEST], const void *bytes, size_t len)
{
    (void)crypto_generichash(out, INC_DIGEST, bytes, len, NULL, 0);
}

void
inc_digest_hex(char out[INC_DIGEST_HEX], const unsigned char digest[INC_DIGEST])
{
    inc_hex(out, digest, INC_DIGEST);
}

void
inc_tag(unsigned char out[INC_TAG], const void *label, size_t label_len,
        const void *bytes, size_t len)
{
    crypto_generichash_state s;
    unsigned char n[4] = {
        (unsigned char)(label_len >> 24), (unsigned char)(label_len >> 16),
        (unsigned char)(label_len >> 8), (unsigned char)label_len};

    (void)crypto_generichash_init(&s, NULL, 0, INC_TAG);
    (void)crypto_generichash_update(&s, n, sizeof n);
    (void)crypto_generichash_update(&s, label, label_len);
    (void)crypto_generichash_update(&s, bytes, len);
    (void)crypto_generichash_final(&s, out, INC_TAG);
}

uint64_t
inc_hash64(const void *bytes, size_t len)
{
    unsigned char d[INC_TAG]; /* BLAKE2b gives 16 bytes at least */
    uint64_t v = 0;

    (void)crypto_generichash(d, sizeof d, bytes, len, NULL, 0);
    for (int i = 0; i < 8; i++)
        v = v << 8 | d[i];
    return v;
}

static uint64_t
little_endian(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
           (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
           (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static uint64_t
fold(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0x517cc1b727220a95);
    return h ^ h >> 32;
}

/* Multiply and fold, eight bytes at a time. Both constants are odd with about
 * half of their bits set: 2^64 over the golden ratio, and over pi. */
uint64_t
inc_mark64(const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    uint64_t h = len * UINT64_C(0x9e3779b97f4a7c15);
    unsigned char last[8] = {0};

    for (; len >= 8; len -= 8, p += 8)
        h = fold(h, little_endian(p));
    if (len > 0)
        memcpy(last, p, len);
    h = fold(h, little_endian(last)) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

void
inc_random_bytes(void *out, size_t len)
{
    randombytes_buf(out, len);
}

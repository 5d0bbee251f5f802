#include "engine/base/hash.h"

#include <sodium.h>

#include "engine/base/check.h"

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
    (void)sodium_bin2hex(out, INC_DIGEST_HEX, digest, INC_DIGEST);
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

void
inc_random_bytes(void *out, size_t len)
{
    randombytes_buf(out, len);
}

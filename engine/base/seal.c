#include "engine/base/seal.h"

#include <sodium.h>
#include <string.h>

#include "engine/base/fault.h"

_Static_assert(INC_SECRET == crypto_aead_xchacha20poly1305_ietf_KEYBYTES &&
                   INC_SEAL_NONCE ==
                       crypto_aead_xchacha20poly1305_ietf_NPUBBYTES &&
                   INC_SEAL_EXTRA ==
                       INC_SEAL_NONCE +
                           crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "sizes of the cipher");
_Static_assert(INC_SECRET == crypto_sign_SEEDBYTES &&
                   INC_SIGN_PUBLIC == crypto_sign_PUBLICKEYBYTES &&
                   INC_SIGN_SECRET == crypto_sign_SECRETKEYBYTES &&
                   INC_SIGNATURE == crypto_sign_BYTES,
               "sizes of the signature");

void
inc_seal(unsigned char *out, const unsigned char key[INC_SECRET],
         const void *about, size_t about_len, const void *bytes, size_t len)
{
    randombytes_buf(out, INC_SEAL_NONCE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + INC_SEAL_NONCE, NULL,
                                                     bytes, len, about,
                                                     about_len, NULL, out, key);
}

int
inc_unseal(void *out, const unsigned char key[INC_SECRET], const void *about,
           size_t about_len, const void *sealed, size_t sealed_len)
{
    const unsigned char *p = sealed;

    if (sealed_len < INC_SEAL_EXTRA)
        return -1;
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
               out, NULL, NULL, p + INC_SEAL_NONCE, sealed_len - INC_SEAL_NONCE,
               about, about_len, p, key) == 0
               ? 0
               : -1;
}

void
inc_derive(unsigned char first[INC_SECRET], unsigned char second[INC_SECRET],
           const unsigned char key[INC_SECRET], const void *about,
           size_t about_len)
{
    unsigned char both[2 * INC_SECRET];

    (void)crypto_generichash(both, sizeof both, about, about_len, key,
                             INC_SECRET);
    memcpy(first, both, INC_SECRET);
    memcpy(second, both + INC_SECRET, INC_SECRET);
    inc_wipe(both, sizeof both);
}

void
inc_veil(unsigned char *bytes, size_t len, const unsigned char key[INC_SECRET])
{
    static const unsigned char first[crypto_stream_chacha20_ietf_NONCEBYTES];

    (void)crypto_stream_chacha20_ietf_xor(bytes, bytes, len, first, key);
}

void
inc_sign_keys(unsigned char public_key[INC_SIGN_PUBLIC],
              unsigned char secret[INC_SIGN_SECRET],
              const unsigned char seed[INC_SECRET])
{
    (void)crypto_sign_seed_keypair(public_key, secret, seed);
}

void
inc_sign(unsigned char out[INC_SIGNATURE],
         const unsigned char secret[INC_SIGN_SECRET], const void *bytes,
         size_t len)
{
    (void)crypto_sign_detached(out, NULL, bytes, len, secret);
}

void
inc_wipe(void *p, size_t len)
{
    if (len != 0)
        sodium_memzero(p, len);
}

enum inc_status
inc_secret_new(void **out, size_t len, int *locked, struct inc_err *err)
{
    void *p = INC_FAULT(ALLOC) ? NULL : sodium_malloc(len);

    *out = NULL;
    *locked = 0;
    if (p == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for keys");
    *locked = sodium_mlock(p, len) == 0;
    memset(p, 0, len);
    *out = p;
    return INC_OK;
}

void
inc_secret_free(void *p)
{
    sodium_free(p); /* wipes and unlocks */
}

int
inc_same_secret(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}

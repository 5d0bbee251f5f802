/*
 * seal.h - authenticated encryption and memory for keys. Any thread.
 * XChaCha20-Poly1305 (IETF) of libsodium: a random nonce for every value, so no
 * counter must survive a crash. inc_hash_start() first.
 */
#ifndef INC_BASE_SEAL_H
#define INC_BASE_SEAL_H

#include <stddef.h>

#include "engine/base/status.h"

enum {
    INC_SECRET = 32, /* bytes of a key */
    INC_SEAL_NONCE = 24,
    INC_SEAL_EXTRA = 24 + 16 /* bytes sealing adds: nonce before, tag after */
};

/* Seal `len` bytes into out[len + INC_SEAL_EXTRA]. `about` says what the bytes
 * are (table, key, version): they open only with the same. No overlap. */
void inc_seal(unsigned char *out, const unsigned char key[INC_SECRET],
              const void *about, size_t about_len, const void *bytes,
              size_t len);

/* Open sealed[sealed_len] into out[sealed_len - INC_SEAL_EXTRA]. 0, or -1 when
 * a bit of the bytes, of `about` or of the key differs: *out is then zero. */
int inc_unseal(void *out, const unsigned char key[INC_SECRET],
               const void *about, size_t about_len, const void *sealed,
               size_t sealed_len);

/* Two more keys out of one, for what `about` names and nothing else. */
void inc_derive(unsigned char first[INC_SECRET],
                unsigned char second[INC_SECRET],
                const unsigned char key[INC_SECRET], const void *about,
                size_t about_len);
/* Veil bytes, or unveil them, with a key that veils nothing else: no byte is
 * added and no change is noticed. */
void inc_veil(unsigned char *bytes, size_t len,
              const unsigned char key[INC_SECRET]);

/* Ed25519: both keys from a seed; a signature. */
enum { INC_SIGN_PUBLIC = 32, INC_SIGN_SECRET = 64, INC_SIGNATURE = 64 };
void inc_sign_keys(unsigned char public_key[INC_SIGN_PUBLIC],
                   unsigned char secret[INC_SIGN_SECRET],
                   const unsigned char seed[INC_SECRET]);
void inc_sign(unsigned char out[INC_SIGNATURE],
              const unsigned char secret[INC_SIGN_SECRET], const void *bytes,
              size_t len);

/* Overwrite, also where the compiler sees no use in it. */
void inc_wipe(void *p, size_t len);

/*
 * Zeroed memory for keys: guarded on both sides, not in core dumps, and locked,
 * so that it never reaches a swap. *locked = 0 when the system does not allow
 * that (libsodium hands it out without a word): somebody has to be told.
 * INC_E_NOMEM.
 */
enum inc_status inc_secret_new(void **out, size_t len, int *locked,
                               struct inc_err *err);
void inc_secret_free(void *p); /* wipes; NULL is fine */

/* Same bytes? In constant time. */
int inc_same_secret(const void *a, const void *b, size_t len);

#endif

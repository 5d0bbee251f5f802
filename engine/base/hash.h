/*
 * hash.h - digests (BLAKE2b of libsodium) and a stable 64-bit hash of ids.
 * inc_hash_start() once in main before any other call, before ZeroMQ starts.
 */
#ifndef INC_BASE_HASH_H
#define INC_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { INC_DIGEST = 32, INC_DIGEST_HEX = 65, INC_TAG = 16 };

/* 0, or -1 when libsodium cannot start (then nothing here may be used). */
int inc_hash_start(void);

struct inc_hasher {
    _Alignas(64) unsigned char state[384];
};

void inc_hasher_init(struct inc_hasher *h);
void inc_hasher_add(struct inc_hasher *h, const void *bytes, size_t len);
void inc_hasher_end(struct inc_hasher *h, unsigned char out[INC_DIGEST]);

void inc_digest(unsigned char out[INC_DIGEST], const void *bytes, size_t len);
void inc_digest_hex(char out[INC_DIGEST_HEX],
                    const unsigned char digest[INC_DIGEST]);

/* 16-byte integrity tag over a label (table and key) and a value. */
void inc_tag(unsigned char out[INC_TAG], const void *label, size_t label_len,
             const void *bytes, size_t len);

/* The same number for the same bytes on every machine and in every version:
 * orders ties without meaning anything. */
uint64_t inc_hash64(const void *bytes, size_t len);

/* A quick 64-bit mark of bytes, the same on every machine: tells where two
 * texts differ. No protection against who looks for equal marks. */
uint64_t inc_mark64(const void *bytes, size_t len);

void inc_random_bytes(void *out, size_t len); /* from the kernel */

#endif

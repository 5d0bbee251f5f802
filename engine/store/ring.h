/*
 * ring.h - the data keys of a store, each wrapped by the key-encryption key.
 * Private to engine/store; a file apart from LMDB, DIR/keys/ring.
 *
 * Head (64 bytes): "INCRING1", epoch of the wrapping key (4 bytes, big-endian),
 * 4 zero bytes, 16 random bytes that name the ring, zeros. Then rows of 72
 * bytes: row 0 wraps the key of what is about nobody in particular, row N that
 * of person N. A row is a sealed key (seal.h) about "ring", a zero byte, 1, the
 * ring's name, the epoch, the number; a row of zeros was destroyed.
 *
 * A flat file because destroying a key must leave no copy: a row is overwritten
 * where it lies, LMDB would write the change elsewhere and keep the old page.
 *
 * Threads: any number call inc_ring_key and inc_ring_is_gone; the writer thread
 * the rest.
 */
#ifndef INC_STORE_RING_H
#define INC_STORE_RING_H

#include <stdint.h>

#include "engine/base/seal.h"

struct inc_ring;

enum inc_ring_mode {
    INC_RING_READ,
    INC_RING_WRITE, /* also ends a change of keys that was interrupted */
    INC_RING_MAKE   /* the same, and one that is not there is made, with the
                       key file when that is not there either */
};

/* *made_key = 1 when the key file was made. INC_E_CONFIG for a key file that
 * does not fit, INC_E_CORRUPT for a ring that is damaged or missing. */
enum inc_status inc_ring_open(struct inc_ring **out, const char *dir,
                              const char *key_file, enum inc_ring_mode mode,
                              int *made_key, struct inc_err *err);
void inc_ring_close(struct inc_ring *r); /* NULL is fine */

/* The key of what is about nobody. */
const unsigned char *inc_ring_data(const struct inc_ring *r);
uint32_t inc_ring_epoch(const struct inc_ring *r);
/* Random name of the ring, hex: numbers of people belong to it. */
void inc_ring_name(const struct inc_ring *r, char out[33]);
int inc_ring_locked(const struct inc_ring *r); /* the keys' memory is */

/* Person `no`'s key; the caller wipes it. INC_E_NOTFOUND (no text) when it was
 * destroyed and the person is told gone; INC_E_CORRUPT when it should be there
 * and is not, or does not open. */
enum inc_status inc_ring_key(const struct inc_ring *r, uint64_t no,
                             unsigned char key[INC_SECRET],
                             struct inc_err *err);

/* Person keys there are: of the numbers 1 to this. */
uint64_t inc_ring_rows(const struct inc_ring *r);
/* Make keys for numbers up to `no` at least, ahead in a batch, durably. */
enum inc_status inc_ring_more(struct inc_ring *r, uint64_t no,
                              struct inc_err *err);
/* Numbers from `next` on were never used: keys of theirs that a crash left
 * half written are made anew, those it left whole are made durable. */
void inc_ring_trim(struct inc_ring *r, uint64_t next);
/* Nothing was sealed yet: every key that a crash left half written is made
 * anew, durably. */
enum inc_status inc_ring_renew(struct inc_ring *r, struct inc_err *err);

/* From now on a missing key of this number is no damage. */
enum inc_status inc_ring_tell_gone(struct inc_ring *r, uint64_t no,
                                   struct inc_err *err);
int inc_ring_is_gone(const struct inc_ring *r, uint64_t no);
/* 1 when the row of this number still holds something. */
int inc_ring_holds(const struct inc_ring *r, uint64_t no);
/* Overwrite the keys of these numbers, durably; told gone first. */
enum inc_status inc_ring_destroy(struct inc_ring *r, const uint64_t *no,
                                 size_t n, struct inc_err *err);

/* A copy into the folder TO/keys, durable. */
enum inc_status inc_ring_copy(const struct inc_ring *r, const char *to,
                              struct inc_err *err);
/*
 * Wrap every key of the store in `dir` anew under the next epoch and destroy
 * the old key-encryption key. No process may have the store open. After a
 * crash at any point the next inc_ring_open for writing ends it.
 */
enum inc_status inc_ring_rotate(const char *dir, const char *key_file,
                                uint32_t *epoch, struct inc_err *err);
/* 1 when DIR/keys/ring is there. */
int inc_ring_exists(const char *dir);
/* Move FROM/keys/ring to DIR/keys/ring, durably, when DIR has none. */
enum inc_status inc_ring_install(const char *from, const char *dir,
                                 struct inc_err *err);
void inc_ring_remove(const char *dir); /* DIR/keys and what is in it */

#endif

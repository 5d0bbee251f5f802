/*
 * merkle.h - the root of a tree of digests, and the way from a leaf to it.
 * Floor 5. Shape as in RFC 6962: a leaf is H(0 ‖ data), a node H(1 ‖ left ‖
 * right), the left side holds the largest power of two below the count. The
 * root of nothing is H of no bytes. H is BLAKE2b-256.
 */
#ifndef INC_STORE_MERKLE_H
#define INC_STORE_MERKLE_H

#include <stdint.h>

#include "engine/base/hash.h"

enum { INC_MERKLE_DEPTH = 64 };

/* Leaves are added one after another; no more than the way up is kept. */
struct inc_merkle {
    uint64_t n;
    unsigned char full[INC_MERKLE_DEPTH][INC_DIGEST]; /* whole trees of 2^i,
                                                         by bits of n */
};

void inc_merkle_begin(struct inc_merkle *m);
void inc_merkle_add(struct inc_merkle *m, const void *data, size_t len);
/* The same, and the whole trees of 2, 4, 8 ... leaves that end with this one:
 * node [INC_MERKLE_DEPTH], returns how many. */
uint32_t inc_merkle_grow(struct inc_merkle *m, const void *data, size_t len,
                         unsigned char (*node)[INC_DIGEST]);
/* The same of a leaf whose digest is known. */
uint32_t inc_merkle_grow_leaf(struct inc_merkle *m,
                              const unsigned char leaf[INC_DIGEST],
                              unsigned char (*node)[INC_DIGEST]);
/* As inc_merkle_leaf() and its sister: a node from what is below it. */
void inc_merkle_node(unsigned char out[INC_DIGEST],
                     const unsigned char left[INC_DIGEST],
                     const unsigned char right[INC_DIGEST]);
void inc_merkle_root(const struct inc_merkle *m, unsigned char out[INC_DIGEST]);

/* The digest of a leaf, for inc_merkle_path(). */
void inc_merkle_leaf(unsigned char out[INC_DIGEST], const void *data,
                     size_t len);
/*
 * The digests beside the way from leaf `at` of `n` to the root, lowest first.
 *   path    out [INC_MERKLE_DEPTH]
 *   leaves  in  [n] digests of leaves; overwritten
 * Returns how many; at < n.
 */
uint32_t inc_merkle_path(unsigned char (*path)[INC_DIGEST],
                         unsigned char (*leaves)[INC_DIGEST], uint64_t n,
                         uint64_t at);

#endif

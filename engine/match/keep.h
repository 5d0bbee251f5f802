/*
 * keep.h - the rows of a block that pass the filters, as a bitmap. Floor 6.
 *
 * A filter is a table over a column's codes, so a row costs a look-up a filter.
 * Blocks never change and the same office asks with the same filters all day:
 * bitmaps are remembered by block and filter. What died since is taken out by
 * the caller.
 */
#ifndef INC_MATCH_KEEP_H
#define INC_MATCH_KEEP_H

#include "engine/match/screen.h"

enum { INC_KEEP_ENTRIES = 2048, INC_KEEP_WAYS = 4 };

struct inc_keep_entry {
    uint64_t serial; /* of the block; 0: empty */
    unsigned char filter[INC_DIGEST];
    uint64_t *bits;
    size_t bits_cap; /* bytes */
    uint64_t used;   /* when, to find the oldest of a set */
};

/* One worker's. All zero is ready to use. */
struct inc_keep {
    struct inc_keep_entry *entries; /* [INC_KEEP_ENTRIES] */
    uint64_t clock, pinned;         /* entries used since then are in use */
    uint64_t hits, misses;
    uint8_t *allowed; /* scratch: tables of the filters over codes */
    size_t allowed_cap;
};
void inc_keep_release(struct inc_keep *k);

/* 1 when the screen has filters on people at all. */
int inc_screen_filters(const struct inc_screen *s);

/* Digest of what the screen lets pass. */
void inc_keep_digest(unsigned char out[INC_DIGEST], const struct inc_screen *s);

/* A question begins: what the one before borrowed may go. */
void inc_keep_begin(struct inc_keep *k);

/* *out: bit per row of the block, 1 when it passes the filters; borrowed until
 * the next question begins, or the arena is reset. INC_E_NOMEM. */
enum inc_status inc_keep_rows(const uint64_t **out, struct inc_keep *k,
                              const struct inc_screen *s,
                              const unsigned char filter[INC_DIGEST],
                              const struct inc_block *b, struct inc_arena *a);

#endif

/*
 * arena.h - bump allocator for the life of one request or one batch.
 *
 * One owner thread. Everything handed out dies together at inc_arena_reset().
 * Under AddressSanitizer the unused tail is poisoned, so a read through a
 * pointer kept past the reset is reported at the faulty line.
 */
#ifndef INC_BASE_ARENA_H
#define INC_BASE_ARENA_H

#include <stddef.h>

#include "engine/base/status.h"

struct inc_arena {
    unsigned char *base;
    size_t cap;  /* bytes, fixed at init: the request's whole budget */
    size_t used; /* bytes; a caller may set it back */
    size_t peak; /* most of it since the last reset */
};

/* Takes one block of `cap` bytes from the heap. INC_OK or INC_E_NOMEM. */
enum inc_status inc_arena_init(struct inc_arena *a, size_t cap);

/* count*size zeroed bytes aligned to 64, or NULL when the budget is spent or
 * the product overflows. The arena keeps ownership. */
void *inc_arena_array(struct inc_arena *a, size_t count, size_t size);

/* A NUL-terminated copy of text[0..len), or NULL when the budget is spent. */
char *inc_arena_text(struct inc_arena *a, const char *text, size_t len);

/* Frees nothing, reuses all. What lay there is overwritten: it may be about a
 * person. */
void inc_arena_reset(struct inc_arena *a);
void inc_arena_release(struct inc_arena *a); /* safe on zeroed memory */

#endif

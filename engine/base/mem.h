/*
 * mem.h - the only door to the heap: checked products, a fault point, NULL on
 * failure. Any thread. Everything is freed with inc_mem_free().
 */
#ifndef INC_BASE_MEM_H
#define INC_BASE_MEM_H

#include <stddef.h>

/* count*size zeroed bytes, or NULL. A product of 0 gives a valid pointer. */
void *inc_mem_zero(size_t count, size_t size);

/* Same, aligned to 64 bytes, for vectors and pool blocks. */
void *inc_mem_zero64(size_t count, size_t size);

/* `old` resized to count*size bytes; on NULL `old` is still the caller's. New
 * bytes are not initialised. */
void *inc_mem_resize(void *old, size_t count, size_t size);

/* Make room for one more element in a growing array.
 *   *array  NULL or a block from this file; *cap elements are there
 *   used    elements in use
 * 0 on success; -1 when there is no memory (nothing changed). */
int inc_mem_grow(void **array, size_t *cap, size_t used, size_t size);

/* Make *array_of_any (the address of a pointer from this file, or of NULL) hold
 * at least `bytes`, aligned to 64: a new block is zero and what was there is
 * gone, else nothing changes. 0, or -1 without memory (nothing changed). */
int inc_mem_room(void *array_of_any, size_t *cap, size_t bytes);

/* A NUL-terminated copy of len bytes of text, or NULL. */
char *inc_mem_text(const char *text, size_t len);

/* What lay there is overwritten, as it is when a block moves: it may be about a
 * person. Blocks over INC_MEM_LARGE go back to the system instead, which
 * inc_mem_start() sees to. NULL is fine. */
void inc_mem_free(void *p);

enum { INC_MEM_LARGE = 1 << 20 }; /* bytes */
/* For a daemon, before any thread: freed blocks over INC_MEM_LARGE leave the
 * process at once. */
void inc_mem_start(void);

#endif

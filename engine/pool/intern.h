/*
 * intern.h - a table of distinct values, each stored once. Floor 5, private.
 *
 * A value is a list of elements of one size; its code is its place in order of
 * arrival. One owner thread. `{.size = n}` is an empty table.
 */
#ifndef INC_POOL_INTERN_H
#define INC_POOL_INTERN_H

#include <stddef.h>
#include <stdint.h>

struct inc_intern {
    size_t size;          /* bytes of an element */
    unsigned char *store; /* the values, one after the other */
    uint32_t *at;         /* [n + 1] elements before each; NULL while empty */
    uint32_t n;           /* values */
    size_t store_cap, at_cap;
    uint32_t *slot; /* [slots] code + 1, or 0 */
    size_t slots;   /* a power of two */
};

/* Code of `n` elements at `value`, which is added when new. 0, or -1 without
 * memory (nothing changed). The caller sees to it that the codes and the
 * elements fit their types: inc_intern_room(). */
int inc_intern_code(struct inc_intern *t, uint32_t *code, const void *value,
                    size_t n);
/* 1 when `values` more values of together `elements` elements fit: codes of 16
 * bits, offsets of 32. */
int inc_intern_room(const struct inc_intern *t, uint32_t values,
                    size_t elements);
/* Elements stored. */
uint32_t inc_intern_elements(const struct inc_intern *t);
void inc_intern_reset(struct inc_intern *t);   /* empty, keeps the memory */
void inc_intern_release(struct inc_intern *t); /* safe on an empty one */

#endif

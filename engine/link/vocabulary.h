/*
 * vocabulary.h - sorted texts, and which of them begin with a text, are it, or
 * nearly. Floor 5, private to engine/link. Immutable once built.
 *
 * Looking for typing mistakes walks the sorted list once: neighbours share
 * their beginnings, so a row of the edit distance is computed once for all
 * texts that share it, and a beginning with too many edits is skipped whole.
 */
#ifndef INC_LINK_VOCABULARY_H
#define INC_LINK_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

#include "engine/link/split.h"

struct inc_vocabulary {
    char *text;    /* each NUL-terminated */
    uint32_t *at;  /* [n] */
    uint8_t *size; /* [n] bytes */
    uint8_t *lcp;  /* [n] bytes shared with the text before */
    uint32_t n;
    size_t bytes;
};

/* One text on its way in; `id` is the caller's. */
struct inc_vocabulary_text {
    const char *text; /* borrowed for the call */
    uint32_t id;
    uint8_t size; /* at most INC_SPLIT_BYTES */
};

/* Sorts `from` by text, then id; texts that occur several times are one.
 * *place [n]: number of each of `from`, in its new order. 0, or -1 without
 * memory. */
int inc_vocabulary_build(struct inc_vocabulary *v,
                         struct inc_vocabulary_text *from, uint32_t n,
                         uint32_t *place);
void inc_vocabulary_release(struct inc_vocabulary *v); /* safe on zeroed */

static inline const char *
inc_vocabulary_text(const struct inc_vocabulary *v, uint32_t i)
{
    return v->text + v->at[i];
}

/* Texts that begin with `text`: [*first, *end). */
void inc_vocabulary_prefix(const struct inc_vocabulary *v, const char *text,
                           size_t len, uint32_t *first, uint32_t *end);
/* Number of a text, or UINT32_MAX. */
uint32_t inc_vocabulary_find(const struct inc_vocabulary *v, const char *text,
                             size_t len);

/*
 * Every text at 1..max edits (insertion, deletion, change, swap of neighbours,
 * in bytes), or with a beginning that is: fn(arg, number, edits), ascending.
 *   len  1..INC_SPLIT_BYTES; max at most 2
 */
typedef void inc_near_fn(void *arg, uint32_t i, unsigned edits);
void inc_vocabulary_near(const struct inc_vocabulary *v, const char *text,
                         size_t len, unsigned max, int as_prefix,
                         inc_near_fn *fn, void *arg);

/* Bytes of the beginning of `text` that is nearest to `typed`, at most max
 * edits away: the shortest of the nearest. 0 when none is. */
size_t inc_nearest_beginning(const char *text, size_t len, const char *typed,
                             size_t typed_len, unsigned max);

#endif

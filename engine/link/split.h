/*
 * split.h - the words of a label or of what was typed, folded, each with the
 * bytes it came from. Floor 5, private to engine/link. Pure functions.
 *
 * The spelling is that of engine/text/fold.h. The parts of "saldatore/
 * saldatrice" begin at a slash; an ending alone ("addetto/a") is no word.
 */
#ifndef INC_LINK_SPLIT_H
#define INC_LINK_SPLIT_H

#include <stddef.h>
#include <stdint.h>

enum {
    INC_SPLIT_BYTES = 63, /* of a folded word; a longer one is cut */
    INC_SPLIT_TEXT = 1024 /* bytes of a text that count */
};

struct inc_split {
    const char *text; /* borrowed; valid UTF-8 */
    size_t len, pos;
    size_t from, to; /* the bytes of the word */
    uint8_t part;    /* 1: the word begins a part */
    uint8_t slash;   /* a slash came since the last word */
    uint8_t size;
    char word[INC_SPLIT_BYTES + 1]; /* folded, NUL-terminated */
};

void inc_split_start(struct inc_split *s, const char *text, size_t len);
/* The next word is in *s: 1, or 0 at the end. */
int inc_split_next(struct inc_split *s);
/* 1 when something stands behind the last word that ends it: a space, an
 * apostrophe. After inc_split_next() said 0. */
int inc_split_ended(const struct inc_split *s);

/* Bytes of the word in the text that its first `folded` bytes came from. */
size_t inc_split_reach(const char *text, size_t from, size_t to, size_t folded);

#endif

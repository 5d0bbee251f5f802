/*
 * nicknames.h - what people call a trade where the classification has no such
 * word: initials, slang, dialect. Floor 2. Pure functions.
 */
#ifndef INC_TAXONOMY_NICKNAMES_H
#define INC_TAXONOMY_NICKNAMES_H

#include <stddef.h>

/* The words that stand in ESCO for a folded word of Italian, or NULL. The
 * table is our own: nicknames.def. */
const char *inc_nickname(const char *word, size_t len);

#endif

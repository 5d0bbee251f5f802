/*
 * ngram.h - how alike two spellings are. Floor 1. Pure functions.
 */
#ifndef INC_TEXT_NGRAM_H
#define INC_TEXT_NGRAM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Byte trigrams of a word, with a mark at both ends: "pane" gives ^pa pan ane
 * ne$. Sorted, each once.
 *   out  out  [max]; max >= len is room enough
 * Returns how many; 0 for an empty word.
 */
size_t inc_trigrams(uint32_t *out, size_t max, const char *word, size_t len);

/*
 * Edits between two words: insertion, deletion, change, swap of neighbours
 * (optimal string alignment, bytes). max + 1 when there are more than `max`,
 * or when a word is over INC_EDIT_BYTES.
 */
enum { INC_EDIT_BYTES = 120 };
unsigned inc_edits(const char *a, size_t a_len, const char *b, size_t b_len,
                   unsigned max);

#endif

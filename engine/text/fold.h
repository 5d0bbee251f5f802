/*
 * fold.h - one spelling for texts that a person would call the same: small
 * letters, no accents, punctuation and apostrophes as spaces. Floor 1. Pure
 * functions, any thread.
 *
 * Latin letters become plain ASCII ("Métro" -> "metro", "ß" -> "ss"); Greek
 * and Cyrillic become small letters; other scripts stay as they are.
 */
#ifndef INC_TEXT_FOLD_H
#define INC_TEXT_FOLD_H

#include <stddef.h>
#include <stdint.h>

/*
 * One code point. Bytes written to out[0..4): 0 for combining marks and
 * invisible characters, which vanish, and for separators, which say so:
 *   *separator  1 for space, punctuation, apostrophe, symbol
 */
size_t inc_fold_point(char out[4], uint32_t point, int *separator);

/*
 * A whole text: words of folded letters and digits with single spaces between
 * them, none at the ends. "dell'acqua" is two words. '+' and '#' stay at the
 * end of a word ("C++", "C#").
 *   out   out  [len + 1], NUL-terminated: the text never grows
 *   text  in   valid UTF-8
 * Returns the bytes written, without the NUL.
 */
size_t inc_fold(char *out, const char *text, size_t len);

#endif

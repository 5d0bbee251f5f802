/*
 * utf8.h - validity of text from outside.
 */
#ifndef INC_BASE_UTF8_H
#define INC_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* 1 when text[0..len) is well-formed UTF-8 (RFC 3629: no surrogates, no
 * overlong forms, at most U+10FFFF), 0 otherwise. */
int inc_utf8_valid(const char *text, size_t len);

/* Next code point of valid UTF-8 at *pos < len; moves *pos past it. */
uint32_t inc_utf8_next(const char *text, size_t len, size_t *pos);

/* Append the code point to out[0..4); bytes written, 1..4. */
size_t inc_utf8_put(char *out, uint32_t point);

/* Columns a terminal needs for valid UTF-8 text (wcwidth of the C library is
 * locale-bound; here: 0 for combining marks U+0300-036F, 2 for East Asian
 * wide ranges, 1 otherwise). */
size_t inc_utf8_width(const char *text, size_t len);

#endif

/*
 * hex.h - bytes as hexadecimal digits, in small letters, and back. Any thread.
 */
#ifndef INC_BASE_HEX_H
#define INC_BASE_HEX_H

#include <stddef.h>

#include "engine/base/buf.h"

/* out[2 * n + 1]: two digits a byte, and a zero. */
void inc_hex(char *out, const void *bytes, size_t n);
void inc_hex_add(struct inc_buf *out, const void *bytes, size_t n);

/* out[n] from the 2 * n characters of `text`. 0, or -1 when one of them is no
 * digit or a capital: what we wrote comes back as it was. */
int inc_unhex(unsigned char *out, const char *text, size_t n);

#endif

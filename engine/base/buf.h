/*
 * buf.h - bytes that grow: message bodies, reports, keys.
 *
 * Errors stick: after a failed append every later append does nothing and
 * `failed` stays 1, so a writer checks once, at the end. One owner thread.
 */
#ifndef INC_BASE_BUF_H
#define INC_BASE_BUF_H

#include <stddef.h>

struct inc_buf {
    unsigned char *data; /* owned; NULL while empty */
    size_t len;
    size_t cap;
    int failed; /* 1 after no memory */
};

/* All zero is an empty buffer: `struct inc_buf b = {0};` needs no init. */
void inc_buf_add(struct inc_buf *b, const void *bytes, size_t len);
void inc_buf_room(struct inc_buf *b, size_t len); /* bytes yet to be written */
void inc_buf_text(struct inc_buf *b, const char *text);
void inc_buf_printf(struct inc_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void inc_buf_reset(struct inc_buf *b);   /* keeps the memory */
void inc_buf_release(struct inc_buf *b); /* frees it; safe on zeroed memory */

/* The text so far, NUL-terminated; "" when empty or failed. Views the buffer
 * until the next call on it. */
const char *inc_buf_cstr(struct inc_buf *b);

#endif

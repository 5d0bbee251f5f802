#include "engine/base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"

static int
reserve(struct inc_buf *b, size_t more)
{
    size_t want;
    void *p;

    if (b->failed)
        return -1;
    if (more <= b->cap - b->len)
        return 0;
    if (more > SIZE_MAX / 4 || b->len > SIZE_MAX / 4) {
        b->failed = 1;
        return -1;
    }
    want = b->len + more;
    if (want < b->cap + b->cap / 2)
        want = b->cap + b->cap / 2;
    if (want < 128)
        want = 128;
    p = inc_mem_resize(b->data, want, 1);
    if (p == NULL) {
        b->failed = 1;
        return -1;
    }
    b->data = p;
    b->cap = want;
    return 0;
}

void
inc_buf_add(struct inc_buf *b, const void *bytes, size_t len)
{
    if (reserve(b, len) != 0 || len == 0)
        return;
    memcpy(b->data + b->len, bytes, len);
    b->len += len;
}

void
inc_buf_room(struct inc_buf *b, size_t len)
{
    if (reserve(b, len) == 0)
        b->len += len;
}

void
inc_buf_text(struct inc_buf *b, const char *text)
{
    inc_buf_add(b, text, strlen(text));
}

void
inc_buf_printf(struct inc_buf *b, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->failed = 1;
        return;
    }
    if (reserve(b, (size_t)n + 1) != 0)
        return;
    va_start(ap, fmt);
    (void)vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
}

void
inc_buf_reset(struct inc_buf *b)
{
    b->len = 0;
    b->failed = 0;
}

void
inc_buf_release(struct inc_buf *b)
{
    inc_mem_free(b->data);
    memset(b, 0, sizeof *b);
}

const char *
inc_buf_cstr(struct inc_buf *b)
{
    if (reserve(b, 1) != 0)
        return "";
    b->data[b->len] = '\0';
    return (const char *)b->data;
}

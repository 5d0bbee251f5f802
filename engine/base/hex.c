#include "engine/base/hex.h"

static const char digits[] = "0123456789abcdef";

void
inc_hex(char *out, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < n; i++) {
        *out++ = digits[p[i] >> 4];
        *out++ = digits[p[i] & 15];
    }
    *out = '\0';
}

void
inc_hex_add(struct inc_buf *out, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    char two[3];

    for (size_t i = 0; i < n; i++) {
        inc_hex(two, p + i, 1);
        inc_buf_add(out, two, 2);
    }
}

static int
value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
inc_unhex(unsigned char *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int high = value(text[2 * i]);
        int low = high < 0 ? -1 : value(text[2 * i + 1]); /* not past a zero */

        if (low < 0)
            return -1;
        out[i] = (unsigned char)(high * 16 + low);
    }
    return 0;
}

#include "engine/base/utf8.h"

#include <string.h>

/* Length of the well-formed sequence at p, 0 when there is none. */
static size_t
sequence(const unsigned char *p, size_t left)
{
    unsigned char lo = 0x80, hi = 0xbf;
    size_t n;

    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (left < n)
        return 0;
    if (p[0] == 0xe0)
        lo = 0xa0;
    if (p[0] == 0xed)
        hi = 0x9f;
    if (p[0] == 0xf0)
        lo = 0x90;
    if (p[0] == 0xf4)
        hi = 0x8f;
    if (p[1] < lo || p[1] > hi)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (p[i] < 0x80 || p[i] > 0xbf)
            return 0;
    return n;
}

int
inc_utf8_valid(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;

    for (size_t i = 0; i < len;) {
        uint64_t word;
        size_t n;

        if (len - i >= sizeof word) { /* mostly ASCII: eight at a time */
            memcpy(&word, p + i, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                i += sizeof word;
                continue;
            }
        }
        n = sequence(p + i, len - i);
        if (n == 0)
            return 0;
        i += n;
    }
    return 1;
}

uint32_t
inc_utf8_next(const char *text, size_t len, size_t *pos)
{
    const unsigned char *p = (const unsigned char *)text + *pos;
    size_t n = sequence(p, len - *pos);
    uint32_t v;

    if (n <= 1) {
        (*pos)++;
        return n == 0 ? 0xfffdu : p[0];
    }
    v = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++)
        v = v << 6 | (p[i] & 0x3fu);
    *pos += n;
    return v;
}

size_t
inc_utf8_put(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xc0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xe0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (point & 0x3f));
    return 4;
}

size_t
inc_utf8_width(const char *text, size_t len)
{
    size_t width = 0;

    for (size_t pos = 0; pos < len;) {
        uint32_t c = inc_utf8_next(text, len, &pos);
        if (c >= 0x300 && c <= 0x36f)
            continue;
        width += (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                         (c >= 0xac00 && c <= 0xd7a3) ||
                         (c >= 0xf900 && c <= 0xfaff) ||
                         (c >= 0xff00 && c <= 0xff60)
                     ? 2
                     : 1;
    }
    return width;
}

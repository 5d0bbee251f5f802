#include "engine/text/ngram.h"

#include <string.h>

size_t
inc_trigrams(uint32_t *out, size_t max, const char *word, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        uint32_t a = i == 0 ? '^' : (unsigned char)word[i - 1];
        uint32_t b = (unsigned char)word[i];
        uint32_t c = i + 1 == len ? '$' : (unsigned char)word[i + 1];
        uint32_t gram = a << 16 | b << 8 | c;
        size_t at = n;
        while (at > 0 && out[at - 1] > gram)
            at--;
        if ((at > 0 && out[at - 1] == gram) || n == max)
            continue;
        memmove(out + at + 1, out + at, (n - at) * sizeof *out);
        out[at] = gram;
        n++;
    }
    return n;
}

static unsigned
least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned
inc_edits(const char *a, size_t a_len, const char *b, size_t b_len,
          unsigned max)
{
    unsigned rows[3][INC_EDIT_BYTES + 1];
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];
    size_t gap = a_len > b_len ? a_len - b_len : b_len - a_len;

    if (a_len > INC_EDIT_BYTES || b_len > INC_EDIT_BYTES || gap > max)
        return max + 1;
    for (size_t j = 0; j <= b_len; j++)
        last[j] = (unsigned)j;
    memcpy(before, last, (b_len + 1) * sizeof *last);
    for (size_t i = 1; i <= a_len; i++) {
        /* Only cells within `max` of the diagonal can end under it. */
        size_t lo = i > max ? i - max : 1;
        size_t hi = b_len - i < max || b_len < i ? b_len : i + max;
        unsigned best = lo == 1 ? (unsigned)i : max + 1, *spare = before;
        now[lo - 1] = best;
        for (size_t j = lo; j <= hi; j++) {
            unsigned v = last[j - 1] + (a[i - 1] != b[j - 1]);
            v = least(v, least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                v = least(v, before[j - 2] + 1);
            now[j] = v;
            best = least(best, v);
        }
        if (hi < b_len)
            now[hi + 1] = max + 1;
        if (best > max)
            return max + 1;
        before = last;
        last = now;
        now = spare;
    }
    return least(last[b_len], max + 1);
}

#include "engine/link/split.h"

#include <string.h>

#include "engine/base/utf8.h"
#include "engine/text/fold.h"

void
inc_split_start(struct inc_split *s, const char *text, size_t len)
{
    if (len > INC_SPLIT_TEXT) {
        len = INC_SPLIT_TEXT;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--;
    }
    *s = (struct inc_split){.text = text, .len = len, .slash = 1};
}

static int
letter_or_digit(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c >= 0x80;
}

/* An ASCII letter or digit, small; 0 for what separates words. */
static char
fold_ascii(unsigned char c)
{
    const unsigned char small = c | 0x20;

    if (small >= 'a' && small <= 'z')
        return (char)small;
    return (char)(c >= '0' && c <= '9' ? c : '\0');
}

/* The next code point, folded; *separator as of inc_fold_point(). Most labels
 * are ASCII, and the index is built while a daemon starts. */
static size_t
fold_next(const char *text, size_t len, size_t *pos, char out[4],
          int *separator)
{
    const unsigned char c = (unsigned char)text[*pos];

    if (c >= 0x80)
        return inc_fold_point(out, inc_utf8_next(text, len, pos), separator);
    (*pos)++;
    out[0] = fold_ascii(c);
    *separator = out[0] == '\0';
    return *separator ? 0 : 1;
}

/* '+' and '#' belong to the word they end: "C++", "C#". */
static int
ends_name(const struct inc_split *s, size_t pos)
{
    const char c = s->text[pos];

    return (c == '+' || c == '#') &&
           (pos + 1 == s->len ||
            !letter_or_digit((unsigned char)s->text[pos + 1]));
}

/* The letters and digits of ASCII from s->pos on. */
static size_t
read_plain(struct inc_split *s, size_t n)
{
    char c;

    while (s->pos < s->len && n < INC_SPLIT_BYTES &&
           (unsigned char)s->text[s->pos] < 0x80 &&
           (c = fold_ascii((unsigned char)s->text[s->pos])) != '\0') {
        s->word[n++] = c;
        s->pos++;
    }
    return n;
}

/* From the first byte of a word to behind its last. */
static void
read_word(struct inc_split *s)
{
    size_t n = 0;

    for (;;) {
        char piece[4];
        int separator = 0;
        size_t at, k;

        n = read_plain(s, n);
        at = s->pos;
        if (at == s->len)
            break;
        if (ends_name(s, at)) {
            piece[0] = s->text[at];
            s->pos++;
            k = 1;
        } else {
            k = fold_next(s->text, s->len, &s->pos, piece, &separator);
        }
        if (separator) {
            s->pos = at;
            break;
        }
        if (n + k > INC_SPLIT_BYTES)
            k = 0; /* passed over: the word is cut */
        for (size_t i = 0; i < k; i++)
            s->word[n++] = piece[i];
    }
    s->to = s->pos;
    s->word[n] = '\0';
    s->size = (uint8_t)n;
}

int
inc_split_next(struct inc_split *s)
{
    while (s->pos < s->len) {
        const size_t at = s->pos;
        char piece[4];
        size_t before;
        int separator, alone;

        if (s->text[at] == ' ') { /* what most words are parted by */
            s->pos++;
            continue;
        }
        if (fold_next(s->text, s->len, &s->pos, piece, &separator) == 0) {
            if (s->text[at] == '/')
                s->slash = 1;
            continue;
        }
        before = s->to; /* 0: no word came yet */
        s->from = at;
        s->pos = at;
        read_word(s);
        alone = s->slash && before > 0 && s->size == 1;
        s->part = s->slash && !alone;
        s->slash = 0;
        if (!alone)
            return 1;
    }
    return 0;
}

int
inc_split_ended(const struct inc_split *s)
{
    return s->to < s->len;
}

size_t
inc_split_reach(const char *text, size_t from, size_t to, size_t folded)
{
    size_t pos = from, n = 0;

    while (pos < to && n < folded) {
        char piece[4];
        int separator;
        size_t k = fold_next(text, to, &pos, piece, &separator);

        n += separator ? 1 : k; /* a '+' of "C++" */
    }
    while (pos < to) { /* accents that follow as marks of their own */
        size_t next = pos;
        char piece[4];
        int separator;

        if (fold_next(text, to, &next, piece, &separator) != 0 || separator)
            break;
        pos = next;
    }
    return pos - from;
}

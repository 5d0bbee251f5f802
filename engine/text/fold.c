#include "engine/text/fold.h"

#include <string.h>

#include "engine/base/utf8.h"

/* U+00C0 to U+017F in plain letters; "" is a symbol. */
static const char latin[0x180 - 0xc0][3] = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c",  "e", "e", "e",  "e",  /* C0 */
    "i", "i", "i",  "i",  "d", "n", "o",  "o",  "o", "o", "o",  "",   /* CC */
    "o", "u", "u",  "u",  "u", "y", "th", "ss",                       /* D8 */
    "a", "a", "a",  "a",  "a", "a", "ae", "c",  "e", "e", "e",  "e",  /* E0 */
    "i", "i", "i",  "i",  "d", "n", "o",  "o",  "o", "o", "o",  "",   /* EC */
    "o", "u", "u",  "u",  "u", "y", "th", "y",                        /* F8 */
    "a", "a", "a",  "a",  "a", "a", "c",  "c",  "c", "c", "c",  "c",  /* 100 */
    "c", "c", "d",  "d",  "d", "d", "e",  "e",  "e", "e", "e",  "e",  /* 10C */
    "e", "e", "e",  "e",  "g", "g", "g",  "g",  "g", "g", "g",  "g",  /* 118 */
    "h", "h", "h",  "h",  "i", "i", "i",  "i",  "i", "i", "i",  "i",  /* 124 */
    "i", "i", "ij", "ij", "j", "j", "k",  "k",  "k", "l", "l",  "l",  /* 130 */
    "l", "l", "l",  "l",  "l", "l", "l",  "n",  "n", "n", "n",  "n",  /* 13C */
    "n", "n", "n",  "n",  "o", "o", "o",  "o",  "o", "o", "oe", "oe", /* 148 */
    "r", "r", "r",  "r",  "r", "r", "s",  "s",  "s", "s", "s",  "s",  /* 154 */
    "s", "s", "t",  "t",  "t", "t", "t",  "t",  "u", "u", "u",  "u",  /* 160 */
    "u", "u", "u",  "u",  "u", "u", "u",  "u",  "w", "w", "y",  "y",  /* 16C */
    "y", "z", "z",  "z",  "z", "z", "z",  "s",                        /* 178 */
};

/* Symbols and punctuation outside ASCII and Latin-1: general punctuation,
 * arrows, mathematics, boxes; CJK punctuation; full-width ASCII symbols. */
static int
symbol(uint32_t c)
{
    return (c >= 0x2000 && c <= 0x2bff) || (c >= 0x3000 && c <= 0x303f) ||
           (c >= 0xff00 && c <= 0xff0f) || c == 0x2bc || c == 0x60c ||
           c == 0x61b || c == 0x61f || c == 0x37e || c == 0x387 ||
           c >= 0x1f000 || c == 0xfffd;
}

static int
vanishes(uint32_t c)
{
    return c == 0xad || (c >= 0x300 && c <= 0x36f) ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2060 && c <= 0x2064) ||
           (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff ||
           (c >= 0x64b && c <= 0x65f); /* Arabic vowel marks */
}

/* Small letters of Greek and Cyrillic, accented Greek vowels plain; Romanian
 * letters with comma below. */
static uint32_t
small(uint32_t c)
{
    static const struct {
        uint32_t from, to;
    } one[] = {{0x386, 0x3b1}, {0x388, 0x3b5}, {0x389, 0x3b7}, {0x38a, 0x3b9},
               {0x38c, 0x3bf}, {0x38e, 0x3c5}, {0x38f, 0x3c9}, {0x3ac, 0x3b1},
               {0x3ad, 0x3b5}, {0x3ae, 0x3b7}, {0x3af, 0x3b9}, {0x3c2, 0x3c3},
               {0x3cc, 0x3bf}, {0x3cd, 0x3c5}, {0x3ce, 0x3c9}, {0x218, 's'},
               {0x219, 's'},   {0x21a, 't'},   {0x21b, 't'}};

    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
        if (one[i].from == c)
            return one[i].to;
    if ((c >= 0x391 && c <= 0x3ab && c != 0x3a2) || (c >= 0x410 && c <= 0x42f))
        return c + 32;
    if (c >= 0x400 && c <= 0x40f)
        return c + 80;
    if (c % 2 == 0 &&
        ((c >= 0x460 && c <= 0x481) || (c >= 0x48a && c <= 0x4bf) ||
         (c >= 0x4d0 && c <= 0x52f)))
        return c + 1;
    return c;
}

/* Letters and digits that only look otherwise (bold, script, full-width,
 * circled), as people paste them into adverts, as plain ASCII; others as they
 * are. The compatibility mappings of Unicode, as far as they are one letter. */
static uint32_t
undecorated(uint32_t c)
{
    /* Mathematical letters that stand elsewhere: U+2102 to U+2134. */
    static const char like[] =
        "C.......gHHHh.IILl.N...PQRRR......Z...Z.K.BC.eEF.Mo";

    if (c >= 0x1d400 && c <= 0x1d6a3)
        return (c - 0x1d400) % 52 < 26 ? 'A' + (c - 0x1d400) % 26
                                       : 'a' + (c - 0x1d400) % 26;
    if (c >= 0x1d7ce && c <= 0x1d7ff)
        return '0' + (c - 0x1d7ce) % 10;
    if ((c >= 0xff10 && c <= 0xff19) || (c >= 0xff21 && c <= 0xff3a) ||
        (c >= 0xff41 && c <= 0xff5a))
        return c - 0xff00 + 0x20;
    if (c >= 0x24b6 && c <= 0x24e9)
        return 'a' + (c - 0x24b6) % 26;
    if (c >= 0x2102 && c < 0x2102 + sizeof like - 1 && like[c - 0x2102] != '.')
        return (uint32_t)(unsigned char)like[c - 0x2102];
    return c;
}

/* The ligatures of old fonts, U+FB00 to U+FB06, as copied out of a PDF. */
static const char ligature[][4] = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};

size_t
inc_fold_point(char out[4], uint32_t point, int *separator)
{
    uint32_t c = point < 0x2102 ? point : undecorated(point);

    *separator = 0;
    if (c >= 0xfb00 && c <= 0xfb06) {
        size_t n = strlen(ligature[c - 0xfb00]);
        memcpy(out, ligature[c - 0xfb00], n);
        return n;
    }
    if (c >= 'A' && c <= 'Z')
        c += 'a' - 'A';
    if (c < 0x80) {
        *separator = !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
        out[0] = (char)c;
        return *separator ? 0 : 1;
    }
    if (vanishes(c))
        return 0;
    if (c < 0xc0 || symbol(c)) {
        out[0] = c == 0xaa ? 'a' : 'o'; /* the ordinals of "1ª", "1º" */
        *separator = c != 0xaa && c != 0xba;
        return *separator ? 0 : 1;
    }
    if (c < 0x180) {
        size_t n = strlen(latin[c - 0xc0]);
        memcpy(out, latin[c - 0xc0], n);
        *separator = n == 0;
        return n;
    }
    return inc_utf8_put(out, small(c));
}

static int
alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

size_t
inc_fold(char *out, const char *text, size_t len)
{
    size_t n = 0;
    int pending = 0;

    for (size_t pos = 0; pos < len;) {
        char piece[4];
        int separator;
        uint32_t c = inc_utf8_next(text, len, &pos);
        size_t k = inc_fold_point(piece, c, &separator);
        if ((c == '+' || c == '#') && n != 0 && !pending &&
            (pos == len || !alnum(text[pos]))) {
            out[n++] = (char)c;
            continue;
        }
        if (separator) {
            pending = n != 0;
            continue;
        }
        if (k != 0 && pending) {
            out[n++] = ' ';
            pending = 0;
        }
        memcpy(out + n, piece, k);
        n += k;
    }
    out[n] = '\0';
    return n;
}

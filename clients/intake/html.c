#include "clients/intake/html.h"

#include <string.h>

#include "engine/base/utf8.h"

enum { TAG_BYTES = 2000, ENTITY_BYTES = 10, POINT_MAX = 0x10ffff };

static int
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static int
letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

/* html[at..] begins with these small letters, whatever its own case. */
static int
begins(const char *html, size_t n, size_t at, const char *word)
{
    const size_t k = strlen(word);

    if (k > n - at)
        return 0;
    for (size_t i = 0; i < k; i++)
        if (lower(html[at + i]) != word[i])
            return 0;
    return 1;
}

/* Bytes of the tag at `at`, 0: it is none. */
static size_t
tag_at(const char *html, size_t n, size_t at)
{
    const size_t left = n - at;
    const char *end;

    if (left < 3 || html[at] != '<' ||
        !(letter(html[at + 1]) || html[at + 1] == '!' ||
          (html[at + 1] == '/' && letter(html[at + 2]))))
        return 0;
    if (begins(html, n, at, "<!--")) {
        for (size_t i = at + 4; i + 2 < n; i++)
            if (memcmp(html + i, "-->", 3) == 0)
                return i + 3 - at;
        return left; /* a comment that is not closed hides the rest */
    }
    end = memchr(html + at, '>', left < TAG_BYTES ? left : TAG_BYTES);
    return end == NULL ? 0 : (size_t)(end - (html + at)) + 1;
}

/* Is it this tag, opening (or with "/" closing)? */
static int
tag_is(const char *html, size_t n, size_t at, const char *name)
{
    const size_t k = strlen(name);

    return begins(html, n, at + 1, name) && at + 1 + k < n &&
           !letter(html[at + 1 + k]) && html[at + 1 + k] != '-';
}

static int
is_inline(const char *html, size_t n, size_t at)
{
    static const char *const names[] = {
        "a",      "b",    "i",     "u",   "em",  "s",    "span",
        "strong", "font", "small", "sub", "sup", "abbr", "wbr"};
    const size_t skip = html[at + 1] == '/';

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (tag_is(html, n, at + skip, names[i]))
            return 1;
    return 0;
}

/* Past the closing tag of what began at `at`. */
static size_t
past(const char *html, size_t n, size_t at, const char *closing)
{
    for (size_t i = at; i < n; i++)
        if (html[i] == '<' && begins(html, n, i, closing)) {
            const char *end = memchr(html + i, '>', n - i);

            return end == NULL ? n : (size_t)(end - html) + 1;
        }
    return n;
}

static const struct {
    const char *name;
    uint32_t point;
} entities[] = {
    {"amp", '&'},       {"lt", '<'},       {"gt", '>'},       {"quot", '"'},
    {"apos", '\''},     {"nbsp", ' '},     {"agrave", 0xe0},  {"egrave", 0xe8},
    {"eacute", 0xe9},   {"igrave", 0xec},  {"ograve", 0xf2},  {"ugrave", 0xf9},
    {"aacute", 0xe1},   {"iacute", 0xed},  {"oacute", 0xf3},  {"uacute", 0xfa},
    {"Agrave", 0xc0},   {"Egrave", 0xc8},  {"Eacute", 0xc9},  {"Igrave", 0xcc},
    {"Ograve", 0xd2},   {"Ugrave", 0xd9},  {"ccedil", 0xe7},  {"ouml", 0xf6},
    {"uuml", 0xfc},     {"auml", 0xe4},    {"rsquo", 0x2019}, {"lsquo", 0x2018},
    {"rdquo", 0x201d},  {"ldquo", 0x201c}, {"ndash", 0x2013}, {"mdash", 0x2014},
    {"hellip", 0x2026}, {"bull", 0x2022},  {"middot", 0xb7},  {"euro", 0x20ac},
    {"deg", 0xb0},      {"ordm", 0xba},    {"ordf", 0xaa}};

static uint32_t
number_of(const char *digits, size_t n)
{
    const int hex = n > 1 && lower(digits[0]) == 'x';
    uint32_t point = 0;

    for (size_t i = (size_t)hex; i < n; i++) {
        const int c = lower(digits[i]);
        uint32_t digit;

        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (hex && c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a') + 10;
        else
            return 0;
        point = point * (hex ? 16 : 10) + digit;
        if (point > POINT_MAX)
            return 0;
    }
    return point >= 0xd800 && point <= 0xdfff ? 0 : point;
}

/* Bytes of the entity at `at` and its character; 0: it is none. */
static size_t
entity_at(const char *html, size_t n, size_t at, uint32_t *point)
{
    const size_t left = n - at < ENTITY_BYTES ? n - at : ENTITY_BYTES;
    const char *end = memchr(html + at, ';', left);
    size_t k;

    if (end == NULL)
        return 0;
    k = (size_t)(end - (html + at)) - 1;
    *point = 0;
    if (k > 1 && html[at + 1] == '#')
        *point = number_of(html + at + 2, k - 1);
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
        if (strlen(entities[i].name) == k &&
            memcmp(entities[i].name, html + at + 1, k) == 0)
            *point = entities[i].point;
    return *point == 0 ? 0 : k + 2;
}

void
inc_html_text(struct inc_buf *out, const char *html, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t point;
        char bytes[4];
        size_t k;

        if (html[i] == '<' && (k = tag_at(html, n, i)) > 0) {
            if (tag_is(html, n, i, "script"))
                i = past(html, n, i, "</script");
            else if (tag_is(html, n, i, "style"))
                i = past(html, n, i, "</style");
            else {
                if (!is_inline(html, n, i) && !begins(html, n, i, "<!--"))
                    inc_buf_add(out, "\n", 1);
                i += k;
            }
        } else if (html[i] == '&' && (k = entity_at(html, n, i, &point)) > 0) {
            inc_buf_add(out, bytes, inc_utf8_put(bytes, point));
            i += k;
        } else {
            inc_buf_add(out, html + i++, 1);
        }
    }
}

int
inc_html_next_json(const char **json, size_t *len, const char *html, size_t n,
                   size_t *pos)
{
    for (size_t i = *pos; i < n; i++) {
        const char *end;
        size_t from, to;
        int is_json = 0;

        if (html[i] != '<' || !tag_is(html, n, i, "script"))
            continue;
        end = memchr(html + i, '>', n - i);
        if (end == NULL)
            break;
        from = (size_t)(end - html) + 1;
        for (size_t k = i; k < from; k++)
            is_json |= begins(html, from, k, "application/ld+json");
        for (to = from; to < n && !begins(html, n, to, "</script"); to++)
            ;
        i = to;
        if (!is_json)
            continue;
        *json = html + from;
        *len = to - from;
        *pos = to;
        return 1;
    }
    *pos = n;
    return 0;
}

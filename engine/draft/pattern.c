/* Patterns over words: see inside.h. */
#include <string.h>

#include "engine/draft/inside.h"

enum { ANY_WORDS = 3 };

/* One of "a|b*|c"? The element is piece[0..len). */
static int
one_of(const struct inc_token *t, const char *piece, size_t len,
       struct inc_found *f)
{
    const char *p = piece, *end = piece + len;

    if (len == 1 && *piece == '#') {
        if (t->number < 0)
            return 0;
        if (f->n_numbers < INC_CAPTURES)
            f->number[f->n_numbers++] = t->number;
        return 1;
    }
    while (p < end) {
        const char *bar = memchr(p, '|', (size_t)(end - p));
        size_t n = (size_t)((bar == NULL ? end : bar) - p);

        if (n > 0 && p[n - 1] == '*') {
            if (t->n >= n - 1 && memcmp(t->word, p, n - 1) == 0)
                return 1;
        } else if (t->n == n && memcmp(t->word, p, n) == 0) {
            return 1;
        }
        p += n + 1;
    }
    return 0;
}

static int match(struct inc_found *f, const struct inc_reader *r, size_t i,
                 size_t first, const char *pattern);

/* A pattern has few words, and each may be tried twice at most. */
/* NOLINTBEGIN(misc-no-recursion) */
static int
any_words(struct inc_found *f, const struct inc_reader *r, size_t i,
          size_t first, const char *rest)
{
    for (size_t k = 0; k <= ANY_WORDS && i + k <= r->n; k++) {
        struct inc_found again = *f;

        if (match(&again, r, i + k, first, rest)) {
            *f = again;
            return 1;
        }
        if (i + k >= r->n || r->t[i + k].gap >= INC_GAP_STOP)
            break;
    }
    return 0;
}

static int
match(struct inc_found *f, const struct inc_reader *r, size_t i, size_t first,
      const char *pattern)
{
    while (*pattern != '\0') {
        const size_t len = strcspn(pattern, " ");
        const char *rest = pattern + len + (pattern[len] == ' ');
        int here;

        while (i < r->n && i > first && (r->t[i].used & INC_USED_SKIP))
            i++;
        here = i < r->n && (i == first || r->t[i].gap < INC_GAP_STOP);
        if (len == 2 && pattern[0] == '.' && pattern[1] == '.')
            return any_words(f, r, i, first, rest);
        if (*pattern == '?') {
            struct inc_found again = *f;

            if (here && one_of(&r->t[i], pattern + 1, len - 1, &again) &&
                match(&again, r, i + 1, first, rest)) {
                *f = again;
                return 1;
            }
        } else if (here && one_of(&r->t[i], pattern, len, f)) {
            i++;
        } else {
            return 0;
        }
        pattern = rest;
    }
    f->end = i;
    return 1;
}

/* NOLINTEND(misc-no-recursion) */

int
inc_pattern_at(struct inc_found *f, const struct inc_reader *r, size_t i,
               const char *pattern)
{
    *f = (struct inc_found){.end = i};
    return match(f, r, i, i, pattern) && f->end > i;
}

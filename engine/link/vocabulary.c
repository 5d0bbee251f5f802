#include "engine/link/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

enum { EDITS_MAX = 2, DEPTHS = INC_SPLIT_BYTES + EDITS_MAX + 2 };

static int
by_text(const void *a, const void *b)
{
    const struct inc_vocabulary_text *x = a, *y = b;
    const size_t common = x->size < y->size ? x->size : y->size;
    int order = memcmp(x->text, y->text, common);

    if (order != 0)
        return order;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int
same(const struct inc_vocabulary_text *a, const struct inc_vocabulary_text *b)
{
    return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

void
inc_vocabulary_release(struct inc_vocabulary *v)
{
    inc_mem_free(v->text);
    inc_mem_free(v->at);
    inc_mem_free(v->size);
    inc_mem_free(v->lcp);
    *v = (struct inc_vocabulary){0};
}

static uint8_t
shared(const char *a, const char *b)
{
    uint8_t n = 0;

    while (a[n] != '\0' && a[n] == b[n])
        n++;
    return n;
}

int
inc_vocabulary_build(struct inc_vocabulary *v, struct inc_vocabulary_text *from,
                     uint32_t n, uint32_t *place)
{
    size_t bytes = 0, at = 0;

    if (n != 0)
        qsort(from, n, sizeof *from, by_text);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && same(&from[i], &from[i - 1])) {
            place[i] = v->n - 1;
            continue;
        }
        place[i] = v->n++;
        bytes += from[i].size + 1u;
    }
    v->text = inc_mem_zero(bytes, 1);
    v->at = inc_mem_zero(v->n, sizeof *v->at);
    v->size = inc_mem_zero(v->n, 1);
    v->lcp = inc_mem_zero(v->n, 1);
    if (v->text == NULL || v->at == NULL || v->size == NULL || v->lcp == NULL) {
        inc_vocabulary_release(v);
        return -1;
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t k = place[i];

        if (i > 0 && place[i - 1] == k)
            continue;
        v->at[k] = (uint32_t)at;
        v->size[k] = from[i].size;
        memcpy(v->text + at, from[i].text, from[i].size);
        at += from[i].size + 1u;
        if (k > 0)
            v->lcp[k] = shared(inc_vocabulary_text(v, k),
                               inc_vocabulary_text(v, k - 1));
    }
    v->bytes = bytes + v->n * (sizeof *v->at + 2);
    return 0;
}

/* The first text that is not below `text`, or, with `behind`, that neither is
 * below it nor begins with it. */
static uint32_t
bound(const struct inc_vocabulary *v, const char *text, size_t len, int behind)
{
    uint32_t lo = 0, hi = v->n;

    while (lo < hi) {
        const uint32_t mid = lo + (hi - lo) / 2;
        const int order = strncmp(inc_vocabulary_text(v, mid), text, len);

        if (order < 0 || (behind && order == 0))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

void
inc_vocabulary_prefix(const struct inc_vocabulary *v, const char *text,
                      size_t len, uint32_t *first, uint32_t *end)
{
    *first = bound(v, text, len, 0);
    *end = bound(v, text, len, 1);
}

uint32_t
inc_vocabulary_find(const struct inc_vocabulary *v, const char *text,
                    size_t len)
{
    const uint32_t i = bound(v, text, len, 0);

    return i < v->n && v->size[i] == len &&
                   memcmp(inc_vocabulary_text(v, i), text, len) == 0
               ? i
               : UINT32_MAX;
}

/* --- edit distance, a row for each byte of the text ------------------------
 */

struct rows {
    const char *typed;
    size_t len;
    unsigned max;
    uint8_t row[DEPTHS][INC_SPLIT_BYTES + 1];
    uint8_t best[DEPTHS]; /* least edits to a beginning, so far */
};

static uint8_t
least(unsigned a, unsigned b)
{
    return (uint8_t)(a < b ? a : b);
}

static void
rows_start(struct rows *r, const char *typed, size_t len, unsigned max)
{
    r->typed = typed;
    r->len = len;
    r->max = max;
    for (size_t j = 0; j <= len; j++)
        r->row[0][j] = (uint8_t)j;
    r->best[0] = (uint8_t)len;
}

/* Row d of a text whose rows before d are there. 1 while texts that go on from
 * here can still be near. */
static int
rows_add(struct rows *r, const char *text, size_t d)
{
    const uint8_t far = (uint8_t)(r->max + 1);
    const size_t lo = d > r->max ? d - r->max : 1;
    const size_t hi = d + r->max < r->len ? d + r->max : r->len;
    const uint8_t *last = r->row[d - 1];
    uint8_t *now = r->row[d];
    uint8_t lowest;

    if (lo > r->len) {
        r->best[d] = r->best[d - 1];
        return 0;
    }
    now[lo - 1] = lo == 1 ? least((unsigned)d, far) : far;
    lowest = now[lo - 1];
    for (size_t j = lo; j <= hi; j++) {
        unsigned v = last[j - 1] + (text[d - 1] == r->typed[j - 1] ? 0u : 1u);

        if (now[j - 1] + 1u < v)
            v = now[j - 1] + 1u;
        if (j < d + r->max && last[j] + 1u < v)
            v = last[j] + 1u;
        if (d > 1 && j > 1 && text[d - 1] == r->typed[j - 2] &&
            text[d - 2] == r->typed[j - 1] && r->row[d - 2][j - 2] + 1u < v)
            v = r->row[d - 2][j - 2] + 1u;
        now[j] = least(v, far);
        lowest = least(lowest, now[j]);
    }
    r->best[d] = least(r->best[d - 1], hi == r->len ? now[r->len] : far);
    return lowest <= r->max;
}

void
inc_vocabulary_near(const struct inc_vocabulary *v, const char *text,
                    size_t len, unsigned max, int as_prefix, inc_near_fn *fn,
                    void *arg)
{
    struct rows r;
    size_t depth = 0;       /* rows that are there for the text before */
    size_t dead = SIZE_MAX; /* texts that share so much are as near as it was */

    if (v->n == 0)
        return;
    rows_start(&r, text, len, max);
    for (uint32_t i = 0; i < v->n; i++) {
        const char *word = inc_vocabulary_text(v, i);
        unsigned edits;

        if (v->lcp[i] < dead) {
            depth = v->lcp[i] < depth ? v->lcp[i] : depth;
            dead = SIZE_MAX;
            while (dead == SIZE_MAX && depth < v->size[i]) {
                depth++;
                if (!rows_add(&r, word, depth))
                    dead = depth;
            }
        }
        if (as_prefix)
            edits = r.best[depth];
        else
            edits = dead != SIZE_MAX || v->size[i] + max < len
                        ? max + 1
                        : r.row[v->size[i]][len];
        if (edits >= 1 && edits <= max)
            fn(arg, i, edits);
    }
}

size_t
inc_nearest_beginning(const char *text, size_t len, const char *typed,
                      size_t typed_len, unsigned max)
{
    struct rows r;
    size_t d = 1, found = 0;

    rows_start(&r, typed, typed_len, max);
    if (r.best[0] > max)
        r.best[0] = (uint8_t)(max + 1);
    for (; d <= len; d++) {
        const int on = rows_add(&r, text, d);

        if (r.best[d] < r.best[d - 1] && r.best[d] <= max)
            found = d;
        if (!on)
            break;
    }
    return found;
}

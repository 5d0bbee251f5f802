/*
 * The order of rows: like people side by side. A row's key is its nearest
 * trades and its home, so that a merge only compares numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/pool/inside.h"

/* ---- ranks of trades ---- */

struct place {
    const char *isco; /* NULL: not known to the taxonomy */
    uint32_t trade;
};

static int
by_isco(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = 0;

    if ((x->isco == NULL) != (y->isco == NULL))
        return x->isco == NULL ? 1 : -1;
    if (x->isco != NULL)
        order = strcmp(x->isco, y->isco);
    if (order != 0)
        return order;
    return x->trade < y->trade ? -1 : x->trade > y->trade;
}

enum inc_status
inc_world_trade_rank(uint16_t *out, const struct inc_taxonomy *t,
                     const struct inc_space *s, struct inc_err *err)
{
    const uint32_t n = inc_space_occupations(s);
    struct place *place = inc_mem_zero(n, sizeof *place);

    if (place == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to order the trades");
    for (uint32_t i = 0; i < n; i++) {
        const char *uri = inc_space_occupation_uri(s, i);
        uint32_t id =
            inc_concept_find(t, INC_PILLAR_OCCUPATION, uri, strlen(uri));

        place[i].trade = i;
        if (id != INC_NO_CONCEPT)
            place[i].isco = inc_occupation_isco(t, id);
    }
    qsort(place, n, sizeof *place, by_isco);
    for (uint32_t i = 0; i < n; i++)
        out[place[i].trade] = (uint16_t)i;
    inc_mem_free(place);
    return INC_OK;
}

/* ---- keys ---- */

enum { NO_RANK = UINT16_MAX };

/* Rank of the trade of the largest weight below `under` (the first of equals),
 * NO_RANK when there is none; *at: which it is. */
static uint32_t
rank_of(const struct inc_trade *trades, uint32_t n, const uint16_t *rank,
        uint32_t skip, uint32_t *at)
{
    uint32_t weight = 0;

    *at = n;
    for (uint32_t i = 0; i < n; i++) {
        if (i != skip && trades[i].weight > weight) {
            weight = trades[i].weight;
            *at = i;
        }
    }
    if (*at == n)
        return NO_RANK;
    return rank != NULL ? rank[trades[*at].occupation] : trades[*at].occupation;
}

/* 16 bits each, uppermost first: rank of the nearest trade, home, rank of the
 * second nearest. The trade makes neighbours share skills; the home, whose
 * number grows by region and province, lets places and filters on them leave
 * whole nodes out (docs/decisions/0007-tree.md). */
static uint64_t
key_of(const struct inc_trade *trades, uint32_t n, uint16_t home,
       const uint16_t *rank)
{
    uint32_t nearest, second;
    uint64_t key = rank_of(trades, n, rank, n, &nearest);

    key = key << 16 | home;
    return key << 16 | rank_of(trades, n, rank, nearest, &second);
}

/* ---- sorting ---- */

static int
before(const struct inc_ref *a, const struct inc_ref *b)
{
    return a->key < b->key || (a->key == b->key && a->no < b->no);
}

/* Merge a[0..m) and a[m..n), both in order, into out. */
static void
merge(struct inc_ref *out, const struct inc_ref *a, size_t m, size_t n)
{
    size_t i = 0, k = m;

    for (size_t at = 0; at < n; at++) {
        if (k == n || (i < m && !before(&a[k], &a[i])))
            out[at] = a[i++];
        else
            out[at] = a[k++];
    }
}

/* Where the stretch in order that begins at `from` ends. */
static size_t
stretch(const struct inc_ref *r, size_t from, size_t n)
{
    size_t end = from + 1;

    while (end < n && before(&r[end - 1], &r[end]))
        end++;
    return end < n ? end : n;
}

/* One pass: neighbouring stretches of `from` into one each of `to`. Returns
 * how many stretches there were. */
static size_t
merge_pairs(struct inc_ref *to, const struct inc_ref *from, size_t n)
{
    size_t at = 0, stretches = 0;

    while (at < n) {
        size_t middle = stretch(from, at, n);
        size_t end = middle < n ? stretch(from, middle, n) : n;

        merge(to + at, from + at, middle - at, end - at);
        stretches += middle < end ? 2 : 1;
        at = end;
    }
    return stretches;
}

int
inc_gather_sort(struct inc_gather *g)
{
    struct inc_ref *spare, *swap;

    if (stretch(g->ref, 0, g->n) >= g->n)
        return 0;
    spare = inc_mem_resize(NULL, g->n, sizeof *spare);
    if (spare == NULL)
        return -1;
    while (merge_pairs(spare, g->ref, g->n) > 2) {
        swap = g->ref;
        g->ref = spare;
        spare = swap;
    }
    inc_mem_free(g->ref);
    g->ref = spare;
    return 0;
}

/* ---- gathering ---- */

enum inc_status
inc_gather_init(struct inc_gather *g, const struct inc_world *w,
                size_t n_sources, uint64_t rows, struct inc_err *err)
{
    *g = (struct inc_gather){.rank = w->trade_rank};
    if (n_sources > INC_SOURCES_MAX || rows > UINT32_MAX)
        return inc_fail(err, INC_E_LIMIT, 0, "too many people for one pool");
    g->source = inc_mem_zero(n_sources, sizeof(void *));
    g->ref = inc_mem_resize(NULL, rows, sizeof *g->ref);
    if (g->source == NULL || g->ref == NULL) {
        inc_gather_release(g);
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to merge people");
    }
    return INC_OK;
}

static void
gather(struct inc_gather *g, const struct inc_block *b, size_t source,
       uint32_t row)
{
    const struct inc_row *r = &b->row[row];

    g->ref[g->n++] = (struct inc_ref){
        .key = key_of(b->trades + (size_t)row * INC_TRADES, r->n_trades,
                      b->home[row], g->rank),
        .no = r->no,
        .at = (uint32_t)(source << 16 | row),
    };
}

void
inc_gather_block(struct inc_gather *g, const struct inc_block *b,
                 const uint64_t *dead)
{
    for (uint32_t row = 0; row < b->rows; row++) {
        if (!inc_bit(dead, row))
            gather(g, b, g->n_sources, row);
    }
    g->source[g->n_sources++] = b;
}

void
inc_gather_draft(struct inc_gather *g, const struct inc_draft *d,
                 const struct inc_row_change *pick, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t chunk = INC_DRAFT_CHUNK(pick[i].row);

        gather(g, &d->chunk[chunk]->view, g->n_sources + chunk,
               INC_DRAFT_ROW_IN(pick[i].row));
    }
    for (size_t i = 0; i < d->n_chunks; i++)
        g->source[g->n_sources++] = &d->chunk[i]->view;
}

void
inc_gather_release(struct inc_gather *g)
{
    inc_mem_free(g->source);
    inc_mem_free(g->ref);
    *g = (struct inc_gather){0};
}

/* ---- numbers ---- */

enum { DIGITS = 256 };

void
inc_sort_by_upper(uint64_t *a, uint64_t *spare, size_t n)
{
    uint64_t *from = a, *to = spare, *swap;

    for (int shift = 32; shift < 64; shift += 8) {
        uint32_t start[DIGITS + 1] = {0};

        for (size_t i = 0; i < n; i++)
            start[(from[i] >> shift & 255) + 1]++;
        if (n == 0 || start[(from[0] >> shift & 255) + 1] == n)
            continue; /* all the same digit */
        for (int d = 0; d < DIGITS; d++)
            start[d + 1] += start[d];
        for (size_t i = 0; i < n; i++)
            to[start[from[i] >> shift & 255]++] = from[i];
        swap = from;
        from = to;
        to = swap;
    }
    if (from != a)
        memcpy(a, from, n * sizeof *a);
}

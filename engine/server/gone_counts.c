#include "engine/server/gone_counts.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/server/desk.h"

/* Where an erased person may have gone: matched, left out by a filter, by a
 * rule. */
enum {
    WAY_MATCHED,
    WAY_FILTERED,
    WAY_RULE,
    WAYS = WAY_RULE + INC_RULE_COUNT,
    TRIES_MAX = 100000,
    WORK_MAX = 256 << 20 /* bytes digested: under a second */
};

struct trial {
    struct inc_hasher begun; /* the digest before the body */
    const struct inc_counts_of *c;
    struct inc_buf body; /* of this try */
    uint64_t share[WAYS];
    int cursor; /* write one though the answer of now has none */
    int fits;
    int open[WAYS]; /* a way that is there */
};

/* ---- writing ------------------------------------------------------------- */

static void
excluded_write(struct inc_writer *w, const struct trial *t)
{
    inc_w_list(w);
    for (int r = 0; r < INC_RULE_COUNT; r++) {
        uint64_t n = t->c->now->excluded[r] + t->share[WAY_RULE + r];

        if (n == 0)
            continue;
        inc_w_map(w);
        inc_w_ktext(w, "rule", inc_rule_names[r]);
        inc_w_kint(w, "count", (int64_t)n);
        inc_w_end(w);
    }
    inc_w_end(w);
}

static uint64_t
shared(const struct trial *t)
{
    uint64_t n = 0;

    for (int i = 0; i < WAYS; i++)
        n += t->share[i];
    return n;
}

static void
rows_write(struct inc_writer *w, const struct trial *t)
{
    const struct inc_buf *rows = t->c->rows;
    const unsigned char *bytes;
    size_t at = 0;

    inc_w_list(w);
    while (at < rows->len) {
        size_t len = inc_raw_object(rows->data + at, rows->len - at);

        bytes = rows->data + at;
        inc_w_raw(w, bytes, len);
        at += len;
    }
    inc_w_end(w);
}

/* One member of the answer of now, as it would have been. */
static void
member_write(struct inc_writer *w, const struct trial *t,
             const struct inc_raw_pair *m)
{
    const struct inc_outline *now = t->c->now;

    if (inc_raw_says(m, "changed") && t->cursor)
        inc_w_ktext(w, "cursor", now->next);
    inc_w_raw(w, m->key, m->key_len);
    if (inc_raw_says(m, "considered"))
        inc_w_int(w, (int64_t)(now->considered + shared(t)));
    else if (inc_raw_says(m, "matched"))
        inc_w_int(w, (int64_t)(now->matched + t->share[WAY_MATCHED]));
    else if (inc_raw_says(m, "excluded"))
        excluded_write(w, t);
    else if (inc_raw_says(m, "items"))
        rows_write(w, t);
    else
        inc_w_raw(w, m->value, m->value_len);
}

static enum inc_status
try_once(struct trial *t, struct inc_err *err)
{
    const struct inc_buf *now = t->c->body;
    struct inc_hasher h = t->begun;
    unsigned char digest[INC_DIGEST];
    struct inc_raw_pair m;
    struct inc_writer w;
    size_t at = 0;

    inc_buf_reset(&t->body);
    inc_writer_init(&w, &t->body);
    inc_w_map(&w);
    while (inc_raw_pair(now->data, now->len, &at, &m))
        member_write(&w, t, &m);
    inc_w_end(&w);
    if (t->body.failed)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a replay");
    inc_hasher_add(&h, t->body.data, t->body.len);
    inc_hasher_end(&h, digest);
    t->fits = t->body.len == t->c->entry->reply_len &&
              memcmp(digest, t->c->entry->reply, INC_DIGEST) == 0;
    return INC_OK;
}

/* ---- the ways ------------------------------------------------------------ */

static int
has_cursor(const struct inc_counts_of *c)
{
    const unsigned char *bytes;
    size_t len;

    inc_raw_member(c->body->data, c->body->len, "cursor", &bytes, &len);
    return bytes != NULL;
}

/* These shares, with a cursor and without where both can be. */
static enum inc_status
try_shares(struct trial *t, struct inc_err *err)
{
    int may = t->c->full && t->share[WAY_MATCHED] > 0 && !has_cursor(t->c) &&
              t->c->now->next[0] != '\0';
    enum inc_status st = INC_OK;

    for (t->cursor = 0; t->cursor <= may && !t->fits && st == INC_OK;
         t->cursor++)
        st = try_once(t, err);
    return st;
}

/* All shares of `left` people among the ways from `way` on: next in *t, 0 at
 * the end. Counts up like a number whose digits' sum is at most `gone`. */
static int
next_shares(struct trial *t)
{
    uint64_t sum = shared(t);

    for (int i = 0; i < WAYS; i++) {
        if (!t->open[i])
            continue;
        if (sum < t->c->gone) {
            t->share[i]++;
            return 1;
        }
        sum -= t->share[i];
        t->share[i] = 0;
    }
    return 0;
}

/* How many ways there are to share them, at most TRIES_MAX + 1. */
static uint64_t
how_many(const struct trial *t)
{
    uint64_t n = 1, ways = 0;

    for (int i = 0; i < WAYS; i++) {
        if (!t->open[i])
            continue;
        ways++; /* (gone + ways) over ways */
        if (t->c->gone > TRIES_MAX)
            return TRIES_MAX + 1;
        n = n * (t->c->gone + ways) / ways;
        if (n > TRIES_MAX)
            return TRIES_MAX + 1;
    }
    return n;
}

enum inc_status
inc_counts_fit(const struct inc_counts_of *c, enum inc_counts_fit *out,
               struct inc_err *err)
{
    struct trial t = {.c = c};
    enum inc_status st = INC_OK;
    uint64_t n;

    /* Who matched would be in the facets: as what, nobody knows any more. */
    t.open[WAY_MATCHED] = !c->facets;
    t.open[WAY_FILTERED] = c->now->filters;
    for (int r = 0; r < INC_RULE_COUNT; r++)
        t.open[WAY_RULE + r] = (int)(c->now->rules >> r & 1u);
    *out = INC_COUNTS_UNKNOWN;
    n = how_many(&t);
    if (n > TRIES_MAX || n * 2 * (c->body->len + 1) > WORK_MAX)
        return INC_OK;
    INC_TRY(inc_trail_reply_begin(&t.begun, c->store, c->entry, c->items,
                                  c->n_items, err));
    do {
        INC_TRY(try_shares(&t, err));
    } while (!t.fits && next_shares(&t));
    *out = t.fits      ? INC_COUNTS_FIT
           : c->facets ? INC_COUNTS_UNKNOWN
                       : INC_COUNTS_NONE_FIT;
out:
    inc_buf_release(&t.body);
    return st;
}

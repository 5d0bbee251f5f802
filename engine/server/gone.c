#include "engine/server/gone.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/server/desk.h"
#include "engine/server/gone_counts.h"

struct told {
    struct inc_trail_item item; /* as the register has it */
    int gone;
    uint32_t first; /* index of the first row with this score */
    uint32_t now;   /* of a row that is left: its index among the items */
};

struct compare {
    struct inc_gone *g;
    struct told *row; /* [n] */
    uint32_t n;
    uint64_t others; /* erased people who are in no row */
};

static int differs(struct inc_gone *g, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static int
differs(struct inc_gone *g, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(g->why, sizeof g->why, fmt, args);
    va_end(args);
    return 1;
}

uint32_t
inc_gone_holes(const struct inc_store *s, const struct inc_trail_row *row)
{
    struct inc_trail_item item;
    size_t at = 0;
    uint32_t holes = 0;

    if (row->t.of != INC_RECORD_CANDIDATE)
        return 0;
    while (inc_trail_item_next(&item, row->packed, row->packed_len, &at) > 0)
        holes += inc_trail_gone(s, item.no) != 0;
    return holes;
}

static enum inc_status
read_rows(struct compare *c, struct inc_err *err)
{
    struct inc_gone *g = c->g;
    const struct inc_trail_row *r = g->row;
    size_t at = 0;

    if (!inc_trail_items_hold(r))
        return inc_fail(err, INC_E_CORRUPT, 0,
                        "the rows of the entry are not those its head has");
    c->row = inc_arena_array(g->arena, r->t.n_items + 1u, sizeof *c->row);
    if (c->row == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a replay");
    for (c->n = 0; c->n < r->t.n_items; c->n++) {
        struct told *t = &c->row[c->n];

        *t = (struct told){.first = c->n};
        (void)inc_trail_item_next(&t->item, r->packed, r->packed_len, &at);
        t->gone = inc_trail_gone(g->store, t->item.no);
        t->now = c->n - g->holes;
        g->holes += t->gone != 0;
        if (c->n > 0 && t[-1].item.score == t->item.score)
            t->first = t[-1].first;
    }
    return INC_OK;
}

static int
later_page(const struct compare *c)
{
    return c->g->options->cursor != NULL;
}

/* Rows in order, and holes of people who were there. */
static int
order_differs(const struct compare *c)
{
    for (uint32_t i = 0; i < c->n; i++) {
        const struct told *t = &c->row[i];

        if (i > 0 && t->item.score > t[-1].item.score)
            return differs(c->g,
                           "item %u has a higher score than the one "
                           "before it",
                           i + 1);
        if (t->gone && !inc_past_is_lost(c->g->past, t->item.no))
            return differs(c->g, "item %u: number %llu was not there then",
                           i + 1, (unsigned long long)t->item.no);
        if (!later_page(c) && t->item.rank != t->first + 1)
            return differs(c->g, "item %u: rank %u was told, its place is %u",
                           i + 1, t->item.rank, t->first + 1);
    }
    return 0;
}

static uint32_t
holes_before(const struct compare *c, uint32_t end)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < end; i++)
        n += c->row[i].gone != 0;
    return n;
}

/* Score of the row the cursor names; -1 on a first page. */
static int32_t
score_before(const struct compare *c)
{
    unsigned score = 0;

    if (!later_page(c) ||
        sscanf(c->g->options->cursor, "%8x", &score) != 1) /* NOLINT */
        return -1;
    return (int32_t)score;
}

/* On a later page erased people may stand on those before it: the same number
 * of them before all rows, fewer only before those that share the score of the
 * row the cursor names. */
static int
ranks_differ(const struct compare *c)
{
    int64_t ahead[2] = {-1, -1};
    int32_t before = score_before(c);

    for (uint32_t i = 0; i < c->n; i++) {
        const struct told *t = &c->row[i];
        int64_t *same = &ahead[t->item.score == before];
        int64_t more;

        if (t->gone)
            continue;
        more = (int64_t)t->item.rank - c->g->items[t->now].rank -
               holes_before(c, t->first);
        if (more < 0 || more > (later_page(c) ? (int64_t)c->others : 0) ||
            (*same >= 0 && more != *same))
            return differs(c->g, "item %u: rank %u was told; now %u", i + 1,
                           t->item.rank, c->g->items[t->now].rank);
        *same = more;
    }
    return ahead[0] >= 0 && ahead[1] > ahead[0] &&
           differs(c->g, "the ranks do not fit each other");
}

static int
row_differs(const struct compare *c, uint32_t i)
{
    const struct told *t = &c->row[i];
    const struct inc_trail_item *is = &c->g->items[t->now];

    if (t->item.no == is->no && t->item.score == is->score &&
        t->item.n_lines == is->n_lines)
        return 0;
    return differs(c->g,
                   "item %u: number %llu, score %d, %u lines were told; now "
                   "number %llu, score %d, %u lines",
                   i + 1, (unsigned long long)t->item.no, t->item.score,
                   t->item.n_lines, (unsigned long long)is->no, is->score,
                   is->n_lines);
}

/* ---- one row, in bytes --------------------------------------------------- */

/* An item with the rank it was told and so many who share its score. */
static void
amend(struct inc_buf *out, const unsigned char *bytes, size_t len,
      uint32_t rank, int64_t tied)
{
    const unsigned char *r, *t;
    size_t r_len, t_len;
    struct inc_writer w;

    inc_raw_member(bytes, len, "rank", &r, &r_len);
    inc_raw_member(bytes, len, "tied", &t, &t_len);
    inc_buf_reset(out);
    if (r == NULL || t == NULL || r > t)
        return;
    inc_writer_init(&w, out);
    inc_buf_add(out, bytes, (size_t)(r - bytes));
    inc_w_int(&w, rank);
    inc_buf_add(out, r + r_len, (size_t)(t - r) - r_len);
    inc_w_int(&w, tied);
    inc_buf_add(out, t + t_len, len - (size_t)(t - bytes) - t_len);
}

struct marks {
    struct inc_buf *out; /* of the row amended last */
    const unsigned char *bytes;
    size_t len;
    int64_t tied;         /* as it comes out now, with the holes */
    uint64_t extra, most; /* more who may share the score */
};

static int64_t
tied_now(const unsigned char *bytes, size_t len)
{
    const unsigned char *t;
    size_t t_len;

    inc_raw_member(bytes, len, "tied", &t, &t_len);
    return t == NULL ? 0 : inc_raw_int(t, t_len);
}

static uint32_t
holes_with(const struct compare *c, int32_t score)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < c->n; i++)
        n += c->row[i].gone && c->row[i].item.score == score;
    return n;
}

/* How many erased people may share a row's score without a row of theirs. */
static uint64_t
may_share(const struct compare *c, int32_t score)
{
    int last = c->n == (uint64_t)c->g->options->k &&
               score == c->row[c->n - 1].item.score;

    return last || score == score_before(c) ? c->others : 0;
}

static int
mark_fits(struct marks *m, const struct inc_trail_item *was, uint32_t rank)
{
    for (; m->extra <= m->most; m->extra++) {
        amend(m->out, m->bytes, m->len, rank, m->tied + (int64_t)m->extra);
        if (!m->out->failed &&
            inc_mark64(m->out->data, m->out->len) == was->mark)
            return 1;
    }
    return 0;
}

static int
tell_line(const struct compare *c, uint32_t i, const struct inc_trail_item *was)
{
    const struct inc_trail_item *is = &c->g->items[c->row[i].now];

    for (uint32_t l = 0; l < was->n_lines; l++)
        if (memcmp((const unsigned char *)was->lines + (size_t)2 * l,
                   (const unsigned char *)is->lines + (size_t)2 * l, 2) != 0)
            return differs(c->g, "item %u: line %u differs", i + 1, l + 1);
    return differs(c->g, "item %u differs", i + 1);
}

/* The rows of who is left; their bytes as they were told go to *out. */
static enum inc_status
marks_differ(struct compare *c, struct inc_buf *list, int *differ,
             struct inc_err *err)
{
    static unsigned char lines[2 * INC_TRAIL_LINES_MAX]; /* one porter */
    struct inc_buf one = {0};
    struct marks m = {.out = &one};
    const unsigned char *items;
    size_t len, at = 0;
    int32_t score = -1;
    enum inc_status st = INC_OK;

    inc_raw_member(c->g->body->data, c->g->body->len, "items", &items, &len);
    for (uint32_t i = 0; i < c->n && !*differ; i++) {
        const struct told *t = &c->row[i];
        struct inc_trail_item was = t->item;

        if (t->gone || inc_raw_item(items, len, &at, &m.bytes, &m.len) == 0)
            continue;
        INC_TRY(inc_trail_item_open(&was, c->g->store, &c->g->row->t, i, lines,
                                    err));
        m.tied = tied_now(m.bytes, m.len) + holes_with(c, was.score);
        if (was.score != score) {
            m.extra = 0;
            m.most = may_share(c, was.score);
        } else {
            m.most = m.extra; /* all of a score are as many */
        }
        score = was.score;
        if (!mark_fits(&m, &was, was.rank))
            *differ = tell_line(c, i, &was);
        inc_buf_add(list, one.data, one.len);
    }
    if (list->failed || one.failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a replay");
out:
    inc_buf_release(&one);
    return st;
}

/* ---- the whole ----------------------------------------------------------- */

static enum inc_status
beside(struct compare *c, const struct inc_buf *rows,
       enum inc_gone_verdict *out, struct inc_err *err)
{
    struct inc_gone *g = c->g;
    struct inc_counts_of counts = {.store = g->store,
                                   .entry = &g->row->t,
                                   .items = g->items,
                                   .n_items = g->n_items,
                                   .now = g->outline,
                                   .rows = rows,
                                   .body = g->body,
                                   .full = c->n == (uint64_t)g->options->k,
                                   .facets = g->options->facets != 0,
                                   .gone = c->others};
    enum inc_counts_fit fit;
    enum inc_status st = INC_OK;

    *out = INC_GONE_ROWS;
    if (g->options->facets)
        g->unchecked |= INC_UNCHECKED_FACETS;
    g->unchecked |= INC_UNCHECKED_COUNTS;
    if (g->holes > 0) {
        g->unchecked |= INC_UNCHECKED_ROWS;
        return INC_OK;
    }
    INC_TRY(inc_counts_fit(&counts, &fit, err));
    if (fit == INC_COUNTS_FIT) {
        *out = INC_GONE_WHOLE;
        g->unchecked = 0;
    } else if (fit == INC_COUNTS_NONE_FIT) {
        *out = INC_GONE_DIFFERENT;
        (void)differs(g, "the rows are the same; what is beside them differs");
    }
out:
    return st;
}

enum inc_status
inc_gone_compare(struct inc_gone *g, enum inc_gone_verdict *out,
                 struct inc_err *err)
{
    struct compare c = {.g = g};
    struct inc_buf rows = {0};
    uint64_t gone = inc_past_lost(g->past);
    enum inc_status st = INC_OK;
    int differ = 0;

    g->holes = 0;
    g->unchecked = 0;
    g->why[0] = '\0';
    INC_TRY(read_rows(&c, err));
    c.others = gone > g->holes ? gone - g->holes : 0;
    if (c.n - g->holes != g->n_items)
        differ = differs(g,
                         "the answer had %u items, %u of people erased since; "
                         "now %u",
                         c.n, g->holes, g->n_items);
    differ = differ || order_differs(&c);
    for (uint32_t i = 0; i < c.n && !differ; i++)
        differ = !c.row[i].gone && row_differs(&c, i);
    differ = differ || ranks_differ(&c);
    if (!differ)
        INC_TRY(marks_differ(&c, &rows, &differ, err));
    *out = INC_GONE_DIFFERENT;
    if (!differ)
        st = beside(&c, &rows, out, err);
out:
    inc_buf_release(&rows);
    return st;
}

/* trail_read.c - the register, read through a view. */
#include <string.h>

#include "engine/store/trail_private.h"

#define DAY_MS INT64_C(86400000)

enum inc_status
inc_view_head(struct inc_view *v, uint64_t *seq, struct inc_err *err)
{
    struct inc_head head;
    enum inc_status st = inc_head_load(v->s, v->txn, &head, err);

    if (st == INC_OK)
        *seq = head.seq;
    return st;
}

enum inc_status
inc_trail_head(struct inc_view *v, struct inc_trail_head *out,
               struct inc_err *err)
{
    *out = (struct inc_trail_head){.first = 1}; /* also an empty tree */
    inc_trail_chain_first(out->base, v->s->id);
    memcpy(out->chain, out->base, INC_DIGEST);
    return v->s->has_trail ? inc_trail_head_load(v->s, v->txn, out, err)
                           : INC_OK;
}

enum inc_status
inc_trail_estate_get(struct inc_view *v, const unsigned char digest[INC_DIGEST],
                     const void **text, size_t *len, struct inc_err *err)
{
    enum inc_status st = INC_E_NOTFOUND;

    if (v->s->has_trail)
        st = inc_table_get(v->s, v->txn, INC_TABLE_TRAIL_ESTATE, digest,
                           INC_DIGEST, &v->plain, text, len, err);
    if (st == INC_E_NOTFOUND)
        return inc_fail(err, INC_E_NOTFOUND, 0,
                        "what it was matched against is not described");
    return st;
}

enum inc_status
inc_trail_row_at(struct inc_view *v, uint64_t no, enum inc_trail_depth depth,
                 struct inc_trail_row *out, struct inc_arena *a,
                 struct inc_err *err)
{
    unsigned char key[INC_NUMBER];
    const void *bytes;
    size_t len;
    enum inc_status st = INC_E_NOTFOUND;

    inc_number_put(key, no);
    if (v->s->has_trail)
        st = inc_table_get(v->s, v->txn, INC_TABLE_TRAIL, key, sizeof key,
                           &out->plain, &bytes, &len, err);
    if (st == INC_E_NOTFOUND)
        return inc_fail(err, INC_E_NOTFOUND, 0,
                        "the register has no entry %llu",
                        (unsigned long long)no);
    if (st == INC_OK)
        st = inc_trail_row_take(out, v->s, bytes, len, depth, a, err);
    return st;
}

enum inc_status
inc_trail_get(struct inc_view *v, uint64_t no, struct inc_trail_row *out,
              struct inc_arena *a, struct inc_err *err)
{
    struct inc_trail_head head;
    enum inc_status st = inc_trail_head(v, &head, err);

    if (st != INC_OK)
        return st;
    if (no >= head.first || no == 0)
        return inc_trail_row_at(v, no, INC_ROW_WHOLE, out, a, err);
    (void)inc_fail(err, INC_E_NOTFOUND, 0,
                   "entry %llu was pruned: the register is kept from entry "
                   "%llu on",
                   (unsigned long long)no, (unsigned long long)head.first);
    inc_err_hint(err, "`incrocio register cut` says since when, and why");
    return INC_E_NOTFOUND;
}

/* ---- walking ------------------------------------------------------------ */

struct walk {
    struct inc_view *v;
    const struct inc_trail_filter *f;
    struct inc_arena *a;
    MDB_cursor *c;
    enum inc_table table;
    uint64_t record; /* of an index, 0: the entries themselves */
    uint64_t first;  /* what is before it was pruned, rows may be left */
    MDB_val key, value;
    int rc;
};

static enum inc_table
table_of(const struct inc_trail_filter *f)
{
    if (f->person != 0)
        return INC_TABLE_TRAIL_PERSON;
    return f->need != 0 ? INC_TABLE_TRAIL_NEED : INC_TABLE_TRAIL;
}

/* To the last key under `before`. */
static void
place(struct walk *w, uint64_t before)
{
    unsigned char from[INC_TRAIL_KEY];
    size_t skip = w->record != 0 ? INC_NUMBER : 0;

    if (w->record != 0)
        inc_number_put(from, w->record);
    inc_number_put(from + skip, before);
    w->key = (MDB_val){skip + INC_NUMBER, from};
    w->rc = mdb_cursor_get(w->c, &w->key, &w->value, MDB_SET_RANGE);
    w->rc = mdb_cursor_get(w->c, &w->key, &w->value,
                           w->rc == 0 ? MDB_PREV : MDB_LAST);
}

/* 1 when the cursor is on a row that belongs to the walk. */
static int
there(const struct walk *w)
{
    if (w->rc != 0)
        return 0;
    if (w->record == 0)
        return w->key.mv_size == INC_NUMBER &&
               inc_number_get(w->key.mv_data) >= w->first;
    return w->key.mv_size == INC_TRAIL_KEY &&
           inc_number_get(w->key.mv_data) == w->record &&
           inc_number_get((const unsigned char *)w->key.mv_data + INC_NUMBER) >=
               w->first;
}

/* The row under the cursor: its number, entry and the person's place. */
static enum inc_status
row_read(struct walk *w, struct inc_trail_row *row, uint64_t *place_of,
         struct inc_err *err)
{
    const unsigned char *key = w->key.mv_data;
    unsigned char where[INC_TRAIL_PLACE];
    size_t place_len = w->table == INC_TABLE_TRAIL_PERSON ? sizeof where : 0;
    enum inc_status st;

    *place_of = (uint32_t)INC_TRAIL_NO_SCORE;
    inc_arena_reset(w->a);
    if (w->record == 0) {
        st = inc_trail_row_read(row, w->v->s, &w->key, &w->value, w->a, err);
        goto out;
    }
    INC_TRY(inc_value_take(w->v->s, w->table, &w->key, &w->value, where,
                           place_len, err));
    if (place_len != 0)
        *place_of = inc_number_get(where);
    st = inc_trail_row_at(w->v, inc_number_get(key + INC_NUMBER), INC_ROW_WHOLE,
                          row, w->a, err);
    if (st == INC_E_NOTFOUND)
        st = inc_fail(err, INC_E_CORRUPT, 0,
                      "an entry of the register is named but not there");
out:
    return st;
}

static int
asked_about(const struct inc_trail *t, uint64_t need)
{
    for (uint32_t i = 0; i < t->n_subjects; i++)
        if (t->subject[i].kind == INC_RECORD_NEED && t->subject[i].no == need)
            return 1;
    return 0;
}

static int
chosen(const struct inc_trail_filter *f, const struct inc_trail *t)
{
    if (f->until_ms != 0 && t->at_unix_ms >= f->until_ms)
        return 0;
    if (f->from_ms != 0 && t->at_unix_ms < f->from_ms)
        return 0;
    if (f->need != 0 && f->person != 0 && !asked_about(t, f->need))
        return 0;
    return f->actor == NULL ||
           (t->actor != NULL && strcmp(f->actor, t->actor) == 0);
}

/* Clocks are set right now and then, but not by days. */
static int
too_old(const struct walk *w, const struct inc_trail *t)
{
    return w->record == 0 && w->f->from_ms != 0 &&
           t->at_unix_ms < w->f->from_ms - DAY_MS;
}

enum inc_status
inc_trail_walk(struct inc_view *v, const struct inc_trail_filter *f,
               size_t look, struct inc_arena *a, inc_trail_each_fn *each,
               void *arg, uint64_t *next, struct inc_err *err)
{
    struct walk w = {.v = v,
                     .f = f,
                     .a = a,
                     .table = table_of(f),
                     .record = f->person != 0 ? f->person : f->need};
    struct inc_trail_row row = {0};
    struct inc_trail_head head;
    enum inc_status st = INC_OK;

    *next = 0;
    if (!v->s->has_trail)
        return INC_OK;
    INC_TRY(inc_trail_head(v, &head, err));
    w.first = head.first;
    INC_TRY(inc_lmdb_status(mdb_cursor_open(v->txn, v->s->dbi[w.table], &w.c),
                            "open a cursor", err));
    place(&w, f->before != 0 ? f->before : UINT64_MAX);
    for (; there(&w); w.rc = mdb_cursor_get(w.c, &w.key, &w.value, MDB_PREV)) {
        uint64_t where;

        if (look-- == 0)
            goto out; /* *next is the last one looked at */
        INC_TRY(row_read(&w, &row, &where, err));
        if (too_old(&w, &row.t)) {
            *next = 0;
            goto out;
        }
        if (chosen(f, &row.t))
            INC_TRY(each(arg, &row, (uint32_t)(where >> 32), (int32_t)where));
        *next = row.t.no;
    }
    *next = 0;
    if (w.rc != 0 && w.rc != MDB_NOTFOUND)
        st = inc_lmdb_status(w.rc, "read the register", err);
out:
    inc_trail_row_release(&row);
    mdb_cursor_close(w.c);
    return st;
}

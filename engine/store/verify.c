#include "engine/store/private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"

/*
 * The walk over everything, within one view. What is wrong is told and
 * counted and the walk goes on; only trouble of ours (memory) ends it. The
 * texts name tables and numbers, never what a record says.
 */
enum { TRIES = 100 };

struct walk {
    struct inc_view *v;
    struct inc_store *s;
    struct inc_verify_report *out;
    void (*tell)(void *arg, int is_fault, const char *text);
    void *tell_arg;
    void (*extra)(void *arg, enum inc_record_kind kind,
                  const union inc_record *r);
    void *extra_arg;
    struct inc_arena arena;
    struct inc_buf plain; /* a journal body or a first answer */
    struct inc_head head;
    struct inc_last last;   /* what the journal says of each number */
    int compares;           /* 0: the journal has faults, it says nothing */
    uint64_t row;           /* of the table walked */
    struct inc_err trouble; /* of ours: ends the walk, says nothing of the
                               store. status INC_OK: none */
};

typedef void each_row(struct walk *w, enum inc_table t, const MDB_val *key,
                      const void *bytes, size_t len);

__attribute__((format(printf, 3, 4))) static void
tell(struct walk *w, int is_fault, const char *fmt, ...)
{
    char text[320];
    va_list ap;

    if (w->trouble.status != INC_OK)
        return; /* what was not read makes counts differ */
    if (is_fault)
        w->out->faults++;
    else
        w->out->warnings++;
    if (w->tell == NULL)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    w->tell(w->tell_arg, is_fault, text);
}

void
inc_verify_fault(const struct inc_teller *t, const struct inc_err *err,
                 const char *fmt, ...)
{
    char text[240];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    t->tell(t->arg, err, text);
}

/* Is this failure ours? Then nothing is wrong with the row. */
static int
is_ours(struct walk *w, const struct inc_err *err)
{
    if (err->status != INC_E_NOMEM)
        return 0;
    w->trouble = *err;
    return 1;
}

/* Every row of a table whose frame is in order goes to `each`. Hands back how
 * many rows there are, in order or not. */
static uint64_t
walk_table(struct walk *w, enum inc_table t, each_row *each)
{
    MDB_cursor *c = NULL;
    MDB_val k, v;
    MDB_stat stat;
    int rc = mdb_cursor_open(w->v->txn, w->s->dbi[t], &c);

    w->row = 0;
    if (rc == 0)
        rc = mdb_stat(w->v->txn, w->s->dbi[t], &stat);
    if (rc != 0) {
        tell(w, 1, "table %s: %s", inc_table_name(t), mdb_strerror(rc));
        goto out;
    }
    while (w->trouble.status == INC_OK &&
           (rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) == 0) {
        struct inc_err err;
        const void *bytes;
        size_t len;
        enum inc_status st;

        if (++w->row > stat.ms_entries) {
            tell(w, 1, "table %s: more rows than it counts", inc_table_name(t));
            goto out;
        }
        inc_arena_reset(&w->arena);
        st = inc_value_open(w->s, t, &k, &v, &w->v->plain, &bytes, &len, &err);
        if (st == INC_E_NOTFOUND)
            continue; /* erased, and goes with the next start for writing */
        if (st == INC_OK)
            each(w, t, &k, bytes, len);
        else if (!is_ours(w, &err))
            tell(w, 1, "row %llu of table %s: %s", (unsigned long long)w->row,
                 inc_table_name(t), err.what);
    }
    if (w->trouble.status != INC_OK)
        goto out;
    if (rc != MDB_NOTFOUND)
        tell(w, 1, "table %s: row %llu: %s", inc_table_name(t),
             (unsigned long long)w->row + 1, mdb_strerror(rc));
    else if (w->row != stat.ms_entries)
        tell(w, 1, "table %s: %llu rows, counted as %llu", inc_table_name(t),
             (unsigned long long)w->row, (unsigned long long)stat.ms_entries);
out:
    mdb_cursor_close(c);
    return w->row;
}

static void
tell_fault(void *arg, const struct inc_err *err, const char *text)
{
    if (err == NULL || !is_ours(arg, err))
        tell(arg, 1, "%s", text);
}

/* --- journal ------------------------------------------------------------- */

static void
check_key_row(struct walk *w, const struct inc_journal_row *row)
{
    struct inc_answer first;
    struct inc_err err;
    const void *bytes;
    size_t len;
    unsigned long long seq = row->e.seq;

    (void)inc_fail(&err, INC_E_NOTFOUND, 0, "it is not there");
    if (inc_table_get(w->s, w->v->txn, INC_TABLE_KEYS, row->e.key, INC_KEY,
                      &w->plain, &bytes, &len, &err) != INC_OK ||
        inc_answer_read(&first, bytes, len, &w->arena, &err) != INC_OK) {
        if (!is_ours(w, &err))
            tell(w, 1, "journal %llu: its request key: %s", seq, err.what);
        return;
    }
    if (first.seq != row->e.seq || first.result != row->e.result ||
        first.revision != row->revision || first.created != row->created ||
        strcmp(first.op, inc_ops[row->e.op].wire) != 0 ||
        memcmp(first.body_sha, row->e.body_sha, INC_DIGEST) != 0)
        tell(w, 1, "journal %llu: its request key has another answer", seq);
}

struct chain {
    uint64_t seq;
    unsigned char sum[INC_DIGEST];
};

/* Bodies about an erased person cannot be opened any more; the chain runs over
 * their digests and holds all the same. */
static void
check_body(struct walk *w, const struct inc_journal_row *row)
{
    unsigned long long seq = row->e.seq;
    const void *body = row->body;
    size_t len = row->body_len;
    unsigned char sum[INC_DIGEST];
    struct inc_err err;

    if (row->sealed) {
        enum inc_status st = inc_body_open(w->s, row->no, row->e.seq, body, len,
                                           &w->plain, &err);
        if (st == INC_E_NOTFOUND)
            return;
        if (st != INC_OK) {
            if (!is_ours(w, &err))
                tell(w, 1, "journal %llu: %s", seq, err.what);
            return;
        }
        body = w->plain.data;
        len = w->plain.len;
    }
    inc_digest(sum, body, len);
    if (memcmp(sum, row->e.body_sha, INC_DIGEST) != 0)
        tell(w, 1, "journal %llu: the body is not the one that was chained",
             seq);
}

static void
check_entry(struct walk *w, struct chain *chain, const MDB_val *key,
            const void *bytes, size_t len)
{
    struct inc_journal_row row;
    struct inc_err err;
    unsigned char sum[INC_DIGEST];
    uint64_t at = key->mv_size == INC_NUMBER ? inc_number_get(key->mv_data) : 0;

    if (inc_entry_read(&row, bytes, len, &w->arena, &err) != INC_OK) {
        if (!is_ours(w, &err))
            tell(w, 1, "journal %llu: %s", (unsigned long long)at, err.what);
        return;
    }
    if (at != chain->seq + 1 || row.e.seq != at)
        tell(w, 1, "journal %llu: follows %llu, names itself %llu",
             (unsigned long long)at, (unsigned long long)chain->seq,
             (unsigned long long)row.e.seq);
    inc_chain_next(sum, chain->sum, row.head, row.head_len);
    if (memcmp(sum, row.e.chain, INC_DIGEST) != 0)
        tell(w, 1, "journal %llu: the chain is broken", (unsigned long long)at);
    chain->seq = at;
    memcpy(chain->sum, row.e.chain, INC_DIGEST);
    if ((row.body != NULL) != (row.e.result == INC_OK)) {
        tell(w, 1, "journal %llu: a body where none belongs, or none",
             (unsigned long long)at);
    } else if (row.body != NULL) {
        check_body(w, &row);
    }
    if (row.created && row.no >= w->head.next_no[row.kind])
        tell(w, 1, "journal %llu: gave number %llu, the counter says %llu",
             (unsigned long long)at, (unsigned long long)row.no,
             (unsigned long long)w->head.next_no[row.kind]);
    check_key_row(w, &row);
    inc_last_entry(&w->last, &row, &(struct inc_teller){tell_fault, w});
}

/* The journal wants a running state; the walk hands rows to this one. */
struct journal_walk {
    struct walk w; /* first: each_row gets it as a walk */
    struct chain chain;
};

static void
journal_row(struct walk *w, enum inc_table t, const MDB_val *key,
            const void *bytes, size_t len)
{
    struct journal_walk *j = (struct journal_walk *)w;

    (void)t;
    check_entry(&j->w, &j->chain, key, bytes, len);
}

static void
key_row(struct walk *w, enum inc_table t, const MDB_val *key, const void *bytes,
        size_t len)
{
    struct inc_answer first;
    struct inc_err err;
    unsigned long long row = w->row;

    if (key->mv_size != INC_KEY)
        tell(w, 1, "row %llu of table %s: a key of %zu bytes", row,
             inc_table_name(t), key->mv_size);
    else if (inc_answer_read(&first, bytes, len, &w->arena, &err) != INC_OK) {
        if (!is_ours(w, &err))
            tell(w, 1, "row %llu of table %s: %s", row, inc_table_name(t),
                 err.what);
    } else if (first.seq == 0 || first.seq > w->head.seq)
        tell(w, 1, "row %llu of table %s: journal %llu does not exist", row,
             inc_table_name(t), (unsigned long long)first.seq);
}

/* --- records ------------------------------------------------------------- */

static void
check_reference(struct walk *w, const struct inc_need *need,
                unsigned long long no)
{
    unsigned char company[INC_NUMBER];
    enum inc_status st;

    if (!INC_HAS(need, INC_NEED_COMPANY))
        return;
    st = inc_table_read(w->s, w->v->txn, INC_TABLE_ID + INC_RECORD_COMPANY,
                        need->company, strlen(need->company), company,
                        sizeof company, NULL);
    if (st == INC_E_NOTFOUND)
        tell(w, 0, "need %llu: its company is not stored", no);
    else if (st != INC_OK)
        tell(w, 1, "need %llu: its company cannot be read", no);
}

static void
record_row(struct walk *w, enum inc_table t, const MDB_val *key,
           const void *bytes, size_t len)
{
    enum inc_record_kind kind = (enum inc_record_kind)(t - INC_TABLE_RECORD);
    const char *name = inc_record_name(kind), *id;
    unsigned char named[INC_NUMBER];
    struct inc_err err;
    union inc_record r;
    unsigned long long no;

    if (key->mv_size != INC_NUMBER) {
        tell(w, 1, "%s: a number of %zu bytes", name, key->mv_size);
        return;
    }
    no = inc_number_get(key->mv_data);
    if (no == 0 || no >= w->head.next_no[kind])
        tell(w, 1, "%s %llu: the counter says %llu comes next", name, no,
             (unsigned long long)w->head.next_no[kind]);
    if (inc_record_decode(&r, kind, bytes, len, &w->arena, &err) != INC_OK) {
        if (!is_ours(w, &err))
            tell(w, 1, "%s %llu: %s", name, no, err.what);
        return;
    }
    id = inc_record_id(kind, &r);
    if (id == NULL || id[0] == '\0' || strlen(id) > INC_ID_MAX) {
        tell(w, 1, "%s %llu: it has no id", name, no);
        return;
    }
    (void)inc_fail(&err, INC_E_NOTFOUND, 0, "it is not there");
    if (inc_table_read(w->s, w->v->txn, INC_TABLE_ID + kind, id, strlen(id),
                       named, sizeof named, &err) != INC_OK) {
        if (!is_ours(w, &err))
            tell(w, 1, "%s %llu: by its id: %s", name, no, err.what);
    } else if (inc_number_get(named) != no)
        tell(w, 1, "%s %llu: its id names number %llu", name, no,
             (unsigned long long)inc_number_get(named));
    if (inc_record_revision(kind, &r) < 1)
        tell(w, 1, "%s %llu: it has no revision", name, no);
    else if (w->compares)
        inc_last_record(&w->last, kind, no, id, inc_record_revision(kind, &r),
                        &(struct inc_teller){tell_fault, w});
    if (kind == INC_RECORD_NEED)
        check_reference(w, &r.need, no);
    if (w->extra != NULL)
        w->extra(w->extra_arg, kind, &r);
}

/* Record rows name their ids above; equal counts then make it one to one. */
static void
id_row(struct walk *w, enum inc_table t, const MDB_val *key, const void *bytes,
       size_t len)
{
    enum inc_record_kind kind = (enum inc_record_kind)(t - INC_TABLE_ID);
    MDB_val no = {len, (void *)bytes}, v;
    unsigned long long row = w->row;

    if (key->mv_size > INC_ID_MAX)
        tell(w, 1, "row %llu of table %s: an id of %zu bytes", row,
             inc_table_name(t), key->mv_size);
    if (len != INC_NUMBER)
        tell(w, 1, "row %llu of table %s: a number of %zu bytes", row,
             inc_table_name(t), len);
    else if (mdb_get(w->v->txn, w->s->dbi[INC_TABLE_RECORD + kind], &no, &v) !=
             0)
        tell(w, 1, "row %llu of table %s: number %llu is not there", row,
             inc_table_name(t), (unsigned long long)inc_number_get(bytes));
}

static void
verify_view(struct journal_walk *j)
{
    struct walk *w = &j->w;
    struct inc_err err;

    if (inc_head_load(w->s, w->v->txn, &w->head, &err) != INC_OK) {
        if (!is_ours(w, &err))
            tell(w, 1, "table meta: %s", err.what);
        return;
    }
    if (inc_last_init(&w->last, &w->head, &err) != INC_OK) {
        w->trouble = err;
        return;
    }
    inc_chain_first(j->chain.sum, w->s->id);
    w->out->entries = walk_table(w, INC_TABLE_JOURNAL, journal_row);
    if (w->trouble.status != INC_OK)
        return;
    if (j->chain.seq != w->head.seq ||
        memcmp(j->chain.sum, w->head.chain, INC_DIGEST) != 0)
        tell(w, 1, "journal: it ends at %llu, the head names %llu",
             (unsigned long long)j->chain.seq, (unsigned long long)w->head.seq);
    w->compares = w->out->faults == 0;
    w->out->keys = walk_table(w, INC_TABLE_KEYS, key_row);
    if (w->out->keys != w->out->entries)
        tell(w, 1, "%llu request keys for %llu journal entries",
             (unsigned long long)w->out->keys,
             (unsigned long long)w->out->entries);
    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        uint64_t ids;
        w->out->records[k] =
            walk_table(w, INC_TABLE_RECORD + (enum inc_table)k, record_row);
        ids = walk_table(w, INC_TABLE_ID + (enum inc_table)k, id_row);
        if (ids != w->out->records[k])
            tell(w, 1, "%s: %llu ids for %llu records",
                 inc_record_name((enum inc_record_kind)k),
                 (unsigned long long)ids,
                 (unsigned long long)w->out->records[k]);
    }
    if (w->compares)
        inc_last_tables(&w->last, w->v, &(struct inc_teller){tell_fault, w});
    inc_event_verify(w->v, w->head.seq, tell_fault, w);
    w->out->trail = inc_trail_verify(w->v, tell_fault, w);
}

/* A view whose pages can be walked. Commits may pass between its begin and the
 * look at it. */
static enum inc_status
open_view(struct walk *w, unsigned *faults, struct inc_err *err)
{
    const struct inc_teller t = {tell_fault, w};
    enum inc_status st = INC_E_BUSY;

    for (int i = 0; i < TRIES && st == INC_E_BUSY; i++) {
        inc_view_close(w->v);
        w->v = NULL;
        st = inc_view_open(&w->v, w->s, err);
        if (st == INC_OK)
            st = inc_pages_check(w->s, w->v->txn, 1, &t, faults, err);
    }
    return st;
}

enum inc_status
inc_store_verify(struct inc_store *s, struct inc_verify_report *out,
                 void (*tell_fn)(void *arg, int is_fault, const char *text),
                 void *tell_arg,
                 void (*extra)(void *arg, enum inc_record_kind kind,
                               const union inc_record *r),
                 void *extra_arg, struct inc_err *err)
{
    enum inc_status st;
    unsigned bad_pages = 0;
    struct inc_verify_report report = {.faults = 0};
    struct journal_walk j = {.w = {.s = s,
                                   .out = &report,
                                   .tell = tell_fn,
                                   .tell_arg = tell_arg,
                                   .extra = extra,
                                   .extra_arg = extra_arg}};

    if (inc_arena_init(&j.w.arena, INC_RECORD_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to verify the store");
    INC_TRY(open_view(&j.w, &bad_pages, err));
    if (bad_pages == 0)
        verify_view(&j);
    else
        tell(&j.w, 0,
             "nothing else was looked at: LMDB may end the process "
             "that reads such a page");
    st = j.w.trouble.status;
    if (st == INC_OK)
        *out = report;
    else if (err != NULL)
        *err = j.w.trouble;
out:
    inc_last_release(&j.w.last);
    inc_view_close(j.w.v);
    inc_plain_release(&j.w.plain);
    inc_arena_release(&j.w.arena);
    return st;
}

#include "engine/store/past.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/store/private.h"

/* A record that a later entry touched, as it was before. */
struct touched {
    uint64_t no;
    enum inc_record_kind kind;
    int exists;
    int lost;             /* made of bytes that were erased */
    struct inc_buf bytes; /* stored form */
};

struct inc_past {
    struct inc_view *v;
    uint64_t seq;
    inc_past_read_fn *read;
    void *arg;
    struct touched *at; /* [n], by kind and number */
    size_t n, room;
    struct inc_arena arena; /* of one record */
    struct inc_buf body;    /* opened */
};

static int
order(const void *a, const void *b)
{
    const struct touched *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->no > y->no) - (x->no < y->no);
}

static struct touched *
find(const struct inc_past *p, enum inc_record_kind kind, uint64_t no)
{
    const struct touched key = {.kind = kind, .no = no};

    return p->n == 0 ? NULL : bsearch(&key, p->at, p->n, sizeof key, order);
}

/* ---- walking the journal ------------------------------------------------ */

typedef enum inc_status row_fn(struct inc_past *p,
                               const struct inc_journal_row *row,
                               struct inc_err *err);

/* Entries after..until that changed a person or a need. */
static enum inc_status
walk(struct inc_past *p, uint64_t after, uint64_t until, row_fn *fn,
     struct inc_err *err)
{
    struct inc_view *v = p->v;
    struct inc_arena texts = {0};
    MDB_cursor *c = NULL;
    MDB_val k = {0}, value;
    unsigned char from[INC_NUMBER];
    enum inc_status st = INC_OK;
    int rc;

    if (inc_arena_init(&texts, INC_ENTRY_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to read the journal");
    INC_TRY(inc_lmdb_status(
        mdb_cursor_open(v->txn, v->s->dbi[INC_TABLE_JOURNAL], &c),
        "open a cursor", err));
    inc_number_put(from, after + 1);
    k = (MDB_val){sizeof from, from};
    for (rc = mdb_cursor_get(c, &k, &value, MDB_SET_RANGE); rc == 0;
         rc = mdb_cursor_get(c, &k, &value, MDB_NEXT)) {
        struct inc_journal_row row;
        const void *bytes;
        size_t len;

        inc_arena_reset(&texts);
        INC_TRY(inc_value_open(v->s, INC_TABLE_JOURNAL, &k, &value, &v->plain,
                               &bytes, &len, err));
        INC_TRY(inc_entry_read(&row, bytes, len, &texts, err));
        if (row.e.seq > until)
            break;
        if (row.e.result == INC_OK && row.no != 0 &&
            row.kind != INC_RECORD_COMPANY &&
            row.e.op != INC_OP_VAULT_PUT) /* changes no profile */
            INC_TRY(fn(p, &row, err));
    }
    st = rc == 0 || rc == MDB_NOTFOUND
             ? INC_OK
             : inc_lmdb_status(rc, "read the journal", err);
out:
    mdb_cursor_close(c);
    inc_arena_release(&texts);
    return st;
}

static enum inc_status
note_number(struct inc_past *p, enum inc_record_kind kind, uint64_t no,
            struct inc_err *err)
{
    struct touched *grown;

    if (p->n == p->room) {
        p->room = p->room * 2 + 64;
        grown = inc_mem_resize(p->at, p->room, sizeof *grown);
        if (grown == NULL)
            return inc_fail(err, INC_E_NOMEM, 0,
                            "no memory for the records of then");
        p->at = grown;
    }
    p->at[p->n++] = (struct touched){.no = no, .kind = kind};
    return INC_OK;
}

static enum inc_status
note(struct inc_past *p, const struct inc_journal_row *row, struct inc_err *err)
{
    return note_number(p, row->kind, row->no, err);
}

/* Who was erased again after a restore: no entry of the journal says so. */
static enum inc_status
note_erased_again(struct inc_past *p, struct inc_err *err)
{
    struct inc_view *v = p->v;
    unsigned char at[INC_NUMBER];
    MDB_cursor *c = NULL;
    MDB_val k, value;
    enum inc_status st;
    int rc;

    INC_TRY(inc_lmdb_status(
        mdb_cursor_open(v->txn, v->s->dbi[INC_TABLE_ERASED], &c),
        "open a cursor", err));
    while ((rc = mdb_cursor_get(c, &k, &value, MDB_NEXT)) == 0) {
        INC_TRY(inc_value_take(v->s, INC_TABLE_ERASED, &k, &value, at,
                               sizeof at, err));
        if (inc_number_get(at) == 0)
            INC_TRY(note_number(p, INC_RECORD_CANDIDATE,
                                inc_number_get(k.mv_data), err));
    }
    st = rc == MDB_NOTFOUND ? INC_OK
                            : inc_lmdb_status(rc, "read who was erased", err);
out:
    mdb_cursor_close(c);
    return st;
}

static void
sort_once(struct inc_past *p)
{
    size_t kept = 0;

    if (p->n == 0)
        return;
    qsort(p->at, p->n, sizeof *p->at, order);
    for (size_t i = 1; i < p->n; i++)
        if (order(&p->at[kept], &p->at[i]) != 0)
            p->at[++kept] = p->at[i];
    p->n = kept + 1;
}

/* ---- making records again ----------------------------------------------- */

/* The request's body, opened; *lost when its person was erased. */
static enum inc_status
body_of(struct inc_past *p, const struct inc_journal_row *row,
        const void **bytes, size_t *len, int *lost, struct inc_err *err)
{
    enum inc_status st;

    *lost = row->body == NULL;
    *bytes = row->body;
    *len = row->body_len;
    if (!row->sealed || *lost)
        return INC_OK;
    st = inc_body_open(p->v->s, row->no, row->e.seq, row->body, row->body_len,
                       &p->body, err);
    if (st == INC_E_NOTFOUND) {
        *lost = 1;
        return INC_OK;
    }
    *bytes = p->body.data;
    *len = p->body.len;
    return st;
}

static enum inc_status
change(struct inc_past *p, struct touched *t, const struct inc_journal_row *row,
       struct inc_err *err)
{
    struct inc_command c = {.op = row->e.op,
                            .kind = row->kind,
                            .at_unix_ms = row->e.at_unix_ms,
                            .id = row->e.id,
                            .if_revision = -1,
                            .arena = &p->arena};
    union inc_record old = {.has = 0}, *next = NULL;
    const struct inc_type *body = inc_ops[row->e.op].request;
    struct inc_buf fresh = {0};
    const void *bytes;
    size_t len;
    enum inc_status st = INC_OK;

    inc_arena_reset(&p->arena);
    INC_TRY(body_of(p, row, &bytes, &len, &t->lost, err));
    if (t->lost)
        goto out;
    if (t->exists)
        INC_TRY(inc_record_decode(&old, t->kind, t->bytes.data, t->bytes.len,
                                  &p->arena, err));
    if (body != &inc_by_id_write_type)
        INC_TRY(p->read(p->arg, bytes, len, &c, err));
    INC_TRY(inc_command_next(&c, &old, row->revision, &next, err));
    if (next == NULL)
        goto out;
    INC_TRY(inc_record_encode(&fresh, t->kind, next));
    if (fresh.failed)
        INC_TRY(
            inc_fail(err, INC_E_NOMEM, 0, "no memory for a record of then"));
    inc_plain_release(&t->bytes);
    t->bytes = fresh;
    fresh = (struct inc_buf){0};
    t->exists = 1;
out:
    inc_plain_release(&fresh);
    return st;
}

static enum inc_status
redo(struct inc_past *p, const struct inc_journal_row *row, struct inc_err *err)
{
    struct touched *t = find(p, row->kind, row->no);
    enum inc_status st;

    if (t == NULL)
        return INC_OK;
    if (row->revision == 0) { /* deleted */
        t->exists = t->lost = 0;
        return INC_OK;
    }
    st = change(p, t, row, err);
    if (st != INC_OK)
        inc_err_where(err, "journal entry %llu",
                      (unsigned long long)row->e.seq);
    return st;
}

uint64_t
inc_past_lost(const struct inc_past *p)
{
    uint64_t lost = 0;

    for (size_t i = 0; i < p->n; i++)
        lost += p->at[i].lost != 0;
    return lost;
}

int
inc_past_is_lost(const struct inc_past *p, uint64_t no)
{
    const struct touched *t = find(p, INC_RECORD_CANDIDATE, no);

    return t != NULL && t->lost;
}

/* Nobody erases a need: its bytes must be there. */
static enum inc_status
needs_whole(const struct inc_past *p, struct inc_err *err)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->at[i].lost && p->at[i].kind != INC_RECORD_CANDIDATE)
            return inc_fail(err, INC_E_NOTFOUND, 0,
                            "the journal has not the %s of then any more",
                            inc_record_name(p->at[i].kind));
    return INC_OK;
}

enum inc_status
inc_past_open(struct inc_past **out, struct inc_view *v, uint64_t seq,
              inc_past_read_fn *read, void *arg, struct inc_err *err)
{
    struct inc_past *p = inc_mem_zero(1, sizeof *p);
    struct inc_head head;
    enum inc_status st = INC_OK;

    *out = NULL;
    if (p == NULL || inc_arena_init(&p->arena, INC_RECORD_ARENA) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the past");
        goto out;
    }
    p->v = v;
    p->seq = seq;
    p->read = read;
    p->arg = arg;
    INC_TRY(inc_head_load(v->s, v->txn, &head, err));
    if (seq > head.seq)
        INC_TRY(inc_fail(
            err, INC_E_RANGE, 0, "the journal ends at %llu, before entry %llu",
            (unsigned long long)head.seq, (unsigned long long)seq));
    INC_TRY(walk(p, seq, UINT64_MAX, note, err));
    INC_TRY(note_erased_again(p, err));
    sort_once(p);
    if (p->n > 0)
        INC_TRY(walk(p, 0, seq, redo, err));
    INC_TRY(needs_whole(p, err));
    *out = p;
    p = NULL;
out:
    inc_past_close(p);
    return st;
}

void
inc_past_close(struct inc_past *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->n; i++)
        inc_plain_release(&p->at[i].bytes);
    inc_mem_free(p->at);
    inc_plain_release(&p->body);
    inc_arena_release(&p->arena);
    inc_mem_free(p);
}

/* ---- reading ------------------------------------------------------------ */

enum inc_status
inc_past_get(const struct inc_past *p, enum inc_record_kind kind, uint64_t no,
             union inc_record *out, struct inc_arena *a, struct inc_err *err)
{
    const struct touched *t = find(p, kind, no);

    if (t == NULL)
        return inc_view_by_number(p->v, kind, no, out, a, err);
    if (!t->exists)
        return inc_fail(err, INC_E_NOTFOUND, 0, "there was no such %s",
                        inc_record_name(kind));
    return inc_record_decode(out, kind, t->bytes.data, t->bytes.len, a, err);
}

struct sieve {
    const struct inc_past *p;
    enum inc_record_kind kind;
    inc_view_each_fn *each;
    void *arg;
};

static enum inc_status
untouched(void *arg, uint64_t no, const union inc_record *r)
{
    struct sieve *s = arg;

    return find(s->p, s->kind, no) != NULL ? INC_OK : s->each(s->arg, no, r);
}

enum inc_status
inc_past_scan(const struct inc_past *p, enum inc_record_kind kind,
              struct inc_arena *a, inc_view_each_fn *each, void *arg,
              struct inc_err *err)
{
    struct sieve s = {p, kind, each, arg};
    enum inc_status st = INC_OK;

    INC_TRY(inc_view_scan(p->v, kind, a, untouched, &s, err));
    for (size_t i = 0; i < p->n; i++) {
        const struct touched *t = &p->at[i];
        union inc_record r;

        if (t->kind != kind || !t->exists)
            continue;
        inc_arena_reset(a);
        INC_TRY(
            inc_record_decode(&r, kind, t->bytes.data, t->bytes.len, a, err));
        INC_TRY(each(arg, t->no, &r));
    }
out:
    return st;
}

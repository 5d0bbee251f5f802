#include "engine/store/private.h"

#include <string.h>

/*
 * How a store of an older format becomes one of today's. Every step runs in
 * the same transaction, so a crash leaves the old store or the new one.
 *
 * Recipe for format N+1: raise INC_STORE_FORMAT, add {N, "what", step} here,
 * a test that makes a store of format N, a paragraph in docs/storage.md.
 */

typedef enum inc_status migrate_step(struct inc_store *s, MDB_txn *txn,
                                     struct inc_err *err);

static enum inc_status
remember(const struct inc_store *s, MDB_txn *txn,
         const struct inc_journal_row *row, struct inc_buf *bytes,
         struct inc_err *err)
{
    struct inc_answer answer = {.seq = row->e.seq,
                                .op = inc_ops[row->e.op].wire,
                                .result = row->e.result,
                                .revision = row->revision,
                                .created = row->created};

    memcpy(answer.body_sha, row->e.body_sha, INC_DIGEST);
    inc_buf_reset(bytes);
    inc_answer_write(bytes, &answer);
    if (bytes->failed)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to migrate");
    return inc_tagged_put(s, txn, INC_TABLE_KEYS, row->e.key, INC_KEY,
                          bytes->data, bytes->len, err);
}

/* 0 -> 1: stores made before request keys were remembered. The journal names
 * every key and its answer. */
static enum inc_status
keys_from_journal(struct inc_store *s, MDB_txn *txn, struct inc_err *err)
{
    enum inc_status st;
    struct inc_arena a = {0};
    struct inc_buf bytes = {0};
    MDB_cursor *c = NULL;
    MDB_val k, v;
    int rc;

    if (inc_arena_init(&a, INC_ENTRY_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to migrate");
    INC_TRY(inc_lmdb_status(mdb_drop(txn, s->dbi[INC_TABLE_KEYS], 0),
                            "empty table keys", err));
    INC_TRY(inc_lmdb_status(mdb_cursor_open(txn, s->dbi[INC_TABLE_JOURNAL], &c),
                            "open a cursor", err));
    while ((rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) == 0) {
        struct inc_journal_row row;
        const void *p;
        size_t len;

        inc_arena_reset(&a);
        INC_TRY(inc_value_tagged(INC_TABLE_JOURNAL, &k, &v, &p, &len, err));
        INC_TRY(inc_entry_read(&row, p, len, &a, err));
        INC_TRY(remember(s, txn, &row, &bytes, err));
    }
    st = rc == MDB_NOTFOUND ? INC_OK
                            : inc_lmdb_status(rc, "read the journal", err);
out:
    mdb_cursor_close(c);
    inc_buf_release(&bytes);
    inc_arena_release(&a);
    return st;
}

/* ---- 1 -> 2: every value is sealed ----------------------------------------
 */

struct sealing {
    struct inc_store *s;
    MDB_txn *txn;
    struct inc_arena arena;
    struct inc_buf old, body, entry; /* a row's bytes, before and after */
};

/* The row after `key` (none: the first) of a table, its bytes into w->old: a
 * put moves what a cursor looks at. INC_E_NOTFOUND at the end. */
static enum inc_status
next_row(struct sealing *w, enum inc_table t, unsigned char key[511],
         size_t *key_len, struct inc_err *err)
{
    MDB_val k = {*key_len, key}, v;
    MDB_cursor *c = NULL;
    const void *bytes;
    enum inc_status st;
    size_t len;
    int rc;

    INC_TRY(inc_lmdb_status(mdb_cursor_open(w->txn, w->s->dbi[t], &c),
                            "open a cursor", err));
    rc = mdb_cursor_get(c, &k, &v, *key_len == 0 ? MDB_FIRST : MDB_SET_RANGE);
    if (rc == 0 && *key_len != 0 && k.mv_size == *key_len &&
        memcmp(k.mv_data, key, *key_len) == 0)
        rc = mdb_cursor_get(c, &k, &v, MDB_NEXT);
    if (rc == MDB_NOTFOUND) {
        st = INC_E_NOTFOUND;
        goto out;
    }
    INC_TRY(inc_lmdb_status(rc, "read a row to seal", err));
    INC_TRY(inc_value_tagged(t, &k, &v, &bytes, &len, err));
    *key_len = k.mv_size;
    memcpy(key, k.mv_data, k.mv_size);
    inc_buf_reset(&w->old);
    inc_buf_add(&w->old, bytes, len);
    if (w->old.failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to migrate");
out:
    mdb_cursor_close(c);
    return st;
}

/* Who was deleted can still be erased: the number stays under its id. */
static enum inc_status
note_former(struct sealing *w, const struct inc_journal_row *row,
            struct inc_err *err)
{
    if (row->kind != INC_RECORD_CANDIDATE || row->e.result != INC_OK ||
        row->e.op != INC_OP_CANDIDATE_DELETE || row->no == 0)
        return INC_OK;
    return inc_former_add(w->s, w->txn, row->e.id, row->no, err);
}

/* An entry with its body under the person's key, in w->entry. */
static enum inc_status
seal_entry(struct sealing *w, struct inc_err *err)
{
    struct inc_journal_row row;
    struct inc_buf head;
    enum inc_status st;
    const void *body;
    size_t len;

    inc_arena_reset(&w->arena);
    INC_TRY(inc_entry_read(&row, w->old.data, w->old.len, &w->arena, err));
    INC_TRY(note_former(w, &row, err));
    body = row.body;
    len = row.body_len;
    if (body != NULL && row.kind == INC_RECORD_CANDIDATE &&
        row.e.op != INC_OP_CANDIDATE_DELETE && row.no != 0) {
        INC_TRY(inc_ring_more(w->s->ring, row.no, err));
        INC_TRY(
            inc_body_seal(w->s, row.no, row.e.seq, body, len, &w->body, err));
        body = w->body.data;
        len = w->body.len;
        row.sealed = 1;
    }
    head = (struct inc_buf){.data = (unsigned char *)row.head,
                            .len = row.head_len};
    inc_buf_reset(&w->entry);
    inc_entry_write(&w->entry, &head, row.e.chain, body, len, body != NULL,
                    row.sealed);
    if (w->entry.failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to migrate");
out:
    return st;
}

static enum inc_status
seal_table(struct sealing *w, enum inc_table t, struct inc_err *err)
{
    unsigned char key[511];
    size_t key_len = 0;
    enum inc_status st;

    while ((st = next_row(w, t, key, &key_len, err)) == INC_OK) {
        const struct inc_buf *bytes = &w->old;

        if (t == INC_TABLE_META && key_len == 6 &&
            memcmp(key, "format", 6) == 0)
            continue; /* it keeps the frame that every version reads */
        if (t == INC_TABLE_JOURNAL) {
            INC_TRY(seal_entry(w, err));
            bytes = &w->entry;
        }
        if (t == INC_TABLE_RECORD + INC_RECORD_CANDIDATE &&
            key_len == INC_NUMBER)
            INC_TRY(inc_ring_more(w->s->ring, inc_number_get(key), err));
        INC_TRY(inc_table_put(w->s, w->txn, t, key, key_len, bytes->data,
                              bytes->len, 0, err));
    }
    if (st == INC_E_NOTFOUND)
        st = INC_OK;
out:
    return st;
}

/* Stores made before there were users. The tables are there by now. */
static enum inc_status
first_user(const struct inc_store *s, MDB_txn *txn, struct inc_err *err)
{
    static const char name[] = "next_user";
    unsigned char no[INC_NUMBER];

    inc_number_put(no, 1);
    return inc_table_put(s, txn, INC_TABLE_META, name, sizeof name - 1, no,
                         sizeof no, 0, err);
}

static enum inc_status
seal_everything(struct inc_store *s, MDB_txn *txn, struct inc_err *err)
{
    struct sealing w = {.s = s, .txn = txn};
    enum inc_status st = INC_OK;

    if (inc_arena_init(&w.arena, INC_ENTRY_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to migrate");
    /* A power loss in an earlier try may have left the ring long, but empty. */
    INC_TRY(inc_ring_renew(s->ring, err));
    for (int t = 0; t < INC_TABLES; t++) {
        int rc = 0;

        if (t >= INC_TABLE_EVENT) /* a store may be from before them */
            rc = mdb_dbi_open(txn, inc_table_name((enum inc_table)t), 0,
                              &s->dbi[t]);
        if (rc == MDB_NOTFOUND)
            continue;
        INC_TRY(inc_lmdb_status(rc, "open a table", err));
        /* Written as they are made, above and here. */
        if (t >= INC_TABLE_VAULT && t < INC_TABLE_EVENT)
            continue;
        INC_TRY(seal_table(&w, (enum inc_table)t, err));
    }
    INC_TRY(first_user(s, txn, err));
    st = inc_compact_ask(s, txn, err); /* free pages hold the old rows */
out:
    inc_plain_release(&w.old);
    inc_buf_release(&w.body);
    inc_buf_release(&w.entry);
    inc_arena_release(&w.arena);
    return st;
}

static const struct {
    unsigned from; /* to from + 1 */
    migrate_step *run;
} steps[] = {
    {0, keys_from_journal},
    {1, seal_everything},
};

enum inc_status
inc_migrate(struct inc_store *s, MDB_txn *txn, unsigned from,
            struct inc_err *err)
{
    enum inc_status st = INC_OK;

    for (unsigned format = from; format < INC_STORE_FORMAT; format++) {
        migrate_step *run = NULL;
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
            if (steps[i].from == format)
                run = steps[i].run;
        if (run == NULL)
            return inc_fail(err, INC_E_VERSION, 0,
                            "there is no way from store format %u", format);
        INC_TRY(run(s, txn, err));
    }
out:
    return st;
}

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
    return inc_table_put(s, txn, INC_TABLE_KEYS, row->e.key, INC_KEY,
                         bytes->data, bytes->len, 0, err);
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
        INC_TRY(inc_value_open(INC_TABLE_JOURNAL, &k, &v, &p, &len, err));
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

static const struct {
    unsigned from; /* to from + 1 */
    migrate_step *run;
} steps[] = {
    {0, keys_from_journal},
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

#include "engine/store/private.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

/*
 * former   id, number -> nothing: numbers a person had before being deleted, so
 *          that an erasure finds all of them
 * erased   number -> when, in milliseconds since 1970 UTC: nothing of theirs
 *          opens any more, and nothing may
 *
 * Order of an erasure: the rows go and `erased` is written, in the transaction
 * of the command; the keys are destroyed; the list beside the key file gets the
 * numbers. A crash in between leaves `erased`, and the next opening for writing
 * ends it.
 */
enum { FORMER_KEY = INC_ID_MAX + INC_NUMBER };

/* --- who had an id -------------------------------------------------------- */

static size_t
former_key(unsigned char out[FORMER_KEY], const char *id, uint64_t no)
{
    size_t n = strlen(id);

    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): no text */
    memcpy(out, id, n);
    inc_number_put(out + n, no);
    return n + INC_NUMBER;
}

enum inc_status
inc_former_add(const struct inc_store *s, MDB_txn *txn, const char *id,
               uint64_t no, struct inc_err *err)
{
    unsigned char key[FORMER_KEY];

    if (strlen(id) > INC_ID_MAX)
        return INC_OK; /* no id of ours */
    return inc_table_put(s, txn, INC_TABLE_FORMER, key, former_key(key, id, no),
                         "", 0, 0, err);
}

/* The next number after `no` that this id had; INC_E_NOTFOUND. */
static enum inc_status
former_next(struct inc_batch *b, const char *id, uint64_t *no,
            struct inc_err *err)
{
    unsigned char key[FORMER_KEY];
    size_t n = strlen(id);
    MDB_val k = {former_key(key, id, *no + 1), key}, v;
    MDB_cursor *c = NULL;
    enum inc_status st;
    int rc;

    INC_TRY(inc_lmdb_status(
        mdb_cursor_open(b->txn, b->s->dbi[INC_TABLE_FORMER], &c),
        "open a cursor", err));
    /* Ids that begin with this one lie behind its rows: a number begins with a
     * zero byte, no id has one. */
    rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
    if (rc == MDB_NOTFOUND || (rc == 0 && (k.mv_size != n + INC_NUMBER ||
                                           memcmp(k.mv_data, id, n) != 0))) {
        st = INC_E_NOTFOUND;
        goto out;
    }
    INC_TRY(inc_lmdb_status(rc, "read former numbers", err));
    *no = inc_number_get((const unsigned char *)k.mv_data + n);
out:
    mdb_cursor_close(c);
    return st;
}

enum inc_status
inc_former_any(struct inc_batch *b, const char *id, int *any,
               struct inc_err *err)
{
    uint64_t no = 0;
    enum inc_status st = former_next(b, id, &no, err);

    *any = st == INC_OK;
    return st == INC_E_NOTFOUND ? INC_OK : st;
}

/* --- in the transaction --------------------------------------------------- */

static enum inc_status
mark_erased(const struct inc_store *s, MDB_txn *txn, uint64_t no,
            int64_t at_unix_ms, struct inc_err *err)
{
    unsigned char key[INC_NUMBER], at[INC_NUMBER];

    inc_number_put(key, no);
    inc_number_put(at, (uint64_t)at_unix_ms);
    return inc_table_put(s, txn, INC_TABLE_ERASED, key, sizeof key, at,
                         sizeof at, 0, err);
}

enum inc_status
inc_erase(struct inc_batch *b, const char *id, int64_t at_unix_ms,
          struct inc_err *err)
{
    unsigned char key[FORMER_KEY];
    enum inc_status st;
    uint64_t no = 0;

    while ((st = former_next(b, id, &no, err)) == INC_OK) {
        void *list = b->erased;

        INC_TRY(mark_erased(b->s, b->txn, no, at_unix_ms, err));
        INC_TRY(inc_table_delete(b->s, b->txn, INC_TABLE_FORMER, key,
                                 former_key(key, id, no), err));
        if (inc_mem_grow(&list, &b->cap_erased, b->n_erased,
                         sizeof *b->erased) != 0)
            INC_TRY(inc_fail(err, INC_E_NOMEM, 0, "no memory to erase"));
        b->erased = list;
        b->erased[b->n_erased++] = no;
    }
    if (st == INC_E_NOTFOUND)
        st = INC_OK;
out:
    return st;
}

/* --- after it ------------------------------------------------------------- */

enum inc_status
inc_erase_finish(struct inc_store *s, const uint64_t *no, size_t n,
                 struct inc_err *err)
{
    char name[33];
    enum inc_status st;

    INC_TRY(inc_ring_destroy(s->ring, no, n, err));
    inc_ring_name(s->ring, name);
    st = inc_beside_add(INC_BESIDE_ERASED, no, n, s->key_file, s->dir, name,
                        err);
    if (st != INC_OK)
        inc_err_hint(err, "the person is erased here, but a backup could bring "
                          "her back: make the list writable and start the "
                          "daemon again");
out:
    return st;
}

/* --- at opening ----------------------------------------------------------- */

struct numbers {
    uint64_t *no;
    size_t n, cap;
};

static enum inc_status
add(struct numbers *list, uint64_t no, struct inc_err *err)
{
    void *p = list->no;

    if (inc_mem_grow(&p, &list->cap, list->n, sizeof *list->no) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for erased numbers");
    list->no = p;
    list->no[list->n++] = no;
    return INC_OK;
}

static int
compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static int
is_in(const struct numbers *list, uint64_t no)
{
    return list->n != 0 &&
           bsearch(&no, list->no, list->n, sizeof no, compare) != NULL;
}

/* Table `erased`, ascending as its keys are. */
static enum inc_status
read_table(struct inc_store *s, struct numbers *out, struct inc_err *err)
{
    MDB_txn *txn = NULL;
    MDB_cursor *c = NULL;
    MDB_val k, v;
    enum inc_status st;
    int rc;

    INC_TRY(inc_lmdb_status(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn),
                            "begin to read", err));
    INC_TRY(inc_lmdb_status(mdb_cursor_open(txn, s->dbi[INC_TABLE_ERASED], &c),
                            "open a cursor", err));
    while ((rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) == 0)
        if (k.mv_size == INC_NUMBER)
            INC_TRY(add(out, inc_number_get(k.mv_data), err));
    st = rc == MDB_NOTFOUND ? INC_OK
                            : inc_lmdb_status(rc, "read who was erased", err);
out:
    mdb_cursor_close(c);
    mdb_txn_abort(txn);
    return st;
}

/* A key of `t` whose number is in the list, copied; INC_E_NOTFOUND. */
static enum inc_status
find_row(const struct inc_store *s, MDB_txn *txn, enum inc_table t,
         const struct numbers *list, unsigned char key[FORMER_KEY],
         size_t *key_len, struct inc_err *err)
{
    MDB_cursor *c = NULL;
    MDB_val k, v;
    enum inc_status st;
    int rc;

    INC_TRY(inc_lmdb_status(mdb_cursor_open(txn, s->dbi[t], &c),
                            "open a cursor", err));
    while ((rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) == 0) {
        unsigned char no[INC_NUMBER];

        if (k.mv_size > FORMER_KEY ||
            (t == INC_TABLE_FORMER && k.mv_size < INC_NUMBER))
            continue;
        if (t == INC_TABLE_FORMER)
            memcpy(no, (unsigned char *)k.mv_data + k.mv_size - INC_NUMBER,
                   INC_NUMBER);
        else
            INC_TRY(inc_value_take(s, t, &k, &v, no, sizeof no, err));
        if (!is_in(list, inc_number_get(no)))
            continue;
        memcpy(key, k.mv_data, k.mv_size);
        *key_len = k.mv_size;
        goto out;
    }
    st = rc == MDB_NOTFOUND ? INC_E_NOTFOUND
                            : inc_lmdb_status(rc, "look for a number", err);
out:
    mdb_cursor_close(c);
    return st;
}

/* Rows that lead to these numbers: ids, former ids, records, vault. */
static enum inc_status
drop_rows(const struct inc_store *s, MDB_txn *txn, const struct numbers *list,
          struct inc_err *err)
{
    static const enum inc_table named[] = {INC_TABLE_ID + INC_RECORD_CANDIDATE,
                                           INC_TABLE_FORMER};
    static const enum inc_table numbered[] = {
        INC_TABLE_RECORD + INC_RECORD_CANDIDATE, INC_TABLE_VAULT};
    unsigned char key[FORMER_KEY], no[INC_NUMBER];
    enum inc_status st = INC_OK;
    size_t len = 0;

    for (int i = 0; i < 2; i++) {
        while ((st = find_row(s, txn, named[i], list, key, &len, err)) ==
               INC_OK)
            INC_TRY(inc_table_delete(s, txn, named[i], key, len, err));
        if (st != INC_E_NOTFOUND)
            goto out;
    }
    for (size_t k = 0; k < list->n; k++)
        for (int i = 0; i < 2; i++) {
            inc_number_put(no, list->no[k]);
            st = inc_table_delete(s, txn, numbered[i], no, sizeof no, err);
            if (st != INC_E_NOTFOUND)
                INC_TRY(st);
        }
    st = INC_OK;
out:
    return st;
}

/* Erase again whom a backup brought back. A number that this store has not
 * given yet was somebody's after the backup: it is not given again. */
struct again {
    struct inc_store *s;
    const struct numbers *back;
};

static enum inc_status
again(void *arg, struct inc_err *err)
{
    struct inc_store *s = ((const struct again *)arg)->s;
    const struct numbers *back = ((const struct again *)arg)->back;
    struct inc_head head = s->head;
    MDB_txn *txn = NULL;
    enum inc_status st;
    uint64_t last = back->no[back->n - 1];

    INC_TRY(inc_lmdb_status(mdb_txn_begin(s->env, NULL, 0, &txn),
                            "begin to erase", err));
    INC_TRY(drop_rows(s, txn, back, err));
    for (size_t i = 0; i < back->n; i++)
        INC_TRY(mark_erased(s, txn, back->no[i], 0, err));
    if (head.next_no[INC_RECORD_CANDIDATE] <= last)
        head.next_no[INC_RECORD_CANDIDATE] = last + 1;
    INC_TRY(inc_head_save(s, txn, &head, err));
    st = inc_store_commit(s, txn, err);
    txn = NULL;
    if (st == INC_OK)
        s->head = head;
out:
    mdb_txn_abort(txn);
    return st;
}

static enum inc_status
tell_ring(struct inc_store *s, const struct numbers *list, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    for (size_t i = 0; i < list->n; i++)
        INC_TRY(inc_ring_tell_gone(s->ring, list->no[i], err));
out:
    return st;
}

/* What is in `all` and not in `known`. */
static enum inc_status
missing(struct numbers *out, const struct numbers *all,
        const struct numbers *known, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    for (size_t i = 0; i < all->n; i++)
        if (!is_in(known, all->no[i]))
            INC_TRY(add(out, all->no[i], err));
out:
    return st;
}

/* Keys that should be gone, and numbers the list lacks. */
static enum inc_status
finish_all(struct inc_store *s, const struct numbers *table,
           const struct numbers *back, const struct numbers *list,
           struct inc_err *err)
{
    struct numbers left = {0}, unlisted = {0};
    const struct numbers *both[] = {table, back};
    enum inc_status st = INC_OK;
    char name[33];

    inc_ring_name(s->ring, name);
    for (int i = 0; i < 2; i++)
        for (size_t k = 0; k < both[i]->n; k++)
            if (inc_ring_holds(s->ring, both[i]->no[k]))
                INC_TRY(add(&left, both[i]->no[k], err));
    INC_TRY(inc_ring_destroy(s->ring, left.no, left.n, err));
    INC_TRY(missing(&unlisted, table, list, err));
    if (unlisted.n != 0)
        st = inc_beside_add(INC_BESIDE_ERASED, unlisted.no, unlisted.n,
                            s->key_file, s->dir, name, err);
out:
    inc_mem_free(left.no);
    inc_mem_free(unlisted.no);
    return st;
}

enum inc_status
inc_erase_settle(struct inc_store *s, struct inc_err *err)
{
    struct numbers table = {0}, list = {0}, back = {0};
    enum inc_status st;
    char name[33];

    inc_ring_name(s->ring, name);
    INC_TRY(read_table(s, &table, err));
    INC_TRY(inc_beside_read(INC_BESIDE_ERASED, &list.no, &list.n, s->key_file,
                            s->dir, name, err));
    INC_TRY(tell_ring(s, &table, err));
    INC_TRY(tell_ring(s, &list, err));
    if (s->read_only)
        goto out;
    INC_TRY(missing(&back, &list, &table, err));
    if (back.n != 0)
        INC_TRY(inc_room_attempt(s, 0, again, &(struct again){s, &back}, err));
    s->erased_again = back.n;
    st = finish_all(s, &table, &back, &list, err);
out:
    inc_mem_free(table.no);
    inc_mem_free(list.no);
    inc_mem_free(back.no);
    return st;
}

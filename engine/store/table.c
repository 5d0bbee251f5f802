#include "engine/store/private.h"

#include <errno.h>
#include <string.h>

#include "engine/base/fault.h"

enum { LABEL_BYTES = 32 + 512 }; /* a table's name, a key of LMDB */

static const char *const names[INC_TABLES] = {
    [INC_TABLE_META] = "meta",
    [INC_TABLE_JOURNAL] = "journal",
    [INC_TABLE_KEYS] = "keys",
    [INC_TABLE_RECORD + INC_RECORD_CANDIDATE] = "candidate",
    [INC_TABLE_RECORD + INC_RECORD_NEED] = "need",
    [INC_TABLE_RECORD + INC_RECORD_COMPANY] = "company",
    [INC_TABLE_ID + INC_RECORD_CANDIDATE] = "candidate_id",
    [INC_TABLE_ID + INC_RECORD_NEED] = "need_id",
    [INC_TABLE_ID + INC_RECORD_COMPANY] = "company_id",
    [INC_TABLE_EVENT] = "event",
    [INC_TABLE_EVENT_NEED] = "event_need",
    [INC_TABLE_EVENT_PERSON] = "event_person",
};

static const char *const next_names[INC_RECORD_KINDS] = {
    [INC_RECORD_CANDIDATE] = "next_candidate",
    [INC_RECORD_NEED] = "next_need",
    [INC_RECORD_COMPANY] = "next_company",
};

const char *
inc_table_name(enum inc_table t)
{
    return names[t];
}

static enum inc_status
status_of(int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return INC_OK;
    case MDB_NOTFOUND:
    case ENOENT:
        return INC_E_NOTFOUND;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return INC_E_FULL;
    case ENOMEM:
        return INC_E_NOMEM;
    case MDB_READERS_FULL:
        return INC_E_BUSY;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_KEYEXIST: /* a number given twice: the counters are wrong */
    case MDB_INCOMPATIBLE:
    case MDB_BAD_VALSIZE:
        return INC_E_CORRUPT;
    case MDB_VERSION_MISMATCH:
        return INC_E_NEWER;
    case EIO:
    case EACCES:
    case EPERM:
    case EROFS:
    case EMFILE:
    case ENFILE:
        return INC_E_IO;
    default:
        return INC_E_STORE;
    }
}

enum inc_status
inc_lmdb_status(int rc, const char *doing, struct inc_err *err)
{
    enum inc_status st = status_of(rc);

    if (st == INC_OK)
        return st;
    (void)inc_fail(err, st, rc, "cannot %s: %s", doing, mdb_strerror(rc));
    if (st == INC_E_CORRUPT)
        inc_err_hint(err, "stop the daemon, run verify, restore a backup");
    if (rc == MDB_PANIC)
        inc_err_hint(err,
                     "a commit failed before: look at the disk, then start "
                     "the daemon again; what was acknowledged is there");
    return st;
}

void
inc_number_put(unsigned char out[INC_NUMBER], uint64_t v)
{
    for (int i = INC_NUMBER - 1; i >= 0; i--) {
        out[i] = (unsigned char)v;
        v >>= 8;
    }
}

uint64_t
inc_number_get(const unsigned char in[INC_NUMBER])
{
    uint64_t v = 0;

    for (int i = 0; i < INC_NUMBER; i++)
        v = v << 8 | in[i];
    return v;
}

/* Tag over everything that says what the bytes are: the table, the key and the
 * frame's version, so a value cannot be moved to another place unseen. */
static void
tag_of(unsigned char out[INC_TAG], enum inc_table t, const MDB_val *key,
       const void *bytes, size_t len)
{
    unsigned char label[LABEL_BYTES];
    size_t n = strlen(names[t]) + 1; /* with the NUL */

    memcpy(label, names[t], n);
    label[n++] = INC_VALUE_FRAME;
    memcpy(label + n, key->mv_data, key->mv_size);
    inc_tag(out, label, n + key->mv_size, bytes, len);
}

enum inc_status
inc_value_open(enum inc_table t, const MDB_val *key, const MDB_val *value,
               const void **bytes, size_t *len, struct inc_err *err)
{
    const unsigned char *p = value->mv_data;
    unsigned char tag[INC_TAG];

    if (value->mv_size < INC_VALUE_EXTRA || key->mv_size > 511)
        return inc_fail(err, INC_E_CORRUPT, 0,
                        "a value of table %s is cut short", names[t]);
    *bytes = p + INC_VALUE_EXTRA;
    *len = value->mv_size - INC_VALUE_EXTRA;
    if (p[0] == INC_VALUE_FRAME) {
        tag_of(tag, t, key, *bytes, *len);
        if (memcmp(tag, p + 1, INC_TAG) == 0)
            return INC_OK;
    }
    (void)inc_fail(err, INC_E_CORRUPT, 0,
                   "a value of table %s does not have its integrity tag",
                   names[t]);
    inc_err_hint(err, "the disk or the memory changed bytes: run verify, "
                      "restore a backup");
    return INC_E_CORRUPT;
}

enum inc_status
inc_table_get(const struct inc_store *s, MDB_txn *txn, enum inc_table t,
              const void *key, size_t key_len, const void **bytes, size_t *len,
              struct inc_err *err)
{
    MDB_val k = {key_len, (void *)key}, v;
    int rc = mdb_get(txn, s->dbi[t], &k, &v);

    if (rc == MDB_NOTFOUND)
        return INC_E_NOTFOUND; /* an answer, and twice for every new record */
    if (rc != 0)
        return inc_lmdb_status(rc, "read a row", err);
    return inc_value_open(t, &k, &v, bytes, len, err);
}

enum inc_status
inc_table_read(const struct inc_store *s, MDB_txn *txn, enum inc_table t,
               const void *key, size_t key_len, void *out, size_t len,
               struct inc_err *err)
{
    const void *bytes = NULL;
    size_t n = 0;
    enum inc_status st =
        inc_table_get(s, txn, t, key, key_len, &bytes, &n, err);

    if (st != INC_OK)
        return st;
    if (n != len)
        return inc_fail(err, INC_E_CORRUPT, 0,
                        "a value of table %s has %zu bytes, not %zu", names[t],
                        n, len);
    memcpy(out, bytes, len);
    return INC_OK;
}

enum inc_status
inc_table_put(const struct inc_store *s, MDB_txn *txn, enum inc_table t,
              const void *key, size_t key_len, const void *bytes, size_t len,
              unsigned flags, struct inc_err *err)
{
    MDB_val k = {key_len, (void *)key}, v = {INC_VALUE_EXTRA + len, NULL};
    unsigned char tag[INC_TAG], *p;
    int rc;

    if (INC_FAULT(STORE_PUT))
        return inc_lmdb_status(EIO, "write a row", err);
    tag_of(tag, t, &k, bytes, len);
    rc = mdb_put(txn, s->dbi[t], &k, &v, MDB_RESERVE | flags);
    if (rc != 0)
        return inc_lmdb_status(rc, "write a row", err);
    p = v.mv_data;
    p[0] = INC_VALUE_FRAME;
    memcpy(p + 1, tag, INC_TAG);
    if (len != 0)
        memcpy(p + INC_VALUE_EXTRA, bytes, len);
    return INC_OK;
}

enum inc_status
inc_table_delete(const struct inc_store *s, MDB_txn *txn, enum inc_table t,
                 const void *key, size_t key_len, struct inc_err *err)
{
    MDB_val k = {key_len, (void *)key};

    if (INC_FAULT(STORE_PUT))
        return inc_lmdb_status(EIO, "delete a row", err);
    return inc_lmdb_status(mdb_del(txn, s->dbi[t], &k, NULL), "delete a row",
                           err);
}

enum inc_status
inc_head_load(const struct inc_store *s, MDB_txn *txn, struct inc_head *out,
              struct inc_err *err)
{
    unsigned char head[INC_NUMBER + INC_DIGEST] = {0}, no[INC_NUMBER] = {0};
    enum inc_status st;

    INC_TRY(inc_table_read(s, txn, INC_TABLE_META, "head", 4, head, sizeof head,
                           err));
    out->seq = inc_number_get(head);
    memcpy(out->chain, head + INC_NUMBER, INC_DIGEST);
    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        INC_TRY(inc_table_read(s, txn, INC_TABLE_META, next_names[k],
                               strlen(next_names[k]), no, sizeof no, err));
        out->next_no[k] = inc_number_get(no);
    }
out:
    if (st == INC_E_NOTFOUND)
        st = inc_fail(err, INC_E_CORRUPT, 0, "a row of table meta is missing");
    return st;
}

enum inc_status
inc_head_save(const struct inc_store *s, MDB_txn *txn, const struct inc_head *h,
              struct inc_err *err)
{
    unsigned char head[INC_NUMBER + INC_DIGEST], no[INC_NUMBER];
    enum inc_status st;

    inc_number_put(head, h->seq);
    memcpy(head + INC_NUMBER, h->chain, INC_DIGEST);
    INC_TRY(inc_table_put(s, txn, INC_TABLE_META, "head", 4, head, sizeof head,
                          0, err));
    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        inc_number_put(no, h->next_no[k]);
        INC_TRY(inc_table_put(s, txn, INC_TABLE_META, next_names[k],
                              strlen(next_names[k]), no, sizeof no, 0, err));
    }
out:
    return st;
}

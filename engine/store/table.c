#include "engine/store/private.h"

#include <errno.h>
#include <string.h>

#include "engine/base/fault.h"
#include "engine/base/mem.h"

enum {
    LABEL_BYTES = 32 + 512, /* a table's name, a key of LMDB */
    ROOM_LEAST = 1024
};

static const char *const names[INC_TABLES] = {
    [INC_TABLE_META] = "meta",
    [INC_TABLE_JOURNAL] = "journal",
    [INC_TABLE_KEYS] = "keys",
    [INC_TABLE_RECORD + INC_RECORD_CANDIDATE] = "candidate",
    [INC_TABLE_RECORD + INC_RECORD_NEED] = "need",
    [INC_TABLE_RECORD + INC_RECORD_COMPANY] = "company",
    [INC_TABLE_RECORD + INC_RECORD_USER] = "user",
    [INC_TABLE_ID + INC_RECORD_CANDIDATE] = "candidate_id",
    [INC_TABLE_ID + INC_RECORD_NEED] = "need_id",
    [INC_TABLE_ID + INC_RECORD_COMPANY] = "company_id",
    [INC_TABLE_ID + INC_RECORD_USER] = "user_id",
    [INC_TABLE_VAULT] = "vault",
    [INC_TABLE_FORMER] = "former",
    [INC_TABLE_ERASED] = "erased",
    [INC_TABLE_EVENT] = "event",
    [INC_TABLE_EVENT_NEED] = "event_need",
    [INC_TABLE_EVENT_PERSON] = "event_person",
    [INC_TABLE_TRAIL] = "trail",
    [INC_TABLE_TRAIL_NEED] = "trail_need",
    [INC_TABLE_TRAIL_PERSON] = "trail_person",
    [INC_TABLE_TRAIL_ESTATE] = "trail_estate",
};

static const char *const next_names[INC_RECORD_KINDS] = {
    [INC_RECORD_CANDIDATE] = "next_candidate",
    [INC_RECORD_NEED] = "next_need",
    [INC_RECORD_COMPANY] = "next_company",
    [INC_RECORD_USER] = "next_user",
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

/* A run of tables that older stores lack. */
struct opening {
    struct inc_store *s;
    int from, end;
    inc_first_fn *first; /* NULL: to be there, not made */
};

static enum inc_status
try_open(void *arg, struct inc_err *err)
{
    const struct opening *o = arg;
    struct inc_store *s = o->s;
    unsigned begin = o->first != NULL ? 0 : MDB_RDONLY;
    unsigned flags = o->first != NULL ? MDB_CREATE : 0;
    enum inc_status st;
    MDB_txn *txn = NULL;

    INC_TRY(inc_lmdb_status(mdb_txn_begin(s->env, NULL, begin, &txn),
                            "open tables", err));
    for (int t = o->from; t < o->end; t++)
        INC_TRY(
            inc_lmdb_status(mdb_dbi_open(txn, inc_table_name((enum inc_table)t),
                                         flags, &s->dbi[t]),
                            "open a table", err));
    if (o->first != NULL)
        INC_TRY(o->first(s, txn, err));
    st = inc_lmdb_status(mdb_txn_commit(txn), "open tables", err);
    txn = NULL;
out:
    mdb_txn_abort(txn);
    return st;
}

enum inc_status
inc_tables_open(struct inc_store *s, int from, int end, inc_first_fn *first,
                int *has, struct inc_err *err)
{
    struct opening o = {s, from, end, NULL};
    struct inc_err mine = {0};
    enum inc_status st = try_open(&o, &mine);

    if (st == INC_E_NOTFOUND && !s->read_only) {
        o.first = first;
        st = inc_room_attempt(s, 0, try_open, &o, &mine);
    }
    *has = st == INC_OK;
    if (st == INC_E_NOTFOUND && s->read_only)
        return INC_OK;
    if (st != INC_OK && err != NULL)
        *err = mine;
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

/* ---- labels: what a value is, so that it cannot be moved unseen ---------- */

/* The table, a zero, the frame's version, the key. */
static size_t
label_of(unsigned char out[LABEL_BYTES], enum inc_table t, unsigned char frame,
         const MDB_val *key)
{
    size_t n = strlen(names[t]) + 1; /* with the NUL */

    memcpy(out, names[t], n);
    out[n++] = frame;
    memcpy(out + n, key->mv_data, key->mv_size);
    return n + key->mv_size;
}

/* Values of these tables are about one person, whose number is the key. */
static int
is_personal(enum inc_table t)
{
    return t == INC_TABLE_RECORD + INC_RECORD_CANDIDATE || t == INC_TABLE_VAULT;
}

static enum inc_status
cut_short(enum inc_table t, struct inc_err *err)
{
    return inc_fail(err, INC_E_CORRUPT, 0, "a value of table %s is cut short",
                    names[t]);
}

static enum inc_status
does_not_open(enum inc_table t, struct inc_err *err)
{
    (void)inc_fail(err, INC_E_CORRUPT, 0,
                   "a value of table %s does not open with its key", names[t]);
    inc_err_hint(err, "the disk or the memory changed bytes: run verify, "
                      "restore a backup");
    return INC_E_CORRUPT;
}

/* The key a value is sealed with; INC_E_NOTFOUND when its person is erased. */
static enum inc_status
key_of(const struct inc_store *s, enum inc_table t, const MDB_val *key,
       unsigned char out[INC_SECRET], struct inc_err *err)
{
    if (!is_personal(t)) {
        memcpy(out, inc_ring_data(s->ring), INC_SECRET);
        return INC_OK;
    }
    if (key->mv_size != INC_NUMBER)
        return cut_short(t, err);
    return inc_ring_key(s->ring, inc_number_get(key->mv_data), out, err);
}

/* Open a value into out[value's size - INC_VALUE_EXTRA]. */
static enum inc_status
unseal(const struct inc_store *s, enum inc_table t, const MDB_val *key,
       const MDB_val *value, void *out, struct inc_err *err)
{
    const unsigned char *p = value->mv_data;
    unsigned char label[LABEL_BYTES], secret[INC_SECRET];
    enum inc_status st;

    if (p[0] != INC_VALUE_FRAME || key->mv_size > 511)
        return does_not_open(t, err);
    st = key_of(s, t, key, secret, err);
    if (st != INC_OK)
        return st;
    if (inc_unseal(out, secret, label, label_of(label, t, INC_VALUE_FRAME, key),
                   p + 1, value->mv_size - 1) != 0)
        st = does_not_open(t, err);
    inc_wipe(secret, sizeof secret);
    return st;
}

/* Room for `len` bytes in *b, which is then empty. */
static enum inc_status
make_room(struct inc_buf *b, size_t len, struct inc_err *err)
{
    unsigned char *p;

    inc_buf_reset(b);
    if (b->cap >= len && b->data != NULL)
        return INC_OK;
    len = len < ROOM_LEAST ? ROOM_LEAST : len;
    p = inc_mem_zero(len, 1);
    if (p == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to open a value");
    inc_plain_release(b);
    b->data = p;
    b->cap = len;
    return INC_OK;
}

void
inc_plain_release(struct inc_buf *plain)
{
    if (plain->data != NULL)
        inc_wipe(plain->data, plain->cap);
    inc_buf_release(plain);
}

enum inc_status
inc_value_open(const struct inc_store *s, enum inc_table t, const MDB_val *key,
               const MDB_val *value, struct inc_buf *plain, const void **bytes,
               size_t *len, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (value->mv_size < INC_VALUE_EXTRA)
        return cut_short(t, err);
    *len = value->mv_size - INC_VALUE_EXTRA;
    INC_TRY(make_room(plain, *len, err));
    INC_TRY(unseal(s, t, key, value, plain->data, err));
    plain->len = *len;
    *bytes = plain->data;
out:
    return st;
}

enum inc_status
inc_value_take(const struct inc_store *s, enum inc_table t, const MDB_val *key,
               const MDB_val *value, void *out, size_t len, struct inc_err *err)
{
    unsigned char small[INC_SMALL];
    enum inc_status st;

    if (value->mv_size < INC_VALUE_EXTRA)
        return cut_short(t, err);
    if (value->mv_size - INC_VALUE_EXTRA != len || len > sizeof small)
        return inc_fail(err, INC_E_CORRUPT, 0,
                        "a value of table %s has %zu bytes, not %zu", names[t],
                        value->mv_size - INC_VALUE_EXTRA, len);
    st = unseal(s, t, key, value, small, err);
    if (st == INC_OK)
        memcpy(out, small, len);
    return st;
}

/* ---- the frame before sealing: BLAKE2b-128 over label and bytes ---------- */

enum inc_status
inc_value_tagged(enum inc_table t, const MDB_val *key, const MDB_val *value,
                 const void **bytes, size_t *len, struct inc_err *err)
{
    const unsigned char *p = value->mv_data;
    unsigned char label[LABEL_BYTES], tag[INC_TAG];

    if (value->mv_size < INC_TAGGED_EXTRA || key->mv_size > 511)
        return cut_short(t, err);
    *bytes = p + INC_TAGGED_EXTRA;
    *len = value->mv_size - INC_TAGGED_EXTRA;
    inc_tag(tag, label, label_of(label, t, INC_TAGGED_FRAME, key), *bytes,
            *len);
    if (p[0] == INC_TAGGED_FRAME && memcmp(tag, p + 1, INC_TAG) == 0)
        return INC_OK;
    (void)inc_fail(err, INC_E_CORRUPT, 0,
                   "a value of table %s does not have its integrity tag",
                   names[t]);
    inc_err_hint(err, "the disk or the memory changed bytes: run verify, "
                      "restore a backup");
    return INC_E_CORRUPT;
}

static const char format_name[] = "format";

enum inc_status
inc_format_load(const struct inc_store *s, MDB_txn *txn, uint64_t *out,
                struct inc_err *err)
{
    MDB_val k = {sizeof format_name - 1, (void *)format_name}, v;
    const void *bytes = NULL;
    size_t len = 0;
    int rc = mdb_get(txn, s->dbi[INC_TABLE_META], &k, &v);
    enum inc_status st;

    if (rc == MDB_NOTFOUND)
        return inc_fail(err, INC_E_CORRUPT, 0, "the store names no format");
    if (rc != 0)
        return inc_lmdb_status(rc, "read the format", err);
    st = inc_value_tagged(INC_TABLE_META, &k, &v, &bytes, &len, err);
    if (st == INC_OK && len != INC_NUMBER)
        st = cut_short(INC_TABLE_META, err);
    if (st == INC_OK)
        *out = inc_number_get(bytes);
    return st;
}

enum inc_status
inc_format_save(const struct inc_store *s, MDB_txn *txn, uint64_t format,
                struct inc_err *err)
{
    unsigned char bytes[INC_NUMBER];

    inc_number_put(bytes, format);
    return inc_tagged_put(s, txn, INC_TABLE_META, format_name,
                          sizeof format_name - 1, bytes, sizeof bytes, err);
}

enum inc_status
inc_tagged_put(const struct inc_store *s, MDB_txn *txn, enum inc_table t,
               const void *key, size_t key_len, const void *bytes, size_t len,
               struct inc_err *err)
{
    unsigned char label[LABEL_BYTES], *p;
    MDB_val k = {key_len, (void *)key}, v = {INC_TAGGED_EXTRA + len, NULL};
    int rc;

    if (INC_FAULT(STORE_PUT))
        return inc_lmdb_status(EIO, "write a row", err);
    rc = mdb_put(txn, s->dbi[t], &k, &v, MDB_RESERVE);
    if (rc == 0) {
        p = v.mv_data;
        p[0] = INC_TAGGED_FRAME;
        inc_tag(p + 1, label, label_of(label, t, INC_TAGGED_FRAME, &k), bytes,
                len);
        memcpy(p + INC_TAGGED_EXTRA, bytes, len);
    }
    return inc_lmdb_status(rc, "write a row", err);
}

/* ---- rows ---------------------------------------------------------------- */

enum inc_status
inc_table_get(const struct inc_store *s, MDB_txn *txn, enum inc_table t,
              const void *key, size_t key_len, struct inc_buf *plain,
              const void **bytes, size_t *len, struct inc_err *err)
{
    MDB_val k = {key_len, (void *)key}, v;
    int rc = mdb_get(txn, s->dbi[t], &k, &v);

    if (rc == MDB_NOTFOUND)
        return INC_E_NOTFOUND; /* an answer, and twice for every new record */
    if (rc != 0)
        return inc_lmdb_status(rc, "read a row", err);
    return inc_value_open(s, t, &k, &v, plain, bytes, len, err);
}

enum inc_status
inc_table_read(const struct inc_store *s, MDB_txn *txn, enum inc_table t,
               const void *key, size_t key_len, void *out, size_t len,
               struct inc_err *err)
{
    MDB_val k = {key_len, (void *)key}, v;
    int rc = mdb_get(txn, s->dbi[t], &k, &v);

    if (rc == MDB_NOTFOUND)
        return INC_E_NOTFOUND;
    if (rc != 0)
        return inc_lmdb_status(rc, "read a row", err);
    return inc_value_take(s, t, &k, &v, out, len, err);
}

enum inc_status
inc_table_put(const struct inc_store *s, MDB_txn *txn, enum inc_table t,
              const void *key, size_t key_len, const void *bytes, size_t len,
              unsigned flags, struct inc_err *err)
{
    MDB_val k = {key_len, (void *)key}, v = {INC_VALUE_EXTRA + len, NULL};
    unsigned char label[LABEL_BYTES], secret[INC_SECRET], *p;
    enum inc_status st;
    int rc;

    if (INC_FAULT(STORE_PUT))
        return inc_lmdb_status(EIO, "write a row", err);
    st = key_of(s, t, &k, secret, err);
    if (st == INC_E_NOTFOUND) /* numbers are never given twice */
        return inc_fail(err, INC_E_CORRUPT, 0, "an erased person's number");
    if (st != INC_OK)
        return st;
    rc = mdb_put(txn, s->dbi[t], &k, &v, MDB_RESERVE | flags);
    if (rc == 0) {
        p = v.mv_data;
        p[0] = INC_VALUE_FRAME;
        inc_seal(p + 1, secret, label, label_of(label, t, INC_VALUE_FRAME, &k),
                 bytes, len);
    }
    inc_wipe(secret, sizeof secret);
    return inc_lmdb_status(rc, "write a row", err);
}

/* ---- bodies of journal entries ------------------------------------------- */

enum { BODY_LABEL = 6 + 2 * INC_NUMBER };

static size_t
body_label(unsigned char out[BODY_LABEL], uint64_t no, uint64_t seq)
{
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): no text */
    memcpy(out, "body\0\2", 6);
    inc_number_put(out + 6, no);
    inc_number_put(out + 6 + INC_NUMBER, seq);
    return BODY_LABEL;
}

enum inc_status
inc_body_seal(const struct inc_store *s, uint64_t no, uint64_t seq,
              const void *bytes, size_t len, struct inc_buf *out,
              struct inc_err *err)
{
    unsigned char label[BODY_LABEL], secret[INC_SECRET];
    enum inc_status st = INC_OK;

    INC_TRY(make_room(out, len + INC_SEAL_EXTRA, err));
    st = inc_ring_key(s->ring, no, secret, err);
    if (st == INC_E_NOTFOUND)
        st = inc_fail(err, INC_E_CORRUPT, 0, "an erased person's number");
    INC_TRY(st);
    inc_seal(out->data, secret, label, body_label(label, no, seq), bytes, len);
    out->len = len + INC_SEAL_EXTRA;
    inc_wipe(secret, sizeof secret);
out:
    return st;
}

enum inc_status
inc_body_open(const struct inc_store *s, uint64_t no, uint64_t seq,
              const void *sealed, size_t len, struct inc_buf *out,
              struct inc_err *err)
{
    unsigned char label[BODY_LABEL], secret[INC_SECRET];
    enum inc_status st = INC_OK;

    if (len < INC_SEAL_EXTRA)
        return inc_fail(err, INC_E_CORRUPT, 0, "a body is cut short");
    INC_TRY(make_room(out, len - INC_SEAL_EXTRA, err));
    INC_TRY(inc_ring_key(s->ring, no, secret, err));
    if (inc_unseal(out->data, secret, label, body_label(label, no, seq), sealed,
                   len) != 0)
        st = inc_fail(err, INC_E_CORRUPT, 0,
                      "a body does not open with its person's key");
    out->len = st == INC_OK ? len - INC_SEAL_EXTRA : 0;
    inc_wipe(secret, sizeof secret);
out:
    return st;
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

#include "engine/store/proof.h"

#include <string.h>

#include "engine/base/hex.h"
#include "engine/base/mem.h"
#include "engine/store/prune_private.h"

static const char signer_key[] = "signer";

/* ---- the key ------------------------------------------------------------- */

struct signing {
    struct inc_store *s;
    unsigned char seed[INC_SECRET];
};

static enum inc_status
make_signer(void *arg, struct inc_err *err)
{
    struct signing *new = arg;
    struct inc_store *s = new->s;
    MDB_txn *txn = NULL;
    enum inc_status st = INC_OK;

    inc_random_bytes(new->seed, INC_SECRET);
    INC_TRY(inc_lmdb_status(mdb_txn_begin(s->env, NULL, 0, &txn),
                            "make a key to sign with", err));
    INC_TRY(inc_table_put(s, txn, INC_TABLE_META, signer_key,
                          sizeof signer_key - 1, new->seed, INC_SECRET, 0,
                          err));
    st = inc_lmdb_status(mdb_txn_commit(txn), "make a key to sign with", err);
    txn = NULL;
out:
    mdb_txn_abort(txn);
    return st;
}

static enum inc_status
read_signer(struct inc_store *s, unsigned char seed[INC_SECRET],
            struct inc_err *err)
{
    MDB_txn *txn = NULL;
    enum inc_status st =
        inc_lmdb_status(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn),
                        "read the key to sign with", err);

    if (st == INC_OK)
        st = inc_table_read(s, txn, INC_TABLE_META, signer_key,
                            sizeof signer_key - 1, seed, INC_SECRET, err);
    mdb_txn_abort(txn);
    return st;
}

enum inc_status
inc_signer_open(struct inc_store *s, struct inc_err *err)
{
    struct signing new = {.s = s};
    void *secret = NULL;
    int locked; /* the ring has told who asks */
    enum inc_status st = read_signer(s, new.seed, err);

    if (st == INC_E_NOTFOUND && err != NULL)
        inc_err_clear(err);
    if (st == INC_E_NOTFOUND && s->read_only)
        return INC_OK;
    if (st == INC_E_NOTFOUND)
        st = inc_room_attempt(s, 0, make_signer, &new, err);
    INC_TRY(st);
    INC_TRY(inc_secret_new(&secret, INC_SIGN_SECRET, &locked, err));
    s->signer = secret;
    inc_sign_keys(s->signer_public, s->signer, new.seed);
out:
    inc_wipe(new.seed, sizeof new.seed);
    return st;
}

/* ---- the tree ------------------------------------------------------------ */

struct climb {
    struct inc_view *v;
    struct inc_arena *a;
    struct inc_trail_row row;
    struct inc_buf *out;
    const char *word; /* before each digest */
    struct inc_err *err;
};

static void
put_line(struct inc_buf *out, const char *word, const void *bytes, size_t len)
{
    inc_buf_printf(out, "%s ", word);
    inc_hex_add(out, bytes, len);
    inc_buf_text(out, "\n");
}

static uint64_t
half(uint64_t n) /* the largest power of two below n */
{
    uint64_t k = 1;

    while (k * 2 < n)
        k *= 2;
    return k;
}

/* The digest over leaves lo..lo + n - 1, which splitting at powers of two comes
 * to: a whole one lies in the row of its last leaf. */
static enum inc_status /* NOLINTNEXTLINE(misc-no-recursion): 64 deep */
digest_of(struct climb *c, uint64_t lo, uint64_t n,
          unsigned char out[INC_DIGEST])
{
    unsigned char right[INC_DIGEST];
    uint64_t k = half(n);
    unsigned long long last = lo + n; /* entry */
    unsigned level = 0;
    enum inc_status st = INC_OK;

    if ((n & (n - 1)) != 0) {
        INC_TRY(digest_of(c, lo, k, out));
        INC_TRY(digest_of(c, lo + k, n - k, right));
        inc_merkle_node(out, out, right);
        goto out;
    }
    while (n >> level > 1)
        level++;
    inc_arena_reset(c->a);
    INC_TRY(inc_trail_row_at(c->v, last, INC_ROW_HEAD, &c->row, c->a, c->err));
    if (level == 0)
        inc_trail_row_leaf(out, &c->row);
    else if (level > c->row.n_nodes)
        st = inc_fail(c->err, INC_E_CORRUPT, 0,
                      "entry %llu has too few nodes of the tree", last);
    else
        memcpy(out,
               (const unsigned char *)c->row.nodes +
                   ((size_t)level - 1) * INC_DIGEST,
               INC_DIGEST);
out:
    return st;
}

static enum inc_status
tell(struct climb *c, uint64_t lo, uint64_t n)
{
    unsigned char digest[INC_DIGEST];
    enum inc_status st = digest_of(c, lo, n, digest);

    if (st == INC_OK)
        put_line(c->out, c->word, digest, sizeof digest);
    return st;
}

/* RFC 6962, 2.1.1: the way from leaf `at` of lo..lo + n - 1 to their digest. */
static enum inc_status /* NOLINTNEXTLINE(misc-no-recursion): 64 deep */
path(struct climb *c, uint64_t lo, uint64_t n, uint64_t at)
{
    uint64_t k = half(n);
    enum inc_status st = INC_OK;

    if (n == 1)
        return INC_OK;
    if (at < k) {
        INC_TRY(path(c, lo, k, at));
        st = tell(c, lo + k, n - k);
    } else {
        INC_TRY(path(c, lo + k, n - k, at - k));
        st = tell(c, lo, k);
    }
out:
    return st;
}

/* RFC 6962, 2.1.2: the first m of n leaves; whole: their digest is known to who
 * reads this. */
static enum inc_status /* NOLINTNEXTLINE(misc-no-recursion): 64 deep */
beginning(struct climb *c, uint64_t lo, uint64_t m, uint64_t n, int whole)
{
    uint64_t k = half(n);
    enum inc_status st = INC_OK;

    if (m == n)
        return whole ? INC_OK : tell(c, lo, n);
    if (m <= k) {
        INC_TRY(beginning(c, lo, m, k, whole));
        st = tell(c, lo + k, n - k);
    } else {
        INC_TRY(beginning(c, lo + k, m - k, n - k, 0));
        st = tell(c, lo, k);
    }
out:
    return st;
}

enum inc_status
inc_trail_root(struct inc_view *v, uint64_t n, unsigned char out[INC_DIGEST],
               struct inc_err *err)
{
    struct inc_arena a = {0};
    struct climb c = {.v = v, .a = &a, .err = err};
    enum inc_status st;

    if (inc_arena_init(&a, INC_ENTRY_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a root");
    st = digest_of(&c, 0, n, out);
    inc_trail_row_release(&c.row);
    inc_arena_release(&a);
    return st;
}

/* ---- checkpoints --------------------------------------------------------- */

static enum inc_status
sign(struct inc_buf *out, size_t from, const struct inc_store *s,
     struct inc_err *err)
{
    unsigned char signature[INC_SIGNATURE];

    put_line(out, "key", s->signer_public, sizeof s->signer_public);
    if (out->failed)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a checkpoint");
    inc_sign(signature, s->signer, out->data + from, out->len - from);
    put_line(out, "signature", signature, sizeof signature);
    return INC_OK;
}

enum inc_status
inc_checkpoint_write(struct inc_buf *out, struct inc_view *v,
                     int64_t at_unix_ms, uint64_t since, struct inc_err *err)
{
    const struct inc_store *s = v->s;
    struct inc_arena a = {0};
    struct climb c = {.v = v, .a = &a, .out = out, .word = "since", .err = err};
    struct inc_trail_head head;
    struct inc_head journal;
    unsigned char root[INC_DIGEST];
    size_t from = out->len;
    enum inc_status st = INC_OK;

    if (s->signer == NULL)
        return inc_fail(err, INC_E_STORE, 0,
                        "this store has no key to sign with yet");
    if (inc_arena_init(&a, INC_ENTRY_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a checkpoint");
    INC_TRY(inc_trail_head(v, &head, err));
    INC_TRY(inc_head_load(s, v->txn, &journal, err));
    if (since > head.last)
        INC_TRY(inc_fail(
            err, INC_E_RANGE, 0, "the register has %llu entries, not %llu",
            (unsigned long long)head.last, (unsigned long long)since));
    inc_merkle_root(&head.tree, root);
    inc_buf_printf(out, "incrocio checkpoint 1\n");
    put_line(out, "store", s->id, INC_STORE_ID);
    inc_buf_printf(out, "at %lld\njournal %llu ", (long long)at_unix_ms,
                   (unsigned long long)journal.seq);
    inc_hex_add(out, journal.chain, INC_DIGEST);
    inc_buf_printf(out, "\nregister %llu ", (unsigned long long)head.last);
    inc_hex_add(out, head.chain, INC_DIGEST);
    inc_buf_text(out, " ");
    inc_hex_add(out, root, INC_DIGEST);
    inc_buf_text(out, "\n");
    INC_TRY(sign(out, from, s, err));
    if (since > 0)
        st = beginning(&c, 0, since, head.last, 1);
out:
    inc_trail_row_release(&c.row);
    inc_arena_release(&a);
    if (st == INC_OK && out->failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a checkpoint");
    return st;
}

/* ---- one entry ----------------------------------------------------------- */

/* Which item a person is; INC_E_NOTFOUND. */
static enum inc_status
find_item(const struct inc_trail_row *row, uint64_t person, uint32_t *at,
          struct inc_err *err)
{
    struct inc_trail_item item;
    size_t byte = 0;

    *at = 0;
    if (row->t.of == INC_RECORD_CANDIDATE)
        for (; inc_trail_item_next(&item, row->packed, row->packed_len, &byte) >
               0;
             ++*at)
            if (item.no == person)
                return INC_OK;
    return inc_fail(err, INC_E_NOTFOUND, 0,
                    "that person is not ranked in entry %llu",
                    (unsigned long long)row->t.no);
}

static enum inc_status
put_item(struct climb *c, uint64_t person, struct inc_arena *a)
{
    unsigned char(*leaves)[INC_DIGEST] =
        inc_arena_array(a, c->row.t.n_items + 1, sizeof *leaves);
    unsigned char way[INC_MERKLE_DEPTH][INC_DIGEST], leaf[INC_TRAIL_LEAF];
    struct inc_trail_item item;
    uint32_t at, i = 0, n;
    size_t byte = 0;
    enum inc_status st = INC_OK;

    INC_TRY(find_item(&c->row, person, &at, c->err));
    if (leaves == NULL)
        INC_TRY(inc_fail(c->err, INC_E_NOMEM, 0, "no memory for a proof"));
    for (; i < c->row.t.n_items &&
           inc_trail_item_next(&item, c->row.packed, c->row.packed_len, &byte) >
               0;
         i++) {
        unsigned char each[INC_TRAIL_LEAF];

        inc_trail_leaf(each, &item);
        inc_merkle_leaf(leaves[i], each, sizeof each);
        if (i == at)
            memcpy(leaf, each, sizeof leaf);
    }
    if (i != c->row.t.n_items)
        INC_TRY(inc_fail(c->err, INC_E_CORRUPT, 0, "an entry lacks items"));
    inc_buf_printf(c->out, "item %u %u ", at, i);
    inc_hex_add(c->out, leaf, sizeof leaf);
    inc_buf_text(c->out, "\n");
    n = inc_merkle_path(way, leaves, i, at);
    for (uint32_t k = 0; k < n; k++)
        put_line(c->out, "item_path", way[k], INC_DIGEST);
out:
    return st;
}

enum inc_status
inc_proof_write(struct inc_buf *out, struct inc_view *v, int64_t at_unix_ms,
                uint64_t no, uint64_t person, struct inc_arena *a,
                struct inc_err *err)
{
    struct inc_arena texts = {0};
    struct climb c = {
        .v = v, .a = &texts, .out = out, .word = "path", .err = err};
    struct inc_trail_head head;
    enum inc_status st = INC_OK;

    if (inc_arena_init(&texts, INC_ENTRY_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a proof");
    INC_TRY(inc_trail_head(v, &head, err));
    INC_TRY(inc_trail_get(v, no, &c.row, &texts, err));
    inc_buf_text(out, "incrocio proof 1\n");
    put_line(out, "head", c.row.head, c.row.head_len);
    if (person > 0)
        INC_TRY(put_item(&c, person, a));
    INC_TRY(path(&c, 0, head.last, no - 1));
    st = inc_checkpoint_write(out, v, at_unix_ms, 0, err);
out:
    inc_trail_row_release(&c.row);
    inc_arena_release(&texts);
    return st;
}

/* ---- all heads ----------------------------------------------------------- */

struct export
{
    struct climb c;
    struct inc_cut cut; /* entries up to it are leaves only */
    int journal;
};

static enum inc_status
head_of(struct export *e, const MDB_val *key, const MDB_val *value)
{
    struct climb *c = &e->c;
    struct inc_journal_row row;
    unsigned char leaf[INC_DIGEST];
    const void *bytes;
    size_t len;
    enum inc_status st = INC_OK;

    inc_arena_reset(c->a);
    INC_TRY(inc_value_open(c->v->s,
                           e->journal ? INC_TABLE_JOURNAL : INC_TABLE_TRAIL,
                           key, value, &c->v->plain, &bytes, &len, c->err));
    if (e->journal) {
        INC_TRY(inc_entry_read(&row, bytes, len, c->a, c->err));
        put_line(c->out, "J", row.head, row.head_len);
        goto out;
    }
    INC_TRY(inc_trail_row_take(&c->row, c->v->s, bytes, len, INC_ROW_HEAD, c->a,
                               c->err));
    if (inc_number_get(key->mv_data) <= e->cut.no) {
        inc_trail_row_leaf(leaf, &c->row);
        put_line(c->out, "L", leaf, sizeof leaf);
    } else {
        put_line(c->out, "M", c->row.head, c->row.head_len);
    }
out:
    return st;
}

enum inc_status
inc_export_write(struct inc_buf *out, struct inc_view *v, int journal,
                 uint64_t after, size_t room, uint64_t *next,
                 struct inc_err *err)
{
    struct inc_arena a = {0};
    struct export e = {.c = {.v = v, .a = &a, .out = out, .err = err},
                       .journal = journal};
    unsigned char from[INC_NUMBER];
    MDB_val k = {sizeof from, from}, value;
    MDB_cursor *cursor = NULL;
    enum inc_table t = journal ? INC_TABLE_JOURNAL : INC_TABLE_TRAIL;
    size_t end = out->len + room;
    enum inc_status st = INC_OK;
    int rc;

    *next = 0;
    if (!journal && !v->s->has_trail)
        return INC_OK;
    if (inc_arena_init(&a, INC_ENTRY_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to export");
    INC_TRY(inc_cut_get(v, &e.cut, err));
    if (!journal && after == 0 && e.cut.no > 0)
        inc_cut_text(out, v->s, &e.cut);
    INC_TRY(inc_lmdb_status(mdb_cursor_open(v->txn, v->s->dbi[t], &cursor),
                            "open a cursor", err));
    inc_number_put(from, after + 1);
    for (rc = mdb_cursor_get(cursor, &k, &value, MDB_SET_RANGE); rc == 0;
         rc = mdb_cursor_get(cursor, &k, &value, MDB_NEXT)) {
        if (out->len >= end) {
            *next = inc_number_get(k.mv_data) - 1;
            goto out;
        }
        INC_TRY(head_of(&e, &k, &value));
    }
    if (rc != MDB_NOTFOUND)
        st = inc_lmdb_status(rc, "export", err);
out:
    mdb_cursor_close(cursor);
    inc_trail_row_release(&e.c.row);
    inc_arena_release(&a);
    if (st == INC_OK && out->failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to export");
    return st;
}

/* trail.c - the register's tables: opening and writing. */
#include <string.h>

#include "engine/base/check.h"
#include "engine/store/trail_private.h"

/*
 * trail          number -> entry
 * trail_need     need, number -> nothing
 * trail_person   person, number -> rank, score
 * trail_estate   digest -> text
 * meta "trail"   first and last number, the chain before and after them, the
 *                whole trees that make up the tree, smallest first
 */
enum {
    HEAD_LEAST = 2 * INC_NUMBER + 2 * INC_DIGEST,
    HEAD_MOST = HEAD_LEAST + INC_MERKLE_DEPTH * INC_DIGEST,
    AHEAD_SLIPS = 128
};

static const char head_key[] = "trail";

void
inc_trail_chain_first(unsigned char out[INC_DIGEST],
                      const unsigned char id[INC_STORE_ID])
{
    static const char name[] = "incrocio register";
    struct inc_hasher h;

    inc_hasher_init(&h);
    inc_hasher_add(&h, name, sizeof name);
    inc_hasher_add(&h, id, INC_STORE_ID);
    inc_hasher_end(&h, out);
}

void
inc_trail_key(unsigned char out[INC_TRAIL_KEY], uint64_t record, uint64_t no)
{
    inc_number_put(out, record);
    inc_number_put(out + INC_NUMBER, no);
}

/* The tree's whole trees, of which there is one a bit of its count. */
static int
tree_read(struct inc_merkle *m, uint64_t n, const unsigned char *p, size_t len)
{
    inc_merkle_begin(m);
    m->n = n;
    for (int i = 0; i < INC_MERKLE_DEPTH; i++) {
        if ((n >> i & 1u) == 0)
            continue;
        if (len < INC_DIGEST)
            return -1;
        memcpy(m->full[i], p, INC_DIGEST);
        p += INC_DIGEST;
        len -= INC_DIGEST;
    }
    return len == 0 ? 0 : -1;
}

enum inc_status
inc_trail_head_load(const struct inc_store *s, MDB_txn *txn,
                    struct inc_trail_head *out, struct inc_err *err)
{
    struct inc_buf plain = {0};
    const unsigned char *p;
    const void *bytes;
    size_t len;
    enum inc_status st =
        inc_table_get(s, txn, INC_TABLE_META, head_key, sizeof head_key - 1,
                      &plain, &bytes, &len, err);

    if (st == INC_E_NOTFOUND)
        st = inc_fail(err, INC_E_CORRUPT, 0,
                      "the row of the register is missing in table meta");
    INC_TRY(st);
    p = bytes;
    if (len >= HEAD_LEAST) {
        out->first = inc_number_get(p);
        out->last = inc_number_get(p + INC_NUMBER);
        memcpy(out->base, p + (size_t)2 * INC_NUMBER, INC_DIGEST);
        memcpy(out->chain, p + (size_t)2 * INC_NUMBER + INC_DIGEST, INC_DIGEST);
    }
    if (len < HEAD_LEAST ||
        tree_read(&out->tree, out->last, p + HEAD_LEAST, len - HEAD_LEAST) != 0)
        st = inc_fail(err, INC_E_CORRUPT, 0,
                      "the row of the register has not the bytes it had");
out:
    inc_plain_release(&plain);
    return st;
}

enum inc_status
inc_trail_head_save(const struct inc_store *s, MDB_txn *txn,
                    const struct inc_trail_head *h, struct inc_err *err)
{
    unsigned char bytes[HEAD_MOST];
    size_t len = HEAD_LEAST;

    inc_number_put(bytes, h->first);
    inc_number_put(bytes + INC_NUMBER, h->last);
    memcpy(bytes + (size_t)2 * INC_NUMBER, h->base, INC_DIGEST);
    memcpy(bytes + (size_t)2 * INC_NUMBER + INC_DIGEST, h->chain, INC_DIGEST);
    for (int i = 0; i < INC_MERKLE_DEPTH; i++) {
        if ((h->tree.n >> i & 1u) == 0)
            continue;
        memcpy(bytes + len, h->tree.full[i], INC_DIGEST);
        len += INC_DIGEST;
    }
    return inc_table_put(s, txn, INC_TABLE_META, head_key, sizeof head_key - 1,
                         bytes, len, 0, err);
}

/* ---- opening ------------------------------------------------------------ */

static enum inc_status
first_head(struct inc_store *s, MDB_txn *txn, struct inc_err *err)
{
    struct inc_trail_head first = {.first = 1};

    inc_trail_chain_first(first.base, s->id);
    memcpy(first.chain, first.base, INC_DIGEST);
    return inc_trail_head_save(s, txn, &first, err);
}

enum inc_status
inc_trail_open(struct inc_store *s, struct inc_err *err)
{
    return inc_tables_open(s, INC_TABLE_TRAIL, INC_TABLE_TRAIL_END, first_head,
                           &s->has_trail, err);
}

/* ---- writing ------------------------------------------------------------ */

struct writing {
    struct inc_store *s;
    struct inc_slip *const *slips;
    size_t n;
    MDB_txn *txn;
    struct inc_trail_head head;
    struct inc_buf bytes, row; /* scratch */
};

static enum inc_status
link_put(const struct writing *w, uint64_t no, const struct inc_trail_link *l,
         struct inc_err *err)
{
    unsigned char key[INC_TRAIL_KEY], place[INC_TRAIL_PLACE];

    inc_trail_key(key, l->person, no);
    inc_number_put(place, (uint64_t)l->rank << 32 | (uint32_t)l->score);
    return inc_table_put(w->s, w->txn, INC_TABLE_TRAIL_PERSON, key, sizeof key,
                         place, sizeof place, 0, err);
}

static enum inc_status
add_one(struct writing *w, struct inc_slip *slip, struct inc_err *err)
{
    enum inc_status st;
    unsigned char no[INC_NUMBER], key[INC_TRAIL_KEY], chain[INC_DIGEST];
    unsigned char nodes[INC_MERKLE_DEPTH][INC_DIGEST];
    struct inc_trail_link l;
    uint32_t n_nodes;

    inc_number_put(no, w->head.last + 1);
    inc_buf_reset(&w->bytes);
    inc_buf_reset(&w->row);
    inc_buf_add(&w->bytes, no, sizeof no);
    inc_buf_add(&w->bytes, slip->head.data, slip->head.len);
    if (!w->bytes.failed) {
        inc_chain_next(chain, w->head.chain, w->bytes.data, w->bytes.len);
        n_nodes =
            inc_merkle_grow(&w->head.tree, w->bytes.data, w->bytes.len, nodes);
        inc_trail_row_write(&w->row, &w->bytes, chain, &slip->body, nodes,
                            n_nodes);
    }
    if (w->bytes.failed || w->row.failed)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to record a match");
    INC_TRY(inc_table_put(w->s, w->txn, INC_TABLE_TRAIL, no, sizeof no,
                          w->row.data, w->row.len, MDB_APPEND, err));
    if (slip->need != 0) {
        inc_trail_key(key, slip->need, w->head.last + 1);
        INC_TRY(inc_table_put(w->s, w->txn, INC_TABLE_TRAIL_NEED, key,
                              sizeof key, "", 0, 0, err));
    }
    for (size_t at = 0; at + sizeof l <= slip->links.len; at += sizeof l) {
        memcpy(&l, slip->links.data + at, sizeof l);
        INC_TRY(link_put(w, w->head.last + 1, &l, err));
    }
    memcpy(w->head.chain, chain, INC_DIGEST);
    slip->no = ++w->head.last;
out:
    return st;
}

static enum inc_status
attempt(void *arg, struct inc_err *err)
{
    struct writing *w = arg;
    enum inc_status st;

    w->txn = NULL;
    INC_TRY(inc_lmdb_status(mdb_txn_begin(w->s->env, NULL, 0, &w->txn),
                            "begin to write the register", err));
    INC_TRY(inc_trail_head_load(w->s, w->txn, &w->head, err));
    for (size_t i = 0; i < w->n; i++)
        INC_TRY(add_one(w, w->slips[i], err));
    INC_TRY(inc_trail_head_save(w->s, w->txn, &w->head, err));
    if (w->n <= AHEAD_SLIPS)
        inc_room_ahead(w->s);
    st = inc_store_commit(w->s, w->txn, err);
    w->txn = NULL;
out:
    mdb_txn_abort(w->txn);
    return st;
}

enum inc_status
inc_trail_add(struct inc_store *s, struct inc_slip *const *slips, size_t n,
              struct inc_err *err)
{
    struct writing w = {.s = s, .slips = slips, .n = n};
    enum inc_status st = inc_store_usable(s, err);
    size_t bytes = 0;

    INC_CHECK(n <= INC_TRAIL_BATCH);
    for (size_t i = 0; i < n; i++)
        bytes += slips[i]->head.len + slips[i]->body.len;
    if (st == INC_OK)
        st = inc_room_check(s, err);
    if (st == INC_OK)
        st = inc_room_attempt(s, bytes * 2, attempt, &w, err);
    for (size_t i = 0; st != INC_OK && i < n; i++)
        slips[i]->no = 0;
    inc_buf_release(&w.bytes);
    inc_buf_release(&w.row);
    return st;
}

struct estate {
    struct inc_store *s;
    const unsigned char *digest; /* [INC_DIGEST] */
    const void *text;
    size_t len;
};

static enum inc_status
estate_put(void *arg, struct inc_err *err)
{
    const struct estate *e = arg;
    struct inc_store *s = e->s;
    enum inc_status st;
    MDB_txn *txn = NULL;

    INC_TRY(inc_lmdb_status(mdb_txn_begin(s->env, NULL, 0, &txn),
                            "begin to write the register", err));
    INC_TRY(inc_table_put(s, txn, INC_TABLE_TRAIL_ESTATE, e->digest, INC_DIGEST,
                          e->text, e->len, 0, err));
    st = inc_store_commit(s, txn, err);
    txn = NULL;
out:
    mdb_txn_abort(txn);
    return st;
}

enum inc_status
inc_trail_estate(struct inc_store *s, const unsigned char digest[INC_DIGEST],
                 const void *text, size_t len, struct inc_err *err)
{
    struct inc_err mine = {0};
    struct inc_view *v = NULL;
    const void *known;
    size_t known_len;
    enum inc_status st = inc_store_usable(s, &mine);

    INC_TRY(st);
    INC_TRY(inc_view_open(&v, s, &mine));
    st = inc_trail_estate_get(v, digest, &known, &known_len, &mine);
    inc_view_close(v);
    if (st != INC_E_NOTFOUND)
        goto out;
    st = inc_room_attempt(s, len * 2, estate_put,
                          &(struct estate){s, digest, text, len}, &mine);
out:
    if (st != INC_OK && err != NULL)
        *err = mine;
    return st;
}

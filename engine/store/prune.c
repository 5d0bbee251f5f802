#include "engine/store/prune.h"

#include <string.h>

#include "engine/base/date.h"
#include "engine/base/hex.h"
#include "engine/base/mem.h"
#include "engine/store/prune_private.h"

/*
 * meta "cut"   done, no, at, before, seq, chain, root, signature
 *
 * The row "trail" has first = no + 1 and the chain after no as its base from
 * the cut's own transaction on.
 */
enum {
    CUT_NUMBERS = 5,
    CUT_BYTES = CUT_NUMBERS * INC_NUMBER + 2 * INC_DIGEST + INC_SIGNATURE,
    ROWS_MAX = 4096 /* of the index, deleted by one step */
};
#define DAY_MS INT64_C(86400000)

static const char cut_key[] = "cut";

/* ---- the row ------------------------------------------------------------- */

enum inc_status
inc_cut_load(const struct inc_store *s, MDB_txn *txn, struct inc_cut *out,
             struct inc_err *err)
{
    struct inc_buf plain = {0};
    const void *bytes;
    const unsigned char *p;
    size_t len;
    enum inc_status st;

    memset(out, 0, sizeof *out);
    st = inc_table_get(s, txn, INC_TABLE_META, cut_key, sizeof cut_key - 1,
                       &plain, &bytes, &len, err);
    if (st == INC_E_NOTFOUND)
        return INC_OK;
    INC_TRY(st);
    p = bytes;
    if (len != CUT_BYTES)
        INC_TRY(inc_fail(err, INC_E_CORRUPT, 0,
                         "the row of the cut has not the bytes it had"));
    out->done = inc_number_get(p);
    out->no = inc_number_get(p + INC_NUMBER);
    out->at_unix_ms = (int64_t)inc_number_get(p + (size_t)2 * INC_NUMBER);
    out->before = (int32_t)inc_number_get(p + (size_t)3 * INC_NUMBER);
    out->seq = inc_number_get(p + (size_t)4 * INC_NUMBER);
    p += (size_t)CUT_NUMBERS * INC_NUMBER;
    memcpy(out->chain, p, INC_DIGEST);
    memcpy(out->root, p + INC_DIGEST, INC_DIGEST);
    memcpy(out->signature, p + (size_t)2 * INC_DIGEST, INC_SIGNATURE);
out:
    inc_plain_release(&plain);
    return st;
}

static enum inc_status
cut_save(const struct inc_store *s, MDB_txn *txn, const struct inc_cut *cut,
         struct inc_err *err)
{
    unsigned char bytes[CUT_BYTES], *p = bytes;

    inc_number_put(p, cut->done);
    inc_number_put(p + INC_NUMBER, cut->no);
    inc_number_put(p + (size_t)2 * INC_NUMBER, (uint64_t)cut->at_unix_ms);
    inc_number_put(p + (size_t)3 * INC_NUMBER, (uint64_t)cut->before);
    inc_number_put(p + (size_t)4 * INC_NUMBER, cut->seq);
    p += (size_t)CUT_NUMBERS * INC_NUMBER;
    memcpy(p, cut->chain, INC_DIGEST);
    memcpy(p + INC_DIGEST, cut->root, INC_DIGEST);
    memcpy(p + (size_t)2 * INC_DIGEST, cut->signature, INC_SIGNATURE);
    return inc_table_put(s, txn, INC_TABLE_META, cut_key, sizeof cut_key - 1,
                         bytes, sizeof bytes, 0, err);
}

enum inc_status
inc_cut_get(struct inc_view *v, struct inc_cut *out, struct inc_err *err)
{
    return inc_cut_load(v->s, v->txn, out, err);
}

/* ---- what is signed ------------------------------------------------------ */

static void
put_hex(struct inc_buf *out, const char *before, const void *bytes, size_t len)
{
    inc_buf_text(out, before);
    inc_hex_add(out, bytes, len);
}

static void
signed_text(struct inc_buf *out, const struct inc_store *s,
            const struct inc_cut *cut)
{
    char day[INC_DATE_TEXT];

    inc_date_format(day, cut->before);
    put_hex(out, "incrocio cut 1\nstore ", s->id, INC_STORE_ID);
    inc_buf_printf(out, "\nat %lld\nbefore %s\njournal %llu\nregister %llu",
                   (long long)cut->at_unix_ms, day,
                   (unsigned long long)cut->seq, (unsigned long long)cut->no);
    put_hex(out, " ", cut->chain, INC_DIGEST);
    put_hex(out, " ", cut->root, INC_DIGEST);
    put_hex(out, "\nkey ", s->signer_public, sizeof s->signer_public);
    inc_buf_text(out, "\n");
}

void
inc_cut_text(struct inc_buf *out, const struct inc_store *s,
             const struct inc_cut *cut)
{
    signed_text(out, s, cut);
    put_hex(out, "signature ", cut->signature, INC_SIGNATURE);
    inc_buf_text(out, "\n");
}

enum inc_status
inc_cut_sign(struct inc_cut *cut, const struct inc_store *s,
             struct inc_err *err)
{
    struct inc_buf text = {0};
    enum inc_status st = INC_OK;

    if (s->signer == NULL)
        return inc_fail(err, INC_E_STORE, 0,
                        "this store has no key to sign with yet");
    signed_text(&text, s, cut);
    if (text.failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to sign a cut");
    else
        inc_sign(cut->signature, s->signer, text.data, text.len);
    inc_buf_release(&text);
    return st;
}

/* ---- where to cut -------------------------------------------------------- */

enum inc_status
inc_cut_plan(struct inc_view *v, int32_t day, int64_t now_ms, uint64_t *no,
             struct inc_err *err)
{
    const int64_t from_ms = (int64_t)day * DAY_MS;
    struct inc_arena a = {0};
    struct inc_trail_row row = {0};
    struct inc_trail_head head;
    enum inc_status st = INC_OK;

    if (inc_arena_init(&a, INC_ENTRY_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to look for a cut");
    INC_TRY(inc_trail_head(v, &head, err));
    *no = head.first - 1;
    for (uint64_t at = head.first; at <= head.last; at++) {
        inc_arena_reset(&a);
        INC_TRY(inc_trail_row_at(v, at, INC_ROW_HEAD, &row, &a, err));
        if (row.t.at_unix_ms >= from_ms && row.t.at_unix_ms <= now_ms)
            break;
        if (row.t.at_unix_ms < from_ms)
            *no = at;
    }
out:
    inc_trail_row_release(&row);
    inc_arena_release(&a);
    return st;
}

/* ---- the command --------------------------------------------------------- */

enum inc_status
inc_cut_decide(struct inc_batch *b, const struct inc_command *c,
               int64_t *revision, struct inc_err *err)
{
    struct inc_view v = {.s = b->s, .txn = b->txn};
    struct inc_arena a = {0};
    struct inc_trail_row row = {0};
    struct inc_trail_head head;
    struct inc_cut *cut = &b->cut;
    enum inc_status st = INC_OK;
    uint64_t done;

    if (inc_arena_init(&a, INC_ENTRY_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a cut");
    INC_TRY(inc_cut_load(b->s, b->txn, cut, err));
    done = cut->done;
    INC_TRY(inc_trail_head(&v, &head, err));
    INC_TRY(inc_cut_plan(&v, c->before, c->at_unix_ms, &cut->no, err));
    if (cut->no < head.first) {
        char day[INC_DATE_TEXT];

        inc_date_format(day, c->before);
        st = inc_fail(err, INC_E_NOTFOUND, 0,
                      "the register has no entry from before %s", day);
        inc_err_where(err, "before");
        goto out;
    }
    cut->done = done;
    cut->at_unix_ms = c->at_unix_ms;
    cut->before = c->before;
    cut->seq = b->head.seq + 1;
    INC_TRY(inc_trail_row_at(&v, cut->no, INC_ROW_HEAD, &row, &a, err));
    memcpy(cut->chain, row.chain, INC_DIGEST);
    INC_TRY(inc_trail_root(&v, cut->no, cut->root, err));
    INC_TRY(inc_cut_sign(cut, b->s, err));
    *revision = (int64_t)cut->no;
out:
    inc_trail_row_release(&row);
    inc_plain_release(&v.plain);
    inc_arena_release(&a);
    return st;
}

enum inc_status
inc_cut_write(struct inc_batch *b, struct inc_err *err)
{
    struct inc_trail_head head;
    enum inc_status st;

    INC_TRY(inc_trail_head_load(b->s, b->txn, &head, err));
    head.first = b->cut.no + 1;
    memcpy(head.base, b->cut.chain, INC_DIGEST);
    INC_TRY(inc_trail_head_save(b->s, b->txn, &head, err));
    INC_TRY(cut_save(b->s, b->txn, &b->cut, err));
    /* Who does not know cuts shall not open it. */
    INC_TRY(inc_format_save(b->s, b->txn, INC_STORE_FORMAT_CUT, err));
    b->has_cut = 1;
out:
    return st;
}

/* ---- what was cut goes --------------------------------------------------- */

struct removing {
    struct inc_store *s;
    MDB_txn *txn;
    struct inc_view v;
    struct inc_arena arena;
    struct inc_trail_row row;
    struct inc_buf stub;
    struct inc_cut cut;
    unsigned rows; /* deleted by this step */
};

/* A row of an index; one that is not there is verify's to tell. */
static enum inc_status
unlink_row(struct removing *r, enum inc_table t, uint64_t record,
           struct inc_err *err)
{
    unsigned char key[INC_TRAIL_KEY];
    enum inc_status st;

    inc_trail_key(key, record, r->row.t.no);
    st = inc_table_delete(r->s, r->txn, t, key, sizeof key, err);
    r->rows++;
    return st == INC_E_NOTFOUND ? INC_OK : st;
}

static enum inc_status
unlink_people(struct removing *r, struct inc_err *err)
{
    const struct inc_trail *t = &r->row.t;
    struct inc_trail_item item;
    enum inc_status st = INC_OK;
    size_t at = 0;

    if (inc_trail_links_person(t) || r->row.erased) /* a pair's: herself */
        INC_TRY(unlink_row(r, INC_TABLE_TRAIL_PERSON, t->person, err));
    while (t->of == INC_RECORD_CANDIDATE &&
           inc_trail_item_next(&item, r->row.packed, r->row.packed_len, &at) >
               0)
        if (item.no != 0)
            INC_TRY(unlink_row(r, INC_TABLE_TRAIL_PERSON, item.no, err));
    for (uint32_t i = 0; i < t->n_subjects; i++)
        if (t->subject[i].kind == INC_RECORD_NEED)
            INC_TRY(unlink_row(r, INC_TABLE_TRAIL_NEED, t->subject[i].no, err));
out:
    return st;
}

static enum inc_status
remove_one(struct removing *r, uint64_t no, struct inc_err *err)
{
    unsigned char key[INC_NUMBER], leaf[INC_DIGEST];
    enum inc_status st;

    inc_arena_reset(&r->arena);
    INC_TRY(
        inc_trail_row_at(&r->v, no, INC_ROW_WHOLE, &r->row, &r->arena, err));
    INC_TRY(unlink_people(r, err));
    inc_trail_row_leaf(leaf, &r->row);
    inc_buf_reset(&r->stub);
    inc_trail_stub_write(&r->stub, leaf, r->row.nodes, r->row.n_nodes);
    if (r->stub.failed)
        INC_TRY(inc_fail(err, INC_E_NOMEM, 0, "no memory to prune"));
    inc_number_put(key, no);
    st = inc_table_put(r->s, r->txn, INC_TABLE_TRAIL, key, sizeof key,
                       r->stub.data, r->stub.len, 0, err);
out:
    return st;
}

static enum inc_status
remove_some(void *arg, struct inc_err *err)
{
    struct removing *r = arg;
    struct inc_store *s = r->s;
    enum inc_status st;

    r->rows = 0;
    INC_TRY(inc_lmdb_status(mdb_txn_begin(s->env, NULL, 0, &r->txn),
                            "begin to prune the register", err));
    r->v = (struct inc_view){.s = s, .txn = r->txn, .plain = r->v.plain};
    INC_TRY(inc_cut_load(s, r->txn, &r->cut, err));
    for (int n = 0;
         r->cut.done < r->cut.no && n < INC_CUT_ENTRIES && r->rows < ROWS_MAX;
         n++) {
        INC_TRY(remove_one(r, r->cut.done + 1, err));
        r->cut.done++;
    }
    INC_TRY(cut_save(s, r->txn, &r->cut, err));
    st = inc_store_commit(s, r->txn, err);
    r->txn = NULL;
out:
    mdb_txn_abort(r->txn);
    r->txn = NULL;
    return st;
}

/* ---- the list beside the key file ---------------------------------------- */

/* The latest day in the list before which this store's register was pruned; 0:
 * never. */
static enum inc_status
listed_day(const struct inc_store *s, uint64_t *day, struct inc_err *err)
{
    char name[33];
    uint64_t *days = NULL;
    size_t n = 0;
    enum inc_status st;

    inc_ring_name(s->ring, name);
    st = inc_beside_read(INC_BESIDE_PRUNED, &days, &n, s->key_file, s->dir,
                         name, err);
    *day = n > 0 ? days[n - 1] : 0;
    inc_mem_free(days);
    return st;
}

static enum inc_status
list_day(const struct inc_store *s, int32_t before, struct inc_err *err)
{
    char name[33];
    uint64_t day, mine = (uint64_t)before;
    enum inc_status st;

    INC_TRY(listed_day(s, &day, err));
    if (day >= mine)
        goto out;
    inc_ring_name(s->ring, name);
    st = inc_beside_add(INC_BESIDE_PRUNED, &mine, 1, s->key_file, s->dir, name,
                        err);
out:
    return st;
}

int
inc_cut_waits(const struct inc_store *s)
{
    return s->cut_waits;
}

uint64_t
inc_cut_came_back(const struct inc_store *s)
{
    return s->came_back;
}

enum inc_status
inc_cut_step(struct inc_store *s, struct inc_err *err)
{
    struct removing r = {.s = s};
    enum inc_status st = inc_store_usable(s, err);

    if (st != INC_OK || !s->cut_waits)
        return st;
    if (inc_arena_init(&r.arena, INC_ENTRY_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to prune");
    INC_TRY(inc_room_attempt(s, 0, remove_some, &r, err));
    if (r.cut.done < r.cut.no)
        goto out;
    INC_TRY(list_day(s, r.cut.before, err));
    s->cut_waits = 0;
out:
    inc_trail_row_release(&r.row);
    inc_plain_release(&r.v.plain);
    inc_buf_release(&r.stub);
    inc_arena_release(&r.arena);
    return st;
}

/* ---- at opening ---------------------------------------------------------- */

enum inc_status
inc_cut_settle(struct inc_store *s, int64_t now_ms, struct inc_err *err)
{
    struct inc_view *v = NULL;
    struct inc_trail_head head;
    struct inc_cut cut;
    uint64_t day, no = 0;
    enum inc_status st = INC_OK;

    if (s->read_only || !s->has_trail)
        return INC_OK;
    INC_TRY(inc_view_open(&v, s, err));
    INC_TRY(inc_cut_load(s, v->txn, &cut, err));
    INC_TRY(listed_day(s, &day, err));
    s->cut_waits =
        cut.done < cut.no || (cut.no > 0 && day < (uint64_t)cut.before);
    s->came_back = 0;
    if (day == 0 || day > INT32_MAX)
        goto out;
    INC_TRY(inc_trail_head(v, &head, err));
    INC_TRY(inc_cut_plan(v, (int32_t)day, now_ms, &no, err));
    s->came_back = no - (head.first - 1);
out:
    inc_view_close(v);
    return st;
}

#include "engine/store/event.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/store/private.h"

/*
 * event         number -> need, person, score, at
 * event_need    need, person -> number
 * event_person  person, need -> number
 * meta "events" mark, number of the last event
 */
enum {
    EVENT_BYTES = 3 * INC_NUMBER + 4,
    PAIR_BYTES = 2 * INC_NUMBER,
    STATE_BYTES = 2 * INC_NUMBER
};

static const char state_key[] = "events";

struct state {
    uint64_t mark, last;
};

/* ---- rows --------------------------------------------------------------- */

static void
event_pack(unsigned char out[EVENT_BYTES], const struct inc_event *e)
{
    inc_number_put(out, e->need);
    inc_number_put(out + INC_NUMBER, e->person);
    inc_number_put(out + (size_t)2 * INC_NUMBER, (uint64_t)e->at_unix_ms);
    for (int i = 0; i < 4; i++)
        out[3 * INC_NUMBER + i] =
            (unsigned char)((uint32_t)e->score >> (24 - 8 * i));
}

enum inc_status
inc_event_unpack(struct inc_event *e, const MDB_val *key, const void *bytes,
                 size_t len, struct inc_err *err)
{
    const unsigned char *p = bytes;
    uint32_t score = 0;

    if (key->mv_size != INC_NUMBER || len != EVENT_BYTES)
        return inc_fail(err, INC_E_CORRUPT, 0,
                        "an event has a key of %zu bytes and a value of %zu",
                        key->mv_size, len);
    for (int i = 0; i < 4; i++)
        score = score << 8 | p[3 * INC_NUMBER + i];
    e->seq = inc_number_get(key->mv_data);
    e->need = inc_number_get(p);
    e->person = inc_number_get(p + INC_NUMBER);
    e->at_unix_ms = (int64_t)inc_number_get(p + (size_t)2 * INC_NUMBER);
    e->score = (int32_t)score;
    return INC_OK;
}

static void
pair_key(unsigned char out[PAIR_BYTES], uint64_t first, uint64_t second)
{
    inc_number_put(out, first);
    inc_number_put(out + INC_NUMBER, second);
}

static enum inc_status
state_load(const struct inc_store *s, MDB_txn *txn, struct state *out,
           struct inc_err *err)
{
    unsigned char bytes[STATE_BYTES];
    enum inc_status st =
        inc_table_read(s, txn, INC_TABLE_META, state_key, sizeof state_key - 1,
                       bytes, sizeof bytes, err);

    if (st == INC_E_NOTFOUND)
        return inc_fail(err, INC_E_CORRUPT, 0,
                        "the row of events is missing in table meta");
    if (st != INC_OK)
        return st;
    out->mark = inc_number_get(bytes);
    out->last = inc_number_get(bytes + INC_NUMBER);
    return INC_OK;
}

static enum inc_status
state_save(const struct inc_store *s, MDB_txn *txn, const struct state *from,
           struct inc_err *err)
{
    unsigned char bytes[STATE_BYTES];

    inc_number_put(bytes, from->mark);
    inc_number_put(bytes + INC_NUMBER, from->last);
    return inc_table_put(s, txn, INC_TABLE_META, state_key,
                         sizeof state_key - 1, bytes, sizeof bytes, 0, err);
}

/* ---- opening ------------------------------------------------------------ */

static enum inc_status
first_state(struct inc_store *s, MDB_txn *txn, struct inc_err *err)
{
    const struct state first = {s->head.seq, 0};

    return state_save(s, txn, &first, err);
}

enum inc_status
inc_event_open(struct inc_store *s, struct inc_err *err)
{
    return inc_tables_open(s, INC_TABLE_EVENT, INC_TABLE_EVENT_END, first_state,
                           &s->has_events, err);
}

/* ---- writing ------------------------------------------------------------ */

struct writing {
    struct inc_store *s;
    struct inc_event *events;
    size_t n;
    const struct inc_touched *gone;
    size_t n_gone;
    uint64_t mark;
    MDB_txn *txn;
    struct state state;
};

static enum inc_status
add_one(struct writing *w, struct inc_event *e, struct inc_err *err)
{
    unsigned char key[PAIR_BYTES], seq[INC_NUMBER], value[EVENT_BYTES];
    enum inc_status st;

    e->seq = 0;
    pair_key(key, e->need, e->person);
    st = inc_table_read(w->s, w->txn, INC_TABLE_EVENT_NEED, key, sizeof key,
                        seq, sizeof seq, err);
    if (st != INC_E_NOTFOUND)
        return st; /* it has its event */
    inc_err_clear(err);
    inc_number_put(seq, w->state.last + 1);
    INC_TRY(inc_table_put(w->s, w->txn, INC_TABLE_EVENT_NEED, key, sizeof key,
                          seq, sizeof seq, MDB_NOOVERWRITE, err));
    pair_key(key, e->person, e->need);
    INC_TRY(inc_table_put(w->s, w->txn, INC_TABLE_EVENT_PERSON, key, sizeof key,
                          seq, sizeof seq, MDB_NOOVERWRITE, err));
    event_pack(value, e);
    INC_TRY(inc_table_put(w->s, w->txn, INC_TABLE_EVENT, seq, sizeof seq, value,
                          sizeof value, MDB_APPEND, err));
    e->seq = ++w->state.last;
out:
    return st;
}

static enum inc_status
delete_if_there(const struct writing *w, enum inc_table t, const void *key,
                size_t len, struct inc_err *err)
{
    enum inc_status st = inc_table_delete(w->s, w->txn, t, key, len, err);

    return st == INC_E_NOTFOUND ? INC_OK : st;
}

/* All events of a deleted record: the rows of its side of the pairs, and for
 * each the row of the other side and the event. */
static enum inc_status
forget(struct writing *w, const struct inc_touched *gone, struct inc_err *err)
{
    int need = gone->kind == INC_RECORD_NEED;
    enum inc_table mine = need ? INC_TABLE_EVENT_NEED : INC_TABLE_EVENT_PERSON;
    enum inc_table other = need ? INC_TABLE_EVENT_PERSON : INC_TABLE_EVENT_NEED;
    enum inc_status st = INC_OK;

    for (;;) {
        unsigned char key[PAIR_BYTES], turned[PAIR_BYTES], seq[INC_NUMBER];
        MDB_cursor *c = NULL;
        MDB_val k = {PAIR_BYTES, key}, v;
        int rc;

        /* A cursor each time: the deletes below would move under it. */
        pair_key(key, gone->no, 0);
        INC_TRY(inc_lmdb_status(mdb_cursor_open(w->txn, w->s->dbi[mine], &c),
                                "open a cursor", err));
        rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
        mdb_cursor_close(c);
        if (rc == MDB_NOTFOUND ||
            (rc == 0 && (k.mv_size != PAIR_BYTES ||
                         inc_number_get(k.mv_data) != gone->no)))
            return INC_OK;
        INC_TRY(inc_lmdb_status(rc, "find the events of a record", err));
        memcpy(key, k.mv_data, PAIR_BYTES);
        k.mv_data = key;
        memcpy(turned, key + INC_NUMBER, INC_NUMBER);
        memcpy(turned + INC_NUMBER, key, INC_NUMBER);
        /* A damaged row names no event, but the delete goes on. */
        if (inc_value_take(w->s, mine, &k, &v, seq, sizeof seq, NULL) == INC_OK)
            INC_TRY(delete_if_there(w, INC_TABLE_EVENT, seq, sizeof seq, err));
        INC_TRY(delete_if_there(w, other, turned, sizeof turned, err));
        INC_TRY(delete_if_there(w, mine, key, sizeof key, err));
    }
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
                            "begin to write events", err));
    INC_TRY(state_load(w->s, w->txn, &w->state, err));
    for (size_t i = 0; i < w->n; i++)
        INC_TRY(add_one(w, &w->events[i], err));
    for (size_t i = 0; i < w->n_gone; i++)
        INC_TRY(forget(w, &w->gone[i], err));
    if (w->mark > w->state.mark)
        w->state.mark = w->mark;
    INC_TRY(state_save(w->s, w->txn, &w->state, err));
    st = inc_store_commit(w->s, w->txn, err);
    w->txn = NULL;
out:
    mdb_txn_abort(w->txn);
    return st;
}

enum inc_status
inc_event_add(struct inc_store *s, struct inc_event *events, size_t n,
              const struct inc_touched *gone, size_t n_gone, uint64_t mark,
              struct inc_err *err)
{
    struct writing w = {s, events, n, gone, n_gone, mark, NULL, {0}};
    enum inc_status st = inc_store_usable(s, err);

    if (st == INC_OK && n > 0) /* deletes always pass */
        st = inc_room_check(s, err);
    if (st == INC_OK)
        st = inc_room_attempt(s, 0, attempt, &w, err);
    for (size_t i = 0; st != INC_OK && i < n; i++)
        events[i].seq = 0;
    return st;
}

/* ---- reading ------------------------------------------------------------ */

enum inc_status
inc_event_mark(struct inc_view *v, uint64_t *mark, struct inc_err *err)
{
    struct state state = {0};
    enum inc_status st =
        v->s->has_events ? state_load(v->s, v->txn, &state, err) : INC_OK;

    *mark = state.mark;
    return st;
}

enum inc_status
inc_event_head(struct inc_view *v, uint64_t *seq, struct inc_err *err)
{
    struct state state = {0};
    enum inc_status st =
        v->s->has_events ? state_load(v->s, v->txn, &state, err) : INC_OK;

    *seq = state.last;
    return st;
}

enum inc_status
inc_event_changes(struct inc_view *v, uint64_t after, uint64_t upto, size_t max,
                  struct inc_touched *out, size_t *n, uint64_t *last,
                  struct inc_err *err)
{
    enum inc_status st;
    struct inc_arena a = {0};
    MDB_cursor *c = NULL;
    unsigned char from[INC_NUMBER];
    MDB_val k = {sizeof from, from}, value;
    int rc;

    *n = 0;
    *last = after;
    if (inc_arena_init(&a, INC_ENTRY_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to read the journal");
    INC_TRY(inc_lmdb_status(
        mdb_cursor_open(v->txn, v->s->dbi[INC_TABLE_JOURNAL], &c),
        "open a cursor", err));
    inc_number_put(from, after + 1);
    for (rc = mdb_cursor_get(c, &k, &value, MDB_SET_RANGE);
         rc == 0 && *last < upto && max-- != 0;
         rc = mdb_cursor_get(c, &k, &value, MDB_NEXT)) {
        struct inc_journal_row row;
        const void *bytes;
        size_t len;

        inc_arena_reset(&a);
        INC_TRY(inc_value_open(v->s, INC_TABLE_JOURNAL, &k, &value, &v->plain,
                               &bytes, &len, err));
        INC_TRY(inc_entry_read(&row, bytes, len, &a, err));
        if (row.e.seq > upto)
            break;
        *last = row.e.seq;
        if (row.e.result == INC_OK && row.no != 0 &&
            (row.kind == INC_RECORD_CANDIDATE || row.kind == INC_RECORD_NEED) &&
            row.e.op != INC_OP_VAULT_PUT)
            out[(*n)++] = (struct inc_touched){row.kind, row.no};
    }
    st = rc == 0 || rc == MDB_NOTFOUND
             ? INC_OK
             : inc_lmdb_status(rc, "read the journal", err);
out:
    mdb_cursor_close(c);
    inc_arena_release(&a);
    return st;
}

static enum inc_status
walk_all(struct inc_view *v, MDB_cursor *c, uint64_t after,
         inc_event_each_fn *each, void *arg, struct inc_err *err)
{
    unsigned char from[INC_NUMBER];
    MDB_val k = {sizeof from, from}, value;
    enum inc_status st = INC_OK;
    int rc;

    if (after == UINT64_MAX)
        return INC_OK;
    inc_number_put(from, after + 1);
    for (rc = mdb_cursor_get(c, &k, &value, MDB_SET_RANGE); rc == 0;
         rc = mdb_cursor_get(c, &k, &value, MDB_NEXT)) {
        unsigned char bytes[EVENT_BYTES];
        struct inc_event e;

        INC_TRY(inc_value_take(v->s, INC_TABLE_EVENT, &k, &value, bytes,
                               sizeof bytes, err));
        INC_TRY(inc_event_unpack(&e, &k, bytes, sizeof bytes, err));
        INC_TRY(each(arg, &e));
    }
    st = rc == MDB_NOTFOUND ? INC_OK
                            : inc_lmdb_status(rc, "read the next event", err);
out:
    return st;
}

static int
by_number(const void *a, const void *b)
{
    uint64_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Numbers over `after` of a need's events, in order of person. */
static enum inc_status
seqs_of_need(struct inc_view *v, MDB_cursor *c, uint64_t after, uint64_t need,
             struct inc_buf *out, struct inc_err *err)
{
    unsigned char from[PAIR_BYTES];
    MDB_val k = {sizeof from, from}, value;
    enum inc_status st = INC_OK;
    int rc;

    pair_key(from, need, 0);
    for (rc = mdb_cursor_get(c, &k, &value, MDB_SET_RANGE);
         rc == 0 && k.mv_size == PAIR_BYTES &&
         inc_number_get(k.mv_data) == need;
         rc = mdb_cursor_get(c, &k, &value, MDB_NEXT)) {
        unsigned char bytes[INC_NUMBER];
        uint64_t seq;

        INC_TRY(inc_value_take(v->s, INC_TABLE_EVENT_NEED, &k, &value, bytes,
                               sizeof bytes, err));
        seq = inc_number_get(bytes);
        if (seq > after)
            inc_buf_add(out, &seq, sizeof seq);
    }
    if (rc != 0 && rc != MDB_NOTFOUND)
        st = inc_lmdb_status(rc, "read the next event", err);
    if (st == INC_OK && out->failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a need's events");
out:
    return st;
}

static enum inc_status
walk_need(struct inc_view *v, MDB_cursor *c, uint64_t after, uint64_t need,
          inc_event_each_fn *each, void *arg, struct inc_err *err)
{
    struct inc_buf seqs = {0};
    enum inc_status st;

    INC_TRY(seqs_of_need(v, c, after, need, &seqs, err));
    if (seqs.len > sizeof(uint64_t))
        qsort(seqs.data, seqs.len / sizeof(uint64_t), sizeof(uint64_t),
              by_number);
    for (size_t at = 0; at < seqs.len; at += sizeof(uint64_t)) {
        unsigned char key[INC_NUMBER], bytes[EVENT_BYTES];
        MDB_val k = {sizeof key, key};
        struct inc_event e;
        uint64_t seq;

        memcpy(&seq, seqs.data + at, sizeof seq);
        inc_number_put(key, seq);
        st = inc_table_read(v->s, v->txn, INC_TABLE_EVENT, key, sizeof key,
                            bytes, sizeof bytes, err);
        if (st == INC_E_NOTFOUND)
            st = inc_fail(err, INC_E_CORRUPT, 0,
                          "event %llu is named but not there",
                          (unsigned long long)seq);
        INC_TRY(st);
        INC_TRY(inc_event_unpack(&e, &k, bytes, sizeof bytes, err));
        INC_TRY(each(arg, &e));
    }
out:
    inc_buf_release(&seqs);
    return st;
}

enum inc_status
inc_event_walk(struct inc_view *v, uint64_t after, uint64_t need,
               inc_event_each_fn *each, void *arg, struct inc_err *err)
{
    enum inc_table t = need != 0 ? INC_TABLE_EVENT_NEED : INC_TABLE_EVENT;
    MDB_cursor *c = NULL;
    enum inc_status st;

    if (!v->s->has_events)
        return INC_OK;
    INC_TRY(inc_lmdb_status(mdb_cursor_open(v->txn, v->s->dbi[t], &c),
                            "open a cursor", err));
    st = need != 0 ? walk_need(v, c, after, need, each, arg, err)
                   : walk_all(v, c, after, each, arg, err);
out:
    mdb_cursor_close(c);
    return st;
}

enum inc_status
inc_view_number(struct inc_view *v, enum inc_record_kind kind, const char *id,
                uint64_t *no, struct inc_err *err)
{
    unsigned char number[INC_NUMBER];
    size_t len = strlen(id);
    enum inc_status st = INC_E_NOTFOUND;

    if (len > 0 && len <= INC_ID_MAX)
        st = inc_table_read(v->s, v->txn, INC_TABLE_ID + kind, id, len, number,
                            sizeof number, err);
    if (st == INC_E_NOTFOUND)
        return inc_fail(err, INC_E_NOTFOUND, 0, "there is no such %s",
                        inc_record_name(kind));
    if (st == INC_OK)
        *no = inc_number_get(number);
    return st;
}

int
inc_view_has(struct inc_view *v, enum inc_record_kind kind, uint64_t no)
{
    unsigned char key[INC_NUMBER];
    MDB_val k = {sizeof key, key}, value;

    inc_number_put(key, no);
    return mdb_get(v->txn, v->s->dbi[INC_TABLE_RECORD + kind], &k, &value) == 0;
}

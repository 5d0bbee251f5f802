#include "engine/store/private.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/hex.h"
#include "engine/base/mem.h"

static enum inc_status
enter(struct inc_store *s, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    (void)pthread_mutex_lock(&s->mutex);
    while (s->resizing)
        (void)pthread_cond_wait(&s->change, &s->mutex);
    if (s->dead)
        st = inc_fail(err, INC_E_STORE, 0,
                      "the store lost its memory map, restart the daemon");
    else
        s->views++;
    (void)pthread_mutex_unlock(&s->mutex);
    return st;
}

static void
leave(struct inc_store *s)
{
    (void)pthread_mutex_lock(&s->mutex);
    INC_CHECK(s->views > 0);
    if (--s->views == 0)
        (void)pthread_cond_broadcast(&s->change);
    (void)pthread_mutex_unlock(&s->mutex);
}

enum inc_status
inc_view_open(struct inc_view **out, struct inc_store *s, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_view *v = inc_mem_zero(1, sizeof *v);
    int rc;

    *out = NULL;
    if (v == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a view");
    v->s = s;
    INC_TRY(enter(s, err));
    rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &v->txn);
    if (rc == MDB_MAP_RESIZED) { /* the writing process made the map bigger */
        leave(s);
        INC_TRY(inc_room_adopt(s, err));
        INC_TRY(enter(s, err));
        rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &v->txn);
    }
    if (rc != 0) {
        leave(s);
        st = inc_lmdb_status(rc, "begin to read", err);
        goto out;
    }
    *out = v;
    v = NULL;
out:
    inc_mem_free(v);
    return st;
}

void
inc_view_close(struct inc_view *v)
{
    if (v == NULL)
        return;
    mdb_txn_abort(v->txn);
    leave(v->s);
    inc_plain_release(&v->plain);
    inc_mem_free(v);
}

/* The record under a number's key, whose bytes are checked already. */
static enum inc_status
decode(union inc_record *out, enum inc_record_kind kind, uint64_t no,
       const void *bytes, size_t len, struct inc_arena *a, struct inc_err *err)
{
    enum inc_status st = inc_record_decode(out, kind, bytes, len, a, err);

    if (st != INC_OK && err != NULL && err->where[0] == '\0')
        inc_err_where(err, "%s %llu", inc_record_name(kind),
                      (unsigned long long)no);
    return st;
}

/* An id names a number without a record: of a person erased since this view
 * began, that is an answer. */
static enum inc_status
missing(const struct inc_store *s, enum inc_record_kind kind, uint64_t no,
        struct inc_err *err)
{
    if (kind == INC_RECORD_CANDIDATE && inc_ring_is_gone(s->ring, no))
        return inc_fail(err, INC_E_NOTFOUND, 0, "there is no such %s",
                        inc_record_name(kind));
    return inc_fail(err, INC_E_CORRUPT, 0, "%s %llu is named but not there",
                    inc_record_name(kind), (unsigned long long)no);
}

enum inc_status
inc_view_get(struct inc_view *v, enum inc_record_kind kind, const char *id,
             union inc_record *out, uint64_t *no, struct inc_arena *a,
             struct inc_err *err)
{
    enum inc_status st;
    unsigned char key[INC_NUMBER];
    const void *bytes;
    size_t len, id_len = strlen(id);

    if (id_len == 0 || id_len > INC_ID_MAX)
        return inc_fail(err, INC_E_NOTFOUND, 0, "there is no such %s",
                        inc_record_name(kind));
    st = inc_table_read(v->s, v->txn, INC_TABLE_ID + kind, id, id_len, key,
                        sizeof key, err);
    if (st == INC_E_NOTFOUND)
        return inc_fail(err, INC_E_NOTFOUND, 0, "there is no such %s",
                        inc_record_name(kind));
    if (st != INC_OK)
        return st;
    st = inc_table_get(v->s, v->txn, INC_TABLE_RECORD + kind, key, sizeof key,
                       &v->plain, &bytes, &len, err);
    if (st == INC_E_NOTFOUND)
        st = missing(v->s, kind, inc_number_get(key), err);
    if (st == INC_OK)
        st = decode(out, kind, inc_number_get(key), bytes, len, a, err);
    if (st == INC_OK && no != NULL)
        *no = inc_number_get(key);
    return st;
}

enum inc_status
inc_view_by_number(struct inc_view *v, enum inc_record_kind kind, uint64_t no,
                   union inc_record *out, struct inc_arena *a,
                   struct inc_err *err)
{
    unsigned char key[INC_NUMBER];
    const void *bytes;
    size_t len;
    enum inc_status st;

    inc_number_put(key, no);
    st = inc_table_get(v->s, v->txn, INC_TABLE_RECORD + kind, key, sizeof key,
                       &v->plain, &bytes, &len, err);
    if (st == INC_E_NOTFOUND)
        return inc_fail(err, INC_E_NOTFOUND, 0, "there is no such %s",
                        inc_record_name(kind));
    if (st == INC_OK)
        st = decode(out, kind, no, bytes, len, a, err);
    return st;
}

static enum inc_status
open_cursor(MDB_cursor **out, struct inc_view *v, enum inc_table t,
            struct inc_err *err)
{
    *out = NULL;
    return inc_lmdb_status(mdb_cursor_open(v->txn, v->s->dbi[t], out),
                           "open a cursor", err);
}

enum inc_status
inc_view_walk(struct inc_view *v, enum inc_record_kind kind, const char *after,
              struct inc_arena *a, inc_view_each_fn *each, void *arg,
              struct inc_err *err)
{
    enum inc_status st;
    MDB_cursor *c = NULL;
    MDB_val k = {0}, value;
    size_t after_len = after == NULL ? 0 : strlen(after);
    int rc;

    INC_TRY(open_cursor(&c, v, INC_TABLE_ID + kind, err));
    if (after_len == 0 || after_len > 511) {
        rc = mdb_cursor_get(c, &k, &value, MDB_FIRST);
    } else {
        k.mv_size = after_len;
        k.mv_data = (void *)after;
        rc = mdb_cursor_get(c, &k, &value, MDB_SET_RANGE);
        if (rc == 0 && k.mv_size == after_len &&
            memcmp(k.mv_data, after, after_len) == 0)
            rc = mdb_cursor_get(c, &k, &value, MDB_NEXT);
    }
    for (; rc == 0; rc = mdb_cursor_get(c, &k, &value, MDB_NEXT)) {
        unsigned char key[INC_NUMBER];
        union inc_record r;
        const void *bytes;
        size_t len;
        uint64_t no;

        INC_TRY(inc_value_take(v->s, INC_TABLE_ID + kind, &k, &value, key,
                               sizeof key, err));
        no = inc_number_get(key);
        st = inc_table_get(v->s, v->txn, INC_TABLE_RECORD + kind, key,
                           sizeof key, &v->plain, &bytes, &len, err);
        if (st == INC_E_NOTFOUND) {
            st = missing(v->s, kind, no, err);
            if (st == INC_E_NOTFOUND)
                continue;
        }
        INC_TRY(st);
        inc_arena_reset(a);
        INC_TRY(decode(&r, kind, no, bytes, len, a, err));
        INC_TRY(each(arg, no, &r));
    }
    st = rc == MDB_NOTFOUND ? INC_OK
                            : inc_lmdb_status(rc, "read the next id", err);
out:
    mdb_cursor_close(c);
    return st;
}

enum inc_status
inc_view_scan(struct inc_view *v, enum inc_record_kind kind,
              struct inc_arena *a, inc_view_each_fn *each, void *arg,
              struct inc_err *err)
{
    enum inc_status st;
    MDB_cursor *c = NULL;
    MDB_val k, value;
    int rc;

    INC_TRY(open_cursor(&c, v, INC_TABLE_RECORD + kind, err));
    while ((rc = mdb_cursor_get(c, &k, &value, MDB_NEXT)) == 0) {
        union inc_record r;
        const void *bytes;
        size_t len;
        uint64_t no;

        st = inc_value_open(v->s, INC_TABLE_RECORD + kind, &k, &value,
                            &v->plain, &bytes, &len, err);
        if (st == INC_E_NOTFOUND)
            continue; /* erased since this view began */
        INC_TRY(st);
        if (k.mv_size != INC_NUMBER)
            INC_TRY(inc_fail(err, INC_E_CORRUPT, 0, "a number is cut short"));
        no = inc_number_get(k.mv_data);
        inc_arena_reset(a);
        INC_TRY(decode(&r, kind, no, bytes, len, a, err));
        INC_TRY(each(arg, no, &r));
    }
    st = rc == MDB_NOTFOUND ? INC_OK
                            : inc_lmdb_status(rc, "read the next record", err);
out:
    mdb_cursor_close(c);
    return st;
}

/* One line of mdb_reader_list(): "pid thread txnid", txnid "-" when idle. */
static int
reader_line(const char *line, void *arg)
{
    uint64_t *oldest = arg;
    const char *last = strrchr(line, ' ');
    char *end;
    unsigned long long txn;

    if (last == NULL)
        return 0;
    txn = strtoull(last + 1, &end, 10);
    if (end != last + 1 && *end == '\n' && txn < *oldest)
        *oldest = txn;
    return 0;
}

enum inc_status
inc_view_info(struct inc_view *v, struct inc_store_info *out,
              struct inc_err *err)
{
    enum inc_status st;
    struct inc_store *s = v->s;
    struct inc_store_info info = {.format = 0};
    struct inc_head head;
    MDB_envinfo env;
    MDB_stat stat;
    uint64_t oldest = UINT64_MAX, format = 0;

    INC_TRY(inc_format_load(s, v->txn, &format, err));
    info.format = (unsigned)format;
    INC_TRY(inc_head_load(s, v->txn, &head, err));
    info.head_seq = head.seq;
    memcpy(info.head_chain, head.chain, INC_DIGEST);
    inc_hex(info.id, s->id, INC_STORE_ID);
    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        INC_TRY(inc_lmdb_status(
            mdb_stat(v->txn, s->dbi[INC_TABLE_RECORD + k], &stat),
            "count records", err));
        info.records[k] = stat.ms_entries;
    }
    INC_TRY(inc_lmdb_status(mdb_env_info(s->env, &env), "ask the map", err));
    info.map_bytes = env.me_mapsize;
    info.used_bytes = (env.me_last_pgno + 1) * stat.ms_psize;
    (void)mdb_reader_list(s->env, reader_line, &oldest);
    if (oldest < env.me_last_txnid)
        info.oldest_reader_lag = env.me_last_txnid - oldest;
    *out = info;
out:
    return st;
}

enum inc_status
inc_view_journal(struct inc_view *v, uint64_t after, size_t max,
                 inc_entry_each_fn *each, void *arg, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_arena a = {0};
    MDB_cursor *c = NULL;
    MDB_val k, value;
    unsigned char from[INC_NUMBER];
    int rc;

    if (max == 0 || after == UINT64_MAX)
        return INC_OK;
    if (inc_arena_init(&a, INC_ENTRY_ARENA) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to read the journal");
    INC_TRY(open_cursor(&c, v, INC_TABLE_JOURNAL, err));
    inc_number_put(from, after + 1);
    k.mv_data = from;
    k.mv_size = sizeof from;
    for (rc = mdb_cursor_get(c, &k, &value, MDB_SET_RANGE);
         rc == 0 && max-- != 0; rc = mdb_cursor_get(c, &k, &value, MDB_NEXT)) {
        struct inc_journal_row row;
        const void *bytes;
        size_t len;

        inc_arena_reset(&a);
        INC_TRY(inc_value_open(v->s, INC_TABLE_JOURNAL, &k, &value, &v->plain,
                               &bytes, &len, err));
        INC_TRY(inc_entry_read(&row, bytes, len, &a, err));
        INC_TRY(each(arg, &row.e));
    }
    st = rc == 0 || rc == MDB_NOTFOUND
             ? INC_OK
             : inc_lmdb_status(rc, "read the journal", err);
out:
    mdb_cursor_close(c);
    inc_arena_release(&a);
    return st;
}

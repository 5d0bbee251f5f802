/*
 * raw.h - a store's file through LMDB alone, behind the engine's back: to make
 * old formats, and to find where a value lies. The store must be closed.
 */
#ifndef INC_TESTS_UNIT_STORE_RAW_H
#define INC_TESTS_UNIT_STORE_RAW_H

#include <lmdb.h>

#include "engine/store/private.h"
#include "tests/unit/store/fixture.h"

static const char *const raw_tables[] = {
    "meta",    "journal",      "keys",    "candidate", "need",
    "company", "candidate_id", "need_id", "company_id"};
enum { RAW_TABLES = 9, RAW_ROWS = 4000 };

/* Key and value of one row as they lie in the file, one after the other. */
struct raw_row {
    const char *table;
    unsigned char *bytes;
    size_t key_len, len;
};

MAYBE MDB_env *
raw_open(const char *dir)
{
    MDB_env *env = NULL;

    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
    assert_int_equal(mdb_env_set_mapsize(env, (size_t)64 << 20), 0);
    assert_int_equal(mdb_env_open(env, dir, 0, 0600), 0);
    return env;
}

MAYBE size_t
raw_rows(const char *dir, struct raw_row *out)
{
    MDB_env *env = raw_open(dir);
    MDB_txn *txn = NULL;
    size_t n = 0;

    assert_int_equal(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
    for (int t = 0; t < RAW_TABLES; t++) {
        MDB_cursor *c = NULL;
        MDB_val k, v;
        MDB_dbi dbi;
        assert_int_equal(mdb_dbi_open(txn, raw_tables[t], 0, &dbi), 0);
        assert_int_equal(mdb_cursor_open(txn, dbi, &c), 0);
        while (mdb_cursor_get(c, &k, &v, MDB_NEXT) == 0) {
            struct raw_row *r = &out[n++];
            assert_true(n <= RAW_ROWS);
            r->table = raw_tables[t];
            r->key_len = k.mv_size;
            r->len = k.mv_size + v.mv_size;
            r->bytes = malloc(r->len);
            assert_non_null(r->bytes);
            memcpy(r->bytes, k.mv_data, k.mv_size);
            memcpy(r->bytes + k.mv_size, v.mv_data, v.mv_size);
        }
        mdb_cursor_close(c);
    }
    mdb_txn_abort(txn);
    mdb_env_close(env);
    return n;
}

MAYBE void
raw_free(struct raw_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(rows[i].bytes);
}

/* The rows of the open store with their values opened. */
MAYBE size_t
raw_plain(struct fixture *f, struct raw_row *out)
{
    struct inc_buf plain = {0};
    MDB_txn *txn = NULL;
    size_t n = 0;

    assert_int_equal(mdb_txn_begin(f->s->env, NULL, MDB_RDONLY, &txn), 0);
    for (int t = 0; t < INC_TABLE_EVENT; t++) {
        MDB_cursor *c = NULL;
        MDB_val k, v;

        assert_int_equal(mdb_cursor_open(txn, f->s->dbi[t], &c), 0);
        while (mdb_cursor_get(c, &k, &v, MDB_NEXT) == 0) {
            struct raw_row *r = &out[n];
            const void *bytes;
            size_t len;

            if (t == INC_TABLE_META && k.mv_size == 6 &&
                memcmp(k.mv_data, "format", 6) == 0)
                continue;
            OK(inc_value_open(f->s, (enum inc_table)t, &k, &v, &plain, &bytes,
                              &len, &f->err),
               &f->err);
            assert_true(++n <= RAW_ROWS);
            r->table = inc_table_name((enum inc_table)t);
            r->key_len = k.mv_size;
            r->len = k.mv_size + len;
            r->bytes = malloc(r->len + 1);
            assert_non_null(r->bytes);
            memcpy(r->bytes, k.mv_data, k.mv_size);
            memcpy(r->bytes + k.mv_size, bytes, len);
        }
        mdb_cursor_close(c);
    }
    mdb_txn_abort(txn);
    inc_plain_release(&plain);
    return n;
}

/* An entry as formats before 2 kept it: its body as it came. */
static void
raw_old_entry(struct fixture *f, struct inc_buf *out, const void *bytes,
              size_t len)
{
    struct inc_journal_row row;
    struct inc_buf head, body = {0};

    inc_arena_reset(&f->read);
    OK(inc_entry_read(&row, bytes, len, &f->read, &f->err), &f->err);
    if (row.sealed) {
        OK(inc_body_open(f->s, row.no, row.e.seq, row.body, row.body_len, &body,
                         &f->err),
           &f->err);
        row.body = body.data;
        row.body_len = body.len;
    }
    head = (struct inc_buf){.data = (unsigned char *)row.head,
                            .len = row.head_len};
    inc_buf_reset(out);
    inc_entry_write(out, &head, row.e.chain, row.body, row.body_len,
                    row.body != NULL, 0);
    inc_plain_release(&body);
}

/* Only the row of the format, of a closed store. */
MAYBE void
raw_set_format(struct fixture *f, unsigned char format)
{
    struct inc_store s = {0};
    MDB_txn *txn = NULL;

    s.env = raw_open(f->dir);
    assert_int_equal(mdb_txn_begin(s.env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, "meta", 0, &s.dbi[INC_TABLE_META]), 0);
    OK(inc_format_save(&s, txn, format, &f->err), &f->err);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(s.env);
}

/* Make the open store one of format 0 or 1, in the clear and without keys, and
 * close it. */
MAYBE void
raw_make_old(struct fixture *f, unsigned char format)
{
    static struct raw_row rows[RAW_ROWS];
    struct inc_buf entry = {0};
    struct inc_store s = {0};
    MDB_txn *txn = NULL;
    MDB_dbi gone;
    size_t n = raw_plain(f, rows);

    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].table, "journal") == 0) {
            raw_old_entry(f, &entry, rows[i].bytes + rows[i].key_len,
                          rows[i].len - rows[i].key_len);
            rows[i].len = rows[i].key_len + entry.len;
            rows[i].bytes = realloc(rows[i].bytes, rows[i].len);
            assert_non_null(rows[i].bytes);
            memcpy(rows[i].bytes + rows[i].key_len, entry.data, entry.len);
        }
    inc_buf_release(&entry);
    close_it(f);
    s.env = raw_open(f->dir);
    assert_int_equal(mdb_txn_begin(s.env, NULL, 0, &txn), 0);
    for (int t = 0; t < INC_TABLE_VAULT; t++) {
        assert_int_equal(
            mdb_dbi_open(txn, inc_table_name((enum inc_table)t), 0, &s.dbi[t]),
            0);
        assert_int_equal(mdb_drop(txn, s.dbi[t], 0), 0);
    }
    for (int t = INC_TABLE_VAULT; t < INC_TABLES; t++)
        if (mdb_dbi_open(txn, inc_table_name((enum inc_table)t), 0, &gone) == 0)
            assert_int_equal(mdb_drop(txn, gone, 1), 0);
    for (size_t i = 0; i < n; i++)
        for (int t = 0; t < INC_TABLE_VAULT; t++)
            if (strcmp(rows[i].table, inc_table_name((enum inc_table)t)) == 0 &&
                !(format == 0 && t == INC_TABLE_KEYS) &&
                !(rows[i].key_len == 6 &&
                  memcmp(rows[i].bytes, "events", 6) == 0))
                OK(inc_tagged_put(&s, txn, (enum inc_table)t, rows[i].bytes,
                                  rows[i].key_len,
                                  rows[i].bytes + rows[i].key_len,
                                  rows[i].len - rows[i].key_len, &f->err),
                   &f->err);
    OK(inc_format_save(&s, txn, format, &f->err), &f->err);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(s.env);
    raw_free(rows, n);
    inc_ring_remove(f->dir);
    (void)unlink(f->key_file);
}

#endif

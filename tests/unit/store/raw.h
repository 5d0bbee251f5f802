/*
 * raw.h - a store's file through LMDB alone, behind the engine's back: to make
 * old formats, and to find where a value lies. The store must be closed.
 */
#ifndef INC_TESTS_UNIT_STORE_RAW_H
#define INC_TESTS_UNIT_STORE_RAW_H

#include <lmdb.h>

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

/* Write the row of the format, in the frame every format has. */
MAYBE void
raw_put_format(MDB_env *env, MDB_txn *txn, unsigned char format)
{
    static const char label[] = "meta\0\1format";
    unsigned char value[1 + INC_TAG + 8] = {1};
    char name[] = "format";
    MDB_val k = {6, name}, v = {sizeof value, value};
    MDB_dbi dbi;

    (void)env;
    value[sizeof value - 1] = format;
    inc_tag(value + 1, label, sizeof label - 1, value + 1 + INC_TAG, 8);
    assert_int_equal(mdb_dbi_open(txn, "meta", 0, &dbi), 0);
    assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
}

/* Make the closed store one of format `format`; drop table keys as a store of
 * format 0 had none. */
MAYBE void
raw_set_format(const char *dir, unsigned char format, int drop_keys)
{
    MDB_env *env = raw_open(dir);
    MDB_txn *txn = NULL;
    MDB_dbi dbi;

    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    raw_put_format(env, txn, format);
    if (drop_keys) {
        assert_int_equal(mdb_dbi_open(txn, "keys", 0, &dbi), 0);
        assert_int_equal(mdb_drop(txn, dbi, 1), 0);
    }
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

#endif

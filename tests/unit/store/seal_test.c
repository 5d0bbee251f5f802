/* Sealed values, the key file, the ring of keys, and changing the key. */
#include "engine/store/kek.h"
#include "tests/unit/store/raw.h"

#define MARK "MARCA-UNICA-7f3a91c2"

static size_t
places(const char *dir, const char *name, const char *text)
{
    size_t len, n = 0, m = strlen(text);
    unsigned char *file = slurp(dir, name, &len);

    for (size_t p = 0; p + m <= len; p++)
        n += memcmp(file + p, text, m) == 0;
    free(file);
    return n;
}

static void
fill(struct fixture *f)
{
    union inc_record *r = person(&f->arena, "marked", 2);
    struct inc_command c;
    char id[16];

    r->candidate.office = MARK;
    c = command(f, INC_OP_CANDIDATE_PUT, "marked", r);
    c.body = "the body says " MARK;
    c.body_len = strlen(c.body);
    IS(run(f, &c), INC_OK, &c.err);
    r = need(&f->arena, "n", NULL);
    r->need.title = MARK;
    c = command(f, INC_OP_NEED_PUT, "n", r);
    IS(run(f, &c), INC_OK, &c.err);
    c = command(f, INC_OP_NEED_PUT, "m", need(&f->arena, "m", NULL));
    IS(run(f, &c), INC_OK, &c.err);
    for (int i = 0; i < 20; i++) {
        (void)snprintf(id, sizeof id, "p%d", i);
        (void)put_person(f, id);
    }
}

static void
nothing_in_the_clear(void **state)
{
    struct fixture *f = *state;
    union inc_record r;

    fill(f);
    assert_int_equal(places(f->dir, "data.mdb", MARK), 0);
    assert_int_equal(places(f->dir, "data.mdb", "operatore-7"), 0);
    assert_int_equal(places(f->dir, "data.mdb", "046017"), 0);
    IS(get(f, INC_RECORD_CANDIDATE, "marked", &r, NULL), INC_OK, &f->err);
    assert_string_equal(r.candidate.office, MARK); /* or the search is blind */
    assert_clean(f);
}

/* The same value twice never looks the same. */
static void
a_nonce_for_every_value(void **state)
{
    static struct raw_row before[RAW_ROWS], after[RAW_ROWS];
    struct fixture *f = *state;
    size_t n, m, same = 0;
    struct inc_command c;

    c = put_person(f, "a");
    close_it(f);
    n = raw_rows(f->dir, before);
    open_it(f);
    c = command(f, INC_OP_CANDIDATE_PUT, "a", person(&f->arena, "a", 3));
    IS(run(f, &c), INC_OK, &c.err);
    close_it(f);
    m = raw_rows(f->dir, after);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            same += before[i].len == after[j].len &&
                    strcmp(before[i].table, after[j].table) == 0 &&
                    strcmp(before[i].table, "candidate") == 0 &&
                    memcmp(before[i].bytes, after[j].bytes, before[i].len) == 0;
    assert_int_equal(same, 0);
    raw_free(before, n);
    raw_free(after, m);
    open_it(f);
}

/* The value of one key under another, in each kind of table. */
static void
moved_values_are_seen(void **state)
{
    static const struct {
        const char *table;
        unsigned char from, to;
    } moves[] = {{"candidate", 1, 2}, {"need", 1, 2}, {"journal", 2, 3}};
    struct fixture *f = *state;
    unsigned char *file;
    size_t len;

    fill(f);
    close_it(f);
    file = slurp(f->dir, "data.mdb", &len);
    for (size_t i = 0; i < 3; i++) {
        unsigned char a[8] = {[7] = moves[i].from}, b[8] = {[7] = moves[i].to};
        MDB_env *env = raw_open(f->dir);
        MDB_txn *txn = NULL;
        MDB_val from = {8, a}, to = {8, b}, v;
        MDB_dbi dbi;
        unsigned char copy[4096];

        assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
        assert_int_equal(mdb_dbi_open(txn, moves[i].table, 0, &dbi), 0);
        assert_int_equal(mdb_get(txn, dbi, &from, &v), 0);
        memcpy(copy, v.mv_data, v.mv_size);
        v.mv_data = copy;
        assert_int_equal(mdb_put(txn, dbi, &to, &v, 0), 0);
        assert_int_equal(mdb_txn_commit(txn), 0);
        mdb_env_close(env);
        open_it(f);
        assert_int_not_equal(verified(f).faults, 0);
        close_it(f);
        spit(f->dir, "data.mdb", file, len);
    }
    free(file);
    open_it(f);
    assert_clean(f);
}

/* ---- the key file -------------------------------------------------------- */

static void
the_key_file(void **state)
{
    struct fixture *f = *state;
    char other[PATH_ROOM + 16], text[256];
    struct stat info;
    unsigned char *before, *after;
    size_t n, m, len;

    assert_string_equal(inc_store_made_key(f->s), f->key_file);
    fill(f);
    reopen(f);
    assert_null(inc_store_made_key(f->s));
    assert_int_equal(stat(f->key_file, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    close_it(f);
    before = slurp(f->dir, "data.mdb", &n);

    assert_int_equal(chmod(f->key_file, 0640), 0);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CONFIG, &f->err);
    assert_non_null(strstr(f->err.what, "others may read"));
    assert_int_equal(chmod(f->key_file, 0600), 0);

    (void)snprintf(other, sizeof other, "%s.away", f->key_file);
    assert_int_equal(rename(f->key_file, other), 0);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CONFIG, &f->err);
    assert_non_null(strstr(f->err.what, "not there"));
    assert_int_equal(access(f->key_file, F_OK), -1); /* none was made */

    spit("/", f->key_file + 1, "incrocio key 1\nepoch 1 00\n", 26);
    assert_int_equal(chmod(f->key_file, 0600), 0);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CONFIG, &f->err);
    assert_non_null(strstr(f->err.what, "not a key file"));

    len = (size_t)snprintf(text, sizeof text, "incrocio key 1\nepoch 1 %064d\n",
                           7);
    spit("/", f->key_file + 1, text, len);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CONFIG, &f->err);
    assert_non_null(strstr(f->err.what, "does not open this store"));
    assert_int_equal(rename(other, f->key_file), 0);

    after = slurp(f->dir, "data.mdb", &m);
    assert_int_equal(n, m);
    assert_memory_equal(before, after, n);
    free(before);
    free(after);
    open_it(f);
    assert_clean(f);
}

/* A new store where one was before: nobody gets a number, and with it the key,
 * that somebody had. */
static void
old_keys_are_not_given_again(void **state)
{
    struct fixture *f = *state;
    char path[PATH_ROOM];
    uint64_t first, second;
    union inc_record r;

    (void)put_person(f, "a");
    IS(get(f, INC_RECORD_CANDIDATE, "a", &r, &first), INC_OK, &f->err);
    close_it(f);
    join(path, f->dir, "data.mdb");
    assert_int_equal(unlink(path), 0);
    open_it(f);
    (void)put_person(f, "b");
    IS(get(f, INC_RECORD_CANDIDATE, "b", &r, &second), INC_OK, &f->err);
    assert_true(second > first);
    assert_clean(f);
}

/* ---- the ring ------------------------------------------------------------ */

enum { RING_HEAD = 64, RING_ROW = 72 };

static void
a_damaged_ring(void **state)
{
    struct fixture *f = *state;
    union inc_record r;
    unsigned char *ring;
    size_t len;

    fill(f);
    close_it(f);
    ring = slurp(f->dir, "keys/ring", &len);
    ring[RING_HEAD + RING_ROW + 30] ^= 1; /* person 1 */
    spit(f->dir, "keys/ring", ring, len);
    open_it(f);
    IS(get(f, INC_RECORD_CANDIDATE, "marked", &r, NULL), INC_E_CORRUPT,
       &f->err);
    IS(get(f, INC_RECORD_CANDIDATE, "p3", &r, NULL), INC_OK, &f->err);
    assert_int_equal(verified(f).faults, 2); /* her record, her body */
    close_it(f);
    ring[RING_HEAD + RING_ROW + 30] ^= 1;

    /* A row under another number is not that number's key. */
    memcpy(ring + RING_HEAD + RING_ROW, ring + RING_HEAD + (size_t)2 * RING_ROW,
           RING_ROW);
    spit(f->dir, "keys/ring", ring, len);
    open_it(f);
    IS(get(f, INC_RECORD_CANDIDATE, "marked", &r, NULL), INC_E_CORRUPT,
       &f->err);
    close_it(f);

    ring[RING_HEAD + 30] ^= 1; /* the key of everything else */
    spit(f->dir, "keys/ring", ring, len);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CONFIG, &f->err);
    ring[RING_HEAD + 30] ^= 1;
    spit(f->dir, "keys/ring", ring, 100);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CORRUPT, &f->err);
    ring[7] = '2';
    spit(f->dir, "keys/ring", ring, len);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_NEWER, &f->err);
    inc_ring_remove(f->dir);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CORRUPT, &f->err);
    assert_non_null(strstr(f->err.what, "keys/ring is missing"));
    free(ring);
}

/* Keys made ahead and torn by a crash, before anybody used them. */
static void
torn_keys_ahead(void **state)
{
    struct fixture *f = *state;
    unsigned char *ring;
    size_t len;
    char id[16];

    fill(f);
    close_it(f);
    ring = slurp(f->dir, "keys/ring", &len);
    assert_true(len > RING_HEAD + (size_t)40 * RING_ROW);
    memset(ring + RING_HEAD + (size_t)30 * RING_ROW, 0, (size_t)5 * RING_ROW);
    spit(f->dir, "keys/ring", ring, len - 17);
    free(ring);
    open_it(f);
    for (int i = 0; i < 100; i++) {
        (void)snprintf(id, sizeof id, "q%d", i);
        (void)put_person(f, id);
    }
    assert_clean(f);
    reopen(f);
    assert_clean(f);
}

/* ---- changing the key ---------------------------------------------------- */

static void
copy_file(const char *from, const char *to)
{
    size_t len;
    unsigned char *p = slurp("/", from + 1, &len);

    spit("/", to + 1, p, len);
    assert_int_equal(chmod(to, 0600), 0);
    free(p);
}

static void
a_new_key(void **state)
{
    struct fixture *f = *state;
    unsigned char before[INC_DIGEST], after[INC_DIGEST];
    char old[PATH_ROOM + 16], to[PATH_ROOM], back[PATH_ROOM];
    uint32_t epoch = 0;
    uint64_t no;
    union inc_record r;

    fill(f);
    digest_of(f, before);
    join(to, f->dir, "copy");
    join(back, f->dir, "back");
    OK(inc_store_backup(f->s, to, &f->err), &f->err);
    close_it(f);
    (void)snprintf(old, sizeof old, "%s.old", f->key_file);
    copy_file(f->key_file, old);
    OK(inc_store_rotate(f->dir, f->key_file, &epoch, &f->err), &f->err);
    assert_int_equal(epoch, 2);
    OK(inc_store_rotate(f->dir, f->key_file, &epoch, &f->err), &f->err);
    assert_int_equal(epoch, 3);
    open_it(f);
    digest_of(f, after);
    assert_memory_equal(before, after, sizeof after);
    assert_clean(f);
    close_it(f);

    f->o.key_file = old;
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CONFIG, &f->err);
    f->o.key_file = f->key_file;
    /* The old copy opens with the keys of now, not with its own. */
    IS(inc_store_restore(to, back, &f->o, &f->err), INC_E_CONFIG, &f->err);
    assert_non_null(strstr(f->err.hint, "newest backup"));
    f->o.keys = f->dir;
    OK(inc_store_restore(to, back, &f->o, &f->err), &f->err);
    f->o.keys = NULL;
    OK(inc_store_open(&f->s, back, &f->o, &f->err), &f->err);
    digest_of(f, after);
    assert_memory_equal(before, after, sizeof after);
    (void)put_person(f, "next");
    IS(get(f, INC_RECORD_CANDIDATE, "next", &r, &no), INC_OK, &f->err);
    assert_true(no > 64); /* numbers of the time between are not given again */
    assert_clean(f);
    (void)unlink(old);
}

/* The four states a crash can leave. */
static void
a_change_of_keys_cut_short(void **state)
{
    struct fixture *f = *state;
    struct inc_kek kek = {0};
    unsigned char *ring[2];
    size_t len[2];
    uint32_t epoch;
    struct inc_kek_epoch first;

    fill(f);
    close_it(f);
    OK(inc_kek_load(&kek, f->key_file, &f->err), &f->err);
    first = kek.at[0];
    ring[0] = slurp(f->dir, "keys/ring", &len[0]);
    OK(inc_store_rotate(f->dir, f->key_file, &epoch, &f->err), &f->err);
    ring[1] = slurp(f->dir, "keys/ring", &len[1]);
    OK(inc_kek_load(&kek, f->key_file, &f->err), &f->err);
    assert_int_equal(kek.n, 1);
    kek.at[1] = kek.at[0];
    kek.at[0] = first;
    kek.n = 2;
    for (unsigned i = 0; i < 2; i++) {
        struct inc_kek now = {0};

        OK(inc_kek_save(&kek, f->key_file, &f->err), &f->err);
        spit(f->dir, "keys/ring", ring[i], len[i]);
        spit(f->dir, "keys/ring.new", ring[1], len[1] / 2);
        f->o.read_only = 1; /* looking ends nothing */
        open_it(f);
        close_it(f);
        OK(inc_kek_load(&now, f->key_file, &f->err), &f->err);
        assert_int_equal(now.n, 2);
        f->o.read_only = 0;
        open_it(f);
        assert_clean(f);
        close_it(f);
        OK(inc_kek_load(&now, f->key_file, &f->err), &f->err);
        assert_int_equal(now.n, 1);
        assert_int_equal(now.at[0].epoch, 1 + i);
        free(ring[i]);
    }
    inc_ring_remove(f->dir);
}

/* ---- a store of version 0.1 ---------------------------------------------- */

static void
a_store_of_format_1(void **state)
{
    static const char *const clear[] = {"operatore-1", "CPI-PROVA", "P-0004",
                                        "http://"};
    struct fixture *f = *state;
    struct inc_store_info info;
    union inc_record r;
    unsigned char *old;
    uint64_t former = 0;
    MDB_stat stat;
    MDB_txn *txn = NULL;
    char path[PATH_ROOM];
    size_t len;

    close_it(f);
    join(path, f->dir, "data.mdb");
    (void)unlink(path);
    inc_ring_remove(f->dir);
    (void)unlink(f->key_file);
    old = slurp("tests/fixtures/store-format-1", "data.mdb", &len);
    spit(f->dir, "data.mdb", old, len);
    free(old);
    assert_int_not_equal(places(f->dir, "data.mdb", "operatore-1"), 0);
    f->o.read_only = 1;
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_STORE, &f->err);
    assert_int_equal(access(f->key_file, F_OK), -1);
    f->o.read_only = 0;
    open_it(f);
    assert_non_null(inc_store_made_key(f->s));
    info = info_of(f);
    assert_int_equal(info.format, INC_STORE_FORMAT);
    assert_int_equal(info.head_seq, 25);
    assert_int_equal(info.records[INC_RECORD_CANDIDATE], 11);
    assert_clean(f);
    IS(get(f, INC_RECORD_CANDIDATE, "P-0004", &r, NULL), INC_OK, &f->err);
    IS(get(f, INC_RECORD_CANDIDATE, "P-0006", &r, NULL), INC_E_NOTFOUND,
       &f->err);
    assert_int_equal(mdb_txn_begin(f->s->env, NULL, MDB_RDONLY, &txn), 0);
    assert_int_equal(mdb_stat(txn, f->s->dbi[INC_TABLE_FORMER], &stat), 0);
    former = stat.ms_entries;
    mdb_txn_abort(txn);
    assert_int_equal(former, 2); /* deleted twice in its life */
    close_it(f);
    for (size_t i = 0; i < sizeof clear / sizeof clear[0]; i++) {
        size_t n = places(f->dir, "data.mdb", clear[i]);
        if (strcmp(clear[i], "P-0004") == 0) /* ids are keys: in the clear */
            assert_true(n > 0);
        else if (n != 0)
            fail_msg("%s: %zu times in the clear", clear[i], n);
    }
    open_it(f);
    assert_clean(f);
}

/* Found by reliability.power: the power went while the keys of a migration were
 * being written. The ring has its length, some rows never reached the disk. */
static void
keys_of_a_migration_cut_short(void **state)
{
    struct fixture *f = *state;
    unsigned char *old, *ring;
    size_t len, ring_len;

    close_it(f);
    old = slurp("tests/fixtures/store-format-1", "data.mdb", &len);
    spit(f->dir, "data.mdb", old, len);
    open_it(f);
    close_it(f);
    ring = slurp(f->dir, "keys/ring", &ring_len);
    for (int cut = 0; cut < 3; cut++) {
        size_t at = 64 + 72 + (size_t)cut * 100; /* head, row 0, some more */
        assert_true(at < ring_len);
        memset(ring + at, 0, cut == 2 ? 72 : ring_len - at);
        spit(f->dir, "data.mdb", old, len);
        spit(f->dir, "keys/ring", ring, ring_len);
        open_it(f);
        assert_int_equal(info_of(f).records[INC_RECORD_CANDIDATE], 11);
        assert_clean(f);
        close_it(f);
        free(ring);
        ring = slurp(f->dir, "keys/ring", &ring_len);
    }
    free(ring);
    free(old);
    open_it(f);
    assert_clean(f);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(nothing_in_the_clear),
        T(a_nonce_for_every_value),
        T(moved_values_are_seen),
        T(the_key_file),
        T(old_keys_are_not_given_again),
        T(a_damaged_ring),
        T(torn_keys_ahead),
        T(a_new_key),
        T(a_change_of_keys_cut_short),
        T(a_store_of_format_1),
        T(keys_of_a_migration_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The register cut: what goes, what is left, and that what is left is proved as
 * before, at every step of the way and after a restart in the middle.
 *
 *   unit.store.prune measure N   times of a cut of N entries, and its bytes
 */
#include "tests/unit/store/matches.h"

#include "engine/base/clock.h"
#include "engine/store/private.h"
#include "engine/store/trail_private.h"

enum { FIRST_DAY = 20000 };

static int
start_with_people(void **state)
{
    return start_with(state, MATCH_PEOPLE);
}

static struct inc_view *
view(struct fixture *f)
{
    struct inc_view *v = NULL;

    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    return v;
}

static struct inc_cut
cut_of(struct fixture *f)
{
    struct inc_view *v = view(f);
    struct inc_cut cut;

    OK(inc_cut_get(v, &cut, &f->err), &f->err);
    inc_view_close(v);
    return cut;
}

static uint64_t
plan(struct fixture *f, int32_t day, int64_t now_day)
{
    struct inc_view *v = view(f);
    uint64_t no;

    OK(inc_cut_plan(v, day, now_day * MATCH_DAY, &no, &f->err), &f->err);
    inc_view_close(v);
    return no;
}

static uint64_t
rows(struct fixture *f, enum inc_table t)
{
    struct inc_view *v = view(f);
    MDB_stat stat;

    assert_int_equal(mdb_stat(v->txn, f->s->dbi[t], &stat), 0);
    inc_view_close(v);
    return stat.ms_entries;
}

static enum inc_status
entry(struct fixture *f, uint64_t no)
{
    struct inc_view *v = view(f);
    struct inc_trail_row row = {0};
    enum inc_status st = inc_trail_get(v, no, &row, &f->read, &f->err);

    inc_trail_row_release(&row);
    inc_view_close(v);
    return st;
}

static enum inc_status
count_entry(void *arg, const struct inc_trail_row *row, uint32_t rank,
            int32_t score)
{
    (void)row;
    (void)rank;
    (void)score;
    ++*(uint64_t *)arg;
    return INC_OK;
}

static uint64_t
found(struct fixture *f, const struct inc_trail_filter *filter)
{
    struct inc_view *v = view(f);
    uint64_t n = 0, next;

    OK(inc_trail_walk(v, filter, 100000, &f->read, count_entry, &n, &next,
                      &f->err),
       &f->err);
    inc_view_close(v);
    return n;
}

/* The digests that prove entry `no`, or that the first `no` are the beginning,
 * without the checkpoint that follows or comes before. */
static void
proof(struct fixture *f, struct inc_buf *out, uint64_t no, int since)
{
    struct inc_view *v = view(f);
    const char *all, *from, *to;
    struct inc_buf text = {0};

    if (since)
        OK(inc_checkpoint_write(&text, v, 5, no, &f->err), &f->err);
    else
        OK(inc_proof_write(&text, v, 5, no, 0, &f->read, &f->err), &f->err);
    all = inc_buf_cstr(&text);
    from = since ? strstr(all, "signature ") : all;
    to = since ? all + strlen(all) : strstr(all, "incrocio checkpoint");
    assert_non_null(from);
    assert_non_null(to);
    if (since)
        from = strchr(from, '\n');
    assert_true(to > from);
    inc_buf_reset(out);
    inc_buf_add(out, from, (size_t)(to - from));
    inc_buf_release(&text);
    inc_view_close(v);
}

static void
what_goes_by_the_days(void **state)
{
    struct fixture *f = *state;

    match_many(f, 10, FIRST_DAY);
    assert_int_equal(plan(f, FIRST_DAY, 30000), 0);
    assert_int_equal(plan(f, FIRST_DAY + 1, 30000), 1);
    assert_int_equal(plan(f, FIRST_DAY + 4, 30000), 4);
    assert_int_equal(plan(f, 25000, 30000), 10);
    /* Three entries by a clock that was set ahead, then two by the right one:
     * dates in the future say nothing, entries after them do. */
    match_many(f, 3, 40000);
    assert_int_equal(plan(f, 25000, 30000), 10);
    match_many(f, 2, FIRST_DAY + 10);
    assert_int_equal(plan(f, 25000, 30000), 15);
    assert_int_equal(plan(f, FIRST_DAY + 11, 30000), 14);
    assert_int_equal(plan(f, FIRST_DAY + 10, 30000), 10);
    /* One from before the others, by a clock set back: what is younger stays,
     * and so does what comes after it. */
    match_many(f, 1, FIRST_DAY - 500);
    assert_int_equal(plan(f, FIRST_DAY + 5, 30000), 5);
    /* No clock runs ahead any more: those are young. */
    assert_int_equal(plan(f, 25000, 50000), 10);
}

static void
cut_in_steps(void **state)
{
    enum { ALL = 1300, OLD = 1171, TRIED = 12 };
    static const uint64_t since[TRIED] = {1,   2,    3,    511,  512,  513,
                                          700, 1024, 1170, 1171, 1172, 1300};
    struct fixture *f = *state;
    struct inc_trail_filter all = {0}, person = {.person = 3},
                            need = {.need = 2};
    struct inc_buf before[TRIED] = {{0}}, path = {0}, now = {0};
    struct inc_command c;
    uint64_t people, steps = 0, kept[2];
    struct inc_cut cut;

    match_many(f, ALL, FIRST_DAY);
    for (int i = 0; i < TRIED; i++)
        proof(f, &before[i], since[i], 1);
    proof(f, &path, 1200, 0);
    people = rows(f, INC_TABLE_TRAIL_PERSON);
    c = cut_command(f, FIRST_DAY + OLD);
    assert_int_equal(run(f, &c), INC_OK);
    assert_int_equal(c.revision, OLD);
    cut = cut_of(f);
    assert_int_equal(cut.no, OLD);
    assert_int_equal(cut.done, 0);
    assert_int_equal(cut.before, FIRST_DAY + OLD);
    assert_int_equal(cut.seq, c.seq);
    kept[0] = found(f, &person);
    kept[1] = found(f, &need);
    for (;; steps++) {
        assert_int_equal(cut.done, steps * INC_CUT_ENTRIES < OLD
                                       ? steps * INC_CUT_ENTRIES
                                       : OLD);
        assert_int_equal(store_faults(f), 0);
        assert_int_equal(found(f, &all), ALL - OLD);
        assert_int_equal(found(f, &person), kept[0]);
        assert_int_equal(found(f, &need), kept[1]);
        IS(entry(f, OLD), INC_E_NOTFOUND, &f->err);
        IS(entry(f, 1), INC_E_NOTFOUND, &f->err);
        assert_non_null(strstr(f->err.what, "pruned"));
        OK(entry(f, OLD + 1), &f->err);
        for (int i = 0; i < TRIED; i++) {
            proof(f, &now, since[i], 1);
            assert_int_equal(now.len, before[i].len);
            assert_memory_equal(now.data, before[i].data, now.len);
        }
        proof(f, &now, 1200, 0);
        assert_int_equal(now.len, path.len);
        assert_memory_equal(now.data, path.data, now.len);
        if (!inc_cut_waits(f->s))
            break;
        reopen(f); /* as after a crash */
        assert_true(inc_cut_waits(f->s));
        assert_int_equal(inc_cut_came_back(f->s), 0);
        OK(inc_cut_step(f->s, &f->err), &f->err);
        cut = cut_of(f);
    }
    assert_int_equal(steps, 3);
    assert_int_equal(rows(f, INC_TABLE_TRAIL), ALL);
    /* One row a person of a ranking, one of who asked: 4 of 5 are rankings. */
    assert_true(people > 10 * rows(f, INC_TABLE_TRAIL_PERSON) / 2);
    assert_int_equal(rows(f, INC_TABLE_TRAIL_PERSON),
                     MATCH_ITEMS * 103 + 26); /* entries 1172..1300 */
    for (int i = 0; i < TRIED; i++)
        inc_buf_release(&before[i]);
    inc_buf_release(&path);
    inc_buf_release(&now);
}

/* Later entries and later cuts go on from there. */
static void
cut_again(void **state)
{
    struct fixture *f = *state;
    struct inc_trail_filter all = {0};
    struct inc_command c, twice;
    struct inc_view *v;
    struct inc_store_info info;

    match_many(f, 20, FIRST_DAY);
    v = view(f);
    OK(inc_view_info(v, &info, &f->err), &f->err);
    inc_view_close(v);
    assert_int_equal(info.format, INC_STORE_FORMAT);
    c = cut_command(f, FIRST_DAY + 7);
    assert_int_equal(run(f, &c), INC_OK);
    twice = c;
    assert_int_equal(run(f, &twice), INC_OK);
    assert_int_equal(twice.replayed, 1);
    assert_int_equal(twice.revision, 7);
    /* Nothing that old is left: an answer, journaled. */
    twice = cut_command(f, FIRST_DAY + 7);
    IS(run(f, &twice), INC_E_NOTFOUND, &twice.err);
    assert_true(twice.seq > c.seq);
    match_many(f, 5, FIRST_DAY + 20);
    c = cut_command(f, FIRST_DAY + 22); /* before the first was done */
    assert_int_equal(run(f, &c), INC_OK);
    assert_int_equal(c.revision, 22);
    assert_int_equal(found(f, &all), 3);
    assert_int_equal(store_faults(f), 0);
    cut_finish(f);
    assert_int_equal(store_faults(f), 0);
    reopen(f);
    assert_false(inc_cut_waits(f->s));
    assert_int_equal(cut_of(f).no, 22);
    c = cut_command(f, FIRST_DAY + 900); /* all of them */
    assert_int_equal(run(f, &c), INC_OK);
    cut_finish(f);
    assert_int_equal(found(f, &all), 0);
    assert_int_equal(store_faults(f), 0);
    match_many(f, 3, FIRST_DAY + 1000);
    assert_int_equal(found(f, &all), 3);
    assert_int_equal(store_faults(f), 0);
    v = view(f);
    OK(inc_view_info(v, &info, &f->err), &f->err);
    inc_view_close(v);
    assert_int_equal(info.format, INC_STORE_FORMAT_CUT);
}

/* Entries of who was erased cannot be opened; their rows go all the same. */
static void
with_the_erased(void **state)
{
    struct fixture *f = *state;
    struct inc_command c;

    match_many(f, 40, FIRST_DAY);
    for (uint64_t i = 1; i <= MATCH_PEOPLE; i++) {
        c = command(f, INC_OP_CANDIDATE_ERASE, text(&f->arena, "P-", i), NULL);
        assert_int_equal(run(f, &c), INC_OK);
    }
    assert_int_equal(store_faults(f), 0);
    c = cut_command(f, FIRST_DAY + 40);
    assert_int_equal(run(f, &c), INC_OK);
    cut_finish(f);
    assert_int_equal(store_faults(f), 0);
    assert_int_equal(rows(f, INC_TABLE_TRAIL_PERSON), 0);
    assert_int_equal(rows(f, INC_TABLE_TRAIL_NEED), 0);
}

static int
holds(const unsigned char *p, size_t len, const void *what, size_t n)
{
    for (size_t i = 0; i + n <= len; i++)
        if (memcmp(p + i, what, n) == 0)
            return 1;
    return 0;
}

/* What is left of an entry has nothing of it in the clear. */
static void
a_stub_says_nothing(void **state)
{
    struct fixture *f = *state;
    struct inc_command c;
    struct inc_view *v;
    struct inc_buf plain = {0};
    unsigned char key[INC_NUMBER];
    const void *bytes;
    size_t len;

    match_many(f, 8, FIRST_DAY);
    c = cut_command(f, FIRST_DAY + 8);
    assert_int_equal(run(f, &c), INC_OK);
    cut_finish(f);
    v = view(f);
    for (uint64_t no = 1; no <= 8; no++) {
        inc_number_put(key, no);
        OK(inc_table_get(f->s, v->txn, INC_TABLE_TRAIL, key, sizeof key, &plain,
                         &bytes, &len, &f->err),
           &f->err);
        assert_true(len <= 8 + INC_DIGEST * 4);
        assert_false(holds(bytes, len, "anna", 4));
        assert_false(holds(bytes, len, "match", 5));
    }
    inc_plain_release(&plain);
    inc_view_close(v);
}

/* One byte of a row, its frame made whole again; or the row gone. */
static void
change(struct fixture *f, enum inc_table t, const void *key, size_t key_len,
       size_t at, int drop)
{
    static unsigned char copy[4096];
    MDB_txn *txn = NULL;
    struct inc_buf plain = {0};
    const void *bytes;
    size_t len;

    assert_int_equal(mdb_txn_begin(f->s->env, NULL, 0, &txn), 0);
    OK(inc_table_get(f->s, txn, t, key, key_len, &plain, &bytes, &len, &f->err),
       &f->err);
    assert_true(at < len && len <= sizeof copy);
    memcpy(copy, bytes, len);
    copy[at] ^= 1;
    inc_plain_release(&plain);
    if (drop)
        OK(inc_table_delete(f->s, txn, t, key, key_len, &f->err), &f->err);
    else
        OK(inc_table_put(f->s, txn, t, key, key_len, copy, len, 0, &f->err),
           &f->err);
    assert_int_equal(mdb_txn_commit(txn), 0);
}

/* A seal that holds is no proof: who has the keys can change a row. */
static void
verify_finds(void **state)
{
    enum { CUT_BYTES = 5 * INC_NUMBER + 2 * INC_DIGEST + INC_SIGNATURE };
    struct fixture *f = *state;
    unsigned char key[INC_NUMBER];
    struct inc_command c;

    match_many(f, 12, FIRST_DAY);
    c = cut_command(f, FIRST_DAY + 6);
    assert_int_equal(run(f, &c), INC_OK);
    cut_finish(f);
    for (uint64_t no = 1; no <= 8; no++) { /* six stubs, two whole */
        inc_number_put(key, no);
        change(f, INC_TABLE_TRAIL, key, sizeof key, 10, 0);
        assert_true(store_faults(f) > 0);
        change(f, INC_TABLE_TRAIL, key, sizeof key, 10, 0);
        assert_int_equal(store_faults(f), 0);
    }
    for (size_t at = 7; at < CUT_BYTES; at += 8) { /* in each of its parts */
        change(f, INC_TABLE_META, "cut", 3, at, 0);
        if (store_faults(f) == 0)
            fail_msg("byte %zu of the cut was changed", at);
        change(f, INC_TABLE_META, "cut", 3, at, 0);
        assert_int_equal(store_faults(f), 0);
    }
    inc_number_put(key, 3);
    change(f, INC_TABLE_TRAIL, key, sizeof key, 0, 1);
    assert_true(store_faults(f) > 0);
}

/* An entry made a stub beyond the cut, as who wants it gone would. */
static void
no_stub_after_the_cut(void **state)
{
    struct fixture *f = *state;
    struct inc_trail_row row = {0};
    struct inc_buf stub = {0};
    unsigned char key[INC_NUMBER], leaf[INC_DIGEST];
    struct inc_command c;
    struct inc_view *v;
    MDB_txn *txn = NULL;

    match_many(f, 12, FIRST_DAY);
    c = cut_command(f, FIRST_DAY + 6);
    assert_int_equal(run(f, &c), INC_OK);
    cut_finish(f);
    v = view(f);
    OK(inc_trail_row_at(v, 9, INC_ROW_HEAD, &row, &f->read, &f->err), &f->err);
    inc_trail_row_leaf(leaf, &row);
    inc_trail_stub_write(&stub, leaf, row.nodes, row.n_nodes);
    inc_view_close(v);
    inc_number_put(key, 9);
    assert_int_equal(mdb_txn_begin(f->s->env, NULL, 0, &txn), 0);
    OK(inc_table_put(f->s, txn, INC_TABLE_TRAIL, key, sizeof key, stub.data,
                     stub.len, 0, &f->err),
       &f->err);
    assert_int_equal(mdb_txn_commit(txn), 0);
    assert_true(store_faults(f) > 0);
    inc_trail_row_release(&row);
    inc_buf_release(&stub);
}

/* An old backup put back: said at once, and gone with the next cut. */
static void
a_backup_brings_them_back(void **state)
{
    struct fixture *f = *state;
    char backup[PATH_ROOM], old[PATH_ROOM];
    struct inc_command c;
    struct inc_trail_filter all = {0};

    match_many(f, 12, FIRST_DAY);
    join(backup, f->dir, "old");
    OK(inc_store_backup(f->s, backup, &f->err), &f->err);
    c = cut_command(f, FIRST_DAY + 7);
    assert_int_equal(run(f, &c), INC_OK);
    cut_finish(f);
    reopen(f);
    assert_int_equal(inc_cut_came_back(f->s), 0);
    close_it(f);
    join(old, f->dir, "data.mdb");
    assert_int_equal(unlink(old), 0);
    OK(inc_store_restore(backup, f->dir, &f->o, &f->err), &f->err);
    open_it(f);
    assert_int_equal(inc_cut_came_back(f->s), 7);
    assert_int_equal(found(f, &all), 12);
    match_many(f, 4, FIRST_DAY + 12); /* new ones under the old numbers */
    reopen(f);
    assert_int_equal(inc_cut_came_back(f->s), 7);
    c = cut_command(f, FIRST_DAY + 7);
    assert_int_equal(run(f, &c), INC_OK);
    reopen(f); /* the list has that day: the entries are there all the same */
    assert_true(inc_cut_waits(f->s));
    cut_finish(f);
    assert_int_equal(cut_of(f).done, 7);
    reopen(f);
    assert_int_equal(inc_cut_came_back(f->s), 0);
    assert_int_equal(found(f, &all), 9);
    assert_int_equal(store_faults(f), 0);
}

/* A backup of a register that is half removed is finished where it is put. */
static void
a_backup_in_the_middle(void **state)
{
    struct fixture *f = *state;
    char backup[PATH_ROOM], old[PATH_ROOM];
    struct inc_command c;
    struct inc_trail_filter all = {0};

    match_many(f, 1100, FIRST_DAY);
    c = cut_command(f, FIRST_DAY + 1090);
    assert_int_equal(run(f, &c), INC_OK);
    OK(inc_cut_step(f->s, &f->err), &f->err);
    join(backup, f->dir, "half");
    OK(inc_store_backup(f->s, backup, &f->err), &f->err);
    close_it(f);
    join(old, f->dir, "data.mdb");
    assert_int_equal(unlink(old), 0);
    OK(inc_store_restore(backup, f->dir, &f->o, &f->err), &f->err);
    open_it(f);
    assert_int_equal(cut_of(f).done, INC_CUT_ENTRIES);
    assert_int_equal(found(f, &all), 10);
    cut_finish(f);
    assert_int_equal(cut_of(f).done, 1090);
    assert_int_equal(store_faults(f), 0);
}

#define WITH_PEOPLE(t)                                                         \
    cmocka_unit_test_setup_teardown(t, start_with_people, stop)

/* Not a test: nothing is judged by it. */
static int
measure(uint64_t n)
{
    void *state = NULL;
    struct fixture *f;
    struct inc_command c;
    uint64_t start_ns, decided, removed, steps = 0, all = n;
    int64_t day = FIRST_DAY;

    if (start_with_people(&state) != 0)
        return 1;
    f = state;
    for (uint64_t some; n > 0; n -= some, day++) {
        some = n < INC_TRAIL_BATCH ? n : INC_TRAIL_BATCH;
        match_many(f, some, day);
    }
    c = cut_command(f, INT32_C(1000000));
    start_ns = inc_clock_ns();
    OK(inc_store_apply(f->s, &(struct inc_command *){&c}, 1, &f->err), &f->err);
    decided = inc_clock_ns() - start_ns;
    start_ns = inc_clock_ns();
    for (; inc_cut_waits(f->s); steps++)
        OK(inc_cut_step(f->s, &f->err), &f->err);
    removed = inc_clock_ns() - start_ns;
    (void)printf("%llu entries: decided in %.1f ms; removed in %llu steps of "
                 "%.1f ms\n",
                 (unsigned long long)all, (double)decided / 1e6,
                 (unsigned long long)steps,
                 (double)removed / 1e6 / (double)steps);
    return stop(&state);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(what_goes_by_the_days),
        WITH_PEOPLE(cut_in_steps),
        WITH_PEOPLE(cut_again),
        WITH_PEOPLE(with_the_erased),
        WITH_PEOPLE(a_stub_says_nothing),
        WITH_PEOPLE(verify_finds),
        WITH_PEOPLE(no_stub_after_the_cut),
        WITH_PEOPLE(a_backup_brings_them_back),
        WITH_PEOPLE(a_backup_in_the_middle),
    };
    if (argc == 3 && strcmp(argv[1], "measure") == 0)
        return measure(strtoull(argv[2], NULL, 10));
    return cmocka_run_group_tests(tests, NULL, NULL);
}

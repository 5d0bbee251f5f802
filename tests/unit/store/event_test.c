/*
 * Events of the standing match: one a pair, numbers that only rise, the mark,
 * and stores from before there were events.
 */
#include "tests/unit/store/raw.h"

#include "engine/store/event.h"

struct seen {
    struct inc_event e[64];
    size_t n, stop_at;
};

static enum inc_status
see(void *arg, const struct inc_event *e)
{
    struct seen *s = arg;

    if (s->stop_at != 0 && s->n == s->stop_at)
        return INC_E_LIMIT;
    assert_true(s->n < 64);
    s->e[s->n++] = *e;
    return INC_OK;
}

static struct seen
events_of(struct fixture *f, uint64_t after, uint64_t need_no)
{
    struct seen s = {.n = 0};
    struct inc_view *v = NULL;

    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_event_walk(v, after, need_no, see, &s, &f->err), &f->err);
    inc_view_close(v);
    return s;
}

static uint64_t
mark_of(struct fixture *f)
{
    struct inc_view *v = NULL;
    uint64_t mark = 0;

    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_event_mark(v, &mark, &f->err), &f->err);
    inc_view_close(v);
    return mark;
}

static struct inc_event
pair(uint64_t need_no, uint64_t person_no, int32_t score)
{
    return (struct inc_event){.need = need_no,
                              .person = person_no,
                              .score = score,
                              .at_unix_ms = 1700000000000};
}

static void
one_a_pair(void **state)
{
    struct fixture *f = *state;
    struct inc_event e[] = {pair(1, 2, 7000), pair(1, 3, 10000),
                            pair(1, 2, 9000)};
    struct inc_event again[] = {pair(1, 3, 1), pair(2, 2, 0)};
    struct seen s;

    OK(inc_event_add(f->s, e, 3, NULL, 0, 5, &f->err), &f->err);
    assert_int_equal(e[0].seq, 1);
    assert_int_equal(e[1].seq, 2);
    assert_int_equal(e[2].seq, 0); /* told with the first */
    OK(inc_event_add(f->s, again, 2, NULL, 0, 4, &f->err), &f->err);
    assert_int_equal(again[0].seq, 0);
    assert_int_equal(again[1].seq, 3);
    assert_int_equal(mark_of(f), 5); /* never back */
    reopen(f);
    s = events_of(f, 0, 0);
    assert_int_equal(s.n, 3);
    for (uint64_t i = 0; i < 3; i++)
        assert_int_equal(s.e[i].seq, i + 1);
    assert_int_equal(s.e[0].score, 7000); /* as it was when it was found */
    assert_int_equal(s.e[1].person, 3);
    assert_int_equal(s.e[1].score, 10000);
    assert_int_equal(s.e[1].at_unix_ms, 1700000000000);
    assert_int_equal(s.e[2].need, 2);
}

static void
of_one_need_and_from_a_number(void **state)
{
    struct fixture *f = *state;
    struct inc_event e[20];
    struct seen s;
    struct inc_view *v = NULL;

    for (uint64_t i = 0; i < 20; i++) /* numbers and people in opposite order */
        e[i] = pair(1 + i % 2, 100 - i, 6000);
    OK(inc_event_add(f->s, e, 20, NULL, 0, 0, &f->err), &f->err);
    s = events_of(f, 0, 2);
    assert_int_equal(s.n, 10);
    for (size_t i = 0; i < s.n; i++) {
        assert_int_equal(s.e[i].need, 2);
        assert_int_equal(s.e[i].seq, 2 * i + 2);
    }
    s = events_of(f, 15, 1);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.e[0].seq, 17);
    assert_int_equal(events_of(f, 15, 0).n, 5);
    assert_int_equal(events_of(f, 20, 0).n, 0);
    assert_int_equal(events_of(f, UINT64_MAX, 0).n, 0);
    assert_int_equal(events_of(f, 0, 3).n, 0);
    s = (struct seen){.stop_at = 7};
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    IS(inc_event_walk(v, 0, 0, see, &s, &f->err), INC_E_LIMIT, &f->err);
    assert_int_equal(s.n, 7);
    inc_view_close(v);
}

static void
gone_with_their_records(void **state)
{
    struct fixture *f = *state;
    struct inc_event e[12], more = pair(9, 9, 6000);
    const struct inc_touched gone[] = {
        {INC_RECORD_CANDIDATE, 2}, {INC_RECORD_NEED, 3}, {INC_RECORD_NEED, 77}};
    struct seen s;

    for (uint64_t i = 0; i < 12; i++) /* needs 1..3, people 1..4 */
        e[i] = pair(1 + i / 4, 1 + i % 4, 6000);
    OK(inc_event_add(f->s, e, 12, NULL, 0, 0, &f->err), &f->err);
    OK(inc_event_add(f->s, NULL, 0, gone, 3, 0, &f->err), &f->err);
    s = events_of(f, 0, 0);
    assert_int_equal(s.n, 6);
    for (size_t i = 0; i < s.n; i++) {
        assert_int_not_equal(s.e[i].person, 2);
        assert_int_not_equal(s.e[i].need, 3);
    }
    assert_int_equal(events_of(f, 0, 1).n, 3);
    /* numbers are not given again, also when the last events went */
    OK(inc_event_add(f->s, &more, 1, NULL, 0, 0, &f->err), &f->err);
    assert_int_equal(more.seq, 13);
}

static void
changes_in_order(void **state)
{
    struct fixture *f = *state;
    struct inc_command c;
    struct inc_touched t[16];
    struct inc_view *v = NULL;
    uint64_t last = 0, no = 0;
    size_t n = 0;

    (void)put_person(f, "a"); /* 1 */
    c = command(f, INC_OP_NEED_PUT, "n", need(&f->arena, "n", NULL));
    IS(run(f, &c), INC_OK, &c.err); /* 2 */
    c = command(f, INC_OP_COMPANY_PUT, "c", company(&f->arena, "c"));
    IS(run(f, &c), INC_OK, &c.err); /* 3 */
    c = command(f, INC_OP_CANDIDATE_FREEZE, "nobody", NULL);
    IS(run(f, &c), INC_E_NOTFOUND, &c.err); /* 4, refused */
    (void)put_person(f, "b");               /* 5 */
    c = command(f, INC_OP_CANDIDATE_DELETE, "a", NULL);
    IS(run(f, &c), INC_OK, &c.err); /* 6 */
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_event_changes(v, 0, 100, 16, t, &n, &last, &f->err), &f->err);
    assert_int_equal(n, 4);
    assert_int_equal(last, 6);
    assert_int_equal(t[0].kind, INC_RECORD_CANDIDATE);
    assert_int_equal(t[1].kind, INC_RECORD_NEED);
    assert_int_equal(t[2].no, 2);
    assert_int_equal(t[3].no, t[0].no);
    OK(inc_event_changes(v, 1, 5, 3, t, &n, &last, &f->err), &f->err);
    assert_int_equal(last, 4); /* three commands, one of them counts */
    assert_int_equal(n, 1);
    OK(inc_event_changes(v, 0, 2, 16, t, &n, &last, &f->err), &f->err);
    assert_int_equal(last, 2); /* not past what is published */
    OK(inc_event_changes(v, 6, 6, 16, t, &n, &last, &f->err), &f->err);
    assert_int_equal(last, 6);
    assert_int_equal(n, 0);
    assert_false(inc_view_has(v, INC_RECORD_CANDIDATE, 1));
    assert_true(inc_view_has(v, INC_RECORD_CANDIDATE, 2));
    OK(inc_view_number(v, INC_RECORD_CANDIDATE, "b", &no, &f->err), &f->err);
    assert_int_equal(no, 2);
    IS(inc_view_number(v, INC_RECORD_CANDIDATE, "a", &no, &f->err),
       INC_E_NOTFOUND, &f->err);
    IS(inc_view_number(v, INC_RECORD_CANDIDATE, "", &no, &f->err),
       INC_E_NOTFOUND, &f->err);
    inc_view_close(v);
}

/* The closed store as it was before there were events. */
static void
make_older(struct fixture *f)
{
    static const char *const tables[] = {"event", "event_need", "event_person"};
    char name[] = "events";
    MDB_env *env;
    MDB_txn *txn = NULL;
    MDB_val k = {6, name};
    MDB_dbi dbi;

    close_it(f);
    env = raw_open(f->dir);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(mdb_dbi_open(txn, tables[i], 0, &dbi), 0);
        assert_int_equal(mdb_drop(txn, dbi, 1), 0);
    }
    assert_int_equal(mdb_dbi_open(txn, "meta", 0, &dbi), 0);
    assert_int_equal(mdb_del(txn, dbi, &k, NULL), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static void
older_stores_open(void **state)
{
    struct fixture *f = *state;
    struct inc_event e = pair(1, 1, 6000);

    (void)put_person(f, "a");
    (void)put_person(f, "b");
    make_older(f);
    f->o.read_only = 1;
    open_it(f); /* it has none, and says so */
    assert_int_equal(events_of(f, 0, 0).n, 0);
    assert_int_equal(mark_of(f), 0);
    assert_clean(f);
    close_it(f);
    f->o.read_only = 0;
    open_it(f);
    assert_int_equal(mark_of(f), 2); /* what is there is not new */
    OK(inc_event_add(f->s, &e, 1, NULL, 0, 2, &f->err), &f->err);
    assert_int_equal(e.seq, 1);
}

static void
backups_keep_events(void **state)
{
    struct fixture *f = *state;
    struct inc_event e = pair(4, 5, 6000);
    char to[PATH_ROOM];

    join(to, f->dir, "copy");
    OK(inc_event_add(f->s, &e, 1, NULL, 0, 0, &f->err), &f->err);
    OK(inc_store_backup(f->s, to, &f->err), &f->err);
    close_it(f);
    join(to, f->dir, "data.mdb");
    assert_int_equal(unlink(to), 0);
    join(to, f->dir, "copy");
    OK(inc_store_restore(to, f->dir, &f->o, &f->err), &f->err);
    open_it(f);
    assert_int_equal(events_of(f, 0, 4).n, 1);
}

/* Change a row of a table, or remove it (value NULL), behind the engine. */
static void
tamper(struct fixture *f, const char *table, void *key, size_t key_len)
{
    MDB_env *env;
    MDB_txn *txn = NULL;
    MDB_val k = {key_len, key};
    MDB_dbi dbi;

    close_it(f);
    env = raw_open(f->dir);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, table, 0, &dbi), 0);
    assert_int_equal(mdb_del(txn, dbi, &k, NULL), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    open_it(f);
}

static void
verify_sees_what_is_missing(void **state)
{
    struct fixture *f = *state;
    struct inc_event e[] = {pair(1, 2, 6000), pair(1, 3, 6000)};
    unsigned char both[16] = {[7] = 1, [15] = 2},
                  turned[16] = {[7] = 3, [15] = 1};
    unsigned char seq[8] = {[7] = 1};

    OK(inc_event_add(f->s, e, 2, NULL, 0, 0, &f->err), &f->err);
    assert_clean(f);
    tamper(f, "event_need", both, sizeof both);
    assert_int_equal(verified(f).faults, 2); /* the pair, the count */
    tamper(f, "event", seq, sizeof seq);
    assert_int_equal(verified(f).faults, 1); /* event_person: one too many */
    tamper(f, "event_person", turned, sizeof turned);
    assert_int_not_equal(verified(f).faults, 0);
}

static void
verify_sees_a_mark_ahead(void **state)
{
    struct fixture *f = *state;

    OK(inc_event_add(f->s, NULL, 0, NULL, 0, 9, &f->err), &f->err);
    assert_int_equal(verified(f).faults, 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(one_a_pair),
        CASE(of_one_need_and_from_a_number),
        CASE(gone_with_their_records),
        CASE(changes_in_order),
        CASE(older_stores_open),
        CASE(backups_keep_events),
        CASE(verify_sees_what_is_missing),
        CASE(verify_sees_a_mark_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Reading: order, pages, moments. */
#include "tests/unit/store/fixture.h"

#include <pthread.h>

struct seen {
    char id[64][65];
    uint64_t no[64];
    size_t n, stop_after;
};

static enum inc_status
see(void *arg, uint64_t no, const union inc_record *r)
{
    struct seen *s = arg;

    assert_true(s->n < 64);
    (void)snprintf(s->id[s->n], sizeof s->id[0], "%s", r->candidate.id);
    s->no[s->n++] = no;
    return s->n == s->stop_after ? INC_E_STOPPING : INC_OK;
}

static const char *const given[] = {"b", "a.2", "Z", "a", "a.10", "c-1", "a:b"};
static const char *const sorted[] = {"Z",   "a", "a.10", "a.2",
                                     "a:b", "b", "c-1"};
enum { COUNT = sizeof given / sizeof given[0] };

static void
fill(struct fixture *f)
{
    for (int i = 0; i < COUNT; i++)
        (void)put_person(f, given[i]);
}

static void
walk_in_order_of_id(void **state)
{
    struct fixture *f = *state;
    struct inc_view *v = NULL;
    struct seen s = {.n = 0};

    fill(f);
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_view_walk(v, INC_RECORD_CANDIDATE, NULL, &f->read, see, &s, &f->err),
       &f->err);
    assert_int_equal(s.n, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_string_equal(s.id[i], sorted[i]);
    for (int i = 0; i < COUNT; i++) { /* after each of them, and between */
        memset(&s, 0, sizeof s);
        OK(inc_view_walk(v, INC_RECORD_CANDIDATE, sorted[i], &f->read, see, &s,
                         &f->err),
           &f->err);
        assert_int_equal(s.n, COUNT - 1 - i);
    }
    memset(&s, 0, sizeof s);
    OK(inc_view_walk(v, INC_RECORD_CANDIDATE, "a.1", &f->read, see, &s,
                     &f->err),
       &f->err);
    assert_string_equal(s.id[0], "a.10");
    memset(&s, 0, sizeof s);
    s.stop_after = 2; /* what each says is handed back */
    IS(inc_view_walk(v, INC_RECORD_CANDIDATE, "zz", &f->read, see, &s, &f->err),
       INC_OK, &f->err);
    assert_int_equal(s.n, 0);
    IS(inc_view_walk(v, INC_RECORD_CANDIDATE, NULL, &f->read, see, &s, &f->err),
       INC_E_STOPPING, &f->err);
    assert_int_equal(s.n, 2);
    inc_view_close(v);
}

static void
pages_make_the_whole(void **state)
{
    struct fixture *f = *state;
    struct inc_view *v = NULL;
    char after[65] = "";
    size_t found = 0;

    fill(f);
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    for (;;) {
        struct seen s = {.stop_after = 2};
        enum inc_status st =
            inc_view_walk(v, INC_RECORD_CANDIDATE, found ? after : NULL,
                          &f->read, see, &s, &f->err);
        for (size_t i = 0; i < s.n; i++)
            assert_string_equal(s.id[i], sorted[found + i]);
        found += s.n;
        if (st == INC_OK)
            break;
        memcpy(after, s.id[s.n - 1], sizeof after);
    }
    assert_int_equal(found, COUNT);
    inc_view_close(v);
}

static void
scan_in_order_of_number(void **state)
{
    struct fixture *f = *state;
    struct inc_view *v = NULL;
    struct seen s = {.n = 0};
    struct inc_command c;

    fill(f);
    c = command(f, INC_OP_CANDIDATE_DELETE, given[2], NULL);
    IS(run(f, &c), INC_OK, &c.err);
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_view_scan(v, INC_RECORD_CANDIDATE, &f->read, see, &s, &f->err),
       &f->err);
    assert_int_equal(s.n, COUNT - 1);
    for (size_t i = 0; i < s.n; i++) {
        assert_string_equal(s.id[i], given[i < 2 ? i : i + 1]);
        assert_int_equal(s.no[i], i < 2 ? i + 1 : i + 2);
    }
    memset(&s, 0, sizeof s);
    OK(inc_view_scan(v, INC_RECORD_NEED, &f->read, see, &s, &f->err), &f->err);
    assert_int_equal(s.n, 0);
    inc_view_close(v);
}

static void
a_view_is_one_moment(void **state)
{
    struct fixture *f = *state;
    struct inc_view *before = NULL;
    struct inc_store_info info;
    union inc_record r;
    struct inc_command c;

    (void)put_person(f, "a");
    OK(inc_view_open(&before, f->s, &f->err), &f->err);
    c = command(f, INC_OP_CANDIDATE_DELETE, "a", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    inc_arena_reset(&f->read);
    OK(inc_view_get(before, INC_RECORD_CANDIDATE, "a", &r, NULL, &f->read,
                    &f->err),
       &f->err);
    OK(inc_view_info(before, &info, &f->err), &f->err);
    assert_int_equal(info.head_seq, 1);
    assert_int_equal(info.records[INC_RECORD_CANDIDATE], 1);
    inc_view_close(before);
    assert_int_equal(info_of(f).records[INC_RECORD_CANDIDATE], 0);
}

static void
a_slow_reader_is_seen(void **state)
{
    struct fixture *f = *state;
    struct inc_view *slow = NULL;
    size_t cleared = 9;

    close_it(f);
    f->o.map_bytes = (size_t)256 << 20; /* growing would wait for the reader */
    open_it(f);
    (void)put_person(f, "a");
    OK(inc_store_tidy(f->s, &cleared, &f->err), &f->err);
    assert_int_equal(cleared, 0);
    assert_string_equal(f->err.what, "");
    assert_int_equal(info_of(f).oldest_reader_lag, 0);
    OK(inc_view_open(&slow, f->s, &f->err), &f->err);
    for (int i = 0; i <= INC_STORE_LAG_WARN; i++) {
        inc_arena_reset(&f->arena);
        (void)put_person(f, "a");
    }
    assert_int_equal(info_of(f).oldest_reader_lag, INC_STORE_LAG_WARN + 1);
    OK(inc_store_tidy(f->s, NULL, &f->err), &f->err);
    assert_non_null(strstr(f->err.what, "1001 transactions behind"));
    inc_view_close(slow);
    OK(inc_store_tidy(f->s, NULL, &f->err), &f->err);
    assert_string_equal(f->err.what, "");
}

static enum inc_status
count(void *arg, const struct inc_entry *e)
{
    uint64_t *seq = arg;

    assert_int_equal(e->seq, *seq + 1);
    *seq = e->seq;
    return INC_OK;
}

static void
journal_pages(void **state)
{
    struct fixture *f = *state;
    struct inc_view *v = NULL;
    uint64_t seq = 0;

    fill(f);
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    for (uint64_t want = 3; want < COUNT; want += 3) {
        OK(inc_view_journal(v, seq, 3, count, &seq, &f->err), &f->err);
        assert_int_equal(seq, want);
    }
    OK(inc_view_journal(v, seq, 3, count, &seq, &f->err), &f->err);
    assert_int_equal(seq, COUNT);
    OK(inc_view_journal(v, seq, 3, count, &seq, &f->err), &f->err);
    OK(inc_view_journal(v, 0, 0, count, &seq, &f->err), &f->err);
    OK(inc_view_journal(v, UINT64_MAX, 9, count, &seq, &f->err), &f->err);
    assert_int_equal(seq, COUNT);
    inc_view_close(v);
}

/* Readers in threads of their own while the writer works and the map grows.
 * cmocka's asserts belong to one thread: the threads only count. */
struct reader {
    pthread_t thread;
    struct inc_store *s;
    unsigned rounds, bad;
};

static enum inc_status
nothing(void *arg, uint64_t no, const union inc_record *r)
{
    (void)arg;
    (void)no;
    (void)r;
    return INC_OK;
}

static void *
read_on(void *arg)
{
    struct reader *me = arg;
    struct inc_arena a;
    struct inc_err err;

    if (inc_arena_init(&a, ARENA_ROOM) != INC_OK)
        return NULL;
    for (unsigned i = 0; i < me->rounds; i++) {
        struct inc_view *v = NULL;
        struct inc_store_info info;
        if (inc_view_open(&v, me->s, &err) != INC_OK ||
            inc_view_info(v, &info, &err) != INC_OK ||
            inc_view_scan(v, INC_RECORD_CANDIDATE, &a, nothing, NULL, &err) !=
                INC_OK)
            me->bad++;
        inc_view_close(v);
    }
    inc_arena_release(&a);
    return NULL;
}

static void
readers_while_it_grows(void **state)
{
    enum { READERS = 3 };
    struct fixture *f = *state;
    struct reader r[READERS];
    size_t before;

    close_it(f);
    f->o.map_bytes = (size_t)512 << 10;
    open_it(f);
    (void)put_person(f, "a");
    before = info_of(f).map_bytes;
    for (int i = 0; i < READERS; i++) {
        r[i] = (struct reader){.s = f->s, .rounds = 300};
        assert_int_equal(pthread_create(&r[i].thread, NULL, read_on, &r[i]), 0);
    }
    for (int i = 0; i < 60; i++) {
        static const char body[100000];
        struct inc_command c;
        inc_arena_reset(&f->arena);
        c = command(f, INC_OP_CANDIDATE_PUT, "b", person(&f->arena, "b", 9));
        c.body = body;
        c.body_len = sizeof body;
        IS(run(f, &c), INC_OK, &c.err);
    }
    for (int i = 0; i < READERS; i++) {
        (void)pthread_join(r[i].thread, NULL);
        assert_int_equal(r[i].bad, 0);
    }
    assert_true(info_of(f).map_bytes > before);
    assert_clean(f);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(walk_in_order_of_id),    T(pages_make_the_whole),
        T(a_view_is_one_moment),   T(scan_in_order_of_number),
        T(journal_pages),          T(a_slow_reader_is_seen),
        T(readers_while_it_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

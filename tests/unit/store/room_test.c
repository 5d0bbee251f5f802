/* Growing, and what happens when there is no more room. */
#include "tests/unit/store/fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <time.h>

static enum inc_status
put_large(struct fixture *f, const char *id, size_t body)
{
    static const char zeros[1 << 20];
    struct inc_command c;
    struct inc_command *const one[] = {&c};
    enum inc_status st;

    inc_arena_reset(&f->arena);
    c = command(f, INC_OP_CANDIDATE_PUT, id, person(&f->arena, id, 2));
    c.body = zeros;
    c.body_len = body;
    st = inc_store_apply(f->s, one, 1, &f->err);
    if (st == INC_OK && c.status != INC_OK)
        f->err = c.err;
    assert_true(st == INC_OK || c.status == st);
    return c.status;
}

static enum inc_status
delete_it(struct fixture *f, const char *id)
{
    struct inc_command c = command(f, INC_OP_CANDIDATE_DELETE, id, NULL);

    return run(f, &c);
}

static void
reopen_with(struct fixture *f, size_t map, size_t max, unsigned reserve)
{
    close_it(f);
    f->o.map_bytes = map;
    f->o.max_bytes = max;
    f->o.reserve_percent = reserve;
    open_it(f);
}

static void
the_map_grows(void **state)
{
    struct fixture *f = *state;
    char id[16];

    reopen_with(f, (size_t)1 << 20, 0, 1);
    assert_int_equal(info_of(f).map_bytes, 1 << 20);
    for (int i = 0; i < 24; i++) {
        (void)snprintf(id, sizeof id, "p%d", i);
        IS(put_large(f, id, 1 << 20), INC_OK, &f->err);
    }
    assert_true(info_of(f).map_bytes >= (size_t)24 << 20);
    assert_int_equal(info_of(f).records[INC_RECORD_CANDIDATE], 24);
    reopen(f); /* with the small first size again */
    assert_int_equal(info_of(f).head_seq, 24);
    IS(put_large(f, "last", 1 << 20), INC_OK, &f->err);
    assert_clean(f);
}

/* A batch that has to be tried again in a bigger map gives the answers of one
 * that fitted at once. */
static void
a_batch_tried_again(void **state)
{
    enum { N = 32 };
    struct fixture *f = *state;
    struct inc_command c[N];
    struct inc_command *all[N];
    struct inc_arena once;
    static const char zeros[64 << 10];
    char ids[N][16];

    reopen_with(f, (size_t)512 << 10, 0, 1);
    (void)put_person(f, "p0");
    for (int i = 0; i < N; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "p%d", i);
        c[i] = command(f, INC_OP_CANDIDATE_PUT, ids[i],
                       person(&f->arena, ids[i], 1));
        if (i == 1)
            c[i].op = INC_OP_CANDIDATE_FREEZE;
        c[i].body = zeros;
        c[i].body_len = sizeof zeros;
        all[i] = &c[i];
    }
    /* Memory for one try of all, not for one a try. */
    assert_int_equal(inc_arena_init(&once, (sizeof(union inc_record) + 64) * N),
                     INC_OK);
    for (int i = 0; i < N; i++)
        c[i].arena = &once;
    OK(inc_store_apply(f->s, all, N, &f->err), &f->err);
    inc_arena_release(&once);
    for (int i = 0; i < N; i++) {
        IS(c[i].status, i == 1 ? INC_E_NOTFOUND : INC_OK, &c[i].err);
        assert_int_equal(c[i].seq, i + 2);
        assert_int_equal(c[i].replayed, 0);
        assert_int_equal(c[i].created, i > 1);
        assert_int_equal(c[i].revision, i == 0 ? 2 : i == 1 ? 0 : 1);
    }
    assert_true(info_of(f).map_bytes > (size_t)2 << 20);
    assert_clean(f);
}

static void
the_limit_of_the_map(void **state)
{
    struct fixture *f = *state;
    char id[16];
    int n = 0;
    enum inc_status st;

    reopen_with(f, (size_t)1 << 20, (size_t)4 << 20, 10);
    do {
        (void)snprintf(id, sizeof id, "p%d", n++);
        st = put_large(f, id, 50000);
    } while (st == INC_OK && n < 1000);
    assert_int_equal(st, INC_E_FULL);
    assert_non_null(strstr(f->err.what, "the map of the store has"));
    assert_true(n > 20);
    assert_true(info_of(f).map_bytes <= (size_t)4 << 20);
    for (int i = 0; i < n - 1; i++) { /* all can be deleted */
        (void)snprintf(id, sizeof id, "p%d", i);
        IS(delete_it(f, id), INC_OK, &f->err);
    }
    assert_clean(f);
    /* The journal keeps the bodies, so there still is no room ... */
    IS(put_large(f, "more", 50000), INC_E_FULL, &f->err);
    reopen_with(f, (size_t)1 << 20, (size_t)16 << 20, 10); /* ... until here */
    IS(put_large(f, "more", 50000), INC_OK, &f->err);
    assert_clean(f);
}

/* At the limit of the map, what deletes set free counts as room. */
static void
deleting_makes_room(void **state)
{
    struct fixture *f = *state;
    struct inc_command c;
    char id[16];
    int n = 0;

    reopen_with(f, (size_t)1 << 20, (size_t)4 << 20, 5);
    for (;; n++) {
        inc_arena_reset(&f->arena);
        (void)snprintf(id, sizeof id, "p%d", n);
        c = command(f, INC_OP_CANDIDATE_PUT, id, person(&f->arena, id, 1000));
        if (run(f, &c) != INC_OK)
            break;
        assert_true(n < 1000);
    }
    IS(c.status, INC_E_FULL, &c.err);
    for (int i = 0; i < n / 2; i++) {
        (void)snprintf(id, sizeof id, "p%d", i);
        IS(delete_it(f, id), INC_OK, &f->err);
    }
    IS(put_large(f, "more", 1000), INC_OK, &f->err);
    assert_clean(f);
}

static void
more_than_the_limit_at_once(void **state)
{
    struct fixture *f = *state;

    reopen_with(f, (size_t)512 << 10, (size_t)1 << 20, 1);
    IS(put_large(f, "a", 1 << 20), INC_E_FULL, &f->err);
    assert_non_null(strstr(f->err.what, "limit of 1 MiB"));
    IS(put_large(f, "a", 1000), INC_OK, &f->err);
    assert_clean(f);
}

static void
the_reserve_of_the_disk(void **state)
{
    struct fixture *f = *state;
    struct inc_command again =
        command(f, INC_OP_CANDIDATE_PUT, "a", person(&f->arena, "a", 1));

    again.body = "a body that outlives the arena";
    again.body_len = 10;
    IS(run(f, &again), INC_OK, &again.err);
    reopen_with(f, 0, 0, 100); /* no disk is that free */
    IS(put_large(f, "b", 10), INC_E_FULL, &f->err);
    assert_non_null(strstr(f->err.what, "the disk of the store has"));
    again.record = person(&f->arena, "a", 1);
    (void)run(f, &again); /* an answer that was given costs nothing */
    assert_int_equal(again.replayed, 1);
    IS(delete_it(f, "a"), INC_OK, &f->err);
    reopen_with(f, 0, 0, 1);
    IS(put_large(f, "b", 10), INC_OK, &f->err);
    assert_clean(f);
}

/* A disk that fills up for real: the kernel cuts our writes at a limit. */
static void
a_full_disk(void **state)
{
    struct fixture *f = *state;
    struct rlimit old, small;
    char id[16];
    int n = 0;
    uint64_t before;
    enum inc_status st;

    (void)signal(SIGXFSZ, SIG_IGN);
    (void)put_person(f, "first");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = (rlim_t)6 << 20;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    do {
        (void)snprintf(id, sizeof id, "p%d", n++);
        before = info_of(f).head_seq;
        st = put_large(f, id, 700000);
    } while (st == INC_OK && n < 100);
    assert_int_equal(st, INC_E_FULL);
    assert_true(n > 3);
    assert_int_equal(info_of(f).head_seq, before); /* nothing of it */
    IS(put_large(f, id, 10), st, &f->err);         /* under the reserve now */
    IS(delete_it(f, "first"), INC_OK, &f->err);
    assert_clean(f);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    IS(put_large(f, id, 700000), INC_OK, &f->err); /* and it goes on */
    reopen(f);
    assert_clean(f);
    assert_int_equal(info_of(f).records[INC_RECORD_CANDIDATE], n);
}

/* A view that stays open makes a write that needs a bigger map give up before
 * the daemon would look stuck (30 s, engine/daemon/service.c). */
static void
a_long_view_gives_busy_in_time(void **state)
{
    struct fixture *f = *state;
    struct inc_view *v = NULL;
    struct timespec from, to;
    enum inc_status st;

    reopen_with(f, (size_t)1 << 20, 0, 1);
    (void)put_person(f, "p");
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    st = put_large(f, "large", 1 << 20);
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    inc_view_close(v);
    IS(st, INC_E_BUSY, &f->err);
    if (to.tv_sec - from.tv_sec > 15)
        fail_msg("a write waited %ld s for a view",
                 (long)(to.tv_sec - from.tv_sec));
    assert_int_equal(info_of(f).head_seq, 1);
    IS(put_large(f, "large", 1 << 20), INC_OK, &f->err);
    assert_clean(f);
}

static off_t
length_of(const struct fixture *f)
{
    char path[PATH_ROOM];
    struct stat info;

    join(path, f->dir, "data.mdb");
    assert_int_equal(stat(path, &info), 0);
    return info.st_size;
}

/* Small commits lie within a file that was made long enough before, so most
 * of them do not change its length; what was written ahead is no fault, nor
 * is its loss. */
static void
the_file_is_long_enough(void **state)
{
    enum { N = 40 };
    struct fixture *f = *state;
    char id[16], path[PATH_ROOM];
    off_t before = length_of(f), after;
    int grew = 0;

    for (int i = 0; i < N; i++, before = after) {
        (void)snprintf(id, sizeof id, "p%d", i);
        IS(put_large(f, id, 20000), INC_OK, &f->err);
        after = length_of(f);
        assert_true((size_t)after >= info_of(f).used_bytes);
        grew += after != before;
    }
    assert_true(grew > 0 && grew < N / 2);
    assert_true((size_t)length_of(f) > info_of(f).used_bytes);
    assert_clean(f);
    size_t used = info_of(f).used_bytes;
    close_it(f);
    join(path, f->dir, "data.mdb");
    assert_int_equal(truncate(path, (off_t)used), 0);
    open_it(f);
    assert_int_equal(info_of(f).records[INC_RECORD_CANDIDATE], N);
    IS(put_large(f, "last", 100), INC_OK, &f->err);
    assert_clean(f);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_map_grows),           T(a_long_view_gives_busy_in_time),
        T(a_batch_tried_again),     T(the_limit_of_the_map),
        T(deleting_makes_room),     T(more_than_the_limit_at_once),
        T(the_reserve_of_the_disk), T(a_full_disk),
        T(the_file_is_long_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

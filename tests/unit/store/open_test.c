/* Opening: one at a time, older and newer formats, what is no store. */
#include "tests/unit/store/raw.h"

#include <sys/wait.h>

static void
one_process_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct inc_store *second = NULL;
    struct inc_store_options read_only = {.read_only = 1};
    int how = 0;
    pid_t pid;
    char me[32];

    (void)put_person(f, "a");
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) { /* another process; exit codes speak for it */
        (void)snprintf(me, sizeof me, "process %ld", (long)getppid());
        if (inc_store_open(&second, f->dir, NULL, &f->err) != INC_E_BUSY)
            _exit(1);
        if (second != NULL || strstr(f->err.what, me) == NULL)
            _exit(2);
        if (inc_store_open(&second, f->dir, &read_only, &f->err) != INC_OK)
            _exit(3); /* reading beside the writer is allowed */
        f->s = second;
        _exit(info_of(f).head_seq == 1 ? 0 : 4);
    }
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_int_equal(how, 0);
    /* LMDB in the same process twice would lose its locks. */
    IS(inc_store_open(&second, f->dir, NULL, &f->err), INC_E_BUSY, &f->err);
    IS(inc_store_open(&second, f->dir, &read_only, &f->err), INC_E_BUSY,
       &f->err);
    assert_null(second);
    (void)put_person(f, "b"); /* and the first one still works */
    reopen(f);
    assert_clean(f);
}

static void
read_only_writes_nothing(void **state)
{
    struct fixture *f = *state;
    struct inc_command c;
    struct inc_command *const one[] = {&c};
    char empty[PATH_ROOM];

    (void)put_person(f, "a");
    close_it(f);
    f->o.read_only = 1;
    open_it(f);
    c = command(f, INC_OP_CANDIDATE_DELETE, "a", NULL);
    IS(inc_store_apply(f->s, one, 1, &f->err), INC_E_STORE, &f->err);
    assert_int_equal(c.status, INC_E_STORE);
    assert_clean(f);
    close_it(f);
    temp_folder(empty);
    remove_folder(empty);
    IS(inc_store_open(&f->s, empty, &f->o, &f->err), INC_E_NOTFOUND, &f->err);
    assert_int_equal(access(empty, F_OK), -1); /* nothing was made */
}

static void
a_newer_store_is_left_alone(void **state)
{
    struct fixture *f = *state;
    unsigned char *before, *after;
    size_t n, m;

    (void)put_person(f, "a");
    close_it(f);
    raw_set_format(f, INC_STORE_FORMAT_CUT + 1);
    before = slurp(f->dir, "data.mdb", &n);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_NEWER, &f->err);
    assert_null(f->s);
    assert_non_null(strstr(f->err.what, "format 4"));
    f->o.read_only = 1;
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_NEWER, &f->err);
    after = slurp(f->dir, "data.mdb", &m);
    assert_int_equal(n, m);
    assert_memory_equal(before, after, n);
    free(before);
    free(after);
    raw_set_format(f,
                   INC_STORE_FORMAT); /* the mark was all that kept it closed */
    f->o.read_only = 0;
    open_it(f);
    assert_clean(f);
}

static void
format_0_becomes_todays(void **state)
{
    struct fixture *f = *state;
    unsigned char before[INC_DIGEST], after[INC_DIGEST];
    struct inc_command first, refused, again;
    char id[16];

    first = put_person(f, "a");
    refused = command(f, INC_OP_NEED_CLOSE, "no", NULL);
    IS(run(f, &refused), INC_E_NOTFOUND, &refused.err);
    for (int i = 0; i < 200; i++) {
        (void)snprintf(id, sizeof id, "p%d", i);
        (void)put_person(f, id);
    }
    digest_of(f, before);
    raw_make_old(f, 0);
    f->o.read_only = 1; /* migrating is writing */
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_STORE, &f->err);
    f->o.read_only = 0;
    f->o.map_bytes = (size_t)64 << 10; /* less than it holds: it must grow */
    open_it(f);
    assert_int_equal(info_of(f).format, INC_STORE_FORMAT);
    digest_of(f, after);
    assert_memory_equal(before, after, sizeof before);
    assert_clean(f); /* every entry has its key's answer */
    again = first;
    (void)run(f, &again);
    assert_int_equal(again.replayed, 1);
    assert_int_equal(again.seq, first.seq);
    again = refused;
    IS(run(f, &again), INC_E_NOTFOUND, &again.err);
    assert_int_equal(again.replayed, 1);
    reopen(f);
    assert_int_equal(info_of(f).format, INC_STORE_FORMAT);
}

static void
no_store_at_all(void **state)
{
    struct fixture *f = *state;
    char junk[8192];
    MDB_env *env;
    char path[PATH_ROOM];

    close_it(f);
    spit(f->dir, "data.mdb", "", 0); /* would be a new empty one to LMDB */
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CORRUPT, &f->err);
    assert_string_equal(f->err.what, "data.mdb is empty");
    memset(junk, 'x', sizeof junk);
    spit(f->dir, "data.mdb", junk, sizeof junk);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CORRUPT, &f->err);
    spit(f->dir, "data.mdb", junk, 100);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CORRUPT, &f->err);
    join(path, f->dir, "data.mdb");
    (void)unlink(path);
    join(path, f->dir, "lock.mdb");
    (void)unlink(path);
    env = raw_open(f->dir); /* somebody else's LMDB file */
    mdb_env_close(env);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CORRUPT, &f->err);
    assert_non_null(strstr(f->err.what, "not a store of incrocio"));
}

static void
a_cut_file(void **state)
{
    struct fixture *f = *state;
    char path[PATH_ROOM], id[16];
    unsigned char *whole;
    size_t n;

    for (int i = 0; i < 50; i++) {
        (void)snprintf(id, sizeof id, "p%d", i);
        (void)put_person(f, id);
    }
    close_it(f);
    join(path, f->dir, "data.mdb");
    whole = slurp(f->dir, "data.mdb", &n);
    for (size_t keep = 2; keep < n / 4096; keep += 1 + keep / 8) {
        assert_int_equal(truncate(path, (off_t)(keep * 4096)), 0);
        if (inc_store_open(&f->s, f->dir, &f->o, &f->err) == INC_OK) {
            /* only free pages were cut: then nothing is missing */
            assert_clean(f);
            close_it(f);
        } else {
            assert_int_equal(f->err.status, INC_E_CORRUPT);
        }
        spit(f->dir, "data.mdb", whole, n);
    }
    assert_int_equal(truncate(path, 12288), 0);
    IS(inc_store_open(&f->s, f->dir, &f->o, &f->err), INC_E_CORRUPT, &f->err);
    spit(f->dir, "data.mdb", whole, n);
    free(whole);
    open_it(f);
    assert_clean(f);
}

static void
leftovers_of_a_crash(void **state)
{
    struct fixture *f = *state;
    char path[PATH_ROOM];

    close_it(f); /* a process that died while it made the store */
    join(path, f->dir, "data.mdb");
    (void)unlink(path);
    join(path, f->dir, "new");
    assert_int_equal(mkdir(path, 0700), 0);
    spit(path, "data.mdb", "half", 4);
    open_it(f);
    assert_false(exists(f->dir, "new"));
    (void)put_person(f, "a");
    assert_clean(f);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(one_process_at_a_time),
        T(read_only_writes_nothing),
        T(a_newer_store_is_left_alone),
        T(format_0_becomes_todays),
        T(no_store_at_all),
        T(a_cut_file),
        T(leftovers_of_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The scout and files that kill who walks them. */
#include "tests/unit/store/fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "engine/daemon/defaults.h"
#include "engine/daemon/scout.h"

static const char *
no_environment(const char *name)
{
    return strcmp(name, "HOME") == 0 ? "/nonexistent" : NULL;
}

static void
settings(struct inc_config *c)
{
    struct inc_err err;

    OK(inc_defaults_fill(c, no_environment, &err), &err);
    OK(inc_config_finish(c, &err), &err);
}

static void
people(struct fixture *f, int n)
{
    for (int i = 0; i < n; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "q%d", i);
        (void)put_person(f, id);
    }
}

/* The parent of a process, 0 when there is none. */
static long
parent_of(const char *pid)
{
    char path[80], text[400] = "";
    const char *at;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    f = fopen(path, "r");
    if (f == NULL)
        return 0;
    (void)fread(text, 1, sizeof text - 1, f);
    (void)fclose(f);
    at = strrchr(text, ')'); /* "pid (name) S parent" */
    return at != NULL && strlen(at) > 4 ? strtol(at + 4, NULL, 10) : 0;
}

/* Ends the scout's child, when there is one, as a bad page would. 1: done. */
static int
kill_child(long test)
{
    DIR *proc = opendir("/proc");
    struct dirent *e;
    char parent[24];
    int done = 0;

    if (proc == NULL)
        return 0;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    while (!done && (e = readdir(proc)) != NULL) {
        if (e->d_name[0] < '1' || e->d_name[0] > '9')
            continue;
        (void)snprintf(parent, sizeof parent, "%ld", parent_of(e->d_name));
        done = parent_of(parent) == test &&
               kill((pid_t)strtol(e->d_name, NULL, 10), SIGBUS) == 0;
    }
    (void)closedir(proc);
    return done;
}

/* A child dies, the scout does not. */
static void
tells_of_deaths(void **state)
{
    struct fixture *f = *state;
    struct inc_config c = {0};
    struct inc_scout *scout = NULL;
    char text[160] = "", ring[PATH_ROOM], kept[PATH_ROOM];
    const struct timespec tick = {0, 1000000};
    long test = getpid();
    pid_t helper;

    people(f, 30);
    close_it(f);
    settings(&c);
    OK(inc_scout_start(&scout, &c, f->dir, &f->o, &f->err), &f->err);
    assert_int_equal(inc_scout_ask(scout, text, sizeof text), 1);
    join(ring, f->dir, "keys/ring");
    join(kept, f->dir, "ring");
    assert_int_equal(rename(ring, kept), 0);
    assert_int_equal(mkfifo(ring, 0600), 0);
    helper = fork();
    assert_true(helper >= 0);
    if (helper == 0) { /* the child waits at the ring, which nobody writes */
        while (!kill_child(test))
            (void)nanosleep(&tick, NULL);
        _exit(0);
    }
    assert_int_equal(inc_scout_ask(scout, text, sizeof text), 0);
    assert_non_null(strstr(text, "died (signal"));
    assert_int_equal(waitpid(helper, NULL, 0), helper);
    assert_int_equal(rename(kept, ring), 0);
    assert_int_equal(inc_scout_ask(scout, text, sizeof text), 1);
    inc_scout_stop(scout);
    inc_config_release(&c);
    open_it(f);
}

/* Pages that are lost end no process: they are looked at beside LMDB. */
static void
lost_pages_kill_nobody(void **state)
{
    struct fixture *f = *state;
    struct inc_config c = {0};
    struct inc_scout *scout = NULL;
    unsigned char *file;
    size_t len;
    char text[160] = "";

    people(f, 300);
    close_it(f);
    settings(&c);
    OK(inc_scout_start(&scout, &c, f->dir, &f->o, &f->err), &f->err);
    file = slurp(f->dir, "data.mdb", &len);
    for (size_t page = 2; page < len / 4096; page += 1 + page / 20) {
        unsigned char *bad = malloc(len);

        assert_non_null(bad);
        memcpy(bad, file, len);
        memset(bad + page * 4096, 0, 4096);
        spit(f->dir, "data.mdb", bad, len);
        free(bad);
        assert_int_equal(inc_scout_ask(scout, text, sizeof text), 1);
    }
    spit(f->dir, "data.mdb", file, len);
    free(file);
    inc_scout_stop(scout);
    inc_config_release(&c);
    open_it(f);
}

/* Beside the daemon, which has it open and writes. */
static void
walks_what_is_open(void **state)
{
    struct fixture *f = *state;
    struct inc_config c = {0};
    struct inc_scout *scout = NULL;
    char text[160];

    close_it(f);
    settings(&c);
    OK(inc_scout_start(&scout, &c, f->dir, &f->o, &f->err), &f->err);
    open_it(f);
    for (int i = 0; i < 3; i++) {
        people(f, 20);
        assert_int_equal(inc_scout_ask(scout, text, sizeof text), 1);
    }
    inc_scout_stop(scout);
    inc_config_release(&c);
}

static void
nobody_to_ask(void **state)
{
    char text[160];

    (void)state;
    assert_int_equal(inc_scout_ask(NULL, text, sizeof text), 1);
    inc_scout_stop(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_of_deaths, start, stop),
        cmocka_unit_test_setup_teardown(lost_pages_kill_nobody, start, stop),
        cmocka_unit_test_setup_teardown(walks_what_is_open, start, stop),
        cmocka_unit_test(nobody_to_ask)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

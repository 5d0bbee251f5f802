/* What a process in the sandbox can and cannot do. Each case is a child, since
 * there is no way out again. */
#define _GNU_SOURCE 1 // NOLINT: for syscall

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/daemon/sandbox.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* see sandbox.c */
#else
#define SANITIZED 0
#endif

enum { GOOD = 0, WRONG = 1 };
static char folder[64], outside[80], inside[80];

typedef int act_fn(void);

/* Status of a child that enters by `enter` and does `act`. */
static int
in_child(enum inc_status (*enter)(struct inc_err *), act_fn *act)
{
    pid_t child = fork();
    int status = -1;

    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        struct inc_err err = {0};

        (void)setrlimit(RLIMIT_CORE, &none);
        if (enter(&err) != INC_OK) {
            (void)fprintf(stderr, "%s\n", err.what);
            _exit(100);
        }
        _exit(act());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void
expect_good(enum inc_status (*enter)(struct inc_err *), act_fn *act)
{
    int status = in_child(enter, act);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), GOOD);
}

static void
expect_killed(act_fn *act)
{
    int status = in_child(inc_seccomp_enter, act);

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSYS);
}

/* --- system calls ------------------------------------------------------------
 */

static int
run_a_program(void)
{
    char *const argv[] = {(char[]){"true"}, NULL};

    (void)execv("/bin/true", argv);
    return WRONG;
}

static int
make_a_child(void)
{
    return fork() == 0 ? GOOD : WRONG;
}

static int
connect_out(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        return WRONG;
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) != 0 &&
        errno == EACCES)
        return GOOD;
    return WRONG;
}

static int
trace_somebody(void)
{
    (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    return WRONG;
}

static int
open_a_raw_socket(void)
{
    (void)socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    return WRONG;
}

static int
make_itself_dumpable(void)
{
    (void)syscall(SYS_prctl, 4 /* PR_SET_DUMPABLE */, 1, 0, 0, 0);
    return WRONG;
}

static int
call_an_unknown_number(void)
{
    (void)syscall(1000);
    return WRONG;
}

static void
test_forbidden_calls_kill(void **state)
{
    (void)state;
    expect_killed(run_a_program);
    expect_killed(make_a_child);
    expect_killed(connect_out);
    expect_killed(trace_somebody);
    expect_killed(open_a_raw_socket);
    expect_killed(make_itself_dumpable);
    expect_killed(call_an_unknown_number);
}

static int
map_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p != MAP_FAILED || errno != EACCES)
        return WRONG;
    p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
             -1, 0);
    if (p == MAP_FAILED)
        return WRONG;
    return mprotect(p, 4096, PROT_READ | PROT_EXEC) == -1 && errno == EACCES
               ? GOOD
               : WRONG;
}

static void
test_no_new_code(void **state)
{
    (void)state;
    expect_good(inc_seccomp_enter, map_code);
}

static void *
body(void *arg)
{
    *(int *)arg = 1;
    return NULL;
}

static int
work_as_usual(void)
{
    pthread_t thread;
    int ran = 0, fd = open(inside, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) != 0 || close(fd) != 0)
        return WRONG;
    if (pthread_create(&thread, NULL, body, &ran) != 0 ||
        pthread_join(thread, NULL) != 0)
        return WRONG;
    return ran ? GOOD : WRONG;
}

static int
stop_itself(void)
{
    abort();
}

static void
test_work_goes_on(void **state)
{
    int status = in_child(inc_seccomp_enter, stop_itself);

    (void)state;
    expect_good(inc_seccomp_enter, work_as_usual);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* --- files -------------------------------------------------------------------
 */

static enum inc_status
enter_with(enum inc_reach reach, struct inc_err *err)
{
    struct inc_landlock *l = NULL;
    enum inc_status st;

    INC_TRY(inc_landlock_open(&l, err));
    INC_TRY(inc_landlock_allow(l, folder, reach, err));
    INC_TRY(inc_landlock_allow(l, "/nowhere/at/all", reach, err));
    INC_TRY(inc_landlock_enter(l, err));
out:
    inc_landlock_free(l);
    return st;
}

static enum inc_status
enter_to_read(struct inc_err *err)
{
    return enter_with(INC_REACH_READ, err);
}

static enum inc_status
enter_to_write(struct inc_err *err)
{
    return enter_with(INC_REACH_WRITE, err);
}

/* 1 when the file opens; 0 when it is refused for lack of rights. */
static int
opens(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);

    if (fd >= 0)
        (void)close(fd);
    return fd >= 0 ? 1 : errno == EACCES ? 0 : -1;
}

static int
look_around(void)
{
    char fresh[96], moved[96];

    if (opens(outside, O_RDONLY) != 0 || opens("/etc/passwd", O_RDONLY) != 0 ||
        opens("/tmp", O_RDONLY | O_DIRECTORY) != 0)
        return WRONG;
    if (opens(inside, O_RDONLY) != 1 || opens(inside, O_RDWR) != 1)
        return WRONG;
    (void)snprintf(fresh, sizeof fresh, "%s/fresh", folder);
    (void)snprintf(moved, sizeof moved, "%s/moved", folder);
    if (opens(fresh, O_WRONLY | O_CREAT) != 1 || rename(fresh, moved) != 0 ||
        truncate(moved, 10) != 0)
        return WRONG;
    /* Not by moving it out, nor by a program. */
    return link(moved, outside) != 0 && unlink(moved) == 0 &&
                   opens("/bin/true", O_RDONLY) == 0
               ? GOOD
               : WRONG;
}

static int
only_look(void)
{
    return opens(inside, O_RDONLY) == 1 && opens(inside, O_WRONLY) == 0 &&
                   opens(outside, O_RDONLY) == 0 && unlink(inside) != 0
               ? GOOD
               : WRONG;
}

static int
no_way_out(void)
{
    return inc_landlock_abi() >= 4 ? connect_out() : GOOD;
}

static void
test_files_outside_are_refused(void **state)
{
    (void)state;
    if (inc_landlock_abi() == 0) {
        print_message("SKIPPED: this kernel has no Landlock\n");
        skip();
    }
    expect_good(enter_to_write, look_around);
    expect_good(enter_to_read, only_look);
    expect_good(enter_to_write, no_way_out);
}

/* --- what the settings name --------------------------------------------------
 */

struct seen {
    char text[4096];
};

static enum inc_status
note(void *arg, const char *path, enum inc_reach reach, struct inc_err *err)
{
    struct seen *s = arg;
    size_t len = strlen(s->text);

    (void)err;
    (void)snprintf(s->text + len, sizeof s->text - len, "%c%s\n",
                   reach == INC_REACH_WRITE ? '+' : '-', path);
    return INC_OK;
}

static const char *
nothing(const char *name)
{
    (void)name;
    return NULL;
}

static void
set(struct inc_config *c, enum inc_setting s, const char *text)
{
    assert_int_equal(
        inc_config_set(c, s, INC_FROM_FLAG, "test", text, strlen(text), NULL),
        INC_OK);
}

static void
test_settings_name_the_folders(void **state)
{
    struct inc_config c = {0};
    struct seen s = {""};

    (void)state;
    assert_int_equal(inc_config_environment(&c, nothing, NULL), INC_OK);
    set(&c, INC_SET_endpoint, "ipc:///run/a/sock");
    set(&c, INC_SET_events, "ipc:///run/b/events");
    set(&c, INC_SET_store, "/var/s/store/");
    set(&c, INC_SET_esco, "/srv/esco-1.2/");
    set(&c, INC_SET_comuni, "/data");
    set(&c, INC_SET_space, "space.incs");
    set(&c, INC_SET_backup_dir, "/var/s/backup");
    set(&c, INC_SET_ready_file, "/run/c/ready");
    assert_int_equal(inc_config_finish(&c, NULL), INC_OK);
    assert_int_equal(
        inc_sandbox_reach(&c, "/etc/incrocio/incrociod.conf", note, &s, NULL),
        INC_OK);
    assert_non_null(strstr(s.text, "\n-/srv\n"));
    assert_non_null(strstr(s.text, "\n-/data\n")); /* never the root */
    assert_non_null(strstr(s.text, "\n-.\n"));
    assert_non_null(strstr(s.text, "\n-/etc/incrocio\n"));
    assert_non_null(strstr(s.text, "\n+/var/s/store/\n"));
    assert_non_null(strstr(s.text, "\n+/var/s/backup\n"));
    assert_non_null(strstr(s.text, "\n+/run/a\n"));
    assert_non_null(strstr(s.text, "\n+/run/b\n"));
    assert_non_null(strstr(s.text, "\n+/run/c\n"));
    assert_non_null(strstr(s.text, "\n+/var/s\n")); /* of store.key */
    set(&c, INC_SET_key_file, "/var/k/office.key");
    s.text[0] = '\0';
    assert_int_equal(inc_sandbox_reach(&c, "f", note, &s, NULL), INC_OK);
    assert_non_null(strstr(s.text, "\n+/var/k\n"));
    assert_null(strstr(s.text, "\n+/var/s\n"));
    assert_null(strstr(s.text, "-/\n"));
    assert_null(strstr(s.text, "+/\n"));
    inc_config_release(&c);
}

static int
make_files(void **state)
{
    int fd;

    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/incrocio-sandbox-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(inside, sizeof inside, "%s/inside", folder);
    (void)snprintf(outside, sizeof outside, "%s.out", folder);
    fd = open(inside, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 || close(fd) != 0)
        return -1;
    fd = open(outside, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    return fd < 0 ? -1 : close(fd);
}

static int
remove_files(void **state)
{
    (void)state;
    (void)unlink(inside);
    (void)unlink(outside);
    return rmdir(folder);
}

int
main(void)
{
    const struct CMUnitTest always[] = {
        cmocka_unit_test(test_settings_name_the_folders),
    };
    const struct CMUnitTest closed[] = {
        cmocka_unit_test(test_forbidden_calls_kill),
        cmocka_unit_test(test_no_new_code),
        cmocka_unit_test(test_work_goes_on),
        cmocka_unit_test(test_files_outside_are_refused),
    };
    int failed = cmocka_run_group_tests(always, NULL, NULL);

    if (SANITIZED) {
        (void)puts("SKIPPED: a build with sanitizers has no sandbox");
        return failed;
    }
    return failed + cmocka_run_group_tests(closed, make_files, remove_files);
}

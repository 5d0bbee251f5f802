/* accept() of this program: the last descriptors are not for connections. A
 * child each, since the limit and the number kept stay. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/daemon/process.h"

enum { LIMIT = 64, KEPT = 8, GOOD = 0 };

static int listener;

/* Connected and waiting to be accepted. */
static int
knock(void)
{
    struct sockaddr_un at;
    socklen_t len = sizeof at;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    if (fd < 0 || getsockname(listener, (struct sockaddr *)&at, &len) != 0 ||
        connect(fd, (struct sockaddr *)&at, len) != 0)
        _exit(100);
    return fd;
}

static int
in_child(int (*act)(void))
{
    const struct rlimit limit = {LIMIT, LIMIT};
    pid_t child = fork();
    int status = -1;

    assert_true(child >= 0);
    if (child == 0) {
        const struct sockaddr_un any = {.sun_family = AF_UNIX};

        listener = socket(AF_UNIX, SOCK_STREAM, 0);
        /* Without a path the kernel gives an abstract name. */
        if (bind(listener, (const struct sockaddr *)&any,
                 sizeof any.sun_family) != 0 ||
            listen(listener, LIMIT) != 0 ||
            setrlimit(RLIMIT_NOFILE, &limit) != 0)
            _exit(100);
        _exit(act());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Take every number below `to`. */
static void
fill(int to)
{
    int fd;

    do
        fd = fcntl(0, F_DUPFD, 0);
    while (fd >= 0 && fd < to - 1);
}

static int
hangs_up(void)
{
    char byte;
    int peer;

    inc_accept_keep(KEPT);
    peer = knock();
    fill(LIMIT - KEPT);
    if (accept(listener, NULL, NULL) != -1 || errno != ECONNABORTED)
        return 1;
    if (read(peer, &byte, 1) != 0)
        return 2; /* it was not closed */
    /* A file is still to be had, and so is the next connection's turn. */
    if (fcntl(0, F_DUPFD, 0) < 0)
        return 3;
    return GOOD;
}

static void
the_last_are_hung_up_on(void **state)
{
    (void)state;
    assert_int_equal(in_child(hangs_up), GOOD);
}

static int
lets_in(void)
{
    int peer, fd;
    char byte = 'x';

    inc_accept_keep(KEPT);
    peer = knock();
    fill(LIMIT - KEPT - 1);
    fd = accept(listener, NULL, NULL);
    if (fd != LIMIT - KEPT - 1)
        return 1;
    return write(peer, "y", 1) == 1 && read(fd, &byte, 1) == 1 && byte == 'y'
               ? GOOD
               : 2;
}

static void
one_before_is_let_in(void **state)
{
    (void)state;
    assert_int_equal(in_child(lets_in), GOOD);
}

/* EMFILE makes libzmq 4.3.4 abort where the listener is an ipc one. */
static int
is_told_so(void)
{
    (void)knock();
    fill(LIMIT);
    return accept(listener, NULL, NULL) == -1 && errno == ECONNABORTED ? GOOD
                                                                       : 1;
}

static void
none_left_is_an_aborted_connection(void **state)
{
    (void)state;
    assert_int_equal(in_child(is_told_so), GOOD);
}

static int
nobody(void)
{
    if (fcntl(listener, F_SETFL, O_NONBLOCK) != 0)
        return 1;
    if (accept(listener, NULL, NULL) != -1 || errno != EAGAIN)
        return 2;
    return accept(-1, NULL, NULL) == -1 && errno == EBADF ? GOOD : 3;
}

static void
what_is_expected_stays(void **state)
{
    (void)state;
    assert_int_equal(in_child(nobody), GOOD);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_are_hung_up_on),
        cmocka_unit_test(one_before_is_let_in),
        cmocka_unit_test(none_left_is_an_aborted_connection),
        cmocka_unit_test(what_is_expected_stays)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

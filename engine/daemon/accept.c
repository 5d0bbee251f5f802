/*
 * accept() as ZeroMQ and the metrics endpoint get it: the program's own symbol
 * stands before the C library's. libzmq 4.3.4 aborts on some of the errors that
 * accept(2) may have (all of them for ipc but six, descriptors running out
 * among them), so whoever may connect could end the daemon by connecting often
 * enough; where it does not abort it asks again at once, for ever. Here the
 * last descriptors are kept for files, whoever comes then is hung up on, and
 * what can happen to a connection looks like the one error everybody expects.
 */
#define _DEFAULT_SOURCE 1 // NOLINT: for syscall
#include <errno.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/daemon/process.h"

/* As in <sys/socket.h>, which has this one for GNU sources only. */
int accept4(int listener, struct sockaddr *restrict who,
            socklen_t *restrict len, int flags);

static atomic_uint kept;

void
inc_accept_keep(unsigned descriptors)
{
    atomic_store_explicit(&kept, descriptors, memory_order_relaxed);
}

/* Numbers of descriptors are given out from the lowest: one this high says
 * that nearly all are taken. */
static int
is_the_last(int fd)
{
    unsigned keep = atomic_load_explicit(&kept, memory_order_relaxed);
    struct rlimit limit;

    return keep != 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
           limit.rlim_cur != RLIM_INFINITY &&
           (rlim_t)fd + keep >= limit.rlim_cur;
}

/* Ours to answer for: the rest says that the caller did something wrong, or
 * that there is nobody, and is what the caller waits for. */
static int
is_ours(int error)
{
    switch (error) {
    case EAGAIN:
    case EINTR:
    case EBADF:
    case EFAULT:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
        return 0;
    default:
        return 1;
    }
}

int
accept4(int listener, struct sockaddr *restrict who, socklen_t *restrict len,
        int flags)
{
    long fd = syscall(SYS_accept4, listener, who, len, flags);

    if (fd >= 0 && is_the_last((int)fd)) {
        (void)close((int)fd);
        errno = ECONNABORTED;
        return -1;
    }
    if (fd < 0 && is_ours(errno))
        errno = ECONNABORTED;
    return (int)fd;
}

/* Under a name of its own, which <sys/socket.h> has not yet given names of
 * parameters to. */
int own_accept(int listener, struct sockaddr *restrict who,
               socklen_t *restrict len) __asm__("accept");
int
own_accept(int listener, struct sockaddr *restrict who, socklen_t *restrict len)
{
    return accept4(listener, who, len, 0);
}

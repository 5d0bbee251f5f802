/*
 * The list of system calls. What is not on it ends the process: a reply of
 * EPERM to a network call makes ZeroMQ abort or, worse, go on half done.
 *
 * Looked into:
 *   clone     threads only; the daemon has no children once it serves (the
 *             scout, made before, may have: scout.h)
 *   clone3    its arguments lie in memory that a filter cannot read: ENOSYS,
 *             and glibc takes clone
 *   mmap, mprotect  nothing executable, so no code that came later: EACCES,
 *             which is what a name service module that cannot be loaded gets
 *   prctl     names of threads
 *   ioctl     what the C library asks of a stream, and of sockets
 *   socket    AF_UNIX, AF_INET, AF_INET6; AF_NETLINK to ask for addresses
 */
#define _GNU_SOURCE 1 // NOLINT: CLONE_THREAD
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "engine/daemon/sandbox.h"
#include "proto/schema.h"

static int
allow_plain(scmp_filter_ctx f)
{
    static const int calls[] = {
#define INC_X(name) SCMP_SYS(name),
#include "engine/daemon/syscalls.def"
#undef INC_X
    };
    int rc = 0;

    for (size_t i = 0; i < INC_COUNT(calls) && rc == 0; i++)
        rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0);
    return rc;
}

static int
allow_threads(scmp_filter_ctx f)
{
    int rc = seccomp_rule_add(
        f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
        SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));

    if (rc == 0)
        rc = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return rc;
}

static int
allow_memory(scmp_filter_ctx f)
{
    static const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
    int rc = 0;

    for (size_t i = 0; i < INC_COUNT(calls) && rc == 0; i++) {
        rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 1,
                              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        if (rc == 0)
            rc = seccomp_rule_add(
                f, SCMP_ACT_ERRNO(EACCES), calls[i], 1,
                SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    }
    return rc;
}

static int
allow_some(scmp_filter_ctx f)
{
    static const unsigned families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
    static const unsigned options[] = {PR_SET_NAME, PR_GET_NAME};
    static const unsigned requests[] = {TCGETS, FIONREAD, FIONBIO};
    int rc = 0;

    for (size_t i = 0; i < INC_COUNT(families) && rc == 0; i++)
        rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                              SCMP_A0(SCMP_CMP_EQ, families[i], 0));
    for (size_t i = 0; i < INC_COUNT(options) && rc == 0; i++)
        rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
                              SCMP_A0(SCMP_CMP_EQ, options[i], 0));
    for (size_t i = 0; i < INC_COUNT(requests) && rc == 0; i++)
        rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                              SCMP_A1(SCMP_CMP_EQ, requests[i], 0));
    return rc;
}

/* Processes, but none in a namespace of its own. */
static int
allow_children(scmp_filter_ctx f)
{
    static const int calls[] = {SCMP_SYS(wait4), SCMP_SYS(waitid),
                                SCMP_SYS(alarm)};
    int rc = seccomp_rule_add(
        f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
        SCMP_A0(SCMP_CMP_MASKED_EQ,
                CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET,
                0));

    for (size_t i = 0; i < INC_COUNT(calls) && rc == 0; i++)
        rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0);
    return rc;
}

static enum inc_status
enter(int children, struct inc_err *err)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int rc = f == NULL ? -ENOMEM : 0;

    if (rc == 0) /* also threads that a library made before main */
        rc = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
    if (rc == 0)
        rc = allow_plain(f);
    if (rc == 0)
        rc = allow_threads(f);
    if (rc == 0 && children)
        rc = allow_children(f);
    if (rc == 0)
        rc = allow_memory(f);
    if (rc == 0)
        rc = allow_some(f);
    if (rc == 0)
        rc = seccomp_load(f);
    if (f != NULL)
        seccomp_release(f);
    if (rc != 0)
        return inc_fail(err, INC_E_NOTFOUND, -rc,
                        "the kernel takes no seccomp filter");
    return INC_OK;
}

enum inc_status
inc_seccomp_enter(struct inc_err *err)
{
    return enter(0, err);
}

enum inc_status
inc_seccomp_enter_forking(struct inc_err *err)
{
    return enter(1, err);
}

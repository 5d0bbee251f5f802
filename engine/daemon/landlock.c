/*
 * Landlock by its system calls: Debian 12 has no library for it, and its
 * headers (6.1) know less than newer kernels can do. Best effort: each kernel
 * is asked for what its ABI has.
 */
#define _GNU_SOURCE 1 // NOLINT: syscall, O_PATH
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/daemon/sandbox.h"

/* As in the kernel's include/uapi/linux/landlock.h of 6.12; an older kernel is
 * told the shorter struct it knows. */
struct rules {
    uint64_t fs;
    uint64_t net;    /* from ABI 4 */
    uint64_t scoped; /* from ABI 6 */
};

#define FS_REFER (UINT64_C(1) << 13)
#define FS_TRUNCATE (UINT64_C(1) << 14)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)
#define NET_CONNECT_TCP (UINT64_C(1) << 1)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* What is possible with a file that is no folder. */
#define FS_OF_FILES                                                            \
    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |            \
     LANDLOCK_ACCESS_FS_EXECUTE | FS_TRUNCATE | FS_IOCTL_DEV)
#define FS_WRITE                                                               \
    (FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |            \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | FS_REFER |   \
     FS_TRUNCATE)

struct inc_landlock {
    int fd;
    struct rules handled;
};

int
inc_landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
                       LANDLOCK_CREATE_RULESET_VERSION);

    return abi < 0 ? 0 : (int)abi;
}

/* What this kernel can forbid, of what we want forbidden. */
static struct rules
known_to(int abi, size_t *size)
{
    struct rules r = {.fs = (UINT64_C(1) << 13) - 1};

    if (abi >= 2)
        r.fs |= FS_REFER;
    if (abi >= 3)
        r.fs |= FS_TRUNCATE;
    if (abi >= 4)
        r.net = NET_CONNECT_TCP;
    if (abi >= 5)
        r.fs |= FS_IOCTL_DEV;
    if (abi >= 6)
        r.scoped = SCOPE_SIGNAL;
    *size = abi >= 6   ? sizeof r
            : abi >= 4 ? offsetof(struct rules, scoped)
                       : offsetof(struct rules, net);
    return r;
}

enum inc_status
inc_landlock_open(struct inc_landlock **out, struct inc_err *err)
{
    const int abi = inc_landlock_abi();
    struct inc_landlock *l;
    size_t size;

    *out = NULL;
    if (abi == 0)
        return inc_fail(err, INC_E_NOTFOUND, errno,
                        "this kernel has no Landlock");
    l = inc_mem_zero(1, sizeof *l);
    if (l == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for Landlock's rules");
    l->handled = known_to(abi, &size);
    l->fd = (int)syscall(SYS_landlock_create_ruleset, &l->handled, size, 0U);
    if (l->fd < 0) {
        int e = errno;

        inc_mem_free(l);
        return inc_fail(err, INC_E_NOTFOUND, e, "Landlock takes no rules");
    }
    *out = l;
    return INC_OK;
}

enum inc_status
inc_landlock_allow(void *arg, const char *path, enum inc_reach reach,
                   struct inc_err *err)
{
    struct inc_landlock *l = arg;
    struct landlock_path_beneath_attr rule = {
        .allowed_access = reach == INC_REACH_WRITE ? FS_WRITE : FS_READ,
        .parent_fd = open(path, O_PATH | O_CLOEXEC)};
    struct stat info;
    int e = errno;
    long rc;

    if (rule.parent_fd < 0) {
        if (e == ENOENT || e == ENOTDIR || e == EACCES)
            return INC_OK; /* whoever needs it says so */
        return inc_fail(err, INC_E_IO, e, "cannot look at %.200s", path);
    }
    if (fstat(rule.parent_fd, &info) == 0 && !S_ISDIR(info.st_mode))
        rule.allowed_access &= FS_OF_FILES;
    rule.allowed_access &= l->handled.fs;
    rc = syscall(SYS_landlock_add_rule, l->fd, LANDLOCK_RULE_PATH_BENEATH,
                 &rule, 0U);
    e = errno;
    (void)close(rule.parent_fd);
    if (rc != 0)
        return inc_fail(err, INC_E_IO, e, "Landlock takes no rule for %.180s",
                        path);
    return INC_OK;
}

enum inc_status
inc_landlock_enter(struct inc_landlock *l, struct inc_err *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_landlock_restrict_self, l->fd, 0U) != 0)
        return inc_fail(err, INC_E_IO, errno, "Landlock does not close");
    return INC_OK;
}

void
inc_landlock_free(struct inc_landlock *l)
{
    if (l == NULL)
        return;
    (void)close(l->fd);
    inc_mem_free(l);
}

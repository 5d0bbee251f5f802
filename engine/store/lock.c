/* flock() is BSD's, not POSIX's: the reserved name is how glibc offers it. */
#define _DEFAULT_SOURCE 1 // NOLINT

#include "engine/store/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Two traps of LMDB 0.9.24 stand behind this file. Its own locks are POSIX
 * record locks: opening the same environment twice in one process, or only
 * opening and closing lock.mdb, drops them all, and a second process can then
 * write as well. So the store has a lock file of its own, taken with flock()
 * before LMDB is opened, and a list of what this process has open.
 */

static pthread_mutex_t registry_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct inc_store *registry; /* under registry_mutex */

static enum inc_status
held(int fd, const char *path, struct inc_err *err)
{
    char text[32] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    long pid = n > 0 ? strtol(text, NULL, 10) : 0;

    if (pid > 0)
        (void)inc_fail(err, INC_E_BUSY, EWOULDBLOCK,
                       "the store is in use by process %ld", pid);
    else
        (void)inc_fail(err, INC_E_BUSY, EWOULDBLOCK,
                       "the store is in use by another process");
    inc_err_hint(err,
                 "one daemon works on a store; %.200s is held as long as "
                 "it runs",
                 path);
    return INC_E_BUSY;
}

enum inc_status
inc_lock_take(int *fd, const char *dir, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    char path[INC_PATH], text[32];
    int f = -1, n;

    INC_TRY(inc_path_join(path, dir, "incrocio.lock", err));
    f = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (f < 0) {
        int e = errno;
        st = inc_lmdb_status(e, "open the lock file", err);
        goto out;
    }
    if (flock(f, LOCK_EX | LOCK_NB) != 0) {
        int e = errno;
        st = e == EWOULDBLOCK ? held(f, path, err)
                              : inc_lmdb_status(e, "lock the store", err);
        goto out;
    }
    /* The number is for people; the lock is what counts. */
    n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    errno = 0; /* a short write sets none */
    if (ftruncate(f, 0) != 0 || pwrite(f, text, (size_t)n, 0) != n) {
        int e = errno != 0 ? errno : ENOSPC;
        if (e != ENOSPC && e != EDQUOT && e != EFBIG) {
            st = inc_lmdb_status(e, "write the lock file", err);
            goto out;
        }
    }
    *fd = f;
    f = -1;
out:
    if (f >= 0)
        (void)close(f);
    return st;
}

void
inc_lock_drop(int fd)
{
    if (fd >= 0)
        (void)close(fd); /* the file stays: removing it would let two in */
}

enum inc_status
inc_registry_add(struct inc_store *s, struct inc_err *err)
{
    char path[INC_PATH];
    struct stat info;
    enum inc_status st = inc_path_join(path, s->dir, "data.mdb", err);

    if (st != INC_OK)
        return st;
    if (stat(path, &info) != 0)
        return inc_lmdb_status(errno, "look at data.mdb", err);
    (void)pthread_mutex_lock(&registry_mutex);
    for (const struct inc_store *o = registry; o != NULL; o = o->next)
        if (o->dev == info.st_dev && o->ino == info.st_ino &&
            o->pid == getpid()) /* entries of a parent process do not count */
            st = inc_fail(err, INC_E_BUSY, 0,
                          "this process has the store open already");
    if (st == INC_OK) {
        s->dev = info.st_dev;
        s->ino = info.st_ino;
        s->pid = getpid();
        s->next = registry;
        s->registered = 1;
        registry = s;
    }
    (void)pthread_mutex_unlock(&registry_mutex);
    return st;
}

void
inc_registry_remove(struct inc_store *s)
{
    if (!s->registered)
        return;
    (void)pthread_mutex_lock(&registry_mutex);
    for (struct inc_store **o = &registry; *o != NULL; o = &(*o)->next)
        if (*o == s) {
            *o = s->next;
            break;
        }
    s->registered = 0;
    (void)pthread_mutex_unlock(&registry_mutex);
}

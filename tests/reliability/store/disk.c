/* dlsym(RTLD_NEXT) is GNU's. */
#define _GNU_SOURCE 1 // NOLINT

#include "tests/reliability/store/disk.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

const char *const rel_call_names[REL_CALLS + 1] = {
    "pwrite", "writev", "write", "fdatasync", "fsync",  "ftruncate",
    "create", "mkdir",  "link",  "rename",    "unlink", "rmdir"};

enum { PATH_ROOM = 4096, DEEPEST = 8 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct rel_disk disk; /* under mutex */
static int watching;         /* a hint read without it */

/* The function of the C library (or of a sanitizer) behind ours. */
static void
behind(void *function, size_t size, const char *name)
{
    void *p = dlsym(RTLD_NEXT, name);

    if (p == NULL)
        abort();
    memcpy(function, &p, size);
}
#define BEHIND(name)                                                           \
    static __typeof__(&name) real;                                             \
    if (real == NULL)                                                          \
    behind(&real, sizeof real, #name)

void
rel_disk_set(const struct rel_disk *d)
{
    (void)pthread_mutex_lock(&mutex);
    if (d != NULL)
        disk = *d;
    else
        disk.folder[0] = '\0';
    disk.counted = d != NULL ? 0 : disk.counted;
    disk.failed = d != NULL ? 0 : disk.failed;
    __atomic_store_n(&watching, disk.folder[0] != '\0', __ATOMIC_SEQ_CST);
    (void)pthread_mutex_unlock(&mutex);
}

struct rel_disk
rel_disk_get(void)
{
    struct rel_disk copy;

    (void)pthread_mutex_lock(&mutex);
    copy = disk;
    (void)pthread_mutex_unlock(&mutex);
    return copy;
}

void
rel_disk_capacity(uint64_t bytes)
{
    (void)pthread_mutex_lock(&mutex);
    disk.capacity = bytes;
    (void)pthread_mutex_unlock(&mutex);
}

/* --- what is watched ------------------------------------------------------ */

static int
inside(const char *path)
{
    size_t n = strlen(disk.folder);

    return n > 0 && strncmp(path, disk.folder, n) == 0 &&
           (path[n] == '/' || path[n] == '\0');
}

/* A path without "/.." at its end, which the engine uses for the folder
 * above. */
static int
watched_path(const char *path)
{
    return __atomic_load_n(&watching, __ATOMIC_RELAXED) && inside(path);
}

static int
path_of(int fd, char out[PATH_ROOM])
{
    char link[64];
    ssize_t n;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, out, PATH_ROOM - 1);
    out[n > 0 ? n : 0] = '\0';
    return n > 0;
}

static int
watched_fd(int fd, char path[PATH_ROOM])
{
    int saved = errno, yes;

    if (!__atomic_load_n(&watching, __ATOMIC_RELAXED))
        return 0;
    yes = path_of(fd, path) && inside(path);
    errno = saved;
    return yes;
}

/* --- faults --------------------------------------------------------------- */

/* What happens to this call. */
static enum rel_action
verdict(enum rel_call call)
{
    enum rel_action a = REL_NOTHING;

    (void)pthread_mutex_lock(&mutex);
    if ((disk.calls >> call & 1) != 0) {
        disk.counted++;
        if (disk.nth != 0 && (disk.counted == disk.nth ||
                              (disk.sticky && disk.counted > disk.nth))) {
            disk.failed++;
            a = disk.action;
        }
    }
    (void)pthread_mutex_unlock(&mutex);
    if (a == REL_KILL) {
        (void)kill(getpid(), SIGKILL);
        for (;;)
            (void)pause();
    }
    return a;
}

/* 0, or the error of a call that writes nothing. */
static int
refused(enum rel_call call)
{
    switch (verdict(call)) {
    case REL_EIO:
    case REL_SHORT:
        return EIO;
    case REL_ENOSPC:
        return ENOSPC;
    case REL_NOTHING:
    case REL_KILL:
        break;
    }
    return 0;
}

/* Bytes of all files below a folder. */
static uint64_t
weigh(const char *folder, int depth)
{
    DIR *d = depth < DEEPEST ? opendir(folder) : NULL;
    uint64_t sum = 0;
    struct dirent *e;

    if (d == NULL)
        return 0;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of its own */
    while ((e = readdir(d)) != NULL) {
        char path[PATH_ROOM];
        struct stat info;
        int n;

        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        n = snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (n < 0 || (size_t)n >= sizeof path || lstat(path, &info) != 0)
            continue;
        if (S_ISDIR(info.st_mode))
            sum += weigh(path, depth + 1);
        else
            sum += (uint64_t)info.st_size;
    }
    (void)closedir(d);
    return sum;
}

/* How many of `len` bytes at `at` still fit. */
static size_t
fits(int fd, uint64_t at, size_t len)
{
    struct rel_disk d = rel_disk_get();
    struct stat info;
    uint64_t used, size, room;

    if (d.capacity == 0 || fstat(fd, &info) != 0)
        return len;
    size = (uint64_t)info.st_size;
    if (at + len <= size)
        return len;
    used = weigh(d.folder, 0);
    room = d.capacity > used ? d.capacity - used : 0;
    if (at + len - size <= room)
        return len;
    return at + len - size - room >= len
               ? 0
               : len - (size_t)(at + len - size - room);
}

/* --- telling -------------------------------------------------------------- */

static void
tell(struct rel_io *io)
{
    int saved = errno;

    (void)pthread_mutex_lock(&mutex);
    if (disk.seen != NULL && disk.folder[0] != '\0')
        disk.seen(disk.arg, io);
    (void)pthread_mutex_unlock(&mutex);
    errno = saved;
}

static void
tell_fd(enum rel_call call, int fd, const char *path, uint64_t at,
        const void *bytes, size_t len)
{
    struct rel_io io = {.call = call,
                        .at = at,
                        .bytes = bytes,
                        .len = len,
                        .path = path,
                        .new_path = ""};
    struct stat info;
    int saved = errno, flags = fcntl(fd, F_GETFL);

    if (fstat(fd, &info) == 0) {
        io.ino = info.st_ino;
        io.is_folder = S_ISDIR(info.st_mode);
        io.dsync = flags >= 0 && (flags & O_DSYNC) != 0;
        tell(&io);
    }
    errno = saved;
}

static void
tell_path(enum rel_call call, const char *path, const char *new_path)
{
    struct rel_io io = {
        .call = call, .path = path, .new_path = new_path, .bytes = NULL};
    struct stat info;
    int saved = errno;

    if (lstat(new_path[0] != '\0' ? new_path : path, &info) == 0)
        io.ino = info.st_ino;
    tell(&io);
    errno = saved;
}

/* --- writing -------------------------------------------------------------- */

/* How many bytes to write, or -1 with errno. */
static ssize_t
allowed(enum rel_call call, int fd, uint64_t at, size_t len)
{
    enum rel_action a = verdict(call);
    size_t n;

    if (a == REL_EIO || a == REL_ENOSPC) {
        errno = a == REL_EIO ? EIO : ENOSPC;
        return -1;
    }
    n = fits(fd, at, a == REL_SHORT ? len / 2 : len);
    if (n == 0 && len > 0 && a != REL_SHORT) {
        errno = ENOSPC;
        return -1;
    }
    return (ssize_t)n;
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    char path[PATH_ROOM];
    ssize_t n;
    BEHIND(pwrite);

    if (!watched_fd(fd, path))
        return real(fd, bytes, len, at);
    n = allowed(REL_PWRITE, fd, (uint64_t)at, len);
    if (n <= 0)
        return n;
    n = real(fd, bytes, (size_t)n, at);
    if (n > 0)
        tell_fd(REL_PWRITE, fd, path, (uint64_t)at, bytes, (size_t)n);
    return n;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
    char path[PATH_ROOM];
    off_t at;
    ssize_t n;
    BEHIND(write);

    if (!watched_fd(fd, path))
        return real(fd, bytes, len);
    at = lseek(fd, 0, SEEK_CUR);
    if (at < 0)
        return real(fd, bytes, len);
    n = allowed(REL_WRITE, fd, (uint64_t)at, len);
    if (n <= 0)
        return n;
    n = real(fd, bytes, (size_t)n);
    if (n > 0)
        tell_fd(REL_WRITE, fd, path, (uint64_t)at, bytes, (size_t)n);
    return n;
}

/* In one piece, so that it can be cut anywhere. */
ssize_t
writev(int fd, const struct iovec *v, int count)
{
    char path[PATH_ROOM];
    unsigned char *all;
    size_t len = 0, put = 0;
    off_t at;
    ssize_t n;
    static __typeof__(&write) real_write;
    BEHIND(writev);

    if (!watched_fd(fd, path) || (at = lseek(fd, 0, SEEK_CUR)) < 0)
        return real(fd, v, count);
    if (real_write == NULL)
        behind(&real_write, sizeof real_write, "write");
    for (int i = 0; i < count; i++)
        len += v[i].iov_len;
    n = allowed(REL_WRITEV, fd, (uint64_t)at, len);
    if (n <= 0)
        return n;
    all = malloc(len);
    if (all == NULL)
        abort();
    for (int i = 0; i < count; i++) {
        memcpy(all + put, v[i].iov_base, v[i].iov_len);
        put += v[i].iov_len;
    }
    n = real_write(fd, all, (size_t)n);
    if (n > 0)
        tell_fd(REL_WRITEV, fd, path, (uint64_t)at, all, (size_t)n);
    free(all);
    return n;
}

int
fdatasync(int fd)
{
    char path[PATH_ROOM];
    int rc;
    BEHIND(fdatasync);

    if (!watched_fd(fd, path))
        return real(fd);
    rc = refused(REL_FDATASYNC);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    rc = real(fd);
    if (rc == 0)
        tell_fd(REL_FDATASYNC, fd, path, 0, NULL, 0);
    return rc;
}

int
fsync(int fd)
{
    char path[PATH_ROOM];
    int rc;
    BEHIND(fsync);

    if (!watched_fd(fd, path))
        return real(fd);
    rc = refused(REL_FSYNC);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    rc = real(fd);
    if (rc == 0)
        tell_fd(REL_FSYNC, fd, path, 0, NULL, 0);
    return rc;
}

int
ftruncate(int fd, off_t len)
{
    char path[PATH_ROOM];
    int rc;
    BEHIND(ftruncate);

    if (!watched_fd(fd, path))
        return real(fd, len);
    rc = refused(REL_FTRUNCATE);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    rc = real(fd, len);
    if (rc == 0)
        tell_fd(REL_FTRUNCATE, fd, path, (uint64_t)len, NULL, 0);
    return rc;
}

/* --- names ---------------------------------------------------------------- */

int
open(const char *path, int flags, ...)
{
    struct stat info;
    mode_t mode = 0;
    int made, rc, fd;
    BEHIND(open);

    if ((flags & O_CREAT) != 0) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    made =
        (flags & O_CREAT) != 0 && watched_path(path) && lstat(path, &info) != 0;
    rc = made ? refused(REL_CREATE) : 0;
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    fd = real(path, flags, mode);
    if (fd >= 0 && made)
        tell_path(REL_CREATE, path, "");
    return fd;
}

int
mkdir(const char *path, mode_t mode)
{
    int rc;
    BEHIND(mkdir);

    if (!watched_path(path))
        return real(path, mode);
    rc = refused(REL_MKDIR);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    rc = real(path, mode);
    if (rc == 0)
        tell_path(REL_MKDIR, path, "");
    return rc;
}

int
link(const char *from, const char *to)
{
    int rc;
    BEHIND(link);

    if (!watched_path(from))
        return real(from, to);
    rc = refused(REL_LINK);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    rc = real(from, to);
    if (rc == 0)
        tell_path(REL_LINK, from, to);
    return rc;
}

int
rename(const char *from, const char *to)
{
    int rc;
    BEHIND(rename);

    if (!watched_path(from))
        return real(from, to);
    rc = refused(REL_RENAME);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    rc = real(from, to);
    if (rc == 0)
        tell_path(REL_RENAME, from, to);
    return rc;
}

int
unlink(const char *path)
{
    int rc;
    BEHIND(unlink);

    if (!watched_path(path))
        return real(path);
    rc = refused(REL_UNLINK);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    rc = real(path);
    if (rc == 0)
        tell_path(REL_UNLINK, path, "");
    return rc;
}

int
rmdir(const char *path)
{
    int rc;
    BEHIND(rmdir);

    if (!watched_path(path))
        return real(path);
    rc = refused(REL_RMDIR);
    if (rc != 0) {
        errno = rc;
        return -1;
    }
    rc = real(path);
    if (rc == 0)
        tell_path(REL_RMDIR, path, "");
    return rc;
}

/* A bounded folder says so itself. */
int
statvfs(const char *path, struct statvfs *out)
{
    struct rel_disk d;
    uint64_t used;
    int rc;
    BEHIND(statvfs);

    rc = real(path, out);
    if (rc != 0 || !watched_path(path))
        return rc;
    d = rel_disk_get();
    if (d.capacity == 0)
        return 0;
    used = weigh(d.folder, 0);
    out->f_frsize = out->f_bsize = 4096;
    out->f_blocks = d.capacity / 4096;
    out->f_bavail = d.capacity > used ? (d.capacity - used) / 4096 : 0;
    out->f_bfree = out->f_bavail;
    return 0;
}

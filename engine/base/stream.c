/* madvise(): glibc's posix_madvise() ignores POSIX_MADV_DONTNEED. */
#define _DEFAULT_SOURCE 1 // NOLINT

#include "engine/base/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/fault.h"
#include "engine/base/file.h"

static enum inc_status
failed(struct inc_err *err, const char *doing, const char *path)
{
    int e = errno;
    enum inc_status st = e == ENOENT                  ? INC_E_NOTFOUND
                         : e == ENOSPC || e == EDQUOT ? INC_E_FULL
                         : e == ENOMEM                ? INC_E_NOMEM
                                                      : INC_E_IO;
    char why[80] = "";

    (void)strerror_r(e, why, sizeof why);
    return inc_fail(err, st, e, "cannot %s %.150s: %s", doing, path, why);
}

enum inc_status
inc_stream_begin(struct inc_stream *s, const char *path, struct inc_err *err)
{
    int n = snprintf(s->path, sizeof s->path, "%s", path);
    /* one name: what a crash left is written over, not left for good */
    int m = snprintf(s->temp, sizeof s->temp, "%s.new", path);

    s->fd = -1;
    s->at = 0;
    if (n < 0 || m < 0 || m >= INC_STREAM_PATH)
        return inc_fail(err, INC_E_LIMIT, 0, "path too long");
    inc_hasher_init(&s->hasher);
    s->fd = open(s->temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return s->fd < 0 ? failed(err, "create", s->temp) : INC_OK;
}

static enum inc_status
write_all(struct inc_stream *s, const unsigned char *p, size_t len,
          struct inc_err *err)
{
    errno = EIO; /* what an injected failure says */
    if (INC_FAULT(FILE_WRITE))
        return failed(err, "write", s->temp);
    while (len != 0) {
        ssize_t n = write(s->fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(err, "write", s->temp);
        p += n;
        len -= (size_t)n;
        s->at += (uint64_t)n;
    }
    return INC_OK;
}

enum inc_status
inc_stream_add(struct inc_stream *s, const void *bytes, size_t len,
               struct inc_err *err)
{
    inc_hasher_add(&s->hasher, bytes, len);
    return write_all(s, bytes, len, err);
}

enum inc_status
inc_stream_pad(struct inc_stream *s, size_t align, struct inc_err *err)
{
    static const unsigned char zeros[4096];
    size_t left = (size_t)((align - s->at % align) % align);
    enum inc_status st = INC_OK;

    while (left > 0 && st == INC_OK) {
        size_t n = left < sizeof zeros ? left : sizeof zeros;

        st = inc_stream_add(s, zeros, n, err);
        left -= n;
    }
    return st;
}

static enum inc_status
sync_parent(const char *path, struct inc_err *err)
{
    char dir[INC_STREAM_PATH];
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return inc_file_sync_dir(".", err);
    (void)snprintf(dir, sizeof dir, "%.*s",
                   slash == path ? 1 : (int)(slash - path), path);
    return inc_file_sync_dir(dir, err);
}

enum inc_status
inc_stream_end(struct inc_stream *s, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    inc_hasher_end(&s->hasher, s->digest);
    INC_TRY(write_all(s, s->digest, sizeof s->digest, err));
    errno = EIO;
    if (INC_FAULT(FILE_SYNC) || fsync(s->fd) != 0) {
        st = failed(err, "sync", s->temp);
        goto out;
    }
    if (rename(s->temp, s->path) != 0) {
        st = failed(err, "rename to", s->path);
        goto out;
    }
    (void)close(s->fd);
    s->fd = -1;
    return sync_parent(s->path, err);
out:
    inc_stream_abandon(s);
    return st;
}

void
inc_stream_abandon(struct inc_stream *s)
{
    if (s->fd < 0)
        return;
    (void)close(s->fd);
    (void)unlink(s->temp);
    s->fd = -1;
}

enum inc_status
inc_map_file(unsigned char **base, size_t *bytes, const char *path,
             struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct stat info;
    void *p;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return failed(err, "open", path);
    if (fstat(fd, &info) != 0) {
        st = failed(err, "look at", path);
        goto out;
    }
    if (info.st_size <= 0 || (uint64_t)info.st_size > SIZE_MAX) {
        st = inc_fail(err, INC_E_CORRUPT, 0, "%.150s is empty", path);
        goto out;
    }
    p = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED) {
        st = failed(err, "map", path);
        goto out;
    }
    *base = p;
    *bytes = (size_t)info.st_size;
out:
    (void)close(fd);
    return st;
}

void
inc_unmap_file(unsigned char *base, size_t bytes)
{
    if (base != NULL)
        (void)munmap(base, bytes);
}

void
inc_map_forget(unsigned char *from, size_t bytes)
{
    (void)madvise(from, bytes, MADV_DONTNEED);
}

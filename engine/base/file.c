#include "engine/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/fault.h"

enum { PATH_BYTES = 4096 };

static enum inc_status
failed(struct inc_err *err, const char *doing, const char *path)
{
    int e = errno;
    enum inc_status st = e == ENOENT                  ? INC_E_NOTFOUND
                         : e == ENOSPC || e == EDQUOT ? INC_E_FULL
                                                      : INC_E_IO;
    char why[80] = "";

    (void)strerror_r(e, why, sizeof why);
    return inc_fail(err, st, e, "cannot %s %.150s: %s", doing, path, why);
}

enum inc_status
inc_file_read(struct inc_buf *out, const char *path, size_t max_bytes,
              struct inc_err *err)
{
    enum inc_status st = INC_OK;
    size_t before = out->len;
    int failed_before = out->failed;
    char chunk[65536];
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return failed(err, "open", path);
    while ((n = read(fd, chunk, sizeof chunk)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            st = failed(err, "read", path);
            goto out;
        }
        if (out->len - before + (size_t)n > max_bytes) {
            st = inc_fail(err, INC_E_LIMIT, 0, "%.150s is over %zu bytes", path,
                          max_bytes);
            goto out;
        }
        inc_buf_add(out, chunk, (size_t)n);
        if (out->failed) {
            st =
                inc_fail(err, INC_E_NOMEM, 0, "no memory to read %.150s", path);
            goto out;
        }
    }
out:
    (void)close(fd);
    if (st != INC_OK) {
        out->len = before;
        out->failed = failed_before;
    }
    return st;
}

static int
write_all(int fd, const unsigned char *p, size_t len)
{
    while (len != 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0) /* a disk that takes nothing and says nothing */
            errno = EIO;
        if (n <= 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

static enum inc_status
parent_of(char out[PATH_BYTES], const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        (void)snprintf(out, PATH_BYTES, ".");
    else if (slash == path)
        (void)snprintf(out, PATH_BYTES, "/");
    else if ((size_t)(slash - path) >= PATH_BYTES)
        return INC_E_LIMIT;
    else
        (void)snprintf(out, PATH_BYTES, "%.*s", (int)(slash - path), path);
    return INC_OK;
}

enum inc_status
inc_file_sync_dir(const char *path, struct inc_err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return failed(err, "open folder", path);
    if (fsync(fd) != 0) {
        enum inc_status st = failed(err, "sync folder", path);
        (void)close(fd);
        return st;
    }
    (void)close(fd);
    return INC_OK;
}

enum inc_status
inc_file_write(const char *path, const void *bytes, size_t len,
               struct inc_err *err)
{
    enum inc_status st = INC_OK;
    char temp[PATH_BYTES], dir[PATH_BYTES];
    int n = snprintf(temp, sizeof temp, "%s.%ld.new", path, (long)getpid());
    int fd;

    if (n < 0 || (size_t)n >= sizeof temp || parent_of(dir, path) != INC_OK)
        return inc_fail(err, INC_E_LIMIT, 0, "path too long");
    fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed(err, "create", temp);
    errno = EIO; /* what an injected failure says */
    if (INC_FAULT(FILE_WRITE) || write_all(fd, bytes, len) != 0) {
        st = failed(err, "write", temp);
        goto out;
    }
    errno = EIO;
    if (INC_FAULT(FILE_SYNC) || fsync(fd) != 0) {
        st = failed(err, "sync", temp);
        goto out;
    }
    if (rename(temp, path) != 0) {
        st = failed(err, "rename to", path);
        goto out;
    }
    st = inc_file_sync_dir(dir, err);
out:
    (void)close(fd);
    if (st != INC_OK)
        (void)unlink(temp);
    return st;
}

enum inc_status
inc_file_mkdirs(const char *path, struct inc_err *err)
{
    char part[PATH_BYTES];
    size_t len = strlen(path);
    struct stat info;

    if (len == 0 || len >= sizeof part)
        return inc_fail(err, INC_E_LIMIT, 0, "path empty or too long");
    memcpy(part, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return failed(err, "make folder", part);
        part[i] = i < len ? '/' : '\0';
    }
    if (stat(path, &info) != 0)
        return failed(err, "make folder", path);
    if (!S_ISDIR(info.st_mode)) { /* a file of that name was there */
        errno = ENOTDIR;
        return failed(err, "make folder", path);
    }
    return INC_OK;
}

enum inc_status
inc_file_mkdirs_of(const char *path, struct inc_err *err)
{
    char folder[PATH_BYTES];

    if (parent_of(folder, path) != INC_OK)
        return inc_fail(err, INC_E_LIMIT, 0, "path too long");
    return inc_file_mkdirs(folder, err);
}

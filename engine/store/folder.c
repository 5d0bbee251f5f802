#include "engine/store/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/fault.h"
#include "engine/base/file.h"

enum inc_status
inc_path_join(char out[INC_PATH], const char *dir, const char *name,
              struct inc_err *err)
{
    int n = snprintf(out, INC_PATH, "%s/%s", dir, name);

    if (n < 0 || n >= INC_PATH)
        return inc_fail(err, INC_E_LIMIT, 0, "a path is over %d bytes",
                        INC_PATH);
    return INC_OK;
}

enum inc_status
inc_folder_look(const char *dir, uint64_t *bytes, struct inc_err *err)
{
    char path[INC_PATH];
    struct stat info;
    enum inc_status st = inc_path_join(path, dir, "data.mdb", err);

    if (st != INC_OK)
        return st;
    if (stat(path, &info) != 0) {
        int e = errno;
        st = inc_lmdb_status(e, "look at data.mdb in the store's folder", err);
        return e == ENOENT || st != INC_E_NOTFOUND ? st : INC_E_IO;
    }
    if (bytes != NULL)
        *bytes = (uint64_t)info.st_size;
    return INC_OK;
}

static void
remove_in(const char *dir, const char *name)
{
    char path[INC_PATH];

    if (inc_path_join(path, dir, name, NULL) == INC_OK)
        (void)unlink(path);
}

void
inc_folder_remove(const char *path)
{
    remove_in(path, "data.mdb");
    remove_in(path, "lock.mdb");
    inc_ring_remove(path);
    (void)rmdir(path);
}

enum inc_status
inc_folder_make(const char *path, struct inc_err *err)
{
    inc_folder_remove(path);
    if (mkdir(path, 0700) != 0)
        return inc_lmdb_status(errno, "make a folder", err);
    return INC_OK;
}

static enum inc_status
sync_file(const char *path, struct inc_err *err)
{
    int fd = open(path, O_RDWR | O_CLOEXEC), rc = 0;

    if (fd < 0)
        return inc_lmdb_status(errno, "open a store file to sync it", err);
    if (INC_FAULT(FILE_SYNC))
        rc = EIO;
    else if (fsync(fd) != 0)
        rc = errno;
    (void)close(fd);
    return inc_lmdb_status(rc, "sync a store file", err);
}

enum inc_status
inc_folder_settle(const char *path, struct inc_err *err)
{
    enum inc_status st;
    char data[INC_PATH];

    remove_in(path, "lock.mdb");
    INC_TRY(inc_path_join(data, path, "data.mdb", err));
    INC_TRY(sync_file(data, err));
    st = inc_file_sync_dir(path, err);
out:
    return st;
}

/* link(), not rename(): never in the place of a store. Where the file system
 * has no links, the caller's lock and look have to do. */
static enum inc_status
move_into(const char *from, const char *to, struct inc_err *err)
{
    int rc = link(from, to) == 0 ? 0 : errno;

    if (rc == EPERM || rc == ENOTSUP || rc == ENOSYS)
        rc = rename(from, to) == 0 ? 0 : errno;
    return inc_lmdb_status(rc, "put the store file in place", err);
}

enum inc_status
inc_folder_install(const char *path, const char *dir, struct inc_err *err)
{
    enum inc_status st;
    char from[INC_PATH], to[INC_PATH], above[INC_PATH];

    INC_TRY(inc_path_join(from, path, "data.mdb", err));
    INC_TRY(inc_path_join(to, dir, "data.mdb", err));
    INC_TRY(inc_path_join(above, dir, "..", err));
    remove_in(dir, "lock.mdb"); /* of a store that is no more */
    INC_TRY(move_into(from, to, err));
    st = inc_file_sync_dir(dir, err);
    if (st == INC_OK)
        st = inc_file_sync_dir(above, err); /* the folder may be new */
    if (st != INC_OK) {
        (void)unlink(to);
        goto out;
    }
    inc_folder_remove(path);
out:
    return st;
}

#include "engine/store/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/fault.h"
#include "engine/base/file.h"
#include "engine/base/mem.h"

char *
inc_path_join(const char *dir, const char *name)
{
    size_t a = strlen(dir), b = strlen(name);
    char *p = inc_mem_zero(a + b + 2, 1);

    if (p != NULL)
        (void)snprintf(p, a + b + 2, "%s/%s", dir, name);
    return p;
}

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for a path");
}

int
inc_folder_has_store(const char *dir)
{
    char *path = inc_path_join(dir, "data.mdb");
    struct stat info;
    int there = path != NULL && stat(path, &info) == 0;

    inc_mem_free(path);
    return there;
}

static void
remove_in(const char *dir, const char *name)
{
    char *path = inc_path_join(dir, name);

    if (path != NULL)
        (void)unlink(path);
    inc_mem_free(path);
}

void
inc_folder_remove(const char *path)
{
    remove_in(path, "data.mdb");
    remove_in(path, "lock.mdb");
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
    char *data = inc_path_join(path, "data.mdb");

    if (data == NULL)
        return no_memory(err);
    remove_in(path, "lock.mdb");
    INC_TRY(sync_file(data, err));
    st = inc_file_sync_dir(path, err);
out:
    inc_mem_free(data);
    return st;
}

enum inc_status
inc_folder_install(const char *path, const char *dir, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    char *from = inc_path_join(path, "data.mdb");
    char *to = inc_path_join(dir, "data.mdb");
    char *above = inc_path_join(dir, "..");

    if (from == NULL || to == NULL || above == NULL)
        INC_TRY(no_memory(err));
    remove_in(dir, "lock.mdb"); /* of a store that is no more */
    if (rename(from, to) != 0)
        INC_TRY(inc_lmdb_status(errno, "put the store file in place", err));
    INC_TRY(inc_file_sync_dir(dir, err));
    st = inc_file_sync_dir(above, err); /* the folder itself may be new */
    (void)rmdir(path);
out:
    inc_mem_free(from);
    inc_mem_free(to);
    inc_mem_free(above);
    return st;
}

#include "engine/store/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/fault.h"
#include "engine/base/file.h"

/* The row of `meta` that asks for it. */
static const char ask_key[] = "compact";

enum { ZEROS = 256 * 1024 };

enum inc_status
inc_compact_ask(const struct inc_store *s, MDB_txn *txn, struct inc_err *err)
{
    return inc_table_put(s, txn, INC_TABLE_META, ask_key, sizeof ask_key - 1,
                         "\1", 1, 0, err);
}

static enum inc_status
asked(const struct inc_store *s, int *yes, struct inc_err *err)
{
    enum inc_status st;
    MDB_txn *txn = NULL;
    unsigned char one;

    INC_TRY(inc_lmdb_status(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn),
                            "begin to read", err));
    st = inc_table_read(s, txn, INC_TABLE_META, ask_key, sizeof ask_key - 1,
                        &one, 1, err);
    *yes = st == INC_OK;
    if (st == INC_E_NOTFOUND)
        st = INC_OK;
out:
    mdb_txn_abort(txn);
    return st;
}

/* The copy does not ask any more. */
static enum inc_status
answer(const char *path, struct inc_err *err)
{
    MDB_val k = {sizeof ask_key - 1, (void *)ask_key};
    enum inc_status st;
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    MDB_dbi dbi;

    INC_TRY(inc_lmdb_status(mdb_env_create(&env), "make an environment", err));
    INC_TRY(inc_lmdb_status(mdb_env_set_maxdbs(env, 1), "set tables", err));
    INC_TRY(inc_lmdb_status(mdb_env_open(env, path, MDB_NOTLS, 0600),
                            "open the copy", err));
    INC_TRY(inc_lmdb_status(mdb_txn_begin(env, NULL, 0, &txn), "write the copy",
                            err));
    INC_TRY(inc_lmdb_status(mdb_dbi_open(txn, "meta", 0, &dbi), "open the copy",
                            err));
    INC_TRY(
        inc_lmdb_status(mdb_del(txn, dbi, &k, NULL), "write the copy", err));
    st = inc_lmdb_status(mdb_txn_commit(txn), "write the copy", err);
    txn = NULL;
out:
    mdb_txn_abort(txn);
    if (env != NULL)
        mdb_env_close(env);
    return st;
}

/* What the old file held is not to be found on the disk: best effort, on disks
 * that write where they are told. */
static void
blank(int fd)
{
    static const unsigned char zeros[ZEROS];
    struct stat info;
    off_t at = 0;

    if (fd < 0 || fstat(fd, &info) != 0)
        return;
    while (at < info.st_size) {
        size_t n = info.st_size - at < ZEROS ? (size_t)(info.st_size - at)
                                             : (size_t)ZEROS;
        ssize_t done = pwrite(fd, zeros, n, at);

        if (done <= 0)
            return;
        at += done;
    }
    (void)fdatasync(fd);
}

/* path/data.mdb in the place of DIR's; the old one is blanked. */
static enum inc_status
replace(const char *path, const char *dir, struct inc_err *err)
{
    char from[INC_PATH], to[INC_PATH];
    enum inc_status st;
    int old = -1;

    INC_TRY(inc_path_join(from, path, "data.mdb", err));
    INC_TRY(inc_path_join(to, dir, "data.mdb", err));
    old = open(to, O_WRONLY | O_CLOEXEC);
    if (rename(from, to) != 0)
        INC_TRY(inc_lmdb_status(errno, "put the file in place", err));
    INC_TRY(inc_file_sync_dir(dir, err));
    blank(old);
    inc_folder_remove(path);
out:
    if (old >= 0)
        (void)close(old);
    return st;
}

enum inc_status
inc_compact(struct inc_store *s,
            enum inc_status (*reopen)(struct inc_store *s, struct inc_err *err),
            struct inc_err *err)
{
    char path[INC_PATH] = "";
    enum inc_status st;
    int yes = 0, rc;

    INC_TRY(asked(s, &yes, err));
    if (!yes)
        goto out;
    INC_TRY(inc_path_join(path, s->dir, "new", err));
    INC_TRY(inc_folder_make(path, err));
    rc = INC_FAULT(STORE_COPY) ? ENOSPC
                               : mdb_env_copy2(s->env, path, MDB_CP_COMPACT);
    INC_TRY(inc_lmdb_status(rc, "write the store anew", err));
    INC_TRY(answer(path, err));
    INC_TRY(inc_folder_settle(path, err));
    /* Nothing else is open yet: the registry follows the new file. */
    mdb_env_close(s->env);
    s->env = NULL;
    inc_registry_remove(s);
    INC_TRY(replace(path, s->dir, err));
    INC_TRY(inc_registry_add(s, err));
    INC_TRY(reopen(s, err));
    st = inc_store_load(s, err);
out:
    if (st != INC_OK && path[0] != '\0')
        inc_folder_remove(path);
    return st;
}

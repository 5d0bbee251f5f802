#include "engine/store/private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/fault.h"
#include "engine/base/file.h"
#include "engine/base/mem.h"

/* One consistent moment of the store into the empty folder `to`, without the
 * free pages and what deleted rows left in them. */
static enum inc_status
copy(struct inc_store *s, const char *to, struct inc_err *err)
{
    enum inc_status st;
    struct inc_view *v = NULL; /* keeps the map from moving meanwhile */
    int rc;

    INC_TRY(inc_view_open(&v, s, err));
    rc = INC_FAULT(STORE_COPY) ? ENOSPC
                               : mdb_env_copy2(s->env, to, MDB_CP_COMPACT);
    st = inc_lmdb_status(rc, "copy the store", err);
out:
    inc_view_close(v);
    return st;
}

struct first_fault {
    char text[200];
};

static void
keep_first(void *arg, int is_fault, const char *text)
{
    struct first_fault *f = arg;

    if (is_fault && f->text[0] == '\0')
        (void)snprintf(f->text, sizeof f->text, "%s", text);
}

static enum inc_status
verify_copy(const char *dir, const char *key_file, struct inc_err *err)
{
    enum inc_status st;
    const struct inc_store_options o = {.read_only = 1, .key_file = key_file};
    struct inc_verify_report report;
    struct first_fault first = {""};
    struct inc_store *s = NULL;

    INC_TRY(inc_store_open_as_is(&s, dir, &o, err));
    INC_TRY(inc_store_verify(s, &report, keep_first, &first, NULL, NULL, err));
    if (report.faults != 0)
        st = inc_fail(err, INC_E_CORRUPT, 0,
                      "the copy has %llu faults, the first: %s",
                      (unsigned long long)report.faults, first.text);
out:
    inc_store_close(s);
    return st;
}

/* Copy s into the new folder `path`, verified and durable. */
static enum inc_status
copy_whole(struct inc_store *s, const char *path, struct inc_err *err)
{
    enum inc_status st;

    INC_TRY(inc_folder_make(path, err));
    INC_TRY(copy(s, path, err));
    /* After the rows: keys of people who came meanwhile are more than enough,
     * those of people erased meanwhile are not to be kept. */
    INC_TRY(inc_ring_copy(s->ring, path, err));
    INC_TRY(verify_copy(path, s->key_file, err));
    st = inc_folder_settle(path, err);
out:
    return st;
}

enum inc_status
inc_store_backup(struct inc_store *s, const char *to, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    char temp[INC_PATH], above[INC_PATH];
    const char *made = temp; /* where the copy is */
    struct stat info;
    size_t len = strlen(to);
    int n;

    if (lstat(to, &info) == 0 || len == 0 || to[len - 1] == '/') {
        (void)inc_fail(err, INC_E_CONFLICT, 0,
                       "a backup makes a new folder, this one is there");
        inc_err_hint(err, "name a folder that does not exist");
        return INC_E_CONFLICT;
    }
    n = snprintf(temp, sizeof temp, "%s.%ld.new", to, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof temp)
        return inc_fail(err, INC_E_LIMIT, 0, "a path is over %d bytes",
                        INC_PATH);
    INC_TRY(inc_path_join(above, to, "..", err));
    INC_TRY(copy_whole(s, temp, err));
    if (rename(temp, to) != 0)
        INC_TRY(inc_lmdb_status(errno, "give the backup its name", err));
    made = to;
    st = INC_FAULT(FILE_SYNC)
             ? inc_lmdb_status(EIO, "sync the folder of the backup", err)
             : inc_file_sync_dir(above, err);
out:
    /* Also under its final name: what may not last is no backup, and another
     * try shall not find it in its way. */
    if (st != INC_OK)
        inc_folder_remove(made);
    return st;
}

static enum inc_status
verify_backup(const char *backup, const struct inc_store_options *o,
              struct inc_err *err)
{
    struct inc_verify_report report;
    struct first_fault first = {""};
    enum inc_status st = inc_store_verify_offline(backup, o, 0, &report,
                                                  keep_first, &first, err);

    if (st != INC_OK || report.faults == 0)
        return st;
    (void)inc_fail(err, INC_E_CORRUPT, 0,
                   "the backup has %llu faults, the first: %s",
                   (unsigned long long)report.faults, first.text);
    inc_err_hint(err, "nothing was restored; take another backup");
    return INC_E_CORRUPT;
}

/* Numbers given out between the backup and now have keys in the ring; nobody
 * else gets those numbers. */
static enum inc_status
skip_numbers(const char *path, struct inc_ring *ring, struct inc_err *err)
{
    struct inc_store s = {.ring = ring};
    struct inc_head head;
    MDB_txn *txn = NULL;
    enum inc_status st;

    INC_TRY(
        inc_lmdb_status(mdb_env_create(&s.env), "make an environment", err));
    INC_TRY(inc_lmdb_status(mdb_env_set_maxdbs(s.env, 1), "set tables", err));
    INC_TRY(inc_lmdb_status(mdb_env_open(s.env, path, MDB_NOTLS, 0600),
                            "open the copy", err));
    INC_TRY(inc_lmdb_status(mdb_txn_begin(s.env, NULL, 0, &txn),
                            "write the copy", err));
    INC_TRY(
        inc_lmdb_status(mdb_dbi_open(txn, "meta", 0, &s.dbi[INC_TABLE_META]),
                        "open the copy", err));
    INC_TRY(inc_head_load(&s, txn, &head, err));
    if (head.next_no[INC_RECORD_CANDIDATE] <= inc_ring_rows(ring))
        head.next_no[INC_RECORD_CANDIDATE] = inc_ring_rows(ring) + 1;
    INC_TRY(inc_head_save(&s, txn, &head, err));
    st = inc_lmdb_status(mdb_txn_commit(txn), "write the copy", err);
    txn = NULL;
out:
    mdb_txn_abort(txn);
    if (s.env != NULL)
        mdb_env_close(s.env);
    return st;
}

static enum inc_status
restore_into(const char *backup, const char *dir,
             const struct inc_store_options *o, struct inc_err *err)
{
    enum inc_status st;
    struct inc_store *s = NULL;
    char path[INC_PATH] = "";

    INC_TRY(inc_store_open_as_is(&s, backup, o, err));
    INC_TRY(inc_path_join(path, dir, "new", err));
    INC_TRY(copy_whole(s, path, err));
    if (o->keys != NULL && strcmp(o->keys, backup) != 0) {
        INC_TRY(skip_numbers(path, s->ring, err));
        INC_TRY(inc_folder_settle(path, err));
    }
    INC_TRY(inc_ring_install(path, dir, err));
    INC_TRY(inc_folder_install(path, dir, err));
out:
    if (st != INC_OK && path[0] != '\0')
        inc_folder_remove(path);
    inc_store_close(s);
    return st;
}

enum inc_status
inc_store_restore(const char *backup, const char *dir,
                  const struct inc_store_options *given, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_store_options o = {.read_only = 1};
    char *key_file =
        inc_key_file_of(dir, given != NULL ? given->key_file : NULL);
    int lock = -1;

    o.key_file = key_file;
    if (given != NULL)
        o.keys = given->keys;
    if (o.keys == NULL && inc_ring_exists(dir))
        o.keys = dir;
    if (key_file == NULL)
        INC_TRY(inc_fail(err, INC_E_NOMEM, 0, "no memory to restore"));
    INC_TRY(verify_backup(backup, &o, err));
    INC_TRY(inc_file_mkdirs(dir, err));
    INC_TRY(inc_lock_take(&lock, dir, err));
    st = inc_folder_look(dir, NULL, err);
    if (st != INC_E_NOTFOUND) {
        INC_TRY(st);
        (void)inc_fail(err, INC_E_CONFLICT, 0,
                       "there is a store in the folder already");
        inc_err_hint(err, "move its data.mdb away first, or restore into a "
                          "new folder");
        st = INC_E_CONFLICT;
        goto out;
    }
    st = restore_into(backup, dir, &o, err);
out:
    inc_lock_drop(lock);
    inc_mem_free(key_file);
    return st;
}

enum inc_status
inc_store_rotate(const char *dir, const char *key_file, uint32_t *epoch,
                 struct inc_err *err)
{
    struct inc_store_options o = {.key_file = key_file};
    struct inc_store *s = NULL;
    enum inc_status st;
    char *file = NULL;
    int lock = -1;

    /* What an earlier crash left is put in order first. */
    INC_TRY(inc_folder_look(dir, NULL, err));
    INC_TRY(inc_store_open(&s, dir, &o, err));
    inc_store_close(s);
    file = inc_key_file_of(dir, key_file);
    if (file == NULL)
        INC_TRY(inc_fail(err, INC_E_NOMEM, 0, "no memory to change the key"));
    INC_TRY(inc_lock_take(&lock, dir, err));
    st = inc_ring_rotate(dir, file, epoch, err);
out:
    inc_lock_drop(lock);
    inc_mem_free(file);
    return st;
}

#include "engine/store/private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/mem.h"

enum {
    SEALED_FORMAT = 2, /* the first that has keys */
    MAX_READERS = 512,
    MAX_TABLES = 32, /* INC_TABLES and room for migrations */
    RESERVE_PERCENT = 5
};

static const size_t map_default = (size_t)64 << 20;
static const size_t max_default = (size_t)64 << 30;
static const size_t map_least = (size_t)256 << 10;

/* What a folder is besides its tables: opened twice over a life, once to make
 * the file and once to work on it. */
static enum inc_status
open_env(MDB_env **out, const char *dir, unsigned flags, size_t map_bytes,
         struct inc_err *err)
{
    enum inc_status st;
    MDB_env *env = NULL;
    int rc;

    INC_TRY(inc_lmdb_status(mdb_env_create(&env), "make an environment", err));
    INC_TRY(inc_lmdb_status(mdb_env_set_maxdbs(env, MAX_TABLES),
                            "set the number of tables", err));
    INC_TRY(inc_lmdb_status(mdb_env_set_maxreaders(env, MAX_READERS),
                            "set the number of readers", err));
    INC_TRY(inc_lmdb_status(mdb_env_set_mapsize(env, map_bytes),
                            "set the size of the map", err));
    /* None of NOSYNC, NOMETASYNC, WRITEMAP: each can lose or tear what was
     * acknowledged. NOTLS: views move between threads. */
    rc = mdb_env_open(env, dir, flags | MDB_NOTLS, 0600);
    INC_TRY(inc_lmdb_status(rc, "open the store", err));
    *out = env;
    env = NULL;
out:
    if (env != NULL)
        mdb_env_close(env);
    return st;
}

static enum inc_status
open_tables(struct inc_store *s, MDB_txn *txn, unsigned flags,
            struct inc_err *err)
{
    enum inc_status st = INC_OK;

    for (int t = 0; t < INC_TABLE_EVENT; t++) {
        const char *name = inc_table_name((enum inc_table)t);
        st = inc_lmdb_status(mdb_dbi_open(txn, name, flags, &s->dbi[t]),
                             "open a table", err);
        if (st == INC_E_NOTFOUND)
            st = inc_fail(err, INC_E_CORRUPT, 0, "table %s is missing", name);
        if (st != INC_OK)
            break;
    }
    return st;
}

static enum inc_status
first_rows(struct inc_store *s, MDB_txn *txn, struct inc_err *err)
{
    enum inc_status st;
    struct inc_head head = {0};

    INC_TRY(open_tables(s, txn, MDB_CREATE, err));
    inc_random_bytes(s->id, sizeof s->id);
    inc_chain_first(head.chain, s->id);
    for (int k = 0; k < INC_RECORD_KINDS; k++)
        head.next_no[k] = 1;
    /* Keys that are there belong to people of a store that was here before. */
    head.next_no[INC_RECORD_CANDIDATE] = inc_ring_rows(s->ring) + 1;
    INC_TRY(inc_table_put(s, txn, INC_TABLE_META, "id", 2, s->id, sizeof s->id,
                          0, err));
    INC_TRY(inc_head_save(s, txn, &head, err));
    st = inc_format_save(s, txn, INC_STORE_FORMAT, err);
out:
    return st;
}

/* A new store is made in DIR/new and moved: a data.mdb in place is always a
 * whole one, and an empty one can only be damage. */
static enum inc_status
create(const char *dir, struct inc_ring *ring, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_store s = {.lock_fd = -1, .ring = ring};
    MDB_txn *txn = NULL;
    char path[INC_PATH] = "";

    INC_TRY(inc_path_join(path, dir, "new", err));
    INC_TRY(inc_folder_make(path, err));
    INC_TRY(open_env(&s.env, path, 0, map_least, err));
    INC_TRY(inc_lmdb_status(mdb_txn_begin(s.env, NULL, 0, &txn),
                            "begin to make a store", err));
    INC_TRY(first_rows(&s, txn, err));
    st = inc_lmdb_status(mdb_txn_commit(txn), "commit a new store", err);
    txn = NULL;
    INC_TRY(st);
    mdb_env_close(s.env);
    s.env = NULL;
    INC_TRY(inc_folder_settle(path, err));
    INC_TRY(inc_folder_install(path, dir, err));
out:
    mdb_txn_abort(txn);
    if (s.env != NULL)
        mdb_env_close(s.env);
    if (st != INC_OK && path[0] != '\0')
        inc_folder_remove(path);
    return st;
}

/* The format's row has the same frame in every format, for ever. */
static enum inc_status
read_format(struct inc_store *s, uint64_t *out, struct inc_err *err)
{
    enum inc_status st;
    MDB_txn *txn = NULL;
    int rc;

    INC_TRY(inc_lmdb_status(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn),
                            "begin to read", err));
    rc = mdb_dbi_open(txn, "meta", 0, &s->dbi[INC_TABLE_META]);
    if (rc == MDB_NOTFOUND)
        INC_TRY(
            inc_fail(err, INC_E_CORRUPT, 0, "this is not a store of incrocio"));
    INC_TRY(inc_lmdb_status(rc, "open table meta", err));
    st = inc_format_load(s, txn, out, err);
out:
    mdb_txn_abort(txn); /* closes the table too: nothing was touched */
    return st;
}

struct migration {
    struct inc_store *s;
    unsigned from;
};

static enum inc_status
migrate_once(void *arg, struct inc_err *err)
{
    const struct migration *m = arg;
    struct inc_store *s = m->s;
    enum inc_status st;
    MDB_txn *txn = NULL;

    INC_TRY(inc_lmdb_status(mdb_txn_begin(s->env, NULL, 0, &txn),
                            "begin to migrate", err));
    INC_TRY(open_tables(s, txn, MDB_CREATE, err));
    INC_TRY(inc_migrate(s, txn, m->from, err));
    INC_TRY(inc_format_save(s, txn, INC_STORE_FORMAT, err));
    st = inc_lmdb_status(mdb_txn_commit(txn), "commit a migration", err);
    txn = NULL;
out:
    mdb_txn_abort(txn);
    return st;
}

/* Before anything else is opened or written. */
static enum inc_status
format_known(const struct inc_store *s, uint64_t found, struct inc_err *err)
{
    if (found == INC_STORE_FORMAT || found == INC_STORE_FORMAT_CUT)
        return INC_OK;
    if (found > INC_STORE_FORMAT_CUT) {
        (void)inc_fail(err, INC_E_NEWER, 0,
                       "the store has format %llu, this version knows up to %d",
                       (unsigned long long)found, INC_STORE_FORMAT_CUT);
        inc_err_hint(err, "install the version that wrote it; nothing was "
                          "changed");
        return INC_E_NEWER;
    }
    if (s->read_only) {
        (void)inc_fail(err, INC_E_STORE, 0,
                       "the store has the older format %llu and is open for "
                       "reading",
                       (unsigned long long)found);
        inc_err_hint(err, "start the daemon on it once: that migrates it");
        return INC_E_STORE;
    }
    return INC_OK;
}

/* To today's format, in one transaction, in a map that may grow. */
static enum inc_status
update_format(struct inc_store *s, uint64_t found, struct inc_err *err)
{
    struct migration m = {s, (unsigned)found};

    return found >= INC_STORE_FORMAT
               ? INC_OK
               : inc_room_attempt(s, 0, migrate_once, &m, err);
}

/* The tables of today's format, for the rest of this life. */
enum inc_status
inc_store_load(struct inc_store *s, struct inc_err *err)
{
    enum inc_status st;
    MDB_txn *txn = NULL;

    INC_TRY(inc_lmdb_status(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn),
                            "begin to read", err));
    INC_TRY(open_tables(s, txn, 0, err));
    INC_TRY(inc_table_read(s, txn, INC_TABLE_META, "id", 2, s->id, sizeof s->id,
                           err));
    INC_TRY(inc_head_load(s, txn, &s->head, err));
    st = inc_lmdb_status(mdb_txn_commit(txn), "end reading", err);
    txn = NULL;
out:
    mdb_txn_abort(txn);
    return st;
}

/* 1 when data.mdb is shorter than its last page. That may be in order (a page
 * freed in the transaction that took it is never written), or somebody cut
 * the file and touching the missing part would kill the process. */
static int
is_short(const struct inc_store *s)
{
    MDB_envinfo info;
    MDB_stat stat;
    mdb_filehandle_t fd;
    struct stat file;

    if (mdb_env_info(s->env, &info) != 0 || mdb_env_stat(s->env, &stat) != 0 ||
        mdb_env_get_fd(s->env, &fd) != 0 || fstat(fd, &file) != 0)
        return 0;
    return (uint64_t)file.st_size <
           ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
}

static void
keep_first(void *arg, const struct inc_err *err, const char *text)
{
    struct inc_err *first = arg;

    (void)err;
    if (first->status == INC_OK)
        (void)inc_fail(first, INC_E_CORRUPT, 0, "data.mdb is damaged: %s",
                       text);
}

/* Pages that would end the process which writes: a bad list of free ones, a
 * page of the trees that is in it. What only reading meets is verify's. */
static enum inc_status
look_at_pages(const struct inc_store *s, struct inc_err *err)
{
    struct inc_err first = {.status = INC_OK};
    const struct inc_teller t = {keep_first, &first};
    MDB_txn *txn = NULL;
    enum inc_status st;
    unsigned faults = 0;

    INC_TRY(inc_lmdb_status(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn),
                            "begin to read", err));
    INC_TRY(inc_pages_check(s, txn, 0, &t, &faults, err));
    if (faults == 0)
        goto out;
    inc_err_hint(&first, "restore a backup; store verify tells more");
    if (err != NULL)
        *err = first;
    st = INC_E_CORRUPT;
out:
    mdb_txn_abort(txn);
    return st;
}

static enum inc_status
not_empty(const char *dir, struct inc_err *err)
{
    uint64_t bytes = 0;
    enum inc_status st = inc_folder_look(dir, &bytes, err);

    if (st != INC_OK || bytes != 0)
        return st;
    (void)inc_fail(err, INC_E_CORRUPT, 0, "data.mdb is empty");
    inc_err_hint(err, "restore a backup");
    return INC_E_CORRUPT;
}

static int
init_sync(struct inc_store *s)
{
    pthread_condattr_t a;

    if (pthread_mutex_init(&s->mutex, NULL) != 0)
        return -1;
    if (pthread_condattr_init(&a) != 0)
        goto no_attributes;
    if (pthread_condattr_setclock(&a, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&s->change, &a) != 0)
        goto no_condition;
    (void)pthread_condattr_destroy(&a);
    return 0;
no_condition:
    (void)pthread_condattr_destroy(&a);
no_attributes:
    (void)pthread_mutex_destroy(&s->mutex);
    return -1;
}

/* Beside the folder, never inside: who gets the folder alone reads nothing. */
char *
inc_key_file_of(const char *dir, const char *given)
{
    size_t n = strlen(dir);
    char path[INC_PATH];
    int len;

    if (given != NULL)
        return inc_mem_text(given, strlen(given));
    while (n > 1 && dir[n - 1] == '/')
        n--;
    len = snprintf(path, sizeof path, "%.*s.key", (int)n, dir);
    return len > 0 && len < (int)sizeof path ? inc_mem_text(path, (size_t)len)
                                             : NULL;
}

static struct inc_store *
new_store(const char *dir, const struct inc_store_options *o)
{
    struct inc_store *s = inc_mem_zero(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->lock_fd = -1;
    s->read_only = o->read_only;
    s->max_bytes = o->max_bytes != 0 ? o->max_bytes : max_default;
    s->reserve_percent =
        o->reserve_percent != 0 ? o->reserve_percent : RESERVE_PERCENT;
    s->dir = inc_mem_text(dir, strlen(dir));
    s->key_file = inc_key_file_of(dir, o->key_file);
    s->keys = inc_mem_text(o->keys != NULL ? o->keys : dir,
                           strlen(o->keys != NULL ? o->keys : dir));
    if (s->dir == NULL || s->key_file == NULL || s->keys == NULL ||
        init_sync(s) != 0) {
        inc_mem_free(s->dir);
        inc_mem_free(s->keys);
        inc_mem_free(s->key_file);
        inc_mem_free(s);
        return NULL;
    }
    return s;
}

static enum inc_status
open_ring(struct inc_store *s, enum inc_ring_mode mode, struct inc_err *err)
{
    return inc_ring_open(&s->ring, s->keys, s->key_file, mode, &s->made_key,
                         err);
}

/* The environment, in the map it had. */
static enum inc_status
open_again(struct inc_store *s, struct inc_err *err)
{
    return open_env(&s->env, s->dir, s->read_only ? MDB_RDONLY : 0,
                    s->map_bytes, err);
}

/* check_length: *cut = 1 and INC_E_CORRUPT when the file is short. */
static enum inc_status
open_store(struct inc_store **out, const char *dir,
           const struct inc_store_options *options, int check_length, int *cut,
           struct inc_err *err)
{
    enum inc_status st = INC_OK;
    const struct inc_store_options none = {0};
    const struct inc_store_options *o = options != NULL ? options : &none;
    struct inc_store *s = new_store(dir, o);
    size_t map_bytes = o->map_bytes != 0 ? o->map_bytes : map_default;
    uint64_t format = 0;
    int dead;

    *out = NULL;
    *cut = 0;
    if (err != NULL)
        inc_err_clear(err);
    if (s == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to open the store");
    if (!o->read_only) {
        INC_TRY(inc_file_mkdirs(dir, err));
        INC_TRY(inc_lock_take(&s->lock_fd, dir, err));
        if (inc_folder_look(dir, NULL, err) == INC_E_NOTFOUND) {
            INC_TRY(open_ring(s, INC_RING_MAKE, err));
            INC_TRY(create(dir, s->ring, err));
        }
        INC_TRY(inc_file_sync_dir(dir, err)); /* a creator may have died */
    }
    INC_TRY(not_empty(dir, err));
    INC_TRY(inc_registry_add(s, err));
    s->map_bytes = map_bytes > s->max_bytes ? s->max_bytes : map_bytes;
    INC_TRY(open_again(s, err));
    if (check_length && is_short(s)) {
        *cut = 1;
        INC_TRY(inc_fail(err, INC_E_CORRUPT, 0, "data.mdb was cut short"));
    }
    if (!o->read_only)
        INC_TRY(look_at_pages(s, err));
    (void)mdb_reader_check(s->env, &dead);
    INC_TRY(read_format(s, &format, err));
    INC_TRY(format_known(s, format, err));
    if (s->ring == NULL)
        INC_TRY(open_ring(s,
                          o->read_only             ? INC_RING_READ
                          : format < SEALED_FORMAT ? INC_RING_MAKE
                                                   : INC_RING_WRITE,
                          err));
    INC_TRY(update_format(s, format, err));
    INC_TRY(inc_store_load(s, err));
    INC_TRY(inc_erase_settle(s, err));
    if (!o->read_only) {
        INC_TRY(inc_compact(s, open_again, err));
        inc_ring_trim(s->ring, s->head.next_no[INC_RECORD_CANDIDATE]);
    }
    INC_TRY(inc_event_open(s, err));
    INC_TRY(inc_trail_open(s, err));
    INC_TRY(inc_signer_open(s, err));
    INC_TRY(inc_cut_settle(s, inc_clock_unix_ms(), err));
    *out = s;
    s = NULL;
out:
    if (st == INC_E_NOTFOUND && err != NULL && err->what[0] == '\0') {
        st = inc_fail(err, INC_E_CORRUPT, 0,
                      "a row that every store has is missing");
        inc_err_hint(err, "restore a backup");
    }
    inc_store_close(s);
    return st;
}

enum inc_status
inc_store_open_as_is(struct inc_store **out, const char *dir,
                     const struct inc_store_options *o, struct inc_err *err)
{
    int cut;

    return open_store(out, dir, o, 0, &cut, err);
}

enum inc_status
inc_store_open(struct inc_store **out, const char *dir,
               const struct inc_store_options *o, struct inc_err *err)
{
    struct inc_verify_report report;
    int cut;
    enum inc_status st = open_store(out, dir, o, 1, &cut, err);

    if (!cut)
        return st;
    /* Let another process find out whether pages in use are missing. */
    st = inc_store_verify_offline(dir, o, 0, &report, NULL, NULL, err);
    if (st == INC_OK && report.faults == 0)
        return open_store(out, dir, o, 0, &cut, err);
    (void)inc_fail(err, INC_E_CORRUPT, 0,
                   "data.mdb is shorter than its contents");
    inc_err_hint(err, "somebody cut the file: restore a backup");
    return INC_E_CORRUPT;
}

void
inc_store_close(struct inc_store *s)
{
    if (s == NULL)
        return;
    INC_CHECK(s->views == 0);
    if (s->env != NULL)
        mdb_env_close(s->env);
    inc_ring_close(s->ring);
    inc_secret_free(s->signer);
    inc_registry_remove(s);
    inc_lock_drop(s->lock_fd);
    (void)pthread_cond_destroy(&s->change);
    (void)pthread_mutex_destroy(&s->mutex);
    inc_mem_free(s->dir);
    inc_mem_free(s->key_file);
    inc_mem_free(s->keys);
    inc_mem_free(s);
}

const char *
inc_store_made_key(const struct inc_store *s)
{
    return s->made_key ? s->key_file : NULL;
}

uint64_t
inc_store_erased_again(const struct inc_store *s)
{
    return s->erased_again;
}

int
inc_store_keys_locked(const struct inc_store *s)
{
    return inc_ring_locked(s->ring);
}

enum inc_status
inc_store_tidy(struct inc_store *s, size_t *cleared, struct inc_err *err)
{
    enum inc_status st;
    struct inc_view *v = NULL;
    struct inc_store_info info;
    int dead = 0;

    inc_err_clear(err);
    INC_TRY(inc_lmdb_status(mdb_reader_check(s->env, &dead),
                            "look for readers that died", err));
    INC_TRY(inc_view_open(&v, s, err));
    INC_TRY(inc_view_info(v, &info, err));
    if (info.oldest_reader_lag > INC_STORE_LAG_WARN)
        (void)inc_fail(err, INC_OK, 0,
                       "a reader is %llu transactions behind, the store grows "
                       "until it ends",
                       (unsigned long long)info.oldest_reader_lag);
    if (cleared != NULL)
        *cleared = (size_t)dead;
out:
    inc_view_close(v);
    return st;
}

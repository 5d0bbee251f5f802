#include "engine/store/private.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/fault.h"

/*
 * How long a write waits for open views before it gives up with `busy`. The
 * scribe counts as working meanwhile, so this has to stay well under STUCK_NS
 * in engine/daemon/service.c (30 s): with more, a long backup and a map that
 * must grow would end in the watchdog killing a daemon that only waits.
 */
enum { GROW_WAIT_S = 10, GROW_STEP = 1024 * 1024 };

/* inc_room_ahead(): when less than AHEAD_LEAST of the file is still unused,
 * AHEAD_STEP more is written. */
enum {
    AHEAD_LEAST = 128 * 1024,
    AHEAD_STEP = 4 * 1024 * 1024,
    AHEAD_CHUNK = 64 * 1024
};

static enum inc_status
full(struct inc_err *err, const char *what, uint64_t left, uint64_t total,
     unsigned percent)
{
    (void)inc_fail(err, INC_E_FULL, 0,
                   "%s has %llu MiB left of %llu MiB, writes stop under %u %%",
                   what, (unsigned long long)(left >> 20),
                   (unsigned long long)(total >> 20), percent);
    inc_err_hint(err, "make room or raise the limit; reading and deleting "
                      "still work");
    return INC_E_FULL;
}

/* left < percent of total, without overflow. */
static int
under(uint64_t left, uint64_t total, unsigned percent)
{
    return left < total / 100 * percent + total % 100 * percent / 100;
}

static enum inc_status
disk(const struct inc_store *s, struct inc_err *err)
{
    struct statvfs v;
    struct rlimit limit;
    struct stat file;
    mdb_filehandle_t fd;
    uint64_t left, total;

    if (statvfs(s->dir, &v) != 0)
        return inc_lmdb_status(errno, "ask how full the disk is", err);
    left = (uint64_t)v.f_bavail * v.f_frsize;
    total = (uint64_t)v.f_blocks * v.f_frsize;
    if (under(left, total, s->reserve_percent))
        return full(err, "the disk of the store", left, total,
                    s->reserve_percent);
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return INC_OK;
    if (mdb_env_get_fd(s->env, &fd) != 0 || fstat(fd, &file) != 0)
        return INC_OK;
    total = limit.rlim_cur;
    left = (uint64_t)file.st_size < total ? total - (uint64_t)file.st_size : 0;
    if (under(left, total, s->reserve_percent))
        return full(err, "the file size limit of the process", left, total,
                    s->reserve_percent);
    return INC_OK;
}

/* Free pages of the map: LMDB's own table 0 holds, per transaction, a list
 * of page numbers with its length in front. Only a reading transaction may
 * look at it. */
static uint64_t
free_pages(const struct inc_store *s)
{
    MDB_txn *txn = NULL;
    MDB_cursor *c = NULL;
    MDB_val k, v;
    uint64_t n = 0;

    if (mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn) != 0)
        return 0;
    if (mdb_cursor_open(txn, 0, &c) == 0)
        while (mdb_cursor_get(c, &k, &v, MDB_NEXT) == 0) {
            size_t count;
            if (v.mv_size < sizeof count)
                break;
            memcpy(&count, v.mv_data, sizeof count);
            n += count;
        }
    mdb_cursor_close(c);
    mdb_txn_abort(txn);
    return n;
}

static enum inc_status
map(const struct inc_store *s, struct inc_err *err)
{
    MDB_envinfo info;
    MDB_stat stat;
    uint64_t used, total = s->max_bytes, left;

    if (mdb_env_info(s->env, &info) != 0 || mdb_env_stat(s->env, &stat) != 0)
        return INC_OK;
    used = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    left = used < total ? total - used : 0;
    if (!under(left, total, s->reserve_percent))
        return INC_OK;
    left += free_pages(s) * stat.ms_psize; /* slower: only near the end */
    if (!under(left, total, s->reserve_percent))
        return INC_OK;
    return full(err, "the map of the store", left, total, s->reserve_percent);
}

enum inc_status
inc_room_check(const struct inc_store *s, struct inc_err *err)
{
    enum inc_status st = disk(s, err);

    return st == INC_OK ? map(s, err) : st;
}

int
inc_room_disk_is_full(const struct inc_store *s)
{
    return disk(s, NULL) == INC_E_FULL;
}

void
inc_room_ahead(const struct inc_store *s)
{
    static const unsigned char zeros[AHEAD_CHUNK];
    MDB_envinfo info;
    MDB_stat stat;
    struct rlimit limit;
    struct stat file;
    mdb_filehandle_t fd;
    uint64_t used, size, end;

    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY)
        return; /* writing past it would be a signal */
    if (mdb_env_info(s->env, &info) != 0 || mdb_env_stat(s->env, &stat) != 0 ||
        mdb_env_get_fd(s->env, &fd) != 0 || fstat(fd, &file) != 0)
        return;
    used = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    size = (uint64_t)file.st_size;
    if (size >= used + AHEAD_LEAST)
        return;
    end = size + (used < AHEAD_STEP ? AHEAD_LEAST * 2 : AHEAD_STEP);
    while (size < end) {
        ssize_t n = pwrite(fd, zeros, sizeof zeros, (off_t)size);

        if (n <= 0)
            return;
        size += (uint64_t)n;
    }
}

/* With the mutex held: no view is open and none will be until resizing is 0
 * again. INC_E_BUSY after GROW_WAIT_S. */
static enum inc_status
quiet_locked(struct inc_store *s, struct inc_err *err)
{
    struct timespec until;

    while (s->resizing)
        (void)pthread_cond_wait(&s->change, &s->mutex);
    s->resizing = 1;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += GROW_WAIT_S;
    while (s->views != 0)
        if (pthread_cond_timedwait(&s->change, &s->mutex, &until) ==
            ETIMEDOUT) {
            s->resizing = 0;
            (void)pthread_cond_broadcast(&s->change);
            (void)inc_fail(err, INC_E_BUSY, 0,
                           "the store must grow and %u readers have not "
                           "finished for %d s",
                           s->views, GROW_WAIT_S);
            inc_err_hint(err, "try again when a running backup or "
                              "verification is over");
            return INC_E_BUSY;
        }
    return INC_OK;
}

static void
resized_locked(struct inc_store *s)
{
    s->resizing = 0;
    (void)pthread_cond_broadcast(&s->change);
}

/* A failed mdb_env_set_mapsize() leaves no map at all: put the old one back,
 * or stop everything. */
static enum inc_status
set_size_locked(struct inc_store *s, size_t want, size_t old,
                struct inc_err *err)
{
    int rc;

    if (INC_FAULT(STORE_GROW))
        return inc_lmdb_status(ENOMEM, "make the map bigger", err);
    rc = mdb_env_set_mapsize(s->env, want);
    if (rc != 0 && mdb_env_set_mapsize(s->env, old) != 0)
        s->dead = 1;
    return inc_lmdb_status(rc, "make the map bigger", err);
}

enum inc_status
inc_room_grow(struct inc_store *s, size_t bytes, struct inc_err *err)
{
    enum inc_status st;
    MDB_envinfo info;
    long page = sysconf(_SC_PAGESIZE);
    size_t size, want;

    INC_TRY(inc_lmdb_status(mdb_env_info(s->env, &info), "ask the map's size",
                            err));
    size = info.me_mapsize;
    want = size > SIZE_MAX / 4 ? size : size * 2;
    if (bytes < SIZE_MAX / 4 && want - size < bytes + GROW_STEP)
        want = size + bytes + GROW_STEP;
    if (want > s->max_bytes)
        want = s->max_bytes;
    want = want / (size_t)page * (size_t)page;
    if (want <= size) {
        (void)inc_fail(err, INC_E_FULL, MDB_MAP_FULL,
                       "the store has reached its limit of %zu MiB",
                       s->max_bytes >> 20);
        inc_err_hint(err, "raise the limit in the configuration");
        return INC_E_FULL;
    }
    (void)pthread_mutex_lock(&s->mutex);
    st = quiet_locked(s, err);
    if (st == INC_OK) {
        st = set_size_locked(s, want, size, err);
        resized_locked(s);
    }
    (void)pthread_mutex_unlock(&s->mutex);
out:
    return st;
}

enum inc_status
inc_room_attempt(struct inc_store *s, size_t bytes, inc_attempt_fn *fn,
                 void *arg, struct inc_err *err)
{
    struct inc_err mine = {0}; /* the caller's may be NULL */
    enum inc_status st;

    while ((st = fn(arg, &mine)) == INC_E_FULL && mine.os == MDB_MAP_FULL)
        INC_TRY(inc_room_grow(s, bytes, &mine));
out:
    if (st != INC_OK && err != NULL)
        *err = mine;
    return st;
}

enum inc_status
inc_room_adopt(struct inc_store *s, struct inc_err *err)
{
    enum inc_status st;
    MDB_envinfo info;

    INC_TRY(inc_lmdb_status(mdb_env_info(s->env, &info), "ask the map's size",
                            err));
    (void)pthread_mutex_lock(&s->mutex);
    st = quiet_locked(s, err);
    if (st == INC_OK) {
        st = set_size_locked(s, 0, info.me_mapsize, err);
        resized_locked(s);
    }
    (void)pthread_mutex_unlock(&s->mutex);
out:
    return st;
}

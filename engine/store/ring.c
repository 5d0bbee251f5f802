#include "engine/store/ring_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/hash.h"
#include "engine/base/hex.h"
#include "engine/base/mem.h"

/* ---- opening ------------------------------------------------------------- */

static enum inc_status
read_data_key(struct inc_ring *r, const char *key_file, struct inc_err *err)
{
    const unsigned char *kek = inc_kek_of(&r->secret->kek, r->epoch);
    unsigned char row[RING_ROW];

    if (kek == NULL) {
        unsigned last = r->secret->kek.at[r->secret->kek.n - 1].epoch;

        (void)inc_fail(err, INC_E_CONFIG, 0,
                       "the keys are wrapped under epoch %u, the key file is "
                       "at epoch %u",
                       r->epoch, last);
        inc_err_where(err, "%s", key_file);
        inc_err_hint(err, last > r->epoch
                              ? "the key was changed since: take the keys of "
                                "the store or of the newest backup"
                              : "put back the newest key file of this store");
        return INC_E_CONFIG;
    }
    if (pread(r->fd, row, RING_ROW, inc_ring_place(0)) != RING_ROW)
        return inc_fail(err, INC_E_CORRUPT, 0, "keys/ring is cut short");
    if (inc_ring_unwrap(r->secret->data, row, kek, r->name, r->epoch, 0) == 0)
        return INC_OK;
    (void)inc_fail(err, INC_E_CONFIG, 0,
                   "the key file does not open this store");
    inc_err_where(err, "%s", key_file);
    inc_err_hint(err, "it is another store's, or keys/ring is damaged: put "
                      "back the key file made with this store");
    return INC_E_CONFIG;
}

/* A change of keys that a crash cut: two epochs in the key file. The ring is
 * replaced in one step, so it is wholly of one of them; the other goes. */
static enum inc_status
settle(struct inc_ring *r, const char *key_file, struct inc_err *err)
{
    struct inc_kek *kek = &r->secret->kek;
    unsigned keep = kek->at[0].epoch == r->epoch ? 0 : 1;

    if (kek->n == 1)
        return INC_OK;
    kek->at[0] = kek->at[keep];
    kek->n = 1;
    inc_wipe(&kek->at[1], sizeof kek->at[1]);
    return inc_kek_save(kek, key_file, err);
}

static enum inc_status
load_key(struct inc_ring *r, const char *dir, const char *key_file,
         enum inc_ring_mode mode, int *made, struct inc_err *err)
{
    enum inc_status st = inc_kek_load(&r->secret->kek, key_file, err);
    int there = inc_ring_exists(dir);

    if (st == INC_E_NOTFOUND && mode == INC_RING_MAKE && !there) {
        inc_err_clear(err);
        st = inc_kek_make(&r->secret->kek, key_file, err);
        *made = st == INC_OK;
    }
    if (st == INC_E_NOTFOUND) {
        (void)inc_fail(err, INC_E_CONFIG, ENOENT,
                       "the key file of this store is not there");
        inc_err_where(err, "%s", key_file);
        inc_err_hint(err, "put back the key file made with this store (setting "
                          "key_file); without it nothing in it can be read");
        return INC_E_CONFIG;
    }
    if (st == INC_OK && !there && mode == INC_RING_MAKE)
        st = inc_ring_make(dir, &r->secret->kek.at[r->secret->kek.n - 1], err);
    return st;
}

enum inc_status
inc_ring_open(struct inc_ring **out, const char *dir, const char *key_file,
              enum inc_ring_mode mode, int *made_key, struct inc_err *err)
{
    struct inc_ring *r = inc_mem_zero(1, sizeof *r);
    char path[RING_PATH];
    void *secret = NULL;
    enum inc_status st = INC_OK;

    *out = NULL;
    *made_key = 0;
    if (r == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the keys");
    r->fd = -1;
    r->writes = mode != INC_RING_READ;
    (void)pthread_mutex_init(&r->mutex, NULL);
    INC_TRY(inc_secret_new(&secret, sizeof *r->secret, &r->locked, err));
    r->secret = secret;
    INC_TRY(load_key(r, dir, key_file, mode, made_key, err));
    INC_TRY(inc_ring_path(path, dir, "ring", err));
    r->fd = open(path, (r->writes ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (r->fd < 0 && errno == ENOENT) {
        (void)inc_fail(err, INC_E_CORRUPT, ENOENT, "keys/ring is missing");
        inc_err_hint(err, "nothing in the store can be read without it: take "
                          "the folder keys of the newest backup");
        st = INC_E_CORRUPT;
        goto out;
    }
    if (r->fd < 0)
        INC_TRY(inc_ring_trouble(err, errno, "open"));
    INC_TRY(inc_ring_head(r, err));
    INC_TRY(read_data_key(r, key_file, err));
    if (r->writes)
        INC_TRY(settle(r, key_file, err));
    *out = r;
    r = NULL;
out:
    inc_ring_close(r);
    return st;
}

void
inc_ring_close(struct inc_ring *r)
{
    if (r == NULL)
        return;
    if (r->fd >= 0)
        (void)close(r->fd);
    inc_secret_free(r->secret);
    (void)pthread_mutex_destroy(&r->mutex);
    inc_mem_free(r->gone);
    inc_mem_free(r);
}

const unsigned char *
inc_ring_data(const struct inc_ring *r)
{
    return r->secret->data;
}

uint32_t
inc_ring_epoch(const struct inc_ring *r)
{
    return r->epoch;
}

void
inc_ring_name(const struct inc_ring *r, char out[33])
{
    inc_hex(out, r->name, RING_NAME);
}

int
inc_ring_locked(const struct inc_ring *r)
{
    return r->locked;
}

uint64_t
inc_ring_rows(const struct inc_ring *r)
{
    return r->rows;
}

/* ---- person keys --------------------------------------------------------- */

enum { BATCH_LEAST = 64, BATCH_MOST = 8192 }; /* made ahead */

enum inc_status
inc_ring_key(const struct inc_ring *r, uint64_t no,
             unsigned char key[INC_SECRET], struct inc_err *err)
{
    unsigned char row[RING_ROW];
    const unsigned char *kek = inc_kek_of(&r->secret->kek, r->epoch);
    int there;

    if (inc_ring_is_gone(r, no)) /* also one that a backup brought back */
        return INC_E_NOTFOUND;
    there = no != 0 && no < (UINT64_C(1) << 48) &&
            pread(r->fd, row, RING_ROW, inc_ring_place(no)) == RING_ROW;

    if (there && !inc_ring_is_zero(row, RING_ROW) &&
        inc_ring_unwrap(key, row, kek, r->name, r->epoch, no) == 0)
        return INC_OK;
    (void)inc_fail(err, INC_E_CORRUPT, 0,
                   "the key of person %llu is missing or damaged",
                   (unsigned long long)no);
    inc_err_hint(err, "take the folder keys of the newest backup");
    return INC_E_CORRUPT;
}

enum inc_status
inc_ring_more(struct inc_ring *r, uint64_t no, struct inc_err *err)
{
    const unsigned char *kek = inc_kek_of(&r->secret->kek, r->epoch);
    uint64_t n = r->rows < BATCH_LEAST  ? BATCH_LEAST
                 : r->rows > BATCH_MOST ? BATCH_MOST
                                        : r->rows;
    unsigned char key[INC_SECRET], *rows;
    enum inc_status st = INC_OK;

    if (no <= r->rows)
        return INC_OK;
    if (n < no - r->rows)
        n = no - r->rows;
    rows = inc_mem_zero(n, RING_ROW);
    if (rows == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for keys");
    for (uint64_t i = 0; i < n; i++) {
        inc_random_bytes(key, sizeof key);
        inc_ring_wrap(rows + i * RING_ROW, key, kek, r->name, r->epoch,
                      r->rows + 1 + i);
    }
    inc_wipe(key, sizeof key);
    if (inc_ring_write(r->fd, rows, n * RING_ROW,
                       inc_ring_place(r->rows + 1)) != 0)
        INC_TRY(inc_ring_trouble(err, errno, "write"));
    if (inc_ring_sync(r->fd) != 0)
        INC_TRY(inc_ring_trouble(err, errno, "sync"));
    r->rows += n;
out:
    inc_mem_free(rows);
    return st;
}

/*
 * Write rows first..last as they are and sync them. A process before this one
 * may have died, or failed, between its write and its sync: then they can be
 * read, are not on the disk, and no sync alone brings there what an earlier,
 * failed one gave up.
 */
static int
write_again(const struct inc_ring *r, uint64_t first, uint64_t last)
{
    unsigned char *rows = inc_mem_zero(BATCH_LEAST, RING_ROW);
    int rc = rows == NULL ? -1 : 0;

    for (uint64_t no = first; rc == 0 && no <= last; no += BATCH_LEAST) {
        size_t n =
            (size_t)(last - no < BATCH_LEAST ? last - no + 1 : BATCH_LEAST) *
            RING_ROW;

        if (pread(r->fd, rows, n, inc_ring_place(no)) != (ssize_t)n)
            rc = -1;
        else
            rc = inc_ring_write(r->fd, rows, n, inc_ring_place(no));
    }
    inc_mem_free(rows);
    return rc == 0 && first <= last ? inc_ring_sync(r->fd) : rc;
}

void
inc_ring_trim(struct inc_ring *r, uint64_t next)
{
    const unsigned char *kek = inc_kek_of(&r->secret->kek, r->epoch);
    unsigned char row[RING_ROW], key[INC_SECRET];

    for (uint64_t no = next; no <= r->rows; no++)
        if (pread(r->fd, row, RING_ROW, inc_ring_place(no)) != RING_ROW ||
            inc_ring_unwrap(key, row, kek, r->name, r->epoch, no) != 0)
            r->rows = no - 1; /* ends the loop */
    inc_wipe(key, sizeof key);
    /* What is not cut here is written over when the numbers are needed. */
    (void)ftruncate(r->fd, inc_ring_place(r->rows + 1));
    if (r->rows >= next && write_again(r, next, r->rows) != 0)
        r->rows = next - 1; /* made anew before one is used */
}

enum inc_status
inc_ring_renew(struct inc_ring *r, struct inc_err *err)
{
    const unsigned char *kek = inc_kek_of(&r->secret->kek, r->epoch);
    unsigned char row[RING_ROW], key[INC_SECRET];
    enum inc_status st = INC_OK;

    for (uint64_t no = 1; no <= r->rows; no++) {
        if (pread(r->fd, row, RING_ROW, inc_ring_place(no)) == RING_ROW &&
            inc_ring_unwrap(key, row, kek, r->name, r->epoch, no) == 0)
            continue;
        inc_random_bytes(key, sizeof key);
        inc_ring_wrap(row, key, kek, r->name, r->epoch, no);
        if (inc_ring_write(r->fd, row, RING_ROW, inc_ring_place(no)) != 0)
            INC_TRY(inc_ring_trouble(err, errno, "write"));
    }
    if (write_again(r, 1, r->rows) != 0)
        INC_TRY(inc_ring_trouble(err, errno, "write"));
out:
    inc_wipe(key, sizeof key);
    return st;
}

/* ---- destroying ---------------------------------------------------------- */

static size_t
find_gone(const struct inc_ring *r, uint64_t no)
{
    size_t low = 0, high = r->n_gone;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (r->gone[mid] < no)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

enum inc_status
inc_ring_tell_gone(struct inc_ring *r, uint64_t no, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    void *array = r->gone;
    size_t at;

    (void)pthread_mutex_lock(&r->mutex);
    at = find_gone(r, no);
    if (at < r->n_gone && r->gone[at] == no)
        goto out;
    if (inc_mem_grow(&array, &r->cap_gone, r->n_gone, sizeof *r->gone) != 0) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for erased numbers");
        goto out;
    }
    r->gone = array;
    memmove(r->gone + at + 1, r->gone + at, (r->n_gone - at) * sizeof *r->gone);
    r->gone[at] = no;
    r->n_gone++;
out:
    (void)pthread_mutex_unlock(&r->mutex);
    return st;
}

int
inc_ring_is_gone(const struct inc_ring *r, uint64_t no)
{
    struct inc_ring *open = (struct inc_ring *)r; /* its mutex */
    size_t at;
    int gone;

    if (r->n_gone == 0)
        return 0;
    (void)pthread_mutex_lock(&open->mutex);
    at = find_gone(r, no);
    gone = at < r->n_gone && r->gone[at] == no;
    (void)pthread_mutex_unlock(&open->mutex);
    return gone;
}

int
inc_ring_holds(const struct inc_ring *r, uint64_t no)
{
    unsigned char row[RING_ROW];

    return no != 0 &&
           pread(r->fd, row, RING_ROW, inc_ring_place(no)) == RING_ROW &&
           !inc_ring_is_zero(row, RING_ROW);
}

enum inc_status
inc_ring_destroy(struct inc_ring *r, const uint64_t *no, size_t n,
                 struct inc_err *err)
{
    static const unsigned char zeros[RING_ROW];
    enum inc_status st = INC_OK;

    for (size_t i = 0; i < n; i++)
        INC_TRY(inc_ring_tell_gone(r, no[i], err));
    for (size_t i = 0; i < n; i++)
        if (inc_ring_holds(r, no[i]) &&
            inc_ring_write(r->fd, zeros, RING_ROW, inc_ring_place(no[i])) != 0)
            INC_TRY(inc_ring_trouble(err, errno, "destroy a key in"));
    if (n != 0 && inc_ring_sync(r->fd) != 0)
        INC_TRY(inc_ring_trouble(err, errno, "sync"));
out:
    return st;
}

/* ---- new epochs ---------------------------------------------------------- */

enum inc_status
inc_ring_rotate(const char *dir, const char *key_file, uint32_t *epoch,
                struct inc_err *err)
{
    struct inc_ring *r = NULL;
    struct inc_kek *kek;
    enum inc_status st;
    int made;

    INC_TRY(inc_ring_open(&r, dir, key_file, INC_RING_WRITE, &made, err));
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): opened */
    kek = &r->secret->kek;
    inc_kek_next(kek);
    /* Both epochs first: whichever of the two rings a crash leaves opens. */
    INC_TRY(inc_kek_save(kek, key_file, err));
    INC_TRY(inc_ring_whole(r, dir, &kek->at[1], err));
    r->epoch = kek->at[1].epoch;
    INC_TRY(settle(r, key_file, err));
    *epoch = r->epoch;
out:
    inc_ring_close(r);
    return st;
}

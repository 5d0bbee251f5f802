#include "engine/store/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/fault.h"
#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/store/kek.h"

enum {
    HEAD = 64,
    NAME = 16,
    ROW = INC_SECRET + INC_SEAL_EXTRA,
    ABOUT = 6 + NAME + 4 + 8,
    BATCH_LEAST = 64,
    BATCH_MOST = 8192,
    PATH_BYTES = 4096
};

static const char magic[8] = {'I', 'N', 'C', 'R', 'I', 'N', 'G', '1'};

struct secrets { /* in locked memory */
    struct inc_kek kek;
    unsigned char data[INC_SECRET];
};

struct inc_ring {
    int fd;
    int writes;
    uint64_t rows; /* the writer's: keys of 1..rows are there */
    uint32_t epoch;
    unsigned char name[NAME];
    struct secrets *secret;
    pthread_mutex_t mutex; /* of what follows */
    uint64_t *gone;        /* ascending */
    size_t n_gone, cap_gone;
};

static enum inc_status
trouble(struct inc_err *err, int e, const char *doing)
{
    enum inc_status st =
        e == ENOSPC || e == EDQUOT || e == EFBIG ? INC_E_FULL : INC_E_IO;

    return inc_fail(err, st, e, "cannot %s the ring of keys: %s", doing,
                    st == INC_E_FULL ? "no room on the disk" : "disk error");
}

static enum inc_status
path_of(char out[PATH_BYTES], const char *dir, const char *name,
        struct inc_err *err)
{
    int n = snprintf(out, PATH_BYTES, "%s/keys%s%s", dir,
                     *name == '\0' ? "" : "/", name);

    if (n < 0 || n >= PATH_BYTES)
        return inc_fail(err, INC_E_LIMIT, 0, "a path is over %d bytes",
                        PATH_BYTES);
    return INC_OK;
}

static off_t
place(uint64_t no)
{
    return (off_t)(HEAD + no * ROW);
}

static size_t
about(unsigned char out[ABOUT], const unsigned char name[NAME], uint32_t epoch,
      uint64_t no)
{
    memcpy(out, "ring\0\1", 6);
    memcpy(out + 6, name, NAME);
    for (int i = 0; i < 4; i++)
        out[6 + NAME + i] = (unsigned char)(epoch >> (24 - 8 * i));
    for (int i = 0; i < 8; i++)
        out[6 + NAME + 4 + i] = (unsigned char)(no >> (56 - 8 * i));
    return ABOUT;
}

static int
is_zero(const unsigned char *p, size_t len)
{
    unsigned char any = 0;

    for (size_t i = 0; i < len; i++)
        any |= p[i];
    return any == 0;
}

static void
wrap(unsigned char row[ROW], const unsigned char key[INC_SECRET],
     const unsigned char kek[INC_SECRET], const unsigned char name[NAME],
     uint32_t epoch, uint64_t no)
{
    unsigned char text[ABOUT];

    inc_seal(row, kek, text, about(text, name, epoch, no), key, INC_SECRET);
}

static int
unwrap(unsigned char key[INC_SECRET], const unsigned char row[ROW],
       const unsigned char kek[INC_SECRET], const unsigned char name[NAME],
       uint32_t epoch, uint64_t no)
{
    unsigned char text[ABOUT];

    return inc_unseal(key, kek, text, about(text, name, epoch, no), row, ROW);
}

/* ---- bytes of the file --------------------------------------------------- */

static int
write_at(int fd, const unsigned char *p, size_t len, off_t at)
{
    while (len != 0) {
        ssize_t n =
            INC_FAULT(FILE_WRITE) ? (errno = EIO, -1) : pwrite(fd, p, len, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = EIO;
        if (n <= 0)
            return -1;
        p += n;
        len -= (size_t)n;
        at += n;
    }
    return 0;
}

static int
sync_data(int fd)
{
    if (INC_FAULT(FILE_SYNC)) {
        errno = EIO;
        return -1;
    }
    return fsync(fd);
}

static void
head_write(unsigned char out[HEAD], const unsigned char name[NAME],
           uint32_t epoch)
{
    memset(out, 0, HEAD);
    memcpy(out, magic, sizeof magic);
    for (int i = 0; i < 4; i++)
        out[8 + i] = (unsigned char)(epoch >> (24 - 8 * i));
    memcpy(out + 16, name, NAME);
}

static enum inc_status
head_read(struct inc_ring *r, struct inc_err *err)
{
    unsigned char head[HEAD];
    struct stat info;

    if (fstat(r->fd, &info) != 0 || pread(r->fd, head, HEAD, 0) != HEAD ||
        info.st_size < HEAD + ROW)
        return inc_fail(err, INC_E_CORRUPT, 0, "keys/ring is cut short");
    if (memcmp(head, magic, sizeof magic - 1) != 0)
        return inc_fail(err, INC_E_CORRUPT, 0, "keys/ring is no ring of keys");
    if (head[7] != magic[7])
        return inc_fail(err, INC_E_NEWER, 0,
                        "keys/ring was written by a newer version");
    r->epoch = 0;
    for (int i = 0; i < 4; i++)
        r->epoch = r->epoch << 8 | head[8 + i];
    memcpy(r->name, head + 16, NAME);
    r->rows = ((uint64_t)info.st_size - HEAD) / ROW - 1;
    return INC_OK;
}

/* ---- making -------------------------------------------------------------- */

/* A whole ring under a temporary name, then in place. Row i+1 wraps key i. */
static enum inc_status
install(int fd, const char *temp, const char *path, const char *folder,
        struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (sync_data(fd) != 0)
        return trouble(err, errno, "sync");
    if (rename(temp, path) != 0)
        return trouble(err, errno, "put in place");
    INC_TRY(inc_file_sync_dir(folder, err));
out:
    return st;
}

static enum inc_status
make(const char *dir, const struct inc_kek_epoch *kek, struct inc_err *err)
{
    char folder[PATH_BYTES], path[PATH_BYTES], temp[PATH_BYTES];
    unsigned char bytes[HEAD + ROW], name[NAME], key[INC_SECRET];
    enum inc_status st;
    int fd = -1;

    INC_TRY(path_of(folder, dir, "", err));
    INC_TRY(path_of(path, dir, "ring", err));
    INC_TRY(path_of(temp, dir, "ring.new", err));
    INC_TRY(inc_file_mkdirs(folder, err));
    INC_TRY(inc_file_sync_dir(dir, err));
    fd = open(temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        INC_TRY(trouble(err, errno, "make"));
    inc_random_bytes(name, sizeof name);
    inc_random_bytes(key, sizeof key);
    head_write(bytes, name, kek->epoch);
    wrap(bytes + HEAD, key, kek->key, name, kek->epoch, 0);
    inc_wipe(key, sizeof key);
    if (write_at(fd, bytes, sizeof bytes, 0) != 0)
        INC_TRY(trouble(err, errno, "write"));
    INC_TRY(install(fd, temp, path, folder, err));
out:
    if (fd >= 0)
        (void)close(fd);
    if (st != INC_OK && fd >= 0)
        (void)unlink(temp);
    return st;
}

int
inc_ring_exists(const char *dir)
{
    char path[PATH_BYTES];

    return path_of(path, dir, "ring", NULL) == INC_OK &&
           access(path, F_OK) == 0;
}

enum inc_status
inc_ring_install(const char *from, const char *dir, struct inc_err *err)
{
    char source[PATH_BYTES], target[PATH_BYTES], folder[PATH_BYTES];
    enum inc_status st;

    if (inc_ring_exists(dir))
        return INC_OK;
    INC_TRY(path_of(source, from, "ring", err));
    INC_TRY(path_of(target, dir, "ring", err));
    INC_TRY(path_of(folder, dir, "", err));
    INC_TRY(inc_file_mkdirs(folder, err));
    if (rename(source, target) != 0)
        INC_TRY(trouble(err, errno, "put in place"));
    INC_TRY(inc_file_sync_dir(folder, err));
    INC_TRY(inc_file_sync_dir(dir, err));
out:
    return st;
}

void
inc_ring_remove(const char *dir)
{
    static const char *const names[] = {"ring", "ring.new"};
    char path[PATH_BYTES];

    for (int i = 0; i < 2; i++)
        if (path_of(path, dir, names[i], NULL) == INC_OK)
            (void)unlink(path);
    if (path_of(path, dir, "", NULL) == INC_OK)
        (void)rmdir(path);
}

/* ---- opening ------------------------------------------------------------- */

static enum inc_status
read_data_key(struct inc_ring *r, const char *key_file, struct inc_err *err)
{
    const unsigned char *kek = inc_kek_of(&r->secret->kek, r->epoch);
    unsigned char row[ROW];

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
    if (pread(r->fd, row, ROW, place(0)) != ROW)
        return inc_fail(err, INC_E_CORRUPT, 0, "keys/ring is cut short");
    if (unwrap(r->secret->data, row, kek, r->name, r->epoch, 0) == 0)
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
        st = make(dir, &r->secret->kek.at[r->secret->kek.n - 1], err);
    return st;
}

enum inc_status
inc_ring_open(struct inc_ring **out, const char *dir, const char *key_file,
              enum inc_ring_mode mode, int *made_key, struct inc_err *err)
{
    struct inc_ring *r = inc_mem_zero(1, sizeof *r);
    char path[PATH_BYTES];
    void *secret = NULL;
    enum inc_status st = INC_OK;

    *out = NULL;
    *made_key = 0;
    if (r == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the keys");
    r->fd = -1;
    r->writes = mode != INC_RING_READ;
    (void)pthread_mutex_init(&r->mutex, NULL);
    INC_TRY(inc_secret_new(&secret, sizeof *r->secret, err));
    r->secret = secret;
    INC_TRY(load_key(r, dir, key_file, mode, made_key, err));
    INC_TRY(path_of(path, dir, "ring", err));
    r->fd = open(path, (r->writes ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (r->fd < 0 && errno == ENOENT) {
        (void)inc_fail(err, INC_E_CORRUPT, ENOENT, "keys/ring is missing");
        inc_err_hint(err, "nothing in the store can be read without it: take "
                          "the folder keys of the newest backup");
        st = INC_E_CORRUPT;
        goto out;
    }
    if (r->fd < 0)
        INC_TRY(trouble(err, errno, "open"));
    INC_TRY(head_read(r, err));
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

uint64_t
inc_ring_rows(const struct inc_ring *r)
{
    return r->rows;
}

/* ---- person keys --------------------------------------------------------- */

enum inc_status
inc_ring_key(const struct inc_ring *r, uint64_t no,
             unsigned char key[INC_SECRET], struct inc_err *err)
{
    unsigned char row[ROW];
    const unsigned char *kek = inc_kek_of(&r->secret->kek, r->epoch);
    int there = no != 0 && no < (UINT64_C(1) << 48) &&
                pread(r->fd, row, ROW, place(no)) == ROW;

    if (there && !is_zero(row, ROW) &&
        unwrap(key, row, kek, r->name, r->epoch, no) == 0)
        return INC_OK;
    if (inc_ring_is_gone(r, no))
        return INC_E_NOTFOUND;
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
    rows = inc_mem_zero(n, ROW);
    if (rows == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for keys");
    for (uint64_t i = 0; i < n; i++) {
        inc_random_bytes(key, sizeof key);
        wrap(rows + i * ROW, key, kek, r->name, r->epoch, r->rows + 1 + i);
    }
    inc_wipe(key, sizeof key);
    if (write_at(r->fd, rows, n * ROW, place(r->rows + 1)) != 0)
        INC_TRY(trouble(err, errno, "write"));
    if (sync_data(r->fd) != 0)
        INC_TRY(trouble(err, errno, "sync"));
    r->rows += n;
out:
    inc_mem_free(rows);
    return st;
}

void
inc_ring_trim(struct inc_ring *r, uint64_t next)
{
    const unsigned char *kek = inc_kek_of(&r->secret->kek, r->epoch);
    unsigned char row[ROW], key[INC_SECRET];

    for (uint64_t no = next; no <= r->rows; no++)
        if (pread(r->fd, row, ROW, place(no)) != ROW ||
            unwrap(key, row, kek, r->name, r->epoch, no) != 0)
            r->rows = no - 1; /* ends the loop */
    /* What is not cut here is written over when the numbers are needed. */
    (void)ftruncate(r->fd, place(r->rows + 1));
    inc_wipe(key, sizeof key);
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

    (void)pthread_mutex_lock(&open->mutex);
    at = find_gone(r, no);
    gone = at < r->n_gone && r->gone[at] == no;
    (void)pthread_mutex_unlock(&open->mutex);
    return gone;
}

int
inc_ring_holds(const struct inc_ring *r, uint64_t no)
{
    unsigned char row[ROW];

    return no != 0 && pread(r->fd, row, ROW, place(no)) == ROW &&
           !is_zero(row, ROW);
}

enum inc_status
inc_ring_destroy(struct inc_ring *r, const uint64_t *no, size_t n,
                 struct inc_err *err)
{
    static const unsigned char zeros[ROW];
    enum inc_status st = INC_OK;

    for (size_t i = 0; i < n; i++)
        INC_TRY(inc_ring_tell_gone(r, no[i], err));
    for (size_t i = 0; i < n; i++)
        if (inc_ring_holds(r, no[i]) &&
            write_at(r->fd, zeros, ROW, place(no[i])) != 0)
            INC_TRY(trouble(err, errno, "destroy a key in"));
    if (n != 0 && sync_data(r->fd) != 0)
        INC_TRY(trouble(err, errno, "sync"));
out:
    return st;
}

/* ---- copies and new epochs ----------------------------------------------- */

enum { CHUNK = 512 }; /* rows at a time */

/* Every byte of the ring into fd; under another wrapping key when there is
 * one. */
static enum inc_status
pour(const struct inc_ring *r, int fd, const struct inc_kek_epoch *next,
     struct inc_err *err)
{
    const unsigned char *kek = inc_kek_of(&r->secret->kek, r->epoch);
    unsigned char head[HEAD], key[INC_SECRET];
    unsigned char *rows = inc_mem_zero(CHUNK, ROW);
    uint64_t total = r->rows + 1;
    enum inc_status st = INC_OK;

    if (rows == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to copy the keys");
    head_write(head, r->name, next != NULL ? next->epoch : r->epoch);
    if (write_at(fd, head, HEAD, 0) != 0)
        INC_TRY(trouble(err, errno, "write"));
    for (uint64_t at = 0; at < total; at += CHUNK) {
        size_t n = (size_t)(total - at < CHUNK ? total - at : CHUNK);

        if (pread(r->fd, rows, n * ROW, place(at)) != (ssize_t)(n * ROW))
            INC_TRY(trouble(err, errno, "read"));
        for (size_t i = 0; next != NULL && i < n; i++) {
            unsigned char *row = rows + i * ROW;

            if (is_zero(row, ROW))
                continue;
            if (unwrap(key, row, kek, r->name, r->epoch, at + i) != 0)
                INC_TRY(inc_fail(err, INC_E_CORRUPT, 0,
                                 "the key of person %llu is damaged",
                                 (unsigned long long)(at + i)));
            wrap(row, key, next->key, r->name, next->epoch, at + i);
        }
        if (write_at(fd, rows, n * ROW, place(at)) != 0)
            INC_TRY(trouble(err, errno, "write"));
    }
out:
    inc_wipe(key, sizeof key);
    inc_mem_free(rows);
    return st;
}

static enum inc_status
write_whole(const struct inc_ring *r, const char *dir,
            const struct inc_kek_epoch *next, struct inc_err *err)
{
    char folder[PATH_BYTES], path[PATH_BYTES], temp[PATH_BYTES];
    enum inc_status st;
    int fd = -1;

    INC_TRY(path_of(folder, dir, "", err));
    INC_TRY(path_of(path, dir, "ring", err));
    INC_TRY(path_of(temp, dir, "ring.new", err));
    INC_TRY(inc_file_mkdirs(folder, err));
    INC_TRY(inc_file_sync_dir(dir, err));
    fd = open(temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        INC_TRY(trouble(err, errno, "make"));
    INC_TRY(pour(r, fd, next, err));
    INC_TRY(install(fd, temp, path, folder, err));
out:
    if (fd >= 0)
        (void)close(fd);
    if (st != INC_OK && fd >= 0)
        (void)unlink(temp);
    return st;
}

enum inc_status
inc_ring_copy(const struct inc_ring *r, const char *to, struct inc_err *err)
{
    return write_whole(r, to, NULL, err);
}

enum inc_status
inc_ring_rotate(const char *dir, const char *key_file, uint32_t *epoch,
                struct inc_err *err)
{
    struct inc_ring *r = NULL;
    struct inc_kek *kek;
    enum inc_status st;
    int made;

    INC_TRY(inc_ring_open(&r, dir, key_file, INC_RING_WRITE, &made, err));
    kek = &r->secret->kek;
    inc_kek_next(kek);
    /* Both epochs first: whichever of the two rings a crash leaves opens. */
    INC_TRY(inc_kek_save(kek, key_file, err));
    INC_TRY(write_whole(r, dir, &kek->at[1], err));
    r->epoch = kek->at[1].epoch;
    INC_TRY(settle(r, key_file, err));
    *epoch = r->epoch;
out:
    inc_ring_close(r);
    return st;
}

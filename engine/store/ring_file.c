#include "engine/store/ring_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/fault.h"
#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"

enum { ABOUT = 6 + RING_NAME + 4 + 8 };

static const char magic[8] = {'I', 'N', 'C', 'R', 'I', 'N', 'G', '1'};

enum inc_status
inc_ring_trouble(struct inc_err *err, int e, const char *doing)
{
    enum inc_status st =
        e == ENOSPC || e == EDQUOT || e == EFBIG ? INC_E_FULL : INC_E_IO;

    return inc_fail(err, st, e, "cannot %s the ring of keys: %s", doing,
                    st == INC_E_FULL ? "no room on the disk" : "disk error");
}

enum inc_status
inc_ring_path(char out[RING_PATH], const char *dir, const char *name,
              struct inc_err *err)
{
    int n = snprintf(out, RING_PATH, "%s/keys%s%s", dir,
                     *name == '\0' ? "" : "/", name);

    if (n < 0 || n >= RING_PATH)
        return inc_fail(err, INC_E_LIMIT, 0, "a path is over %d bytes",
                        RING_PATH);
    return INC_OK;
}

off_t
inc_ring_place(uint64_t no)
{
    return (off_t)(RING_HEAD + no * RING_ROW);
}

static size_t
about(unsigned char out[ABOUT], const unsigned char name[RING_NAME],
      uint32_t epoch, uint64_t no)
{
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): no text */
    memcpy(out, "ring\0\1", 6);
    memcpy(out + 6, name, RING_NAME);
    for (int i = 0; i < 4; i++)
        out[6 + RING_NAME + i] = (unsigned char)(epoch >> (24 - 8 * i));
    for (int i = 0; i < 8; i++)
        out[6 + RING_NAME + 4 + i] = (unsigned char)(no >> (56 - 8 * i));
    return ABOUT;
}

int
inc_ring_is_zero(const unsigned char *p, size_t len)
{
    unsigned char any = 0;

    for (size_t i = 0; i < len; i++)
        any |= p[i];
    return any == 0;
}

void
inc_ring_wrap(unsigned char row[RING_ROW], const unsigned char key[INC_SECRET],
              const unsigned char kek[INC_SECRET],
              const unsigned char name[RING_NAME], uint32_t epoch, uint64_t no)
{
    unsigned char text[ABOUT];

    inc_seal(row, kek, text, about(text, name, epoch, no), key, INC_SECRET);
}

int
inc_ring_unwrap(unsigned char key[INC_SECRET],
                const unsigned char row[RING_ROW],
                const unsigned char kek[INC_SECRET],
                const unsigned char name[RING_NAME], uint32_t epoch,
                uint64_t no)
{
    unsigned char text[ABOUT];

    return inc_unseal(key, kek, text, about(text, name, epoch, no), row,
                      RING_ROW);
}

/* ---- bytes of the file --------------------------------------------------- */

int
inc_ring_write(int fd, const unsigned char *p, size_t len, off_t at)
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

int
inc_ring_sync(int fd)
{
    if (INC_FAULT(FILE_SYNC)) {
        errno = EIO;
        return -1;
    }
    return fsync(fd);
}

static void
head_write(unsigned char out[RING_HEAD], const unsigned char name[RING_NAME],
           uint32_t epoch)
{
    memset(out, 0, RING_HEAD);
    memcpy(out, magic, sizeof magic);
    for (int i = 0; i < 4; i++)
        out[8 + i] = (unsigned char)(epoch >> (24 - 8 * i));
    memcpy(out + 16, name, RING_NAME);
}

enum inc_status
inc_ring_head(struct inc_ring *r, struct inc_err *err)
{
    unsigned char head[RING_HEAD];
    struct stat info;

    if (fstat(r->fd, &info) != 0 ||
        pread(r->fd, head, RING_HEAD, 0) != RING_HEAD ||
        info.st_size < RING_HEAD + RING_ROW)
        return inc_fail(err, INC_E_CORRUPT, 0, "keys/ring is cut short");
    if (memcmp(head, magic, sizeof magic - 1) != 0)
        return inc_fail(err, INC_E_CORRUPT, 0, "keys/ring is no ring of keys");
    if (memcmp(head + 7, magic + 7, 1) != 0)
        return inc_fail(err, INC_E_NEWER, 0,
                        "keys/ring was written by a newer version");
    r->epoch = 0;
    for (int i = 0; i < 4; i++)
        r->epoch = r->epoch << 8 | head[8 + i];
    memcpy(r->name, head + 16, RING_NAME);
    r->rows = ((uint64_t)info.st_size - RING_HEAD) / RING_ROW - 1;
    return INC_OK;
}

/* ---- making -------------------------------------------------------------- */

/* A whole ring under a temporary name, then in place. Row i+1 wraps key i. */
struct fresh {
    char folder[RING_PATH], path[RING_PATH], temp[RING_PATH];
    int fd;
};

static enum inc_status
fresh_begin(struct fresh *f, const char *dir, struct inc_err *err)
{
    enum inc_status st;

    f->fd = -1;
    INC_TRY(inc_ring_path(f->folder, dir, "", err));
    INC_TRY(inc_ring_path(f->path, dir, "ring", err));
    INC_TRY(inc_ring_path(f->temp, dir, "ring.new", err));
    INC_TRY(inc_file_mkdirs(f->folder, err));
    INC_TRY(inc_file_sync_dir(dir, err));
    f->fd = open(f->temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (f->fd < 0)
        st = inc_ring_trouble(err, errno, "make");
out:
    return st;
}

/* st: how writing it went. */
static enum inc_status
fresh_end(struct fresh *f, enum inc_status st, struct inc_err *err)
{
    INC_TRY(st);
    if (inc_ring_sync(f->fd) != 0)
        INC_TRY(inc_ring_trouble(err, errno, "sync"));
    if (rename(f->temp, f->path) != 0)
        INC_TRY(inc_ring_trouble(err, errno, "put in place"));
    st = inc_file_sync_dir(f->folder, err);
out:
    if (f->fd < 0)
        return st;
    (void)close(f->fd);
    if (st != INC_OK)
        (void)unlink(f->temp);
    return st;
}

enum inc_status
inc_ring_make(const char *dir, const struct inc_kek_epoch *kek,
              struct inc_err *err)
{
    struct fresh new;
    unsigned char bytes[RING_HEAD + RING_ROW], name[RING_NAME], key[INC_SECRET];
    enum inc_status st = fresh_begin(&new, dir, err);

    INC_TRY(st);
    inc_random_bytes(name, sizeof name);
    inc_random_bytes(key, sizeof key);
    head_write(bytes, name, kek->epoch);
    inc_ring_wrap(bytes + RING_HEAD, key, kek->key, name, kek->epoch, 0);
    inc_wipe(key, sizeof key);
    if (inc_ring_write(new.fd, bytes, sizeof bytes, 0) != 0)
        st = inc_ring_trouble(err, errno, "write");
out:
    return fresh_end(&new, st, err);
}

int
inc_ring_exists(const char *dir)
{
    char path[RING_PATH];

    return inc_ring_path(path, dir, "ring", NULL) == INC_OK &&
           access(path, F_OK) == 0;
}

enum inc_status
inc_ring_install(const char *from, const char *dir, struct inc_err *err)
{
    char source[RING_PATH], target[RING_PATH], folder[RING_PATH];
    enum inc_status st;

    if (inc_ring_exists(dir))
        return INC_OK;
    INC_TRY(inc_ring_path(source, from, "ring", err));
    INC_TRY(inc_ring_path(target, dir, "ring", err));
    INC_TRY(inc_ring_path(folder, dir, "", err));
    INC_TRY(inc_file_mkdirs(folder, err));
    if (rename(source, target) != 0)
        INC_TRY(inc_ring_trouble(err, errno, "put in place"));
    INC_TRY(inc_file_sync_dir(folder, err));
    INC_TRY(inc_file_sync_dir(dir, err));
out:
    return st;
}

void
inc_ring_remove(const char *dir)
{
    static const char *const names[] = {"ring", "ring.new"};
    char path[RING_PATH];

    for (int i = 0; i < 2; i++)
        if (inc_ring_path(path, dir, names[i], NULL) == INC_OK)
            (void)unlink(path);
    if (inc_ring_path(path, dir, "", NULL) == INC_OK)
        (void)rmdir(path);
}

/* ---- copies -------------------------------------------------------------- */

enum { CHUNK = 512 }; /* rows at a time */

/* Every byte of the ring into fd; under another wrapping key when there is
 * one. */
static enum inc_status
pour(const struct inc_ring *r, int fd, const struct inc_kek_epoch *next,
     struct inc_err *err)
{
    const unsigned char *kek = inc_kek_of(&r->secret->kek, r->epoch);
    unsigned char head[RING_HEAD], key[INC_SECRET];
    unsigned char *rows = inc_mem_zero(CHUNK, RING_ROW);
    uint64_t total = r->rows + 1;
    enum inc_status st = INC_OK;

    if (rows == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to copy the keys");
    head_write(head, r->name, next != NULL ? next->epoch : r->epoch);
    if (inc_ring_write(fd, head, RING_HEAD, 0) != 0)
        INC_TRY(inc_ring_trouble(err, errno, "write"));
    for (uint64_t at = 0; at < total; at += CHUNK) {
        size_t n = (size_t)(total - at < CHUNK ? total - at : CHUNK);

        if (pread(r->fd, rows, n * RING_ROW, inc_ring_place(at)) !=
            (ssize_t)(n * RING_ROW))
            INC_TRY(inc_ring_trouble(err, errno, "read"));
        for (size_t i = 0; next != NULL && i < n; i++) {
            unsigned char *row = rows + i * RING_ROW;

            if (inc_ring_is_zero(row, RING_ROW))
                continue;
            if (inc_ring_unwrap(key, row, kek, r->name, r->epoch, at + i) != 0)
                INC_TRY(inc_fail(err, INC_E_CORRUPT, 0,
                                 "the key of person %llu is damaged",
                                 (unsigned long long)(at + i)));
            inc_ring_wrap(row, key, next->key, r->name, next->epoch, at + i);
        }
        if (inc_ring_write(fd, rows, n * RING_ROW, inc_ring_place(at)) != 0)
            INC_TRY(inc_ring_trouble(err, errno, "write"));
    }
out:
    inc_wipe(key, sizeof key);
    inc_mem_free(rows);
    return st;
}

enum inc_status
inc_ring_whole(const struct inc_ring *r, const char *dir,
               const struct inc_kek_epoch *next, struct inc_err *err)
{
    struct fresh new;
    enum inc_status st = fresh_begin(&new, dir, err);

    if (st == INC_OK)
        st = pour(r, new.fd, next, err);
    return fresh_end(&new, st, err);
}

enum inc_status
inc_ring_copy(const struct inc_ring *r, const char *to, struct inc_err *err)
{
    return inc_ring_whole(r, to, NULL, err);
}

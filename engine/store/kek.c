#include "engine/store/kek.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/hex.h"

enum { FILE_MAX = 4096, LINE_MAX_BYTES = 128, HEX = 2 * INC_SECRET };

static const char first_line[] = "incrocio key 1\n";

static enum inc_status
refuse(struct inc_err *err, const char *path, const char *what,
       const char *hint)
{
    (void)inc_fail(err, INC_E_CONFIG, 0, "%s", what);
    inc_err_where(err, "%s", path);
    inc_err_hint(err, "%s", hint);
    return INC_E_CONFIG;
}

/* Files of $CREDENTIALS_DIRECTORY: systemd looks after who reads them. */
int
inc_kek_is_credential(const char *path)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment */
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    size_t n = dir == NULL ? 0 : strlen(dir);

    return n != 0 && strncmp(path, dir, n) == 0 && path[n] == '/';
}

static enum inc_status
check_mode(const char *path, struct inc_err *err)
{
    struct stat info;

    if (stat(path, &info) != 0) {
        int e = errno;

        if (e == ENOENT || e == ENOTDIR)
            return inc_fail(err, INC_E_NOTFOUND, e, "there is no key file");
        (void)refuse(err, path, "the key file cannot be looked at", "");
        inc_err_hint(err, "the user of the daemon must be able to read it");
        return INC_E_CONFIG;
    }
    if (inc_kek_is_credential(path))
        return INC_OK;
    if (!S_ISREG(info.st_mode))
        return refuse(err, path, "the key file is not a file",
                      "name a regular file of mode 0600");
    if ((info.st_mode & 077) != 0)
        return refuse(err, path, "others may read the key file",
                      "chmod 600; if somebody may have read it, change the "
                      "key: incrocio-offline store rotate");
    return INC_OK;
}

/* "epoch N HEX\n" at *text; moves it behind the line. 0 when it is none. */
static int
read_epoch(struct inc_kek_epoch *out, const char **text)
{
    const char *p = *text;
    char *end;
    unsigned long n;

    if (strncmp(p, "epoch ", 6) != 0 || p[6] < '1' || p[6] > '9')
        return 0;
    n = strtoul(p + 6, &end, 10);
    if (n > UINT32_MAX || *end != ' ')
        return 0;
    p = end + 1;
    if (inc_unhex(out->key, p, INC_SECRET) != 0 || p[HEX] != '\n')
        return 0;
    out->epoch = (uint32_t)n;
    *text = p + HEX + 1;
    return 1;
}

int
inc_kek_parse(struct inc_kek *out, const char *text, size_t len)
{
    size_t n = sizeof first_line - 1;

    if (strlen(text) != len || strncmp(text, first_line, n) != 0)
        return 0;
    text += n;
    out->n = 0;
    while (*text != '\0') {
        if (out->n == INC_KEK_EPOCHS || !read_epoch(&out->at[out->n], &text))
            return 0;
        out->n++;
    }
    return out->n == 1 ||
           (out->n == 2 && out->at[0].epoch + 1 == out->at[1].epoch);
}

enum inc_status
inc_kek_load(struct inc_kek *out, const char *path, struct inc_err *err)
{
    struct inc_buf text = {0};
    enum inc_status st = INC_OK;

    INC_TRY(check_mode(path, err));
    INC_TRY(inc_file_read(&text, path, FILE_MAX, err));
    if (!inc_kek_parse(out, inc_buf_cstr(&text), text.len))
        st = refuse(err, path, "this is not a key file of incrocio",
                    "put back the key file made with this store; without it "
                    "nothing in the store can be read");
out:
    if (text.data != NULL)
        inc_wipe(text.data, text.cap);
    inc_buf_release(&text);
    return st;
}

static void
append(char *out, size_t *len, const struct inc_kek_epoch *e)
{
    int n = snprintf(out + *len, LINE_MAX_BYTES, "epoch %lu ",
                     (unsigned long)e->epoch);

    *len += (size_t)n;
    inc_hex(out + *len, e->key, INC_SECRET);
    *len += HEX;
    out[(*len)++] = '\n';
}

/* What the old file held, over its own blocks. Disks that write elsewhere keep
 * them all the same: docs/privacy.md. */
static void
blank(int fd)
{
    static const char zeros[FILE_MAX];
    struct stat info;

    if (fstat(fd, &info) == 0 && info.st_size <= FILE_MAX &&
        pwrite(fd, zeros, (size_t)info.st_size, 0) == info.st_size)
        (void)fdatasync(fd);
}

enum inc_status
inc_kek_save(const struct inc_kek *kek, const char *path, struct inc_err *err)
{
    char text[sizeof first_line + (size_t)INC_KEK_EPOCHS * LINE_MAX_BYTES];
    size_t len = sizeof first_line - 1;
    int old = open(path, O_WRONLY | O_CLOEXEC);
    enum inc_status st;

    memcpy(text, first_line, len);
    for (unsigned i = 0; i < kek->n; i++)
        append(text, &len, &kek->at[i]);
    st = inc_file_write(path, text, len, err);
    if (st == INC_OK && old >= 0)
        blank(old);
    if (old >= 0)
        (void)close(old);
    inc_wipe(text, sizeof text);
    return st;
}

enum inc_status
inc_kek_make(struct inc_kek *out, const char *path, struct inc_err *err)
{
    enum inc_status st;

    out->n = 0;
    inc_kek_next(out);
    if (access(path, F_OK) == 0)
        return refuse(err, path, "there is a key file already",
                      "it belongs to another store, or this store was lost: "
                      "move it away only when nothing needs it");
    INC_TRY(inc_file_mkdirs_of(path, err));
    st = inc_kek_save(out, path, err);
out:
    return st;
}

void
inc_kek_next(struct inc_kek *kek)
{
    struct inc_kek_epoch *e = &kek->at[kek->n];

    e->epoch = kek->n == 0 ? 1 : kek->at[kek->n - 1].epoch + 1;
    inc_random_bytes(e->key, sizeof e->key);
    kek->n++;
}

const unsigned char *
inc_kek_of(const struct inc_kek *kek, uint32_t epoch)
{
    for (unsigned i = 0; i < kek->n; i++)
        if (kek->at[i].epoch == epoch)
            return kek->at[i].key;
    return NULL;
}

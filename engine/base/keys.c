#include "engine/base/keys.h"

#include <errno.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/file.h"

_Static_assert(INC_CURVE == crypto_box_PUBLICKEYBYTES,
               "keys of libsodium's crypto_box are CURVE's");
_Static_assert(INC_CURVE == crypto_box_SECRETKEYBYTES,
               "keys of libsodium's crypto_box are CURVE's");

enum { FILE_BYTES_MAX = 4096, BASE = 85, GROUP = 5 };

static const char digits[] =
    "0123456789abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

int
inc_z85_read(unsigned char out[INC_CURVE], const char *text, size_t len)
{
    if (len != INC_Z85)
        return -1;
    for (size_t i = 0; i < INC_Z85; i += GROUP) {
        uint64_t v = 0;

        for (size_t k = 0; k < GROUP; k++) {
            const char *at =
                text[i + k] == '\0' ? NULL : strchr(digits, text[i + k]);

            if (at == NULL)
                return -1;
            v = v * BASE + (uint64_t)(at - digits);
        }
        if (v > UINT32_MAX)
            return -1;
        for (size_t k = 0; k < 4; k++)
            out[i / GROUP * 4 + k] = (unsigned char)(v >> (24 - 8 * k));
    }
    return 0;
}

void
inc_z85_write(char out[INC_Z85 + 1], const unsigned char in[INC_CURVE])
{
    for (size_t i = 0; i < INC_CURVE; i += 4) {
        uint32_t v = (uint32_t)in[i] << 24 | (uint32_t)in[i + 1] << 16 |
                     (uint32_t)in[i + 2] << 8 | in[i + 3];

        for (size_t k = GROUP; k-- > 0; v /= BASE)
            out[i / 4 * GROUP + k] = digits[v % BASE];
    }
    out[INC_Z85] = '\0';
}

void
inc_keys_make(struct inc_keys *out)
{
    unsigned char public_key[INC_CURVE], secret[INC_CURVE];

    memset(out, 0, sizeof *out);
    (void)crypto_box_keypair(public_key, secret);
    inc_z85_write(out->public_key, public_key);
    inc_z85_write(out->secret, secret);
    sodium_memzero(secret, sizeof secret);
}

void
inc_keys_wipe(struct inc_keys *k)
{
    sodium_memzero(k, sizeof *k);
}

/* --- files --------------------------------------------------------------- */

struct reading {
    struct inc_keys *keys;
    const char *name;
    unsigned line;
    struct inc_err *err;
};

static enum inc_status
bad_line(const struct reading *r, const char *what)
{
    (void)inc_fail(r->err, INC_E_CONFIG, 0, "%s", what);
    inc_err_where(r->err, "%.60s:%u", r->name, r->line);
    inc_err_hint(r->err, "lines are: user CODE, public KEY, secret KEY, "
                         "server KEY; a KEY is 40 characters of Z85");
    return INC_E_CONFIG;
}

static int
is_code(const char *text, size_t len)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz._:-"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    for (size_t i = 0; i < len; i++)
        if (text[i] == '\0' || strchr(letters, text[i]) == NULL)
            return 0;
    return len > 0 && len <= INC_KEY_USER;
}

static enum inc_status
read_line(struct reading *r, const char *line, size_t len)
{
    const struct {
        const char *word;
        char *to;
        int is_key;
    } known[] = {{"user", r->keys->user, 0},
                 {"public", r->keys->public_key, 1},
                 {"secret", r->keys->secret, 1},
                 {"server", r->keys->server, 1}};
    unsigned char bytes[INC_CURVE];

    while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' '))
        len--;
    if (len == 0 || line[0] == '#')
        return INC_OK;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t n = strlen(known[i].word);
        const char *value = line + n + 1;

        if (len <= n + 1 || memcmp(line, known[i].word, n) != 0 ||
            line[n] != ' ')
            continue;
        if (known[i].to[0] != '\0')
            return bad_line(r, "this stands twice");
        if (known[i].is_key ? inc_z85_read(bytes, value, len - n - 1) != 0
                            : !is_code(value, len - n - 1))
            return bad_line(r, known[i].is_key ? "this is not a key"
                                               : "this is not a code");
        sodium_memzero(bytes, sizeof bytes);
        memcpy(known[i].to, value, len - n - 1);
        return INC_OK;
    }
    return bad_line(r, "this line says nothing known");
}

static enum inc_status
is_pair(const struct reading *r)
{
    unsigned char public_key[INC_CURVE], secret[INC_CURVE], made[INC_CURVE];
    int same;

    if (r->keys->public_key[0] == '\0' || r->keys->secret[0] == '\0') {
        (void)inc_fail(r->err, INC_E_CONFIG, 0,
                       "the file does not hold a pair of keys");
        inc_err_where(r->err, "%.80s", r->name);
        inc_err_hint(r->err, "incrocio keys new makes one");
        return INC_E_CONFIG;
    }
    (void)inc_z85_read(public_key, r->keys->public_key, INC_Z85);
    (void)inc_z85_read(secret, r->keys->secret, INC_Z85);
    same = crypto_scalarmult_base(made, secret) == 0 &&
           sodium_memcmp(made, public_key, INC_CURVE) == 0;
    sodium_memzero(secret, sizeof secret);
    if (same)
        return INC_OK;
    (void)inc_fail(r->err, INC_E_CONFIG, 0,
                   "the two keys of the file do not belong together");
    inc_err_where(r->err, "%.80s", r->name);
    inc_err_hint(r->err, "take both from the same incrocio keys new");
    return INC_E_CONFIG;
}

enum inc_status
inc_keys_parse(struct inc_keys *out, const char *name, const char *text,
               size_t len, struct inc_err *err)
{
    struct reading r = {.keys = out, .name = name, .err = err};
    const char *end = text + len;
    enum inc_status st = INC_OK;

    memset(out, 0, sizeof *out);
    while (text < end && st == INC_OK) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t line = (size_t)((stop == NULL ? end : stop) - text);

        r.line++;
        st = read_line(&r, text, line);
        text += line + (stop != NULL);
    }
    if (st == INC_OK)
        st = is_pair(&r);
    if (st != INC_OK)
        inc_keys_wipe(out);
    return st;
}

enum inc_status
inc_keys_read(struct inc_keys *out, const char *path, struct inc_err *err)
{
    struct inc_buf text = {0};
    struct stat info;
    enum inc_status st = INC_OK;

    INC_TRY(inc_file_read(&text, path, FILE_BYTES_MAX, err));
    if (stat(path, &info) == 0 && (info.st_mode & 077) != 0) {
        st = inc_fail(err, INC_E_CONFIG, 0,
                      "others may read this file with a secret key");
        inc_err_where(err, "%.90s", path);
        inc_err_hint(err, "chmod 600, and make a new key if somebody did");
        goto out;
    }
    st = inc_keys_parse(out, path, (const char *)text.data, text.len, err);
out:
    if (text.data != NULL)
        sodium_memzero(text.data, text.len);
    inc_buf_release(&text);
    return st;
}

enum inc_status
inc_keys_write(const char *path, const struct inc_keys *k, int fresh,
               struct inc_err *err)
{
    struct inc_buf text = {0};
    struct stat info;
    enum inc_status st = INC_OK;

    if (fresh && (lstat(path, &info) == 0 || errno != ENOENT)) {
        st = inc_fail(err, INC_E_CONFIG, 0, "this file is there already");
        inc_err_where(err, "%.90s", path);
        inc_err_hint(err, "name another one; a key is never overwritten");
        return st;
    }
    inc_buf_text(&text, "# incrocio key; keep it to yourself\n");
    if (k->user[0] != '\0')
        inc_buf_printf(&text, "user %s\n", k->user);
    inc_buf_printf(&text, "public %s\nsecret %s\n", k->public_key, k->secret);
    if (k->server[0] != '\0')
        inc_buf_printf(&text, "server %s\n", k->server);
    st = text.failed ? inc_fail(err, INC_E_NOMEM, 0, "no memory for a key")
                     : inc_file_write(path, text.data, text.len, err);
    if (text.data != NULL)
        sodium_memzero(text.data, text.len);
    inc_buf_release(&text);
    return st;
}

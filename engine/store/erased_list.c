/*
 * The list of people who were erased: beside the key file, so that it is not in
 * the folder that a backup is restored into. Text:
 *
 *   incrocio erased 1
 *   <ring's name, 32 hex digits> <person's number>
 *
 * Numbers say nothing about a person; they keep a backup from bringing one
 * back. With a key file that systemd gives it lies beside the store's folder.
 *
 * A second list, `pruned`, has days since 1970 before which the register was
 * pruned, so that a backup does not bring entries back unnoticed.
 */
#include "engine/store/private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/base/mem.h"
#include "engine/store/kek.h"

enum { BYTES_MAX = 256 << 20, NAME_HEX = 32 };

static const struct {
    const char *name, *first_line, *use;
} lists[] = {
    [INC_BESIDE_ERASED] = {"erased", "incrocio erased 1\n",
                           "put back a copy of it; without it a backup brings "
                           "back who was erased"},
    [INC_BESIDE_PRUNED] = {"pruned", "incrocio pruned 1\n",
                           "put back a copy of it, or move it away: without it "
                           "nobody notices when a backup brings back what was "
                           "pruned from the register"},
};

static enum inc_status
path_of(char out[INC_PATH], enum inc_beside list, const char *key_file,
        const char *dir, struct inc_err *err)
{
    int beside_key = !inc_kek_is_credential(key_file);
    const char *stem = beside_key ? key_file : dir;
    size_t n = strlen(stem);
    int len;

    while (n > 1 && stem[n - 1] == '/')
        n--;
    len = snprintf(out, INC_PATH, "%.*s.%s", (int)n, stem, lists[list].name);
    if (len < 0 || len >= INC_PATH)
        return inc_fail(err, INC_E_LIMIT, 0, "a path is over %d bytes",
                        INC_PATH);
    return INC_OK;
}

static enum inc_status
refuse(enum inc_beside list, const char *path, struct inc_err *err)
{
    (void)inc_fail(err, INC_E_CONFIG, 0,
                   "this is not a list of the %s of incrocio",
                   lists[list].name);
    inc_err_where(err, "%s", path);
    inc_err_hint(err, "%s", lists[list].use);
    return INC_E_CONFIG;
}

/* The file's text, with its first line; empty when there is none. */
static enum inc_status
load(struct inc_buf *out, enum inc_beside list, const char *path,
     struct inc_err *err)
{
    size_t n = strlen(lists[list].first_line);
    enum inc_status st = inc_file_read(out, path, BYTES_MAX, err);

    if (st == INC_E_NOTFOUND) {
        inc_buf_reset(out);
        if (err != NULL)
            inc_err_clear(err);
        return INC_OK;
    }
    if (st == INC_OK &&
        (out->len < n || memcmp(out->data, lists[list].first_line, n) != 0 ||
         out->data[out->len - 1] != '\n'))
        st = refuse(list, path, err);
    return st;
}

/* "NAME NUMBER\n" at *text, which moves on. 0 when it is none. */
static int
line(const char **text, char name[NAME_HEX + 1], uint64_t *no)
{
    const char *p = *text;
    char *end;

    if (strspn(p, "0123456789abcdef") != NAME_HEX || p[NAME_HEX] != ' ' ||
        p[NAME_HEX + 1] < '1' || p[NAME_HEX + 1] > '9')
        return 0;
    memcpy(name, p, NAME_HEX);
    name[NAME_HEX] = '\0';
    errno = 0;
    *no = strtoull(p + NAME_HEX + 1, &end, 10);
    if (errno != 0 || *end != '\n')
        return 0;
    *text = end + 1;
    return 1;
}

static int
compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

enum inc_status
inc_beside_read(enum inc_beside list, uint64_t **no, size_t *n,
                const char *key_file, const char *dir, const char *name,
                struct inc_err *err)
{
    struct inc_buf text = {0};
    char path[INC_PATH], owner[NAME_HEX + 1];
    enum inc_status st;
    const char *p;
    size_t cap = 0;
    uint64_t one = 0;

    *no = NULL;
    *n = 0;
    INC_TRY(path_of(path, list, key_file, dir, err));
    INC_TRY(load(&text, list, path, err));
    if (text.len == 0)
        goto out;
    p = inc_buf_cstr(&text) + strlen(lists[list].first_line);
    while (*p != '\0') {
        void *grown = *no;

        if (!line(&p, owner, &one))
            INC_TRY(refuse(list, path, err));
        if (strcmp(owner, name) != 0)
            continue; /* of another store with the same key file */
        if (inc_mem_grow(&grown, &cap, *n, sizeof **no) != 0)
            INC_TRY(inc_fail(err, INC_E_NOMEM, 0, "no memory for the list"));
        *no = grown;
        (*no)[(*n)++] = one;
    }
    if (*n != 0)
        qsort(*no, *n, sizeof **no, compare);
out:
    inc_buf_release(&text);
    if (st != INC_OK) {
        inc_mem_free(*no);
        *no = NULL;
        *n = 0;
    }
    return st;
}

enum inc_status
inc_beside_add(enum inc_beside list, const uint64_t *no, size_t n,
               const char *key_file, const char *dir, const char *name,
               struct inc_err *err)
{
    struct inc_buf text = {0};
    char path[INC_PATH];
    enum inc_status st;

    INC_TRY(path_of(path, list, key_file, dir, err));
    INC_TRY(load(&text, list, path, err));
    if (text.len == 0)
        inc_buf_text(&text, lists[list].first_line);
    for (size_t i = 0; i < n; i++)
        inc_buf_printf(&text, "%s %llu\n", name, (unsigned long long)no[i]);
    if (text.failed)
        INC_TRY(inc_fail(err, INC_E_NOMEM, 0, "no memory for the list"));
    st = inc_file_write(path, text.data, text.len, err);
out:
    inc_buf_release(&text);
    return st;
}

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/utf8.h"
#include "engine/taxonomy/loader.h"

enum { FIRST_SLOTS = 1 << 16 };

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for the taxonomy's texts");
}

/* Every text is a piece of a file followed by a separator there, and by one
 * NUL here: the files' sizes bound the block, which so never moves while the
 * files are read. Pages that stay unused cost nothing. */
enum inc_status
inc_texts_init(struct loader *l, struct inc_err *err)
{
    uint64_t cap = 1;

    for (size_t i = 0; i < l->src.n; i++)
        if (l->src.file[i].kind <= FILE_ISCO_GROUPS)
            cap += l->src.file[i].bytes + 16;
    if (cap >= UINT32_MAX)
        return inc_fail(err, INC_E_LIMIT, 0,
                        "the taxonomy's files are over 4 GiB");
    l->t->texts = inc_mem_zero((size_t)cap, 1);
    l->slot = inc_mem_zero(FIRST_SLOTS, sizeof *l->slot);
    if (l->t->texts == NULL || l->slot == NULL)
        return no_memory(err);
    l->texts_cap = (size_t)cap;
    l->slots = FIRST_SLOTS;
    l->t->texts_len = 1; /* offset 0: the empty text */
    return INC_OK;
}

static enum inc_status
room(const struct loader *l, size_t len, struct inc_err *err)
{
    if (len < l->texts_cap - l->t->texts_len)
        return INC_OK;
    return inc_fail(err, INC_E_IO, 0,
                    "a taxonomy file grew while it was being read");
}

enum inc_status
inc_texts_add(struct loader *l, uint32_t *at, const char *text, size_t len,
              struct inc_err *err)
{
    enum inc_status st = room(l, len, err);

    *at = 0;
    if (st != INC_OK || len == 0)
        return st;
    *at = (uint32_t)l->t->texts_len;
    memcpy(l->t->texts + *at, text, len);
    l->t->texts[*at + len] = '\0';
    l->t->texts_len += len + 1;
    return INC_OK;
}

static size_t
hash(const char *text, size_t len)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return (size_t)(h ^ h >> 29);
}

static enum inc_status
widen(struct loader *l, struct inc_err *err)
{
    size_t cap = l->slots * 2;
    uint32_t *slot = inc_mem_zero(cap, sizeof *slot);

    if (slot == NULL)
        return no_memory(err);
    for (size_t i = 0; i < l->slots; i++) {
        const char *text;
        size_t k;
        if (l->slot[i] == 0)
            continue;
        text = inc_tax_text(l->t, l->slot[i]);
        k = hash(text, strlen(text)) & (cap - 1);
        while (slot[k] != 0)
            k = (k + 1) & (cap - 1);
        slot[k] = l->slot[i];
    }
    inc_mem_free(l->slot);
    l->slot = slot;
    l->slots = cap;
    return INC_OK;
}

/* Keep the text that stands unfinished at the end of the block, unless the
 * same text is there already. */
static enum inc_status
intern(struct loader *l, uint32_t *at, size_t len, struct inc_err *err)
{
    char *text = l->t->texts + l->t->texts_len;
    size_t k;

    *at = 0;
    if (len == 0)
        return INC_OK;
    if ((l->interned + 1) * 2 > l->slots) {
        enum inc_status st = widen(l, err);
        if (st != INC_OK)
            return st;
    }
    text[len] = '\0';
    k = hash(text, len) & (l->slots - 1);
    while (l->slot[k] != 0 && strcmp(l->t->texts + l->slot[k], text) != 0)
        k = (k + 1) & (l->slots - 1);
    if (l->slot[k] == 0) {
        l->slot[k] = (uint32_t)l->t->texts_len;
        l->t->texts_len += len + 1;
        l->interned++;
    }
    *at = l->slot[k];
    return INC_OK;
}

/* Spaces of any width, and control characters that stand for one. */
static int
space(uint32_t c)
{
    return c <= 0x20 || c == 0x7f || c == 0xa0 || (c >= 0x80 && c < 0xa0) ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000;
}

/* Soft hyphen, zero-width characters, direction marks, byte order mark. */
static int
invisible(uint32_t c)
{
    return c == 0xad || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2064) ||
           c == 0xfeff;
}

/* Length of the clean text written to out, at most len. */
static size_t
cleaned(char *out, const char *text, size_t len)
{
    size_t n = 0;
    int pending = 0;

    for (size_t pos = 0; pos < len;) {
        uint32_t c = inc_utf8_next(text, len, &pos);
        if (invisible(c))
            continue;
        if (space(c)) {
            pending = n != 0;
            continue;
        }
        if (pending)
            out[n++] = ' ';
        pending = 0;
        n += inc_utf8_put(out + n, c);
    }
    return n;
}

enum inc_status
inc_texts_clean(struct loader *l, uint32_t *at, int *dirty, const char *text,
                size_t len, struct inc_err *err)
{
    enum inc_status st = room(l, len, err);
    char *out = l->t->texts + l->t->texts_len;
    size_t n;

    *at = 0;
    *dirty = 0;
    if (st != INC_OK)
        return st;
    n = cleaned(out, text, len);
    *dirty = n != len || memcmp(out, text, len) != 0;
    return intern(l, at, n, err);
}

void
inc_texts_end(struct loader *l)
{
    void *p = inc_mem_resize(l->t->texts, l->t->texts_len, 1);

    if (p != NULL) /* else the block stays too big, and right */
        l->t->texts = p;
    l->texts_cap = l->t->texts_len;
    inc_mem_free(l->slot);
    l->slot = NULL;
    l->slots = 0;
}

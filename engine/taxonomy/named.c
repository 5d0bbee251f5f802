#include "engine/taxonomy/named.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/taxonomy/inside.h"

static uint32_t
add_text(struct inc_taxonomy *t, const char *text)
{
    const size_t n = strlen(text) + 1;
    const uint32_t at = (uint32_t)t->texts_len;

    if (n == 1)
        return 0;
    memcpy(t->texts + at, text, n);
    t->texts_len += n;
    return at;
}

/* All that questions about occupations read, relations empty. 0, or -1. */
static int
make_room(struct inc_taxonomy *t, size_t n)
{
    struct pillar *p = &t->pillar[INC_PILLAR_OCCUPATION];
    uint32_t **each[] = {
        &p->uri,          &p->code,        &p->replacement, &p->words[0].label,
        &t->essential.at, &t->optional.at, &t->related.at,  &t->ancestor_at};

    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        *each[i] = inc_mem_zero(n + 1, sizeof **each[i]);
        if (*each[i] == NULL)
            return -1;
    }
    p->flags = inc_mem_zero(n, 1);
    p->reuse = inc_mem_zero(n, 1);
    return p->flags == NULL || p->reuse == NULL ? -1 : 0;
}

enum inc_status
inc_taxonomy_of_names(struct inc_taxonomy **out, const char *lang,
                      const struct inc_name *name, size_t n,
                      struct inc_err *err)
{
    struct inc_taxonomy *t = inc_mem_zero(1, sizeof *t);
    struct pillar *p;
    enum inc_status st = INC_OK;
    size_t bytes = 1; /* offset 0: the empty text */

    *out = NULL;
    if (t == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for names");
    for (size_t i = 0; i < n; i++)
        bytes += strlen(name[i].key) + strlen(name[i].text) + 2;
    if (bytes >= UINT32_MAX || n >= UINT32_MAX) {
        st = inc_fail(err, INC_E_LIMIT, 0, "the names are over 4 GiB");
        goto out;
    }
    t->texts = inc_mem_zero(bytes, 1);
    if (t->texts == NULL || make_room(t, n) != 0) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for names");
        goto out;
    }
    p = &t->pillar[INC_PILLAR_OCCUPATION];
    t->texts_len = 1;
    (void)snprintf(t->lang[0], LANG_BYTES, "%s", lang);
    t->langs = 1;
    t->english = -1;
    p->count = (uint32_t)n;
    for (size_t i = 0; i < n; i++) {
        p->uri[i] = add_text(t, name[i].key);
        p->words[0].label[i] = add_text(t, name[i].text);
        p->replacement[i] = INC_NO_CONCEPT;
    }
    *out = t;
    t = NULL;
out:
    inc_taxonomy_free(t);
    return st;
}

/* A linker over a folder of small files, for the tests of engine/link. */
#ifndef INC_TESTS_UNIT_LINK_LINKED_H
#define INC_TESTS_UNIT_LINK_LINKED_H

#include "tests/unit/taxonomy/folder.h"

#include "engine/link/link.h"

struct linked {
    char dir[256];
    struct inc_taxonomy *t;
    struct inc_search *s;
    struct inc_linker *l;
    int it;
};

/* From what lies in w->dir. */
static inline void
linked_open(struct linked *w)
{
    struct inc_err err;

    w->t = folder_load(w->dir);
    if (inc_search_build(&w->s, w->t, &err) != INC_OK ||
        inc_linker_build(&w->l, w->t, w->s, &err) != INC_OK)
        fail_msg("%s", err.what);
    w->it = inc_taxonomy_lang(w->t, "it");
}

static inline void
linked_close(struct linked *w)
{
    inc_linker_free(w->l);
    inc_search_free(w->s);
    inc_taxonomy_free(w->t);
    folder_free(w->dir);
}

static inline size_t
linked_name(const struct linked *w, const char *text, struct inc_link *out,
            size_t max)
{
    return inc_link_name(w->l, INC_PILLAR_OCCUPATION, text, strlen(text), w->it,
                         out, max);
}

#endif

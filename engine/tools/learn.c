/* learn.c - skills that occur together in a store and in a table. */
#include "engine/tools/learn.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/store/store.h"
#include "engine/tools/speak.h"
#include "engine/train/together.h"

enum { ARENA_BYTES = 4 << 20, SKILLS_OF_ONE = INC_SKILLS_MAX };
_Static_assert((int)INC_REQUIREMENTS_MAX <= (int)SKILLS_OF_ONE,
               "a need asks no more than a person can have");

/* One walk over the people or the needs. */
struct walk {
    struct inc_learning *l;
    const struct inc_taxonomy *t;
    struct inc_together sets;
    struct inc_map company; /* id -> number; keys owned by `names` */
    char **names;
    size_t n_names, cap_names;
    uint32_t skill[SKILLS_OF_ONE];
    uint32_t n;
    struct inc_err *err;
};

static void
mention(struct walk *w, const char *uri)
{
    uint32_t id = inc_concept_find(w->t, INC_PILLAR_SKILL, uri, strlen(uri));

    w->l->mentions++;
    if (id == INC_NO_CONCEPT)
        w->l->unknown++;
    else if (w->n < SKILLS_OF_ONE)
        w->skill[w->n++] = id;
}

static enum inc_status
add_set(struct walk *w, uint64_t owner)
{
    enum inc_status st = INC_OK;

    if (w->n > 0)
        st = inc_together_add(&w->sets, owner, w->skill, w->n);
    w->n = 0;
    return st == INC_OK
               ? st
               : inc_fail(w->err, st, 0, "no memory for what people can do");
}

/* What is said of a person; what her occupations imply is the taxonomy's
 * knowledge already. Level 0 says that she cannot. */
static enum inc_status
person(void *arg, uint64_t no, const union inc_record *r)
{
    struct walk *w = arg;
    const struct inc_candidate *c = &r->candidate;

    if (c->frozen) {
        w->l->frozen++;
        return INC_OK;
    }
    for (uint32_t i = 0; i < c->n_skills; i++)
        if (!INC_HAS(&c->skills[i], INC_SKILL_LEVEL) || c->skills[i].level > 0)
            mention(w, c->skills[i].uri);
    return add_set(w, no);
}

/* Companies are numbered from 1; needs that name none count as one company,
 * since nobody knows that they are more. */
static enum inc_status
company_of(struct walk *w, uint64_t *out, const struct inc_need *n)
{
    size_t len = n->company == NULL ? 0 : strlen(n->company);
    void *array = w->names;
    uint32_t was;
    char *name;

    *out = 0;
    if (len == 0)
        return INC_OK;
    was = inc_map_get(&w->company, n->company, len);
    if (was != INC_MAP_NONE) {
        *out = was;
        return INC_OK;
    }
    name = inc_mem_text(n->company, len);
    if (name == NULL ||
        inc_mem_grow(&array, &w->cap_names, w->n_names, sizeof *w->names) != 0)
        goto no_memory;
    w->names = array;
    *out = w->n_names + 1;
    if (inc_map_add(&w->company, name, len, (uint32_t)*out, NULL) != INC_OK)
        goto no_memory;
    w->names[w->n_names++] = name;
    return INC_OK;
no_memory:
    inc_mem_free(name);
    return inc_fail(w->err, INC_E_NOMEM, 0, "no memory for the companies");
}

static enum inc_status
need(void *arg, uint64_t no, const union inc_record *r)
{
    struct walk *w = arg;
    const struct inc_need *n = &r->need;
    uint64_t owner;
    enum inc_status st = company_of(w, &owner, n);

    (void)no;
    for (uint32_t i = 0; st == INC_OK && i < n->n_requirements; i++)
        mention(w, n->requirements[i].uri);
    return st == INC_OK ? add_set(w, owner) : st;
}

static struct inc_train_source *
new_source(struct inc_learning *l, const char *from)
{
    struct inc_train_source *s = &l->source[l->n];

    s->from = from;
    s->pairs = &l->pairs[l->n++];
    s->least = l->least;
    return s;
}

static enum inc_status
learn_kind(struct inc_learning *l, const struct inc_taxonomy *t,
           struct inc_view *v, enum inc_record_kind kind, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    int people = kind == INC_RECORD_CANDIDATE;
    struct inc_train_source *s = new_source(l, people ? "people" : "needs");
    struct inc_arena arena = {0};
    struct walk *w = inc_mem_zero(1, sizeof *w);

    if (w == NULL || inc_arena_init(&arena, ARENA_BYTES) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to read the store");
        goto out;
    }
    w->l = l;
    w->t = t;
    w->err = err;
    INC_TRY(inc_view_scan(v, kind, &arena, people ? person : need, w, err));
    st = inc_together_pairs(&l->pairs[l->n - 1], &s->owners, &w->sets,
                            inc_concept_count(t, INC_PILLAR_SKILL), l->least);
    if (st != INC_OK)
        (void)inc_fail(err, st, 0, "no memory to count pairs of skills");
out:
    if (w != NULL) {
        inc_together_release(&w->sets);
        inc_map_release(&w->company);
        for (size_t i = 0; i < w->n_names; i++)
            inc_mem_free(w->names[i]);
        inc_mem_free(w->names);
    }
    inc_mem_free(w);
    inc_arena_release(&arena);
    return st;
}

static enum inc_status
learn_store(struct inc_learning *l, const struct inc_taxonomy *t,
            const struct inc_tool_args *a, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_store *store = NULL;
    struct inc_view *view = NULL;
    const struct inc_store_options options = inc_tool_store_options(a);

    l->with_store = 1;
    INC_TRY(inc_store_open(&store, a->with_store, &options, err));
    INC_TRY(inc_view_open(&view, store, err));
    INC_TRY(learn_kind(l, t, view, INC_RECORD_CANDIDATE, err));
    INC_TRY(learn_kind(l, t, view, INC_RECORD_NEED, err));
    if (l->unknown * 2 > l->mentions) {
        st = inc_fail(err, INC_E_MISMATCH, 0,
                      "the taxonomy does not know %" PRIu64 " of the %" PRIu64
                      " skills that the store names",
                      l->unknown, l->mentions);
        inc_err_hint(err, "the store was written with another taxonomy: give "
                          "that one, and --local with the office's concepts; "
                          "incrocio store verify --esco lists what is unknown");
    }
out:
    inc_view_close(view);
    inc_store_close(store);
    return st;
}

enum inc_status
inc_learn(struct inc_learning *l, const struct inc_taxonomy *t,
          const struct inc_tool_args *a, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    l->least = a->least > 0 ? (uint32_t)a->least : INC_LEAST_PEOPLE;
    if (a->with_store != NULL)
        INC_TRY(learn_store(l, t, a, err));
    if (a->with_pairs != NULL) {
        struct inc_train_source *s = new_source(l, "table");
        l->with_table = 1;
        s->path = a->with_pairs;
        s->digest = l->table.digest;
        INC_TRY(inc_pairs_read(&l->pairs[l->n - 1], &l->table, a->with_pairs, t,
                               l->least, err));
    }
out:
    return st;
}

static void
print_source(const struct inc_train_source *s)
{
    char owners[32], pairs[32];

    (void)inc_tool_count(owners, s->owners);
    (void)inc_tool_count(pairs, s->pairs->count);
    if (s->path != NULL)
        (void)printf(_("Learned from the table: %s pairs of skills.\n"), pairs);
    else if (s->owners == 0 && strcmp(s->from, "people") == 0)
        (void)printf(_("Learned from people: nothing, they are fewer than "
                       "%u.\n"),
                     (unsigned)s->least);
    else if (s->owners == 0)
        (void)printf(_("Learned from needs: nothing, fewer than %u companies "
                       "have one.\n"),
                     (unsigned)s->least);
    else if (strcmp(s->from, "people") == 0)
        (void)printf(_("Learned from %s people: %s pairs of skills that at "
                       "least %u of them have.\n"),
                     owners, pairs, (unsigned)s->least);
    else
        (void)printf(_("Learned from the needs of %s companies: %s pairs of "
                       "skills that at least %u of them ask.\n"),
                     owners, pairs, (unsigned)s->least);
}

void
inc_learn_print(const struct inc_learning *l, const struct inc_taxonomy *t)
{
    char n[32], all[32];

    for (size_t i = 0; i < l->n; i++)
        print_source(&l->source[i]);
    if (l->frozen > 0)
        (void)printf(_("Frozen people, left out: %s.\n"),
                     inc_tool_count(n, l->frozen));
    if (l->unknown > 0)
        (void)printf(_("Not in taxonomy %s, left out: %s of %s skills that "
                       "the store names.\n"),
                     inc_taxonomy_version(t), inc_tool_count(n, l->unknown),
                     inc_tool_count(all, l->mentions));
    if (l->table.unknown > 0)
        (void)printf(_("Not in taxonomy %s, left out: %s of %s lines of the "
                       "table, such as %s.\n"),
                     inc_taxonomy_version(t),
                     inc_tool_count(n, l->table.unknown),
                     inc_tool_count(all, l->table.lines), l->table.example);
    if (l->table.few > 0)
        (void)printf(_("Under %u, left out: %s pairs of the table.\n"),
                     (unsigned)l->least, inc_tool_count(n, l->table.few));
}

void
inc_learn_release(struct inc_learning *l)
{
    for (size_t i = 0; i < INC_TRAIN_SOURCES; i++)
        inc_pairs_release(&l->pairs[i]);
}

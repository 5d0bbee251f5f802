#include "engine/server/survey.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/map.h"
#include "engine/base/mem.h"

enum { ARENA_BYTES = 16 << 20 };

struct unknown {
    char *uri; /* owned */
    enum inc_pillar pillar;
    uint64_t uses;
};

struct inc_survey {
    struct unknown *list;
    size_t n, cap;
    struct inc_map index; /* uri -> place in list; only while it is built */
    uint64_t records;
    /* of the walk */
    const struct inc_taxonomy *taxonomy;
    enum inc_record_kind kind;
    int found, no_memory;
};

static void
check(const struct inc_taxonomy *t, enum inc_pillar p, const char *uri,
      void (*tell)(void *arg, enum inc_pillar pillar, const char *uri),
      void *arg)
{
    if (uri != NULL &&
        inc_concept_find(t, p, uri, strlen(uri)) == INC_NO_CONCEPT)
        tell(arg, p, uri);
}

void
inc_survey_record(enum inc_record_kind kind, const union inc_record *r,
                  const struct inc_taxonomy *t,
                  void (*tell)(void *arg, enum inc_pillar pillar,
                               const char *uri),
                  void *arg)
{
    const struct inc_candidate *c = &r->candidate;
    const struct inc_need *n = &r->need;

    if (kind == INC_RECORD_CANDIDATE) {
        for (uint32_t i = 0; i < c->n_skills; i++)
            check(t, INC_PILLAR_SKILL, c->skills[i].uri, tell, arg);
        for (uint32_t i = 0; i < c->n_occupations; i++)
            check(t, INC_PILLAR_OCCUPATION, c->occupations[i].uri, tell, arg);
        for (uint32_t i = 0; i < c->preferences.n_occupations; i++)
            check(t, INC_PILLAR_OCCUPATION, c->preferences.occupations[i], tell,
                  arg);
    } else if (kind == INC_RECORD_NEED) {
        for (uint32_t i = 0; i < n->n_requirements; i++) {
            const struct inc_requirement *q = &n->requirements[i];

            check(t, INC_PILLAR_SKILL, q->uri, tell, arg);
            for (uint32_t k = 0; k < q->n_alternatives; k++)
                check(t, INC_PILLAR_SKILL, q->alternatives[k], tell, arg);
        }
    }
}

static void
note(void *arg, enum inc_pillar pillar, const char *uri)
{
    struct inc_survey *s = arg;
    size_t len = strlen(uri);
    uint32_t at = inc_map_get(&s->index, uri, len);

    s->found = 1;
    if (at != INC_MAP_NONE) {
        s->list[at].uses++;
        return;
    }
    if (inc_mem_grow((void **)&s->list, &s->cap, s->n, sizeof *s->list) != 0) {
        s->no_memory = 1;
        return;
    }
    s->list[s->n] = (struct unknown){inc_mem_text(uri, len), pillar, 1};
    if (s->list[s->n].uri == NULL ||
        inc_map_add(&s->index, s->list[s->n].uri, len, (uint32_t)s->n, NULL) !=
            INC_OK) {
        inc_mem_free(s->list[s->n].uri);
        s->no_memory = 1;
        return;
    }
    s->n++;
}

static enum inc_status
look(void *arg, uint64_t no, const union inc_record *r)
{
    struct inc_survey *s = arg;

    (void)no;
    s->found = 0;
    inc_survey_record(s->kind, r, s->taxonomy, note, s);
    s->records += (uint64_t)s->found;
    return s->no_memory ? INC_E_NOMEM : INC_OK;
}

static int
by_uri(const void *a, const void *b)
{
    const struct unknown *x = a, *y = b;

    return strcmp(x->uri, y->uri);
}

enum inc_status
inc_survey_run(struct inc_survey **out, struct inc_store *store,
               const struct inc_estate *e, struct inc_err *err)
{
    static const enum inc_record_kind kinds[] = {INC_RECORD_CANDIDATE,
                                                 INC_RECORD_NEED};
    struct inc_survey *s = inc_mem_zero(1, sizeof *s);
    struct inc_view *view = NULL;
    struct inc_arena arena = {0};
    enum inc_status st = INC_OK;

    *out = NULL;
    if (s == NULL || inc_arena_init(&arena, ARENA_BYTES) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the survey");
        goto out;
    }
    s->taxonomy = e->world.taxonomy;
    INC_TRY(inc_view_open(&view, store, err));
    for (size_t i = 0; i < 2; i++) {
        s->kind = kinds[i];
        INC_TRY(inc_view_scan(view, s->kind, &arena, look, s, err));
    }
    inc_map_release(&s->index);
    if (s->n > 0)
        qsort(s->list, s->n, sizeof *s->list, by_uri);
    *out = s;
    s = NULL;
out:
    inc_view_close(view);
    inc_arena_release(&arena);
    inc_survey_free(s);
    return st;
}

void
inc_survey_free(struct inc_survey *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n; i++)
        inc_mem_free(s->list[i].uri);
    inc_mem_free(s->list);
    inc_map_release(&s->index);
    inc_mem_free(s);
}

uint64_t
inc_survey_records(const struct inc_survey *s)
{
    return s->records;
}

size_t
inc_survey_uris(const struct inc_survey *s)
{
    return s->n;
}

void
inc_survey_line(const struct inc_survey *s, size_t i,
                const struct inc_estate *e, int lang,
                struct inc_survey_line *out)
{
    const struct unknown *u = &s->list[i];
    struct inc_hit hit;

    *out = (struct inc_survey_line){
        .uri = u->uri, .pillar = u->pillar, .records = u->uses};
    if (e->reference.search == NULL ||
        inc_search_uri(e->reference.search, u->pillar, u->uri, strlen(u->uri),
                       &hit, 1) == 0)
        return;
    out->near_uri = inc_concept_uri(e->world.taxonomy, u->pillar, hit.id);
    out->near_label =
        inc_concept_label(e->world.taxonomy, u->pillar, hit.id, lang);
}

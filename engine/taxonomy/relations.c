/*
 * relations.c - links between concepts: read, sorted, without repetitions.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/taxonomy/loader.h"

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for relations");
}

static enum inc_status
push(struct edges *e, uint32_t from, uint32_t to, unsigned kind,
     const struct reading *r, struct inc_err *err)
{
    void *array = e->item;

    if (e->n >= UINT32_MAX / 2 ||
        inc_mem_grow(&array, &e->cap, e->n, sizeof *e->item) != 0)
        return no_memory(err);
    e->item = array;
    e->item[e->n++] =
        (struct edge){from, to, (uint16_t)kind, (uint16_t)r->index,
                      (uint32_t)inc_csv_line(r->csv)};
    return INC_OK;
}

/* The URI in a column, spaces at its ends left out. An empty one is an error:
 * a relation without one end is a broken file, not a survivable row. */
static enum inc_status
uri_of(const struct reading *r, int column, const char **uri, size_t *len,
       struct inc_err *err)
{
    const char *p = inc_csv_field(r->csv, column, len);

    while (*len != 0 && (unsigned char)p[0] <= ' ') {
        p++;
        (*len)--;
    }
    while (*len != 0 && (unsigned char)p[*len - 1] <= ' ')
        (*len)--;
    *uri = p;
    if (*len != 0)
        return INC_OK;
    return inc_csv_bad(r->csv, column, "the relation has no URI here",
                       "the URI of a concept", err);
}

static void
unknown(struct loader *l, const struct reading *r, const char *what,
        const char *uri, size_t len)
{
    inc_tax_defect(l->t, INC_DEFECT_UNKNOWN_REFERENCE,
                   "%s line %" PRIu64 ": %s %.*s is not there", r->file->name,
                   inc_csv_line(r->csv), what, (int)(len < 200 ? len : 200),
                   uri);
}

static uint32_t
find(const struct inc_taxonomy *t, enum inc_pillar p, const char *uri,
     size_t len)
{
    return inc_map_get(&t->pillar[p].by_uri, uri, len);
}

/* Node of the skill hierarchy: skills, then groups. */
static uint32_t
find_node(const struct inc_taxonomy *t, const char *uri, size_t len)
{
    uint32_t id = find(t, INC_PILLAR_SKILL, uri, len);

    if (id == INC_MAP_NONE) {
        id = find(t, INC_PILLAR_GROUP, uri, len);
        if (id != INC_MAP_NONE)
            id += t->pillar[INC_PILLAR_SKILL].count;
    }
    return id;
}

static int
equals(const char *p, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(p, word, len) == 0;
}

static enum inc_status
read_occupation_skill(struct loader *l, struct edges *e, struct reading *r,
                      struct inc_err *err)
{
    enum inc_status st;
    int occ, skill, type, more;

    INC_TRY(inc_csv_need(r->csv, &occ, "occupationUri", err));
    INC_TRY(inc_csv_need(r->csv, &type, "relationType", err));
    INC_TRY(inc_csv_need(r->csv, &skill, "skillUri", err));
    for (;;) {
        const char *from, *to, *kind;
        size_t from_len, to_len, kind_len;
        uint32_t a, b;
        int optional;
        INC_TRY(inc_reading_next(l, r, &more, err));
        if (!more)
            break;
        INC_TRY(uri_of(r, occ, &from, &from_len, err));
        INC_TRY(uri_of(r, skill, &to, &to_len, err));
        kind = inc_csv_field(r->csv, type, &kind_len);
        optional = equals(kind, kind_len, "optional");
        if (!optional && !equals(kind, kind_len, "essential")) {
            st = inc_csv_bad(r->csv, type, "the relation type is not known",
                             "essential or optional", err);
            goto out;
        }
        a = find(l->t, INC_PILLAR_OCCUPATION, from, from_len);
        b = find(l->t, INC_PILLAR_SKILL, to, to_len);
        if (a == INC_MAP_NONE)
            unknown(l, r, "occupation", from, from_len);
        else if (b == INC_MAP_NONE)
            unknown(l, r, "skill", to, to_len);
        else
            INC_TRY(push(e, a, b, optional ? 1 : 0, r, err));
    }
out:
    return st;
}

static enum inc_status
read_broader(struct loader *l, struct edges *e, struct reading *r,
             struct inc_err *err)
{
    enum inc_status st;
    int narrow, broad, more;

    INC_TRY(inc_csv_need(r->csv, &narrow, "conceptUri", err));
    INC_TRY(inc_csv_need(r->csv, &broad, "broaderUri", err));
    for (;;) {
        const char *from, *to;
        size_t from_len, to_len;
        uint32_t a, b;
        INC_TRY(inc_reading_next(l, r, &more, err));
        if (!more)
            break;
        INC_TRY(uri_of(r, narrow, &from, &from_len, err));
        INC_TRY(uri_of(r, broad, &to, &to_len, err));
        a = find_node(l->t, from, from_len);
        b = find_node(l->t, to, to_len);
        if (a == INC_MAP_NONE)
            unknown(l, r, "concept", from, from_len);
        else if (b == INC_MAP_NONE)
            unknown(l, r, "broader concept", to, to_len);
        else
            INC_TRY(push(e, a, b, 0, r, err));
    }
out:
    return st;
}

static enum inc_status
read_related(struct loader *l, struct edges *e, struct reading *r,
             struct inc_err *err)
{
    enum inc_status st;
    int one, other, more;

    INC_TRY(inc_csv_need(r->csv, &one, "originalSkillUri", err));
    INC_TRY(inc_csv_need(r->csv, &other, "relatedSkillUri", err));
    for (;;) {
        const char *from, *to;
        size_t from_len, to_len;
        uint32_t a, b;
        INC_TRY(inc_reading_next(l, r, &more, err));
        if (!more)
            break;
        INC_TRY(uri_of(r, one, &from, &from_len, err));
        INC_TRY(uri_of(r, other, &to, &to_len, err));
        a = find(l->t, INC_PILLAR_SKILL, from, from_len);
        b = find(l->t, INC_PILLAR_SKILL, to, to_len);
        if (a == INC_MAP_NONE) {
            unknown(l, r, "skill", from, from_len);
        } else if (b == INC_MAP_NONE) {
            unknown(l, r, "skill", to, to_len);
        } else if (a != b) {
            INC_TRY(push(e, a, b, 0, r, err));
            INC_TRY(push(e, b, a, 1, r, err));
        }
    }
out:
    return st;
}

enum inc_status
inc_relations_read(struct loader *l, struct relations *all, struct reading *r,
                   struct inc_err *err)
{
    if (r->file->kind == FILE_OCCUPATION_SKILL)
        return read_occupation_skill(l, &all->occupation, r, err);
    if (r->file->kind == FILE_BROADER_SKILL)
        return read_broader(l, &all->broader, r, err);
    return read_related(l, &all->related, r, err);
}

static int
by_ends(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static int
same_pair(const struct edge *x, const struct edge *y)
{
    return x->from == y->from && x->to == y->to;
}

/* Sort and keep one edge for each pair: the essential one before the optional.
 * The same pair in two files is what translated downloads have; in one file
 * it is a defect (both directions of a related pair are not). */
static void
tidy(struct loader *l, struct edges *e, int two_ways)
{
    size_t kept = 0, first = 0;

    if (e->n == 0)
        return;
    qsort(e->item, e->n, sizeof *e->item, by_ends);
    for (size_t i = 1; i < e->n; i++) {
        const struct edge *one = &e->item[i], *last = one - 1;
        int again;
        if (!same_pair(one, last)) {
            first = i;
            continue;
        }
        again =
            two_ways
                ? one->kind == 0 && last->kind == 0 && one->file == last->file
                : one->file == last->file || one->file == e->item[first].file;
        if (again)
            inc_tax_defect(l->t, INC_DEFECT_DUPLICATE_RELATION,
                           "%s line %u: the same pair is there already",
                           l->src.file[one->file].name, one->line);
    }
    for (size_t i = 0; i < e->n; i++)
        if (kept == 0 || !same_pair(&e->item[kept - 1], &e->item[i]))
            e->item[kept++] = e->item[i];
    e->n = kept;
}

/* Lists from sorted edges; kind < 0 takes all of them. */
static enum inc_status
build(struct lists *out, const struct edges *e, uint32_t rows, int kind,
      struct inc_err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < e->n; i++)
        n += kind < 0 || e->item[i].kind == kind;
    out->at = inc_mem_zero((size_t)rows + 1, sizeof *out->at);
    out->item = inc_mem_zero(n, sizeof *out->item);
    if (out->at == NULL || out->item == NULL)
        return no_memory(err);
    n = 0;
    for (size_t i = 0; i < e->n; i++) {
        if (kind >= 0 && e->item[i].kind != kind)
            continue;
        out->item[n++] = e->item[i].to;
        out->at[e->item[i].from + 1]++;
    }
    for (uint32_t i = 0; i < rows; i++)
        out->at[i + 1] += out->at[i];
    return INC_OK;
}

enum inc_status
inc_relations_finish(struct loader *l, struct relations *all,
                     struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_taxonomy *t = l->t;
    uint32_t occupations = t->pillar[INC_PILLAR_OCCUPATION].count;
    uint32_t skills = t->pillar[INC_PILLAR_SKILL].count;

    tidy(l, &all->occupation, 0);
    tidy(l, &all->broader, 0);
    tidy(l, &all->related, 1);
    INC_TRY(build(&t->essential, &all->occupation, occupations, 0, err));
    INC_TRY(build(&t->optional, &all->occupation, occupations, 1, err));
    INC_TRY(build(&t->related, &all->related, skills, -1, err));
    st = inc_hierarchy_build(t, &all->broader, err);
out:
    return st;
}

void
inc_relations_release(struct relations *all)
{
    inc_mem_free(all->occupation.item);
    inc_mem_free(all->broader.item);
    inc_mem_free(all->related.item);
    memset(all, 0, sizeof *all);
}

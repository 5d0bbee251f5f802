/*
 * finish.c - from drafts in order of meeting to concepts in order of URI.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/taxonomy/loader.h"

static const char *const pillar_names[PILLARS] = {
    [INC_PILLAR_SKILL] = "skills",
    [INC_PILLAR_OCCUPATION] = "occupations",
    [INC_PILLAR_GROUP] = "skill groups",
    [INC_PILLAR_ISCO] = "ISCO groups",
};

struct key {
    const char *uri;
    uint32_t draft;
};

static int
by_uri(const void *a, const void *b)
{
    return strcmp(((const struct key *)a)->uri, ((const struct key *)b)->uri);
}

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for concepts");
}

static enum inc_status
allocate(struct pillar *p, size_t n, struct inc_err *err)
{
    p->uri = inc_mem_zero(n, sizeof *p->uri);
    p->code = inc_mem_zero(n, sizeof *p->code);
    p->replacement = inc_mem_zero(n, sizeof *p->replacement);
    p->flags = inc_mem_zero(n, sizeof *p->flags);
    p->reuse = inc_mem_zero(n, sizeof *p->reuse);
    if (p->uri == NULL || p->code == NULL || p->replacement == NULL ||
        p->flags == NULL || p->reuse == NULL)
        return no_memory(err);
    p->count = (uint32_t)n;
    return INC_OK;
}

/* final[draft] = number of the concept. */
static enum inc_status
number(struct inc_taxonomy *t, struct pillar *p, const struct drafts *d,
       uint32_t *final, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct key *key = inc_mem_zero(d->n, sizeof *key);

    if (key == NULL)
        return no_memory(err);
    for (size_t i = 0; i < d->n; i++) {
        key[i].uri = inc_tax_text(t, d->item[i].uri_at);
        key[i].draft = (uint32_t)i;
    }
    qsort(key, d->n, sizeof *key, by_uri);
    for (uint32_t id = 0; id < p->count; id++) {
        const struct draft *one = &d->item[key[id].draft];
        final[key[id].draft] = id;
        p->uri[id] = one->uri_at;
        p->code[id] = one->code;
        p->flags[id] = one->flags;
        p->reuse[id] = one->reuse;
        p->replacement[id] = INC_NO_CONCEPT;
        if (inc_map_add(&p->by_uri, key[id].uri, one->uri_len, id, NULL) !=
            INC_OK) {
            st = no_memory(err);
            break;
        }
    }
    inc_mem_free(key);
    return st;
}

static void
resolve_replacements(struct loader *l, struct pillar *p, const struct drafts *d,
                     const uint32_t *final)
{
    for (size_t i = 0; i < d->n; i++) {
        const struct draft *one = &d->item[i];
        const char *uri = inc_tax_text(l->t, one->replaced_by);
        uint32_t id;
        if (one->replaced_by == 0)
            continue;
        id = inc_map_get(&p->by_uri, uri, strlen(uri));
        if (id == INC_MAP_NONE)
            inc_tax_defect(l->t, INC_DEFECT_UNKNOWN_REFERENCE,
                           "%s: replacedBy %s of %s is not there",
                           l->src.file[one->last_file].name, uri,
                           inc_tax_text(l->t, one->uri_at));
        else if (id != final[i])
            p->replacement[final[i]] = id;
    }
}

static void
blank_types(struct loader *l, const struct drafts *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->item[i].bad_type)
            inc_tax_defect(l->t, INC_DEFECT_BLANK_TYPE,
                           "%s line %u: skillType or reuseLevel empty or "
                           "unknown, %s",
                           l->src.file[d->item[i].first_file].name,
                           d->item[i].first_line,
                           inc_tax_text(l->t, d->item[i].uri_at));
}

/* First language file wins, except that the office's own label replaces the
 * official one. */
static enum inc_status
put_labels(struct pillar *p, const struct drafts *d, const uint32_t *final,
           struct inc_err *err)
{
    for (size_t i = 0; i < d->rows; i++) {
        const struct row *row = &d->row[i];
        struct words *w = &p->words[row->lang];
        uint32_t id = final[row->concept];
        if (w->label == NULL) {
            w->label = inc_mem_zero(p->count, sizeof *w->label);
            w->alt_at = inc_mem_zero((size_t)p->count + 1, sizeof *w->alt_at);
            if (w->label == NULL || w->alt_at == NULL)
                return no_memory(err);
        }
        if (row->label != 0 && (w->label[id] == 0 || row->local))
            w->label[id] = row->label;
        w->alt_at[id + 1] += row->alts;
        if (row->description == 0)
            continue;
        if (w->description == NULL)
            w->description = inc_mem_zero(p->count, sizeof *w->description);
        if (w->description == NULL)
            return no_memory(err);
        if (w->description[id] == 0 || row->local)
            w->description[id] = row->description;
    }
    return INC_OK;
}

static enum inc_status
put_alts(struct loader *l, struct pillar *p, const struct drafts *d,
         const uint32_t *final, struct inc_err *err)
{
    for (size_t k = 0; k < l->t->langs; k++) {
        struct words *w = &p->words[k];
        if (w->label == NULL)
            continue;
        for (uint32_t id = 0; id < p->count; id++)
            w->alt_at[id + 1] += w->alt_at[id];
        w->alts = inc_mem_zero(w->alt_at[p->count], sizeof *w->alts);
        if (w->alts == NULL)
            return no_memory(err);
    }
    for (size_t i = 0; i < d->rows; i++) {
        const struct row *row = &d->row[i];
        struct words *w = &p->words[row->lang];
        uint32_t to = w->alt_at[final[row->concept]];
        if (row->alts == 0)
            continue;
        while (w->alts[to] != NULL) /* an earlier row of the same concept */
            to++;
        for (uint32_t k = 0; k < row->alts; k++)
            w->alts[to + k] = inc_tax_text(l->t, l->alt[row->alt + k]);
    }
    return INC_OK;
}

struct labelled {
    uint32_t label, id;
};

static int
by_label(const void *a, const void *b)
{
    const struct labelled *x = a, *y = b;

    if (x->label != y->label)
        return x->label < y->label ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Concepts with the same label, and concepts without one, in a language that
 * a file of the pillar is there for. Equal texts have equal offsets. */
static enum inc_status
check_labels(struct loader *l, int pillar, size_t lang, struct inc_err *err)
{
    const struct pillar *p = &l->t->pillar[pillar];
    const struct words *w = &p->words[lang];
    struct labelled *all;
    size_t n = 0, missing = 0;

    if (w->label == NULL)
        return INC_OK;
    all = inc_mem_zero(p->count, sizeof *all);
    if (all == NULL)
        return no_memory(err);
    for (uint32_t id = 0; id < p->count; id++) {
        if (w->label[id] != 0)
            all[n++] = (struct labelled){w->label[id], id};
        else if (!(p->flags[id] & FLAG_RETIRED))
            missing++;
    }
    qsort(all, n, sizeof *all, by_label);
    for (size_t i = 1; i < n; i++)
        if (all[i].label == all[i - 1].label)
            inc_tax_defect(l->t, INC_DEFECT_DUPLICATE_LABEL,
                           "%s, %s: \"%.80s\" is the label of %s and %s",
                           pillar_names[pillar], l->t->lang[lang],
                           inc_tax_text(l->t, all[i].label),
                           inc_tax_text(l->t, p->uri[all[i - 1].id]),
                           inc_tax_text(l->t, p->uri[all[i].id]));
    inc_mem_free(all);
    if (missing != 0) {
        inc_tax_defect(l->t, INC_DEFECT_NO_LABEL,
                       "%zu of %u %s have no label in language %s", missing,
                       p->count, pillar_names[pillar], l->t->lang[lang]);
        l->t->defect[INC_DEFECT_NO_LABEL].count += missing - 1;
    }
    return INC_OK;
}

static enum inc_status
check_isco(struct loader *l, struct inc_err *err)
{
    struct inc_taxonomy *t = l->t;
    const struct pillar *isco = &t->pillar[INC_PILLAR_ISCO];
    const struct pillar *occ = &t->pillar[INC_PILLAR_OCCUPATION];

    for (uint32_t id = 0; id < isco->count; id++) {
        const char *text = inc_tax_text(t, isco->code[id]);
        if (isco->code[id] != 0 &&
            inc_map_add(&t->by_code, text, strlen(text), id, NULL) != INC_OK)
            return no_memory(err);
    }
    for (uint32_t id = 0; id < occ->count; id++) {
        const char *text = inc_tax_text(t, occ->code[id]);
        if (inc_map_get(&t->by_code, text, strlen(text)) == INC_MAP_NONE &&
            !(occ->flags[id] & FLAG_RETIRED))
            inc_tax_defect(t, INC_DEFECT_BAD_ISCO,
                           "occupations: ISCO group \"%.20s\" of %s is not "
                           "in ISCOGroups_*.csv",
                           text, inc_tax_text(t, occ->uri[id]));
    }
    return INC_OK;
}

static enum inc_status
finish_pillar(struct loader *l, int pillar, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct pillar *p = &l->t->pillar[pillar];
    struct drafts *d = &l->draft[pillar];
    uint32_t *final = inc_mem_zero(d->n, sizeof *final);

    if (final == NULL)
        return no_memory(err);
    INC_TRY(allocate(p, d->n, err));
    INC_TRY(number(l->t, p, d, final, err));
    resolve_replacements(l, p, d, final);
    INC_TRY(put_labels(p, d, final, err));
    INC_TRY(put_alts(l, p, d, final, err));
    if (pillar == INC_PILLAR_SKILL)
        blank_types(l, d);
    for (size_t lang = 0; lang < l->t->langs; lang++)
        INC_TRY(check_labels(l, pillar, lang, err));
out:
    inc_mem_free(final);
    return st;
}

enum inc_status
inc_concepts_finish(struct loader *l, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    inc_texts_end(l);
    for (int i = 0; i < PILLARS; i++)
        INC_TRY(finish_pillar(l, i, err));
    st = check_isco(l, err);
out:
    return st;
}

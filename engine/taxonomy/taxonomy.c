/*
 * taxonomy.c - questions to a loaded taxonomy.
 */
#include "engine/taxonomy/taxonomy.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/taxonomy/inside.h"

static void
free_lists(struct lists *l)
{
    inc_mem_free(l->at);
    inc_mem_free(l->item);
}

static void
free_pillar(struct pillar *p)
{
    inc_mem_free(p->uri);
    inc_mem_free(p->code);
    inc_mem_free(p->replacement);
    inc_mem_free(p->flags);
    inc_mem_free(p->reuse);
    for (int i = 0; i < INC_LANG_MAX; i++) {
        inc_mem_free(p->words[i].label);
        inc_mem_free(p->words[i].description);
        inc_mem_free(p->words[i].alt_at);
        inc_mem_free(p->words[i].alts);
    }
    inc_map_release(&p->by_uri);
}

void
inc_taxonomy_free(struct inc_taxonomy *t)
{
    if (t == NULL)
        return;
    for (int i = 0; i < PILLARS; i++)
        free_pillar(&t->pillar[i]);
    for (size_t i = 0; i < t->n_files; i++)
        inc_mem_free(t->file_name[i]);
    for (int d = 0; d < INC_DEFECT_COUNT; d++)
        for (size_t i = 0; i < t->defect[d].n; i++)
            inc_mem_free(t->defect[d].text[i]);
    inc_map_release(&t->by_code);
    free_lists(&t->essential);
    free_lists(&t->optional);
    free_lists(&t->related);
    inc_mem_free(t->node);
    inc_mem_free(t->ancestor_at);
    inc_mem_free(t->ancestor);
    inc_mem_free(t->files);
    inc_mem_free(t->file_name);
    inc_mem_free(t->version);
    inc_mem_free(t->texts);
    inc_mem_free(t);
}

const unsigned char *
inc_taxonomy_digest(const struct inc_taxonomy *t)
{
    return t->digest;
}

const char *
inc_taxonomy_version(const struct inc_taxonomy *t)
{
    return t->version;
}

size_t
inc_taxonomy_files(const struct inc_taxonomy *t,
                   const struct inc_taxonomy_file **out)
{
    *out = t->files;
    return t->n_files;
}

size_t
inc_taxonomy_languages(const struct inc_taxonomy *t)
{
    return t->langs;
}

const char *
inc_taxonomy_language(const struct inc_taxonomy *t, size_t lang)
{
    return lang < t->langs ? t->lang[lang] : "";
}

int
inc_taxonomy_lang(const struct inc_taxonomy *t, const char *code)
{
    for (size_t i = 0; i < t->langs; i++)
        if (strcmp(t->lang[i], code) == 0)
            return (int)i;
    return -1;
}

uint32_t
inc_concept_count(const struct inc_taxonomy *t, enum inc_pillar p)
{
    return t->pillar[p].count;
}

uint32_t
inc_concept_find(const struct inc_taxonomy *t, enum inc_pillar p,
                 const char *uri, size_t len)
{
    return inc_map_get(&t->pillar[p].by_uri, uri, len);
}

const char *
inc_concept_uri(const struct inc_taxonomy *t, enum inc_pillar p, uint32_t id)
{
    return inc_tax_text(t, t->pillar[p].uri[id]);
}

static uint32_t
label_in(const struct inc_taxonomy *t, enum inc_pillar p, uint32_t id, int lang)
{
    const struct words *w;

    if (lang < 0 || (size_t)lang >= t->langs)
        return 0;
    w = &t->pillar[p].words[lang];
    return w->label == NULL ? 0 : w->label[id];
}

int
inc_concept_has_label(const struct inc_taxonomy *t, enum inc_pillar p,
                      uint32_t id, int lang)
{
    return label_in(t, p, id, lang) != 0;
}

const char *
inc_concept_label(const struct inc_taxonomy *t, enum inc_pillar p, uint32_t id,
                  int lang)
{
    uint32_t at = label_in(t, p, id, lang);

    if (at == 0)
        at = label_in(t, p, id, t->english);
    for (size_t i = 0; at == 0 && i < t->langs; i++)
        at = label_in(t, p, id, (int)i);
    return inc_tax_text(t, at == 0 ? t->pillar[p].uri[id] : at);
}

size_t
inc_concept_alts(const struct inc_taxonomy *t, enum inc_pillar p, uint32_t id,
                 int lang, const char *const **out)
{
    const struct words *w;

    *out = NULL;
    if (lang < 0 || (size_t)lang >= t->langs)
        return 0;
    w = &t->pillar[p].words[lang];
    if (w->alts == NULL)
        return 0;
    *out = w->alts + w->alt_at[id];
    return w->alt_at[id + 1] - w->alt_at[id];
}

struct inc_label_walk
inc_label_walk(const struct inc_taxonomy *t, enum inc_pillar p, uint32_t id)
{
    return (struct inc_label_walk){.t = t, .pillar = p, .id = id};
}

int
inc_label_walk_next(struct inc_label_walk *l)
{
    enum { AHEAD = 4 }; /* labels lie far apart */

    while (l->next == l->n_alts) {
        uint32_t at;

        if (l->next_lang == l->t->langs)
            return 0;
        l->lang = l->next_lang++;
        l->next = 0;
        l->n_alts =
            inc_concept_alts(l->t, l->pillar, l->id, (int)l->lang, &l->alts);
        at = label_in(l->t, l->pillar, l->id, (int)l->lang);
        if (at != 0) {
            l->text = inc_tax_text(l->t, at);
            l->preferred = 1;
            return 1;
        }
    }
    if (l->next + AHEAD < l->n_alts)
        __builtin_prefetch(l->alts[l->next + AHEAD]);
    l->text = l->alts[l->next++];
    l->preferred = 0;
    return 1;
}

static uint32_t
description_in(const struct inc_taxonomy *t, enum inc_pillar p, uint32_t id,
               int lang)
{
    const struct words *w;

    if (lang < 0 || (size_t)lang >= t->langs)
        return 0;
    w = &t->pillar[p].words[lang];
    return w->description == NULL ? 0 : w->description[id];
}

const char *
inc_concept_description(const struct inc_taxonomy *t, enum inc_pillar p,
                        uint32_t id, int lang)
{
    uint32_t at = description_in(t, p, id, lang);

    if (at == 0)
        at = description_in(t, p, id, t->english);
    return inc_tax_text(t, at);
}

enum inc_reuse
inc_skill_reuse(const struct inc_taxonomy *t, uint32_t skill)
{
    return (enum inc_reuse)t->pillar[INC_PILLAR_SKILL].reuse[skill];
}

int
inc_skill_is_knowledge(const struct inc_taxonomy *t, uint32_t skill)
{
    return (t->pillar[INC_PILLAR_SKILL].flags[skill] & FLAG_KNOWLEDGE) != 0;
}

int
inc_concept_retired(const struct inc_taxonomy *t, enum inc_pillar p,
                    uint32_t id)
{
    return (t->pillar[p].flags[id] & FLAG_RETIRED) != 0;
}

uint32_t
inc_concept_replacement(const struct inc_taxonomy *t, enum inc_pillar p,
                        uint32_t id)
{
    return t->pillar[p].replacement[id];
}

int
inc_concept_is_local(const struct inc_taxonomy *t, enum inc_pillar p,
                     uint32_t id)
{
    return (t->pillar[p].flags[id] & FLAG_LOCAL) != 0;
}

const char *
inc_occupation_isco(const struct inc_taxonomy *t, uint32_t occ)
{
    return inc_tax_text(t, t->pillar[INC_PILLAR_OCCUPATION].code[occ]);
}

static size_t
row_of(const struct lists *l, uint32_t row, const uint32_t **out)
{
    *out = l->item + l->at[row];
    return l->at[row + 1] - l->at[row];
}

size_t
inc_occupation_essential(const struct inc_taxonomy *t, uint32_t occ,
                         const uint32_t **skills)
{
    return row_of(&t->essential, occ, skills);
}

size_t
inc_occupation_optional(const struct inc_taxonomy *t, uint32_t occ,
                        const uint32_t **skills)
{
    return row_of(&t->optional, occ, skills);
}

const char *
inc_isco_code(const struct inc_taxonomy *t, uint32_t isco)
{
    return inc_tax_text(t, t->pillar[INC_PILLAR_ISCO].code[isco]);
}

uint32_t
inc_isco_find(const struct inc_taxonomy *t, const char *code, size_t len)
{
    return inc_map_get(&t->by_code, code, len);
}

uint32_t
inc_ancestor_count(const struct inc_taxonomy *t)
{
    return t->nodes;
}

size_t
inc_skill_ancestors(const struct inc_taxonomy *t, uint32_t skill,
                    const struct inc_ancestor **out)
{
    uint32_t from = t->ancestor_at[skill];

    *out = t->ancestor == NULL ? NULL : t->ancestor + from;
    return t->ancestor_at[skill + 1] - from;
}

uint32_t
inc_ancestor_concept(const struct inc_taxonomy *t, uint32_t node,
                     enum inc_pillar *p)
{
    uint32_t skills = t->pillar[INC_PILLAR_SKILL].count;

    if (t->node[node] < skills) {
        *p = INC_PILLAR_SKILL;
        return t->node[node];
    }
    *p = INC_PILLAR_GROUP;
    return t->node[node] - skills;
}

const char *
inc_ancestor_uri(const struct inc_taxonomy *t, uint32_t node)
{
    enum inc_pillar p;
    uint32_t id = inc_ancestor_concept(t, node, &p);

    return inc_concept_uri(t, p, id);
}

const char *
inc_ancestor_label(const struct inc_taxonomy *t, uint32_t node, int lang)
{
    enum inc_pillar p;
    uint32_t id = inc_ancestor_concept(t, node, &p);

    return inc_concept_label(t, p, id, lang);
}

size_t
inc_skill_related(const struct inc_taxonomy *t, uint32_t skill,
                  const uint32_t **skills)
{
    return row_of(&t->related, skill, skills);
}

static size_t
map_bytes(const struct inc_map *m)
{
    return m->cap * (sizeof *m->keys + sizeof *m->lens + sizeof *m->values);
}

static size_t
list_bytes(const struct lists *l, uint32_t rows)
{
    return l->at == NULL ? 0
                         : ((size_t)rows + 1 + l->at[rows]) * sizeof *l->item;
}

size_t
inc_taxonomy_bytes(const struct inc_taxonomy *t)
{
    uint32_t skills = t->pillar[INC_PILLAR_SKILL].count;
    uint32_t occupations = t->pillar[INC_PILLAR_OCCUPATION].count;
    size_t sum = sizeof *t + t->texts_len + map_bytes(&t->by_code);

    for (int i = 0; i < PILLARS; i++) {
        const struct pillar *p = &t->pillar[i];
        sum += p->count * (3 * sizeof(uint32_t) + 2) + map_bytes(&p->by_uri);
        for (size_t k = 0; k < t->langs; k++) {
            const struct words *w = &p->words[k];
            sum += w->label == NULL ? 0 : p->count * sizeof *w->label;
            sum +=
                w->description == NULL ? 0 : p->count * sizeof *w->description;
            if (w->alts != NULL)
                sum += p->count * sizeof *w->alt_at +
                       w->alt_at[p->count] * sizeof *w->alts;
        }
    }
    sum += list_bytes(&t->essential, occupations) +
           list_bytes(&t->optional, occupations) +
           list_bytes(&t->related, skills);
    sum += t->nodes * sizeof *t->node + (size_t)skills * sizeof(uint32_t) +
           t->ancestor_at[skills] * sizeof *t->ancestor;
    return sum;
}

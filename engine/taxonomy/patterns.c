/*
 * patterns.c - building the labels' word sets.
 */
#include "engine/taxonomy/patterns.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

struct builder {
    struct inc_patterns *p;
    const struct inc_taxonomy *t;
    size_t pattern_cap, term_cap, terms;
};

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for the labels' words");
}

/* A number alone, such as the 3 of "SAP R/3", names nothing. */
static int
has_letter(const char *text)
{
    for (; *text != '\0'; text++)
        if (!(*text >= '0' && *text <= '9') && *text != ' ')
            return 1;
    return 0;
}

/* The terms of one folded text, each once; 0 when there are none or too
 * many. */
static size_t
terms_of(uint32_t term[PATTERN_WORDS], const struct inc_search *s,
         const char *text, size_t len, enum inc_stemmer stemmer)
{
    size_t pos = 0, n, count = 0;
    const char *word;

    while ((n = inc_index_word(&word, text, len, &pos)) != 0) {
        char key[INDEX_WORD + 1] = {inc_index_letter(stemmer)};
        uint32_t number;
        int there = 0;
        if (inc_stop_word(word, n, stemmer))
            continue;
        memcpy(key + 1, word, n);
        n = inc_stem(key + 1, n, stemmer);
        number = inc_map_get(&s->by_text, key, n + 1);
        for (size_t i = 0; i < count && !there; i++)
            there = term[i] == number;
        if (there)
            continue;
        if (number == INC_MAP_NONE || count == PATTERN_WORDS)
            return 0;
        term[count++] = number;
    }
    return count;
}

/* Rarest first, so that the anchor is the first. */
static void
by_rarity(uint32_t *term, size_t n, const struct inc_search *s)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t one = term[i];
        size_t at = i;
        for (; at > 0 && s->term[term[at - 1]].idf < s->term[one].idf; at--)
            term[at] = term[at - 1];
        term[at] = one;
    }
}

/* 1 when the last pattern is the same words of the same concept. */
static int
repeats(const struct builder *b, uint32_t id, enum inc_pillar pillar,
        const uint32_t *term, size_t n)
{
    const struct inc_patterns *p = b->p;
    const struct pattern *last;

    if (p->n == 0)
        return 0;
    last = &p->pattern[p->n - 1];
    return last->id == id && last->pillar == pillar && last->words == n &&
           memcmp(p->term + last->term, term, n * sizeof *term) == 0;
}

static enum inc_status
add_pattern(struct builder *b, const struct pattern *like, const uint32_t *term,
            size_t n, struct inc_err *err)
{
    struct inc_patterns *p = b->p;
    void *patterns = p->pattern, *terms;
    struct pattern *fresh;

    if (repeats(b, like->id, (enum inc_pillar)like->pillar, term, n))
        return INC_OK;
    if (inc_mem_grow(&patterns, &b->pattern_cap, p->n, sizeof *p->pattern) != 0)
        return no_memory(err);
    p->pattern = patterns;
    fresh = &p->pattern[p->n];
    *fresh = *like;
    fresh->term = (uint32_t)b->terms;
    fresh->words = (uint8_t)n;
    for (size_t i = 0; i < n; i++) {
        terms = p->term;
        if (inc_mem_grow(&terms, &b->term_cap, b->terms, sizeof *p->term) != 0)
            return no_memory(err);
        p->term = terms;
        p->term[b->terms++] = term[i];
        fresh->weight += p->s->term[term[i]].idf;
    }
    p->n++;
    return INC_OK;
}

static enum inc_status
add_label(struct builder *b, struct pattern *like, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    enum inc_stemmer stemmer =
        inc_stemmer_of(inc_taxonomy_language(b->t, like->lang));
    char text[INDEX_TEXT + 1];

    for (const char *rest = like->label; rest != NULL;) {
        uint32_t term[PATTERN_WORDS];
        size_t len = inc_index_part(text, &rest), n;
        n = has_letter(text) ? terms_of(term, b->p->s, text, len, stemmer) : 0;
        if (n == 0)
            continue;
        by_rarity(term, n, b->p->s);
        like->letters =
            memchr(text, ' ', len) == NULL && len < 255 ? (uint8_t)len : 255;
        INC_TRY(add_pattern(b, like, term, n, err));
    }
out:
    return st;
}

static enum inc_status
add_concept(struct builder *b, enum inc_pillar pillar, uint32_t id,
            struct inc_err *err)
{
    struct inc_label_walk l = inc_label_walk(b->t, pillar, id);
    enum inc_status st = INC_OK;

    if (inc_concept_retired(b->t, pillar, id))
        return INC_OK;
    while (inc_label_walk_next(&l)) {
        struct pattern like = {.label = l.text,
                               .id = id,
                               .lang = (uint16_t)l.lang,
                               .pillar = (uint8_t)pillar,
                               .preferred = (uint8_t)l.preferred};
        INC_TRY(add_label(b, &like, err));
    }
out:
    return st;
}

static enum inc_status
anchor(struct inc_patterns *p, struct inc_err *err)
{
    uint32_t terms = p->s->terms;

    p->anchor_at = inc_mem_zero((size_t)terms + 1, sizeof *p->anchor_at);
    p->anchored = inc_mem_zero(p->n, sizeof *p->anchored);
    if (p->anchor_at == NULL || p->anchored == NULL)
        return no_memory(err);
    for (uint32_t i = 0; i < p->n; i++)
        p->anchor_at[p->term[p->pattern[i].term]]++;
    for (uint32_t t = 1; t <= terms; t++)
        p->anchor_at[t] += p->anchor_at[t - 1];
    for (uint32_t i = p->n; i-- > 0;)
        p->anchored[--p->anchor_at[p->term[p->pattern[i].term]]] = i;
    return INC_OK;
}

static int
compare_roots(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t n = a_len < b_len ? a_len : b_len;
    int order = memcmp(a, b, n);

    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* qsort knows no context: terms are copied beside their numbers. */
struct rooted {
    const struct term *term;
    uint32_t number;
};

static int
by_root(const void *a, const void *b)
{
    const struct rooted *x = a, *y = b;
    int order;

    if (x->term->stemmer != y->term->stemmer)
        return x->term->stemmer < y->term->stemmer ? -1 : 1;
    order = compare_roots(x->term->text, x->term->root, y->term->text,
                          y->term->root);
    if (order != 0)
        return order;
    return x->number < y->number ? -1 : x->number > y->number;
}

static enum inc_status
sort_roots(struct inc_patterns *p, struct inc_err *err)
{
    uint32_t terms = p->s->terms;
    struct rooted *all = inc_mem_zero(terms, sizeof *all);

    p->by_root = inc_mem_zero(terms, sizeof *p->by_root);
    if (all == NULL || p->by_root == NULL) {
        inc_mem_free(all);
        return no_memory(err);
    }
    for (uint32_t i = 0; i < terms; i++)
        all[i] = (struct rooted){&p->s->term[i], i};
    qsort(all, terms, sizeof *all, by_root);
    for (uint32_t i = 0; i < terms; i++)
        p->by_root[i] = all[i].number;
    inc_mem_free(all);
    return INC_OK;
}

uint32_t
inc_patterns_kin(const struct inc_patterns *p, const char *stem, size_t root,
                 enum inc_stemmer stemmer, uint32_t *from)
{
    uint32_t lo = 0, hi = p->s->terms, end;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct term *t = &p->s->term[p->by_root[mid]];
        int less = t->stemmer != (uint8_t)stemmer
                       ? t->stemmer < (uint8_t)stemmer
                       : compare_roots(t->text, t->root, stem, root) < 0;
        if (less)
            lo = mid + 1;
        else
            hi = mid;
    }
    *from = lo;
    for (end = lo; end < p->s->terms; end++) {
        const struct term *t = &p->s->term[p->by_root[end]];
        if (t->stemmer != (uint8_t)stemmer || t->root != root ||
            memcmp(t->text, stem, root) != 0)
            break;
    }
    return end;
}

enum inc_status
inc_patterns_build(struct inc_patterns **out, const struct inc_taxonomy *t,
                   const struct inc_search *s, struct inc_err *err)
{
    static const enum inc_pillar pillars[] = {INC_PILLAR_SKILL,
                                              INC_PILLAR_OCCUPATION};
    struct builder b = {.t = t, .p = inc_mem_zero(1, sizeof *b.p)};
    enum inc_status st = INC_OK;

    *out = NULL;
    if (b.p == NULL)
        return no_memory(err);
    b.p->s = s;
    for (size_t k = 0; k < sizeof pillars / sizeof pillars[0]; k++)
        for (uint32_t i = 0; i < inc_concept_count(t, pillars[k]); i++)
            INC_TRY(add_concept(&b, pillars[k], i, err));
    INC_TRY(anchor(b.p, err));
    INC_TRY(sort_roots(b.p, err));
    *out = b.p;
    b.p = NULL;
out:
    inc_patterns_free(b.p);
    return st;
}

void
inc_patterns_free(struct inc_patterns *p)
{
    if (p == NULL)
        return;
    inc_mem_free(p->pattern);
    inc_mem_free(p->term);
    inc_mem_free(p->anchor_at);
    inc_mem_free(p->anchored);
    inc_mem_free(p->by_root);
    inc_mem_free(p);
}

size_t
inc_patterns_bytes(const struct inc_patterns *p)
{
    size_t terms = 0;

    for (uint32_t i = 0; i < p->n; i++)
        terms += p->pattern[i].words;
    return sizeof *p + p->n * (sizeof *p->pattern + sizeof *p->anchored) +
           (terms + 2 * (size_t)p->s->terms) * sizeof(uint32_t);
}

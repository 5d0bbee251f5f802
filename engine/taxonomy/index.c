/*
 * index.c - building the search index: entries, terms, postings, trigrams.
 */
#include "engine/taxonomy/index.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/intmath.h"
#include "engine/base/mem.h"
#include "engine/base/utf8.h"
#include "engine/text/fold.h"
#include "engine/text/ngram.h"

struct pair {
    uint32_t key, value;
};

struct builder {
    struct inc_search *s;
    size_t entry_cap, term_cap, exact_cap;
    uint32_t entries;
    char *pool_end;
    struct pair *pair; /* term, entry */
    size_t pairs, pair_cap;
    uint32_t count[INC_STEM_COUNT]; /* entries of each stemmer */
};

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for the search index");
}

uint64_t
inc_index_hash(const char *text, size_t len)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return h;
}

/* Whole characters that fit in INDEX_TEXT bytes. */
static size_t
cut(const char *text, size_t len)
{
    if (len <= INDEX_TEXT)
        return len;
    len = INDEX_TEXT;
    while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    return len;
}

size_t
inc_index_part(char out[INDEX_TEXT + 1], const char **label)
{
    const char *from = *label, *slash = strchr(from, '/');
    size_t len = slash == NULL ? strlen(from) : (size_t)(slash - from);

    *label = slash == NULL ? NULL : slash + 1;
    return inc_fold(out, from, cut(from, len));
}

size_t
inc_index_word(const char **at, const char *text, size_t len, size_t *pos)
{
    size_t from = *pos, end;

    while (from < len && text[from] == ' ')
        from++;
    for (end = from; end < len && text[end] != ' ';)
        end++;
    *pos = end;
    *at = text + from;
    end -= from;
    return end < INDEX_WORD ? end : INDEX_WORD - 1;
}

static enum inc_status
find_term(struct builder *b, uint32_t *out, const char *stem, size_t len,
          enum inc_stemmer stemmer, struct inc_err *err)
{
    struct inc_search *s = b->s;
    void *array = s->term;
    struct term fresh = {0};

    b->pool_end[0] = inc_index_letter(stemmer);
    memcpy(b->pool_end + 1, stem, len);
    *out = inc_map_get(&s->by_text, b->pool_end, len + 1);
    if (*out != INC_MAP_NONE)
        return INC_OK;
    if (inc_mem_grow(&array, &b->term_cap, s->terms, sizeof *s->term) != 0)
        return no_memory(err);
    s->term = array;
    fresh.text = b->pool_end + 1;
    fresh.len = (uint8_t)len;
    fresh.root = (uint8_t)inc_stem_root(stem, len, stemmer);
    fresh.stemmer = (uint8_t)stemmer;
    if (inc_map_add(&s->by_text, b->pool_end, len + 1, s->terms, NULL) !=
        INC_OK)
        return no_memory(err);
    b->pool_end += len + 1;
    *out = s->terms;
    s->term[s->terms++] = fresh;
    return INC_OK;
}

/* The terms of one folded text for entry `e`; pairs from `first` on are this
 * entry's, each term once. */
static enum inc_status
add_terms(struct builder *b, uint32_t e, size_t first, const char *text,
          size_t len, enum inc_stemmer stemmer, struct inc_err *err)
{
    size_t pos = 0, n;
    const char *word;

    while ((n = inc_index_word(&word, text, len, &pos)) != 0) {
        char stem[INDEX_WORD];
        void *array = b->pair;
        uint32_t term;
        enum inc_status st;
        int there = 0;
        if (inc_stop_word(word, n, stemmer))
            continue;
        memcpy(stem, word, n);
        n = inc_stem(stem, n, stemmer);
        st = find_term(b, &term, stem, n, stemmer, err);
        if (st != INC_OK)
            return st;
        for (size_t i = first; i < b->pairs && !there; i++)
            there = b->pair[i].key == term;
        if (there)
            continue;
        if (inc_mem_grow(&array, &b->pair_cap, b->pairs, sizeof *b->pair) != 0)
            return no_memory(err);
        b->pair = array;
        b->pair[b->pairs++] = (struct pair){term, e};
        b->s->term[term].df++;
    }
    return INC_OK;
}

static enum inc_status
add_exact(struct builder *b, uint64_t hash, uint32_t entry, struct inc_err *err)
{
    struct inc_search *s = b->s;
    void *array = s->exact;

    if (inc_mem_grow(&array, &b->exact_cap, s->exacts, sizeof *s->exact) != 0)
        return no_memory(err);
    s->exact = array;
    s->exact[s->exacts++] = (struct exact){hash, entry};
    return INC_OK;
}

static enum inc_status
add_entry(struct builder *b, uint32_t id, const char *label, size_t lang,
          int preferred, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_search *s = b->s;
    enum inc_stemmer stemmer =
        inc_stemmer_of(inc_taxonomy_language(s->t, lang));
    char text[INDEX_TEXT + 1];
    void *array = s->entry;
    size_t first = b->pairs, parts = 0;
    uint32_t e = b->entries;

    if (inc_mem_grow(&array, &b->entry_cap, e, sizeof *s->entry) != 0)
        return no_memory(err);
    s->entry = array;
    s->entry[e] =
        (struct entry){id, 0, label, (uint16_t)lang, (uint16_t)preferred};
    for (const char *rest = label; rest != NULL; parts++) {
        size_t n = inc_index_part(text, &rest);
        if (n == 0)
            continue;
        INC_TRY(add_exact(b, inc_index_hash(text, n), e, err));
        INC_TRY(add_terms(b, e, first, text, n, stemmer, err));
    }
    if (parts > 1) {
        size_t n = inc_fold(text, label, cut(label, strlen(label)));
        INC_TRY(add_exact(b, inc_index_hash(text, n), e, err));
    }
    b->count[stemmer]++;
    b->entries++;
out:
    return st;
}

static enum inc_status
add_concept(struct builder *b, enum inc_pillar p, uint32_t id,
            struct inc_err *err)
{
    struct inc_label_walk l = inc_label_walk(b->s->t, p, id);
    enum inc_status st = INC_OK;

    if (inc_concept_retired(b->s->t, p, id))
        return INC_OK;
    while (inc_label_walk_next(&l))
        INC_TRY(add_entry(b, id, l.text, l.lang, l.preferred, err));
out:
    return st;
}

/* Bytes that the terms can take at most: every label once, folded text never
 * being longer, and a letter for each word. */
static size_t
pool_bytes(const struct inc_taxonomy *t)
{
    size_t sum = INDEX_WORD + 2;

    for (int p = 0; p < INDEX_PILLARS; p++) {
        uint32_t n = inc_concept_count(t, (enum inc_pillar)p);

        for (uint32_t id = 0; id < n; id++) {
            struct inc_label_walk l = inc_label_walk(t, (enum inc_pillar)p, id);
            while (inc_label_walk_next(&l))
                sum += 2 * strlen(l.text) + 2;
        }
    }
    return sum;
}

/* 16 * log2(x) for x >= 1 given in sixteenths, by bit length and a straight
 * line between powers of two: whole numbers, the same everywhere. */
static uint32_t
log2_16(uint64_t x16)
{
    uint32_t bits = 0;

    while (x16 >> bits > 1)
        bits++;
    if (bits < 4)
        return 0;
    return (bits - 4) * 16 +
           (uint32_t)(((x16 - (UINT64_C(1) << bits)) * 16) >> bits);
}

static enum inc_status
fill_postings(struct builder *b, struct inc_err *err)
{
    struct inc_search *s = b->s;
    uint32_t at = 0;
    uint64_t *square = inc_mem_zero(b->entries, sizeof *square);
    uint32_t *next = inc_mem_zero(s->terms, sizeof *next);

    s->posting = inc_mem_zero(b->pairs, sizeof *s->posting);
    if (square == NULL || next == NULL || s->posting == NULL) {
        inc_mem_free(square);
        inc_mem_free(next);
        return no_memory(err);
    }
    for (uint32_t i = 0; i < s->terms; i++) {
        struct term *term = &s->term[i];
        uint64_t n = b->count[term->stemmer];
        term->posting = next[i] = at;
        at += term->df;
        term->idf = (uint16_t)(16 + log2_16(n * 16 / term->df));
    }
    for (size_t i = 0; i < b->pairs; i++) {
        uint32_t term = b->pair[i].key, e = b->pair[i].value;
        s->posting[next[term]++] = e;
        square[e] += (uint64_t)s->term[term].idf * s->term[term].idf;
    }
    for (uint32_t e = 0; e < b->entries; e++)
        s->entry[e].norm = (uint32_t)inc_isqrt(square[e] * 256);
    for (int k = 0; k < INC_STEM_COUNT; k++)
        s->rare[k] = (uint16_t)(16 + log2_16(((uint64_t)b->count[k] + 1) * 16));
    inc_mem_free(square);
    inc_mem_free(next);
    return INC_OK;
}

static int
by_pair(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->value < y->value ? -1 : x->value > y->value;
}

static enum inc_status
fill_grams(struct builder *b, struct inc_err *err)
{
    struct inc_search *s = b->s;
    size_t n = 0;

    b->pairs = 0;
    for (uint32_t i = 0; i < s->terms; i++) {
        uint32_t gram[INDEX_WORD];
        size_t k =
            inc_trigrams(gram, INDEX_WORD, s->term[i].text, s->term[i].len);
        for (size_t g = 0; g < k; g++) {
            void *array = b->pair;
            if (inc_mem_grow(&array, &b->pair_cap, b->pairs, sizeof *b->pair))
                return no_memory(err);
            b->pair = array;
            b->pair[b->pairs++] = (struct pair){gram[g], i};
        }
    }
    if (b->pairs != 0)
        qsort(b->pair, b->pairs, sizeof *b->pair, by_pair);
    for (size_t i = 0; i < b->pairs; i++)
        n += i == 0 || b->pair[i].key != b->pair[i - 1].key;
    s->gram = inc_mem_zero(n, sizeof *s->gram);
    s->gram_at = inc_mem_zero(n + 1, sizeof *s->gram_at);
    s->gram_term = inc_mem_zero(b->pairs, sizeof *s->gram_term);
    if (s->gram == NULL || s->gram_at == NULL || s->gram_term == NULL)
        return no_memory(err);
    for (size_t i = 0; i < b->pairs; i++) {
        if (i == 0 || b->pair[i].key != b->pair[i - 1].key) {
            s->gram[s->grams] = b->pair[i].key;
            s->gram_at[s->grams++] = (uint32_t)i;
        }
        s->gram_term[i] = b->pair[i].value;
    }
    s->gram_at[s->grams] = (uint32_t)b->pairs;
    return INC_OK;
}

static int
by_hash(const void *a, const void *b)
{
    const struct exact *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

enum inc_status
inc_search_build(struct inc_search **out, const struct inc_taxonomy *t,
                 struct inc_err *err)
{
    struct builder b = {0};
    enum inc_status st = INC_OK;
    struct inc_search *s = inc_mem_zero(1, sizeof *s);

    if (s == NULL)
        return no_memory(err);
    b.s = s;
    s->t = t;
    s->pool = inc_mem_zero(pool_bytes(t), 1);
    if (s->pool == NULL) {
        st = no_memory(err);
        goto out;
    }
    b.pool_end = s->pool;
    for (int p = 0; p < INDEX_PILLARS; p++) {
        uint32_t n = inc_concept_count(t, (enum inc_pillar)p);
        for (uint32_t id = 0; id < n; id++)
            INC_TRY(add_concept(&b, (enum inc_pillar)p, id, err));
        s->first[p + 1] = b.entries;
    }
    if (s->exacts != 0)
        qsort(s->exact, s->exacts, sizeof *s->exact, by_hash);
    INC_TRY(fill_postings(&b, err));
    INC_TRY(fill_grams(&b, err));
    *out = s;
    s = NULL;
out:
    inc_search_free(s);
    inc_mem_free(b.pair);
    return st;
}

void
inc_search_free(struct inc_search *s)
{
    if (s == NULL)
        return;
    inc_mem_free(s->entry);
    inc_mem_free(s->exact);
    inc_mem_free(s->pool);
    inc_mem_free(s->term);
    inc_map_release(&s->by_text);
    inc_mem_free(s->posting);
    inc_mem_free(s->gram);
    inc_mem_free(s->gram_at);
    inc_mem_free(s->gram_term);
    inc_mem_free(s);
}

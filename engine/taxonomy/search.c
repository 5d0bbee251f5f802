/*
 * search.c - questions to the index. Scores are integers from integers.
 *
 * Each word of the text meets the terms that are spelt alike: the same stem
 * counts whole, the same root, a typing error or shared trigrams count less.
 * An entry's score is the cosine of its idf vector with the text's, where a
 * word that only resembles a term is worth that much less of it.
 */
#include "engine/taxonomy/search.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/intmath.h"
#include "engine/base/mem.h"
#include "engine/taxonomy/index.h"
#include "engine/text/fold.h"
#include "engine/text/ngram.h"

enum {
    WORDS_MAX = 32,
    WHOLE_BP = 10000,
    ALIKE_MAX_BP = 9900, /* only the same text scores 10000 */
    MIN_BP = 1000,       /* less is noise */
    OTHER_LANGUAGE_PERCENT = 95
};

/* Working memory of one question. */
struct work {
    const struct inc_search *s;
    uint32_t lo, hi;   /* entries of the pillar */
    uint32_t *score;   /* [hi - lo] */
    uint8_t *seen;     /* [hi - lo] number of the last word that met it */
    uint32_t *touched; /* [hi - lo] */
    uint32_t n_touched;
    struct inc_alike alike;
    uint64_t square[INC_STEM_COUNT]; /* of the text's vector */
};

static void
work_release(struct work *w)
{
    inc_mem_free(w->score);
    inc_mem_free(w->seen);
    inc_mem_free(w->touched);
    inc_alike_release(&w->alike);
}

static int
work_init(struct work *w, const struct inc_search *s, enum inc_pillar p)
{
    size_t n;

    memset(w, 0, sizeof *w);
    w->s = s;
    w->lo = s->first[p];
    w->hi = s->first[p + 1];
    n = w->hi - w->lo;
    w->score = inc_mem_zero(n, sizeof *w->score);
    w->seen = inc_mem_zero(n, 1);
    w->touched = inc_mem_resize(NULL, n, sizeof *w->touched);
    if (w->score != NULL && w->seen != NULL && w->touched != NULL &&
        inc_alike_init(&w->alike, s) == 0)
        return 0;
    work_release(w);
    return -1;
}

static uint32_t
lower_bound(const uint32_t *list, uint32_t n, uint32_t value)
{
    uint32_t lo = 0;

    while (lo < n) {
        uint32_t mid = lo + (n - lo) / 2;
        if (list[mid] < value)
            lo = mid + 1;
        else
            n = mid;
    }
    return lo;
}

/* Give every entry with one of the matches its part for this word. */
static void
add_word(struct work *w, uint8_t number, enum inc_stemmer stemmer)
{
    const struct inc_search *s = w->s;
    uint64_t own = s->rare[stemmer];

    if (w->alike.n != 0 && w->alike.match[0].sim_bp >= INC_ALIKE_EDITS_BP)
        own = s->term[w->alike.match[0].term].idf;
    w->square[stemmer] += own * own;
    for (size_t m = 0; m < w->alike.n; m++) {
        const struct inc_alike_term *match = &w->alike.match[m];
        const struct term *t = &s->term[match->term];
        const uint32_t *list = s->posting + t->posting;
        uint32_t part = (uint32_t)(own * t->idf * match->sim_bp / WHOLE_BP);
        for (uint32_t i = lower_bound(list, t->df, w->lo);
             i < t->df && list[i] < w->hi; i++) {
            uint32_t e = list[i] - w->lo;
            if (w->seen[e] == number)
                continue;
            w->seen[e] = number;
            if (w->score[e] == 0)
                w->touched[w->n_touched++] = e;
            w->score[e] += part;
        }
    }
}

static void
add_text(struct work *w, const char *text, size_t len)
{
    size_t pos = 0, n;
    const char *word;

    for (uint8_t number = 1;
         number <= WORDS_MAX && (n = inc_index_word(&word, text, len, &pos));
         number++) {
        for (int k = 0; k < INC_STEM_COUNT; k++) {
            enum inc_stemmer stemmer = (enum inc_stemmer)k;
            char stem[INDEX_WORD];
            size_t m;
            if (inc_stop_word(word, n, stemmer))
                continue;
            memcpy(stem, word, n);
            m = inc_stem(stem, n, stemmer);
            inc_alike_find(&w->alike, stem, m, stemmer);
            add_word(w, number, stemmer);
        }
    }
}

/* 1 when the label, or one of its "a/b" alternatives, folds to the text. */
static int
same_text(const char *label, const char *text)
{
    char part[INDEX_TEXT + 1];
    const char *rest = label;
    size_t parts = 0;

    for (; rest != NULL; parts++) {
        (void)inc_index_part(part, &rest);
        if (strcmp(part, text) == 0)
            return 1;
    }
    if (parts <= 1 || strlen(label) > INDEX_TEXT)
        return 0;
    (void)inc_fold(part, label, strlen(label));
    return strcmp(part, text) == 0;
}

/* Entries whose text is the same get UINT32_MAX for a score. */
static void
add_exact(struct work *w, const char *text, size_t len)
{
    const struct inc_search *s = w->s;
    uint64_t hash = inc_index_hash(text, len);
    size_t lo = 0, hi = s->exacts;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->exact[mid].hash < hash)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < s->exacts && s->exact[lo].hash == hash; lo++) {
        uint32_t e = s->exact[lo].entry;
        if (e < w->lo || e >= w->hi || !same_text(s->entry[e].label, text))
            continue;
        if (w->score[e - w->lo] == 0)
            w->touched[w->n_touched++] = e - w->lo;
        w->score[e - w->lo] = UINT32_MAX;
    }
}

struct candidate {
    const struct entry *entry;
    uint32_t bp;
    int other; /* not in the language asked for */
};

/* Best first: score, language, preferred label, label, concept. */
static int
by_worth(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    int order;

    if (x->bp != y->bp)
        return x->bp > y->bp ? -1 : 1;
    if (x->other != y->other)
        return x->other - y->other;
    if (x->entry->preferred != y->entry->preferred)
        return x->entry->preferred ? -1 : 1;
    order = strcmp(x->entry->label, y->entry->label);
    if (order != 0)
        return order;
    return x->entry->id < y->entry->id ? -1 : x->entry->id > y->entry->id;
}

static uint32_t
worth(const struct work *w, uint32_t e, const uint32_t *norm, int other)
{
    const struct inc_search *s = w->s;
    const struct entry *entry = &s->entry[w->lo + e];
    enum inc_stemmer k =
        inc_stemmer_of(inc_taxonomy_language(s->t, entry->lang));
    uint64_t bp;

    if (w->score[e] == UINT32_MAX)
        return WHOLE_BP;
    if (entry->norm == 0 || norm[k] == 0)
        return 0;
    bp = (uint64_t)w->score[e] * 256 * WHOLE_BP /
         ((uint64_t)entry->norm * norm[k]);
    bp = bp > ALIKE_MAX_BP ? ALIKE_MAX_BP : bp;
    return (uint32_t)(other ? bp * OTHER_LANGUAGE_PERCENT / 100 : bp);
}

/* One hit a concept: its best label. */
static size_t
collect(const struct work *w, enum inc_pillar p, int lang, struct inc_hit *hits,
        size_t max)
{
    const struct inc_search *s = w->s;
    uint32_t *best = inc_mem_zero(inc_concept_count(s->t, p), sizeof *best);
    struct candidate *all = inc_mem_zero(w->n_touched, sizeof *all);
    uint32_t norm[INC_STEM_COUNT];
    size_t n = 0;

    if (best == NULL || all == NULL) {
        max = 0;
        goto out;
    }
    for (int k = 0; k < INC_STEM_COUNT; k++)
        norm[k] = (uint32_t)inc_isqrt(w->square[k] * 256);
    for (uint32_t i = 0; i < w->n_touched; i++) {
        uint32_t e = w->touched[i];
        struct candidate c = {&s->entry[w->lo + e], 0, 0};
        uint32_t at = best[c.entry->id];
        c.other = lang >= 0 && c.entry->lang != lang;
        c.bp = worth(w, e, norm, c.other);
        if (c.bp < MIN_BP)
            continue;
        if (at == 0) {
            all[n++] = c;
            best[c.entry->id] = (uint32_t)n;
        } else if (by_worth(&c, &all[at - 1]) < 0) {
            all[at - 1] = c;
        }
    }
    if (n != 0)
        qsort(all, n, sizeof *all, by_worth);
    max = n < max ? n : max;
    for (size_t i = 0; i < max; i++)
        hits[i] = (struct inc_hit){all[i].entry->id, all[i].bp,
                                   all[i].entry->label, all[i].entry->lang};
out:
    inc_mem_free(best);
    inc_mem_free(all);
    return max;
}

/* Whole characters of a text from outside, at most INDEX_TEXT bytes. */
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
inc_search_text(const struct inc_search *s, enum inc_pillar p, const char *text,
                size_t len, int lang, struct inc_hit *hits, size_t max)
{
    char folded[INDEX_TEXT + 1];
    size_t n = inc_fold(folded, text, cut(text, len));
    struct work w;

    if (n == 0 || max == 0 || work_init(&w, s, p) != 0)
        return 0;
    add_text(&w, folded, n);
    add_exact(&w, folded, n);
    max = collect(&w, p, lang, hits, max);
    work_release(&w);
    return max;
}

/* The part of a URI after its last '/' or '#'. */
static size_t
tail_of(const char **at, const char *uri, size_t len)
{
    size_t end = len, from;

    while (end > 0 && (uri[end - 1] == '/' || uri[end - 1] == '#'))
        end--;
    for (from = end; from > 0 && uri[from - 1] != '/' && uri[from - 1] != '#';)
        from--;
    *at = uri + from;
    return end - from;
}

static int
by_score(const void *a, const void *b)
{
    const struct inc_hit *x = a, *y = b;

    if (x->score_bp != y->score_bp)
        return x->score_bp > y->score_bp ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

enum { URI_EDITS = 3, URI_HITS = 16 };

/* Characters of `b` that `a` has not got, or the other way round: never more
 * than the edits between them, and much quicker to find. `count` is how often
 * `a` has each character. */
static size_t
strangers(const uint16_t count[256], size_t a_len, const char *b, size_t b_len)
{
    uint16_t left[256];
    size_t common = 0;

    memcpy(left, count, sizeof left);
    for (size_t i = 0; i < b_len; i++) {
        uint16_t *n = &left[(unsigned char)b[i]];
        common += *n != 0;
        *n = (uint16_t)(*n - (*n != 0));
    }
    return (a_len > b_len ? a_len : b_len) - common;
}

/* Concepts whose URI ends almost alike: a character lost or changed. */
static size_t
near_uris(const struct inc_search *s, enum inc_pillar p, const char *tail,
          size_t len, struct inc_hit *hits)
{
    uint16_t count[256] = {0};
    size_t n = 0;

    if (len > INC_EDIT_BYTES)
        return 0;
    for (size_t i = 0; i < len; i++)
        count[(unsigned char)tail[i]]++;
    for (uint32_t id = 0; id < inc_concept_count(s->t, p); id++) {
        const char *uri = inc_concept_uri(s->t, p, id), *other;
        size_t other_len = tail_of(&other, uri, strlen(uri));
        unsigned edits;
        if (inc_concept_retired(s->t, p, id) ||
            strangers(count, len, other, other_len) > URI_EDITS)
            continue;
        edits = inc_edits(tail, len, other, other_len, URI_EDITS);
        if (edits > URI_EDITS || (size_t)edits * 4 > len)
            continue;
        if (n == URI_HITS)
            break;
        hits[n++] = (struct inc_hit){id, ALIKE_MAX_BP - edits * 500,
                                     inc_concept_label(s->t, p, id, -1), -1};
    }
    if (n != 0)
        qsort(hits, n, sizeof *hits, by_score);
    return n;
}

size_t
inc_search_uri(const struct inc_search *s, enum inc_pillar p, const char *uri,
               size_t len, struct inc_hit *hits, size_t max)
{
    struct inc_hit near[URI_HITS], named[URI_HITS];
    const char *tail;
    size_t tail_len = tail_of(&tail, uri, len);
    size_t n = near_uris(s, p, tail, tail_len, near), k, out = 0;

    for (size_t i = 0; i < n && out < max; i++)
        hits[out++] = near[i];
    k = inc_search_text(s, p, tail, tail_len, -1, named, URI_HITS);
    for (size_t i = 0; i < k && out < max; i++) {
        int there = 0;
        for (size_t j = 0; j < n && !there; j++)
            there = near[j].id == named[i].id;
        if (!there && named[i].score_bp >= 3000)
            hits[out++] = named[i];
    }
    return out;
}

/*
 * alike.c - terms of the search index that resemble a word: the same stem
 * counts whole, the same root, a typing error or shared trigrams count less.
 */
#include <string.h>

#include "engine/base/mem.h"
#include "engine/taxonomy/index.h"
#include "engine/text/ngram.h"

enum {
    WHOLE_BP = 10000,
    /* What a resemblance is worth: our own first choices. They were measured
     * on the development half of MELO-IT, not tuned on it. */
    ROOT_BP = 8000,
    SHORT_ROOT_BP = 6000,
    PREFIX_BP = 7000,
    ONE_EDIT_BP = 8500,
    DICE_MIN_BP = 5000
};

int
inc_alike_init(struct inc_alike *a, const struct inc_search *s)
{
    a->s = s;
    a->n = 0;
    a->common = inc_mem_zero(s->terms, sizeof *a->common);
    a->met = inc_mem_resize(NULL, s->terms, sizeof *a->met);
    return a->common != NULL && a->met != NULL ? 0 : -1;
}

void
inc_alike_release(struct inc_alike *a)
{
    inc_mem_free(a->common);
    inc_mem_free(a->met);
}

/* How much a term is worth for a stem, 0 when they are strangers. A stem that
 * is `known` is no typing error for another one. */
static uint32_t
resemblance(const struct term *t, const char *stem, size_t len, size_t root,
            uint32_t dice, int known)
{
    uint32_t sim = dice >= DICE_MIN_BP ? dice * 85 / 100 : 0;
    size_t shorter = len < t->len ? len : t->len;

    if (root == t->root && root >= 3 && memcmp(stem, t->text, root) == 0) {
        uint32_t worth = root >= 4 ? ROOT_BP : SHORT_ROOT_BP;
        sim = sim > worth ? sim : worth;
    }
    if (len >= 4 && len < t->len && memcmp(stem, t->text, len) == 0 &&
        sim < PREFIX_BP)
        sim = PREFIX_BP;
    if (!known && shorter >= 5 && sim < ONE_EDIT_BP && dice >= 2500) {
        unsigned edits = inc_edits(stem, len, t->text, t->len, 2);
        if (edits == 1)
            sim = ONE_EDIT_BP;
        else if (edits == 2 && shorter >= 8 && sim < INC_ALIKE_EDITS_BP)
            sim = INC_ALIKE_EDITS_BP;
    }
    return sim;
}

/* Keep the best INC_ALIKE_MAX, best first, ties by term. */
static void
keep(struct inc_alike *a, uint32_t term, uint32_t sim)
{
    size_t at = a->n;

    while (at > 0 &&
           (a->match[at - 1].sim_bp < sim ||
            (a->match[at - 1].sim_bp == sim && a->match[at - 1].term > term)))
        at--;
    if (at == INC_ALIKE_MAX)
        return;
    if (a->n < INC_ALIKE_MAX)
        a->n++;
    memmove(&a->match[at + 1], &a->match[at],
            (a->n - 1 - at) * sizeof a->match[0]);
    a->match[at] = (struct inc_alike_term){term, sim};
}

/* Index of a trigram, or the number of them. */
static uint32_t
gram_index(const struct inc_search *s, uint32_t gram)
{
    uint32_t lo = 0, hi = s->grams;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (s->gram[mid] < gram)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < s->grams && s->gram[lo] == gram ? lo : s->grams;
}

void
inc_alike_find(struct inc_alike *a, const char *stem, size_t len,
               enum inc_stemmer stemmer)
{
    const struct inc_search *s = a->s;
    uint32_t gram[INDEX_WORD];
    size_t grams = inc_trigrams(gram, INDEX_WORD, stem, len);
    size_t root = inc_stem_root(stem, len, stemmer);
    uint32_t n = 0;
    char key[INDEX_WORD + 1] = {inc_index_letter(stemmer)};
    int known;

    memcpy(key + 1, stem, len);
    known = inc_map_get(&s->by_text, key, len + 1) != INC_MAP_NONE;
    a->n = 0;
    for (size_t g = 0; g < grams; g++) {
        uint32_t k = gram_index(s, gram[g]);
        for (uint32_t i = k < s->grams ? s->gram_at[k] : 0,
                      end = k < s->grams ? s->gram_at[k + 1] : 0;
             i < end; i++) {
            uint32_t term = s->gram_term[i];
            if (s->term[term].stemmer != stemmer)
                continue;
            if (a->common[term]++ == 0)
                a->met[n++] = term;
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct term *t = &s->term[a->met[i]];
        uint32_t common = a->common[a->met[i]], dice, sim;
        a->common[a->met[i]] = 0;
        if (t->len == len && memcmp(t->text, stem, len) == 0) {
            keep(a, a->met[i], WHOLE_BP);
            continue;
        }
        /* a term of n letters has n trigrams, a few less if some repeat */
        dice = common * 20000 / (uint32_t)(grams + t->len);
        sim = common < 2 || len < 4
                  ? 0
                  : resemblance(t, stem, len, root, dice, known);
        if (sim != 0)
            keep(a, a->met[i], sim);
    }
}

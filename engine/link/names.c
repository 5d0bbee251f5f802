/*
 * names.c - a text that is one name. Three kinds of evidence are added up:
 * spelling (taxonomy/search.h), the words' company (latent.h) and what kind of
 * concept it is. Weights: docs/decisions, "linking".
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/link/inside.h"
#include "engine/taxonomy/nicknames.h"
#include "engine/text/fold.h"

enum {
    SPELT_MAX = 400,      /* concepts of a pillar that are spelt alike */
    SPELT_BYTES = 2048,   /* of a text whose nicknames are spelt out */
    UNITS_MAX = 60,       /* names of national units that are spelt alike */
    OWN_PERCENT = 10,     /* of an occupation's own spelling, where a unit's is
                             better: it parts those that share the unit */
    COMPANY_PERCENT = 30, /* of the cosine in the latent space */
    GROUP_LOSS_BP = 2000,
    LEAST_BP = 800 /* less is noise */
};

/* The national unit that leads to an occupation best. */
struct via {
    uint32_t bp; /* 0: none does */
    const struct inc_unit *unit;
    const char *name;
};

struct names {
    const struct inc_linker *l;
    struct inc_link *all; /* by document, or by skill */
    size_t n;
    struct inc_hit *hits; /* [SPELT_MAX] */
    uint16_t *company_bp; /* [documents] */
    struct via *via;      /* [occupations]; NULL without a crosswalk */
};

/* The text with nicknames spelt out, folded; what does not fit is cut at a
 * word. Returns its length, 0 when it has no nickname and may stay as it is.
 *   out  out [SPELT_BYTES] */
static size_t
spell_out(char *out, const char *text, size_t len)
{
    char folded[INC_LINK_NAME_BYTES + 1];
    size_t n = 0, found = 0, words;

    if (len > INC_LINK_NAME_BYTES)
        return 0;
    words = inc_fold(folded, text, len);
    for (size_t at = 0, end; at < words; at = end + 1) {
        const char *means, *word = folded + at;
        size_t k;
        for (end = at; end < words && folded[end] != ' ';)
            end++;
        k = end - at;
        means = inc_nickname(word, k);
        if (means != NULL) {
            word = means;
            k = strlen(means);
            found++;
        }
        if (n + k + 1 > SPELT_BYTES)
            break;
        memcpy(out + n, word, k);
        out[n + k] = ' ';
        n += k + 1;
    }
    return found == 0 ? 0 : n;
}

static void
add_spelling(struct names *w, struct inc_link *of, enum inc_pillar p,
             const char *text, size_t len, int lang)
{
    size_t n = inc_search_text(w->l->s, p, text, len, lang, w->hits, SPELT_MAX);

    for (size_t i = 0; i < n; i++) {
        struct inc_link *k = &of[w->hits[i].id];
        k->score_bp = w->hits[i].score_bp;
        k->label = w->hits[i].label;
        k->lang = w->hits[i].lang;
    }
}

/* An occupation is also spelt as the units that it is mapped to, as far as the
 * mapping holds. */
static void
add_units(struct names *w, const char *text, size_t len)
{
    const struct inc_crosswalk *x = w->l->walk;
    const uint32_t own = inc_concept_count(w->l->t, INC_PILLAR_OCCUPATION);
    const int lang = inc_taxonomy_lang(w->l->t, INC_CROSSWALK_LANG);
    size_t n = inc_search_text(x->search, INC_PILLAR_OCCUPATION, text, len, 0,
                               w->hits, UNITS_MAX);

    for (size_t i = 0; i < n; i++) {
        const struct inc_unit *u = &x->unit[x->name_unit[w->hits[i].id]];

        for (uint32_t k = u->first; k < u->first + u->n; k++) {
            struct via *v = &w->via[x->mapping[k].occupation];
            const uint32_t worth = inc_mapping_worth(x->mapping[k].relation);
            const uint32_t bp = w->hits[i].score_bp * worth / 10000;

            if (bp > v->bp)
                *v = (struct via){bp, u, w->hits[i].label};
        }
    }
    for (uint32_t i = 0; i < own; i++) {
        struct inc_link *k = &w->all[i];

        if (w->via[i].bp <= k->score_bp)
            continue;
        k->score_bp = w->via[i].bp + k->score_bp * OWN_PERCENT / 100;
        k->label = w->via[i].name;
        k->lang = lang;
        k->scheme = w->via[i].unit->scheme;
        k->code = w->via[i].unit->code;
    }
}

static void
add_company(struct names *w, const char *text, size_t len)
{
    inc_latent_compare(w->l->latent, w->company_bp, text, len);
    for (size_t i = 0; i < w->n; i++) {
        struct inc_link *k = &w->all[i];
        uint32_t loss = k->pillar == INC_PILLAR_ISCO ? GROUP_LOSS_BP : 0;
        k->score_bp += (uint32_t)w->company_bp[i] * COMPANY_PERCENT / 100;
        k->score_bp = k->score_bp > loss ? k->score_bp - loss : 0;
    }
}

/* Best first. */
static int
by_score(const void *a, const void *b)
{
    const struct inc_link *x = a, *y = b;

    if (x->score_bp != y->score_bp)
        return x->score_bp > y->score_bp ? -1 : 1;
    if (x->pillar != y->pillar)
        return x->pillar < y->pillar ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void
keep_good(struct names *w, size_t len, int lang)
{
    const struct inc_taxonomy *t = w->l->t;
    size_t n = 0;

    for (size_t i = 0; i < w->n; i++) {
        struct inc_link *k = &w->all[i];
        if (k->score_bp < LEAST_BP || inc_concept_retired(t, k->pillar, k->id))
            continue;
        if (k->label == NULL) {
            k->label = inc_concept_label(t, k->pillar, k->id, lang);
            k->lang = lang;
        }
        k->len = (uint32_t)len;
        w->all[n++] = *k;
    }
    w->n = n;
    qsort(w->all, w->n, sizeof *w->all, by_score);
}

static int
make_room(struct names *w, const struct inc_linker *l, enum inc_pillar p)
{
    uint32_t own = inc_concept_count(l->t, p), groups = 0;

    if (p == INC_PILLAR_OCCUPATION)
        groups = inc_concept_count(l->t, INC_PILLAR_ISCO);
    w->l = l;
    w->n = (size_t)own + groups;
    w->hits = inc_mem_zero(SPELT_MAX, sizeof *w->hits);
    w->company_bp =
        inc_mem_zero(inc_latent_documents(l->latent), sizeof *w->company_bp);
    w->all = inc_mem_zero(w->n, sizeof *w->all);
    if (l->walk != NULL)
        w->via = inc_mem_zero(own, sizeof *w->via);
    if (w->hits == NULL || w->company_bp == NULL || w->all == NULL ||
        (l->walk != NULL && w->via == NULL))
        return -1;
    for (uint32_t i = 0; i < own; i++)
        w->all[i] = (struct inc_link){.pillar = p, .id = i, .lang = -1};
    for (uint32_t i = 0; i < groups; i++)
        w->all[own + i] =
            (struct inc_link){.pillar = INC_PILLAR_ISCO, .id = i, .lang = -1};
    return 0;
}

static void
release(struct names *w)
{
    inc_mem_free(w->hits);
    inc_mem_free(w->company_bp);
    inc_mem_free(w->all);
    inc_mem_free(w->via);
}

size_t
inc_link_name(const struct inc_linker *l, enum inc_pillar p, const char *text,
              size_t len, int lang, struct inc_link *out, size_t max)
{
    struct names w = {0};
    char spelt[SPELT_BYTES];
    size_t n = 0, said = len, k = spell_out(spelt, text, len);
    int is_code = 0;

    if (p == INC_PILLAR_OCCUPATION)
        n = inc_link_code(l->t, l->walk, text, len, lang, out, max, &is_code);
    if (is_code) /* what a number resembles means nothing */
        return n;
    if (k != 0) {
        text = spelt;
        len = k;
    }
    if (make_room(&w, l, p) != 0)
        goto out;
    add_spelling(&w, w.all, p, text, len, lang);
    if (p == INC_PILLAR_OCCUPATION) {
        add_spelling(&w, w.all + inc_concept_count(l->t, p), INC_PILLAR_ISCO,
                     text, len, lang);
        if (l->walk != NULL)
            add_units(&w, text, len);
        add_company(&w, text, len);
        if (l->meaning != NULL)
            inc_meaning_add(l->meaning, w.all, text, len,
                            100 + COMPANY_PERCENT);
    }
    keep_good(&w, said, lang);
    inc_link_confide(w.all, w.n, p);
    n = w.n < max ? w.n : max;
    memcpy(out, w.all, n * sizeof *out);
out:
    release(&w);
    return n;
}

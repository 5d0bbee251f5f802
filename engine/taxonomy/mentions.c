/*
 * mentions.c - looking for the labels' word sets, clause by clause.
 */
#include "engine/taxonomy/mentions.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/utf8.h"
#include "engine/taxonomy/nicknames.h"
#include "engine/taxonomy/patterns.h"
#include "engine/text/fold.h"

enum {
    CLAUSE_WORDS = 64, /* a mask has so many bits */
    SENSES_MAX = 24,   /* terms that one word may stand for here */
    WHOLE_BP = 10000,
    KIN_BP = 8000, /* another word of the same root */
    TYPING_ERROR_BP = 8500,
    COVER_MIN_BP = 7500,
    /* Who draws is no drawing: a kin word is not enough for an occupation. */
    OCCUPATION_MIN_BP = 9000,
    ONE_WORD_MIN_BP = 8500,
    ROOT_LETTERS = 4,
    TYPED_LETTERS = 5,    /* shorter words are not mended */
    CAPITALS_LETTERS = 2, /* labels as short must stand in capitals: IT, R */
    MENDED_MAX = 1000,    /* of a text; the words after them stay strange */
    MENDED_SLOTS = 256,
    MENDED_TERMS = 8
};

/* What a strange word was mended to: a text that says it on every page is not
 * to look for it on every page. */
struct mended {
    char text[INDEX_WORD];
    uint8_t len; /* 0: free */
    uint8_t n;
    uint32_t term[MENDED_TERMS];
};

struct word {
    uint32_t at, end;
    char text[INDEX_WORD];
    uint8_t len;
    uint8_t capitals; /* no small letter in it */
    uint8_t stop;
};

struct sense {
    uint32_t term;
    uint16_t sim_bp;
    uint8_t word;
    uint8_t shared; /* the word may stand for other words of the label too */
};

struct found {
    const struct pattern *pattern;
    uint64_t words; /* mask */
    uint32_t cover_bp;
    uint32_t worth; /* rarity of the words it explains */
    int other;      /* not in the language asked for */
};

struct work {
    const struct inc_patterns *p;
    unsigned pillars; /* bits */
    int lang;
    struct inc_alike alike;
    struct mended *mended; /* [MENDED_SLOTS], by the hash of the word */
    uint32_t n_mended;
    struct word word[CLAUSE_WORDS];
    uint32_t words;
    struct sense sense[CLAUSE_WORDS * SENSES_MAX];
    uint32_t senses;
    struct found *found;
    size_t n_found, cap_found;
    int failed;
    struct inc_mention *out;
    size_t n, max;
};

/* --- the words of a clause ----------------------------------------------- */

static int
ends_clause(uint32_t c)
{
    return c == '.' || c == ',' || c == ';' || c == ':' || c == '!' ||
           c == '?' || c == '\n' || c == '(' || c == ')' || c == '[' ||
           c == ']' || c == '|' || c == 0x2022 || c == 0x2026;
}

/* A point inside a word ends nothing: "Node.js", "D.Lgs". */
static int
inside_word(const char *text, size_t len, size_t pos, uint32_t c)
{
    return c == '.' && pos < len &&
           ((text[pos] >= 'a' && text[pos] <= 'z') ||
            (text[pos] >= 'A' && text[pos] <= 'Z'));
}

static int
is_stop(const struct word *w)
{
    return inc_stop_word(w->text, w->len, INC_STEM_IT) ||
           inc_stop_word(w->text, w->len, INC_STEM_EN);
}

static void
end_word(struct work *w, size_t at, size_t end)
{
    struct word *one = &w->word[w->words];

    if (one->len == 0)
        return;
    one->at = (uint32_t)at;
    one->end = (uint32_t)end;
    one->stop = (uint8_t)(is_stop(one) && !one->capitals);
    w->words++;
    if (w->words < CLAUSE_WORDS)
        memset(&w->word[w->words], 0, sizeof w->word[0]);
}

/* Read one clause from *pos on. 0 at the end of the text. */
static int
read_clause(struct work *w, const char *text, size_t len, size_t *pos)
{
    size_t at = *pos;

    w->words = 0;
    memset(&w->word[0], 0, sizeof w->word[0]);
    if (*pos >= len)
        return 0;
    while (*pos < len && w->words < CLAUSE_WORDS) {
        struct word *one = &w->word[w->words];
        size_t before = *pos, k;
        char piece[4];
        int separator;
        uint32_t c = inc_utf8_next(text, len, pos);
        if (one->len == 0)
            at = before;
        k = inc_fold_point(piece, c, &separator);
        if (one->len != 0 && (c == '+' || c == '#')) {
            piece[0] = (char)c;
            k = 1;
            separator = 0;
        }
        if (separator) {
            end_word(w, at, before);
            if (ends_clause(c) && !inside_word(text, len, *pos, c))
                return 1;
            continue;
        }
        if (one->len == 0)
            one->capitals = 1;
        if (c >= 'a' && c <= 'z')
            one->capitals = 0;
        if ((size_t)one->len + k < sizeof one->text) {
            memcpy(one->text + one->len, piece, k);
            one->len = (uint8_t)(one->len + k);
        }
    }
    if (*pos >= len && w->words < CLAUSE_WORDS)
        end_word(w, at, *pos);
    return 1;
}

/* --- what they may stand for --------------------------------------------- */

static void
add_sense(struct work *w, uint32_t word, uint32_t term, uint32_t sim_bp,
          uint32_t *room)
{
    if (*room == 0)
        return;
    (*room)--;
    w->sense[w->senses++] =
        (struct sense){term, (uint16_t)sim_bp, (uint8_t)word, 0};
}

/* 1 when the stem is a term. */
static int
look_up(struct work *w, uint32_t word, const char *stem, size_t len,
        enum inc_stemmer stemmer, uint32_t *room)
{
    char key[INDEX_WORD + 1] = {inc_index_letter(stemmer)};
    size_t root = inc_stem_root(stem, len, stemmer);
    uint32_t term, from, end;

    memcpy(key + 1, stem, len);
    term = inc_map_get(&w->p->s->by_text, key, len + 1);
    if (term != INC_MAP_NONE)
        add_sense(w, word, term, WHOLE_BP, room);
    if (root < ROOT_LETTERS)
        return term != INC_MAP_NONE;
    end = inc_patterns_kin(w->p, stem, root, stemmer, &from);
    for (uint32_t i = from; i < end; i++)
        if (w->p->by_root[i] != term)
            add_sense(w, word, w->p->by_root[i], KIN_BP, room);
    return term != INC_MAP_NONE;
}

/* The terms that are one typing error away. */
static void
mend(struct work *w, struct mended *m, const char *stem, size_t len,
     enum inc_stemmer stemmer)
{
    inc_alike_find(&w->alike, stem, len, stemmer);
    for (size_t i = 0; i < w->alike.n && m->n < MENDED_TERMS; i++)
        if (w->alike.match[i].sim_bp == TYPING_ERROR_BP)
            m->term[m->n++] = w->alike.match[i].term;
}

/* Where this word is, or is to be, remembered; NULL with no memory. */
static struct mended *
mended_slot(struct work *w, const struct word *one)
{
    uint64_t hash = inc_index_hash(one->text, one->len);

    if (w->mended == NULL) {
        w->mended = inc_mem_zero(MENDED_SLOTS, sizeof *w->mended);
        if (w->mended == NULL) {
            w->failed = 1;
            return NULL;
        }
    }
    return &w->mended[(hash ^ hash >> 29) % MENDED_SLOTS];
}

static void
mend_word(struct work *w, uint32_t number, char stem[][INDEX_WORD],
          const size_t *len, uint32_t *room)
{
    const struct word *one = &w->word[number];
    struct mended *m = mended_slot(w, one);

    if (m == NULL)
        return;
    if (m->len != one->len || memcmp(m->text, one->text, one->len) != 0) {
        if (w->n_mended++ >= MENDED_MAX)
            return;
        memcpy(m->text, one->text, one->len);
        m->len = one->len;
        m->n = 0;
        for (int k = 0; k < INC_STEM_COUNT; k++)
            if (len[k] >= TYPED_LETTERS)
                mend(w, m, stem[k], len[k], (enum inc_stemmer)k);
    }
    for (uint32_t i = 0; i < m->n; i++)
        add_sense(w, number, m->term[i], TYPING_ERROR_BP, room);
}

/* Initials that read like a word, such as OSA, must stand in capitals. */
static int
reads_like_a_word(const struct word *one)
{
    return one->len <= 3 && strchr("aeiou", one->text[one->len - 1]) != NULL &&
           !one->capitals;
}

/* A nickname stands for all the words that it means. */
static void
spell_out(struct work *w, uint32_t number, const char *means)
{
    size_t pos = 0, n, len = strlen(means);
    const char *word;

    while ((n = inc_index_word(&word, means, len, &pos)) != 0) {
        char key[INDEX_WORD + 1] = {inc_index_letter(INC_STEM_IT)};
        uint32_t term;
        memcpy(key + 1, word, n);
        n = inc_stem(key + 1, n, INC_STEM_IT);
        term = inc_map_get(&w->p->s->by_text, key, n + 1);
        if (term != INC_MAP_NONE)
            w->sense[w->senses++] =
                (struct sense){term, WHOLE_BP, (uint8_t)number, 1};
    }
}

static void
find_senses(struct work *w, uint32_t number)
{
    const struct word *one = &w->word[number];
    char stem[INC_STEM_COUNT][INDEX_WORD];
    size_t len[INC_STEM_COUNT];
    const char *means = inc_nickname(one->text, one->len);
    uint32_t room = SENSES_MAX;
    int known = 0;

    if (means != NULL && !reads_like_a_word(one)) {
        spell_out(w, number, means);
        return;
    }
    for (int k = 0; k < INC_STEM_COUNT; k++) {
        memcpy(stem[k], one->text, one->len);
        len[k] = inc_stem(stem[k], one->len, (enum inc_stemmer)k);
        known |=
            look_up(w, number, stem[k], len[k], (enum inc_stemmer)k, &room);
    }
    if (!known && one->len >= TYPED_LETTERS)
        mend_word(w, number, stem, len, &room);
}

static int
by_term(const void *a, const void *b)
{
    const struct sense *x = a, *y = b;

    if (x->term != y->term)
        return x->term < y->term ? -1 : 1;
    return x->word < y->word ? -1 : x->word > y->word;
}

/* --- labels among them --------------------------------------------------- */

static const struct sense *
first_sense(const struct work *w, uint32_t term)
{
    uint32_t lo = 0, hi = w->senses;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (w->sense[mid].term < term)
            lo = mid + 1;
        else
            hi = mid;
    }
    return w->sense + lo;
}

/* The word for a term: the surest one, then the nearest to the anchor. */
static const struct sense *
best_sense(const struct work *w, uint32_t term, uint8_t anchor, uint64_t taken)
{
    const struct sense *best = NULL;

    for (const struct sense *s = first_sense(w, term);
         s < w->sense + w->senses && s->term == term; s++) {
        int far = abs((int)s->word - (int)anchor);
        if (!s->shared && taken >> s->word & 1)
            continue;
        if (best == NULL || s->sim_bp > best->sim_bp ||
            (s->sim_bp == best->sim_bp &&
             far < abs((int)best->word - (int)anchor)))
            best = s;
    }
    return best;
}

/* Words between the first and the last that are neither used nor empty. */
static uint32_t
idle(const struct work *w, uint64_t used)
{
    uint32_t first = (uint32_t)__builtin_ctzll(used);
    uint32_t last = 63 - (uint32_t)__builtin_clzll(used), n = 0;

    for (uint32_t i = first; i <= last; i++)
        n += !(used >> i & 1) && !w->word[i].stop;
    return n;
}

static int
fits(const struct work *w, const struct pattern *p, uint64_t used,
     uint32_t cover_bp)
{
    const struct word *one = &w->word[__builtin_ctzll(used)];

    if (p->words == 1)
        return cover_bp >= ONE_WORD_MIN_BP &&
               (p->letters > CAPITALS_LETTERS || one->capitals);
    if (p->pillar == INC_PILLAR_OCCUPATION && cover_bp < OCCUPATION_MIN_BP)
        return 0;
    if ((used & (used - 1)) == 0 && cover_bp < WHOLE_BP)
        return 0; /* one of its words, and not all that it says */
    return cover_bp >= COVER_MIN_BP && idle(w, used) <= 1U + p->words / 3U;
}

static void
keep(struct work *w, const struct pattern *p, uint64_t used, uint32_t cover_bp)
{
    void *array = w->found;

    if (inc_mem_grow(&array, &w->cap_found, w->n_found, sizeof *w->found) !=
        0) {
        w->failed = 1;
        return;
    }
    w->found = array;
    w->found[w->n_found++] =
        (struct found){p, used, cover_bp, p->weight * (cover_bp / 10) / 1000,
                       w->lang >= 0 && p->lang != w->lang};
}

static void
weigh(struct work *w, const struct pattern *p, const struct sense *anchor)
{
    const struct inc_search *s = w->p->s;
    uint64_t used = 0, got = 0, lost = 0;

    for (uint32_t i = 0; i < p->words; i++) {
        uint32_t term = w->p->term[p->term + i], idf = s->term[term].idf;
        const struct sense *one =
            i == 0 ? anchor : best_sense(w, term, anchor->word, used);
        uint32_t sim = one == NULL ? 0 : one->sim_bp;
        got += (uint64_t)idf * sim;
        lost += (uint64_t)idf * (WHOLE_BP - sim);
        if (lost > (uint64_t)p->weight * (WHOLE_BP - COVER_MIN_BP))
            return;
        if (one != NULL)
            used |= UINT64_C(1) << one->word;
    }
    got /= p->weight;
    if (fits(w, p, used, (uint32_t)got))
        keep(w, p, used, (uint32_t)got);
}

/* Best first: what explains more words, more surely, in the language asked
 * for, as preferred label. */
static int
by_worth(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    int order;

    if (x->worth != y->worth)
        return x->worth > y->worth ? -1 : 1;
    if (x->cover_bp != y->cover_bp)
        return x->cover_bp > y->cover_bp ? -1 : 1;
    if (x->other != y->other)
        return x->other - y->other;
    if (x->pattern->preferred != y->pattern->preferred)
        return x->pattern->preferred ? -1 : 1;
    order = strcmp(x->pattern->label, y->pattern->label);
    if (order != 0)
        return order;
    if (x->pattern->pillar != y->pattern->pillar)
        return x->pattern->pillar < y->pattern->pillar ? -1 : 1;
    return x->pattern->id < y->pattern->id ? -1
                                           : x->pattern->id > y->pattern->id;
}

static int
same_concept(const struct found *a, const struct found *b)
{
    return a->pattern->id == b->pattern->id &&
           a->pattern->pillar == b->pattern->pillar;
}

/* Concepts besides the winner's that the same words name as well. */
static uint32_t
count_others(const struct work *w, size_t winner)
{
    const struct found *best = &w->found[winner];
    uint32_t n = 0;

    for (size_t i = 0; i < w->n_found; i++) {
        const struct found *f = &w->found[i];
        int seen = same_concept(f, best);
        if (f->words != best->words || f->cover_bp < best->cover_bp)
            continue;
        for (size_t k = 0; k < i && !seen; k++)
            seen = same_concept(&w->found[k], f) &&
                   w->found[k].words == best->words &&
                   w->found[k].cover_bp >= best->cover_bp;
        n += !seen;
    }
    return n;
}

static int
by_place(const void *a, const void *b)
{
    const struct inc_mention *x = a, *y = b;

    return x->at < y->at ? -1 : x->at > y->at;
}

static void
choose(struct work *w)
{
    uint64_t taken = 0;
    size_t first = w->n;

    if (w->n_found != 0)
        qsort(w->found, w->n_found, sizeof *w->found, by_worth);
    for (size_t i = 0; i < w->n_found && w->n < w->max; i++) {
        const struct found *f = &w->found[i];
        const struct word *from, *to;
        if (f->words & taken)
            continue;
        taken |= f->words;
        from = &w->word[__builtin_ctzll(f->words)];
        to = &w->word[63 - __builtin_clzll(f->words)];
        w->out[w->n++] = (struct inc_mention){
            .pillar = (enum inc_pillar)f->pattern->pillar,
            .id = f->pattern->id,
            .at = from->at,
            .len = to->end - from->at,
            .cover_bp = f->cover_bp,
            .words = (uint32_t)__builtin_popcountll(f->words),
            .others = count_others(w, i),
            .label = f->pattern->label,
            .lang = f->pattern->lang};
    }
    if (w->n > first)
        qsort(w->out + first, w->n - first, sizeof *w->out, by_place);
}

static void
do_clause(struct work *w)
{
    const struct inc_patterns *p = w->p;

    w->senses = 0;
    w->n_found = 0;
    for (uint32_t i = 0; i < w->words; i++)
        if (!w->word[i].stop)
            find_senses(w, i);
    if (w->senses == 0)
        return;
    qsort(w->sense, w->senses, sizeof w->sense[0], by_term);
    for (uint32_t i = 0; i < w->senses; i++) {
        uint32_t term = w->sense[i].term;
        for (uint32_t k = p->anchor_at[term]; k < p->anchor_at[term + 1]; k++) {
            const struct pattern *one = &p->pattern[p->anchored[k]];
            if (w->pillars >> one->pillar & 1)
                weigh(w, one, &w->sense[i]);
        }
    }
    choose(w);
}

size_t
inc_patterns_find(const struct inc_patterns *p, unsigned pillars,
                  const char *text, size_t len, int lang,
                  struct inc_mention *out, size_t max)
{
    struct work *w = inc_mem_zero(1, sizeof *w);
    size_t pos = 0, n = 0;

    if (w == NULL)
        return 0;
    w->p = p;
    w->pillars = pillars;
    w->lang = lang;
    w->out = out;
    w->max = max;
    len = len < INC_MENTION_BYTES ? len : INC_MENTION_BYTES;
    if (inc_alike_init(&w->alike, p->s) != 0)
        goto out;
    while (w->n < max && read_clause(w, text, len, &pos))
        do_clause(w);
    n = w->failed ? 0 : w->n;
out:
    inc_alike_release(&w->alike);
    inc_mem_free(w->mended);
    inc_mem_free(w->found);
    inc_mem_free(w);
    return n;
}

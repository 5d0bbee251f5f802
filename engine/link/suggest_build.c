/*
 * suggest_build.c - the index of suggestions. It is made while a daemon starts,
 * so every label is read once, and words are numbered through a table of
 * hashes before they are sorted.
 */
#include <string.h>

#include "engine/base/mem.h"
#include "engine/link/suggest_inside.h"

/* A place of the table of words; all a comparison needs is in it. */
struct slot {
    uint32_t hash;
    uint32_t number; /* of the word, from 1; 0: nobody's */
    uint32_t at;     /* in the text */
    uint32_t size;
};

/* Words while they are met. */
struct words {
    char *text; /* [text_cap] */
    size_t text_len, text_cap;
    struct inc_vocabulary_text *met; /* [n] without text; id: place in text */
    size_t met_cap;
    uint8_t *stemmers; /* bit per enum inc_stemmer it was met in */
    size_t stemmers_cap;
    uint32_t n;
    struct slot *slot; /* [slots] */
    size_t slots;      /* a power of two */
};

struct builder {
    struct inc_suggest *s;
    struct words w;
    size_t label_cap, word_cap, at_cap;
    uint32_t n_word; /* used in s->word */
};

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0,
                    "no memory for the index of suggestions");
}

/* --- numbering words -------------------------------------------------------
 */

static uint32_t
hash_of(const char *word, size_t len)
{
    uint32_t h = UINT32_C(2166136261);

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)word[i]) * UINT32_C(16777619);
    return h ^ h >> 15;
}

static int
table_grow(struct words *w)
{
    const size_t slots = w->slots == 0 ? 1024 : w->slots * 2;
    struct slot *slot = inc_mem_zero(slots, sizeof *slot);

    if (slot == NULL)
        return -1;
    for (size_t i = 0; i < w->slots; i++) {
        size_t k = w->slot[i].hash & (slots - 1);

        if (w->slot[i].number == 0)
            continue;
        while (slot[k].number != 0)
            k = (k + 1) & (slots - 1);
        slot[k] = w->slot[i];
    }
    inc_mem_free(w->slot);
    w->slot = slot;
    w->slots = slots;
    return 0;
}

/* Room for one more element, or for `more`. */
static int
grow(void *array_of_any, size_t *cap, size_t used, size_t more, size_t size)
{
    void *array;
    int rc;

    memcpy(&array, array_of_any, sizeof array);
    do
        rc = inc_mem_grow(&array, cap, used + more - 1, size);
    while (rc == 0 && *cap < used + more);
    memcpy(array_of_any, &array, sizeof array);
    return rc;
}

static int
word_new(struct words *w, const char *word, size_t len)
{
    if (grow(&w->met, &w->met_cap, w->n, 1, sizeof *w->met) != 0 ||
        grow(&w->stemmers, &w->stemmers_cap, w->n, 1, 1) != 0 ||
        grow(&w->text, &w->text_cap, w->text_len, len, 1) != 0)
        return -1;
    memcpy(w->text + w->text_len, word, len);
    w->met[w->n] = (struct inc_vocabulary_text){.id = (uint32_t)w->text_len,
                                                .size = (uint8_t)len};
    w->stemmers[w->n] = 0;
    w->text_len += len;
    w->n++;
    return 0;
}

/* Number of a word, new or known. 0, or -1 without memory. */
static int
word_number(struct words *w, const char *word, size_t len, uint32_t *out)
{
    const uint32_t h = hash_of(word, len);
    struct slot *s;

    if (w->n >= w->slots / 2 && table_grow(w) != 0)
        return -1;
    for (size_t k = h & (w->slots - 1);; k = (k + 1) & (w->slots - 1)) {
        s = &w->slot[k];
        if (s->number == 0)
            break;
        if (s->hash == h && s->size == len &&
            memcmp(w->text + s->at, word, len) == 0) {
            *out = s->number - 1;
            return 0;
        }
    }
    if (word_new(w, word, len) != 0)
        return -1;
    *s = (struct slot){h, w->n, w->met[w->n - 1].id, (uint32_t)len};
    *out = w->n - 1;
    return 0;
}

static void
words_release(struct words *w)
{
    inc_mem_free(w->text);
    inc_mem_free(w->met);
    inc_mem_free(w->stemmers);
    inc_mem_free(w->slot);
}

/* --- labels ----------------------------------------------------------------
 */

/* Letters of the longest part: "a/b" is no longer name than "a". */
static uint16_t
letters_of(const char *text, size_t len)
{
    size_t n = 0, most = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '/') {
            most = n > most ? n : most;
            n = 0;
            continue;
        }
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    most = n > most ? n : most;
    return most < UINT16_MAX ? (uint16_t)most : UINT16_MAX;
}

static enum inc_status
add_label(struct builder *b, enum inc_pillar p, uint32_t id, size_t lang,
          enum inc_stemmer stemmer, const char *text, struct inc_err *err)
{
    struct inc_suggest *s = b->s;
    const size_t len = strlen(text);
    struct inc_split at;

    if (grow(&s->label, &b->label_cap, s->labels, 1, sizeof *s->label) != 0 ||
        grow(&s->word_at, &b->at_cap, s->labels + 1u, 1, sizeof *s->word_at) !=
            0 ||
        grow(&s->word, &b->word_cap, b->n_word, LABEL_WORDS, sizeof *s->word) !=
            0)
        return no_memory(err);
    s->word_at[s->labels] = b->n_word;
    inc_split_start(&at, text, len);
    for (unsigned n = 0; n < LABEL_WORDS && inc_split_next(&at); n++) {
        uint32_t word;

        if (word_number(&b->w, at.word, at.size, &word) != 0)
            return no_memory(err);
        b->w.stemmers[word] |= (uint8_t)(1u << stemmer);
        s->word[b->n_word++] = word | (at.part ? WORD_PART : 0);
    }
    s->label[s->labels++] = (struct label){text, id, letters_of(text, len),
                                           (uint8_t)p, (uint8_t)lang};
    s->word_at[s->labels] = b->n_word;
    return INC_OK;
}

static enum inc_status
add_concept(struct builder *b, enum inc_pillar p, uint32_t id,
            struct inc_err *err)
{
    const struct inc_taxonomy *t = b->s->t;
    struct inc_label_walk l = inc_label_walk(t, p, id);
    enum inc_status st = INC_OK;

    if (inc_concept_retired(t, p, id))
        return INC_OK;
    while (inc_label_walk_next(&l))
        INC_TRY(add_label(b, p, id, l.lang,
                          inc_stemmer_of(inc_taxonomy_language(t, l.lang)),
                          l.text, err));
out:
    return st;
}

static enum inc_status
add_labels(struct builder *b, struct inc_err *err)
{
    static const enum inc_pillar pillars[] = {
        INC_PILLAR_SKILL, INC_PILLAR_OCCUPATION, INC_PILLAR_ISCO};
    enum inc_status st = INC_OK;

    if (grow(&b->s->word_at, &b->at_cap, 0, 1, sizeof *b->s->word_at) != 0)
        return no_memory(err);
    b->s->word_at[0] = 0;
    for (size_t i = 0; i < sizeof pillars / sizeof pillars[0]; i++) {
        const uint32_t n = inc_concept_count(b->s->t, pillars[i]);

        for (uint32_t id = 0; id < n; id++)
            INC_TRY(add_concept(b, pillars[i], id, err));
    }
out:
    return st;
}

/* --- sorting the words, their stems ----------------------------------------
 */

static int
is_stop(const char *word, size_t len)
{
    return inc_stop_word(word, len, INC_STEM_IT) ||
           inc_stop_word(word, len, INC_STEM_EN);
}

/* The words in order; number of each as met becomes its place there. */
static int
sort_words(struct builder *b, uint32_t *rank)
{
    const struct words *w = &b->w;
    struct inc_suggest *s = b->s;
    struct inc_vocabulary_text *from = inc_mem_zero(w->n, sizeof *from);
    uint32_t *place = inc_mem_zero(w->n, sizeof *place);
    int rc = -1;

    if (from == NULL || place == NULL)
        goto out;
    for (uint32_t i = 0; i < w->n; i++)
        from[i] = (struct inc_vocabulary_text){w->text + w->met[i].id, i,
                                               w->met[i].size};
    if (inc_vocabulary_build(&s->words, from, w->n, place) != 0)
        goto out;
    for (uint32_t i = 0; i < w->n; i++)
        rank[from[i].id] = place[i];
    s->stop = inc_mem_zero(s->words.n, 1);
    if (s->stop == NULL)
        goto out;
    for (uint32_t i = 0; i < s->words.n; i++)
        s->stop[i] = (uint8_t)is_stop(inc_vocabulary_text(&s->words, i),
                                      s->words.size[i]);
    rc = 0;
out:
    inc_mem_free(from);
    inc_mem_free(place);
    return rc;
}

/* Stems of the words met in a language, and the words of each. */
static int
make_stems(struct builder *b, const uint32_t *rank, enum inc_stemmer stemmer)
{
    const struct words *w = &b->w;
    struct stems *out = &b->s->stems[stemmer];
    struct inc_vocabulary_text *from = inc_mem_zero(w->n, sizeof *from);
    uint32_t *place = inc_mem_zero(w->n, sizeof *place);
    char *text = inc_mem_zero(w->text_len, 1);
    uint32_t n = 0;
    int rc = -1;

    if (from == NULL || place == NULL || text == NULL)
        goto out;
    if (w->text_len != 0)
        memcpy(text, w->text, w->text_len);
    for (uint32_t i = 0; i < w->n; i++) {
        char *word = text + w->met[i].id;

        if ((w->stemmers[i] & 1u << stemmer) == 0)
            continue;
        from[n++] = (struct inc_vocabulary_text){
            word, rank[i], (uint8_t)inc_stem(word, w->met[i].size, stemmer)};
    }
    if (inc_vocabulary_build(&out->stem, from, n, place) != 0)
        goto out;
    out->at = inc_mem_zero(out->stem.n + 1u, sizeof *out->at);
    out->word = inc_mem_zero(n, sizeof *out->word);
    if (out->at == NULL || out->word == NULL)
        goto out;
    for (uint32_t i = 0; i < n; i++) {
        out->word[i] = from[i].id;
        out->at[place[i] + 1] = i + 1;
    }
    b->s->bytes += out->stem.bytes + (out->stem.n + 1u + n) * sizeof *out->at;
    rc = 0;
out:
    inc_mem_free(from);
    inc_mem_free(place);
    inc_mem_free(text);
    return rc;
}

/* --- which labels have a word ----------------------------------------------
 */

/* Which mention of a word in its label is listed: the first that is a head,
 * else the first. */
static void
choose_listed(struct inc_suggest *s, uint32_t from, uint32_t end)
{
    for (uint32_t i = from; i < end; i++) {
        const uint32_t word = s->word[i];
        uint32_t k = from;

        for (; k < i; k++)
            if ((s->word[k] & WORD_LISTED) != 0 &&
                WORD_OF(s->word[k]) == WORD_OF(word))
                break;
        if (k < i && ((word & WORD_HEAD) == 0 || (s->word[k] & WORD_HEAD) != 0))
            continue;
        if (k < i)
            s->word[k] &= ~WORD_LISTED;
        s->word[i] |= WORD_LISTED;
    }
}

/* Words by their place in the vocabulary; heads are marked: the first word of a
 * part, and the first that says something. */
static void
renumber(struct inc_suggest *s, const uint32_t *rank)
{
    for (uint32_t l = 0; l < s->labels; l++) {
        int opening = 1;

        for (uint32_t i = s->word_at[l]; i < s->word_at[l + 1]; i++) {
            const uint32_t part = s->word[i] & WORD_PART;
            const uint32_t word = rank[WORD_OF(s->word[i])];

            opening = opening || part != 0;
            s->word[i] = word | part | (opening ? WORD_HEAD : 0);
            opening = opening && s->stop[word];
        }
        choose_listed(s, s->word_at[l], s->word_at[l + 1]);
    }
}

/* Where in of[] the next label of a word goes. */
struct next {
    uint32_t head, other;
};

static uint32_t *
next_of(struct next *next, uint32_t word)
{
    struct next *n = &next[WORD_OF(word)];

    return (word & WORD_HEAD) != 0 ? &n->head : &n->other;
}

static int
make_postings(struct inc_suggest *s)
{
    const uint32_t n = s->words.n;
    struct next *next = inc_mem_zero(n, sizeof *next);
    uint32_t at = 0;
    int rc = -1;

    s->of_at = inc_mem_zero(n + 1u, sizeof *s->of_at);
    s->of_mid = inc_mem_zero(n, sizeof *s->of_mid);
    if (next == NULL || s->of_at == NULL || s->of_mid == NULL)
        goto out;
    for (uint32_t i = 0; i < s->word_at[s->labels]; i++)
        if ((s->word[i] & WORD_LISTED) != 0)
            ++*next_of(next, s->word[i]);
    for (uint32_t w = 0; w < n; w++) {
        const struct next count = next[w];

        s->of_at[w] = next[w].head = at;
        s->of_mid[w] = next[w].other = at + count.head;
        at += count.head + count.other;
    }
    s->of_at[n] = at;
    s->of = inc_mem_zero(at, sizeof *s->of);
    if (s->of == NULL)
        goto out;
    for (uint32_t l = 0; l < s->labels; l++)
        for (uint32_t i = s->word_at[l]; i < s->word_at[l + 1]; i++)
            if ((s->word[i] & WORD_LISTED) != 0)
                s->of[(*next_of(next, s->word[i]))++] = l;
    s->bytes += s->words.bytes + n + (2u * n + 1u + at) * sizeof *s->of;
    rc = 0;
out:
    inc_mem_free(next);
    return rc;
}

/* Arrays that grew by doubling, cut to what is used. */
static void
trim(void *array_of_any, size_t used, size_t size)
{
    void *array, *cut;

    memcpy(&array, array_of_any, sizeof array);
    if (array == NULL || used == 0)
        return;
    cut = inc_mem_resize(array, used, size);
    if (cut != NULL)
        memcpy(array_of_any, &cut, sizeof cut);
}

static int
finish(struct builder *b)
{
    struct inc_suggest *s = b->s;
    uint32_t *rank = inc_mem_zero(b->w.n, sizeof *rank);
    int rc = -1;

    if (rank == NULL || sort_words(b, rank) != 0 ||
        make_stems(b, rank, INC_STEM_IT) != 0 ||
        make_stems(b, rank, INC_STEM_EN) != 0)
        goto out;
    renumber(s, rank);
    trim(&s->label, s->labels, sizeof *s->label);
    trim(&s->word_at, s->labels + 1u, sizeof *s->word_at);
    trim(&s->word, b->n_word, sizeof *s->word);
    s->bytes += sizeof *s + s->labels * sizeof *s->label +
                (s->labels + 1u + b->n_word) * sizeof *s->word;
    rc = make_postings(s);
out:
    inc_mem_free(rank);
    return rc;
}

enum inc_status
inc_suggest_build(struct inc_suggest **out, const struct inc_taxonomy *t,
                  struct inc_err *err)
{
    struct builder b = {.s = inc_mem_zero(1, sizeof *b.s)};
    enum inc_status st = INC_OK;

    *out = NULL;
    if (b.s == NULL)
        return no_memory(err);
    b.s->t = t;
    INC_TRY(add_labels(&b, err));
    if (finish(&b) != 0) {
        st = no_memory(err);
        goto out;
    }
    *out = b.s;
    b.s = NULL;
out:
    inc_suggest_free(b.s);
    words_release(&b.w);
    return st;
}

void
inc_suggest_free(struct inc_suggest *s)
{
    if (s == NULL)
        return;
    for (int k = 0; k < INC_STEM_COUNT; k++) {
        inc_vocabulary_release(&s->stems[k].stem);
        inc_mem_free(s->stems[k].at);
        inc_mem_free(s->stems[k].word);
    }
    for (int p = 0; p < PILLARS; p++)
        inc_mem_free(s->demand[p]);
    inc_vocabulary_release(&s->words);
    inc_mem_free(s->label);
    inc_mem_free(s->word_at);
    inc_mem_free(s->word);
    inc_mem_free(s->stop);
    inc_mem_free(s->of_at);
    inc_mem_free(s->of_mid);
    inc_mem_free(s->of);
    inc_mem_free(s);
}

size_t
inc_suggest_bytes(const struct inc_suggest *s)
{
    return s->bytes;
}

uint32_t
inc_suggest_labels(const struct inc_suggest *s)
{
    return s->labels;
}

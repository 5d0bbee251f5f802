/* terms.c - the words that were typed, and which known words each may mean. */
#include <string.h>

#include "engine/link/suggest_inside.h"

enum {
    STEM_LEAST = 4, /* letters of a word whose other forms are looked for */
    ONE_EDIT = 4,   /* letters from which a mistake is forgiven */
    TWO_EDITS = 8,
    TYPO_TERMS = 8 /* words of a text that are looked at for mistakes */
};

unsigned
inc_terms_edits(size_t size)
{
    return size >= TWO_EDITS ? 2 : size >= ONE_EDIT ? 1 : 0;
}

static int
is_stop(const struct term *t)
{
    return inc_stop_word(t->word, t->size, INC_STEM_IT) ||
           inc_stop_word(t->word, t->size, INC_STEM_EN);
}

void
inc_terms_read(struct terms *t, const char *text, size_t len)
{
    struct inc_split at;
    unsigned said = 0; /* words that say something */

    t->n = 0;
    inc_split_start(&at, text, len);
    while (inc_split_next(&at)) {
        struct term *term;

        if (t->n == INC_SUGGEST_WORDS) {
            t->n = 0;
            return;
        }
        term = &t->term[t->n++];
        *term = (struct term){.size = at.size, .whole = 1};
        memcpy(term->word, at.word, sizeof term->word);
        term->optional = (uint8_t)is_stop(term);
        said += !term->optional;
    }
    if (t->n == 0)
        return;
    t->term[t->n - 1].whole = (uint8_t)inc_split_ended(&at);
    if (!t->term[t->n - 1].whole || said == 0)
        t->term[t->n - 1].optional = 0;
}

/* --- grades ----------------------------------------------------------------
 */

static void
give(struct term *t, uint32_t word, enum grade g)
{
    if (t->grade[word] == GRADE_NONE || t->grade[word] > g)
        t->grade[word] = (uint8_t)g;
    t->met = 1;
}

static void
give_stem(struct term *t, const struct stems *of, uint32_t stem, enum grade g)
{
    for (uint32_t i = of->at[stem]; i < of->at[stem + 1]; i++)
        give(t, of->word[i], g);
}

static size_t
stem_of(char out[INC_SPLIT_BYTES + 1], const struct term *t, int stemmer)
{
    memcpy(out, t->word, sizeof t->word);
    return inc_stem(out, t->size, (enum inc_stemmer)stemmer);
}

static void
plain(const struct inc_suggest *s, struct term *t)
{
    uint32_t i, end;

    if (t->whole) {
        i = inc_vocabulary_find(&s->words, t->word, t->size);
        end = i == UINT32_MAX ? i : i + 1;
    } else {
        inc_vocabulary_prefix(&s->words, t->word, t->size, &i, &end);
    }
    for (; i < end; i++)
        give(t, i, GRADE_PLAIN);
    for (int k = 0; t->size >= STEM_LEAST && k < INC_STEM_COUNT; k++) {
        char stem[INC_SPLIT_BYTES + 1];
        const size_t len = stem_of(stem, t, k);

        i = inc_vocabulary_find(&s->stems[k].stem, stem, len);
        if (i != UINT32_MAX)
            give_stem(t, &s->stems[k], i, GRADE_FORM);
    }
}

void
inc_terms_plain(const struct inc_suggest *s, struct terms *t)
{
    for (unsigned i = 0; i < t->n; i++)
        plain(s, &t->term[i]);
}

struct near {
    struct term *term;
    const struct stems *stems; /* or NULL */
};

static void
on_near(void *arg, uint32_t i, unsigned edits)
{
    const struct near *n = arg;
    const enum grade g = edits == 1 ? GRADE_TYPO : GRADE_TYPOS;

    if (n->stems == NULL)
        give(n->term, i, g);
    else
        give_stem(n->term, n->stems, i, g);
}

static void
typos(const struct inc_suggest *s, struct term *t)
{
    const unsigned max = inc_terms_edits(t->size);
    struct near n = {t, NULL};

    if (max == 0)
        return;
    inc_vocabulary_near(&s->words, t->word, t->size, max, !t->whole, on_near,
                        &n);
    for (int k = 0; k < INC_STEM_COUNT; k++) {
        char stem[INC_SPLIT_BYTES + 1];
        const size_t len = stem_of(stem, t, k);

        n.stems = &s->stems[k];
        if (inc_terms_edits(len) != 0)
            inc_vocabulary_near(&s->stems[k].stem, stem, len,
                                inc_terms_edits(len), 0, on_near, &n);
    }
}

void
inc_terms_typos(const struct inc_suggest *s, struct terms *t)
{
    uint8_t before[INC_SUGGEST_WORDS] = {0};
    unsigned done = 0;

    for (unsigned i = 0; i < t->n; i++)
        before[i] = t->term[i].met;
    for (int met = 0; met < 2; met++) /* first those that mean nothing yet */
        for (unsigned i = 0; i < t->n && done < TYPO_TERMS; i++) {
            if (before[i] != met || t->term[i].optional)
                continue;
            typos(s, &t->term[i]);
            done++;
        }
}

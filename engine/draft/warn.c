/* What may not be asked: found before anything else, so that no item is made
 * of it. */
#include "engine/draft/warn.h"

#include <string.h>

#include "engine/draft/inside.h"

const struct inc_warn_law inc_warn_laws[INC_WARNS] = {
#define INC_LAW(kind, wire, law, source, verified, it, en, rewrite_it,         \
                rewrite_en)                                                    \
    [INC_WARN_##                                                               \
        kind] = {wire, law, source, verified, it, en, rewrite_it, rewrite_en},
#include "engine/draft/warn.def"
};

enum { NEED = 1, PERSON = 2, BOTH = 3 };
enum { YOUNGEST = 16, OLDEST = 67 }; /* of who is looked for */

static const struct said {
    enum inc_warn kind;
    int note;
    int in;
    const char *pattern;
} said[] = {
#define INC_SAID(kind, note, in, pattern) {INC_WARN_##kind, note, in, pattern},
#include "engine/draft/warn.def"
};

static void
add(struct inc_reader *r, enum inc_warn kind, int note, size_t from, size_t to)
{
    struct inc_drafted *d = r->d;
    const struct inc_draft_span span = inc_span_of(r, from, to);

    if (d->n_warnings == INC_DRAFT_WARNINGS) {
        inc_note_add(r, "there are more warnings than a draft can hold");
        return;
    }
    d->warnings[d->n_warnings++] =
        (struct inc_draft_warning){kind, note, span.at, span.len};
}

/* Titles that name women only are a matter of form. */
static int
is_feminine(const struct inc_token *t)
{
    static const char *const words[] = {
        "cameriera",  "commessa",   "impiegata", "segretaria",
        "infermiera", "educatrice", "cuoca",     "sarta",
        "operatrice", "addetta",    "addette",   "parrucchiera"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i], t->word) == 0)
            return 1;
    return 0;
}

static void
form(struct inc_reader *r, size_t i)
{
    const int both = i + 1 < r->n && (r->t[i + 1].used & INC_USED_SKIP);

    if (r->d->kind == INC_RECORD_NEED && is_feminine(&r->t[i]) && !both)
        add(r, INC_WARN_SEX, 1, i, i + 1);
}

/* "35enne", "ventenni" */
static int
is_aged(const struct inc_token *t)
{
    static const char *const ages[] = {"diciott", "vent",     "trent",
                                       "quarant", "cinquant", "sessant"};
    size_t stem = t->n > 4 ? t->n - 4 : 0;

    if (stem == 0 || (strcmp(t->word + stem, "enne") != 0 &&
                      strcmp(t->word + stem, "enni") != 0))
        return 0;
    if (t->word[0] >= '1' && t->word[0] <= '9')
        return stem == 2;
    for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++)
        if (strncmp(t->word, ages[i], strlen(ages[i])) == 0)
            return 1;
    return 0;
}

/* "20-35 anni", but of nothing that was practised so long. */
static int
is_age_range(const struct inc_reader *r, size_t i)
{
    struct inc_found f;

    if (r->d->kind != INC_RECORD_NEED ||
        !inc_pattern_at(&f, r, i, "# # anni") || f.number[0] < YOUNGEST ||
        f.number[0] >= f.number[1] || f.number[1] > OLDEST ||
        (r->t[i + 1].sep != '-' && r->t[i + 1].sep != '/') ||
        inc_pattern_at(&f, r, f.end, "?di esperienza"))
        return 0;
    for (size_t k = i; k > 0 && k + 4 > i && r->t[k].gap < INC_GAP_STOP; k--)
        if (inc_word_is(r, k - 1,
                        "esperienz*|apprendist*|bambin*|ragazzi|"
                        "utenti|garanzia|da|minori|student*"))
            return 0;
    return 1;
}

/* "parlo albanese", "madrelingua: filippino": a language, not an origin. */
static int
is_spoken(const struct inc_reader *r, size_t i)
{
    if (inc_language_at(r, i) == NULL)
        return 0;
    for (size_t k = i; k > 0 && k + 3 > i && r->t[k].gap < INC_GAP_STOP; k--)
        if (inc_word_is(r, k - 1, "parl*|lingu*|madrelingua|madre|conosc*"))
            return 1;
    return inc_word_is(r, i + 1,
                       "a1|a2|b1|b2|c1|c2|madrelingua|nativo|ottimo|buono|"
                       "base|fluente|discreto");
}

/* Ages that no pattern tells; the word after them, or i. */
static size_t
age(const struct inc_reader *r, size_t i)
{
    if (is_aged(&r->t[i]))
        return i + 1;
    return is_age_range(r, i) ? i + 3 : i;
}

void
inc_draft_warn(struct inc_reader *r)
{
    const int in = r->d->kind == INC_RECORD_NEED ? NEED : PERSON;
    size_t done = 0; /* up to here something was found already */

    for (size_t i = 0; i < r->n; i++) {
        size_t best = 0;
        const struct said *what = NULL;

        form(r, i);
        for (size_t k = 0; k < sizeof said / sizeof said[0]; k++) {
            struct inc_found f;

            if ((said[k].in & in) == 0 ||
                !inc_pattern_at(&f, r, i, said[k].pattern) || f.end < best)
                continue;
            /* "ragazzo" tells sex and age */
            if (f.end == best && what != NULL && what->kind == said[k].kind)
                continue;
            if (f.end == best && what != NULL && !what->note && i >= done)
                add(r, said[k].kind, said[k].note, i, f.end);
            if (f.end > best) {
                best = f.end;
                what = &said[k];
            }
        }
        if (what != NULL && what->kind == INC_WARN_ORIGIN && in == PERSON &&
            is_spoken(r, i))
            continue;
        if (what == NULL && i >= done && age(r, i) > i) {
            done = age(r, i);
            add(r, INC_WARN_AGE, 0, i, done);
            inc_use(r, i, done, INC_USED_WARN);
        }
        if (what == NULL || best <= done)
            continue;
        add(r, what->kind, what->note, i, best);
        /* "apprendista elettricista 18-29 anni" still is an electrician */
        if (!what->note)
            inc_use(r, i, best, INC_USED_WARN);
        else if (what->kind != INC_WARN_AGE && what->kind != INC_WARN_SEX)
            inc_use(r, i, best, INC_USED_NOISE);
        done = best;
    }
}

/* fit.c - how a label fits what was typed, and which of its bytes do. */
#include <string.h>

#include "engine/link/suggest_inside.h"

#define NOWHERE UINT8_MAX

static int
is_whole(const struct inc_suggest *s, const struct term *t, uint32_t word)
{
    return t->whole || s->words.size[word] == t->size;
}

/* The terms in order, word by word, from the beginning of a part: the fit, or
 * 0. */
static unsigned
fit_part(const struct inc_suggest *s, const struct terms *t, uint32_t label,
         uint32_t from, uint32_t end, uint8_t *place)
{
    unsigned worst = GRADE_PLAIN;

    if (end - from < t->n)
        return 0;
    for (unsigned i = 0; i < t->n; i++) {
        const unsigned grade = t->term[i].grade[WORD_OF(s->word[from + i])];

        if (grade == GRADE_NONE)
            return 0;
        worst = grade > worst ? grade : worst;
        place[i] = (uint8_t)(from + i - s->word_at[label]);
    }
    if (worst == GRADE_PLAIN && end - from == t->n &&
        is_whole(s, &t->term[t->n - 1], WORD_OF(s->word[end - 1])))
        return INC_FIT_SAME;
    return 2 * worst;
}

/* The terms in any order: the fit, or 0. */
static unsigned
fit_words(const struct inc_suggest *s, const struct terms *t, uint32_t label,
          uint8_t *place)
{
    const uint32_t from = s->word_at[label], end = s->word_at[label + 1];
    unsigned worst = GRADE_PLAIN;

    for (unsigned i = 0; i < t->n; i++) {
        unsigned best = GRADE_END;

        place[i] = NOWHERE;
        if (t->term[i].optional)
            continue;
        for (uint32_t at = from; at < end; at++) {
            const unsigned g = t->term[i].grade[WORD_OF(s->word[at])];

            if (g == GRADE_NONE || g >= best)
                continue;
            best = g;
            place[i] = (uint8_t)(at - from);
        }
        if (best == GRADE_END)
            return 0;
        worst = best > worst ? best : worst;
    }
    return 2 * worst + 1;
}

unsigned
inc_fit_of(const struct inc_suggest *s, const struct terms *t, uint32_t label,
           uint8_t *place)
{
    const uint32_t from = s->word_at[label], end = s->word_at[label + 1];
    uint8_t at[INC_SUGGEST_WORDS];
    unsigned best = fit_words(s, t, label, at);

    if (best == 0)
        return 0;
    if (place != NULL)
        memcpy(place, at, t->n);
    for (uint32_t i = from; i < end; i++) {
        uint32_t behind = i + 1;
        unsigned fit;

        if ((s->word[i] & WORD_PART) == 0)
            continue;
        while (behind < end && (s->word[behind] & WORD_PART) == 0)
            behind++;
        fit = fit_part(s, t, label, i, behind, at);
        if (fit == 0 || fit >= best)
            continue;
        best = fit;
        if (place != NULL)
            memcpy(place, at, t->n);
    }
    return best;
}

/* --- spans -----------------------------------------------------------------
 */

/* Bytes of the word that a term stands for: what was typed of it, or all. */
static size_t
reach(const struct inc_suggest *s, const struct term *t, uint32_t word,
      const struct inc_split *at)
{
    size_t folded = 0;

    if (!t->whole && t->grade[word] == GRADE_PLAIN)
        folded = t->size;
    else if (!t->whole && t->grade[word] >= GRADE_TYPO)
        folded = inc_nearest_beginning(inc_vocabulary_text(&s->words, word),
                                       s->words.size[word], t->word, t->size,
                                       inc_terms_edits(t->size));
    return folded == 0 || folded >= at->size
               ? at->to - at->from
               : inc_split_reach(at->text, at->from, at->to, folded);
}

void
inc_fit_spans(const struct inc_suggest *s, const struct terms *t,
              uint32_t label, const uint8_t *place, struct inc_suggestion *out)
{
    const char *text = s->label[label].text;
    const uint32_t from = s->word_at[label];
    struct inc_split at;
    int joined = 0; /* the word before is in the last span, whole */

    out->spans = 0;
    inc_split_start(&at, text, strlen(text));
    for (uint8_t w = 0; from + w < s->word_at[label + 1] && inc_split_next(&at);
         w++) {
        size_t len = 0;

        for (unsigned i = 0; i < t->n; i++) {
            size_t k = 0;

            if (place[i] == w)
                k = reach(s, &t->term[i], WORD_OF(s->word[from + w]), &at);
            len = k > len ? k : len;
        }
        if (len != 0 && joined) {
            out->span[out->spans - 1].len =
                (uint32_t)(at.from + len - out->span[out->spans - 1].at);
        } else if (len != 0 && out->spans < INC_SUGGEST_SPANS) {
            out->span[out->spans].at = (uint32_t)at.from;
            out->span[out->spans++].len = (uint32_t)len;
        } else {
            len = 0;
        }
        joined = len != 0 && len == at.to - at.from;
    }
}

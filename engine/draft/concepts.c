/* Occupations and skills in the words that are left. */
#include <stdio.h>
#include <string.h>

#include "engine/draft/inside.h"

enum { URI_BYTES = 128, SURE = 8800 };

static const struct known {
    const char *pattern, *esco, *sample;
    enum inc_pillar pillar;
    int alone; /* meant only where nothing else is said with it */
} lexicon[] = {
#define INC_KNOWN(pillar, pattern, esco, sample)                               \
    {pattern, esco, sample, INC_PILLAR_##pillar, 0},
#define INC_ALONE(pillar, pattern, esco, sample)                               \
    {pattern, esco, sample, INC_PILLAR_##pillar, 1},
#include "engine/draft/lexicon.def"
#undef INC_ALONE
#undef INC_KNOWN
};

/* The concept a line of the lexicon means here. */
static uint32_t
known_id(const struct inc_reader *r, const struct known *k)
{
    const char *what = k->pillar == INC_PILLAR_SKILL ? "skill" : "occupation";
    const char *const ends[] = {k->esco, k->sample};
    static const char *const roots[] = {"http://data.europa.eu/esco",
                                        "http://incrocio.example/esco"};

    for (int i = 0; i < 2; i++) {
        char uri[URI_BYTES];
        uint32_t id;
        int n;

        if (*ends[i] == '\0')
            continue;
        n = snprintf(uri, sizeof uri, "%s/%s/%s", roots[i], what, ends[i]);
        if (n < 0 || (size_t)n >= sizeof uri)
            continue;
        id = inc_concept_find(r->w->taxonomy, k->pillar, uri, (size_t)n);
        if (id != INC_NO_CONCEPT &&
            !inc_concept_retired(r->w->taxonomy, k->pillar, id))
            return id;
    }
    return INC_NO_CONCEPT;
}

static int
taken(const struct inc_reader *r, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (r->t[i].used & (INC_USED_WARN | INC_USED_FACT | INC_USED_NOISE))
            return 1;
    return 0;
}

/* Words that say nothing of a skill by themselves. */
static const char around[] =
    "il|lo|la|i|gli|le|l|un|una|uno|di|a|da|in|con|su|del|dello|della|dei|"
    "degli|delle|al|allo|alla|ai|alle|nel|nella|uso|utilizzo|conoscenza|"
    "conoscenze|capacita|esperienza|mansioni|competenze|anche|so|fare|faccio";
static const char between[] = "e|ed|o|oppure";

static int
says_nothing(const struct inc_reader *r, size_t i)
{
    return (r->t[i].used & (INC_USED_CUE | INC_USED_SKIP | INC_USED_NOISE)) ||
           inc_word_is(r, i, around);
}

/* Is from..to-1 all that its part of a list says? Six words to each side are
 * looked at. */
static int
stands_alone(const struct inc_reader *r, size_t from, size_t to)
{
    enum { NEAR = 6 };
    const size_t low = from > NEAR ? from - NEAR : 0;

    for (size_t i = from; i > low && r->t[i].gap < INC_GAP_COMMA; i--) {
        if (inc_word_is(r, i - 1, between))
            break;
        if (!says_nothing(r, i - 1))
            return 0;
    }
    for (size_t i = to;
         i < r->n && i < to + NEAR && r->t[i].gap < INC_GAP_COMMA; i++) {
        if (inc_word_is(r, i, between))
            break;
        if (!says_nothing(r, i))
            return 0;
    }
    return 1;
}

static void
by_lexicon(const struct inc_reader *r, size_t i, struct inc_said *best)
{
    for (size_t k = 0; k < sizeof lexicon / sizeof lexicon[0]; k++) {
        struct inc_found f;
        uint32_t id;

        /* a trade may take in a licence: "autista patente CE" */
        const int trade = lexicon[k].pillar == INC_PILLAR_OCCUPATION;

        if (!inc_pattern_at(&f, r, i, lexicon[k].pattern) ||
            f.end <= best->to || taken(r, i, trade ? i + 1 : f.end) ||
            (lexicon[k].alone && !stands_alone(r, i, f.end)))
            continue;
        id = known_id(r, &lexicon[k]);
        if (id != INC_NO_CONCEPT)
            *best = (struct inc_said){.from = i,
                                      .to = f.end,
                                      .pillar = lexicon[k].pillar,
                                      .id = id,
                                      .confidence = SURE,
                                      .rule = "lexicon"};
    }
}

/* --- which occupation the text is about ----------------------------------- */

static const char hiring[] =
    "cerca|cercasi|cerco|cerchiamo|ricerca|ricerchiamo|seleziona|"
    "selezioniamo|selezionano|assume|assumiamo|assumesi|looking|hiring|"
    "posizione|figura|ricercano|cercano|offresi|ampliamento";

/* Said of what is sought, and not in passing? */
static int
is_sought(const struct inc_reader *r, size_t i)
{
    const size_t start = inc_sentence_start(r, i);

    if (start == 0)
        return 1;
    for (size_t k = start; k < i; k++)
        if (inc_word_is(r, k, hiring))
            return 1;
    /* a line that is a title: nothing before it, all of it in few words */
    return inc_sentence_end(r, i) - start <= 5 && start < 30;
}

static int
is_wish(const struct inc_reader *r, size_t i)
{
    const size_t start = inc_sentence_start(r, i);

    for (size_t k = i; k-- > start;) {
        if (inc_word_is(r, k,
                        "esperienza|esperienze|ex|ho|lavorato|fatto|"
                        "come|anni|anno|mesi") &&
            !inc_word_is(r, k, "come"))
            return 0;
        if (inc_word_is(r, k,
                        "cerco|cerca|vorrei|vorrebbe|vuole|interessat*|"
                        "aspirante|diventare"))
            return 1;
    }
    return 0;
}

/* Months said of an occupation: after it, else before it, nearest. */
static int64_t
months_near(struct inc_reader *r, const struct inc_said *m)
{
    const size_t start = inc_sentence_start(r, m->from);
    const size_t stop = inc_sentence_end(r, m->from);
    size_t end, at = r->n, last = 0;
    int64_t months = -1;

    for (size_t i = m->to; i < stop && i < m->to + 8 && months < 0; i++) {
        if (r->t[i].used & (INC_USED_CONCEPT | INC_USED_WARN))
            break;
        if (i > m->to + 4 && r->t[i].gap >= INC_GAP_COMMA)
            break;
        months = inc_duration_at(r, i, &end);
        at = i;
        last = end;
    }
    for (size_t i = m->from; i-- > start && m->from - i < 9 && months < 0;) {
        if (r->t[i].used & INC_USED_WARN)
            break;
        if (i + 2 < m->from && (r->t[i].used & INC_USED_CONCEPT) &&
            !inc_word_is(r, m->from - 1, "e|ed"))
            break;
        months = inc_duration_at(r, i, &end);
        if (months >= 0 && end > m->from)
            months = -1;
        at = i;
        last = end;
    }
    if (months >= 0)
        inc_use(r, at, last, INC_USED_NOISE);
    return months;
}

static void
occupation(struct inc_reader *r, const struct inc_said *m)
{
    struct inc_draft_item *item;
    int twice = 0;

    for (size_t k = 0; k < r->d->n_items; k++)
        twice |= r->d->items[k].kind == INC_DRAFT_OCCUPATION &&
                 r->d->items[k].concept == m->id;
    if (r->d->kind == INC_RECORD_NEED && !is_sought(r, m->from)) {
        inc_use(r, m->from, m->to, INC_USED_NOISE);
        return;
    }
    if (twice)
        return;
    item = inc_item_add(r, INC_DRAFT_OCCUPATION, m->from, m->to, m->rule,
                        m->confidence);
    if (item == NULL)
        return;
    item->importance = -1;
    item->pillar = m->pillar;
    item->concept = m->id;
    for (size_t i = m->from; i < m->to; i++)
        if (r->t[i].level > 0)
            r->occupation_level = r->t[i].level;
    inc_use(r, m->from, m->to, INC_USED_CONCEPT);
    if (r->d->kind == INC_RECORD_CANDIDATE) {
        item->number = months_near(r, m);
        if (item->number < 0 && is_wish(r, m->from))
            item->value = "wish";
    }
}

/* --- skills -----------------------------------------------------------------
 */

static void
skill(struct inc_reader *r, const struct inc_said *m)
{
    struct inc_draft_item *item;
    int64_t level = 0;

    for (size_t i = m->from; i < m->to; i++)
        if (r->t[i].level > level)
            level = r->t[i].level;
    for (size_t k = 0; k < r->d->n_items; k++)
        if (r->d->items[k].kind == INC_DRAFT_SKILL &&
            r->d->items[k].concept == m->id) {
            if (r->d->items[k].level == 0)
                r->d->items[k].level = level;
            inc_use(r, m->from, m->to, INC_USED_CONCEPT);
            return;
        }
    item = inc_item_add(r, INC_DRAFT_SKILL, m->from, m->to, m->rule,
                        m->confidence);
    if (item == NULL)
        return;
    item->pillar = m->pillar;
    item->concept = m->id;
    item->level = level;
    inc_use(r, m->from, m->to, INC_USED_CONCEPT);
}

/* Is it said of practice? "tirocinio di 6 mesi" is not. */
static int
is_practice(const struct inc_reader *r, size_t from, size_t to)
{
    const size_t start = inc_sentence_start(r, from);

    for (size_t i = from; i-- > start && from - i < 6;)
        if (inc_word_is(r, i,
                        "esperienza|esperienze|almeno|minimo|experience|"
                        "senior|minima"))
            return 1;
    for (size_t i = to; i < r->n && i < to + 3; i++)
        if (r->t[i].gap < INC_GAP_STOP &&
            inc_word_is(r, i, "esperienza|experience"))
            return 1;
    return from > 0 && inc_word_is(r, from - 1, "biennal*|triennal*");
}

/* "5 years with JavaScript, Python and SQL": of each of them. */
static void
practice_with(struct inc_reader *r)
{
    static const char says[] = /* something else */
        "so|ho|sono|uso|parlo|cerco|faccio|mi|disponibile|disponibilita|i|am";

    for (size_t i = 0; i < r->n; i++) {
        size_t end;
        int64_t months;

        if (r->t[i].used & (INC_USED_WARN | INC_USED_FACT))
            continue;
        months = inc_duration_at(r, i, &end);
        if (months < 0 || !is_practice(r, i, end))
            continue;
        end = inc_pass_words(r, end, "di|s|esperienza|experience");
        if (end >= r->n || r->t[end].gap > INC_GAP_NONE ||
            !inc_word_is(r, end, "con|with"))
            continue;
        for (size_t stop = inc_sentence_end(r, end); end < stop; end++) {
            if (r->t[end].gap == INC_GAP_COMMA && inc_word_is(r, end, says))
                break;
            if (r->t[end].level == 0)
                r->t[end].level = (short)inc_level_of_months(months);
        }
    }
}

/* "almeno 3 anni nella posa": what follows must be done that well. */
static void
practice(struct inc_reader *r)
{
    if (r->d->kind != INC_RECORD_NEED) {
        practice_with(r);
        return;
    }
    for (size_t i = 0; i < r->n; i++) {
        size_t end;
        int64_t months, level;

        if (r->t[i].used & (INC_USED_WARN | INC_USED_FACT))
            continue;
        months = inc_duration_at(r, i, &end);
        if (months < 0 || !is_practice(r, i, end))
            continue;
        level = inc_level_of_months(months);
        inc_use(r, i, end, INC_USED_NOISE);
        end = inc_pass_words(r, end, "di|esperienza|esperience|experience");
        if (end < r->n && r->t[end].gap <= INC_GAP_COMMA &&
            inc_word_is(r, end, "nel|nella|nell|nelle|nei|in|con|come|with")) {
            const size_t stop = inc_part_end(r, end);

            for (size_t k = end; k < stop; k++)
                if (r->t[k].level == 0)
                    r->t[k].level = (short)level;
        } else if (r->occupation_level < level) {
            const struct inc_token *last = &r->t[inc_sentence_end(r, i) - 1];

            r->occupation_level = level;
            r->level_until = last->at + last->len;
        }
        i = end - 1;
    }
}

static void
work_as_a_whole(struct inc_reader *r)
{
    r->occupation_level = 1;
    r->level_until = 0;
}

/* "Prime armi ok." alone is said of the work as a whole. */
static void
whole(struct inc_reader *r)
{
    for (size_t start = 0; start < r->n;) {
        const size_t end = inc_sentence_end(r, start);
        struct inc_found f;

        if (end - start <= 4 &&
            inc_pattern_at(&f, r, start, "?anche ?alle prime|prima armi"))
            work_as_a_whole(r);
        for (size_t i = start; i < end; i++)
            if (inc_pattern_at(&f, r, i, "anche ?alle prime|prima armi"))
                work_as_a_whole(r);
        start = end;
    }
}

/* What is said at word i: the longer of our own list's line and the label;
 * of equal ones our own is surer than a label that is not the first. */
static void
said_at(const struct inc_reader *r, size_t i, const struct inc_said *label,
        struct inc_said *best)
{
    by_lexicon(r, i, best);
    if (label != NULL && label->from == i &&
        (label->to > best->to || (label->to == best->to && label->first)))
        *best = *label;
}

enum inc_status
inc_draft_concepts(struct inc_reader *r, struct inc_err *err)
{
    struct inc_said *label = NULL;
    size_t n = 0, next = 0;
    enum inc_status st = INC_OK;

    whole(r);
    practice(r);
    INC_TRY(inc_draft_labels(&label, &n, r, err));
    for (size_t i = 0; i < r->n;) {
        struct inc_said m = {.from = i, .to = i};

        if (r->t[i].used &
            (INC_USED_WARN | INC_USED_FACT | INC_USED_NOISE | INC_USED_SKIP)) {
            i++;
            continue;
        }
        while (next < n && label[next].from < i)
            next++;
        said_at(r, i, next < n ? &label[next] : NULL, &m);
        if (m.to == i) {
            i++;
            continue;
        }
        if (m.pillar == INC_PILLAR_OCCUPATION)
            occupation(r, &m);
        else
            skill(r, &m);
        i = m.to;
    }
out:
    return st;
}

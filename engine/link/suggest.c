/*
 * suggest.c - answering. The rarest word that was typed leads: only the labels
 * it can stand in are looked at, those it begins first, and no further than
 * what is left can still be better than what was found.
 */
#include "engine/link/suggest.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/link/suggest_inside.h"

enum {
    STEPS_MAX = 63,
    FEW = 5 /* mistakes are forgiven to fill up to so many */
};

struct found {
    uint32_t key; /* fit, other language, use and demand, letters */
    uint32_t label;
};

struct search {
    const struct inc_suggest *s;
    const struct inc_suggest_question *q;
    const struct terms *t;
    uint32_t needed; /* terms that are not optional */
    struct found found[INC_SUGGEST_MAX + 1];
    size_t n, max;
};

/* --- the order -------------------------------------------------------------
 */

/* 0 below INC_SUGGEST_LEAST, then 1, 2, 3 for twice as much each. */
static uint32_t
steps(uint64_t count)
{
    uint32_t n = 0;

    for (count /= INC_SUGGEST_LEAST; count != 0; count /= 2)
        n++;
    return n;
}

static uint32_t
worth(const struct search *x, const struct label *l)
{
    uint64_t use = 0;
    uint32_t sum;

    if (l->pillar == INC_PILLAR_SKILL && x->q->people != NULL &&
        x->q->people[l->id] >= INC_SUGGEST_LEAST)
        use = x->q->people[l->id];
    if (l->pillar == INC_PILLAR_SKILL && x->q->needs != NULL)
        use += x->q->needs[l->id];
    sum = steps(use);
    if (x->s->demand[l->pillar] != NULL)
        sum += steps(x->s->demand[l->pillar][l->id]);
    return sum < STEPS_MAX ? sum : STEPS_MAX;
}

static uint32_t
key_of(const struct search *x, const struct label *l, unsigned fit)
{
    const uint32_t other = x->q->lang >= 0 && l->lang != x->q->lang;

    return (uint32_t)fit << 28 | other << 27 | (STEPS_MAX - worth(x, l)) << 21 |
           l->letters;
}

/* Negative when a comes before b. */
static int
compare(const struct inc_suggest *s, const struct found *a,
        const struct found *b)
{
    const struct label *x = &s->label[a->label], *y = &s->label[b->label];
    int order;

    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    order = strcmp(x->text, y->text);
    if (order != 0)
        return order;
    if (x->pillar != y->pillar)
        return x->pillar < y->pillar ? -1 : 1;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->lang - y->lang;
}

/* --- the best so far -------------------------------------------------------
 */

static int
is_full(const struct search *x)
{
    return x->n == x->max;
}

/* Keep it unless its concept is there by a better label or the list is full of
 * better ones. */
static void
keep(struct search *x, struct found f)
{
    const struct label *l = &x->s->label[f.label];
    size_t at;

    if (is_full(x) && compare(x->s, &f, &x->found[x->n - 1]) > 0)
        return;
    for (at = 0; at < x->n; at++) {
        const struct label *other = &x->s->label[x->found[at].label];

        if (other->id == l->id && other->pillar == l->pillar)
            break;
    }
    if (at < x->n && compare(x->s, &x->found[at], &f) <= 0)
        return;
    if (at == x->n && !is_full(x))
        x->n++;
    at = at < x->n ? at : x->n - 1;
    while (at > 0 && compare(x->s, &f, &x->found[at - 1]) < 0) {
        x->found[at] = x->found[at - 1];
        at--;
    }
    x->found[at] = f;
}

/* One label, which can fit no better than `lowest`. */
static void
look(struct search *x, uint32_t label, unsigned lowest)
{
    const struct label *l = &x->s->label[label];
    unsigned fit;

    if ((x->q->pillars >> l->pillar & 1u) == 0)
        return;
    if (is_full(x) && key_of(x, l, lowest) > x->found[x->n - 1].key)
        return;
    fit = inc_fit_of(x->s, x->t, label, NULL);
    if (fit != 0)
        keep(x, (struct found){key_of(x, l, fit), label});
}

/* --- the search ------------------------------------------------------------
 */

static uint64_t
postings_of(const struct inc_suggest *s, const struct term *t)
{
    uint64_t sum = 0;

    for (uint32_t w = 0; w < s->words.n; w++)
        if (t->grade[w] != GRADE_NONE)
            sum += s->of_at[w + 1] - s->of_at[w];
    return sum;
}

/* The needed term with the fewest labels; NULL when one has none. */
static const struct term *
leader(const struct search *x)
{
    const struct term *best = NULL;
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < x->t->n; i++) {
        const struct term *t = &x->t->term[i];
        uint64_t sum;

        if (t->optional)
            continue;
        sum = t->met ? postings_of(x->s, t) : 0;
        if (sum == 0)
            return NULL;
        if (sum < least) {
            least = sum;
            best = t;
        }
    }
    return best;
}

/* The best fit of a label where the leader has this grade. */
static unsigned
lowest_fit(const struct search *x, unsigned grade, int head)
{
    if (!head && x->needed == 1)
        return 2 * grade + 1;
    return grade == GRADE_PLAIN ? INC_FIT_SAME : 2 * grade;
}

static void
search(struct search *x)
{
    const struct inc_suggest *s = x->s;
    const struct term *lead = leader(x);

    for (unsigned g = GRADE_PLAIN; lead != NULL && g < GRADE_END; g++)
        for (int head = 1; head >= 0; head--) {
            const unsigned lowest = lowest_fit(x, g, head);

            if (is_full(x) && x->found[x->n - 1].key >> 28 < lowest)
                return;
            for (uint32_t w = 0; w < s->words.n; w++) {
                uint32_t i, end;

                if (lead->grade[w] != g)
                    continue;
                i = head ? s->of_at[w] : s->of_mid[w];
                end = head ? s->of_mid[w] : s->of_at[w + 1];
                for (; i < end; i++)
                    look(x, s->of[i], lowest);
            }
        }
}

static void
tell(const struct search *x, struct inc_suggestion *out)
{
    for (size_t i = 0; i < x->n; i++) {
        const uint32_t label = x->found[i].label;
        const struct label *l = &x->s->label[label];
        uint8_t place[INC_SUGGEST_WORDS];

        out[i] = (struct inc_suggestion){
            .pillar = (enum inc_pillar)l->pillar,
            .id = l->id,
            .fit = (enum inc_fit)inc_fit_of(x->s, x->t, label, place),
            .lang = l->lang,
            .label = l->text};
        inc_fit_spans(x->s, x->t, label, place, &out[i]);
    }
}

enum inc_status
inc_suggest_ask(const struct inc_suggest *s,
                const struct inc_suggest_question *q,
                struct inc_suggestion *out, size_t max, size_t *n,
                struct inc_err *err)
{
    struct terms t;
    struct search x = {.s = s, .q = q, .t = &t};
    uint8_t *grades;

    *n = 0;
    x.max = max < INC_SUGGEST_MAX ? max : INC_SUGGEST_MAX;
    inc_terms_read(&t, q->text, q->len);
    if (t.n == 0 || x.max == 0 || s->words.n == 0)
        return INC_OK;
    grades = inc_mem_zero(t.n, s->words.n);
    if (grades == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for suggestions");
    for (unsigned i = 0; i < t.n; i++) {
        t.term[i].grade = grades + (size_t)i * s->words.n;
        x.needed += !t.term[i].optional;
    }
    inc_terms_plain(s, &t);
    search(&x);
    if (x.n < FEW && !is_full(&x)) {
        inc_terms_typos(s, &t);
        x.max = x.n == 0 || x.max < FEW ? x.max : FEW;
        x.n = 0;
        search(&x);
    }
    tell(&x, out);
    *n = x.n;
    inc_mem_free(grades);
    return INC_OK;
}

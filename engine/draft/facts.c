/* What a document states in fields of its own (Europass, JobPosting, a table):
 * taken as it is, before the words are read. The words of such a field are
 * used: no rule reads them a second time. An occupation may come without a
 * concept: then the words name it, and what is stated of it is added to the
 * item that the reader makes of them. */
#include <stdio.h>
#include <string.h>

#include "engine/draft/inside.h"
#include "engine/text/fold.h"
#include "proto/names.h"

enum {
    SURE = 10000,
    NAME_BYTES = 128,
    HOURS_MAX = 80,
    FULL_TIME = 40, /* D.Lgs. 66/2003 art. 3 */
    EQF_MAX = 8,
    SEATS_MAX = 10000,
    MONTHS_MAX = 720,
    MINUTES_MAX = 240,
    ISTAT = 6,
    TITLE_WORDS = 64 /* a longer piece is no name of a trade to look for */
};

static const char stated[] = "stated";
static const char *const contracts[] = {"tempo_indeterminato",
                                        "tempo_determinato",
                                        "apprendistato",
                                        "somministrazione",
                                        "stagionale",
                                        "tirocinio",
                                        "borsa",
                                        "lpu",
                                        "lavoro_autonomo",
                                        "collaborazione",
                                        "intermittente",
                                        "prestazione_occasionale",
                                        "volontariato",
                                        NULL};

/* The number of a name in a NULL-ended list, -1: none. */
static int
number_of(const char *const *names, const char *name)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static enum inc_status
wrong(struct inc_err *err, enum inc_status st, const char *what,
      const char *field, const char *hint)
{
    (void)inc_fail(err, st, 0, "%s", what);
    inc_err_where(err, "%s", field);
    inc_err_hint(err, "%s", hint);
    return st;
}

static enum inc_status
wrong_number(struct inc_err *err, const char *hint)
{
    return wrong(err, INC_E_RANGE, "the number of a fact cannot be", "number",
                 hint);
}

/* The first word that begins at this byte or later. */
static size_t
first_from(const struct inc_reader *r, size_t byte)
{
    size_t low = 0, high = r->n;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;

        if (r->t[mid].at < byte)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The words of the fact: first, and the one after the last. */
static int
words_of(const struct inc_reader *r, const struct inc_draft_fact *f,
         size_t *from, size_t *to)
{
    const size_t end = (size_t)f->at + (size_t)f->len;

    *from = first_from(r, (size_t)f->at);
    *to = first_from(r, end);
    if (*to > *from && (size_t)r->t[*to - 1].at + r->t[*to - 1].len > end)
        --*to;
    return *from < *to;
}

/* --- one kind each ---------------------------------------------------------
 * INC_OK with *taken 0: the words are read instead. */

struct taking {
    struct inc_reader *r;
    const struct inc_draft_fact *f;
    struct inc_draft_item *item;
    size_t from, to;
    int taken;
};

static void
find_concept(struct taking *t, enum inc_pillar pillar)
{
    const uint32_t id = inc_concept_find(t->r->w->taxonomy, pillar, t->f->uri,
                                         strlen(t->f->uri));

    t->item->pillar = pillar;
    t->item->concept = id;
    t->taken = id != INC_NO_CONCEPT;
    if (!t->taken)
        inc_note_add(t->r, "a concept that the document names is not in this "
                           "taxonomy: its words were read instead");
}

static enum inc_status
take_occupation(struct taking *t, struct inc_err *err)
{
    const struct inc_draft_fact *f = t->f;

    if (INC_HAS(f, INC_FACT_NUMBER) && f->number > MONTHS_MAX)
        return wrong_number(err, "months from 0 to 720");
    if (INC_HAS(f, INC_FACT_VALUE) && strcmp(f->value, "wish") != 0)
        return wrong(err, INC_E_RANGE, "the value of an occupation cannot be",
                     "value", "wish, or none");
    if (t->r->d->kind == INC_RECORD_NEED && INC_HAS(f, INC_FACT_NUMBER))
        t->r->occupation_level = inc_level_of_months(f->number);
    t->taken = 0;
    if (!INC_HAS(f, INC_FACT_URI))
        return INC_OK;
    find_concept(t, INC_PILLAR_OCCUPATION);
    if (t->r->d->kind == INC_RECORD_CANDIDATE && INC_HAS(f, INC_FACT_NUMBER))
        t->item->number = f->number;
    if (t->r->d->kind == INC_RECORD_CANDIDATE && INC_HAS(f, INC_FACT_VALUE))
        t->item->value = "wish";
    return INC_OK;
}

static enum inc_status
take_skill(struct taking *t, struct inc_err *err)
{
    if (!INC_HAS(t->f, INC_FACT_URI))
        return wrong(err, INC_E_MISSING, "a skill needs its concept", "uri",
                     "leave the fact out: the words are read");
    find_concept(t, INC_PILLAR_SKILL);
    if (INC_HAS(t->f, INC_FACT_LEVEL))
        t->item->level = t->f->level;
    return INC_OK;
}

static enum inc_status
take_language(struct taking *t, struct inc_err *err)
{
    const struct inc_draft_fact *f = t->f;
    int64_t *cefr;
    int64_t least = -1;

    if (!INC_HAS(f, INC_FACT_VALUE) || strlen(f->value) != 2 ||
        f->value[0] < 'a' || f->value[0] > 'z' || f->value[1] < 'a' ||
        f->value[1] > 'z')
        return wrong(err, INC_E_RANGE, "a language needs its code", "value",
                     "ISO 639-1, two small letters: en");
    cefr = inc_arena_array(t->r->a, INC_ABILITIES, sizeof *cefr);
    if (cefr == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a language");
    for (int i = 0; i < INC_ABILITIES; i++) {
        cefr[i] = INC_HAS(f, INC_FACT_CEFR + i) ? f->cefr[i] : -1;
        if (cefr[i] >= 0 && (least < 0 || cefr[i] < least))
            least = cefr[i];
    }
    t->item->value = f->value;
    t->item->level = least;
    if (t->r->d->kind == INC_RECORD_CANDIDATE)
        t->item->cefr = cefr;
    return INC_OK;
}

static enum inc_status
take_licence(struct taking *t, struct inc_err *err)
{
    const int code = INC_HAS(t->f, INC_FACT_VALUE)
                         ? number_of(inc_licence_names, t->f->value)
                         : -1;

    if (code < 0)
        return wrong(err, INC_E_RANGE, "a licence needs its code", "value",
                     "AM A1 A2 A B1 B BE C1 C1E C CE D1 D1E D DE KA KB CQC-C "
                     "CQC-P ADR CARRELLI PLE GRU");
    t->item->codes[0] = code;
    t->item->n_codes = 1;
    return INC_OK;
}

static enum inc_status
take_hours(struct taking *t, struct inc_err *err)
{
    const struct inc_draft_fact *f = t->f;

    if (INC_HAS(f, INC_FACT_NUMBER)) {
        if (f->number < 1 || f->number > HOURS_MAX)
            return wrong_number(err, "hours a week from 1 to 80");
        t->item->number = f->number;
    } else if (INC_HAS(f, INC_FACT_VALUE) &&
               strcmp(f->value, "full_time") == 0) {
        t->item->number = FULL_TIME;
    } else if (INC_HAS(f, INC_FACT_VALUE) &&
               strcmp(f->value, "part_time") == 0) {
        t->item->value = "part_time";
    } else {
        return wrong(err, INC_E_RANGE, "what is stated of hours cannot be",
                     "value", "a number, full_time or part_time");
    }
    return INC_OK;
}

/* The comune of that name; of several the one of the province. */
static uint16_t
comune_named(const struct inc_geo *g, const char *name, const char *province)
{
    uint16_t found = INC_NO_COMUNE;

    for (uint16_t id = 0; id < inc_geo_count(g); id++) {
        const struct inc_comune *c = inc_geo_comune(g, id);
        char folded[NAME_BYTES];

        if (strlen(c->name) + 1 >= sizeof folded)
            continue;
        (void)inc_fold(folded, c->name, strlen(c->name));
        if (strcmp(folded, name) != 0 ||
            (province != NULL && strcmp(province, c->province) != 0))
            continue;
        if (found != INC_NO_COMUNE)
            return INC_NO_COMUNE;
        found = id;
    }
    return found;
}

static enum inc_status
take_place(struct taking *t, struct inc_err *err)
{
    const struct inc_draft_fact *f = t->f;
    const struct inc_geo *g = t->r->w->geo;
    const char *value = INC_HAS(f, INC_FACT_VALUE) ? f->value : NULL;
    char name[NAME_BYTES];
    uint16_t id = INC_NO_COMUNE;

    t->taken = 0;
    if (g == NULL)
        return INC_OK;
    if (value != NULL && strlen(value) == ISTAT) {
        id = inc_geo_find(g, value, ISTAT);
        if (id == INC_NO_COMUNE)
            return wrong(err, INC_E_RANGE, "no comune has this code", "value",
                         "six digits of ISTAT");
    } else if ((size_t)f->len < sizeof name) {
        (void)inc_fold(name, t->r->q->text + f->at, (size_t)f->len);
        id = comune_named(g, name, value);
    }
    if (id == INC_NO_COMUNE) {
        inc_note_add(t->r, "the place that the document names is no comune, or "
                           "several have that name");
        return INC_OK;
    }
    t->item->value = inc_geo_comune(g, id)->istat;
    t->taken = 1;
    return INC_OK;
}

static enum inc_status
take_count(struct taking *t, int64_t least, int64_t most, const char *hint,
           struct inc_err *err)
{
    if (!INC_HAS(t->f, INC_FACT_NUMBER) || t->f->number < least ||
        t->f->number > most)
        return wrong_number(err, hint);
    t->item->number = t->f->number;
    return INC_OK;
}

static enum inc_status
take_date(struct taking *t, struct inc_err *err)
{
    if (!INC_HAS(t->f, INC_FACT_DATE))
        return wrong(err, INC_E_MISSING, "a start or an expiry needs a date",
                     "date", "YYYY-MM-DD");
    t->item->number = t->f->date;
    return INC_OK;
}

static enum inc_status
take_contract(struct taking *t, struct inc_err *err)
{
    const int i =
        INC_HAS(t->f, INC_FACT_VALUE) ? number_of(contracts, t->f->value) : -1;

    if (i < 0)
        return wrong(err, INC_E_RANGE, "no kind of contract has this name",
                     "value",
                     "tempo_indeterminato, tempo_determinato, "
                     "tirocinio ...");
    t->item->value = contracts[i];
    return INC_OK;
}

static enum inc_status
take_mobility(struct taking *t, struct inc_err *err)
{
    const struct inc_draft_fact *f = t->f;
    const int mode =
        INC_HAS(f, INC_FACT_VALUE) ? number_of(inc_mode_names, f->value) : -1;

    if (mode >= 0) {
        t->item->value = inc_mode_names[mode];
        return INC_OK;
    }
    t->item->value = "minutes";
    return take_count(t, 1, MINUTES_MAX,
                      "minutes from 1 to 240, or a means "
                      "in value: walk, bike, bus, car",
                      err);
}

static enum inc_status
take(struct taking *t, struct inc_err *err)
{
    switch ((enum inc_draft_kind)t->f->kind) {
    case INC_DRAFT_OCCUPATION:
        return take_occupation(t, err);
    case INC_DRAFT_SKILL:
        return take_skill(t, err);
    case INC_DRAFT_LANGUAGE:
        return take_language(t, err);
    case INC_DRAFT_LICENCE:
        return take_licence(t, err);
    case INC_DRAFT_HOURS:
        return take_hours(t, err);
    case INC_DRAFT_PLACE:
        return take_place(t, err);
    case INC_DRAFT_EDUCATION:
        return take_count(t, 1, EQF_MAX, "an EQF level from 1 to 8", err);
    case INC_DRAFT_SEATS:
        return take_count(t, 1, SEATS_MAX, "seats from 1 to 10000", err);
    case INC_DRAFT_START:
    case INC_DRAFT_EXPIRES:
        return take_date(t, err);
    case INC_DRAFT_CONTRACT:
        return take_contract(t, err);
    case INC_DRAFT_MOBILITY:
        return take_mobility(t, err);
    case INC_DRAFT_LEVEL:
    case INC_DRAFT_IMPORTANCE:
    case INC_DRAFT_KINDS:
    default:
        return wrong(err, INC_E_RANGE, "a fact cannot be of this kind", "kind",
                     "level and importance are said of a skill");
    }
}

/* Said already of the same thing? A language, a licence, a concept. */
static int
is_twice(const struct inc_drafted *d, const struct inc_draft_item *one)
{
    for (const struct inc_draft_item *i = d->items; i < one; i++)
        if (i->kind == one->kind &&
            ((one->kind == INC_DRAFT_LANGUAGE &&
              strcmp(i->value, one->value) == 0) ||
             (one->kind == INC_DRAFT_LICENCE && i->codes[0] == one->codes[0]) ||
             (one->concept != INC_NO_CONCEPT && i->concept == one->concept)))
            return 1;
    return 0;
}

static enum inc_status
one(struct inc_reader *r, const struct inc_draft_fact *f, struct inc_err *err)
{
    struct taking t = {.r = r, .f = f, .taken = 1};
    enum inc_status st;

    if ((size_t)f->at + (size_t)f->len > r->q->len ||
        !words_of(r, f, &t.from, &t.to))
        return wrong(err, INC_E_RANGE, "a fact stands on no word of the text",
                     "at", "at and len are bytes of the text in UTF-8");
    t.item = inc_item_add(r, (enum inc_draft_kind)f->kind, t.from, t.to, stated,
                          SURE);
    if (t.item == NULL)
        return INC_OK; /* noted: too many items */
    t.item->stated = 1;
    if (INC_HAS(f, INC_FACT_IMPORTANCE))
        t.item->importance = (int)f->importance;
    st = take(&t, err);
    if (st != INC_OK)
        return st;
    if (t.taken && !is_twice(r->d, t.item))
        inc_use(r, t.from, t.to, INC_USED_FACT);
    else
        r->d->n_items--;
    return INC_OK;
}

enum inc_status
inc_draft_facts(struct inc_reader *r, struct inc_err *err)
{
    for (size_t i = 0; i < r->q->n_facts; i++) {
        const enum inc_status st = one(r, &r->q->facts[i], err);

        if (st != INC_OK) {
            char place[32];

            (void)snprintf(place, sizeof place, "facts[%zu]", i);
            inc_err_under(err, place);
            return st;
        }
    }
    return INC_OK;
}

/* --- occupations that the words name ---------------------------------------
 */

static int
is_named(const struct inc_reader *r, const struct inc_draft_fact *f)
{
    return f->kind == INC_DRAFT_OCCUPATION && !INC_HAS(f, INC_FACT_URI) &&
           r->d->kind == INC_RECORD_CANDIDATE;
}

static int
same_words(const struct inc_reader *r, const struct inc_draft_fact *f,
           size_t at, size_t len)
{
    const struct inc_draft_fact other = {.at = (int64_t)at,
                                         .len = (int64_t)len};
    size_t a, a_end, b, b_end;

    if (!words_of(r, f, &a, &a_end) || !words_of(r, &other, &b, &b_end) ||
        a_end - a != b_end - b || a_end - a > TITLE_WORDS)
        return 0;
    for (; a < a_end; a++, b++)
        if (strcmp(r->t[a].word, r->t[b].word) != 0)
            return 0;
    return 1;
}

/* What is stated goes to every occupation that the words of `where` name: the
 * fact's own, or the same words said before. How many. */
static size_t
state(struct inc_reader *r, const struct inc_draft_fact *f,
      const struct inc_draft_fact *where)
{
    size_t named = 0;

    for (size_t k = 0; k < r->d->n_items; k++) {
        struct inc_draft_item *item = &r->d->items[k];
        const int64_t so_far =
            f == where || item->number < 0 ? 0 : item->number;

        if (item->kind != INC_DRAFT_OCCUPATION ||
            item->at < (size_t)where->at ||
            item->at + item->len > (size_t)(where->at + where->len))
            continue;
        named++;
        if (f == where)
            item->value = INC_HAS(f, INC_FACT_VALUE) ? "wish" : NULL;
        if (INC_HAS(f, INC_FACT_NUMBER))
            item->number = so_far + f->number < MONTHS_MAX ? so_far + f->number
                                                           : MONTHS_MAX;
        else if (f == where)
            item->number = -1;
    }
    return named;
}

/* The same words elsewhere: a trade that is wished for, or that was named in
 * passing, is also one that was held. */
static size_t
named_elsewhere(struct inc_reader *r, const struct inc_draft_fact *f)
{
    const size_t n_items = r->d->n_items;

    for (size_t k = 0; k < n_items; k++) {
        struct inc_draft_item *item = &r->d->items[k];

        if (item->kind != INC_DRAFT_OCCUPATION || item->stated ||
            !same_words(r, f, item->at, item->len))
            continue;
        if (item->value != NULL && !INC_HAS(f, INC_FACT_VALUE)) {
            if (n_items == INC_DRAFT_ITEMS)
                return 0;
            r->d->items[r->d->n_items] = *item;
            item = &r->d->items[r->d->n_items++];
            item->at = (uint32_t)f->at;
            item->len = (uint32_t)f->len;
            item->value = NULL;
        }
        if (INC_HAS(f, INC_FACT_NUMBER))
            item->number = f->number;
        return 1;
    }
    return 0;
}

void
inc_draft_facts_named(struct inc_reader *r)
{
    const struct inc_draft_fact *facts = r->q->facts;

    for (size_t i = 0; i < r->q->n_facts; i++) {
        const struct inc_draft_fact *f = &facts[i];
        size_t from, to, named;

        if (!is_named(r, f))
            continue;
        named = state(r, f, f);
        for (size_t k = 0; k < i && named == 0; k++)
            if (is_named(r, &facts[k]) &&
                same_words(r, f, (size_t)facts[k].at, (size_t)facts[k].len))
                named = state(r, f, &facts[k]);
        if (named == 0)
            named = named_elsewhere(r, f);
        if (named == 0 && words_of(r, f, &from, &to) &&
            inc_is_free(r, from, to))
            inc_unknown_add(r, from, to);
    }
}

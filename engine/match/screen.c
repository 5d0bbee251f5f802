#include "engine/match/screen.h"

#include <string.h>

static void
allow(struct inc_screen *s, uint16_t comune)
{
    s->places[comune / 64] |= UINT64_C(1) << comune % 64;
}

static enum inc_status
unknown_place(struct inc_err *err, const char *list, uint32_t i,
              const char *what)
{
    (void)inc_fail(err, INC_E_COMUNE, 0, "%s is not in the list of comuni",
                   what);
    inc_err_where(err, "options.filters.%s[%u]", list, i);
    return INC_E_COMUNE;
}

/* Adds every comune whose province or region has that name. */
static int
allow_all(struct inc_screen *s, const char *name, int region)
{
    int found = 0;

    for (uint16_t c = 0; c < inc_geo_count(s->geo); c++) {
        const struct inc_comune *place = inc_geo_comune(s->geo, c);
        if (strcmp(region ? place->region : place->province, name) == 0) {
            allow(s, c);
            found = 1;
        }
    }
    return found;
}

static enum inc_status
named_places(struct inc_screen *s, struct inc_err *err)
{
    const struct inc_filters *f = s->filters;

    for (uint32_t i = 0; i < f->n_comuni; i++) {
        uint16_t c = inc_geo_find(s->geo, f->comuni[i], strlen(f->comuni[i]));
        if (c == INC_NO_COMUNE) {
            (void)unknown_place(err, "comuni", i, "the ISTAT code");
            inc_err_hint(err, "six digits, as in comune.find");
            return INC_E_COMUNE;
        }
        allow(s, c);
    }
    for (uint32_t i = 0; i < f->n_provinces; i++)
        if (!allow_all(s, f->provinces[i], 0)) {
            (void)unknown_place(err, "provinces", i, "the province");
            inc_err_hint(err, "the sigla in capitals, such as LU");
            return INC_E_COMUNE;
        }
    for (uint32_t i = 0; i < f->n_regions; i++)
        if (!allow_all(s, f->regions[i], 1)) {
            (void)unknown_place(err, "regions", i, "the region");
            inc_err_hint(err, "the region's Italian name, such as Toscana");
            return INC_E_COMUNE;
        }
    return INC_OK;
}

/* The radius cuts what is named, or everything when nothing is. */
static enum inc_status
within_radius(struct inc_screen *s, uint16_t here, int named,
              struct inc_err *err)
{
    uint64_t limit = (uint64_t)s->filters->radius_km * 1000;

    if (here == INC_NO_COMUNE) {
        (void)inc_fail(err, INC_E_RANGE, 0,
                       "a radius needs a place to be measured from");
        inc_err_where(err, "options.filters.radius_km");
        inc_err_hint(err, "give the need a comune, or the person a home");
        return INC_E_RANGE;
    }
    for (uint16_t c = 0; c < inc_geo_count(s->geo); c++) {
        int inside = inc_geo_metres(s->geo, here, c) <= limit;
        if (!inside)
            s->places[c / 64] &= ~(UINT64_C(1) << c % 64);
        else if (!named)
            allow(s, c);
    }
    return INC_OK;
}

static enum inc_status
does_not_apply(const struct inc_filters *f, int people, struct inc_err *err)
{
    static const struct {
        unsigned bit;
        int people_only;
        const char *name;
    } table[] = {{INC_FILTER_AVAILABLE_BY, 1, "available_by"},
                 {INC_FILTER_LANGUAGE, 1, "language"},
                 {INC_FILTER_LICENCES, 1, "licences"},
                 {INC_FILTER_KINDS, 0, "kinds"}};

    for (size_t i = 0; i < INC_COUNT(table); i++) {
        if (!INC_HAS(f, table[i].bit) || table[i].people_only == people)
            continue;
        (void)inc_fail(err, INC_E_FIELD, 0, "this filter is only for %s",
                       people ? "match.needs" : "match.people");
        inc_err_where(err, "options.filters.%s", table[i].name);
        return INC_E_FIELD;
    }
    if (INC_HAS(f, INC_FILTER_LANGUAGE_LEVEL) &&
        !INC_HAS(f, INC_FILTER_LANGUAGE)) {
        (void)inc_fail(err, INC_E_MISSING, 0,
                       "a language level needs a language");
        inc_err_where(err, "options.filters.language");
        return INC_E_MISSING;
    }
    return INC_OK;
}

enum inc_status
inc_screen_make(struct inc_screen *s, const struct inc_match_options *o,
                const struct inc_geo *geo, uint16_t here, int people,
                struct inc_arena *a, struct inc_err *err)
{
    const struct inc_filters *f = &o->filters;
    int named = f->n_comuni + f->n_provinces + f->n_regions > 0;
    enum inc_status st = INC_OK;

    memset(s, 0, sizeof *s);
    s->filters = f;
    s->geo = geo;
    INC_TRY(does_not_apply(f, people, err));
    for (uint32_t i = 0; i < o->n_rules; i++)
        s->rules |= 1u << o->rules[i];
    for (uint32_t i = 0; i < f->n_licences; i++)
        s->licences |= 1u << f->licences[i];
    if (!named && !INC_HAS(f, INC_FILTER_RADIUS_KM))
        return INC_OK;
    if (geo == NULL)
        return inc_fail(err, INC_E_COMUNE, 0, "no list of comuni is loaded");
    s->places = inc_arena_array(a, inc_geo_count(geo) / 64u + 1, 8);
    if (s->places == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "filter of places");
    INC_TRY(named_places(s, err));
    if (INC_HAS(f, INC_FILTER_RADIUS_KM))
        st = within_radius(s, here, named, err);
out:
    return st;
}

static int
place_allowed(const struct inc_screen *s, uint16_t comune)
{
    return s->places == NULL ||
           (comune != INC_NO_COMUNE &&
            (s->places[comune / 64] >> comune % 64 & 1) != 0);
}

int
inc_screen_office(const struct inc_screen *s, const char *office)
{
    const struct inc_filters *f = s->filters;

    for (uint32_t i = 0; i < f->n_offices; i++)
        if (strcmp(f->offices[i], office) == 0)
            return 1;
    return f->n_offices == 0;
}

int
inc_screen_speaks(const struct inc_screen *s, const struct inc_person *person)
{
    const struct inc_filters *f = s->filters;

    for (uint32_t i = 0; i < person->n_languages; i++) {
        const struct inc_person_language *l = &person->languages[i];
        if (memcmp(l->lang, f->language, 2) != 0)
            continue;
        if (!INC_HAS(f, INC_FILTER_LANGUAGE_LEVEL))
            return 1;
        for (int a = 0; a < INC_ABILITIES; a++)
            if (l->cefr[a] < f->language_level)
                return 0;
        return 1;
    }
    return 0;
}

int
inc_screen_person(const struct inc_screen *s, const struct inc_person *person,
                  const char *office)
{
    const struct inc_filters *f = s->filters;

    if (!place_allowed(s, person->home))
        return 0;
    if ((person->licences & s->licences) != s->licences)
        return 0;
    if (INC_HAS(f, INC_FILTER_AVAILABLE_BY) &&
        (person->from > f->available_by || person->until < f->available_by))
        return 0;
    if (INC_HAS(f, INC_FILTER_UPDATED_SINCE) &&
        person->updated < f->updated_since)
        return 0;
    if (INC_HAS(f, INC_FILTER_LANGUAGE) && !inc_screen_speaks(s, person))
        return 0;
    return inc_screen_office(s, office);
}

int
inc_screen_need(const struct inc_screen *s, const struct inc_need *need)
{
    const struct inc_filters *f = s->filters;
    uint16_t place = INC_NO_COMUNE;
    int kind = f->n_kinds == 0;

    if (s->places != NULL && INC_HAS(need, INC_NEED_COMUNE))
        place = inc_geo_find(s->geo, need->comune, strlen(need->comune));
    if (!place_allowed(s, place))
        return 0;
    for (uint32_t i = 0; i < f->n_kinds; i++)
        kind |= f->kinds[i] == need->kind;
    if (!kind)
        return 0;
    if (INC_HAS(f, INC_FILTER_UPDATED_SINCE) &&
        (!INC_HAS(need, INC_NEED_UPDATED) || need->updated < f->updated_since))
        return 0;
    return inc_screen_office(s, INC_HAS(need, INC_NEED_OFFICE) ? need->office
                                                               : "");
}

/* Which rule watches over a kind of line. */
static int
rule_of(enum inc_line_kind kind)
{
    static const int rule[INC_LINE_KINDS] = {
        [INC_LINE_REQUIREMENT] = INC_RULE_MUST,
        [INC_LINE_LANGUAGE] = INC_RULE_LANGUAGES,
        [INC_LINE_LICENCE] = INC_RULE_LICENCES,
        [INC_LINE_EDUCATION] = INC_RULE_EDUCATION,
        [INC_LINE_AFFINITY] = -1,
        [INC_LINE_TRADES] = -1,
        [INC_LINE_DISTANCE] = INC_RULE_DISTANCE,
        [INC_LINE_HOURS] = INC_RULE_HOURS};

    return rule[kind];
}

/* What is unknown passes: only what is known to be missing or below fails. Not
 * by points: a small line of a long need may have none to give. */
static int
line_fails(const struct inc_line *line)
{
    int must = line->spec->importance == INC_MUST;

    switch (line->spec->kind) {
    case INC_LINE_REQUIREMENT:
        return must && line->status == INC_LINE_NOT_MET;
    case INC_LINE_LANGUAGE:
    case INC_LINE_LICENCE:
    case INC_LINE_EDUCATION:
        return must && (line->why & (INC_WHY(MISSING) | INC_WHY(BELOW))) != 0;
    case INC_LINE_DISTANCE:
    case INC_LINE_HOURS:
        return line->status == INC_LINE_PARTLY ||
               line->status == INC_LINE_NOT_MET;
    case INC_LINE_AFFINITY:
    case INC_LINE_TRADES:
    case INC_LINE_KINDS:
        break;
    }
    return 0;
}

int
inc_screen_rules_quick(const struct inc_screen *s, const struct inc_plan *p,
                       const struct inc_person *person)
{
    const struct inc_tally none = {0, 0, 0};
    int first = -1;

    for (uint32_t i = 0; i < p->n_lines; i++) {
        const struct inc_line_spec *spec = &p->lines[i];
        int rule = rule_of(spec->kind);
        struct inc_line line;

        if (rule < 0 || rule == INC_RULE_MUST || (s->rules >> rule & 1u) == 0 ||
            (first >= 0 && first <= rule))
            continue;
        inc_score_line(&line, spec, p, person, NULL, 0, &none);
        if (line_fails(&line))
            first = rule;
    }
    if (first < 0 && (s->rules >> INC_RULE_START & 1u) != 0 &&
        INC_HAS(p->need, INC_NEED_START) && person->from > p->need->start)
        first = INC_RULE_START;
    return first;
}

int
inc_screen_rules(const struct inc_screen *s, const struct inc_plan *p,
                 const struct inc_person *person, const struct inc_line *lines)
{
    int first = -1;

    if (s->rules == 0)
        return -1;
    for (uint32_t i = 0; i < p->n_lines; i++) {
        int rule = rule_of(lines[i].spec->kind);
        if (rule >= 0 && (s->rules >> rule & 1u) != 0 &&
            line_fails(&lines[i]) && (first < 0 || rule < first))
            first = rule;
    }
    if (first < 0 && (s->rules >> INC_RULE_START & 1u) != 0 &&
        INC_HAS(p->need, INC_NEED_START) && person->from > p->need->start)
        first = INC_RULE_START;
    return first;
}

/* equal_ask.c - random questions: needs, filters, rules, pages. */
#include <string.h>

#include "bench/engine/equal.h"
#include "tests/support/records.h"

static uint64_t
filter_bit(const char *name)
{
    return UINT64_C(1) << inc_field_index(&inc_filters_type, name);
}

static void
filter_places(struct inc_filters *f, const struct inc_geo *g, struct inc_rng *r,
              struct inc_arena *a)
{
    const char **list = rec_array(a, 3, sizeof *list);
    uint32_t n = 1 + inc_rng_below(r, 3), kind = inc_rng_below(r, 3);

    for (uint32_t i = 0; i < n; i++) {
        const struct inc_comune *c =
            inc_geo_comune(g, (uint16_t)inc_rng_below(r, inc_geo_count(g)));
        list[i] = kind == 0 ? c->istat : kind == 1 ? c->province : c->region;
    }
    if (kind == 0) {
        f->comuni = list;
        f->n_comuni = n;
        f->has |= filter_bit("comuni");
    } else if (kind == 1) {
        f->provinces = list;
        f->n_provinces = n;
        f->has |= filter_bit("provinces");
    } else {
        f->regions = list;
        f->n_regions = n;
        f->has |= filter_bit("regions");
    }
}

static void
filter_person(struct inc_filters *f, struct inc_rng *r, struct inc_arena *a)
{
    static const char *const offices[] = {"CPI-LU", "CPI-SP", "CPI-TO",
                                          "CPI-NOBODY"};

    if (rec_chance(r, 12)) {
        f->has |= filter_bit("available_by");
        f->available_by = inc_date_from(2026, 11, 1) + rec_between(r, 0, 90);
    }
    if (rec_chance(r, 12)) {
        f->has |= filter_bit("language");
        f->language = rec_langs[inc_rng_below(r, 5)];
        if (rec_chance(r, 60)) {
            f->has |= filter_bit("language_level");
            f->language_level = rec_between(r, 0, 6);
        }
    }
    if (rec_chance(r, 10)) {
        f->has |= filter_bit("licences");
        f->licences = rec_array(a, 2, sizeof *f->licences);
        f->n_licences = 1 + inc_rng_below(r, 2);
        for (uint32_t i = 0; i < f->n_licences; i++)
            f->licences[i] = rec_between(r, 0, INC_LICENCE_COUNT - 1);
    }
    if (rec_chance(r, 15)) {
        const char **list = rec_array(a, 2, sizeof *list);
        f->has |= filter_bit("offices");
        f->n_offices = 1 + inc_rng_below(r, 2);
        for (uint32_t i = 0; i < f->n_offices; i++)
            list[i] = offices[inc_rng_below(r, 4)];
        f->offices = list;
    }
    if (rec_chance(r, 12)) {
        f->has |= filter_bit("updated_since");
        f->updated_since = inc_date_from(2026, 1, 1) + rec_between(r, 0, 320);
    }
}

static void
options_make(struct inc_match_options *o, const struct inc_estate *e,
             const struct inc_need *need, struct inc_rng *r,
             struct inc_arena *a)
{
    static const int64_t ks[] = {1, 2, 3, 7, 10, 10, 10, 15, 16, 17, 100, 1000};
    static const char *const langs[] = {NULL, "it", "en"};

    *o = (struct inc_match_options){
        .k = ks[inc_rng_below(r, INC_COUNT(ks))],
        .as_of = inc_date_from(2026, 11, 22) + rec_between(r, -400, 400),
        .attitude = rec_between(r, INC_PRUDENT, INC_NEUTRAL),
        .explain = rec_chance(r, 70),
        .facets = rec_chance(r, 30),
        .lang = langs[inc_rng_below(r, 3)]};
    if (rec_chance(r, 30))
        filter_places(&o->filters, e->world.geo, r, a);
    if (rec_chance(r, 8) && (need->has >> INC_NEED_COMUNE & 1) != 0) {
        o->filters.has |= filter_bit("radius_km");
        o->filters.radius_km = rec_between(r, 1, 120);
    }
    if (rec_chance(r, 40))
        filter_person(&o->filters, r, a);
    if (rec_chance(r, 35)) {
        o->rules = rec_array(a, INC_RULE_COUNT, sizeof *o->rules);
        for (int64_t i = 0; i < INC_RULE_COUNT; i++)
            if (rec_chance(r, 30))
                o->rules[o->n_rules++] = i;
    }
}

void
inc_equal_ask_make(struct inc_equal_ask *q, const struct inc_estate *e,
                   const struct inc_equal_pool *p, uint32_t requirements,
                   struct inc_rng *r, struct inc_arena *a)
{
    memset(q, 0, sizeof *q);
    rec_need(&q->need, inc_rng_below(r, 1000), r, a, &e->world, 0);
    rec_requirements(&q->need, r, a, e->world.taxonomy, requirements);
    options_make(&q->options, e, &q->need, r, a);
    q->question.kind = INC_ASK_PEOPLE;
    if (rec_chance(r, 8)) {
        q->question.kind = INC_ASK_PAIR;
        q->candidate = p->bank->record[inc_rng_below(r, INC_EQUAL_BANK)];
    } else if (rec_chance(r, 3)) { /* no cursor at all, or another question's */
        q->options.cursor = rec_chance(r, 50)
                                ? "not a cursor"
                                : "00000000000000000000000000000000"
                                  "00000000000000000000000000000000";
    }
}

int
inc_equal_ask_next(struct inc_equal_ask *next, const struct inc_equal_ask *q)
{
    if (q->question.kind != INC_ASK_PEOPLE || q->question.status != INC_OK)
        return 0;
    *next = *q;
    next->question = (struct inc_question){.kind = INC_ASK_PEOPLE};
    inc_call_text(&q->question, "cursor", next->cursor, sizeof next->cursor);
    return next->cursor[0] != '\0';
}

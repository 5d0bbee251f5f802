/*
 * screen.h - filters and named hard rules of one question. Floor 6.
 * Filters narrow what is looked at; rules leave records out and count them.
 */
#ifndef INC_MATCH_SCREEN_H
#define INC_MATCH_SCREEN_H

#include "engine/match/score.h"

/* Bits in inc_filters.has, in the order of the table in proto/bodies.c. */
enum {
    INC_FILTER_COMUNI,
    INC_FILTER_PROVINCES,
    INC_FILTER_REGIONS,
    INC_FILTER_RADIUS_KM,
    INC_FILTER_AVAILABLE_BY,
    INC_FILTER_LANGUAGE,
    INC_FILTER_LANGUAGE_LEVEL,
    INC_FILTER_LICENCES,
    INC_FILTER_OFFICES,
    INC_FILTER_UPDATED_SINCE,
    INC_FILTER_KINDS
};

struct inc_screen {
    const struct inc_filters *filters;
    const struct inc_geo *geo;
    uint64_t *places; /* bitmap of allowed comuni, NULL: all */
    uint32_t licences;
    uint32_t rules; /* bit per enum inc_rule */
};

/*
 * Prepare the filters of a question; memory from the arena.
 *   here   comune that radius_km is measured from, INC_NO_COMUNE: none
 *   people 1 for match.people, 0 for match.needs (some filters do not apply)
 * INC_E_COMUNE (unknown comune, province, region), INC_E_RANGE (radius without
 * a place), INC_E_FIELD (a filter that does not apply), INC_E_NOMEM.
 */
enum inc_status inc_screen_make(struct inc_screen *s,
                                const struct inc_match_options *o,
                                const struct inc_geo *geo, uint16_t here,
                                int people, struct inc_arena *a,
                                struct inc_err *err);

/* 1 when the person passes the filters; office is the person's office text. */
int inc_screen_person(const struct inc_screen *s,
                      const struct inc_person *person, const char *office);
/* Parts of it: the filter on languages; the one on offices. */
int inc_screen_speaks(const struct inc_screen *s,
                      const struct inc_person *person);
int inc_screen_office(const struct inc_screen *s, const char *office);
int inc_screen_need(const struct inc_screen *s, const struct inc_need *need);

/* First rule besides INC_RULE_MUST that the pair fails, or -1. No skills are
 * looked at. */
int inc_screen_rules_quick(const struct inc_screen *s, const struct inc_plan *p,
                           const struct inc_person *person);

/* First rule that the pair fails, or -1. lines as from inc_score(). */
int inc_screen_rules(const struct inc_screen *s, const struct inc_plan *p,
                     const struct inc_person *person,
                     const struct inc_line *lines);

#endif

#include "engine/match/answer.h"

void
inc_facets_begin(struct inc_counts *facets)
{
    static const char *const name[INC_FACETS] = {
        [INC_FACET_PROVINCE] = "province",
        [INC_FACET_OFFICE] = "office",
        [INC_FACET_LICENCE] = "licence",
        [INC_FACET_AVAILABILITY] = "availability"};

    for (int i = 0; i < INC_FACETS; i++) {
        facets[i] = (struct inc_counts){.name = name[i]};
    }
}

void
inc_person_facets(struct inc_counts *facets, const struct inc_person *p,
                  const char *office, const struct inc_geo *geo,
                  const struct inc_match_options *o)
{
    static const char unknown[] = "unknown";
    int known = (p->known & INC_KNOWN_LICENCES) != 0;

    inc_facet_count(&facets[INC_FACET_PROVINCE],
                    p->home == INC_NO_COMUNE || geo == NULL
                        ? unknown
                        : inc_geo_comune(geo, p->home)->province);
    inc_facet_count(&facets[INC_FACET_OFFICE],
                    office[0] == '\0' ? unknown : office);
    for (int i = 0; i < INC_LICENCE_COUNT; i++)
        if ((p->licences >> i & 1u) != 0)
            inc_facet_count(&facets[INC_FACET_LICENCE], inc_licence_names[i]);
    if (p->licences == 0)
        inc_facet_count(&facets[INC_FACET_LICENCE], known ? "none" : unknown);
    inc_facet_count(&facets[INC_FACET_AVAILABILITY],
                    (p->known & INC_KNOWN_AVAILABILITY) == 0 ? unknown
                    : p->until < o->as_of                    ? "past"
                    : p->from > o->as_of                     ? "later"
                                                             : "now");
}

void
inc_facets_row(struct inc_counts *facets, const struct inc_block *b,
               uint32_t row, const struct inc_geo *geo,
               const struct inc_match_options *o)
{
    struct inc_person person;

    inc_block_person(b, row, NULL, &person);
    inc_person_facets(facets, &person, inc_block_office(b, person.office), geo,
                      o);
}

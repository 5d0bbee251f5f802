/*
 * journey.h - how long the way to a need's place takes at least, from every
 * comune. Floor 6.
 */
#ifndef INC_MATCH_JOURNEY_H
#define INC_MATCH_JOURNEY_H

#include "engine/match/plan.h"

enum { INC_JOURNEYS = 64, INC_JOURNEY_CHUNK = 32 };

/* Minutes by the quickest way from each comune, and what makes the least of a
 * range quick to find: the least from the start of its chunk of
 * INC_JOURNEY_CHUNK comuni to each, from each to the chunk's end, of each
 * chunk, and of each INC_JOURNEY_CHUNK chunks. */
struct inc_journey_table {
    const struct inc_geo *geo; /* NULL: empty */
    uint64_t world;            /* its serial: a geo may be another at the
                                  address of one that is gone */
    uint16_t to;
    uint32_t n, chunks;
    uint16_t *minutes;                       /* [n], start of one allocation */
    uint16_t *before, *after, *chunk, *many; /* [n], [n], [chunks], ... */
    size_t cap;                              /* bytes */
    uint64_t used;
};
/* One worker's, most needs of an office being in few places. All zero is ready
 * to use. */
struct inc_journeys {
    struct inc_journey_table table[INC_JOURNEYS];
    uint64_t clock;
};
void inc_journeys_release(struct inc_journeys *j);

/* The table of the plan's place; NULL without memory. The plan has a place. */
const struct inc_journey_table *inc_journeys_to(struct inc_journeys *j,
                                                const struct inc_plan *p);
/* Least minutes from comuni least..most. */
uint32_t inc_journey_least(const struct inc_journey_table *t, uint16_t least,
                           uint16_t most);

#endif

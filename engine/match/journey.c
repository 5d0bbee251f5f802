#include "engine/match/journey.h"

#include <string.h>

#include "engine/base/mem.h"

void
inc_journeys_release(struct inc_journeys *j)
{
    for (int i = 0; i < INC_JOURNEYS; i++)
        inc_mem_free(j->table[i].minutes);
    memset(j, 0, sizeof *j);
}

static uint16_t
quickest(const struct inc_geo *geo, uint16_t to, uint16_t from)
{
    uint32_t metres = inc_geo_metres(geo, to, from), best = UINT16_MAX;

    for (int m = 0; m < INC_MODE_COUNT; m++) {
        uint32_t minutes = inc_geo_minutes(metres, (enum inc_mode)m);

        best = minutes < best ? minutes : best;
    }
    return (uint16_t)best;
}

static int
fill(struct inc_journey_table *t, const struct inc_geo *geo, uint16_t to)
{
    const uint32_t n = inc_geo_count(geo);
    const uint32_t chunks = (n + INC_JOURNEY_CHUNK - 1) / INC_JOURNEY_CHUNK;
    const size_t bytes = (n + chunks) * sizeof *t->minutes;

    t->geo = NULL;
    if (inc_mem_room(&t->minutes, &t->cap, bytes) != 0)
        return -1;
    memset(t->minutes + n, 0xff, chunks * sizeof *t->minutes);
    for (uint32_t c = 0; c < n; c++) {
        uint16_t *chunk = &t->minutes[n + c / INC_JOURNEY_CHUNK];

        t->minutes[c] = quickest(geo, to, (uint16_t)c);
        if (t->minutes[c] < *chunk)
            *chunk = t->minutes[c];
    }
    t->geo = geo;
    t->to = to;
    return 0;
}

const struct inc_journey_table *
inc_journeys_to(struct inc_journeys *j, const struct inc_plan *p)
{
    struct inc_journey_table *oldest = &j->table[0];

    for (int i = 0; i < INC_JOURNEYS; i++) {
        struct inc_journey_table *t = &j->table[i];

        if (t->geo == p->world->geo && t->world == p->world->serial &&
            t->to == p->comune) {
            t->used = ++j->clock;
            return t;
        }
        if (t->used < oldest->used)
            oldest = t;
    }
    if (fill(oldest, p->world->geo, p->comune) != 0)
        return NULL;
    oldest->world = p->world->serial;
    oldest->used = ++j->clock;
    return oldest;
}

static uint32_t
least_of(const uint16_t *minutes, uint32_t from, uint32_t to)
{
    uint32_t best = UINT16_MAX;

    for (uint32_t i = from; i < to; i++)
        best = minutes[i] < best ? minutes[i] : best;
    return best;
}

uint32_t
inc_journey_least(const struct inc_journey_table *t, uint16_t least,
                  uint16_t most)
{
    const uint32_t n = inc_geo_count(t->geo);
    uint32_t first = least / INC_JOURNEY_CHUNK, last = most / INC_JOURNEY_CHUNK;
    uint32_t a, b, c;

    if (least <= t->to && t->to <= most)
        return t->minutes[t->to];
    if (last - first < 2)
        return least_of(t->minutes, least, most + 1U);
    a = least_of(t->minutes, least, (first + 1) * INC_JOURNEY_CHUNK);
    b = least_of(t->minutes + n, first + 1, last);
    c = least_of(t->minutes, last * INC_JOURNEY_CHUNK, most + 1U);
    a = a < b ? a : b;
    return a < c ? a : c;
}

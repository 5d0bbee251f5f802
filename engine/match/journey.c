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

enum { CHUNK = INC_JOURNEY_CHUNK };

static uint16_t
lesser(uint16_t a, uint16_t b)
{
    return a < b ? a : b;
}

static int
make_room(struct inc_journey_table *t, uint32_t n)
{
    const uint32_t chunks = (n + CHUNK - 1) / CHUNK;
    const uint32_t many = (chunks + CHUNK - 1) / CHUNK;

    if (inc_mem_room(&t->minutes, &t->cap,
                     ((size_t)n * 3 + chunks + many) * sizeof *t->minutes) != 0)
        return -1;
    t->n = n;
    t->chunks = chunks;
    t->before = t->minutes + n;
    t->after = t->before + n;
    t->chunk = t->after + n;
    t->many = t->chunk + chunks;
    memset(t->chunk, 0xff, ((size_t)chunks + many) * sizeof *t->chunk);
    return 0;
}

static int
fill(struct inc_journey_table *t, const struct inc_geo *geo, uint16_t to)
{
    t->geo = NULL;
    if (make_room(t, inc_geo_count(geo)) != 0)
        return -1;
    for (uint32_t c = 0; c < t->n; c++) {
        uint16_t least = t->minutes[c] = quickest(geo, to, (uint16_t)c);

        t->before[c] = c % CHUNK == 0 ? least : lesser(t->before[c - 1], least);
        t->chunk[c / CHUNK] = lesser(t->chunk[c / CHUNK], least);
        t->many[c / CHUNK / CHUNK] = lesser(t->many[c / CHUNK / CHUNK], least);
    }
    for (uint32_t c = t->n; c-- > 0;)
        t->after[c] = c % CHUNK == CHUNK - 1 || c == t->n - 1
                          ? t->minutes[c]
                          : lesser(t->after[c + 1], t->minutes[c]);
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

static uint16_t
least_of(const uint16_t *minutes, uint32_t from, uint32_t to)
{
    uint16_t best = UINT16_MAX;

    for (uint32_t i = from; i < to; i++)
        best = lesser(best, minutes[i]);
    return best;
}

/* Least of whole chunks from..to - 1. */
static uint16_t
least_of_chunks(const struct inc_journey_table *t, uint32_t from, uint32_t to)
{
    uint32_t first = (from + CHUNK - 1) / CHUNK, last = to / CHUNK;

    if (first >= last)
        return least_of(t->chunk, from, to);
    return lesser(lesser(least_of(t->chunk, from, first * CHUNK),
                         least_of(t->many, first, last)),
                  least_of(t->chunk, last * CHUNK, to));
}

uint32_t
inc_journey_least(const struct inc_journey_table *t, uint16_t least,
                  uint16_t most)
{
    uint32_t first = least / CHUNK, last = most / CHUNK;

    if (least <= t->to && t->to <= most)
        return t->minutes[t->to];
    if (first == last)
        return least_of(t->minutes, least, most + 1U);
    return lesser(lesser(t->after[least], t->before[most]),
                  least_of_chunks(t, first + 1, last));
}

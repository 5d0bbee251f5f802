#include "engine/match/keep.h"

#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/mem.h"

enum { COLUMNS_MAX = 7, PLACES = 1 << 16 };

/* A filter over one column: allowed[codes[row]]. */
struct column {
    const uint16_t *codes;
    uint8_t *allowed;
};

void
inc_keep_release(struct inc_keep *k)
{
    for (size_t i = 0; k->entries != NULL && i < INC_KEEP_ENTRIES; i++)
        inc_mem_free(k->entries[i].bits);
    inc_mem_free(k->entries);
    inc_mem_free(k->allowed);
    memset(k, 0, sizeof *k);
}

int
inc_screen_filters(const struct inc_screen *s)
{
    const struct inc_filters *f = s->filters;

    return s->places != NULL || s->licences != 0 || f->n_offices > 0 ||
           INC_HAS(f, INC_FILTER_AVAILABLE_BY) ||
           INC_HAS(f, INC_FILTER_UPDATED_SINCE) ||
           INC_HAS(f, INC_FILTER_LANGUAGE);
}

void
inc_keep_digest(unsigned char out[INC_DIGEST], const struct inc_screen *s)
{
    const struct inc_filters *f = s->filters;
    const int64_t numbers[] = {
        s->places != NULL,
        s->licences,
        INC_HAS(f, INC_FILTER_AVAILABLE_BY) ? 1 : 0,
        INC_HAS(f, INC_FILTER_AVAILABLE_BY) ? f->available_by : 0,
        INC_HAS(f, INC_FILTER_UPDATED_SINCE) ? 1 : 0,
        INC_HAS(f, INC_FILTER_UPDATED_SINCE) ? f->updated_since : 0,
        INC_HAS(f, INC_FILTER_LANGUAGE) ? 1 : 0,
        INC_HAS(f, INC_FILTER_LANGUAGE_LEVEL) ? 1 + f->language_level : 0,
        f->n_offices};
    struct inc_hasher h;

    inc_hasher_init(&h);
    inc_hasher_add(&h, numbers, sizeof numbers);
    if (s->places != NULL)
        inc_hasher_add(&h, s->places,
                       (inc_geo_count(s->geo) / 64u + 1) * sizeof *s->places);
    if (INC_HAS(f, INC_FILTER_LANGUAGE))
        inc_hasher_add(&h, f->language, strlen(f->language) + 1);
    for (uint32_t i = 0; i < f->n_offices; i++)
        inc_hasher_add(&h, f->offices[i], strlen(f->offices[i]) + 1);
    inc_hasher_end(&h, out);
}

/* ---- filters as tables ---- */

static void
allow_places(uint8_t *allowed, const struct inc_screen *s)
{
    memset(allowed, 0, PLACES);
    for (uint32_t c = 0; c < inc_geo_count(s->geo); c++)
        allowed[c] = s->places[c / 64] >> c % 64 & 1;
}

static void
allow_licences(uint8_t *allowed, const struct inc_screen *s,
               const struct inc_columns *c)
{
    for (uint32_t i = 0; i < c->n_licence_sets; i++)
        allowed[i] = (c->licence_sets[i] & s->licences) == s->licences;
}

static void
allow_days(uint8_t *allowed, const struct inc_columns *c, int64_t from,
           int64_t to)
{
    for (uint32_t i = 0; i < c->n_days; i++)
        allowed[i] = c->days[i] >= from && c->days[i] <= to;
}

static void
allow_languages(uint8_t *allowed, const struct inc_screen *s,
                const struct inc_columns *c, const struct inc_block *b)
{
    struct inc_person person = {0};

    for (uint32_t i = 0; i < c->n_language_sets; i++) {
        person.languages =
            inc_block_languages(b, (uint16_t)i, &person.n_languages);
        allowed[i] = (uint8_t)inc_screen_speaks(s, &person);
    }
}

static void
allow_offices(uint8_t *allowed, const struct inc_screen *s,
              const struct inc_columns *c, const struct inc_block *b)
{
    for (uint32_t i = 0; i < c->n_offices; i++)
        allowed[i] =
            (uint8_t)inc_screen_office(s, inc_block_office(b, (uint16_t)i));
}

/* Every filter in use as a column and a table, cut from `room`. */
static size_t
tables(struct column *out, uint8_t *room, const struct inc_screen *s,
       const struct inc_columns *c, const struct inc_block *b)
{
    const struct inc_filters *f = s->filters;
    size_t n = 0;

    if (s->places != NULL) {
        out[n++] = (struct column){c->home, room};
        allow_places(room, s);
        room += PLACES;
    }
    if (s->licences != 0) {
        out[n++] = (struct column){c->licences, room};
        allow_licences(room, s, c);
        room += c->n_licence_sets;
    }
    if (INC_HAS(f, INC_FILTER_AVAILABLE_BY)) {
        out[n++] = (struct column){c->from, room};
        allow_days(room, c, INT64_MIN, f->available_by);
        room += c->n_days;
        out[n++] = (struct column){c->until, room};
        allow_days(room, c, f->available_by, INT64_MAX);
        room += c->n_days;
    }
    if (INC_HAS(f, INC_FILTER_UPDATED_SINCE)) {
        out[n++] = (struct column){c->updated, room};
        allow_days(room, c, f->updated_since, INT64_MAX);
        room += c->n_days;
    }
    if (INC_HAS(f, INC_FILTER_LANGUAGE)) {
        out[n++] = (struct column){c->languages, room};
        allow_languages(room, s, c, b);
        room += c->n_language_sets;
    }
    if (f->n_offices > 0) {
        out[n++] = (struct column){c->office, room};
        allow_offices(room, s, c, b);
    }
    return n;
}

static void
scan(uint64_t *bits, const struct column *column, size_t n, uint32_t rows)
{
    for (uint32_t first = 0; first < rows; first += 64) {
        uint32_t end = rows - first < 64 ? rows - first : 64;
        uint64_t word = end == 64 ? UINT64_MAX : (UINT64_C(1) << end) - 1;

        for (size_t c = 0; c < n && word != 0; c++) {
            const uint16_t *codes = column[c].codes + first;
            uint64_t pass = 0;

            for (uint32_t i = 0; i < end; i++)
                pass |= (uint64_t)column[c].allowed[codes[i]] << i;
            word &= pass;
        }
        bits[first / 64] = word;
    }
}

/* ---- the memory of earlier answers ---- */

static struct inc_keep_entry *
find(struct inc_keep *k, uint64_t serial,
     const unsigned char filter[INC_DIGEST], int *hit)
{
    struct inc_keep_entry *set, *oldest;
    uint64_t mix;

    memcpy(&mix, filter, sizeof mix);
    mix += serial * UINT64_C(0x9e3779b97f4a7c15);
    mix ^= mix >> 32;
    set = &k->entries[mix % (INC_KEEP_ENTRIES / INC_KEEP_WAYS) * INC_KEEP_WAYS];
    oldest = set;
    *hit = 0;
    for (int i = 0; i < INC_KEEP_WAYS; i++) {
        if (set[i].serial == serial &&
            memcmp(set[i].filter, filter, INC_DIGEST) == 0) {
            *hit = 1;
            return &set[i];
        }
        if (set[i].used < oldest->used)
            oldest = &set[i];
    }
    return oldest;
}

/* The filters over the block, into bits. */
static enum inc_status
sift(uint64_t *bits, struct inc_keep *k, const struct inc_screen *s,
     const struct inc_block *b)
{
    struct column column[COLUMNS_MAX];
    struct inc_columns c;
    size_t bytes, n;

    inc_block_columns(b, &c);
    bytes = PLACES + c.n_licence_sets + (size_t)3 * c.n_days +
            c.n_language_sets + c.n_offices;
    if (inc_mem_room(&k->allowed, &k->allowed_cap, bytes) != 0)
        return INC_E_NOMEM;
    n = tables(column, k->allowed, s, &c, b);
    scan(bits, column, n, c.rows);
    return INC_OK;
}

void
inc_keep_begin(struct inc_keep *k)
{
    k->pinned = k->clock + 1;
}

enum inc_status
inc_keep_rows(const uint64_t **out, struct inc_keep *k,
              const struct inc_screen *s,
              const unsigned char filter[INC_DIGEST], const struct inc_block *b,
              struct inc_arena *a)
{
    const size_t words = ((size_t)inc_block_rows(b) + 63) / 64;
    struct inc_keep_entry *e;
    enum inc_status st = INC_OK;
    int hit;

    if (k->entries == NULL)
        k->entries = inc_mem_zero(INC_KEEP_ENTRIES, sizeof *k->entries);
    if (k->entries == NULL)
        return INC_E_NOMEM;
    e = find(k, inc_block_serial(b), filter, &hit);
    *(hit ? &k->hits : &k->misses) += 1;
    if (!hit && e->used >= k->pinned) { /* this question needs what is there */
        uint64_t *bits = inc_arena_array(a, words, sizeof *bits);

        *out = bits;
        return bits == NULL ? INC_E_NOMEM : sift(bits, k, s, b);
    }
    e->used = ++k->clock;
    *out = e->bits;
    if (hit)
        return INC_OK;
    e->serial = 0;
    if (inc_mem_room(&e->bits, &e->bits_cap, words * sizeof *e->bits) != 0)
        return INC_E_NOMEM;
    INC_TRY(sift(e->bits, k, s, b));
    e->serial = inc_block_serial(b);
    memcpy(e->filter, filter, INC_DIGEST);
    *out = e->bits;
out:
    return st;
}

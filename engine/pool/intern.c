#include "engine/pool/intern.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/pool/block.h"

/* Of the bytes, eight at a time; only for finding a place in a table. */
static size_t
hash(const unsigned char *at, size_t len)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t h = len * odd, word;

    for (; len >= sizeof word; at += sizeof word, len -= sizeof word) {
        memcpy(&word, at, sizeof word);
        h = (h ^ word) * odd;
        h ^= h >> 29;
    }
    word = 0;
    if (len > 0)
        memcpy(&word, at, len);
    h = (h ^ word) * odd;
    return (size_t)(h ^ h >> 32);
}

static const unsigned char *
value_at(const struct inc_intern *t, uint32_t code)
{
    return t->store + t->at[code] * t->size;
}

static size_t
value_len(const struct inc_intern *t, uint32_t code)
{
    return (t->at[code + 1] - t->at[code]) * t->size;
}

/* Where a value is, or the free slot for it. */
static size_t
find(const struct inc_intern *t, const unsigned char *value, size_t len)
{
    size_t i = hash(value, len) & (t->slots - 1);

    while (t->slot[i] != 0) {
        uint32_t code = t->slot[i] - 1;

        if (value_len(t, code) == len &&
            (len == 0 || memcmp(value_at(t, code), value, len) == 0))
            break;
        i = (i + 1) & (t->slots - 1);
    }
    return i;
}

static int
widen(struct inc_intern *t)
{
    struct inc_intern wide = *t;

    if ((size_t)(t->n + 1) * 2 <= t->slots)
        return 0;
    wide.slots = t->slots == 0 ? 16 : t->slots * 4;
    wide.slot = inc_mem_zero(wide.slots, sizeof *wide.slot);
    if (wide.slot == NULL)
        return -1;
    for (uint32_t code = 0; code < t->n; code++)
        wide.slot[find(&wide, value_at(t, code), value_len(t, code))] =
            code + 1;
    inc_mem_free(t->slot);
    *t = wide;
    return 0;
}

/* Room for one more value of n elements. */
static int
reserve(struct inc_intern *t, size_t n)
{
    void *p = t->at;
    size_t want = (inc_intern_elements(t) + n) * t->size;

    if (inc_mem_grow(&p, &t->at_cap, (size_t)t->n + 1, sizeof *t->at) != 0)
        return -1;
    t->at = p;
    t->at[t->n] = inc_intern_elements(t);
    if (want > t->store_cap || t->store == NULL) {
        size_t cap = want + want / 2 + 64;

        p = inc_mem_resize(t->store, cap, 1);
        if (p == NULL)
            return -1;
        t->store = p;
        t->store_cap = cap;
    }
    return widen(t);
}

int
inc_intern_code(struct inc_intern *t, uint32_t *code, const void *value,
                size_t n)
{
    const size_t len = n * t->size;
    uint32_t from;
    size_t i;

    if (t->slots != 0) {
        i = find(t, value, len);
        if (t->slot[i] != 0) {
            *code = t->slot[i] - 1;
            return 0;
        }
    }
    if (reserve(t, n) != 0)
        return -1;
    i = find(t, value, len);
    from = t->at[t->n];
    if (len > 0)
        memcpy(t->store + from * t->size, value, len);
    t->at[t->n + 1] = from + (uint32_t)n;
    *code = t->n++;
    t->slot[i] = t->n;
    return 0;
}

int
inc_intern_room(const struct inc_intern *t, uint32_t values, size_t elements)
{
    return (size_t)t->n + values <= INC_CODES_MAX &&
           elements <= UINT32_MAX - (size_t)inc_intern_elements(t);
}

uint32_t
inc_intern_elements(const struct inc_intern *t)
{
    return t->n == 0 ? 0 : t->at[t->n];
}

void
inc_intern_reset(struct inc_intern *t)
{
    t->n = 0;
    if (t->slots > 0)
        memset(t->slot, 0, t->slots * sizeof *t->slot);
}

void
inc_intern_release(struct inc_intern *t)
{
    inc_mem_free(t->store);
    inc_mem_free(t->at);
    inc_mem_free(t->slot);
    *t = (struct inc_intern){.size = t->size};
}

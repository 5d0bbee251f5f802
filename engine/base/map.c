#include "engine/base/map.h"

#include <string.h>

#include "engine/base/mem.h"

/* Eight bytes a step, so that a URI costs nine multiplications and not
 * seventy, with a final mix so that the low bits are good. Never stored: the
 * order of the bytes in a word does not matter. */
static uint64_t
hash(const char *key, size_t len)
{
    uint64_t h = UINT64_C(14695981039346656037) ^ len, word;

    for (; len >= sizeof word; key += sizeof word, len -= sizeof word) {
        memcpy(&word, key, sizeof word);
        h = (h ^ word) * UINT64_C(0x9fb21c651e98df25);
        h ^= h >> 32;
    }
    word = 0;
    memcpy(&word, key, len);
    h = (h ^ word) * UINT64_C(0x9fb21c651e98df25);
    h ^= h >> 32;
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 29);
}

static size_t
slot(const struct inc_map *m, const char *key, size_t len)
{
    size_t i = (size_t)hash(key, len) & (m->cap - 1);

    while (m->keys[i] != NULL &&
           (m->lens[i] != len || memcmp(m->keys[i], key, len) != 0))
        i = (i + 1) & (m->cap - 1);
    return i;
}

static enum inc_status
widen(struct inc_map *m)
{
    struct inc_map w = {0};

    w.cap = m->cap == 0 ? 64 : m->cap * 2;
    w.keys = inc_mem_zero(w.cap, sizeof *w.keys);
    w.lens = inc_mem_zero(w.cap, sizeof *w.lens);
    w.values = inc_mem_zero(w.cap, sizeof *w.values);
    if (w.keys == NULL || w.lens == NULL || w.values == NULL) {
        inc_map_release(&w);
        return INC_E_NOMEM;
    }
    for (size_t i = 0; i < m->cap; i++) {
        size_t to;
        if (m->keys[i] == NULL)
            continue;
        to = slot(&w, m->keys[i], m->lens[i]);
        w.keys[to] = m->keys[i];
        w.lens[to] = m->lens[i];
        w.values[to] = m->values[i];
    }
    w.count = m->count;
    inc_map_release(m);
    *m = w;
    return INC_OK;
}

enum inc_status
inc_map_add(struct inc_map *m, const char *key, size_t len, uint32_t value,
            uint32_t *was)
{
    size_t i;

    if (was != NULL)
        *was = INC_MAP_NONE;
    if (len > UINT32_MAX)
        return INC_E_NOMEM;
    if ((m->count + 1) * 2 > m->cap) {
        enum inc_status st = widen(m);
        if (st != INC_OK)
            return st;
    }
    i = slot(m, key, len);
    if (m->keys[i] != NULL) {
        if (was != NULL)
            *was = m->values[i];
        return INC_OK;
    }
    m->keys[i] = key;
    m->lens[i] = (uint32_t)len;
    m->values[i] = value;
    m->count++;
    return INC_OK;
}

uint32_t
inc_map_get(const struct inc_map *m, const char *key, size_t len)
{
    size_t i;

    if (m->cap == 0 || len > UINT32_MAX)
        return INC_MAP_NONE;
    i = slot(m, key, len);
    return m->keys[i] == NULL ? INC_MAP_NONE : m->values[i];
}

void
inc_map_release(struct inc_map *m)
{
    inc_mem_free(m->keys);
    inc_mem_free(m->lens);
    inc_mem_free(m->values);
    memset(m, 0, sizeof *m);
}

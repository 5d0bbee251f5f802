/*
 * map.h - text keys to small numbers: URIs, codes, labels to indices.
 * Built by one thread, then any number of readers. Keys are borrowed: the
 * caller keeps the texts alive as long as the map.
 */
#ifndef INC_BASE_MAP_H
#define INC_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

#define INC_MAP_NONE UINT32_MAX

struct inc_map {
    const char **keys; /* NULL is a free slot */
    uint32_t *lens;
    uint32_t *values;
    size_t cap; /* power of two, or 0 */
    size_t count;
};

/* All zero is an empty map. */

/* Add key -> value unless the key is there; *was (may be NULL) gets the value
 * that was there or INC_MAP_NONE. INC_OK or INC_E_NOMEM. */
enum inc_status inc_map_add(struct inc_map *m, const char *key, size_t len,
                            uint32_t value, uint32_t *was);

/* The value, or INC_MAP_NONE. */
uint32_t inc_map_get(const struct inc_map *m, const char *key, size_t len);

void inc_map_release(struct inc_map *m); /* safe on zeroed memory */

#endif

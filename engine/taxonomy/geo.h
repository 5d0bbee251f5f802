/*
 * geo.h - Italian comuni with coordinates. Floor 2. Immutable after load.
 *
 * From a TSV with the columns istat, nome, sigla, provincia, regione, lat, lon
 * (others are ignored; read by name). Distances are integers from integer
 * arithmetic: the same on every machine.
 */
#ifndef INC_TAXONOMY_GEO_H
#define INC_TAXONOMY_GEO_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

struct inc_geo;

#define INC_NO_COMUNE UINT16_MAX

struct inc_comune {
    const char *istat; /* 6 digits */
    const char *name;
    const char *province; /* sigla, "LU" */
    const char *region;   /* "Toscana" */
    int32_t lat_udeg;     /* millionths of a degree */
    int32_t lon_udeg;
};

enum inc_status inc_geo_load(struct inc_geo **out, const char *path,
                             struct inc_err *err);
void inc_geo_free(struct inc_geo *g);
uint16_t inc_geo_count(const struct inc_geo *g); /* ids 0..count-1, by istat */
const struct inc_comune *inc_geo_comune(const struct inc_geo *g, uint16_t id);
uint16_t inc_geo_find(const struct inc_geo *g, const char *istat, size_t len);
/* Best comuni for a name (typos allowed) or an ISTAT code; how many written. */
size_t inc_geo_search(const struct inc_geo *g, const char *text, size_t len,
                      uint16_t *ids, size_t max);

/* Great-circle distance in metres between two comuni, 0 when the same.
 * Integer-only haversine on a 6,371,009 m sphere (IUGG mean radius), fixed
 * tables and rounding; within 0.2 % of the double computation. */
uint32_t inc_geo_metres(const struct inc_geo *g, uint16_t a, uint16_t b);

enum inc_mode {
    INC_MODE_WALK,
    INC_MODE_BIKE,
    INC_MODE_BUS,
    INC_MODE_CAR,
    INC_MODE_COUNT
};
/* Names on the wire: "walk", "bike", "bus", "car", NULL-ended. */
extern const char *const inc_mode_names[];

/* Minutes one way for a straight-line distance: distance x 1.3 detour over the
 * mode's door-to-door speed plus a fixed start (parameters with their source
 * in docs/matching.md). Rounded up. */
uint32_t inc_geo_minutes(uint32_t metres, enum inc_mode mode);

#endif

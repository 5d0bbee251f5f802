/*
 * crosswalk.h - units of national classifications (CP2011, CP2021 ...) and the
 * occupations they are mapped to, from tables that an office loads. Floor 5,
 * private to engine/link. Immutable once loaded. Which tables, and what their
 * relations count: docs/linking.md, "National classifications".
 */
#ifndef INC_LINK_CROSSWALK_H
#define INC_LINK_CROSSWALK_H

#include "engine/base/map.h"
#include "engine/link/link.h"

#define INC_CROSSWALK_LANG "it" /* of the units' names */

/* How a unit and an occupation are mapped, the nearest first (SKOS). */
enum inc_mapping_relation {
    INC_MAPPING_EXACT,
    INC_MAPPING_CLOSE,
    INC_MAPPING_NARROW,
    INC_MAPPING_BROAD,
    INC_MAPPING_RELATED
};
enum { INC_MAPPING_RELATIONS = INC_MAPPING_RELATED + 1 };

struct inc_mapping {
    uint32_t unit, occupation;
    uint32_t relation;
};

struct inc_unit {
    const char *scheme, *code; /* "CP2021", "5.2.2.1.0" */
    uint32_t first, n;         /* in inc_crosswalk.mapping, nearest first */
};

struct inc_crosswalk {
    char **block; /* [blocks] texts; they never move */
    size_t blocks, blocks_cap, block_used;
    struct inc_map by_code; /* "SCHEME code" -> unit */
    struct inc_unit *unit;
    size_t units, units_cap;
    struct inc_mapping *mapping;
    size_t mappings, mappings_cap;
    uint32_t *name_unit; /* [names] whose name it is */
    struct inc_taxonomy *names;
    struct inc_search *search; /* over the names */
    size_t bytes;
};

/* A table, or a folder of tables (*.csv, *.tsv) in the order of their names.
 * Errors as of inc_linker_crosswalk(). */
enum inc_status inc_crosswalk_load(struct inc_crosswalk **out, const char *path,
                                   const struct inc_taxonomy *t,
                                   struct inc_crosswalk_report *report,
                                   struct inc_err *err);
void inc_crosswalk_free(struct inc_crosswalk *x); /* NULL is fine */

/* What a mapping of that relation is worth, of 10000. */
uint32_t inc_mapping_worth(uint32_t relation);

/*
 * A text that is a code ("5.2.2.1.0", "CP2021 5.2.2.1.0", "ISCO 7212"): what
 * it is mapped to, best first; 0 when it is none, or one that nobody knows.
 *   x  may be NULL: then ISCO's codes alone
 */
size_t inc_link_code(const struct inc_taxonomy *t,
                     const struct inc_crosswalk *x, const char *text,
                     size_t len, int lang, struct inc_link *out, size_t max,
                     int *is_code);

/* --- crosswalk.c and crosswalk_read.c only ------------------------------- */

/* A copy that lives as long as x; NULL without memory. */
const char *inc_crosswalk_text(struct inc_crosswalk *x, const char *text,
                               size_t len);
/* The unit of a scheme and a code, made when it is new. */
enum inc_status inc_crosswalk_unit(struct inc_crosswalk *x, uint32_t *out,
                                   const char *scheme, const char *code,
                                   size_t len, struct inc_err *err);
enum inc_status inc_crosswalk_map(struct inc_crosswalk *x, uint32_t unit,
                                  uint32_t occupation, uint32_t relation,
                                  struct inc_err *err);

/* What tables said, in the order read. */
struct inc_bridge {
    uint32_t from, to; /* units */
};
struct inc_unit_name {
    uint32_t unit;
    const char *text;
};
struct inc_crosswalk_tables {
    struct inc_bridge *bridge;
    size_t bridges, bridges_cap;
    struct inc_unit_name *name;
    size_t names, names_cap;
};
enum inc_status
inc_crosswalk_read(struct inc_crosswalk *x, struct inc_crosswalk_tables *all,
                   const char *path, const struct inc_taxonomy *t,
                   struct inc_crosswalk_report *report, struct inc_err *err);

#endif

/*
 * loader.h - state of one load. Private; dies when the load ends.
 */
#ifndef INC_TAXONOMY_LOADER_H
#define INC_TAXONOMY_LOADER_H

#include "engine/base/csv.h"
#include "engine/taxonomy/folder.h"
#include "engine/taxonomy/inside.h"

/* A concept while files are still being read, in order of first meeting. */
struct draft {
    const char *uri; /* in the text block */
    uint32_t uri_at, uri_len;
    uint32_t code, replaced_by; /* texts, or 0 */
    uint32_t first_line;
    uint32_t first_file, last_file; /* indices of sources */
    uint8_t flags, reuse, bad_type;
};

/* One row of one language file. */
struct row {
    uint32_t concept;
    uint32_t label, description; /* texts, or 0 */
    uint32_t alt, alts;          /* range in loader.alt */
    uint16_t lang;
    uint16_t local;
};

struct drafts {
    struct draft *item;
    size_t n, cap;
    struct row *row;
    size_t rows, row_cap;
    struct inc_map by_uri;
};

struct loader {
    struct inc_taxonomy *t;
    const struct inc_taxonomy_options *o;
    struct sources src;
    uint64_t done; /* bytes of the files already read whole */
    size_t texts_cap;
    uint32_t *slot; /* interned texts: open addressing over offsets */
    size_t slots, interned;
    uint32_t *alt; /* alternative labels of all rows */
    size_t alts, alt_cap;
    struct drafts draft[PILLARS];
    struct inc_buf bytes; /* the file being read */
};

/* A file being read: its reader, and where it stands among the sources. */
struct reading {
    struct inc_csv *csv;
    const struct source *file;
    uint32_t index;
    uint64_t records;
};

/* texts.c: the block. */
enum inc_status inc_texts_init(struct loader *l, struct inc_err *err);
/* The text as it is, or cleaned (invisible characters gone, white space
 * single, none at the ends) and stored once; *dirty says it was not clean. */
enum inc_status inc_texts_add(struct loader *l, uint32_t *at, const char *text,
                              size_t len, struct inc_err *err);
enum inc_status inc_texts_clean(struct loader *l, uint32_t *at, int *dirty,
                                const char *text, size_t len,
                                struct inc_err *err);
/* Give back what was not used. No text may be added afterwards; pointers into
 * the block are no longer good, offsets are. */
void inc_texts_end(struct loader *l);

/* load.c: next record, reporting progress. */
enum inc_status inc_reading_next(struct loader *l, struct reading *r, int *more,
                                 struct inc_err *err);

/* concepts.c */
enum inc_status inc_concepts_read(struct loader *l, struct reading *r,
                                  struct inc_err *err);
/* finish.c: numbers, labels and maps, once every concept file was read. */
enum inc_status inc_concepts_finish(struct loader *l, struct inc_err *err);

/* relations.c: the three relation files, read to the end one after another. */
struct edge {
    uint32_t from, to;
    uint16_t kind; /* 0 essential or forward, 1 optional or backward */
    uint16_t file;
    uint32_t line;
};
struct edges {
    struct edge *item;
    size_t n, cap;
};
struct relations {
    struct edges occupation, broader, related;
};
enum inc_status inc_relations_read(struct loader *l, struct relations *all,
                                   struct reading *r, struct inc_err *err);
enum inc_status inc_relations_finish(struct loader *l, struct relations *all,
                                     struct inc_err *err);
void inc_relations_release(struct relations *all);

/* hierarchy.c: cuts loops, numbers the nodes, finds all ancestors. `broader`
 * is sorted and without repetitions; nodes are skills, then groups. */
enum inc_status inc_hierarchy_build(struct inc_taxonomy *t,
                                    const struct edges *broader,
                                    struct inc_err *err);

#endif

/*
 * answer.h - match replies as msgpack. Floor 6. Shared by the engine and the
 * oracle: what differs is how the numbers were found, never how they read.
 */
#ifndef INC_MATCH_ANSWER_H
#define INC_MATCH_ANSWER_H

#include "engine/base/map.h"
#include "engine/match/explain.h"
#include "engine/match/match.h"
#include "engine/match/ranking.h"
#include "proto/writer.h"

/* Counts of one facet. All values are counted; a page shows the first
 * INC_FACET_VALUES in order of frequency and says how many records the others
 * hold. */
enum { INC_FACETS = 4, INC_FACET_VALUES = 500 };
struct inc_count {
    const char *value; /* lives as long as the image */
    uint64_t count;
};
struct inc_counts {
    const char *name;
    struct inc_count *values; /* [n], owned */
    size_t n, cap;
    struct inc_map numbers; /* value -> index */
    int failed;             /* no memory: the page must not be sent */
};
/* The value must live until the counts are released. */
void inc_facet_count(struct inc_counts *f, const char *value);
void inc_facets_begin(struct inc_counts *facets);   /* [INC_FACETS] */
void inc_facets_release(struct inc_counts *facets); /* [INC_FACETS] */

/* Facets, by what they count. */
enum {
    INC_FACET_PROVINCE,
    INC_FACET_OFFICE,
    INC_FACET_LICENCE,
    INC_FACET_AVAILABILITY
};
/* Facet values of a person; of a row of a block. */
void inc_person_facets(struct inc_counts *facets, const struct inc_person *p,
                       const char *office, const struct inc_geo *geo,
                       const struct inc_match_options *o);
void inc_facets_row(struct inc_counts *facets, const struct inc_block *b,
                    uint32_t row, const struct inc_geo *geo,
                    const struct inc_match_options *o);

/* What a page says besides its items. */
struct inc_sheet {
    const char *subject; /* id of the need or person; "" when inline */
    const struct inc_estate *estate;
    uint64_t generation;
    const struct inc_match_options *options;
    struct inc_ranking *ranking;
    uint64_t considered;
    uint64_t excluded[INC_RULE_COUNT];
    struct inc_counts *facets; /* [n_facets] or NULL */
    size_t n_facets;
    const char *reason; /* why there is no score at all, or NULL */
    uint64_t unscored;  /* match.needs: open needs that ask nothing */
};

void inc_sheet_begin(struct inc_writer *w, const struct inc_sheet *p);
void inc_sheet_end(struct inc_writer *w, const struct inc_sheet *p);

/* One item of a page, or the whole answer of match.pair. */
struct inc_item {
    const char *id;          /* of the person, or of the need */
    uint64_t no;             /* likewise */
    struct inc_trace *trace; /* or NULL */
    const char *need;        /* match.pair only, else NULL */
    uint64_t rank, tied;     /* 0: not ranked (match.pair) */
    struct inc_tally tally;
    const struct inc_line *lines; /* NULL: not explained */
    const struct inc_plan *plan;
    const struct inc_person *person;
    int lang; /* of labels */
};
void inc_item_write(struct inc_writer *w, const struct inc_item *item);

#endif

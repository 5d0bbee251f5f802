/*
 * gone_counts.h - can a recorded answer have been what it is now, with erased
 * people counted beside its rows? Floor 8. Pure but for the store's keys.
 *
 * The register has a digest of the whole answer. Each person erased since was
 * frozen then, or passed a filter or not, or failed one rule, or matched: for
 * every way to share them out the answer is written with these counts, until
 * one has the digest. The ways are few without rules, so this is tried to a
 * bound of work and not beyond.
 */
#ifndef INC_SERVER_GONE_COUNTS_H
#define INC_SERVER_GONE_COUNTS_H

#include "engine/match/match.h"
#include "engine/store/trail.h"

enum inc_counts_fit {
    INC_COUNTS_FIT,      /* the digest says so */
    INC_COUNTS_NONE_FIT, /* all ways were tried */
    INC_COUNTS_UNKNOWN   /* not all could be */
};

struct inc_counts_of {
    const struct inc_store *store;
    const struct inc_trail *entry;
    const struct inc_trail_item *items; /* nobody of them is erased */
    uint32_t n_items;
    const struct inc_outline *now;
    const struct inc_buf *rows; /* the items' bytes as they were told */
    const struct inc_buf *body; /* the reply as it comes out now */
    int full;                   /* the page had as many rows as asked for */
    int facets;                 /* counted: they cannot be made again */
    uint64_t gone;              /* people of then who are erased */
};

enum inc_status inc_counts_fit(const struct inc_counts_of *c,
                               enum inc_counts_fit *out, struct inc_err *err);

#endif

/*
 * gone.h - a recorded answer, compared with what comes out when people who
 * could be matched then have been erased since. Floor 8. Pure but for the
 * store's keys; one thread.
 *
 * Who was not in the answer changes nothing of its rows but how many share the
 * score of the last one (on a later page also the ranks, and the first one's);
 * who was in it leaves a hole. So the rows of the others are compared, with
 * rank and tied as the register and the holes say, by their marks. What stands
 * beside the rows counts the erased too: the digest of the whole answer finds
 * out whether it can have been as it is now with some of them counted. Where
 * somebody in the answer is erased the digest says nothing any more, and what
 * stands beside the rows is not compared. docs/records.md, "Computed again".
 */
#ifndef INC_SERVER_GONE_H
#define INC_SERVER_GONE_H

#include "engine/match/match.h"
#include "engine/store/past.h"
#include "engine/store/trail.h"

enum inc_gone_verdict {
    INC_GONE_WHOLE,    /* byte for byte, digest and all */
    INC_GONE_ROWS,     /* the rows of who is left; see `unchecked` */
    INC_GONE_DIFFERENT /* `why` says where */
};

/* What was not compared. Bits. */
enum {
    INC_UNCHECKED_ROWS = 1,   /* those of erased people */
    INC_UNCHECKED_COUNTS = 2, /* considered, matched, excluded, cursor */
    INC_UNCHECKED_FACETS = 4
};

enum { INC_GONE_WHY = 300 };

struct inc_gone {
    /* in; borrowed */
    const struct inc_store *store;
    const struct inc_past *past; /* of the people matched against */
    const struct inc_trail_row *row;
    const struct inc_match_options *options; /* k as it was asked for */
    const struct inc_outline *outline;
    const struct inc_trail_item *items; /* [n_items] as they come out now, to a
                                           k without the holes */
    uint32_t n_items;
    const struct inc_buf *body; /* the reply as it comes out now */
    struct inc_arena *arena;
    /* out */
    uint32_t holes; /* rows of erased people */
    unsigned unchecked;
    char why[INC_GONE_WHY];
};

/* How many rows of an entry are of people who are erased. */
uint32_t inc_gone_holes(const struct inc_store *s,
                        const struct inc_trail_row *row);

/* INC_E_NOMEM, INC_E_CORRUPT. */
enum inc_status inc_gone_compare(struct inc_gone *g, enum inc_gone_verdict *out,
                                 struct inc_err *err);

#endif

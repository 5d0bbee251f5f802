/*
 * prune.h - the register is kept for a time: what is older goes, and what is
 * left can still be proved. Floor 5. Layout: docs/storage.md, "Register".
 *
 * A cut is a command like any other (INC_OP_REGISTER_PRUNE): journaled, under
 * a request key, decided in one transaction, and signed. From its commit on
 * the register begins after it for everybody who reads. The bytes go in steps
 * afterwards, each a transaction of its own; a row says how far they are, so
 * that a crash leaves a known state that the next opening goes on from. Of an
 * entry that went there remains its leaf of the tree, which is noise without
 * the salt that was in it, and the tree's nodes.
 *
 * Threads: cuts and steps are the writer thread's; the rest any, through a
 * view.
 */
#ifndef INC_STORE_PRUNE_H
#define INC_STORE_PRUNE_H

#include "engine/base/buf.h"
#include "engine/base/seal.h"
#include "engine/store/trail.h"

enum { INC_CUT_ENTRIES = 512 }; /* of one step, at most */

/* The last cut; all zero when there was none. */
struct inc_cut {
    uint64_t no;   /* entries 1..no are pruned */
    uint64_t done; /* of these, the first so many are gone */
    int64_t at_unix_ms;
    int32_t before; /* every entry of this day and later days is kept */
    uint64_t seq;   /* of the journal entry that ordered it */
    unsigned char chain[INC_DIGEST], root[INC_DIGEST]; /* of entries 1..no */
    unsigned char signature[INC_SIGNATURE]; /* of inc_cut_text() without it */
};
enum inc_status inc_cut_get(struct inc_view *v, struct inc_cut *out,
                            struct inc_err *err);
/* Append the cut as text, docs/records.md. */
void inc_cut_text(struct inc_buf *out, const struct inc_store *s,
                  const struct inc_cut *cut);

/*
 * The last entry that a cut before `day` (days since 1970) takes; under the
 * first one that is there: none. It is followed by entries of that day and
 * later ones only, as far as clocks tell: an entry dated after `now_ms` was
 * written with a clock set ahead, and says nothing about when it was.
 */
enum inc_status inc_cut_plan(struct inc_view *v, int32_t day, int64_t now_ms,
                             uint64_t *no, struct inc_err *err);

/* 1 while rows of pruned entries, or the list beside the key file, wait for
 * inc_cut_step(). */
int inc_cut_waits(const struct inc_store *s);
/* Remove some. INC_OK also when nothing waits. */
enum inc_status inc_cut_step(struct inc_store *s, struct inc_err *err);

/* Entries that a backup brought back after they had been pruned, as found at
 * opening: a list beside the key file says from when on the register was kept
 * (docs/operations.md). Nothing prunes them but another cut. */
uint64_t inc_cut_came_back(const struct inc_store *s);

#endif

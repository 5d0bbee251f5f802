/*
 * drafted.h - how drafts fare in use: counts by kind of record, kind of item
 * and fate, for ever, in one small file beside the store. No text, no id of a
 * record, no person. Private to engine/server.
 *
 * The scribe adds, any thread reads; a mutex of its own, which is held over no
 * other lock. The file is written whole and renamed into place before the put
 * is acknowledged; a crash between the commit of the put and that loses the
 * counts of that one draft.
 */
#ifndef INC_SERVER_DRAFTED_H
#define INC_SERVER_DRAFTED_H

#include "engine/base/status.h"
#include "engine/draft/compare.h"

struct inc_drafted_file;

struct inc_drafted_sums {
    uint64_t drafts; /* confirmed */
    uint64_t n[INC_DRAFT_KINDS][INC_DRAFT_FATES];
};

/* path: NULL keeps counts in memory only (tests). INC_E_FORMAT, INC_E_NEWER:
 * the file is not ours; INC_E_IO, INC_E_NOMEM. */
enum inc_status inc_drafted_open(struct inc_drafted_file **out,
                                 const char *path, struct inc_err *err);
void inc_drafted_close(struct inc_drafted_file *f); /* NULL is fine */
/* Add one confirmed draft (NULL: nowhere, and the sums are zero). Trouble with
 * the file is logged; the counts are then written with those of the next
 * draft. */
void inc_drafted_add(struct inc_drafted_file *f, enum inc_record_kind kind,
                     const struct inc_draft_counts *counts);
void inc_drafted_sums(struct inc_drafted_sums *out, struct inc_drafted_file *f,
                      enum inc_record_kind kind);

/* One line of the log: counts are not on the disk. */
void inc_drafted_complain(const struct inc_err *err);

#endif

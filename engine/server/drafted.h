/*
 * drafted.h - how drafts fare in use: counts by kind of record, kind of item
 * and fate, for ever, in one small file beside the store. No text, no id of a
 * record, no person. Private to engine/server.
 *
 * A draft's id carries a mark made with a key of the file over its kind, its
 * day and what was proposed, so that only drafts of this office are counted
 * without keeping any: who invents an id, changes what was proposed or comes
 * after a month is not counted, nor is who names one of the last drafts again.
 *
 * The scribe adds, any thread reads; a mutex of its own, which is held over no
 * other lock. The file is written whole and renamed into place by the scribe's
 * housekeeping and at the end; a crash loses the counts since then.
 */
#ifndef INC_SERVER_DRAFTED_H
#define INC_SERVER_DRAFTED_H

#include "engine/base/hash.h"
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
/* Save, and forget. NULL is fine. */
void inc_drafted_close(struct inc_drafted_file *f);
/* The id of a draft that is given out today (a day number).
 *   digest  of the proposed record, as the schema encodes it
 * With NULL for f it is random. */
void inc_drafted_name(char id[INC_DRAFT_ID + 1],
                      const struct inc_drafted_file *f,
                      enum inc_record_kind kind,
                      const unsigned char digest[INC_DIGEST], int32_t today);
/* 1 when such a draft was given out here within the last month. */
int inc_drafted_is_ours(const struct inc_drafted_file *f, const char *id,
                        enum inc_record_kind kind,
                        const unsigned char digest[INC_DIGEST], int32_t today);
/* Add one confirmed draft (NULL: nowhere, and the sums are zero). */
void inc_drafted_add(struct inc_drafted_file *f, enum inc_record_kind kind,
                     const char *id, const struct inc_draft_counts *counts);
/* Write what is not written yet. Trouble with the file is logged, and tried
 * again the next time. NULL is fine. */
void inc_drafted_save(struct inc_drafted_file *f);
void inc_drafted_sums(struct inc_drafted_sums *out, struct inc_drafted_file *f,
                      enum inc_record_kind kind);

/* One line of the log: counts are not on the disk. */
void inc_drafted_complain(const struct inc_err *err);

#endif

/*
 * compare.h - what a person made of a draft, as counts. Floor 6. Pure; no
 * text, no concept, no person in what comes out.
 */
#ifndef INC_DRAFT_COMPARE_H
#define INC_DRAFT_COMPARE_H

#include "engine/profile/record.h"
#include "proto/drafts.h"

/* Of each kind of item: kept as proposed, changed, added, removed. LEVEL and
 * IMPORTANCE count the skills that were kept. */
struct inc_draft_counts {
    uint32_t n[INC_DRAFT_KINDS][INC_DRAFT_FATES];
};

/* Both records of the kind (need or candidate); the proposed one may lack any
 * field. */
void inc_draft_compare(struct inc_draft_counts *out, enum inc_record_kind kind,
                       const union inc_record *proposed,
                       const union inc_record *confirmed);

#endif

/*
 * record.h - the kinds of record the store keeps. Floor 4.
 * Field meanings: docs/data-model.md; tables: candidate.c, need.c, company.c,
 * user.c.
 */
#ifndef INC_PROFILE_RECORD_H
#define INC_PROFILE_RECORD_H

#include "engine/profile/candidate.h"
#include "engine/profile/company.h"
#include "engine/profile/need.h"
#include "engine/profile/user.h"

enum inc_record_kind {
    INC_RECORD_CANDIDATE,
    INC_RECORD_NEED,
    INC_RECORD_COMPANY,
    INC_RECORD_USER,
    INC_RECORD_KINDS
};

/* "candidate", "need", "company", "user". */
const char *inc_record_name(enum inc_record_kind kind);
const struct inc_type *inc_record_type(enum inc_record_kind kind);

/* Room for any of them. */
union inc_record {
    uint64_t has; /* first member of each */
    struct inc_candidate candidate;
    struct inc_need need;
    struct inc_company company;
    struct inc_user user;
};

/* Members that every kind has. */
const char *inc_record_id(enum inc_record_kind kind, const union inc_record *r);
int64_t inc_record_revision(enum inc_record_kind kind,
                            const union inc_record *r);
/* Sets the field and its `has` bit. `updated` only when absent. */
void inc_record_set_revision(enum inc_record_kind kind, union inc_record *r,
                             int64_t revision);
void inc_record_set_updated(enum inc_record_kind kind, union inc_record *r,
                            int32_t days);

/* 1 when the named field is present. */
#define INC_HAS(record, bit) (((record)->has >> (bit)) & 1u)

#endif

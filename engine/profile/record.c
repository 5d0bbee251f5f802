#include "engine/profile/record.h"

static const struct {
    const char *name;
    const struct inc_type *type;
} kinds[INC_RECORD_KINDS] = {{"candidate", &inc_candidate_type},
                             {"need", &inc_need_type},
                             {"company", &inc_company_type},
                             {"user", &inc_user_type}};

const char *
inc_record_name(enum inc_record_kind kind)
{
    return kinds[kind].name;
}

const struct inc_type *
inc_record_type(enum inc_record_kind kind)
{
    return kinds[kind].type;
}

const char *
inc_record_id(enum inc_record_kind kind, const union inc_record *r)
{
    switch (kind) {
    case INC_RECORD_CANDIDATE:
        return r->candidate.id;
    case INC_RECORD_NEED:
        return r->need.id;
    case INC_RECORD_USER:
        return r->user.id;
    case INC_RECORD_COMPANY:
    case INC_RECORD_KINDS:
    default:
        return r->company.id;
    }
}

int64_t
inc_record_revision(enum inc_record_kind kind, const union inc_record *r)
{
    switch (kind) {
    case INC_RECORD_CANDIDATE:
        return r->candidate.revision;
    case INC_RECORD_NEED:
        return r->need.revision;
    case INC_RECORD_USER:
        return r->user.revision;
    case INC_RECORD_COMPANY:
    case INC_RECORD_KINDS:
    default:
        return r->company.revision;
    }
}

static void
set(union inc_record *r, int64_t *member, unsigned bit, int64_t value)
{
    *member = value;
    r->has |= UINT64_C(1) << bit;
}

void
inc_record_set_revision(enum inc_record_kind kind, union inc_record *r,
                        int64_t revision)
{
    switch (kind) {
    case INC_RECORD_CANDIDATE:
        set(r, &r->candidate.revision, INC_CANDIDATE_REVISION, revision);
        break;
    case INC_RECORD_NEED:
        set(r, &r->need.revision, INC_NEED_REVISION, revision);
        break;
    case INC_RECORD_USER:
        set(r, &r->user.revision, INC_USER_REVISION, revision);
        break;
    case INC_RECORD_COMPANY:
    case INC_RECORD_KINDS:
    default:
        set(r, &r->company.revision, INC_COMPANY_REVISION, revision);
        break;
    }
}

void
inc_record_set_updated(enum inc_record_kind kind, union inc_record *r,
                       int32_t days)
{
    int64_t *member;
    unsigned bit;

    switch (kind) {
    case INC_RECORD_CANDIDATE:
        member = &r->candidate.updated;
        bit = INC_CANDIDATE_UPDATED;
        break;
    case INC_RECORD_NEED:
        member = &r->need.updated;
        bit = INC_NEED_UPDATED;
        break;
    case INC_RECORD_USER:
        member = &r->user.updated;
        bit = INC_USER_UPDATED;
        break;
    case INC_RECORD_COMPANY:
    case INC_RECORD_KINDS:
    default:
        member = &r->company.updated;
        bit = INC_COMPANY_UPDATED;
        break;
    }
    if (!(r->has >> bit & 1))
        set(r, member, bit, days);
}

#include "engine/profile/retention.h"

#include "engine/base/date.h"
#include "engine/profile/record.h"

int32_t
inc_months_later(int32_t day, int64_t months)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    int year, month, d, last;
    int64_t all;

    inc_date_split(day, &year, &month, &d);
    all = (int64_t)year * 12 + month - 1 + months;
    year = (int)(all / 12);
    month = (int)(all % 12) + 1;
    last = lengths[month - 1];
    if (month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0))
        last = 29;
    return inc_date_from(year, month, d < last ? d : last);
}

int
inc_register_latest(int32_t *latest, const struct inc_register_term *t,
                    int32_t today)
{
    int32_t term, least = today - INC_REGISTER_LEAST_DAYS;

    if (t->months == 0)
        return 0;
    term = inc_months_later(today, -t->months);
    *latest = term < least ? term : least;
    return 1;
}

void
inc_retention_of(struct inc_retained *out, const struct inc_retention *r,
                 const struct inc_candidate *c, int32_t today, int seen_days)
{
    *out = (struct inc_retained){.state = INC_RETENTION_KEPT};
    if (r->months == 0 || !INC_HAS(c, INC_CANDIDATE_UPDATED))
        return;
    out->due = inc_months_later((int32_t)c->updated, r->months);
    if (today < out->due)
        return;
    out->state = INC_RETENTION_DUE;
    if (!INC_HAS(c, INC_CANDIDATE_NOTICE) || c->notice < out->due ||
        c->notice > today)
        return;
    out->until = (int32_t)(c->notice + r->notice_days);
    out->state = today < out->until ||
                         (seen_days >= 0 && seen_days < INC_RETENTION_SEEN_DAYS)
                     ? INC_RETENTION_NOTICED
                     : INC_RETENTION_RUN;
}

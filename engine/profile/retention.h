/*
 * retention.h - how long a person's profile is kept. Floor 4. Pure.
 *
 * Who has not been heard of for `months` (counted from `updated`, the last
 * check of the data with her) is due. She is told, which the record keeps as
 * `notice`; when `notice_days` have passed since, her data may go. Nothing goes
 * by itself: this says only what may.
 *
 * The wall clock may be wrong. Set back, it makes nobody due and runs no
 * notice. Set ahead it makes people due early, and a notice run at once; so a
 * notice has run only when the store was also written on `seen_days` other days
 * after it.
 */
#ifndef INC_PROFILE_RETENTION_H
#define INC_PROFILE_RETENTION_H

#include <stdint.h>

#include "engine/profile/candidate.h"

enum { INC_RETENTION_SEEN_DAYS = 5 };

struct inc_retention {
    int64_t months;      /* 0: nobody is ever due */
    int64_t notice_days; /* at least 1 */
    const char *source;  /* what the office rests it on; "" or NULL when it
                            does not say; borrowed */
};

enum inc_retention_state {
    INC_RETENTION_KEPT,    /* not due */
    INC_RETENTION_DUE,     /* no notice that counts */
    INC_RETENTION_NOTICED, /* told; the notice runs */
    INC_RETENTION_RUN      /* may be erased, when somebody says so */
};

/* A notice counts when it was given on the day the person was due or later, and
 * not in the future. */
struct inc_retained {
    enum inc_retention_state state; /* NOTICED also when it would be RUN but
                                       for `seen_days` */
    int32_t due;                    /* first day she is due */
    int32_t until;                  /* NOTICED, RUN: first day it has run */
};

/*
 * `seen_days`: on how many days after the notice's the store was written; asked
 * only when the notice has run by the clock. Negative: not known yet, the state
 * is RUN and the caller asks again with the number.
 */
void inc_retention_of(struct inc_retained *out, const struct inc_retention *r,
                      const struct inc_candidate *c, int32_t today,
                      int seen_days);

/*
 * How long the register of matches is kept. The office says; never shorter than
 * INC_REGISTER_LEAST_DAYS, the six months of Reg. (EU) 2024/1689 art. 26(6)
 * [not verified against the official text].
 */
enum { INC_REGISTER_LEAST_DAYS = 183 };
struct inc_register_term {
    int64_t months;     /* 0: for ever */
    const char *source; /* as above */
};
/* *latest: entries from before this day may be pruned. 0 when none may. */
int inc_register_latest(int32_t *latest, const struct inc_register_term *t,
                        int32_t today);

/* The same day so many months later (earlier, when negative), or the last of a
 * shorter month. */
int32_t inc_months_later(int32_t day, int64_t months);

#endif

/*
 * need.h - what a company asks for: a vacancy, a training need, an LPU slot, a
 * workshop seat, a borsa lavoro, a tirocinio. Floor 4.
 * Described by inc_need_type; filled by proto/schema.h; lives in an arena.
 */
#ifndef INC_PROFILE_NEED_H
#define INC_PROFILE_NEED_H

#include "engine/profile/candidate.h"

enum { INC_REQUIREMENTS_MAX = 128, INC_ALTERNATIVES_MAX = 8 };

enum inc_importance { INC_MUST, INC_SHOULD, INC_NICE, INC_IMPORTANCES };

enum inc_need_kind {
    INC_NEED_VACANCY,
    INC_NEED_FABBISOGNO,
    INC_NEED_LPU,
    INC_NEED_LABORATORIO,
    INC_NEED_BORSA,
    INC_NEED_TIROCINIO
};

struct inc_requirement {
    uint64_t has;
    const char *uri;
    int64_t level; /* 1..4 */
    int64_t importance;
    int64_t weight; /* 1..1000 percent */
    const char **alternatives;
    uint32_t n_alternatives;
    int64_t trainable_hours;
};

struct inc_need_language {
    uint64_t has;
    const char *lang;
    int64_t level; /* CEFR, for every ability */
    int64_t importance;
    int64_t weight;
};

struct inc_need_licence {
    uint64_t has;
    int64_t *any_of;
    uint32_t n_any_of;
    int64_t importance;
    int64_t weight;
};

struct inc_need_education {
    uint64_t has;
    int64_t eqf; /* at least */
    int64_t importance;
    int64_t weight;
};

struct inc_need {
    uint64_t has;
    const char *id;
    int64_t kind;
    const char *title;
    const char *company;
    const char *office;
    const char *comune;
    const char *ateco;
    int64_t seats;
    int64_t start, end, expires; /* days */
    int64_t hours_week;
    struct inc_window *schedule;
    uint32_t n_schedule;
    struct inc_requirement *requirements;
    uint32_t n_requirements;
    struct inc_need_language *languages;
    uint32_t n_languages;
    struct inc_need_licence *licences;
    uint32_t n_licences;
    struct inc_need_education education;
    int64_t tutor;
    int64_t training_hours;
    int64_t closed;
    int64_t updated;
    int64_t revision;
};

extern const struct inc_type inc_need_type;

enum inc_need_field {
    INC_NEED_ID,
    INC_NEED_KIND,
    INC_NEED_TITLE,
    INC_NEED_COMPANY,
    INC_NEED_OFFICE,
    INC_NEED_COMUNE,
    INC_NEED_ATECO,
    INC_NEED_SEATS,
    INC_NEED_START,
    INC_NEED_END,
    INC_NEED_EXPIRES,
    INC_NEED_HOURS_WEEK,
    INC_NEED_SCHEDULE,
    INC_NEED_REQUIREMENTS,
    INC_NEED_LANGUAGES,
    INC_NEED_LICENCES,
    INC_NEED_EDUCATION,
    INC_NEED_TUTOR,
    INC_NEED_TRAINING_HOURS,
    INC_NEED_CLOSED,
    INC_NEED_UPDATED,
    INC_NEED_REVISION
};

#endif

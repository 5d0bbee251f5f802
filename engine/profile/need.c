/* Tables of a company's need. Fields are only ever appended: their place is
 * their number in stored records. */
#include "engine/profile/need.h"

enum {
    ID_MAX = 64,
    OFFICE_MAX = 32,
    COMUNE = 6, /* digits of an ISTAT code */
    TITLE_MAX = 200,
    WEIGHT_MAX = 1000,
    WEIGHT = 100
};

#define NEED INC_FIELD_REQUIRED
#define IMPORTANCE(S)                                                          \
    INC_F_ENUM_OR(S, importance, 0, inc_importance_names, INC_SHOULD,          \
                  "How much it matters.")
#define WEIGHT_OF(S)                                                           \
    INC_F_INT_OR(S, weight, 0, 1, WEIGHT_MAX, WEIGHT,                          \
                 "Percent of the usual weight of its importance.")

#define R struct inc_requirement
static const struct inc_field requirement[] = {
    INC_F_TEXT(R, uri, NEED, 1, INC_URI_MAX,
               "URI of the skill, ESCO or local."),
    INC_F_INT_OR(R, level, 0, 1, INC_LEVEL_MAX, INC_LEVEL_DEFAULT,
                 "1 basic, 2 autonomous, 3 experienced, 4 expert."),
    IMPORTANCE(R),
    WEIGHT_OF(R),
    INC_F_TEXTS(R, alternatives, 0, INC_ALTERNATIVES_MAX, INC_URI_MAX,
                "URIs of skills, any of which will do as well."),
    INC_F_INT(R, trainable_hours, 0, 0, 2000,
              "It can be learned here in so many hours."),
};
#undef R
static const struct inc_type requirement_type = INC_TYPE(
    "requirement", struct inc_requirement, requirement, "A skill asked for.");

static const struct inc_field need_language[] = {
    INC_F_CODE(struct inc_need_language, lang, NEED, 2, 2,
               "ISO 639-1, lower case."),
    INC_F_ENUM(struct inc_need_language, level, NEED, inc_cefr_names,
               "CEFR level asked for in every ability."),
    IMPORTANCE(struct inc_need_language),
    WEIGHT_OF(struct inc_need_language),
};
static const struct inc_type need_language_type =
    INC_TYPE("need_language", struct inc_need_language, need_language,
             "A language asked for.");

static const struct inc_field need_licence[] = {
    {.name = "any_of",
     .doc = "Any one of these will do.",
     .kind = INC_KIND_LIST,
     .item = INC_KIND_ENUM,
     .flags = NEED,
     .offset = offsetof(struct inc_need_licence, any_of),
     .count_offset = offsetof(struct inc_need_licence, n_any_of),
     .min = 1,
     .max = INC_LICENCE_COUNT,
     .names = inc_licence_names},
    IMPORTANCE(struct inc_need_licence),
    WEIGHT_OF(struct inc_need_licence),
};
static const struct inc_type need_licence_type =
    INC_TYPE("need_licence", struct inc_need_licence, need_licence,
             "A licence asked for.");

static const struct inc_field need_education[] = {
    INC_F_INT(struct inc_need_education, eqf, NEED, 1, 8,
              "EQF level at least."),
    IMPORTANCE(struct inc_need_education),
    WEIGHT_OF(struct inc_need_education),
};
static const struct inc_type need_education_type =
    INC_TYPE("need_education", struct inc_need_education, need_education,
             "The education asked for.");

#define N struct inc_need
static const struct inc_field need[] = {
    INC_F_CODE(N, id, NEED | INC_FIELD_KEY, 1, ID_MAX, "Id."),
    INC_F_ENUM_OR(N, kind, 0, inc_need_kind_names, INC_NEED_FABBISOGNO,
                  "What is offered."),
    INC_F_TEXT(N, title, 0, 1, TITLE_MAX, "What the company calls it."),
    INC_F_CODE(N, company, 0, 1, ID_MAX, "Id of the company."),
    INC_F_TEXT(N, office, 0, 1, OFFICE_MAX, "CPI that takes care of it."),
    INC_F_CODE(N, comune, 0, COMUNE, COMUNE,
               "ISTAT code of the unit where the work is done."),
    INC_F_CODE(N, ateco, 0, 2, 8, "ATECO 2025 code, NN[.NN[.N[N]]]."),
    INC_F_INT_OR(N, seats, 0, 1, 10000, 1, "How many people."),
    INC_F_DATE(N, start, 0, "First day of work."),
    INC_F_DATE(N, end, 0, "Last day of work."),
    INC_F_DATE(N, expires, 0, "Last day the need is open."),
    INC_F_INT(N, hours_week, 0, 1, 80, "Hours a week."),
    INC_F_MAPS(N, schedule, 0, INC_WINDOWS_MAX, &inc_window_type,
               "Shifts as worked."),
    INC_F_MAPS(N, requirements, 0, INC_REQUIREMENTS_MAX, &requirement_type,
               "Skills asked for."),
    INC_F_MAPS(N, languages, 0, 32, &need_language_type,
               "Languages asked for."),
    INC_F_MAPS(N, licences, 0, INC_LICENCE_COUNT, &need_licence_type,
               "Licences asked for, each of them."),
    INC_F_MAP(N, education, 0, &need_education_type, "Education asked for."),
    INC_F_BOOL(N, tutor, 0, "A tutor is named at the workplace."),
    INC_F_INT(N, training_hours, 0, 0, 5000, "Hours of training offered."),
    INC_F_BOOL(N, closed, 0, "Takes no part in any match."),
    INC_F_DATE(N, updated, 0, "Last check of the data."),
    INC_F_INT(N, revision, INC_FIELD_READONLY, 0, INT64_MAX,
              "1, 2, ...: counts the changes."),
};
const struct inc_type inc_need_type =
    INC_TYPE("need", struct inc_need, need, "What a company asks for.");

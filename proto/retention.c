/* Tables of the operations on how long data is kept. */
#include "proto/retention.h"

#include "proto/bodies.h"

enum { LIMIT_MAX = 1000, LIMIT_DEFAULT = 100, SOURCE_MAX = 1000 };

#define NEED INC_FIELD_REQUIRED

#define S struct inc_retention_list
static const struct inc_field retention_list[] = {
    INC_F_CODE(S, id, 0, 1, INC_ID_MAX, "Only this person, due or not."),
    INC_F_INT_OR(S, limit, 0, 1, LIMIT_MAX, LIMIT_DEFAULT, "People a page."),
    INC_F_CODE(S, after, 0, 1, INC_ID_MAX,
               "`next` of the page before; absent: the first page."),
    INC_F_TEXT(S, office, 0, 1, 32, "Only people of this office."),
};
#undef S
const struct inc_type inc_retention_list_type =
    INC_TYPE("retention_list", struct inc_retention_list, retention_list,
             "Whose profile has been kept as long as the office says.");

const char *const inc_retention_states[] = {"kept", "due", "noticed", "run",
                                            NULL};
#define S struct inc_retention_item
static const struct inc_field retention_item[] = {
    INC_F_CODE(S, id, NEED, 1, INC_ID_MAX, "The person."),
    INC_F_TEXT(S, office, 0, 1, 32, "The office that keeps the record."),
    INC_F_ENUM(
        S, state, NEED, inc_retention_states,
        "`kept`: not due; `due`: to be told; `noticed`: told, the notice "
        "runs; `run`: may be erased."),
    INC_F_DATE(S, updated, 0, "Last check of the data with the person."),
    INC_F_DATE(S, due, 0, "First day she is due."),
    INC_F_DATE(S, notice, 0, "Day she was told; absent: no notice counts."),
    INC_F_DATE(S, until, 0,
               "First day the notice has run by the calendar. It has not when "
               "the store was written on fewer than 5 days since."),
    INC_F_BOOL(S, frozen, 0, "She takes no part in any match."),
    INC_F_INT(S, revision, NEED, 0, INT64_MAX, "Of the profile."),
};
#undef S
static const struct inc_type retention_item_type =
    INC_TYPE("retention_item", struct inc_retention_item, retention_item,
             "How long one person's profile is kept.");

#define S struct inc_retention_page
static const struct inc_field retention_page[] = {
    INC_F_DATE(S, today, NEED, "The daemon's day (UTC)."),
    INC_F_INT(S, months, NEED, 0, INT64_MAX,
              "Months without a check of the data; 0: nobody is ever due."),
    INC_F_INT(S, notice_days, NEED, 0, INT64_MAX, "Days a notice runs."),
    INC_F_TEXT(S, source, NEED, 0, SOURCE_MAX,
               "What the office rests this on, with its date."),
    INC_F_MAPS(S, items, NEED, LIMIT_MAX, &retention_item_type,
               "In order of id."),
    INC_F_CODE(S, next, 0, 1, INC_ID_MAX,
               "`after` of the next page; absent on the last. A page may be "
               "empty and not be the last."),
};
#undef S
const struct inc_type inc_retention_page_type =
    INC_TYPE("retention_page", struct inc_retention_page, retention_page,
             "People who are due.");

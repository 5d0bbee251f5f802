/* Tables of the request bodies, one type after another as in bodies.h. */
#include "proto/bodies.h"

enum {
    LIMIT_MAX = 1000,
    LIMIT_DEFAULT = 100,
    CONCEPTS_DEFAULT = 10,
    NEAR_DEFAULT = 8,
    FILTER_MAX = 1000, /* values of one filter */
    TEXT_MAX = 200,
    CURSOR_MAX = 200,
    URI_MAX = 200,
    KEY_DIGITS = 32
};

#define ID(S) INC_F_CODE(S, id, INC_FIELD_REQUIRED, 1, INC_ID_MAX, "Id.")
#define IF_REVISION(S, DOC) INC_F_INT(S, if_revision, 0, 0, INT64_MAX, DOC)
#define LANG(S)                                                                \
    INC_F_CODE_OR(S, lang, 0, 2, 2, "it", "Language of labels, ISO 639-1.")

struct empty {
    uint64_t has;
};
const struct inc_type inc_empty_type = {
    .name = "empty", .doc = "No fields.", .size = sizeof(struct empty)};

static const struct inc_field by_id[] = {ID(struct inc_by_id)};
const struct inc_type inc_by_id_type =
    INC_TYPE("by_id", struct inc_by_id, by_id, "One record by its id.");

static const struct inc_field by_id_write[] = {
    ID(struct inc_by_id_write),
    IF_REVISION(struct inc_by_id_write,
                "Refuse (conflict) unless the record has this revision."),
};
const struct inc_type inc_by_id_write_type =
    INC_TYPE("by_id_write", struct inc_by_id_write, by_id_write,
             "One record to change, by its id.");

#define PUT(HOLDS)                                                             \
    INC_F_RECORD(struct inc_put, record, INC_FIELD_REQUIRED, HOLDS,            \
                 "The whole record; its revision is ignored."),                \
        IF_REVISION(struct inc_put,                                            \
                    "Refuse (conflict) unless the stored record has this "     \
                    "revision; 0: unless there is none."),                     \
        INC_F_BOOL(struct inc_put, dry_run, 0,                                 \
                   "Check only, store nothing. Absent: false.")
#define DRAFTED                                                                \
    INC_F_MAP(struct inc_put, draft, 0, &inc_draft_confirmed_type,             \
              "The draft that this confirms: what was changed is counted. "    \
              "Not in a put_many.")
static const struct inc_field candidate_put[] = {PUT("candidate"), DRAFTED};
static const struct inc_field need_put[] = {PUT("need"), DRAFTED};
static const struct inc_field company_put[] = {PUT("company")};
static const struct inc_field vault_put[] = {PUT("vault")};
static const struct inc_field user_put[] = {PUT("user")};
const struct inc_type inc_candidate_put_type = INC_TYPE(
    "candidate_put", struct inc_put, candidate_put, "A candidate to store.");
const struct inc_type inc_need_put_type =
    INC_TYPE("need_put", struct inc_put, need_put, "A need to store.");
const struct inc_type inc_company_put_type =
    INC_TYPE("company_put", struct inc_put, company_put, "A company to store.");
const struct inc_type inc_user_put_type =
    INC_TYPE("user_put", struct inc_put, user_put, "A user to store.");

static const struct inc_field user_rotate[] = {
    ID(struct inc_user_rotate),
    INC_F_TEXT(struct inc_user_rotate, key, INC_FIELD_REQUIRED, 40, 40,
               "The new public key, 40 characters of Z85."),
};
const struct inc_type inc_user_rotate_type =
    INC_TYPE("user_rotate", struct inc_user_rotate, user_rotate,
             "A user and a new public key.");

const struct inc_type inc_vault_put_type = INC_TYPE(
    "vault_put", struct inc_put, vault_put, "A vault record to store.");

static const struct inc_field person_export[] = {
    ID(struct inc_person_export),
    INC_F_INT_OR(struct inc_person_export, after, 0, 0, INT64_MAX, 0,
                 "As `next` of the page before; absent: the first page."),
};
const struct inc_type inc_person_export_type =
    INC_TYPE("person_export", struct inc_person_export, person_export,
             "One page of what is stored about a person.");

static const struct inc_field put_many[] = {
    INC_F_RECORDS(struct inc_put_many, puts, INC_FIELD_REQUIRED, INC_PUTS_MAX,
                  NULL, "Each as the body of the put of one record."),
    INC_F_CODES(struct inc_put_many, keys, 0, INC_PUTS_MAX, KEY_DIGITS,
                "The request key of each put, 32 hex digits, as many as puts. "
                "Absent: made from the request's own key, so the whole "
                "request must be repeated as it was."),
};
const struct inc_type inc_put_many_type =
    INC_TYPE("put_many", struct inc_put_many, put_many,
             "Many records to store; each is judged by itself.");

static const struct inc_field patch[] = {
    ID(struct inc_patch),
    INC_F_RECORD(struct inc_patch, set, INC_FIELD_REQUIRED, NULL,
                 "Fields of the record to replace, whole lists and maps; null "
                 "removes a field. Not id, not revision."),
    IF_REVISION(struct inc_patch,
                "Refuse (conflict) unless the record has this revision."),
};
const struct inc_type inc_patch_type = INC_TYPE(
    "patch", struct inc_patch, patch, "Some fields of a stored record.");

static const struct inc_field list[] = {
    INC_F_INT_OR(struct inc_list, limit, 0, 1, LIMIT_MAX, LIMIT_DEFAULT,
                 "Records a page."),
    INC_F_TEXT(struct inc_list, cursor, 0, 1, CURSOR_MAX,
               "As the page before gave it; absent: the first page."),
    INC_F_TEXT(struct inc_list, office, 0, 1, 32,
               "Only records of this office."),
};
const struct inc_type inc_list_type =
    INC_TYPE("list", struct inc_list, list, "One page of records.");

static const struct inc_field filters[] = {
    INC_F_CODES(struct inc_filters, comuni, 0, FILTER_MAX, 6,
                "ISTAT codes; any of these."),
    INC_F_CODES(struct inc_filters, provinces, 0, 200, 2,
                "Sigle (LU, PI); any of these."),
    INC_F_TEXTS(struct inc_filters, regions, 0, 20, 64,
                "Names of regions as in the list of comuni; any of these."),
    INC_F_INT(struct inc_filters, radius_km, 0, 1, 2000,
              "Straight line, in km, from the comune of the need (of the "
              "person for match.needs)."),
    INC_F_DATE(struct inc_filters, available_by, 0,
               "match.people only: availability does not begin after this date "
               "nor end before it; unknown passes."),
    INC_F_CODE(struct inc_filters, language, 0, 2, 2,
               "match.people only: speaks this language, ISO 639-1."),
    INC_F_ENUM(struct inc_filters, language_level, 0, inc_cefr_names,
               "With language: at least this CEFR level in every ability."),
    INC_F_ENUMS(struct inc_filters, licences, 0, 32, inc_licence_names,
                "match.people only: all of these held."),
    INC_F_TEXTS(struct inc_filters, offices, 0, FILTER_MAX, 32,
                "Offices that keep the record; any of these."),
    INC_F_DATE(struct inc_filters, updated_since, 0,
               "Data checked on or after this date."),
    INC_F_ENUMS(struct inc_filters, kinds, 0, 8, inc_need_kind_names,
                "match.needs only: any of these kinds."),
};
const struct inc_type inc_filters_type = INC_TYPE(
    "filters", struct inc_filters, filters,
    "Who takes part. All given filters must pass. Where nothing else is "
    "said, unknown does not pass.");

static const struct inc_field match_options[] = {
    INC_F_INT_OR(struct inc_match_options, k, 0, 1, INC_K_MAX, INC_K_DEFAULT,
                 "Items a page."),
    INC_F_TEXT(struct inc_match_options, cursor, 0, 1, CURSOR_MAX,
               "As the page before gave it; absent: the first page."),
    INC_F_MAP(struct inc_match_options, filters, 0, &inc_filters_type,
              "Who takes part."),
    INC_F_ENUMS(struct inc_match_options, rules, 0, 16, inc_rule_names,
                "Hard rules: who fails one is left out and counted; unknown "
                "passes."),
    INC_F_DATE(struct inc_match_options, as_of, 0,
               "Match as on this date. Absent: today, UTC."),
    INC_F_ENUM_OR(struct inc_match_options, attitude, 0, inc_attitude_names,
                  INC_PRUDENT, "How unknown counts in the score."),
    INC_F_BOOL_OR(struct inc_match_options, explain, 0, 1,
                  "Send the lines that make up each score."),
    INC_F_BOOL_OR(struct inc_match_options, facets, 0, 0,
                  "Count the matched by province, office and so on."),
    LANG(struct inc_match_options),
};
const struct inc_type inc_match_options_type =
    INC_TYPE("match_options", struct inc_match_options, match_options,
             "What match.people and match.needs share.");

static const struct inc_field match_people[] = {
    INC_F_CODE(struct inc_match_people, id, 0, 1, INC_ID_MAX,
               "A stored need; this or need, not both."),
    INC_F_RECORD(struct inc_match_people, need, 0, "need",
                 "A need given here, not stored."),
    INC_F_MAP(struct inc_match_people, options, 0, &inc_match_options_type,
              "How to match."),
};
const struct inc_type inc_match_people_type =
    INC_TYPE("match_people", struct inc_match_people, match_people,
             "Which need, and how.");

static const struct inc_field match_needs[] = {
    INC_F_CODE(struct inc_match_needs, id, 0, 1, INC_ID_MAX,
               "A stored person; this or candidate, not both."),
    INC_F_RECORD(struct inc_match_needs, candidate, 0, "candidate",
                 "A profile given here, not stored."),
    INC_F_MAP(struct inc_match_needs, options, 0, &inc_match_options_type,
              "How to match."),
};
const struct inc_type inc_match_needs_type =
    INC_TYPE("match_needs", struct inc_match_needs, match_needs,
             "Which person, and how.");

static const struct inc_field match_pair[] = {
    INC_F_CODE(struct inc_match_pair, need, INC_FIELD_REQUIRED, 1, INC_ID_MAX,
               "A stored need."),
    INC_F_CODE(struct inc_match_pair, candidate, INC_FIELD_REQUIRED, 1,
               INC_ID_MAX, "A stored person."),
    INC_F_DATE(struct inc_match_pair, as_of, 0,
               "Match as on this date. Absent: today, UTC."),
    INC_F_ENUM_OR(struct inc_match_pair, attitude, 0, inc_attitude_names,
                  INC_PRUDENT, "How unknown counts in the score."),
    LANG(struct inc_match_pair),
};
const struct inc_type inc_match_pair_type =
    INC_TYPE("match_pair", struct inc_match_pair, match_pair,
             "One person against one need.");

static const struct inc_field concept_find[] = {
    INC_F_TEXT(struct inc_concept_find, text, INC_FIELD_REQUIRED, 1, TEXT_MAX,
               "Words, as a person types them."),
    INC_F_ENUM_OR(struct inc_concept_find, pillar, 0, inc_pillar_names, 0,
                  "What to look for."),
    INC_F_CODE_OR(struct inc_concept_find, lang, 0, 2, 2, "it",
                  "Language preferred, ISO 639-1."),
    INC_F_INT_OR(struct inc_concept_find, k, 0, 1, 100, CONCEPTS_DEFAULT,
                 "At most so many."),
};
const struct inc_type inc_concept_find_type =
    INC_TYPE("concept_find", struct inc_concept_find, concept_find,
             "A search for concepts.");

static const struct inc_field concept_get[] = {
    INC_F_TEXT(struct inc_concept_get, uri, INC_FIELD_REQUIRED, 1, URI_MAX,
               "URI of a skill or an occupation."),
    LANG(struct inc_concept_get),
    INC_F_INT_OR(struct inc_concept_get, k, 0, 0, 100, NEAR_DEFAULT,
                 "Nearest concepts to list."),
};
const struct inc_type inc_concept_get_type = INC_TYPE(
    "concept_get", struct inc_concept_get, concept_get, "One concept.");

static const struct inc_field comune_find[] = {
    INC_F_TEXT(struct inc_comune_find, text, INC_FIELD_REQUIRED, 1, TEXT_MAX,
               "Name or part of it."),
    INC_F_INT_OR(struct inc_comune_find, k, 0, 1, 100, CONCEPTS_DEFAULT,
                 "At most so many."),
};
const struct inc_type inc_comune_find_type = INC_TYPE(
    "comune_find", struct inc_comune_find, comune_find, "A search for comuni.");

static const struct inc_field event_list[] = {
    INC_F_INT_OR(struct inc_event_list, after, 0, 0, INT64_MAX, 0,
                 "Events with a higher number."),
    INC_F_INT_OR(struct inc_event_list, limit, 0, 1, LIMIT_MAX, LIMIT_DEFAULT,
                 "Events a page."),
    INC_F_CODE(struct inc_event_list, need, 0, 1, INC_ID_MAX,
               "Only events of this need."),
};
const struct inc_type inc_event_list_type =
    INC_TYPE("event_list", struct inc_event_list, event_list,
             "One page of what the standing match found.");

static const struct inc_field journal_list[] = {
    INC_F_INT_OR(struct inc_journal_list, after, 0, 0, INT64_MAX, 0,
                 "Entries with a higher number."),
    INC_F_INT_OR(struct inc_journal_list, limit, 0, 1, LIMIT_MAX, LIMIT_DEFAULT,
                 "Entries a page."),
};
const struct inc_type inc_journal_list_type =
    INC_TYPE("journal_list", struct inc_journal_list, journal_list,
             "One page of the journal.");

static const struct inc_field backup[] = {
    INC_F_CODE(struct inc_backup, name, INC_FIELD_REQUIRED, 1, INC_ID_MAX,
               "Of the new folder under the backup folder; no leading dot."),
};
const struct inc_type inc_backup_type =
    INC_TYPE("backup", struct inc_backup, backup, "Where to copy the store.");

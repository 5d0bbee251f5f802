/* Tables of the replies to match operations. */
#include "proto/names.h"
#include "proto/replies.h"

enum {
    BP = 10000,
    LABEL_MAX = 2000,
    ID_MAX = 64,
    URI_MAX = 200,
    ITEMS_MAX = 1000,
    /* 128 requirements, languages, licences, education, affinity, soft ones */
    LINES_MAX = 400,
    FACET_VALUES_MAX = 10000
};

const char *const inc_line_kind_names[] = {"requirement", "language", "licence",
                                           "education",   "affinity", "trades",
                                           "distance",    "hours",    NULL};
const char *const inc_line_status_names[] = {"met", "partly", "unknown",
                                             "not_met", NULL};
const char *const inc_why_names[] = {
    "exact", "alternative", "similar",   "level_low", "evidence",
    "old",   "implied",     "missing",   "not_asked", "below",
    "far",   "short_hours", "trainable", NULL};

#define COUNT(S, M, FLAGS, DOC) INC_F_INT(S, M, FLAGS, 0, INT64_MAX, DOC)
#define NEED INC_FIELD_REQUIRED

#define L struct inc_match_line
static const struct inc_field match_line[] = {
    INC_F_ENUM(L, kind, NEED, inc_line_kind_names, "What the line is about."),
    INC_F_ENUM(L, status, NEED, inc_line_status_names, "How it is met."),
    INC_F_ENUMS(L, why, 0, INC_WHYS, inc_why_names,
                "Reasons, most important first."),
    INC_F_INT(L, points, NEED, -BP, BP,
              "What it gives to the score, basis points; 0 or less in distance "
              "and hours lines, which take away."),
    INC_F_INT(L, lo, NEED, -BP, BP, "Points if every unknown turns out bad."),
    INC_F_INT(L, hi, NEED, -BP, BP, "Points if every unknown turns out good."),
    INC_F_INT(L, max, NEED, 0, BP,
              "Points if fully met; 0 in distance and hours lines."),
    INC_F_TEXT(L, uri, 0, 1, URI_MAX,
               "Skill asked for; in a trades line the occupation most shared."),
    INC_F_TEXT(L, label, 0, 0, LABEL_MAX, "Its label."),
    INC_F_INT(L, level, 0, 0, 6,
              "Level asked for: 0-4 of a skill, 1-8 of an EQF in `want`."),
    INC_F_ENUM(L, importance, 0, inc_importance_names, "Importance."),
    INC_F_INT(L, weight, 0, 1, 1000, "Weight the need gives it, percent."),
    COUNT(L, idf, 0, "Rarity of the skill among occupations, in sixteenths."),
    INC_F_TEXTS(L, alternatives, 0, 8, LABEL_MAX,
                "Labels of the alternatives."),
    INC_F_TEXT(L, by_uri, 0, 1, URI_MAX, "The person's skill that supplied."),
    INC_F_TEXT(L, by_label, 0, 0, LABEL_MAX, "Its label."),
    INC_F_INT(L, by_level, 0, 0, 4, "Its level."),
    INC_F_ENUM(L, by_evidence, 0, inc_shown_names, "Its evidence."),
    INC_F_DATE(L, by_last_used, 0,
               "When last used, by half-years: 1 January or 1 July."),
    INC_F_TEXT(L, implied_by, 0, 0, LABEL_MAX,
               "Label of the occupation that implies the skill."),
    INC_F_INT(L, cosine, 0, 0, BP,
              "Similarity of the two skills, basis points."),
    INC_F_INT(L, quality, 0, 0, BP,
              "What level, evidence and time leave of it, basis points."),
    INC_F_CODE(L, lang, 0, 2, 2, "Language asked for, ISO 639-1."),
    INC_F_TEXT(L, have, 0, 0, LABEL_MAX,
               "What the person has: CEFR by ability, licences, EQF."),
    INC_F_TEXT(L, want, 0, 0, LABEL_MAX, "What is asked for, likewise."),
    COUNT(L, metres, 0, "Straight line between the comuni."),
    COUNT(L, minutes, 0, "Estimated journey one way."),
    INC_F_ENUM(L, mode, 0, inc_travel_names, "Means the minutes are for."),
    COUNT(L, limit_minutes, 0,
          "The person's limit one way, or 60 when not given."),
    COUNT(L, overlap_minutes, 0,
          "Minutes a week of the schedule the person can work."),
    COUNT(L, schedule_minutes, 0, "Minutes a week of the schedule."),
    INC_F_INT(L, trainable_hours, 0, 0, 2000,
              "Hours in which it can be learned there."),
    INC_F_TEXT(L, also_uri, 0, 1, URI_MAX,
               "A similar skill that gives more points than the one that meets "
               "the requirement: the points come from it."),
    INC_F_TEXT(L, also_label, 0, 0, LABEL_MAX, "Its label."),
    INC_F_INT(L, also_cosine, 0, 0, BP, "Its similarity, basis points."),
};
#undef L
const struct inc_type inc_match_line_type = INC_TYPE(
    "match_line", struct inc_match_line, match_line,
    "One line of an explanation. The points of all lines add up to the "
    "score exactly.");

#define I struct inc_match_item
static const struct inc_field match_item[] = {
    INC_F_INT(I, rank, 0, 1, INT64_MAX,
              "1 is best; equal scores have equal ranks. Not in match.pair."),
    INC_F_INT(I, tied, 0, 1, INT64_MAX,
              "How many share this score, this one included."),
    INC_F_CODE(I, id, 0, 1, ID_MAX,
               "The person (match.people) or the need (match.needs)."),
    INC_F_CODE(I, need, 0, 1, ID_MAX, "In match.pair: the need."),
    INC_F_CODE(I, candidate, 0, 1, ID_MAX, "In match.pair: the person."),
    INC_F_INT(I, score, 0, 0, BP,
              "Basis points; absent when the need asks for nothing."),
    INC_F_INT(I, lo, 0, 0, BP, "Score if every unknown turns out bad."),
    INC_F_INT(I, hi, 0, 0, BP, "Score if every unknown turns out good."),
    INC_F_CODE(I, reason, 0, 1, 40,
               "Error code that says why there is no score: nothing_asked."),
    INC_F_MAPS(I, lines, 0, LINES_MAX, &inc_match_line_type,
               "The explanation; absent with explain false."),
};
#undef I
const struct inc_type inc_match_item_type =
    INC_TYPE("match_item", struct inc_match_item, match_item,
             "One person against one need.");

static const struct inc_field excluded[] = {
    INC_F_CODE(struct inc_excluded, rule, NEED, 1, 40, "Name of the rule."),
    COUNT(struct inc_excluded, count, NEED, "Records that fail it."),
};
static const struct inc_type excluded_type =
    INC_TYPE("excluded", struct inc_excluded, excluded,
             "How many a hard rule left out.");

static const struct inc_field facet_value[] = {
    INC_F_TEXT(struct inc_facet_value, value, NEED, 0, 200, "A value."),
    COUNT(struct inc_facet_value, count, NEED, "Records that have it."),
};
static const struct inc_type facet_value_type = INC_TYPE(
    "facet_value", struct inc_facet_value, facet_value, "Count of one value.");

static const struct inc_field facet[] = {
    INC_F_CODE(struct inc_facet, name, NEED, 1, 40, "What is counted."),
    INC_F_MAPS(struct inc_facet, values, NEED, FACET_VALUES_MAX,
               &facet_value_type, "Counts, highest first, 500 at most."),
    COUNT(struct inc_facet, others, 0, "Records that hold other values."),
};
static const struct inc_type facet_type = INC_TYPE(
    "facet", struct inc_facet, facet, "Counts of the matched records.");

#define P struct inc_match_page
static const struct inc_field match_page[] = {
    INC_F_CODE(P, id, 0, 1, ID_MAX,
               "The need or the person asked about; absent when inline and "
               "without id."),
    INC_F_DATE(P, as_of, NEED, "The date it was matched for."),
    INC_F_ENUM(P, attitude, NEED, inc_attitude_names,
               "How unknown counts in the score."),
    COUNT(P, generation, NEED,
          "Journal number of the last command in the image matched on."),
    INC_F_TEXT(P, taxonomy, NEED, 0, 200, "Version of the taxonomy."),
    INC_F_CODE(P, space, NEED, 0, 64, "Digest of the skill space, hex."),
    COUNT(P, considered, NEED, "People not frozen, or needs not closed."),
    COUNT(P, matched, NEED, "Of these, records that pass filters and rules."),
    INC_F_CODE(P, reason, 0, 1, 40,
               "Error code that says why nobody has a score: nothing_asked."),
    COUNT(P, unscored, 0,
          "match.needs: needs left out because they ask nothing."),
    INC_F_MAPS(P, excluded, 0, 16, &excluded_type,
               "What each rule left out; a record that fails two counts under "
               "the first in the order of the rules."),
    INC_F_MAPS(P, items, NEED, ITEMS_MAX, &inc_match_item_type, "Best first."),
    INC_F_TEXT(P, cursor, 0, 1, 200, "For the next page; absent on the last."),
    INC_F_BOOL(P, changed, 0,
               "The pool changed since the page before: items may repeat or be "
               "missed."),
    INC_F_MAPS(P, facets, 0, 16, &facet_type, "Counts, when asked for."),
};
#undef P
const struct inc_type inc_match_page_type = INC_TYPE(
    "match_page", struct inc_match_page, match_page, "A page of a ranking.");

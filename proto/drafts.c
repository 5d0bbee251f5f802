/* Tables of `draft` and `quality.drafts`. */
#include "proto/drafts.h"

#include "proto/bodies.h"
#include "proto/names.h"

enum {
    LABEL_MAX = 2000,
    URI_MAX = 200,
    FIELD_MAX = 64,
    RULE_MAX = 64,
    ITEMS_MAX = 1000,
    WHOLE = 10000
};
#define NEED INC_FIELD_REQUIRED

const char *const inc_draft_kind_names[] = {
    "occupation", "skill",     "language",   "licence", "hours",
    "place",      "education", "seats",      "start",   "contract",
    "mobility",   "level",     "importance", "expires", NULL};
const char *const inc_draft_of_names[] = {"need", "candidate", NULL};

#define S struct inc_draft_fact
/* The name on the wire is not that of the member: cefr[0..4]. */
#define ABILITY(NAME, I, DOC)                                                  \
    {                                                                          \
        .name = (NAME), .doc = (DOC), .kind = INC_KIND_ENUM,                   \
        .offset = offsetof(S, cefr) + (I) * sizeof(int64_t),                   \
        .names = inc_cefr_names                                                \
    }
static const struct inc_field draft_fact[] = {
    INC_F_ENUM(S, kind, NEED, inc_draft_kind_names,
               "What it is about; level and importance cannot be."),
    INC_F_INT(S, at, NEED, 0, INC_DRAFT_TEXT_MAX,
              "First byte of the text it stands on."),
    INC_F_INT(S, len, NEED, 1, INC_DRAFT_TEXT_MAX,
              "Bytes of it; they hold a word or a number."),
    INC_F_TEXT(S, uri, 0, 1, URI_MAX,
               "Concept of a skill or an occupation. One the taxonomy does not "
               "know is noted, and the words are read instead. An occupation "
               "without one: the words name it."),
    INC_F_TEXT(S, value, 0, 1, FIELD_MAX,
               "Language: ISO 639-1. Licence: one code. Place: ISTAT code, or "
               "the province of the comune that the words name. Hours: "
               "full_time, part_time. Contract: tempo_determinato ... "
               "Mobility: car, bus ... Occupation: wish."),
    INC_F_INT(S, number, 0, 0, WHOLE,
              "Months of an occupation (of a need: asked for), hours a week, "
              "seats, EQF level, minutes of a journey."),
    INC_F_INT(S, level, 0, 1, 4, "Of a skill."),
    INC_F_ENUM(S, importance, 0, inc_importance_names, "In a need."),
    ABILITY("listening", 0, "CEFR level of a language."),
    ABILITY("reading", 1, "CEFR level of a language."),
    ABILITY("interaction", 2, "CEFR level of a language."),
    ABILITY("production", 3, "CEFR level of a language."),
    ABILITY("writing", 4, "CEFR level of a language."),
    INC_F_DATE(S, date, 0, "Of a start or an expiry."),
};
#undef ABILITY
#undef S
static const struct inc_type draft_fact_type = INC_TYPE(
    "draft_fact", struct inc_draft_fact, draft_fact,
    "What a document states in a field of its own, not only in words.");

static const struct inc_field draft_request[] = {
    INC_F_TEXT(struct inc_draft_request, text, NEED, 1, INC_DRAFT_TEXT_MAX,
               "An advert, a CV, notes, a sentence; plain or HTML. Never "
               "stored, never logged."),
    INC_F_ENUM(struct inc_draft_request, kind, NEED, inc_draft_of_names,
               "What to make of it."),
    INC_F_CODE_OR(struct inc_draft_request, lang, 0, 2, 2, "it",
                  "Language of labels, ISO 639-1."),
    INC_F_BOOL_OR(struct inc_draft_request, essentials, 0, 0,
                  "Add the essential skills of the occupation found, with the "
                  "rule essential_of_occupation."),
    INC_F_MAPS(struct inc_draft_request, facts, 0, INC_DRAFT_FACTS,
               &draft_fact_type,
               "What the document that the text comes from states in fields: "
               "taken before what its words say, with the rule stated."),
};
const struct inc_type inc_draft_request_type =
    INC_TYPE("draft_request", struct inc_draft_request, draft_request,
             "A text to be read.");

static const struct inc_field draft_also[] = {
    INC_F_TEXT(struct inc_draft_also_reply, uri, NEED, 1, URI_MAX, "Concept."),
    INC_F_TEXT(struct inc_draft_also_reply, label, NEED, 0, LABEL_MAX,
               "Its label."),
};
static const struct inc_type draft_also_type =
    INC_TYPE("draft_also", struct inc_draft_also_reply, draft_also,
             "Another concept that the words may mean.");

#define SPAN(S)                                                                \
    INC_F_INT(S, at, NEED, 0, INC_DRAFT_TEXT_MAX,                              \
              "First byte of the text it stands on."),                         \
        INC_F_INT(S, len, NEED, 1, INC_DRAFT_TEXT_MAX, "Bytes of it.")

#define S struct inc_draft_item_reply
static const struct inc_field draft_item[] = {
    INC_F_ENUM(S, kind, NEED, inc_draft_kind_names, "What it is about."),
    INC_F_TEXT(S, field, 0, 1, FIELD_MAX,
               "Path in the record; absent: said, but no field holds it."),
    INC_F_TEXT(S, value, 0, 0, LABEL_MAX,
               "What was understood: \"B2\", \"C CE\", \"40\", \"part_time\"."),
    INC_F_TEXT(S, uri, 0, 1, URI_MAX, "Concept."),
    INC_F_TEXT(S, label, 0, 0, LABEL_MAX, "Its label, or the comune's name."),
    INC_F_INT(S, level, 0, 1, 4, "Of a skill; absent: not said."),
    INC_F_ENUM(S, importance, 0, inc_importance_names, "Absent: not said."),
    SPAN(S),
    INC_F_INT(S, confidence, NEED, 0, WHOLE,
              "How sure the rule is, in basis points."),
    INC_F_CODE(S, rule, NEED, 1, RULE_MAX, "The rule that read it."),
    INC_F_MAPS(S, also, 0, 8, &draft_also_type,
               "Other concepts the words may mean."),
};
#undef S
static const struct inc_type draft_item_type =
    INC_TYPE("draft_item", struct inc_draft_item_reply, draft_item,
             "One thing that the text says.");

static const struct inc_field draft_span[] = {
    SPAN(struct inc_draft_span_reply),
};
static const struct inc_type draft_span_type =
    INC_TYPE("draft_span", struct inc_draft_span_reply, draft_span,
             "Words that look like a requirement and link to nothing.");

#define S struct inc_draft_warning_reply
static const struct inc_field draft_warning[] = {
    INC_F_CODE(S, kind, NEED, 1, RULE_MAX,
               "age, sex, origin, religion, opinion, orientation, health, "
               "disability, looks, family, mother_tongue, photo, residence, "
               "judicial."),
    INC_F_BOOL(S, note, NEED, "Lawful, or a matter of form: worth a look."),
    SPAN(S),
    INC_F_TEXT(S, law, NEED, 1, LABEL_MAX, "Articles."),
    INC_F_TEXT(S, source, NEED, 1, LABEL_MAX, "Where they stand."),
    INC_F_BOOL(S, verified, NEED,
               "The article was read in its source by the authors."),
    INC_F_TEXT(S, message_it, NEED, 1, LABEL_MAX, "What it means, Italian."),
    INC_F_TEXT(S, message_en, NEED, 1, LABEL_MAX, "What it means, English."),
    INC_F_TEXT(S, rewrite_it, NEED, 1, LABEL_MAX, "What to write, Italian."),
    INC_F_TEXT(S, rewrite_en, NEED, 1, LABEL_MAX, "What to write, English."),
};
#undef S
static const struct inc_type draft_warning_type =
    INC_TYPE("draft_warning", struct inc_draft_warning_reply, draft_warning,
             "What may not be asked of anybody; no item was made of it.");

#define S struct inc_draft_reply
static const struct inc_field draft[] = {
    INC_F_CODE(S, id, NEED, INC_DRAFT_ID, INC_DRAFT_ID,
               "Of the draft: to be named when it is confirmed."),
    INC_F_ENUM(S, kind, NEED, inc_draft_of_names, "What was made."),
    INC_F_RECORD(S, record, NEED, NULL,
                 "A need or candidate without id, as its put takes it."),
    INC_F_MAPS(S, items, NEED, ITEMS_MAX, &draft_item_type,
               "What the text says, in its order."),
    INC_F_MAPS(S, unknown, NEED, ITEMS_MAX, &draft_span_type,
               "What was not understood."),
    INC_F_MAPS(S, warnings, NEED, ITEMS_MAX, &draft_warning_type,
               "What may not be asked."),
    INC_F_CODE(S, text_lang, 0, 2, 2,
               "Language of the text, as far as its small words tell."),
    INC_F_TEXTS(S, notes, 0, 100, LABEL_MAX, "What else deserves a look."),
    INC_F_TEXT(S, taxonomy, NEED, 1, LABEL_MAX, "Version of the taxonomy."),
};
#undef S
const struct inc_type inc_draft_type =
    INC_TYPE("draft", struct inc_draft_reply, draft,
             "A proposal, stored nowhere: a person confirms it.");

static const struct inc_field draft_confirmed[] = {
    INC_F_CODE(struct inc_draft_confirmed, id, NEED, INC_DRAFT_ID, INC_DRAFT_ID,
               "As `draft` gave it."),
    INC_F_RECORD(struct inc_draft_confirmed, proposed, NEED, NULL,
                 "The record that `draft` proposed, as it was."),
};
const struct inc_type inc_draft_confirmed_type =
    INC_TYPE("draft_confirmed", struct inc_draft_confirmed, draft_confirmed,
             "The draft that this record was made from: counted, not kept.");

#define S struct inc_draft_row
#define COUNT(M, DOC) INC_F_INT(S, M, NEED, 0, INT64_MAX, DOC)
static const struct inc_field draft_row[] = {
    INC_F_ENUM(S, of, NEED, inc_draft_of_names, "Of drafts of this kind."),
    INC_F_ENUM(S, kind, NEED, inc_draft_kind_names,
               "Items of this kind; level and importance: of skills kept."),
    COUNT(kept, "Confirmed as proposed."),
    COUNT(changed, "Confirmed with another value."),
    COUNT(added, "Confirmed, not proposed."),
    COUNT(removed, "Proposed, not confirmed."),
};
#undef S
static const struct inc_type draft_row_type = INC_TYPE(
    "draft_row", struct inc_draft_row, draft_row, "What became of items.");

#define S struct inc_draft_quality
static const struct inc_field draft_quality[] = {
    COUNT(needs, "Drafts of needs that were confirmed."),
    COUNT(candidates, "Drafts of profiles that were confirmed."),
    INC_F_MAPS(S, items, NEED, ITEMS_MAX, &draft_row_type,
               "By kind; those without a count are left out."),
};
#undef S
const struct inc_type inc_draft_quality_type =
    INC_TYPE("draft_quality", struct inc_draft_quality, draft_quality,
             "How drafts fared in use: counts, nothing of texts or people.");

/* Tables of the operation `suggest`. */
#include "proto/suggest.h"

enum {
    TYPED_MAX = 1024,
    ITEMS_MAX = 50,
    ITEMS_DEFAULT = 10,
    SPANS_MAX = 8,
    URI_MAX = 500,
    LABEL_MAX = 4000
};
#define NEED INC_FIELD_REQUIRED

const char *const inc_suggest_pillar_names[] = {"skill", "occupation", "isco",
                                                NULL};
const char *const inc_fit_names[] = {"same", "begins", "words",
                                     "form", "typo",   NULL};

#define S struct inc_suggest_body
static const struct inc_field suggest[] = {
    INC_F_TEXT(S, text, NEED, 0, TYPED_MAX,
               "What was typed so far: the last word may be the beginning of "
               "one."),
    INC_F_ENUM(S, pillar, 0, inc_suggest_pillar_names,
               "Only these concepts; absent: skills and occupations."),
    INC_F_CODE_OR(S, lang, 0, 2, 2, "it",
                  "Language of labels, preferred when it fits as well, ISO "
                  "639-1."),
    INC_F_INT_OR(S, k, 0, 1, ITEMS_MAX, ITEMS_DEFAULT, "At most so many."),
};
#undef S
const struct inc_type inc_suggest_type = INC_TYPE(
    "suggest", struct inc_suggest_body, suggest, "What somebody is typing.");

static const struct inc_field stretch[] = {
    INC_F_INT(struct inc_stretch, at, NEED, 0, LABEL_MAX, "Its first byte."),
    INC_F_INT(struct inc_stretch, len, NEED, 1, LABEL_MAX, "Its bytes."),
};
static const struct inc_type stretch_type =
    INC_TYPE("stretch", struct inc_stretch, stretch,
             "A stretch of a text, in bytes of UTF-8.");

#define I struct inc_suggestion_item
static const struct inc_field suggestion[] = {
    INC_F_TEXT(I, uri, NEED, 1, URI_MAX, "URI."),
    INC_F_TEXT(I, label, NEED, 0, LABEL_MAX,
               "Preferred label in the language asked for."),
    INC_F_TEXT(I, matched, NEED, 0, LABEL_MAX, "The label that fits."),
    INC_F_MAPS(I, spans, NEED, SPANS_MAX, &stretch_type,
               "What of `matched` fits, in order."),
    INC_F_CODE(I, lang, NEED, 2, 8, "Language of `matched`."),
    INC_F_ENUM(I, pillar, NEED, inc_suggest_pillar_names, "What it is."),
    INC_F_ENUM(I, fit, NEED, inc_fit_names,
               "How it fits: same text; begins with it; words in any order; "
               "another form (plural, gender); a typing mistake."),
};
#undef I
static const struct inc_type suggestion_type =
    INC_TYPE("suggestion", struct inc_suggestion_item, suggestion,
             "A concept that may be meant.");

static const struct inc_field suggestions[] = {
    INC_F_MAPS(struct inc_suggestions, items, NEED, ITEMS_MAX, &suggestion_type,
               "Best first."),
};
const struct inc_type inc_suggestions_type =
    INC_TYPE("suggestions", struct inc_suggestions, suggestions,
             "Concepts that may be meant.");

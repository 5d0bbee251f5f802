/* Tables of the operations between words and concepts. */
#include "proto/linking.h"

#include "proto/names.h"

enum {
    URI_MAX = 200,
    LABEL_MAX = 2000,
    SCHEME_MAX = 31,
    CODE_MAX = 31,
    ANSWERS_MAX = 100,
    ANSWERS_DEFAULT = 10
};

#define NEED INC_FIELD_REQUIRED

#define S struct inc_link_ask
static const struct inc_field link_ask[] = {
    INC_F_TEXT(S, text, NEED, 1, INC_LINK_TEXT_MAX,
               "A job title or the name of a skill, 1,024 bytes at most; with "
               "`running` any text."),
    INC_F_BOOL(S, running, 0,
               "The text is not one name but names concepts here and there. "
               "Absent: false."),
    INC_F_ENUM(S, pillar, 0, inc_pillar_names,
               "What to look for. Absent: occupations for a name, both in a "
               "running text."),
    INC_F_CODE_OR(S, lang, 0, 2, 2, "it", "Language preferred, ISO 639-1."),
    INC_F_INT_OR(S, k, 0, 1, ANSWERS_MAX, ANSWERS_DEFAULT,
                 "Answers to a name, at most."),
};
#undef S
const struct inc_type inc_link_ask_type = INC_TYPE(
    "link_ask", struct inc_link_ask, link_ask, "A text to link to concepts.");

#define S struct inc_linked
static const struct inc_field linked[] = {
    INC_F_TEXT(S, uri, NEED, 1, URI_MAX, "URI."),
    INC_F_TEXT(S, label, NEED, 0, LABEL_MAX, "Preferred label."),
    INC_F_TEXT(S, matched, NEED, 0, LABEL_MAX, "The label that fits best."),
    INC_F_CODE(S, lang, 0, 2, 8, "Language of the label that fits."),
    INC_F_ENUM(S, kind, NEED, inc_linked_names, "What it is."),
    INC_F_INT(S, confidence, NEED, 0, 100,
              "How likely it is right, in percent."),
    INC_F_INT(S, at, NEED, 0, INC_LINK_TEXT_MAX,
              "First byte of the text that supports it."),
    INC_F_INT(S, len, NEED, 0, INC_LINK_TEXT_MAX, "Bytes that support it."),
    INC_F_TEXT(S, scheme, 0, 1, SCHEME_MAX,
               "National classification whose unit led here, such as CP2021; "
               "`matched` is then the unit's name."),
    INC_F_TEXT(S, code, 0, 1, CODE_MAX, "Code of that unit."),
};
#undef S
static const struct inc_type linked_type =
    INC_TYPE("linked", struct inc_linked, linked, "A concept for a text.");

#define S struct inc_links
static const struct inc_field links[] = {
    INC_F_MAPS(S, items, NEED, INC_LINK_ITEMS_MAX, &linked_type,
               "For a name: best first. In a running text: in its order, no "
               "two for the same words."),
    INC_F_ENUM(S, verdict, 0, inc_verdict_names,
               "Of a name, by the confidence of the first answer: 80 and "
               "more, 50 and more, less, no answer. Unsure means: ask."),
};
#undef S
const struct inc_type inc_links_type =
    INC_TYPE("links", struct inc_links, links, "What a text may mean.");

/* suggest.h - bodies of the operation `suggest`. Floor 1. */
#ifndef INC_PROTO_SUGGEST_H
#define INC_PROTO_SUGGEST_H

#include "proto/schema.h"

struct inc_suggest_body {
    uint64_t has;
    const char *text;
    int64_t pillar; /* inc_suggest_pillar_names; absent: the first two */
    const char *lang;
    int64_t k;
};
enum { INC_SUGGEST_PILLAR = 1 }; /* index of the field */

struct inc_stretch {
    uint64_t has;
    int64_t at, len; /* bytes */
};

struct inc_suggestion_item {
    uint64_t has;
    const char *uri, *label, *matched;
    struct inc_stretch *spans;
    uint32_t n_spans;
    const char *lang;
    int64_t pillar;
    int64_t fit;
};

struct inc_suggestions {
    uint64_t has;
    struct inc_suggestion_item *items;
    uint32_t n_items;
};

extern const char *const inc_suggest_pillar_names[]; /* skill, occupation,
                                                        isco */
extern const char *const inc_fit_names[];            /* same .. typo */
extern const struct inc_type inc_suggest_type, inc_suggestions_type;

#endif

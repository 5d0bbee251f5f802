/*
 * drafts.h - bodies of `draft` and `quality.drafts`. Floor 1.
 * What the items mean: docs/drafts.md.
 */
#ifndef INC_PROTO_DRAFTS_H
#define INC_PROTO_DRAFTS_H

#include "proto/schema.h"

enum {
    INC_DRAFT_TEXT_MAX = 65536, /* bytes of the text */
    INC_DRAFT_FACTS = 300,      /* of a document, beside its text */
    INC_DRAFT_ID = 32           /* hex digits */
};

/* What an item of a draft is about. Only ever appended to: stored. */
enum inc_draft_kind {
    INC_DRAFT_OCCUPATION,
    INC_DRAFT_SKILL,
    INC_DRAFT_LANGUAGE,
    INC_DRAFT_LICENCE,
    INC_DRAFT_HOURS,
    INC_DRAFT_PLACE,
    INC_DRAFT_EDUCATION,
    INC_DRAFT_SEATS,
    INC_DRAFT_START,
    INC_DRAFT_CONTRACT,
    INC_DRAFT_MOBILITY,
    INC_DRAFT_LEVEL,      /* of a skill; counted in use, never an item */
    INC_DRAFT_IMPORTANCE, /* likewise */
    INC_DRAFT_EXPIRES,    /* last day a need is open */
    INC_DRAFT_KINDS
};
extern const char *const inc_draft_kind_names[];

/* What became of an item that was proposed, or was not. */
enum inc_draft_fate {
    INC_DRAFT_KEPT,
    INC_DRAFT_CHANGED,
    INC_DRAFT_ADDED,
    INC_DRAFT_REMOVED,
    INC_DRAFT_FATES
};

extern const char *const inc_draft_of_names[]; /* "need", "candidate" */
enum { INC_DRAFT_OF_NEED, INC_DRAFT_OF_CANDIDATE };

/* What a document states in a field of its own (docs/imports.md). */
struct inc_draft_fact {
    uint64_t has;
    int64_t kind;    /* enum inc_draft_kind */
    int64_t at, len; /* bytes of the text */
    const char *uri;
    const char *value;
    int64_t number;
    int64_t level;
    int64_t importance;
    int64_t cefr[5]; /* in the order of enum inc_ability */
    int64_t date;    /* days */
};
/* Bits in `has`, in table order (checked by a unit test). */
enum inc_draft_fact_field {
    INC_FACT_KIND,
    INC_FACT_AT,
    INC_FACT_LEN,
    INC_FACT_URI,
    INC_FACT_VALUE,
    INC_FACT_NUMBER,
    INC_FACT_LEVEL,
    INC_FACT_IMPORTANCE,
    INC_FACT_CEFR, /* and the four after it */
    INC_FACT_DATE = INC_FACT_CEFR + 5
};

struct inc_draft_request {
    uint64_t has;
    const char *text;
    int64_t kind; /* INC_DRAFT_OF_... */
    const char *lang;
    int64_t essentials;
    struct inc_draft_fact *facts;
    uint32_t n_facts;
};
enum inc_draft_request_field {
    INC_DRAFT_REQUEST_TEXT,
    INC_DRAFT_REQUEST_KIND,
    INC_DRAFT_REQUEST_LANG,
    INC_DRAFT_REQUEST_ESSENTIALS,
    INC_DRAFT_REQUEST_FACTS
};
extern const struct inc_type inc_draft_request_type;

struct inc_draft_also_reply {
    uint64_t has;
    const char *uri, *label;
};

struct inc_draft_item_reply {
    uint64_t has;
    int64_t kind;
    const char *field;
    const char *value;
    const char *uri, *label;
    int64_t level;
    int64_t importance;
    int64_t at, len;
    int64_t confidence;
    const char *rule;
    struct inc_draft_also_reply *also;
    uint32_t n_also;
};

struct inc_draft_span_reply {
    uint64_t has;
    int64_t at, len;
};

struct inc_draft_warning_reply {
    uint64_t has;
    const char *kind;
    int64_t note;
    int64_t at, len;
    const char *law, *source;
    int64_t verified;
    const char *message_it, *message_en;
    const char *rewrite_it, *rewrite_en;
};

struct inc_draft_reply {
    uint64_t has;
    const char *id;
    int64_t kind;
    const struct inc_node *record;
    struct inc_draft_item_reply *items;
    uint32_t n_items;
    struct inc_draft_span_reply *unknown;
    uint32_t n_unknown;
    struct inc_draft_warning_reply *warnings;
    uint32_t n_warnings;
    const char *text_lang;
    const char **notes;
    uint32_t n_notes;
    const char *taxonomy;
};
extern const struct inc_type inc_draft_type;

/* In a put: which draft is confirmed by it. */
struct inc_draft_confirmed {
    uint64_t has;
    const char *id;
    const struct inc_node *proposed;
};
extern const struct inc_type inc_draft_confirmed_type;

struct inc_draft_row {
    uint64_t has;
    int64_t of;   /* INC_DRAFT_OF_... */
    int64_t kind; /* enum inc_draft_kind */
    int64_t kept, changed, added, removed;
};

struct inc_draft_quality {
    uint64_t has;
    int64_t needs, candidates; /* drafts confirmed */
    struct inc_draft_row *items;
    uint32_t n_items;
};
extern const struct inc_type inc_draft_quality_type;

#endif

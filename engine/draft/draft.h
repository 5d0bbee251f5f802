/*
 * draft.h - from a text that somebody wrote to a need or a profile that a
 * person may confirm. Floor 6. Rules and tables, no state: any thread.
 *
 * What comes out is a proposal: every item says which bytes of the text it
 * stands on, which rule read them and how sure that rule is. What must not be
 * asked of anybody (age, looks, family ...) comes back as a warning and never
 * as an item. Words that look like a requirement and link to nothing come back
 * as unknown.
 */
#ifndef INC_DRAFT_DRAFT_H
#define INC_DRAFT_DRAFT_H

#include "engine/draft/warn.h"
#include "engine/link/link.h"
#include "engine/profile/record.h"
#include "engine/taxonomy/geo.h"
#include "engine/taxonomy/search.h"
#include "engine/taxonomy/taxonomy.h"
#include "proto/drafts.h"

enum {
    INC_DRAFT_ITEMS = 400, /* of a draft; more are cut, with a note */
    INC_DRAFT_UNKNOWN = 100,
    INC_DRAFT_WARNINGS = 100,
    INC_DRAFT_NOTES = 8,
    INC_DRAFT_ALSO = 3 /* other concepts named beside the chosen one */
};

struct inc_draft_item {
    enum inc_draft_kind kind;
    uint32_t at, len;       /* bytes of the text, on code point borders */
    uint32_t confidence_bp; /* 0..10000 */
    uint32_t judged_bp;     /* the rule's own, before it was fitted */
    const char *rule;       /* "licence", "concept" ... */
    char field[32];         /* of the record, "skills[2]"; "" when noted only */
    const char *value;      /* "B2", "046017", "tempo_determinato"; or NULL */
    enum inc_pillar pillar; /* of the concept */
    uint32_t concept;       /* INC_NO_CONCEPT: none */
    int64_t level;          /* 0: not said; 1..4; CEFR of a language: -1 none */
    int importance;         /* enum inc_importance, -1: not said */
    int64_t number;         /* months, seats, EQF level, hours, days */
    int64_t day, from, to;  /* of a window */
    int64_t codes[4];       /* licences, any of them */
    uint32_t n_codes;
    uint32_t also[INC_DRAFT_ALSO]; /* other concepts it may be */
    uint32_t n_also;
    int negative;        /* hours: absent then; licences: none at all */
    int stated;          /* by a field of the document: before what words say */
    const int64_t *cefr; /* of a language, one an ability, -1 not said; NULL:
                            `level` of all */
};

struct inc_draft_span {
    uint32_t at, len;
};

struct inc_draft_warning {
    enum inc_warn kind;
    int note; /* lawful, or a matter of form: worth a look */
    uint32_t at, len;
};

struct inc_drafted {
    enum inc_record_kind kind;
    union inc_record record; /* without id */
    struct inc_draft_item *items;
    size_t n_items;
    struct inc_draft_span *unknown;
    size_t n_unknown;
    struct inc_draft_warning *warnings;
    size_t n_warnings;
    const char *notes[INC_DRAFT_NOTES]; /* English sentences */
    size_t n_notes;
    const char *lang; /* of the text as guessed: "it", "en", "" */
};

struct inc_draft_world {
    const struct inc_taxonomy *taxonomy;
    const struct inc_linker *linker; /* NULL: trade names of our list only */
    const struct inc_geo *geo;       /* NULL: no places */
};

struct inc_draft_question {
    enum inc_record_kind kind; /* INC_RECORD_NEED or INC_RECORD_CANDIDATE */
    const char *text;          /* valid UTF-8 */
    size_t len;                /* at most INC_DRAFT_TEXT_MAX */
    const char *lang;          /* of labels, "it" */
    int essentials;            /* add the essential skills of the occupation */
    int32_t today;             /* days: for dates without a year */
    const struct inc_draft_fact *facts; /* kept by the items */
    size_t n_facts;
};

/*
 * Read the text. *out and all it points to live in the arena; items are in the
 * order of the text. INC_E_LIMIT (text too long), INC_E_TEXT (no UTF-8, or no
 * word of two letters in it), INC_E_RANGE, INC_E_MISSING (a fact that cannot
 * be), INC_E_NOMEM.
 */
enum inc_status inc_draft_make(struct inc_drafted *out,
                               const struct inc_draft_world *w,
                               const struct inc_draft_question *q,
                               struct inc_arena *a, struct inc_err *err);

#endif

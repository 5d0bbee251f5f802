/*
 * bodies.h - request bodies of protocol v1 that are not records. Floor 1.
 * Tables in bodies.c; replies are in replies.h, the closed vocabularies in
 * names.h, the records' own tables in engine/profile.
 */
#ifndef INC_PROTO_BODIES_H
#define INC_PROTO_BODIES_H

#include "proto/drafts.h"
#include "proto/names.h"
#include "proto/schema.h"

enum {
    INC_ID_MAX = 64,
    INC_K_MAX = 1000,
    INC_K_DEFAULT = 10,
    INC_PUTS_MAX = 500 /* of one put_many */
};

struct inc_by_id {
    uint64_t has;
    const char *id;
};

struct inc_by_id_write {
    uint64_t has;
    const char *id;
    int64_t if_revision; /* refuse (conflict) unless the record has it */
};

/* candidate.put, need.put, company.put, user.put: the record travels as a node
 * and is decoded with its own table. */
struct inc_put {
    uint64_t has;
    const struct inc_node *record;
    int64_t if_revision;              /* 0: must not exist yet */
    int64_t dry_run;                  /* true: check only, store nothing */
    struct inc_draft_confirmed draft; /* candidate.put and need.put only */
};

/* candidate.put_many, need.put_many, company.put_many. */
struct inc_put_many {
    uint64_t has;
    const struct inc_node **puts; /* each the body of a put */
    uint32_t n_puts;
    const char **keys; /* 32 hex digits each, as many as puts */
    uint32_t n_keys;
};

/* candidate.export. */
struct inc_person_export {
    uint64_t has;
    const char *id;
    int64_t after; /* journal number; 0: from the start, with the records */
};

struct inc_patch {
    uint64_t has;
    const char *id;
    const struct inc_node *set; /* record fields; null removes one */
    int64_t if_revision;
};

/* user.rotate */
struct inc_user_rotate {
    uint64_t has;
    const char *id;
    const char *key; /* public, Z85 */
};

struct inc_list {
    uint64_t has;
    int64_t limit;      /* 1..1000, default 100 */
    const char *cursor; /* as given by the page before */
    const char *office; /* only this office's records */
};

/* Filters over people (match.people) or needs (match.needs). */
struct inc_filters {
    uint64_t has;
    const char **comuni; /* any of these ISTAT codes */
    uint32_t n_comuni;
    const char **provinces; /* any of these sigle */
    uint32_t n_provinces;
    const char **regions;
    uint32_t n_regions;
    int64_t radius_km;      /* straight line, from the need's comune */
    int64_t available_by;   /* date */
    const char *language;   /* ISO 639-1, with at least */
    int64_t language_level; /* CEFR in every ability */
    int64_t *licences;      /* all of these */
    uint32_t n_licences;
    const char **offices; /* any of these */
    uint32_t n_offices;
    int64_t updated_since; /* date: data checked on or after */
    int64_t *kinds;        /* match.needs only */
    uint32_t n_kinds;
};
extern const struct inc_type inc_filters_type;

/* Hard rules, by name. A record that fails one is left out and counted. */
enum inc_rule {
    INC_RULE_MUST,      /* every must skill at least partly met */
    INC_RULE_LICENCES,  /* every must licence held */
    INC_RULE_LANGUAGES, /* every must language at its level */
    INC_RULE_EDUCATION, /* must education reached */
    INC_RULE_HOURS,     /* the whole schedule fits the windows */
    INC_RULE_DISTANCE,  /* reachable within the person's max_minutes */
    INC_RULE_START,     /* available on the need's start date */
    INC_RULE_COUNT
};

/* How what is unknown counts: prudent as if not met, neutral as the middle of
 * its interval (docs/decisions/0002-unknown-is-prudent.md). */
enum inc_attitude { INC_PRUDENT, INC_NEUTRAL };

/* The part that match.people and match.needs share. */
struct inc_match_options {
    uint64_t has;
    int64_t k; /* 1..1000, default 10 */
    const char *cursor;
    struct inc_filters filters;
    int64_t *rules; /* enum inc_rule; unknown passes, unmet is left out */
    uint32_t n_rules;
    int64_t as_of;    /* date; default today (UTC) */
    int64_t attitude; /* how unknown counts in the score */
    int64_t explain;  /* default true */
    int64_t facets;   /* default false */
    const char *lang; /* language of labels, default "it" */
};
extern const struct inc_type inc_match_options_type;

struct inc_match_people {
    uint64_t has;
    const char *id;              /* a stored need, or ... */
    const struct inc_node *need; /* ... one given here */
    struct inc_match_options options;
};

struct inc_match_needs {
    uint64_t has;
    const char *id;
    const struct inc_node *candidate;
    struct inc_match_options options;
};

struct inc_match_pair {
    uint64_t has;
    const char *need;
    const char *candidate;
    int64_t as_of;
    int64_t attitude;
    const char *lang;
};

struct inc_concept_find {
    uint64_t has;
    const char *text;
    int64_t pillar; /* skill, occupation */
    const char *lang;
    int64_t k;
};
struct inc_concept_get {
    uint64_t has;
    const char *uri;
    const char *lang;
    int64_t k; /* nearest concepts to list, default 8 */
};

struct inc_comune_find {
    uint64_t has;
    const char *text;
    int64_t k;
};

struct inc_event_list {
    uint64_t has;
    int64_t after; /* sequence number, default 0 */
    int64_t limit;
    const char *need; /* only this need's */
};

struct inc_journal_list {
    uint64_t has;
    int64_t after; /* sequence number, default 0 */
    int64_t limit;
};

struct inc_backup {
    uint64_t has;
    const char *name; /* of the new folder, a code */
};

extern const struct inc_type inc_empty_type, inc_by_id_type,
    inc_by_id_write_type, inc_candidate_put_type, inc_need_put_type,
    inc_company_put_type, inc_user_put_type, inc_user_rotate_type,
    inc_vault_put_type, inc_person_export_type, inc_put_many_type,
    inc_patch_type, inc_list_type, inc_match_people_type, inc_match_needs_type,
    inc_match_pair_type, inc_concept_find_type, inc_concept_get_type,
    inc_comune_find_type, inc_event_list_type, inc_journal_list_type,
    inc_backup_type;
#endif

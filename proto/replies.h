/*
 * replies.h - reply bodies of protocol v1. Floor 1.
 *
 * The service writes replies by hand with proto/writer.h (they are large); the
 * types here serve the documents, the clients (inc_schema_decode_open) and a
 * test that decodes every reply. Records in replies are NODE values: decode
 * them with the tables of engine/profile where those are at hand.
 * Points and shares are basis points (10000 = all) unless said otherwise.
 */
#ifndef INC_PROTO_REPLIES_H
#define INC_PROTO_REPLIES_H

#include "proto/schema.h"

/* --- match --------------------------------------------------------------- */

enum inc_line_kind {
    INC_LINE_REQUIREMENT,
    INC_LINE_LANGUAGE,
    INC_LINE_LICENCE,
    INC_LINE_EDUCATION,
    INC_LINE_AFFINITY,
    INC_LINE_TRADES,
    INC_LINE_DISTANCE, /* takes points away: 0 or less */
    INC_LINE_HOURS,    /* takes points away: 0 or less */
    INC_LINE_KINDS
};
extern const char *const inc_line_kind_names[];

enum inc_line_status {
    INC_LINE_MET,
    INC_LINE_PARTLY,
    INC_LINE_UNKNOWN,
    INC_LINE_NOT_MET,
    INC_LINE_STATUSES
};
extern const char *const inc_line_status_names[];

enum inc_why {
    INC_WHY_EXACT,       /* the skill asked for */
    INC_WHY_ALTERNATIVE, /* one of its alternatives */
    INC_WHY_SIMILAR,     /* a similar skill, see cosine */
    INC_WHY_LEVEL_LOW,
    INC_WHY_EVIDENCE, /* weaker than certified */
    INC_WHY_OLD,      /* not used for long */
    INC_WHY_IMPLIED,  /* by an occupation held */
    INC_WHY_MISSING,  /* asked of the person, not there */
    INC_WHY_NOT_ASKED,
    INC_WHY_BELOW, /* language or education under what is asked */
    INC_WHY_FAR,
    INC_WHY_SHORT_HOURS,
    INC_WHY_TRAINABLE, /* can be learned there */
    INC_WHYS
};
extern const char *const inc_why_names[];

struct inc_match_line {
    uint64_t has;
    int64_t kind;   /* enum inc_line_kind */
    int64_t status; /* enum inc_line_status */
    int64_t *why;   /* enum inc_why */
    uint32_t n_why;
    int64_t points, lo, hi, max; /* the points add up to the score */
    const char *uri, *label;
    int64_t level, importance, weight, idf;
    const char **alternatives; /* labels */
    uint32_t n_alternatives;
    const char *by_uri, *by_label; /* the skill that supplied it */
    int64_t by_level, by_evidence, by_last_used;
    const char *implied_by; /* label of the occupation */
    int64_t cosine, quality;
    const char *also_uri, *also_label; /* a similar skill that gives more */
    int64_t also_cosine;
    const char *lang, *have, *want;
    int64_t metres, minutes;
    int64_t mode; /* enum inc_mode */
    int64_t limit_minutes;
    int64_t overlap_minutes, schedule_minutes, trainable_hours;
};

struct inc_match_item {
    uint64_t has;
    int64_t rank; /* 1 is best; equal scores have equal ranks */
    int64_t tied; /* how many share this score, this one included */
    const char *id;
    const char *need, *candidate; /* match.pair */
    int64_t score, lo, hi;
    const char *reason; /* why there is no score */
    struct inc_match_line *lines;
    uint32_t n_lines;
};

struct inc_excluded {
    uint64_t has;
    const char *rule;
    int64_t count;
};

struct inc_facet_value {
    uint64_t has;
    const char *value;
    int64_t count;
};

struct inc_facet {
    uint64_t has;
    const char *name;
    struct inc_facet_value *values;
    uint32_t n_values;
    int64_t others; /* records whose value is not shown */
};

struct inc_match_page {
    uint64_t has;
    const char *id; /* of the need or the person */
    int64_t as_of, attitude, generation;
    const char *taxonomy, *space;
    int64_t considered, matched;
    const char *reason; /* why nobody has a score */
    int64_t unscored;
    struct inc_excluded *excluded;
    uint32_t n_excluded;
    struct inc_match_item *items;
    uint32_t n_items;
    const char *cursor;
    int64_t changed; /* the pool moved on since the first page */
    struct inc_facet *facets;
    uint32_t n_facets;
};

/* --- records ------------------------------------------------------------- */

struct inc_stored {
    uint64_t has;
    const char *id;
    int64_t revision, seq, created, replayed;
    const char **notes;
    uint32_t n_notes;
};

/* What became of one put of a put_many: the fields of stored, or error. */
struct inc_put_error {
    uint64_t has;
    const char *code, *message, *where, *hint;
};
struct inc_put_result {
    uint64_t has;
    const char *id;
    int64_t revision, seq, created, replayed;
    const char **notes;
    uint32_t n_notes;
    struct inc_put_error error;
};
struct inc_put_results {
    uint64_t has;
    struct inc_put_result *results;
    uint32_t n_results;
};

struct inc_got {
    uint64_t has;
    const struct inc_node *record;
    int64_t revision;
    const char **hidden; /* fields that the asker's view leaves out */
    uint32_t n_hidden;
};

struct inc_page {
    uint64_t has;
    const struct inc_node **items;
    uint32_t n_items;
    const char *cursor; /* absent on the last page */
    const char **hidden;
    uint32_t n_hidden;
};

/* --- reference ----------------------------------------------------------- */

struct inc_neighbour {
    uint64_t has;
    const char *uri, *label;
    int64_t cosine;
};

struct inc_concept_ref {
    uint64_t has;
    const char *uri, *label;
};

struct inc_concept_reply {
    uint64_t has;
    const char *uri, *label;
    int64_t pillar;
    const char **alts;
    uint32_t n_alts;
    const char *description;
    int64_t retired, local;
    const char *replaced_by, *isco;
    struct inc_neighbour *neighbours;
    uint32_t n_neighbours;
    struct inc_concept_ref *essential;
    uint32_t n_essential;
};

struct inc_concept_hit {
    uint64_t has;
    const char *uri, *label, *matched;
    int64_t score;
    const char *lang;
};

struct inc_concept_hits {
    uint64_t has;
    struct inc_concept_hit *items;
    uint32_t n_items;
};

struct inc_comune_hit {
    uint64_t has;
    const char *istat, *name, *province, *region;
};

struct inc_comune_hits {
    uint64_t has;
    struct inc_comune_hit *items;
    uint32_t n_items;
};

/* --- the service --------------------------------------------------------- */

struct inc_pong {
    uint64_t has;
    int64_t *v; /* protocol versions spoken */
    uint32_t n_v;
    const char *version; /* of the program */
};

struct inc_status_store {
    uint64_t has;
    int64_t format, candidates, needs, companies, head, map_bytes, used_bytes;
    const char *id;
};

struct inc_status_pool {
    uint64_t has;
    int64_t people, needs, generation, bytes;
};

struct inc_status_taxonomy {
    uint64_t has;
    const char *version, *digest;
    int64_t skills, occupations;
    const char **languages;
    uint32_t n_languages;
};

struct inc_status_space {
    uint64_t has;
    const char *digest;
    int64_t dim;
};

struct inc_counter {
    uint64_t has;
    const char *name;
    int64_t value;
};

struct inc_latency {
    uint64_t has;
    const char *op;
    int64_t count, p50_us, p99_us, max_us;
    int64_t p90_us; /* absent from the first daemons */
};

struct inc_status_reply {
    uint64_t has;
    const char *version;
    int64_t protocol, uptime_s;
    struct inc_status_store store;
    struct inc_status_pool pool;
    struct inc_status_taxonomy taxonomy;
    struct inc_status_space space;
    const char *kernel, *blas;
    struct inc_counter *counters;
    uint32_t n_counters;
    struct inc_latency *latency;
    uint32_t n_latency;
    /* who answers; absent from the first daemons */
    const char *endpoint, *metrics;
    int64_t process, started_ms;
    const char *events;
    int64_t records;
    const char *server_key;
};

struct inc_event_item {
    uint64_t has;
    int64_t seq;
    const char *need, *person;
    int64_t score, at;
};

struct inc_event_page {
    uint64_t has;
    struct inc_event_item *items;
    uint32_t n_items;
    int64_t last;
    int64_t more;
    int64_t head;
};

struct inc_journal_entry {
    uint64_t has;
    int64_t seq, at;
    const char *op, *result, *key, *id, *actor, *office, *purpose, *body_sha,
        *chain;
};

struct inc_journal_page {
    uint64_t has;
    struct inc_journal_entry *items;
    uint32_t n_items;
    int64_t head;
    const char *head_chain;
};

/* candidate.export */
struct inc_mention {
    uint64_t has;
    int64_t seq, at;
    const char *op, *result, *actor, *office, *purpose;
};

struct inc_person_file {
    uint64_t has;
    const char *id;
    const struct inc_node *record, *vault;
    struct inc_mention *journal;
    uint32_t n_journal;
    int64_t next; /* 0: this was the last page */
};

struct inc_verified {
    uint64_t has;
    int64_t candidates, needs, companies, entries, keys, faults, warnings;
    const char **findings;
    uint32_t n_findings;
    int64_t users;
};

struct inc_backed_up {
    uint64_t has;
    const char *name;
    int64_t bytes, seq;
};

extern const struct inc_type inc_pong_type, inc_status_type, inc_stored_type,
    inc_put_results_type, inc_candidate_got_type, inc_need_got_type,
    inc_company_got_type, inc_candidate_page_type, inc_need_page_type,
    inc_company_page_type, inc_user_got_type, inc_user_page_type,
    inc_match_page_type, inc_match_item_type, inc_match_line_type,
    inc_concept_hits_type, inc_concept_type, inc_comune_hits_type,
    inc_event_page_type, inc_journal_page_type, inc_verified_type,
    inc_backed_up_type, inc_vault_got_type, inc_person_file_type;

#endif

/* Tables of the replies, those to match operations aside. */
#include "proto/replies.h"

#include "proto/names.h"

enum {
    LABEL_MAX = 2000,
    DESCRIPTION_MAX = 40000,
    ID_MAX = 64,
    URI_MAX = 200,
    ITEMS_MAX = 1000,
    HEX_MAX = 64
};

#define COUNT(S, M, FLAGS, DOC) INC_F_INT(S, M, FLAGS, 0, INT64_MAX, DOC)
#define HEX(S, M, FLAGS, DOC) INC_F_CODE(S, M, FLAGS, 0, HEX_MAX, DOC)
#define NEED INC_FIELD_REQUIRED

/* --- records ------------------------------------------------------------- */

static const struct inc_field stored[] = {
    INC_F_CODE(struct inc_stored, id, NEED, 1, ID_MAX, "Id of the record."),
    COUNT(struct inc_stored, revision, NEED,
          "Its revision now; 0 when it is gone."),
    COUNT(struct inc_stored, seq, NEED,
          "Number of the command in the journal; 0 for a dry run."),
    INC_F_BOOL(struct inc_stored, created, 0, "It was not there before."),
    INC_F_BOOL(struct inc_stored, replayed, 0,
               "This key was answered before: the first answer again."),
    INC_F_TEXTS(struct inc_stored, notes, 0, 100, LABEL_MAX,
                "What deserves a look: retired concepts and the like."),
};
const struct inc_type inc_stored_type =
    INC_TYPE("stored", struct inc_stored, stored,
             "A write that is durable (or was only checked).");

#define S struct inc_put_error
static const struct inc_field put_error[] = {
    INC_F_CODE(S, code, NEED, 1, ID_MAX, "As in an error reply."),
    INC_F_TEXT(S, message, NEED, 0, LABEL_MAX, "What is wrong."),
    INC_F_TEXT(S, where, 0, 0, LABEL_MAX, "Path within that put."),
    INC_F_TEXT(S, hint, 0, 0, LABEL_MAX, "What would be right."),
};
#undef S
static const struct inc_type put_error_type =
    INC_TYPE("put_error", struct inc_put_error, put_error,
             "Why one put of a put_many was refused.");

#define S struct inc_put_result
static const struct inc_field put_result[] = {
    INC_F_CODE(S, id, 0, 1, ID_MAX, "Id of the record; absent with error."),
    COUNT(S, revision, 0, "Its revision now; absent with error."),
    COUNT(S, seq, 0, "As in stored; absent with error."),
    INC_F_BOOL(S, created, 0, "It was not there before."),
    INC_F_BOOL(S, replayed, 0,
               "This key was answered before: the first answer again."),
    INC_F_TEXTS(S, notes, 0, 100, LABEL_MAX,
                "What deserves a look: retired concepts and the like."),
    INC_F_MAP(S, error, 0, &put_error_type,
              "There when this put was refused; nothing of it is stored."),
};
#undef S
static const struct inc_type put_result_type =
    INC_TYPE("put_result", struct inc_put_result, put_result,
             "What became of one put of a put_many.");

static const struct inc_field put_results[] = {
    INC_F_MAPS(struct inc_put_results, results, NEED, ITEMS_MAX,
               &put_result_type, "One for each put, in order."),
};
const struct inc_type inc_put_results_type =
    INC_TYPE("put_results", struct inc_put_results, put_results,
             "What became of each put; those without error are durable.");

#define HIDDEN(S)                                                              \
    INC_F_TEXTS(S, hidden, 0, 200, 128,                                        \
                "Fields that the asker's view leaves out, whether they are "   \
                "there or not; absent when it leaves out none.")
#define GOT(HOLDS)                                                             \
    {                                                                          \
        INC_F_RECORD(struct inc_got, record, NEED, HOLDS, "As stored."),       \
            COUNT(struct inc_got, revision, NEED, "Its revision."),            \
            HIDDEN(struct inc_got)                                             \
    }
#define PAGE(HOLDS)                                                            \
    {                                                                          \
        INC_F_RECORDS(struct inc_page, items, NEED, ITEMS_MAX, HOLDS,          \
                      "In byte order of id."),                                 \
            INC_F_TEXT(struct inc_page, cursor, 0, 1, 200,                     \
                       "For the next page; absent on the last."),              \
            HIDDEN(struct inc_page)                                            \
    }
static const struct inc_field candidate_got[] = GOT("candidate");
static const struct inc_field need_got[] = GOT("need");
static const struct inc_field company_got[] = GOT("company");
static const struct inc_field vault_got[] = GOT("vault");
static const struct inc_field user_got[] = GOT("user");
static const struct inc_field candidate_page[] = PAGE("candidate");
static const struct inc_field need_page[] = PAGE("need");
static const struct inc_field company_page[] = PAGE("company");
static const struct inc_field user_page[] = PAGE("user");
const struct inc_type inc_candidate_got_type = INC_TYPE(
    "candidate_got", struct inc_got, candidate_got, "A stored candidate.");
const struct inc_type inc_need_got_type =
    INC_TYPE("need_got", struct inc_got, need_got, "A stored need.");
const struct inc_type inc_company_got_type =
    INC_TYPE("company_got", struct inc_got, company_got, "A stored company.");
const struct inc_type inc_vault_got_type =
    INC_TYPE("vault_got", struct inc_got, vault_got, "A stored vault record.");
const struct inc_type inc_candidate_page_type = INC_TYPE(
    "candidate_page", struct inc_page, candidate_page, "A page of candidates.");
const struct inc_type inc_need_page_type =
    INC_TYPE("need_page", struct inc_page, need_page, "A page of needs.");
const struct inc_type inc_company_page_type = INC_TYPE(
    "company_page", struct inc_page, company_page, "A page of companies.");
const struct inc_type inc_user_got_type =
    INC_TYPE("user_got", struct inc_got, user_got, "A stored user.");
const struct inc_type inc_user_page_type =
    INC_TYPE("user_page", struct inc_page, user_page, "A page of users.");

/* --- reference ----------------------------------------------------------- */

static const struct inc_field neighbour[] = {
    INC_F_TEXT(struct inc_neighbour, uri, NEED, 1, URI_MAX, "URI."),
    INC_F_TEXT(struct inc_neighbour, label, NEED, 0, LABEL_MAX, "Label."),
    INC_F_INT(struct inc_neighbour, cosine, NEED, -10000, 10000,
              "Similarity, basis points."),
};
static const struct inc_type neighbour_type = INC_TYPE(
    "neighbour", struct inc_neighbour, neighbour, "A similar concept.");

static const struct inc_field concept_ref[] = {
    INC_F_TEXT(struct inc_concept_ref, uri, NEED, 1, URI_MAX, "URI."),
    INC_F_TEXT(struct inc_concept_ref, label, NEED, 0, LABEL_MAX, "Label."),
};
static const struct inc_type concept_ref_type =
    INC_TYPE("concept_ref", struct inc_concept_ref, concept_ref,
             "A concept by URI and label.");

#define C struct inc_concept_reply
static const struct inc_field concept[] = {
    INC_F_TEXT(C, uri, NEED, 1, URI_MAX, "URI."),
    INC_F_TEXT(C, label, NEED, 0, LABEL_MAX, "Preferred label."),
    INC_F_ENUM(C, pillar, NEED, inc_pillar_names, "What it is."),
    INC_F_TEXTS(C, alts, 0, 1000, LABEL_MAX, "Other labels."),
    INC_F_TEXT(C, description, 0, 0, DESCRIPTION_MAX, "Description."),
    INC_F_BOOL(C, retired, 0, "No longer offered; stored uses stay valid."),
    INC_F_BOOL(C, local, 0, "Added by the office."),
    INC_F_TEXT(C, replaced_by, 0, 1, URI_MAX, "URI that takes its place."),
    INC_F_CODE(C, isco, 0, 1, 8, "ISCO-08 unit group of an occupation."),
    INC_F_MAPS(C, neighbours, 0, 100, &neighbour_type,
               "Most similar skills, nearest first."),
    INC_F_MAPS(C, essential, 0, 1000, &concept_ref_type,
               "Essential skills of an occupation."),
};
#undef C
const struct inc_type inc_concept_type =
    INC_TYPE("concept", struct inc_concept_reply, concept, "One concept.");

#define H struct inc_concept_hit
static const struct inc_field concept_hit[] = {
    INC_F_TEXT(H, uri, NEED, 1, URI_MAX, "URI."),
    INC_F_TEXT(H, label, NEED, 0, LABEL_MAX, "Preferred label."),
    INC_F_TEXT(H, matched, NEED, 0, LABEL_MAX, "The label that fits the text."),
    INC_F_INT(H, score, NEED, 0, 10000,
              "How well, basis points; 10000 is the same text."),
    INC_F_CODE(H, lang, 0, 2, 8, "Language of the label that fits."),
};
#undef H
static const struct inc_type concept_hit_type = INC_TYPE(
    "concept_hit", struct inc_concept_hit, concept_hit, "A concept found.");
static const struct inc_field concept_hits[] = {
    INC_F_MAPS(struct inc_concept_hits, items, NEED, 100, &concept_hit_type,
               "Best first."),
};
const struct inc_type inc_concept_hits_type = INC_TYPE(
    "concept_hits", struct inc_concept_hits, concept_hits, "Concepts found.");

#define H struct inc_comune_hit
static const struct inc_field comune_hit[] = {
    INC_F_CODE(H, istat, NEED, 6, 6, "ISTAT code."),
    INC_F_TEXT(H, name, NEED, 1, 200, "Name."),
    INC_F_TEXT(H, province, NEED, 0, 8, "Sigla of the province."),
    INC_F_TEXT(H, region, NEED, 0, 64, "Region."),
};
#undef H
static const struct inc_type comune_hit_type = INC_TYPE(
    "comune_hit", struct inc_comune_hit, comune_hit, "A comune found.");
static const struct inc_field comune_hits[] = {
    INC_F_MAPS(struct inc_comune_hits, items, NEED, 100, &comune_hit_type,
               "Best first."),
};
const struct inc_type inc_comune_hits_type = INC_TYPE(
    "comune_hits", struct inc_comune_hits, comune_hits, "Comuni found.");

/* --- the service --------------------------------------------------------- */

static const struct inc_field pong[] = {
    INC_F_INTS(struct inc_pong, v, NEED, 16, 1, 1000,
               "Protocol versions spoken."),
    INC_F_TEXT(struct inc_pong, version, NEED, 1, 64, "Of the program."),
};
const struct inc_type inc_pong_type =
    INC_TYPE("pong", struct inc_pong, pong, "The daemon is there.");

#define S struct inc_status_store
static const struct inc_field status_store[] = {
    COUNT(S, format, NEED, "Format of the store."),
    COUNT(S, candidates, NEED, "Candidates stored."),
    COUNT(S, needs, NEED, "Needs stored."),
    COUNT(S, companies, NEED, "Companies stored."),
    COUNT(S, head, NEED, "Last number of the journal."),
    COUNT(S, map_bytes, NEED, "Size of the map now."),
    COUNT(S, used_bytes, NEED, "Bytes in use."),
    HEX(S, id, 0, "Identity of the store, hex."),
};
#undef S
static const struct inc_type status_store_type = INC_TYPE(
    "status_store", struct inc_status_store, status_store, "The store.");

#define S struct inc_status_pool
static const struct inc_field status_pool[] = {
    COUNT(S, people, NEED, "People in the pool."),
    COUNT(S, needs, NEED, "Open needs in the pool."),
    COUNT(S, generation, NEED, "Number of the image."),
    COUNT(S, bytes, NEED, "Bytes held."),
};
#undef S
static const struct inc_type status_pool_type = INC_TYPE(
    "status_pool", struct inc_status_pool, status_pool, "The pool in memory.");

#define S struct inc_status_taxonomy
static const struct inc_field status_taxonomy[] = {
    INC_F_TEXT(S, version, NEED, 0, 200, "Version."),
    HEX(S, digest, NEED, "BLAKE2b-256, hex."),
    COUNT(S, skills, NEED, "Skills known."),
    COUNT(S, occupations, NEED, "Occupations known."),
    INC_F_CODES(S, languages, NEED, 32, 8, "Languages of the labels."),
};
#undef S
static const struct inc_type status_taxonomy_type =
    INC_TYPE("status_taxonomy", struct inc_status_taxonomy, status_taxonomy,
             "The taxonomy in use.");

static const struct inc_field status_space[] = {
    HEX(struct inc_status_space, digest, NEED, "BLAKE2b-256, hex."),
    COUNT(struct inc_status_space, dim, NEED, "Dimensions."),
};
static const struct inc_type status_space_type =
    INC_TYPE("status_space", struct inc_status_space, status_space,
             "The skill space in use.");

static const struct inc_field counter[] = {
    INC_F_CODE(struct inc_counter, name, NEED, 1, 64, "Name."),
    COUNT(struct inc_counter, value, NEED, "Since the start."),
};
static const struct inc_type counter_type =
    INC_TYPE("counter", struct inc_counter, counter, "A count.");

static const struct inc_field latency[] = {
    INC_F_CODE(struct inc_latency, op, NEED, 1, 64, "Operation."),
    COUNT(struct inc_latency, count, NEED, "Requests answered."),
    COUNT(struct inc_latency, p50_us, NEED, "Median, microseconds."),
    COUNT(struct inc_latency, p99_us, NEED, "99th percentile, microseconds."),
    COUNT(struct inc_latency, max_us, NEED, "Slowest, microseconds."),
    COUNT(struct inc_latency, p90_us, 0, "90th percentile, microseconds."),
};
static const struct inc_type latency_type = INC_TYPE(
    "latency", struct inc_latency, latency, "Times from arrival to reply.");

#define S struct inc_status_reply
static const struct inc_field status[] = {
    INC_F_TEXT(S, version, NEED, 1, 64, "Of the program."),
    COUNT(S, protocol, NEED, "Protocol version."),
    COUNT(S, uptime_s, NEED, "Seconds since the start."),
    INC_F_MAP(S, store, NEED, &status_store_type, "The store."),
    INC_F_MAP(S, pool, NEED, &status_pool_type, "The pool in memory."),
    INC_F_MAP(S, taxonomy, NEED, &status_taxonomy_type, "The taxonomy."),
    INC_F_MAP(S, space, NEED, &status_space_type, "The skill space."),
    INC_F_TEXT(S, kernel, NEED, 1, 64, "Kernel of the pass: scalar, avx2."),
    INC_F_TEXT(S, blas, NEED, 0, 200, "BLAS library and its kernel."),
    INC_F_MAPS(S, counters, NEED, 200, &counter_type, "Counts."),
    INC_F_MAPS(S, latency, NEED, 100, &latency_type, "Times by operation."),
    INC_F_TEXT(S, endpoint, 0, 1, 255, "Where clients connect, as bound."),
    INC_F_TEXT(S, metrics, 0, 1, 80,
               "Where GET /metrics is answered; absent when it is off."),
    COUNT(S, process, 0, "Process number of the daemon."),
    COUNT(S, started_ms, 0,
          "When it began to serve, milliseconds since 1970-01-01 UTC."),
    INC_F_TEXT(S, events, 0, 0, 300,
               "Where new events are published; absent when they are not."),
    INC_F_BOOL(S, records, 0,
               "Are matches recorded; absent from the first daemons."),
    INC_F_TEXT(
        S, server_key, 0, 40, 40,
        "Public key that clients over tcp must know; absent without tcp."),
};
#undef S
const struct inc_type inc_status_type = INC_TYPE(
    "status", struct inc_status_reply, status, "The state of the service.");

#define E struct inc_event_item
static const struct inc_field event_item[] = {
    COUNT(E, seq, NEED, "Number, rising; numbers may be missing."),
    INC_F_CODE(E, need, NEED, 1, ID_MAX, "The need."),
    INC_F_CODE(E, person, NEED, 1, ID_MAX, "The person."),
    INC_F_INT(E, score, NEED, 0, 10000, "Score when the pair was found."),
    COUNT(E, at, NEED, "When that was, in milliseconds since 1970-01-01 UTC."),
};
#undef E
static const struct inc_type event_item_type = INC_TYPE(
    "event_item", struct inc_event_item, event_item,
    "A pair that fits; each pair is told once. As msgpack it is also what "
    "subscribers get, with `v`.");
static const struct inc_field event_page[] = {
    INC_F_MAPS(struct inc_event_page, items, NEED, ITEMS_MAX, &event_item_type,
               "In order of number, without pairs whose person or need is "
               "deleted, frozen or closed."),
    COUNT(struct inc_event_page, last, NEED,
          "To go on from: `after` of the next page."),
    INC_F_BOOL(struct inc_event_page, more, NEED, "There is more already."),
    COUNT(struct inc_event_page, head, NEED, "Number of the last event."),
};
const struct inc_type inc_event_page_type =
    INC_TYPE("event_page", struct inc_event_page, event_page,
             "A page of what the standing match found.");

#define E struct inc_journal_entry
static const struct inc_field journal_entry[] = {
    COUNT(E, seq, NEED, "Number, 1 is the first."),
    COUNT(E, at, NEED, "Milliseconds since 1970-01-01 UTC."),
    INC_F_CODE(E, op, NEED, 1, 64, "Operation."),
    INC_F_CODE(E, result, NEED, 1, 64, "ok, or the error code."),
    HEX(E, key, NEED, "Request key, hex."),
    INC_F_CODE(E, id, 0, 1, ID_MAX, "Record."),
    INC_F_TEXT(E, actor, 0, 1, 64, "As the request said."),
    INC_F_TEXT(E, office, 0, 1, 32, "As the request said."),
    INC_F_TEXT(E, purpose, 0, 1, 64, "As the request said."),
    HEX(E, body_sha, NEED, "BLAKE2b-256 of the request body, hex."),
    HEX(E, chain, NEED, "Head of the chain after it, hex."),
};
#undef E
static const struct inc_type journal_entry_type = INC_TYPE(
    "journal_entry", struct inc_journal_entry, journal_entry, "One command.");
static const struct inc_field journal_page[] = {
    INC_F_MAPS(struct inc_journal_page, items, NEED, ITEMS_MAX,
               &journal_entry_type, "In the order they were applied."),
    COUNT(struct inc_journal_page, head, NEED, "Last number of the journal."),
    HEX(struct inc_journal_page, head_chain, NEED, "Its chain value, hex."),
};
const struct inc_type inc_journal_page_type =
    INC_TYPE("journal_page", struct inc_journal_page, journal_page,
             "A page of the journal.");

#define M struct inc_mention
static const struct inc_field mention[] = {
    COUNT(M, seq, NEED, "Number in the journal."),
    COUNT(M, at, NEED, "Milliseconds since 1970-01-01 UTC."),
    INC_F_CODE(M, op, NEED, 1, 64, "What was asked."),
    INC_F_CODE(M, result, NEED, 1, 64, "ok, or the error code."),
    INC_F_TEXT(M, actor, 0, 1, 256, "Who asked, as the request said."),
    INC_F_TEXT(M, office, 0, 1, 256, "For which office."),
    INC_F_TEXT(M, purpose, 0, 1, 256, "For what."),
};
#undef M
static const struct inc_type mention_type = INC_TYPE(
    "mention", struct inc_mention, mention, "A command about the person.");

#define P struct inc_person_file
static const struct inc_field person_file[] = {
    INC_F_CODE(P, id, NEED, 1, ID_MAX, "The person."),
    INC_F_RECORD(P, record, 0, "candidate",
                 "The profile; on the first page, when there is one."),
    INC_F_RECORD(P, vault, 0, "vault",
                 "Who the person is; on the first page, when it is stored."),
    INC_F_MAPS(P, journal, NEED, ITEMS_MAX, &mention_type,
               "What was done with the records, in order; may be empty on a "
               "page that is not the last."),
    COUNT(P, next, 0, "`after` of the next page; absent on the last."),
};
#undef P
const struct inc_type inc_person_file_type =
    INC_TYPE("person_file", struct inc_person_file, person_file,
             "One page of what is stored about a person.");

#define V struct inc_verified
static const struct inc_field verified[] = {
    COUNT(V, candidates, NEED, "Candidates read."),
    COUNT(V, needs, NEED, "Needs read."),
    COUNT(V, companies, NEED, "Companies read."),
    COUNT(V, entries, NEED, "Journal entries read."),
    COUNT(V, keys, NEED, "Request keys read."),
    COUNT(V, faults, NEED, "Things that are wrong."),
    COUNT(V, warnings, NEED, "Things that deserve a look."),
    INC_F_TEXTS(V, findings, 0, 1000, LABEL_MAX, "The first of them in words."),
    COUNT(V, users, 0, "Users read."),
};
#undef V
const struct inc_type inc_verified_type =
    INC_TYPE("verified", struct inc_verified, verified, "A walk of the store.");

static const struct inc_field backed_up[] = {
    INC_F_CODE(struct inc_backed_up, name, NEED, 1, ID_MAX, "The folder."),
    COUNT(struct inc_backed_up, bytes, NEED, "Its size."),
    COUNT(struct inc_backed_up, seq, NEED,
          "The journal up to this number is in it, perhaps more."),
};
const struct inc_type inc_backed_up_type = INC_TYPE(
    "backed_up", struct inc_backed_up, backed_up, "A copy that is safe.");

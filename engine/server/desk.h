/*
 * desk.h - what every handler works with. Private to engine/server.
 * Read-only after start except the meter's atomics.
 */
#ifndef INC_SERVER_DESK_H
#define INC_SERVER_DESK_H

#include "engine/server/drafted.h"
#include "engine/server/server.h"
#include "engine/vault/vault.h"
#include "proto/bodies.h"
#include "proto/retention.h"

enum { INC_STATUS_KINDS = 40 };

/* Written by the router (and `unknown_` by whoever surveys), read by status. */
struct inc_meter {
    uint64_t start_ns;
    int64_t start_unix_ms;
    struct inc_spread latency_us[INC_OP_COUNT]; /* arrival to reply */
    /* By operation and -status; the last row: frames without a readable one. */
    struct inc_tally answers[INC_OP_COUNT + 1][INC_STATUS_KINDS];
    _Atomic uint64_t in_flight;   /* queued or worked on; the router's copy */
    struct inc_tally requests;    /* frames that came */
    struct inc_tally bad_frames;  /* no readable envelope */
    struct inc_tally busy;        /* refused: queue or client's share full */
    struct inc_spread refusal_us; /* of these, since there was to read */
    struct inc_tally unread;  /* of these: too many bytes of replies unread */
    struct inc_tally dropped; /* replies whose client was gone or full */
    struct inc_tally hung_up; /* clients that did not read */
    struct inc_tally bytes_in, bytes_out;
    struct inc_tally scrapes, scrapes_refused; /* of the metrics endpoint */
    struct inc_tally strangers;   /* handshakes and requests of nobody known */
    struct inc_tally not_allowed; /* requests that the table of roles refuses */
    _Atomic uint64_t unknown_uris, unknown_records;
};

struct inc_publisher;

struct inc_desk {
    struct inc_server_options o;
    struct inc_book_desk *book; /* who may come in */
    uint64_t book_seq;       /* journal number it was made at; the scribe's */
    struct inc_roles *roles; /* the scribe's; held */
    unsigned char secret[INC_ALIAS_SECRET];
    const char *server_key; /* public, or NULL: no tcp */
    struct inc_crew *crew;
    struct inc_arenas *arenas;        /* the crew's */
    const char *endpoint;             /* as bound; NULL: no socket (tests) */
    struct inc_scrape *scrape;        /* the metrics endpoint, NULL: off */
    struct inc_ledger ledger;         /* memory of replies that have not left */
    struct inc_drafted_file *drafted; /* how drafts fare */
    struct inc_publisher *publisher;  /* the herald's while the crew runs */
    struct inc_meter meter;
};

/* Handlers of READ and ADMIN operations write the body to *w. */
typedef enum inc_status inc_answer_fn(struct inc_desk *d, struct inc_job *j,
                                      const struct inc_image *image,
                                      struct inc_writer *w,
                                      struct inc_err *err);

/* on_read.c */
inc_answer_fn inc_on_get, inc_on_list;
/* on_vault.c */
inc_answer_fn inc_on_vault_get;
enum inc_status inc_on_vault_put(struct inc_job *j, struct inc_err *err);
/* The vault record of a person; INC_E_NOTFOUND. */
enum inc_status inc_vault_read(struct inc_vault *out, int64_t *revision,
                               struct inc_view *view, const char *id,
                               struct inc_arena *a, struct inc_err *err);
/* on_person.c */
inc_answer_fn inc_on_person_export;
/* on_retention.c */
inc_answer_fn inc_on_retention;
enum inc_status inc_on_retain(struct inc_desk *d, struct inc_job *j,
                              struct inc_err *err);
/* on_concept.c */
inc_answer_fn inc_on_concept_find, inc_on_concept_get, inc_on_comune_find;
/* on_link.c */
inc_answer_fn inc_on_link;
/* on_draft.c */
inc_answer_fn inc_on_draft, inc_on_quality_drafts;
/* The counts of a put that confirms a draft of ours, into j->drafted. */
enum inc_status inc_draft_confirm(const struct inc_desk *d, struct inc_job *j,
                                  const struct inc_put *put,
                                  enum inc_record_kind kind,
                                  struct inc_err *err);
/* Once the put is durable: add them. */
void inc_draft_count(struct inc_desk *d, const struct inc_job *j);
/* on_suggest.c */
inc_answer_fn inc_on_suggest;
/* on_status.c */
inc_answer_fn inc_on_ping, inc_on_status;
/* on_admin.c */
inc_answer_fn inc_on_journal, inc_on_verify, inc_on_backup;
/* on_match.c */
inc_answer_fn inc_on_oracle;
/* on_event.c */
inc_answer_fn inc_on_event_list;
/* on_register.c */
inc_answer_fn inc_on_replay; /* on_replay.c */
/* on_cut.c */
inc_answer_fn inc_on_cut;
enum inc_status inc_on_prune(struct inc_desk *d, struct inc_job *j,
                             struct inc_err *err);
/* on_proof.c */
inc_answer_fn inc_on_proof, inc_on_checkpoint, inc_on_export;
inc_answer_fn inc_on_match_list, inc_on_match_get, inc_on_candidate_seen;

/* on_match.c: fill j->question for a MATCH operation. */
enum inc_status inc_on_ask(struct inc_desk *d, struct inc_job *j,
                           const struct inc_image *image, struct inc_view *view,
                           struct inc_err *err);

/* on_record.c: fill j->slip with what the register keeps of an answered match
 * or administrator's operation. */
enum inc_status inc_on_record(struct inc_desk *d, struct inc_job *j,
                              const struct inc_image *image,
                              struct inc_err *err);

/* The answer's items as the register takes them, in the job's arena; sets
 * t->of and n_items. */
enum inc_status inc_record_items(struct inc_trail_item **out,
                                 struct inc_trail *t, struct inc_job *j,
                                 struct inc_err *err);

/* on_write.c: fill j->command, or j->orders of a put_many, for a WRITE
 * operation ... */
enum inc_status inc_on_order(struct inc_desk *d, struct inc_job *j,
                             const struct inc_image *image,
                             struct inc_err *err);
/* ... and its reply once it is durable. */
void inc_on_confirm(struct inc_desk *d, struct inc_job *j);

/* route.c: the crew's hands; `arg` is the desk. */
void inc_route_hands(struct inc_hands *out, struct inc_desk *d);
/* Which kind of record a get, list or write operation is about. */
enum inc_record_kind inc_route_kind(enum inc_op op);
/* Is the record one of those the asker works on? */
int inc_route_in_scope(const struct inc_job *j, enum inc_record_kind kind,
                       const union inc_record *r);
enum inc_status inc_route_out_of_scope(enum inc_record_kind kind,
                                       struct inc_err *err);
/* Decode the request's body with its operation's type into *out. */
enum inc_status inc_route_body(struct inc_job *j, void *out,
                               struct inc_err *err);

/* raw.c: where the body lies in a request frame that was read before.
 * *bytes is NULL and *len 0 when there is none. */
void inc_raw_body(const unsigned char *frame, size_t len,
                  const unsigned char **bytes, size_t *body_len);

/* The value under `key` of the msgpack map at `map`, likewise. */
void inc_raw_member(const unsigned char *map, size_t len, const char *key,
                    const unsigned char **bytes, size_t *value_len);
/* Walk a list: *at is 0 at first and belongs to the walk; 0 at the end. */
int inc_raw_item(const unsigned char *list, size_t len, size_t *at,
                 const unsigned char **bytes, size_t *item_len);

/* Walk a map of ours, likewise; what its keys say. */
struct inc_raw_pair {
    const unsigned char *key, *value;
    size_t key_len, value_len;
};
int inc_raw_pair(const unsigned char *map, size_t len, size_t *at,
                 struct inc_raw_pair *out);
int inc_raw_says(const struct inc_raw_pair *m, const char *key);
/* Bytes of the object at p; a number that is not negative. */
size_t inc_raw_object(const unsigned char *p, size_t left);
int64_t inc_raw_int(const unsigned char *p, size_t len);

/* on_write.c: what all writes have in common, from the envelope. */
void inc_command_begin(struct inc_command *c, struct inc_job *j,
                       enum inc_op op);
/* One put: decode and check its record into *r and *c; *apply = 0 when it is
 * only checked, then *c has the outcome. Notes go to the job. */
enum inc_status inc_put_judge(struct inc_desk *d, struct inc_job *j,
                              const struct inc_put *put,
                              const struct inc_reference *ref,
                              union inc_record *r, struct inc_command *c,
                              int *apply, struct inc_err *err);
/* The members of a stored reply, into an open map. */
void inc_stored_write(struct inc_writer *w, const struct inc_job *j,
                      const struct inc_command *c, size_t notes_at,
                      uint32_t n_notes);

/* on_put_many.c */
enum inc_status inc_on_put_many(struct inc_desk *d, struct inc_job *j,
                                const struct inc_reference *ref,
                                struct inc_err *err);
void inc_put_many_confirm(struct inc_job *j);

/* Decode and validate the record in `node`; paths of errors begin with
 * `under`. */
enum inc_status inc_record_read(union inc_record *r, enum inc_record_kind kind,
                                const struct inc_node *node, const char *under,
                                const struct inc_reference *ref,
                                struct inc_arena *a, struct inc_err *err);

#endif

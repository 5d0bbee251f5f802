/*
 * desk.h - what every handler works with. Private to engine/server.
 * Read-only after start except the meter's atomics.
 */
#ifndef INC_SERVER_DESK_H
#define INC_SERVER_DESK_H

#include "engine/server/server.h"

enum { INC_STATUS_KINDS = 40 };

/* Written by the router (and `unknown_` by whoever surveys), read by status. */
struct inc_meter {
    uint64_t start_ns;
    struct inc_spread latency_us[INC_OP_COUNT]; /* arrival to reply */
    struct inc_tally answers[INC_STATUS_KINDS]; /* by -status */
    struct inc_tally requests;                  /* frames that came */
    struct inc_tally bad_frames;                /* no readable envelope */
    struct inc_tally busy;    /* refused: queue or client's share full */
    struct inc_tally dropped; /* replies whose client was gone or full */
    struct inc_tally bytes_in, bytes_out;
    _Atomic uint64_t unknown_uris, unknown_records;
};

struct inc_publisher;

struct inc_desk {
    struct inc_server_options o;
    struct inc_crew *crew;
    struct inc_arenas *arenas;       /* the crew's */
    struct inc_publisher *publisher; /* the herald's while the crew runs */
    struct inc_meter meter;
};

/* Handlers of READ and ADMIN operations write the body to *w. */
typedef enum inc_status inc_answer_fn(struct inc_desk *d, struct inc_job *j,
                                      const struct inc_image *image,
                                      struct inc_writer *w,
                                      struct inc_err *err);

/* on_read.c */
inc_answer_fn inc_on_get, inc_on_list;
/* on_concept.c */
inc_answer_fn inc_on_concept_find, inc_on_concept_get, inc_on_comune_find;
/* on_status.c */
inc_answer_fn inc_on_ping, inc_on_status;
/* on_admin.c */
inc_answer_fn inc_on_journal, inc_on_verify, inc_on_backup;
/* on_match.c */
inc_answer_fn inc_on_oracle;
/* on_event.c */
inc_answer_fn inc_on_event_list;

/* on_match.c: fill j->question for a MATCH operation. */
enum inc_status inc_on_ask(struct inc_desk *d, struct inc_job *j,
                           const struct inc_image *image, struct inc_view *view,
                           struct inc_err *err);

/* on_write.c: fill j->command for a WRITE operation ... */
enum inc_status inc_on_order(struct inc_desk *d, struct inc_job *j,
                             const struct inc_image *image,
                             struct inc_err *err);
/* ... and its reply once it is durable. */
void inc_on_confirm(struct inc_desk *d, struct inc_job *j);

/* route.c: the crew's hands; `arg` is the desk. */
void inc_route_hands(struct inc_hands *out, struct inc_desk *d);
/* Which kind of record a get, list or write operation is about. */
enum inc_record_kind inc_route_kind(enum inc_op op);
/* Decode the request's body with its operation's type into *out. */
enum inc_status inc_route_body(struct inc_job *j, void *out,
                               struct inc_err *err);

/* raw.c: where the body lies in a request frame that was read before.
 * *bytes is NULL and *len 0 when there is none. */
void inc_raw_body(const unsigned char *frame, size_t len,
                  const unsigned char **bytes, size_t *body_len);

/* Decode and validate the record in `node`; paths of errors begin with
 * `under`. */
enum inc_status inc_record_read(union inc_record *r, enum inc_record_kind kind,
                                const struct inc_node *node, const char *under,
                                const struct inc_reference *ref,
                                struct inc_arena *a, struct inc_err *err);

#endif

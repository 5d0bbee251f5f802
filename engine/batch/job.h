/*
 * job.h - one request on its way through the threads. Floor engine/batch.
 *
 * Threads: one owner at a time. The router makes it and puts it in a queue; a
 * worker or the scribe takes it, begins it, answers it, ends it and puts it in
 * the outbox; the router sends the reply and frees it. No lock guards a job.
 *
 * While it waits a job holds the frame's bytes and nothing else: the arena and
 * the decoded tree exist only while it is worked on, so the memory of a full
 * queue is the bytes of its frames.
 */
#ifndef INC_BATCH_JOB_H
#define INC_BATCH_JOB_H

#include "engine/access/judge.h"
#include "engine/batch/account.h"
#include "engine/batch/arenas.h"
#include "engine/match/match.h"
#include "engine/store/past.h"
#include "engine/store/trail.h"

enum { INC_ROUTE_MAX = 255 };

/* One put of a put_many; lives in the job's arena. */
struct inc_order {
    union inc_record record;
    struct inc_command command; /* its status and err are the answer's */
    int apply;                  /* 0: refused before, or only checked */
    size_t notes_at;            /* of its texts in the job's notes */
    uint32_t n_notes;
};

struct inc_job {
    /* set by the router */
    unsigned char route[INC_ROUTE_MAX]; /* where the reply goes */
    size_t route_len;
    unsigned char *bytes; /* the request frame; owned */
    size_t len;
    enum inc_op op;
    char id[INC_REQUEST_ID_MAX + 1];
    uint64_t arrived_ns;
    uint64_t deadline_ns;        /* 0: none */
    uint64_t client;             /* tells clients apart, for their turns */
    struct inc_account *account; /* of the client; NULL: replies not counted */
    struct inc_book *book;       /* held: the grant views it */
    struct inc_grant grant;      /* who NULL only in tests: nothing is judged */
    const unsigned char *secret; /* of aliases, [INC_ALIAS_SECRET] */

    /* between begin and end */
    struct inc_frame *frame;
    struct inc_arena arena;
    struct inc_request request;
    struct inc_match_options options; /* of the question */
    struct inc_question question;
    struct inc_trace trace; /* of the question, when it is recorded */
    struct inc_trail_subject subject[INC_TRAIL_SUBJECTS]; /* of the question */
    uint32_t n_subjects;
    uint64_t given_no; /* stored person whose id a profile given has, 0: none */
    /* Of a replay: the subjects are these, as they were then. NULL: none. */
    const struct inc_past *past;
    uint64_t view_seq; /* journal number of the view they were read in */
    struct inc_slip
        slip; /* what is recorded of it; its head is empty: nothing */
    union inc_record record; /* of the command */
    struct inc_command command;
    struct inc_order *orders; /* of a put_many, instead of record, command */
    size_t n_orders;
    int bound;            /* the asker's offices were put into the question */
    const char *about;    /* what the question is about, for aliases */
    int dry_run;          /* a write that is only checked */
    const void *drafted;  /* the server's: counts of a draft confirmed */
    struct inc_buf notes; /* NUL-ended texts for the reply */
    uint32_t n_notes;

    /* the answer */
    enum inc_status status;
    struct inc_err err;
    struct inc_buf body;  /* msgpack of the reply's body when INC_OK */
    struct inc_buf reply; /* after end: the whole reply frame */
    uint64_t begun_ns;

    struct inc_job *next; /* in the outbox */
};

/* A job with a copy of the frame and the route, or NULL without memory. */
struct inc_job *inc_job_new(const void *route, size_t route_len,
                            const void *bytes, size_t len);
void inc_job_free(struct inc_job *j); /* NULL is fine */

/*
 * Start work: check the deadline, take an arena, read the frame and the
 * envelope. On failure status and err are set and the job only needs its end.
 */
enum inc_status inc_job_begin(struct inc_job *j, struct inc_arenas *arenas);

/* Can a reply of this operation be large? Those of a few lines are let through
 * also to a client that does not read. */
int inc_job_large(const struct inc_job *j);
/* INC_E_BUSY, status and err set, while replies of this client or of all pile
 * up (inc_account_full); INC_OK when a reply may be made. */
enum inc_status inc_job_room(struct inc_job *j);

/* Set the job's failure; hands the status back. */
enum inc_status inc_job_fail(struct inc_job *j, const struct inc_err *err);

/* Finish: write the reply frame from status, err and body, count it in the
 * client's account, give the arena and the tree back. Also after a failed
 * begin. */
void inc_job_end(struct inc_job *j, struct inc_arenas *arenas);

/* After the end: the answer must not leave, an error goes in its place. */
void inc_job_refuse(struct inc_job *j, const struct inc_err *err);

/* Finished jobs on their way to the router. */
struct inc_outbox;
enum inc_status inc_outbox_new(struct inc_outbox **out, struct inc_err *err);
void inc_outbox_free(struct inc_outbox *o); /* frees jobs left in it */
/* Readable (poll) while jobs wait. */
int inc_outbox_fd(const struct inc_outbox *o);
void inc_outbox_put(struct inc_outbox *o, struct inc_job *j);
/* All that wait, oldest first, linked by `next`; NULL when none. */
struct inc_job *inc_outbox_take(struct inc_outbox *o);

#endif

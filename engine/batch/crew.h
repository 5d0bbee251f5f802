/*
 * crew.h - the threads that do the work. Floor engine/batch.
 *
 * workers   N threads: match questions, in batches
 * clerk     one thread for reads (ping, status, get, list, find), so they wait
 *           for no match
 * porter    one thread for long admin reads (verify, backup, oracle), so they
 *           keep no worker from its matches
 * herald    one thread for the standing match: what changed against the rest
 * scribe    one thread for writes: group commit, then the pool, then replies;
 *           housekeeping and reloads also run here
 * mason     one thread for large merges and saving (mason.h)
 *
 * What a request means is the caller's: `struct inc_hands`. Every queue is
 * bounded; a put into a full one is INC_E_BUSY. Those of workers and clerk are
 * fair (engine/base/fair.h): a client is charged the time its jobs really
 * took, and the one that used least is next.
 *
 * Workers are nice: whoever takes requests in, refuses them, reads and records
 * comes before them where processors are short.
 */
#ifndef INC_BATCH_CREW_H
#define INC_BATCH_CREW_H

#include "engine/base/counter.h"
#include "engine/batch/job.h"
#include "engine/batch/mason.h"
#include "engine/store/event.h"

enum { INC_BATCH_MAX = 64, INC_COMMIT_MAX = 512, INC_WORKERS_MAX = 64 };

/* Called on the crew's threads, several at once; `arg` comes back in each.
 * A failure is filled into *err and becomes the job's answer. */
struct inc_hands {
    void *arg;
    /* Clerk or porter: answer a READ or ADMIN job into j->body. */
    enum inc_status (*answer)(void *arg, struct inc_job *j,
                              const struct inc_image *image,
                              struct inc_err *err);
    /* Worker: fill j->question; `view` is one moment for the whole batch. */
    enum inc_status (*ask)(void *arg, struct inc_job *j,
                           const struct inc_image *image, struct inc_view *view,
                           struct inc_err *err);
    /* Scribe: fill j->command or j->orders, or set j->dry_run and j->body. */
    enum inc_status (*order)(void *arg, struct inc_job *j,
                             const struct inc_image *image,
                             struct inc_err *err);
    /* Scribe: write j->body for what is durable; for orders also what is
     * not. */
    void (*confirm)(void *arg, struct inc_job *j);
    /* Worker or porter: fill j->slip with what is recorded of an answered job,
     * before its end. NULL: nothing is. */
    enum inc_status (*record)(void *arg, struct inc_job *j,
                              const struct inc_image *image,
                              struct inc_err *err);
    /* Scribe: once a minute, between writes. May be NULL. */
    void (*tidy)(void *arg);
    /* Herald: new events, durable; seq ascends. May be NULL. */
    void (*tell)(void *arg, const struct inc_image *image,
                 const struct inc_event *events, size_t n);
};

struct inc_crew_options {
    unsigned workers;        /* 1..INC_WORKERS_MAX */
    unsigned batch_max;      /* questions a batch, 1..INC_BATCH_MAX */
    uint64_t batch_ns;       /* what a batch should take at most, by what its
                                clients' questions took before; 0: any */
    size_t queue_max;        /* jobs waiting in each of the three big queues */
    uint64_t queue_bytes;    /* frame bytes waiting in each of them */
    uint64_t queue_ns;       /* how long a question should wait for its batch,
                                by what those before it took; 0: any */
    size_t request_bytes;    /* memory budget of one request */
    size_t match_bytes;      /* of one question's plan, per thread that matches;
                                0: enough for any (inc_matcher_sized) */
    struct inc_store *store; /* borrowed until the crew is freed */
    struct inc_live *live;   /* likewise */
    const struct inc_kernels *kernels;
    int32_t standing_min; /* score that makes an event, 1..; 0: no herald */
    struct inc_hands hands;
    int by_hand; /* tests: no threads and no mason; inc_crew_step() */
};

struct inc_crew;

/* Start all threads; they block every signal. */
enum inc_status inc_crew_start(struct inc_crew **out,
                               const struct inc_crew_options *o,
                               struct inc_err *err);
/* Finish what is queued, then end the threads. Finished jobs stay in the
 * outbox. inc_crew_free() also stops when that was not done. */
void inc_crew_stop(struct inc_crew *c);
void inc_crew_free(struct inc_crew *c); /* NULL is fine */

/* Hand a job over by the kind of its operation. On INC_E_BUSY or
 * INC_E_STOPPING the job is still the caller's. */
enum inc_status inc_crew_submit(struct inc_crew *c, struct inc_job *j);

/* The client is gone: take its waiting reads and questions out. They are the
 * caller's, linked by `next`. Writes stay: they were accepted. */
struct inc_job *inc_crew_forget(struct inc_crew *c, uint64_t client);

struct inc_outbox *inc_crew_outbox(struct inc_crew *c);
struct inc_arenas *inc_crew_arenas(struct inc_crew *c);

/* Run a function on the scribe's thread when its turn comes; INC_E_BUSY when
 * too many wait. */
enum inc_status inc_crew_run(struct inc_crew *c, void (*fn)(void *arg),
                             void *arg);

/* Tests with by_hand: a turn of one of the threads that were left out, on the
 * caller's. Returns how many jobs and tasks it did, 0 when none waits.
 *   worker   which one, for INC_TURN_WORKER */
enum inc_turn {
    INC_TURN_SCRIBE,
    INC_TURN_WORKER,
    INC_TURN_CLERK,
    INC_TURN_PORTER,
    INC_TURN_HERALD, /* returns journal entries */
    INC_TURNS
};
size_t inc_crew_step(struct inc_crew *c, enum inc_turn turn, unsigned worker);

/* How long the longest-running batch of a worker, or read of the clerk, has
 * taken, 0 when all idle; for the watchdog. */
uint64_t inc_crew_busy_ns(struct inc_crew *c);

/* How long the commit under way has taken, 0 when there is none: answers that
 * are recorded wait for it. */
uint64_t inc_crew_commit_ns(const struct inc_crew *c);

/* Sums of struct inc_pass_work (engine/match/match.h). */
struct inc_pass_counters {
    struct inc_tally blocks_seen, blocks_skipped, groups_bounded,
        groups_visited, rows_sieved, rows_scored;
};

struct inc_crew_counters {
    struct inc_spread questions;    /* per batch of a worker */
    struct inc_spread writes;       /* per commit */
    struct inc_spread commit_us;    /* decode, apply, fsync, publish */
    struct inc_spread match_us;     /* one batch */
    struct inc_spread publish_us;   /* the next image, of commit_us */
    struct inc_spread records;      /* entries of the register per commit */
    struct inc_spread record_us;    /* their commit */
    struct inc_tally recorded;      /* entries made */
    struct inc_tally record_failed; /* answers refused, not recorded */
    struct inc_spread wait_us;      /* questions, from arrival to their batch */
    struct inc_tally late;   /* reads and questions past their deadline */
    struct inc_tally unread; /* `busy` when their turn came: replies pile up */
    struct inc_tally gone;   /* taken out, their client was gone */
    struct inc_pass_counters pass;
    struct inc_tally considered; /* records that matches could choose from */
    struct inc_mason_counters mason;
    struct inc_tally publish_failed;
    struct inc_tally stale_readers; /* cleared by housekeeping */
};
const struct inc_crew_counters *inc_crew_counters(const struct inc_crew *c);
/* What waits now. */
struct inc_crew_waiting {
    size_t questions, question_clients;
    size_t reads, read_clients;
    size_t writes, admin;
    uint64_t questions_ns, reads_ns; /* until they are worked off, by what their
                                        clients' took before */
};
void inc_crew_waiting(struct inc_crew *c, struct inc_crew_waiting *out);
/* Journal entries the standing match has not come to; events it wrote; changed
 * records it matched. */
uint64_t inc_crew_standing_lag(const struct inc_crew *c);
uint64_t inc_crew_events(const struct inc_crew *c);
uint64_t inc_crew_standing_changes(const struct inc_crew *c);

#endif

/*
 * crew.h - the threads that do the work. Floor engine/batch.
 *
 * workers   N threads: match questions in batches, reads one at a time
 * porter    one thread for long admin reads (verify, backup, oracle), so they
 *           keep no worker from its matches
 * herald    one thread for the standing match: what changed against the rest
 * scribe    one thread for writes: group commit, then the pool, then replies;
 *           housekeeping and reloads also run here
 *
 * What a request means is the caller's: `struct inc_hands`. Every queue is
 * bounded; a put into a full one is INC_E_BUSY.
 */
#ifndef INC_BATCH_CREW_H
#define INC_BATCH_CREW_H

#include "engine/base/counter.h"
#include "engine/batch/job.h"
#include "engine/store/event.h"

enum { INC_BATCH_MAX = 64, INC_COMMIT_MAX = 512, INC_WORKERS_MAX = 64 };

/* Called on the crew's threads, several at once; `arg` comes back in each.
 * A failure is filled into *err and becomes the job's answer. */
struct inc_hands {
    void *arg;
    /* Worker or porter: answer a READ or ADMIN job into j->body. */
    enum inc_status (*answer)(void *arg, struct inc_job *j,
                              const struct inc_image *image,
                              struct inc_err *err);
    /* Worker: fill j->question; `view` is one moment for the whole batch. */
    enum inc_status (*ask)(void *arg, struct inc_job *j,
                           const struct inc_image *image, struct inc_view *view,
                           struct inc_err *err);
    /* Scribe: fill j->command, or set j->dry_run and j->body. */
    enum inc_status (*order)(void *arg, struct inc_job *j,
                             const struct inc_image *image,
                             struct inc_err *err);
    /* Scribe: write j->body for a command that is durable. */
    void (*confirm)(void *arg, struct inc_job *j);
    /* Herald: new events, durable; seq ascends. May be NULL. */
    void (*tell)(void *arg, const struct inc_image *image,
                 const struct inc_event *events, size_t n);
};

struct inc_crew_options {
    unsigned workers;        /* 1..INC_WORKERS_MAX */
    unsigned batch_max;      /* questions a batch, 1..INC_BATCH_MAX */
    size_t queue_max;        /* jobs waiting in each of the two big queues */
    uint64_t queue_bytes;    /* frame bytes waiting in each of them */
    size_t request_bytes;    /* memory budget of one request */
    struct inc_store *store; /* borrowed until the crew is freed */
    struct inc_live *live;   /* likewise */
    inc_fold_fn *fold;
    int32_t standing_min; /* score that makes an event, 1..; 0: no herald */
    struct inc_hands hands;
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

struct inc_outbox *inc_crew_outbox(struct inc_crew *c);
struct inc_arenas *inc_crew_arenas(struct inc_crew *c);

/* Run a function on the scribe's thread when its turn comes; INC_E_BUSY when
 * too many wait. */
enum inc_status inc_crew_run(struct inc_crew *c, void (*fn)(void *arg),
                             void *arg);

/* How long the longest-running batch of a worker has taken, 0 when all idle;
 * for the watchdog. */
uint64_t inc_crew_busy_ns(struct inc_crew *c);

struct inc_crew_counters {
    struct inc_spread questions; /* per batch of a worker */
    struct inc_spread writes;    /* per commit */
    struct inc_spread commit_us; /* decode, apply, fsync, publish */
    struct inc_spread match_us;  /* one batch */
    struct inc_tally considered; /* records looked at by matches */
    struct inc_tally publish_failed;
    struct inc_tally stale_readers; /* cleared by housekeeping */
};
const struct inc_crew_counters *inc_crew_counters(const struct inc_crew *c);
size_t inc_crew_depth(struct inc_crew *c); /* reads and questions */
size_t inc_crew_depth_writes(struct inc_crew *c);
/* Journal entries the standing match has not come to; events it wrote; changed
 * records it matched. */
uint64_t inc_crew_standing_lag(const struct inc_crew *c);
uint64_t inc_crew_events(const struct inc_crew *c);
uint64_t inc_crew_standing_changes(const struct inc_crew *c);

#endif

/*
 * inside.h - what the files of engine/batch share; nobody else includes it.
 */
#ifndef INC_BATCH_INSIDE_H
#define INC_BATCH_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/base/fair.h"
#include "engine/base/queue.h"
#include "engine/batch/herald.h"
#include "engine/batch/slips.h"

/* Lanes of the porter's and the scribe's queue: 0 is taken alone. */
enum { LANE_TASK = 0, LANE_WRITE = 1 };

enum { PORTER_QUEUE = 16, TASK_QUEUE = 8 };
#define COMMIT_BYTES (UINT64_C(4) << 20)
/* What an item of an unknown client is taken to cost: a question, the part of
 * a batch's time that lets eight of them make a batch, as many as are matched
 * with one product; a read. */
enum { FIRST_PART = 8 };
#define FIRST_QUESTION_NS UINT64_C(1000000)
#define FIRST_READ_NS UINT64_C(100000)
#define HOUSEKEEPING_NS (UINT64_C(60) * 1000000000)

/* A worker, the clerk or the porter. */
struct worker {
    struct inc_crew *crew;
    struct inc_matcher *matcher; /* of a worker */
    pthread_t thread;
    int running;
    _Atomic uint64_t busy_since; /* ns, 0 when idle */
};

struct task {
    void (*fn)(void *arg);
    void *arg;
};

/* What waits for the scribe: a job or a task. */
struct errand {
    struct inc_job *job; /* NULL: a task */
    struct task task;
};

struct inc_crew {
    struct inc_crew_options o;
    struct inc_arenas *arenas;
    struct inc_outbox *outbox;
    struct inc_fair *questions; /* of struct inc_job, for the workers */
    struct inc_fair *reads;     /* of struct inc_job, for the clerk */
    struct inc_queue *admin;    /* of struct inc_job, for the porter */
    struct inc_queue *writes;   /* of struct errand */
    struct inc_slips slips;     /* answered jobs to be recorded */
    int slips_made;
    struct worker worker[INC_WORKERS_MAX];
    struct worker clerk, porter;
    pthread_t scribe;
    int scribe_running;
    struct inc_mason *mason;
    struct inc_herald
        *herald; /* NULL: off. Made after, ended before the rest */
    _Atomic uint64_t commit_since; /* ns, 0: none; the scribe writes it */
    int stale;       /* scribe only: the pool misses acknowledged writes */
    int prune_rests; /* likewise: a step failed, until the next minute */
    struct inc_crew_counters counters;
};

/* An answered job that ended: to the scribe when there is something to record
 * of it, else to the outbox. */
void inc_crew_deliver(struct inc_crew *c, struct inc_job *j);

/* One round of each: waits for work, does it, returns how much; 0 when the
 * queue is closed and empty (the scribe: also after a second without any). */
size_t inc_worker_turn(struct worker *w);
size_t inc_clerk_turn(struct worker *w);
size_t inc_porter_turn(struct worker *w);
size_t inc_scribe_turn(struct inc_crew *c);
size_t inc_scribe_record(struct inc_crew *c); /* the register alone */

void *inc_worker_main(void *arg); /* struct worker */
void *inc_clerk_main(void *arg);  /* struct worker */
void *inc_porter_main(void *arg); /* struct worker */
void *inc_scribe_main(void *arg); /* struct inc_crew */

#endif

#include "engine/batch/crew.h"

#include <signal.h>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/mem.h"
#include "engine/batch/inside.h"

static enum inc_status
make_queues(struct inc_crew *c)
{
    const struct inc_queue_limits big = {c->o.queue_max, c->o.queue_bytes};
    const struct inc_queue_limits few = {PORTER_QUEUE, c->o.queue_bytes};
    const struct inc_fair_limits questions = {
        .items = c->o.queue_max,
        .weight = c->o.queue_bytes,
        .cost_at_first =
            c->o.batch_ns > 0 ? c->o.batch_ns / FIRST_PART : FIRST_QUESTION_NS,
        .time = c->o.queue_ns * c->o.workers};
    const struct inc_fair_limits reads = {.items = c->o.queue_max,
                                          .weight = c->o.queue_bytes,
                                          .cost_at_first = FIRST_READ_NS};
    enum inc_status st;

    INC_TRY(
        inc_arenas_new(&c->arenas, c->o.request_bytes,
                       (size_t)c->o.workers * c->o.batch_max + INC_COMMIT_MAX));
    INC_TRY(inc_fair_new(&c->questions, &questions));
    INC_TRY(inc_fair_new(&c->reads, &reads));
    INC_TRY(inc_queue_new(&c->writes, &big));
    INC_TRY(inc_queue_new(&c->admin, &few));
    INC_TRY(inc_slips_init(&c->slips));
    c->slips_made = 1;
out:
    return st;
}

static enum inc_status
start_thread(pthread_t *thread, void *(*main_fn)(void *), void *arg,
             struct inc_err *err)
{
    int rc = pthread_create(thread, NULL, main_fn, arg);

    return rc == 0 ? INC_OK
                   : inc_fail(err, INC_E_NOMEM, rc, "cannot start a thread");
}

static enum inc_status
start_threads(struct inc_crew *c, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    for (unsigned i = 0; i < c->o.workers; i++) {
        struct worker *w = &c->worker[i];

        w->crew = c;
        INC_TRY(inc_matcher_sized(&w->matcher, c->o.kernels, c->o.match_bytes,
                                  err));
    }
    c->porter.crew = c->clerk.crew = c;
    if (c->o.by_hand)
        goto out;
    INC_TRY(start_thread(&c->clerk.thread, inc_clerk_main, &c->clerk, err));
    c->clerk.running = 1;
    INC_TRY(start_thread(&c->porter.thread, inc_porter_main, &c->porter, err));
    c->porter.running = 1;
    INC_TRY(start_thread(&c->scribe, inc_scribe_main, c, err));
    c->scribe_running = 1;
    for (unsigned i = 0; i < c->o.workers; i++) {
        struct worker *w = &c->worker[i];

        INC_TRY(start_thread(&w->thread, inc_worker_main, w, err));
        w->running = 1;
    }
out:
    return st;
}

static enum inc_status
ask_scribe(void *arg, void (*fn)(void *), void *fn_arg)
{
    return inc_crew_run(arg, fn, fn_arg);
}

static enum inc_status
start_mason(struct inc_crew *c, struct inc_err *err)
{
    const struct inc_mason_options o = {.live = c->o.live,
                                        .ask = ask_scribe,
                                        .ask_arg = c,
                                        .counters = &c->counters.mason};

    return inc_mason_start(&c->mason, &o, err);
}

enum inc_status
inc_crew_start(struct inc_crew **out, const struct inc_crew_options *o,
               struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_crew *c = inc_mem_zero(1, sizeof *c);
    sigset_t all, old;

    *out = NULL;
    INC_CHECK(o->workers >= 1 && o->workers <= INC_WORKERS_MAX);
    INC_CHECK(o->batch_max >= 1 && o->batch_max <= INC_BATCH_MAX);
    if (c == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the threads");
    c->o = *o;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    INC_TRY(inc_outbox_new(&c->outbox, err));
    if (make_queues(c) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the queues");
        goto out;
    }
    INC_TRY(start_threads(c, err));
    if (!c->o.by_hand)
        INC_TRY(start_mason(c, err));
    if (c->o.standing_min > 0)
        INC_TRY(inc_herald_start(&c->herald, c, c->o.standing_min, err));
    *out = c;
    c = NULL;
out:
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    inc_crew_free(c);
    return st;
}

static void
join(struct worker *w)
{
    if (w->running)
        INC_CHECK(pthread_join(w->thread, NULL) == 0);
    w->running = 0;
}

void
inc_crew_stop(struct inc_crew *c)
{
    inc_mason_stop(c->mason);   /* while the scribe can still take its work */
    inc_herald_stop(c->herald); /* it may wait for the scribe */
    if (c->questions != NULL)
        inc_fair_close(c->questions);
    if (c->reads != NULL)
        inc_fair_close(c->reads);
    if (c->admin != NULL)
        inc_queue_close(c->admin);
    for (unsigned i = 0; i < c->o.workers; i++)
        join(&c->worker[i]);
    join(&c->clerk);
    join(&c->porter);
    /* After those whose answers it records. */
    if (c->writes != NULL)
        inc_queue_close(c->writes);
    if (c->scribe_running)
        INC_CHECK(pthread_join(c->scribe, NULL) == 0);
    c->scribe_running = 0;
}

void
inc_crew_free(struct inc_crew *c)
{
    if (c == NULL)
        return;
    inc_crew_stop(c);
    for (unsigned i = 0; i < c->o.workers; i++)
        inc_matcher_free(c->worker[i].matcher);
    inc_herald_free(c->herald);
    inc_mason_free(c->mason);
    inc_fair_free(c->questions);
    inc_fair_free(c->reads);
    inc_queue_free(c->admin);
    inc_queue_free(c->writes);
    if (c->slips_made)
        inc_slips_release(&c->slips);
    inc_outbox_free(c->outbox);
    inc_arenas_free(c->arenas);
    inc_mem_free(c);
}

static enum inc_status
submit_errand(struct inc_crew *c, const struct errand *what, unsigned lane,
              uint64_t weight)
{
    struct errand *e = inc_mem_zero(1, sizeof *e);
    enum inc_status st;

    if (e == NULL)
        return INC_E_BUSY;
    *e = *what;
    st = inc_queue_put(c->writes, e, lane, weight);
    if (st != INC_OK)
        inc_mem_free(e);
    return st;
}

void
inc_crew_deliver(struct inc_crew *c, struct inc_job *j)
{
    const struct errand wake = {.job = NULL};

    if (j->slip.head.len == 0 || j->status != INC_OK) {
        inc_outbox_put(c->outbox, j);
        return;
    }
    /* A scribe whose queue is full is awake. */
    if (inc_slips_put(&c->slips, j))
        (void)submit_errand(c, &wake, LANE_WRITE, 0);
}

enum inc_status
inc_crew_submit(struct inc_crew *c, struct inc_job *j)
{
    const struct errand e = {.job = j};

    switch (inc_ops[j->op].kind) {
    case INC_OPS_READ:
        return inc_fair_put(c->reads, j, j->client, j->len);
    case INC_OPS_MATCH:
        return inc_fair_put(c->questions, j, j->client, j->len);
    case INC_OPS_WRITE:
        return submit_errand(c, &e, LANE_WRITE, j->len);
    case INC_OPS_ADMIN:
        break;
    }
    return inc_queue_put(c->admin, j, LANE_TASK, j->len);
}

/* Link the client's jobs in this queue before *list. */
static void
take_out(struct inc_crew *c, struct inc_fair *q, uint64_t client,
         struct inc_job **list)
{
    void *items[INC_BATCH_MAX];
    size_t n;

    while ((n = inc_fair_drop(q, client, items, INC_BATCH_MAX)) > 0) {
        for (size_t i = 0; i < n; i++) {
            struct inc_job *j = items[i];

            j->next = *list;
            *list = j;
        }
        inc_tally_add(&c->counters.gone, n);
    }
}

struct inc_job *
inc_crew_forget(struct inc_crew *c, uint64_t client)
{
    struct inc_job *list = NULL;

    take_out(c, c->questions, client, &list);
    take_out(c, c->reads, client, &list);
    return list;
}

enum inc_status
inc_crew_run(struct inc_crew *c, void (*fn)(void *arg), void *arg)
{
    const struct errand e = {.task = {fn, arg}};

    return submit_errand(c, &e, LANE_TASK, 0);
}

size_t
inc_crew_step(struct inc_crew *c, enum inc_turn turn, unsigned worker)
{
    struct inc_crew_waiting waiting;

    INC_CHECK(c->o.by_hand && worker < c->o.workers);
    inc_crew_waiting(c, &waiting); /* to take from an empty queue waits */
    switch (turn) {
    case INC_TURN_SCRIBE:
        return waiting.writes > 0 ? inc_scribe_turn(c) : inc_scribe_record(c);
    case INC_TURN_WORKER:
        return waiting.questions > 0 ? inc_worker_turn(&c->worker[worker]) : 0;
    case INC_TURN_CLERK:
        return waiting.reads > 0 ? inc_clerk_turn(&c->clerk) : 0;
    case INC_TURN_PORTER:
        return waiting.admin > 0 ? inc_porter_turn(&c->porter) : 0;
    case INC_TURN_HERALD:
        return c->herald != NULL ? inc_herald_turn(c->herald) : 0;
    case INC_TURNS:
        break;
    }
    return 0;
}

struct inc_outbox *
inc_crew_outbox(struct inc_crew *c)
{
    return c->outbox;
}

struct inc_arenas *
inc_crew_arenas(struct inc_crew *c)
{
    return c->arenas;
}

static uint64_t
busy_ns(const struct worker *w, uint64_t now)
{
    uint64_t since = atomic_load_explicit(&w->busy_since, memory_order_relaxed);

    return since != 0 && now > since ? now - since : 0;
}

uint64_t
inc_crew_busy_ns(struct inc_crew *c)
{
    uint64_t now = inc_clock_ns(), longest = busy_ns(&c->clerk, now);

    for (unsigned i = 0; i < c->o.workers; i++) {
        uint64_t ns = busy_ns(&c->worker[i], now);

        if (ns > longest)
            longest = ns;
    }
    return longest;
}

uint64_t
inc_crew_commit_ns(const struct inc_crew *c)
{
    uint64_t now = inc_clock_ns();
    uint64_t since =
        atomic_load_explicit(&c->commit_since, memory_order_relaxed);

    return since != 0 && now > since ? now - since : 0;
}

const struct inc_crew_counters *
inc_crew_counters(const struct inc_crew *c)
{
    return &c->counters;
}

void
inc_crew_waiting(struct inc_crew *c, struct inc_crew_waiting *out)
{
    struct inc_fair_depth questions, reads;

    inc_fair_depth(c->questions, &questions);
    inc_fair_depth(c->reads, &reads);
    out->questions = questions.items;
    out->question_clients = questions.clients;
    out->reads = reads.items;
    out->read_clients = reads.clients;
    out->writes = inc_queue_depth(c->writes);
    out->admin = inc_queue_depth(c->admin);
    out->questions_ns = questions.time / c->o.workers;
    out->reads_ns = reads.time;
}

uint64_t
inc_crew_standing_lag(const struct inc_crew *c)
{
    return inc_herald_lag(c->herald);
}

uint64_t
inc_crew_events(const struct inc_crew *c)
{
    return inc_herald_events(c->herald);
}

uint64_t
inc_crew_standing_changes(const struct inc_crew *c)
{
    return inc_herald_changes(c->herald);
}

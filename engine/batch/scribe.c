/*
 * scribe.c - the one thread that writes: LMDB write transactions, the next
 * pool, housekeeping, reloads. Nobody else touches these.
 *
 * Requests are decoded and checked here too, in the order they came, so that
 * two writes a client sent one after the other are applied in that order.
 */
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/mem.h"
#include "engine/batch/inside.h"
#include "engine/store/prune.h"

/* A commit ends with the request that reaches this many records. */
enum { RECORDS_MAX = 4096 };
enum { COMMANDS_MAX = RECORDS_MAX + INC_PUTS_MAX };

struct batch {
    struct inc_job *job[INC_COMMIT_MAX];
    struct inc_command *command[COMMANDS_MAX]; /* of those to apply */
    struct inc_job *owner[COMMANDS_MAX];       /* of each command */
    const struct inc_change *change[COMMANDS_MAX];
    size_t n_jobs, n_commands, n_changes;
    uint64_t seq; /* last journal number written, 0: none */
};

static void
log_failure(const char *event, const struct inc_err *err)
{
    struct inc_log l;

    inc_log_start(&l, INC_LOG_ERROR, event);
    inc_log_err(&l, err);
    inc_log_end(&l);
}

static void
add(struct batch *b, struct inc_job *j, struct inc_command *m)
{
    b->owner[b->n_commands] = j;
    b->command[b->n_commands++] = m;
}

static void
prepare(struct inc_crew *c, struct batch *b, struct inc_job *j,
        const struct inc_image *image)
{
    struct inc_err err = {0};

    if (inc_job_begin(j, c->arenas) != INC_OK)
        return;
    if (c->o.hands.order(c->o.hands.arg, j, image, &err) != INC_OK) {
        (void)inc_job_fail(j, &err);
        return;
    }
    for (size_t i = 0; i < j->n_orders; i++)
        if (j->orders[i].apply)
            add(b, j, &j->orders[i].command);
    if (j->orders == NULL && !j->dry_run)
        add(b, j, &j->command);
}

/* Build the pool from the store when an earlier publish failed. */
static void
heal(struct inc_crew *c)
{
    struct inc_err err = {0};
    struct inc_image image = inc_live_hold(c->o.live);

    if (inc_live_rebuild(c->o.live, image.estate, c->o.store, &err) == INC_OK)
        c->stale = 0;
    else
        log_failure("pool_rebuild_failed", &err);
    inc_image_drop(&image);
}

static void
publish(struct inc_crew *c, struct batch *b)
{
    struct inc_err err = {0};
    uint64_t start = inc_clock_ns();

    /* Also without changes: the image's generation follows the journal. A
     * record changed several times is settled by the pool. */
    if (b->seq > 0 && !c->stale &&
        inc_live_apply(c->o.live, b->change, b->n_changes, b->seq, &err) !=
            INC_OK) {
        log_failure("pool_update_failed", &err);
        inc_tally_add(&c->counters.publish_failed, 1);
        c->stale = 1;
    }
    if (c->stale)
        heal(c);
    if (b->seq > 0)
        inc_spread_add(&c->counters.publish_us,
                       (inc_clock_ns() - start) / 1000);
    if (b->seq > 0)
        inc_herald_wake(c->herald, b->seq);
    inc_mason_wake(c->mason);
}

/* What the store says to one command, for the reply and for the pool. */
static void
settle(struct batch *b, struct inc_job *j, struct inc_command *m,
       enum inc_status st, const struct inc_err *err)
{
    if (st != INC_OK && m->status == INC_OK) {
        m->status = st; /* nothing of the batch is stored */
        m->err = *err;
    }
    if (st == INC_OK && !m->replayed && m->seq > b->seq)
        b->seq = m->seq;
    if (m->status == INC_OK && !m->replayed &&
        m->change.what != INC_CHANGE_NONE)
        b->change[b->n_changes++] = &m->change;
    if (m->status == INC_OK)
        return;
    m->err.status = m->status;
    if (j->orders == NULL)
        (void)inc_job_fail(j, &m->err);
    else if (st != INC_OK) /* of them all: the request may be repeated */
        (void)inc_job_fail(j, err);
}

static void
apply(struct inc_crew *c, struct batch *b)
{
    struct inc_err err = {0};
    enum inc_status st;

    b->n_changes = 0;
    b->seq = 0;
    if (b->n_commands == 0)
        return;
    st = inc_store_apply(c->o.store, b->command, b->n_commands, &err);
    if (st != INC_OK)
        log_failure("commit_failed", &err);
    for (size_t i = 0; i < b->n_commands; i++)
        settle(b, b->owner[i], b->command[i], st, &err);
    publish(c, b);
}

static void
set_commit(struct inc_crew *c, uint64_t since)
{
    atomic_store_explicit(&c->commit_since, since, memory_order_relaxed);
}

/* Jobs from..to of the batch are one transaction, begun at `start`. */
static void
commit(struct inc_crew *c, struct batch *b, size_t from, size_t to,
       uint64_t start)
{
    size_t records = b->n_commands;

    apply(c, b);
    for (size_t i = from; i < to; i++) {
        struct inc_job *j = b->job[i];

        if (j->status == INC_OK && !j->dry_run)
            c->o.hands.confirm(c->o.hands.arg, j);
        inc_job_end(j, c->arenas);
    }
    /* Counted before anybody has the reply: who then asks sees it counted. */
    inc_spread_add(&c->counters.writes, records);
    inc_spread_add(&c->counters.commit_us, (inc_clock_ns() - start) / 1000);
    set_commit(c, 0);
    for (size_t i = from; i < to; i++)
        inc_outbox_put(c->outbox, b->job[i]);
}

static void
write_all(struct inc_crew *c, struct batch *b)
{
    struct inc_image image = inc_live_hold(c->o.live);

    for (size_t from = 0, to = 0; from < b->n_jobs; from = to) {
        uint64_t start = inc_clock_ns();

        set_commit(c, start);
        b->n_commands = 0;
        while (to < b->n_jobs && b->n_commands < RECORDS_MAX)
            prepare(c, b, b->job[to++], &image);
        commit(c, b, from, to, start);
    }
    inc_image_drop(&image);
}

/* Make what was answered part of the register, then let the answers go. What
 * cannot be recorded is not told. */
static size_t
record(struct inc_crew *c, struct inc_job *first)
{
    static struct inc_slip *slips[INC_TRAIL_BATCH]; /* one scribe a process */
    uint64_t start = inc_clock_ns();
    struct inc_err err = {0};
    enum inc_status st;
    size_t n = 0;

    for (struct inc_job *j = first; j != NULL; j = j->next)
        slips[n++] = &j->slip;
    set_commit(c, start);
    st = inc_trail_add(c->o.store, slips, n, &err);
    set_commit(c, 0);
    if (st != INC_OK) {
        log_failure("matches_not_recorded", &err);
        inc_tally_add(&c->counters.record_failed, n);
    } else {
        inc_tally_add(&c->counters.recorded, n);
    }
    inc_spread_add(&c->counters.records, n);
    inc_spread_add(&c->counters.record_us, (inc_clock_ns() - start) / 1000);
    while (first != NULL) {
        struct inc_job *j = first;

        first = j->next;
        inc_slip_release(&j->slip);
        if (st != INC_OK)
            inc_job_refuse(j, &err);
        inc_outbox_put(c->outbox, j);
    }
    return n;
}

size_t
inc_scribe_record(struct inc_crew *c)
{
    struct inc_job *first;
    size_t n = 0;

    while ((first = inc_slips_take(&c->slips, INC_TRAIL_BATCH)) != NULL)
        n += record(c, first);
    return n;
}

/* A little of what was pruned goes between two rounds of work. When it fails
 * it is tried again with the housekeeping. */
static void
prune(struct inc_crew *c)
{
    struct inc_err err = {0};

    if (inc_cut_step(c->o.store, &err) == INC_OK)
        return;
    log_failure("prune_failed", &err);
    c->prune_rests = 1;
}

static int
prunes(const struct inc_crew *c)
{
    return inc_cut_waits(c->o.store) && !c->prune_rests;
}

static void
housekeeping(struct inc_crew *c)
{
    struct inc_err err = {0};
    size_t cleared = 0;

    if (inc_store_tidy(c->o.store, &cleared, &err) != INC_OK)
        log_failure("housekeeping_failed", &err);
    inc_tally_add(&c->counters.stale_readers, cleared);
    if (c->stale)
        heal(c);
    if (c->o.hands.tidy != NULL)
        c->o.hands.tidy(c->o.hands.arg);
    c->prune_rests = 0;
}

/* Errands are one allocation each, so that tasks and writes share a queue
 * and keep their order. */
static void
take_out(struct inc_crew *c, struct batch *b, void *const *items, size_t n)
{
    b->n_jobs = 0;
    for (size_t i = 0; i < n; i++) {
        struct errand *e = items[i];

        if (e->job != NULL)
            b->job[b->n_jobs++] = e->job;
        else if (e->task.fn != NULL) /* else it woke us for the slips */
            e->task.fn(e->task.arg);
        inc_mem_free(e);
    }
    if (b->n_jobs > 0)
        write_all(c, b);
}

size_t
inc_scribe_turn(struct inc_crew *c)
{
    static struct batch b; /* one scribe a process; too big for a stack */
    static void *items[INC_COMMIT_MAX];
    size_t n = inc_queue_take(c->writes, items, INC_COMMIT_MAX, COMMIT_BYTES,
                              prunes(c) ? 0 : 1000);
    size_t recorded = inc_scribe_record(c);

    if (n > 0)
        take_out(c, &b, items, n);
    if (prunes(c))
        prune(c);
    return n + recorded;
}

void *
inc_scribe_main(void *arg)
{
    struct inc_crew *c = arg;
    uint64_t next = inc_clock_ns() + HOUSEKEEPING_NS;

    for (;;) {
        if (inc_scribe_turn(c) == 0 && inc_queue_closed(c->writes) &&
            inc_queue_depth(c->writes) == 0)
            break;
        if (inc_clock_ns() >= next) {
            housekeeping(c);
            next = inc_clock_ns() + HOUSEKEEPING_NS;
        }
    }
    return NULL;
}

/*
 * worker.c - the worker's, the clerk's and the porter's thread. Owns its
 * matcher and the jobs it took; shares the queue, the outbox and the counters.
 */
#include <sys/resource.h>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/mem.h"
#include "engine/batch/inside.h"

/* Replies of a batch that wait for its end before they leave. */
enum { HEAP_BYTES = 1 << 20 };
enum { NICENESS = 5 }; /* of workers: the threads they wait for come first */

static enum inc_status
room(struct inc_crew *c, struct inc_job *j)
{
    if (inc_job_room(j) != INC_OK)
        inc_tally_add(&c->counters.unread, 1);
    return j->status;
}

static enum inc_status
begin(struct inc_crew *c, struct inc_job *j)
{
    return room(c, j) != INC_OK ? j->status : inc_job_begin(j, c->arenas);
}

/* What is recorded of an answer; one that cannot be is not given. */
static void
record(struct inc_crew *c, struct inc_job *j, const struct inc_image *image)
{
    struct inc_err err = {0};

    if (c->o.hands.record == NULL || j->status != INC_OK || j->body.failed)
        return;
    if (c->o.hands.record(c->o.hands.arg, j, image, &err) != INC_OK) {
        inc_slip_release(&j->slip);
        (void)inc_job_fail(j, &err);
    }
}

static void
end(struct inc_crew *c, struct inc_job *j)
{
    if (j->status == INC_E_DEADLINE)
        inc_tally_add(&c->counters.late, 1);
    inc_job_end(j, c->arenas);
}

static void
answer_one(struct inc_crew *c, struct inc_job *j)
{
    struct inc_image image;
    struct inc_err err = {0};

    if (begin(c, j) != INC_OK)
        return;
    image = inc_live_hold(c->o.live);
    if (c->o.hands.answer(c->o.hands.arg, j, &image, &err) != INC_OK)
        (void)inc_job_fail(j, &err);
    if (inc_ops[j->op].kind == INC_OPS_ADMIN)
        record(c, j, &image);
    inc_image_drop(&image);
}

/* Begin the jobs and fill their questions; those that fail keep their error. */
static void
prepare(struct inc_crew *c, struct inc_job **jobs, size_t n,
        const struct inc_image *image)
{
    struct inc_view *view = NULL;
    struct inc_err err = {0};
    enum inc_status opened = inc_view_open(&view, c->o.store, &err);
    uint64_t seq = 0;

    if (opened == INC_OK && c->o.hands.record != NULL)
        opened = inc_view_head(view, &seq, &err);
    for (size_t i = 0; i < n; i++) {
        struct inc_job *j = jobs[i];
        struct inc_err own = {0};

        j->view_seq = seq;
        if (begin(c, j) != INC_OK)
            continue;
        if (opened != INC_OK)
            (void)inc_job_fail(j, &err);
        else if (c->o.hands.ask(c->o.hands.arg, j, image, view, &own) != INC_OK)
            (void)inc_job_fail(j, &own);
        else
            j->question.deadline_ns = j->deadline_ns;
    }
    inc_view_close(view);
}

static void
count_pass(struct inc_pass_counters *c, const struct inc_pass_work *work)
{
    inc_tally_add(&c->blocks_seen, work->blocks_seen);
    inc_tally_add(&c->blocks_skipped, work->blocks_skipped);
    inc_tally_add(&c->groups_bounded, work->groups_bounded);
    inc_tally_add(&c->groups_visited, work->groups_visited);
    inc_tally_add(&c->rows_sieved, work->rows_sieved);
    inc_tally_add(&c->rows_scored, work->rows_scored);
}

/* The room for its reply is looked at again: the replies to questions of this
 * batch that went before are written and counted by now. */
static void
match(struct worker *w, struct inc_job *j, const struct inc_image *image)
{
    struct inc_crew *c = w->crew;
    struct inc_question *q = &j->question;

    if (room(c, j) != INC_OK)
        return;
    inc_match_run(w->matcher, image, &q, 1);
    inc_tally_add(&c->counters.considered, q->considered);
    count_pass(&c->counters.pass, &q->work);
    if (q->status != INC_OK) {
        q->err.status = q->status;
        (void)inc_job_fail(j, &q->err);
        return;
    }
    j->body = q->body; /* takes it over */
    q->body = (struct inc_buf){0};
    record(c, j, image);
}

/* Answers leave together, so that one commit records many of them; but they
 * do not wait for each other in large heaps. Each client is charged the
 * processor time of its question, which does not depend on who else wants the
 * processor, and an equal part of the preparations. */
static void
answer_batch(struct worker *w, struct inc_job **jobs, size_t n)
{
    struct inc_crew *c = w->crew;
    uint64_t start = inc_clock_ns(), begun = inc_clock_thread_ns();
    uint64_t then, share;
    size_t left = 0, bytes = 0; /* jobs that left, what the others weigh */
    /* Held after the jobs were taken: every write acknowledged before one of
     * them was sent is in this image. */
    struct inc_image image = inc_live_hold(c->o.live);

    prepare(c, jobs, n, &image);
    then = inc_clock_thread_ns();
    share = (then - begun) / n;
    for (size_t i = 0; i < n; i++) {
        uint64_t since = then;

        if (jobs[i]->status == INC_OK)
            match(w, jobs[i], &image);
        end(c, jobs[i]);
        then = inc_clock_thread_ns();
        inc_fair_charge(c->questions, jobs[i]->client, share + then - since);
        bytes += jobs[i]->reply.len;
        if (bytes < HEAP_BYTES && i + 1 < n)
            continue;
        for (; left <= i; left++)
            inc_crew_deliver(c, jobs[left]);
        bytes = 0;
    }
    inc_image_drop(&image);
    inc_fair_pace(c->questions, then - begun, inc_clock_ns() - start);
    inc_spread_add(&c->counters.questions, n);
    inc_spread_add(&c->counters.match_us, (inc_clock_ns() - start) / 1000);
}

static void
set_busy(struct worker *w, uint64_t since)
{
    atomic_store_explicit(&w->busy_since, since, memory_order_relaxed);
}

size_t
inc_worker_turn(struct worker *w)
{
    struct inc_crew *c = w->crew;
    void *items[INC_BATCH_MAX];
    struct inc_job *jobs[INC_BATCH_MAX];
    size_t n =
        inc_fair_take(c->questions, items, c->o.batch_max, c->o.batch_ns, 1);
    uint64_t now = inc_clock_ns();

    if (n == 0)
        return 0;
    set_busy(w, now);
    for (size_t i = 0; i < n; i++) {
        jobs[i] = items[i];
        inc_spread_add(&c->counters.wait_us,
                       (now - jobs[i]->arrived_ns) / 1000);
    }
    answer_batch(w, jobs, n);
    set_busy(w, 0);
    return n;
}

void *
inc_worker_main(void *arg)
{
    (void)setpriority(PRIO_PROCESS, 0, NICENESS); /* this thread's, on Linux */
    while (inc_worker_turn(arg) > 0)
        continue;
    return NULL;
}

size_t
inc_clerk_turn(struct worker *w)
{
    struct inc_crew *c = w->crew;
    struct inc_job *j;
    uint64_t start;
    void *item;

    if (inc_fair_take(c->reads, &item, 1, 0, 1) == 0)
        return 0;
    j = item;
    start = inc_clock_ns();
    set_busy(w, start);
    answer_one(c, j);
    end(c, j);
    inc_fair_charge(c->reads, j->client, inc_clock_ns() - start);
    inc_outbox_put(c->outbox, j);
    set_busy(w, 0);
    return 1;
}

void *
inc_clerk_main(void *arg)
{
    while (inc_clerk_turn(arg) > 0)
        continue;
    return NULL;
}

size_t
inc_porter_turn(struct worker *w)
{
    struct inc_crew *c = w->crew;
    void *item;

    if (inc_queue_take(c->admin, &item, 1, 0, -1) == 0)
        return 0;
    answer_one(c, item);
    end(c, item);
    inc_crew_deliver(c, item);
    return 1;
}

void *
inc_porter_main(void *arg)
{
    while (inc_porter_turn(arg) > 0)
        continue;
    return NULL;
}

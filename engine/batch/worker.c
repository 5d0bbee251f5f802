/*
 * worker.c - the worker's, the clerk's and the porter's thread. Owns its
 * matcher and the jobs it took; shares the queue, the outbox and the counters.
 */
#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/mem.h"
#include "engine/batch/inside.h"

static enum inc_status
begin(struct inc_crew *c, struct inc_job *j)
{
    if (inc_job_room(j) != INC_OK) {
        inc_tally_add(&c->counters.unread, 1);
        return j->status;
    }
    return inc_job_begin(j, c->arenas);
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

/* Begin the jobs and fill their questions; those that fail keep their error.
 * Returns how many questions there are. */
static size_t
prepare(struct inc_crew *c, struct inc_job **jobs, size_t n,
        const struct inc_image *image, struct inc_job **ready,
        struct inc_question **questions)
{
    struct inc_view *view = NULL;
    struct inc_err err = {0};
    enum inc_status opened = inc_view_open(&view, c->o.store, &err);
    uint64_t seq = 0;
    size_t count = 0;

    if (opened == INC_OK && c->o.hands.record != NULL)
        opened = inc_view_head(view, &seq, &err);
    for (size_t i = 0; i < n; i++) {
        struct inc_job *j = jobs[i];
        struct inc_err own = {0};

        j->view_seq = seq;
        j->question.cost_ns = 0;
        if (begin(c, j) != INC_OK)
            continue;
        if (opened != INC_OK) {
            (void)inc_job_fail(j, &err);
        } else if (c->o.hands.ask(c->o.hands.arg, j, image, view, &own) !=
                   INC_OK) {
            (void)inc_job_fail(j, &own);
        } else {
            j->question.deadline_ns = j->deadline_ns;
            questions[count] = &j->question;
            ready[count++] = j;
        }
    }
    inc_view_close(view);
    return count;
}

/* Write the replies and charge each client what its questions took: their
 * own part of the pass, their own reply, an equal part of the rest. */
static void
finish_batch(struct inc_crew *c, struct inc_job **jobs, size_t n,
             uint64_t start)
{
    uint64_t now = inc_clock_ns(), rest = now - start;

    for (size_t i = 0; i < n; i++)
        rest -=
            jobs[i]->question.cost_ns < rest ? jobs[i]->question.cost_ns : rest;
    for (size_t i = 0; i < n; i++) {
        uint64_t then = now, cost = jobs[i]->question.cost_ns + rest / n;

        end(c, jobs[i]);
        now = inc_clock_ns();
        inc_fair_charge(c->questions, jobs[i]->client, cost + now - then);
        inc_crew_deliver(c, jobs[i]);
    }
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

static void
answer_batch(struct worker *w, struct inc_job **jobs, size_t n)
{
    struct inc_job *ready[INC_BATCH_MAX];
    struct inc_question *questions[INC_BATCH_MAX];
    struct inc_crew *c = w->crew;
    uint64_t start = inc_clock_ns();
    /* Held after the jobs were taken: every write acknowledged before one of
     * them was sent is in this image. */
    struct inc_image image = inc_live_hold(c->o.live);
    size_t count = prepare(c, jobs, n, &image, ready, questions);

    if (count > 0)
        inc_match_run(w->matcher, &image, questions, count);
    for (size_t i = 0; i < count; i++) {
        struct inc_job *j = ready[i];

        inc_tally_add(&c->counters.considered, j->question.considered);
        count_pass(&c->counters.pass, &j->question.work);
        if (j->question.status != INC_OK) {
            j->question.err.status = j->question.status;
            (void)inc_job_fail(j, &j->question.err);
            continue;
        }
        j->body = j->question.body; /* takes it over */
        j->question.body = (struct inc_buf){0};
        record(c, j, &image);
    }
    inc_image_drop(&image);
    finish_batch(c, jobs, n, start);
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

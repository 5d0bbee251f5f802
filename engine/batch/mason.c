#include "engine/batch/mason.h"

#include <pthread.h>
#include <time.h>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/mem.h"

#define SECOND_NS UINT64_C(1000000000)
/* The saved people are at most so old while records change ... */
#define SAVE_EVERY_NS (300 * SECOND_NS)
/* ... and follow a large merge, whose memory they give back, after this. */
#define SAVE_AFTER_MERGE_NS (60 * SECOND_NS)

struct inc_mason {
    struct inc_mason_options o;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    int awake, stopping;
    int placed;  /* the scribe is done with `upkeep` ... */
    int in_vain; /* ... and could not put it in place */
    struct inc_upkeep *upkeep;
    /* the mason's own */
    uint64_t saved_ns; /* when the last save was tried */
    int merged;        /* since then */
};

static void
failed(struct inc_mason *m, const char *event, const struct inc_err *err)
{
    struct inc_log l;

    inc_log_start(&l, INC_LOG_ERROR, event);
    inc_log_err(&l, err);
    inc_log_end(&l);
    inc_tally_add(&m->o.counters->failures, 1);
}

/* On the scribe's thread. */
static void
place(void *arg)
{
    struct inc_mason *m = arg;
    uint64_t start = inc_clock_ns();
    struct inc_err err = {0};
    enum inc_status st = inc_live_install(m->o.live, m->upkeep, &err);

    inc_spread_add(&m->o.counters->install_us, (inc_clock_ns() - start) / 1000);
    if (st != INC_OK && st != INC_E_CONFLICT)
        failed(m, "upkeep_not_installed", &err);
    INC_CHECK(pthread_mutex_lock(&m->mutex) == 0);
    m->upkeep = NULL; /* install consumed it */
    m->placed = 1;
    m->in_vain = st != INC_OK && st != INC_E_CONFLICT;
    INC_CHECK(pthread_cond_signal(&m->changed) == 0);
    INC_CHECK(pthread_mutex_unlock(&m->mutex) == 0);
}

static void
wait_until(struct inc_mason *m, uint64_t ns)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    ns += (uint64_t)until.tv_nsec;
    until.tv_sec += (time_t)(ns / SECOND_NS);
    until.tv_nsec = (long)(ns % SECOND_NS);
    (void)pthread_cond_timedwait(&m->changed, &m->mutex, &until);
}

/* Hand a piece of upkeep to the scribe and wait until it is in place. 0 when
 * it is not: the mason was told to stop before the scribe had room for it, or
 * there was no memory (the same again at once would find none either). */
static int
hand_over(struct inc_mason *m, struct inc_upkeep *u)
{
    int asked, done;

    INC_CHECK(pthread_mutex_lock(&m->mutex) == 0);
    m->upkeep = u;
    m->placed = 0;
    INC_CHECK(pthread_mutex_unlock(&m->mutex) == 0);
    for (;;) {
        asked = m->o.ask(m->o.ask_arg, place, m) == INC_OK;
        INC_CHECK(pthread_mutex_lock(&m->mutex) == 0);
        if (asked || m->stopping)
            break;
        wait_until(m, SECOND_NS / 20);
        INC_CHECK(pthread_mutex_unlock(&m->mutex) == 0);
    }
    while (asked && !m->placed)
        INC_CHECK(pthread_cond_wait(&m->changed, &m->mutex) == 0);
    if (!asked)
        m->upkeep = NULL;
    done = asked && !m->in_vain;
    INC_CHECK(pthread_mutex_unlock(&m->mutex) == 0);
    if (!asked)
        inc_upkeep_free(u);
    return done;
}

/* One piece of work; 1 when it was done and there may be more. */
static int
work(struct inc_mason *m, enum inc_upkeep_kind kind)
{
    struct inc_mason_counters *c = m->o.counters;
    uint64_t start = inc_clock_ns();
    struct inc_upkeep *u = NULL;
    struct inc_err err = {0};

    if (inc_live_upkeep(&u, m->o.live, kind, &err) != INC_OK) {
        failed(m, kind == INC_UPKEEP_MERGE ? "merge_failed" : "save_failed",
               &err);
        return 0;
    }
    if (u == NULL)
        return 0;
    if (kind == INC_UPKEEP_MERGE) {
        inc_tally_add(&c->merges, 1);
        inc_spread_add(&c->merge_us, (inc_clock_ns() - start) / 1000);
        m->merged = 1;
    } else {
        inc_tally_add(&c->saves, 1);
        inc_spread_add(&c->save_us, (inc_clock_ns() - start) / 1000);
    }
    return hand_over(m, u);
}

static int
stopping(struct inc_mason *m)
{
    int yes;

    INC_CHECK(pthread_mutex_lock(&m->mutex) == 0);
    yes = m->stopping;
    INC_CHECK(pthread_mutex_unlock(&m->mutex) == 0);
    return yes;
}

static void *
mason_main(void *arg)
{
    struct inc_mason *m = arg;

    while (!stopping(m)) {
        uint64_t since = inc_clock_ns() - m->saved_ns;

        if (work(m, INC_UPKEEP_MERGE))
            continue;
        if (since >= m->o.save_every_ns ||
            (m->merged && since >= m->o.save_after_merge_ns)) {
            (void)work(m, INC_UPKEEP_SAVE);
            m->saved_ns = inc_clock_ns();
            m->merged = 0;
        }
        INC_CHECK(pthread_mutex_lock(&m->mutex) == 0);
        if (!m->awake && !m->stopping)
            wait_until(m, SECOND_NS);
        m->awake = 0;
        INC_CHECK(pthread_mutex_unlock(&m->mutex) == 0);
    }
    return NULL;
}

enum inc_status
inc_mason_start(struct inc_mason **out, const struct inc_mason_options *o,
                struct inc_err *err)
{
    struct inc_mason *m = inc_mem_zero(1, sizeof *m);
    pthread_condattr_t attr;

    *out = NULL;
    if (m == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the mason");
    m->o = *o;
    if (m->o.save_every_ns == 0)
        m->o.save_every_ns = SAVE_EVERY_NS;
    if (m->o.save_after_merge_ns == 0)
        m->o.save_after_merge_ns = SAVE_AFTER_MERGE_NS;
    m->merged = 1; /* what was read from the store is saved soon */
    m->saved_ns = inc_clock_ns();
    INC_CHECK(pthread_condattr_init(&attr) == 0);
    INC_CHECK(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
    INC_CHECK(pthread_cond_init(&m->changed, &attr) == 0);
    (void)pthread_condattr_destroy(&attr);
    INC_CHECK(pthread_mutex_init(&m->mutex, NULL) == 0);
    if (pthread_create(&m->thread, NULL, mason_main, m) != 0) {
        (void)pthread_cond_destroy(&m->changed);
        (void)pthread_mutex_destroy(&m->mutex);
        inc_mem_free(m);
        return inc_fail(err, INC_E_NOMEM, 0, "cannot start a thread");
    }
    *out = m;
    return INC_OK;
}

void
inc_mason_wake(struct inc_mason *m)
{
    if (m == NULL)
        return;
    INC_CHECK(pthread_mutex_lock(&m->mutex) == 0);
    m->awake = 1;
    INC_CHECK(pthread_cond_signal(&m->changed) == 0);
    INC_CHECK(pthread_mutex_unlock(&m->mutex) == 0);
}

void
inc_mason_stop(struct inc_mason *m)
{
    int was;

    if (m == NULL)
        return;
    INC_CHECK(pthread_mutex_lock(&m->mutex) == 0);
    was = m->stopping;
    m->stopping = 1;
    INC_CHECK(pthread_cond_signal(&m->changed) == 0);
    INC_CHECK(pthread_mutex_unlock(&m->mutex) == 0);
    if (was)
        return;
    INC_CHECK(pthread_join(m->thread, NULL) == 0);
}

void
inc_mason_free(struct inc_mason *m)
{
    if (m == NULL)
        return;
    (void)pthread_cond_destroy(&m->changed);
    (void)pthread_mutex_destroy(&m->mutex);
    inc_mem_free(m);
}

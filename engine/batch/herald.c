/*
 * Threads: everything in struct inc_herald belongs to the herald's thread but
 * `woken`, `ending` and the errand's `done` (under the mutex) and the atomics.
 * An errand is the scribe's from inc_crew_run() until it says done.
 */
#include "engine/batch/herald.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/mem.h"
#include "engine/batch/inside.h"
#include "engine/match/standing.h"

enum {
    PORTION = 1024,   /* journal entries looked at together */
    LAZY = 8192,      /* entries without an event before the mark is kept */
    NICENESS = 10,    /* people who ask come first */
    RETRY_MS = 10000, /* after a failure */
    BUSY_MS = 20,     /* when the scribe's queue is full */
    QUIET_MS = 60000, /* a look without being woken */
    /* An import: so many changes wait and more come. Let it have the scribe,
     * until nothing came for a moment or the first has waited long enough. */
    MANY = 256,
    LULL_MS = 200,
    PATIENCE_MS = 15000
};

/* What the scribe is asked to store. */
struct message {
    struct inc_herald *herald;
    struct inc_event event[INC_EVENT_BATCH];
    size_t n;
    struct inc_touched gone[PORTION];
    size_t n_gone;
    uint64_t mark;
    enum inc_status status;
    struct inc_err err;
    int done; /* under the mutex */
};

struct inc_herald {
    struct inc_crew *crew;
    struct inc_matcher *matcher;
    int32_t least;
    uint64_t mark, kept; /* matched up to; as stored */
    struct inc_touched touched[PORTION];
    struct inc_found found[INC_STANDING_MOST];
    struct message message;
    _Atomic uint64_t head, matched, events, changes;
    pthread_t thread;
    int running;
    pthread_mutex_t mutex;
    pthread_cond_t change;
    int sync_made;
    int woken, ending; /* under the mutex */
};

static void
log_trouble(const char *event, const struct inc_err *err)
{
    struct inc_log l;

    inc_log_start(&l, INC_LOG_ERROR, event);
    inc_log_err(&l, err);
    inc_log_end(&l);
}

static int
is_ending(struct inc_herald *h)
{
    int ending;

    (void)pthread_mutex_lock(&h->mutex);
    ending = h->ending;
    (void)pthread_mutex_unlock(&h->mutex);
    return ending;
}

/* Sleep until woken, told to end, or the time is up. 1 to go on. */
static int
rest(struct inc_herald *h, long ms)
{
    struct timespec until;
    int rc = 0, go;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_mutex_lock(&h->mutex);
    while (!h->woken && !h->ending && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&h->change, &h->mutex, &until);
    h->woken = 0;
    go = !h->ending;
    (void)pthread_mutex_unlock(&h->mutex);
    return go;
}

/* ---- storing ------------------------------------------------------------ */

/* On the scribe's thread. */
static void
store_message(void *arg)
{
    struct message *m = arg;
    struct inc_herald *h = m->herald;

    m->status = inc_event_add(h->crew->o.store, m->event, m->n, m->gone,
                              m->n_gone, m->mark, &m->err);
    (void)pthread_mutex_lock(&h->mutex);
    m->done = 1;
    (void)pthread_cond_broadcast(&h->change);
    (void)pthread_mutex_unlock(&h->mutex);
}

static enum inc_status
hand_over(struct inc_herald *h)
{
    struct message *m = &h->message;
    const struct timespec pause = {0, BUSY_MS * 1000000L};
    enum inc_status st;

    m->herald = h;
    m->done = 0;
    if (h->crew->o.by_hand) {
        store_message(m);
        goto stored;
    }
    while ((st = inc_crew_run(h->crew, store_message, m)) == INC_E_BUSY)
        (void)nanosleep(&pause, NULL);
    if (st != INC_OK)
        return st; /* the queue is closed: matched again after a restart */
    (void)pthread_mutex_lock(&h->mutex);
    while (!m->done)
        (void)pthread_cond_wait(&h->change, &h->mutex);
    (void)pthread_mutex_unlock(&h->mutex);
stored:
    if (m->status != INC_OK)
        log_trouble("events_not_stored", &m->err);
    return m->status;
}

/* Make the message durable, then tell what is new in it. */
static enum inc_status
send_message(struct inc_herald *h, const struct inc_image *image, uint64_t mark)
{
    struct message *m = &h->message;
    const struct inc_hands *hands = &h->crew->o.hands;
    size_t fresh = 0;
    enum inc_status st;

    m->mark = mark;
    st = hand_over(h);
    if (st != INC_OK)
        goto out;
    h->kept = mark;
    for (size_t i = 0; i < m->n; i++)
        if (m->event[i].seq != 0)
            m->event[fresh++] = m->event[i];
    atomic_fetch_add_explicit(&h->events, fresh, memory_order_relaxed);
    if (fresh > 0 && hands->tell != NULL)
        hands->tell(hands->arg, image, m->event, fresh);
out:
    m->n = 0;
    m->n_gone = 0;
    return st;
}

/* ---- matching ----------------------------------------------------------- */

static int
by_record(const void *a, const void *b)
{
    const struct inc_touched *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->no > y->no) - (x->no < y->no);
}

/* Each record once. */
static size_t
settle(struct inc_touched *t, size_t n)
{
    size_t kept = 0;

    if (n > 1)
        qsort(t, n, sizeof *t, by_record);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || by_record(&t[kept - 1], &t[i]) != 0)
            t[kept++] = t[i];
    return kept;
}

static enum inc_status
match_one(struct inc_herald *h, const struct inc_image *image,
          const struct inc_touched *t, size_t *n, struct inc_err *err)
{
    const struct inc_standing s = {h->matcher, image, h->least,
                                   inc_clock_today()};
    struct message *m = &h->message;
    struct inc_view *view = NULL;
    enum inc_status st;

    *n = 0;
    INC_TRY(inc_view_open(&view, h->crew->o.store, err));
    if (!inc_view_has(view, t->kind, t->no)) {
        m->gone[m->n_gone++] = *t;
        goto out;
    }
    if (t->kind == INC_RECORD_NEED) {
        st = inc_standing_need(&s, t->no, view, h->found, n, err);
        goto out;
    }
    inc_view_close(view); /* the rest needs none: it may take long */
    view = NULL;
    st = inc_standing_person(&s, t->no, h->found, n, err);
out:
    inc_view_close(view);
    return st;
}

static void
note_found(struct inc_herald *h, size_t n, int64_t now)
{
    struct message *m = &h->message;

    for (size_t i = 0; i < n; i++)
        m->event[m->n++] = (struct inc_event){.need = h->found[i].need,
                                              .person = h->found[i].person,
                                              .score = h->found[i].score,
                                              .at_unix_ms = now};
}

/* One portion of the journal up to `upto`. INC_E_STOPPING: told to end. */
static enum inc_status
match_portion(struct inc_herald *h, const struct inc_image *image,
              uint64_t upto, struct inc_err *err)
{
    struct message *m = &h->message;
    struct inc_view *view = NULL;
    uint64_t last = h->mark;
    enum inc_status st;
    size_t n = 0;

    m->n = m->n_gone = 0;
    INC_TRY(inc_view_open(&view, h->crew->o.store, err));
    st = inc_event_changes(view, h->mark, upto, PORTION, h->touched, &n, &last,
                           err);
    inc_view_close(view);
    INC_TRY(st);
    if (last == h->mark)
        last = upto; /* the journal has no more: nothing is waited for */
    n = settle(h->touched, n);
    for (size_t i = 0; i < n; i++) {
        size_t found;

        if (is_ending(h))
            return INC_E_STOPPING;
        if (m->n + INC_STANDING_MOST > INC_EVENT_BATCH)
            INC_TRY(send_message(h, image, h->mark));
        INC_TRY(match_one(h, image, &h->touched[i], &found, err));
        note_found(h, found, inc_clock_unix_ms());
        atomic_fetch_add_explicit(&h->changes, 1, memory_order_relaxed);
    }
    if (m->n > 0 || m->n_gone > 0 || last - h->kept >= LAZY)
        INC_TRY(send_message(h, image, last));
    h->mark = last;
    atomic_store_explicit(&h->matched, last, memory_order_relaxed);
out:
    return st;
}

/* The scribe says so too, and may be ahead. */
static void
note_head(struct inc_herald *h, uint64_t seq)
{
    uint64_t now = atomic_load_explicit(&h->head, memory_order_relaxed);

    while (now < seq &&
           !atomic_compare_exchange_weak_explicit(
               &h->head, &now, seq, memory_order_relaxed, memory_order_relaxed))
        continue;
}

/* Sleep, whatever is published meanwhile. 0: told to end. */
static int
sit_out(struct inc_herald *h, long ms)
{
    const struct timespec tick = {0, 20 * 1000000L};

    for (; ms > 0 && !is_ending(h); ms -= 20)
        (void)nanosleep(&tick, NULL);
    return !is_ending(h);
}

static void
let_imports_pass(struct inc_herald *h)
{
    uint64_t head = atomic_load_explicit(&h->head, memory_order_relaxed);

    for (long ms = 0; ms < PATIENCE_MS && head >= h->mark + MANY;
         ms += LULL_MS) {
        uint64_t before = head;

        if (!sit_out(h, LULL_MS))
            return;
        head = atomic_load_explicit(&h->head, memory_order_relaxed);
        if (head == before)
            return;
    }
}

/* Everything up to the current image. */
static enum inc_status
catch_up(struct inc_herald *h)
{
    struct inc_image image = inc_live_hold(h->crew->o.live);
    uint64_t upto = inc_pool_generation(image.pool);
    struct inc_err err = {0};
    enum inc_status st = INC_OK;

    inc_image_drop(&image);
    note_head(h, upto);
    if (h->mark < upto && !h->crew->o.by_hand)
        let_imports_pass(h);
    image = inc_live_hold(h->crew->o.live);
    upto = inc_pool_generation(image.pool);
    while (st == INC_OK && h->mark < upto) {
        st = match_portion(h, &image, upto, &err);
        inc_image_drop(&image); /* an old one keeps memory */
        image = inc_live_hold(h->crew->o.live);
    }
    inc_image_drop(&image);
    if (st != INC_OK && st != INC_E_STOPPING && err.what[0] != '\0')
        log_trouble("standing_match_failed", &err);
    return st;
}

size_t
inc_herald_turn(struct inc_herald *h)
{
    uint64_t before = h->mark;

    (void)catch_up(h);
    return (size_t)(h->mark - before);
}

static void *
herald_main(void *arg)
{
    struct inc_herald *h = arg;
    const struct inc_image none = {NULL, NULL};
    enum inc_status st;

    (void)setpriority(PRIO_PROCESS, 0, NICENESS); /* this thread's, on Linux */
    do
        st = catch_up(h);
    while (st != INC_E_STOPPING && rest(h, st == INC_OK ? QUIET_MS : RETRY_MS));
    h->message.n = h->message.n_gone = 0;
    if (h->mark > h->kept)
        (void)send_message(h, &none, h->mark);
    return NULL;
}

/* ---- life --------------------------------------------------------------- */

static int
init_sync(struct inc_herald *h)
{
    pthread_condattr_t a;
    int rc = -1;

    if (pthread_condattr_init(&a) != 0)
        return -1;
    if (pthread_condattr_setclock(&a, CLOCK_MONOTONIC) == 0 &&
        pthread_mutex_init(&h->mutex, NULL) == 0) {
        rc = pthread_cond_init(&h->change, &a);
        if (rc != 0)
            (void)pthread_mutex_destroy(&h->mutex);
    }
    (void)pthread_condattr_destroy(&a);
    h->sync_made = rc == 0;
    return rc;
}

static enum inc_status
read_mark(struct inc_herald *h, struct inc_err *err)
{
    struct inc_view *view = NULL;
    enum inc_status st;

    INC_TRY(inc_view_open(&view, h->crew->o.store, err));
    st = inc_event_mark(view, &h->mark, err);
    h->kept = h->mark;
    atomic_store_explicit(&h->matched, h->mark, memory_order_relaxed);
    atomic_store_explicit(&h->head, h->mark, memory_order_relaxed);
out:
    inc_view_close(view);
    return st;
}

enum inc_status
inc_herald_start(struct inc_herald **out, struct inc_crew *c, int32_t least,
                 struct inc_err *err)
{
    struct inc_herald *h = inc_mem_zero(1, sizeof *h);
    enum inc_status st = INC_OK;

    *out = NULL;
    if (h == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the herald");
    h->crew = c;
    h->least = least;
    if (init_sync(h) != 0) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the herald");
        goto out;
    }
    INC_TRY(
        inc_matcher_sized(&h->matcher, c->o.kernels, c->o.match_bytes, err));
    INC_TRY(read_mark(h, err));
    if (c->o.by_hand) {
        *out = h;
        return INC_OK;
    }
    if (pthread_create(&h->thread, NULL, herald_main, h) != 0) {
        st = inc_fail(err, INC_E_NOMEM, 0, "cannot start a thread");
        goto out;
    }
    h->running = 1;
    *out = h;
    h = NULL;
out:
    inc_herald_free(h);
    return st;
}

void
inc_herald_stop(struct inc_herald *h)
{
    if (h == NULL || !h->running)
        return;
    (void)pthread_mutex_lock(&h->mutex);
    h->ending = 1;
    (void)pthread_cond_broadcast(&h->change);
    (void)pthread_mutex_unlock(&h->mutex);
    INC_CHECK(pthread_join(h->thread, NULL) == 0);
    h->running = 0;
}

void
inc_herald_free(struct inc_herald *h)
{
    if (h == NULL)
        return;
    inc_herald_stop(h);
    inc_matcher_free(h->matcher);
    if (h->sync_made) {
        (void)pthread_cond_destroy(&h->change);
        (void)pthread_mutex_destroy(&h->mutex);
    }
    inc_mem_free(h);
}

void
inc_herald_wake(struct inc_herald *h, uint64_t seq)
{
    if (h == NULL)
        return;
    note_head(h, seq);
    (void)pthread_mutex_lock(&h->mutex);
    h->woken = 1;
    (void)pthread_cond_broadcast(&h->change);
    (void)pthread_mutex_unlock(&h->mutex);
}

uint64_t
inc_herald_lag(const struct inc_herald *h)
{
    uint64_t head, matched;

    if (h == NULL)
        return 0;
    head = atomic_load_explicit(&h->head, memory_order_relaxed);
    matched = atomic_load_explicit(&h->matched, memory_order_relaxed);
    return head > matched ? head - matched : 0;
}

uint64_t
inc_herald_events(const struct inc_herald *h)
{
    return h == NULL ? 0
                     : atomic_load_explicit(&h->events, memory_order_relaxed);
}

uint64_t
inc_herald_changes(const struct inc_herald *h)
{
    return h == NULL ? 0
                     : atomic_load_explicit(&h->changes, memory_order_relaxed);
}

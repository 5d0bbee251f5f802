#include "engine/base/queue.h"

#include <pthread.h>
#include <time.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"

struct slot {
    void *item;
    uint64_t weight;
    unsigned lane;
};

struct inc_queue {
    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t more;
    struct slot *slot; /* ring of `cap` */
    size_t cap, head, count;
    size_t sleepers; /* takers waiting in `more` */
    uint64_t weight, max_weight;
    int closed;
};

enum inc_status
inc_queue_new(struct inc_queue **out, const struct inc_queue_limits *limits)
{
    struct inc_queue *q = inc_mem_zero(1, sizeof *q);
    pthread_condattr_t attr;

    *out = NULL;
    if (q == NULL)
        return INC_E_NOMEM;
    q->cap = limits->items > 0 ? limits->items : 1;
    q->max_weight = limits->weight;
    q->slot = inc_mem_zero(q->cap, sizeof *q->slot);
    if (q->slot == NULL) {
        inc_mem_free(q);
        return INC_E_NOMEM;
    }
    INC_CHECK(pthread_mutex_init(&q->mutex, NULL) == 0);
    INC_CHECK(pthread_condattr_init(&attr) == 0);
    /* The wall clock may jump; waits must not. */
    INC_CHECK(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
    INC_CHECK(pthread_cond_init(&q->more, &attr) == 0);
    (void)pthread_condattr_destroy(&attr);
    *out = q;
    return INC_OK;
}

void
inc_queue_free(struct inc_queue *q)
{
    if (q == NULL)
        return;
    (void)pthread_cond_destroy(&q->more);
    (void)pthread_mutex_destroy(&q->mutex);
    inc_mem_free(q->slot);
    inc_mem_free(q);
}

static void
lock(struct inc_queue *q)
{
    INC_CHECK(pthread_mutex_lock(&q->mutex) == 0);
}

static void
unlock(struct inc_queue *q)
{
    INC_CHECK(pthread_mutex_unlock(&q->mutex) == 0);
}

static struct slot *
slot_at(struct inc_queue *q, size_t i)
{
    return &q->slot[(q->head + i) % q->cap];
}

enum inc_status
inc_queue_put(struct inc_queue *q, void *item, unsigned lane, uint64_t weight)
{
    enum inc_status st = INC_OK;

    lock(q);
    if (q->closed) {
        st = INC_E_STOPPING;
    } else if (q->count == q->cap || (q->max_weight != 0 && q->count > 0 &&
                                      (weight > q->max_weight ||
                                       q->weight > q->max_weight - weight))) {
        st = INC_E_BUSY;
    } else {
        *slot_at(q, q->count) =
            (struct slot){.item = item, .weight = weight, .lane = lane};
        q->count++;
        q->weight += weight;
        (void)pthread_cond_signal(&q->more);
    }
    unlock(q);
    return st;
}

/* 1 when there is an item, 0 after the timeout or at the end. */
static int
wait_for_item(struct inc_queue *q, int64_t timeout_ms)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    if (timeout_ms > 0) {
        until.tv_sec += timeout_ms / 1000;
        until.tv_nsec += timeout_ms % 1000 * 1000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
    }
    while (q->count == 0 && !q->closed && timeout_ms != 0) {
        int rc;

        q->sleepers++;
        rc = timeout_ms < 0
                 ? pthread_cond_wait(&q->more, &q->mutex)
                 : pthread_cond_timedwait(&q->more, &q->mutex, &until);
        q->sleepers--;
        if (rc != 0)
            break;
    }
    return q->count > 0;
}

/* How many of the lane's items one taker may have, sleepers considered. */
static size_t
share(struct inc_queue *q, unsigned lane, size_t max)
{
    size_t same = 0, fair;

    if (lane == 0)
        return 1;
    if (q->sleepers == 0)
        return max;
    for (size_t i = 0; i < q->count; i++)
        same += slot_at(q, i)->lane == lane;
    fair = (same + q->sleepers) / (q->sleepers + 1);
    return fair < max ? fair : max;
}

size_t
inc_queue_take(struct inc_queue *q, void **items, size_t max,
               uint64_t max_weight, int64_t timeout_ms)
{
    uint64_t weight = 0;
    size_t n = 0, kept = 0;
    unsigned lane;

    lock(q);
    if (!wait_for_item(q, timeout_ms)) {
        unlock(q);
        return 0;
    }
    lane = slot_at(q, 0)->lane;
    max = share(q, lane, max);
    for (size_t i = 0; i < q->count; i++) {
        struct slot s = *slot_at(q, i);

        if (n < max && s.lane == lane &&
            (n == 0 || max_weight == 0 || weight + s.weight <= max_weight)) {
            items[n++] = s.item;
            weight += s.weight;
        } else {
            if (s.lane == lane)
                max = n; /* the order within a lane stays */
            *slot_at(q, kept++) = s;
        }
    }
    q->count = kept;
    q->weight -= weight;
    if (q->count > 0)
        (void)pthread_cond_signal(&q->more);
    unlock(q);
    return n;
}

void
inc_queue_close(struct inc_queue *q)
{
    lock(q);
    q->closed = 1;
    (void)pthread_cond_broadcast(&q->more);
    unlock(q);
}

int
inc_queue_closed(struct inc_queue *q)
{
    int closed;

    lock(q);
    closed = q->closed;
    unlock(q);
    return closed;
}

size_t
inc_queue_depth(struct inc_queue *q)
{
    size_t n;

    lock(q);
    n = q->count;
    unlock(q);
    return n;
}

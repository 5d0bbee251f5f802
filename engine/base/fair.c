#include "engine/base/fair.h"

#include <pthread.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"

enum {
    ASIDE_MAX = 64, /* clients passed over in one take */
    PACE_OF = 16,   /* about so many of the last tell the pace */
    IDLE_MAX = 4096 /* absent clients remembered: what they owe and cost */
};
#define NONE UINT32_MAX

/* One waiting item. Free ones are linked too. */
struct entry {
    void *item;
    uint64_t weight;
    uint32_t next;
};

/* One client: waiting, working, or idle and in debt. */
struct flow {
    uint64_t client;
    uint64_t used;  /* cost so far, on the queue's own scale */
    uint64_t turn;  /* breaks ties: who came into line first */
    uint64_t mean;  /* recent cost of an item, 0: not measured */
    uint64_t guess; /* until then, for the bound: everybody's mean, 0: none */
    uint64_t ahead; /* part of `used` that is expected, not measured */
    uint64_t weight;
    size_t waiting, working;
    uint32_t first, last;       /* entries */
    size_t place;               /* in the heap, while waiting > 0 */
    struct flow *chain;         /* of the bucket */
    struct flow *older, *newer; /* idle ones */
};

struct inc_fair {
    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t more;
    struct inc_fair_limits limits;
    struct entry *entry; /* [limits.items] */
    uint32_t free;       /* first free entry */
    struct flow **heap;  /* waiting flows, the next one first */
    size_t heap_len;
    struct flow **bucket;
    size_t buckets; /* power of two */
    struct flow *oldest, *newest;
    size_t idle, known;
    size_t count, working;
    uint64_t weight, now, top, turns;
    uint64_t mean;     /* recent cost of an item of anybody */
    uint64_t queued;   /* expected cost of all that waits */
    double cost, took; /* of late: what was charged, how long it took */
    size_t sleepers;   /* takers waiting in `more` */
    int closed;
};

static void
lock(struct inc_fair *q)
{
    INC_CHECK(pthread_mutex_lock(&q->mutex) == 0);
}

static void
unlock(struct inc_fair *q)
{
    INC_CHECK(pthread_mutex_unlock(&q->mutex) == 0);
}

static uint64_t
least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* --- the heap of waiting flows ---------------------------------------------
 */

static int
before(const struct flow *a, const struct flow *b)
{
    return a->used != b->used ? a->used < b->used : a->turn < b->turn;
}

static void
set(struct inc_fair *q, size_t place, struct flow *f)
{
    q->heap[place] = f;
    f->place = place;
}

/* Put a flow whose `used` changed back into its place. */
static void
settle(struct inc_fair *q, struct flow *f)
{
    size_t at = f->place;

    while (at > 0 && before(f, q->heap[(at - 1) / 2])) {
        set(q, at, q->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * at + 1;

        if (child + 1 < q->heap_len &&
            before(q->heap[child + 1], q->heap[child]))
            child++;
        if (child >= q->heap_len || !before(q->heap[child], f))
            break;
        set(q, at, q->heap[child]);
        at = child;
    }
    set(q, at, f);
}

static void
heap_add(struct inc_fair *q, struct flow *f)
{
    set(q, q->heap_len++, f);
    settle(q, f);
}

static void
heap_remove(struct inc_fair *q, struct flow *f)
{
    struct flow *last = q->heap[--q->heap_len];

    if (last == f)
        return;
    set(q, f->place, last);
    settle(q, last);
}

/* --- clients ----------------------------------------------------------------
 */

static struct flow **
bucket_of(struct inc_fair *q, uint64_t client)
{
    /* Callers may number their clients 1, 2, 3. */
    return &q->bucket[client * UINT64_C(0x9e3779b97f4a7c15) >> 32 &
                      (q->buckets - 1)];
}

static struct flow *
find(struct inc_fair *q, uint64_t client)
{
    struct flow *f = *bucket_of(q, client);

    while (f != NULL && f->client != client)
        f = f->chain;
    return f;
}

static void
unlink_idle(struct inc_fair *q, struct flow *f)
{
    *(f->older != NULL ? &f->older->newer : &q->oldest) = f->newer;
    *(f->newer != NULL ? &f->newer->older : &q->newest) = f->older;
    q->idle--;
}

static void
forget(struct inc_fair *q, struct flow *f)
{
    struct flow **at = bucket_of(q, f->client);

    while (*at != f)
        at = &(*at)->chain;
    *at = f->chain;
    unlink_idle(q, f);
    inc_mem_free(f);
    q->known--;
}

/* Nothing of it waits or runs. */
static void
rest(struct inc_fair *q, struct flow *f)
{
    f->older = q->newest;
    f->newer = NULL;
    *(q->newest != NULL ? &q->newest->newer : &q->oldest) = f;
    q->newest = f;
    q->idle++;
    if (q->count == 0 && q->working == 0)
        q->now = q->top; /* nobody waited for it: no debt to anybody */
    if (q->idle > IDLE_MAX)
        forget(q, q->oldest);
}

/* The client's flow, there and not idle; NULL without memory. */
static struct flow *
wake(struct inc_fair *q, uint64_t client)
{
    struct flow *f = find(q, client);

    if (f == NULL) {
        f = inc_mem_zero(1, sizeof *f);
        if (f == NULL)
            return NULL;
        f->client = client;
        f->guess = q->mean;
        f->chain = *bucket_of(q, client);
        *bucket_of(q, client) = f;
        q->known++;
    } else if (f->waiting == 0 && f->working == 0) {
        unlink_idle(q, f);
    }
    if (f->waiting == 0 && f->used < q->now)
        f->used = q->now;
    return f;
}

static uint64_t
expected(const struct inc_fair *q, const struct flow *f)
{
    return f->mean != 0 ? f->mean : q->limits.cost_at_first;
}

/* The same for the bound, where a guess that is far too high would refuse. */
static uint64_t
likely(const struct flow *f)
{
    return f->mean != 0 ? f->mean : f->guess;
}

/* Time for each unit of cost. */
static double
pace(const struct inc_fair *q)
{
    return q->cost >= 1 && q->took >= 1 ? q->took / q->cost : 1;
}

/* --- items ------------------------------------------------------------------
 */

static void
append(struct inc_fair *q, struct flow *f, void *item, uint64_t weight)
{
    uint32_t e = q->free;

    q->free = q->entry[e].next;
    q->entry[e] = (struct entry){item, weight, NONE};
    if (f->waiting++ == 0) {
        f->first = e;
        f->turn = ++q->turns;
        heap_add(q, f);
    } else {
        q->entry[f->last].next = e;
    }
    f->last = e;
    f->weight += weight;
    q->weight += weight;
    q->queued += likely(f);
    q->count++;
}

/* The oldest item of a flow; the heap is the caller's to put right. */
static void *
pull(struct inc_fair *q, struct flow *f)
{
    uint32_t e = f->first;
    void *item = q->entry[e].item;

    f->first = q->entry[e].next;
    f->waiting--;
    f->weight -= q->entry[e].weight;
    q->weight -= q->entry[e].weight;
    q->queued -= likely(f);
    q->count--;
    q->entry[e].next = q->free;
    q->free = e;
    return item;
}

/* Would the next item of this client come to its turn in time? Turns are by
 * cost, so before it is done each other client gets at most what this one has
 * got by then. */
static int
in_time(const struct inc_fair *q, const struct flow *f)
{
    const uint64_t each = f != NULL ? likely(f) : q->mean;
    const size_t own = f != NULL ? f->waiting : 0;
    const double times = own == 0 ? INC_FAIR_FIRST : 1;
    const double room = times * (double)q->limits.time / pace(q);
    const uint64_t limit = room < 1e18 ? (uint64_t)room : UINT64_MAX;
    uint64_t before = own * each;

    if (q->limits.time == 0 || q->queued <= limit)
        return 1;
    for (size_t i = 0; i < q->heap_len && before <= limit; i++) {
        const struct flow *o = q->heap[i];

        if (o != f)
            before += least(likely(o) * (own == 0 ? 1 : o->waiting),
                            (own + 1) * each);
    }
    return before <= limit;
}

static int
has_room(const struct inc_fair *q, const struct flow *f, uint64_t weight)
{
    size_t places = q->limits.items - q->count;
    size_t waiting = f != NULL ? f->waiting : 0;
    uint64_t room;

    if (places == 0 || (waiting > 0 && waiting >= places) || !in_time(q, f))
        return 0;
    if (q->limits.weight == 0 || q->count == 0)
        return 1;
    room = q->limits.weight - least(q->weight, q->limits.weight);
    return weight <= room && (f == NULL || f->weight <= room);
}

enum inc_status
inc_fair_put(struct inc_fair *q, void *item, uint64_t client, uint64_t weight)
{
    enum inc_status st = INC_E_BUSY;
    struct flow *f = NULL;

    lock(q);
    if (q->closed)
        st = INC_E_STOPPING;
    else if (has_room(q, find(q, client), weight))
        f = wake(q, client);
    if (f != NULL) {
        append(q, f, item, weight);
        (void)pthread_cond_signal(&q->more);
        st = INC_OK;
    }
    unlock(q);
    return st;
}

static void *
serve(struct inc_fair *q, struct flow *f, uint64_t cost)
{
    void *item = pull(q, f);
    uint64_t settled = f->used - f->ahead; /* guesses may be far too high */

    if (settled > q->now)
        q->now = settled;
    f->used += cost;
    f->ahead += cost;
    f->working++;
    q->working++;
    f->turn = ++q->turns;
    if (f->used > q->top)
        q->top = f->used;
    if (f->waiting == 0)
        heap_remove(q, f);
    else
        settle(q, f);
    return item;
}

/* One of a client not measured yet at a time: its next may be as long as the
 * budget, or ten times that. */
static int
does_not_fit(const struct flow *f, uint64_t cost, uint64_t left,
             uint64_t budget)
{
    return budget != 0 && (cost > left || (f->mean == 0 && f->working > 0));
}

static size_t
take(struct inc_fair *q, void **items, size_t max, uint64_t budget)
{
    struct flow *aside[ASIDE_MAX];
    size_t n = 0, passed = 0;
    uint64_t left = budget;

    while (n < max && q->heap_len > 0 && passed < ASIDE_MAX) {
        struct flow *f = q->heap[0];
        uint64_t cost = expected(q, f);

        if (n > 0 && does_not_fit(f, cost, left, budget)) {
            heap_remove(q, f);
            aside[passed++] = f;
            continue;
        }
        items[n++] = serve(q, f, cost);
        left -= least(cost, left);
        if (budget != 0 && left == 0)
            break;
    }
    for (size_t i = 0; i < passed; i++)
        heap_add(q, aside[i]);
    return n;
}

size_t
inc_fair_take(struct inc_fair *q, void **items, size_t max, uint64_t budget,
              int wait)
{
    size_t n = 0;

    lock(q);
    while (q->count == 0 && !q->closed && wait) {
        q->sleepers++;
        (void)pthread_cond_wait(&q->more, &q->mutex);
        q->sleepers--;
    }
    if (q->count > 0) {
        size_t share = (q->count + q->sleepers) / (q->sleepers + 1);

        if (budget > 0) /* a time, as a cost; at least 1, 0 has no limit */
            budget = 1 + (uint64_t)((double)(budget - 1) / pace(q));
        n = take(q, items, share < max ? share : max, budget);
        if (q->count > 0)
            (void)pthread_cond_signal(&q->more);
    }
    unlock(q);
    return n;
}

/* Quick to believe that a client became expensive, slow to forget it. */
static uint64_t
next_mean(uint64_t mean, uint64_t cost)
{
    if (mean == 0)
        mean = cost;
    else if (cost > mean)
        mean += (cost - mean) / 2;
    else
        mean -= (mean - cost) / 8;
    return mean > 0 ? mean : 1;
}

void
inc_fair_charge(struct inc_fair *q, uint64_t client, uint64_t cost)
{
    struct flow *f;
    uint64_t guess;

    lock(q);
    f = find(q, client);
    INC_CHECK(f != NULL && f->working > 0);
    guess = f->ahead / f->working;
    f->ahead -= guess;
    f->used = f->used - guess + cost;
    q->queued -= f->waiting * likely(f);
    f->mean = next_mean(f->mean, cost);
    q->queued += f->waiting * likely(f);
    q->mean = next_mean(q->mean, cost);
    f->working--;
    q->working--;
    if (f->used > q->top)
        q->top = f->used;
    if (f->waiting > 0)
        settle(q, f);
    else if (f->working == 0)
        rest(q, f);
    unlock(q);
}

void
inc_fair_pace(struct inc_fair *q, uint64_t cost, uint64_t took)
{
    lock(q);
    q->cost += (double)cost - q->cost / PACE_OF;
    q->took += (double)took - q->took / PACE_OF;
    unlock(q);
}

size_t
inc_fair_drop(struct inc_fair *q, uint64_t client, void **items, size_t max)
{
    struct flow *f;
    size_t n = 0;

    lock(q);
    f = find(q, client);
    if (f != NULL && f->waiting > 0) {
        while (n < max && f->waiting > 0)
            items[n++] = pull(q, f);
        if (f->waiting == 0) {
            heap_remove(q, f);
            if (f->working == 0)
                rest(q, f);
        }
    }
    unlock(q);
    return n;
}

void
inc_fair_close(struct inc_fair *q)
{
    lock(q);
    q->closed = 1;
    (void)pthread_cond_broadcast(&q->more);
    unlock(q);
}

void
inc_fair_depth(struct inc_fair *q, struct inc_fair_depth *out)
{
    lock(q);
    out->items = q->count;
    out->clients = q->heap_len;
    out->known = q->known;
    out->time = (uint64_t)((double)q->queued * pace(q));
    unlock(q);
}

/* --- start and end ----------------------------------------------------------
 */

static enum inc_status
make_tables(struct inc_fair *q)
{
    size_t items = q->limits.items;

    q->buckets = 16;
    while (q->buckets < items)
        q->buckets *= 2;
    q->entry = inc_mem_zero(items, sizeof *q->entry);
    /* NOLINTBEGIN(bugprone-sizeof-expression): arrays of pointers */
    q->heap = inc_mem_zero(items, sizeof *q->heap);
    q->bucket = inc_mem_zero(q->buckets, sizeof *q->bucket);
    /* NOLINTEND(bugprone-sizeof-expression) */
    if (q->entry == NULL || q->heap == NULL || q->bucket == NULL)
        return INC_E_NOMEM;
    for (size_t i = 0; i < items; i++)
        q->entry[i].next = i + 1 < items ? (uint32_t)(i + 1) : NONE;
    return INC_OK;
}

static void
free_tables(struct inc_fair *q)
{
    for (size_t i = 0; q->bucket != NULL && i < q->buckets; i++)
        while (q->bucket[i] != NULL) {
            struct flow *f = q->bucket[i];

            q->bucket[i] = f->chain;
            inc_mem_free(f);
        }
    inc_mem_free(q->entry);
    inc_mem_free((void *)q->heap);
    inc_mem_free((void *)q->bucket);
}

enum inc_status
inc_fair_new(struct inc_fair **out, const struct inc_fair_limits *limits)
{
    struct inc_fair *q = inc_mem_zero(1, sizeof *q);

    *out = NULL;
    if (q == NULL)
        return INC_E_NOMEM;
    q->limits = *limits;
    if (q->limits.items == 0)
        q->limits.items = 1;
    INC_CHECK(q->limits.items < NONE);
    if (make_tables(q) != INC_OK) {
        free_tables(q);
        inc_mem_free(q);
        return INC_E_NOMEM;
    }
    INC_CHECK(pthread_mutex_init(&q->mutex, NULL) == 0);
    INC_CHECK(pthread_cond_init(&q->more, NULL) == 0);
    *out = q;
    return INC_OK;
}

void
inc_fair_free(struct inc_fair *q)
{
    if (q == NULL)
        return;
    (void)pthread_cond_destroy(&q->more);
    (void)pthread_mutex_destroy(&q->mutex);
    free_tables(q);
    inc_mem_free(q);
}

/* generator.c - one thread of load, and adding the threads up. */
#include "bench/load/generator.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "bench/load/arrivals.h"
#include "bench/load/peek.h"
#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"

#define SECOND UINT64_C(1000000000)
enum {
    LATE_NS = 1000000,   /* open loop: later than this is told */
    PAUSE_NS = 10000000, /* closed loop: a place that was refused */
    NAP_NS = 100000000,  /* longest sleep: the end is looked at */
    DRAIN_MAX = 64       /* replies from one client before the next */
};

/* A request that may be under way. */
struct place {
    uint64_t no; /* of the request; tells an old reply from a new one */
    uint64_t due_ns, next_ns;
    enum inc_ask kind;
    unsigned client;
    int out;
};

struct client {
    void *socket;
    int look; /* replies may be there */
};

struct thread {
    const struct inc_load_plan *plan;
    const struct inc_mix *mix;
    void *context;
    struct client *clients;
    struct pollfd *polls;
    unsigned n_clients, turn;
    struct place *places;
    unsigned *idle; /* [n_idle] of [n_places] */
    unsigned n_places, n_idle, n_out;
    int started;
    struct inc_arrivals arrivals;
    struct inc_rng rng;
    struct inc_buf frame;
    uint64_t next_no, fresh;
    uint64_t start_ns, count_ns, end_ns, last_ns;
    uint64_t full_ns; /* when every place was last seen taken */
    struct inc_load_result *r;
    pthread_t id;
};

/* --- counting ------------------------------------------------------------- */

/* Open loop: requests due in the measured time, whenever they are answered.
 * Closed loop: what happens in it, so that answers slower than the whole time
 * do not leave it empty. */
static int
counts(const struct thread *t, uint64_t due_ns, uint64_t now)
{
    uint64_t at = t->plan->rate > 0 ? due_ns : now;

    return at >= t->count_ns && at < t->end_ns;
}

static struct inc_load_row *
row_at(struct thread *t, uint64_t now)
{
    size_t i = now < t->count_ns ? 0 : (size_t)((now - t->count_ns) / SECOND);

    if (i >= INC_LOAD_ROWS)
        i = INC_LOAD_ROWS - 1;
    if (i >= t->r->n_rows)
        t->r->n_rows = i + 1;
    return &t->r->rows[i];
}

static void
count_wait(struct thread *t, const struct place *p, uint64_t now)
{
    uint64_t ns = now - p->due_ns;

    inc_histogram_add(&t->r->latency, ns);
    inc_histogram_add(&t->r->by_kind[p->kind], ns);
}

static void
count_answer(struct thread *t, const struct place *p, enum inc_status st,
             size_t len, uint64_t now)
{
    struct inc_load_row *row;

    if (st == INC_OK && now >= t->count_ns && now < t->end_ns)
        t->r->in_time++;
    if (!counts(t, p->due_ns, now))
        return;
    row = row_at(t, now);
    if (st == INC_OK) {
        t->r->n.answered++;
        t->r->reply_bytes += len;
        count_wait(t, p, now);
        row->n.answered++;
        if (row->latency == NULL)
            row->latency = inc_mem_zero(1, sizeof *row->latency);
        if (row->latency != NULL)
            inc_histogram_add(row->latency, now - p->due_ns);
    } else if (st == INC_E_BUSY) {
        t->r->n.busy++;
        row->n.busy++;
        inc_histogram_add(&t->r->busy, now - p->due_ns);
    } else {
        t->r->n.errors++;
        row->n.errors++;
        if (-st > 0 && -st < 64)
            t->r->error_by[-st]++;
    }
}

/* --- in and out ----------------------------------------------------------- */

/* 1 when it went out; 0 when the socket would wait. */
static int
send_one(struct thread *t, unsigned place, unsigned client, uint64_t due_ns)
{
    struct place *p = &t->places[place];
    const struct inc_mix_part *part;
    uint64_t no = t->next_no * t->n_places + place, now;
    char id[32];
    size_t body = 0;

    part = inc_mix_next(t->mix, &t->rng, &body);
    (void)snprintf(id, sizeof id, "r%" PRIu64, no);
    inc_mix_request(&t->frame, part, body, id, t->fresh + t->next_no);
    if (t->frame.failed ||
        zmq_send(t->clients[client].socket, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) <
            0 ||
        zmq_send(t->clients[client].socket, t->frame.data, t->frame.len,
                 ZMQ_DONTWAIT) < 0)
        return 0;
    now = inc_clock_ns();
    t->next_no++;
    *p = (struct place){.no = no,
                        .due_ns = due_ns == 0 ? now : due_ns,
                        .kind = part->kind,
                        .client = client,
                        .out = 1};
    t->n_out++;
    t->clients[client].look = 1; /* sending may have eaten the wake-up */
    if (counts(t, p->due_ns, now)) {
        t->r->n.sent++;
        if (now >= t->count_ns)
            row_at(t, now)->n.sent++;
        if (due_ns != 0)
            inc_histogram_add(&t->r->lag, now - due_ns);
    }
    return 1;
}

static void
take_reply(struct thread *t, const void *bytes, size_t len)
{
    enum inc_status st;
    uint64_t no, now = inc_clock_ns();
    struct place *p;

    if (inc_reply_peek(&no, &st, bytes, len) != 0) {
        t->r->strays++;
        return;
    }
    p = &t->places[no % t->n_places];
    if (!p->out || p->no != no) {
        t->r->strays++;
        return;
    }
    p->out = 0;
    p->next_ns = st == INC_OK ? 0 : now + PAUSE_NS;
    t->n_out--;
    t->idle[t->n_idle++] = (unsigned)(no % t->n_places);
    count_answer(t, p, st, len, now);
}

/* Replies of one client; how many. */
static unsigned
drain(struct thread *t, struct client *c)
{
    unsigned n = 0;
    zmq_msg_t part;

    c->look = 0;
    (void)zmq_msg_init(&part);
    while (zmq_msg_recv(&part, c->socket, ZMQ_DONTWAIT) >= 0) {
        if (!zmq_msg_more(&part))
            take_reply(t, zmq_msg_data(&part), zmq_msg_size(&part));
        if (++n == DRAIN_MAX) {
            c->look = 1;
            break;
        }
    }
    (void)zmq_msg_close(&part);
    return n;
}

static unsigned
drain_all(struct thread *t)
{
    unsigned n = 0;

    for (unsigned i = 0; i < t->n_clients; i++)
        if (t->clients[i].look)
            n += drain(t, &t->clients[i]);
    return n;
}

/* --- the two loops -------------------------------------------------------- */

/* Send what is due; when the next one is, or UINT64_MAX. */
static uint64_t
send_open(struct thread *t, uint64_t now, unsigned *sent)
{
    for (;;) {
        uint64_t due = t->start_ns + inc_arrivals_peek(&t->arrivals);
        if (due >= t->end_ns)
            return UINT64_MAX;
        if (due > now)
            return due;
        if (t->n_idle == 0) {
            t->full_ns = now;
            return UINT64_MAX; /* an answer wakes us */
        }
        unsigned place = t->idle[t->n_idle - 1];
        /* Due while every place was taken: the daemon's delay, not ours. */
        if (now - due > LATE_NS && due > t->full_ns && counts(t, due, now))
            t->r->late++;
        if (!send_one(t, place, t->turn, due))
            return now + LATE_NS;
        t->n_idle--;
        t->turn = (t->turn + 1) % t->n_clients;
        inc_arrivals_step(&t->arrivals);
        (*sent)++;
        if (*sent % DRAIN_MAX == 0)
            return now; /* answers wait too */
    }
}

static uint64_t
send_closed(struct thread *t, uint64_t now, unsigned *sent)
{
    uint64_t next = UINT64_MAX;
    unsigned kept = 0;

    if (now >= t->end_ns)
        return UINT64_MAX;
    for (unsigned i = 0; i < t->n_idle; i++) {
        unsigned place = t->idle[i];
        uint64_t after = t->places[place].next_ns;
        if (after <= now && send_one(t, place, place % t->n_clients, 0)) {
            (*sent)++;
            continue;
        }
        if (after <= now)
            after = now + LATE_NS;
        next = after < next ? after : next;
        t->idle[kept++] = place;
    }
    t->n_idle = kept;
    return next;
}

static void
nap(struct thread *t, uint64_t until)
{
    uint64_t now = inc_clock_ns();
    uint64_t ns = until > now ? until - now : 0;
    struct timespec wait;

    if (ns > NAP_NS)
        ns = NAP_NS;
    wait = (struct timespec){.tv_nsec = (long)ns};
    for (unsigned i = 0; i < t->n_clients; i++)
        t->polls[i].revents = 0;
    int rc = ppoll(t->polls, t->n_clients, &wait, NULL);
    for (unsigned i = 0; rc > 0 && i < t->n_clients; i++)
        if (t->polls[i].revents != 0)
            t->clients[i].look = 1;
}

/* Waits without an end count with what they lasted: leaving them out would
 * make an overloaded daemon look good. */
static void
count_unfinished(struct thread *t)
{
    uint64_t now = inc_clock_ns();

    for (unsigned i = 0; i < t->n_places; i++)
        if (t->places[i].out &&
            (t->plan->rate == 0 || counts(t, t->places[i].due_ns, now))) {
            t->r->unanswered++;
            count_wait(t, &t->places[i], now);
        }
    if (t->plan->rate == 0)
        return;
    for (;; inc_arrivals_step(&t->arrivals)) {
        uint64_t due = t->start_ns + inc_arrivals_peek(&t->arrivals);
        if (due >= t->end_ns)
            return;
        if (counts(t, due, now)) {
            t->r->unsent++;
            inc_histogram_add(&t->r->latency, now - due);
        }
    }
}

static void
work(struct thread *t)
{
    for (;;) {
        uint64_t now = inc_clock_ns(), next;
        unsigned moved = 0;

        if (now >= t->last_ns)
            break;
        next = t->plan->rate > 0 ? send_open(t, now, &moved)
                                 : send_closed(t, now, &moved);
        moved += drain_all(t);
        if (now >= t->end_ns && t->n_out == 0)
            break;
        if (moved == 0)
            nap(t, next < t->last_ns ? next : t->last_ns);
    }
    count_unfinished(t);
}

/* --- setting up ----------------------------------------------------------- */

static enum inc_status
connect_one(struct thread *t, unsigned i, struct inc_err *err)
{
    int none = 0, hwm = INC_LOAD_PLACES_MAX;
    size_t size = sizeof t->polls[i].fd;
    void *s = zmq_socket(t->context, ZMQ_DEALER);

    t->clients[i].socket = s;
    t->clients[i].look = 1;
    if (s == NULL || zmq_setsockopt(s, ZMQ_LINGER, &none, sizeof none) != 0 ||
        zmq_setsockopt(s, ZMQ_SNDHWM, &hwm, sizeof hwm) != 0 ||
        zmq_setsockopt(s, ZMQ_RCVHWM, &hwm, sizeof hwm) != 0 ||
        zmq_connect(s, t->plan->endpoint) != 0 ||
        zmq_getsockopt(s, ZMQ_FD, &t->polls[i].fd, &size) != 0)
        return inc_fail(err, INC_E_IO, errno, "client %u: %s", i,
                        zmq_strerror(errno));
    t->polls[i].events = POLLIN;
    return INC_OK;
}

static unsigned
share(unsigned all, unsigned threads, unsigned i)
{
    return all / threads + (i < all % threads);
}

static enum inc_status
prepare(struct thread *t, const struct inc_load_plan *plan,
        const struct inc_mix *mix, unsigned i, struct inc_err *err)
{
    t->plan = plan;
    t->mix = mix;
    t->n_clients = share(plan->clients, plan->threads, i);
    t->n_places = plan->rate > 0 ? share(plan->places, plan->threads, i)
                                 : t->n_clients * plan->depth;
    t->rng.state = plan->seed + i;
    inc_random_bytes(&t->fresh, sizeof t->fresh);
    t->fresh &= ~UINT64_C(0xffffffff); /* room for this thread's numbers */
    if (plan->rate > 0)
        inc_arrivals_init(&t->arrivals, plan->rate / plan->threads,
                          !plan->fixed, ~(plan->seed + i));
    t->clients = inc_mem_zero(t->n_clients, sizeof *t->clients);
    t->polls = inc_mem_zero(t->n_clients, sizeof *t->polls);
    t->places = inc_mem_zero(t->n_places, sizeof *t->places);
    t->idle = inc_mem_zero(t->n_places, sizeof *t->idle);
    t->r = inc_mem_zero(1, sizeof *t->r);
    if (t->clients == NULL || t->polls == NULL || t->places == NULL ||
        t->idle == NULL || t->r == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a load thread");
    for (unsigned p = 0; p < t->n_places; p++)
        t->idle[t->n_idle++] = p;
    t->context = zmq_ctx_new();
    if (t->context == NULL ||
        zmq_ctx_set(t->context, ZMQ_MAX_SOCKETS, INC_LOAD_CLIENTS_MAX + 8) != 0)
        return inc_fail(err, INC_E_IO, errno, "zmq_ctx_new: %s",
                        zmq_strerror(errno));
    for (unsigned c = 0; c < t->n_clients; c++) {
        enum inc_status st = connect_one(t, c, err);
        if (st != INC_OK)
            return st;
    }
    return INC_OK;
}

static void
unprepare(struct thread *t)
{
    for (unsigned c = 0; t->clients != NULL && c < t->n_clients; c++)
        if (t->clients[c].socket != NULL)
            (void)zmq_close(t->clients[c].socket);
    if (t->context != NULL)
        (void)zmq_ctx_term(t->context);
    inc_mem_free(t->clients);
    inc_mem_free(t->polls);
    inc_mem_free(t->places);
    inc_mem_free(t->idle);
    inc_buf_release(&t->frame);
    inc_load_release(t->r);
}

static void *
main_of_thread(void *arg)
{
    work(arg);
    return NULL;
}

static void
add_row(struct inc_load_row *into, struct inc_load_row *from)
{
    into->n.sent += from->n.sent;
    into->n.answered += from->n.answered;
    into->n.busy += from->n.busy;
    into->n.errors += from->n.errors;
    if (into->latency == NULL) {
        into->latency = from->latency;
        from->latency = NULL;
    } else if (from->latency != NULL) {
        inc_histogram_merge(into->latency, from->latency);
    }
}

static void
add_up(struct inc_load_result *into, struct inc_load_result *from)
{
    inc_histogram_merge(&into->latency, &from->latency);
    inc_histogram_merge(&into->busy, &from->busy);
    inc_histogram_merge(&into->lag, &from->lag);
    for (size_t i = 0; i < INC_ASK_COUNT; i++)
        inc_histogram_merge(&into->by_kind[i], &from->by_kind[i]);
    into->n.sent += from->n.sent;
    into->n.answered += from->n.answered;
    into->n.busy += from->n.busy;
    into->n.errors += from->n.errors;
    into->in_time += from->in_time;
    into->unanswered += from->unanswered;
    into->unsent += from->unsent;
    into->late += from->late;
    into->strays += from->strays;
    into->reply_bytes += from->reply_bytes;
    for (size_t i = 0; i < 64; i++)
        into->error_by[i] += from->error_by[i];
    for (size_t i = 0; i < from->n_rows; i++)
        add_row(&into->rows[i], &from->rows[i]);
    if (from->n_rows > into->n_rows)
        into->n_rows = from->n_rows;
}

static void
set_times(struct thread *t, uint64_t start)
{
    const struct inc_load_plan *p = t->plan;

    t->start_ns = start;
    t->count_ns = start + (uint64_t)(p->warmup * 1e9);
    t->end_ns = t->count_ns + (uint64_t)(p->seconds * 1e9);
    t->last_ns = t->end_ns + (uint64_t)(p->grace * 1e9);
}

enum inc_status
inc_load_run(struct inc_load_result **out, const struct inc_load_plan *plan,
             const struct inc_mix *mix, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct thread threads[INC_LOAD_THREADS_MAX];
    struct inc_load_result *sum = inc_mem_zero(1, sizeof *sum);

    INC_CHECK(plan->threads > 0 && plan->threads <= INC_LOAD_THREADS_MAX);
    memset(threads, 0, sizeof threads);
    *out = NULL;
    if (sum == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the result");
    for (unsigned i = 0; i < plan->threads; i++)
        INC_TRY(prepare(&threads[i], plan, mix, i, err));
    uint64_t start = inc_clock_ns();
    for (unsigned i = 0; i < plan->threads; i++) {
        set_times(&threads[i], start);
        if (i > 0 && pthread_create(&threads[i].id, NULL, main_of_thread,
                                    &threads[i]) == 0)
            threads[i].started = 1;
        else if (i > 0)
            st = inc_fail(err, INC_E_IO, 0, "no thread could be started");
    }
    work(&threads[0]);
    for (unsigned i = 0; i < plan->threads; i++) {
        if (threads[i].started)
            (void)pthread_join(threads[i].id, NULL);
        add_up(sum, threads[i].r);
    }
    if (st == INC_OK) {
        *out = sum;
        sum = NULL;
    }
out:
    for (unsigned i = 0; i < plan->threads; i++)
        unprepare(&threads[i]);
    inc_load_release(sum);
    return st;
}

void
inc_load_release(struct inc_load_result *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < INC_LOAD_ROWS; i++)
        inc_mem_free(r->rows[i].latency);
    inc_mem_free(r);
}

/*
 * loop.c - the router thread: frames in, jobs out, replies back. The only
 * file that receives on the ROUTER socket; outgoing.c sends on it.
 */
#include <errno.h>
#include <string.h>
#include <zmq.h>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/fair.h"
#include "engine/base/log.h"
#include "engine/base/seal.h"
#include "engine/server/curve.h"
#include "engine/server/inside.h"
#include "engine/server/who.h"

enum {
    PER_WAKE = 128, /* frames read before replies get their turn, ... */
    WAKE_MS = 5,    /* ... or so long */
    ENVELOPE_BYTES = 16384,
    RETRY_MIN_MS = 10,
    RETRY_MAX_MS = 5000
};

struct incoming {
    zmq_msg_t route, payload;
    int parts;  /* frames after the route */
    int shaped; /* an empty frame, then one */
};

/* 0 when a whole message was read; it needs release() then. */
static int
receive(void *socket, struct incoming *in)
{
    (void)zmq_msg_init(&in->route);
    (void)zmq_msg_init(&in->payload);
    in->parts = 0;
    in->shaped = 1;
    if (zmq_msg_recv(&in->route, socket, ZMQ_DONTWAIT) < 0)
        return -1;
    while (zmq_msg_more(in->parts == 0 ? &in->route : &in->payload)) {
        /* Only the last frame is kept: a peer cannot pile them up here. */
        if (zmq_msg_recv(&in->payload, socket, 0) < 0)
            return -1;
        if (in->parts == 0)
            in->shaped = zmq_msg_size(&in->payload) == 0;
        in->parts++;
    }
    in->shaped = in->shaped && in->parts == 2;
    return 0;
}

static void
release(struct incoming *in)
{
    /* ZeroMQ keeps or frees the bytes as they are. */
    inc_wipe(zmq_msg_data(&in->payload), zmq_msg_size(&in->payload));
    (void)zmq_msg_close(&in->route);
    (void)zmq_msg_close(&in->payload);
}

static void
count_answer(struct inc_server *s, enum inc_op op, enum inc_status st)
{
    if (-(int)st < INC_STATUS_KINDS)
        inc_tally_add(&s->desk.meter.answers[op][-(int)st], 1);
}

static void
set_in_flight(struct inc_server *s, uint64_t n)
{
    s->in_flight = n;
    atomic_store_explicit(&s->desk.meter.in_flight, n, memory_order_relaxed);
}

/* `op` is INC_OP_COUNT when the frame does not say. */
static void
refuse(struct inc_server *s, struct incoming *in, enum inc_op op,
       const char *id, const struct inc_err *err)
{
    struct inc_buf reply = {0};
    struct inc_log l;

    count_answer(s, op, err->status);
    if (err->status == INC_E_BUSY)
        inc_spread_add(&s->desk.meter.refusal_us,
                       (inc_clock_ns() - s->readable_ns) / 1000);
    inc_log_start(&l, INC_LOG_DEBUG, "refused");
    inc_log_text(&l, "code", inc_status_wire(err->status));
    inc_log_int(&l, "bytes", (int64_t)zmq_msg_size(&in->payload));
    inc_log_end(&l);
    inc_reply_error(&reply, id, err);
    (void)inc_outgoing_refusal(s, zmq_msg_data(&in->route),
                               zmq_msg_size(&in->route), &reply);
    inc_buf_release(&reply);
}

static uint64_t
most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* How long what waits before an operation should take; of all queues the
 * longest when it is INC_OP_COUNT. */
static uint64_t
ahead_us(struct inc_server *s, enum inc_op op)
{
    const uint64_t *mean = s->mean_us;
    struct inc_crew_waiting w;
    uint64_t us[INC_OPS_KINDS], longest = 0;

    inc_crew_waiting(s->desk.crew, &w);
    /* A commit that takes long takes as long again. */
    us[INC_OPS_MATCH] =
        most(w.questions_ns, inc_crew_commit_ns(s->desk.crew)) / 1000;
    us[INC_OPS_READ] = w.reads_ns / 1000;
    us[INC_OPS_WRITE] = (w.writes / INC_COMMIT_MAX + 1) * mean[INC_OPS_WRITE];
    us[INC_OPS_ADMIN] = w.admin * mean[INC_OPS_ADMIN];
    if (op != INC_OP_COUNT)
        return us[inc_ops[op].kind];
    for (int kind = 0; kind < INC_OPS_KINDS; kind++)
        longest = most(longest, us[kind]);
    return longest;
}

/* With when to come back: once what is in front should be done. */
static void
busy(struct inc_server *s, enum inc_status why, enum inc_op op,
     struct inc_err *err)
{
    uint64_t ms = ahead_us(s, op) / 1000;

    if (why == INC_E_STOPPING) {
        (void)inc_fail(err, INC_E_STOPPING, 0, "the service is stopping");
        inc_err_hint(err, "try again in %d ms", RETRY_MAX_MS);
        return;
    }
    ms = most(ms, RETRY_MIN_MS);
    if (ms > RETRY_MAX_MS)
        ms = RETRY_MAX_MS;
    inc_tally_add(&s->desk.meter.busy, 1);
    (void)inc_fail(err, INC_E_BUSY, 0, "%llu requests are waiting",
                   (unsigned long long)s->in_flight);
    inc_err_hint(err, "try again in %llu ms", (unsigned long long)ms);
}

/* 1 when nothing more of this client is let in for now. */
static int
has_its_share(const struct inc_server *s, const struct inc_peer *peer)
{
    return s->in_flight >= INC_IN_FLIGHT_MAX ||
           (peer != NULL &&
            (peer->working >= s->share_max ||
             inc_account_replies(&peer->account) >= s->share_max));
}

static enum inc_status
may_enter(struct inc_server *s, const struct inc_request *r,
          struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (inc_ops[r->op].kind == INC_OPS_ADMIN && !s->desk.o.admin) {
        st =
            inc_fail(err, INC_E_DENIED, 0, "%s is an administrator's operation",
                     inc_ops[r->op].wire);
        inc_err_where(err, "request.op");
        inc_err_hint(err, "set admin = true in the configuration of incrociod");
    } else if (s->draining) {
        st = INC_E_STOPPING;
        busy(s, st, r->op, err);
    }
    return st;
}

/* The key the client shook hands with, NULL over ipc: from a frame of the
 * payload, as ZeroMQ 4.3.4 may leave it off the first. What the client calls
 * itself, as route or as actor, says nothing. */
static const char *
key_of(const struct inc_server *s, struct incoming *in)
{
    const char *key;

    if (s->handshakes == NULL)
        return NULL;
    key = zmq_msg_gets(&in->payload, "User-Id");
    return key == NULL ? "" : key; /* nobody's */
}

static struct inc_job *
make_job(struct incoming *in, const struct inc_request *r,
         struct inc_peer *peer, uint64_t now)
{
    struct inc_job *j =
        inc_job_new(zmq_msg_data(&in->route), zmq_msg_size(&in->route),
                    zmq_msg_data(&in->payload), zmq_msg_size(&in->payload));

    if (j == NULL)
        return NULL;
    j->op = r->op;
    memcpy(j->id, r->id, sizeof j->id);
    j->arrived_ns = now;
    if (r->deadline_ms > 0 && (uint64_t)r->deadline_ms < UINT64_MAX / 2000000)
        j->deadline_ns = now + (uint64_t)r->deadline_ms * 1000000;
    j->client = peer->client;
    j->account = &peer->account;
    return j;
}

/* 1 while the disk is slower than a question should wait: its answer would wait
 * to be recorded. As in fair.h, who has nothing under way is let in longer. */
static int
stalled(const struct inc_server *s, const struct inc_job *j,
        const struct inc_peer *peer)
{
    uint64_t limit = s->desk.o.queue_ns;

    if (peer->working == 0)
        limit *= INC_FAIR_FIRST;
    return limit > 0 && s->desk.o.record &&
           inc_ops[j->op].kind == INC_OPS_MATCH &&
           inc_crew_commit_ns(s->desk.crew) > limit;
}

static enum inc_status
enter(struct inc_server *s, struct incoming *in, const struct inc_request *r,
      uint64_t client, const struct inc_grant *grant, struct inc_book *book,
      struct inc_err *err)
{
    struct inc_peer *peer = inc_peers_add(&s->peers, client, &s->desk.ledger);
    struct inc_job *j =
        peer == NULL ? NULL : make_job(in, r, peer, inc_clock_ns());
    enum inc_status st = INC_E_BUSY;

    if (j == NULL) {
        busy(s, st, r->op, err);
        goto out;
    }
    INC_CHECK(grant->who != NULL);
    j->grant = *grant;
    j->book = inc_book_hold(book);
    j->secret = s->desk.secret;
    if (inc_job_room(j) != INC_OK) {
        inc_tally_add(&s->desk.meter.busy, 1);
        inc_tally_add(&s->desk.meter.unread, 1);
        *err = j->err;
        inc_job_free(j);
    } else if (stalled(s, j, peer) ||
               (st = inc_crew_submit(s->desk.crew, j)) != INC_OK) {
        inc_job_free(j);
        busy(s, st, r->op, err);
    } else {
        set_in_flight(s, s->in_flight + 1);
        peer->working++;
        peer->fd = zmq_msg_get(&in->payload, ZMQ_SRCFD);
    }
out:
    return st;
}

static enum inc_status
shape_error(const struct incoming *in, struct inc_err *err)
{
    (void)inc_fail(err, INC_E_FORMAT, 0,
                   "a request is an empty frame and one msgpack frame; this "
                   "message has %d frames%s",
                   in->parts, in->parts == 2 ? ", the first not empty" : "");
    inc_err_hint(err, "REQ sockets do this by themselves; with a DEALER send "
                      "an empty frame first");
    return INC_E_FORMAT;
}

static void
take_in(struct inc_server *s, struct incoming *in)
{
    const void *bytes = zmq_msg_data(&in->payload);
    size_t len = zmq_msg_size(&in->payload);
    struct inc_request r = {0};
    struct inc_frame *frame = NULL;
    struct inc_book *book = NULL;
    struct inc_grant grant = {0};
    struct inc_err err = {0};
    enum inc_status st = INC_OK;
    const char *key = key_of(s, in);
    uint64_t client = inc_peers_number(&s->peers, zmq_msg_data(&in->route),
                                       zmq_msg_size(&in->route));
    enum inc_op op = INC_OP_COUNT; /* not told yet */
    int bad = 1;

    inc_tally_add(&s->desk.meter.requests, 1);
    inc_tally_add(&s->desk.meter.bytes_in, len);
    inc_arena_reset(&s->envelope);
    if (!in->shaped) {
        st = shape_error(in, &err);
        goto out;
    }
    /* A connection outlives its key: every request is asked anew. */
    st = inc_who_knows(&s->desk, key, &err);
    if (st != INC_OK) {
        inc_tally_add(&s->desk.meter.strangers, 1);
        (void)inc_frame_peek(r.id, sizeof r.id, "id", bytes, len,
                             &inc_request_limits);
        bad = 0;
        goto out;
    }
    /* Before its frame is unpacked: who floods is refused cheaply. */
    if (has_its_share(s, inc_peers_find(&s->peers, client))) {
        (void)inc_frame_peek(r.id, sizeof r.id, "id", bytes, len,
                             &inc_request_limits);
        st = s->draining ? INC_E_STOPPING : INC_E_BUSY;
        busy(s, st, INC_OP_COUNT, &err);
        bad = 0;
        goto out;
    }
    st = inc_frame_open(&frame, bytes, len, &inc_request_limits, &err);
    if (st != INC_OK) {
        (void)inc_frame_peek(r.id, sizeof r.id, "id", bytes, len,
                             &inc_request_limits);
        goto out;
    }
    INC_TRY(inc_request_read(&r, inc_frame_root(frame), &s->envelope, &err));
    bad = 0;
    op = r.op;
    st = inc_who_judge(&grant, &book, &s->desk, key, &r, &err);
    if (st == INC_E_DENIED || st == INC_E_MISSING)
        inc_tally_add(&s->desk.meter.not_allowed, 1);
    if (st != INC_OK)
        goto out;
    INC_TRY(may_enter(s, &r, &err));
    INC_TRY(enter(s, in, &r, client, &grant, book, &err));
out:
    inc_book_drop(book);
    inc_frame_close(frame);
    if (st != INC_OK) {
        if (bad)
            inc_tally_add(&s->desk.meter.bad_frames, 1);
        refuse(s, in, op, r.id, &err);
    }
}

/* 1 when something was read. */
static int
read_socket(struct inc_server *s)
{
    const uint64_t until = inc_clock_ns() + WAKE_MS * UINT64_C(1000000);
    int n = 0;

    for (; n < PER_WAKE && (n == 0 || inc_clock_ns() < until); n++) {
        struct incoming in;
        int rc = receive(s->socket, &in);

        if (rc == 0)
            take_in(s, &in);
        release(&in);
        s->emptied = rc != 0;
        if (s->emptied)
            break;
    }
    return n > 0;
}

static void
log_answer(const struct inc_job *j, uint64_t us, size_t bytes_out)
{
    struct inc_log l;

    if (!inc_log_wants(INC_LOG_DEBUG))
        return;
    inc_log_start(&l, INC_LOG_DEBUG, "answered");
    inc_log_text(&l, "op", inc_ops[j->op].wire);
    inc_log_text(&l, "code", inc_status_wire(j->status));
    inc_log_int(&l, "us", (int64_t)us);
    inc_log_int(&l, "bytes_in", (int64_t)j->len);
    inc_log_int(&l, "bytes_out", (int64_t)bytes_out);
    inc_log_end(&l);
}

/* The job is done for: out of the counts and freed. */
static void
settle(struct inc_server *s, struct inc_job *j)
{
    struct inc_peer *peer = inc_peers_find(&s->peers, j->client);

    INC_CHECK(peer != NULL && peer->working > 0 && s->in_flight > 0);
    peer->working--;
    set_in_flight(s, s->in_flight - 1);
    inc_job_free(j);
}

/* Nobody is there to read the answers: do not work them out. A client that
 * comes back under the same name asks again over its new connection. */
static void
forget(struct inc_server *s, uint64_t client)
{
    struct inc_job *j = inc_crew_forget(s->desk.crew, client);

    while (j != NULL) {
        struct inc_job *next = j->next;

        settle(s, j);
        j = next;
    }
}

static void
note_work(struct inc_server *s, enum inc_op op, uint64_t us)
{
    uint64_t *mean = &s->mean_us[inc_ops[op].kind];

    *mean = (*mean * 15 + us) / 16;
}

static void
send_finished(struct inc_server *s)
{
    struct inc_job *j = inc_outbox_take(inc_crew_outbox(s->desk.crew));

    while (j != NULL) {
        struct inc_job *next = j->next;
        uint64_t us = (inc_clock_ns() - j->arrived_ns) / 1000;
        uint64_t work_us =
            j->begun_ns == 0 ? 0 : (inc_clock_ns() - j->begun_ns) / 1000;
        size_t bytes;
        struct inc_err err = {0};

        /* Whoever was sent away while it was worked on gets no answer. */
        if (inc_who_again(&s->desk, j, &err) != INC_OK)
            inc_job_refuse(j, &err);
        bytes = j->reply.len;
        /* Counted first: who has the reply and then asks sees it counted. */
        inc_spread_add(&s->desk.meter.latency_us[j->op], us);
        count_answer(s, j->op, j->status);
        log_answer(j, us, bytes);
        note_work(s, j->op, work_us);
        if (inc_outgoing_reply(s, j) == INC_SENT_NOBODY)
            forget(s, j->client);
        settle(s, j);
        j = next;
    }
}

static void
start_drain(struct inc_server *s, uint64_t longest_ns)
{
    struct inc_log l;

    s->draining = 1;
    s->drain_until_ns = inc_clock_ns() + longest_ns;
    inc_log_start(&l, INC_LOG_INFO, "draining");
    inc_log_int(&l, "in_flight", (int64_t)s->in_flight);
    inc_log_end(&l);
}

/* The users could not be read: try again each second, as the scribe. */
static void
read_users(void *arg)
{
    struct inc_server *s = arg;

    (void)inc_who_refresh(&s->desk, NULL);
}

static void
answer_handshakes(struct inc_server *s)
{
    struct inc_book *book = inc_book_now(s->desk.book);
    uint64_t now;

    if (s->handshakes != NULL)
        inc_tally_add(&s->desk.meter.strangers,
                      inc_curve_answer(s->handshakes, book, &s->gate));
    if (book == NULL && (now = inc_clock_ns()) >= s->refresh_ns) {
        s->refresh_ns = now + UINT64_C(1000000000);
        (void)inc_crew_run(s->desk.crew, read_users, s);
    }
    inc_book_drop(book);
}

/* One wait and what came of it. INC_OK to go on. */
static enum inc_status
turn(struct inc_server *s, const struct inc_control *control, int *done,
     struct inc_err *err)
{
    zmq_pollitem_t item[] = {
        {.socket = s->socket, .events = ZMQ_POLLIN},
        {.fd = inc_outbox_fd(inc_crew_outbox(s->desk.crew)),
         .events = ZMQ_POLLIN},
        {.fd = control->fd, .events = ZMQ_POLLIN},
        {.socket = s->handshakes, .events = ZMQ_POLLIN},
    };
    int rc =
        zmq_poll(item, s->handshakes == NULL ? 3 : 4, s->draining ? 50 : 1000);

    if (rc < 0 && zmq_errno() != EINTR)
        return inc_fail(err, INC_E_IO, zmq_errno(), "waiting for requests: %s",
                        zmq_strerror(zmq_errno()));
    if (s->emptied)
        s->readable_ns = inc_clock_ns();
    send_finished(s);
    inc_peers_sweep(&s->peers);
    answer_handshakes(s);
    if (rc > 0 && item[2].revents != 0) {
        enum inc_wish wish = control->read(control->arg);

        if (wish == INC_QUIT)
            return INC_E_STOPPING;
        if (wish == INC_DRAIN && !s->draining)
            start_drain(s, control->drain_ns);
    }
    if (rc > 0 && item[0].revents != 0)
        (void)read_socket(s);
    if (s->draining && s->in_flight == 0 && !read_socket(s))
        *done = 1;
    else if (s->draining && inc_clock_ns() >= s->drain_until_ns)
        return INC_E_STOPPING;
    return INC_OK;
}

/* A heartbeat does not find who reads nothing: ZeroMQ asks for a sign of life
 * behind what waits to be written, so it never asks. */
static void
hang_up_on_deaf(struct inc_server *s, uint64_t now)
{
    unsigned n = inc_peers_hang_up(&s->peers, now, s->desk.o.read_ns);
    struct inc_log l;

    if (n == 0)
        return;
    inc_tally_add(&s->desk.meter.hung_up, n);
    inc_log_start(&l, INC_LOG_WARN, "hung_up_on_clients_that_do_not_read");
    inc_log_int(&l, "clients", (int64_t)n);
    inc_log_end(&l);
}

enum inc_status
inc_server_run(struct inc_server *s, const struct inc_control *control,
               struct inc_err *err)
{
    uint64_t next_tick = 0;
    enum inc_status st = INC_OK;
    int done = 0;

    while (st == INC_OK && !done) {
        uint64_t now = inc_clock_ns();

        if (now >= next_tick) {
            control->tick(control->arg);
            hang_up_on_deaf(s, now);
            next_tick = now + UINT64_C(1000000000);
        }
        st = turn(s, control, &done, err);
    }
    return st;
}

enum inc_status
inc_loop_init(struct inc_server *s, struct inc_err *err)
{
    if (inc_arena_init(&s->envelope, ENVELOPE_BYTES) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the router");
    inc_peers_init(&s->peers);
    for (int kind = 0; kind < INC_OPS_KINDS; kind++)
        s->mean_us[kind] = 1000;
    s->emptied = 1;
    s->share_max = INC_SHARE_MIN;
    if (s->desk.o.queue_max / 4 > s->share_max)
        s->share_max = (uint32_t)(s->desk.o.queue_max / 4 < INC_SHARE_MAX
                                      ? s->desk.o.queue_max / 4
                                      : INC_SHARE_MAX);
    return INC_OK;
}

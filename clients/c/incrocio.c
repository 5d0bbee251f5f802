#include "clients/c/inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "engine/base/clock.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "proto/writer.h"

/*
 * One engine for both shapes of use: a slot is a request under way, and a
 * single call is a window of which one slot is used. A request sleeps until
 * `next_ns`, is sent, waits for its reply; silence for `patience_ns` closes
 * the socket and opens another (a DEALER that lost its peer may wait for
 * ever), after which everything that was out is sent again under its own key.
 */
enum slot_state { SLOT_FREE, SLOT_WAITING, SLOT_SENT };

#define MS UINT64_C(1000000)
enum {
    PAUSE_FIRST_MS = 25, /* before a retry; doubles */
    PAUSE_MAX_MS = 2000,
    PATIENCE_MIN_MS = 1000,
    LINE_BYTES = 24,          /* "18446744073709551615" and a NUL */
    OVERHEAD = 4096,          /* envelope around the longest body */
    DEADLINE_MAX_MS = 3600000 /* on the wire: proto/message.c */
};

struct slot {
    enum slot_state state;
    uint64_t no; /* request id on the wire */
    uint64_t tag;
    enum inc_op op;
    unsigned char key[INC_KEY];
    unsigned tries_left;
    uint64_t pause_ns, next_ns, sent_ns, patience_ns, end_ns;
    int was_sent;
    const struct inc_single *single; /* or NULL: answers go to `done` */
    struct inc_err last;             /* the refusal that is being retried */
    struct inc_buf body;
};

struct inc_client {
    void *context, *socket;
    char endpoint[INC_ENDPOINT_MAX];
    char *actor, *office, *purpose;
    int full;
    struct inc_keys keys; /* all "" over ipc */
    struct slot *slots;
    unsigned window, used, singles; /* singles: among the used */
    uint64_t connect_ns, next_no;
    int met; /* the present daemon has answered before */
    inc_done_fn *done;
    void *done_arg;
    struct inc_buf out;
    struct inc_client_stats stats;
};

static enum inc_status
set_options(void *socket, struct inc_err *err)
{
    const struct {
        int option, value;
    } numbers[] = {
        {ZMQ_LINGER, 0},         {ZMQ_SNDHWM, INC_CLIENT_WINDOW_MAX},
        {ZMQ_IMMEDIATE, 1},      {ZMQ_RCVHWM, INC_CLIENT_WINDOW_MAX},
        {ZMQ_RECONNECT_IVL, 50}, {ZMQ_RECONNECT_IVL_MAX, 1000},
    };
    int64_t most = (int64_t)inc_reply_limits.bytes + OVERHEAD;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (zmq_setsockopt(socket, numbers[i].option, &numbers[i].value,
                           sizeof numbers[i].value) != 0)
            return inc_fail(err, INC_E_IO, errno, "zmq_setsockopt: %s",
                            zmq_strerror(errno));
    if (zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &most, sizeof most) != 0)
        return inc_fail(err, INC_E_IO, errno, "zmq_setsockopt: %s",
                        zmq_strerror(errno));
    return INC_OK;
}

static enum inc_status
open_socket(struct inc_client *c, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    void *socket = zmq_socket(c->context, ZMQ_DEALER);

    if (socket == NULL)
        return inc_fail(err, INC_E_IO, errno, "zmq_socket: %s",
                        zmq_strerror(errno));
    INC_TRY(set_options(socket, err));
    INC_TRY(inc_client_encrypt(socket, &c->keys, err));
    if (zmq_connect(socket, c->endpoint) != 0) {
        st = inc_fail(err, INC_E_CONFIG, errno, "endpoint not usable: %s",
                      zmq_strerror(errno));
        inc_err_hint(err, "ipc:///path/to/socket or tcp://host:port");
        goto out;
    }
    c->socket = socket;
    socket = NULL;
out:
    if (socket != NULL)
        (void)zmq_close(socket);
    return st;
}

static int
keep_text(char **to, const char *from)
{
    *to = from == NULL ? NULL : inc_mem_text(from, strlen(from));
    return from != NULL && *to == NULL ? -1 : 0;
}

enum inc_status
inc_client_open(struct inc_client **out, const char *endpoint,
                const struct inc_client_options *o, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    static const struct inc_client_options none = {0};
    struct inc_client *c = NULL;

    *out = NULL;
    if (o == NULL)
        o = &none;
    if (inc_hash_start() != 0)
        return inc_fail(err, INC_E_IO, 0, "no source of random numbers");
    if (strlen(endpoint) >= INC_ENDPOINT_MAX)
        return inc_fail(err, INC_E_CONFIG, 0, "the endpoint is too long");
    INC_TRY(inc_endpoint_check(endpoint, (unsigned long)geteuid(), err));
    c = inc_mem_zero(1, sizeof *c);
    if (c == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a client");
    c->window = o->window == 0 ? INC_CLIENT_WINDOW : o->window;
    if (c->window > INC_CLIENT_WINDOW_MAX)
        c->window = INC_CLIENT_WINDOW_MAX;
    c->connect_ns =
        (uint64_t)(o->connect_ms > 0 ? o->connect_ms : INC_CLIENT_CONNECT_MS) *
        MS;
    (void)snprintf(c->endpoint, sizeof c->endpoint, "%s", endpoint);
    c->full = o->full;
    INC_TRY(inc_client_keys(&c->keys, c->endpoint, o, err));
    c->slots = inc_mem_zero(c->window, sizeof *c->slots);
    if (c->slots == NULL || keep_text(&c->actor, o->actor) != 0 ||
        keep_text(&c->office, o->office) != 0 ||
        keep_text(&c->purpose, o->purpose) != 0) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a client");
        goto out;
    }
    c->context = zmq_ctx_new();
    if (c->context == NULL) {
        st = inc_fail(err, INC_E_IO, errno, "zmq_ctx_new: %s",
                      zmq_strerror(errno));
        goto out;
    }
    INC_TRY(open_socket(c, err));
    *out = c;
    c = NULL;
out:
    inc_client_close(c);
    return st;
}

void
inc_client_close(struct inc_client *c)
{
    if (c == NULL)
        return;
    if (c->socket != NULL)
        (void)zmq_close(c->socket);
    if (c->context != NULL)
        (void)zmq_ctx_term(c->context);
    for (unsigned i = 0; c->slots != NULL && i < c->window; i++)
        inc_buf_release(&c->slots[i].body);
    inc_keys_wipe(&c->keys);
    inc_mem_free(c->slots);
    inc_mem_free(c->actor);
    inc_mem_free(c->office);
    inc_mem_free(c->purpose);
    inc_buf_release(&c->out);
    inc_mem_free(c);
}

void
inc_client_server_key(const struct inc_client *c, char out[41])
{
    memcpy(out, c->keys.server, sizeof c->keys.server);
}

void
inc_answer_release(struct inc_answer *a)
{
    inc_frame_close(a->frame);
    inc_buf_release(&a->bytes);
    a->frame = NULL;
    a->body = NULL;
}

void
inc_client_on_done(struct inc_client *c, inc_done_fn *done, void *arg)
{
    c->done = done;
    c->done_arg = arg;
}

void
inc_client_stats(const struct inc_client *c, struct inc_client_stats *out)
{
    *out = c->stats;
}

static void
finish(struct inc_client *c, struct slot *s, enum inc_status st,
       const struct inc_err *err, const struct inc_node *body)
{
    uint64_t tag = s->tag;
    const struct inc_single *single = s->single;

    s->state = SLOT_FREE;
    s->single = NULL;
    c->used--;
    c->singles -= single != NULL;
    inc_buf_reset(&s->body);
    if (single != NULL)
        single->done(single->arg, tag, st, err, body);
    else if (c->done != NULL)
        c->done(c->done_arg, tag, st, err, body);
}

/* Why a request that ran out of time or tries got nowhere. */
static void
give_up(struct inc_client *c, struct slot *s)
{
    struct inc_err err;

    if (s->last.status != INC_OK) {
        err = s->last;
    } else if (!s->was_sent) {
        (void)inc_fail(&err, INC_E_IO, 0, "no daemon answers");
        inc_err_where(&err, "%.90s", c->endpoint);
        inc_err_hint(&err, "start incrociod, or name another endpoint");
    } else {
        (void)inc_fail(&err, INC_E_DEADLINE, 0, "no answer in time");
        inc_err_where(&err, "%.90s", c->endpoint);
        inc_err_hint(&err, "a longer timeout, or see how the daemon is");
    }
    finish(c, s, err.status, &err, NULL);
}

/* Sleep before another try, or give up. `asked_ms` is the daemon's wish. */
static void
retry(struct inc_client *c, struct slot *s, uint64_t now, uint64_t asked_ms)
{
    uint64_t pause = s->pause_ns;

    if (asked_ms * MS > pause)
        pause = asked_ms * MS;
    if (s->tries_left == 0 || now + pause >= s->end_ns) {
        give_up(c, s);
        return;
    }
    s->tries_left--;
    s->state = SLOT_WAITING;
    s->next_ns = now + pause;
    s->pause_ns *= 2;
    if (s->pause_ns > PAUSE_MAX_MS * MS)
        s->pause_ns = PAUSE_MAX_MS * MS;
}

/* 1 sent, 0 not now (no peer, or its queue is full), -1 trouble. */
static int
send_slot(struct inc_client *c, struct slot *s, uint64_t now)
{
    /* Its time may be over already: nobody tended it since. */
    uint64_t left_ms = s->end_ns > now ? (s->end_ns - now) / MS : 0;
    struct inc_request r = {
        .v = INC_PROTOCOL,
        .op = s->op,
        .has_key = inc_ops[s->op].kind == INC_OPS_WRITE,
        .deadline_ms =
            left_ms < DEADLINE_MAX_MS ? (int64_t)left_ms : DEADLINE_MAX_MS,
        .actor = c->actor,
        .office = c->office,
        .purpose = c->purpose,
        .full = c->full,
    };

    if (r.deadline_ms < 1)
        r.deadline_ms = 1;
    (void)snprintf(r.id, sizeof r.id, "%llx", (unsigned long long)s->no);
    memcpy(r.key, s->key, INC_KEY);
    inc_buf_reset(&c->out);
    inc_request_write(&c->out, &r, s->body.len == 0 ? NULL : s->body.data,
                      s->body.len);
    if (c->out.failed)
        return -1;
    if (zmq_send(c->socket, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    /* The second frame of a message follows the first without blocking. */
    if (zmq_send(c->socket, c->out.data, c->out.len, 0) < 0)
        return -1;
    c->stats.sent++;
    if (s->was_sent)
        c->stats.resent++;
    s->was_sent = 1;
    s->state = SLOT_SENT;
    s->sent_ns = now;
    return 1;
}

/* Milliseconds in a hint such as "retry after 50 ms"; 0 when none. */
static uint64_t
hinted_ms(const char *hint)
{
    const char *digits = strpbrk(hint, "0123456789");
    char *end = NULL;

    if (digits == NULL)
        return 0;
    unsigned long long v = strtoull(digits, &end, 10);
    while (*end == ' ')
        end++;
    if (strncmp(end, "ms", 2) == 0)
        return v > PAUSE_MAX_MS ? PAUSE_MAX_MS : v;
    return 0;
}

static struct slot *
slot_of(struct inc_client *c, const char *id)
{
    char *end = NULL;
    unsigned long long no = strtoull(id, &end, 16);

    if (end == id || *end != '\0')
        return NULL;
    for (unsigned i = 0; i < c->window; i++)
        if (c->slots[i].state == SLOT_SENT && c->slots[i].no == no)
            return &c->slots[i];
    return NULL;
}

static void
take_body(struct inc_client *c, struct slot *s, const struct inc_reply *reply)
{
    c->met = 1;
    if (reply->ok) {
        finish(c, s, INC_OK, NULL, reply->body);
    } else if (reply->error.status == INC_E_BUSY ||
               reply->error.status == INC_E_STOPPING) {
        c->stats.busy++;
        s->last = reply->error;
        retry(c, s, inc_clock_ns(), hinted_ms(reply->error.hint));
    } else {
        finish(c, s, reply->error.status, &reply->error, NULL);
    }
}

static void
take_reply(struct inc_client *c, const void *bytes, size_t len)
{
    struct inc_err err;
    struct inc_answer a = {0};
    struct inc_reply reply;
    struct slot *s = NULL;
    struct inc_answer *keep = NULL;

    inc_err_clear(&err);
    memset(&reply, 0, sizeof reply);
    c->stats.replies++;
    if (c->singles > 0) { /* the frame views its bytes: they must stay */
        inc_buf_add(&a.bytes, bytes, len);
        bytes = a.bytes.data;
    }
    if (!a.bytes.failed &&
        inc_frame_open(&a.frame, bytes, len, &inc_reply_limits, &err) ==
            INC_OK &&
        inc_reply_read(&reply, inc_frame_root(a.frame), &err) == INC_OK)
        s = slot_of(c, reply.id);
    if (s == NULL) {
        /* Not readable, so not known whose it was; or an answer to a request
         * that was sent twice or given up. Silence does the rest. */
        c->stats.strays++;
        inc_answer_release(&a);
        return;
    }
    if (s->single != NULL)
        keep = s->single->keep;
    take_body(c, s, &reply);
    if (keep != NULL && reply.ok) {
        a.body = reply.body;
        inc_answer_release(keep);
        *keep = a;
    } else {
        inc_answer_release(&a);
    }
}

/* One whole message if there is one: 1, 0 none, -1 trouble. The last frame is
 * the reply; an empty delimiter comes before it. */
static int
receive(struct inc_client *c)
{
    zmq_msg_t msg;
    int more = 1, got = 0;

    while (more) {
        (void)zmq_msg_init(&msg);
        if (zmq_msg_recv(&msg, c->socket, ZMQ_DONTWAIT) < 0) {
            int why = errno;
            (void)zmq_msg_close(&msg);
            return why == EAGAIN || why == EINTR ? got : -1;
        }
        got = 1;
        more = zmq_msg_more(&msg);
        if (!more)
            take_reply(c, zmq_msg_data(&msg), zmq_msg_size(&msg));
        (void)zmq_msg_close(&msg);
    }
    return got;
}

/* A new socket; everything that was out is to be sent again at once. */
static enum inc_status
reopen(struct inc_client *c, uint64_t now, struct inc_err *err)
{
    (void)zmq_close(c->socket);
    c->socket = NULL;
    c->met = 0;
    c->stats.reopened++;
    for (unsigned i = 0; i < c->window; i++) {
        struct slot *s = &c->slots[i];
        if (s->state != SLOT_SENT)
            continue;
        if (now - s->sent_ns >= s->patience_ns) {
            retry(c, s, now, 0); /* this one was silent too long */
        } else {
            s->state = SLOT_WAITING;
            s->next_ns = now;
        }
    }
    return open_socket(c, err);
}

/* The oldest request that is due to be sent, or NULL: what was submitted
 * first goes out first, also when the wire was blocked for a while. */
static struct slot *
next_due(struct inc_client *c, uint64_t now)
{
    struct slot *first = NULL;

    for (unsigned i = 0; i < c->window; i++) {
        struct slot *s = &c->slots[i];
        if (s->state == SLOT_WAITING && s->next_ns <= now &&
            (first == NULL || s->no < first->no))
            first = s;
    }
    return first;
}

/* Send what is due; *blocked: the wire does not take it now. */
static enum inc_status
send_due(struct inc_client *c, uint64_t now, int *blocked, struct inc_err *err)
{
    struct slot *s = NULL;

    *blocked = 0;
    if (c->socket == NULL && open_socket(c, err) != INC_OK)
        return err->status; /* reopen() failed before and so does this */
    while (!*blocked && (s = next_due(c, now)) != NULL) {
        int sent = send_slot(c, s, now);
        if (sent < 0)
            return inc_fail(err, c->out.failed ? INC_E_NOMEM : INC_E_IO, errno,
                            "sending failed");
        *blocked = sent == 0;
    }
    return INC_OK;
}

/* Send what is due and look for silence. *silent: somebody waited too long;
 * *wake: the next moment at which something is to be done. */
static enum inc_status
tend(struct inc_client *c, uint64_t now, int *silent, int *blocked,
     uint64_t *wake, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    *silent = 0;
    *wake = now + 1000 * MS;
    for (unsigned i = 0; i < c->window; i++)
        if (c->slots[i].state != SLOT_FREE && now >= c->slots[i].end_ns)
            give_up(c, &c->slots[i]);
    INC_TRY(send_due(c, now, blocked, err));
    for (unsigned i = 0; i < c->window; i++) {
        const struct slot *s = &c->slots[i];
        uint64_t due = s->end_ns;
        if (s->state == SLOT_FREE)
            continue;
        if (s->state == SLOT_SENT && s->sent_ns + s->patience_ns < due)
            due = s->sent_ns + s->patience_ns;
        else if (s->state == SLOT_WAITING && s->next_ns > now)
            due = s->next_ns;
        *silent |= s->state == SLOT_SENT && due <= now;
        if (due < *wake)
            *wake = due;
    }
out:
    return st;
}

/* A daemon that is not there is said soon, not after the whole deadline. */
static void
give_up_unmet(struct inc_client *c, uint64_t since)
{
    if (c->met || inc_clock_ns() - since < c->connect_ns)
        return;
    for (unsigned i = 0; i < c->window; i++)
        if (c->slots[i].state == SLOT_WAITING && !c->slots[i].was_sent)
            give_up(c, &c->slots[i]);
}

/* Work until fewer than `room` requests are under way. */
static enum inc_status
work(struct inc_client *c, unsigned room, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    uint64_t blocked_since = 0;

    while (c->used >= room && c->used > 0) {
        uint64_t now = inc_clock_ns(), wake;
        int silent, blocked, got;

        INC_TRY(tend(c, now, &silent, &blocked, &wake, err));
        if (silent) {
            INC_TRY(reopen(c, now, err));
            continue;
        }
        if (!blocked)
            blocked_since = 0;
        else if (blocked_since == 0)
            blocked_since = now;
        zmq_pollitem_t item = {
            .socket = c->socket,
            .events = (short)(ZMQ_POLLIN | (blocked ? ZMQ_POLLOUT : 0))};
        long ms = wake <= now ? 0 : (long)((wake - now) / MS) + 1;
        if (blocked && ms > 100)
            ms = 100;
        if (zmq_poll(&item, 1, ms) < 0 && errno != EINTR) {
            st = inc_fail(err, INC_E_IO, errno, "zmq_poll: %s",
                          zmq_strerror(errno));
            goto out;
        }
        while ((got = receive(c)) > 0)
            ;
        if (got < 0) {
            st = inc_fail(err, INC_E_IO, errno, "receiving failed");
            goto out;
        }
        if (blocked)
            give_up_unmet(c, blocked_since);
    }
out:
    return st;
}

static uint64_t
patience(const struct inc_call *how, uint64_t deadline_ns, unsigned retries)
{
    if (how->once)
        return deadline_ns;
    uint64_t each = deadline_ns / (retries + 1);
    if (each < PATIENCE_MIN_MS * MS)
        each = PATIENCE_MIN_MS * MS;
    return each;
}

static enum inc_status
submit(struct inc_client *c, const struct inc_single *single, uint64_t tag,
       enum inc_op op, const void *body, size_t body_len,
       const struct inc_call *how, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    static const struct inc_call usual = {0};
    struct slot *s = NULL;
    int blocked = 0;

    if (how == NULL)
        how = &usual;
    INC_TRY(work(c, c->window, err));
    for (unsigned i = 0; s == NULL && i < c->window; i++)
        if (c->slots[i].state == SLOT_FREE)
            s = &c->slots[i];
    if (s == NULL)
        return inc_fail(err, INC_E_BUG, 0, "no room in an empty window");
    inc_buf_reset(&s->body);
    inc_buf_add(&s->body, body, body == NULL ? 0 : body_len);
    if (s->body.failed) {
        inc_buf_release(&s->body);
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a request");
    }
    unsigned retries = how->retries > 0 ? how->retries : INC_CLIENT_RETRIES;
    uint64_t now = inc_clock_ns();
    uint64_t allowed =
        (uint64_t)(how->deadline_ms > 0 ? how->deadline_ms
                                        : INC_CLIENT_DEADLINE_MS) *
        MS;
    s->state = SLOT_WAITING;
    s->no = ++c->next_no;
    s->tag = tag;
    s->single = single;
    s->op = op;
    s->tries_left = retries;
    s->pause_ns = PAUSE_FIRST_MS * MS;
    s->next_ns = now;
    s->end_ns = now + allowed;
    s->patience_ns = patience(how, allowed, retries);
    s->was_sent = 0;
    inc_err_clear(&s->last);
    if (how->key != NULL)
        memcpy(s->key, how->key, INC_KEY);
    else
        inc_key_make(s->key);
    c->used++;
    c->singles += single != NULL;
    /* Send now if the wire takes it; the rest happens while waiting. */
    st = send_due(c, now, &blocked, err);
    if (st != INC_OK) {
        s->state = SLOT_FREE;
        s->single = NULL;
        c->used--;
        c->singles -= single != NULL;
    }
out:
    return st;
}

enum inc_status
inc_client_submit(struct inc_client *c, uint64_t tag, enum inc_op op,
                  const void *body, size_t body_len, const struct inc_call *how,
                  struct inc_err *err)
{
    return submit(c, NULL, tag, op, body, body_len, how, err);
}

enum inc_status
inc_client_single(struct inc_client *c, const struct inc_single *to,
                  enum inc_op op, const void *body, size_t body_len,
                  const struct inc_call *how, struct inc_err *err)
{
    return submit(c, to, 0, op, body, body_len, how, err);
}

void
inc_client_drop(struct inc_client *c, const struct inc_single *to)
{
    for (unsigned i = 0; i < c->window; i++) {
        struct slot *s = &c->slots[i];
        if (s->state == SLOT_FREE || s->single != to)
            continue;
        s->state = SLOT_FREE;
        s->single = NULL;
        c->used--;
        c->singles--;
        inc_buf_reset(&s->body);
    }
}

enum inc_status
inc_client_drain(struct inc_client *c, struct inc_err *err)
{
    return work(c, 1, err);
}

/*
 * outgoing.c - replies out. With loop.c the only file that uses the ROUTER
 * socket; the router thread's, but for left(), which ZeroMQ calls on any.
 */
#include <stdatomic.h>
#include <zmq.h>

#include "engine/base/mem.h"
#include "engine/server/inside.h"

/* What goes with a reply that ZeroMQ holds. */
struct parcel {
    struct inc_account *account;
    uint64_t bytes;
    atomic_int sealed; /* orders the writing before left() in our own words:
                          ZeroMQ does it too, but does not promise it */
};

/* ZeroMQ is done with the bytes: the network has them, or nobody wants them.
 * Any thread. */
static void
left(void *data, void *hint)
{
    struct parcel *p = hint;

    (void)atomic_load_explicit(&p->sealed, memory_order_acquire);
    inc_mem_free(data);
    inc_account_give(p->account, p->bytes);
    inc_mem_free(p);
}

/* The reply as a message that owns it, or -1 without memory. */
static int
wrap(zmq_msg_t *out, struct inc_job *j)
{
    struct parcel *p;

    if (j->reply.failed || j->reply.data == NULL)
        return -1;
    p = inc_mem_zero(1, sizeof *p);
    if (p == NULL)
        return -1;
    p->account = j->account;
    p->bytes = j->reply.len;
    atomic_store_explicit(&p->sealed, 1, memory_order_release);
    if (zmq_msg_init_data(out, j->reply.data, j->reply.len, left, p) != 0) {
        inc_mem_free(p);
        return -1;
    }
    j->reply = (struct inc_buf){0}; /* the message's now */
    return 0;
}

/* Identity and empty frame. 0, or -1 when the client is gone or full. */
static int
address(struct inc_server *s, const void *route, size_t route_len)
{
    if (zmq_send(s->socket, route, route_len, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0)
        return -1;
    /* Once it took the address the socket takes the rest, if only to drop it
     * when the client leaves meanwhile. */
    (void)zmq_send(s->socket, "", 0, ZMQ_DONTWAIT | ZMQ_SNDMORE);
    return 0;
}

enum inc_sent
inc_outgoing_refusal(struct inc_server *s, const void *route, size_t route_len,
                     const struct inc_buf *reply)
{
    if (reply->failed || address(s, route, route_len) != 0 ||
        zmq_send(s->socket, reply->data, reply->len, ZMQ_DONTWAIT) < 0) {
        inc_tally_add(&s->desk.meter.dropped, 1);
        return INC_SENT_DROPPED;
    }
    inc_tally_add(&s->desk.meter.bytes_out, reply->len);
    return INC_SENT;
}

enum inc_sent
inc_outgoing_reply(struct inc_server *s, struct inc_job *j)
{
    const uint64_t bytes = j->reply.len;
    enum inc_sent sent = INC_SENT_DROPPED;
    zmq_msg_t message;

    if (wrap(&message, j) != 0) {
        inc_account_give(j->account, bytes);
    } else if (address(s, j->route, j->route_len) != 0) {
        if (zmq_errno() == EHOSTUNREACH)
            sent = INC_SENT_NOBODY;
        (void)zmq_msg_close(&message); /* gives the bytes back */
    } else if (zmq_msg_send(&message, s->socket, ZMQ_DONTWAIT) < 0) {
        (void)zmq_msg_close(&message);
    } else {
        sent = INC_SENT;
    }
    if (sent == INC_SENT)
        inc_tally_add(&s->desk.meter.bytes_out, bytes);
    else
        inc_tally_add(&s->desk.meter.dropped, 1);
    return sent;
}

#include "engine/server/curve.h"

#include <stdlib.h>
#include <zmq.h>

#include "engine/base/clock.h"
#include "engine/base/log.h"

/* In 4.3.4 the header keeps it among the drafts, the library has it. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

enum { PER_WAKE = 64, MOST_FRAMES = INC_ZAP_FRAMES };

static enum inc_status
zmq_failed(const char *what, struct inc_err *err)
{
    return inc_fail(err, INC_E_IO, zmq_errno(), "%s: %s", what,
                    zmq_strerror(zmq_errno()));
}

static int
set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value);
}

/* 1 when the option has that value, as the library says itself. */
static int
is_int(void *socket, int option, int value)
{
    int now = -1;
    size_t len = sizeof now;

    return zmq_getsockopt(socket, option, &now, &len) == 0 && now == value;
}

enum inc_status
inc_curve_protect(void *socket, const struct inc_keys *keys,
                  struct inc_err *err)
{
    static const char domain[] = INC_ZAP_DOMAIN;

    if (set_int(socket, ZMQ_CURVE_SERVER, 1) != 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys->secret,
                       INC_Z85 + 1) != 0 ||
        zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, domain, sizeof domain - 1) !=
            0 ||
        set_int(socket, ZMQ_ZAP_ENFORCE_DOMAIN, 1) != 0)
        return zmq_failed("the socket cannot be encrypted", err);
    /* Without these two everybody would be let in: believe nobody. */
    if (is_int(socket, ZMQ_ZAP_ENFORCE_DOMAIN, 1) &&
        is_int(socket, ZMQ_CURVE_SERVER, 1) &&
        is_int(socket, ZMQ_MECHANISM, ZMQ_CURVE))
        return INC_OK;
    (void)inc_fail(err, INC_E_IO, 0,
                   "this ZeroMQ does not keep a socket to known keys");
    inc_err_hint(err, "use ipc, or ZeroMQ 4.3.4 or newer with CURVE");
    return INC_E_IO;
}

enum inc_status
inc_curve_listen(void **out, void *context, struct inc_err *err)
{
    void *socket = zmq_socket(context, ZMQ_REP);

    *out = NULL;
    if (socket == NULL)
        return zmq_failed("cannot make a socket for handshakes", err);
    if (set_int(socket, ZMQ_LINGER, 0) != 0 ||
        zmq_bind(socket, "inproc://zeromq.zap.01") != 0) {
        enum inc_status st = zmq_failed("cannot judge handshakes", err);

        (void)zmq_close(socket);
        return st;
    }
    *out = socket;
    return INC_OK;
}

/* One question; frames beyond the ones kept are read and dropped. 0 when
 * there was none. */
static size_t
receive(void *handler, zmq_msg_t frames[MOST_FRAMES], size_t *kept)
{
    size_t n = 0;
    int more = 1;

    *kept = 0;
    while (more) {
        zmq_msg_t spare, *m = n < MOST_FRAMES ? &frames[n] : &spare;

        (void)zmq_msg_init(m);
        if (zmq_msg_recv(m, handler, n == 0 ? ZMQ_DONTWAIT : 0) < 0) {
            (void)zmq_msg_close(m);
            return 0;
        }
        more = zmq_msg_more(m);
        if (m == &spare)
            (void)zmq_msg_close(m);
        else
            ++*kept;
        n++;
    }
    return n;
}

static enum inc_zap_answer
judge(const struct inc_zap_request *r, const struct inc_book *book,
      struct inc_zap_gate *gate)
{
    const struct inc_visitor *who =
        book == NULL ? NULL : inc_book_find(book, r->key, inc_clock_today());
    struct inc_log l;

    if (who == NULL)
        return INC_ZAP_OUT;
    if (inc_zap_gate_pass(gate, r->key,
                          (int64_t)(inc_clock_ns() / UINT64_C(1000000))))
        return INC_ZAP_IN;
    inc_log_start(&l, INC_LOG_WARN, "too_many_handshakes");
    inc_log_text(&l, "user", who->id);
    inc_log_end(&l);
    return INC_ZAP_LATER;
}

static void
reply(void *handler, const struct inc_zap_request *r, enum inc_zap_answer a)
{
    struct inc_zap_frame frames[INC_ZAP_REPLY];

    inc_zap_reply(frames, r, a);
    for (int i = 0; i < INC_ZAP_REPLY; i++)
        if (zmq_send(handler, frames[i].bytes, frames[i].len,
                     i + 1 < INC_ZAP_REPLY ? ZMQ_SNDMORE : 0) < 0)
            return; /* no answer is a no */
}

unsigned
inc_curve_answer(void *handler, const struct inc_book *book,
                 struct inc_zap_gate *gate)
{
    unsigned refused = 0;

    for (int i = 0; i < PER_WAKE; i++) {
        zmq_msg_t messages[MOST_FRAMES];
        struct inc_zap_frame frames[MOST_FRAMES];
        struct inc_zap_request r;
        struct inc_err err = {0};
        enum inc_zap_answer a = INC_ZAP_BROKEN;
        size_t kept, n = receive(handler, messages, &kept);

        for (size_t k = 0; k < kept; k++)
            frames[k] = (struct inc_zap_frame){zmq_msg_data(&messages[k]),
                                               zmq_msg_size(&messages[k])};
        if (n > 0) {
            enum inc_status st =
                inc_zap_read(&r, frames, n <= kept ? n : 0, &err);

            if (st == INC_OK)
                a = judge(&r, book, gate);
            else if (st == INC_E_DENIED)
                a = INC_ZAP_OUT;
            refused += a != INC_ZAP_IN;
            reply(handler, &r, a);
        }
        for (size_t k = 0; k < kept; k++)
            (void)zmq_msg_close(&messages[k]);
        if (n == 0)
            break;
    }
    return refused;
}

/* A single call hands back its own answer and no other request's. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <zmq.h>

#include "clients/c/incrocio.h"
#include "proto/writer.h"
#include "tests/support/cm.h"

enum { FRAME = 4096, PEER = 64, HELD = 8, WAIT_MS = 300, SHORT_MS = 4000 };

/* A server that answers what it holds, the last request first, once nothing
 * more comes for WAIT_MS. The answer's "seq" is the length of the body's
 * "text", so it tells whose it is. */
struct held {
    unsigned char peer[PEER];
    size_t peer_len;
    char id[32];
    int64_t mark;
};

struct fake {
    void *context, *socket;
    char endpoint[64];
    pthread_t thread;
    atomic_int stop, mute; /* mute: requests are read and forgotten */
    atomic_int seen;
};

static void
take(struct fake *f, struct held *h)
{
    unsigned char frame[FRAME];
    struct inc_frame *open = NULL;
    struct inc_err err;
    size_t len = 0;

    int n = zmq_recv(f->socket, h->peer, sizeof h->peer, 0);
    h->peer_len = n > 0 ? (size_t)n : 0;
    (void)zmq_recv(f->socket, frame, sizeof frame, 0);
    n = zmq_recv(f->socket, frame, sizeof frame, 0);
    if (n <= 0 || inc_frame_open(&open, frame, (size_t)n, &inc_request_limits,
                                 &err) != INC_OK)
        return;
    const struct inc_node *root = inc_frame_root(open);
    const char *id = inc_node_text(inc_node_get(root, "id"), &len);
    (void)snprintf(h->id, sizeof h->id, "%.*s", (int)len, id);
    (void)inc_node_text(inc_node_get(inc_node_get(root, "body"), "text"), &len);
    h->mark = (int64_t)len;
    inc_frame_close(open);
    (void)atomic_fetch_add(&f->seen, 1);
}

static void
answer(struct fake *f, const struct held *h)
{
    struct inc_buf out = {0};
    struct inc_writer w;

    inc_writer_init(&w, &out);
    inc_w_map(&w);
    inc_w_kint(&w, "v", INC_PROTOCOL);
    inc_w_ktext(&w, "id", h->id);
    inc_w_ktext(&w, "status", "ok");
    inc_w_key(&w, "body");
    inc_w_map(&w);
    inc_w_kint(&w, "seq", h->mark);
    inc_w_end(&w);
    inc_w_end(&w);
    (void)zmq_send(f->socket, h->peer, h->peer_len, ZMQ_SNDMORE);
    (void)zmq_send(f->socket, "", 0, ZMQ_SNDMORE);
    (void)zmq_send(f->socket, out.data, out.len, 0);
    inc_buf_release(&out);
}

static void *
serve(void *arg)
{
    struct fake *f = arg;
    struct held held[HELD];
    size_t n = 0;

    while (!atomic_load(&f->stop)) {
        zmq_pollitem_t item = {.socket = f->socket, .events = ZMQ_POLLIN};
        if (zmq_poll(&item, 1, n > 0 ? WAIT_MS : 20) > 0 && n < HELD) {
            memset(&held[n], 0, sizeof held[n]);
            take(f, &held[n]);
            n += !atomic_load(&f->mute);
            continue;
        }
        while (n > 0)
            answer(f, &held[--n]);
    }
    return NULL;
}

static void
start(struct fake *f)
{
    size_t len = sizeof f->endpoint;
    int none = 0;

    memset(f, 0, sizeof *f);
    f->context = zmq_ctx_new();
    f->socket = zmq_socket(f->context, ZMQ_ROUTER);
    (void)zmq_setsockopt(f->socket, ZMQ_LINGER, &none, sizeof none);
    assert_int_equal(zmq_bind(f->socket, "ipc://*"), 0);
    assert_int_equal(
        zmq_getsockopt(f->socket, ZMQ_LAST_ENDPOINT, f->endpoint, &len), 0);
    assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
}

static void
stop(struct fake *f)
{
    atomic_store(&f->stop, 1);
    (void)pthread_join(f->thread, NULL);
    (void)zmq_close(f->socket);
    (void)zmq_ctx_term(f->context);
}

static void
write_body(struct inc_buf *body, const char *text)
{
    struct inc_writer w;

    inc_buf_reset(body);
    inc_writer_init(&w, body);
    inc_w_map(&w);
    inc_w_ktext(&w, "text", text);
    inc_w_end(&w);
}

static int64_t
mark_of(const struct inc_node *body)
{
    return inc_node_int(inc_node_get(body, "seq"));
}

struct seen {
    int times;
    uint64_t tag;
    int64_t mark;
};

static void
on_done(void *arg, uint64_t tag, enum inc_status st, const struct inc_err *err,
        const struct inc_node *body)
{
    struct seen *s = arg;

    (void)err;
    s->times++;
    s->tag = tag;
    s->mark = st == INC_OK ? mark_of(body) : -1;
}

/* One request is out already and is answered after the call's own. */
static void
test_call_beside_a_submitted_request(void **state)
{
    struct fake f;
    struct inc_client *c = NULL;
    struct inc_err err;
    struct inc_buf body = {0};
    struct inc_answer a = {0};
    struct seen seen = {0};

    (void)state;
    start(&f);
    assert_int_equal(inc_client_open(&c, f.endpoint, NULL, &err), INC_OK);
    inc_client_on_done(c, on_done, &seen);
    write_body(&body, "one");
    assert_int_equal(inc_client_submit(c, 0, INC_OP_COMUNE_FIND, body.data,
                                       body.len, NULL, &err),
                     INC_OK);
    write_body(&body, "three3");
    assert_int_equal(inc_client_call(c, INC_OP_COMUNE_FIND, body.data, body.len,
                                     NULL, &a, &err),
                     INC_OK);
    assert_int_equal(mark_of(a.body), 6);
    assert_int_equal(seen.times, 1);
    assert_int_equal(seen.mark, 3);
    inc_answer_release(&a);
    inc_buf_release(&body);
    inc_client_close(c);
    stop(&f);
}

/* A call that failed while its request was out: the socket could not be opened
 * again, for want of descriptors. The next call works and gets its answer. */
static void
test_call_after_a_failed_one(void **state)
{
    struct fake f;
    struct inc_client *c = NULL;
    struct inc_err err;
    struct inc_buf body = {0};
    struct inc_answer a = {0};
    struct rlimit usual, none;
    const struct inc_call soon = {.deadline_ms = SHORT_MS};

    (void)state;
    start(&f);
    assert_int_equal(inc_client_open(&c, f.endpoint, NULL, &err), INC_OK);
    write_body(&body, "one");
    assert_int_equal(inc_client_call(c, INC_OP_COMUNE_FIND, body.data, body.len,
                                     NULL, &a, &err),
                     INC_OK);
    assert_int_equal(mark_of(a.body), 3);
    atomic_store(&f.mute, 1);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = usual;
    none.rlim_cur = 4;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    enum inc_status st = inc_client_call(c, INC_OP_COMUNE_FIND, body.data,
                                         body.len, &soon, &a, &err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    assert_int_equal(st, INC_E_IO);
    assert_int_equal(mark_of(a.body), 3); /* unchanged */
    atomic_store(&f.mute, 0);
    int before = atomic_load(&f.seen);
    write_body(&body, "three3");
    assert_int_equal(inc_client_call(c, INC_OP_COMUNE_FIND, body.data, body.len,
                                     NULL, &a, &err),
                     INC_OK);
    assert_int_equal(mark_of(a.body), 6);
    assert_int_equal(atomic_load(&f.seen) - before, 1);
    inc_answer_release(&a);
    inc_buf_release(&body);
    inc_client_close(c);
    stop(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call_beside_a_submitted_request),
        cmocka_unit_test(test_call_after_a_failed_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The load generator against a server of ours that answers pings and, once,
 * stalls: the open loop must show the stall to all who would have come, the
 * closed loop cannot. */
#include "tests/support/cm.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "bench/load/arrivals.h"
#include "bench/load/generator.h"
#include "bench/load/peek.h"
#include "engine/base/clock.h"
#include "engine/base/hash.h"
#include "proto/message.h"

#define MS UINT64_C(1000000)
enum { STALL_MS = 400 };

enum manner { AT_ONCE, STALL_ONCE, BUSY, SILENT };

struct server {
    pthread_t id;
    void *context, *socket, *stop;
    enum manner manner;
    uint64_t stall_at; /* this request meets the stall */
    uint64_t seen;
    char endpoint[128], control[64];
};

static void
answer(const struct server *s, struct inc_buf *out, const void *bytes,
       size_t len)
{
    static const unsigned char nothing[] = {0x80};
    struct inc_err err;
    char id[INC_REQUEST_ID_MAX + 1];

    (void)inc_frame_peek(id, sizeof id, "id", bytes, len, &inc_request_limits);
    inc_buf_reset(out);
    if (s->manner == BUSY) {
        (void)inc_fail(&err, INC_E_BUSY, 0, "too much waits");
        inc_reply_error(out, id, &err);
    } else {
        inc_reply_ok(out, id, nothing, sizeof nothing);
    }
}

/* One request: identity, empty, body. */
static void
serve_one(struct server *s, struct inc_buf *out)
{
    char identity[64];
    unsigned char bytes[4096];
    int id_len = zmq_recv(s->socket, identity, sizeof identity, 0);

    (void)zmq_recv(s->socket, bytes, sizeof bytes, 0);
    int len = zmq_recv(s->socket, bytes, sizeof bytes, 0);
    if (id_len < 0 || len < 0 || s->manner == SILENT)
        return;
    if (s->manner == STALL_ONCE && s->seen++ == s->stall_at)
        (void)nanosleep(&(struct timespec){.tv_nsec = STALL_MS * 1000000L},
                        NULL);
    answer(s, out, bytes, (size_t)len);
    (void)zmq_send(s->socket, identity, (size_t)id_len, ZMQ_SNDMORE);
    (void)zmq_send(s->socket, "", 0, ZMQ_SNDMORE);
    (void)zmq_send(s->socket, out->data, out->len, 0);
}

static void *
serve(void *arg)
{
    struct server *s = arg;
    struct inc_buf out = {0};
    zmq_pollitem_t items[] = {{s->socket, 0, ZMQ_POLLIN, 0},
                              {s->stop, 0, ZMQ_POLLIN, 0}};

    while (zmq_poll(items, 2, -1) >= 0 && items[1].revents == 0)
        if (items[0].revents != 0)
            serve_one(s, &out);
    inc_buf_release(&out);
    return NULL;
}

static void
start(struct server *s, enum manner manner, uint64_t stall_at)
{
    static int count;
    int none = 0;
    size_t size = sizeof s->endpoint;

    *s = (struct server){.manner = manner, .stall_at = stall_at};
    s->context = zmq_ctx_new();
    assert_non_null(s->context);
    s->socket = zmq_socket(s->context, ZMQ_ROUTER);
    s->stop = zmq_socket(s->context, ZMQ_PAIR);
    assert_int_equal(zmq_setsockopt(s->socket, ZMQ_LINGER, &none, sizeof none),
                     0);
    assert_int_equal(zmq_bind(s->socket, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(
        zmq_getsockopt(s->socket, ZMQ_LAST_ENDPOINT, s->endpoint, &size), 0);
    (void)snprintf(s->control, sizeof s->control, "inproc://stop%d", ++count);
    assert_int_equal(zmq_bind(s->stop, s->control), 0);
    assert_int_equal(pthread_create(&s->id, NULL, serve, s), 0);
}

static void
stop(struct server *s)
{
    void *tell = zmq_socket(s->context, ZMQ_PAIR);

    assert_int_equal(zmq_connect(tell, s->control), 0);
    assert_int_equal(zmq_send(tell, "", 0, 0), 0);
    assert_int_equal(pthread_join(s->id, NULL), 0);
    (void)zmq_close(tell);
    (void)zmq_close(s->stop);
    (void)zmq_close(s->socket);
    (void)zmq_ctx_term(s->context);
}

static struct inc_load_plan
plan_for(const struct server *s)
{
    return (struct inc_load_plan){.endpoint = s->endpoint,
                                  .clients = 2,
                                  .depth = 1,
                                  .places = 4096,
                                  .threads = 1,
                                  .seconds = 1,
                                  .warmup = .1,
                                  .grace = 10,
                                  .seed = 5};
}

static struct inc_load_result *
run(const struct inc_load_plan *plan)
{
    struct inc_load_result *r = NULL;
    struct inc_mix mix;
    struct inc_err err;

    inc_err_clear(&err);
    assert_int_equal(inc_mix_parse(&mix, "ping", &err), INC_OK);
    if (inc_load_run(&r, plan, &mix, &err) != INC_OK)
        fail_msg("%s", err.what);
    inc_mix_release(&mix);
    return r;
}

/* 200/s for a second, of which 400 ms stalled: four in ten wait for the rest
 * of the stall, so the slowest tenth waits most of it. */
static void
open_loop_shows_a_stall(void **state)
{
    struct server s;
    struct inc_load_plan plan;
    struct inc_load_result *r;

    (void)state;
    for (int fixed = 0; fixed <= 1; fixed++) {
        start(&s, STALL_ONCE, 60);
        plan = plan_for(&s);
        plan.rate = 200;
        plan.fixed = fixed;
        /* Few places: most cannot even be sent during the stall, and counting
         * from the sending would lose them. */
        plan.places = fixed ? 2 : 4096;
        r = run(&plan);
        assert_int_equal(r->unanswered + r->unsent + r->n.errors, 0);
        assert_true(r->n.answered > 100);
        assert_true(inc_histogram_quantile(&r->latency, .99) >=
                    (STALL_MS / 2) * MS);
        assert_true(inc_histogram_quantile(&r->latency, .9) >=
                    (STALL_MS / 4) * MS);
        inc_load_release(r);
        stop(&s);
    }
}

/* The same stall, asked one after the other: two requests see it out of
 * thousands. What makes this the wrong tool for waiting times. */
static void
closed_loop_hides_it(void **state)
{
    struct server s;
    struct inc_load_plan plan;
    struct inc_load_result *r;

    (void)state;
    start(&s, STALL_ONCE, 1000);
    plan = plan_for(&s);
    plan.warmup = 0;
    r = run(&plan);
    assert_int_equal(r->unanswered + r->n.errors, 0);
    if (r->n.answered > 1000) /* else a machine too busy to tell */
        assert_true(inc_histogram_quantile(&r->latency, .99) <
                    (STALL_MS / 2) * MS);
    inc_load_release(r);
    stop(&s);
}

/* Answers that take longer than the measured time, asked for in the warm-up,
 * count where they arrive: an overloaded daemon is not one without answers. */
static void
slow_answers_count_where_they_arrive(void **state)
{
    struct server s;
    struct inc_load_plan plan;
    struct inc_load_result *r;

    (void)state;
    start(&s, STALL_ONCE, 0);
    plan = plan_for(&s);
    plan.clients = 1;
    plan.warmup = .1;
    plan.seconds = 1;
    r = run(&plan);
    assert_true(r->n.answered > 0);
    assert_true(r->latency.max_ns >= (STALL_MS - 50) * MS);
    assert_int_equal(r->latency.count, r->n.answered);
    assert_int_equal(r->in_time, r->n.answered);
    inc_load_release(r);
    stop(&s);
}

/* As many as the rate says, whatever the number of threads. */
static void
rate_is_kept(void **state)
{
    struct server s;
    struct inc_load_plan plan;
    struct inc_load_result *r;

    (void)state;
    for (unsigned threads = 1; threads <= 2; threads++) {
        start(&s, AT_ONCE, 0);
        plan = plan_for(&s);
        plan.rate = 1000;
        plan.fixed = 1;
        plan.threads = threads;
        r = run(&plan);
        assert_in_range(r->n.sent, 998, 1002);
        assert_int_equal(r->n.answered, r->n.sent);
        assert_int_equal(r->latency.count, r->n.sent);
        assert_int_equal(r->lag.count, r->n.sent);
        assert_true(r->n_rows >= 1);
        inc_load_release(r);
        stop(&s);
    }
}

static void
busy_is_counted_apart(void **state)
{
    struct server s;
    struct inc_load_plan plan;
    struct inc_load_result *r;

    (void)state;
    for (int open = 0; open <= 1; open++) {
        start(&s, BUSY, 0);
        plan = plan_for(&s);
        plan.seconds = .3;
        plan.rate = open ? 100 : 0;
        r = run(&plan);
        assert_true(r->n.busy > 0);
        assert_int_equal(r->n.answered + r->n.errors, 0);
        assert_int_equal(r->latency.count, 0);
        /* A refused place pauses: no storm of retries. */
        assert_true(r->n.busy <= 120);
        inc_load_release(r);
        stop(&s);
    }
}

/* A server that never answers: bounded in time, and every request counts with
 * the time it waited, also those that found no place. */
static void
silence_ends_and_counts(void **state)
{
    struct server s;
    struct inc_load_plan plan;
    struct inc_load_result *r;
    uint64_t begin = inc_clock_ns();

    (void)state;
    start(&s, SILENT, 0);
    plan = plan_for(&s);
    plan.warmup = 0;
    plan.seconds = .4;
    plan.grace = .2;
    plan.rate = 100;
    plan.fixed = 1;
    plan.places = 10;
    r = run(&plan);
    assert_true(inc_clock_ns() - begin < 60000 * MS);
    assert_int_equal(r->unanswered, 10);
    assert_in_range(r->unsent, 28, 30);
    /* No place was the server's doing: only what went out can be late. */
    assert_true(r->late <= r->n.sent);
    assert_int_equal(r->latency.count, r->unanswered + r->unsent);
    assert_true(inc_histogram_quantile(&r->latency, 0) >= 190 * MS);
    assert_true(r->latency.max_ns >= 580 * MS);
    inc_load_release(r);
    stop(&s);
}

static void
arrivals_are_poisson_and_repeat(void **state)
{
    enum { N = 20000 };
    struct inc_arrivals a, b;
    double sum = 0, square = 0, before = 0;

    (void)state;
    inc_arrivals_init(&a, 1000, 1, 9);
    inc_arrivals_init(&b, 1000, 1, 9);
    for (int i = 0; i < N; i++) {
        double gap = a.next_ns - before;
        assert_true(gap >= 0);
        assert_int_equal(inc_arrivals_peek(&a), inc_arrivals_peek(&b));
        before = a.next_ns;
        sum += gap;
        square += gap * gap;
        inc_arrivals_step(&a);
        inc_arrivals_step(&b);
    }
    /* Exponential gaps: standard deviation equals the mean, 1 ms. */
    double mean = sum / N, variance = square / N - mean * mean;
    assert_true(mean > .97e6 && mean < 1.03e6);
    assert_true(variance > .9e12 && variance < 1.1e12);
}

static void
mix_is_read_and_kept(void **state)
{
    struct inc_mix mix;
    struct inc_err err;
    struct inc_rng rng = {1};
    size_t body, pings = 0;

    (void)state;
    assert_int_equal(inc_mix_parse(&mix, "match.people:inline=3,ping=1", &err),
                     INC_OK);
    assert_int_equal(mix.n, 2);
    assert_int_equal(mix.writes, 0);
    for (int i = 0; i < 10000; i++)
        pings += inc_mix_next(&mix, &rng, &body)->kind == INC_ASK_PING;
    assert_in_range(pings, 2300, 2700);
    assert_int_equal(inc_mix_parse(&mix, "candidate.put:new", &err), INC_OK);
    assert_int_equal(mix.writes, 1);
    static const char *const wrong[] = {
        "",         "pong",         "ping,",     "ping=0",  "ping=-1",
        "ping=1.5", "ping=9999999", "ping,ping", "ping=",   "ping=1x",
        "match",    "=3",           "ping==1",   "ping= 1",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(inc_mix_parse(&mix, wrong[i], &err), INC_E_CONFIG);
        assert_non_null(strstr(err.hint, "match.people"));
    }
}

static void
replies_are_peeked(void **state)
{
    struct inc_buf out = {0};
    struct inc_err err;
    static const unsigned char nothing[] = {0x80};
    enum inc_status st;
    uint64_t no = 0;

    (void)state;
    inc_reply_ok(&out, "r12345678901", nothing, sizeof nothing);
    assert_int_equal(inc_reply_peek(&no, &st, out.data, out.len), 0);
    assert_true(no == UINT64_C(12345678901));
    assert_int_equal(st, INC_OK);
    for (size_t len = 0; len + 1 < out.len; len++) {
        /* Cut inside the head: refused, and nothing read behind the end. */
        unsigned char *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, out.data, len);
        if (inc_reply_peek(&no, &st, copy, len) == 0)
            assert_true(len >= 7 + 13 + 10);
        free(copy);
    }
    inc_buf_reset(&out);
    (void)inc_fail(&err, INC_E_BUSY, 0, "later");
    inc_reply_error(&out, "r7", &err);
    assert_int_equal(inc_reply_peek(&no, &st, out.data, out.len), 0);
    assert_int_equal(no, 7);
    assert_int_equal(st, INC_E_BUSY);
    inc_buf_reset(&out);
    inc_reply_ok(&out, "x7", nothing, sizeof nothing);
    assert_int_equal(inc_reply_peek(&no, &st, out.data, out.len), -1);
    inc_buf_release(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_loop_shows_a_stall),
        cmocka_unit_test(closed_loop_hides_it),
        cmocka_unit_test(slow_answers_count_where_they_arrive),
        cmocka_unit_test(rate_is_kept),
        cmocka_unit_test(busy_is_counted_apart),
        cmocka_unit_test(silence_ends_and_counts),
        cmocka_unit_test(arrivals_are_poisson_and_repeat),
        cmocka_unit_test(mix_is_read_and_kept),
        cmocka_unit_test(replies_are_peeked),
    };

    if (inc_hash_start() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

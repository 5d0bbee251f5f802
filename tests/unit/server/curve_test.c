/*
 * The door itself, on bare sockets: a protected ROUTER with a handler, with
 * none, and with one that is gone. What "nobody comes in" means is shown by
 * its opposite each time: the same client is served when it should be.
 */
#include "tests/support/cm.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "engine/base/hash.h"
#include "engine/server/curve.h"

#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

enum { SILENCE_MS = 500, ANSWER_MS = 20000 };

struct door {
    void *context, *router, *handler;
    struct inc_keys keys;
    struct inc_book *book; /* of the handler */
    struct inc_zap_gate gate;
    char endpoint[64];
    pthread_t thread;
    atomic_int stop, hear; /* hear 0: the handler's questions wait */
    char user[64];         /* of the last request */
};

static struct inc_roles *roles;
static struct inc_keys anna, stranger, server;

static int
start(void **state)
{
    struct inc_err err = {0};
    const char *text = "role worker\n";

    (void)state;
    inc_keys_make(&anna);
    inc_keys_make(&stranger);
    inc_keys_make(&server);
    return inc_hash_start() != 0 ||
           inc_roles_read(&roles, "t", text, strlen(text), &err) != INC_OK;
}

static int
finish(void **state)
{
    (void)state;
    inc_roles_drop(roles);
    return 0;
}

static struct inc_book *
book_of(const struct inc_keys *k)
{
    struct inc_user u = {.id = "anna", .role = "worker", .key = k->public_key};
    struct inc_book_maker *m = NULL;
    struct inc_err err = {0};

    assert_int_equal(inc_book_begin(&m, roles, NULL, &err), INC_OK);
    assert_int_equal(inc_book_add(m, &u, &err), INC_OK);
    return inc_book_end(m);
}

/* One request: its user kept, its payload sent back. */
static void
echo(struct door *d)
{
    zmq_msg_t route, payload;
    const char *user;

    (void)zmq_msg_init(&route);
    (void)zmq_msg_init(&payload);
    if (zmq_msg_recv(&route, d->router, ZMQ_DONTWAIT) >= 0 &&
        zmq_msg_recv(&payload, d->router, 0) >= 0) {
        user = zmq_msg_gets(&payload, "User-Id");
        (void)snprintf(d->user, sizeof d->user, "%s",
                       user == NULL ? "(none)" : user);
        (void)zmq_msg_send(&route, d->router, ZMQ_SNDMORE);
        (void)zmq_msg_send(&payload, d->router, 0);
    }
    (void)zmq_msg_close(&route);
    (void)zmq_msg_close(&payload);
}

static void *
serve(void *arg)
{
    struct door *d = arg;

    while (!atomic_load(&d->stop)) {
        zmq_pollitem_t item[2] = {{.socket = d->router, .events = ZMQ_POLLIN},
                                  {.socket = d->handler, .events = ZMQ_POLLIN}};

        (void)zmq_poll(item, d->handler == NULL ? 1 : 2, 10);
        if (d->handler != NULL && atomic_load(&d->hear))
            (void)inc_curve_answer(d->handler, d->book, &d->gate);
        echo(d);
    }
    return NULL;
}

enum how { NOT_ENFORCED, ENFORCED };

static void
door_open(struct door *d, enum how how, int listen, struct inc_book *book)
{
    size_t len = sizeof d->endpoint;
    struct inc_err err = {0};
    int none = 0;

    memset(d, 0, sizeof *d);
    atomic_init(&d->hear, 1);
    d->book = book;
    d->keys = server;
    inc_zap_gate_init(&d->gate, 0, 0);
    d->context = zmq_ctx_new();
    if (listen)
        assert_int_equal(inc_curve_listen(&d->handler, d->context, &err),
                         INC_OK);
    d->router = zmq_socket(d->context, ZMQ_ROUTER);
    assert_int_equal(inc_curve_protect(d->router, &d->keys, &err), INC_OK);
    if (how == NOT_ENFORCED)
        assert_int_equal(zmq_setsockopt(d->router, ZMQ_ZAP_ENFORCE_DOMAIN,
                                        &none, sizeof none),
                         0);
    (void)zmq_setsockopt(d->router, ZMQ_LINGER, &none, sizeof none);
    assert_int_equal(zmq_bind(d->router, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(
        zmq_getsockopt(d->router, ZMQ_LAST_ENDPOINT, d->endpoint, &len), 0);
    assert_int_equal(pthread_create(&d->thread, NULL, serve, d), 0);
}

static void
door_close(struct door *d)
{
    atomic_store(&d->stop, 1);
    (void)pthread_join(d->thread, NULL);
    (void)zmq_close(d->router);
    if (d->handler != NULL)
        (void)zmq_close(d->handler);
    (void)zmq_ctx_term(d->context);
    inc_book_drop(d->book);
}

struct client {
    void *context, *socket;
};

static void
client_open(struct client *c, const struct door *d, const struct inc_keys *k)
{
    int none = 0;

    c->context = zmq_ctx_new();
    c->socket = zmq_socket(c->context, ZMQ_DEALER);
    (void)zmq_setsockopt(c->socket, ZMQ_LINGER, &none, sizeof none);
    if (k != NULL) {
        (void)zmq_setsockopt(c->socket, ZMQ_CURVE_SERVERKEY, d->keys.public_key,
                             INC_Z85 + 1);
        (void)zmq_setsockopt(c->socket, ZMQ_CURVE_PUBLICKEY, k->public_key,
                             INC_Z85 + 1);
        (void)zmq_setsockopt(c->socket, ZMQ_CURVE_SECRETKEY, k->secret,
                             INC_Z85 + 1);
    }
    (void)zmq_connect(c->socket, d->endpoint);
}

static void
client_close(struct client *c)
{
    (void)zmq_close(c->socket);
    (void)zmq_ctx_term(c->context);
}

static int
answered(const struct client *c, int wait_ms)
{
    char back[8];

    (void)zmq_send(c->socket, "hello", 5, 0);
    (void)zmq_setsockopt(c->socket, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
    return zmq_recv(c->socket, back, sizeof back, 0) == 5;
}

static int
comes_in(const struct door *d, const struct inc_keys *k, int wait_ms)
{
    struct client c;
    int yes;

    client_open(&c, d, k);
    yes = answered(&c, wait_ms);
    client_close(&c);
    return yes;
}

static void
who_is_in_the_book(void **state)
{
    struct door d;
    struct inc_keys mixed = anna;

    (void)state;
    door_open(&d, ENFORCED, 1, book_of(&anna));
    assert_true(comes_in(&d, &anna, ANSWER_MS));
    assert_string_equal(d.user, anna.public_key);
    assert_false(comes_in(&d, &stranger, SILENCE_MS));
    assert_false(comes_in(&d, NULL, SILENCE_MS));
    memcpy(mixed.secret, stranger.secret, sizeof mixed.secret);
    assert_false(comes_in(&d, &mixed, SILENCE_MS)); /* a stolen public key */
    door_close(&d);
}

static void
nobody_without_users(void **state)
{
    struct door d;

    (void)state;
    door_open(&d, ENFORCED, 1, NULL);
    assert_false(comes_in(&d, &anna, SILENCE_MS));
    door_close(&d);
}

/* Z1: libzmq lets everybody in when nobody answers its question, unless the
 * domain is enforced. */
static void
nobody_without_a_handler(void **state)
{
    struct door d;

    (void)state;
    door_open(&d, NOT_ENFORCED, 0, NULL);
    assert_true(comes_in(&d, &stranger, ANSWER_MS)); /* the trap is there */
    door_close(&d);
    door_open(&d, ENFORCED, 0, NULL);
    assert_false(comes_in(&d, &stranger, SILENCE_MS));
    assert_false(comes_in(&d, &anna, SILENCE_MS));
    door_close(&d);
}

/* A handler that stands still keeps new ones waiting, and lets nobody in. */
static void
nobody_while_the_handler_stands_still(void **state)
{
    struct door d;
    struct client c;

    (void)state;
    door_open(&d, ENFORCED, 1, book_of(&anna));
    atomic_store(&d.hear, 0);
    client_open(&c, &d, &anna);
    assert_false(answered(&c, SILENCE_MS));
    assert_false(comes_in(&d, &stranger, SILENCE_MS));
    atomic_store(&d.hear, 1);
    assert_true(answered(&c, ANSWER_MS));
    client_close(&c);
    door_close(&d);
}

static void
one_handler_at_a_time(void **state)
{
    void *context = zmq_ctx_new(), *first = NULL, *second = NULL;
    struct inc_err err = {0};

    (void)state;
    assert_int_equal(inc_curve_listen(&first, context, &err), INC_OK);
    assert_int_equal(inc_curve_listen(&second, context, &err), INC_E_IO);
    assert_null(second);
    (void)zmq_close(first);
    (void)zmq_ctx_term(context);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_in_the_book),
        cmocka_unit_test(nobody_without_users),
        cmocka_unit_test(nobody_without_a_handler),
        cmocka_unit_test(nobody_while_the_handler_stands_still),
        cmocka_unit_test(one_handler_at_a_time),
    };

    return cmocka_run_group_tests(tests, start, finish);
}

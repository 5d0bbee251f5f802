#include "engine/server/server.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/mem.h"
#include "engine/server/curve.h"
#include "engine/server/endpoint.h"
#include "engine/server/inside.h"
#include "engine/server/metrics.h"
#include "engine/server/metrics_http.h"
#include "engine/server/publisher.h"
#include "engine/server/who.h"

enum {
    /* Per connection, whole messages. In: more than the 64 requests a client
     * may pipeline. Out: INC_SHARE_MAX answers that wait to be read, as many
     * that become ready, and refusals, so that a client that reads loses none.
     * What they may weigh is the ledger's business. */
    HWM_IN = 256,
    HWM_OUT = 768,
    /* A frame over the protocol's limit still gets an answer up to here;
     * beyond, ZeroMQ drops the connection. */
    OVERSIZE = 4,
    HEARTBEAT_TIMEOUT_MS = 30000,
    HEARTBEAT_SPARE_MS = 5000,
    /* Clients of libzmq 4.3.4 reckon it in 16 bits of milliseconds. */
    HEARTBEAT_TTL_MAX_MS = 65500,
    LINGER_MS = 1000,
    BACKLOG = 4096,
    BURST = 10 /* minutes of handshakes at once */
};

static enum inc_status
zmq_status(int rc, const char *what, struct inc_err *err)
{
    if (rc == 0)
        return INC_OK;
    return inc_fail(err, INC_E_IO, zmq_errno(), "%s: %s", what,
                    zmq_strerror(zmq_errno()));
}

static enum inc_status
set_int(void *socket, int option, int value, struct inc_err *err)
{
    return zmq_status(zmq_setsockopt(socket, option, &value, sizeof value),
                      "socket option", err);
}

static enum inc_status
set_options(void *socket, const struct inc_server_options *o,
            struct inc_err *err)
{
    int64_t longest = (int64_t)inc_request_limits.bytes * OVERSIZE;
    /* When clients drop us: a sign of life may be missed. */
    int ttl_ms = 2 * o->heartbeat_ms + HEARTBEAT_SPARE_MS;
    enum inc_status st;

    INC_CHECK(ttl_ms <= HEARTBEAT_TTL_MAX_MS);
    INC_TRY(zmq_status(
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &longest, sizeof longest),
        "socket option", err));
    INC_TRY(set_int(socket, ZMQ_RCVHWM, HWM_IN, err));
    INC_TRY(set_int(socket, ZMQ_SNDHWM, HWM_OUT, err));
    INC_TRY(set_int(socket, ZMQ_SNDTIMEO, 0, err));
    INC_TRY(set_int(socket, ZMQ_ROUTER_MANDATORY, 1, err));
    INC_TRY(set_int(socket, ZMQ_HANDSHAKE_IVL, o->handshake_ms, err));
    INC_TRY(set_int(socket, ZMQ_HEARTBEAT_IVL, o->heartbeat_ms, err));
    INC_TRY(set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS, err));
    INC_TRY(set_int(socket, ZMQ_HEARTBEAT_TTL, ttl_ms, err));
    INC_TRY(set_int(socket, ZMQ_LINGER, LINGER_MS, err));
    INC_TRY(set_int(socket, ZMQ_BACKLOG, BACKLOG, err));
out:
    return st;
}

/* tcp is for who has a key, and for nobody else: no key, no start. */
static enum inc_status
protect(struct inc_server *s, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (!inc_endpoint_is_tcp(s->desk.o.endpoint))
        return INC_OK;
    if (s->desk.o.keys == NULL)
        return inc_fail(err, INC_E_BUG, 0, "tcp without a key pair");
    s->keys = *s->desk.o.keys;
    s->desk.server_key = s->keys.public_key;
    inc_zap_gate_init(&s->gate, s->desk.o.handshakes,
                      s->desk.o.handshakes * BURST);
    INC_TRY(inc_curve_listen(&s->handshakes, s->context, err));
    INC_TRY(inc_curve_protect(s->socket, &s->keys, err));
out:
    return st;
}

static enum inc_status
bind_socket(struct inc_server *s, struct inc_err *err)
{
    size_t len = sizeof s->endpoint;
    unsigned seed;
    enum inc_status st;

    INC_TRY(inc_endpoint_claim(&s->lock_fd, s->desk.o.endpoint, err));
    /* ZeroMQ numbers anonymous clients from rand(); unseeded, a client can
     * know the next number and choose it as its own. */
    inc_random_bytes(&seed, sizeof seed);
    srand(seed);
    s->context = zmq_ctx_new();
    /* Each of ZeroMQ's threads walks its timers from the first to find the one
     * it no longer needs, at every sign of life: several threads have short
     * lists (docs/decisions/0050). */
    if (s->context != NULL)
        (void)zmq_ctx_set(s->context, ZMQ_IO_THREADS,
                          (int)s->desk.o.io_threads);
    s->socket = s->context == NULL ? NULL : zmq_socket(s->context, ZMQ_ROUTER);
    if (s->socket == NULL) {
        st = zmq_status(-1, "cannot make a socket", err);
        goto out;
    }
    INC_TRY(set_options(s->socket, &s->desk.o, err));
    INC_TRY(protect(s, err));
    st = zmq_status(zmq_bind(s->socket, s->desk.o.endpoint), "cannot listen",
                    err);
    if (st != INC_OK) {
        inc_err_where(err, "endpoint");
        inc_err_hint(err, "another program may use %.200s", s->desk.o.endpoint);
        goto out;
    }
    st = zmq_status(
        zmq_getsockopt(s->socket, ZMQ_LAST_ENDPOINT, s->endpoint, &len),
        "cannot read the endpoint", err);
out:
    return st;
}

/* On the endpoint's thread. A store that does not answer leaves its own values
 * out; the rest is worth having then more than ever. */
static void
render(void *arg, struct inc_buf *out)
{
    struct inc_desk *d = arg;
    struct inc_image image = inc_live_hold(d->o.live);
    struct inc_readings readings;

    (void)inc_metrics_read(&readings, d, &image, NULL);
    inc_metrics_text(out, &readings);
    inc_image_drop(&image);
}

static enum inc_status
open_scrape(struct inc_desk *d, struct inc_err *err)
{
    const struct inc_scrape_options o = {.address = d->o.metrics,
                                         .render = render,
                                         .arg = d,
                                         .served = &d->meter.scrapes,
                                         .refused = &d->meter.scrapes_refused};
    enum inc_status st;

    if (d->o.metrics == NULL)
        return INC_OK;
    st = inc_scrape_open(&d->scrape, &o, err);
    if (st != INC_OK)
        inc_err_where(err, "metrics");
    else if (inc_scrape_is_open(d->scrape))
        inc_log_event(INC_LOG_WARN, "metrics_open_to_network");
    return st;
}

/* Where new events are published, if anywhere. */
static enum inc_status
open_publisher(struct inc_server *s, struct inc_err *err)
{
    const char *events = s->desk.o.events;
    char beside[INC_PUBLISH_ENDPOINT];

    if (events == NULL || strcmp(events, "off") == 0 ||
        s->desk.o.standing_min == 0)
        return INC_OK;
    if (strcmp(events, "beside") == 0) {
        inc_publisher_beside(beside, s->endpoint);
        if (beside[0] == '\0' || inc_endpoint_check(beside, NULL) != INC_OK)
            return INC_OK; /* tcp, or a path that is too long with it */
        events = beside;
    }
    return inc_publisher_open(&s->desk.publisher, s->context, events, err);
}

/* What matches are recorded against, by its digest. Before the crew runs. */
static enum inc_status
describe(const struct inc_server_options *o, struct inc_err *err)
{
    struct inc_image image = inc_live_hold(o->live);
    enum inc_status st = inc_server_describe(o->store, image.estate, err);

    inc_image_drop(&image);
    return st;
}

enum inc_status
inc_server_describe(struct inc_store *store, const struct inc_estate *estate,
                    struct inc_err *err)
{
    unsigned char digest[INC_DIGEST];
    struct inc_buf words = {0};
    enum inc_status st = INC_OK;

    inc_estate_describe(&words, digest, estate);
    if (words.failed) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to describe the estate");
        goto out;
    }
    st = inc_trail_estate(store, digest, words.data, words.len, err);
out:
    inc_buf_release(&words);
    return st;
}

static enum inc_status
open_book(struct inc_desk *d, struct inc_err *err)
{
    d->roles = inc_roles_hold(d->o.roles);
    d->book = inc_book_desk_new();
    if (d->book == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the users");
    inc_random_bytes(d->secret, sizeof d->secret);
    return inc_who_refresh(d, err);
}

enum inc_status
inc_server_roles(struct inc_server *s, struct inc_roles *roles,
                 struct inc_err *err)
{
    struct inc_roles *old = s->desk.roles;
    enum inc_status st;

    s->desk.roles = inc_roles_hold(roles);
    st = inc_who_refresh(&s->desk, err);
    if (st != INC_OK) {
        inc_roles_drop(s->desk.roles);
        s->desk.roles = old;
        (void)inc_who_refresh(&s->desk, NULL);
        return st;
    }
    inc_roles_drop(old);
    return INC_OK;
}

/* Counts that cannot be read are no reason not to serve: those that come are
 * counted in memory, and the log says so. */
static enum inc_status
open_drafted(struct inc_desk *d, struct inc_err *err)
{
    struct inc_err why = {0};
    enum inc_status st = inc_drafted_open(&d->drafted, d->o.drafts_path, &why);

    if (st == INC_OK)
        return st;
    inc_drafted_complain(&why);
    return inc_drafted_open(&d->drafted, NULL, err);
}

enum inc_status
inc_server_open(struct inc_server **out, const struct inc_server_options *o,
                struct inc_err *err)
{
    struct inc_server *s = inc_mem_zero(1, sizeof *s);
    struct inc_crew_options crew = {.workers = o->workers,
                                    .batch_max = o->batch_max,
                                    .batch_ns = o->batch_ns,
                                    .queue_max = o->queue_max,
                                    .queue_ns = o->queue_ns,
                                    .queue_bytes = o->queue_bytes,
                                    .request_bytes = o->request_bytes,
                                    .store = o->store,
                                    .live = o->live,
                                    .kernels = o->kernels,
                                    .standing_min = o->standing_min};
    enum inc_status st = INC_OK;

    *out = NULL;
    if (s == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the server");
    s->lock_fd = -1;
    s->desk.o = *o;
    s->desk.endpoint = s->endpoint;
    s->desk.ledger.limit = o->reply_bytes;
    s->desk.meter.start_ns = inc_clock_ns();
    s->desk.meter.start_unix_ms = inc_clock_unix_ms();
    INC_TRY(inc_loop_init(s, err));
    INC_TRY(open_book(&s->desk, err));
    INC_TRY(bind_socket(s, err));
    INC_TRY(open_publisher(s, err));
    INC_TRY(open_drafted(&s->desk, err));
    inc_route_hands(&crew.hands, &s->desk);
    if (o->record)
        INC_TRY(describe(o, err));
    INC_TRY(inc_crew_start(&s->desk.crew, &crew, err));
    s->desk.arenas = inc_crew_arenas(s->desk.crew);
    INC_TRY(open_scrape(&s->desk, err));
    *out = s;
    s = NULL;
out:
    inc_server_close(s);
    return st;
}

/* The order matters: threads first (they use the desk, the metrics' one the
 * crew too), then the socket with
 * its unsent replies, then the context, and the lock last. */
void
inc_server_close(struct inc_server *s)
{
    if (s == NULL)
        return;
    inc_scrape_close(s->desk.scrape);
    inc_crew_free(s->desk.crew);
    inc_publisher_close(s->desk.publisher);
    if (s->socket != NULL)
        (void)zmq_close(s->socket);
    if (s->handshakes != NULL)
        (void)zmq_close(s->handshakes);
    if (s->context != NULL)
        (void)zmq_ctx_term(s->context);
    inc_drafted_close(s->desk.drafted);
    inc_book_desk_free(s->desk.book);
    inc_roles_drop(s->desk.roles);
    inc_keys_wipe(&s->keys);
    inc_peers_release(&s->peers); /* the last reply gave its bytes back */
    if (s->lock_fd >= 0)
        (void)close(s->lock_fd);
    inc_arena_release(&s->envelope);
    inc_mem_free(s);
}

const char *
inc_server_endpoint(const struct inc_server *s)
{
    return s->endpoint;
}

const char *
inc_server_metrics(const struct inc_server *s)
{
    return s->desk.scrape == NULL ? NULL : inc_scrape_address(s->desk.scrape);
}

const char *
inc_server_key(const struct inc_server *s)
{
    return s->desk.server_key;
}

struct inc_crew *
inc_server_crew(struct inc_server *s)
{
    return s->desk.crew;
}

void
inc_server_note_unknown(struct inc_server *s, uint64_t uris, uint64_t records)
{
    s->desk.meter.unknown_uris = uris;
    s->desk.meter.unknown_records = records;
}

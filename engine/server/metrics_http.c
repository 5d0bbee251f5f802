/*
 * metrics_http.c - the only file that calls libmicrohttpd.
 *
 * Threads: everything in struct inc_scrape belongs to the endpoint's thread
 * between its start and its join. The library runs inside that thread, in its
 * mode without threads of its own: so the age of a connection can be watched
 * between two turns.
 */
#include "engine/server/metrics_http.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/mem.h"
#include "engine/server/metrics_address.h"

enum {
    CONNECTIONS = 16,
    BACKLOG = 16,
    IDLE_S = 5,                   /* nothing came or went */
    CONNECTION_BYTES = 16 * 1024, /* request line and headers */
    WAKE_MS = 1000
};
#define LONGEST_NS (UINT64_C(10) * 1000000000) /* a whole connection */
#define FRESH_NS UINT64_C(100000000) /* a text this young is given again */

struct connection {
    int used, fd, cut;
    uint64_t since_ns;
};

struct inc_scrape {
    struct inc_scrape_options o;
    char address[INC_ADDRESS_TEXT];
    int open_to_all;
    struct MHD_Daemon *http;
    int stop_fd, http_fd;
    pthread_t thread;
    int running;
    struct connection connection[CONNECTIONS];
    struct inc_buf text;
    uint64_t made_ns; /* 0: never */
};

/* --- answers -------------------------------------------------------------- */

static enum MHD_Result
reply(struct MHD_Connection *c, unsigned code, const char *type,
      const void *bytes, size_t len, const char *allow)
{
    /* The const is dropped for the library's sake: it copies. */
    union {
        const void *in;
        void *out;
    } body = {bytes};
    struct MHD_Response *r =
        MHD_create_response_from_buffer(len, body.out, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result done;

    if (r == NULL)
        return MHD_NO; /* the connection ends */
    (void)MHD_add_response_header(r, "Content-Type", type);
    (void)MHD_add_response_header(r, "Connection", "close");
    (void)MHD_add_response_header(r, "Cache-Control", "no-store");
    if (allow != NULL)
        (void)MHD_add_response_header(r, "Allow", allow);
    done = MHD_queue_response(c, code, r);
    MHD_destroy_response(r);
    return done;
}

static enum MHD_Result
refuse(struct inc_scrape *s, struct MHD_Connection *c, unsigned code,
       const char *why)
{
    inc_tally_add(s->o.refused, 1);
    return reply(c, code, "text/plain; charset=utf-8", why, strlen(why),
                 code == MHD_HTTP_METHOD_NOT_ALLOWED ? "GET" : NULL);
}

static enum MHD_Result
give(struct inc_scrape *s, struct MHD_Connection *c)
{
    uint64_t now = inc_clock_ns();

    inc_tally_add(s->o.served, 1);
    if (s->made_ns == 0 || now - s->made_ns >= FRESH_NS) {
        inc_buf_release(&s->text);
        s->text = (struct inc_buf){0};
        s->o.render(s->o.arg, &s->text);
        s->made_ns = s->text.failed ? 0 : now;
    }
    if (s->text.failed)
        return refuse(s, c, MHD_HTTP_INTERNAL_SERVER_ERROR, "no memory\n");
    return reply(c, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
                 s->text.data, s->text.len, NULL);
}

static int
has_body(struct MHD_Connection *c)
{
    const char *length =
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Length");

    return MHD_lookup_connection_value(c, MHD_HEADER_KIND,
                                       "Transfer-Encoding") != NULL ||
           (length != NULL && strcmp(length, "0") != 0);
}

/* Called when the headers are there. Always answers then, so that a body is
 * never read: the library ends the connection after the answer. */
static enum MHD_Result
on_request(void *arg, struct MHD_Connection *c, const char *url,
           const char *method, const char *version, const char *upload,
           size_t *upload_len, void **context)
{
    struct inc_scrape *s = arg;

    (void)version;
    (void)upload;
    (void)upload_len;
    (void)context;
    if (strcmp(url, "/metrics") != 0)
        return refuse(s, c, MHD_HTTP_NOT_FOUND, "only /metrics is here\n");
    if (strcmp(method, "GET") != 0)
        return refuse(s, c, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET\n");
    if (has_body(c))
        return refuse(s, c, MHD_HTTP_CONTENT_TOO_LARGE,
                      "a request for metrics has no body\n");
    return give(s, c);
}

/* --- connections ---------------------------------------------------------- */

static void
on_connection(void *arg, struct MHD_Connection *c, void **context,
              enum MHD_ConnectionNotificationCode what)
{
    struct inc_scrape *s = arg;
    const union MHD_ConnectionInfo *info;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*context != NULL)
            ((struct connection *)*context)->used = 0;
        return;
    }
    info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    for (int i = 0; i < CONNECTIONS; i++) {
        struct connection *k = &s->connection[i];

        if (k->used)
            continue;
        *k = (struct connection){1, info->connect_fd, 0, inc_clock_ns()};
        *context = k;
        return;
    }
}

/* One byte now and then keeps the library's idle clock from running out. */
static void
cut_old(struct inc_scrape *s)
{
    uint64_t now = inc_clock_ns();

    for (int i = 0; i < CONNECTIONS; i++) {
        struct connection *k = &s->connection[i];

        if (!k->used || k->cut || now - k->since_ns < LONGEST_NS)
            continue;
        (void)shutdown(k->fd, SHUT_RDWR); /* the library sees its end */
        k->cut = 1;
    }
}

static int
wait_ms(struct inc_scrape *s)
{
    MHD_UNSIGNED_LONG_LONG ms;

    if (MHD_get_timeout(s->http, &ms) != MHD_YES || ms > WAKE_MS)
        return WAKE_MS;
    return (int)ms;
}

static void *
scrape_main(void *arg)
{
    struct inc_scrape *s = arg;
    struct pollfd ready[] = {{.fd = s->stop_fd, .events = POLLIN},
                             {.fd = s->http_fd, .events = POLLIN}};

    for (;;) {
        int n = poll(ready, 2, wait_ms(s));

        if (n > 0 && ready[0].revents != 0)
            return NULL;
        (void)MHD_run(s->http);
        cut_old(s);
    }
}

/* --- start and stop ------------------------------------------------------- */

static enum inc_status
listen_at(int *out, struct inc_scrape *s, struct inc_err *err)
{
    struct inc_address a;
    int fd = -1, one = 1;
    enum inc_status st;

    INC_TRY(inc_address_read(&a, s->o.address, err));
    s->open_to_all = !inc_address_is_own(&a);
    fd = socket(a.ip.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                0);
    if (fd < 0) {
        st = inc_fail(err, INC_E_IO, errno, "cannot make a socket for metrics");
        goto out;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, &a.ip.any, a.len) != 0 || listen(fd, BACKLOG) != 0) {
        int taken = errno == EADDRINUSE;

        st = inc_fail(err, taken ? INC_E_BUSY : INC_E_IO, errno,
                      "cannot listen for metrics at %.80s: %s", s->o.address,
                      taken ? "another program does" : "the system refuses");
        inc_err_hint(err, taken ? "choose another port, or 0 for any free one"
                                : "an address of this machine, and a port this "
                                  "user may take");
        goto out;
    }
    (void)getsockname(fd, &a.ip.any, &a.len);
    inc_address_write(s->address, &a);
    *out = fd;
    fd = -1;
out:
    if (fd >= 0)
        (void)close(fd);
    return st;
}

static enum inc_status
start_http(struct inc_scrape *s, struct inc_err *err)
{
    const union MHD_DaemonInfo *info;
    enum inc_status st = INC_OK;
    int fd = -1;

    INC_TRY(listen_at(&fd, s, err));
    s->http = MHD_start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET,
        fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (s->http == NULL) {
        (void)close(fd);
        return inc_fail(err, INC_E_NOMEM, 0, "libmicrohttpd does not start");
    }
    info = MHD_get_daemon_info(s->http, MHD_DAEMON_INFO_EPOLL_FD);
    INC_CHECK(info != NULL);
    s->http_fd = info->epoll_fd;
out:
    return st;
}

static enum inc_status
start_thread(struct inc_scrape *s, struct inc_err *err)
{
    sigset_t all, old;
    int rc;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    rc = pthread_create(&s->thread, NULL, scrape_main, s);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc != 0)
        return inc_fail(err, INC_E_NOMEM, rc, "cannot start a thread");
    s->running = 1;
    return INC_OK;
}

enum inc_status
inc_scrape_open(struct inc_scrape **out, const struct inc_scrape_options *o,
                struct inc_err *err)
{
    struct inc_scrape *s = inc_mem_zero(1, sizeof *s);
    enum inc_status st = INC_OK;

    *out = NULL;
    if (s == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for metrics");
    s->o = *o;
    s->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (s->stop_fd < 0) {
        st = inc_fail(err, INC_E_IO, errno, "cannot make an eventfd");
        goto out;
    }
    INC_TRY(start_http(s, err));
    INC_TRY(start_thread(s, err));
    *out = s;
    s = NULL;
out:
    inc_scrape_close(s);
    return st;
}

void
inc_scrape_close(struct inc_scrape *s)
{
    const uint64_t one = 1;

    if (s == NULL)
        return;
    if (s->running) {
        INC_CHECK(write(s->stop_fd, &one, sizeof one) == (ssize_t)sizeof one);
        INC_CHECK(pthread_join(s->thread, NULL) == 0);
    }
    if (s->http != NULL)
        MHD_stop_daemon(s->http); /* closes its listening socket too */
    if (s->stop_fd >= 0)
        (void)close(s->stop_fd);
    inc_buf_release(&s->text);
    inc_mem_free(s);
}

const char *
inc_scrape_address(const struct inc_scrape *s)
{
    return s->address;
}

int
inc_scrape_is_open(const struct inc_scrape *s)
{
    return s->open_to_all;
}

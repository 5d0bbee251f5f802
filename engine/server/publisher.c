#include "engine/server/publisher.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "engine/base/mem.h"
#include "engine/match/standing.h"
#include "engine/server/endpoint.h"
#include "proto/message.h"
#include "proto/writer.h"

enum {
    HWM = 10000, /* messages waiting for one subscriber; then it misses some */
    LINGER_MS = 0
};

struct inc_publisher {
    void *socket;
    int lock_fd;
    char endpoint[INC_PUBLISH_ENDPOINT];
    struct inc_buf body;
};

void
inc_publisher_beside(char out[INC_PUBLISH_ENDPOINT], const char *main)
{
    out[0] = '\0';
    if (strncmp(main, "ipc://", 6) == 0)
        (void)snprintf(out, INC_PUBLISH_ENDPOINT, "%s.events", main);
}

static enum inc_status
zmq_status(int rc, const char *what, struct inc_err *err)
{
    if (rc == 0)
        return INC_OK;
    return inc_fail(err, INC_E_IO, zmq_errno(), "%s: %s", what,
                    zmq_strerror(zmq_errno()));
}

enum inc_status
inc_publisher_open(struct inc_publisher **out, void *context,
                   const char *endpoint, struct inc_err *err)
{
    struct inc_publisher *p = inc_mem_zero(1, sizeof *p);
    const int hwm = HWM, linger = LINGER_MS;
    size_t len = sizeof p->endpoint;
    enum inc_status st = INC_OK;

    *out = NULL;
    if (p == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the events");
    p->lock_fd = -1;
    INC_TRY(inc_endpoint_claim(&p->lock_fd, endpoint, err));
    p->socket = zmq_socket(context, ZMQ_PUB);
    if (p->socket == NULL) {
        st = zmq_status(-1, "cannot make a socket for events", err);
        goto out;
    }
    INC_TRY(zmq_status(zmq_setsockopt(p->socket, ZMQ_SNDHWM, &hwm, sizeof hwm),
                       "socket option", err));
    INC_TRY(zmq_status(
        zmq_setsockopt(p->socket, ZMQ_LINGER, &linger, sizeof linger),
        "socket option", err));
    INC_TRY(zmq_status(zmq_bind(p->socket, endpoint),
                       "cannot listen for subscribers of events", err));
    INC_TRY(zmq_status(
        zmq_getsockopt(p->socket, ZMQ_LAST_ENDPOINT, p->endpoint, &len),
        "cannot read the endpoint of events", err));
    *out = p;
    p = NULL;
out:
    if (st != INC_OK) {
        inc_err_where(err, "events");
        inc_publisher_close(p);
    }
    return st;
}

void
inc_publisher_close(struct inc_publisher *p)
{
    if (p == NULL)
        return;
    if (p->socket != NULL)
        (void)zmq_close(p->socket);
    if (p->lock_fd >= 0)
        (void)close(p->lock_fd);
    inc_buf_release(&p->body);
    inc_mem_free(p);
}

const char *
inc_publisher_endpoint(const struct inc_publisher *p)
{
    return p == NULL ? "" : p->endpoint;
}

int
inc_event_ids(const struct inc_image *image, const struct inc_event *e,
              const char **need, const char **person)
{
    const struct inc_pool_need *at = inc_standing_find(image->pool, e->need);
    struct inc_person row_of;
    uint32_t row;
    size_t block;

    if (at == NULL || inc_pool_find(image->pool, e->person, &block, &row) != 0)
        return -1;
    inc_block_person(inc_pool_block(image->pool, block), row, NULL, &row_of);
    *need = at->need->id;
    *person = row_of.id;
    return 0;
}

void
inc_publisher_tell(struct inc_publisher *p, const struct inc_image *image,
                   const struct inc_event *events, size_t n)
{
    static const char topic[] = "match";

    for (size_t i = 0; p != NULL && i < n; i++) {
        const struct inc_event *e = &events[i];
        const char *need, *person;
        struct inc_writer w;

        if (inc_event_ids(image, e, &need, &person) != 0)
            continue;
        inc_buf_reset(&p->body);
        inc_writer_init(&w, &p->body);
        inc_w_map(&w);
        inc_w_kint(&w, "v", INC_PROTOCOL);
        inc_w_kint(&w, "seq", (int64_t)e->seq);
        inc_w_ktext(&w, "need", need);
        inc_w_ktext(&w, "person", person);
        inc_w_kint(&w, "score", e->score);
        inc_w_kint(&w, "at", e->at_unix_ms);
        inc_w_end(&w);
        /* It never waits: a PUB socket drops for who is slow. */
        if (p->body.failed ||
            zmq_send(p->socket, topic, sizeof topic - 1, ZMQ_SNDMORE) < 0)
            continue;
        (void)zmq_send(p->socket, p->body.data, p->body.len, 0);
    }
}

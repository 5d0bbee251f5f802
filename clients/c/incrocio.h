/*
 * incrocio.h - libincrocio: talk to incrociod from C.
 *
 *     struct inc_client *c = NULL;
 *     struct inc_answer a = {0};
 *     struct inc_err err;
 *     if (inc_client_open(&c, "ipc:///run/incrocio/incrociod.sock", NULL,
 *                         &err) ||
 *         inc_client_call(c, INC_OP_PING, NULL, 0, NULL, &a, &err))
 *         ... err.what, err.where, err.hint ...
 *     ... read a.body with inc_node_get() ...
 *     inc_answer_release(&a);
 *     inc_client_close(c);
 *
 * Request bodies are msgpack (proto/writer.h). Every write carries a 16-byte
 * key that stays the same over its retries, so a write is done once however
 * often the wire fails. A daemon that restarts, stalls or is busy is retried
 * within the deadline, with pauses that double.
 *
 * A client belongs to one thread at a time; it holds one ZeroMQ context. No
 * error text holds personal data.
 */
#ifndef INC_CLIENTS_C_INCROCIO_H
#define INC_CLIENTS_C_INCROCIO_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/buf.h"
#include "engine/base/status.h"
#include "proto/message.h"
#include "proto/node.h"

struct inc_client;

enum {
    INC_CLIENT_WINDOW = 64, /* requests under way at once */
    INC_CLIENT_WINDOW_MAX = 1024,
    INC_CLIENT_DEADLINE_MS = 30000, /* of a call, retries included */
    INC_CLIENT_RETRIES = 3,
    INC_CLIENT_CONNECT_MS = 3000, /* without any daemon there */
    INC_ENDPOINT_MAX = 512
};

struct inc_client_options {
    unsigned window;    /* 0: INC_CLIENT_WINDOW */
    int64_t connect_ms; /* 0: INC_CLIENT_CONNECT_MS */
    const char *actor;  /* sent with each request; NULL: none. Copied. */
    const char *office;
    const char *purpose;
    int full; /* ask for the full view of records */
    /* For tcp, which is always encrypted: the file with the own key pair, and
     * the daemon's public key (Z85) unless the file names it. NULL:
     * $INCROCIO_KEY and $INCROCIO_SERVER_KEY. Not looked at for ipc. */
    const char *key_file;
    const char *server_key;
};

/* Where the daemon is when nobody says: $INCROCIO_ENDPOINT, else
 * ipc://$XDG_RUNTIME_DIR/incrocio/incrociod.sock, else
 * ipc:///tmp/incrocio-<uid>/incrociod.sock. */
void inc_client_endpoint(char out[INC_ENDPOINT_MAX]);

/*
 * Start a client. Returns at once: a daemon that is not there yet shows at the
 * first call.
 *   o  NULL for defaults
 * INC_E_CONFIG for an endpoint that is not usable, or over tcp for a key that
 * is not there or not one; INC_E_NOMEM, INC_E_IO; that
 * too for an endpoint in /tmp/incrocio-<uid> when the folder is somebody
 * else's, who could listen there in the daemon's place.
 */
enum inc_status inc_client_open(struct inc_client **out, const char *endpoint,
                                const struct inc_client_options *o,
                                struct inc_err *err);
void inc_client_close(struct inc_client *c); /* NULL is fine */

/* The daemon's public key that this client demands, "" over ipc. */
void inc_client_server_key(const struct inc_client *c, char out[41]);

/* How one request is to be made; zeros are defaults. */
struct inc_call {
    /* Whole time allowed, 0: INC_CLIENT_DEADLINE_MS. The daemon is told one
     * hour at most, which is the protocol's limit. */
    int64_t deadline_ms;
    int once;                 /* 1: no retry after silence (long admin work) */
    unsigned retries;         /* 0: INC_CLIENT_RETRIES */
    const unsigned char *key; /* INC_KEY bytes for a write; NULL: random */
};

/* A reply's body and the memory it stands in. All zero is empty. */
struct inc_answer {
    const struct inc_node *body; /* views `bytes` and `frame` */
    struct inc_frame *frame;
    struct inc_buf bytes;
};
void inc_answer_release(struct inc_answer *a); /* safe on zeroed memory */

/*
 * Ask and wait.
 *   body  one msgpack value, or NULL for none; borrowed
 *   out   replaced on INC_OK; unchanged otherwise
 * Waits for submitted requests too; their answers go to `done`.
 * The daemon's own error comes back as its status with where and hint.
 * INC_E_IO: no daemon at the endpoint. INC_E_DEADLINE: no answer in time.
 */
enum inc_status inc_client_call(struct inc_client *c, enum inc_op op,
                                const void *body, size_t body_len,
                                const struct inc_call *how,
                                struct inc_answer *out, struct inc_err *err);

/*
 * Many requests under way at once, for imports and batches.
 *
 * `done` is called once for each submitted request, in the order of the
 * replies, from inside submit and drain.
 *   tag   as given to submit
 *   st    INC_OK, or the failure with *err filled
 *   body  on INC_OK; views memory that lives for the call
 * It must not call the client.
 */
typedef void inc_done_fn(void *arg, uint64_t tag, enum inc_status st,
                         const struct inc_err *err,
                         const struct inc_node *body);
void inc_client_on_done(struct inc_client *c, inc_done_fn *done, void *arg);

/* Send one request; waits for replies while the window is full. Its own
 * failure goes to `done`. INC_E_NOMEM, INC_E_IO (no daemon ever answered: the
 * requests under way have been handed to `done`). */
enum inc_status inc_client_submit(struct inc_client *c, uint64_t tag,
                                  enum inc_op op, const void *body,
                                  size_t body_len, const struct inc_call *how,
                                  struct inc_err *err);

/* Wait until nothing is under way. */
enum inc_status inc_client_drain(struct inc_client *c, struct inc_err *err);

/* What happened so far, for progress lines and tests. */
struct inc_client_stats {
    uint64_t sent, resent, replies, strays, reopened, busy;
};
void inc_client_stats(const struct inc_client *c, struct inc_client_stats *out);

#endif

/*
 * server.h - the ROUTER socket and what comes through it. Floor
 * engine/server.
 *
 * Threads: the thread that calls inc_server_run() is the router thread and
 * the only one that touches ZeroMQ. Everything else goes through the crew's
 * queues (engine/batch/crew.h). The metrics endpoint has a thread of its own
 * (metrics_http.h), which only reads.
 */
#ifndef INC_SERVER_SERVER_H
#define INC_SERVER_SERVER_H

#include "engine/access/book.h"
#include "engine/base/keys.h"
#include "engine/batch/crew.h"
#include "engine/profile/retention.h"

struct inc_server;

struct inc_server_options {
    const char *endpoint; /* checked by inc_endpoint_check() */
    const char *metrics;  /* checked by inc_metrics_check(); NULL: none */
    const char *events;   /* likewise; "beside" or "off", see below */
    int32_t standing_min; /* score that makes an event; 0: no standing match */
    unsigned workers, batch_max;
    uint64_t batch_ns;    /* what a batch should take at most; 0: any */
    uint64_t reply_bytes; /* of all replies that have not left; 0: any */
    uint64_t read_ns;     /* patience with who does not read: peers.h */
    size_t queue_max;
    uint64_t queue_ns; /* how long a question should wait; 0: any time */
    uint64_t queue_bytes;
    size_t request_bytes;
    int admin;                   /* answer ADMIN operations */
    int record;                  /* keep a register of matches; 0: tests only */
    const struct inc_keys *keys; /* of this daemon; NULL: no tcp. Copied */
    struct inc_roles *roles;     /* held as long as it is in use */
    const char *local_role;      /* over ipc; NULL: nobody there may ask */
    struct inc_retention retention; /* how long profiles are kept */
    struct inc_register_term term;  /* how long the register is */
    int64_t handshakes;  /* of one key in a minute, ten times that at once; 0:
                            any */
    int handshake_ms;    /* patience with a handshake */
    int heartbeat_ms;    /* between signs of life asked for */
    unsigned io_threads; /* of ZeroMQ */
    const char *backup_dir;  /* NULL: no backups */
    const char *drafts_path; /* counts of drafts; NULL: in memory only */
    /* Asked before `verify` walks the store: 0 when that would be the death of
     * the process, with the reason. NULL: nobody is asked. */
    int (*scout)(void *arg, char *text, size_t size);
    void *scout_arg;
    struct inc_store *store;
    struct inc_live *live;
    const struct inc_kernels *kernels;
    const char *blas; /* likewise */
};

/*
 * Bind the endpoint and start the crew. Options' texts are borrowed until
 * close. An ipc path is locked first (PATH.lock), so a second daemon cannot
 * take the first one's clients; a file there that is no socket is left alone.
 * INC_E_BUSY, INC_E_CONFIG, INC_E_IO, INC_E_NOMEM.
 */
enum inc_status inc_server_open(struct inc_server **out,
                                const struct inc_server_options *o,
                                struct inc_err *err);
void inc_server_close(struct inc_server *s); /* NULL is fine */

/* As bound: the port is there also when `*` was asked. */
const char *inc_server_endpoint(const struct inc_server *s);
/* Where GET /metrics is answered, as bound; NULL when it is off. */
const char *inc_server_metrics(const struct inc_server *s);
/* The public key that clients must know, or NULL: no tcp. */
const char *inc_server_key(const struct inc_server *s);
/* Take another table of roles into use; the scribe's thread. On failure the
 * old one stays. */
enum inc_status inc_server_roles(struct inc_server *s, struct inc_roles *roles,
                                 struct inc_err *err);
struct inc_crew *inc_server_crew(struct inc_server *s);
/* What the last survey of stored URIs found, for `status`. Any thread. */
void inc_server_note_unknown(struct inc_server *s, uint64_t uris,
                             uint64_t records);

/* The writer thread, before an estate is used: the register keeps what its
 * digest stands for. */
enum inc_status inc_server_describe(struct inc_store *store,
                                    const struct inc_estate *estate,
                                    struct inc_err *err);

enum inc_wish {
    INC_GO_ON,
    INC_DRAIN, /* answer what is queued, refuse what comes, then return */
    INC_QUIT   /* return now */
};

/* How the owner of the signals steers the loop. Called on its thread. */
struct inc_control {
    int fd; /* readable when `read` has something to say */
    enum inc_wish (*read)(void *arg);
    void (*tick)(void *arg); /* about once a second */
    void *arg;
    uint64_t drain_ns; /* longest drain */
};

/* Serve until told otherwise. INC_OK after a complete drain, INC_E_STOPPING
 * when work was left (quit, or the drain took too long), INC_E_IO when the
 * socket failed. */
enum inc_status inc_server_run(struct inc_server *s,
                               const struct inc_control *control,
                               struct inc_err *err);

/* --- endpoint.c ----------------------------------------------------------- */

/* The setting `events`: "off"; "beside" (PATH.events for ipc:///PATH, off for
 * tcp); or an endpoint of its own, checked as below. */
enum inc_status inc_events_check(const char *events, struct inc_err *err);

/* ipc paths, and tcp at an IPv4 address of this machine, 0.0.0.0 or `*`: tcp is
 * always CURVE. INC_E_CONFIG says what would be right. */
enum inc_status inc_endpoint_check(const char *endpoint, struct inc_err *err);
int inc_endpoint_is_tcp(const char *endpoint);

/* --- metrics_address.c ---------------------------------------------------- */

/* ADDRESS:PORT in numbers, [IPv6]:PORT, or a port alone for 127.0.0.1; port 0
 * or `*`: any free one. INC_E_CONFIG says what would be right. */
enum inc_status inc_metrics_check(const char *address, struct inc_err *err);

#endif

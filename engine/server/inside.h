/*
 * inside.h - the server's own state, shared by loop.c, outgoing.c, server.c.
 * Everything here belongs to the router thread.
 */
#ifndef INC_SERVER_INSIDE_H
#define INC_SERVER_INSIDE_H

#include "engine/access/zap.h"
#include "engine/base/arena.h"
#include "engine/server/desk.h"
#include "engine/server/peers.h"

enum {
    /* One client's share of the queues: so many requests in work, and as many
     * replies that have not left. */
    INC_SHARE_MIN = 64,
    INC_SHARE_MAX = 256,
    INC_IN_FLIGHT_MAX = 65000
};

struct inc_server {
    struct inc_desk desk;
    void *context, *socket;
    void *handshakes; /* ZAP; NULL: ipc, nobody is asked for a key */
    struct inc_zap_gate gate;
    struct inc_keys keys; /* the secret is wiped once the socket has it */
    uint64_t refresh_ns;  /* when to try to read the users again */
    int lock_fd;          /* of an ipc endpoint, or -1 */
    char endpoint[256];
    struct inc_arena envelope; /* of the request being read */
    uint64_t in_flight;        /* accepted, reply not sent yet */
    struct inc_peers peers;
    uint32_t share_max;
    uint64_t mean_us[INC_OPS_KINDS]; /* moving mean of a request's work */
    uint64_t readable_ns;            /* before it nothing was there to read */
    int emptied;                     /* the socket, when it was last read */
    int draining;
    uint64_t drain_until_ns;
};

enum inc_status inc_loop_init(struct inc_server *s, struct inc_err *err);

/* outgoing.c: neither ever waits; a client that is gone or does not read loses
 * its reply. */
enum inc_sent {
    INC_SENT,
    INC_SENT_DROPPED, /* no memory, or too much waits for this client */
    INC_SENT_NOBODY   /* the client is gone */
};
enum inc_sent inc_outgoing_refusal(struct inc_server *s, const void *route,
                                   size_t route_len,
                                   const struct inc_buf *reply);
/* Takes j->reply over and gives it back to the job's account once the network
 * has it. */
enum inc_sent inc_outgoing_reply(struct inc_server *s, struct inc_job *j);

#endif

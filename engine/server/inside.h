/*
 * inside.h - the server's own state, shared by loop.c and server.c.
 * Everything here belongs to the router thread.
 */
#ifndef INC_SERVER_INSIDE_H
#define INC_SERVER_INSIDE_H

#include "engine/base/arena.h"
#include "engine/server/desk.h"

enum {
    /* In-flight requests are counted by hash of the client, so that one
     * client cannot fill the queues for all; a collision makes two share. */
    INC_SHARES = 4096,
    INC_SHARE_MIN = 64,
    INC_SHARE_MAX = 256,
    INC_IN_FLIGHT_MAX = 65000
};

struct inc_server {
    struct inc_desk desk;
    void *context, *socket;
    int lock_fd; /* of an ipc endpoint, or -1 */
    char endpoint[256];
    struct inc_arena envelope; /* of the request being read */
    uint64_t in_flight;
    uint16_t in_flight_of[INC_SHARES];
    uint16_t share_max;
    uint64_t mean_us; /* moving mean of a request's work */
    int draining;
    uint64_t drain_until_ns;
};

enum inc_status inc_loop_init(struct inc_server *s, struct inc_err *err);

#endif

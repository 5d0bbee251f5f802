/*
 * endpoint.h - the place of an ipc socket, made safe before bind. Private to
 * engine/server.
 */
#ifndef INC_SERVER_ENDPOINT_H
#define INC_SERVER_ENDPOINT_H

#include "engine/base/status.h"

/*
 * For ipc: make the folder (0700), take an exclusive lock on PATH.lock and
 * refuse a path that holds something other than a socket (ZeroMQ's bind would
 * delete it). *lock_fd is the caller's to close after the socket; -1 for tcp.
 * INC_E_BUSY names the process that serves there.
 */
enum inc_status inc_endpoint_claim(int *lock_fd, const char *endpoint,
                                   struct inc_err *err);

#endif

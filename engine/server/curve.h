/*
 * curve.h - CURVE on a socket, and the handler that ZeroMQ asks about every
 * client that shakes hands. Private to engine/server; the router thread's.
 *
 * libzmq lets every key in when no handler answers, unless the domain is
 * enforced: inc_curve_protect() sets that and reads it back, and fails when it
 * cannot be had. The handler is asked from the router's own loop, so a server
 * that serves is a server that judges.
 */
#ifndef INC_SERVER_CURVE_H
#define INC_SERVER_CURVE_H

#include "engine/access/zap.h"
#include "engine/base/keys.h"

/* Make the socket a CURVE server of this key pair, before bind. */
enum inc_status inc_curve_protect(void *socket, const struct inc_keys *keys,
                                  struct inc_err *err);

/* Listen for ZeroMQ's questions. INC_E_IO when somebody does already. */
enum inc_status inc_curve_listen(void **out, void *context,
                                 struct inc_err *err);

/* Answer what waits. Who is in the book and within the gate's measure comes in;
 * without a book nobody does. Returns how many were sent away. */
unsigned inc_curve_answer(void *handler, const struct inc_book *book,
                          struct inc_zap_gate *gate);

#endif

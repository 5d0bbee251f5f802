/* inside.h - between the files of libincrocio; nobody else includes it. */
#ifndef INC_CLIENTS_C_INSIDE_H
#define INC_CLIENTS_C_INSIDE_H

#include "clients/c/incrocio.h"
#include "engine/base/keys.h"

/* Where the answer of a single call goes: `done` instead of the client's, and
 * a successful reply's bytes and frame to `keep`. */
struct inc_single {
    inc_done_fn *done;
    void *arg;
    struct inc_answer *keep;
};

/* Submit one request whose answer goes to *to and to nobody else; *to must
 * live until drain or drop. */
enum inc_status inc_client_single(struct inc_client *c,
                                  const struct inc_single *to, enum inc_op op,
                                  const void *body, size_t body_len,
                                  const struct inc_call *how,
                                  struct inc_err *err);
/* Forget the single request if it is still under way. */
void inc_client_drop(struct inc_client *c, const struct inc_single *to);

/* The pair and the server's key for a tcp endpoint; all "" for others. */
enum inc_status inc_client_keys(struct inc_keys *k, const char *endpoint,
                                const struct inc_client_options *o,
                                struct inc_err *err);
/* Nothing when there is no pair. */
enum inc_status inc_client_encrypt(void *socket, const struct inc_keys *k,
                                   struct inc_err *err);

/* INC_E_IO when the endpoint is in a /tmp/incrocio-<me> that is there and not
 * a folder of `me`. */
enum inc_status inc_endpoint_check(const char *endpoint, unsigned long me,
                                   struct inc_err *err);

#endif

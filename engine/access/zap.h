/*
 * zap.h - what ZeroMQ asks about a client that shakes hands (ZAP, RFC 27), and
 * the answer. Floor engine/access. Pure functions: no socket here.
 *
 * A frame is whatever stands in it: libzmq writes most of it, but the client's
 * address and its key are the client's. Mechanisms other than CURVE are
 * refused, whatever the socket allows.
 */
#ifndef INC_ACCESS_ZAP_H
#define INC_ACCESS_ZAP_H

#include "engine/access/book.h"

enum { INC_ZAP_FRAMES = 8, INC_ZAP_ID = 64 };

#define INC_ZAP_DOMAIN "incrocio"

struct inc_zap_frame {
    const void *bytes;
    size_t len;
};

struct inc_zap_request {
    unsigned char id[INC_ZAP_ID]; /* to be given back */
    size_t id_len;
    char key[INC_Z85 + 1]; /* the client's public key */
};

/*
 * The frames of a request: version "1.0", id, domain, address, identity,
 * mechanism, 32 bytes of key. out->id is filled as soon as it can be, also
 * when the rest is refused.
 * INC_E_FORMAT (not a request), INC_E_DENIED (another domain or mechanism).
 */
enum inc_status inc_zap_read(struct inc_zap_request *out,
                             const struct inc_zap_frame *frames, size_t n,
                             struct inc_err *err);

enum inc_zap_answer { INC_ZAP_IN, INC_ZAP_LATER, INC_ZAP_OUT, INC_ZAP_BROKEN };

/* The six frames of the answer; views `r` and constants. For INC_ZAP_IN the
 * user id is the key: what it may do is looked up at every request. */
enum { INC_ZAP_REPLY = 6 };
void inc_zap_reply(struct inc_zap_frame out[INC_ZAP_REPLY],
                   const struct inc_zap_request *r, enum inc_zap_answer a);

/*
 * How often one key may shake hands: `burst` at once, then `per_minute`. A
 * client's connections are numbered by ZeroMQ, and a client that makes very
 * many could meet a number that somebody chose (docs/access.md).
 */
enum { INC_ZAP_KEYS = 1024 };
struct inc_zap_gate {
    int64_t per_minute, burst; /* per_minute 0: no limit */
    struct {
        int64_t tokens; /* in 1/60000 of a handshake */
        int64_t at_ms;
    } key[INC_ZAP_KEYS]; /* by a hash: two keys may share one */
};
void inc_zap_gate_init(struct inc_zap_gate *g, int64_t per_minute,
                       int64_t burst);
/* 1 when this handshake may go on. */
int inc_zap_gate_pass(struct inc_zap_gate *g, const char *key, int64_t now_ms);

#endif

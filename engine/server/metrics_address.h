/*
 * metrics_address.h - an IP address and a port as text and as the system wants
 * them. Private to engine/server. Pure functions.
 */
#ifndef INC_SERVER_METRICS_ADDRESS_H
#define INC_SERVER_METRICS_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "engine/base/status.h"

enum { INC_ADDRESS_TEXT = 80 };

struct inc_address {
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } ip;
    socklen_t len;
};

/*
 * "127.0.0.1:9464", "[::1]:9464", or a port alone, which means 127.0.0.1; the
 * port may be 0 or `*`: any free one. Names are not looked up. INC_E_CONFIG
 * says what would be right.
 */
enum inc_status inc_address_read(struct inc_address *out, const char *text,
                                 struct inc_err *err);
void inc_address_write(char out[INC_ADDRESS_TEXT], const struct inc_address *a);

/* 1 when only this machine can reach it. */
int inc_address_is_own(const struct inc_address *a);

#endif

/* The address of the metrics endpoint: numbers only, nothing is looked up. */
#include "engine/server/metrics_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/server/server.h"

enum { HOST_BYTES = 64 };

static enum inc_status
refuse(const char *text, const char *what, struct inc_err *err)
{
    (void)inc_fail(err, INC_E_CONFIG, 0, "'%.80s' %s", text, what);
    inc_err_hint(err, "127.0.0.1:9464, [::1]:9464, or a port alone for this "
                      "machine's own address; port 0 for any free port");
    return INC_E_CONFIG;
}

/* 0..65535, `*` is 0; -1 for anything else. */
static int
read_port(const char *text)
{
    char *end;
    long n;

    if (strcmp(text, "*") == 0)
        return 0;
    if (text[0] < '0' || text[0] > '9' || strlen(text) > 5)
        return -1;
    n = strtol(text, &end, 10);
    return *end == '\0' && n <= 65535 ? (int)n : -1;
}

static int
read_host(struct inc_address *out, const char *host, size_t len, uint16_t port)
{
    char text[HOST_BYTES];
    int bracketed = len >= 2 && host[0] == '[' && host[len - 1] == ']';

    if (bracketed) {
        host++;
        len -= 2;
    }
    if (len >= sizeof text)
        return -1;
    memcpy(text, host, len);
    text[len] = '\0';
    if (bracketed) {
        out->ip.six.sin6_family = AF_INET6;
        out->ip.six.sin6_port = htons(port);
        out->len = sizeof out->ip.six;
        return inet_pton(AF_INET6, text, &out->ip.six.sin6_addr) == 1 ? 0 : -1;
    }
    out->ip.four.sin_family = AF_INET;
    out->ip.four.sin_port = htons(port);
    out->len = sizeof out->ip.four;
    return inet_pton(AF_INET, text, &out->ip.four.sin_addr) == 1 ? 0 : -1;
}

enum inc_status
inc_address_read(struct inc_address *out, const char *text, struct inc_err *err)
{
    const char *colon = strrchr(text, ':');
    int port = read_port(colon == NULL ? text : colon + 1);
    static const char own[] = "127.0.0.1";

    memset(out, 0, sizeof *out);
    if (port < 0)
        return refuse(text, "has no port from 0 to 65535", err);
    if (colon == NULL)
        return read_host(out, own, strlen(own), (uint16_t)port) == 0
                   ? INC_OK
                   : INC_E_BUG;
    if (read_host(out, text, (size_t)(colon - text), (uint16_t)port) != 0)
        return refuse(text, "has no address in numbers before its port", err);
    return INC_OK;
}

void
inc_address_write(char out[INC_ADDRESS_TEXT], const struct inc_address *a)
{
    char host[INET6_ADDRSTRLEN] = "";

    if (a->ip.any.sa_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &a->ip.six.sin6_addr, host, sizeof host);
        (void)snprintf(out, INC_ADDRESS_TEXT, "[%s]:%u", host,
                       (unsigned)ntohs(a->ip.six.sin6_port));
        return;
    }
    (void)inet_ntop(AF_INET, &a->ip.four.sin_addr, host, sizeof host);
    (void)snprintf(out, INC_ADDRESS_TEXT, "%s:%u", host,
                   (unsigned)ntohs(a->ip.four.sin_port));
}

int
inc_address_is_own(const struct inc_address *a)
{
    if (a->ip.any.sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&a->ip.six.sin6_addr);
    return ntohl(a->ip.four.sin_addr.s_addr) >> 24 == 127;
}

enum inc_status
inc_metrics_check(const char *address, struct inc_err *err)
{
    struct inc_address a;

    return inc_address_read(&a, address, err);
}

/*
 * metrics_http.h - GET /metrics over HTTP. Private to engine/server.
 *
 * One thread of its own, which blocks every signal. Whatever a client does
 * here, only other clients of this endpoint can feel it: the text is made at
 * most ten times a second, connections are few and short.
 */
#ifndef INC_SERVER_METRICS_HTTP_H
#define INC_SERVER_METRICS_HTTP_H

#include "engine/base/buf.h"
#include "engine/base/counter.h"
#include "engine/base/status.h"

struct inc_scrape;

struct inc_scrape_options {
    const char *address; /* checked by inc_metrics_check() */
    /* Append the text. Called on the endpoint's thread. */
    void (*render)(void *arg, struct inc_buf *out);
    void *arg;
    struct inc_tally *served, *refused; /* added to */
};

/* Listen and start the thread. INC_E_CONFIG, INC_E_BUSY (the address is
 * taken), INC_E_IO, INC_E_NOMEM. */
enum inc_status inc_scrape_open(struct inc_scrape **out,
                                const struct inc_scrape_options *o,
                                struct inc_err *err);
/* End the thread and all connections, then free; NULL is fine. */
void inc_scrape_close(struct inc_scrape *s);

/* As bound, such as 127.0.0.1:9464: the port is there also when 0 was asked. */
const char *inc_scrape_address(const struct inc_scrape *s);
/* 1 when other machines may reach it. */
int inc_scrape_is_open(const struct inc_scrape *s);

#endif

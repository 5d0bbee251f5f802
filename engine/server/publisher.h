/*
 * publisher.h - new matches on a PUB socket. Private to engine/server.
 *
 * Threads: opened and closed by the router's thread while no crew runs; in
 * between the herald is the only one that touches the socket. Starting and
 * joining the herald are the barriers that ZeroMQ asks for between the two.
 *
 * What is sent was stored before. A subscriber that is away or slow misses
 * messages and reads them with event.list.
 */
#ifndef INC_SERVER_PUBLISHER_H
#define INC_SERVER_PUBLISHER_H

#include "engine/batch/crew.h"

struct inc_publisher;

/* The endpoint beside the main one: PATH.events for ipc:///PATH; "" for tcp,
 * which has none. */
enum { INC_PUBLISH_ENDPOINT = 256 };
void inc_publisher_beside(char out[INC_PUBLISH_ENDPOINT], const char *main);

/* Bind. `context` is ZeroMQ's, borrowed. Errors as inc_endpoint_claim(). */
enum inc_status inc_publisher_open(struct inc_publisher **out, void *context,
                                   const char *endpoint, struct inc_err *err);
void inc_publisher_close(struct inc_publisher *p); /* NULL is fine */
/* As bound. NULL gives "". */
const char *inc_publisher_endpoint(const struct inc_publisher *p);

/* Herald: send what still has both records in the image. NULL is fine. */
void inc_publisher_tell(struct inc_publisher *p, const struct inc_image *image,
                        const struct inc_event *events, size_t n);

/* The ids of an event's records when both take part in matches now; they view
 * the image. 0, or -1. */
int inc_event_ids(const struct inc_image *image, const struct inc_event *e,
                  const char **need, const char **person);

#endif

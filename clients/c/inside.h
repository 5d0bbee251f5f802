/* inside.h - between the files of libincrocio; nobody else includes it. */
#ifndef INC_CLIENTS_C_INSIDE_H
#define INC_CLIENTS_C_INSIDE_H

#include "clients/c/incrocio.h"

/* The next successful reply's bytes and frame are given to *keep instead of
 * being freed after `done`. NULL stops that. */
void inc_client_keep(struct inc_client *c, struct inc_answer *keep);

#endif

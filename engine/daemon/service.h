/*
 * service.h - the life of incrociod: start in order, serve, stop in reverse.
 * Floor engine/daemon. Main thread, which becomes the router thread.
 */
#ifndef INC_DAEMON_SERVICE_H
#define INC_DAEMON_SERVICE_H

#include "engine/daemon/options.h"

/* Each returns the exit code: 0, 1 (usage, configuration) or 5 (trouble). */
int inc_service_serve(const struct inc_options *o);
int inc_service_check(const struct inc_options *o);
int inc_service_migration(const struct inc_options *o);

/* Say on stderr what is wrong, where, and what would be right. Hands back the
 * exit code. */
int inc_service_complain(const struct inc_err *err);

#endif

/*
 * keys.h - the daemon's own keys, and the first administrator's. Floor
 * engine/daemon. Main thread, before any other.
 */
#ifndef INC_DAEMON_KEYS_H
#define INC_DAEMON_KEYS_H

#include "engine/access/roles.h"
#include "engine/base/keys.h"
#include "engine/daemon/config.h"
#include "engine/store/store.h"

/* The table of roles that the settings name, or the shipped one. */
enum inc_status inc_daemon_roles(struct inc_roles **out,
                                 const struct inc_config *c,
                                 struct inc_err *err);

/* The daemon's pair, read from the file or made and written there, mode 0600.
 * INC_E_CONFIG for a file that is not one or that others may read. */
enum inc_status inc_daemon_keys(struct inc_keys *out,
                                const struct inc_config *c,
                                struct inc_err *err);

/* On a store without users: the one administrator, whose key goes into a file,
 * mode 0600, that the log names. Nobody else can come in over tcp. */
enum inc_status inc_daemon_first_user(struct inc_store *s,
                                      const struct inc_keys *server,
                                      const struct inc_config *c,
                                      struct inc_err *err);

#endif

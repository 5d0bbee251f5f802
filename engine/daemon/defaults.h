/*
 * defaults.h - settings that depend on the machine and the user. Floor
 * engine/daemon.
 */
#ifndef INC_DAEMON_DEFAULTS_H
#define INC_DAEMON_DEFAULTS_H

#include "engine/daemon/config.h"

/*
 * Fill endpoint, store, esco, comuni and space where nothing stronger did:
 *   endpoint  ipc://$XDG_RUNTIME_DIR/incrocio/incrociod.sock, else
 *             ipc:///tmp/incrocio-UID/incrociod.sock
 *   store     $XDG_DATA_HOME/incrocio/store, else ~/.local/share/...
 *   esco      the sample installed beside this program, or the source tree's
 *   comuni    comuni.tsv of the sample
 *   space     space.incs beside the store
 * `get` is getenv or a test's.
 */
enum inc_status inc_defaults_fill(struct inc_config *c,
                                  const char *(*get)(const char *name),
                                  struct inc_err *err);

/* The folder for sockets under /tmp may have been made by somebody else
 * first: refuse it unless it is ours and private. Other endpoints pass. */
enum inc_status inc_defaults_check_folder(const char *endpoint,
                                          struct inc_err *err);

#endif

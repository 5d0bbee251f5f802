/*
 * scout.h - the process that walks the store before the daemon does. Floor
 * engine/daemon.
 *
 * LMDB has no checksums: who walks a file with a damaged page may be killed by
 * it. The daemon itself makes no processes once it serves (seccomp.c), so the
 * scout is forked before: it waits on a socket, and for each question forks a
 * child that walks everything, and may die. It has no other descriptors, the
 * daemon's own bounds (and clone, wait4), and ends when the daemon does.
 *
 * Threads: start and stop main's, ask one thread at a time (the porter).
 */
#ifndef INC_DAEMON_SCOUT_H
#define INC_DAEMON_SCOUT_H

#include "engine/daemon/config.h"
#include "engine/store/store.h"

struct inc_scout;

/* Before any thread, and before the store is open. Texts of `o` and `dir` are
 * used by the scout's own copy of the memory. INC_E_IO, INC_E_NOMEM. */
enum inc_status inc_scout_start(struct inc_scout **out,
                                const struct inc_config *c, const char *dir,
                                const struct inc_store_options *o,
                                struct inc_err *err);
/*
 * Can the store be walked? 1, or 0 when a process that did died of it or was
 * not done within `SCOUT_S` (scout.c): `text` says how. 1 also when there is
 * nobody to ask, or the store could not be opened a second time: only death is
 * told. Signature: inc_server_options.scout.
 */
int inc_scout_ask(void *scout, char *text, size_t size);
void inc_scout_stop(struct inc_scout *s); /* NULL is fine */

#endif

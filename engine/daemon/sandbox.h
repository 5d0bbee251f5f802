/*
 * sandbox.h - what the daemon can no longer do once it knows its settings.
 * Floor engine/daemon. Called by main, before any thread and before the store:
 * threads made later are inside.
 *
 * Landlock (landlock.c): files only beneath the folders of the settings, no
 * outgoing TCP. seccomp (seccomp.c): a list of system calls; any other ends
 * the process. Neither can be taken back. docs/security.md says what each is
 * for, docs/decisions/0015 why so.
 */
#ifndef INC_DAEMON_SANDBOX_H
#define INC_DAEMON_SANDBOX_H

#include "engine/daemon/config.h"

/* Values of the setting `sandbox`. */
enum inc_sandbox { INC_SANDBOX_OFF, INC_SANDBOX_ON, INC_SANDBOX_AUTO };

enum inc_reach { INC_REACH_READ, INC_REACH_WRITE };

/* Called for each folder or file the settings name. */
typedef enum inc_status inc_reach_fn(void *arg, const char *path,
                                     enum inc_reach reach, struct inc_err *err);

/*
 * Everything on disk that the daemon needs from now on; `file` is its
 * configuration file. A file is named by its folder, and so is a folder that is
 * only read: both get replaced by renaming, and a rule holds on to the inode.
 */
enum inc_status inc_sandbox_reach(const struct inc_config *c, const char *file,
                                  inc_reach_fn *fn, void *arg,
                                  struct inc_err *err);

/*
 * Make the folders that the daemon would make later, then shut one door, as
 * the setting says, and log what was got. Files first, then system calls: what
 * is started between the two is held by the first only.
 *
 * INC_E_CONFIG  `sandbox = on` and the kernel lacks it: err says what.
 */
enum inc_status inc_sandbox_files(const struct inc_config *c, const char *file,
                                  struct inc_err *err);
enum inc_status inc_sandbox_calls(const struct inc_config *c,
                                  struct inc_err *err);
/* For the scout (scout.h): the same calls, and processes. No log. */
enum inc_status inc_sandbox_calls_of_scout(const struct inc_config *c,
                                           struct inc_err *err);

/* Say so in an error that comes from a closed door: a path that a reload named
 * and the start did not. */
void inc_sandbox_hint(const struct inc_config *c, struct inc_err *err);

/* --- the two doors, for sandbox.c and the tests ----------------------------
 */

struct inc_landlock; /* rules being collected */

/* ABI of the running kernel, 0 when it has no Landlock. */
int inc_landlock_abi(void);
/* INC_E_NOTFOUND when the kernel has none. */
enum inc_status inc_landlock_open(struct inc_landlock **out,
                                  struct inc_err *err);
/* A path that does not exist is passed over. An inc_reach_fn; arg is the
 * struct inc_landlock. */
enum inc_status inc_landlock_allow(void *arg, const char *path,
                                   enum inc_reach reach, struct inc_err *err);
/* From now on; for this thread and those it makes. */
enum inc_status inc_landlock_enter(struct inc_landlock *l, struct inc_err *err);
void inc_landlock_free(struct inc_landlock *l);

/* All threads of the process. INC_E_NOTFOUND when the kernel has none. */
enum inc_status inc_seccomp_enter(struct inc_err *err);
/* With children (no new namespaces), and waiting for them. */
enum inc_status inc_seccomp_enter_forking(struct inc_err *err);

#endif

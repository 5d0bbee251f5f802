/*
 * process.h - what the process asks of the system before anything else.
 * Floor engine/daemon. Main thread.
 */
#ifndef INC_DAEMON_PROCESS_H
#define INC_DAEMON_PROCESS_H

#include "engine/base/status.h"

/*
 * Private files (umask 077), no core dumps and no debugger of the same user
 * (memory holds people's data), as many descriptors as allowed, SIGPIPE
 * ignored, TERM, INT and HUP blocked and handed out by *signal_fd.
 */
enum inc_status inc_process_prepare(int *signal_fd, struct inc_err *err);

/*
 * A threaded OpenBLAS starts threads before main, with signals open: a TERM
 * would kill the process there. Start the program again with one thread then.
 * Returns when there is nothing to do or it did not work.
 */
void inc_process_single(char **argv);

/*
 * From now on a connection that would get one of the last `descriptors` is
 * closed at once: they are for files, and for what libraries open. See accept.c
 * for why accept() is the program's own.
 */
void inc_accept_keep(unsigned descriptors);

#endif

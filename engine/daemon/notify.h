/*
 * notify.h - telling systemd. Floor engine/daemon. Main thread.
 */
#ifndef INC_DAEMON_NOTIFY_H
#define INC_DAEMON_NOTIFY_H

#include <stdint.h>

/* Send "READY=1" and the like to $NOTIFY_SOCKET; does nothing without one
 * (sd_notify(3), written by hand: one datagram). 0, or -1 when it failed. */
int inc_notify(const char *state);

/* How often systemd wants to hear WATCHDOG=1, in ns; 0: never. */
uint64_t inc_notify_watchdog_ns(void);

#endif

/*
 * clock.h - the only door to time. Tests put a fixed moment in its place.
 */
#ifndef INC_BASE_CLOCK_H
#define INC_BASE_CLOCK_H

#include <stdint.h>

uint64_t inc_clock_ns(void); /* monotonic, from an arbitrary start */
/* Processor time of the calling thread; stands still when stopped. */
uint64_t inc_clock_thread_ns(void);
int64_t inc_clock_unix_ms(void); /* wall clock, UTC, milliseconds */
int32_t inc_clock_today(void);   /* UTC date, days since 1970-01-01 */

/* Tests, and tools told SOURCE_DATE_EPOCH, before threads start: wall clock
 * stands still at `unix_ms`; a negative number gives it back to the system. */
void inc_clock_freeze(int64_t unix_ms);
/* Likewise, any time of one thread: the monotonic clock stands still at `ns`,
 * 0 gives it back. */
void inc_clock_stop(uint64_t ns);

#endif

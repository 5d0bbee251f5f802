#include "engine/base/clock.h"

#include <time.h>

static int64_t frozen_ms = -1;
static uint64_t stopped_ns;

uint64_t
inc_clock_ns(void)
{
    struct timespec ts;

    if (stopped_ns != 0)
        return stopped_ns;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

uint64_t
inc_clock_thread_ns(void)
{
    struct timespec ts;

    if (stopped_ns != 0)
        return stopped_ns;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

int64_t
inc_clock_unix_ms(void)
{
    struct timespec ts;

    if (frozen_ms >= 0)
        return frozen_ms;
    (void)clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int32_t
inc_clock_today(void)
{
    return (int32_t)(inc_clock_unix_ms() / 86400000);
}

void
inc_clock_freeze(int64_t unix_ms)
{
    frozen_ms = unix_ms;
}

void
inc_clock_stop(uint64_t ns)
{
    stopped_ns = ns;
}

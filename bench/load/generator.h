/*
 * generator.h - load on a daemon, for a bounded time.
 *
 * Closed loop: every place (clients x depth) asks again as soon as its answer
 * is there. It shows what the daemon can do, never how long people wait: while
 * the daemon stalls, nobody asks.
 *
 * Open loop: requests are due at moments drawn before the run, whatever the
 * daemon does. Latency counts from the moment a request was due, not from when
 * it went out, so a stall is seen by all who would have come meanwhile
 * (coordinated omission: G. Tene, "How NOT to Measure Latency", 2013).
 *
 * Threads: each has its own ZeroMQ context, sockets and numbers; they share
 * the mix, which nobody changes. The caller adds them up afterwards.
 */
#ifndef INC_BENCH_LOAD_GENERATOR_H
#define INC_BENCH_LOAD_GENERATOR_H

#include <stddef.h>
#include <stdint.h>

#include "bench/load/histogram.h"
#include "bench/load/mix.h"

enum {
    INC_LOAD_SECONDS_MAX = 900,
    INC_LOAD_GRACE_MAX = 60,
    INC_LOAD_CLIENTS_MAX = 1024,
    INC_LOAD_DEPTH_MAX = 1024,
    INC_LOAD_PLACES_MAX = 65536,
    INC_LOAD_THREADS_MAX = 8,
    INC_LOAD_ROWS = INC_LOAD_SECONDS_MAX + INC_LOAD_GRACE_MAX + 1
};

struct inc_load_plan {
    const char *endpoint;
    double rate;      /* requests a second in all; 0: closed loop */
    int fixed;        /* open loop: evenly spaced, not Poisson */
    unsigned clients; /* connections, over all threads */
    unsigned depth;   /* closed loop: requests under way on each */
    unsigned places;  /* open loop: most requests under way in all */
    unsigned threads;
    double seconds; /* measured; 0 < seconds <= INC_LOAD_SECONDS_MAX */
    double warmup;  /* before that, not counted; seconds */
    double grace;   /* after that, for the last answers; seconds */
    uint64_t seed;
};

struct inc_load_count {
    uint64_t sent, answered, busy, errors;
};

/* One second of the run, by the moment of sending or answering. */
struct inc_load_row {
    struct inc_load_count n;
    struct inc_histogram *latency; /* NULL: nothing was answered */
};

struct inc_load_result {
    struct inc_histogram latency; /* answers, and waits that found no end */
    struct inc_histogram busy;    /* refusals with `busy` */
    struct inc_histogram lag;     /* from due to sent; open loop only */
    struct inc_histogram by_kind[INC_ASK_COUNT];
    /* Open loop: of the requests due in the measured time; closed loop: of
     * what was sent and answered in it. */
    struct inc_load_count n;
    uint64_t in_time;    /* answers that came within it */
    uint64_t unanswered; /* sent, no answer until the end of grace */
    uint64_t unsent;     /* due, but every place was taken till the end */
    uint64_t late;       /* sent over 1 ms late with places free */
    uint64_t strays;     /* replies that nobody waits for */
    uint64_t reply_bytes;
    uint64_t error_by[64]; /* by -status */
    struct inc_load_row rows[INC_LOAD_ROWS];
    size_t n_rows;
};

/*
 * Run the plan with plan->threads threads.
 *   out  given, zeroed by the callee; release with inc_load_release()
 * INC_E_IO: no socket, or the endpoint is not usable; INC_E_NOMEM. Time:
 * warmup + seconds + grace at most.
 */
enum inc_status inc_load_run(struct inc_load_result **out,
                             const struct inc_load_plan *plan,
                             const struct inc_mix *mix, struct inc_err *err);
void inc_load_release(struct inc_load_result *r); /* NULL is fine */

#endif

/*
 * arrivals.h - when requests of an open loop are due, whatever the daemon does.
 * Seeded: the same seed gives the same moments. One owner thread.
 */
#ifndef INC_BENCH_LOAD_ARRIVALS_H
#define INC_BENCH_LOAD_ARRIVALS_H

#include <stdint.h>

#include "engine/base/rng.h"

struct inc_arrivals {
    int poisson;   /* 0: evenly spaced */
    double gap_ns; /* mean, > 0 */
    double next_ns;
    struct inc_rng rng;
};

/* rate > 0, requests a second. The first one is due after one gap. */
void inc_arrivals_init(struct inc_arrivals *a, double rate, int poisson,
                       uint64_t seed);

/* When the next one is due, nanoseconds after the start; never goes back. */
uint64_t inc_arrivals_peek(const struct inc_arrivals *a);
void inc_arrivals_step(struct inc_arrivals *a); /* on to the one after it */

#endif

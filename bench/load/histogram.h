/*
 * histogram.h - spread of latencies, for the load generator.
 *
 * Log-linear: 128 steps to every power of two, so a quantile is at most 1/128
 * (0.8 %) above the true value. Values are nanoseconds, 0..2^42-1 (73 minutes);
 * larger ones count as the largest, `max_ns` stays exact. Histograms of several
 * threads or seconds add up by inc_histogram_merge(). One owner thread.
 *
 * engine/base/counter.h has a coarser one that many threads may share; here
 * the precision matters and the owner is one.
 */
#ifndef INC_BENCH_LOAD_HISTOGRAM_H
#define INC_BENCH_LOAD_HISTOGRAM_H

#include <stdint.h>

enum {
    INC_HISTOGRAM_STEP_BITS = 7,
    INC_HISTOGRAM_STEPS = 1 << INC_HISTOGRAM_STEP_BITS,
    INC_HISTOGRAM_BITS = 42,
    INC_HISTOGRAM_BUCKETS =
        (INC_HISTOGRAM_BITS - INC_HISTOGRAM_STEP_BITS + 1) * INC_HISTOGRAM_STEPS
};

/* All zero is an empty one. */
struct inc_histogram {
    uint64_t bucket[INC_HISTOGRAM_BUCKETS];
    uint64_t count, max_ns;
};

void inc_histogram_add(struct inc_histogram *h, uint64_t ns);
void inc_histogram_merge(struct inc_histogram *into,
                         const struct inc_histogram *from);

/*
 * The value that a share `q` of all values does not exceed: upper end of its
 * bucket, at most max_ns. 0 when empty.
 *   q  0..1, finite; 0 gives the smallest value's bucket, 1 gives max_ns
 */
uint64_t inc_histogram_quantile(const struct inc_histogram *h, double q);

#endif

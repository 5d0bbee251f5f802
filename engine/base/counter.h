/*
 * counter.h - counts and spreads of values for `status`. Floor 0.
 *
 * Any thread adds, any thread reads; relaxed atomics, so a reader may see a
 * moment in which one number is ahead of another, never a torn one.
 */
#ifndef INC_BASE_COUNTER_H
#define INC_BASE_COUNTER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* A count that only grows. All zero is a new one. */
struct inc_tally {
    _Atomic uint64_t n;
};

static inline void
inc_tally_add(struct inc_tally *c, uint64_t n)
{
    (void)atomic_fetch_add_explicit(&c->n, n, memory_order_relaxed);
}

static inline uint64_t
inc_tally_read(const struct inc_tally *c)
{
    return atomic_load_explicit(&c->n, memory_order_relaxed);
}

/*
 * Log-linear histogram: 16 steps to every power of two, so a quantile is at
 * most 1/16 above the true value. Values 0..2^36-1 (in microseconds: 19
 * hours); larger ones count as the largest. All zero is a new one.
 */
enum {
    INC_SPREAD_STEPS = 16,
    INC_SPREAD_BITS = 36,
    INC_SPREAD_BUCKETS = (INC_SPREAD_BITS - 4 + 1) * INC_SPREAD_STEPS
};

struct inc_spread {
    _Atomic uint64_t bucket[INC_SPREAD_BUCKETS];
    _Atomic uint64_t max; /* exact, of the values as given */
    _Atomic uint64_t sum; /* of the values, each at most the largest */
};

void inc_spread_add(struct inc_spread *s, uint64_t value);

struct inc_quantiles {
    uint64_t count;
    uint64_t p50, p90, p99; /* upper end of the bucket, at most max */
    uint64_t max;
};
void inc_spread_read(const struct inc_spread *s, struct inc_quantiles *out);

/*
 * How many values lie at or below each bound, for a cumulative histogram.
 *   below   out [n]
 *   bounds  [n] ascending; exact where each is the end of a bucket: 0..31, and
 *           above 31 every 2^k - 1. Others count as the end before them.
 *   count   out: all values; sum  out: of them
 * One moment for `below` and `count`; `sum` may be ahead of them.
 */
void inc_spread_below(const struct inc_spread *s, uint64_t *below,
                      const uint64_t *bounds, size_t n, uint64_t *count,
                      uint64_t *sum);

#endif

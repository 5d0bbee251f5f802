#include "bench/load/histogram.h"

#include <stddef.h>

enum { HALF_BITS = INC_HISTOGRAM_STEP_BITS };

static unsigned
top_bit(uint64_t v)
{
    return 63U - (unsigned)__builtin_clzll(v);
}

/* Values below STEPS have a bucket each; above, the top bit and the 7 below. */
static size_t
bucket_of(uint64_t v)
{
    if (v >> INC_HISTOGRAM_BITS != 0)
        return INC_HISTOGRAM_BUCKETS - 1;
    if (v < INC_HISTOGRAM_STEPS)
        return (size_t)v;
    unsigned shift = top_bit(v) - HALF_BITS;
    return ((size_t)shift + 1) * INC_HISTOGRAM_STEPS +
           (size_t)((v >> shift) - INC_HISTOGRAM_STEPS);
}

/* Largest value that falls into bucket i. */
static uint64_t
upper_end(size_t i)
{
    if (i < INC_HISTOGRAM_STEPS)
        return i;
    unsigned shift = (unsigned)(i / INC_HISTOGRAM_STEPS) - 1;
    uint64_t step = i % INC_HISTOGRAM_STEPS + INC_HISTOGRAM_STEPS;
    return ((step + 1) << shift) - 1;
}

void
inc_histogram_add(struct inc_histogram *h, uint64_t ns)
{
    h->bucket[bucket_of(ns)]++;
    h->count++;
    if (ns > h->max_ns)
        h->max_ns = ns;
}

void
inc_histogram_merge(struct inc_histogram *into,
                    const struct inc_histogram *from)
{
    for (size_t i = 0; i < INC_HISTOGRAM_BUCKETS; i++)
        into->bucket[i] += from->bucket[i];
    into->count += from->count;
    if (from->max_ns > into->max_ns)
        into->max_ns = from->max_ns;
}

uint64_t
inc_histogram_quantile(const struct inc_histogram *h, double q)
{
    uint64_t seen = 0;

    if (h->count == 0)
        return 0;
    double exact = q * (double)h->count;
    uint64_t want = (uint64_t)exact;
    if ((double)want < exact) /* round up: q of the values are not above */
        want++;
    if (want == 0)
        want = 1;
    if (want >= h->count)
        return h->max_ns;
    for (size_t i = 0; i < INC_HISTOGRAM_BUCKETS; i++) {
        seen += h->bucket[i];
        if (seen >= want) {
            uint64_t end = upper_end(i);
            return end < h->max_ns ? end : h->max_ns;
        }
    }
    return h->max_ns;
}

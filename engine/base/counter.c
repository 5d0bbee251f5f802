#include "engine/base/counter.h"

#define VALUE_MAX ((UINT64_C(1) << INC_SPREAD_BITS) - 1)

static unsigned
top_bit(uint64_t v)
{
    unsigned bit = 0;

    while (v >>= 1)
        bit++;
    return bit;
}

/* 0..15 have a bucket each; above, 16 to each power of two. */
static unsigned
bucket_of(uint64_t v)
{
    unsigned top;

    if (v < INC_SPREAD_STEPS)
        return (unsigned)v;
    top = top_bit(v);
    return (top - 3) * INC_SPREAD_STEPS +
           (unsigned)((v >> (top - 4)) - INC_SPREAD_STEPS);
}

/* Largest value of a bucket. */
static uint64_t
bucket_end(unsigned b)
{
    unsigned top;

    if (b < INC_SPREAD_STEPS)
        return b;
    top = b / INC_SPREAD_STEPS + 3;
    return (((uint64_t)b % INC_SPREAD_STEPS + INC_SPREAD_STEPS + 1)
            << (top - 4)) -
           1;
}

void
inc_spread_add(struct inc_spread *s, uint64_t value)
{
    uint64_t max = atomic_load_explicit(&s->max, memory_order_relaxed);

    while (value > max && !atomic_compare_exchange_weak_explicit(
                              &s->max, &max, value, memory_order_relaxed,
                              memory_order_relaxed))
        ;
    if (value > VALUE_MAX)
        value = VALUE_MAX;
    (void)atomic_fetch_add_explicit(&s->sum, value, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&s->bucket[bucket_of(value)], 1,
                                    memory_order_relaxed);
}

static uint64_t
quantile(const uint64_t *bucket, uint64_t count, uint64_t per_cent,
         uint64_t max)
{
    uint64_t rank = (count * per_cent + 99) / 100, seen = 0;

    for (unsigned b = 0; b < INC_SPREAD_BUCKETS; b++) {
        seen += bucket[b];
        if (seen >= rank)
            return bucket_end(b) < max ? bucket_end(b) : max;
    }
    return max;
}

void
inc_spread_read(const struct inc_spread *s, struct inc_quantiles *out)
{
    uint64_t bucket[INC_SPREAD_BUCKETS];

    *out = (struct inc_quantiles){0};
    for (unsigned b = 0; b < INC_SPREAD_BUCKETS; b++) {
        bucket[b] = atomic_load_explicit(&s->bucket[b], memory_order_relaxed);
        out->count += bucket[b];
    }
    if (out->count == 0)
        return;
    out->max = atomic_load_explicit(&s->max, memory_order_relaxed);
    out->p50 = quantile(bucket, out->count, 50, out->max);
    out->p90 = quantile(bucket, out->count, 90, out->max);
    out->p99 = quantile(bucket, out->count, 99, out->max);
}

void
inc_spread_below(const struct inc_spread *s, uint64_t *below,
                 const uint64_t *bounds, size_t n, uint64_t *count,
                 uint64_t *sum)
{
    size_t i = 0;

    *count = 0;
    for (unsigned b = 0; b < INC_SPREAD_BUCKETS; b++) {
        for (; i < n && bounds[i] < bucket_end(b); i++)
            below[i] = *count;
        *count += atomic_load_explicit(&s->bucket[b], memory_order_relaxed);
    }
    for (; i < n; i++)
        below[i] = *count;
    *sum = atomic_load_explicit(&s->sum, memory_order_relaxed);
}

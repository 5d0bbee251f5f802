#define _DEFAULT_SOURCE 1 // NOLINT: madvise
#include "bench/engine/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/base/clock.h"

enum { STREAMS = 8, LANE = 8, STEP = STREAMS * LANE };
_Static_assert(INC_READ_BYTES % STEP == 0 && INC_READ_BYTES / STEP % 8 == 0,
               "whole steps");

int
inc_reader_open(struct inc_reader *r)
{
    r->at = mmap(NULL, INC_READ_BYTES, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (r->at == MAP_FAILED) {
        r->at = NULL;
        return -1;
    }
    (void)madvise(r->at, INC_READ_BYTES, MADV_HUGEPAGE);
    for (size_t i = 0; i < INC_READ_BYTES / 8; i++)
        r->at[i] = i;
    return 0;
}

void
inc_reader_close(struct inc_reader *r)
{
    if (r->at != NULL)
        (void)munmap(r->at, INC_READ_BYTES);
    r->at = NULL;
}

/* Many independent sums, so that only memory makes it wait. */
static inline __attribute__((always_inline)) uint64_t
add_up(const uint64_t *at, size_t steps)
{
    uint64_t sum[STEP] = {0}, all = 0;

    for (size_t i = 0; i < steps; i++)
        for (size_t k = 0; k < STEP; k++)
            sum[k] += at[i * STEP + k];
    for (size_t k = 0; k < STEP; k++)
        all += sum[k];
    return all;
}

#if defined(__x86_64__)
__attribute__((target("avx512f,prefer-vector-width=512"))) static uint64_t
add_up_avx512(const uint64_t *at, size_t steps)
{
    return add_up(at, steps);
}

__attribute__((target("avx2"))) static uint64_t
add_up_avx2(const uint64_t *at, size_t steps)
{
    return add_up(at, steps);
}
#endif

static uint64_t
add_up_plain(const uint64_t *at, size_t steps)
{
    return add_up(at, steps);
}

static uint64_t
best(const uint64_t *at, size_t steps)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f"))
        return add_up_avx512(at, steps);
    if (__builtin_cpu_supports("avx2"))
        return add_up_avx2(at, steps);
#endif
    return add_up_plain(at, steps);
}

uint64_t
inc_reader_run(const struct inc_reader *r, uint64_t *sum)
{
    uint64_t start = inc_clock_ns(), all, ns;
    volatile uint64_t keep;

    all = best(r->at, INC_READ_BYTES / 8 / STEP);
    ns = inc_clock_ns() - start;
    keep = all;
    if (sum != NULL)
        *sum = keep;
    return ns;
}

struct inc_resident
inc_resident_now(void)
{
    struct inc_resident out = {0};
    FILE *f = fopen("/proc/self/smaps_rollup", "re");
    char line[256];
    uint64_t kb, all = 0;

    if (f == NULL)
        return out;
    while (fgets(line, sizeof line, f) != NULL) {
        if (sscanf(line, "Rss: %" SCNu64, &kb) == 1) // NOLINT(cert-err34-c)
            all = kb * 1024;
        if (sscanf(line, "Anonymous: %" SCNu64, &kb) == 1) // NOLINT
            out.anonymous = kb * 1024;
    }
    (void)fclose(f);
    out.file = all > out.anonymous ? all - out.anonymous : 0;
    return out;
}

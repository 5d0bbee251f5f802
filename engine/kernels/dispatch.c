#include <string.h>

#include "engine/kernels/variants.h"

static const struct inc_kernels scalar = {
    .name = "scalar",
    .sieve = inc_sieve_scalar,
    .raise = inc_raise_scalar,
    .settle = inc_settle_scalar,
    .dots = inc_dots_scalar,
};

static const struct inc_kernels avx2 = {
    .name = "avx2",
    .sieve = inc_sieve_avx2,
    .raise = inc_raise_avx2,
    .settle = inc_settle_avx2,
    .dots = inc_dots_avx2,
};

static const struct inc_kernels avx512 = {
    .name = "avx512",
    .sieve = inc_sieve_avx512,
    .raise = inc_raise_avx512,
    .settle = inc_settle_avx512,
    .dots = inc_dots_avx512,
};

static const struct inc_kernels avx512_vnni = {
    .name = "avx512",
    .sieve = inc_sieve_avx512,
    .raise = inc_raise_avx512,
    .settle = inc_settle_avx512,
    .dots = inc_dots_vnni,
};

/* __builtin_cpu_supports() also asks whether the system saves the registers. */
int
inc_kernel_has_avx2(void)
{
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_cpu_supports("avx2") != 0;
#else
    return 0;
#endif
}

int
inc_kernel_has_avx512(void)
{
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && inc_kernel_has_avx2();
#else
    return 0;
#endif
}

int
inc_kernel_has_vnni(void)
{
#if defined(__x86_64__) || defined(__i386__)
    return inc_kernel_has_avx512() && __builtin_cpu_supports("avx512vnni");
#else
    return 0;
#endif
}

const struct inc_kernels *
inc_kernels_at(size_t i)
{
    const struct inc_kernels *runs[3] = {&scalar};
    size_t n = 1;

    if (inc_kernel_has_avx2())
        runs[n++] = &avx2;
    if (inc_kernel_has_avx512())
        runs[n++] = inc_kernel_has_vnni() ? &avx512_vnni : &avx512;
    return i < n ? runs[i] : NULL;
}

const struct inc_kernels *
inc_kernels_choose(const char *forced)
{
    int any = forced == NULL || forced[0] == '\0';
    const struct inc_kernels *best = NULL, *k;

    for (size_t i = 0; (k = inc_kernels_at(i)) != NULL; i++)
        if (any || strcmp(forced, k->name) == 0)
            best = k;
    return best;
}

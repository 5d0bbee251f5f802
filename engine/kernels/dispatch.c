#include <string.h>

#include "engine/kernels/variants.h"

static const struct inc_kernels scalar = {
    .name = "scalar",
    .fold = inc_fold_scalar,
    .sieve = inc_sieve_scalar,
    .raise = inc_raise_plain,
    .settle = inc_settle_scalar,
    .dots = inc_dots_scalar,
};

static const struct inc_kernels avx2 = {
    .name = "avx2",
    .fold = inc_fold_avx2,
    .sieve = inc_sieve_avx2,
    .raise = inc_raise_plain,
    .settle = inc_settle_avx2,
    .dots = inc_dots_avx2,
};

const struct inc_kernels *
inc_kernels_at(size_t i)
{
    const struct inc_kernels *runs[] = {&scalar, NULL, NULL};
    size_t n = 1;

    if (inc_kernel_has_avx2())
        runs[n++] = &avx2;
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

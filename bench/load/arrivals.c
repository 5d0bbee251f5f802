#include "bench/load/arrivals.h"

#include <math.h>

void
inc_arrivals_step(struct inc_arrivals *a)
{
    double gap = a->gap_ns;

    if (a->poisson) {
        /* Uniform in (0, 1]: the logarithm stays finite. */
        double u = (double)((inc_rng_next(&a->rng) >> 11) + 1) * 0x1p-53;
        gap *= -log(u);
    }
    a->next_ns += gap;
}

void
inc_arrivals_init(struct inc_arrivals *a, double rate, int poisson,
                  uint64_t seed)
{
    *a = (struct inc_arrivals){
        .poisson = poisson, .gap_ns = 1e9 / rate, .rng = {seed}};
    inc_arrivals_step(a);
}

uint64_t
inc_arrivals_peek(const struct inc_arrivals *a)
{
    return (uint64_t)a->next_ns;
}

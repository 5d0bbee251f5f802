/*
 * variants.h - every variant by name, for the dispatcher and the tests. Floor
 * 1, private to engine/kernels and its tests and benches. Contracts: kernels.h
 * and fold.h. A variant may only be called where inc_kernels_at() has it;
 * inc_dots_vnni only where inc_kernel_has_vnni().
 */
#ifndef INC_KERNELS_VARIANTS_H
#define INC_KERNELS_VARIANTS_H

#include "engine/kernels/kernels.h"

enum {
    INC_SIEVE_SHIFT = 7,      /* bounds are in points, weights in 1/128 */
    INC_SETTLE_STEP = 64,     /* groups of a turn of inc_settle_fn */
    INC_DOTS_DIM_MAX = 1040,  /* as INC_DIM_MAX of the space */
    INC_SIEVE_LANES_MAX = 256 /* of struct inc_sieve_table */
};

inc_sieve_fn inc_sieve_scalar, inc_sieve_avx2;
inc_raise_fn inc_raise_plain; /* nothing in it for wide registers */
inc_settle_fn inc_settle_scalar, inc_settle_avx2;
inc_dots_fn inc_dots_scalar, inc_dots_avx2;

#endif

/*
 * variants.h - every variant by name, for the dispatcher and the tests. Floor
 * 1, private to engine/kernels and its tests and benches. Contracts: kernels.h.
 * A variant may only be called where inc_kernels_at() has it; inc_dots_vnni
 * only where inc_kernel_has_vnni().
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

/* Loops of a constant few turns over an array of registers: unrolled, or the
 * array is in memory. */
#if defined(__clang__)
#define INC_UNROLL _Pragma("unroll")
#elif defined(__GNUC__)
#define INC_UNROLL _Pragma("GCC unroll 16")
#else
#define INC_UNROLL
#endif

inc_sieve_fn inc_sieve_scalar, inc_sieve_avx2, inc_sieve_avx512;
inc_raise_fn inc_raise_scalar, inc_raise_avx2, inc_raise_avx512;
inc_settle_fn inc_settle_scalar, inc_settle_avx2, inc_settle_avx512;
inc_dots_fn inc_dots_scalar, inc_dots_avx2, inc_dots_avx512, inc_dots_vnni;

/* What this machine and its system can run. */
int inc_kernel_has_avx2(void);
int inc_kernel_has_avx512(void); /* F, BW, VL and DQ */
int inc_kernel_has_vnni(void);   /* those and VNNI */

#endif

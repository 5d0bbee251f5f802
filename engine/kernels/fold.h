/*
 * fold.h - the pass over people's skills. Floor 1: pure arithmetic on plain
 * arrays; no allocation, no ids, no errors.
 *
 * A person is a run of 32-bit words, one a skill:
 *   bits 0..17   concept number (INC_WORD_CONCEPT)
 *   bits 18..31  quality class (INC_WORD_CLASS): level, evidence, recency, as
 *                numbered by the pool block
 * A need has 16 * groups lanes. For lane i and word (concept j, class q):
 *   have = sim[j][i] - (sim[j][i] * loss[q][i] >> 16)
 * and the coverage of lane i is the largest `have` over the person's words.
 * sim is in basis points 0..10000; loss in 1/65536, 0 = none.
 */
#ifndef INC_KERNELS_FOLD_H
#define INC_KERNELS_FOLD_H

#include <stddef.h>
#include <stdint.h>

enum {
    INC_LANES = 16,
    INC_CONCEPT_BITS = 18,
    INC_CLASS_BITS = 14,
    INC_CONCEPTS_MAX = 1 << INC_CONCEPT_BITS,
    INC_CLASSES_MAX = 1 << INC_CLASS_BITS
};
#define INC_WORD(concept, class)                                               \
    ((uint32_t)(concept) | (uint32_t)(class) << INC_CONCEPT_BITS)
#define INC_WORD_CONCEPT(w) ((w) & (INC_CONCEPTS_MAX - 1u))
#define INC_WORD_CLASS(w) ((w) >> INC_CONCEPT_BITS)

struct inc_fold_table {
    const uint16_t *sim;  /* [concepts][lanes], 64-byte aligned */
    const uint16_t *loss; /* [classes][lanes], 64-byte aligned */
    const int32_t *pull;  /* [concepts] affinity: idf * (e_j . u); NULL: none */
    size_t lanes;         /* multiple of INC_LANES, 16..256 */
};

/*
 * Fold one person. Pure; any number of threads.
 *   cover  out [lanes]   basis points, 64-byte aligned
 *   pull   out           sum of table->pull over the words (0 when NULL)
 *   words  in  [n]       n may be 0: all zero comes back
 */
typedef void inc_fold_fn(uint16_t *cover, int64_t *pull,
                         const struct inc_fold_table *table,
                         const uint32_t *words, size_t n);
inc_fold_fn inc_fold_scalar; /* the reference */
inc_fold_fn inc_fold_avx2;   /* only when inc_kernel_has_avx2() */
int inc_kernel_has_avx2(void);

/*
 * Choose once, at start. Every variant gives the same numbers for all inputs,
 * also for sim and loss up to 65535 (unit/kernels/fold_test.c).
 *   forced  value of INC_KERNEL in the environment: "scalar" or "avx2"; NULL
 *           or "" for the best of this machine
 *   name    out, for the log; static text
 * NULL for a name that is not known or that this machine cannot run.
 */
inc_fold_fn *inc_fold_choose(const char *forced, const char **name);

#endif

/*
 * topk.h - the k best of a stream, in a fixed total order. Floor 1.
 * Order: score descending, then tie (a hash of the id) ascending, then row.
 */
#ifndef INC_KERNELS_TOPK_H
#define INC_KERNELS_TOPK_H

#include <stddef.h>
#include <stdint.h>

struct inc_ranked {
    int32_t score;
    uint64_t tie;
    uint64_t row; /* caller's meaning */
};

struct inc_topk {
    struct inc_ranked *heap; /* [k], caller's memory; worst on top */
    size_t k, n;
};

/* 1 when a comes before b. */
int inc_ranked_before(const struct inc_ranked *a, const struct inc_ranked *b);
/* memory: [k], borrowed for the life of t; k may be 0. */
void inc_topk_init(struct inc_topk *t, struct inc_ranked *memory, size_t k);
/* O(1) for what does not get in, O(log k) for what does. *item is copied. */
void inc_topk_offer(struct inc_topk *t, const struct inc_ranked *item);
/* Best first in heap[0..n), in place; it is no heap afterwards. The outcome
 * does not depend on the order of the offers. */
void inc_topk_sort(struct inc_topk *t);

#endif

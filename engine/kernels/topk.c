#include "engine/kernels/topk.h"

int
inc_ranked_before(const struct inc_ranked *a, const struct inc_ranked *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    if (a->tie != b->tie)
        return a->tie < b->tie;
    return a->row < b->row;
}

/* Restore the order below a hole at `at` of a heap of n: every parent comes
 * after its children in rank. */
static void
sink(struct inc_ranked *heap, size_t n, size_t at, struct inc_ranked item)
{
    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= n)
            break;
        if (child + 1 < n && inc_ranked_before(&heap[child], &heap[child + 1]))
            child++;
        if (!inc_ranked_before(&item, &heap[child]))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = item;
}

void
inc_topk_init(struct inc_topk *t, struct inc_ranked *memory, size_t k)
{
    t->heap = memory;
    t->k = k;
    t->n = 0;
}

void
inc_topk_offer(struct inc_topk *t, const struct inc_ranked *item)
{
    size_t at;

    if (t->n == t->k) {
        if (t->k != 0 && inc_ranked_before(item, &t->heap[0]))
            sink(t->heap, t->n, 0, *item);
        return;
    }
    at = t->n++;
    while (at > 0) {
        size_t parent = (at - 1) / 2;

        if (!inc_ranked_before(&t->heap[parent], item))
            break;
        t->heap[at] = t->heap[parent];
        at = parent;
    }
    t->heap[at] = *item;
}

void
inc_topk_sort(struct inc_topk *t)
{
    for (size_t n = t->n; n > 1; n--) {
        struct inc_ranked last = t->heap[n - 1];

        t->heap[n - 1] = t->heap[0];
        sink(t->heap, n - 1, 0, last);
    }
}

#include "bench/people/draw.h"

#include "engine/base/mem.h"

/* Weights are scaled so that the mean is the sum of the weights: a cell is
 * full when it holds `sum`. n * weight < 2^31 * 2^32 fits. */
static void
fill(struct inc_draw *d, uint64_t *have, uint32_t *small, uint32_t *large,
     uint64_t sum)
{
    uint32_t n_small = 0, n_large = 0;

    for (uint32_t i = 0; i < d->n; i++) {
        if (have[i] < sum)
            small[n_small++] = i;
        else
            large[n_large++] = i;
    }
    while (n_small > 0 && n_large > 0) {
        uint32_t s = small[--n_small], l = large[n_large - 1];

        d->cell[s].keep = (uint32_t)((have[s] << 31) / sum * 2);
        d->cell[s].other = l;
        have[l] -= sum - have[s];
        if (have[l] < sum) {
            n_large--;
            small[n_small++] = l;
        }
    }
    /* What is left is full: nothing of it goes elsewhere. */
    while (n_large > 0) {
        uint32_t l = large[--n_large];
        d->cell[l] = (struct inc_draw_cell){UINT32_MAX, l};
    }
    while (n_small > 0) {
        uint32_t s = small[--n_small];
        d->cell[s] = (struct inc_draw_cell){UINT32_MAX, s};
    }
}

enum inc_status
inc_draw_make(struct inc_draw *d, const uint64_t *weights, uint32_t n,
              struct inc_err *err)
{
    uint64_t *have = inc_mem_zero(n, sizeof *have), sum = 0;
    uint32_t *lists = inc_mem_zero((size_t)n * 2, sizeof *lists);
    enum inc_status st = INC_OK;

    d->n = n;
    d->cell = inc_mem_zero(n, sizeof *d->cell);
    if (have == NULL || lists == NULL || d->cell == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "table of draws");
        goto out;
    }
    for (uint32_t i = 0; i < n; i++)
        sum += weights[i];
    if (n == 0 || n >= 1u << 31 || sum == 0 || sum > UINT32_MAX) {
        st = inc_fail(err, INC_E_RANGE, 0, "weights that cannot be drawn by");
        goto out;
    }
    for (uint32_t i = 0; i < n; i++)
        have[i] = weights[i] * n;
    fill(d, have, lists, lists + n, sum);
out:
    inc_mem_free(have);
    inc_mem_free(lists);
    if (st != INC_OK)
        inc_draw_release(d);
    return st;
}

void
inc_draw_release(struct inc_draw *d)
{
    inc_mem_free(d->cell);
    *d = (struct inc_draw){0};
}

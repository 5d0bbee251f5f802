/* trades.c - which occupations there are, how common, with which skills. */
#include <stdlib.h>
#include <string.h>

#include "bench/people/inside.h"
#include "engine/base/mem.h"

enum {
    HEAD = 3, /* ranks added to Zipf's law: the commonest trade is 1 in 27 */
    UNIT = 1 << 16,
    NEAR = 6 /* places up or down the list of ISCO groups */
};

static uint64_t
mixed(uint64_t n)
{
    struct inc_rng r = {n};
    return inc_rng_next(&r);
}

/* Weights by rank, ranks dealt out by a hash of the number: 1 / (rank + HEAD)
 * with an order that means nothing and never changes. */
struct ranked {
    uint64_t key;
    uint32_t id;
};

static int
by_key(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

static enum inc_status
zipf(uint64_t *weights, const uint32_t *ids, uint32_t n, struct inc_err *err)
{
    struct ranked *r = inc_mem_zero(n, sizeof *r);

    if (r == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "ranks");
    for (uint32_t i = 0; i < n; i++)
        r[i] = (struct ranked){mixed(ids[i] + UINT64_C(0x70656f706c65)), i};
    qsort(r, n, sizeof *r, by_key);
    for (uint32_t rank = 0; rank < n; rank++)
        weights[r[rank].id] = (uint64_t)UNIT * 16 / (rank + 1 + HEAD);
    inc_mem_free(r);
    return INC_OK;
}

/* Essential skills three times as often as optional ones, and some four times
 * as often as others. */
static enum inc_status
one_trade(struct inc_people *p, uint32_t occ, struct inc_err *err)
{
    struct inc_trade_skills *t = &p->trade[occ];
    const uint32_t *essential, *optional;
    size_t e = inc_occupation_essential(p->taxonomy, occ, &essential);
    size_t o = inc_occupation_optional(p->taxonomy, occ, &optional);
    uint64_t *weights = inc_mem_zero(e + o, sizeof *weights);
    enum inc_status st = INC_OK;

    t->skill = inc_mem_zero(e + o, sizeof *t->skill);
    if (weights == NULL || t->skill == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "skills of an occupation");
        goto out;
    }
    t->essential = (uint32_t)e;
    for (size_t i = 0; i < e + o; i++) {
        t->skill[i] = i < e ? essential[i] : optional[i - e];
        weights[i] = (i < e ? 3 : 1) * (1 + mixed(t->skill[i]) % 4);
    }
    if (e + o > 0)
        st = inc_draw_make(&t->draw, weights, (uint32_t)(e + o), err);
out:
    inc_mem_free(weights);
    return st;
}

struct placed {
    const char *isco;
    uint32_t occ;
};

static int
by_isco(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int c = strcmp(x->isco, y->isco);
    return c != 0 ? c : x->occ < y->occ ? -1 : x->occ > y->occ;
}

static enum inc_status
order_by_isco(struct inc_people *p, struct inc_err *err)
{
    struct placed *all = inc_mem_zero(p->n_occupations, sizeof *all);

    p->by_isco = inc_mem_zero(p->n_occupations, sizeof *p->by_isco);
    p->isco_at = inc_mem_zero(p->n_occupations, sizeof *p->isco_at);
    if (all == NULL || p->by_isco == NULL || p->isco_at == NULL) {
        inc_mem_free(all);
        return inc_fail(err, INC_E_NOMEM, 0, "occupations");
    }
    for (uint32_t i = 0; i < p->n_occupations; i++)
        if (p->trade[i].draw.n > 0) {
            const char *isco = inc_occupation_isco(p->taxonomy, i);
            all[p->n_by_isco++] = (struct placed){isco == NULL ? "" : isco, i};
        }
    qsort(all, p->n_by_isco, sizeof *all, by_isco);
    for (uint32_t i = 0; i < p->n_by_isco; i++) {
        p->by_isco[i] = all[i].occ;
        p->isco_at[all[i].occ] = i;
    }
    inc_mem_free(all);
    return INC_OK;
}

static enum inc_status
transversal(struct inc_people *p, struct inc_err *err)
{
    uint64_t *weights = inc_mem_zero(p->n_skills, sizeof *weights);
    enum inc_status st = INC_OK;
    uint32_t n = 0;

    p->transversal_skill =
        inc_mem_zero(p->n_skills, sizeof *p->transversal_skill);
    if (weights == NULL || p->transversal_skill == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "transversal skills");
        goto out;
    }
    for (uint32_t i = 0; i < p->n_skills; i++)
        if (inc_skill_reuse(p->taxonomy, i) == INC_REUSE_TRANSVERSAL)
            p->transversal_skill[n++] = i;
    INC_TRY(zipf(weights, p->transversal_skill, n, err));
    if (n > 0)
        st = inc_draw_make(&p->transversal, weights, n, err);
out:
    inc_mem_free(weights);
    return st;
}

enum inc_status
inc_people_trades(struct inc_people *p, struct inc_err *err)
{
    uint64_t *weights = NULL;
    enum inc_status st = INC_OK;

    p->trade = inc_mem_zero(p->n_occupations, sizeof *p->trade);
    weights = inc_mem_zero(p->n_occupations, sizeof *weights);
    if (p->trade == NULL || weights == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "occupations");
        goto out;
    }
    for (uint32_t i = 0; i < p->n_occupations; i++)
        INC_TRY(one_trade(p, i, err));
    INC_TRY(order_by_isco(p, err));
    if (p->n_by_isco == 0) {
        st = inc_fail(err, INC_E_RANGE, 0, "no occupation lists any skill");
        goto out;
    }
    INC_TRY(zipf(weights, p->by_isco, p->n_by_isco, err));
    INC_TRY(inc_draw_make(&p->occupation, weights, p->n_by_isco, err));
    st = transversal(p, err);
out:
    inc_mem_free(weights);
    return st;
}

uint32_t
inc_people_near(const struct inc_people *p, struct inc_rng *r,
                uint32_t occupation)
{
    int64_t at =
        (int64_t)p->isco_at[occupation] + inc_draw_between(r, -NEAR, NEAR);

    if (at < 0)
        at = 0;
    if (at >= p->n_by_isco)
        at = p->n_by_isco - 1;
    return p->by_isco[at];
}

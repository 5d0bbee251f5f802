/*
 * Pools: references, looks, and how the next one comes out of the last.
 *
 * Runs come biggest first (inside.h has the invariant), so they number
 * O(log n), and a row is written again only when the rows behind its run have
 * grown to half of it. What inc_pool_end() may not write anew because it is
 * too much at a time waits for inc_merge_make().
 */
#include "engine/base/mem.h"
#include "engine/pool/inside.h"

/* ---- references and looks ---- */

struct inc_pool *
inc_pool_hold(struct inc_pool *p)
{
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

void
inc_pool_drop(struct inc_pool *p)
{
    if (p != NULL &&
        atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1)
        inc_pool_free(p);
}

uint64_t
inc_pool_generation(const struct inc_pool *p)
{
    return p->generation;
}

size_t
inc_pool_bytes(const struct inc_pool *p)
{
    return p->bytes;
}

uint64_t
inc_pool_people(const struct inc_pool *p)
{
    return p->people;
}

uint64_t
inc_pool_unknown(const struct inc_pool *p)
{
    return p->unknown;
}

size_t
inc_pool_blocks(const struct inc_pool *p)
{
    return p->n_slots;
}

const struct inc_block *
inc_pool_block(const struct inc_pool *p, size_t i)
{
    return p->slot[i].block;
}

const uint64_t *
inc_pool_dead(const struct inc_pool *p, size_t i)
{
    return p->slot[i].dead->bits;
}

uint32_t
inc_pool_live(const struct inc_pool *p, size_t i)
{
    return p->slot[i].live;
}

uint64_t
inc_pool_needs(const struct inc_pool *p)
{
    return p->needs.first[p->needs.n];
}

const struct inc_pool_need *
inc_pool_need_at(const struct inc_pool *p, uint64_t i)
{
    const struct inc_needs *n = &p->needs;
    size_t low = 0, high = n->n; /* leaf low holds i when first[low] <= i */

    if (i >= n->first[n->n])
        return NULL;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (n->first[middle] <= i)
            low = middle;
        else
            high = middle;
    }
    return &n->leaf[low]->item[i - n->first[low]]->pub;
}

/* ---- the next pool ---- */

/* Rows of runs first .. first + n - 1 and the picked ones of a draft (NULL:
 * none) become one run in their place. */
static enum inc_status
rewrite(struct inc_pool *p, size_t first, size_t n,
        const struct inc_draft *draft, const struct inc_row_change *pick,
        size_t n_pick, struct inc_err *err)
{
    size_t n_sources = draft != NULL ? draft->n_chunks : 0;
    uint64_t rows = n_pick;
    struct inc_gather g = {0};
    struct inc_blocks made = {0};
    enum inc_status st = INC_OK;

    for (size_t i = first; i < first + n; i++) {
        n_sources += p->run[i].n;
        rows += p->run[i].live;
    }
    INC_TRY(inc_gather_init(&g, &p->world, n_sources, rows, err));
    for (size_t i = first; i < first + n; i++) {
        for (size_t s = p->run[i].first; s < p->run[i].first + p->run[i].n; s++)
            inc_gather_block(&g, p->slot[s].block, p->slot[s].dead->bits);
    }
    if (draft != NULL)
        inc_gather_draft(&g, draft, pick, n_pick);
    if (inc_gather_sort(&g) != 0) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to merge people");
        goto out;
    }
    INC_TRY(inc_blocks_build(&made, &g, &p->world, err));
    if (inc_pool_splice_blocks(p, first, n, &made) != 0)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to merge people");
out:
    inc_blocks_release(&made);
    inc_gather_release(&g);
    return st;
}

/* Add the draft's rows and bring the small runs back to the invariant. */
static enum inc_status
merge_runs(struct inc_pool *p, const struct inc_draft *draft,
           const struct inc_row_change *pick, size_t n, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    size_t first = inc_pool_first_due(p, n, INC_MERGE_ROWS), wasted;

    if (n > 0 || p->n_runs - first > 1)
        INC_TRY(rewrite(p, first, p->n_runs - first, draft, pick, n, err));
    while ((wasted = inc_pool_wasted(p, INC_MERGE_ROWS)) < p->n_runs)
        INC_TRY(rewrite(p, wasted, 1, NULL, NULL, 0, err));
out:
    return st;
}

/* Whoever changed is dead where they were. */
static int
kill_changed(struct inc_pool *p, const struct inc_row_change *c, size_t n)
{
    size_t slot;
    uint32_t row;

    if (p->n_runs == 0)
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (inc_pool_find(p, c[i].no, &slot, &row) == 0 &&
            inc_pool_kill(p, slot, row) != 0)
            return -1;
    }
    return inc_pool_cut_empty(p);
}

/* People of the next pool: the old one's, what changed, merged. */
static enum inc_status
next_people(struct inc_pool *p, struct inc_pool_builder *b,
            const struct inc_pool *old, struct inc_err *err)
{
    size_t n = inc_changes_settle(b->people, b->n_people), picked = 0;

    if ((old != NULL && inc_pool_share(p, old) != 0) ||
        kill_changed(p, b->people, n) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the next pool");
    for (size_t i = 0; i < n; i++) {
        const struct inc_row_change c = b->people[i];
        const struct inc_block *view;

        if (c.row == INC_GONE)
            continue;
        b->people[picked++] = c;
        view = &b->draft.chunk[INC_DRAFT_CHUNK(c.row)]->view;
        p->unknown += view->unknown[INC_DRAFT_ROW_IN(c.row)];
        inc_named_row(&p->named, view, INC_DRAFT_ROW_IN(c.row), 1);
    }
    return merge_runs(p, &b->draft, b->people, picked, err);
}

static enum inc_status
next_needs(struct inc_pool *p, struct inc_pool_builder *b,
           const struct inc_pool *old, struct inc_err *err)
{
    size_t n = inc_changes_settle(b->needs, b->n_needs);
    struct inc_need_change *changes = inc_mem_zero(n, sizeof *changes);
    enum inc_status st;

    if (changes == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the next pool");
    for (size_t i = 0; i < n; i++) {
        changes[i].no = b->needs[i].no;
        if (b->needs[i].row != INC_GONE)
            changes[i].item = b->items[b->needs[i].row];
    }
    st = inc_pool_finish(p, old, changes, n, err);
    inc_mem_free(changes);
    return st;
}

enum inc_status
inc_pool_end(struct inc_pool **out, struct inc_pool_builder *b,
             struct inc_pool *old, uint64_t generation, struct inc_err *err)
{
    struct inc_pool *p = NULL;
    enum inc_status st = INC_OK;

    if (old != NULL && (old->world.taxonomy != b->world.taxonomy ||
                        old->world.space != b->world.space)) {
        st = inc_fail(err, INC_E_MISMATCH, 0,
                      "the old pool was read against another taxonomy or "
                      "space");
        inc_err_hint(err, "build a first pool from all records");
        goto out;
    }
    p = inc_pool_new(&b->world, generation);
    if (p == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the next pool");
        goto out;
    }
    INC_TRY(next_people(p, b, old, err));
    INC_TRY(next_needs(p, b, old, err));
    *out = p;
    p = NULL;
out:
    inc_pool_free(p);
    inc_pool_abandon(b);
    return st;
}

/*
 * The list of blocks and how the next one comes out of it.
 *
 * Invariant: the live rows of all blocks after block i are fewer than half of
 * block i's. So the blocks come biggest first and number O(log n); a row is
 * copied again only when the rows behind its block have grown to half of it.
 */
#include <string.h>

#include "engine/base/mem.h"
#include "engine/pool/inside.h"

/* ---- references and looks ---- */

struct inc_pool *
inc_pool_hold(struct inc_pool *p)
{
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

static void
dead_drop(struct inc_dead *d)
{
    if (d != NULL &&
        atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) == 1)
        inc_mem_free(d);
}

static void
slots_release(struct inc_slot *slot, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        inc_block_drop(slot[i].block);
        dead_drop(slot[i].dead);
    }
    inc_mem_free(slot);
}

static void
pool_free(struct inc_pool *p)
{
    if (p == NULL)
        return;
    slots_release(p->slot, p->n_slots);
    inc_needs_release(&p->needs);
    inc_mem_free(p);
}

void
inc_pool_drop(struct inc_pool *p)
{
    if (p != NULL &&
        atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1)
        pool_free(p);
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

int
inc_pool_find(const struct inc_pool *p, uint64_t no, size_t *block,
              uint32_t *row)
{
    for (size_t i = 0; i < p->n_slots; i++) {
        const struct inc_block *b = p->slot[i].block;
        uint32_t at = inc_block_find(b, no, 0);

        if (at < b->rows && b->no[at] == no &&
            !inc_bit(p->slot[i].dead->bits, at)) {
            *block = i;
            *row = at;
            return 0;
        }
    }
    return -1;
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

static size_t
dead_bytes(uint32_t rows)
{
    return sizeof(struct inc_dead) +
           ((size_t)rows + 63) / 64 * sizeof(uint64_t);
}

/* A bitmap for `rows` rows, as `old` or clear; NULL without memory. */
static struct inc_dead *
dead_copy(const struct inc_dead *old, uint32_t rows)
{
    struct inc_dead *d = inc_mem_zero(1, dead_bytes(rows));

    if (d == NULL)
        return NULL;
    if (old != NULL)
        memcpy(d->bits, old->bits, dead_bytes(rows) - sizeof *d);
    atomic_init(&d->refs, 1);
    return d;
}

/* Mark the rows of a slot whose numbers changed. The bitmap is the old pool's
 * until the first such row. */
static int
kill_rows(struct inc_pool *p, struct inc_slot *s,
          const struct inc_row_change *c, size_t n)
{
    const struct inc_block *b = s->block;
    uint32_t row = 0;
    int own = 0;

    for (size_t i = 0; i < n; i++) {
        row = inc_block_find(b, c[i].no, row);
        if (row == b->rows)
            break;
        if (b->no[row] != c[i].no || inc_bit(s->dead->bits, row))
            continue;
        if (!own) {
            struct inc_dead *copy = dead_copy(s->dead, b->rows);

            if (copy == NULL)
                return -1;
            dead_drop(s->dead);
            s->dead = copy;
            own = 1;
        }
        s->dead->bits[row / 64] |= UINT64_C(1) << (row % 64);
        s->live--;
        p->unknown -= b->row[row].n_unknown;
    }
    return 0;
}

/* The old pool's slots, held, with changed rows dead; slots without live rows
 * are left out. p->slot has room for one more. */
static int
inherit(struct inc_pool *p, const struct inc_pool *old,
        const struct inc_row_change *c, size_t n)
{
    size_t n_old = old != NULL ? old->n_slots : 0;

    p->slot = inc_mem_zero(n_old + 1, sizeof *p->slot);
    if (p->slot == NULL)
        return -1;
    p->unknown = old != NULL ? old->unknown : 0;
    for (size_t i = 0; i < n_old; i++) {
        struct inc_slot *s = &p->slot[p->n_slots];

        s->block = inc_block_hold(old->slot[i].block);
        s->dead = old->slot[i].dead;
        s->live = old->slot[i].live;
        atomic_fetch_add_explicit(&s->dead->refs, 1, memory_order_relaxed);
        p->n_slots++;
        if (kill_rows(p, s, c, n) != 0)
            return -1;
        if (s->live != 0)
            continue;
        inc_block_drop(s->block);
        dead_drop(s->dead);
        memset(s, 0, sizeof *s);
        p->n_slots--;
    }
    return 0;
}

/* Slots first..first+n of p and the draft's rows (n_pick may be 0) become one
 * slot in their place, which is the last one or the only one replaced. */
static enum inc_status
replace_slots(struct inc_pool *p, size_t first, size_t n,
              const struct inc_source *draft, struct inc_err *err)
{
    struct inc_source *sources = inc_mem_zero(n + 1, sizeof *sources);
    struct inc_slot made = {0};
    enum inc_status st = INC_OK;

    if (sources == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to merge people");
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        sources[i].block = p->slot[first + i].block;
        sources[i].dead = p->slot[first + i].dead->bits;
    }
    if (draft->n_pick > 0)
        sources[n] = *draft;
    INC_TRY(
        inc_block_build(&made.block, sources, n + (draft->n_pick > 0), err));
    made.dead = dead_copy(NULL, made.block->rows);
    made.live = made.block->rows;
    if (made.dead == NULL) {
        inc_block_drop(made.block);
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to merge people");
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        inc_block_drop(p->slot[first + i].block);
        dead_drop(p->slot[first + i].dead);
    }
    if (n == 0)
        p->n_slots++;
    else if (n > 1) /* up to the last slot */
        p->n_slots = first + 1;
    p->slot[first] = made;
out:
    inc_mem_free(sources);
    return st;
}

/* Bring the slots and the draft's rows back to the invariant, and write blocks
 * that are mostly dead anew. */
static enum inc_status
merge_slots(struct inc_pool *p, const struct inc_source *draft,
            struct inc_err *err)
{
    static const struct inc_source nothing;
    enum inc_status st = INC_OK;
    uint64_t behind = draft->n_pick;
    size_t first = p->n_slots;

    for (size_t i = p->n_slots; i-- > 0;) {
        if (behind * 2 >= p->slot[i].live)
            first = i;
        behind += p->slot[i].live;
    }
    if (draft->n_pick > 0 || p->n_slots - first > 1)
        INC_TRY(replace_slots(p, first, p->n_slots - first, draft, err));
    for (size_t i = 0; i < p->n_slots; i++) {
        if (p->slot[i].live < p->slot[i].block->rows / 2)
            INC_TRY(replace_slots(p, i, 1, &nothing, err));
    }
out:
    return st;
}

/* People of the next pool: the old one's, what changed, merged. */
static enum inc_status
next_people(struct inc_pool *p, struct inc_pool_builder *b,
            const struct inc_pool *old, struct inc_err *err)
{
    size_t n = inc_changes_settle(b->people, b->n_people), picked = 0;
    struct inc_source draft = {0};

    if (inherit(p, old, b->people, n) != 0)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the next pool");
    for (size_t i = 0; i < n; i++) {
        if (b->people[i].row == INC_GONE)
            continue;
        b->people[picked] = b->people[i];
        p->unknown += b->draft.row[b->people[picked++].row].n_unknown;
    }
    draft.block = inc_draft_view(&b->draft);
    draft.pick = b->people;
    draft.n_pick = (uint32_t)picked;
    return merge_slots(p, &draft, err);
}

static enum inc_status
next_needs(struct inc_pool *p, struct inc_pool_builder *b,
           const struct inc_pool *old, struct inc_err *err)
{
    static const struct inc_needs none;
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
    st = inc_needs_next(&p->needs, old != NULL ? &old->needs : &none, changes,
                        n, err);
    inc_mem_free(changes);
    return st;
}

static void
count(struct inc_pool *p)
{
    p->bytes = sizeof *p + p->needs.bytes +
               p->needs.n * (sizeof(struct inc_need_leaf) + sizeof(void *) +
                             sizeof *p->needs.first);
    for (size_t i = 0; i < p->n_slots; i++) {
        p->people += p->slot[i].live;
        p->bytes += p->slot[i].block->bytes + sizeof p->slot[i] +
                    dead_bytes(p->slot[i].block->rows);
    }
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
    p = inc_mem_zero(1, sizeof *p);
    if (p == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the next pool");
        goto out;
    }
    atomic_init(&p->refs, 1);
    p->world = b->world;
    p->generation = generation;
    INC_TRY(next_people(p, b, old, err));
    INC_TRY(next_needs(p, b, old, err));
    count(p);
    *out = p;
    p = NULL;
out:
    pool_free(p);
    inc_pool_abandon(b);
    return st;
}

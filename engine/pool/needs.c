/*
 * Open needs in ascending number: a list of leaves of up to INC_LEAF_MAX
 * counted items. A change copies the leaves it touches (an array of pointers
 * each) and shares all others, so a write costs O(n / INC_LEAF_MAX).
 */
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"
#include "engine/pool/inside.h"

/* A touched leaf that falls below this takes its right neighbour in. */
enum { LEAF_MIN = INC_LEAF_MAX / 4 };

/* The new list while it is made: leaves done, then items not in one yet. */
struct making {
    struct inc_needs out;
    size_t leaf_cap;
    struct inc_need_item **pending; /* borrowed */
    size_t pending_cap, n_pending;
    struct inc_named *named;
    const struct inc_world *world;
};

static void
leaf_drop(struct inc_need_leaf *l)
{
    if (atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t i = 0; i < l->n; i++)
        inc_need_item_drop(l->item[i]);
    inc_mem_free(l);
}

void
inc_needs_release(struct inc_needs *n)
{
    for (size_t i = 0; i < n->n; i++)
        leaf_drop(n->leaf[i]);
    inc_mem_free(n->leaf);
    inc_mem_free(n->first);
    memset(n, 0, sizeof *n);
}

/* Room for one more leaf. */
static int
leaf_room(struct making *m)
{
    void *leaves = m->out.leaf;
    int rc = inc_mem_grow(&leaves, &m->leaf_cap, m->out.n, sizeof(void *));

    m->out.leaf = leaves;
    return rc;
}

static int
pend(struct making *m, struct inc_need_item *item)
{
    void *pending = m->pending;
    int rc =
        inc_mem_grow(&pending, &m->pending_cap, m->n_pending, sizeof(void *));

    m->pending = pending;
    if (rc == 0)
        m->pending[m->n_pending++] = item;
    return rc;
}

/* Pending items into as few leaves as hold them, of even size. */
static int
flush(struct making *m)
{
    size_t leaves = (m->n_pending + INC_LEAF_MAX - 1) / INC_LEAF_MAX;
    size_t at = 0;

    for (size_t i = 0; i < leaves; i++) {
        size_t end = m->n_pending * (i + 1) / leaves;
        struct inc_need_leaf *l;

        if (leaf_room(m) != 0)
            return -1;
        l = inc_mem_zero(1, sizeof *l);
        if (l == NULL)
            return -1;
        atomic_init(&l->refs, 1);
        for (; at < end; at++) {
            atomic_fetch_add_explicit(&m->pending[at]->refs, 1,
                                      memory_order_relaxed);
            l->item[l->n++] = m->pending[at];
        }
        m->out.leaf[m->out.n++] = l;
    }
    m->n_pending = 0;
    return 0;
}

static int
share(struct making *m, struct inc_need_leaf *l)
{
    if (flush(m) != 0 || leaf_room(m) != 0)
        return -1;
    atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
    m->out.leaf[m->out.n++] = l;
    return 0;
}

static void
leave(struct making *m, const struct inc_need_item *item)
{
    m->out.bytes -= item->bytes;
    inc_named_need(m->named, m->world, item->pub.need, 0);
}

static void
enter(struct making *m, const struct inc_need_item *item)
{
    m->out.bytes += item->bytes;
    inc_named_need(m->named, m->world, item->pub.need, 1);
}

/* Merge a leaf (NULL: none) and the changes that fall to it into pending. */
static int
merge(struct making *m, const struct inc_need_leaf *l,
      const struct inc_need_change *c, size_t n)
{
    uint32_t i = 0, items = l != NULL ? l->n : 0;
    size_t k = 0;

    while (i < items || k < n) {
        struct inc_need_item *next;

        if (k == n || (i < items && l->item[i]->pub.no < c[k].no)) {
            next = l->item[i++];
        } else {
            if (i < items && l->item[i]->pub.no == c[k].no)
                leave(m, l->item[i++]);
            next = c[k++].item;
            if (next != NULL)
                enter(m, next);
        }
        if (next != NULL && pend(m, next) != 0)
            return -1;
    }
    return 0;
}

static int
make(struct making *m, const struct inc_needs *old,
     const struct inc_need_change *changes, size_t n)
{
    size_t at = 0;

    for (size_t i = 0; i < old->n; i++) {
        struct inc_need_leaf *l = old->leaf[i];
        size_t end = at;

        /* Changes up to the next leaf's first number belong to this one. */
        while (end < n && (i + 1 == old->n ||
                           changes[end].no < old->leaf[i + 1]->item[0]->pub.no))
            end++;
        if (end == at && (m->n_pending == 0 || m->n_pending >= LEAF_MIN)) {
            if (share(m, l) != 0)
                return -1;
            continue;
        }
        if (merge(m, l, changes + at, end - at) != 0)
            return -1;
        at = end;
    }
    if (merge(m, NULL, changes + at, n - at) != 0)
        return -1;
    return flush(m);
}

enum inc_status
inc_needs_next(struct inc_needs *out, const struct inc_needs *old,
               const struct inc_need_change *changes, size_t n,
               struct inc_named *named, const struct inc_world *w,
               struct inc_err *err)
{
    struct making m = {.out.bytes = old->bytes, .named = named, .world = w};
    enum inc_status st = INC_OK;

    if (make(&m, old, changes, n) == 0)
        m.out.first = inc_mem_zero(m.out.n + 1, sizeof *m.out.first);
    inc_mem_free(m.pending);
    if (m.out.first == NULL) {
        inc_needs_release(&m.out);
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the list of needs");
        return st;
    }
    for (size_t i = 0; i < m.out.n; i++)
        m.out.first[i + 1] = m.out.first[i] + m.out.leaf[i]->n;
    *out = m.out;
    return st;
}

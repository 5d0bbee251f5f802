/*
 * The runs of a pool: what they share, how one is found in, and how they are
 * put together. A pool is made by one thread and not seen by others before it
 * is finished; so a bitmap with one reference is its own.
 */
#include <string.h>

#include "engine/base/mem.h"
#include "engine/pool/inside.h"

/* ---- counted parts ---- */

static size_t
dead_bytes(uint32_t rows)
{
    return sizeof(struct inc_dead) +
           ((size_t)rows + 63) / 64 * sizeof(uint64_t);
}

struct inc_dead *
inc_dead_copy(const struct inc_dead *old, uint32_t rows)
{
    struct inc_dead *d = inc_mem_zero(1, dead_bytes(rows));

    if (d == NULL)
        return NULL;
    if (old != NULL)
        memcpy(d->bits, old->bits, dead_bytes(rows) - sizeof *d);
    atomic_init(&d->refs, 1);
    return d;
}

struct inc_dead *
inc_dead_hold(struct inc_dead *d)
{
    atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
    return d;
}

void
inc_dead_drop(struct inc_dead *d)
{
    if (d != NULL &&
        atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) == 1)
        inc_mem_free(d);
}

static struct inc_directory *
directory_hold(struct inc_directory *d)
{
    if (d != NULL)
        atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
    return d;
}

static void
directory_drop(struct inc_directory *d)
{
    if (d != NULL &&
        atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) == 1)
        inc_mem_free(d);
}

static void
slot_drop(const struct inc_slot *s)
{
    inc_block_drop(s->block);
    inc_dead_drop(s->dead);
}

static struct inc_slot
slot_hold(const struct inc_slot *s)
{
    return (struct inc_slot){.block = inc_block_hold(s->block),
                             .dead = inc_dead_hold(s->dead),
                             .live = s->live};
}

/* ---- directories ---- */

enum {
    SPARSE = 4,  /* numbers a row, above which blocks are not noted */
    FILTERED = 8 /* bits a row, at least: one number in eight passes in vain */
};

/* Bit of a number in a filter. */
static uint32_t
filter_bit(const struct inc_directory *d, uint32_t no)
{
    return no * UINT32_C(0x9e3779b1) >> (32 - d->bits);
}

/* What a directory is over: rows, and numbers from the least to the largest. */
struct extent {
    uint64_t rows, span;
    uint32_t least;
};

static struct extent
measure(const struct inc_slot *slot, size_t n)
{
    struct extent e = {.least = UINT32_MAX};
    uint32_t most = 0;

    for (size_t i = 0; i < n; i++) {
        const struct inc_block *b = slot[i].block;

        e.rows += b->rows;
        e.least = b->head->least < e.least ? b->head->least : e.least;
        most = b->head->most > most ? b->head->most : most;
    }
    e.span = (uint64_t)most - e.least + 1;
    return e;
}

static struct inc_directory *
directory_room(size_t bytes)
{
    struct inc_directory *d;
    const size_t words = (bytes + sizeof d->room[0] - 1) / sizeof d->room[0];

    d = inc_mem_zero(1, sizeof *d + words * sizeof d->room[0]);
    if (d == NULL)
        return NULL;
    atomic_init(&d->refs, 1);
    d->bytes = sizeof *d + words * sizeof d->room[0];
    return d;
}

static void
note_block(struct inc_directory *d, const struct inc_block *b, size_t i)
{
    for (uint32_t row = 0; row < b->rows; row++) {
        const uint32_t no = b->row[row].no;

        if (d->n > 0)
            d->block[no - d->least] = (uint16_t)i;
        else
            d->filter[filter_bit(d, no) / 64] |= UINT64_C(1)
                                                 << filter_bit(d, no) % 64;
    }
}

/* NULL without memory. */
static struct inc_directory *
directory_new(const struct inc_slot *slot, size_t n)
{
    const struct extent e = measure(slot, n);
    struct inc_directory *d;
    uint32_t bits = 6;

    if (n > 1 && n <= UINT16_MAX && e.span <= e.rows * SPARSE &&
        e.span <= UINT32_MAX) {
        d = directory_room(e.span * sizeof *d->block);
        if (d == NULL)
            return NULL;
        d->block = (void *)d->room;
        d->least = e.least;
        d->n = (uint32_t)e.span;
    } else {
        while (bits < 31 && UINT64_C(1) << bits < e.rows * FILTERED)
            bits++;
        d = directory_room(((size_t)1 << bits) / 8);
        if (d == NULL)
            return NULL;
        d->filter = d->room;
        d->bits = bits;
    }
    for (size_t i = 0; i < n; i++)
        note_block(d, slot[i].block, i);
    return d;
}

/* A live row of a run. 0 or -1. */
static int
find_in_slot(const struct inc_pool *p, size_t slot, uint32_t no, uint32_t *row)
{
    uint32_t at = inc_block_find(p->slot[slot].block, no);

    if (at == INC_NO_ROW || inc_bit(p->slot[slot].dead->bits, at))
        return -1;
    *row = at;
    return 0;
}

static int
find_in_run(const struct inc_pool *p, const struct inc_run *r, uint32_t no,
            size_t *slot, uint32_t *row)
{
    const struct inc_directory *d = r->directory;
    size_t first = r->first, end = r->first + r->n;

    if (d->n == 0) {
        if (!inc_bit(d->filter, filter_bit(d, no)))
            return -1;
    } else {
        if (no < d->least || no - d->least >= d->n)
            return -1;
        first += d->block[no - d->least];
        end = first + 1;
    }
    for (size_t i = first; i < end; i++) {
        if (find_in_slot(p, i, no, row) == 0) {
            *slot = i;
            return 0;
        }
    }
    return -1;
}

int
inc_pool_find(const struct inc_pool *p, uint64_t no, size_t *block,
              uint32_t *row)
{
    if (no > UINT32_MAX)
        return -1;
    for (size_t i = 0; i < p->n_runs; i++) {
        if (find_in_run(p, &p->run[i], (uint32_t)no, block, row) == 0)
            return 0;
    }
    return -1;
}

/* ---- making ---- */

struct inc_pool *
inc_pool_new(const struct inc_world *w, uint64_t generation)
{
    struct inc_pool *p = inc_mem_zero(1, sizeof *p);

    if (p == NULL)
        return NULL;
    atomic_init(&p->refs, 1);
    p->world = *w;
    p->generation = generation;
    if (inc_named_init(&p->named, w) != 0) {
        inc_mem_free(p);
        return NULL;
    }
    return p;
}

void
inc_pool_free(struct inc_pool *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->n_slots; i++)
        slot_drop(&p->slot[i]);
    for (size_t i = 0; i < p->n_runs; i++)
        directory_drop(p->run[i].directory);
    inc_mem_free(p->slot);
    inc_mem_free(p->run);
    inc_needs_release(&p->needs);
    inc_named_release(&p->named);
    inc_mem_free(p);
}

int
inc_pool_share(struct inc_pool *p, const struct inc_pool *old)
{
    p->slot = inc_mem_zero(old->n_slots, sizeof *p->slot);
    p->run = inc_mem_zero(old->n_runs, sizeof *p->run);
    if (p->slot == NULL || p->run == NULL)
        return -1;
    for (; p->n_slots < old->n_slots; p->n_slots++)
        p->slot[p->n_slots] = slot_hold(&old->slot[p->n_slots]);
    for (; p->n_runs < old->n_runs; p->n_runs++) {
        p->run[p->n_runs] = old->run[p->n_runs];
        (void)directory_hold(p->run[p->n_runs].directory);
    }
    p->unknown = old->unknown;
    inc_named_copy(&p->named, &old->named);
    return 0;
}

static struct inc_run
run_of(const struct inc_slot *slot, size_t first, size_t n,
       struct inc_directory *directory)
{
    struct inc_run r = {
        .first = first, .n = n, .directory = directory_hold(directory)};

    for (size_t i = 0; i < n; i++) {
        r.rows += slot[i].block->rows;
        r.live += slot[i].live;
    }
    return r;
}

/* How many slots the runs before run `at` have. */
static size_t
slots_before(const struct inc_pool *p, size_t at)
{
    return at < p->n_runs ? p->run[at].first : p->n_slots;
}

/* New arrays in the place of the old ones; slots and directories that go are
 * dropped. */
static void
replace_arrays(struct inc_pool *p, size_t at, size_t gone,
               const struct inc_slot *slot, size_t n, struct inc_run *runs,
               struct inc_slot *slots, struct inc_directory *directory)
{
    const size_t from = slots_before(p, at), to = slots_before(p, at + gone);
    size_t n_runs = 0, n_slots = 0;

    for (size_t i = 0; i < from; i++)
        slots[n_slots++] = p->slot[i];
    for (size_t i = 0; i < n; i++)
        slots[n_slots++] = slot_hold(&slot[i]);
    for (size_t i = from; i < to; i++)
        slot_drop(&p->slot[i]);
    for (size_t i = to; i < p->n_slots; i++)
        slots[n_slots++] = p->slot[i];
    for (size_t i = 0; i < at; i++)
        runs[n_runs++] = p->run[i];
    if (n > 0)
        runs[n_runs++] = run_of(slots + from, from, n, directory);
    for (size_t i = at; i < at + gone; i++)
        directory_drop(p->run[i].directory);
    for (size_t i = at + gone; i < p->n_runs; i++) {
        runs[n_runs] = p->run[i];
        runs[n_runs].first = runs[n_runs].first - (to - from) + n;
        n_runs++;
    }
    inc_mem_free(p->slot);
    inc_mem_free(p->run);
    p->slot = slots;
    p->n_slots = n_slots;
    p->run = runs;
    p->n_runs = n_runs;
}

int
inc_pool_splice(struct inc_pool *p, size_t at, size_t gone,
                const struct inc_slot *slot, size_t n,
                struct inc_directory *directory)
{
    struct inc_directory *made = NULL;
    struct inc_slot *slots = inc_mem_zero(p->n_slots + n, sizeof *slots);
    struct inc_run *runs = inc_mem_zero(p->n_runs + 1, sizeof *runs);

    if (slots == NULL || runs == NULL ||
        (directory == NULL && n > 0 &&
         (made = directory_new(slot, n)) == NULL)) {
        inc_mem_free(slots);
        inc_mem_free(runs);
        return -1;
    }
    replace_arrays(p, at, gone, slot, n, runs, slots,
                   directory != NULL ? directory : made);
    directory_drop(made);
    return 0;
}

int
inc_pool_splice_blocks(struct inc_pool *p, size_t at, size_t gone,
                       const struct inc_blocks *b)
{
    struct inc_slot *slot = inc_mem_zero(b->n, sizeof *slot);
    size_t n = 0;
    int rc = slot == NULL ? -1 : 0;

    while (rc == 0 && n < b->n) {
        slot[n] =
            (struct inc_slot){.block = inc_block_hold(b->block[n]),
                              .dead = inc_dead_copy(NULL, b->block[n]->rows),
                              .live = b->block[n]->rows};
        rc = slot[n++].dead == NULL ? -1 : 0;
    }
    if (rc == 0)
        rc = inc_pool_splice(p, at, gone, slot, n, NULL);
    for (size_t i = 0; i < n; i++)
        slot_drop(&slot[i]);
    inc_mem_free(slot);
    return rc;
}

size_t
inc_pool_run_of(const struct inc_pool *p, size_t slot)
{
    size_t i = 0;

    while (slot >= p->run[i].first + p->run[i].n)
        i++;
    return i;
}

int
inc_pool_kill(struct inc_pool *p, size_t slot, uint32_t row)
{
    struct inc_slot *s = &p->slot[slot];

    if (atomic_load_explicit(&s->dead->refs, memory_order_acquire) != 1) {
        struct inc_dead *own = inc_dead_copy(s->dead, s->block->rows);

        if (own == NULL)
            return -1;
        inc_dead_drop(s->dead);
        s->dead = own;
    }
    s->dead->bits[row / 64] |= UINT64_C(1) << (row % 64);
    s->live--;
    p->run[inc_pool_run_of(p, slot)].live--;
    p->unknown -= s->block->unknown[row];
    inc_named_row(&p->named, s->block, row, 0);
    return 0;
}

int
inc_pool_cut_empty(struct inc_pool *p)
{
    for (size_t i = p->n_runs; i-- > 0;) {
        if (p->run[i].live == 0 && inc_pool_splice(p, i, 1, NULL, 0, NULL) != 0)
            return -1;
    }
    return 0;
}

/* ---- what is due ---- */

size_t
inc_pool_first_due(const struct inc_pool *p, uint64_t more, uint64_t limit)
{
    uint64_t behind = more;
    size_t first = p->n_runs;

    for (size_t i = p->n_runs; i-- > 0;) {
        if (behind + p->run[i].live > limit)
            break;
        if (behind * 2 >= p->run[i].live)
            first = i;
        behind += p->run[i].live;
    }
    return first;
}

size_t
inc_pool_wasted(const struct inc_pool *p, uint64_t limit)
{
    size_t i = 0;

    while (i < p->n_runs &&
           (p->run[i].live > limit || p->run[i].live >= p->run[i].rows / 2))
        i++;
    return i;
}

/* ---- the end ---- */

static void
count(struct inc_pool *p)
{
    p->people = 0;
    p->bytes = sizeof *p +
               (size_t)p->named.skills * 2 * sizeof *p->named.people +
               p->needs.bytes +
               p->needs.n * (sizeof(struct inc_need_leaf) + sizeof(void *) +
                             sizeof *p->needs.first);
    for (size_t i = 0; i < p->n_slots; i++) {
        p->people += p->slot[i].live;
        p->bytes += p->slot[i].block->bytes + sizeof *p->slot[i].block +
                    sizeof p->slot[i] + dead_bytes(p->slot[i].block->rows);
    }
    for (size_t i = 0; i < p->n_runs; i++)
        p->bytes +=
            sizeof p->run[i] +
            (p->run[i].directory != NULL ? p->run[i].directory->bytes : 0);
}

enum inc_status
inc_pool_finish(struct inc_pool *p, const struct inc_pool *old,
                const struct inc_need_change *changes, size_t n,
                struct inc_err *err)
{
    static const struct inc_needs none;
    enum inc_status st = INC_OK;

    INC_TRY(inc_needs_next(&p->needs, old != NULL ? &old->needs : &none,
                           changes, n, &p->named, &p->world, err));
    count(p);
out:
    return st;
}

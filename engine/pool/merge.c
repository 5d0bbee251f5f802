/*
 * Large runs written anew while the writer goes on.
 *
 * A merge is made from the runs of a pool it holds. By the time it is
 * installed, rows of those runs may have died, and small ones among the runs
 * may have been written anew. So each row of the merged run lives exactly when
 * the row it came from still does, in the block it came from: a number is live
 * in one place.
 */
#include "engine/base/mem.h"
#include "engine/pool/inside.h"

struct inc_merge {
    struct inc_pool *held;
    size_t first, n_runs;  /* of held, its sources; none: nothing was due */
    size_t slot, n_slots;  /* their slots */
    uint64_t *start;       /* [n_slots] into place */
    uint32_t *place;       /* [rows of the sources] where each row went, counted
                              through all blocks of the merged run */
    struct inc_pool *made; /* its only run is the merged one */
    uint64_t *block_start; /* [made->n_slots + 1] rows before each block */
};

int
inc_pool_due(const struct inc_pool *p)
{
    return inc_pool_first_due(p, 0, UINT64_MAX) < p->n_runs ||
           inc_pool_wasted(p, UINT64_MAX) < p->n_runs;
}

void
inc_merge_free(struct inc_merge *m)
{
    if (m == NULL)
        return;
    inc_mem_free(m->start);
    inc_mem_free(m->place);
    inc_mem_free(m->block_start);
    inc_pool_drop(m->made);
    inc_pool_drop(m->held);
    inc_mem_free(m);
}

/* Which runs: all from the first that breaks the invariant on, or one that is
 * mostly dead. */
static void
choose(struct inc_merge *m)
{
    const struct inc_pool *p = m->held;

    m->first = inc_pool_first_due(p, 0, UINT64_MAX);
    m->n_runs = p->n_runs - m->first;
    if (m->n_runs == 0) {
        m->first = inc_pool_wasted(p, UINT64_MAX);
        m->n_runs = m->first < p->n_runs ? 1 : 0;
    }
    if (m->n_runs == 0)
        return;
    m->slot = p->run[m->first].first;
    for (size_t i = m->first; i < m->first + m->n_runs; i++)
        m->n_slots += p->run[i].n;
}

/* Remember where the rows went. */
static int
note_places(struct inc_merge *m, const struct inc_gather *g)
{
    const struct inc_pool *p = m->held, *made = m->made;
    uint64_t rows = 0;

    m->start = inc_mem_zero(m->n_slots, sizeof *m->start);
    m->block_start = inc_mem_zero(made->n_slots + 1, sizeof *m->block_start);
    if (m->start == NULL || m->block_start == NULL)
        return -1;
    for (size_t i = 0; i < m->n_slots; i++) {
        m->start[i] = rows;
        rows += p->slot[m->slot + i].block->rows;
    }
    m->place = inc_mem_zero(rows, sizeof *m->place);
    if (m->place == NULL)
        return -1;
    for (size_t i = 0; i < g->n; i++)
        m->place[m->start[g->ref[i].at >> 16] + (g->ref[i].at & 0xffff)] =
            (uint32_t)i;
    for (size_t i = 0; i < made->n_slots; i++)
        m->block_start[i + 1] = m->block_start[i] + made->slot[i].block->rows;
    return 0;
}

static enum inc_status
write_anew(struct inc_merge *m, struct inc_err *err)
{
    const struct inc_pool *p = m->held;
    struct inc_gather g = {0};
    struct inc_blocks blocks = {0};
    enum inc_status st = INC_OK;
    uint64_t rows = 0;

    for (size_t i = 0; i < m->n_slots; i++)
        rows += p->slot[m->slot + i].live;
    INC_TRY(inc_gather_init(&g, &p->world, m->n_slots, rows, err));
    for (size_t i = m->slot; i < m->slot + m->n_slots; i++)
        inc_gather_block(&g, p->slot[i].block, p->slot[i].dead->bits);
    if (inc_gather_sort(&g) != 0) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to merge people");
        goto out;
    }
    INC_TRY(inc_blocks_build(&blocks, &g, &p->world, err));
    m->made = inc_pool_new(&p->world, p->generation);
    if (m->made == NULL ||
        inc_pool_splice_blocks(m->made, 0, 0, &blocks) != 0 ||
        note_places(m, &g) != 0)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to merge people");
out:
    inc_blocks_release(&blocks);
    inc_gather_release(&g);
    return st;
}

enum inc_status
inc_merge_make(struct inc_merge **out, struct inc_pool *p, struct inc_err *err)
{
    struct inc_merge *m = inc_mem_zero(1, sizeof *m);
    enum inc_status st = INC_OK;

    if (m == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to merge people");
    m->held = inc_pool_hold(p);
    choose(m);
    if (m->n_runs > 0)
        INC_TRY(write_anew(m, err));
    *out = m;
    m = NULL;
out:
    inc_merge_free(m);
    return st;
}

/* ---- installing ---- */

#define GONE SIZE_MAX

static size_t
find_block(const struct inc_pool *p, const struct inc_block *b)
{
    for (size_t i = 0; i < p->n_slots; i++) {
        if (p->slot[i].block == b)
            return i;
    }
    return GONE;
}

/* Kill the row of the merged run, which is run `at` of p, that a row went to.
 */
static int
kill_place(struct inc_pool *p, size_t at, const struct inc_merge *m,
           uint32_t place)
{
    size_t block = 0;

    while (place >= m->block_start[block + 1])
        block++;
    return inc_pool_kill(p, p->run[at].first + block,
                         (uint32_t)(place - m->block_start[block]));
}

/* Rows of source i that lived in the held pool and do not in `now`. */
static int
kill_source(struct inc_pool *p, size_t at, const struct inc_merge *m, size_t i,
            const struct inc_dead *now)
{
    const struct inc_slot *s = &m->held->slot[m->slot + i];

    for (uint32_t word = 0; word < (s->block->rows + 63) / 64; word++) {
        uint64_t died =
            (now != NULL ? now->bits[word] : UINT64_MAX) & ~s->dead->bits[word];

        for (; died != 0; died &= died - 1) {
            uint32_t row = word * 64 + (uint32_t)__builtin_ctzll(died);

            if (row < s->block->rows &&
                kill_place(p, at, m, m->place[m->start[i] + row]) != 0)
                return -1;
        }
    }
    return 0;
}

/* Is this slot one of the sources? */
static int
is_source(const struct inc_merge *m, const struct inc_slot *s)
{
    for (size_t i = 0; i < m->n_slots; i++) {
        if (m->held->slot[m->slot + i].block == s->block)
            return 1;
    }
    return 0;
}

/* Take the sources out of run i of p, all or, after a mapped block took the
 * place of one, some. Returns how many there were, or -1. */
static int
take_sources(struct inc_pool *p, size_t i, const struct inc_merge *m)
{
    const struct inc_run r = p->run[i];
    struct inc_slot *kept = inc_mem_zero(r.n, sizeof *kept);
    size_t n = 0;
    int rc = 0;

    if (kept == NULL)
        return -1;
    for (size_t s = r.first; s < r.first + r.n; s++) {
        if (!is_source(m, &p->slot[s]))
            kept[n++] = p->slot[s];
    }
    if (n < r.n)
        rc = inc_pool_splice(p, i, 1, kept, n, NULL);
    inc_mem_free(kept);
    return rc != 0 ? -1 : (int)(r.n - n);
}

/* Replace the sources by the merged run; *at is its place, p->n_runs when no
 * source is left. */
static int
replace_sources(struct inc_pool *p, const struct inc_merge *m, size_t *at)
{
    const struct inc_pool *made = m->made;
    int found = 0;

    *at = p->n_runs;
    for (size_t i = p->n_runs; i-- > 0;) {
        int taken = take_sources(p, i, m);

        if (taken < 0)
            return -1;
        if (taken > 0)
            *at = i;
        found |= taken;
    }
    if (found == 0) {
        *at = p->n_runs;
        return 0;
    }
    return inc_pool_splice(p, *at, 0, made->slot, made->n_slots,
                           made->run[0].directory);
}

static int
kill_died(struct inc_pool *p, size_t at, const struct inc_pool *now,
          const struct inc_merge *m)
{
    for (size_t i = 0; i < m->n_slots; i++) {
        size_t slot = find_block(now, m->held->slot[m->slot + i].block);

        if (kill_source(p, at, m, i,
                        slot != GONE ? now->slot[slot].dead : NULL) != 0)
            return -1;
    }
    p->unknown = now->unknown; /* the same people */
    inc_named_copy(&p->named, &now->named);
    return inc_pool_cut_empty(p);
}

enum inc_status
inc_merge_install(struct inc_pool **out, struct inc_pool *now,
                  struct inc_merge *m, struct inc_err *err)
{
    struct inc_pool *p = NULL;
    enum inc_status st = INC_OK;
    size_t at;

    if (m->n_runs == 0) {
        *out = inc_pool_hold(now);
        goto out;
    }
    p = inc_pool_new(&now->world, now->generation);
    if (p == NULL || inc_pool_share(p, now) != 0 ||
        replace_sources(p, m, &at) != 0) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the next pool");
        goto out;
    }
    if (at == p->n_runs) {
        st = inc_fail(err, INC_E_CONFLICT, 0,
                      "the people to merge are not in the pool any more");
        goto out;
    }
    if (kill_died(p, at, now, m) != 0) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the next pool");
        goto out;
    }
    INC_TRY(inc_pool_finish(p, now, NULL, 0, err));
    *out = p;
    p = NULL;
out:
    inc_pool_free(p);
    inc_merge_free(m);
    return st;
}

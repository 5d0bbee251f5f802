#include "engine/match/pass.h"

#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/mem.h"

enum {
    BUCKET_SHIFT = 6, /* bounds are ordered by 64 points */
    BUCKETS = (UINT16_MAX >> BUCKET_SHIFT) + 1,
    /* Bounds are worth their walk when more than one in 40 passes the filters
     * (bench/engine/pass --filter). */
    DIRECT_SHARE = 40
};

enum inc_status
inc_scan_open(struct inc_scan *s)
{
    s->room = inc_mem_zero(1, sizeof *s->room);
    s->rows = inc_mem_zero64(INC_BLOCK_ROWS, sizeof *s->rows);
    s->sieved = inc_mem_zero64(INC_BLOCK_ROWS, sizeof *s->sieved);
    s->mark = inc_mem_zero64(INC_BLOCK_GROUPS, sizeof *s->mark);
    return s->room == NULL || s->rows == NULL || s->sieved == NULL ||
                   s->mark == NULL
               ? INC_E_NOMEM
               : INC_OK;
}

void
inc_scan_close(struct inc_scan *s)
{
    inc_kin_release(&s->kin);
    inc_keep_release(&s->keep);
    inc_mem_free(s->room);
    inc_mem_free(s->rows);
    inc_mem_free(s->sieved);
    inc_mem_free(s->mark);
    inc_mem_free(s->bound);
    memset(s, 0, sizeof *s);
}

/* A block while its rows are looked at. */
struct at {
    const struct inc_block *block;
    struct inc_columns columns;
    const struct inc_class *classes;
    const uint64_t *dead;
    const uint64_t *keep; /* NULL: all */
    const uint64_t *unasked;
};

static enum inc_status
look(struct at *at, struct inc_pass *p, size_t i)
{
    struct inc_index x;

    *at = (struct at){.block = inc_pool_block(p->pool, i),
                      .dead = inc_pool_dead(p->pool, i)};
    inc_block_columns(at->block, &at->columns);
    (void)inc_block_classes(at->block, &at->classes);
    if (inc_block_index(at->block, &x) != 0)
        at->unasked = x.unasked;
    if (!p->filtered)
        return INC_OK;
    return inc_keep_rows(&at->keep, &p->scan->keep, p->screen, p->filter,
                         at->block);
}

/* Rows of one word of the bitmaps that live and pass the filters. */
static uint64_t
kept_word(const struct at *at, uint32_t word)
{
    uint32_t left = at->columns.rows - word * 64;
    uint64_t all = left >= 64 ? UINT64_MAX : (UINT64_C(1) << left) - 1;

    if (at->keep != NULL)
        all &= at->keep[word];
    return all & ~at->dead[word];
}

/* Rows of the groups' 16 bits in word `bits`, from row `first`, onto the list.
 */
static size_t
list_rows(uint16_t *rows, size_t n, uint64_t bits, uint32_t first)
{
    while (bits != 0) {
        rows[n++] = (uint16_t)(first + (uint32_t)__builtin_ctzll(bits));
        bits &= bits - 1;
    }
    return n;
}

/* Score one person exactly and offer it. */
static void
score(struct inc_pass *p, const struct at *at, uint32_t row, int32_t least)
{
    struct inc_ranked item = {0};
    struct inc_person person;
    struct inc_tally tally;
    int64_t pull;

    inc_block_person(at->block, row, p->scan->room, &person);
    inc_kin_cover(p->cover, &p->scan->kin, p->plan, &person, at->classes);
    pull = inc_kin_pull(&p->scan->kin, p->plan, p->kernels, &person);
    p->counts.rows_scored++;
    inc_score(&tally, NULL, p->plan, &person, p->cover, pull);
    if (tally.points < least)
        return;
    item.score = tally.points;
    item.tie = person.tie;
    item.row = person.no;
    inc_ranking_offer(p->ranking, &item);
}

/* Who fails a rule is counted and left out. */
static int
ruled_out(struct inc_pass *p, const struct at *at, uint32_t row, int lacks_must)
{
    struct inc_person person;
    int rule;

    inc_block_person(at->block, row, NULL, &person);
    if (lacks_must && (person.known & INC_KNOWN_SKILLS) != 0) {
        p->sheet->excluded[INC_RULE_MUST]++;
        return 1;
    }
    rule = inc_screen_rules_quick(p->screen, p->plan, &person);
    if (rule < 0)
        return 0;
    p->sheet->excluded[rule]++;
    return 1;
}

/* 1 when what the row was not asked could make up for what it lacks. */
static int
may_have_all(const struct inc_pass *p, const struct at *at, uint32_t row)
{
    uint32_t group = row / INC_GROUP_ROWS;

    return p->plan->attitude == INC_NEUTRAL &&
           (at->unasked == NULL ||
            (at->unasked[group / 64] >> group % 64 & 1) != 0);
}

/* Look at the first n rows of the list. */
static void
visit(struct inc_pass *p, const struct at *at, size_t n)
{
    const uint16_t *rows = p->scan->rows;
    const uint32_t *sieved = p->scan->sieved;
    int rules = p->screen->rules != 0;

    p->kernels->sieve(p->scan->sieved, &p->scan->kin.sieve, at->columns.skill,
                      at->columns.skill_at, rows, n);
    p->counts.rows_sieved += n;
    for (size_t i = 0; i < n; i++) {
        int32_t least = inc_ranking_least(p->ranking);
        int lacks = sieved[i] == INC_SIEVE_FAILED;

        if (rules) {
            if (ruled_out(p, at, rows[i], lacks))
                continue;
            p->matched++;
            if (p->sheet->facets != NULL)
                inc_facets_row(p->sheet->facets, at->block, rows[i],
                               p->plan->world->geo, p->options);
        }
        if (!lacks && (int64_t)sieved[i] + p->rest < least &&
            !may_have_all(p, at, rows[i]))
            continue;
        score(p, at, rows[i], least);
    }
}

/* Every kept row of a block. */
static void
visit_all(struct inc_pass *p, const struct at *at)
{
    uint32_t words = (at->columns.rows + 63) / 64;
    size_t n = 0;

    for (uint32_t w = 0; w < words; w++)
        n = list_rows(p->scan->rows, n, kept_word(at, w), w * 64);
    visit(p, at, n);
}

static uint64_t
count_kept(const struct at *at)
{
    uint32_t words = (at->columns.rows + 63) / 64;
    uint64_t n = 0;

    for (uint32_t w = 0; w < words; w++)
        n += (uint64_t)__builtin_popcountll(kept_word(at, w));
    return n;
}

/* ---- by bounds ---- */

static size_t
padded(uint32_t groups)
{
    return ((size_t)groups + 63) / 64 * 64;
}

/* Bounds of all blocks with an index, one after another. */
static enum inc_status
all_bounds(struct inc_pass *p, size_t *n_bounds)
{
    struct inc_scan *s = p->scan;
    size_t total = 0, at = 0;

    for (size_t b = 0; b < inc_pool_blocks(p->pool); b++)
        total += padded((inc_block_rows(inc_pool_block(p->pool, b)) +
                         INC_GROUP_ROWS - 1u) /
                        INC_GROUP_ROWS);
    if (s->bound_cap < total * sizeof *s->bound) {
        uint16_t *fresh = inc_mem_zero64(total, sizeof *fresh);

        if (fresh == NULL)
            return INC_E_NOMEM;
        inc_mem_free(s->bound);
        s->bound = fresh;
        s->bound_cap = total * sizeof *fresh;
    }
    if (inc_walk_make(&p->walk, p->plan, p->arena) != INC_OK)
        return INC_E_NOMEM;
    for (size_t b = 0; b < inc_pool_blocks(p->pool); b++) {
        const struct inc_block *block = inc_pool_block(p->pool, b);
        uint32_t groups =
            (inc_block_rows(block) + INC_GROUP_ROWS - 1u) / INC_GROUP_ROWS;
        struct inc_index x;

        if (inc_block_index(block, &x) == 0)
            continue;
        inc_bounds(s->bound + at, &p->walk, &x, groups, p->kernels, s->mark);
        p->counts.groups_bounded += groups;
        /* the padding is no group: never looked at */
        memset(s->bound + at + groups, 0,
               (padded(groups) - groups) * sizeof *s->bound);
        at += padded(groups);
    }
    *n_bounds = at;
    return INC_OK;
}

static void
fill_buckets(uint32_t *buckets, const uint16_t *bound, size_t n)
{
    memset(buckets, 0, BUCKETS * sizeof *buckets);
    for (size_t i = 0; i < n; i++)
        buckets[bound[i] >> BUCKET_SHIFT]++;
}

/* Visit the groups of one block with lo <= bound < hi. */
static void
visit_between(struct inc_pass *p, const struct at *at, const uint16_t *bound,
              uint32_t lo, uint32_t hi)
{
    enum { STRETCH = 32 };
    size_t n = 0;

    for (uint32_t from = 0; from < at->columns.groups; from += STRETCH) {
        uint32_t any = 0;

        for (uint32_t g = from; g < from + STRETCH; g++)
            any += (uint32_t)(bound[g] - lo) < hi - lo;
        for (uint32_t g = from; any > 0 && g < from + STRETCH; g++) {
            uint32_t row = g * INC_GROUP_ROWS;
            uint64_t bits;

            if ((uint32_t)(bound[g] - lo) >= hi - lo ||
                row >= at->columns.rows)
                continue;
            bits = kept_word(at, row / 64) >> row % 64 & 0xffff;
            n = list_rows(p->scan->rows, n, bits, row);
            p->counts.groups_visited++;
        }
    }
    if (n > 0)
        visit(p, at, n);
}

static enum inc_status
one_round(struct inc_pass *p, uint32_t lo, uint32_t hi)
{
    const uint16_t *bound = p->scan->bound;

    for (size_t b = 0; b < inc_pool_blocks(p->pool); b++) {
        struct inc_index x;
        struct at at;

        if (inc_block_index(inc_pool_block(p->pool, b), &x) == 0)
            continue;
        if (look(&at, p, b) != INC_OK)
            return INC_E_NOMEM;
        visit_between(p, &at, bound, lo, hi);
        bound += padded(at.columns.groups);
    }
    return INC_OK;
}

static int
too_late(struct inc_pass *p, uint64_t deadline_ns)
{
    p->gave_up = deadline_ns != 0 && inc_clock_ns() >= deadline_ns;
    return p->gave_up;
}

/* Groups in falling order of bounds, a few at first and ever more, until no
 * group can hold anybody who matters. */
static enum inc_status
by_bounds(struct inc_pass *p, uint64_t deadline_ns)
{
    uint32_t buckets[BUCKETS], hi = UINT16_MAX + 1u;
    uint64_t want = 4 + (uint64_t)p->options->k / 4;
    enum inc_status st = INC_OK;
    size_t n = 0;

    INC_TRY(all_bounds(p, &n));
    fill_buckets(buckets, p->scan->bound, n);
    while (hi > 0 && (int64_t)hi > inc_ranking_least(p->ranking)) {
        int32_t least = inc_ranking_least(p->ranking);
        uint32_t lo = hi;
        uint64_t found = 0;

        while (lo > 0 && found < want && (int64_t)lo > least) {
            lo -= 1u << BUCKET_SHIFT;
            found += buckets[lo >> BUCKET_SHIFT];
        }
        if (too_late(p, deadline_ns))
            return INC_E_DEADLINE;
        if (found > 0)
            INC_TRY(one_round(
                p, (int64_t)lo < least ? (uint32_t)least : lo, hi));
        hi = lo;
        want *= 2;
    }
out:
    return st;
}

/* ---- the whole ---- */

/* Blocks without an index, or all of them. */
static enum inc_status
straight(struct inc_pass *p, int all, uint64_t deadline_ns)
{
    for (size_t b = 0; b < inc_pool_blocks(p->pool); b++) {
        struct inc_index x;
        struct at at;

        if (!all && inc_block_index(inc_pool_block(p->pool, b), &x) != 0)
            continue;
        if (too_late(p, deadline_ns))
            return INC_E_DEADLINE;
        if (look(&at, p, b) != INC_OK)
            return INC_E_NOMEM;
        visit_all(p, &at);
    }
    return INC_OK;
}

/* How many rows pass the filters; facets over them when there are no rules. */
static enum inc_status
count(struct inc_pass *p)
{
    for (size_t b = 0; b < inc_pool_blocks(p->pool); b++) {
        struct at at;

        p->sheet->considered += inc_pool_live(p->pool, b);
        if (!p->filtered && p->sheet->facets == NULL) {
            p->matched += inc_pool_live(p->pool, b);
            continue;
        }
        if (look(&at, p, b) != INC_OK)
            return INC_E_NOMEM;
        p->matched += count_kept(&at);
        for (uint32_t w = 0;
             p->sheet->facets != NULL && w < (at.columns.rows + 63) / 64; w++)
            for (uint64_t bits = kept_word(&at, w); bits != 0; bits &= bits - 1)
                inc_facets_row(p->sheet->facets, at.block,
                               w * 64 + (uint32_t)__builtin_ctzll(bits),
                               p->plan->world->geo, p->options);
    }
    return INC_OK;
}

enum inc_status
inc_pass_run(struct inc_pass *p, uint64_t deadline_ns)
{
    struct inc_counts *facets = p->sheet->facets;
    int rules = p->screen->rules != 0;
    enum inc_status st = INC_OK;

    p->filtered = inc_screen_filters(p->screen);
    if (p->filtered)
        inc_keep_digest(p->filter, p->screen);
    p->rest = inc_rest_points(p->plan);
    if (rules) /* then who fails one is not to be in the facets */
        p->sheet->facets = NULL;
    INC_TRY(count(p));
    p->sheet->facets = facets;
    if (rules) {
        p->matched = 0;
        INC_TRY(straight(p, 1, deadline_ns));
    } else if (p->matched * DIRECT_SHARE < inc_pool_people(p->pool)) {
        INC_TRY(straight(p, 1, deadline_ns));
    } else {
        INC_TRY(by_bounds(p, deadline_ns));
        INC_TRY(straight(p, 0, deadline_ns)); /* what has no bounds */
    }
    p->counts.blocks_seen = inc_pool_blocks(p->pool);
out:
    return st;
}

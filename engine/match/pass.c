#include "engine/match/pass.h"

#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/mem.h"

/* The tree is worth its climb when more than one in so many passes the filters
 * (bench/engine/pass --filter); the deadline is looked at every so many nodes.
 */
enum { DIRECT_SHARE = 100, NODES_A_LOOK = 256, BLOCKS_MAX = 65536 };

/* A block while its rows are looked at. */
struct inc_view_of {
    const struct inc_block *block;
    struct inc_columns columns;
    struct inc_tree tree;
    int has_tree;
    const struct inc_class *classes;
    const uint64_t *dead;
    const uint64_t *keep; /* NULL: all */
    int visited;
};

enum inc_status
inc_scan_open(struct inc_scan *s)
{
    s->room = inc_mem_zero(1, sizeof *s->room);
    s->rows = inc_mem_zero64(INC_BLOCK_ROWS, sizeof *s->rows);
    s->sieved = inc_mem_zero64(INC_BLOCK_ROWS, sizeof *s->sieved);
    s->reach.kin = &s->kin;
    return s->room == NULL || s->rows == NULL || s->sieved == NULL
               ? INC_E_NOMEM
               : INC_OK;
}

void
inc_scan_close(struct inc_scan *s)
{
    inc_kin_release(&s->kin);
    inc_keep_release(&s->keep);
    inc_reach_release(&s->reach);
    inc_journeys_release(&s->journeys);
    inc_mem_free(s->room);
    inc_mem_free(s->rows);
    inc_mem_free(s->sieved);
    inc_mem_free(s->open);
    inc_mem_free(s->views);
    memset(s, 0, sizeof *s);
}

/* ---- rows ---- */

/* Views of all blocks. */
static enum inc_status
look(struct inc_pass *p)
{
    struct inc_scan *s = p->scan;
    const size_t n = inc_pool_blocks(p->pool);
    enum inc_status st = INC_OK;

    if (s->views_cap < n * sizeof *s->views) {
        inc_mem_free(s->views);
        s->views_cap = 0;
        s->views = inc_mem_zero(n, sizeof *s->views);
        if (s->views == NULL)
            return INC_E_NOMEM;
        s->views_cap = n * sizeof *s->views;
    }
    for (size_t i = 0; i < n; i++) {
        struct inc_view_of *v = &s->views[i];

        *v = (struct inc_view_of){.block = inc_pool_block(p->pool, i),
                                  .dead = inc_pool_dead(p->pool, i)};
        inc_block_columns(v->block, &v->columns);
        (void)inc_block_classes(v->block, &v->classes);
        v->has_tree =
            i < BLOCKS_MAX && inc_block_tree(v->block, &v->tree) != 0;
        if (p->filtered)
            INC_TRY(inc_keep_rows(&v->keep, &s->keep, p->screen, p->filter,
                                  v->block, p->arena));
    }
out:
    return st;
}

/* Rows of one word of the bitmaps that live and pass the filters. */
static uint64_t
kept_word(const struct inc_view_of *v, uint32_t word)
{
    uint32_t left = v->columns.rows - word * 64;
    uint64_t all = left >= 64 ? UINT64_MAX : (UINT64_C(1) << left) - 1;

    if (v->keep != NULL)
        all &= v->keep[word];
    return all & ~v->dead[word];
}

/* Put the set bits, from row `first` on, onto the list; its new length. */
static size_t
list_rows(uint16_t *rows, size_t n, uint64_t bits, uint32_t first)
{
    while (bits != 0) {
        rows[n++] = (uint16_t)(first + (uint32_t)__builtin_ctzll(bits));
        bits &= bits - 1;
    }
    return n;
}

/* What the lines without skills take away from, or fail to give of, what was
 * counted whole for them. */
static uint32_t
shortfall(const struct inc_pass *p, const struct inc_person *person)
{
    const struct inc_tally plenty = {INC_BP, INC_BP, INC_BP};
    uint32_t sum = 0;

    for (uint32_t i = 0; i < p->plan->n_lines; i++) {
        const struct inc_line_spec *spec = &p->plan->lines[i];
        struct inc_line line;

        switch (spec->kind) {
        case INC_LINE_LANGUAGE:
        case INC_LINE_LICENCE:
        case INC_LINE_EDUCATION:
        case INC_LINE_TRADES:
        case INC_LINE_DISTANCE:
        case INC_LINE_HOURS:
            inc_score_line(&line, spec, p->plan, person, NULL, 0, &plenty);
            sum += (uint32_t)((int32_t)spec->max - line.points);
            break;
        case INC_LINE_REQUIREMENT:
        case INC_LINE_AFFINITY:
        case INC_LINE_KINDS:
            break;
        }
    }
    return sum;
}

/* What the requirements give for p->cover, when nothing is unknown. */
static int64_t
skill_points(const struct inc_pass *p)
{
    int64_t sum = 0;

    for (uint32_t i = 0; i < p->plan->n_lanes; i++)
        sum += inc_points(p->plan->lines[p->plan->lane_line[i]].max,
                          p->cover[i]);
    return sum;
}

/* Can so many points, which may be fewer than none, matter? Nobody's score is
 * under 0, and those at 0 tie. */
static int
matters(int64_t points, int32_t least)
{
    return (points > 0 ? points : 0) >= least;
}

/* Score one person exactly and offer it. `reach` is what skills and the rest
 * can give at most. */
static void
score(struct inc_pass *p, const struct inc_view_of *v, uint32_t row,
      uint32_t reach, int32_t least)
{
    struct inc_ranked item = {0};
    struct inc_person person;
    struct inc_tally tally;
    int64_t pull, others;

    inc_block_person(v->block, row, p->scan->room, &person);
    others = (int64_t)p->rest - shortfall(p, &person);
    if (!matters((int64_t)reach - p->rest + others, least))
        return;
    inc_kin_cover(p->cover, &p->scan->kin, p->plan, &person, v->classes);
    if (reach < INC_NO_BOUND && !matters(skill_points(p) + others, least))
        return;
    pull = inc_kin_pull(&p->scan->kin, p->plan, p->kernels, &person);
    p->work.rows_scored++;
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
ruled_out(struct inc_pass *p, const struct inc_view_of *v, uint32_t row,
          int lacks_must)
{
    struct inc_person person;
    int rule;

    inc_block_person(v->block, row, NULL, &person);
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

/* 1 when what somebody was not asked could make up for what they lack: then
 * the sieve says nothing. */
static int
may_have_all(const struct inc_pass *p, const struct inc_view_of *v,
             uint32_t row)
{
    return p->plan->attitude == INC_NEUTRAL &&
           (!v->has_tree || (v->tree.flags[row / INC_GROUP_ROWS] &
                             INC_NODE_UNASKED) != 0);
}

/* Look at the first n rows of the list. */
static void
visit(struct inc_pass *p, struct inc_view_of *v, size_t n)
{
    const uint16_t *rows = p->scan->rows;
    const uint32_t *sieved = p->scan->sieved;
    int rules = p->screen->rules != 0;

    p->kernels->sieve(p->scan->sieved, &p->scan->kin.sieve, v->columns.skill,
                      v->columns.skill_at, rows, n);
    p->work.rows_sieved += n;
    v->visited = 1;
    for (size_t i = 0; i < n; i++) {
        int32_t least = inc_ranking_least(p->ranking);
        int lacks = sieved[i] == INC_SIEVE_FAILED;
        int open = lacks || may_have_all(p, v, rows[i]);
        uint32_t reach = open ? INC_NO_BOUND : sieved[i] + p->rest;

        if (rules) {
            if (ruled_out(p, v, rows[i], lacks))
                continue;
            p->matched++;
            if (p->sheet->facets != NULL)
                inc_facets_row(p->sheet->facets, v->block, rows[i],
                               p->plan->world->geo, p->options);
        }
        if ((int64_t)reach >= least)
            score(p, v, rows[i], reach, least);
    }
}

/* ---- the tree ---- */

/*
 * An open node as a number that sorts by bound:
 *   bits 32..47 bound, 16..31 block, 0..15 node
 */
static uint64_t
opened(uint32_t bound, size_t block, uint32_t node)
{
    return (uint64_t)bound << 32 | (uint64_t)block << 16 | node;
}

static enum inc_status
push(struct inc_scan *s, uint64_t item)
{
    void *open = s->open;
    size_t at;

    if (inc_mem_grow(&open, &s->open_cap, s->n_open, sizeof *s->open) != 0)
        return INC_E_NOMEM;
    s->open = open;
    at = s->n_open++;
    while (at > 0 && s->open[(at - 1) / 2] < item) {
        s->open[at] = s->open[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    s->open[at] = item;
    return INC_OK;
}

static uint64_t
pop(struct inc_scan *s)
{
    uint64_t top = s->open[0], last = s->open[--s->n_open];
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= s->n_open)
            break;
        if (child + 1 < s->n_open && s->open[child] < s->open[child + 1])
            child++;
        if (s->open[child] <= last)
            break;
        s->open[at] = s->open[child];
        at = child;
    }
    s->open[at] = last;
    return top;
}

/* Is anybody of these rows kept? From and to lie at edges of groups. */
static int
any_kept(const struct inc_view_of *v, uint32_t from, uint32_t to)
{
    to = to < v->columns.rows ? to : v->columns.rows;
    if (to - from <= INC_GROUP_ROWS)
        return (kept_word(v, from / 64) >> from % 64 & 0xffff) != 0;
    for (uint32_t w = from / 64; w * 64 < to; w++)
        if (kept_word(v, w) != 0)
            return 1;
    return 0;
}

/* Bound the nodes first..end of a level and open those that matter. */
static enum inc_status
open_nodes(struct inc_pass *p, size_t block, int level, uint32_t first,
           uint32_t end)
{
    const struct inc_view_of *v = &p->scan->views[block];
    struct inc_scan *s = p->scan;
    uint32_t span = INC_GROUP_ROWS;
    enum inc_status st = INC_OK;
    size_t n = 0;

    for (int l = 0; l < level; l++)
        span *= INC_TREE_FANOUT;
    for (uint32_t i = first; i < end; i++)
        if (any_kept(v, i * span, (i + 1) * span))
            s->rows[n++] = (uint16_t)(v->tree.first[level] + i);
    inc_bounds(s->sieved, &s->reach, p->kernels, &v->tree, s->rows, n);
    p->work.groups_bounded += n;
    for (size_t i = 0; i < n; i++)
        if ((int64_t)s->sieved[i] >= inc_ranking_least(p->ranking))
            INC_TRY(push(s, opened(s->sieved[i], block, s->rows[i])));
out:
    return st;
}

/* Open what is below a node, or look at its rows. */
static enum inc_status
climb(struct inc_pass *p, uint64_t item)
{
    const size_t block = item >> 16 & 0xffff;
    struct inc_view_of *v = &p->scan->views[block];
    uint32_t node = item & 0xffff, from, to;
    int level = INC_TREE_LEVELS - 1;
    size_t n;

    while (node < v->tree.first[level])
        level--;
    node -= v->tree.first[level];
    if (level == 0) {
        uint32_t row = node * INC_GROUP_ROWS;

        n = list_rows(p->scan->rows, 0,
                      kept_word(v, row / 64) >> row % 64 & 0xffff, row);
        p->work.groups_visited++;
        visit(p, v, n);
        return INC_OK;
    }
    from = node * INC_TREE_FANOUT;
    to = from + INC_TREE_FANOUT;
    return open_nodes(p, block, level - 1, from,
                      to < v->tree.n[level - 1] ? to : v->tree.n[level - 1]);
}

static int
too_late(uint64_t deadline_ns)
{
    return deadline_ns != 0 && inc_clock_ns() >= deadline_ns;
}

static enum inc_status
by_tree(struct inc_pass *p, uint64_t deadline_ns)
{
    struct inc_scan *s = p->scan;
    enum inc_status st = INC_OK;

    s->n_open = 0;
    for (size_t b = 0; b < inc_pool_blocks(p->pool); b++)
        if (s->views[b].has_tree)
            INC_TRY(open_nodes(p, b, INC_TREE_LEVELS - 1, 0,
                               s->views[b].tree.n[INC_TREE_LEVELS - 1]));
    for (uint32_t i = 0; s->n_open > 0; i++) {
        uint64_t item = pop(s);

        if ((int64_t)(item >> 32) < inc_ranking_least(p->ranking))
            break; /* and so are all that are left */
        if (i % NODES_A_LOOK == NODES_A_LOOK - 1 && too_late(deadline_ns))
            return INC_E_DEADLINE;
        INC_TRY(climb(p, item));
    }
out:
    return st;
}

/* ---- the whole ---- */

/* Every kept row of the blocks without a tree, or of all. */
static enum inc_status
straight(struct inc_pass *p, int all, uint64_t deadline_ns)
{
    for (size_t b = 0; b < inc_pool_blocks(p->pool); b++) {
        struct inc_view_of *v = &p->scan->views[b];
        size_t n = 0;

        if (!all && v->has_tree)
            continue;
        if (too_late(deadline_ns))
            return INC_E_DEADLINE;
        for (uint32_t w = 0; w * 64 < v->columns.rows; w++)
            n = list_rows(p->scan->rows, n, kept_word(v, w), w * 64);
        visit(p, v, n);
    }
    return INC_OK;
}

/* How many rows pass the filters; facets over them when there are no rules. */
static void
count(struct inc_pass *p)
{
    for (size_t b = 0; b < inc_pool_blocks(p->pool); b++) {
        const struct inc_view_of *v = &p->scan->views[b];

        p->sheet->considered += inc_pool_live(p->pool, b);
        if (!p->filtered && p->sheet->facets == NULL) {
            p->matched += inc_pool_live(p->pool, b);
            continue;
        }
        for (uint32_t w = 0; w * 64 < v->columns.rows; w++) {
            uint64_t bits = kept_word(v, w);

            p->matched += (uint64_t)__builtin_popcountll(bits);
            for (; p->sheet->facets != NULL && bits != 0; bits &= bits - 1)
                inc_facets_row(p->sheet->facets, v->block,
                               w * 64 + (uint32_t)__builtin_ctzll(bits),
                               p->plan->world->geo, p->options);
        }
    }
}

static enum inc_status
run(struct inc_pass *p, uint64_t deadline_ns)
{
    enum inc_status st = INC_OK;

    if (p->screen->rules != 0) {
        p->matched = 0;
        return straight(p, 1, deadline_ns);
    }
    if (p->matched * DIRECT_SHARE < inc_pool_people(p->pool))
        return straight(p, 1, deadline_ns);
    st = inc_reach_make(&p->scan->reach, p->plan, &p->scan->journeys);
    if (st != INC_OK)
        return st;
    INC_TRY(by_tree(p, deadline_ns));
    INC_TRY(straight(p, 0, deadline_ns)); /* what has no tree */
out:
    inc_reach_clear(&p->scan->reach);
    return st;
}

enum inc_status
inc_pass_run(struct inc_pass *p, uint64_t deadline_ns)
{
    struct inc_counts *facets = p->sheet->facets;
    enum inc_status st = INC_OK;

    p->filtered = inc_screen_filters(p->screen);
    inc_keep_begin(&p->scan->keep);
    if (p->filtered)
        inc_keep_digest(p->filter, p->screen);
    p->rest = inc_rest_points(p->plan);
    p->work.blocks_seen = inc_pool_blocks(p->pool);
    INC_TRY(look(p));
    if (p->screen->rules != 0) /* who fails one is not to be in the facets */
        p->sheet->facets = NULL;
    count(p);
    p->sheet->facets = facets;
    INC_TRY(run(p, deadline_ns));
    for (size_t b = 0; b < inc_pool_blocks(p->pool); b++)
        p->work.blocks_skipped += !p->scan->views[b].visited;
out:
    return st;
}

#include "engine/match/pass.h"

#include <string.h>

#include "engine/base/mem.h"

/* Fewer than this are bounded one by one when the filters leave few, see
 * is_narrow(); the deadline is looked at every so many nodes. */
enum { NARROW_PEOPLE = 25000, NODES_A_LOOK = 256, BLOCKS_MAX = 65536 };
/* So many people are worth a table of journeys, 1 ms once a place. */
enum { MANY = 20000 };

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
    s->prospect.kin = &s->kin;
    return s->room == NULL || s->rows == NULL || s->sieved == NULL ? INC_E_NOMEM
                                                                   : INC_OK;
}

void
inc_scan_close(struct inc_scan *s)
{
    inc_kin_release(&s->kin);
    inc_keep_release(&s->keep);
    inc_prospect_release(&s->prospect);
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

    if (inc_mem_room(&s->views, &s->views_cap, n * sizeof *s->views) != 0)
        return INC_E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        struct inc_view_of *v = &s->views[i];

        *v = (struct inc_view_of){.block = inc_pool_block(p->pool, i),
                                  .dead = inc_pool_dead(p->pool, i)};
        inc_block_columns(v->block, &v->columns);
        (void)inc_block_classes(v->block, &v->classes);
        v->has_tree = i < BLOCKS_MAX && inc_block_tree(v->block, &v->tree) != 0;
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

/* What lines without skills take away from, or fail to give of, what was
 * counted whole for them: those that `kinds` has a bit for. */
static uint32_t
shortfall(const struct inc_pass *p, const struct inc_person *person,
          unsigned kinds)
{
    const struct inc_tally plenty = {INC_BP, INC_BP, INC_BP};
    uint32_t sum = 0;

    for (uint32_t i = 0; i < p->plan->n_lines; i++) {
        const struct inc_line_spec *spec = &p->plan->lines[i];
        struct inc_line line;

        if ((kinds >> spec->kind & 1u) == 0)
            continue;
        inc_score_line(&line, spec, p->plan, person, NULL, 0, &plenty);
        sum += (uint32_t)((int32_t)spec->max - line.points);
    }
    return sum;
}

/* No score is under 0, however much is taken away. */
static int
falls_short(int64_t points, int32_t least)
{
    return (points < 0 ? 0 : points) < least;
}

/* What the requirements give for p->cover, when nothing is unknown. */
static int64_t
skill_points(const struct inc_pass *p)
{
    int64_t sum = 0;

    for (uint32_t i = 0; i < p->plan->n_lanes; i++)
        sum +=
            inc_points(p->plan->lines[p->plan->lane_line[i]].max, p->cover[i]);
    return sum;
}

enum {
    /* Told by what every row has at hand ... */
    LINES_AT_HAND = 1 << INC_LINE_LANGUAGE | 1 << INC_LINE_LICENCE |
                    1 << INC_LINE_EDUCATION | 1 << INC_LINE_HOURS,
    /* ... and by what has to be fetched or worked out. */
    LINES_FAR = 1 << INC_LINE_TRADES | 1 << INC_LINE_DISTANCE
};

/* Score one person exactly and offer it, unless something cheaper tells that
 * it cannot matter. `reach` is what skills and the rest can give at most. */
static void
score(struct inc_pass *p, const struct inc_view_of *v, uint32_t row,
      uint32_t reach, int32_t least)
{
    struct inc_ranked item = {0};
    struct inc_person person;
    struct inc_tally tally;
    uint16_t home = v->columns.home[row];
    int64_t pull, others = p->rest; /* what lines without skills give */
    int64_t skills = (int64_t)reach - p->rest;

    inc_block_person(v->block, row, p->scan->room, &person);
    others -= home == INC_NO_COMUNE
                  ? inc_journey_cost(&p->scan->prospect, 1, 0, 0)
                  : inc_journey_cost(&p->scan->prospect, home, home,
                                     person.max_minutes);
    if (falls_short(skills + others, least))
        return;
    others -= shortfall(p, &person, LINES_AT_HAND);
    if (falls_short(skills + others, least))
        return;
    inc_kin_cover(p->cover, &p->scan->kin, p->plan, &person, v->classes);
    if (reach < INC_NO_BOUND)
        skills = skill_points(p);
    if (falls_short(skills + others, least))
        return;
    others =
        (int64_t)p->rest - shortfall(p, &person, LINES_AT_HAND | LINES_FAR);
    if (falls_short(skills + others, least))
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
           (!v->has_tree ||
            (v->tree.flags[row / INC_GROUP_ROWS] & INC_NODE_UNASKED) != 0);
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
 * What is open, a span, a group or a row, as a number that sorts by bound:
 *   bits 34..49 bound, 18..33 block, 16..17 what it is, 0..15 its number
 */
enum open_kind { A_SPAN, A_GROUP, A_ROW };

static uint64_t
opened(uint32_t bound, size_t block, enum open_kind kind, uint32_t number)
{
    uint64_t most = bound < INC_NO_BOUND ? bound : INC_NO_BOUND;

    return most << 34 | (uint64_t)block << 18 | (uint64_t)kind << 16 | number;
}

static uint32_t
open_bound(uint64_t item)
{
    return (uint32_t)(item >> 34);
}

static size_t
open_block(uint64_t item)
{
    return item >> 18 & 0xffff;
}

static enum open_kind
open_what(uint64_t item)
{
    return (enum open_kind)(item >> 16 & 3);
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

/* Is anybody of a span kept? */
static int
span_kept(const struct inc_view_of *v, uint32_t span)
{
    uint32_t word = span * (INC_SPAN_ROWS / 64);

    for (int i = 0; i < INC_SPAN_ROWS / 64 && word * 64 < v->columns.rows;
         i++, word++)
        if (kept_word(v, word) != 0)
            return 1;
    return 0;
}

/* Bits of the rows of a group that are kept. */
static uint64_t
group_kept(const struct inc_view_of *v, uint32_t group)
{
    uint32_t row = group * INC_GROUP_ROWS;

    return kept_word(v, row / 64) >> row % 64 & 0xffff;
}

static enum inc_status
open_spans(struct inc_pass *p, size_t block)
{
    const struct inc_view_of *v = &p->scan->views[block];
    uint16_t bound[INC_BLOCK_SPANS];
    enum inc_status st = INC_OK;

    inc_bound_spans(bound, &p->scan->prospect, p->kernels, &v->tree);
    p->work.groups_bounded += v->tree.spans;
    for (uint32_t s = 0; s < v->tree.spans; s++)
        if (span_kept(v, s))
            INC_TRY(push(p->scan, opened(bound[s], block, A_SPAN, s)));
out:
    return st;
}

/* Bound the groups of a span, whose own bound is given, and open those that
 * matter. What the span has besides its journey bounds each group too, less
 * the group's journey: that leaves most out before their skills are looked at.
 */
static enum inc_status
open_groups(struct inc_pass *p, size_t block, uint32_t span, uint32_t bound)
{
    const struct inc_view_of *v = &p->scan->views[block];
    struct inc_scan *s = p->scan;
    uint32_t first = span * INC_SPAN_GROUPS, end = first + INC_SPAN_GROUPS;
    enum inc_status st = INC_OK;
    size_t n = 0;

    end = end < v->tree.groups ? end : v->tree.groups;
    bound += inc_node_cost(&s->prospect, &v->tree, v->tree.groups + span);
    for (uint32_t g = first; g < end; g++) {
        int64_t cost = inc_node_cost(&s->prospect, &v->tree, g);

        if (group_kept(v, g) != 0 &&
            !falls_short((int64_t)bound - cost, inc_ranking_least(p->ranking)))
            s->rows[n++] = (uint16_t)g;
    }
    inc_bound_groups(s->sieved, &s->prospect, p->kernels, &v->tree, s->rows, n);
    p->work.groups_bounded += n;
    for (size_t i = 0; i < n; i++)
        if ((int64_t)s->sieved[i] >= inc_ranking_least(p->ranking))
            INC_TRY(push(s, opened(s->sieved[i], block, A_GROUP, s->rows[i])));
out:
    return st;
}

/* What an open span or group leads to may be far: ask for it ahead. */
static void
ask_ahead(const struct inc_scan *s)
{
    const struct inc_view_of *v;
    uint32_t node;

    if (s->n_open == 0)
        return;
    v = &s->views[open_block(s->open[0])];
    node = s->open[0] & 0xffff;
    if (open_what(s->open[0]) == A_SPAN) {
        node *= INC_SPAN_GROUPS;
        __builtin_prefetch(v->tree.family + v->tree.family_at[node]);
        __builtin_prefetch(v->tree.trade + v->tree.trade_at[node]);
        __builtin_prefetch(v->tree.trade_best + v->tree.trade_at[node]);
    } else if (open_what(s->open[0]) == A_GROUP) {
        uint32_t at = v->columns.skill_at[(size_t)node * INC_GROUP_ROWS];

        for (uint32_t i = 0; i < INC_GROUP_ROWS; i += 2)
            __builtin_prefetch(v->columns.skill + at + (size_t)i * 16);
    }
}

static enum inc_status
climb(struct inc_pass *p, uint64_t item)
{
    struct inc_view_of *v = &p->scan->views[open_block(item)];
    uint32_t node = item & 0xffff;

    if (open_what(item) == A_SPAN)
        return open_groups(p, open_block(item), node, open_bound(item));
    if (open_what(item) == A_ROW) {
        score(p, v, node, open_bound(item), inc_ranking_least(p->ranking));
        return INC_OK;
    }
    p->work.groups_visited++;
    visit(p, v,
          list_rows(p->scan->rows, 0, group_kept(v, node),
                    node * INC_GROUP_ROWS));
    return INC_OK;
}

/* Every kept row of a block, for narrow filters. */
static enum inc_status
open_rows(struct inc_pass *p, size_t block)
{
    struct inc_view_of *v = &p->scan->views[block];
    struct inc_scan *s = p->scan;
    enum inc_status st = INC_OK;
    size_t n = 0;

    for (uint32_t w = 0; w * 64 < v->columns.rows; w++)
        n = list_rows(s->rows, n, kept_word(v, w), w * 64);
    p->kernels->sieve(s->sieved, &s->kin.sieve, v->columns.skill,
                      v->columns.skill_at, s->rows, n);
    p->work.rows_sieved += n;
    v->visited |= n > 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t reach = may_have_all(p, v, s->rows[i])
                             ? INC_NO_BOUND
                             : s->sieved[i] + p->rest;

        INC_TRY(push(s, opened(reach, block, A_ROW, s->rows[i])));
    }
out:
    return st;
}

/* Best first: what is open until nothing that is left can matter. */
static enum inc_status
by_bounds(struct inc_pass *p, int narrow)
{
    struct inc_scan *s = p->scan;
    enum inc_status st = INC_OK;

    s->n_open = 0;
    for (size_t b = 0; b < inc_pool_blocks(p->pool); b++) {
        if (narrow)
            INC_TRY(open_rows(p, b));
        else if (s->views[b].has_tree)
            INC_TRY(open_spans(p, b));
    }
    for (uint32_t i = 0; s->n_open > 0; i++) {
        uint64_t item = pop(s);

        if ((int64_t)open_bound(item) < inc_ranking_least(p->ranking))
            break; /* and so are all that are left */
        if (i % NODES_A_LOOK == NODES_A_LOOK - 1)
            INC_TRY(inc_question_late(p->question));
        ask_ahead(s);
        INC_TRY(climb(p, item));
    }
out:
    return st;
}

/* ---- the whole ---- */

/* Every kept row of the blocks without a tree, or of all. */
static enum inc_status
straight(struct inc_pass *p, int all)
{
    enum inc_status st = INC_OK;

    for (size_t b = 0; b < inc_pool_blocks(p->pool); b++) {
        struct inc_view_of *v = &p->scan->views[b];
        size_t n = 0;

        if (!all && v->has_tree)
            continue;
        INC_TRY(inc_question_late(p->question));
        for (uint32_t w = 0; w * 64 < v->columns.rows; w++)
            n = list_rows(p->scan->rows, n, kept_word(v, w), w * 64);
        visit(p, v, n);
    }
out:
    return st;
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

/* So few that bounding each is sooner done than finding them by the trees?
 * (bench/results/2026-11-22-pass.md has the measurements.) */
static int
is_narrow(const struct inc_pass *p)
{
    uint64_t people = inc_pool_people(p->pool);

    if (inc_pool_blocks(p->pool) >= BLOCKS_MAX)
        return 0;
    return p->matched < people / 100 ||
           (p->matched < people / 8 && p->matched < NARROW_PEOPLE);
}

static enum inc_status
run(struct inc_pass *p)
{
    enum inc_status st = INC_OK;

    if (p->screen->rules != 0) {
        p->matched = 0;
        return straight(p, 1);
    }
    if (is_narrow(p))
        return by_bounds(p, 1);
    INC_TRY(by_bounds(p, 0));
    INC_TRY(straight(p, 0)); /* what has no tree */
out:
    return st;
}

enum inc_status
inc_pass_run(struct inc_pass *p)
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
    st = inc_prospect_make(
        &p->scan->prospect, p->plan,
        inc_pool_people(p->pool) < MANY ? NULL : &p->scan->journeys);
    if (st == INC_OK)
        st = run(p);
    inc_prospect_clear(&p->scan->prospect);
    INC_TRY(st);
    for (size_t b = 0; b < inc_pool_blocks(p->pool); b++)
        p->work.blocks_skipped += !p->scan->views[b].visited;
out:
    return st;
}

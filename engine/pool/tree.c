/*
 * The tree of a block (struct inc_tree). Level 0 is made row by row, the levels
 * above from the nodes below; each list in the order in which its members were
 * met first.
 */
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"
#include "engine/pool/inside.h"
#include "engine/space/near.h"

enum { BEST_FULL = 255 };

uint32_t
inc_tree_nodes(uint32_t rows, uint32_t n[INC_TREE_LEVELS])
{
    uint32_t below = (rows + INC_GROUP_ROWS - 1) / INC_GROUP_ROWS, all = 0;

    for (int l = 0; l < INC_TREE_LEVELS; l++) {
        n[l] = below;
        all += below;
        below = (below + INC_TREE_FANOUT - 1) / INC_TREE_FANOUT;
    }
    return all;
}

int
inc_tree_init(struct inc_tree_draft *t, const struct inc_world *w)
{
    uint32_t n[INC_TREE_LEVELS];
    const uint32_t nodes = inc_tree_nodes(INC_BLOCK_ROWS, n);

    memset(t, 0, sizeof *t);
    t->families = inc_space_families(w->space);
    t->trades = inc_space_occupations(w->space);
    if (t->families == 0)
        return 0;
    t->of_skill = inc_space_family(w->space);
    t->family_at = inc_mem_zero(nodes + 1, sizeof *t->family_at);
    t->trade_at = inc_mem_zero(nodes + 1, sizeof *t->trade_at);
    t->home_least = inc_mem_zero(nodes, sizeof *t->home_least);
    t->home_most = inc_mem_zero(nodes, sizeof *t->home_most);
    t->minutes_most = inc_mem_zero(nodes, sizeof *t->minutes_most);
    t->flags = inc_mem_zero(nodes, sizeof *t->flags);
    t->family_mark = inc_mem_zero(t->families, sizeof *t->family_mark);
    t->trade_mark = inc_mem_zero(t->trades, sizeof *t->trade_mark);
    t->trade_place = inc_mem_zero(t->trades, sizeof *t->trade_place);
    return t->family_at == NULL || t->trade_at == NULL ||
                   t->home_least == NULL || t->home_most == NULL ||
                   t->minutes_most == NULL || t->flags == NULL || t->family_mark == NULL ||
                   t->trade_mark == NULL || t->trade_place == NULL
               ? -1
               : 0;
}

static void
start_node(struct inc_tree_draft *t)
{
    t->least = UINT16_MAX;
    t->most = t->minutes = 0;
    t->flag = 0;
}

void
inc_tree_reset(struct inc_tree_draft *t)
{
    if (t->of_skill == NULL)
        return;
    memset(t->family_mark, 0, t->families * sizeof *t->family_mark);
    memset(t->trade_mark, 0, t->trades * sizeof *t->trade_mark);
    t->rows = t->nodes = 0;
    t->words = 0;
    t->family_at[0] = t->trade_at[0] = 0;
    t->family_at[1] = t->trade_at[1] = 0;
    start_node(t);
}

void
inc_tree_release(struct inc_tree_draft *t)
{
    inc_mem_free(t->family_at);
    inc_mem_free(t->trade_at);
    inc_mem_free(t->family);
    inc_mem_free(t->trade);
    inc_mem_free(t->trade_best);
    inc_mem_free(t->home_least);
    inc_mem_free(t->home_most);
    inc_mem_free(t->minutes_most);
    inc_mem_free(t->flags);
    inc_mem_free(t->family_mark);
    inc_mem_free(t->trade_mark);
    inc_mem_free(t->trade_place);
    memset(t, 0, sizeof *t);
}

/* The node at hand has this family, this trade: family_at[nodes + 1] is where
 * its list ends so far. */
static int
add_family(struct inc_tree_draft *t, uint32_t family)
{
    void *p = t->family;
    uint32_t *end = &t->family_at[t->nodes + 1];

    if (t->family_mark[family] == t->nodes + 1)
        return 0;
    if (inc_mem_grow(&p, &t->family_cap, *end, sizeof *t->family) != 0)
        return -1;
    t->family = p;
    t->family_mark[family] = t->nodes + 1;
    t->family[(*end)++] = (uint16_t)family;
    return 0;
}

static int
trade_room(struct inc_tree_draft *t, size_t want)
{
    size_t cap = t->trade_cap < 1024 ? 1024 : t->trade_cap * 2;
    uint16_t *trade;
    uint8_t *best;

    if (want < t->trade_cap)
        return 0;
    trade = inc_mem_resize(t->trade, cap, sizeof *trade);
    if (trade == NULL)
        return -1;
    t->trade = trade;
    best = inc_mem_resize(t->trade_best, cap, sizeof *best);
    if (best == NULL)
        return -1;
    t->trade_best = best;
    t->trade_cap = cap;
    return 0;
}

static int
add_trade(struct inc_tree_draft *t, uint32_t trade, uint8_t best)
{
    uint32_t *end = &t->trade_at[t->nodes + 1];

    if (t->trade_mark[trade] == t->nodes + 1) {
        uint8_t *was = &t->trade_best[t->trade_place[trade]];

        *was = *was > best ? *was : best;
        return 0;
    }
    if (trade_room(t, *end) != 0)
        return -1;
    t->trade_mark[trade] = t->nodes + 1;
    t->trade_place[trade] = *end;
    t->trade[*end] = (uint16_t)trade;
    t->trade_best[(*end)++] = best;
    return 0;
}

static void
close_node(struct inc_tree_draft *t)
{
    uint32_t n = t->nodes++;

    t->home_least[n] = t->least;
    t->home_most[n] = t->most;
    t->minutes_most[n] = t->minutes;
    t->flags[n] = t->flag;
    start_node(t);
}

static void
add_minutes(struct inc_tree_draft *t, uint16_t minutes)
{
    t->minutes = minutes > t->minutes ? minutes : t->minutes;
}

static void
add_home(struct inc_tree_draft *t, uint16_t least, uint16_t most)
{
    t->least = least < t->least ? least : t->least;
    t->most = most > t->most ? most : t->most;
}

int
inc_tree_row(struct inc_tree_draft *t, const struct inc_block *b, uint32_t row)
{
    const struct inc_trade *trades = b->trades + (size_t)row * INC_TRADES;

    if (t->of_skill == NULL)
        return 0;
    if (t->rows > 0 && t->rows % INC_GROUP_ROWS == 0) {
        close_node(t);
        t->family_at[t->nodes + 1] = t->family_at[t->nodes];
        t->trade_at[t->nodes + 1] = t->trade_at[t->nodes];
    }
    t->rows++;
    t->words += b->skill_at[row + 1] - b->skill_at[row];
    for (uint32_t i = b->skill_at[row]; i < b->skill_at[row + 1]; i++)
        if (add_family(t, t->of_skill[b->skill[i]]) != 0)
            return -1;
    for (uint32_t i = 0; i < b->row[row].n_trades; i++) {
        uint32_t best = ((uint32_t)trades[i].weight * BEST_FULL +
                         INC_TRADE_FULL - 1) /
                        INC_TRADE_FULL;

        if (add_trade(t, trades[i].occupation, (uint8_t)best) != 0)
            return -1;
    }
    if (b->home[row] != INC_NO_COMUNE)
        add_home(t, b->home[row], b->home[row]);
    add_minutes(t, b->row[row].max_minutes);
    if ((b->row[row].known & INC_KNOWN_SKILLS) == 0)
        t->flag |= INC_NODE_UNASKED;
    return 0;
}

/* One node of what the nodes from..to have. */
static int
join(struct inc_tree_draft *t, uint32_t from, uint32_t to)
{
    t->family_at[t->nodes + 1] = t->family_at[t->nodes];
    t->trade_at[t->nodes + 1] = t->trade_at[t->nodes];
    for (uint32_t i = t->family_at[from]; i < t->family_at[to]; i++)
        if (add_family(t, t->family[i]) != 0)
            return -1;
    for (uint32_t i = t->trade_at[from]; i < t->trade_at[to]; i++)
        if (add_trade(t, t->trade[i], t->trade_best[i]) != 0)
            return -1;
    for (uint32_t i = from; i < to; i++) {
        if (t->home_least[i] <= t->home_most[i])
            add_home(t, t->home_least[i], t->home_most[i]);
        add_minutes(t, t->minutes_most[i]);
        t->flag |= t->flags[i];
    }
    close_node(t);
    return 0;
}

int
inc_tree_finish(struct inc_tree_draft *t)
{
    uint32_t n[INC_TREE_LEVELS], below = 0;

    if (t->of_skill == NULL || t->rows < INC_TREE_ROWS) {
        t->nodes = 0;
        return 0;
    }
    (void)inc_tree_nodes(t->rows, n);
    close_node(t);
    /* Neighbours that share less than half of what they have: looking at
     * nodes would cost as much as looking at rows. */
    if ((uint64_t)t->family_at[t->nodes] * 2 > t->words) {
        t->nodes = 0;
        return 0;
    }
    for (int l = 1; l < INC_TREE_LEVELS; l++) {
        uint32_t end = below + n[l - 1];

        for (uint32_t from = below; from < end; from += INC_TREE_FANOUT) {
            uint32_t to = from + INC_TREE_FANOUT;

            if (join(t, from, to < end ? to : end) != 0)
                return -1;
        }
        below = end;
    }
    return 0;
}

void
inc_tree_copy(const struct inc_tree_draft *t, struct inc_block *b)
{
    const size_t n = t->nodes;

    if (n == 0)
        return;
    memcpy(b->family_at, t->family_at, (n + 1) * sizeof *t->family_at);
    memcpy(b->trade_at, t->trade_at, (n + 1) * sizeof *t->trade_at);
    if (t->family_at[n] > 0)
        memcpy(b->family, t->family, t->family_at[n] * sizeof *t->family);
    if (t->trade_at[n] > 0) {
        memcpy(b->trade, t->trade, t->trade_at[n] * sizeof *t->trade);
        memcpy(b->trade_best, t->trade_best, t->trade_at[n]);
    }
    memcpy(b->home_least, t->home_least, n * sizeof *t->home_least);
    memcpy(b->home_most, t->home_most, n * sizeof *t->home_most);
    memcpy(b->minutes_most, t->minutes_most, n * sizeof *t->minutes_most);
    memcpy(b->flags, t->flags, n);
}

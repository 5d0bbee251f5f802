/*
 * The tree of a block (struct inc_tree). Groups are made row by row, each list
 * in the order in which its members were met first; spans out of the groups.
 */
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"
#include "engine/pool/inside.h"
#include "engine/space/near.h"

enum { BEST_FULL = 255, GROUPS_MAX = INC_BLOCK_ROWS / INC_GROUP_ROWS };

uint32_t
inc_tree_groups(uint32_t rows)
{
    return (rows + INC_GROUP_ROWS - 1) / INC_GROUP_ROWS;
}

uint32_t
inc_tree_spans(uint32_t rows)
{
    return (rows + INC_SPAN_ROWS - 1) / INC_SPAN_ROWS;
}

uint32_t
inc_tree_span_words(uint32_t rows)
{
    return (inc_tree_spans(rows) + 63) / 64;
}

int
inc_tree_init(struct inc_tree_draft *t, const struct inc_world *w)
{
    const uint32_t nodes = GROUPS_MAX + INC_BLOCK_SPANS;

    memset(t, 0, sizeof *t);
    t->families = inc_space_families(w->space);
    t->trades = inc_space_occupations(w->space);
    if (t->families == 0)
        return 0;
    t->of_skill = inc_space_family(w->space);
    t->family_at = inc_mem_zero(GROUPS_MAX + 1, sizeof *t->family_at);
    t->trade_at = inc_mem_zero(GROUPS_MAX + 1, sizeof *t->trade_at);
    t->home_least = inc_mem_zero(nodes, sizeof *t->home_least);
    t->home_most = inc_mem_zero(nodes, sizeof *t->home_most);
    t->minutes_most = inc_mem_zero(nodes, sizeof *t->minutes_most);
    t->flags = inc_mem_zero(nodes, sizeof *t->flags);
    t->family_mark = inc_mem_zero(t->families, sizeof *t->family_mark);
    t->trade_mark = inc_mem_zero(t->trades, sizeof *t->trade_mark);
    t->trade_place = inc_mem_zero(t->trades, sizeof *t->trade_place);
    return t->family_at == NULL || t->trade_at == NULL ||
                   t->home_least == NULL || t->home_most == NULL ||
                   t->minutes_most == NULL || t->flags == NULL ||
                   t->family_mark == NULL || t->trade_mark == NULL ||
                   t->trade_place == NULL
               ? -1
               : 0;
}

static void
start_group(struct inc_tree_draft *t)
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
    t->rows = t->groups = t->nodes = 0;
    t->words = 0;
    t->family_at[0] = t->trade_at[0] = 0;
    t->family_at[1] = t->trade_at[1] = 0;
    start_group(t);
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

/* The group at hand has this family, this trade: family_at[groups + 1] is where
 * its list ends so far. */
static int
add_family(struct inc_tree_draft *t, uint32_t family)
{
    void *p = t->family;
    uint32_t *end = &t->family_at[t->groups + 1];

    if (t->family_mark[family] == t->groups + 1)
        return 0;
    if (inc_mem_grow(&p, &t->family_cap, *end, sizeof *t->family) != 0)
        return -1;
    t->family = p;
    t->family_mark[family] = t->groups + 1;
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
    uint32_t *end = &t->trade_at[t->groups + 1];

    if (t->trade_mark[trade] == t->groups + 1) {
        uint8_t *was = &t->trade_best[t->trade_place[trade]];

        *was = *was > best ? *was : best;
        return 0;
    }
    if (trade_room(t, *end) != 0)
        return -1;
    t->trade_mark[trade] = t->groups + 1;
    t->trade_place[trade] = *end;
    t->trade[*end] = (uint16_t)trade;
    t->trade_best[(*end)++] = best;
    return 0;
}

static void
close_group(struct inc_tree_draft *t)
{
    uint32_t n = t->groups++;

    t->home_least[n] = t->least;
    t->home_most[n] = t->most;
    t->minutes_most[n] = t->minutes;
    t->flags[n] = t->flag;
    start_group(t);
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
        close_group(t);
        t->family_at[t->groups + 1] = t->family_at[t->groups];
        t->trade_at[t->groups + 1] = t->trade_at[t->groups];
    }
    t->rows++;
    t->words += b->skill_at[row + 1] - b->skill_at[row];
    for (uint32_t i = b->skill_at[row]; i < b->skill_at[row + 1]; i++)
        if (add_family(t, t->of_skill[b->skill[i]]) != 0)
            return -1;
    for (uint32_t i = 0; i < b->row[row].n_trades; i++) {
        uint32_t best =
            ((uint32_t)trades[i].weight * BEST_FULL + INC_TRADE_FULL - 1) /
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

/* What the groups of a span have between them, besides lists. */
static void
join(struct inc_tree_draft *t, uint32_t span)
{
    const uint32_t from = span * INC_SPAN_GROUPS;
    uint32_t to = from + INC_SPAN_GROUPS;

    to = to < t->groups ? to : t->groups;
    start_group(t);
    for (uint32_t i = from; i < to; i++) {
        if (t->home_least[i] <= t->home_most[i])
            add_home(t, t->home_least[i], t->home_most[i]);
        add_minutes(t, t->minutes_most[i]);
        t->flag |= t->flags[i];
    }
    t->home_least[t->groups + span] = t->least;
    t->home_most[t->groups + span] = t->most;
    t->minutes_most[t->groups + span] = t->minutes;
    t->flags[t->groups + span] = t->flag;
}

/* How many spans each trade is in, all together. */
static uint64_t
count_trade_spans(struct inc_tree_draft *t)
{
    uint64_t n = 0;

    memset(t->trade_mark, 0, t->trades * sizeof *t->trade_mark);
    for (uint32_t g = 0; g < t->groups; g++) {
        uint32_t span = g / INC_SPAN_GROUPS + 1;

        for (uint32_t i = t->trade_at[g]; i < t->trade_at[g + 1]; i++) {
            n += t->trade_mark[t->trade[i]] != span;
            t->trade_mark[t->trade[i]] = span;
        }
    }
    return n;
}

void
inc_tree_finish(struct inc_tree_draft *t)
{
    uint32_t spans;

    t->nodes = 0;
    if (t->of_skill == NULL || t->rows < INC_TREE_ROWS)
        return;
    close_group(t);
    INC_CHECK(t->groups == inc_tree_groups(t->rows));
    /* Neighbours that share less than half of what they have: looking at
     * groups would cost as much as looking at rows. */
    if ((uint64_t)t->family_at[t->groups] * 2 > t->words)
        return;
    spans = inc_tree_spans(t->rows);
    for (uint32_t s = 0; s < spans; s++)
        join(t, s);
    t->n_trade_spans = count_trade_spans(t);
    t->nodes = t->groups + spans;
}

/* Lists of spans by trade: ends first, then entries, spans ascending. */
static void
copy_trade_spans(struct inc_tree_draft *t, struct inc_block *b)
{
    uint32_t *end = b->trade_span_at; /* [trade + 1] counts, then ends */

    memset(t->trade_mark, 0, t->trades * sizeof *t->trade_mark);
    for (uint32_t g = 0; g < t->groups; g++) {
        uint32_t span = g / INC_SPAN_GROUPS + 1;

        for (uint32_t i = t->trade_at[g]; i < t->trade_at[g + 1]; i++) {
            end[t->trade[i] + 1] += t->trade_mark[t->trade[i]] != span;
            t->trade_mark[t->trade[i]] = span;
        }
    }
    for (uint32_t i = 0; i < t->trades; i++) {
        end[i + 1] += end[i];
        t->trade_place[i] = end[i];
    }
    memset(t->trade_mark, 0, t->trades * sizeof *t->trade_mark);
    for (uint32_t g = 0; g < t->groups; g++) {
        uint32_t span = g / INC_SPAN_GROUPS;

        for (uint32_t i = t->trade_at[g]; i < t->trade_at[g + 1]; i++) {
            uint32_t trade = t->trade[i], at = t->trade_place[trade];

            if (t->trade_mark[trade] == span + 1) {
                uint8_t *was = &b->trade_span_best[at - 1];

                *was = *was > t->trade_best[i] ? *was : t->trade_best[i];
                continue;
            }
            t->trade_mark[trade] = span + 1;
            b->trade_span[at] = (uint8_t)span;
            b->trade_span_best[at] = t->trade_best[i];
            t->trade_place[trade]++;
        }
    }
}

void
inc_tree_copy(struct inc_tree_draft *t, struct inc_block *b)
{
    const size_t n = t->nodes, groups = t->groups;
    const uint32_t words = inc_tree_span_words(t->rows);

    if (n == 0)
        return;
    memcpy(b->family_at, t->family_at, (groups + 1) * sizeof *t->family_at);
    memcpy(b->trade_at, t->trade_at, (groups + 1) * sizeof *t->trade_at);
    if (t->family_at[groups] > 0)
        memcpy(b->family, t->family, t->family_at[groups] * sizeof *t->family);
    if (t->trade_at[groups] > 0) {
        memcpy(b->trade, t->trade, t->trade_at[groups] * sizeof *t->trade);
        memcpy(b->trade_best, t->trade_best, t->trade_at[groups]);
    }
    memcpy(b->home_least, t->home_least, n * sizeof *t->home_least);
    memcpy(b->home_most, t->home_most, n * sizeof *t->home_most);
    memcpy(b->minutes_most, t->minutes_most, n * sizeof *t->minutes_most);
    memcpy(b->flags, t->flags, n);
    for (uint32_t g = 0; g < t->groups; g++) {
        uint32_t span = g / INC_SPAN_GROUPS;

        for (uint32_t i = t->family_at[g]; i < t->family_at[g + 1]; i++)
            b->family_spans[(size_t)t->family[i] * words + span / 64] |=
                UINT64_C(1) << span % 64;
    }
    copy_trade_spans(t, b);
}

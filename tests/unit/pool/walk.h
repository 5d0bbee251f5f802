/*
 * walk.h - read everything that a block offers, as its readers do: what a
 * sanitizer watches when the block's bytes were tampered with.
 */
#ifndef INC_TESTS_UNIT_POOL_WALK_H
#define INC_TESTS_UNIT_POOL_WALK_H

#include <stdlib.h>
#include <string.h>

#include "engine/pool/block.h"

/* What numbers of the small world (world.h) are under, for the fuzzer, which
 * does not make it; unit.pool.bind holds them to it. */
enum {
    FUZZ_SKILLS = 4500,
    FUZZ_TRADES = 60,
    FUZZ_COMUNI = 2,
    FUZZ_FAMILIES = 3375
};

static uint64_t
walk_person(const struct inc_block *b, uint32_t row)
{
    static struct inc_room room;
    struct inc_person p;
    uint64_t sum;

    inc_block_person(b, row, &room, &p);
    sum = p.no + p.tie + p.norm + p.known + p.n_unknown + strlen(p.id) +
          strlen(inc_block_office(b, p.office));
    for (uint32_t i = 0; i < p.n_words; i++)
        sum += p.words[i];
    for (uint32_t i = 0; i + p.n_stated < p.n_words; i++)
        sum += p.implied_by[i];
    for (uint32_t i = 0; i < p.n_trades; i++)
        sum += (uint64_t)p.trades[i].occupation * p.trades[i].weight;
    for (uint32_t i = 0; i < p.n_languages; i++)
        sum += (uint64_t)(p.languages[i].lang[0] + p.languages[i].cefr[4] + 1);
    for (uint32_t i = 0; i < p.n_windows; i++)
        sum += (uint64_t)p.windows[i].to - p.windows[i].from;
    return sum;
}

/* A list of each node, by its marks: how readers use them. */
static uint64_t
walk_lists(const uint32_t *at, uint32_t nodes, const uint16_t *list,
           uint8_t *marks)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < nodes; i++) {
        for (uint32_t k = at[i]; k < at[i + 1]; k++)
            sum += ++marks[list[k]];
    }
    return sum;
}

static uint64_t
walk_tree(const struct inc_tree *t)
{
    const uint32_t nodes = t->groups + t->spans;
    uint8_t spans[INC_BLOCK_SPANS] = {0};
    uint8_t *families = calloc(t->families, 1);
    uint8_t *trades = calloc(t->trades, 1);
    uint64_t sum = 0;

    if (families == NULL || trades == NULL)
        abort();
    sum += walk_lists(t->family_at, t->groups, t->family, families);
    sum += walk_lists(t->trade_at, t->groups, t->trade, trades);
    for (uint32_t i = 0; i < t->trade_at[t->groups]; i++)
        sum += t->trade_best[i];
    for (uint32_t i = 0; i < t->trades; i++)
        for (uint32_t k = t->trade_span_at[i]; k < t->trade_span_at[i + 1]; k++)
            sum += ++spans[t->trade_span[k]] + t->trade_span_best[k];
    for (size_t i = 0; i < (size_t)t->families * t->span_words; i++)
        sum += t->family_spans[i];
    for (uint32_t s = t->spans; s < INC_BLOCK_SPANS; s++)
        if (spans[s] != 0) /* nobody is past the last span */
            abort();
    for (uint32_t i = 0; i < nodes; i++)
        sum += (uint64_t)t->home_least[i] + t->home_most[i] +
               t->minutes_most[i] + t->flags[i];
    free(trades);
    free(families);
    return sum;
}

static uint64_t
walk_block(const struct inc_block *b)
{
    struct inc_columns c;
    struct inc_tree tree;
    const struct inc_class *classes;
    uint64_t sum = inc_block_classes(b, &classes);

    inc_block_columns(b, &c);
    for (uint32_t row = 0; row < inc_block_rows(b); row++) {
        uint32_t n;

        sum += walk_person(b, row) + c.home[row];
        sum += c.licence_sets[c.licences[row]];
        sum += (uint64_t)c.days[c.from[row]] ^ (uint64_t)c.days[c.until[row]] ^
               (uint64_t)c.days[c.updated[row]];
        (void)inc_block_languages(b, c.languages[row], &n);
        sum += n + inc_block_find(b, b->row[row].no);
        for (uint32_t i = c.skill_at[row]; i < c.skill_at[row + 1]; i++)
            sum += c.skill[i] + classes[inc_block_class(b, i)].level;
    }
    if (inc_block_tree(b, &tree))
        sum += walk_tree(&tree);
    return sum;
}

#endif

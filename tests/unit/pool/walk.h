/*
 * walk.h - read everything that a block offers, as its readers do: what a
 * sanitizer watches when the block's bytes were tampered with.
 */
#ifndef INC_TESTS_UNIT_POOL_WALK_H
#define INC_TESTS_UNIT_POOL_WALK_H

#include <string.h>

#include "engine/pool/block.h"

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

static uint64_t
walk_lists(const uint32_t *list, uint32_t n, const uint16_t *group,
           const uint8_t *best, uint8_t *marks)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = list[i]; k < list[i + 1]; k++) {
            marks[group[k]] |= best[k]; /* [groups] */
            sum += best[k];
        }
    }
    return sum;
}

static uint64_t
walk_block(const struct inc_block *b)
{
    static uint8_t marks[INC_BLOCK_GROUPS];
    struct inc_columns c;
    struct inc_index x;
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
    if (inc_block_index(b, &x)) {
        sum += walk_lists(x.skill_list, x.skills, x.skill_group, x.skill_best,
                          marks);
        sum += walk_lists(x.trade_list, x.trades, x.trade_group, x.trade_best,
                          marks);
        sum += x.unasked[(c.groups - 1) / 64];
    }
    return sum;
}

#endif

/*
 * The inverted index of a block. Groups are walked in order, so that each list
 * comes out ascending; a skill met again in a group only betters the entry it
 * already has.
 */
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"
#include "engine/pool/inside.h"

unsigned
inc_evidence_rank(unsigned evidence)
{
    return evidence >= INC_EVIDENCE_IMPLIED ? 0 : evidence + 1;
}

unsigned
inc_evidence_of_rank(unsigned rank)
{
    return rank == 0 ? INC_EVIDENCE_IMPLIED : rank - 1;
}

enum { BEST_FULL = 255 };

struct indexing {
    uint32_t *mark; /* [skills or trades] last group met in, + 1 */
    uint32_t *next; /* likewise, where its next entry goes */
    uint8_t *best;  /* [classes] INC_BEST of the class alone */
};

/* One entry in a list, or a better one: `better` joins two. */
static void
enter(struct indexing *x, uint16_t *groups, uint8_t *bests, uint32_t of,
      uint32_t group, uint8_t best, uint8_t (*better)(uint8_t, uint8_t))
{
    if (x->mark[of] == group + 1) {
        uint8_t *was = &bests[x->next[of] - 1];

        *was = better(*was, best);
        return;
    }
    x->mark[of] = group + 1;
    groups[x->next[of]] = (uint16_t)group;
    bests[x->next[of]++] = best;
}

static uint8_t
better_skill(uint8_t a, uint8_t b)
{
    uint8_t level = (a & 3) > (b & 3) ? a & 3 : b & 3;
    uint8_t rank = a >> 2 > b >> 2 ? a >> 2 : b >> 2;

    return (uint8_t)(level | rank << 2);
}

static uint8_t
better_trade(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/* Counts of each list, in list[of + 1], to where it begins. */
static void
start_lists(uint32_t *list, uint32_t *next, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        list[i + 1] += list[i];
        next[i] = list[i];
    }
}

static void
index_skills(struct inc_block *b, struct indexing *x)
{
    const uint32_t skills = b->head->skills;

    start_lists(b->skill_list, x->next, skills);
    INC_CHECK(b->skill_list[skills] == b->head->section[INC_SEC_skill_group].n);
    for (uint32_t row = 0; row < b->rows; row++) {
        for (uint32_t i = b->skill_at[row]; i < b->skill_at[row + 1]; i++)
            enter(x, b->skill_group, b->skill_best, b->skill[i],
                  row / INC_GROUP_ROWS, x->best[inc_block_class(b, i)],
                  better_skill);
    }
}

static uint8_t
trade_best(uint32_t weight)
{
    return (uint8_t)((weight * BEST_FULL + INC_TRADE_FULL - 1) /
                     INC_TRADE_FULL);
}

static void
index_trades(struct inc_block *b, struct indexing *x)
{
    const uint32_t trades = b->head->trades;
    const struct inc_trade *t = b->trades;

    memset(x->mark, 0, trades * sizeof *x->mark);
    start_lists(b->trade_list, x->next, trades);
    INC_CHECK(b->trade_list[trades] == b->head->section[INC_SEC_trade_group].n);
    for (uint32_t row = 0; row < b->rows; row++, t += INC_TRADES) {
        for (uint32_t i = 0; i < b->row[row].n_trades; i++)
            enter(x, b->trade_group, b->trade_best, t[i].occupation,
                  row / INC_GROUP_ROWS, trade_best(t[i].weight), better_trade);
    }
}

int
inc_index_fill(struct inc_block *b)
{
    const size_t most =
        b->head->skills > b->head->trades ? b->head->skills : b->head->trades;
    struct indexing x = {0};
    int rc = -1;

    if (b->unasked == NULL)
        return 0;
    x.mark = inc_mem_zero(most, sizeof *x.mark);
    x.next = inc_mem_zero(most, sizeof *x.next);
    x.best = inc_mem_zero(b->n_classes, sizeof *x.best);
    if (x.mark == NULL || x.next == NULL || x.best == NULL)
        goto out;
    for (uint32_t i = 0; i < b->n_classes; i++)
        x.best[i] = (uint8_t)INC_BEST(
            b->classes[i].level, inc_evidence_rank(b->classes[i].evidence));
    index_skills(b, &x);
    index_trades(b, &x);
    for (uint32_t row = 0; row < b->rows; row++) {
        if (!(b->row[row].known & INC_KNOWN_SKILLS))
            b->unasked[row / INC_GROUP_ROWS / 64] |=
                UINT64_C(1) << (row / INC_GROUP_ROWS % 64);
    }
    rc = 0;
out:
    inc_mem_free(x.mark);
    inc_mem_free(x.next);
    inc_mem_free(x.best);
    return rc;
}

/*
 * crowd.h - a pool of random people over the sample, large enough for a tree,
 * and random plans, for the tests of the pass's parts.
 */
#ifndef INC_TESTS_UNIT_MATCH_CROWD_H
#define INC_TESTS_UNIT_MATCH_CROWD_H

#include "tests/support/cm.h"

#include <string.h>

#include "engine/match/plan.h"
#include "engine/pool/pool.h"
#include "tests/support/records.h"
#include "tests/support/world.h"

enum { CROWD = 1700, CROWD_ARENA = 128 << 20, NEED_ARENA = 2 << 20 };
enum { CROWD_AS_OF = 20779 }; /* 2026-11-22 */

static struct inc_estate *estate;
static struct inc_arena memory, need_memory; /* the second: of one need */
static struct inc_candidate people[CROWD];
static struct inc_pool *crowd; /* number: index in people */

static inline int
crowd_open(void **state)
{
    struct inc_pool_builder *b;
    struct inc_rng r = {8181};
    struct inc_tree t;
    struct inc_err err;

    (void)state;
    estate = world_of_sample();
    if (estate == NULL || inc_arena_init(&memory, CROWD_ARENA) != INC_OK ||
        inc_arena_init(&need_memory, NEED_ARENA) != INC_OK)
        return -1;
    assert_int_equal(inc_pool_begin(&b, &estate->world, &err), INC_OK);
    for (uint64_t i = 0; i < CROWD; i++) {
        rec_candidate(&people[i], i, &r, &memory, &estate->world,
                      i % 11 == 0 ? 50 : 14);
        people[i].frozen = 0;
        assert_int_equal(inc_pool_add_candidate(b, i, &people[i], &err),
                         INC_OK);
    }
    assert_int_equal(inc_pool_end(&crowd, b, NULL, 1, &err), INC_OK);
    assert_int_equal(inc_pool_blocks(crowd), 1);
    assert_int_equal(inc_block_tree(inc_pool_block(crowd, 0), &t), 1);
    return 0;
}

static inline int
crowd_close(void **state)
{
    (void)state;
    inc_pool_drop(crowd);
    inc_arena_release(&need_memory);
    inc_arena_release(&memory);
    inc_estate_drop(estate);
    return 0;
}

/* A random need that asks something, and its plan. */
static inline void
crowd_plan(struct inc_plan *p, struct inc_need *need, uint64_t no,
           struct inc_rng *r, uint32_t requirements, int64_t attitude)
{
    struct inc_err err;
    enum inc_status st;

    do {
        inc_arena_reset(&need_memory);
        rec_need(need, no, r, &need_memory, &estate->world, requirements);
        st = inc_plan_make(p, need, &estate->world, CROWD_AS_OF, attitude,
                           &need_memory, &err);
    } while (st == INC_E_EMPTY);
    assert_int_equal(st, INC_OK);
}

#endif

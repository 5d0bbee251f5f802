/* The heap against a full sort, with many equal scores and equal ties. */
#include "tests/support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/kernels/topk.h"

enum { SEED = 4242, MOST = 600 };

static int
by_rank(const void *a, const void *b)
{
    const struct inc_ranked *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->tie != y->tie)
        return x->tie < y->tie ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static void
check(const struct inc_ranked *items, size_t n, size_t k, unsigned round)
{
    struct inc_ranked sorted[MOST], memory[MOST + 2];
    struct inc_topk t;
    size_t want = k < n ? k : n;

    memcpy(sorted, items, n * sizeof *items);
    qsort(sorted, n, sizeof *sorted, by_rank);
    memset(memory, 0xee, sizeof memory);
    inc_topk_init(&t, memory, k);
    for (size_t i = 0; i < n; i++)
        inc_topk_offer(&t, &items[i]);
    inc_topk_sort(&t);
    assert_int_equal(t.n, want);
    for (size_t i = 0; i < want; i++) {
        if (by_rank(&t.heap[i], &sorted[i]) != 0)
            fail_msg("round %u, n %zu, k %zu, place %zu, seed %d", round, n, k,
                     i, SEED);
    }
    assert_int_equal(((unsigned char *)&memory[k])[0], 0xee);
}

static void
against_a_sort(void **state)
{
    struct inc_rng r = {SEED};
    struct inc_ranked items[MOST];

    (void)state;
    for (unsigned round = 0; round < 2000; round++) {
        size_t n = inc_rng_below(&r, round % 2 == 0 ? 12 : MOST);
        uint32_t scores = 1 + inc_rng_below(&r, 40);
        uint32_t ties = 1 + inc_rng_below(&r, 20);

        for (size_t i = 0; i < n; i++) {
            items[i].score = (int32_t)inc_rng_below(&r, scores) - 5;
            items[i].tie = inc_rng_below(&r, ties);
            items[i].row = i * 7919 % MOST; /* each once, in no order */
        }
        check(items, n, inc_rng_below(&r, round % 3 == 0 ? MOST : 12), round);
    }
}

static void
edges(void **state)
{
    const struct inc_ranked items[] = {
        {INT32_MIN, 0, 0},
        {INT32_MAX, UINT64_MAX, UINT64_MAX},
        {INT32_MAX, UINT64_MAX, 0},
        {INT32_MAX, 0, UINT64_MAX},
        {0, 1, 2},
    };

    (void)state;
    for (size_t n = 0; n <= 5; n++) {
        for (size_t k = 0; k <= 6; k++)
            check(items, n, k, 0);
    }
    assert_true(inc_ranked_before(&items[3], &items[2]));
    assert_true(inc_ranked_before(&items[2], &items[1]));
    assert_false(inc_ranked_before(&items[1], &items[1]));
    assert_false(inc_ranked_before(&items[0], &items[4]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_a_sort),
        cmocka_unit_test(edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

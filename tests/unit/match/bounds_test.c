/*
 * No bound of a node is under the score of anybody below it: random needs of
 * both attitudes, with and without a place, with skills the taxonomy does not
 * know and alternatives; people without homes, skills, limits.
 */
#include "engine/kernels/kernels.h"
#include "engine/match/bounds.h"
#include "engine/match/score.h"
#include "tests/unit/match/crowd.h"

enum { SEED = 717273, ROUNDS = 60, NODES = 4608 };

static struct inc_kin kin;
static struct inc_reach reach;
static struct inc_journeys journeys;
static int32_t score[CROWD]; /* of each row */
static struct inc_room room;

static void
score_all(const struct inc_plan *p)
{
    static uint16_t cover[INC_REQUIREMENTS_MAX + INC_LANES];
    const struct inc_block *b = inc_pool_block(crowd, 0);
    const struct inc_class *classes;

    (void)inc_block_classes(b, &classes);
    for (uint32_t row = 0; row < CROWD; row++) {
        struct inc_person person;
        struct inc_tally tally;
        int64_t pull;

        inc_block_person(b, row, &room, &person);
        inc_kin_cover(cover, &kin, p, &person, classes);
        pull = inc_kin_pull(&kin, p, inc_kernels_at(0), &person);
        inc_score(&tally, NULL, p, &person, cover, pull);
        score[row] = tally.points;
    }
}

/* Largest score below a node. */
static int32_t
best_below(uint32_t first, uint32_t span)
{
    int32_t best = 0;

    for (uint32_t row = first; row < first + span && row < CROWD; row++)
        best = score[row] > best ? score[row] : best;
    return best;
}

static void
never_under(void **state)
{
    static uint32_t bound[NODES];
    static uint16_t nodes[NODES];
    struct inc_rng r = {SEED};
    struct inc_tree t;
    uint64_t tight = 0, all = 0;

    (void)state;
    reach.kin = &kin;
    assert_int_equal(inc_block_tree(inc_pool_block(crowd, 0), &t), 1);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct inc_plan p;
        struct inc_need need;
        const struct inc_kernels *k;
        uint32_t n = 0;

        crowd_plan(&p, &need, round, &r, round % 9 == 0 ? 60 : 10,
                   round % 2 == 0 ? INC_PRUDENT : INC_NEUTRAL);
        assert_int_equal(inc_kin_fill(&kin, &p, 0), INC_OK);
        assert_int_equal(inc_reach_make(&reach, &p, &journeys), INC_OK);
        score_all(&p);
        for (int l = 0; l < INC_TREE_LEVELS; l++)
            n += t.n[l];
        for (uint32_t i = 0; i < n; i++)
            nodes[i] = (uint16_t)(n - 1 - i); /* any order will do */
        for (size_t which = 0; (k = inc_kernels_at(which)) != NULL; which++) {
            uint32_t span = INC_GROUP_ROWS;

            memset(bound, 0xff, sizeof bound);
            inc_bounds(bound, &reach, k, &t, nodes, n);
            for (int l = 0; l < INC_TREE_LEVELS; l++, span *= INC_TREE_FANOUT)
                for (uint32_t i = 0; i < t.n[l]; i++) {
                    uint32_t at = n - 1 - (t.first[l] + i);

                    if ((int64_t)bound[at] < best_below(i * span, span))
                        fail_msg("seed %d round %u kernel %zu: node %u of "
                                 "level %d is bound by %u, one below has %d",
                                 SEED, round, which, i, l, bound[at],
                                 best_below(i * span, span));
                    all++;
                    tight += bound[at] < 7000;
                }
        }
        inc_reach_clear(&reach);
        inc_kin_clear(&kin);
    }
    assert_true(tight > all / 8); /* else they say nothing */
    inc_reach_release(&reach);
    inc_kin_release(&kin);
    inc_journeys_release(&journeys);
}

/* What the journey costs at least: against everybody who could live there. */
static void
journey_cost(void **state)
{
    struct inc_rng r = {SEED + 1};
    const struct inc_geo *geo = estate->world.geo;
    const uint16_t comuni = (uint16_t)inc_geo_count(geo);

    (void)state;
    memset(&reach, 0, sizeof reach);
    memset(&journeys, 0, sizeof journeys);
    reach.kin = &kin;
    for (uint32_t round = 0; round < 300; round++) {
        struct inc_plan p;
        struct inc_need need;
        uint16_t least = (uint16_t)inc_rng_below(&r, comuni);
        uint16_t most = (uint16_t)inc_rng_below(&r, comuni);
        uint16_t minutes = (uint16_t)inc_rng_below(&r, 130);
        uint32_t cost, exact = UINT32_MAX;

        crowd_plan(&p, &need, round, &r, 6, round % 2);
        assert_int_equal(inc_reach_make(&reach, &p, &journeys), INC_OK);
        cost = inc_journey_cost(&reach, least, most, minutes);
        if (p.comune == INC_NO_COMUNE) {
            assert_int_equal(cost, 0);
        } else if (least > most) {
            assert_int_equal(cost, round % 2 ? INC_PENALTY_MAX_BP / 2
                                             : INC_PENALTY_MAX_BP);
        } else {
            for (uint32_t c = least; c <= most; c++)
                for (unsigned modes = 0; modes < 1u << INC_MODE_COUNT;
                     modes++) {
                    uint32_t metres, one;
                    int mode;

                    one = inc_distance_penalty_bp(
                        inc_journey(&p, (uint16_t)c, modes, &metres, &mode),
                        minutes == 0 ? INC_MINUTES_DEFAULT : minutes);
                    exact = one < exact ? one : exact;
                }
            assert_int_equal(cost, exact);
        }
        inc_reach_clear(&reach);
    }
    inc_reach_release(&reach);
    inc_journeys_release(&journeys);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_under),
        cmocka_unit_test(journey_cost),
    };
    return cmocka_run_group_tests(tests, crowd_open, crowd_close);
}

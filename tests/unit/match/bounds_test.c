/*
 * No bound of a node is under the score of anybody below it: random needs of
 * both attitudes, with and without a place, with skills the taxonomy does not
 * know and alternatives; people without homes, skills, limits.
 */
#include "engine/kernels/kernels.h"
#include "engine/match/bounds.h"
#include "engine/match/score.h"
#include "tests/unit/match/crowd.h"

#define BIT(i) (UINT64_C(1) << (i))

enum { SEED = 717273, ROUNDS = 60, NODES = 4608 };

static struct inc_kin kin;
static struct inc_prospect prospect;
static struct inc_journeys journeys;
static int32_t score[CROWD]; /* of each row of a pool */
static struct inc_room room;

static void
score_all(const struct inc_pool *pool, const struct inc_plan *p)
{
    static uint16_t cover[INC_REQUIREMENTS_MAX + INC_LANES];
    const struct inc_block *b = inc_pool_block(pool, 0);
    const struct inc_class *classes;

    (void)inc_block_classes(b, &classes);
    for (uint32_t row = 0; row < inc_block_rows(b); row++) {
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

/* Largest score of rows first .. end - 1. */
static int32_t
best_of(uint32_t first, uint32_t end)
{
    int32_t best = 0;

    for (uint32_t row = first; row < end; row++)
        best = score[row] > best ? score[row] : best;
    return best;
}

/* Every node of the only block, by every kernel. Counts bounds, those that say
 * something, and those that are no more than a tenth over the best below. */
static struct {
    uint64_t all, low, close;
} seen;

static void
check_bound(const char *what, uint32_t which, uint32_t told, uint32_t first,
            uint32_t n, uint32_t rows, uint32_t round)
{
    int32_t best = best_of(first, first + n < rows ? first + n : rows);

    if ((int64_t)told < best)
        fail_msg("seed %d round %u: %s %u is bound by %u, one below has %d",
                 SEED, round, what, which, told, best);
    seen.all++;
    seen.low += told < 7000;
    seen.close += told < (uint32_t)best + 1000;
}

static void
check_nodes(const struct inc_tree *t, uint32_t rows,
            const struct inc_kernels *k, uint32_t round)
{
    static uint32_t bound[NODES];
    static uint16_t groups[NODES];
    uint16_t spans[INC_BLOCK_SPANS];
    const uint32_t n = t->groups;

    for (uint32_t i = 0; i < n; i++)
        groups[i] = (uint16_t)(n - 1 - i); /* any order will do */
    memset(bound, 0xff, sizeof bound);
    inc_bound_groups(bound, &prospect, k, t, groups, n);
    for (uint32_t g = 0; g < n; g++)
        check_bound("group", g, bound[n - 1 - g], g * INC_GROUP_ROWS,
                    INC_GROUP_ROWS, rows, round);
    inc_bound_spans(spans, &prospect, k, t);
    for (uint32_t s = 0; s < t->spans; s++)
        check_bound("span", s, spans[s], s * INC_SPAN_ROWS, INC_SPAN_ROWS, rows,
                    round);
}

static void
check_plan(const struct inc_pool *pool, const struct inc_plan *p,
           uint32_t round)
{
    const struct inc_kernels *k;
    struct inc_tree t;

    assert_int_equal(inc_block_tree(inc_pool_block(pool, 0), &t), 1);
    assert_int_equal(inc_kin_fill(&kin, p, 0), INC_OK);
    assert_int_equal(inc_prospect_make(&prospect, p, &journeys), INC_OK);
    score_all(pool, p);
    for (size_t which = 0; (k = inc_kernels_at(which)) != NULL; which++)
        check_nodes(&t, inc_block_rows(inc_pool_block(pool, 0)), k, round);
    inc_prospect_clear(&prospect);
    inc_kin_clear(&kin);
}

static int
fresh(void **state)
{
    (void)state;
    memset(&prospect, 0, sizeof prospect);
    memset(&seen, 0, sizeof seen);
    prospect.kin = &kin;
    return 0;
}

static int
done(void **state)
{
    (void)state;
    inc_prospect_release(&prospect);
    inc_kin_release(&kin);
    inc_journeys_release(&journeys);
    return 0;
}

static void
never_under(void **state)
{
    struct inc_rng r = {SEED};

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct inc_plan p;
        struct inc_need need;

        crowd_plan(&p, &need, round, &r, round % 9 == 0 ? 60 : 10,
                   round % 2 == 0 ? INC_PRUDENT : INC_NEUTRAL);
        check_plan(crowd, &p, round);
    }
    assert_true(seen.low > seen.all / 8); /* else they say nothing */
}

/* ---- people who are just what is asked, so that nothing is to spare ---- */

enum { TRADES = 12, MATCHES = 1200, ASKED = 10 };

static uint32_t
skills_of(const char **uri, uint32_t trade)
{
    const struct inc_taxonomy *t = estate->world.taxonomy;
    const uint32_t *skills;
    size_t n = inc_occupation_essential(t, trade, &skills);

    n = n < ASKED ? n : ASKED;
    for (size_t i = 0; i < n; i++)
        uri[i] = inc_concept_uri(t, INC_PILLAR_SKILL, skills[i]);
    return (uint32_t)n;
}

/* The skills of a trade, certified; of limits to the way some tell a short
 * one, the others none. */
static struct inc_pool *
perfect_people(void)
{
    struct inc_pool_builder *b;
    struct inc_pool *p;
    struct inc_rng r = {SEED + 2};
    struct inc_err err;

    assert_int_equal(inc_pool_begin(&b, &estate->world, &err), INC_OK);
    for (uint32_t no = 0; no < MATCHES; no++) {
        struct inc_skill skill[ASKED];
        const char *uri[ASKED];
        struct inc_candidate c = {
            .has = BIT(INC_CANDIDATE_SKILLS) | BIT(INC_CANDIDATE_HOME) |
                   BIT(INC_CANDIDATE_MOBILITY),
            .id = "x",
            .home = rec_comune(&r, estate->world.geo),
            .skills = skill,
            .mobility = {.has = BIT(INC_MOBILITY_CAR), .car = 1}};

        c.n_skills = skills_of(uri, no % TRADES);
        for (uint32_t i = 0; i < c.n_skills; i++)
            skill[i] = (struct inc_skill){.has = BIT(INC_SKILL_URI) |
                                                 BIT(INC_SKILL_LEVEL) |
                                                 BIT(INC_SKILL_EVIDENCE),
                                          .uri = uri[i],
                                          .level = 4,
                                          .evidence = INC_EVIDENCE_CERTIFIED};
        if (no % 2 == 0) {
            c.mobility.has |= BIT(INC_MOBILITY_MAX_MINUTES);
            c.mobility.max_minutes = 10;
        }
        assert_int_equal(inc_pool_add_candidate(b, no, &c, &err), INC_OK);
    }
    assert_int_equal(inc_pool_end(&p, b, NULL, 1, &err), INC_OK);
    return p;
}

static void
nothing_to_spare(void **state)
{
    struct inc_pool *p = perfect_people();
    const uint16_t comuni = (uint16_t)inc_geo_count(estate->world.geo);
    int32_t best = 0;

    (void)state;
    for (uint32_t round = 0; round < TRADES * 6; round++) {
        struct inc_requirement q[ASKED];
        const char *uri[ASKED];
        struct inc_need need = {.has = BIT(INC_NEED_ID) |
                                       BIT(INC_NEED_REQUIREMENTS) |
                                       BIT(INC_NEED_COMUNE),
                                .id = "n",
                                .seats = 1,
                                .requirements = q};
        struct inc_plan plan;
        struct inc_err err;

        inc_arena_reset(&need_memory);
        need.comune =
            inc_geo_comune(estate->world.geo, (uint16_t)(round * 7 % comuni))
                ->istat;
        need.n_requirements = skills_of(uri, round % TRADES);
        for (uint32_t i = 0; i < need.n_requirements; i++)
            q[i] = (struct inc_requirement){.has = 15,
                                            .uri = uri[i],
                                            .level = 1,
                                            .importance = INC_MUST,
                                            .weight = 100};
        assert_int_equal(inc_plan_make(&plan, &need, &estate->world,
                                       CROWD_AS_OF, round % 2, &need_memory,
                                       &err),
                         INC_OK);
        check_plan(p, &plan, round);
        if (best_of(0, MATCHES) > best)
            best = best_of(0, MATCHES);
    }
    assert_true(best > 9700);
    assert_true(seen.close > seen.all / 20);
    inc_pool_drop(p);
}

/* What the journey costs at least: against everybody who could live there. */
static void
journey_cost(void **state)
{
    struct inc_rng r = {SEED + 1};
    const struct inc_geo *geo = estate->world.geo;
    const uint16_t comuni = (uint16_t)inc_geo_count(geo);

    (void)state;
    for (uint32_t round = 0; round < 300; round++) {
        struct inc_plan p;
        struct inc_need need;
        uint16_t least = (uint16_t)inc_rng_below(&r, comuni);
        uint16_t most = (uint16_t)inc_rng_below(&r, comuni);
        uint16_t minutes = (uint16_t)inc_rng_below(&r, 130);
        uint32_t cost, exact = UINT32_MAX;

        crowd_plan(&p, &need, round, &r, 6, round % 2);
        assert_int_equal(inc_prospect_make(&prospect, &p, &journeys), INC_OK);
        cost = inc_journey_cost(&prospect, least, most, minutes);
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
        inc_prospect_clear(&prospect);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(never_under, fresh, done),
        cmocka_unit_test_setup_teardown(nothing_to_spare, fresh, done),
        cmocka_unit_test_setup_teardown(journey_cost, fresh, done),
    };
    return cmocka_run_group_tests(tests, crowd_open, crowd_close);
}

/*
 * What skills are like: coverage, sieve tables and pull against cosines taken
 * one by one; tables empty again after each need.
 */
#include "engine/match/kin.h"
#include "engine/match/score.h"
#include "engine/space/near.h"
#include "tests/unit/match/crowd.h"

enum { SEED = 747576, ROUNDS = 40 };

static struct inc_kin kin;
static struct inc_room room;

static uint32_t
similarity(uint32_t a, uint32_t b)
{
    const struct inc_space *s = estate->world.space;
    const int8_t *x = inc_space_row(s, a), *y = inc_space_row(s, b);
    int64_t dot = 0, xx = 0, yy = 0;

    if (a == b)
        return INC_BP;
    for (uint32_t d = 0; d < inc_space_dim(s); d++) {
        dot += x[d] * y[d];
        xx += x[d] * x[d];
        yy += y[d] * y[d];
    }
    return inc_similarity_bp(inc_cosine_bp(dot, (uint64_t)xx, (uint64_t)yy));
}

/* How like a skill is to what lane i of the plan asks. */
static uint32_t
like(const struct inc_plan *p, uint32_t lane, uint32_t skill)
{
    const struct inc_line_spec *line = &p->lines[p->lane_line[lane]];
    uint32_t best = 0;

    for (uint32_t j = 0; j < line->n_concepts; j++) {
        uint32_t sim = similarity(line->concepts[j], skill);

        best = sim > best ? sim : best;
    }
    return best;
}

static void
tables(const struct inc_plan *p)
{
    const uint32_t skills = inc_space_rows(estate->world.space);
    const uint16_t *family = inc_space_family(estate->world.space);
    static uint8_t of_family[1 << 16];

    for (uint32_t lane = 0; lane < p->n_lanes; lane++) {
        memset(of_family, 0, sizeof of_family);
        for (uint32_t s = 0; s < skills; s++) {
            uint32_t sim = like(p, lane, s);
            uint32_t up = (sim * 255 + INC_BP - 1) / INC_BP;

            assert_int_equal(kin.sieve.sim[s * kin.lanes + lane], up);
            assert_int_equal(inc_kin_related(&kin, s, lane), sim > 0);
            if (up > of_family[family[s]])
                of_family[family[s]] = (uint8_t)up;
        }
        for (uint32_t f = 0; f < inc_space_families(estate->world.space); f++)
            assert_int_equal(kin.families.sim[f * kin.lanes + lane],
                             of_family[f]);
    }
}

static void
covers(const struct inc_plan *p)
{
    static uint16_t cover[INC_REQUIREMENTS_MAX + INC_LANES];
    const struct inc_block *b = inc_pool_block(crowd, 0);
    const struct inc_class *classes;

    (void)inc_block_classes(b, &classes);
    for (uint32_t row = 0; row < CROWD; row += 7) {
        struct inc_person person;

        inc_block_person(b, row, &room, &person);
        memset(cover, 0xff, sizeof cover);
        inc_kin_cover(cover, &kin, p, &person, classes);
        for (uint32_t lane = 0; lane < p->n_lanes; lane++) {
            unsigned want = p->lines[p->lane_line[lane]].level;
            uint32_t best = 0;

            for (uint32_t w = 0; w < person.n_words; w++) {
                uint32_t sim = like(p, lane, INC_WORD_CONCEPT(person.words[w]));
                uint32_t have = inc_have_bp(
                    sim, inc_loss(inc_quality_bp(
                             &classes[INC_WORD_CLASS(person.words[w])], want,
                             p->half_year)));

                best = have > best ? have : best;
            }
            if (cover[lane] != best)
                fail_msg("seed %d: row %u lane %u: %u, not %u", SEED, row, lane,
                         cover[lane], best);
        }
        for (uint32_t lane = p->n_lanes; lane < p->lanes; lane++)
            assert_int_equal(cover[lane], 0);
    }
}

static void
pulls(const struct inc_plan *p)
{
    const struct inc_space *s = estate->world.space;
    const struct inc_block *b = inc_pool_block(crowd, 0);

    for (uint32_t row = 0; row < CROWD; row += 13) {
        const struct inc_kernels *k;
        struct inc_person person;
        int64_t sum = 0;

        inc_block_person(b, row, &room, &person);
        for (uint32_t w = 0; p->has_affinity && w < person.n_words; w++) {
            uint32_t skill = INC_WORD_CONCEPT(person.words[w]);
            int64_t dot = 0;

            for (uint32_t d = 0; d < inc_space_dim(s); d++)
                dot += inc_space_row(s, skill)[d] * p->u[d];
            sum += (int64_t)inc_space_idf(s, skill) * dot;
        }
        for (size_t i = 0; (k = inc_kernels_at(i)) != NULL; i++)
            assert_int_equal(inc_kin_pull(&kin, p, k, &person), sum);
    }
}

static void
against_cosines(void **state)
{
    struct inc_rng r = {SEED};

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct inc_plan p;
        struct inc_need need;

        crowd_plan(&p, &need, round, &r, round % 8 == 0 ? 40 : 8, round % 2);
        assert_int_equal(inc_kin_fill(&kin, &p, (int)(round % 2)), INC_OK);
        assert_true((kin.sieve.must != NULL) == (round % 2 == 1));
        assert_null(kin.families.must);
        for (uint32_t lane = 0; lane < p.n_lanes; lane++) {
            const struct inc_line_spec *line = &p.lines[p.lane_line[lane]];

            assert_true(kin.weight[lane] * 255 >= (int32_t)line->max * 128);
            assert_int_equal(kin.must[lane] != 0,
                             line->importance == INC_MUST &&
                                 line->n_concepts > 0);
        }
        if (round % 5 == 0)
            tables(&p);
        covers(&p);
        pulls(&p);
        inc_kin_clear(&kin);
        for (size_t i = 0; i < kin.sim8_cap; i++)
            assert_int_equal(kin.sim8[i], 0);
        for (size_t i = 0; i < kin.family8_cap; i++)
            assert_int_equal(kin.family8[i], 0);
        inc_kin_clear(&kin); /* twice is fine */
    }
    inc_kin_release(&kin);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(against_cosines)};
    return cmocka_run_group_tests(tests, crowd_open, crowd_close);
}

/* The quickest way from any comune of a stretch, against trying them all; and
 * tables of more places than are kept. */
#include "engine/match/journey.h"
#include "engine/match/score.h"
#include "tests/unit/match/crowd.h"

enum { SEED = 777879, COMUNI = 300 };

static struct inc_journeys journeys;

/* A map of many comuni, so that stretches have chunks within. */
static struct inc_geo *
wide_map(struct inc_rng *r)
{
    char path[] = "/tmp/inc-journey-XXXXXX";
    struct inc_geo *geo = NULL;
    struct inc_err err;
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");

    assert_non_null(f);
    (void)fprintf(f, "istat\tnome\tsigla\tprovincia\tregione\tlat\tlon\n");
    for (int i = 0; i < COMUNI; i++)
        (void)fprintf(f, "%06d\tC%d\tLU\tLucca\tToscana\t%.3f\t%.3f\n",
                      1000 + i, i, 43 + inc_rng_below(r, 2000) / 1000.0,
                      10 + inc_rng_below(r, 2000) / 1000.0);
    assert_int_equal(fclose(f), 0);
    if (inc_geo_load(&geo, path, &err) != INC_OK)
        fail_msg("map: %s %s", err.what, err.where);
    (void)unlink(path);
    return geo;
}

static uint32_t
quickest(const struct inc_geo *geo, uint16_t to, uint16_t least, uint16_t most)
{
    uint32_t best = UINT32_MAX;

    for (uint32_t c = least; c <= most; c++)
        for (int m = 0; m < INC_MODE_COUNT; m++) {
            uint32_t one = inc_geo_minutes(inc_geo_metres(geo, to, (uint16_t)c),
                                           (enum inc_mode)m);

            best = one < best ? one : best;
        }
    return best;
}

static void
least_of_stretches(void **state)
{
    struct inc_rng r = {SEED};
    struct inc_world world[2] = {{.serial = 901}, {.serial = 902}};
    struct inc_geo *geo[2] = {wide_map(&r), wide_map(&r)};

    (void)state;
    world[0].geo = geo[0];
    world[1].geo = geo[1];
    for (int round = 0; round < 4000; round++) {
        struct inc_plan p = {.world = &world[round % 2]};
        const struct inc_journey_table *t;
        uint16_t a, b;

        p.comune = (uint16_t)inc_rng_below(&r, COMUNI); /* over 64 places */
        t = inc_journeys_to(&journeys, &p);
        assert_non_null(t);
        for (int i = 0; i < 4; i++) {
            a = (uint16_t)inc_rng_below(&r, COMUNI);
            b = (uint16_t)(a + inc_rng_below(&r, (uint32_t)COMUNI - a));
            if (i == 3) /* edges of chunks */
                a = (uint16_t)(a / 64 * 64);
            assert_int_equal(inc_journey_least(t, a, b),
                             quickest(geo[round % 2], p.comune, a, b));
        }
    }
    /* the map is another at the address of one that is gone */
    {
        struct inc_plan p = {.world = &world[0], .comune = 5};
        const struct inc_journey_table *t = inc_journeys_to(&journeys, &p);

        assert_ptr_equal(inc_journeys_to(&journeys, &p), t);
        world[0].serial = 903;
        assert_ptr_not_equal(inc_journeys_to(&journeys, &p), t);
    }
    inc_journeys_release(&journeys);
    inc_geo_free(geo[0]);
    inc_geo_free(geo[1]);
}

/* Nobody's journey, by whatever ways they have, is quicker. */
static void
nobody_is_quicker(void **state)
{
    struct inc_rng r = {SEED + 1};
    const struct inc_block *b = inc_pool_block(crowd, 0);

    (void)state;
    for (uint32_t round = 0; round < 30; round++) {
        const struct inc_journey_table *t;
        struct inc_plan p;
        struct inc_need need;

        crowd_plan(&p, &need, round, &r, 5, INC_PRUDENT);
        if (p.comune == INC_NO_COMUNE)
            continue;
        t = inc_journeys_to(&journeys, &p);
        for (uint32_t row = 0; row < CROWD; row++) {
            struct inc_person person;
            uint32_t metres;
            int mode;

            inc_block_person(b, row, NULL, &person);
            if (person.home == INC_NO_COMUNE)
                continue;
            assert_true(
                inc_journey(&p, person.home, person.modes, &metres, &mode) >=
                inc_journey_least(t, person.home, person.home));
        }
    }
    inc_journeys_release(&journeys);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(least_of_stretches),
        cmocka_unit_test(nobody_is_quicker),
    };
    return cmocka_run_group_tests(tests, crowd_open, crowd_close);
}

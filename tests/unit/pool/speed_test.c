/*
 * With INC_BENCH=1 in the environment: seconds to build a pool of 100,000
 * people in one go, to make 2,000 pools after it of one change each, and bytes
 * a person. Without it only a small run, to keep this file working.
 */
#include "tests/unit/pool/world.h"

#include "engine/base/clock.h"

enum { SEED = 717171, SKILLS_EACH = 20 };

static void
add_person(struct inc_pool_builder *b, uint64_t no, struct inc_rng *r)
{
    struct inc_skill skills[SKILLS_EACH];
    struct inc_held held = {.has = BIT(INC_HELD_URI) | BIT(INC_HELD_MONTHS),
                            .uri = occupation_uri(inc_rng_below(r, 50)),
                            .months = inc_rng_below(r, 100)};
    struct inc_window windows[5];
    char id[24];
    struct inc_candidate c = {
        .has = BIT(INC_CANDIDATE_SKILLS) | BIT(INC_CANDIDATE_HOME) |
               BIT(INC_CANDIDATE_OFFICE) | BIT(INC_CANDIDATE_AVAILABILITY),
        .id = id,
        .office = "cpi",
        .home = "046017",
        .skills = skills,
        .n_skills = SKILLS_EACH,
        .occupations = &held,
        .n_occupations = 1,
        .availability = {.has = BIT(INC_AVAILABILITY_WINDOWS),
                         .windows = windows,
                         .n_windows = 5}};

    (void)snprintf(id, sizeof id, "c%llu", (unsigned long long)no);
    for (uint32_t i = 0; i < SKILLS_EACH; i++)
        skills[i] =
            (struct inc_skill){.has = BIT(INC_SKILL_URI) | BIT(INC_SKILL_LEVEL),
                               .uri = skill_uri(inc_rng_below(r, SKILL_GONE)),
                               .level = 1 + inc_rng_below(r, 4)};
    for (uint32_t i = 0; i < 5; i++)
        windows[i] = (struct inc_window){.day = i, .from = 480, .to = 1020};
    assert_int_equal(inc_pool_add_candidate(b, no, &c, NULL), INC_OK);
}

static void
build_and_change(void **state)
{
    int bench = getenv("INC_BENCH") != NULL;
    uint32_t people = bench ? 100000 : 500, writes = bench ? 2000 : 50;
    struct inc_rng r = {SEED};
    uint64_t start = inc_clock_ns(), built, changed, slowest = 0;
    struct inc_pool_builder *b;
    struct inc_pool *p, *next;

    (void)state;
    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint32_t no = 0; no < people; no++)
        add_person(b, no, &r);
    assert_int_equal(inc_pool_end(&p, b, NULL, 1, NULL), INC_OK);
    built = inc_clock_ns();
    for (uint32_t i = 0; i < writes; i++) {
        uint64_t from = inc_clock_ns(), took;

        assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
        add_person(b, inc_rng_below(&r, people), &r);
        assert_int_equal(inc_pool_end(&next, b, p, i, NULL), INC_OK);
        inc_pool_drop(p);
        p = next;
        took = inc_clock_ns() - from;
        slowest = took > slowest ? took : slowest;
    }
    changed = inc_clock_ns();
    assert_int_equal(inc_pool_people(p), people);
    if (bench)
        print_message("%u people in %.3f s; %u writes of one, %.1f us each, "
                      "slowest %.0f us; %.1f bytes a person, %zu blocks\n",
                      people, (double)(built - start) / 1e9, writes,
                      (double)(changed - built) / 1e3 / writes,
                      (double)slowest / 1e3, (double)inc_pool_bytes(p) / people,
                      inc_pool_blocks(p));
    inc_pool_drop(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(build_and_change)};
    return cmocka_run_group_tests(tests, open_world, close_world);
}

/*
 * The pruned pass, and starting from saved people, when memory runs out at
 * every allocation in turn: the right answer or no memory, never another; a
 * start from saved people falls back to the store.
 */
#include "tests/unit/match/crowd.h"
#include "tests/unit/store/fixture.h"

#include "engine/base/fault.h"
#include "engine/match/match.h"

#define BIT(i) (UINT64_C(1) << (i))

static void
matching(void **state)
{
    struct inc_rng r = {9};
    struct inc_image image = {estate, crowd};
    struct inc_filters filters = {.has = BIT(3 + 1), .available_by = 20800};

    (void)state;
    for (uint32_t round = 0; round < 4; round++) {
        struct inc_match_options o = {.k = 10, .as_of = CROWD_AS_OF};
        struct inc_matcher *m = NULL;
        struct inc_plan plan;
        struct inc_need n;
        struct inc_question q = {
            .kind = INC_ASK_PEOPLE, .need = &n, .options = &o};
        struct inc_question *one = &q;
        struct inc_buf always;
        unsigned failures = 0;

        crowd_plan(&plan, &n, round, &r, 12, 0);
        if (round % 2 == 1)
            o.filters = filters;
        assert_int_equal(inc_matcher_new(&m, inc_kernels_at(0), NULL), INC_OK);
        inc_match_run(m, &image, &one, 1);
        assert_int_equal(q.status, INC_OK);
        always = q.body;
        inc_matcher_free(m);
        for (unsigned nth = 1;; nth++) {
            int fired;

            q.body = (struct inc_buf){0};
            q.err = (struct inc_err){0};
            assert_int_equal(inc_matcher_new(&m, inc_kernels_at(0), NULL),
                             INC_OK);
            inc_fault_arm(INC_FAULT_ALLOC, nth);
            inc_match_run(m, &image, &one, 1);
            fired = inc_fault_fired();
            inc_fault_arm(INC_FAULT_ALLOC, 0);
            if (fired && q.status != INC_OK) {
                assert_int_equal(q.status, INC_E_NOMEM);
                failures++;
                inc_buf_release(&q.body);
                inc_match_run(m, &image, &one, 1); /* the same matcher */
            }
            assert_int_equal(q.status, INC_OK);
            assert_int_equal(q.body.len, always.len);
            assert_memory_equal(q.body.data, always.data, always.len);
            inc_buf_release(&q.body);
            inc_matcher_free(m);
            if (!fired)
                break;
        }
        assert_true(failures > 10);
        inc_buf_release(&always);
    }
}

/* Open with the nth allocation failing; 0 when none was left to fail. */
static int
start_short_of_memory(struct fixture *f, const char *path, unsigned nth)
{
    struct inc_live_start told = {0};
    struct inc_live *live = NULL;
    struct inc_image i;
    struct inc_err err = {0};
    enum inc_status st;
    int fired;

    inc_fault_arm(INC_FAULT_ALLOC, nth);
    st = inc_live_open(&live, estate, f->s, path, &told, &err);
    fired = inc_fault_fired();
    inc_fault_arm(INC_FAULT_ALLOC, 0);
    if (st != INC_OK) {
        assert_int_equal(st, INC_E_NOMEM);
        assert_null(live);
        return 1;
    }
    assert_true(fired || told.origin == INC_LIVE_SAVED);
    assert_true(told.origin == INC_LIVE_SAVED || told.refused[0] != '\0');
    i = inc_live_hold(live);
    assert_int_equal(inc_pool_people(i.pool), 10);
    assert_int_equal(inc_pool_needs(i.pool), 1);
    assert_int_equal(inc_pool_generation(i.pool), info_of(f).head_seq);
    inc_image_drop(&i);
    inc_live_close(live);
    return fired;
}

static void
starting(void **state)
{
    struct inc_live *live = NULL;
    struct inc_upkeep *u = NULL;
    struct inc_err err;
    struct fixture *f;
    void *fixture = NULL;
    char path[PATH_ROOM + 8];
    unsigned nth = 1;

    (void)state;
    assert_int_equal(start(&fixture), 0);
    f = fixture;
    (void)snprintf(path, sizeof path, "%s/people", f->dir);
    for (uint64_t i = 0; i < 8; i++)
        (void)put_person(f, text(&f->arena, "a.", i));
    OK(inc_live_open(&live, estate, f->s, path, NULL, &err), &err);
    OK(inc_live_upkeep(&u, live, INC_UPKEEP_SAVE, &err), &err);
    assert_non_null(u);
    inc_upkeep_free(u);
    inc_live_close(live);
    for (uint64_t i = 5; i < 10; i++)
        (void)put_person(f, text(&f->arena, "a.", i));
    {
        struct inc_command c =
            command(f, INC_OP_NEED_PUT, "n.1", need(&f->arena, "n.1", NULL));
        IS(run(f, &c), INC_OK, &c.err);
    }
    while (start_short_of_memory(f, path, nth))
        nth++;
    assert_true(nth > 40);
    print_message("%u allocations failed in turn\n", nth - 1);
    assert_int_equal(stop(&fixture), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matching),
        cmocka_unit_test(starting),
    };
    return cmocka_run_group_tests(tests, crowd_open, crowd_close);
}

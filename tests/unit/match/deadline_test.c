/* Questions whose time runs out while others are answered. */
#include "tests/support/cm.h"

#include <string.h>
#include <time.h>

#include "engine/base/clock.h"
#include "engine/match/match.h"
#include "tests/support/records.h"
#include "tests/support/world.h"

enum { PEOPLE = 20, N = 24, SEED = 20261122 };

static struct inc_estate *estate;
static struct inc_arena memory;
static struct inc_candidate people[PEOPLE];
static struct inc_need need[N];
static struct inc_match_options options[N];

static int
set_up(void **state)
{
    struct inc_rng r = {SEED};

    (void)state;
    estate = world_of_sample();
    if (estate == NULL || inc_arena_init(&memory, 64 << 20) != INC_OK)
        return -1;
    for (uint64_t i = 0; i < PEOPLE; i++)
        rec_candidate(&people[i], i + 1, &r, &memory, &estate->world, 14);
    for (uint64_t i = 0; i < N; i++) {
        rec_need(&need[i], i, &r, &memory, &estate->world, 8);
        options[i] =
            (struct inc_match_options){.k = 10, .as_of = 20000, .explain = 1};
    }
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    inc_arena_release(&memory);
    inc_estate_drop(estate);
    return 0;
}

static struct inc_image
image_of_all(void)
{
    struct inc_image image = {estate, NULL};
    struct inc_pool_builder *b;
    struct inc_err err;

    assert_int_equal(inc_pool_begin(&b, &estate->world, &err), INC_OK);
    for (uint64_t i = 0; i < PEOPLE; i++)
        assert_int_equal(inc_pool_add_candidate(b, i + 1, &people[i], &err),
                         INC_OK);
    assert_int_equal(inc_pool_end(&image.pool, b, NULL, 0, &err), INC_OK);
    return image;
}

/* A kernel that waits, the first time, until the deadline has passed: the
 * first question is under way then. */
static inc_sieve_fn *real_sieve;
static uint64_t wait_until_ns;

static void
slow_sieve(uint32_t *bound, const struct inc_sieve_table *t,
           const uint16_t *skill, const uint32_t *skill_at,
           const uint16_t *rows, size_t n)
{
    const struct timespec nap = {0, 1000000};

    while (inc_clock_ns() <= wait_until_ns)
        (void)nanosleep(&nap, NULL);
    real_sieve(bound, t, skill, skill_at, rows, n);
}

static void
ask(struct inc_question *q, const struct inc_kernels *kernels)
{
    struct inc_image image = image_of_all();
    struct inc_question *all[N];
    struct inc_matcher *m;
    struct inc_err err;

    for (int i = 0; i < N; i++)
        all[i] = &q[i];
    assert_int_equal(inc_matcher_new(&m, kernels, &err), INC_OK);
    inc_match_run(m, &image, all, N);
    inc_matcher_free(m);
    inc_pool_drop(image.pool);
}

static void
questions(struct inc_question *q)
{
    for (int i = 0; i < N; i++)
        q[i] = (struct inc_question){
            .kind = INC_ASK_PEOPLE, .need = &need[i], .options = &options[i]};
}

static void
is_late(const struct inc_question *q)
{
    assert_int_equal(q->status, INC_E_DEADLINE);
    assert_int_equal(q->err.status, INC_E_DEADLINE);
    assert_string_equal(q->err.where, "request.deadline_ms");
    assert_non_null(strstr(q->err.what, "the deadline passed"));
    assert_non_null(strstr(q->err.hint, "longer deadline"));
    assert_int_equal(q->body.len, 0);
}

static void
release(struct inc_question *q)
{
    for (int i = 0; i < N; i++)
        inc_buf_release(&q[i].body);
}

/* The late are left out before their turn; the others' bytes are the same. */
static void
late_before_their_turn(void **state)
{
    struct inc_question plain[N], q[N];
    const struct inc_kernels *kernels = inc_kernels_choose(NULL);

    (void)state;
    questions(plain);
    ask(plain, kernels);
    questions(q);
    for (int i = 0; i < N; i++)
        q[i].deadline_ns = i % 3 == 1   ? 1
                           : i % 3 == 2 ? inc_clock_ns() + UINT64_MAX / 2
                                        : 0;
    q[0].kind = INC_ASK_PAIR;
    q[0].candidate = &people[0];
    q[0].deadline_ns = 1;
    q[2].kind = INC_ASK_NEEDS;
    q[2].candidate = &people[0];
    q[2].deadline_ns = 1;
    ask(q, kernels);
    is_late(&q[0]);
    is_late(&q[2]);
    for (int i = 3; i < N; i++) {
        if (i % 3 == 1) {
            is_late(&q[i]);
            continue;
        }
        assert_int_equal(q[i].status, INC_OK);
        assert_int_equal(q[i].body.len, plain[i].body.len);
        assert_memory_equal(q[i].body.data, plain[i].body.data,
                            plain[i].body.len);
    }
    release(plain);
    release(q);
}

/* Some run out of time while the first is answered. */
static void
late_while_others_are_answered(void **state)
{
    struct inc_kernels slow = *inc_kernels_choose(NULL);
    struct inc_question q[N];

    (void)state;
    real_sieve = slow.sieve;
    slow.sieve = slow_sieve;
    questions(q);
    wait_until_ns = inc_clock_ns() + UINT64_C(1000000000);
    for (int i = 8; i < 16; i++)
        q[i].deadline_ns = wait_until_ns;
    ask(q, &slow);
    for (int i = 0; i < N; i++) {
        if (i >= 8 && i < 16)
            is_late(&q[i]);
        else
            assert_int_equal(q[i].status, INC_OK);
    }
    release(q);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_before_their_turn),
        cmocka_unit_test(late_while_others_are_answered),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

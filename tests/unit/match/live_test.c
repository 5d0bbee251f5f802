/* The published image: what writes do to it, and images held meanwhile. */
#include "tests/unit/match/tiny.h"
#include "tests/unit/store/fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "engine/match/live.h"

static struct inc_live *live;

static int
set_up(void **state)
{
    struct fixture *f;

    if (start(state) != 0)
        return -1;
    f = *state;
    OK(inc_live_open(&live, tiny, f->s, NULL, NULL, &f->err), &f->err);
    return 0;
}

static int
clean_up(void **state)
{
    inc_live_close(live);
    live = NULL;
    return stop(state);
}

static uint64_t
people_now(void)
{
    struct inc_image i = inc_live_hold(live);
    uint64_t n = inc_pool_people(i.pool);
    inc_image_drop(&i);
    return n;
}

static uint64_t
needs_now(void)
{
    struct inc_image i = inc_live_hold(live);
    uint64_t n = inc_pool_needs(i.pool);
    inc_image_drop(&i);
    return n;
}

static uint64_t
generation_now(void)
{
    struct inc_image i = inc_live_hold(live);
    uint64_t n = inc_pool_generation(i.pool);
    inc_image_drop(&i);
    return n;
}

/* Run a command and publish what it changed, as the writer does. */
static void
publish(struct fixture *f, struct inc_command *c, enum inc_status want)
{
    const struct inc_change *const change[] = {&c->change};

    IS(run(f, c), want, &c->err);
    OK(inc_live_apply(live, change, 1, c->seq, &f->err), &f->err);
}

static void
say(struct fixture *f, enum inc_op op, const char *id, union inc_record *r)
{
    struct inc_command c = command(f, op, id, r);
    publish(f, &c, INC_OK);
}

static void
an_empty_store(void **state)
{
    (void)state;
    assert_int_equal(people_now(), 0);
    assert_int_equal(needs_now(), 0);
    assert_int_equal(generation_now(), 0);
    inc_live_close(NULL);
}

static void
a_write_is_seen(void **state)
{
    struct fixture *f = *state;
    struct inc_image before = inc_live_hold(live), after;
    size_t block;
    uint32_t row;

    say(f, INC_OP_CANDIDATE_PUT, "a.1", person(&f->arena, "a.1", 3));
    say(f, INC_OP_NEED_PUT, "n.1", need(&f->arena, "n.1", NULL));
    after = inc_live_hold(live);
    assert_int_equal(inc_pool_people(after.pool), 1);
    assert_int_equal(inc_pool_needs(after.pool), 1);
    assert_int_equal(inc_pool_generation(after.pool), 2); /* journal number */
    assert_int_equal(inc_pool_find(after.pool, 1, &block, &row), 0);
    assert_ptr_equal(after.estate, tiny);
    /* whoever held the image of before still computes on that */
    assert_int_equal(inc_pool_people(before.pool), 0);
    assert_int_equal(inc_pool_generation(before.pool), 0);
    inc_image_drop(&before);
    assert_null(before.pool);
    assert_null(before.estate);
    inc_image_drop(&before); /* nothing to drop twice */
    inc_image_drop(&after);
}

static void
frozen_and_gone_people(void **state)
{
    struct fixture *f = *state;

    say(f, INC_OP_CANDIDATE_PUT, "a.1", person(&f->arena, "a.1", 3));
    say(f, INC_OP_CANDIDATE_PUT, "a.2", person(&f->arena, "a.2", 3));
    assert_int_equal(people_now(), 2);
    say(f, INC_OP_CANDIDATE_FREEZE, "a.1", NULL);
    assert_int_equal(people_now(), 1);
    say(f, INC_OP_CANDIDATE_UNFREEZE, "a.1", NULL);
    assert_int_equal(people_now(), 2);
    say(f, INC_OP_CANDIDATE_DELETE, "a.2", NULL);
    assert_int_equal(people_now(), 1);
    assert_int_equal(generation_now(), 5);
}

static void
closed_and_gone_needs(void **state)
{
    struct fixture *f = *state;

    say(f, INC_OP_NEED_PUT, "n.1", need(&f->arena, "n.1", NULL));
    say(f, INC_OP_NEED_PUT, "n.2", need(&f->arena, "n.2", NULL));
    assert_int_equal(needs_now(), 2);
    say(f, INC_OP_NEED_CLOSE, "n.1", NULL);
    assert_int_equal(needs_now(), 1);
    say(f, INC_OP_NEED_REOPEN, "n.1", NULL);
    assert_int_equal(needs_now(), 2);
    say(f, INC_OP_NEED_DELETE, "n.2", NULL);
    assert_int_equal(needs_now(), 1);
}

/* A company, and a command that was refused: the image is the same but for
 * its generation, which follows the journal. */
static void
nothing_for_the_pool(void **state)
{
    struct fixture *f = *state;
    struct inc_command c;

    say(f, INC_OP_CANDIDATE_PUT, "a.1", person(&f->arena, "a.1", 3));
    say(f, INC_OP_COMPANY_PUT, "c.1", company(&f->arena, "c.1"));
    assert_int_equal(people_now(), 1);
    assert_int_equal(generation_now(), 2);
    c = command(f, INC_OP_CANDIDATE_DELETE, "a.9", NULL);
    publish(f, &c, INC_E_NOTFOUND);
    assert_int_equal(people_now(), 1);
    assert_int_equal(generation_now(), c.seq);
    OK(inc_live_apply(live, NULL, 0, 99, &f->err), &f->err);
    assert_int_equal(generation_now(), 99);
}

/* Of several changes of one batch to one record the last counts. */
static void
one_batch(void **state)
{
    struct fixture *f = *state;
    struct inc_command c[3] = {
        command(f, INC_OP_CANDIDATE_PUT, "a.1", person(&f->arena, "a.1", 3)),
        command(f, INC_OP_CANDIDATE_PUT, "a.2", person(&f->arena, "a.2", 3)),
        command(f, INC_OP_CANDIDATE_FREEZE, "a.1", NULL)};
    struct inc_command *const all[] = {&c[0], &c[1], &c[2]};
    const struct inc_change *const changes[] = {&c[0].change, &c[1].change,
                                                &c[2].change};
    struct inc_image i;
    size_t block;
    uint32_t row;

    OK(inc_store_apply(f->s, all, 3, &f->err), &f->err);
    OK(inc_live_apply(live, changes, 3, c[2].seq, &f->err), &f->err);
    i = inc_live_hold(live);
    assert_int_equal(inc_pool_people(i.pool), 1);
    assert_int_equal(inc_pool_find(i.pool, 1, &block, &row), -1);
    assert_int_equal(inc_pool_find(i.pool, 2, &block, &row), 0);
    inc_image_drop(&i);
}

/* Built anew from the store it is the same image; frozen and closed records
 * are left out there too. */
static void
rebuilt_from_the_store(void **state)
{
    struct fixture *f = *state;
    struct inc_live *second = NULL;
    struct inc_image a, b;

    for (uint64_t i = 1; i <= 9; i++) {
        const char *id = text(&f->arena, "a.", i);
        say(f, INC_OP_CANDIDATE_PUT, id, person(&f->arena, id, 3));
        id = text(&f->arena, "n.", i);
        say(f, INC_OP_NEED_PUT, id, need(&f->arena, id, NULL));
    }
    say(f, INC_OP_CANDIDATE_FREEZE, "a.3", NULL);
    say(f, INC_OP_CANDIDATE_DELETE, "a.4", NULL);
    say(f, INC_OP_NEED_CLOSE, "n.5", NULL);
    OK(inc_live_open(&second, tiny, f->s, NULL, NULL, &f->err), &f->err);
    a = inc_live_hold(live);
    b = inc_live_hold(second);
    assert_int_equal(inc_pool_people(a.pool), 7);
    assert_int_equal(inc_pool_needs(a.pool), 8);
    assert_int_equal(inc_pool_people(b.pool), 7);
    assert_int_equal(inc_pool_needs(b.pool), 8);
    assert_int_equal(inc_pool_generation(a.pool), 21);
    assert_int_equal(inc_pool_generation(b.pool), 21);
    for (uint64_t no = 1; no <= 9; no++) {
        size_t block;
        uint32_t row;
        int here = inc_pool_find(a.pool, no, &block, &row);
        assert_int_equal(here, no == 3 || no == 4 ? -1 : 0);
        assert_int_equal(inc_pool_find(b.pool, no, &block, &row), here);
    }
    for (uint64_t i = 0; i < 8; i++)
        assert_int_equal(inc_pool_need_at(a.pool, i)->no,
                         inc_pool_need_at(b.pool, i)->no);
    inc_image_drop(&a);
    inc_image_drop(&b);
    inc_live_close(second);
}

/* Another taxonomy comes in: the old one lives as long as someone computes
 * on it, also when everybody else has let it go. */
static void
another_estate(void **state)
{
    struct fixture *f = *state;
    struct inc_estate *other = tiny_estate(TINY_SKILLS - 2);
    struct inc_image old, now;
    struct inc_live *second = NULL;
    const struct inc_taxonomy *t = other->world.taxonomy;

    say(f, INC_OP_CANDIDATE_PUT, "a.1", person(&f->arena, "a.1", 3));
    OK(inc_live_open(&second, other, f->s, NULL, NULL, &f->err), &f->err);
    inc_estate_drop(other); /* the image has its own reference */
    old = inc_live_hold(second);
    OK(inc_live_rebuild(second, tiny, f->s, &f->err), &f->err);
    now = inc_live_hold(second);
    assert_ptr_equal(now.estate, tiny);
    assert_int_equal(inc_pool_people(now.pool), 1);
    assert_ptr_equal(old.estate->world.taxonomy, t);
    assert_int_equal(inc_concept_count(t, INC_PILLAR_SKILL), 38);
    assert_int_equal(inc_pool_people(old.pool), 1);
    inc_image_drop(&now);
    inc_live_close(second);
    assert_int_equal(inc_pool_people(old.pool), 1); /* ASan would say */
    inc_image_drop(&old);
}

/* Readers hold and drop while the writer publishes: each image is whole (as
 * many people as writes), and no reader goes back in time. */
struct reader {
    pthread_t thread;
    atomic_int *done;
    uint64_t held;
    const char *wrong;
};

static void *
read_on(void *arg)
{
    struct reader *r = arg;
    uint64_t last = 0;

    while (!atomic_load(r->done) && r->wrong == NULL) {
        struct inc_image i = inc_live_hold(live);
        uint64_t generation = inc_pool_generation(i.pool);
        if (inc_pool_people(i.pool) != generation)
            r->wrong = "an image is not whole";
        if (generation < last)
            r->wrong = "an older image came back";
        last = generation;
        r->held++;
        inc_image_drop(&i);
    }
    return NULL;
}

static void
held_while_swapped(void **state)
{
    enum { READERS = 3, WRITES = 150 };
    struct fixture *f = *state;
    struct reader r[READERS] = {0};
    atomic_int done = 0;
    struct inc_err err = {0};
    enum inc_status st = INC_OK;

    for (int i = 0; i < READERS; i++) {
        r[i].done = &done;
        assert_int_equal(pthread_create(&r[i].thread, NULL, read_on, &r[i]), 0);
    }
    for (uint64_t i = 1; i <= WRITES && st == INC_OK; i++) {
        const char *id = text(&f->arena, "a.", i);
        struct inc_command c =
            command(f, INC_OP_CANDIDATE_PUT, id, person(&f->arena, id, 1));
        const struct inc_change *const change[] = {&c.change};
        struct inc_command *const one[] = {&c};

        st = inc_store_apply(f->s, one, 1, &err);
        if (st == INC_OK)
            st = i % 10 == 0 ? inc_live_rebuild(live, tiny, f->s, &err)
                             : inc_live_apply(live, change, 1, c.seq, &err);
    }
    atomic_store(&done, 1);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_join(r[i].thread, NULL), 0);
    IS(st, INC_OK, &err);
    for (int i = 0; i < READERS; i++) {
        if (r[i].wrong != NULL)
            fail_msg("reader %d: %s", i, r[i].wrong);
        assert_true(r[i].held > 0);
    }
    assert_int_equal(people_now(), WRITES);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_store),         TEST(a_write_is_seen),
        TEST(frozen_and_gone_people), TEST(closed_and_gone_needs),
        TEST(nothing_for_the_pool),   TEST(one_batch),
        TEST(rebuilt_from_the_store), TEST(another_estate),
        TEST(held_while_swapped),
    };
    return cmocka_run_group_tests(tests, tiny_open, tiny_close);
}

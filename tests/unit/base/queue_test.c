#include "tests/support/cm.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "engine/base/clock.h"
#include "engine/base/queue.h"
#include "engine/base/rng.h"

static int things[64];

static struct inc_queue *
new_queue(size_t items, uint64_t weight)
{
    const struct inc_queue_limits limits = {items, weight};
    struct inc_queue *q;

    assert_int_equal(inc_queue_new(&q, &limits), INC_OK);
    return q;
}

static void
keeps_order_and_bound(void **state)
{
    struct inc_queue *q = new_queue(3, 0);
    void *got[4];

    (void)state;
    for (int round = 0; round < 5; round++) { /* round the ring */
        for (int i = 0; i < 3; i++)
            assert_int_equal(inc_queue_put(q, &things[i], 0, 1), INC_OK);
        assert_int_equal(inc_queue_put(q, &things[3], 0, 1), INC_E_BUSY);
        assert_int_equal(inc_queue_depth(q), 3);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(inc_queue_take(q, got, 4, 0, 0), 1);
            assert_ptr_equal(got[0], &things[i]);
        }
        assert_int_equal(inc_queue_take(q, got, 4, 0, 0), 0);
    }
    inc_queue_free(q);
}

static void
lanes_go_together(void **state)
{
    struct inc_queue *q = new_queue(16, 0);
    static const unsigned lane[] = {1, 0, 1, 2, 1, 0, 2};
    void *got[16];

    (void)state;
    for (int i = 0; i < 7; i++)
        assert_int_equal(inc_queue_put(q, &things[i], lane[i], 1), INC_OK);
    assert_int_equal(inc_queue_take(q, got, 16, 0, 0), 3);
    assert_ptr_equal(got[0], &things[0]);
    assert_ptr_equal(got[1], &things[2]);
    assert_ptr_equal(got[2], &things[4]);
    assert_int_equal(inc_queue_take(q, got, 16, 0, 0), 1); /* lane 0: alone */
    assert_ptr_equal(got[0], &things[1]);
    assert_int_equal(inc_queue_take(q, got, 1, 0, 0), 1); /* max */
    assert_ptr_equal(got[0], &things[3]);
    assert_int_equal(inc_queue_take(q, got, 16, 0, 0), 1);
    assert_ptr_equal(got[0], &things[5]);
    assert_int_equal(inc_queue_take(q, got, 16, 0, 0), 1);
    assert_ptr_equal(got[0], &things[6]);
    inc_queue_free(q);
}

static void
weight_limits(void **state)
{
    struct inc_queue *q = new_queue(16, 100);
    void *got[16];

    (void)state;
    assert_int_equal(inc_queue_put(q, &things[0], 1, 500), INC_OK); /* alone */
    assert_int_equal(inc_queue_put(q, &things[1], 1, 1), INC_E_BUSY);
    assert_int_equal(inc_queue_take(q, got, 16, 10, 0), 1); /* at least one */
    for (int i = 0; i < 4; i++)
        assert_int_equal(inc_queue_put(q, &things[i], 1, 25), INC_OK);
    assert_int_equal(inc_queue_put(q, &things[4], 1, 1), INC_E_BUSY);
    assert_int_equal(inc_queue_take(q, got, 16, 60, 0), 2);
    assert_int_equal(inc_queue_put(q, &things[4], 1, 1), INC_OK);
    /* A small one does not pass a big one of its lane. */
    assert_int_equal(inc_queue_take(q, got, 16, 26, 0), 1);
    assert_ptr_equal(got[0], &things[2]);
    assert_int_equal(inc_queue_take(q, got, 16, 26, 0), 2);
    assert_ptr_equal(got[0], &things[3]);
    assert_ptr_equal(got[1], &things[4]);
    inc_queue_free(q);
}

static void
timeout_and_close(void **state)
{
    struct inc_queue *q = new_queue(4, 0);
    uint64_t start = inc_clock_ns();
    void *got[4];

    (void)state;
    assert_int_equal(inc_queue_take(q, got, 4, 0, 30), 0);
    assert_true(inc_clock_ns() - start >= 29 * UINT64_C(1000000));
    assert_int_equal(inc_queue_put(q, &things[0], 1, 1), INC_OK);
    assert_int_equal(inc_queue_closed(q), 0);
    inc_queue_close(q);
    assert_int_equal(inc_queue_closed(q), 1);
    assert_int_equal(inc_queue_put(q, &things[1], 1, 1), INC_E_STOPPING);
    assert_int_equal(inc_queue_take(q, got, 4, 0, -1), 1); /* what is left */
    assert_int_equal(inc_queue_take(q, got, 4, 0, -1), 0);
    inc_queue_free(q);
}

enum { PUTTERS = 3, TAKERS = 3, EACH = 20000 };

struct crowd {
    struct inc_queue *q;
    _Atomic uint64_t sum, count;
    _Atomic unsigned broken; /* items of two lanes in one take */
};

struct item {
    uint64_t value;
    unsigned lane;
};
static struct item items[PUTTERS][EACH];

static void *
take_all(void *arg)
{
    struct crowd *c = arg;
    void *got[8];
    size_t n;

    while ((n = inc_queue_take(c->q, got, 8, 0, -1)) > 0)
        for (size_t i = 0; i < n; i++) {
            const struct item *one = got[i], *first = got[0];

            if (one->lane != first->lane || (n > 1 && one->lane == 0))
                c->broken++;
            c->sum += one->value;
            c->count++;
        }
    return NULL;
}

struct putter {
    struct crowd *crowd;
    unsigned number;
};

static void *
put_all(void *arg)
{
    struct putter *p = arg;
    struct inc_rng rng = {p->number};

    for (int i = 0; i < EACH; i++) {
        struct item *it = &items[p->number][i];

        it->value = (uint64_t)i;
        it->lane = inc_rng_below(&rng, 3);
        while (inc_queue_put(p->crowd->q, it, it->lane, 1) != INC_OK)
            ;
    }
    return NULL;
}

static void
many_threads_lose_nothing(void **state)
{
    struct crowd c = {.q = new_queue(32, 0)};
    struct putter putter[PUTTERS];
    pthread_t in[PUTTERS], out[TAKERS];

    (void)state;
    for (unsigned i = 0; i < TAKERS; i++)
        assert_int_equal(pthread_create(&out[i], NULL, take_all, &c), 0);
    for (unsigned i = 0; i < PUTTERS; i++) {
        putter[i] = (struct putter){&c, i};
        assert_int_equal(pthread_create(&in[i], NULL, put_all, &putter[i]), 0);
    }
    for (unsigned i = 0; i < PUTTERS; i++)
        assert_int_equal(pthread_join(in[i], NULL), 0);
    inc_queue_close(c.q);
    for (unsigned i = 0; i < TAKERS; i++)
        assert_int_equal(pthread_join(out[i], NULL), 0);
    assert_int_equal(c.count, PUTTERS * EACH);
    assert_int_equal(c.sum, (uint64_t)PUTTERS * EACH * (EACH - 1) / 2);
    assert_int_equal(c.broken, 0);
    inc_queue_free(c.q);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_order_and_bound),
        cmocka_unit_test(lanes_go_together),
        cmocka_unit_test(weight_limits),
        cmocka_unit_test(timeout_and_close),
        cmocka_unit_test(many_threads_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

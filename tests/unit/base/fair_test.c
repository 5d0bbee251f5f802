#include "tests/support/cm.h"

#include <pthread.h>
#include <stdatomic.h>

#include "engine/base/fair.h"
#include "engine/base/rng.h"

static int things[4096];

static struct inc_fair *
new_queue(size_t items, uint64_t weight, uint64_t first)
{
    const struct inc_fair_limits limits = {
        .items = items, .weight = weight, .cost_at_first = first};
    struct inc_fair *q;

    assert_int_equal(inc_fair_new(&q, &limits), INC_OK);
    return q;
}

/* Bounded by the time that what waits before an item takes. */
static struct inc_fair *
bounded_queue(uint64_t time)
{
    const struct inc_fair_limits limits = {
        .items = 2048, .cost_at_first = 500, .time = time};
    struct inc_fair *q;

    assert_int_equal(inc_fair_new(&q, &limits), INC_OK);
    return q;
}

static void
put(struct inc_fair *q, int thing, uint64_t client)
{
    assert_int_equal(inc_fair_put(q, &things[thing], client, 1), INC_OK);
}

/* Take one, which must be this. */
static void
next_is(struct inc_fair *q, int thing)
{
    void *got;

    assert_int_equal(inc_fair_take(q, &got, 1, 0, 0), 1);
    assert_int_equal((int *)got - things, thing);
}

/* Let the queue know what an item of this client costs. */
static void
teach(struct inc_fair *q, uint64_t client, uint64_t cost)
{
    put(q, 0, client);
    next_is(q, 0);
    inc_fair_charge(q, client, cost);
}

static void
one_client_is_first_in_first_out(void **state)
{
    struct inc_fair *q = new_queue(8, 0, 1);
    void *got;

    (void)state;
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 4; i++)
            put(q, i, 7);
        for (int i = 0; i < 4; i++) {
            next_is(q, i);
            inc_fair_charge(q, 7, (uint64_t)i * 100);
        }
        assert_int_equal(inc_fair_take(q, &got, 1, 0, 0), 0);
    }
    inc_fair_free(q);
}

/* Two that cost the same take turns, however many each sent before. */
static void
equals_take_turns(void **state)
{
    struct inc_fair *q = new_queue(64, 0, 10);

    (void)state;
    for (int i = 0; i < 6; i++)
        put(q, i, 1);
    for (int i = 10; i < 13; i++)
        put(q, i, 2);
    for (int i = 0; i < 3; i++) {
        next_is(q, i);
        inc_fair_charge(q, 1, 10);
        next_is(q, 10 + i);
        inc_fair_charge(q, 2, 10);
    }
    for (int i = 3; i < 6; i++)
        next_is(q, i);
    inc_fair_free(q);
}

/* Cost, not number: for one of the heavy client's, ten of the light one's. */
static void
the_charge_decides(void **state)
{
    struct inc_fair *q = new_queue(512, 0, 10);
    unsigned served[2] = {0, 0};
    uint64_t used[2] = {0, 0};

    (void)state;
    for (int i = 0; i < 100; i++) {
        put(q, i, 0);
        put(q, 100 + i, 1);
    }
    for (int i = 0; i < 110; i++) {
        void *got;
        unsigned client;

        assert_int_equal(inc_fair_take(q, &got, 1, 0, 0), 1);
        client = (int *)got - things >= 100;
        served[client]++;
        used[client] += client == 0 ? 100 : 10;
        inc_fair_charge(q, client, client == 0 ? 100 : 10);
        /* never further apart than one of the heavy one's */
        assert_in_range(used[0] + 100 - used[1], 0, 200);
    }
    assert_in_range(served[0], 9, 11);
    assert_in_range(served[1], 99, 101);
    inc_fair_free(q);
}

/* The newcomer is next although others came long before; it does not get what
 * it did not use while away. */
static void
newcomers_begin_at_the_least(void **state)
{
    struct inc_fair *q = new_queue(256, 0, 10);

    (void)state;
    for (int i = 0; i < 50; i++)
        put(q, i, 1);
    for (int i = 0; i < 20; i++) {
        next_is(q, i);
        inc_fair_charge(q, 1, 1000);
    }
    for (int i = 100; i < 110; i++)
        put(q, i, 2);
    next_is(q, 100);
    inc_fair_charge(q, 2, 1000);
    for (int i = 1; i < 10; i++) { /* turns, not ten of its own first */
        next_is(q, 19 + i);
        inc_fair_charge(q, 1, 1000);
        next_is(q, 100 + i);
        inc_fair_charge(q, 2, 1000);
    }
    inc_fair_free(q);
}

/* While others wait a debt outlives a pause; when nobody waits it is gone. */
static void
debts_and_their_end(void **state)
{
    struct inc_fair *q = new_queue(64, 0, 10);

    (void)state;
    put(q, 0, 1);
    for (int i = 10; i < 20; i++)
        put(q, i, 2);
    next_is(q, 0);
    inc_fair_charge(q, 1, 50); /* away, owing 50 */
    put(q, 1, 1);
    for (int i = 10; i < 15; i++) { /* 2 has used 50 by then */
        next_is(q, i);
        inc_fair_charge(q, 2, 10);
    }
    next_is(q, 1);
    inc_fair_charge(q, 1, 500);
    for (int i = 15; i < 20; i++) {
        next_is(q, i);
        inc_fair_charge(q, 2, 10);
    }
    /* With all idle it is nobody's loss any more. */
    put(q, 2, 1);
    put(q, 20, 2);
    next_is(q, 2);
    next_is(q, 20);
    inc_fair_free(q);
}

/* What is being worked on counts before its cost is known: two takers at once
 * do not both serve the same client. */
static void
work_under_way_counts(void **state)
{
    struct inc_fair *q = new_queue(64, 0, 1);

    (void)state;
    teach(q, 1, 100);
    teach(q, 2, 100);
    for (int i = 1; i < 4; i++) {
        put(q, i, 1);
        put(q, 10 + i, 2);
    }
    next_is(q, 1);
    next_is(q, 11);
    next_is(q, 2);
    next_is(q, 12);
    /* the first turned out cheap: its client is owed the difference */
    inc_fair_charge(q, 1, 100);
    inc_fair_charge(q, 2, 10);
    next_is(q, 13);
    next_is(q, 3);
    inc_fair_free(q);
}

static void
batches_mix_clients(void **state)
{
    struct inc_fair *q = new_queue(256, 0, 1);
    void *got[64];
    unsigned of[4] = {0};
    size_t n;

    (void)state;
    for (uint64_t client = 1; client < 4; client++)
        teach(q, client, 10);
    for (int i = 0; i < 60; i++)
        put(q, i, 1);
    for (int i = 60; i < 64; i++)
        put(q, i, 2);
    for (int i = 64; i < 68; i++)
        put(q, i, 3);
    n = inc_fair_take(q, got, 12, 0, 0);
    assert_int_equal(n, 12);
    for (size_t i = 0; i < n; i++) {
        int thing = (int)((int *)got[i] - things);

        of[thing < 60 ? 1 : thing < 64 ? 2 : 3]++;
    }
    assert_int_equal(of[1], 4);
    assert_int_equal(of[2], 4);
    assert_int_equal(of[3], 4);
    assert_int_equal(inc_fair_take(q, got, 64, 0, 0), 56); /* all the rest */
    inc_fair_free(q);
}

/* A batch is cut where its expected cost ends. */
static void
batches_are_cut_by_cost(void **state)
{
    struct inc_fair *q = new_queue(256, 0, 25);
    void *got[64];

    (void)state;
    teach(q, 1, 400); /* a heavy one */
    teach(q, 2, 10);
    put(q, 1, 1);
    put(q, 2, 1);
    for (int i = 10; i < 30; i++)
        put(q, i, 2);
    /* The heavy one came first and goes alone, over the budget. */
    assert_int_equal(inc_fair_take(q, got, 64, 105, 0), 1);
    assert_ptr_equal(got[0], &things[1]);
    /* Then ten that fit; it does not go with them and keeps its turn. */
    assert_int_equal(inc_fair_take(q, got, 64, 105, 0), 10);
    for (int i = 0; i < 10; i++)
        assert_ptr_equal(got[i], &things[10 + i]);
    for (int i = 0; i < 10; i++)
        inc_fair_charge(q, 2, 10);
    inc_fair_charge(q, 1, 400);
    assert_int_equal(inc_fair_take(q, got, 64, 105, 0), 10);
    assert_int_equal(inc_fair_take(q, got, 64, 105, 0), 1);
    assert_ptr_equal(got[0], &things[2]);
    inc_fair_free(q);
}

/* Nobody knows what a new client's questions cost: one of each a batch. */
static void
the_unknown_go_one_by_one(void **state)
{
    struct inc_fair *q = new_queue(256, 0, 25);
    void *got[64];

    (void)state;
    for (int i = 0; i < 10; i++)
        for (uint64_t client = 1; client < 4; client++)
            put(q, (int)client * 10 + i, client);
    assert_int_equal(inc_fair_take(q, got, 64, 100, 0), 3);
    for (uint64_t client = 1; client < 4; client++) {
        assert_ptr_equal(got[client - 1], &things[client * 10]);
        inc_fair_charge(q, client, 5);
    }
    assert_int_equal(inc_fair_take(q, got, 64, 100, 0), 20);
    inc_fair_free(q);
}

/* Soon believed, slowly forgotten. */
static void
one_dear_question_is_remembered(void **state)
{
    struct inc_fair *q = new_queue(256, 0, 1);
    void *got[64];

    (void)state;
    teach(q, 1, 10);
    teach(q, 1, 410);
    for (int i = 0; i < 10; i++)
        put(q, i, 1);
    assert_int_equal(inc_fair_take(q, got, 64, 600, 0), 2); /* 210 each */
    inc_fair_free(q);
}

static void
nobody_starves(void **state)
{
    enum { CLIENTS = 20, ROUNDS = 3000 };
    struct inc_fair *q = new_queue(1024, 0, 10);
    uint64_t used[CLIENTS] = {0}, least = UINT64_MAX, most = 0;
    int serial = 0, tag[1024];
    struct inc_rng rng = {99};

    (void)state;
    for (int i = 0; i < 10; i++)
        for (int c = 0; c < CLIENTS; c++) {
            tag[serial] = c;
            put(q, serial++, (uint64_t)c);
        }
    for (int i = 0; i < ROUNDS; i++) {
        void *got;
        int thing, c;
        uint64_t cost;

        assert_int_equal(inc_fair_take(q, &got, 1, 0, 0), 1);
        thing = (int)((int *)got - things);
        c = tag[thing];
        /* client number c asks dear questions of 1 to c*c + 1 */
        cost = inc_rng_below(&rng, (uint32_t)(c * c + 1)) + 1;
        used[c] += cost;
        inc_fair_charge(q, (uint64_t)c, cost);
        put(q, thing, (uint64_t)c); /* asks again at once */
    }
    for (int c = 0; c < CLIENTS; c++) {
        least = used[c] < least ? used[c] : least;
        most = used[c] > most ? used[c] : most;
    }
    /* All wait all the time: equal time but for one question of the dearest,
     * whatever it costs and what was expected of it. */
    assert_true(most - least <= 2 * 362);
    inc_fair_free(q);
}

static void
room_is_shared(void **state)
{
    struct inc_fair *q = new_queue(16, 0, 1);
    struct inc_fair_depth d;

    (void)state;
    for (int i = 0; i < 8; i++) /* as much as is left free */
        put(q, i, 1);
    assert_int_equal(inc_fair_put(q, &things[8], 1, 1), INC_E_BUSY);
    for (int i = 0; i < 4; i++)
        put(q, i, 2);
    assert_int_equal(inc_fair_put(q, &things[8], 2, 1), INC_E_BUSY);
    put(q, 9, 3); /* one that has nothing waiting always finds room ... */
    put(q, 9, 4);
    put(q, 9, 5);
    put(q, 9, 6);
    assert_int_equal(inc_fair_put(q, &things[9], 7, 1), INC_E_BUSY); /* full */
    inc_fair_depth(q, &d);
    assert_int_equal(d.items, 16);
    assert_int_equal(d.clients, 6);
    inc_fair_free(q);
}

static void
weight_is_bounded(void **state)
{
    struct inc_fair *q = new_queue(64, 100, 1);
    void *got;

    (void)state;
    assert_int_equal(inc_fair_put(q, &things[0], 1, 500), INC_OK); /* alone */
    assert_int_equal(inc_fair_put(q, &things[1], 2, 1), INC_E_BUSY);
    next_is(q, 0);
    inc_fair_charge(q, 1, 1);
    assert_int_equal(inc_fair_put(q, &things[1], 1, 40), INC_OK);
    assert_int_equal(inc_fair_put(q, &things[2], 1, 30), INC_OK);
    /* 30 are free: too little for the one with 70, enough for another */
    assert_int_equal(inc_fair_put(q, &things[3], 1, 10), INC_E_BUSY);
    assert_int_equal(inc_fair_put(q, &things[3], 2, 31), INC_E_BUSY);
    assert_int_equal(inc_fair_put(q, &things[3], 2, 30), INC_OK);
    while (inc_fair_take(q, &got, 1, 0, 0) == 1)
        ;
    assert_int_equal(inc_fair_put(q, &things[1], 3, 100), INC_OK);
    inc_fair_free(q);
}

/* How many items of the client find room, at most 1,000. */
static int
fill(struct inc_fair *q, uint64_t client)
{
    int n = 0;

    while (n < 1000 && inc_fair_put(q, &things[n], client, 1) == INC_OK)
        n++;
    return n;
}

static uint64_t
queued(struct inc_fair *q)
{
    struct inc_fair_depth d;

    inc_fair_depth(q, &d);
    return d.time;
}

/* Who fills the time there is leaves their share to those who come after, as
 * turns are shared. */
static void
the_wait_is_bounded(void **state)
{
    struct inc_fair *q = bounded_queue(100);
    void *got[16];

    (void)state;
    teach(q, 1, 10);
    teach(q, 2, 10);
    assert_int_equal(fill(q, 1), 11); /* ten before the last one */
    assert_int_equal(queued(q), 110);
    /* own 10, 20, ... 50, and as much of the other's and one item more */
    assert_int_equal(fill(q, 2), 5);
    assert_int_equal(inc_fair_take(q, got, 16, 0, 0), 16);
    assert_int_equal(queued(q), 0);
    for (int i = 0; i < 16; i++)
        inc_fair_charge(q, i < 11 ? 1 : 2, 40); /* dearer than they were */
    assert_int_equal(fill(q, 1), 3);
    assert_int_equal(inc_fair_drop(q, 1, got, 16), 3);
    assert_int_equal(queued(q), 0);
    inc_fair_free(q);
}

/* An item that is dear by itself is let in, one of them; those of others are
 * not refused for it. */
static void
the_dear_refuse_nobody(void **state)
{
    struct inc_fair *q = bounded_queue(100);

    (void)state;
    teach(q, 1, 100000);
    teach(q, 2, 1);
    assert_int_equal(fill(q, 1), 1);
    assert_int_equal(fill(q, 2), 50); /* as much again is the other's */
    assert_int_equal(queued(q), 100050);
    inc_fair_free(q);
}

/* So many clients that one item of each is too much; none of it for who has
 * nothing waiting because somebody else sent many. */
static void
one_of_each_is_bounded(void **state)
{
    struct inc_fair *q = bounded_queue(100);
    uint64_t client;

    (void)state;
    for (client = 1; client <= 99; client++)
        teach(q, client, 10);
    for (client = 1; client <= 81; client++)
        put(q, (int)client, client);
    assert_int_equal(fill(q, 82), 0); /* 810 before it, 8 x 100 allowed */
    next_is(q, 1);
    assert_int_equal(fill(q, 82), 1);
    inc_fair_free(q);
}

/* Nobody's cost is known: the time says nothing. Then the mean of all stands
 * for newcomers. */
static void
the_unknown_are_like_the_rest(void **state)
{
    struct inc_fair *q = bounded_queue(100);
    void *got[8];

    (void)state;
    assert_int_equal(fill(q, 1), 1000);
    while (inc_fair_drop(q, 1, got, 8) > 0)
        continue;
    teach(q, 2, 20);
    assert_int_equal(queued(q), 0);
    assert_int_equal(fill(q, 3), 6);
    assert_int_equal(queued(q), 120);
    inc_fair_free(q);
}

/* Items take three times what they cost: a third of them fits. */
static void
the_pace_makes_costs_times(void **state)
{
    struct inc_fair *q = bounded_queue(300);
    void *got[64];

    (void)state;
    teach(q, 1, 10);
    assert_int_equal(fill(q, 1), 31);
    assert_int_equal(inc_fair_drop(q, 1, got, 64), 31);
    for (int i = 0; i < 100; i++)
        inc_fair_pace(q, 10, 30);
    assert_int_equal(fill(q, 1), 11);
    assert_in_range(queued(q), 329, 330);
    /* A batch of that time is a third of it, too. */
    assert_int_equal(inc_fair_take(q, got, 64, 151, 0), 5);
    for (int i = 0; i < 5; i++)
        inc_fair_charge(q, 1, 10);
    assert_int_equal(fill(q, 1), 5);
    for (int i = 0; i < 400; i++)
        inc_fair_pace(q, 10, 10); /* and recovers */
    assert_in_range(queued(q), 109, 110);
    inc_fair_free(q);
}

static void
who_is_gone_leaves_nothing(void **state)
{
    struct inc_fair *q = new_queue(64, 0, 10);
    struct inc_fair_depth d;
    void *got[8];

    (void)state;
    for (int i = 0; i < 20; i++)
        put(q, i, 1);
    put(q, 30, 2);
    put(q, 31, 2);
    next_is(q, 0); /* one is being worked on */
    assert_int_equal(inc_fair_drop(q, 1, got, 8), 8);
    assert_ptr_equal(got[0], &things[1]);
    assert_int_equal(inc_fair_drop(q, 1, got, 8), 8);
    assert_int_equal(inc_fair_drop(q, 1, got, 8), 3);
    assert_int_equal(inc_fair_drop(q, 1, got, 8), 0);
    assert_int_equal(inc_fair_drop(q, 77, got, 8), 0);
    next_is(q, 30);
    next_is(q, 31);
    inc_fair_charge(q, 1, 10); /* the one being worked on comes back */
    inc_fair_charge(q, 2, 10);
    inc_fair_charge(q, 2, 10);
    inc_fair_depth(q, &d);
    assert_int_equal(d.items, 0);
    assert_int_equal(d.clients, 0);
    inc_fair_free(q);
}

/* A client that comes, asks and goes under a new name each time leaves at most
 * a bounded memory behind, also while somebody else keeps the queue busy. */
static void
the_crowd_is_forgotten(void **state)
{
    struct inc_fair *q = new_queue(1024, 0, 10);
    struct inc_fair_depth d;

    (void)state;
    put(q, 4000, 1);
    next_is(q, 4000); /* being worked on all the time */
    for (uint64_t client = 2; client < 20000; client++) {
        put(q, 1, client);
        next_is(q, 1);
        inc_fair_charge(q, client, 1000000);
    }
    inc_fair_depth(q, &d);
    assert_in_range(d.known, 4097, 4098);
    inc_fair_charge(q, 1, 1);
    inc_fair_free(q);
}

static void
close_hands_out_the_rest(void **state)
{
    struct inc_fair *q = new_queue(8, 0, 1);
    void *got[8];

    (void)state;
    put(q, 1, 1);
    put(q, 2, 2);
    inc_fair_close(q);
    assert_int_equal(inc_fair_put(q, &things[3], 3, 1), INC_E_STOPPING);
    assert_int_equal(inc_fair_take(q, got, 8, 0, 1), 2);
    assert_int_equal(inc_fair_take(q, got, 8, 0, 1), 0);
    inc_fair_free(q);
}

enum { PUTTERS = 3, TAKERS = 3, EACH = 20000 };

struct crowd {
    struct inc_fair *q;
    _Atomic uint64_t sum, count;
};

struct item {
    uint64_t value, client;
};
static struct item items[PUTTERS][EACH];

static void *
take_all(void *arg)
{
    struct crowd *c = arg;
    void *got[8];
    size_t n;

    while ((n = inc_fair_take(c->q, got, 8, 1000, 1)) > 0)
        for (size_t i = 0; i < n; i++) {
            const struct item *one = got[i];

            inc_fair_charge(c->q, one->client, one->value % 400);
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
    struct crowd *c = p->crowd;

    for (unsigned i = 0; i < EACH; i++) {
        struct item *it = &items[p->number][i];
        void *lost[4];

        it->value = i;
        it->client = inc_rng_below(&rng, 40);
        while (inc_fair_put(c->q, it, it->client, 1) != INC_OK)
            ;
        if (i % 1000 == 0) {
            size_t n = inc_fair_drop(c->q, it->client, lost, 4);

            for (size_t k = 0; k < n; k++)
                c->sum += ((struct item *)lost[k])->value;
            c->count += n;
        }
    }
    return NULL;
}

static void
many_threads_lose_nothing(void **state)
{
    struct crowd c = {.q = new_queue(64, 0, 100)};
    struct putter putter[PUTTERS];
    pthread_t in[PUTTERS], out[TAKERS];
    struct inc_fair_depth d;

    (void)state;
    for (unsigned i = 0; i < TAKERS; i++)
        assert_int_equal(pthread_create(&out[i], NULL, take_all, &c), 0);
    for (unsigned i = 0; i < PUTTERS; i++) {
        putter[i] = (struct putter){&c, i};
        assert_int_equal(pthread_create(&in[i], NULL, put_all, &putter[i]), 0);
    }
    for (unsigned i = 0; i < PUTTERS; i++)
        assert_int_equal(pthread_join(in[i], NULL), 0);
    inc_fair_close(c.q);
    for (unsigned i = 0; i < TAKERS; i++)
        assert_int_equal(pthread_join(out[i], NULL), 0);
    assert_int_equal(c.count, PUTTERS * EACH);
    assert_int_equal(c.sum, (uint64_t)PUTTERS * EACH * (EACH - 1) / 2);
    inc_fair_depth(c.q, &d);
    assert_int_equal(d.items, 0);
    assert_int_equal(d.clients, 0);
    inc_fair_free(c.q);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_client_is_first_in_first_out),
        cmocka_unit_test(equals_take_turns),
        cmocka_unit_test(the_charge_decides),
        cmocka_unit_test(newcomers_begin_at_the_least),
        cmocka_unit_test(debts_and_their_end),
        cmocka_unit_test(work_under_way_counts),
        cmocka_unit_test(batches_mix_clients),
        cmocka_unit_test(batches_are_cut_by_cost),
        cmocka_unit_test(the_unknown_go_one_by_one),
        cmocka_unit_test(one_dear_question_is_remembered),
        cmocka_unit_test(nobody_starves),
        cmocka_unit_test(room_is_shared),
        cmocka_unit_test(weight_is_bounded),
        cmocka_unit_test(the_wait_is_bounded),
        cmocka_unit_test(the_dear_refuse_nobody),
        cmocka_unit_test(one_of_each_is_bounded),
        cmocka_unit_test(the_unknown_are_like_the_rest),
        cmocka_unit_test(the_pace_makes_costs_times),
        cmocka_unit_test(who_is_gone_leaves_nothing),
        cmocka_unit_test(the_crowd_is_forgotten),
        cmocka_unit_test(close_hands_out_the_rest),
        cmocka_unit_test(many_threads_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

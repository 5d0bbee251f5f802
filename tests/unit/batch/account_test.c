#include "tests/support/cm.h"

#include <pthread.h>

#include "engine/base/clock.h"
#include "engine/batch/account.h"

static void
no_limit_is_never_full(void **state)
{
    struct inc_ledger ledger = {0};
    struct inc_account a = {.ledger = &ledger};

    (void)state;
    assert_int_equal(inc_account_full(NULL), 0);
    inc_account_take(&a, UINT64_C(1) << 40);
    assert_int_equal(inc_account_full(&a), 0);
}

static void
one_may_have_a_quarter(void **state)
{
    struct inc_ledger ledger = {.limit = 1000};
    struct inc_account a = {.ledger = &ledger}, b = {.ledger = &ledger};

    (void)state;
    assert_int_equal(inc_account_full(&a), 0);
    inc_account_take(&a, 200);
    assert_int_equal(inc_account_full(&a), 0);
    inc_account_take(&a, 49);
    assert_int_equal(inc_account_full(&a), 0);
    inc_account_take(&a, 1);
    assert_int_equal(inc_account_full(&a), 1);
    assert_int_equal(inc_account_full(&b), 0);
    assert_int_equal(inc_account_replies(&a), 3);
    assert_int_equal(inc_account_bytes(&a), 250);
    inc_account_give(&a, 200);
    assert_int_equal(inc_account_full(&a), 0);
    inc_account_give(&a, 49);
    inc_account_give(&a, 1);
    assert_int_equal(inc_account_replies(&a), 0);
    assert_int_equal(inc_account_bytes(&a), 0);
    assert_int_equal(inc_ledger_bytes(&ledger), 0);
}

/* Ten that do not read leave room for one that does; only replies over twice
 * the limit close it for who has read all. */
static void
many_leave_some_to_others(void **state)
{
    struct inc_ledger ledger = {.limit = 1000};
    struct inc_account lazy[10], b = {.ledger = &ledger};

    (void)state;
    for (int i = 0; i < 10; i++)
        lazy[i] = (struct inc_account){.ledger = &ledger};
    for (int round = 0; round < 1000; round++)
        for (int i = 0; i < 10; i++)
            if (!inc_account_full(&lazy[i]))
                inc_account_take(&lazy[i], 1);
    assert_in_range(inc_ledger_bytes(&ledger), 800, 999);
    assert_int_equal(inc_account_full(&b), 0);
    inc_account_take(&b, 500);
    for (int i = 0; i < 10; i++)
        assert_int_equal(inc_account_full(&lazy[i]), 1);
    inc_account_give(&b, 500);
    assert_int_equal(inc_account_full(&b), 0);
    inc_account_take(&lazy[0], 500);
    assert_int_equal(inc_account_full(&b), 0);
    inc_account_take(&b, 1);
    assert_int_equal(inc_account_full(&b), 1);
    inc_account_give(&b, 1);
    inc_account_take(&lazy[0], 2000 - inc_ledger_bytes(&ledger));
    assert_int_equal(inc_account_full(&b), 1);
}

static void *
in_and_out(void *arg)
{
    for (int i = 0; i < 20000; i++) {
        inc_account_take(arg, 3);
        inc_account_give(arg, 3);
    }
    return NULL;
}

static void
threads_lose_nothing(void **state)
{
    struct inc_ledger ledger = {.limit = 1000};
    struct inc_account a = {.ledger = &ledger};
    pthread_t t[3];

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&t[i], NULL, in_and_out, &a), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_join(t[i], NULL), 0);
    assert_int_equal(inc_account_bytes(&a), 0);
    assert_int_equal(inc_account_replies(&a), 0);
    assert_int_equal(inc_ledger_bytes(&ledger), 0);
}

/* Leaving, and coming when nothing waits, start the count again; what comes
 * behind others does not. */
static void
standing_still_is_counted(void **state)
{
    const uint64_t s = 1000000000;
    struct inc_ledger ledger = {0};
    struct inc_account a = {.ledger = &ledger};
    uint64_t now = inc_clock_ns();

    (void)state;
    assert_int_equal(inc_account_still_ns(&a, now + 50 * s), 0);
    inc_account_take(&a, 1);
    assert_in_range(inc_account_still_ns(&a, now + 50 * s), 1, 50 * s);
    atomic_store(&a.moved_ns, now - 20 * s);
    inc_account_take(&a, 1);
    assert_int_equal(inc_account_still_ns(&a, now), 20 * s);
    inc_account_give(&a, 1);
    assert_int_equal(inc_account_still_ns(&a, now), 0);
    atomic_store(&a.moved_ns, now - 20 * s);
    assert_int_equal(inc_account_still_ns(&a, now), 20 * s);
    inc_account_give(&a, 1);
    assert_int_equal(inc_account_still_ns(&a, now + 50 * s), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standing_still_is_counted),
        cmocka_unit_test(no_limit_is_never_full),
        cmocka_unit_test(one_may_have_a_quarter),
        cmocka_unit_test(many_leave_some_to_others),
        cmocka_unit_test(threads_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

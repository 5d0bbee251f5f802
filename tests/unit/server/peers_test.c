#include "tests/support/cm.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/hash.h"
#include "engine/server/peers.h"

static struct inc_peers peers;

static int
start(void **state)
{
    (void)state;
    return inc_hash_start();
}

static void
sweep_all(void)
{
    for (int i = 0; i < INC_PEER_BUCKETS; i++)
        inc_peers_sweep(&peers);
}

static void
numbers_tell_apart(void **state)
{
    struct inc_peers other;

    (void)state;
    inc_peers_init(&peers);
    inc_peers_init(&other);
    assert_true(inc_peers_number(&peers, "a", 1) ==
                inc_peers_number(&peers, "a", 1));
    assert_true(inc_peers_number(&peers, "a", 1) !=
                inc_peers_number(&peers, "b", 1));
    assert_true(inc_peers_number(&peers, "a", 1) !=
                inc_peers_number(&peers, "a\0", 2));
    /* nobody can work out whose number his will be */
    assert_true(inc_peers_number(&peers, "a", 1) !=
                inc_peers_number(&other, "a", 1));
    inc_peers_release(&peers);
    inc_peers_release(&other);
}

/* Also many that fall into one bucket. */
static void
only_the_idle_are_forgotten(void **state)
{
    struct inc_ledger ledger = {0};
    struct inc_peer *p[30];

    (void)state;
    inc_peers_init(&peers);
    for (uint64_t i = 0; i < 30; i++) {
        uint64_t client = i % 3 + i / 3 * INC_PEER_BUCKETS;

        assert_null(inc_peers_find(&peers, client));
        p[i] = inc_peers_add(&peers, client, &ledger);
        assert_non_null(p[i]);
        assert_ptr_equal(inc_peers_add(&peers, client, &ledger), p[i]);
        assert_ptr_equal(p[i]->account.ledger, &ledger);
        if (i % 3 == 1)
            p[i]->working = 1;
        if (i % 3 == 2)
            inc_account_take(&p[i]->account, 10);
    }
    assert_int_equal(peers.count, 30);
    sweep_all();
    assert_int_equal(peers.count, 20);
    assert_null(inc_peers_find(&peers, 0));
    assert_ptr_equal(inc_peers_find(&peers, 1), p[1]);
    for (int i = 1; i < 30; i += 3)
        p[i]->working = 0;
    sweep_all();
    assert_int_equal(peers.count, 10);
    assert_ptr_equal(inc_peers_find(&peers, 2), p[2]);
    for (int i = 2; i < 30; i += 3)
        inc_account_give(&p[i]->account, 10);
    sweep_all();
    assert_int_equal(peers.count, 0);
    assert_int_equal(inc_ledger_bytes(&ledger), 0);
    (void)inc_peers_add(&peers, 7, &ledger); /* release frees what is left */
    inc_peers_release(&peers);
}

/* A patience of 30 s: `late` waits for longer with a little, `big` not long
 * enough for its 4 MiB, `reads` has nothing that waits, `unknown` no
 * descriptor.
 */
static void
the_deaf_are_hung_up_on(void **state)
{
    const uint64_t s = 1000000000, now = inc_clock_ns() + 1000 * s;
    struct inc_ledger ledger = {0};
    struct inc_peer *late, *big, *reads, *unknown;
    int ends[3][2];
    char byte;

    (void)state;
    inc_peers_init(&peers);
    late = inc_peers_add(&peers, 1, &ledger);
    big = inc_peers_add(&peers, 1 + INC_PEER_BUCKETS, &ledger);
    reads = inc_peers_add(&peers, 2, &ledger);
    unknown = inc_peers_add(&peers, 3, &ledger);
    for (int i = 0; i < 3; i++)
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends[i]), 0);
    late->fd = ends[0][0];
    big->fd = ends[1][0];
    reads->fd = ends[2][0];
    inc_account_take(&late->account, 1000);
    inc_account_take(&big->account, 4 << 20);
    inc_account_take(&unknown->account, 1000);
    atomic_store(&late->account.moved_ns, now - 31 * s);
    atomic_store(&big->account.moved_ns, now - 31 * s);
    atomic_store(&unknown->account.moved_ns, now - 31 * s);
    assert_int_equal(inc_peers_hang_up(&peers, now - 2 * s, 30 * s), 0);
    assert_int_equal(inc_peers_hang_up(&peers, now, 30 * s), 1);
    assert_int_equal(read(ends[0][1], &byte, 1), 0);
    assert_int_equal(write(ends[1][1], "x", 1), 1);
    assert_int_equal(write(ends[2][1], "x", 1), 1);
    assert_int_equal(inc_peers_hang_up(&peers, now, 30 * s), 0); /* once */
    assert_int_equal(inc_peers_hang_up(&peers, now + 16 * s, 30 * s), 1);
    for (int i = 0; i < 3; i++) {
        (void)close(ends[i][0]);
        (void)close(ends[i][1]);
    }
    inc_peers_release(&peers);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_deaf_are_hung_up_on),
        cmocka_unit_test(numbers_tell_apart),
        cmocka_unit_test(only_the_idle_are_forgotten),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}

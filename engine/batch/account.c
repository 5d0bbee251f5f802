#include "engine/batch/account.h"

#include "engine/base/clock.h"

static void
moved(struct inc_account *a)
{
    atomic_store_explicit(&a->moved_ns, inc_clock_ns(), memory_order_relaxed);
}

void
inc_account_take(struct inc_account *a, uint64_t bytes)
{
    if (inc_account_replies(a) == 0)
        moved(a);
    (void)atomic_fetch_add_explicit(&a->ledger->bytes, bytes,
                                    memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&a->bytes, bytes, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&a->replies, 1, memory_order_release);
}

void
inc_account_give(struct inc_account *a, uint64_t bytes)
{
    moved(a);
    (void)atomic_fetch_sub_explicit(&a->ledger->bytes, bytes,
                                    memory_order_relaxed);
    (void)atomic_fetch_sub_explicit(&a->bytes, bytes, memory_order_relaxed);
    /* Last: whoever sees 0 may free it. */
    (void)atomic_fetch_sub_explicit(&a->replies, 1, memory_order_release);
}

uint64_t
inc_account_bytes(const struct inc_account *a)
{
    return atomic_load_explicit(&a->bytes, memory_order_relaxed);
}

uint32_t
inc_account_replies(const struct inc_account *a)
{
    return atomic_load_explicit(&a->replies, memory_order_acquire);
}

uint64_t
inc_account_still_ns(const struct inc_account *a, uint64_t now_ns)
{
    uint64_t since;

    if (inc_account_replies(a) == 0)
        return 0;
    since = atomic_load_explicit(&a->moved_ns, memory_order_relaxed);
    return now_ns > since ? now_ns - since : 0;
}

uint64_t
inc_ledger_bytes(const struct inc_ledger *l)
{
    return atomic_load_explicit(&l->bytes, memory_order_relaxed);
}

int
inc_account_full(const struct inc_account *a)
{
    uint64_t all, own, room, most;

    if (a == NULL || a->ledger->limit == 0)
        return 0;
    all = inc_ledger_bytes(a->ledger);
    own = inc_account_bytes(a);
    if (own == 0)
        return all / 2 >= a->ledger->limit;
    room = a->ledger->limit > all ? a->ledger->limit - all : 0;
    most = a->ledger->limit / 4;
    return own >= (room < most ? room : most);
}

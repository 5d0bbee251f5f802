/*
 * account.h - memory of replies that have not left yet. Floor engine/batch.
 *
 * A reply is counted from when it is written until the network has it: in the
 * outbox, in ZeroMQ's queues. The sum over all clients is the ledger's.
 *
 * Threads: any; atomics. The account's owner (the router) may free it once
 * `replies` is 0 and no job points to it: giving back touches it last there.
 */
#ifndef INC_BATCH_ACCOUNT_H
#define INC_BATCH_ACCOUNT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct inc_ledger {
    uint64_t limit; /* bytes meant for all clients together; 0: none */
    _Atomic uint64_t bytes;
};

/* One client's. All zero but for the ledger is a new one. */
struct inc_account {
    struct inc_ledger *ledger; /* borrowed */
    _Atomic uint64_t bytes;
    _Atomic uint32_t replies;
    _Atomic uint64_t moved_ns; /* when a reply last left, or the first came */
};

void inc_account_take(struct inc_account *a, uint64_t bytes); /* one reply */
void inc_account_give(struct inc_account *a, uint64_t bytes); /* it left */

/* Bytes and replies of this client that have not left. */
uint64_t inc_account_bytes(const struct inc_account *a);
uint32_t inc_account_replies(const struct inc_account *a);
/* For how long no reply of this client has left; 0 when none waits. */
uint64_t inc_account_still_ns(const struct inc_account *a, uint64_t now_ns);
uint64_t inc_ledger_bytes(const struct inc_ledger *l);

/*
 * 1 when the client should read before it asks for more: it holds a quarter
 * of the limit, or as much as is left free of it. So one client that does not
 * read leaves three quarters, and many leave some to those who do. What workers
 * were writing when the limit was reached may exceed it: who has read
 * everything is not refused for that, up to twice the limit. NULL: 0.
 */
int inc_account_full(const struct inc_account *a);

#endif

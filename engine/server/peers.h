/*
 * peers.h - who has something here: requests in work, replies that have not
 * left. Private to engine/server. The router thread's, but for the accounts.
 *
 * A client is known by its ROUTER identity, which it may choose; here by a
 * number made of it with a secret of this process, so that nobody can choose
 * to be taken for somebody else.
 */
#ifndef INC_SERVER_PEERS_H
#define INC_SERVER_PEERS_H

#include "engine/batch/account.h"

enum { INC_PEER_BUCKETS = 4096, INC_PEER_SECRET = 16 };

struct inc_peer {
    uint64_t client;
    uint32_t working; /* accepted requests whose reply is not made yet */
    int fd;           /* of the connection its last request came over, or -1 */
    struct inc_account account;
    struct inc_peer *chain;
};

struct inc_peers {
    unsigned char secret[INC_PEER_SECRET];
    struct inc_peer *bucket[INC_PEER_BUCKETS];
    size_t count, swept; /* peers known; bucket looked at next */
};

void inc_peers_init(struct inc_peers *p);
/* Only when no job and no message of ZeroMQ points to an account. */
void inc_peers_release(struct inc_peers *p);

/* The number of the client with this identity. */
uint64_t inc_peers_number(const struct inc_peers *p, const void *route,
                          size_t len);
/* The peer, or NULL when it has nothing here. */
struct inc_peer *inc_peers_find(const struct inc_peers *p, uint64_t client);
/* The peer, made when needed; NULL without memory. Valid until the next
 * sweep at which it has nothing here. */
struct inc_peer *inc_peers_add(struct inc_peers *p, uint64_t client,
                               struct inc_ledger *ledger);
/*
 * End the connections of those who do not read: for `patience_ns`, and a second
 * more for every 256 KiB that wait, none of their replies has left. ZeroMQ
 * drops what waits for them then. How many there were.
 */
unsigned inc_peers_hang_up(struct inc_peers *p, uint64_t now_ns,
                           uint64_t patience_ns);
/* Forget some of those that have nothing here any more; cheap, for every
 * turn of the loop. */
void inc_peers_sweep(struct inc_peers *p);

#endif

#include "engine/server/peers.h"

#include <string.h>
#include <sys/socket.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"

/* Buckets looked at in one sweep: a turn of the loop lets in at most two new
 * peers for each, so the table cannot fill faster than it is swept. */
enum { SWEEP = 64 };

void
inc_peers_init(struct inc_peers *p)
{
    memset(p, 0, sizeof *p);
    inc_random_bytes(p->secret, sizeof p->secret);
}

void
inc_peers_release(struct inc_peers *p)
{
    for (size_t i = 0; i < INC_PEER_BUCKETS; i++)
        while (p->bucket[i] != NULL) {
            struct inc_peer *peer = p->bucket[i];

            p->bucket[i] = peer->chain;
            inc_mem_free(peer);
        }
    p->count = 0;
}

uint64_t
inc_peers_number(const struct inc_peers *p, const void *route, size_t len)
{
    unsigned char tag[INC_TAG];
    uint64_t number;

    inc_tag(tag, p->secret, sizeof p->secret, route, len);
    memcpy(&number, tag, sizeof number);
    return number;
}

static size_t
bucket_of(uint64_t client)
{
    return (size_t)(client % INC_PEER_BUCKETS);
}

struct inc_peer *
inc_peers_find(const struct inc_peers *p, uint64_t client)
{
    struct inc_peer *peer = p->bucket[bucket_of(client)];

    while (peer != NULL && peer->client != client)
        peer = peer->chain;
    return peer;
}

struct inc_peer *
inc_peers_add(struct inc_peers *p, uint64_t client, struct inc_ledger *ledger)
{
    struct inc_peer *peer = inc_peers_find(p, client);
    struct inc_peer **bucket = &p->bucket[bucket_of(client)];

    if (peer != NULL)
        return peer;
    peer = inc_mem_zero(1, sizeof *peer);
    if (peer == NULL)
        return NULL;
    peer->client = client;
    peer->fd = -1;
    peer->account.ledger = ledger;
    peer->chain = *bucket;
    *bucket = peer;
    p->count++;
    return peer;
}

static int
is_deaf(const struct inc_peer *peer, uint64_t now_ns, uint64_t patience_ns)
{
    uint64_t bytes = inc_account_bytes(&peer->account);

    return peer->fd >= 0 && inc_account_still_ns(&peer->account, now_ns) >
                                patience_ns + (bytes >> 18) * 1000000000;
}

unsigned
inc_peers_hang_up(struct inc_peers *p, uint64_t now_ns, uint64_t patience_ns)
{
    unsigned n = 0;

    for (size_t i = 0; i < INC_PEER_BUCKETS; i++)
        for (struct inc_peer *peer = p->bucket[i]; peer != NULL;
             peer = peer->chain) {
            if (!is_deaf(peer, now_ns, patience_ns))
                continue;
            /* Not close(): the descriptor is ZeroMQ's, which sees the end of
             * the connection and closes. Were it somebody else's by now, that
             * client would connect again. */
            (void)shutdown(peer->fd, SHUT_RDWR);
            peer->fd = -1; /* once */
            n++;
        }
    return n;
}

void
inc_peers_sweep(struct inc_peers *p)
{
    for (int i = 0; i < SWEEP; i++) {
        struct inc_peer **at = &p->bucket[p->swept];

        while (*at != NULL) {
            struct inc_peer *peer = *at;

            if (peer->working > 0 || inc_account_replies(&peer->account) > 0) {
                at = &peer->chain;
                continue;
            }
            *at = peer->chain;
            inc_mem_free(peer);
            p->count--;
        }
        p->swept = (p->swept + 1) % INC_PEER_BUCKETS;
    }
}

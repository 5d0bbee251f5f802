/* tree.c - chains and trees of digests (RFC 6962 with BLAKE2b-256). */
#include <sodium.h>
#include <string.h>

#include "clients/audit/audit.h"

static void
digest_of(unsigned char out[DIGEST], const void *a, size_t a_len, const void *b,
          size_t b_len, const void *c, size_t c_len)
{
    crypto_generichash_state h;

    (void)crypto_generichash_init(&h, NULL, 0, DIGEST);
    (void)crypto_generichash_update(&h, a, a_len);
    (void)crypto_generichash_update(&h, b, b_len);
    (void)crypto_generichash_update(&h, c, c_len);
    (void)crypto_generichash_final(&h, out, DIGEST);
}

void
digest_leaf(unsigned char out[DIGEST], const void *bytes, size_t len)
{
    digest_of(out, "\0", 1, bytes, len, "", 0);
}

void
digest_node(unsigned char out[DIGEST], const unsigned char left[DIGEST],
            const unsigned char right[DIGEST])
{
    digest_of(out, "\1", 1, left, DIGEST, right, DIGEST);
}

void
chain_next(unsigned char chain[DIGEST], const void *head, size_t len)
{
    digest_of(chain, chain, DIGEST, head, len, "", 0);
}

void
chain_begin_matches(unsigned char chain[DIGEST],
                    const unsigned char store[STORE_ID])
{
    static const char name[] = "incrocio register";

    digest_of(chain, name, sizeof name, store, STORE_ID, "", 0);
}

void
chain_begin_journal(unsigned char chain[DIGEST],
                    const unsigned char store[STORE_ID])
{
    digest_of(chain, store, STORE_ID, "", 0, "", 0);
}

void
tree_add(struct tree *t, const void *bytes, size_t len)
{
    unsigned char leaf[DIGEST];

    digest_leaf(leaf, bytes, len);
    tree_add_leaf(t, leaf);
}

void
tree_add_leaf(struct tree *t, const unsigned char leaf[DIGEST])
{
    unsigned char d[DIGEST];
    uint64_t bits = t->n;
    unsigned level = 0;

    memcpy(d, leaf, DIGEST);
    for (; bits % 2 != 0; bits /= 2)
        digest_node(d, t->part[level++], d);
    memcpy(t->part[level], d, DIGEST);
    t->n++;
}

void
tree_root(const struct tree *t, unsigned char out[DIGEST])
{
    int begun = 0;

    if (t->n == 0)
        digest_of(out, "", 0, "", 0, "", 0);
    for (unsigned level = 0; level < DEPTH; level++) {
        if ((t->n >> level) % 2 == 0)
            continue;
        if (begun)
            digest_node(out, t->part[level], out);
        else
            memcpy(out, t->part[level], DIGEST);
        begun = 1;
    }
}

/* RFC 9162, 2.1.3.2. */
int
way_up(unsigned char digest[DIGEST], uint64_t at, uint64_t n,
       unsigned char (*beside)[DIGEST], size_t used)
{
    uint64_t last = n - 1;

    if (n == 0 || at >= n)
        return -1;
    for (size_t i = 0; i < used; i++) {
        if (last == 0)
            return -1;
        if (at % 2 != 0 || at == last) {
            digest_node(digest, beside[i], digest);
            while (at % 2 == 0 && at != 0) {
                at /= 2;
                last /= 2;
            }
        } else {
            digest_node(digest, digest, beside[i]);
        }
        at /= 2;
        last /= 2;
    }
    return last == 0 ? 0 : -1;
}

/* RFC 9162, 2.1.4.2. */
int
same_beginning(uint64_t m, const unsigned char old_root[DIGEST], uint64_t n,
               const unsigned char new_root[DIGEST],
               unsigned char (*given)[DIGEST], size_t used)
{
    unsigned char older[DIGEST], newer[DIGEST];
    uint64_t at = m - 1, last = n - 1;
    size_t i = 0;

    if (m == 0 || m > n)
        return -1;
    if (m == n)
        return used == 0 && memcmp(old_root, new_root, DIGEST) == 0 ? 0 : -1;
    if ((m & (m - 1)) == 0) {
        memcpy(older, old_root, DIGEST);
    } else {
        if (used == 0)
            return -1;
        memcpy(older, given[i++], DIGEST);
    }
    memcpy(newer, older, DIGEST);
    for (; at % 2 != 0; at /= 2)
        last /= 2;
    for (; i < used; i++) {
        if (last == 0)
            return -1;
        if (at % 2 != 0 || at == last) {
            digest_node(older, given[i], older);
            digest_node(newer, given[i], newer);
            while (at % 2 == 0 && at != 0) {
                at /= 2;
                last /= 2;
            }
        } else {
            digest_node(newer, newer, given[i]);
        }
        at /= 2;
        last /= 2;
    }
    return last == 0 && memcmp(older, old_root, DIGEST) == 0 &&
                   memcmp(newer, new_root, DIGEST) == 0
               ? 0
               : -1;
}

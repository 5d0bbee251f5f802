#include "engine/store/merkle.h"

#include <string.h>

void
inc_merkle_leaf(unsigned char out[INC_DIGEST], const void *data, size_t len)
{
    const unsigned char zero = 0;
    struct inc_hasher h;

    inc_hasher_init(&h);
    inc_hasher_add(&h, &zero, 1);
    inc_hasher_add(&h, data, len);
    inc_hasher_end(&h, out);
}

/* out may be one of the sides. */
void
inc_merkle_node(unsigned char out[INC_DIGEST],
                const unsigned char left[INC_DIGEST],
                const unsigned char right[INC_DIGEST])
{
    const unsigned char one = 1;
    struct inc_hasher h;

    inc_hasher_init(&h);
    inc_hasher_add(&h, &one, 1);
    inc_hasher_add(&h, left, INC_DIGEST);
    inc_hasher_add(&h, right, INC_DIGEST);
    inc_hasher_end(&h, out);
}

void
inc_merkle_begin(struct inc_merkle *m)
{
    m->n = 0;
}

void
inc_merkle_add(struct inc_merkle *m, const void *data, size_t len)
{
    unsigned char nodes[INC_MERKLE_DEPTH][INC_DIGEST];

    (void)inc_merkle_grow(m, data, len, nodes);
}

uint32_t
inc_merkle_grow(struct inc_merkle *m, const void *data, size_t len,
                unsigned char (*node)[INC_DIGEST])
{
    unsigned char leaf[INC_DIGEST];

    inc_merkle_leaf(leaf, data, len);
    return inc_merkle_grow_leaf(m, leaf, node);
}

uint32_t
inc_merkle_grow_leaf(struct inc_merkle *m, const unsigned char leaf[INC_DIGEST],
                     unsigned char (*node)[INC_DIGEST])
{
    unsigned char d[INC_DIGEST];
    uint32_t i = 0;

    memcpy(d, leaf, INC_DIGEST);
    for (; (m->n >> i & 1u) != 0; i++) {
        inc_merkle_node(d, m->full[i], d);
        memcpy(node[i], d, INC_DIGEST);
    }
    memcpy(m->full[i], d, INC_DIGEST);
    m->n++;
    return i;
}

void
inc_merkle_root(const struct inc_merkle *m, unsigned char out[INC_DIGEST])
{
    int first = 1;

    if (m->n == 0) {
        inc_digest(out, "", 0);
        return;
    }
    /* The smallest whole trees are the rightmost. */
    for (int i = 0; i < INC_MERKLE_DEPTH; i++) {
        if ((m->n >> i & 1u) == 0)
            continue;
        if (first)
            memcpy(out, m->full[i], INC_DIGEST);
        else
            inc_merkle_node(out, m->full[i], out);
        first = 0;
    }
}

/* Level by level: a last one without a sister goes up as it is, which gives
 * the same shape as splitting at powers of two. */
uint32_t
inc_merkle_path(unsigned char (*path)[INC_DIGEST],
                unsigned char (*leaves)[INC_DIGEST], uint64_t n, uint64_t at)
{
    uint32_t used = 0;

    for (; n > 1; n = (n + 1) / 2, at /= 2) {
        if ((at ^ 1u) < n)
            memcpy(path[used++], leaves[at ^ 1u], INC_DIGEST);
        for (uint64_t i = 0; i + 1 < n; i += 2)
            inc_merkle_node(leaves[i / 2], leaves[i], leaves[i + 1]);
        if (n % 2 != 0)
            memmove(leaves[n / 2], leaves[n - 1], INC_DIGEST);
    }
    return used;
}

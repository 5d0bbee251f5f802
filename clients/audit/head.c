/* head.c - the head of an entry: 8 bytes of number and a msgpack list, of
 * which a few fields are read and the others passed over. */
#include <string.h>

#include "clients/audit/audit.h"

struct cursor {
    const unsigned char *p;
    size_t left;
    int bad;
};

static uint64_t
big_endian(struct cursor *c, size_t len)
{
    uint64_t v = 0;

    if (c->left < len) {
        c->bad = 1;
        return 0;
    }
    for (size_t i = 0; i < len; i++)
        v = v << 8 | c->p[i];
    c->p += len;
    c->left -= len;
    return v;
}

/* What begins here: kinds and length. */
enum kind { NIL, INT, TEXT, BYTES, LIST, OTHER };

static enum kind
begin(struct cursor *c, uint64_t *n)
{
    unsigned b = (unsigned)big_endian(c, 1);

    *n = 0;
    if (c->bad)
        return OTHER;
    if (b < 0x80 || b >= 0xe0) {
        *n = b < 0x80 ? b : (uint64_t)((int64_t)b - 256);
        return INT;
    }
    if (b >= 0x90 && b < 0xa0) {
        *n = b & 15;
        return LIST;
    }
    if (b >= 0xa0 && b < 0xc0) {
        *n = b & 31;
        return TEXT;
    }
    switch (b) {
    case 0xc0:
        return NIL;
    case 0xc2:
    case 0xc3: /* false, true */
        *n = b & 1;
        return INT;
    case 0xc4:
    case 0xc5:
    case 0xc6:
        *n = big_endian(c, (size_t)1 << (b - 0xc4));
        return BYTES;
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
        *n = big_endian(c, (size_t)1 << (b - 0xcc));
        return INT;
    case 0xd0:
        *n = (uint64_t)(int64_t)(int8_t)big_endian(c, 1);
        return INT;
    case 0xd1:
        *n = (uint64_t)(int64_t)(int16_t)big_endian(c, 2);
        return INT;
    case 0xd2:
        *n = (uint64_t)(int64_t)(int32_t)big_endian(c, 4);
        return INT;
    case 0xd3:
        *n = big_endian(c, 8);
        return INT;
    case 0xd9:
    case 0xda:
        *n = big_endian(c, (size_t)1 << (b - 0xd9));
        return TEXT;
    case 0xdc:
        *n = big_endian(c, 2);
        return LIST;
    default:
        return OTHER;
    }
}

static const unsigned char *
bytes_of(struct cursor *c, uint64_t n)
{
    const unsigned char *p = c->p;

    if (n > c->left) {
        c->bad = 1;
        return NULL;
    }
    c->p += n;
    c->left -= n;
    return p;
}

static int64_t
take_int(struct cursor *c)
{
    uint64_t n;

    if (begin(c, &n) != INT)
        c->bad = 1;
    return (int64_t)n;
}

static void
take_text(struct cursor *c, char *out, size_t room)
{
    uint64_t n;
    enum kind k = begin(c, &n);
    const unsigned char *p;

    out[0] = '\0';
    if (k == NIL)
        return;
    p = k == TEXT ? bytes_of(c, n) : NULL;
    if (p == NULL || n >= room) {
        c->bad = 1;
        return;
    }
    memcpy(out, p, n);
    out[n] = '\0';
    /* It is printed: nothing a terminal obeys. */
    for (uint64_t i = 0; i < n; i++)
        if ((unsigned char)out[i] < 0x20 || out[i] == 0x7f)
            out[i] = '?';
}

static void
take_digest(struct cursor *c, unsigned char out[DIGEST])
{
    uint64_t n;
    const unsigned char *p = begin(c, &n) == BYTES ? bytes_of(c, n) : NULL;

    if (p == NULL || n != DIGEST)
        c->bad = 1;
    else
        memcpy(out, p, DIGEST);
}

/* One value; a list holds plain values only. */
static void
pass(struct cursor *c)
{
    uint64_t n, inner;
    enum kind k = begin(c, &n);

    if (k == OTHER)
        c->bad = 1;
    if (k == TEXT || k == BYTES)
        (void)bytes_of(c, n);
    if (k != LIST)
        return;
    for (uint64_t i = 0; i < n && !c->bad; i++) {
        k = begin(c, &inner);
        if (k == TEXT || k == BYTES)
            (void)bytes_of(c, inner);
        else if (k != INT && k != NIL)
            c->bad = 1;
    }
}

int
head_read(struct head *out, const unsigned char *bytes, size_t len)
{
    struct cursor c = {bytes, len, 0};
    uint64_t n;

    memset(out, 0, sizeof *out);
    out->no = big_endian(&c, 8);
    if (begin(&c, &n) != LIST || n < 20 || take_int(&c) < 1)
        return -1;
    out->at_ms = take_int(&c);
    take_text(&c, out->op, sizeof out->op);
    pass(&c); /* result */
    take_text(&c, out->actor, sizeof out->actor);
    take_text(&c, out->office, sizeof out->office);
    take_text(&c, out->purpose, sizeof out->purpose);
    for (int i = 7; i < 12; i++) /* generation .. of */
        pass(&c);
    out->items = (uint64_t)take_int(&c);
    for (int i = 13; i < 16; i++) /* estate, reply, its length */
        pass(&c);
    take_digest(&c, out->items_root);
    for (uint64_t i = 17; i < n && !c.bad; i++)
        pass(&c);
    return c.bad || c.left != 0 ? -1 : 0;
}

int
journal_head_read(struct command *out, const unsigned char *bytes, size_t len)
{
    struct cursor c = {bytes, len, 0};
    uint64_t n;

    memset(out, 0, sizeof *out);
    if (begin(&c, &n) != LIST || n < 15 || take_int(&c) < 1)
        return -1;
    out->seq = (uint64_t)take_int(&c);
    pass(&c); /* when */
    take_text(&c, out->op, sizeof out->op);
    out->result = take_int(&c);
    for (int i = 5; i < 9; i++) /* key .. no */
        pass(&c);
    out->revision = take_int(&c);
    for (uint64_t i = 10; i < n && !c.bad; i++)
        pass(&c);
    return c.bad || c.left != 0 ? -1 : 0;
}

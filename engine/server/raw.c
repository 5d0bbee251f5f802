/*
 * raw.c - the bytes of a request's body as they came, for the journal: the
 * digest of what a client sent must not depend on how we would write it.
 * The frame passed precheck, so headers are trusted here.
 */
#include <stdint.h>
#include <string.h>

#include "engine/server/desk.h"

static uint64_t
big_endian(const unsigned char *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

/* One header: bytes it takes with its payload, objects that follow inside. */
static size_t
header(const unsigned char *p, uint64_t *inside)
{
    /* 0xc0..0xdf: bytes of the length field; fixed payload; objects per
     * unit of length (0: the length counts bytes). */
    static const unsigned char width[32] = {0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0,
                                            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                            0, 0, 0, 1, 2, 4, 2, 4, 2, 4};
    static const unsigned char fixed[32] = {0, 0, 0,  0, 0, 0, 0, 1, 1, 1, 4,
                                            8, 1, 2,  4, 8, 1, 2, 4, 8, 2, 3,
                                            5, 9, 17, 0, 0, 0, 0, 0, 0, 0};
    unsigned tag = p[0];
    uint64_t n;

    *inside = 0;
    if (tag < 0x80 || tag >= 0xe0)
        return 1;
    if (tag < 0x90) {
        *inside = 2 * (uint64_t)(tag & 15);
        return 1;
    }
    if (tag < 0xa0) {
        *inside = tag & 15;
        return 1;
    }
    if (tag < 0xc0)
        return 1 + (size_t)(tag & 31);
    n = big_endian(p + 1, width[tag - 0xc0]);
    if (tag >= 0xdc) {
        *inside = tag >= 0xde ? 2 * n : n;
        n = 0;
    }
    return 1 + (size_t)width[tag - 0xc0] + fixed[tag - 0xc0] + (size_t)n;
}

/* Bytes of one whole object at p, at most `left`. */
static size_t
object(const unsigned char *p, size_t left)
{
    uint64_t waiting = 1, inside;
    size_t used = 0;

    while (waiting > 0 && used < left) {
        used += header(p + used, &inside);
        waiting += inside - 1;
    }
    return used < left ? used : left;
}

/* A text, however long its header, that says `word`. */
static int
says(const unsigned char *text, size_t len, const char *word)
{
    size_t n = strlen(word);
    size_t head = (text[0] & 0xe0) == 0xa0 ? 1
                  : text[0] == 0xd9        ? 2
                  : text[0] == 0xda        ? 3
                  : text[0] == 0xdb        ? 5
                                           : 0;

    return head != 0 && len == head + n && memcmp(text + head, word, n) == 0;
}

size_t
inc_raw_object(const unsigned char *p, size_t left)
{
    return object(p, left);
}

int
inc_raw_pair(const unsigned char *map, size_t len, size_t *at,
             struct inc_raw_pair *out)
{
    uint64_t inside;

    if (*at == 0 && len > 0)
        *at = header(map, &inside);
    if (*at >= len)
        return 0;
    out->key = map + *at;
    out->key_len = object(out->key, len - *at);
    out->value = out->key + out->key_len;
    out->value_len = object(out->value, len - *at - out->key_len);
    *at += out->key_len + out->value_len;
    return 1;
}

int
inc_raw_says(const struct inc_raw_pair *m, const char *key)
{
    return says(m->key, m->key_len, key);
}

int64_t
inc_raw_int(const unsigned char *p, size_t len)
{
    if (len == 1)
        return p[0] < 0x80 ? p[0] : 0;
    return p[0] >= 0xcc && p[0] <= 0xcf ? (int64_t)big_endian(p + 1, len - 1)
                                        : 0;
}

void
inc_raw_member(const unsigned char *map, size_t len, const char *key,
               const unsigned char **bytes, size_t *value_len)
{
    uint64_t inside;
    size_t at;

    *bytes = NULL;
    *value_len = 0;
    if (len == 0)
        return;
    at = header(map, &inside);
    for (uint64_t pair = 0; pair < inside / 2 && at < len; pair++) {
        size_t name = object(map + at, len - at);
        size_t value = object(map + at + name, len - at - name);

        if (says(map + at, name, key)) {
            *bytes = map + at + name;
            *value_len = value;
            return;
        }
        at += name + value;
    }
}

int
inc_raw_item(const unsigned char *list, size_t len, size_t *at,
             const unsigned char **bytes, size_t *item_len)
{
    uint64_t inside;

    if (*at == 0 && len > 0)
        *at = header(list, &inside);
    if (*at >= len)
        return 0;
    *bytes = list + *at;
    *item_len = object(*bytes, len - *at);
    *at += *item_len;
    return 1;
}

void
inc_raw_body(const unsigned char *frame, size_t len,
             const unsigned char **bytes, size_t *body_len)
{
    inc_raw_member(frame, len, "body", bytes, body_len);
}

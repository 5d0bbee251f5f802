#include "bench/load/peek.h"

#include <stdlib.h>
#include <string.h>

#include "proto/message.h"

static int
number_of(uint64_t *no, const char *id, size_t len)
{
    uint64_t v = 0;

    if (len < 2 || len > 20 || id[0] != 'r')
        return -1;
    for (size_t i = 1; i < len; i++) {
        if (id[i] < '0' || id[i] > '9')
            return -1;
        v = v * 10 + (uint64_t)(id[i] - '0');
    }
    *no = v;
    return 0;
}

/* The way the daemon writes: {v: 1, id: "...", status: "ok", ...}. */
static int
quick(uint64_t *no, const unsigned char *b, size_t len)
{
    static const unsigned char head[] = {0x84, 0xa1, 'v', 1, 0xa2, 'i', 'd'};
    static const unsigned char ok[] = {0xa6, 's', 't',  'a', 't',
                                       'u',  's', 0xa2, 'o', 'k'};
    size_t at = sizeof head;

    if (len < at + 1 || memcmp(b, head, at) != 0 || (b[at] & 0xe0) != 0xa0)
        return -1;
    size_t id_len = b[at] & 0x1f;
    at++;
    if (len < at + id_len + sizeof ok ||
        memcmp(b + at + id_len, ok, sizeof ok) != 0)
        return -1;
    return number_of(no, (const char *)b + at, id_len);
}

int
inc_reply_peek(uint64_t *no, enum inc_status *st, const void *bytes, size_t len)
{
    struct inc_frame *frame = NULL;
    struct inc_reply reply;
    int rc = -1;

    *st = INC_OK;
    if (quick(no, bytes, len) == 0)
        return 0;
    if (inc_frame_open(&frame, bytes, len, &inc_reply_limits, NULL) == INC_OK &&
        inc_reply_read(&reply, inc_frame_root(frame), NULL) == INC_OK) {
        *st = reply.ok ? INC_OK : reply.error.status;
        rc = number_of(no, reply.id, strlen(reply.id));
    }
    inc_frame_close(frame);
    return rc;
}

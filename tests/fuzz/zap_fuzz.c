/* Fuzz: the frames of a ZAP request. Each is a byte of length (255: two more
 * bytes say it) and its bytes. The request's id is given back whatever stands
 * there, only a whole request of CURVE names a key, and the answer lets in
 * nobody but that key. The gate after it never lets in more than its burst. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/access/zap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PER_MINUTE = 3, BURST = 5, KNOCKS = 16 };

static void
must(int yes)
{
    if (!yes)
        abort();
}

static size_t
frames_of(struct inc_zap_frame frames[INC_ZAP_FRAMES], const uint8_t *data,
          size_t size)
{
    size_t n = 0;

    while (size > 0 && n < INC_ZAP_FRAMES) {
        size_t len = *data++;

        size--;
        if (len == 255 && size >= 2) {
            len = (size_t)data[0] << 8 | data[1];
            data += 2;
            size -= 2;
        }
        if (len > size)
            len = size;
        frames[n++] = (struct inc_zap_frame){len == 0 ? NULL : data, len};
        data += len;
        size -= len;
    }
    return n;
}

static void
check_reply(const struct inc_zap_request *r, enum inc_zap_answer a)
{
    static const char *const codes[] = {"200", "300", "400", "500"};
    struct inc_zap_frame out[INC_ZAP_REPLY];

    inc_zap_reply(out, r, a);
    must(out[0].len == 3 && memcmp(out[0].bytes, "1.0", 3) == 0);
    must(out[1].len == r->id_len && out[1].bytes == r->id);
    must(out[2].len == 3 && memcmp(out[2].bytes, codes[a], 3) == 0);
    must(out[4].len == (a == INC_ZAP_IN ? (size_t)INC_Z85 : 0));
    must(out[5].len == 0);
}

static void
knock(const char *key, int64_t now)
{
    static struct inc_zap_gate gate; /* large; begun anew each time */
    int in = 0;

    inc_zap_gate_init(&gate, PER_MINUTE, BURST);
    for (int i = 0; i < KNOCKS; i++)
        in += inc_zap_gate_pass(&gate, key, now);
    must(in == BURST);
    must(!inc_zap_gate_pass(&gate, key, now - 60000)); /* a clock put back */
    must(inc_zap_gate_pass(&gate, key, now + 60000));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inc_zap_frame frames[INC_ZAP_FRAMES] = {{NULL, 0}};
    struct inc_zap_request r;
    struct inc_err err = {0};
    size_t n = frames_of(frames, data, size);
    enum inc_status st = inc_zap_read(&r, frames, n, &err);
    unsigned char key[INC_CURVE];

    must(r.id_len <= INC_ZAP_ID);
    if (st == INC_OK) {
        must(n == 7 && frames[6].len == INC_CURVE);
        must(inc_z85_read(key, r.key, strlen(r.key)) == 0 &&
             memcmp(key, frames[6].bytes, INC_CURVE) == 0);
        must(r.id_len == frames[1].len &&
             (r.id_len == 0 || memcmp(r.id, frames[1].bytes, r.id_len) == 0));
        knock(r.key, (int64_t)size * 1000);
    } else {
        must(st == INC_E_FORMAT || st == INC_E_DENIED);
        must(err.what[0] != '\0' && r.key[0] == '\0');
    }
    check_reply(&r, INC_ZAP_LATER);
    check_reply(&r, INC_ZAP_OUT);
    check_reply(&r, INC_ZAP_BROKEN);
    if (st == INC_OK)
        check_reply(&r, INC_ZAP_IN);
    return 0;
}

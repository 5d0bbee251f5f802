#include "engine/access/zap.h"

#include <string.h>

#include "engine/base/hash.h"

enum { VERSION, ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, KEY, FRAMES };
enum { MINUTE_MS = 60000 };

static int
says(const struct inc_zap_frame *f, const char *word)
{
    return f->len == strlen(word) && memcmp(f->bytes, word, f->len) == 0;
}

enum inc_status
inc_zap_read(struct inc_zap_request *out, const struct inc_zap_frame *frames,
             size_t n, struct inc_err *err)
{
    memset(out, 0, sizeof *out);
    if (n <= ID || !says(&frames[VERSION], "1.0"))
        return inc_fail(err, INC_E_FORMAT, 0, "not a request of ZAP 1.0");
    if (frames[ID].len > INC_ZAP_ID)
        return inc_fail(err, INC_E_FORMAT, 0, "its id is too long");
    if (frames[ID].len > 0)
        memcpy(out->id, frames[ID].bytes, frames[ID].len);
    out->id_len = frames[ID].len;
    if (n <= MECHANISM)
        return inc_fail(err, INC_E_FORMAT, 0, "frames are missing");
    if (!says(&frames[DOMAIN], INC_ZAP_DOMAIN))
        return inc_fail(err, INC_E_DENIED, 0, "another domain");
    if (!says(&frames[MECHANISM], "CURVE"))
        return inc_fail(err, INC_E_DENIED, 0, "another mechanism");
    if (n != FRAMES || frames[KEY].len != INC_CURVE)
        return inc_fail(err, INC_E_FORMAT, 0, "not one key of %d bytes",
                        INC_CURVE);
    inc_z85_write(out->key, frames[KEY].bytes);
    return INC_OK;
}

void
inc_zap_reply(struct inc_zap_frame out[INC_ZAP_REPLY],
              const struct inc_zap_request *r, enum inc_zap_answer a)
{
    static const struct {
        const char *code, *text;
    } says_so[] = {[INC_ZAP_IN] = {"200", "OK"},
                   [INC_ZAP_LATER] = {"300", "too many connections"},
                   [INC_ZAP_OUT] = {"400", "unknown key"},
                   [INC_ZAP_BROKEN] = {"500", "not understood"}};

    out[0] = (struct inc_zap_frame){"1.0", 3};
    out[1] = (struct inc_zap_frame){r->id, r->id_len};
    out[2] = (struct inc_zap_frame){says_so[a].code, 3};
    out[3] = (struct inc_zap_frame){says_so[a].text, strlen(says_so[a].text)};
    out[4] = (struct inc_zap_frame){r->key, a == INC_ZAP_IN ? INC_Z85 : 0};
    out[5] = (struct inc_zap_frame){"", 0};
}

void
inc_zap_gate_init(struct inc_zap_gate *g, int64_t per_minute, int64_t burst)
{
    memset(g, 0, sizeof *g);
    g->per_minute = per_minute;
    g->burst = burst;
    for (size_t i = 0; i < INC_ZAP_KEYS; i++)
        g->key[i].tokens = burst * MINUTE_MS;
}

int
inc_zap_gate_pass(struct inc_zap_gate *g, const char *key, int64_t now_ms)
{
    size_t i = (size_t)(inc_hash64(key, strlen(key)) % INC_ZAP_KEYS);
    int64_t most = g->burst * MINUTE_MS, passed = now_ms - g->key[i].at_ms;

    if (g->per_minute == 0)
        return 1;
    if (passed > 0) {
        g->key[i].tokens = passed > most / g->per_minute
                               ? most
                               : g->key[i].tokens + passed * g->per_minute;
        if (g->key[i].tokens > most)
            g->key[i].tokens = most;
        g->key[i].at_ms = now_ms;
    }
    if (g->key[i].tokens < MINUTE_MS)
        return 0;
    g->key[i].tokens -= MINUTE_MS;
    return 1;
}

/* Fuzz: any bytes as a file with keys. The first byte says which: a pair of
 * CURVE keys, or the key file of a store. What is accepted must mean the same
 * after it was written and read again; what is refused leaves nothing behind.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/hash.h"
#include "engine/base/hex.h"
#include "engine/base/keys.h"
#include "engine/store/kek.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int yes)
{
    if (!yes)
        abort();
}

static void
pair(const char *text, size_t len)
{
    static const struct inc_keys nothing;
    struct inc_keys k, again;
    struct inc_err err = {0};
    struct inc_buf out = {0};

    if (inc_keys_parse(&k, "fuzz", text, len, &err) != INC_OK) {
        must(err.status == INC_E_CONFIG && err.what[0] != '\0' &&
             strncmp(err.where, "fuzz", 4) == 0);
        must(memcmp(&k, &nothing, sizeof k) == 0);
        return;
    }
    must(strlen(k.public_key) == INC_Z85 && strlen(k.secret) == INC_Z85);
    if (k.user[0] != '\0')
        inc_buf_printf(&out, "user %s\n", k.user);
    if (k.server[0] != '\0')
        inc_buf_printf(&out, "server %s\n", k.server);
    inc_buf_printf(&out, "secret %s\npublic %s\n", k.secret, k.public_key);
    must(inc_keys_parse(&again, "again", (const char *)out.data, out.len,
                        &err) == INC_OK);
    must(memcmp(&k, &again, sizeof k) == 0);
    inc_buf_release(&out);
}

static void
store_key(const char *text, size_t len)
{
    struct inc_kek k = {0}, again = {0};
    struct inc_buf out = {0};
    char hex[2 * INC_SECRET + 1] = "";

    if (!inc_kek_parse(&k, text, len))
        return;
    must(k.n == 1 || (k.n == 2 && k.at[1].epoch == k.at[0].epoch + 1));
    inc_buf_printf(&out, "incrocio key 1\n");
    for (unsigned i = 0; i < k.n; i++) {
        must(k.at[i].epoch > 0 && inc_kek_of(&k, k.at[i].epoch) == k.at[i].key);
        inc_hex(hex, k.at[i].key, INC_SECRET);
        inc_buf_printf(&out, "epoch %" PRIu32 " %.*s\n", k.at[i].epoch,
                       2 * INC_SECRET, hex);
    }
    must(inc_kek_parse(&again, (const char *)out.data, out.len));
    must(again.n == k.n);
    for (unsigned i = 0; i < k.n; i++)
        must(again.at[i].epoch == k.at[i].epoch &&
             memcmp(again.at[i].key, k.at[i].key, INC_SECRET) == 0);
    inc_buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (size == 0)
        return 0;
    must(inc_hash_start() == 0);
    /* Of exactly its size: reading on is found. */
    text = malloc(size);
    must(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    if (data[0] % 2 == 0)
        pair(text, size - 1);
    else
        store_key(text, size - 1);
    free(text);
    return 0;
}

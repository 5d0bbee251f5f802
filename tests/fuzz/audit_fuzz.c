/* Fuzz: any bytes as an export, a proof, a checkpoint with its `since` lines,
 * and as the head of an entry. Nothing is accepted that nobody signed. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "clients/audit/audit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A signature over the input's own text, so that what follows it is reached:
 * the first 5 lines of a checkpoint, signed with a known key. */
static size_t
sign_it(char *out, size_t room, const char *text, size_t len)
{
    unsigned char seed[32] = {1}, public_key[32], secret[64], signature[64];
    char hex[129];
    size_t n;

    if (len + 256 > room)
        return 0;
    (void)crypto_sign_seed_keypair(public_key, secret, seed);
    memcpy(out, text, len);
    n = len;
    (void)sodium_bin2hex(hex, sizeof hex, public_key, 32);
    n += (size_t)snprintf(out + n, room - n, "key %s\n", hex);
    (void)crypto_sign_detached(signature, NULL, (unsigned char *)out, n,
                               secret);
    (void)sodium_bin2hex(hex, sizeof hex, signature, 64);
    n += (size_t)snprintf(out + n, room - n, "signature %s\n", hex);
    return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    static struct lines l;
    static char signed_text[4096];
    struct wanted w = {.key = NULL};
    struct checkpoint c;
    struct head h;
    const char *why;
    struct command command;
    struct cut cut;
    size_t n;

    if (nowhere == NULL &&
        (sodium_init() < 0 || (nowhere = fopen("/dev/null", "w")) == NULL))
        abort();
    w.out = nowhere;
    (void)head_read(&h, data, size);
    (void)journal_head_read(&command, data, size);
    l = (struct lines){.text = (const char *)data, .left = size};
    (void)cut_read(&cut, &l, &why);
    l = (struct lines){.text = (const char *)data, .left = size};
    (void)verify_export(&l, &w);
    l = (struct lines){.text = (const char *)data, .left = size};
    (void)verify_proof(&l, &w);
    n = sign_it(signed_text, sizeof signed_text, (const char *)data, size);
    l = (struct lines){.text = signed_text, .left = n};
    if (checkpoint_read(&c, &l, &why) == 0) {
        w.witness = &c;
        w.n_witness = 1;
        l = (struct lines){.text = signed_text, .left = n};
        (void)verify_since(&l, &w);
        l = (struct lines){.text = signed_text, .left = n};
        (void)verify_export(&l, &w);
    }
    return 0;
}

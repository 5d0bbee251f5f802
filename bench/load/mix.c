/* mix.c - the text of --mix, and one request out of it. Bodies: bodies.c. */
#include "bench/load/mix.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"

static const struct {
    const char *wire;
    enum inc_op op;
    const char *doc;
} kinds[INC_ASK_COUNT] = {
#define INC_X(name, wire, op, needs, people, doc) {wire, INC_OP_##op, doc},
#include "bench/load/kinds.def"
#undef INC_X
};

const char *
inc_ask_name(enum inc_ask kind)
{
    return kinds[kind].wire;
}

enum inc_op
inc_ask_op(enum inc_ask kind)
{
    return kinds[kind].op;
}

void
inc_asks_print(FILE *to)
{
    for (size_t i = 0; i < INC_ASK_COUNT; i++)
        (void)fprintf(to, "  %-21s %s\n", kinds[i].wire, kinds[i].doc);
}

static int
kind_of(const char *text, size_t len)
{
    for (int i = 0; i < INC_ASK_COUNT; i++)
        if (strlen(kinds[i].wire) == len &&
            memcmp(kinds[i].wire, text, len) == 0)
            return i;
    return -1;
}

static enum inc_status
wrong(struct inc_err *err, const char *what, const char *text, size_t len)
{
    struct inc_buf names = {0};

    (void)inc_fail(err, INC_E_CONFIG, 0, "--mix: %s \"%.*s\"", what, (int)len,
                   text);
    for (size_t i = 0; i < INC_ASK_COUNT; i++)
        inc_buf_printf(&names, "%s%s", i == 0 ? "" : " ", kinds[i].wire);
    inc_err_hint(err,
                 "KIND=SHARE,... with whole shares from 1 to 1000000, "
                 "each kind once; kinds: %s",
                 inc_buf_cstr(&names));
    inc_buf_release(&names);
    return INC_E_CONFIG;
}

static enum inc_status
parse_part(struct inc_mix *mix, const char *text, size_t len,
           struct inc_err *err)
{
    const char *equals = memchr(text, '=', len);
    size_t name = equals == NULL ? len : (size_t)(equals - text);
    int kind = kind_of(text, name);
    unsigned long weight = 1;

    if (kind < 0)
        return wrong(err, "no such kind", text, name);
    if (equals != NULL) {
        char *end = NULL;
        weight = strtoul(equals + 1, &end, 10);
        if (equals[1] < '0' || equals[1] > '9' || end != text + len ||
            weight == 0 || weight > 1000000)
            return wrong(err, "no share", text, len);
    }
    for (size_t i = 0; i < mix->n; i++)
        if ((int)mix->parts[i].kind == kind)
            return wrong(err, "twice", text, name);
    mix->parts[mix->n++] = (struct inc_mix_part){.kind = (enum inc_ask)kind,
                                                 .weight = (uint32_t)weight};
    mix->weight += (uint32_t)weight;
    if (inc_ops[kinds[kind].op].kind == INC_OPS_WRITE)
        mix->writes = 1;
    return INC_OK;
}

enum inc_status
inc_mix_parse(struct inc_mix *out, const char *text, struct inc_err *err)
{
    *out = (struct inc_mix){0};
    for (;;) {
        size_t len = strcspn(text, ",");
        enum inc_status st = parse_part(out, text, len, err);
        if (st != INC_OK || text[len] == '\0')
            return st;
        text += len + 1;
    }
}

void
inc_mix_release(struct inc_mix *mix)
{
    for (size_t i = 0; i < mix->n; i++) {
        for (size_t b = 0; b < mix->parts[i].n; b++)
            inc_buf_release(&mix->parts[i].bodies[b]);
        inc_mem_free(mix->parts[i].bodies);
    }
    *mix = (struct inc_mix){0};
}

const struct inc_mix_part *
inc_mix_next(const struct inc_mix *mix, struct inc_rng *rng, size_t *body)
{
    uint32_t at = inc_rng_below(rng, mix->weight);
    const struct inc_mix_part *part = mix->parts;

    while (at >= part->weight) {
        at -= part->weight;
        part++;
    }
    *body = part->n == 0 ? 0 : inc_rng_below(rng, (uint32_t)part->n);
    return part;
}

/* The body's bytes are shared between threads: the number goes into the copy
 * that is already in the frame. The id stands near the body's beginning. */
static void
number(struct inc_buf *out, size_t body_len, uint64_t fresh)
{
    static const char hex[] = "0123456789abcdef", mark[] = INC_MIX_NEW_ID;
    size_t len = sizeof mark - 1;
    unsigned char *to = out->data + out->len - body_len;
    const unsigned char *end = out->data + out->len;

    while ((size_t)(end - to) >= len && memcmp(to, mark, len) != 0)
        to++;
    if ((size_t)(end - to) < len)
        return;
    for (size_t i = len; i-- > len - INC_MIX_DIGITS; fresh >>= 4)
        to[i] = (unsigned char)hex[fresh & 15];
}

void
inc_mix_request(struct inc_buf *out, const struct inc_mix_part *part,
                size_t body, const char *id, uint64_t fresh)
{
    struct inc_request r = {.v = INC_PROTOCOL, .op = kinds[part->kind].op};
    const struct inc_buf *bytes = part->n == 0 ? NULL : &part->bodies[body];

    (void)snprintf(r.id, sizeof r.id, "%s", id);
    if (inc_ops[r.op].kind == INC_OPS_WRITE) {
        r.has_key = 1;
        inc_random_bytes(r.key, sizeof r.key);
    }
    inc_buf_reset(out);
    inc_request_write(out, &r, bytes == NULL ? NULL : bytes->data,
                      bytes == NULL ? 0 : bytes->len);
    if (part->kind == INC_ASK_PUT_NEW && bytes != NULL && !out->failed)
        number(out, bytes->len, fresh);
}

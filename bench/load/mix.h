/*
 * mix.h - what the load generator asks: kinds of request in given shares, with
 * bodies made from records that the daemon itself has.
 *
 * Made once, before the threads start, then read-only for all of them.
 */
#ifndef INC_BENCH_LOAD_MIX_H
#define INC_BENCH_LOAD_MIX_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "clients/c/incrocio.h"
#include "engine/base/rng.h"

enum inc_ask {
#define INC_X(name, wire, op, needs, people, doc) INC_ASK_##name,
#include "bench/load/kinds.def"
#undef INC_X
    INC_ASK_COUNT
};

const char *inc_ask_name(enum inc_ask kind);
void inc_asks_print(FILE *to); /* for --help: a line a kind */

/* The same options in every match question; zeros leave a field out. */
struct inc_mix_options {
    int64_t k;
    int no_explain;
    const char *filters; /* JSON object for options.filters, or NULL */
    const char *rules;   /* names with commas between, or NULL */
    unsigned records;    /* most needs, and most people, asked about */
};

struct inc_mix_part {
    enum inc_ask kind;
    uint32_t weight;        /* of the sum of all */
    struct inc_buf *bodies; /* [n]; none for ping */
    size_t n;
};

struct inc_mix {
    struct inc_mix_part parts[INC_ASK_COUNT];
    size_t n;
    uint32_t weight;
    int writes; /* some part writes */
};

/*
 * Read "match.people=70,ping=30"; a lone name has weight 1.
 * INC_E_CONFIG names the word that is wrong and the kinds there are.
 */
enum inc_status inc_mix_parse(struct inc_mix *out, const char *text,
                              struct inc_err *err);

/*
 * Fetch records from the daemon and make the bodies, then ask each kind of
 * question once, so that a wrong option shows here and not as a million errors.
 * Writes are not tried.
 * INC_E_NOTFOUND: the store has no record that a kind wants; else as
 * inc_client_call() says.
 */
enum inc_status inc_mix_fill(struct inc_mix *mix, struct inc_client *client,
                             const struct inc_mix_options *options,
                             struct inc_err *err);
void inc_mix_release(struct inc_mix *mix);

/* Which part, and which of its bodies, comes next. */
const struct inc_mix_part *inc_mix_next(const struct inc_mix *mix,
                                        struct inc_rng *rng, size_t *body);

/* Id of a new person: the digits, hexadecimal, are its number. */
#define INC_MIX_NEW_ID "LOAD-0000000000000000"
enum { INC_MIX_DIGITS = 16 };

/* Write one request frame into `out` (emptied first): part, body from
 * inc_mix_next(), request id, and for a write a random key; `fresh` is the
 * number of a new person, never used before in this store. */
void inc_mix_request(struct inc_buf *out, const struct inc_mix_part *part,
                     size_t body, const char *id, uint64_t fresh);

enum inc_op inc_ask_op(enum inc_ask kind);

#endif

/*
 * audit.h - the parts of incrocio-audit: reading lines, the head of an entry,
 * checkpoints, trees. Written from docs/records.md; nothing of engine, proto or
 * the other clients is in here, so that a mistake of the writer's is not made
 * twice. Digests and signatures are libsodium's. One thread.
 */
#ifndef INCROCIO_AUDIT_H
#define INCROCIO_AUDIT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    DIGEST = 32,
    STORE_ID = 16,
    PUBLIC_KEY = 32,
    SIGNATURE = 64,
    HEAD_MAX = 8192, /* bytes of a head */
    LINE_MAX_BYTES = 2 * HEAD_MAX + 64,
    DEPTH = 64
};

/* --- lines ---------------------------------------------------------------- */

struct lines {
    FILE *file;       /* or ... */
    const char *text; /* ... memory, for the fuzz target */
    size_t left;
    unsigned long no; /* of the line read last, from 1 */
    char line[LINE_MAX_BYTES + 2];
    int held; /* the line is to be given again */
};
/* 1: a line without its end; 0: no more; -1: too long, or a zero byte. */
int lines_next(struct lines *l);
void lines_hold(struct lines *l); /* give it again */

/* A line `word rest`: where rest begins, or NULL for another word. */
const char *after_word(const char *line, const char *word);
/* Exactly len bytes as lower-case hex at *p, then a space or the end; moves *p
 * behind them. 0 or -1. */
int take_hex(const char **p, unsigned char *out, size_t len);
/* Likewise a number without leading zeros. */
int take_number(const char **p, uint64_t *out);
/* The rest of a line as hex: how many bytes, or -1. */
long take_bytes(const char *p, unsigned char *out, size_t room);

/* --- checkpoints ---------------------------------------------------------- */

struct checkpoint {
    unsigned char store[STORE_ID];
    uint64_t at_ms, journal, entries;
    unsigned char journal_chain[DIGEST], chain[DIGEST], root[DIGEST];
    unsigned char key[PUBLIC_KEY];
};
/* Reads the seven lines of a checkpoint and checks its signature. 0, or -1 with
 * the reason in why. */
int checkpoint_read(struct checkpoint *out, struct lines *l, const char **why);

/* A cut: the entries up to `entries` were pruned, nothing of `before` (days
 * since 1970) or later. */
enum { LEAST_DAYS = 183 };
struct cut {
    unsigned char store[STORE_ID];
    uint64_t at_ms, journal, entries;
    int64_t before;
    unsigned char chain[DIGEST], root[DIGEST];
    unsigned char key[PUBLIC_KEY];
};
/* Its eight lines, as checkpoint_read(). */
int cut_read(struct cut *out, struct lines *l, const char **why);

/* --- digests and trees ---------------------------------------------------- */

void digest_leaf(unsigned char out[DIGEST], const void *bytes, size_t len);
void digest_node(unsigned char out[DIGEST], const unsigned char left[DIGEST],
                 const unsigned char right[DIGEST]);
void chain_next(unsigned char chain[DIGEST], const void *head, size_t len);
void chain_begin_matches(unsigned char chain[DIGEST],
                         const unsigned char store[STORE_ID]);
void chain_begin_journal(unsigned char chain[DIGEST],
                         const unsigned char store[STORE_ID]);

struct tree {
    uint64_t n;
    unsigned char part[DEPTH][DIGEST];
};
void tree_add(struct tree *t, const void *bytes, size_t len);
void tree_add_leaf(struct tree *t, const unsigned char leaf[DIGEST]);
void tree_root(const struct tree *t, unsigned char out[DIGEST]);

/* The root that a leaf `at` of `n` and the digests beside its way come to.
 * 0, or -1 when their number is not the right one. */
int way_up(unsigned char digest[DIGEST], uint64_t at, uint64_t n,
           unsigned char (*beside)[DIGEST], size_t used);
/* Do the digests prove that the tree of m leaves is the beginning of the one
 * of n? 0 or -1. */
int same_beginning(uint64_t m, const unsigned char old_root[DIGEST], uint64_t n,
                   const unsigned char new_root[DIGEST],
                   unsigned char (*given)[DIGEST], size_t used);

/* --- heads ---------------------------------------------------------------- */

struct head {
    uint64_t no;
    int64_t at_ms;
    char op[64], actor[264], office[264], purpose[264];
    uint64_t items;
    unsigned char items_root[DIGEST];
};
/* The head of a match. 0 or -1. */
int head_read(struct head *out, const unsigned char *bytes, size_t len);
/* The head of a command in the journal. 0 or -1. */
struct command {
    uint64_t seq;
    char op[64];
    int64_t result, revision;
};
int journal_head_read(struct command *out, const unsigned char *bytes,
                      size_t len);

/* --- what it is asked ----------------------------------------------------- */

struct wanted {
    const unsigned char *key;         /* NULL: not known */
    const struct checkpoint *witness; /* [n], kept elsewhere */
    size_t n_witness;
    FILE *out;
};
/* Each hands back how many things are wrong. */
int verify_export(struct lines *l, const struct wanted *w);
int verify_proof(struct lines *l, const struct wanted *w);
int verify_since(struct lines *l, const struct wanted *w);

#endif

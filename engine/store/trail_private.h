/*
 * trail_private.h - what the files of the register share. Private to
 * engine/store.
 */
#ifndef INC_STORE_TRAIL_PRIVATE_H
#define INC_STORE_TRAIL_PRIVATE_H

#include "engine/store/take.h"
#include "engine/store/trail.h"

enum {
    INC_TRAIL_LEAF = 3 * INC_NUMBER, /* bytes of an item in the tree */
    INC_TRAIL_PLACE = INC_NUMBER     /* rank and score, 4 bytes each */
};

/* Somebody who is in an entry; in struct inc_slip.links. */
struct inc_trail_link {
    uint64_t person;
    uint32_t rank;
    int32_t score;
};

/* 1 when the index names the person asked about; of a pair she is the item,
 * with her score. */
int inc_trail_links_person(const struct inc_trail *t);
/* What of an item its tree covers. */
void inc_trail_leaf(unsigned char out[INC_TRAIL_LEAF],
                    const struct inc_trail_item *i);
/* A stored row; trouble sticks in *out. */
void inc_trail_row_write(struct inc_buf *out, const struct inc_buf *head,
                         const unsigned char chain[INC_DIGEST],
                         const struct inc_buf *body, const void *nodes,
                         size_t n_nodes);
/* What is left of a row once its entry is pruned. */
void inc_trail_stub_write(struct inc_buf *out,
                          const unsigned char leaf[INC_DIGEST],
                          const void *nodes, size_t n_nodes);
/* How much of a row is opened: its head, or the body too. */
enum inc_trail_depth { INC_ROW_HEAD, INC_ROW_WHOLE };
/* Reads the value under a key into *out, a pruned one too. */
enum inc_status inc_trail_row_read(struct inc_trail_row *out,
                                   const struct inc_store *s,
                                   const MDB_val *key, const MDB_val *value,
                                   struct inc_arena *a, struct inc_err *err);
/* The same of bytes that are open; they are borrowed. */
enum inc_status inc_trail_row_take(struct inc_trail_row *out,
                                   const struct inc_store *s, const void *bytes,
                                   size_t len, enum inc_trail_depth depth,
                                   struct inc_arena *a, struct inc_err *err);
/* Entry `no` as it is stored, pruned or not. INC_E_NOTFOUND. */
enum inc_status inc_trail_row_at(struct inc_view *v, uint64_t no,
                                 enum inc_trail_depth depth,
                                 struct inc_trail_row *out, struct inc_arena *a,
                                 struct inc_err *err);
/* Its leaf in the tree. */
void inc_trail_row_leaf(unsigned char out[INC_DIGEST],
                        const struct inc_trail_row *row);
/* Root of the tree over the first n entries; n > 0. */
enum inc_status inc_trail_root(struct inc_view *v, uint64_t n,
                               unsigned char out[INC_DIGEST],
                               struct inc_err *err);

/* --- trail_veil.c: what only the keys of the persons in it open ---------- */

struct inc_trail_veil {
    const struct inc_store *s;
    const struct inc_trail *t;
    unsigned char unknown[INC_SECRET]; /* thrown away with the rest */
    struct inc_hasher reply;
};
void inc_trail_veil_begin(struct inc_trail_veil *v, const struct inc_store *s,
                          const struct inc_trail *t);
/* Item `at` of the entry: its mark (8 bytes) and its lines'. */
enum inc_status inc_trail_veil_item(struct inc_trail_veil *v, uint32_t at,
                                    uint64_t no, unsigned char *marks,
                                    size_t len, struct inc_err *err);
/* The reply's digest. */
void inc_trail_veil_end(struct inc_trail_veil *v, const void *reply, size_t len,
                        unsigned char out[INC_DIGEST]);
/* A body about a person, under her key. INC_E_NOTFOUND: erased. */
enum inc_status inc_trail_body_seal(const struct inc_store *s,
                                    const struct inc_trail *t,
                                    const struct inc_buf *plain,
                                    struct inc_buf *out, struct inc_err *err);
enum inc_status inc_trail_body_open(const struct inc_store *s,
                                    const struct inc_trail *t,
                                    const void *sealed, size_t len,
                                    struct inc_buf *out, struct inc_err *err);

/* The row of `meta`. */
enum inc_status inc_trail_head_load(const struct inc_store *s, MDB_txn *txn,
                                    struct inc_trail_head *out,
                                    struct inc_err *err);
enum inc_status inc_trail_head_save(const struct inc_store *s, MDB_txn *txn,
                                    const struct inc_trail_head *h,
                                    struct inc_err *err);
/* The chain's value before the first entry. */
void inc_trail_chain_first(unsigned char out[INC_DIGEST],
                           const unsigned char id[INC_STORE_ID]);
/* Key of a row of the index. */
enum { INC_TRAIL_KEY = 2 * INC_NUMBER };
void inc_trail_key(unsigned char out[INC_TRAIL_KEY], uint64_t record,
                   uint64_t no);

#endif

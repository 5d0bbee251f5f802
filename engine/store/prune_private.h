/*
 * prune_private.h - what the files of the register share about cuts. Private
 * to engine/store.
 */
#ifndef INC_STORE_PRUNE_PRIVATE_H
#define INC_STORE_PRUNE_PRIVATE_H

#include "engine/store/prune.h"
#include "engine/store/trail_private.h"

enum inc_status inc_cut_load(const struct inc_store *s, MDB_txn *txn,
                             struct inc_cut *out, struct inc_err *err);
/* Its signature; the same cut has always the same. */
enum inc_status inc_cut_sign(struct inc_cut *cut, const struct inc_store *s,
                             struct inc_err *err);

#endif

/*
 * learn.h - what a space learns from besides the taxonomy: the office's own
 * records, and a table from outside. Floor 9.
 */
#ifndef INC_TOOLS_LEARN_H
#define INC_TOOLS_LEARN_H

#include "engine/tools/tool.h"
#include "engine/train/train.h"

struct inc_learning {
    struct inc_train_source source[INC_TRAIN_SOURCES];
    struct inc_pairs pairs[INC_TRAIN_SOURCES]; /* owned */
    size_t n;
    uint32_t least;
    int with_store, with_table;
    uint64_t frozen;            /* people left out */
    uint64_t mentions, unknown; /* of skills in the records */
    struct inc_pairs_report table;
};

/*
 * Read what --with-store and --with-pairs name; nothing when neither is there.
 * The store is only read, at one moment, also while a daemon holds it. All
 * zero before; the caller's to release, also after a failure. INC_E_MISMATCH
 * when the taxonomy does not know half of what the records name.
 */
enum inc_status inc_learn(struct inc_learning *l, const struct inc_taxonomy *t,
                          const struct inc_tool_args *a, struct inc_err *err);
void inc_learn_print(const struct inc_learning *l,
                     const struct inc_taxonomy *t);
void inc_learn_release(struct inc_learning *l);

#endif

/*
 * office.h - what skills that occur together add to the training matrix.
 * Floor 4, private to engine/train. Source: docs/space.md.
 */
#ifndef INC_TRAIN_OFFICE_H
#define INC_TRAIN_OFFICE_H

#include "engine/train/sparse.h"
#include "engine/train/train.h"

/* How much a skill's own column weighs against all its partners together: with
 * it two skills that occur together are alike, without it only those that
 * occur with the same others. */
#define INC_TRAIN_SELF 1.0

/*
 * The sources side by side: PPMI of skill x skill, and each skill's own column
 * at INC_TRAIN_SELF times the length of its row. Skills without a pair have an
 * empty row.
 *   out  [rows][rows * n]; the caller's to release
 *   n    1 at least
 * INC_OK or INC_E_NOMEM.
 */
enum inc_status inc_train_office(struct inc_sparse *out,
                                 const struct inc_train_source *source,
                                 size_t n, uint32_t rows);

#endif

/*
 * matrix.h - what training learns from: skills by their occupations, groups,
 * ancestors, relations and words. Floor 4, private to engine/train.
 * Source: docs/matching.md "Skill space".
 */
#ifndef INC_TRAIN_MATRIX_H
#define INC_TRAIN_MATRIX_H

#include <stdint.h>

#include "engine/base/status.h"
#include "engine/taxonomy/taxonomy.h"
#include "engine/train/sparse.h"
#include "engine/train/train.h"

/* Weights of the blocks (length of a block's rows) and of their entries. */
#define INC_TRAIN_W_OCCUPATIONS 1.0
#define INC_TRAIN_W_GROUPS 1.0
#define INC_TRAIN_W_ANCESTORS 0.5
#define INC_TRAIN_W_RELATIONS 0.5
#define INC_TRAIN_W_WORDS 0.5
#define INC_TRAIN_ESSENTIAL 1.0F
#define INC_TRAIN_OPTIONAL 0.5F
#define INC_TRAIN_SMOOTHING 0.75 /* of the PPMI's contexts */

/*
 * The blocks side by side, one row a skill.
 *   out       the caller's to release
 *   left_out  [occupations] 1 for those that must leave no trace, or NULL
 *   o         what else to learn from (sources, weight); NULL: nothing
 */
enum inc_status inc_train_matrix(struct inc_sparse *out,
                                 const struct inc_taxonomy *t,
                                 const unsigned char *left_out,
                                 const struct inc_train_options *o,
                                 struct inc_err *err);

/*
 * Rarity of each skill: ln((1 + n) / (1 + df)) in thousandths, rounded, over
 * the n occupations that are not left out; df counts those that list the
 * skill, as essential or optional.
 *   milli  out [skills]
 */
enum inc_status inc_train_idf(uint16_t *milli, const struct inc_taxonomy *t,
                              const unsigned char *left_out,
                              struct inc_err *err);

#endif

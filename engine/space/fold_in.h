/*
 * fold_in.h - vectors for concepts that the trained space does not know.
 * Floor 3, private to engine/space.
 */
#ifndef INC_SPACE_FOLD_IN_H
#define INC_SPACE_FOLD_IN_H

#include <stdint.h>

#include "engine/base/status.h"
#include "engine/taxonomy/taxonomy.h"

/*
 * Give every skill of t whose `known` is 0 the mean, rounded to the nearest
 * integer (halves away from zero), of the vectors of its known neighbours,
 * each counted once: the concepts related to it, its parents that are skills,
 * and its siblings under any parent. The idf becomes the mean of theirs,
 * rounded down. Without known neighbours the row stays as it is.
 *
 *   vectors    inout [skills of t][dim]  rows of unknown skills are zero
 *   idf_milli  inout [skills of t]
 *   known      in    [skills of t]       1 when the row comes from training
 */
enum inc_status inc_space_fold_in(int8_t *vectors, uint16_t *idf_milli,
                                  const unsigned char *known, uint32_t dim,
                                  const struct inc_taxonomy *t,
                                  struct inc_err *err);

#endif

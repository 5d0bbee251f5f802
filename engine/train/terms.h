/*
 * terms.h - the words of the skills' texts as a weighted matrix. Floor 4,
 * private to engine/train.
 */
#ifndef INC_TRAIN_TERMS_H
#define INC_TRAIN_TERMS_H

#include "engine/base/status.h"
#include "engine/taxonomy/taxonomy.h"
#include "engine/train/sparse.h"

/*
 * tf-idf of the skills' words: the preferred label counted twice, the
 * alternative labels, the description; English where there is any, else the
 * first language that has the text. Words as in engine/text/words.h (three
 * letters or more, folded), without English or Italian function words, in two
 * skills at least; weight (1 + ln tf) * (ln((1 + n) / (1 + df)) + 1).
 *   out  [skills][words], the caller's to release
 * INC_OK or INC_E_NOMEM.
 */
enum inc_status inc_terms_matrix(struct inc_sparse *out,
                                 const struct inc_taxonomy *t);

#endif

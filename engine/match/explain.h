/*
 * explain.h - which of the person's skills supplied each line, and why a line
 * is less than whole. Floor 6. Works from the integer vectors themselves, so
 * it also checks the fold: what it finds must be what was folded.
 */
#ifndef INC_MATCH_EXPLAIN_H
#define INC_MATCH_EXPLAIN_H

#include "engine/match/kin.h"
#include "engine/match/score.h"

/*
 * Complete the requirement lines of one person.
 *   lines    in/out [plan->n_lines], from inc_score()
 *   classes  of the person's block
 *   kin      of the plan, to pass over words that are like nothing asked; NULL:
 *            look at all
 */
void inc_explain(struct inc_line *lines, const struct inc_plan *p,
                 const struct inc_person *person,
                 const struct inc_class *classes, const uint16_t *cover,
                 const struct inc_kin *kin);

/* Similarity and cosine of two skills, bp; the same skill is always 10000. */
uint32_t inc_pair_similarity(const struct inc_space *s, uint32_t a, uint32_t b,
                             uint32_t *cosine_bp);

#endif

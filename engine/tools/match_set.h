/*
 * match_set.h - how well a space ranks the people of an evaluation set.
 * Floor 9.
 *
 * A set is a folder: candidates.jsonl and needs.jsonl (records, one a line),
 * qrels.tsv (need, 0, candidate, grade from 1 to 4, with tabs), and, when it
 * was made from occupations, exclude-occupations.txt: those the space must not
 * have learned from, or the figure means nothing.
 */
#ifndef INC_TOOLS_MATCH_SET_H
#define INC_TOOLS_MATCH_SET_H

#include "engine/match/estate.h"

enum { INC_MATCH_SET_K = 10, INC_MATCH_SET_BEST = 4 }; /* the best grade */

struct inc_match_quality {
    double ndcg; /* at INC_MATCH_SET_K, gain 2^grade - 1 */
    double mrr;  /* of the first of the best grade, likewise */
    uint32_t needs, people;
    /* 1: the set names occupations, and the space does not say that it was
     * trained without them. */
    int learned_from_them;
};

/* Rank with the matcher itself, in this process. A need that is judged and not
 * answered counts as 0. Errors name file and line. */
enum inc_status inc_match_set_run(struct inc_match_quality *out,
                                  const char *folder, struct inc_estate *estate,
                                  struct inc_err *err);

#endif

/*
 * oracle.h - the slow plain way, shared by the two oracle files. Floor 6.
 *
 * What it shares with the engine: the plan of the need (what each line can
 * give), the constants of formula.h, and how an answer is written. What it
 * does its own way: reading a record, similarity, folding, hours, journeys,
 * adding up, ordering.
 */
#ifndef INC_MATCH_ORACLE_H
#define INC_MATCH_ORACLE_H

#include "engine/match/answer.h"

enum { INC_WEEK_MINUTES = 7 * 1440 };

/* One skill of a person, stated or implied. */
struct inc_plain_skill {
    uint32_t concept;
    struct inc_class held;
    uint32_t implied_by; /* occupation, INC_NO_CONCEPT when stated */
};

struct inc_plain {
    const struct inc_candidate *record;
    struct inc_plain_skill *skills; /* [n], stated first, by concept */
    uint32_t n, n_stated;
    unsigned char week[INC_WEEK_MINUTES]; /* 1: can work in that minute */
    uint32_t licences;
    struct inc_trade trades[INC_TRADES];
    uint32_t n_trades;
    uint32_t words[INC_WORDS_MAX]; /* for the answer: concept, index as class */
    uint32_t implied_by[INC_WORDS_MAX];
};

/* Read a record plainly. Memory from the arena. */
enum inc_status inc_plain_read(struct inc_plain *out, const struct inc_world *w,
                               const struct inc_candidate *c,
                               struct inc_arena *a, struct inc_err *err);

/* Every line of one pair, and their sums. lines out [plan->n_lines]. */
void inc_plain_score(struct inc_tally *total, struct inc_line *lines,
                     const struct inc_plan *p, const struct inc_plain *person);

#endif

/*
 * ranking.h - the k best, how many are ahead and how many tie, and the cursor
 * from one page to the next. Floor 6.
 */
#ifndef INC_MATCH_RANKING_H
#define INC_MATCH_RANKING_H

#include "engine/base/arena.h"
#include "engine/base/buf.h"
#include "engine/kernels/topk.h"
#include "engine/match/formula.h"
#include "proto/bodies.h"

enum { INC_CURSOR_TEXT = 8 + 16 + 16 + 16 + 16 + 1 };

struct inc_ranking {
    uint32_t counts[INC_BP + 1]; /* records per score */
    struct inc_topk top;
    int has_cursor;
    struct inc_ranked after; /* last item of the page before */
    uint64_t cursor_generation;
    uint64_t question; /* hash of what was asked */
    uint64_t matched;
    uint64_t behind; /* items after the cursor that the page has no room for */
    uint64_t ahead;  /* items offered that earlier pages have shown */
};

/*
 * Begin. `question` identifies what is asked (subject, filters, rules, date,
 * attitude): a cursor of another question is INC_E_CONFLICT, a text that is no
 * cursor INC_E_FORMAT.
 */
enum inc_status inc_ranking_begin(struct inc_ranking *r,
                                  const struct inc_match_options *o,
                                  uint64_t question, struct inc_arena *a,
                                  struct inc_err *err);
void inc_ranking_offer(struct inc_ranking *r, const struct inc_ranked *item);
/* Least score that can still get in: nothing under it need be offered. -1:
 * everything must be. */
int32_t inc_ranking_least(const struct inc_ranking *r);
/* Sort the page; how many items it has. */
size_t inc_ranking_end(struct inc_ranking *r);

/* When only the best were offered: how many there are in all. After the end. */
void inc_ranking_settle(struct inc_ranking *r, uint64_t matched);

/* 1 + how many have a higher score; how many have this score. */
uint64_t inc_ranking_rank(const struct inc_ranking *r, int32_t score);
uint64_t inc_ranking_tied(const struct inc_ranking *r, int32_t score);

/* Cursor to the next page; 0 when the page is the last. */
int inc_ranking_cursor(const struct inc_ranking *r, uint64_t generation,
                       char out[INC_CURSOR_TEXT]);

/* The same of a page that is the last, were there more behind it. 0: empty. */
int inc_ranking_edge(const struct inc_ranking *r, uint64_t generation,
                     char out[INC_CURSOR_TEXT]);

/* Hash of a question: subject bytes and the options that shape the order.
 * INC_E_NOMEM, also when the subject could not be written down. */
enum inc_status inc_question_hash(uint64_t *out, const struct inc_buf *subject,
                                  const struct inc_match_options *o,
                                  struct inc_err *err);

#endif

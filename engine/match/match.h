/*
 * match.h - questions in, ranked and explained answers out. Floor 6.
 * Formula, units and sources: docs/matching.md.
 *
 * Determinism: the reply bytes depend only on the image, the question and its
 * as_of date; not on the batch it ran in, its place there, the worker, the
 * kernel or the BLAS build.
 */
#ifndef INC_MATCH_MATCH_H
#define INC_MATCH_MATCH_H

#include "engine/base/buf.h"
#include "engine/kernels/kernels.h"
#include "engine/match/live.h"
#include "engine/match/ranking.h"
#include "proto/bodies.h"

/* Raise it when the same question over the same records gets another answer:
 * recorded matches of other formulas are not computed again. */
enum { INC_FORMULA = 1 };

enum inc_question_kind {
    INC_ASK_PEOPLE, /* need -> people */
    INC_ASK_NEEDS,  /* person -> needs */
    INC_ASK_PAIR    /* one person, one need */
};

/*
 * What the pass over people did for one question, in numbers of the worker's
 * own: shared counters are touched once a question (engine/batch/worker.c).
 * Nothing of an answer depends on them.
 */
struct inc_pass_work {
    uint64_t blocks_seen;    /* blocks of the pool */
    uint64_t blocks_skipped; /* of them, none of whose rows was looked at */
    uint64_t groups_bounded; /* nodes of their trees whose bound was made */
    uint64_t groups_visited; /* groups of rows looked into */
    uint64_t rows_sieved;    /* rows whose skills were looked at roughly */
    uint64_t rows_scored;    /* rows that got a score */
};

/*
 * What became of the answer's items, for who keeps a record of it: enough to
 * tell later where another answer differs. `lines` holds 2 bytes of the mark
 * (inc_mark64) of each line of each explanation.
 */
struct inc_traced {
    uint64_t no;   /* of the person or need; 1 for a pair */
    uint32_t rank; /* 0: a pair */
    int32_t score;
    uint64_t mark; /* of the item's bytes */
    uint32_t n_lines;
    size_t lines_at; /* in lines */
};
/* What a page says besides its items, for who makes it as it would be with
 * other counts. */
struct inc_outline {
    uint64_t considered, matched;
    uint64_t excluded[INC_RULE_COUNT];
    unsigned rules;             /* in force: a bit of enum inc_rule each */
    int filters;                /* some are in force */
    char next[INC_CURSOR_TEXT]; /* what the cursor is, or would be were there
                                   more behind the page; "" of an empty one */
};
struct inc_trace {
    struct inc_buf items; /* struct inc_traced */
    struct inc_buf lines;
    struct inc_outline *outline; /* NULL, or filled for INC_ASK_PEOPLE */
};
void inc_trace_reset(struct inc_trace *t);
void inc_trace_release(struct inc_trace *t);

struct inc_question {
    /* in; borrowed until the answer is there */
    enum inc_question_kind kind;
    const struct inc_need *need;             /* PEOPLE, PAIR */
    const struct inc_candidate *candidate;   /* NEEDS, PAIR */
    const struct inc_match_options *options; /* as_of and k always set */
    uint64_t deadline_ns;                    /* of inc_clock_ns(); 0: none */
    struct inc_trace *trace; /* NULL, or filled with what the answer has */
    /* out */
    enum inc_status status;
    struct inc_err err;
    struct inc_buf body; /* msgpack map: match_page, or match_item for PAIR */
    uint64_t considered; /* records that could be matched */
    struct inc_pass_work work;
};

/*
 * INC_OK while there is time, or INC_E_DEADLINE with q->err saying so. Asked
 * before every question; a long pass asks again on its way and hands the
 * status on. Costs one look at the clock, nothing without a deadline.
 */
enum inc_status inc_question_late(struct inc_question *q);

/* Scratch of one worker thread: tables, heaps. */
struct inc_matcher;
enum inc_status inc_matcher_new(struct inc_matcher **out,
                                const struct inc_kernels *kernels,
                                struct inc_err *err);
/* The same with `bytes` for the plan and the heap of one question (0: as
 * above, enough for any): tests that make thousands ask small questions. */
enum inc_status inc_matcher_sized(struct inc_matcher **out,
                                  const struct inc_kernels *kernels,
                                  size_t bytes, struct inc_err *err);
void inc_matcher_free(struct inc_matcher *m); /* NULL is fine */

/*
 * Answer n questions, one after another: each gets its own status, and
 * INC_E_DEADLINE when its deadline passes before its answer is there.
 * Questions must be validated (known URIs, dates).
 * A record that is not in the pool (inline need or candidate) is fine.
 */
void inc_match_run(struct inc_matcher *m, const struct inc_image *image,
                   struct inc_question *const *questions, size_t n);

/*
 * The slow plain answer, from the records themselves: no BLAS, no pool, no
 * kernel. Same bytes as inc_match_run for INC_ASK_PEOPLE and INC_ASK_PAIR on
 * an image that holds the same records.
 *   each  walks all candidate records: calls `row(row_arg, no, record)` for
 *         every one, in any order
 */
typedef enum inc_status inc_oracle_walk(void *walk_arg, inc_view_each_fn *row,
                                        void *row_arg, struct inc_err *err);
void inc_oracle_run(const struct inc_estate *estate, uint64_t generation,
                    struct inc_question *q, inc_oracle_walk *walk,
                    void *walk_arg);

#endif

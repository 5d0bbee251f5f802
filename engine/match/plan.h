/*
 * plan.h - a need made ready for matching: its lines, what each can give, the
 * concepts behind each, the need's own vector. Floor 6.
 */
#ifndef INC_MATCH_PLAN_H
#define INC_MATCH_PLAN_H

#include "engine/base/arena.h"
#include "engine/match/formula.h"
#include "proto/bodies.h"
#include "proto/replies.h"

enum { INC_LANE_CONCEPTS = 1 + INC_ALTERNATIVES_MAX };

/* One line of every explanation of this need. */
struct inc_line_spec {
    enum inc_line_kind kind;
    uint32_t max; /* points it can give at most; 0 for a penalty line */
    int64_t importance;
    int64_t weight; /* percent, as the need gives it */
    uint32_t idf;   /* sixteenths of a nat */
    /* requirement */
    uint32_t lane;
    unsigned level;
    uint32_t concepts[INC_LANE_CONCEPTS]; /* itself, then alternatives */
    uint32_t n_concepts; /* 0: none is in the taxonomy any more */
    uint32_t n_own;      /* 1: concepts[0] is itself; 0: it is unknown */
    const struct inc_requirement *requirement;
    /* language, licence, education */
    const char *lang;
    int cefr;
    uint32_t licences; /* any of these bits */
    unsigned eqf;
};

struct inc_plan {
    const struct inc_need *need;
    const struct inc_world *world;
    struct inc_line_spec *lines; /* [n_lines], in the arena */
    uint32_t n_lines;
    uint32_t *lane_line; /* [n_lanes] line of each lane */
    uint32_t n_lanes;    /* skill requirements */
    uint32_t lanes;      /* n_lanes rounded up to INC_LANES, at least one */
    int has_affinity;
    struct inc_trade trades[INC_TRADES]; /* nearest to what is asked */
    uint32_t n_trades;                   /* 0: no trades line */
    const int8_t *u;           /* [dim] the need's vector, re-quantised */
    uint64_t u_norm;           /* isqrt(u . u) */
    uint16_t comune;           /* INC_NO_COMUNE when the need has no place */
    struct inc_span *schedule; /* sorted, merged week spans */
    uint32_t n_schedule;
    uint32_t schedule_minutes; /* 0: no hours line */
    uint32_t hours_week;
    int32_t as_of;
    unsigned half_year; /* of as_of */
    int64_t attitude;
};

/*
 * Make the plan of a validated need. Everything lives in the arena.
 * INC_OK; INC_E_EMPTY when the need asks nothing (no skills, languages,
 * licences, education): its score is null, not 0; INC_E_NOMEM.
 */
enum inc_status inc_plan_make(struct inc_plan *p, const struct inc_need *need,
                              const struct inc_world *w, int32_t as_of,
                              int64_t attitude, struct inc_arena *a,
                              struct inc_err *err);

/* What the memory of a plan adds up to at most, for its arena. */
size_t inc_plan_room(const struct inc_need *need, const struct inc_world *w);

/* Windows of a week as sorted, merged spans. spans out [n]; how many. */
uint32_t inc_schedule_spans(struct inc_span *spans, const struct inc_window *w,
                            uint32_t n);

#endif

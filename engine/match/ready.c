#include "engine/match/ready.h"

#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"

/* A skill that can answer a lane. */
struct skill {
    uint32_t cell; /* of the reach */
    uint16_t max;  /* points of the lane */
    uint16_t more; /* 1: the next skill can answer the same lane */
};

/* One allocation: what is looked at first, the plan, and everything it points
 * to but the need. */
struct ready {
    int64_t expires;   /* INT64_MAX never, INT64_MIN closed */
    int32_t rest;      /* points of the lines without skills; -1: no plan */
    uint32_t n_skills; /* of skill[] */
    const struct inc_plan *plan;
    struct skill skill[];
};

enum { GRAIN = 8 };

static size_t
padded(size_t bytes)
{
    return (bytes + GRAIN - 1) / GRAIN * GRAIN;
}

/* Put a copy of *array behind what is there already and point to it. */
static void
move(unsigned char **at, void *array, size_t bytes)
{
    void *from;

    memcpy(&from, array, sizeof from);
    if (bytes > 0)
        memcpy(*at, from, bytes);
    memcpy(array, at, sizeof from);
    *at += padded(bytes);
}

static uint32_t
count_skills(const struct inc_plan *p)
{
    uint32_t n = 0;

    for (uint32_t lane = 0; lane < p->n_lanes; lane++)
        n += p->lines[p->lane_line[lane]].n_concepts;
    return n;
}

/* Skills of the lanes, and the points of all lines that have none. */
static void
outline(struct ready *r, const struct inc_plan *p)
{
    for (uint32_t i = 0; i < p->n_lines; i++) {
        const struct inc_line_spec *line = &p->lines[i];

        if (line->n_concepts == 0)
            r->rest += (int32_t)line->max;
        for (uint32_t k = 0; k < line->n_concepts; k++) {
            struct skill *skill = &r->skill[r->n_skills++];

            skill->cell = inc_reach_cell(line->concepts[k], line->level);
            skill->max = (uint16_t)line->max;
            skill->more = k + 1 < line->n_concepts;
        }
    }
}

static int64_t
expires_of(const struct inc_need *need)
{
    if (need->closed)
        return INT64_MIN;
    return INC_HAS(need, INC_NEED_EXPIRES) ? need->expires : INT64_MAX;
}

static struct ready *
pack(const struct inc_plan *p, size_t *bytes)
{
    size_t lines = p->n_lines * sizeof *p->lines;
    size_t lane_line = p->n_lanes * sizeof *p->lane_line;
    size_t u = inc_space_dim(p->world->space) * sizeof *p->u;
    size_t schedule = p->n_schedule * sizeof *p->schedule;
    size_t head =
        padded(sizeof(struct ready) + count_skills(p) * sizeof(struct skill));
    struct inc_plan *plan;
    struct ready *r;
    unsigned char *at;

    *bytes = head + padded(sizeof *plan) + padded(u) + padded(lines) +
             padded(lane_line) + padded(schedule);
    r = inc_mem_zero64(*bytes, 1);
    if (r == NULL)
        return NULL;
    plan = (void *)((unsigned char *)r + head);
    *plan = *p;
    at = (unsigned char *)plan + padded(sizeof *plan);
    move(&at, &plan->u, u);
    move(&at, &plan->lines, lines);
    move(&at, &plan->lane_line, lane_line);
    move(&at, &plan->schedule, schedule);
    INC_CHECK(at == (unsigned char *)r + *bytes);
    plan->world = NULL; /* the question's */
    r->plan = plan;
    outline(r, plan);
    return r;
}

static enum inc_status
make(void **ready, size_t *bytes, const struct inc_need *need,
     const struct inc_world *w, struct inc_err *err)
{
    struct inc_arena a = {0};
    struct inc_plan plan;
    struct ready *r = NULL;
    enum inc_status st;

    if (inc_arena_init(&a, inc_plan_room(need, w)) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "plan of a need");
    st = inc_plan_make(&plan, need, w, 0, 0, &a, err);
    if (st == INC_E_EMPTY) {
        inc_err_clear(err);
        *bytes = sizeof *r;
        r = inc_mem_zero(1, sizeof *r);
        if (r != NULL)
            r->rest = -1;
    } else if (st == INC_OK) {
        r = pack(&plan, bytes);
    } else {
        goto out;
    }
    if (r == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "plan of a need");
        goto out;
    }
    r->expires = expires_of(need);
    *ready = r;
    st = INC_OK;
out:
    inc_arena_release(&a);
    return st;
}

static void
drop(void *ready)
{
    inc_mem_free(ready);
}

const struct inc_need_care inc_ready_care = {make, drop};

enum inc_status
inc_ready_plan(struct inc_plan *out, const struct inc_pool_need *need,
               const struct inc_world *world, int32_t as_of, int64_t attitude)
{
    const struct ready *r = need->ready;

    INC_CHECK(r != NULL); /* every estate's world has the care */
    if (r->plan == NULL)
        return INC_E_EMPTY;
    *out = *r->plan;
    out->world = world;
    out->as_of = as_of;
    out->half_year = inc_half_year(as_of);
    out->attitude = attitude;
    return INC_OK;
}

int
inc_ready_open(const struct inc_pool_need *need, int64_t as_of)
{
    const struct ready *r = need->ready;

    return r->expires >= as_of;
}

void
inc_ready_prefetch(const struct inc_pool_need *need)
{
    const unsigned char *r = need->ready;

    __builtin_prefetch(r);
    __builtin_prefetch(r + 64);
    __builtin_prefetch(r + 128);
}

int32_t
inc_ready_bound(const struct inc_pool_need *need, const struct inc_reach *reach)
{
    const struct ready *r = need->ready;
    int32_t points = r->rest;
    uint16_t most = 0;

    for (uint32_t i = 0; i < r->n_skills; i++) {
        const struct skill *skill = &r->skill[i];
        uint16_t have = reach->have[skill->cell];

        most = have > most ? have : most;
        if (skill->more)
            continue;
        points += inc_points(skill->max, most);
        most = 0;
    }
    return points;
}

#include "engine/match/ready.h"

#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"

/* One allocation: the plan and everything it points to but the need. */
struct ready {
    int empty; /* the need asks nothing: no plan */
    struct inc_plan plan;
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

static struct ready *
pack(const struct inc_plan *p, size_t *bytes)
{
    size_t lines = p->n_lines * sizeof *p->lines;
    size_t lane_line = p->n_lanes * sizeof *p->lane_line;
    size_t u = inc_space_dim(p->world->space) * sizeof *p->u;
    size_t schedule = p->n_schedule * sizeof *p->schedule;
    size_t head = padded(sizeof(struct ready));
    struct ready *r;
    unsigned char *at;

    *bytes =
        head + padded(lines) + padded(lane_line) + padded(u) + padded(schedule);
    r = inc_mem_zero64(*bytes, 1);
    if (r == NULL)
        return NULL;
    r->plan = *p;
    at = (unsigned char *)r + head;
    move(&at, &r->plan.lines, lines);
    move(&at, &r->plan.lane_line, lane_line);
    move(&at, &r->plan.u, u);
    move(&at, &r->plan.schedule, schedule);
    INC_CHECK(at == (unsigned char *)r + *bytes);
    r->plan.world = NULL; /* the question's */
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
    st = inc_plan_outline(&plan, need, w, 0, 0, &a, err);
    if (st == INC_E_EMPTY) {
        inc_err_clear(err);
        *bytes = sizeof *r;
        r = inc_mem_zero(1, sizeof *r);
        if (r != NULL)
            r->empty = 1;
    } else if (st == INC_OK) {
        r = pack(&plan, bytes);
    } else {
        goto out;
    }
    st = r != NULL ? INC_OK : inc_fail(err, INC_E_NOMEM, 0, "plan of a need");
    *ready = r;
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
    if (r->empty)
        return INC_E_EMPTY;
    *out = r->plan;
    out->world = world;
    out->as_of = as_of;
    out->half_year = inc_half_year(as_of);
    out->attitude = attitude;
    return INC_OK;
}

#include "engine/match/plan.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/intmath.h"

static int
by_start(const void *a, const void *b)
{
    const struct inc_span *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

uint32_t
inc_schedule_spans(struct inc_span *spans, const struct inc_window *w,
                   uint32_t n)
{
    uint32_t out = 0;

    for (uint32_t i = 0; i < n; i++) {
        spans[i].from = (uint16_t)(w[i].day * 1440 + w[i].from);
        spans[i].to = (uint16_t)(w[i].day * 1440 + w[i].to);
    }
    if (n > 1)
        qsort(spans, n, sizeof *spans, by_start);
    for (uint32_t i = 0; i < n; i++) {
        if (out > 0 && spans[i].from <= spans[out - 1].to) {
            if (spans[i].to > spans[out - 1].to)
                spans[out - 1].to = spans[i].to;
        } else {
            spans[out++] = spans[i];
        }
    }
    return out;
}

static uint64_t
weight_of(int64_t importance, int64_t percent, uint32_t idf)
{
    return (uint64_t)inc_importance_factor(importance) * (uint64_t)percent *
           idf;
}

/* A stored need may name a concept that the taxonomy no longer knows: it is
 * left out here, and a line without any concept stays unknown for everybody. */
static void
add_concept(struct inc_line_spec *line, uint32_t concept)
{
    if (concept != INC_NO_CONCEPT)
        line->concepts[line->n_concepts++] = concept;
}

/* Lines for skills, and the weight of each; how many. */
static uint32_t
skill_lines(struct inc_plan *p, uint64_t *weights)
{
    const struct inc_need *need = p->need;
    uint32_t n = 0;

    for (uint32_t i = 0; i < need->n_requirements; i++, n++) {
        const struct inc_requirement *r = &need->requirements[i];
        struct inc_line_spec *line = &p->lines[n];
        line->kind = INC_LINE_REQUIREMENT;
        line->importance = r->importance;
        line->weight = r->weight;
        line->requirement = r;
        line->level = (unsigned)r->level;
        line->lane = i;
        add_concept(line, inc_world_skill(p->world, r->uri));
        line->n_own = line->n_concepts;
        for (uint32_t j = 0; j < r->n_alternatives && j < INC_ALTERNATIVES_MAX;
             j++)
            add_concept(line, inc_world_skill(p->world, r->alternatives[j]));
        line->idf = line->n_concepts == 0
                        ? INC_PLAIN_IDF
                        : inc_space_idf(p->world->space, line->concepts[0]);
        p->lane_line[i] = n;
        weights[n] = weight_of(r->importance, r->weight, line->idf);
    }
    return n;
}

/* What is no skill has no rarity of its own: it counts as the mean of the
 * need's skills, so that a language weighs as much as an ordinary skill. */
static uint32_t
plain_idf(const struct inc_plan *p, uint32_t n)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < n; i++)
        sum += p->lines[i].idf;
    return n == 0 ? INC_PLAIN_IDF : sum / n;
}

/* All lines that give points, and the weight of each; how many. */
static uint32_t
positive_lines(struct inc_plan *p, uint64_t *weights)
{
    const struct inc_need *need = p->need;
    uint32_t n = skill_lines(p, weights);
    uint32_t idf = plain_idf(p, n);

    for (uint32_t i = 0; i < need->n_languages; i++, n++) {
        const struct inc_need_language *l = &need->languages[i];
        p->lines[n].kind = INC_LINE_LANGUAGE;
        p->lines[n].importance = l->importance;
        p->lines[n].weight = l->weight;
        p->lines[n].lang = l->lang;
        p->lines[n].cefr = (int)l->level;
        p->lines[n].idf = idf;
        weights[n] = weight_of(l->importance, l->weight, idf);
    }
    for (uint32_t i = 0; i < need->n_licences; i++, n++) {
        const struct inc_need_licence *l = &need->licences[i];
        p->lines[n].kind = INC_LINE_LICENCE;
        p->lines[n].importance = l->importance;
        p->lines[n].weight = l->weight;
        p->lines[n].idf = idf;
        for (uint32_t j = 0; j < l->n_any_of; j++)
            p->lines[n].licences |= 1u << l->any_of[j];
        weights[n] = weight_of(l->importance, l->weight, idf);
    }
    if (INC_HAS(need, INC_NEED_EDUCATION)) {
        p->lines[n].kind = INC_LINE_EDUCATION;
        p->lines[n].importance = need->education.importance;
        p->lines[n].weight = need->education.weight;
        p->lines[n].eqf = (unsigned)need->education.eqf;
        p->lines[n].idf = idf;
        weights[n] =
            weight_of(need->education.importance, need->education.weight, idf);
        n++;
    }
    return n;
}

/* u = sum of weight_i * e_i over the requirements, scaled so that its largest
 * coordinate is +-127, each rounded half away from zero: integers again, so
 * that the product with every concept stays exact. */
static void
need_vector(struct inc_plan *p, const uint64_t *weights, int64_t *sum,
            int8_t *u)
{
    uint32_t dim = inc_space_dim(p->world->space);
    int64_t top = 0;
    uint64_t norm2 = 0;

    for (uint32_t lane = 0; lane < p->n_lanes; lane++) {
        uint32_t line = p->lane_line[lane];
        const int8_t *e;

        if (p->lines[line].n_concepts == 0)
            continue;
        e = inc_space_row(p->world->space, p->lines[line].concepts[0]);
        for (uint32_t d = 0; d < dim; d++)
            sum[d] += (int64_t)weights[line] * e[d];
    }
    for (uint32_t d = 0; d < dim; d++) {
        int64_t size = sum[d] < 0 ? -sum[d] : sum[d];
        if (size > top)
            top = size;
    }
    if (top == 0)
        return;
    for (uint32_t d = 0; d < dim; d++) {
        int64_t size = sum[d] < 0 ? -sum[d] : sum[d];
        int64_t v = (size * 254 + top) / (2 * top);
        u[d] = (int8_t)(sum[d] < 0 ? -v : v);
        norm2 += (uint64_t)(v * v);
    }
    p->u_norm = inc_isqrt(norm2);
    p->has_affinity = 1;
}

/* The trades that the skills asked for, each once, are nearest to. */
static enum inc_status
need_trades(struct inc_plan *p, struct inc_arena *a)
{
    const struct inc_space *space = p->world->space;
    uint32_t *skills = inc_arena_array(a, p->n_lanes, sizeof *skills);
    uint32_t *hits =
        inc_arena_array(a, inc_space_occupations(space), sizeof *hits);
    uint32_t n = 0;

    if (skills == NULL || hits == NULL)
        return INC_E_NOMEM;
    for (uint32_t lane = 0; lane < p->n_lanes; lane++) {
        const struct inc_line_spec *line = &p->lines[p->lane_line[lane]];
        uint32_t skill = line->concepts[0], i = 0;

        if (line->n_concepts == 0)
            continue;
        while (i < n && skills[i] != skill)
            i++;
        if (i == n)
            skills[n++] = skill;
    }
    p->n_trades = (uint32_t)inc_space_trades(space, p->trades, skills, n, hits);
    return INC_OK;
}

/* Place and hours: what the penalty lines stand on. */
static enum inc_status
feasibility(struct inc_plan *p, struct inc_arena *a)
{
    const struct inc_need *need = p->need;

    p->comune = INC_NO_COMUNE;
    if (INC_HAS(need, INC_NEED_COMUNE) && p->world->geo != NULL)
        p->comune =
            inc_geo_find(p->world->geo, need->comune, strlen(need->comune));
    if (p->comune != INC_NO_COMUNE)
        p->lines[p->n_lines++].kind = INC_LINE_DISTANCE;
    p->schedule = inc_arena_array(a, need->n_schedule, sizeof *p->schedule);
    if (p->schedule == NULL)
        return INC_E_NOMEM;
    p->n_schedule =
        inc_schedule_spans(p->schedule, need->schedule, need->n_schedule);
    for (uint32_t i = 0; i < p->n_schedule; i++)
        p->schedule_minutes +=
            (uint32_t)(p->schedule[i].to - p->schedule[i].from);
    if (INC_HAS(need, INC_NEED_HOURS_WEEK))
        p->hours_week = (uint32_t)need->hours_week;
    if (p->schedule_minutes == 0)
        p->schedule_minutes = p->hours_week * 60;
    if (p->schedule_minutes != 0)
        p->lines[p->n_lines++].kind = INC_LINE_HOURS;
    return INC_OK;
}

static uint32_t
lines_most(const struct inc_need *need)
{
    return need->n_requirements + need->n_languages + need->n_licences + 5;
}

size_t
inc_plan_room(const struct inc_need *need, const struct inc_world *w)
{
    enum { ARRAYS = 9, ALIGN = 64 }; /* each may lose its alignment */
    size_t line =
        sizeof(struct inc_line_spec) + sizeof(uint64_t) + sizeof(uint32_t) * 3;

    return lines_most(need) * line +
           inc_space_dim(w->space) * (sizeof(int64_t) + sizeof(int8_t)) +
           inc_space_occupations(w->space) * sizeof(uint32_t) +
           need->n_schedule * sizeof(struct inc_span) + (size_t)ARRAYS * ALIGN;
}

enum inc_status
inc_plan_make(struct inc_plan *p, const struct inc_need *need,
              const struct inc_world *w, int32_t as_of, int64_t attitude,
              struct inc_arena *a, struct inc_err *err)
{
    uint32_t dim = inc_space_dim(w->space);
    uint32_t most = lines_most(need);
    uint64_t *weights = inc_arena_array(a, most, sizeof *weights);
    uint32_t *share = inc_arena_array(a, most, sizeof *share);
    int64_t *sum = inc_arena_array(a, dim, sizeof *sum);
    int8_t *u = inc_arena_array(a, dim, sizeof *u);
    uint32_t n, left;

    memset(p, 0, sizeof *p);
    p->need = need;
    p->world = w;
    p->as_of = as_of;
    p->half_year = inc_half_year(as_of);
    p->attitude = attitude;
    p->lines = inc_arena_array(a, most, sizeof *p->lines);
    p->lane_line = inc_arena_array(a, most, sizeof *p->lane_line);
    if (weights == NULL || share == NULL || sum == NULL || u == NULL ||
        p->lines == NULL || p->lane_line == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "plan of a need");
    p->n_lanes = need->n_requirements;
    p->lanes = (p->n_lanes + INC_LANES - 1) / INC_LANES * INC_LANES;
    if (p->lanes == 0)
        p->lanes = INC_LANES;
    p->u = u;
    n = positive_lines(p, weights);
    if (n == 0)
        return inc_fail(err, INC_E_EMPTY, 0,
                        "the need has no requirement, language, licence or "
                        "education to match on");
    need_vector(p, weights, sum, u);
    if (need_trades(p, a) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "plan of a need");
    left = INC_BP;
    if (p->has_affinity)
        left -= INC_AFFINITY_BP;
    if (p->n_trades > 0)
        left -= INC_TRADES_BP;
    inc_share(share, weights, n, left);
    for (uint32_t i = 0; i < n; i++)
        p->lines[i].max = share[i];
    p->n_lines = n;
    if (p->has_affinity) {
        p->lines[p->n_lines].kind = INC_LINE_AFFINITY;
        p->lines[p->n_lines++].max = INC_AFFINITY_BP;
    }
    if (p->n_trades > 0) {
        p->lines[p->n_lines].kind = INC_LINE_TRADES;
        p->lines[p->n_lines++].max = INC_TRADES_BP;
    }
    if (feasibility(p, a) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "plan of a need");
    return INC_OK;
}

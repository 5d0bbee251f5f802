/*
 * hierarchy.c - loops cut, nodes numbered, all ancestors of every skill.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/taxonomy/loader.h"

/* Parents of each of the nodes: skills, then groups. */
struct graph {
    uint32_t n;
    uint32_t *at;     /* [n + 1] */
    uint32_t *parent; /* INC_NO_CONCEPT: a link that was cut */
};

static const char *
uri_of(const struct inc_taxonomy *t, uint32_t node)
{
    uint32_t skills = t->pillar[INC_PILLAR_SKILL].count;

    return node < skills ? inc_concept_uri(t, INC_PILLAR_SKILL, node)
                         : inc_concept_uri(t, INC_PILLAR_GROUP, node - skills);
}

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for the skill hierarchy");
}

static enum inc_status
make_graph(struct graph *g, const struct inc_taxonomy *t,
           const struct edges *broader, struct inc_err *err)
{
    g->n =
        t->pillar[INC_PILLAR_SKILL].count + t->pillar[INC_PILLAR_GROUP].count;
    g->at = inc_mem_zero((size_t)g->n + 1, sizeof *g->at);
    g->parent = inc_mem_zero(broader->n, sizeof *g->parent);
    if (g->at == NULL || g->parent == NULL)
        return no_memory(err);
    for (size_t i = 0; i < broader->n; i++) {
        g->at[broader->item[i].from + 1]++;
        g->parent[i] = broader->item[i].to;
    }
    for (uint32_t i = 0; i < g->n; i++)
        g->at[i + 1] += g->at[i];
    return INC_OK;
}

/* Depth-first from each node in order; a link to a node on the way down is a
 * loop and is cut. Own stack: the depth comes from a file. */
static enum inc_status
cut_loops(struct inc_taxonomy *t, struct graph *g, struct inc_err *err)
{
    uint8_t *seen = inc_mem_zero(g->n, 1); /* 1 on the way, 2 done */
    uint32_t *way = inc_mem_zero(g->n, sizeof *way);
    uint32_t *next = inc_mem_zero(g->n, sizeof *next);
    enum inc_status st = INC_OK;

    if (seen == NULL || way == NULL || next == NULL) {
        st = no_memory(err);
        goto out;
    }
    for (uint32_t start = 0; start < g->n; start++) {
        uint32_t depth = 0;
        if (seen[start] != 0)
            continue;
        way[depth++] = start;
        while (depth != 0) {
            uint32_t node = way[depth - 1];
            uint32_t link = g->at[node] + next[node];
            uint32_t up;
            seen[node] = 1;
            if (link == g->at[node + 1]) {
                seen[node] = 2;
                depth--;
                continue;
            }
            next[node]++;
            up = g->parent[link];
            if (seen[up] == 0) {
                way[depth++] = up;
            } else if (seen[up] == 1) {
                g->parent[link] = INC_NO_CONCEPT;
                inc_tax_defect(t, INC_DEFECT_CYCLE,
                               "broaderRelationsSkillPillar: %s is broader "
                               "than itself through %s; link cut",
                               uri_of(t, up), uri_of(t, node));
            }
        }
    }
out:
    inc_mem_free(seen);
    inc_mem_free(way);
    inc_mem_free(next);
    return st;
}

/* number[node] = place among the nodes that have children, or NONE. */
static enum inc_status
number_nodes(struct inc_taxonomy *t, const struct graph *g, uint32_t *number,
             struct inc_err *err)
{
    for (uint32_t i = 0; i < g->n; i++)
        number[i] = INC_NO_CONCEPT;
    for (uint32_t i = 0; i < g->at[g->n]; i++) {
        if (g->parent[i] == INC_NO_CONCEPT)
            continue;
        number[g->parent[i]] = 0;
        t->broader++;
    }
    for (uint32_t i = 0; i < g->n; i++)
        if (number[i] == 0)
            number[i] = t->nodes++;
    t->node = inc_mem_zero(t->nodes, sizeof *t->node);
    if (t->node == NULL)
        return no_memory(err);
    for (uint32_t i = 0; i < g->n; i++)
        if (number[i] != INC_NO_CONCEPT)
            t->node[number[i]] = i;
    return INC_OK;
}

static int
by_node(const void *a, const void *b)
{
    const struct inc_ancestor *x = a, *y = b;

    return x->node < y->node ? -1 : x->node > y->node;
}

/* What climbing needs, one for all skills. */
struct climb {
    struct inc_taxonomy *t;
    const struct graph *g;
    const uint32_t *number;
    uint32_t *stamp;            /* [nodes] skill + 1 that was here last */
    struct inc_ancestor *queue; /* [nodes] */
    size_t used, cap;           /* of t->ancestor */
};

/* Breadth first, so the first visit has the shortest distance. */
static enum inc_status
climb_one(struct climb *c, uint32_t skill, struct inc_err *err)
{
    const struct graph *g = c->g;
    size_t head = 0, tail = 0;

    c->queue[tail++] = (struct inc_ancestor){skill, 0};
    c->stamp[skill] = skill + 1;
    for (; head < tail; head++) {
        struct inc_ancestor at = c->queue[head];
        for (uint32_t i = g->at[at.node]; i < g->at[at.node + 1]; i++) {
            uint32_t up = g->parent[i];
            void *array = c->t->ancestor;
            if (up == INC_NO_CONCEPT || c->stamp[up] == skill + 1)
                continue;
            c->stamp[up] = skill + 1;
            c->queue[tail++] = (struct inc_ancestor){up, at.distance + 1};
            if (c->used >= UINT32_MAX ||
                inc_mem_grow(&array, &c->cap, c->used, sizeof *c->queue) != 0)
                return no_memory(err);
            c->t->ancestor = array;
            c->t->ancestor[c->used++] =
                (struct inc_ancestor){c->number[up], at.distance + 1};
        }
    }
    return INC_OK;
}

static enum inc_status
climb(struct inc_taxonomy *t, const struct graph *g, const uint32_t *number,
      struct inc_err *err)
{
    uint32_t skills = t->pillar[INC_PILLAR_SKILL].count;
    struct climb c = {.t = t, .g = g, .number = number};
    enum inc_status st = INC_OK;

    c.stamp = inc_mem_zero(g->n, sizeof *c.stamp);
    c.queue = inc_mem_zero(g->n, sizeof *c.queue);
    t->ancestor_at = inc_mem_zero((size_t)skills + 1, sizeof *t->ancestor_at);
    if (c.stamp == NULL || c.queue == NULL || t->ancestor_at == NULL) {
        st = no_memory(err);
        goto out;
    }
    for (uint32_t skill = 0; skill < skills; skill++) {
        size_t first = c.used;
        INC_TRY(climb_one(&c, skill, err));
        if (c.used != first)
            qsort(t->ancestor + first, c.used - first, sizeof *t->ancestor,
                  by_node);
        t->ancestor_at[skill + 1] = (uint32_t)c.used;
    }
out:
    inc_mem_free(c.stamp);
    inc_mem_free(c.queue);
    return st;
}

enum inc_status
inc_hierarchy_build(struct inc_taxonomy *t, const struct edges *broader,
                    struct inc_err *err)
{
    struct graph g = {0};
    uint32_t *number = NULL;
    enum inc_status st = INC_OK;

    INC_TRY(make_graph(&g, t, broader, err));
    number = inc_mem_zero(g.n, sizeof *number);
    if (number == NULL) {
        st = no_memory(err);
        goto out;
    }
    INC_TRY(cut_loops(t, &g, err));
    INC_TRY(number_nodes(t, &g, number, err));
    st = climb(t, &g, number, err);
out:
    inc_mem_free(number);
    inc_mem_free(g.at);
    inc_mem_free(g.parent);
    return st;
}

#include "engine/space/fold_in.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/space/space.h"

struct fold {
    const struct inc_taxonomy *t;
    const unsigned char *known;
    uint32_t skills, dim;
    uint32_t *child_start; /* [nodes + 1] */
    uint32_t *child;       /* skills one step under each ancestor node */
    uint32_t *stamp;       /* [skills] the last skill that counted it, + 1 */
    int32_t *sum;          /* [dim] */
    uint64_t idf_sum;
    uint32_t count;
};

static enum inc_status
index_children(struct fold *f)
{
    uint32_t nodes = inc_ancestor_count(f->t), at = 0;
    const struct inc_ancestor *a;

    f->child_start = inc_mem_zero((size_t)nodes + 1, sizeof *f->child_start);
    if (f->child_start == NULL)
        return INC_E_NOMEM;
    for (uint32_t i = 0; i < f->skills; i++)
        for (size_t k = 0, n = inc_skill_ancestors(f->t, i, &a); k < n; k++)
            if (a[k].distance == 1)
                f->child_start[a[k].node]++;
    for (uint32_t x = 0; x <= nodes; x++) { /* counts to ends */
        at += f->child_start[x];
        f->child_start[x] = at;
    }
    f->child = inc_mem_zero(at, sizeof *f->child);
    if (f->child == NULL)
        return INC_E_NOMEM;
    for (uint32_t i = 0; i < f->skills; i++) /* ends to starts */
        for (size_t k = 0, n = inc_skill_ancestors(f->t, i, &a); k < n; k++)
            if (a[k].distance == 1)
                f->child[--f->child_start[a[k].node]] = i;
    return INC_OK;
}

static void
count_in(struct fold *f, const int8_t *vectors, const uint16_t *idf_milli,
         uint32_t from, uint32_t skill)
{
    const int8_t *v = vectors + (size_t)from * f->dim;

    if (!f->known[from] || f->stamp[from] == skill + 1)
        return;
    f->stamp[from] = skill + 1;
    for (uint32_t k = 0; k < f->dim; k++)
        f->sum[k] += v[k];
    f->idf_sum += idf_milli[from];
    f->count++;
}

static int8_t
mean(int32_t sum, uint32_t count)
{
    int32_t n = (int32_t)count;
    int32_t twice = sum < 0 ? 2 * sum - n : 2 * sum + n;

    return (int8_t)(twice / (2 * n));
}

static void
fold_one(struct fold *f, int8_t *vectors, uint16_t *idf_milli, uint32_t skill)
{
    const struct inc_ancestor *a;
    const uint32_t *related;
    size_t n = inc_skill_related(f->t, skill, &related);

    memset(f->sum, 0, f->dim * sizeof *f->sum);
    f->idf_sum = 0;
    f->count = 0;
    for (size_t i = 0; i < n; i++)
        count_in(f, vectors, idf_milli, related[i], skill);
    n = inc_skill_ancestors(f->t, skill, &a);
    for (size_t i = 0; i < n; i++) {
        enum inc_pillar pillar;
        uint32_t parent;
        if (a[i].distance != 1)
            continue;
        parent = inc_ancestor_concept(f->t, a[i].node, &pillar);
        if (pillar == INC_PILLAR_SKILL)
            count_in(f, vectors, idf_milli, parent, skill);
        for (uint32_t c = f->child_start[a[i].node];
             c < f->child_start[a[i].node + 1]; c++)
            count_in(f, vectors, idf_milli, f->child[c], skill);
    }
    if (f->count == 0)
        return;
    for (uint32_t k = 0; k < f->dim; k++)
        vectors[(size_t)skill * f->dim + k] = mean(f->sum[k], f->count);
    idf_milli[skill] = (uint16_t)(f->idf_sum / f->count);
}

enum inc_status
inc_space_fold_in(int8_t *vectors, uint16_t *idf_milli,
                  const unsigned char *known, uint32_t dim,
                  const struct inc_taxonomy *t, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct fold f = {.t = t, .known = known, .dim = dim};

    f.skills = inc_concept_count(t, INC_PILLAR_SKILL);
    if (memchr(known, 0, f.skills) == NULL)
        return INC_OK;
    f.stamp = inc_mem_zero(f.skills, sizeof *f.stamp);
    f.sum = inc_mem_zero(dim, sizeof *f.sum);
    if (f.stamp == NULL || f.sum == NULL)
        st = INC_E_NOMEM;
    if (st == INC_OK)
        st = index_children(&f);
    if (st != INC_OK) {
        (void)inc_fail(err, st, 0, "no memory to fold new concepts in");
        goto out;
    }
    for (uint32_t i = 0; i < f.skills; i++)
        if (!known[i])
            fold_one(&f, vectors, idf_milli, i);
out:
    inc_mem_free(f.child_start);
    inc_mem_free(f.child);
    inc_mem_free(f.stamp);
    inc_mem_free(f.sum);
    return st;
}

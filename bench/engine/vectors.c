#include "bench/engine/vectors.h"

#include <math.h>
#include <string.h>

static void
add(float *sum, const struct inc_world *w, const char *uri)
{
    uint32_t skill = inc_world_skill(w, uri), dim = inc_space_dim(w->space);
    const int8_t *row;
    float idf;

    if (skill == INC_NO_CONCEPT)
        return;
    row = inc_space_row(w->space, skill);
    idf = (float)inc_space_idf(w->space, skill);
    for (uint32_t d = 0; d < dim; d++)
        sum[d] += idf * (float)row[d];
}

static int
put(FILE *f, float *sum, uint32_t dim)
{
    double square = 0;

    for (uint32_t d = 0; d < dim; d++)
        square += (double)sum[d] * (double)sum[d];
    for (uint32_t d = 0; d < dim && square > 0; d++)
        sum[d] = (float)((double)sum[d] / sqrt(square));
    return fwrite(sum, sizeof *sum, dim, f) == dim ? 0 : -1;
}

int
inc_vector_person(FILE *f, const struct inc_world *w,
                  const struct inc_candidate *c, float *sum)
{
    uint32_t dim = inc_space_dim(w->space);

    memset(sum, 0, dim * sizeof *sum);
    for (uint32_t i = 0; i < c->n_skills; i++)
        if (c->skills[i].level > 0)
            add(sum, w, c->skills[i].uri);
    return put(f, sum, dim);
}

int
inc_vector_need(FILE *f, const struct inc_world *w, const struct inc_need *n,
                float *sum)
{
    uint32_t dim = inc_space_dim(w->space);

    memset(sum, 0, dim * sizeof *sum);
    for (uint32_t i = 0; i < n->n_requirements; i++)
        add(sum, w, n->requirements[i].uri);
    return put(f, sum, dim);
}

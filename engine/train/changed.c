#include "engine/train/changed.h"

#include <string.h>

uint32_t
inc_changed_similarity(const struct inc_space *s, uint32_t one, uint32_t other)
{
    uint32_t n;
    const struct inc_near *near = inc_space_near(s, one, &n);

    for (uint32_t i = 0; i < n; i++)
        if (near[i].skill == other)
            return near[i].sim_bp;
    return 0;
}

/* The first is the skill itself. */
static uint32_t
nearest(const struct inc_near **out, const struct inc_space *s, uint32_t skill)
{
    uint32_t n;

    *out = inc_space_near(s, skill, &n) + 1;
    return n - 1 < INC_CHANGED_NEAR ? n - 1 : INC_CHANGED_NEAR;
}

static int
among(const struct inc_near *near, uint32_t n, uint32_t skill)
{
    for (uint32_t i = 0; i < n; i++)
        if (near[i].skill == skill)
            return 1;
    return 0;
}

static uint32_t
apart(uint32_t x, uint32_t y)
{
    return x > y ? x - y : y - x;
}

static uint32_t
change_of(const struct inc_space *a, const struct inc_space *b, uint32_t skill)
{
    const struct inc_near *x, *y;
    uint32_t nx = nearest(&x, a, skill), ny = nearest(&y, b, skill), sum = 0;

    for (uint32_t i = 0; i < nx; i++)
        sum += apart(x[i].sim_bp, inc_changed_similarity(b, skill, x[i].skill));
    for (uint32_t i = 0; i < ny; i++)
        if (!among(x, nx, y[i].skill))
            sum += apart(y[i].sim_bp,
                         inc_changed_similarity(a, skill, y[i].skill));
    return sum;
}

size_t
inc_changed_most(struct inc_changed *out, size_t want,
                 const struct inc_space *a, const struct inc_space *b)
{
    size_t n = 0;

    for (uint32_t i = 0; i < inc_space_rows(a); i++) {
        struct inc_changed c = {i, change_of(a, b, i)};
        size_t at = n;
        if (c.change == 0)
            continue;
        while (at > 0 && out[at - 1].change < c.change)
            at--;
        if (at == want)
            continue;
        n += n < want;
        memmove(out + at + 1, out + at, (n - at - 1) * sizeof *out);
        out[at] = c;
    }
    return n;
}

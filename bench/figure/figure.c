#include "bench/figure/figure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"

void
inc_samples_add(struct inc_samples *s, double value)
{
    void *at = s->at;

    INC_CHECK(inc_mem_grow(&at, &s->cap, s->n, sizeof *s->at) == 0);
    s->at = at;
    s->at[s->n++] = value;
}

void
inc_samples_release(struct inc_samples *s)
{
    inc_mem_free(s->at);
    *s = (struct inc_samples){0};
}

static int
ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

double
inc_samples_quantile(const struct inc_samples *s, double q)
{
    double *copy, out;
    size_t at = (size_t)(q * (double)s->n);

    if (s->n == 0)
        return 0;
    copy = inc_mem_zero(s->n, sizeof *copy);
    INC_CHECK(copy != NULL);
    memcpy(copy, s->at, s->n * sizeof *copy);
    qsort(copy, s->n, sizeof *copy, ascending);
    out = copy[at < s->n ? at : s->n - 1];
    inc_mem_free(copy);
    return out;
}

static void
print(const char *name, const char *unit, const struct inc_samples *s,
      const char *params, va_list args)
{
    (void)printf("{\"name\":\"%s\",\"unit\":\"%s\",\"params\":{", name, unit);
    (void)vprintf(params, args);
    (void)printf("},\"samples\":[");
    for (size_t i = 0; i < s->n; i++)
        (void)printf("%s%.9g", i > 0 ? "," : "", s->at[i]);
    (void)printf("]}\n");
    (void)fflush(stdout);
}

void
inc_figure_print(const char *name, const char *unit,
                 const struct inc_samples *s, const char *params, ...)
{
    va_list args;

    va_start(args, params);
    print(name, unit, s, params, args);
    va_end(args);
}

void
inc_figure_one(const char *name, const char *unit, double value,
               const char *params, ...)
{
    struct inc_samples s = {.at = &value, .n = 1};
    va_list args;

    va_start(args, params);
    print(name, unit, &s, params, args);
    va_end(args);
}

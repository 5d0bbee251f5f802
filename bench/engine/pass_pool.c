/* pass_pool.c - the people of `pass` in memory, and what that took. */
#include <inttypes.h>
#include <string.h>

#include "bench/engine/pass.h"
#include "bench/engine/vectors.h"
#include "engine/base/clock.h"
#include "engine/base/mem.h"

struct building {
    struct inc_pass_pool *out;
    const struct inc_bench_world *w;
    const struct inc_people *people;
    struct inc_pool_builder *b;
    struct inc_arena a;
    FILE *vectors; /* or NULL */
    float *sum;
};

static enum inc_status
open_vectors(struct building *g, const char *path, struct inc_err *err)
{
    if (path == NULL)
        return INC_OK;
    g->vectors = fopen(path, "we");
    g->sum =
        inc_mem_zero(inc_space_dim(g->w->estate->world.space), sizeof *g->sum);
    if (g->vectors == NULL || g->sum == NULL)
        return inc_fail(err, INC_E_IO, 0, "cannot write the vectors to %s",
                        path);
    return INC_OK;
}

static enum inc_status
add_one(struct building *g, uint64_t no, struct inc_err *err)
{
    struct inc_candidate c;
    enum inc_status st;
    uint64_t start = inc_clock_ns(), drawn;

    inc_arena_reset(&g->a);
    st = inc_people_draw(g->people, no, &c, &g->a, err);
    drawn = inc_clock_ns();
    if (st != INC_OK)
        return st;
    st = inc_call_add(g->b, no, &c, err);
    g->out->add_ns += inc_clock_ns() - drawn;
    g->out->draw_ns += drawn - start;
    g->out->skills += c.n_skills;
    if (st == INC_OK && g->vectors != NULL &&
        inc_vector_person(g->vectors, &g->w->estate->world, &c, g->sum) != 0)
        st = inc_fail(err, INC_E_IO, 0, "writing the vectors");
    return st;
}

enum inc_status
inc_pass_pool_build(struct inc_pass_pool *out,
                    const struct inc_pass_settings *s,
                    const struct inc_bench_world *w,
                    const struct inc_people *people, struct inc_err *err)
{
    struct building g = {.out = out, .w = w, .people = people};
    enum inc_status st = INC_OK;
    uint64_t start;

    memset(out, 0, sizeof *out);
    INC_TRY(inc_arena_init(&g.a, INC_PEOPLE_ROOM));
    INC_TRY(open_vectors(&g, s->vectors, err));
    out->before = inc_resident_now();
    INC_TRY(inc_call_begin(&g.b, w->estate, err));
    for (uint64_t no = 1; no <= s->count; no++)
        INC_TRY(add_one(&g, no, err));
    start = inc_clock_ns();
    st = inc_call_end(&out->pool, g.b, NULL, 1, err);
    g.b = NULL; /* consumed, also on failure */
    out->end_ns = inc_clock_ns() - start;
    out->after = inc_resident_now();
out:
    inc_pool_abandon(g.b);
    inc_arena_release(&g.a);
    inc_mem_free(g.sum);
    if (g.vectors != NULL && fclose(g.vectors) != 0 && st == INC_OK)
        st = inc_fail(err, INC_E_IO, 0, "writing the vectors");
    return st;
}

void
inc_pass_pool_print(const struct inc_pass_pool *p,
                    const struct inc_pass_settings *s)
{
    const char *pool = inc_people_kind_names[s->people.kind];
    double n = (double)s->count, bytes = (double)inc_pool_bytes(p->pool),
           anonymous = (double)p->after.anonymous - (double)p->before.anonymous,
           file = (double)p->after.file - (double)p->before.file,
           build_ms = (double)(p->add_ns + p->end_ns) / 1e6;

#define PARAMS "\"people\":%" PRIu64 ",\"pool\":\"%s\",\"skills\":%.3f"
    inc_figure_one("engine.build", "ms", build_ms,
                   PARAMS ",\"end_ms\":%.3f,\"draw_ms\":%.3f", s->count, pool,
                   (double)p->skills / n, (double)p->end_ns / 1e6,
                   (double)p->draw_ns / 1e6);
    inc_figure_one("engine.pool_bytes", "B", bytes / n, PARAMS, s->count, pool,
                   (double)p->skills / n);
    inc_figure_one("engine.resident_anonymous", "B", anonymous / n, PARAMS,
                   s->count, pool, (double)p->skills / n);
    inc_figure_one("engine.resident_file", "B", file / n, PARAMS, s->count,
                   pool, (double)p->skills / n);
#undef PARAMS
    (void)fprintf(stderr,
                  "%" PRIu64 " %s people, %.1f skills each: built in %.2f s "
                  "(%.0f a second), %.1f bytes a person, resident %.1f "
                  "anonymous and %.1f of files\n",
                  s->count, pool, (double)p->skills / n, build_ms / 1e3,
                  n * 1e3 / build_ms, bytes / n, anonymous / n, file / n);
}

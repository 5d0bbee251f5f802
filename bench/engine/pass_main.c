/* pass_main.c - the pass over a pool in memory: time a need, bytes a person,
 * beside what the machine can read. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/engine/pass.h"

/* A round for each line on stdin, so that another program can put its own
 * measurements between ours. */
static void
follow(struct inc_pass_run *r)
{
    char line[32];
    unsigned done = 0;

    (void)printf(
        "{\"ready\":true,\"people\":%" PRIu64 ",\"needs\":%u,\"dim\":%u}\n",
        r->s->count, r->s->needs, inc_space_dim(r->world->estate->world.space));
    (void)fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (strcmp(line, "round\n") != 0)
            break;
        inc_pass_round(r);
        (void)printf("{\"done\":%u}\n", ++done);
        (void)fflush(stdout);
    }
}

static enum inc_status
measure(const struct inc_pass_settings *s, const struct inc_bench_world *w,
        const struct inc_people *people, struct inc_err *err)
{
    struct inc_pass_pool pool = {0};
    struct inc_pass_run run = {0};
    enum inc_status st = INC_OK;

    INC_TRY(inc_pass_pool_build(&pool, s, w, people, err));
    INC_TRY(inc_pass_begin(&run, s, w, people, pool.pool, err));
    if (s->driven)
        follow(&run);
    for (uint32_t i = 0; !s->driven && i < s->rounds; i++)
        inc_pass_round(&run);
    inc_pass_pool_print(&pool, s);
    inc_pass_print(&run);
out:
    if (run.s != NULL)
        inc_pass_release(&run);
    inc_pool_drop(pool.pool);
    return st;
}

int
main(int argc, char **argv)
{
    struct inc_pass_settings s;
    struct inc_bench_world world;
    struct inc_people *people = NULL;
    struct inc_err err;
    enum inc_status st = INC_OK;
    int rc = inc_pass_settings_read(&s, argc, argv);

    if (rc != 0)
        return rc;
    inc_err_clear(&err);
    if (inc_bench_world_open(&world, &s.world, &err) != INC_OK)
        return inc_bench_complain("pass", &err);
    INC_TRY(inc_people_open(&people, &world, &s.people, &err));
    st = measure(&s, &world, people, &err);
out:
    inc_people_close(people);
    inc_bench_world_close(&world);
    return st == INC_OK ? 0 : inc_bench_complain("pass", &err);
}

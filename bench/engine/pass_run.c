/* pass_run.c - rounds of needs over a pool, with the machine's own read between
 * them, so that a ratio compares neighbours in time. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "bench/engine/pass.h"
#include "bench/engine/vectors.h"
#include "engine/base/clock.h"
#include "engine/base/mem.h"

/* Room for a need of 128 requirements and a filter of all offices. */
enum { NEED_BYTES = 96 << 10, AS_OF = 20779 };

static enum inc_status
draw(struct inc_pass_run *r, struct inc_pass_setup *u,
     const struct inc_people *people, struct inc_err *err)
{
    const struct inc_people_ask ask = {u->requirements, u->place != 0};
    uint32_t n = r->s->needs;
    enum inc_status st = INC_OK;

    u->need = inc_arena_array(&r->arena, n, sizeof *u->need);
    u->options = inc_arena_array(&r->arena, n, sizeof *u->options);
    u->question = inc_arena_array(&r->arena, n, sizeof *u->question);
    u->all = inc_arena_array(&r->arena, n, sizeof(struct inc_question *));
    if (u->need == NULL || u->options == NULL || u->question == NULL ||
        u->all == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "needs");
    for (uint32_t i = 0; i < n; i++) {
        INC_TRY(
            inc_people_need(people, i + 1, &ask, &u->need[i], &r->arena, err));
        u->options[i] = (struct inc_match_options){
            .k = u->k, .as_of = AS_OF, .explain = r->s->explain};
        if (u->filter != INC_PASS_EVERYBODY)
            INC_TRY(inc_people_filter(people, i + 1, u->filter,
                                      &u->options[i].filters, &r->arena, err));
        u->question[i] = (struct inc_question){.kind = INC_ASK_PEOPLE,
                                               .need = &u->need[i],
                                               .options = &u->options[i]};
        u->all[i] = &u->question[i];
    }
out:
    return st;
}

/* Every need once, unmeasured: pages in, memory taken, answers there. */
static enum inc_status
warm_up(struct inc_pass_run *r, struct inc_pass_setup *u, struct inc_err *err)
{
    uint64_t matched = 0;

    inc_call_run(r->matcher, r->world->estate, r->pool, u->all, r->s->needs);
    for (uint32_t i = 0; i < r->s->needs; i++) {
        struct inc_question *q = u->all[i];

        if (q->status != INC_OK) {
            *err = q->err;
            return q->status;
        }
        matched += (uint64_t)inc_call_number(q, "matched", 0);
        u->looked.groups_bounded += q->work.groups_bounded;
        u->looked.groups_visited += q->work.groups_visited;
        u->looked.rows_sieved += q->work.rows_sieved;
        u->looked.rows_scored += q->work.rows_scored;
    }
    u->considered = u->all[0]->considered;
    u->rate = (double)matched /
              ((double)r->s->needs * (double)inc_pool_people(r->pool));
    return INC_OK;
}

/* Needs of the first setup as vectors, for the peers. */
static enum inc_status
write_needs(const struct inc_pass_run *r, struct inc_err *err)
{
    const struct inc_world *w = &r->world->estate->world;
    float *sum = inc_mem_zero(inc_space_dim(w->space), sizeof *sum);
    char path[512];
    FILE *f;
    int rc = 0;

    (void)snprintf(path, sizeof path, "%s.needs", r->s->vectors);
    f = fopen(path, "we");
    for (uint32_t i = 0; f != NULL && sum != NULL && i < r->s->needs; i++)
        rc |= inc_vector_need(f, w, &r->setup[0].need[i], sum);
    inc_mem_free(sum);
    if (f == NULL || fclose(f) != 0 || rc != 0)
        return inc_fail(err, INC_E_IO, 0, "cannot write %s", path);
    return INC_OK;
}

static void
cross(struct inc_pass_run *r)
{
    const struct inc_pass_settings *s = r->s;
    struct inc_pass_setup *u = r->setup;

    for (uint32_t a = 0; a < s->n_requirements; a++)
        for (uint32_t f = 0; f < s->n_filter; f++)
            for (uint32_t p = 0; p < s->n_place; p++)
                for (uint32_t k = 0; k < s->n_k; k++)
                    for (uint32_t b = 0; b < s->n_batch; b++)
                        *u++ = (struct inc_pass_setup){.requirements =
                                                           s->requirements[a],
                                                       .filter = s->filter[f],
                                                       .place = s->place[p],
                                                       .k = s->k[k],
                                                       .batch = s->batch[b]};
}

enum inc_status
inc_pass_begin(struct inc_pass_run *r, const struct inc_pass_settings *s,
               const struct inc_bench_world *w, const struct inc_people *people,
               struct inc_pool *pool, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    memset(r, 0, sizeof *r);
    r->s = s;
    r->world = w;
    r->pool = pool;
    r->setups = (size_t)s->n_requirements * s->n_filter * s->n_place * s->n_k *
                s->n_batch;
    r->setup = inc_mem_zero(r->setups, sizeof *r->setup);
    if (r->setup == NULL || inc_reader_open(&r->reader) != 0 ||
        inc_arena_init(&r->arena, r->setups * s->needs * NEED_BYTES) !=
            INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "needs to measure with");
        goto out;
    }
    cross(r);
    (void)inc_reader_run(&r->reader, NULL);
    INC_TRY(inc_call_matcher(&r->matcher, s->kernel, err));
    for (size_t i = 0; i < r->setups; i++) {
        INC_TRY(draw(r, &r->setup[i], people, err));
        INC_TRY(warm_up(r, &r->setup[i], err));
    }
    if (s->vectors != NULL)
        st = write_needs(r, err);
out:
    return st;
}

/* What this thread was given: steadier than the clock on a shared machine. */
static uint64_t
cpu_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
print_looked(const struct inc_pass_run *r, const struct inc_pass_setup *u,
             const char *params)
{
    const struct {
        const char *name;
        uint64_t sum;
    } figure[] = {{"engine.groups_bounded", u->looked.groups_bounded},
                  {"engine.groups_visited", u->looked.groups_visited},
                  {"engine.rows_sieved", u->looked.rows_sieved},
                  {"engine.rows_scored", u->looked.rows_scored}};

    for (size_t i = 0; i < INC_COUNT(figure); i++) {
        struct inc_samples one = {0};

        inc_samples_add(&one, (double)figure[i].sum / r->s->needs);
        inc_figure_print(figure[i].name, "count", &one, "%s", params);
        (void)fprintf(stderr, "    %s a need: %.0f\n", figure[i].name,
                      (double)figure[i].sum / r->s->needs);
        inc_samples_release(&one);
    }
}

/* The machine's read, again whenever the engine has run this long. */
enum { READ_EVERY_MS = 200 };

static double
read_ms(struct inc_pass_run *r)
{
    double ms = (double)inc_reader_run(&r->reader, NULL) / 1e6;

    inc_samples_add(&r->read, ms);
    return ms;
}

static void
one_setup(struct inc_pass_run *r, struct inc_pass_setup *u)
{
    double read = read_ms(r), since = 0;

    for (uint32_t i = 0; i < r->s->needs; i += u->batch) {
        uint32_t rest = r->s->needs - i, n = rest < u->batch ? rest : u->batch;
        uint64_t start, cpu;
        double ms;

        if (since > READ_EVERY_MS) {
            read = read_ms(r);
            since = 0;
        }
        cpu = cpu_ns();
        start = inc_clock_ns();
        inc_call_run(r->matcher, r->world->estate, r->pool, &u->all[i], n);
        inc_samples_add(&u->cpu, (double)(cpu_ns() - cpu) / 1e6 / n);
        ms = (double)(inc_clock_ns() - start) / 1e6;
        since += ms;
        inc_samples_add(&u->ms, ms / n);
        inc_samples_add(&u->ratio, ms / n / read);
    }
}

void
inc_pass_round(struct inc_pass_run *r)
{
    for (size_t i = 0; i < r->setups; i++)
        one_setup(r, &r->setup[i]);
}

static void
print_setup(const struct inc_pass_run *r, const struct inc_pass_setup *u)
{
    const struct inc_pass_settings *s = r->s;
    char params[320];

    (void)snprintf(
        params, sizeof params,
        "\"people\":%" PRIu64 ",\"pool\":\"%s\",\"requirements\":%u,"
        "\"filter\":%g,\"rate\":%.6f,\"place\":%s,\"k\":%u,\"batch\":%u,"
        "\"explain\":%s,\"considered\":%" PRIu64,
        s->count, inc_people_kind_names[s->people.kind], u->requirements,
        u->filter / 100.0, u->rate, u->place ? "true" : "false", u->k, u->batch,
        s->explain ? "true" : "false", u->considered);
    inc_figure_print("engine.pass", "ms", &u->ms, "%s", params);
    inc_figure_print("engine.pass_cpu", "ms", &u->cpu, "%s", params);
    inc_figure_print("engine.pass_to_read", "ratio", &u->ratio, "%s", params);
    (void)fprintf(
        stderr,
        "%3u requirements, %s place, filter %6.2f %% (passes %.3f "
        "%%), k %u, batch %2u: median %.3f ms a need (cpu %.3f), p99 %.3f; "
        "%.2f x the read of 512 MB\n",
        u->requirements, u->place ? "a" : "no", u->filter / 100.0,
        u->rate * 100, u->k, u->batch, inc_samples_quantile(&u->ms, .5),
        inc_samples_quantile(&u->cpu, .5), inc_samples_quantile(&u->ms, .99),
        inc_samples_quantile(&u->ratio, .5));
    print_looked(r, u, params);
}

void
inc_pass_print(const struct inc_pass_run *r)
{
    inc_figure_print("machine.read", "ms", &r->read, "\"bytes\":%zu",
                     INC_READ_BYTES);
    (void)fprintf(stderr, "read of 512 MB, one thread: median %.2f ms\n",
                  inc_samples_quantile(&r->read, .5));
    for (size_t i = 0; i < r->setups; i++)
        print_setup(r, &r->setup[i]);
}

void
inc_pass_release(struct inc_pass_run *r)
{
    for (size_t i = 0; r->setup != NULL && i < r->setups; i++) {
        struct inc_pass_setup *u = &r->setup[i];

        for (uint32_t k = 0; u->question != NULL && k < r->s->needs; k++)
            inc_buf_release(&u->question[k].body);
        inc_samples_release(&u->ms);
        inc_samples_release(&u->cpu);
        inc_samples_release(&u->ratio);
    }
    inc_mem_free(r->setup);
    inc_matcher_free(r->matcher);
    inc_reader_close(&r->reader);
    inc_arena_release(&r->arena);
    inc_samples_release(&r->read);
}

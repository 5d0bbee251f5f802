/*
 * CPU time of the kernels on one thread, every variant that runs here. One JSON
 * object a line on stdout:
 *   {"name":"...","unit":"ns","params":{...},"samples":[...]}
 * A sample a round; in a round everything is measured once, so that all share
 * a machine's better and worse minutes. Each round also reads 512 MiB and
 * times a chain of multiplications: what memory and clock were worth then.
 * All data come from a fixed seed.
 *   speed [ROUNDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/kernels/variants.h"

enum {
    SEED = 20261122,
    PEOPLE = 1000000,
    BLOCK = 65536,
    CONCEPTS = 13896, /* skills of ESCO 1.1.1 */
    LEAST_SKILLS = 10,
    MOST_SKILLS = 30,
    DIM = 256,
    WORDS = 4, /* of a bitmap of the spans of a block */
    SPANS = WORDS * 64,
    LISTS = 500,
    READ_BYTES = 512 << 20,
    CHAIN = 10000000,
    ROUNDS = 7,
    ROUNDS_MAX = 1000,
    FIGURES_MAX = 128
};

struct figure {
    char name[16], unit[16], params[96];
    double sample[ROUNDS_MAX];
    size_t n;
};

static struct figure figures[FIGURES_MAX];
static size_t n_figures;
static volatile uint64_t keep; /* results, so that none is left out */

/* Memory trouble ends the program: a measurement with holes is worth none. */
static void *
room(size_t count, size_t size)
{
    void *p = inc_mem_zero64(count, size);

    if (p == NULL) {
        (void)fprintf(stderr, "speed: no memory\n");
        exit(1); /* NOLINT(concurrency-mt-unsafe): one thread */
    }
    return p;
}

/* Time of this thread on a CPU: what others take of it does not count. */
static uint64_t
cpu_ns(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) != 0)
        exit(1); /* NOLINT(concurrency-mt-unsafe): one thread */
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void
sample(const char *name, const char *unit, const char *params, double value)
{
    struct figure *f = figures;

    while (f < figures + n_figures &&
           (strcmp(f->name, name) != 0 || strcmp(f->params, params) != 0))
        f++;
    if (f == figures + n_figures) {
        if (++n_figures > FIGURES_MAX)
            exit(1); /* NOLINT(concurrency-mt-unsafe): one thread */
        (void)snprintf(f->name, sizeof f->name, "%s", name);
        (void)snprintf(f->unit, sizeof f->unit, "%s", unit);
        (void)snprintf(f->params, sizeof f->params, "%s", params);
    }
    f->sample[f->n++] = value;
}

static void
print_all(void)
{
    for (const struct figure *f = figures; f < figures + n_figures; f++) {
        (void)printf("{\"name\":\"%s\",\"unit\":\"%s\",\"params\":{%s},"
                     "\"samples\":[",
                     f->name, f->unit, f->params);
        for (size_t i = 0; i < f->n; i++)
            (void)printf("%s%.4g", i > 0 ? "," : "", f->sample[i]);
        (void)printf("]}\n");
    }
}

/* ---- the sieve ---- */

struct people {
    const char *draw; /* how skills were drawn */
    uint16_t *skill;
    uint32_t *at; /* [PEOPLE + 1] */
};

/* Popularity falling like 1 / rank, popular skills strewn over the numbers; or
 * all alike. 20 skills a head at the mean. */
static void
draw_people(struct people *p, const char *draw, struct inc_rng *r)
{
    const int uniform = strcmp(draw, "uniform") == 0;
    uint32_t n = 0;

    p->draw = draw;
    p->at = room(PEOPLE + 1, sizeof *p->at);
    p->skill = room((size_t)PEOPLE * MOST_SKILLS, sizeof *p->skill);
    for (size_t i = 0; i < PEOPLE; i++) {
        uint32_t len =
            LEAST_SKILLS + inc_rng_below(r, MOST_SKILLS - LEAST_SKILLS + 1);

        p->at[i] = n;
        for (uint32_t j = 0; j < len; j++) {
            uint32_t bound =
                uniform ? CONCEPTS : 1 + inc_rng_below(r, CONCEPTS);
            uint64_t rank = inc_rng_below(r, bound);

            p->skill[n++] = (uint16_t)(rank * 2654435761U % CONCEPTS);
        }
    }
    p->at[PEOPLE] = n;
}

static void
draw_table(struct inc_sieve_table *t, size_t lanes, struct inc_rng *r)
{
    uint8_t *sim = room((size_t)CONCEPTS * lanes, 1), *must = room(lanes, 1);
    int16_t *weight = room(lanes, sizeof *weight);

    for (size_t i = 0; i < (size_t)CONCEPTS * lanes; i++)
        if (inc_rng_below(r, 100) == 0) /* about 120 like skills a lane */
            sim[i] = (uint8_t)(1 + inc_rng_below(r, 255));
    for (size_t l = 0; l < lanes; l++)
        weight[l] = (int16_t)(500000 / (255 * lanes));
    must[0] = 255;
    *t = (struct inc_sieve_table){sim, weight, must, lanes};
}

static void
time_sieve(const struct inc_kernels *k, const struct people *p,
           const struct inc_sieve_table *t, uint32_t *bound,
           const uint16_t *rows)
{
    char params[96];
    uint64_t start = cpu_ns(), sum = 0;

    for (size_t first = 0; first < PEOPLE; first += BLOCK) {
        size_t n = PEOPLE - first < BLOCK ? PEOPLE - first : BLOCK;

        k->sieve(bound, t, p->skill, p->at + first, rows, n);
        sum += bound[0];
    }
    start = cpu_ns() - start;
    keep += sum;
    (void)snprintf(params, sizeof params,
                   "\"kernel\":\"%s\",\"lanes\":%zu,\"skills\":\"%s\","
                   "\"per\":\"skill\"",
                   k->name, t->lanes, p->draw);
    sample("sieve", "ns", params, (double)start / p->at[PEOPLE]);
}

/* ---- the others ---- */

static void
time_dots(const char *kernel, inc_dots_fn *dots, const int8_t *rows,
          int32_t *out)
{
    enum { TIMES = 10 };
    char params[96];
    uint64_t start = cpu_ns();

    for (int i = 0; i < TIMES; i++) {
        dots(out, rows, CONCEPTS, rows + (size_t)i * DIM, DIM);
        keep += (uint64_t)out[i];
    }
    start = cpu_ns() - start;
    (void)snprintf(params, sizeof params,
                   "\"kernel\":\"%s\",\"rows\":%d,\"dim\":%d", kernel,
                   (int)CONCEPTS, (int)DIM);
    sample("dots", "us", params, (double)start / TIMES / 1e3);
}

/* Bitmaps of spans and marks, as the steps of a need walk them. */
struct lists {
    uint64_t *bits; /* [LISTS][WORDS] */
    uint8_t *mark;  /* [WORDS * 64] */
    uint16_t *bound;
};

static void
draw_lists(struct lists *l, struct inc_rng *r)
{
    l->bits = room((size_t)LISTS * WORDS, sizeof *l->bits);
    l->mark = room(SPANS, 1);
    l->bound = room(SPANS, sizeof *l->bound);
    for (size_t i = 0; i < (size_t)LISTS * WORDS; i++)
        l->bits[i] = inc_rng_next(r); /* every second span */
}

static void
time_marks(const struct inc_kernels *k, struct lists *l)
{
    enum { TIMES = 1000 };
    char params[96];
    uint64_t start = cpu_ns();

    for (size_t i = 0; i < LISTS; i++)
        k->raise(l->mark, l->bits + i * WORDS, WORDS, (uint8_t)i);
    start = cpu_ns() - start;
    (void)snprintf(params, sizeof params,
                   "\"kernel\":\"%s\",\"spans\":%d,\"per\":\"step\"", k->name,
                   (int)SPANS);
    sample("raise", "ns", params, (double)start / LISTS);
    start = cpu_ns();
    for (int i = 0; i < TIMES; i++)
        k->settle(l->bound, l->mark, SPANS, 3, 17);
    start = cpu_ns() - start;
    (void)snprintf(params, sizeof params, "\"kernel\":\"%s\",\"spans\":%d",
                   k->name, (int)SPANS);
    sample("settle", "us", params, (double)start / TIMES / 1e3);
    keep += l->bound[0];
    memset(l->bound, 0, SPANS * sizeof *l->bound);
}

static void
time_machine(const uint64_t *memory)
{
    const size_t n = READ_BYTES / sizeof *memory;
    uint64_t start = cpu_ns(), sum[8] = {0}, chain = keep | 1;

    for (size_t i = 0; i < n; i += 8)
        for (size_t k = 0; k < 8; k++)
            sum[k] += memory[i + k];
    start = cpu_ns() - start;
    sample("read", "ms", "\"mib\":512", (double)start / 1e6);
    for (size_t k = 0; k < 8; k++)
        keep += sum[k];
    start = cpu_ns();
    for (int i = 0; i < CHAIN; i++) /* 3 cycles each on this decade's CPUs */
        chain = chain * 6364136223846793005U + 1442695040888963407U;
    start = cpu_ns() - start;
    keep += chain;
    sample("chain", "ns", "\"per\":\"multiply and add\"",
           (double)start / CHAIN);
}

/* All that is measured, drawn once. */
struct bench {
    struct people people[2];
    struct inc_sieve_table table[8];
    size_t n_tables;
    struct lists lists;
    int8_t *vectors; /* [CONCEPTS][DIM] */
    int32_t *dots;
    uint32_t *bound;
    uint16_t *rows;
    uint64_t *memory;
};

static void
draw(struct bench *b)
{
    static const size_t lanes[] = {16, 32, 48, 64, 96, 128, 256};
    struct inc_rng r = {SEED};

    draw_people(&b->people[0], "zipf", &r);
    draw_people(&b->people[1], "uniform", &r);
    for (size_t i = 0; i < sizeof lanes / sizeof lanes[0]; i++)
        draw_table(&b->table[b->n_tables++], lanes[i], &r);
    draw_lists(&b->lists, &r);
    b->vectors = room((size_t)CONCEPTS * DIM, 1);
    for (size_t i = 0; i < (size_t)CONCEPTS * DIM; i++)
        b->vectors[i] = (int8_t)((int)inc_rng_below(&r, 255) - 127);
    b->dots = room(CONCEPTS, sizeof *b->dots);
    b->bound = room(BLOCK, sizeof *b->bound);
    b->rows = room(BLOCK, sizeof *b->rows);
    for (size_t i = 0; i < BLOCK; i++)
        b->rows[i] = (uint16_t)i;
    b->memory = room(READ_BYTES, 1);
    memset(b->memory, 1, READ_BYTES);
}

static void
one_round(struct bench *b)
{
    const struct inc_kernels *k;

    time_machine(b->memory);
    for (size_t t = 0; t < b->n_tables; t++)
        for (size_t p = 0; p < 2; p++)
            for (size_t v = 0; (k = inc_kernels_at(v)) != NULL; v++)
                time_sieve(k, &b->people[p], &b->table[t], b->bound, b->rows);
    for (size_t v = 0; (k = inc_kernels_at(v)) != NULL; v++) {
        time_marks(k, &b->lists);
        if (k->dots != inc_dots_vnni)
            time_dots(k->name, k->dots, b->vectors, b->dots);
    }
    if (inc_kernel_has_vnni()) {
        time_dots("avx512 without vnni", inc_dots_avx512, b->vectors, b->dots);
        time_dots("avx512", inc_dots_vnni, b->vectors, b->dots);
    }
}

int
main(int argc, char **argv)
{
    static struct bench b;
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : ROUNDS;

    if (rounds < 1 || rounds > ROUNDS_MAX) {
        (void)fprintf(stderr, "usage: speed [ROUNDS], 1..%d\n",
                      (int)ROUNDS_MAX);
        return 2;
    }
    draw(&b);
    for (long i = 0; i < rounds; i++)
        one_round(&b);
    print_all();
    return 0;
}

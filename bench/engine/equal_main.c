/* equal_main.c - byte equality of the engine with the oracle: random pools,
 * random questions, every kernel, alone, together, in pieces, among threads. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/engine/equal.h"
#include "bench/figure/figure.h"
#include "bench/world/world.h"
#include "engine/base/clock.h"

static const char usage[] =
    "equal [OPTIONS]: engine and oracle, byte for byte\n"
    "  --count N          questions (2000)\n"
    "  --seed N           (1)\n"
    "  --only CASE        one case alone, to look at a difference again\n"
    "  --esco DIR         taxonomy (the shipped sample)\n"
    "  --comuni FILE --space FILE\n"
    "Ends with 1 when anything differs.\n";

struct wanted {
    struct inc_bench_world_options world;
    uint64_t count, seed;
    int64_t only; /* -1: all */
};

struct tester {
    struct inc_bench_world world;
    struct inc_equal_bank bank;
    struct inc_equal_pool pool;
    struct inc_equal_ways ways;
    struct inc_arena arena;
    struct inc_equal_ask asks[INC_EQUAL_ASKS], pages[INC_EQUAL_ASKS];
    uint64_t asked, answered, pairs, cases;
    uint32_t largest;
};

static uint32_t
one_of(const uint32_t *list, size_t n, struct inc_rng *r)
{
    return list[inc_rng_below(r, (uint32_t)n)];
}

/* People of case `no`: around the edges of vectors, of bitmap words and of
 * blocks. The oracle is slow, so most pools are small. */
static uint32_t
people_of(uint64_t no, struct inc_rng *r)
{
    static const uint32_t small[] = {0,  1,  2,  3,  7,  8,  9,  15,
                                     16, 17, 31, 32, 33, 63, 64, 65};
    static const uint32_t middle[] = {127, 128, 129, 200, 255, 256, 257};
    static const uint32_t big[] = {1023, 1024, 1025, 2047, 2048, 2049};
    static const uint32_t huge[] = {65535, 65536, 65537};

    if (no % 2000 == 1999)
        return huge[no / 2000 % 3];
    if (no % 50 == 49)
        return one_of(big, INC_COUNT(big), r);
    if (no % 10 == 9)
        return one_of(middle, INC_COUNT(middle), r);
    return one_of(small, INC_COUNT(small), r);
}

/* Requirements: around multiples of the lanes, up to the most allowed. */
static uint32_t
requirements_of(uint32_t people, struct inc_rng *r)
{
    static const uint32_t usual[] = {0,  1,  2,  7,  8,  9,  12, 12, 12,
                                     15, 16, 17, 30, 30, 31, 32, 33};
    static const uint32_t wide[] = {47, 48, 49,  63,  64, 65,
                                    95, 97, 112, 127, 128};

    if (people <= 300 && inc_rng_below(r, 12) == 0)
        return one_of(wide, INC_COUNT(wide), r);
    return one_of(usual, INC_COUNT(usual), r);
}

/* Count what the oracle said, and let it go. */
static void
release(struct tester *t, struct inc_equal_ask *asks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        t->asked++;
        t->answered += asks[i].question.status == INC_OK;
        t->pairs += asks[i].question.kind == INC_ASK_PAIR;
        inc_buf_release(&asks[i].question.body);
    }
}

/* One pool, some questions, and the pages that follow. */
static enum inc_status
one_case(struct tester *t, const struct wanted *w, uint64_t no,
         struct inc_err *err)
{
    struct inc_estate *e = t->world.estate;
    struct inc_rng r = {w->seed ^ no * UINT64_C(0xd1342543de82ef95)};
    uint32_t people = people_of(no, &r);
    size_t n = people > 3000  ? 3
               : people > 300 ? 4
                              : 1 + inc_rng_below(&r, INC_EQUAL_ASKS),
           pages = 0;
    enum inc_status st = inc_equal_pool_make(&t->pool, e, people, &r, err);
    char where[96];

    if (st != INC_OK)
        return st;
    inc_arena_reset(&t->arena);
    for (size_t i = 0; i < n; i++)
        inc_equal_ask_make(&t->asks[i], e, &t->pool,
                           requirements_of(people, &r), &r, &t->arena);
    (void)snprintf(where, sizeof where,
                   "seed %" PRIu64 " case %" PRIu64 ", %u people,", w->seed, no,
                   people);
    inc_equal_compare(&t->ways, e, &t->pool, t->asks, n, no % 8 == 0, &r,
                      where);
    for (size_t i = 0; i < n && people <= 3000; i++)
        if (inc_rng_below(&r, 2) == 0)
            pages += (size_t)inc_equal_ask_next(&t->pages[pages], &t->asks[i]);
    if (pages > 0)
        inc_equal_compare(&t->ways, e, &t->pool, t->pages, pages, 0, &r, where);
    release(t, t->asks, n);
    release(t, t->pages, pages);
    t->largest = people > t->largest ? people : t->largest;
    t->cases++;
    return INC_OK;
}

static enum inc_status
all_cases(struct tester *t, const struct wanted *w, struct inc_err *err)
{
    uint64_t said = inc_clock_ns();
    enum inc_status st = INC_OK;

    if (w->only >= 0)
        return one_case(t, w, (uint64_t)w->only, err);
    for (uint64_t no = 0; t->asked < w->count; no++) {
        INC_TRY(one_case(t, w, no, err));
        if (inc_clock_ns() - said < UINT64_C(10000000000))
            continue;
        said = inc_clock_ns();
        (void)fprintf(stderr, "%" PRIu64 " of %" PRIu64 " questions\n",
                      t->asked, w->count);
    }
out:
    return st;
}

static int
print(const struct tester *t, const struct wanted *w, double seconds)
{
#define PARAMS                                                                 \
    "\"seed\":%" PRIu64 ",\"questions\":%" PRIu64 ",\"pools\":%" PRIu64
    inc_figure_one("equal.compared", "count", (double)t->ways.compared, PARAMS,
                   w->seed, t->asked, t->cases);
    inc_figure_one("equal.different", "count", (double)t->ways.different,
                   PARAMS, w->seed, t->asked, t->cases);
#undef PARAMS
    (void)fprintf(
        stderr,
        "%" PRIu64 " questions (%" PRIu64 " pairs, %" PRIu64
        " refused by both) to %" PRIu64 " pools of up to %u people, kernels",
        t->asked, t->pairs, t->asked - t->answered, t->cases, t->largest);
    for (size_t i = 0; i < t->ways.matchers; i++)
        (void)fprintf(stderr, " %s", t->ways.kernel[i]);
    (void)fprintf(stderr,
                  ": %" PRIu64 " replies compared, %" PRIu64
                  " different; %.0f s\n",
                  t->ways.compared, t->ways.different, seconds);
    return t->ways.different == 0 ? 0 : 1;
}

static int
run(struct tester *t, const struct wanted *w)
{
    struct inc_err err;
    enum inc_status st = INC_OK;
    uint64_t start = inc_clock_ns();
    int rc = 1;

    inc_err_clear(&err);
    if (inc_bench_world_open(&t->world, &w->world, &err) != INC_OK)
        return inc_bench_complain("equal", &err);
    INC_TRY(inc_arena_init(&t->arena, 16 << 20));
    INC_TRY(
        inc_equal_bank_open(&t->bank, &t->world.estate->world, w->seed, &err));
    t->pool.bank = &t->bank;
    INC_TRY(inc_equal_ways_open(&t->ways, &err));
    INC_TRY(all_cases(t, w, &err));
    rc = print(t, w, (double)(inc_clock_ns() - start) / 1e9);
out:
    inc_equal_ways_close(&t->ways);
    inc_equal_pool_release(&t->pool);
    inc_equal_bank_close(&t->bank);
    inc_arena_release(&t->arena);
    inc_bench_world_close(&t->world);
    return st == INC_OK ? rc : inc_bench_complain("equal", &err);
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {
        {"count", required_argument, NULL, 'n'},
        {"seed", required_argument, NULL, 's'},
        {"only", required_argument, NULL, 'o'},
        {"esco", required_argument, NULL, 'e'},
        {"comuni", required_argument, NULL, 'c'},
        {"space", required_argument, NULL, 'a'},
        {NULL, 0, NULL, 0}};
    static struct tester t;
    struct wanted w = {
        .world = {.dim = 64}, .count = 2000, .seed = 1, .only = -1};
    int option;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'n')
            w.count = strtoull(optarg, NULL, 10);
        else if (option == 's')
            w.seed = strtoull(optarg, NULL, 10);
        else if (option == 'o')
            w.only = strtoll(optarg, NULL, 10);
        else if (option == 'e')
            w.world.esco = optarg;
        else if (option == 'c')
            w.world.comuni = optarg;
        else if (option == 'a')
            w.world.space = optarg;
        else {
            (void)fputs(usage, stderr);
            return 2;
        }
    }
    if (optind != argc || w.count == 0) {
        (void)fputs(usage, stderr);
        return 2;
    }
    return run(&t, &w);
}

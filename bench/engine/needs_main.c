/*
 * match.needs, measured: one person against all open needs, without a daemon.
 *
 *   needs [--esco DIR] [--comuni TSV] [--space FILE] [NEEDS ...]
 *
 * NEEDS are numbers of open needs, default 100 1000 10000. One line of JSON a
 * figure on stdout: {"name", "unit", "params", "samples"}; the samples are
 * single questions in turn, after a warm-up. "bytes" is a digest of all the
 * replies: two builds that answer alike print the same one. People and needs
 * are random with a fixed seed (tests/support/records.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/mem.h"
#include "engine/kernels/panel.h"
#include "engine/match/match.h"
#include "engine/train/train.h"
#include "tests/support/records.h"

enum { PEOPLE = 200, WARM = 10, ARENA = 512 << 20, SKILLS = 24, ASKED = 24 };
#define SEED 20261122

#define MUST(st, err)                                                          \
    do {                                                                       \
        enum inc_status must_ = (st);                                          \
        if (must_ != INC_OK) {                                                 \
            (void)fprintf(stderr, "needs: %s %s %s\n", (err).what,             \
                          (err).where, (err).hint);                            \
            exit(1); /* NOLINT(concurrency-mt-unsafe): one thread */           \
        }                                                                      \
    } while (0)

struct options {
    const char *esco, *comuni, *space;
};

/* A space of its own, as an office would train it. */
static void
train(const char *path, const char *esco)
{
    const struct inc_taxonomy_options t = {.dir = esco};
    const struct inc_train_options how = {.dim = 256, .power = 4, .seed = 1};
    struct inc_train_stats stats;
    struct inc_taxonomy *taxonomy = NULL;
    struct inc_err err = {0};

    (void)fprintf(stderr, "needs: training a space\n");
    MUST(inc_taxonomy_load(&taxonomy, &t, &err), err);
    MUST(inc_train_run(path, taxonomy, &how, &stats, &err), err);
    inc_taxonomy_free(taxonomy);
}

static struct inc_estate *
open_estate(const struct options *o)
{
    char path[] = "/tmp/incrocio-bench-XXXXXX";
    struct inc_estate_options e = {
        .esco_dir = o->esco, .comuni_path = o->comuni, .space_path = o->space};
    struct inc_estate *estate = NULL;
    struct inc_err err = {0};
    const char *core;

    if (inc_hash_start() != 0)
        exit(1); /* NOLINT(concurrency-mt-unsafe): one thread */
    MUST(inc_panel_start(&core, &err), err);
    if (o->space == NULL) {
        int fd = mkstemp(path);

        if (fd < 0)
            exit(1); /* NOLINT(concurrency-mt-unsafe): one thread */
        (void)close(fd);
        train(path, o->esco);
        e.space_path = path;
    }
    MUST(inc_estate_load(&estate, &e, &err), err);
    if (o->space == NULL)
        (void)unlink(path);
    return estate;
}

static struct inc_pool *
pool_of(const struct inc_estate *e, uint64_t needs)
{
    struct inc_rng r = {SEED};
    struct inc_pool_builder *b = NULL;
    struct inc_pool *pool = NULL;
    struct inc_arena a;
    struct inc_err err = {0};

    MUST(inc_pool_begin(&b, &e->world, &err), err);
    MUST(inc_arena_init(&a, 1 << 20), err);
    for (uint64_t i = 1; i <= needs; i++) {
        struct inc_need need;

        inc_arena_reset(&a);
        rec_need(&need, i, &r, &a, &e->world, ASKED);
        MUST(inc_pool_add_need(b, i, &need, &err), err);
    }
    MUST(inc_pool_end(&pool, b, NULL, 1, &err), err);
    inc_arena_release(&a);
    return pool;
}

static void
measure(struct inc_estate *e, const struct inc_candidate *people,
        uint64_t needs)
{
    uint64_t start = inc_clock_ns(), built;
    struct inc_image image = {e, pool_of(e, needs)};
    struct inc_match_options o = {
        .k = INC_K_DEFAULT, .as_of = inc_date_from(2026, 11, 22), .explain = 1};
    struct inc_matcher *m = NULL;
    struct inc_hasher all;
    unsigned char digest[INC_DIGEST];
    char hex[INC_DIGEST_HEX];
    double us[PEOPLE];
    struct inc_err err = {0};

    built = inc_clock_ns() - start;
    MUST(inc_matcher_new(&m, inc_kernels_choose(NULL), &err), err);
    inc_hasher_init(&all);
    for (int i = -WARM; i < PEOPLE; i++) {
        struct inc_question q = {.kind = INC_ASK_NEEDS,
                                 .options = &o,
                                 .candidate = &people[i < 0 ? -i : i]};
        struct inc_question *one = &q;

        start = inc_clock_ns();
        inc_match_run(m, &image, &one, 1);
        if (i >= 0) {
            us[i] = (double)(inc_clock_ns() - start) / 1000;
            inc_hasher_add(&all, q.body.data, q.body.len);
        }
        inc_buf_release(&q.body);
    }
    inc_hasher_end(&all, digest);
    inc_digest_hex(hex, digest);
    (void)printf("{\"name\":\"match.needs\",\"unit\":\"us\",\"params\":"
                 "{\"needs\":%" PRIu64 ",\"requirements_max\":%d,\"skills_max\""
                 ":%d,\"k\":%d,\"explain\":true,\"pool_bytes\":%zu,\"build_ms\""
                 ":%.1f,\"bytes\":\"%.16s\"},\"samples\":[",
                 needs, (int)ASKED, (int)SKILLS, (int)INC_K_DEFAULT,
                 inc_pool_bytes(image.pool), (double)built / 1e6, hex);
    for (int i = 0; i < PEOPLE; i++)
        (void)printf("%s%.1f", i == 0 ? "" : ",", us[i]);
    (void)printf("]}\n");
    (void)fflush(stdout);
    inc_matcher_free(m);
    inc_pool_drop(image.pool);
}

static int
usage(void)
{
    (void)fprintf(stderr, "usage: needs [--esco DIR] [--comuni "
                          "TSV] [--space FILE] [NEEDS ...]\n");
    return 2;
}

int
main(int argc, char **argv)
{
    static const char *const usual[] = {"100", "1000", "10000"};
    struct options o = {.esco = "engine/taxonomy/sample",
                        .comuni = "engine/taxonomy/sample/comuni.tsv"};
    const char *const *sizes = usual;
    int n = 3, i = 1;
    struct inc_candidate *people = inc_mem_zero(PEOPLE, sizeof *people);
    struct inc_rng r = {SEED + 1};
    struct inc_estate *e;
    struct inc_arena a;

    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--esco") == 0)
            o.esco = argv[i + 1];
        else if (strcmp(argv[i], "--comuni") == 0)
            o.comuni = argv[i + 1];
        else if (strcmp(argv[i], "--space") == 0)
            o.space = argv[i + 1];
        else
            return usage();
    }
    if (i < argc) {
        if (argv[i][0] == '-')
            return usage();
        sizes = (const char *const *)&argv[i];
        n = argc - i;
    }
    e = open_estate(&o);
    if (people == NULL || inc_arena_init(&a, ARENA) != INC_OK)
        return 1;
    for (uint64_t p = 0; p < PEOPLE; p++) {
        do
            rec_candidate(&people[p], p + 1, &r, &a, &e->world, SKILLS);
        while (people[p].frozen);
    }
    for (int s = 0; s < n; s++)
        measure(e, people, strtoull(sizes[s], NULL, 10));
    inc_mem_free(people);
    inc_arena_release(&a);
    inc_estate_drop(e);
    return 0;
}

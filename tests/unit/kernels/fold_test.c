/*
 * Every variant this machine has against a plain double loop. With INC_BENCH=1
 * in the environment it also prints nanoseconds per skill.
 */
#include "tests/support/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/kernels/variants.h"

enum { SEED = 20260401, LANES_MAX = 256 };

static const struct variant {
    const char *name;
    inc_fold_fn *fold;
} variants[] = {{"scalar", inc_fold_scalar},
                {"avx2", inc_fold_avx2},
                {"avx512", inc_fold_avx512}};

static int
runs_here(const struct variant *v)
{
    if (v->fold == inc_fold_avx512)
        return inc_kernel_has_avx512();
    return v->fold != inc_fold_avx2 || inc_kernel_has_avx2();
}

struct tables {
    uint16_t *sim, *loss;
    int32_t *pull;
    uint32_t *words;
    size_t concepts, classes;
};

/* A value drawn from the whole range, its ends and the range in daily use. */
static uint16_t
value(struct inc_rng *r)
{
    static const uint16_t edges[] = {0,     1,     2,     9999,  10000,
                                     32767, 32768, 65534, 65535, 256};

    switch (inc_rng_below(r, 4)) {
    case 0:
        return edges[inc_rng_below(r, sizeof edges / sizeof edges[0])];
    case 1:
        return 0;
    case 2:
        return (uint16_t)inc_rng_below(r, 10001);
    default:
        return (uint16_t)inc_rng_next(r);
    }
}

static void
make_tables(struct tables *t, struct inc_rng *r, size_t lanes, size_t concepts,
            size_t classes, size_t n)
{
    t->concepts = concepts;
    t->classes = classes;
    t->sim = inc_mem_zero64(concepts * lanes, sizeof *t->sim);
    t->loss = inc_mem_zero64(classes * lanes, sizeof *t->loss);
    t->pull = inc_mem_zero64(concepts, sizeof *t->pull);
    t->words = inc_mem_zero64(n, sizeof *t->words);
    assert_non_null(t->sim);
    assert_non_null(t->loss);
    assert_non_null(t->pull);
    assert_non_null(t->words);
    for (size_t i = 0; i < concepts * lanes; i++)
        t->sim[i] = value(r);
    for (size_t i = 0; i < classes * lanes; i++)
        t->loss[i] = value(r);
    for (size_t i = 0; i < concepts; i++)
        t->pull[i] = (int32_t)(uint32_t)inc_rng_next(r);
    for (size_t i = 0; i < n; i++)
        t->words[i] = INC_WORD(inc_rng_below(r, (uint32_t)concepts),
                               inc_rng_below(r, (uint32_t)classes));
}

static void
free_tables(struct tables *t)
{
    inc_mem_free(t->sim);
    inc_mem_free(t->loss);
    inc_mem_free(t->pull);
    inc_mem_free(t->words);
}

/* The formula of fold.h, lane by lane, in 64-bit integers. */
static void
plain(uint16_t *cover, int64_t *pull, const struct inc_fold_table *t,
      const uint32_t *words, size_t n)
{
    *pull = 0;
    for (size_t i = 0; i < t->lanes; i++) {
        cover[i] = 0;
        for (size_t w = 0; w < n; w++) {
            uint64_t j = words[w] % 262144, q = words[w] / 262144;
            uint64_t sim = t->sim[j * t->lanes + i];
            uint64_t have = sim - sim * t->loss[q * t->lanes + i] / 65536;

            if (have > cover[i])
                cover[i] = (uint16_t)have;
        }
    }
    for (size_t w = 0; w < n && t->pull != NULL; w++)
        *pull += t->pull[words[w] % 262144];
}

static void
compare(const struct inc_fold_table *t, const uint32_t *words, size_t n)
{
    _Alignas(64) uint16_t got[LANES_MAX + 32];
    uint16_t want[LANES_MAX];
    int64_t got_pull, want_pull;

    plain(want, &want_pull, t, words, n);
    for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++) {
        if (!runs_here(&variants[v]))
            continue;
        memset(got, 0xa5, sizeof got);
        got_pull = 77;
        variants[v].fold(got, &got_pull, t, words, n);
        if (memcmp(got, want, t->lanes * sizeof *got) != 0 ||
            got_pull != want_pull)
            fail_msg("%s: lanes %zu, n %zu, pull %d, seed %d differs",
                     variants[v].name, t->lanes, n, t->pull != NULL, SEED);
        if (got[t->lanes] != 0xa5a5)
            fail_msg("%s: wrote past lane %zu", variants[v].name, t->lanes);
    }
}

static void
equal_to_the_formula(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 3, 7, 20, 64, 333};
    struct inc_rng r = {SEED};

    (void)state;
    for (size_t lanes = INC_LANES; lanes <= LANES_MAX; lanes += INC_LANES) {
        struct tables t;

        make_tables(&t, &r, lanes, 97, 31, 333);
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            struct inc_fold_table table = {t.sim, t.loss, t.pull, lanes};

            compare(&table, t.words, sizes[s]);
            table.pull = NULL;
            compare(&table, t.words, sizes[s]);
        }
        free_tables(&t);
    }
}

/* Every pair of a similarity and a loss, one word: 2^32 would be too many;
 * every similarity against losses at all the places where rounding turns. */
static void
every_similarity(void **state)
{
    struct inc_rng r = {SEED + 1};
    struct tables t;
    struct inc_fold_table table;

    (void)state;
    make_tables(&t, &r, INC_LANES, 65536 / INC_LANES, 64, 1);
    for (size_t i = 0; i < 65536; i++)
        t.sim[i] = (uint16_t)i;
    table = (struct inc_fold_table){t.sim, t.loss, NULL, INC_LANES};
    for (size_t j = 0; j < t.concepts; j++) {
        for (size_t q = 0; q < t.classes; q++) {
            uint32_t word =
                INC_WORD(j, q); /* 16 similarities by 64 rows of losses */

            compare(&table, &word, 1);
        }
    }
    free_tables(&t);
}

static void
highest_numbers(void **state)
{
    struct inc_rng r = {SEED + 2};
    struct tables t;
    struct inc_fold_table table;
    const uint32_t words[] = {
        INC_WORD(0, 0),
        INC_WORD(INC_CONCEPTS_MAX - 1, 0),
        INC_WORD(INC_CONCEPTS_MAX - 1, INC_CLASSES_MAX - 1),
        INC_WORD(0, INC_CLASSES_MAX - 1),
    };

    (void)state;
    make_tables(&t, &r, INC_LANES, INC_CONCEPTS_MAX, INC_CLASSES_MAX, 1);
    t.pull[0] = INT32_MIN;
    t.pull[INC_CONCEPTS_MAX - 1] = INT32_MIN;
    table = (struct inc_fold_table){t.sim, t.loss, t.pull, INC_LANES};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_int_equal(INC_WORD_CONCEPT(words[i]),
                         i == 0 || i == 3 ? 0 : INC_CONCEPTS_MAX - 1);
        compare(&table, &words[i], 1);
    }
    compare(&table, words, sizeof words / sizeof words[0]);
    free_tables(&t);
}

/* 100,000 people of 20 skills over a taxonomy of ESCO's size, popularity
 * falling like 1 / rank. */
static void
speed(void **state)
{
    enum { PEOPLE = 100000, SKILLS = 20, CONCEPTS = 13896 };
    static const size_t lanes_of[] = {16, 32, 64, 128, 256};
    struct inc_rng r = {SEED + 3};

    (void)state;
    if (getenv("INC_BENCH") == NULL)
        skip();
    for (size_t l = 0; l < sizeof lanes_of / sizeof lanes_of[0]; l++) {
        struct tables t;
        struct inc_fold_table table;

        make_tables(&t, &r, lanes_of[l], CONCEPTS, 64, PEOPLE * SKILLS);
        for (size_t i = 0; i < PEOPLE * SKILLS; i++) {
            uint32_t bound = 1 + inc_rng_below(&r, CONCEPTS);

            t.words[i] =
                INC_WORD(inc_rng_below(&r, bound) * 2654435761U % CONCEPTS,
                         inc_rng_below(&r, 64));
        }
        table = (struct inc_fold_table){t.sim, t.loss, t.pull, lanes_of[l]};
        for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++) {
            uint64_t best = UINT64_MAX, sum = 0;

            for (int run = 0; run < 5 && runs_here(&variants[v]); run++) {
                uint64_t start = inc_clock_ns(), took;

                for (size_t p = 0; p < PEOPLE; p++) {
                    _Alignas(64) uint16_t cover[LANES_MAX];
                    int64_t pull;

                    variants[v].fold(cover, &pull, &table, t.words + p * SKILLS,
                                     SKILLS);
                    sum += cover[0] + (uint64_t)pull;
                }
                took = inc_clock_ns() - start;
                best = took < best ? took : best;
            }
            printf("%s, %zu lanes: %.2f ns a skill (check %llx)\n",
                   variants[v].name, lanes_of[l],
                   (double)best / (PEOPLE * SKILLS), (unsigned long long)sum);
        }
        free_tables(&t);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_to_the_formula),
        cmocka_unit_test(every_similarity),
        cmocka_unit_test(highest_numbers),
        cmocka_unit_test(speed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

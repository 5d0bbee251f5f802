/* The sieve: every variant this machine has against the formula of kernels.h,
 * lane by lane in 64-bit integers. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/kernels/variants.h"

enum {
    SEED = 20261122,
    SKILLS = 211,
    ROWS = 97,
    BOTH = 2 * ROWS,
    ENTRIES_MAX = 3 * 4096
};

struct people {
    uint32_t at[ROWS + 1];
    uint16_t skill[ENTRIES_MAX];
};

struct table {
    uint8_t *sim, *must;
    int16_t *weight;
    size_t lanes;
};

/* Rows without skills, of every length up to 40, and one of 4,096. */
static void
make_people(struct people *p, struct inc_rng *r)
{
    uint32_t n = 0;

    for (size_t row = 0; row < ROWS; row++) {
        uint32_t len = row == 50  ? 4096
                       : row < 41 ? (uint32_t)row
                                  : inc_rng_below(r, 60);

        p->at[row] = n;
        for (uint32_t j = 0; j < len; j++)
            p->skill[n++] = (uint16_t)inc_rng_below(r, SKILLS);
    }
    p->at[ROWS] = n;
    assert_in_range(n, 1, ENTRIES_MAX);
}

/* fill 0: sparse similarities, any weights; 1: dense; 2: all at their most. */
static void
make_table(struct table *t, struct inc_rng *r, size_t lanes, int fill)
{
    t->lanes = lanes;
    t->sim = inc_mem_zero64(SKILLS * lanes, 1);
    t->must = inc_mem_zero64(lanes, 1);
    t->weight = inc_mem_zero64(lanes, sizeof *t->weight);
    assert_non_null(t->sim);
    assert_non_null(t->must);
    assert_non_null(t->weight);
    for (size_t i = 0; i < SKILLS * lanes; i++) {
        uint8_t any = (uint8_t)inc_rng_next(r);

        t->sim[i] = fill == 2                                ? 255
                    : fill == 0 && inc_rng_below(r, 20) != 0 ? 0
                                                             : any;
    }
    for (size_t l = 0; l < lanes; l++) {
        uint32_t any = inc_rng_below(r, fill == 1 ? 32768 : 1500);

        t->must[l] = inc_rng_below(r, 8) == 0 ? 255 : 0;
        t->weight[l] =
            (int16_t)(fill == 2 || inc_rng_below(r, 5) == 0 ? 32767 : any);
        if (fill != 2 && inc_rng_below(r, 4) == 0)
            t->weight[l] = 0;
    }
}

static void
free_table(struct table *t)
{
    inc_mem_free(t->sim);
    inc_mem_free(t->must);
    inc_mem_free(t->weight);
}

static uint32_t
plain(const struct table *t, const uint8_t *must, const uint16_t *skill,
      size_t n)
{
    uint64_t sum = 0;

    for (size_t l = 0; l < t->lanes; l++) {
        uint64_t most = 0;

        for (size_t j = 0; j < n; j++)
            if (t->sim[skill[j] * t->lanes + l] > most)
                most = t->sim[skill[j] * t->lanes + l];
        if (must != NULL && must[l] == 255 && most == 0)
            return INC_SIEVE_FAILED;
        sum += most * (uint64_t)t->weight[l];
    }
    return (uint32_t)(sum / 128);
}

static void
compare(const struct table *t, const uint8_t *must, const struct people *p,
        const uint16_t *rows, size_t n)
{
    const struct inc_sieve_table table = {t->sim, t->weight, must, t->lanes};
    const struct inc_kernels *k;
    uint32_t want[2 * ROWS], got[2 * ROWS + 1];

    assert_in_range(n, 0, 2 * ROWS);
    for (size_t i = 0; i < n; i++)
        want[i] = plain(t, must, p->skill + p->at[rows[i]],
                        p->at[rows[i] + 1] - p->at[rows[i]]);
    for (size_t v = 0; (k = inc_kernels_at(v)) != NULL; v++) {
        memset(got, 0xa5, sizeof got);
        k->sieve(got, &table, p->skill, p->at, rows, n);
        for (size_t i = 0; i < n; i++)
            if (got[i] != want[i])
                fail_msg("%s: lanes %zu, must %d, row %u of %u skills: got "
                         "%u, want %u, seed %d",
                         k->name, t->lanes, must != NULL, rows[i],
                         p->at[rows[i] + 1] - p->at[rows[i]], got[i], want[i],
                         SEED);
        if (got[n] != 0xa5a5a5a5)
            fail_msg("%s: wrote past row %zu", k->name, n);
    }
}

static void
equal_to_the_formula(void **state)
{
    static struct people p;
    struct inc_rng r = {SEED};
    uint16_t rows[2 * ROWS];

    (void)state;
    make_people(&p, &r);
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = (uint16_t)i;
        rows[ROWS + i] = (uint16_t)inc_rng_below(&r, ROWS);
    }
    for (size_t lanes = 16; lanes <= INC_SIEVE_LANES_MAX; lanes += 16) {
        for (int fill = 0; fill < 3; fill++) {
            struct table t;

            make_table(&t, &r, lanes, fill);
            compare(&t, NULL, &p, rows, BOTH);
            compare(&t, t.must, &p, rows, BOTH);
            for (size_t n = 0; n < 10; n++)
                compare(&t, t.must, &p, rows + inc_rng_below(&r, ROWS), n);
            compare(&t, t.must, &p, rows + 50, 1); /* of 4,096 skills */
            free_table(&t);
        }
    }
}

/* One lane that must be met, each in turn, met by one skill alone, which is at
 * each place of rows of several lengths. */
static void
every_lane_and_place(void **state)
{
    static struct people p;
    struct table t;
    const uint16_t row = 0;

    (void)state;
    for (size_t lanes = 16; lanes <= INC_SIEVE_LANES_MAX; lanes += 48) {
        struct inc_rng r = {SEED};

        make_table(&t, &r, lanes, 0);
        memset(t.sim, 0, SKILLS * lanes);
        for (size_t lane = 0; lane < lanes; lane++) {
            uint32_t len = (uint32_t)(1 + lane % 19);

            memset(t.must, 0, lanes);
            t.must[lane] = 255;
            t.weight[lane] = 1000;
            t.sim[7 * lanes + lane] = 1;
            p.at[1] = len;
            for (uint32_t place = 0; place <= len; place++) {
                for (uint32_t j = 0; j < len; j++)
                    p.skill[j] = j == place ? 7 : 3;
                compare(&t, t.must, &p, &row, 1);
                compare(&t, NULL, &p, &row, 1);
            }
            t.sim[7 * lanes + lane] = 0;
        }
        free_table(&t);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_to_the_formula),
        cmocka_unit_test(every_lane_and_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Raising and settling marks: every variant this machine has against the
 * formulas of kernels.h. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/rng.h"
#include "engine/kernels/variants.h"

enum { SEED = 20261122, GROUPS = 4096 };

/* n distinct groups, ascending or not, out of GROUPS. */
static void
make_groups(uint16_t *group, size_t n, struct inc_rng *r, int ascending)
{
    uint16_t all[GROUPS];
    size_t taken = 0;

    for (size_t g = 0; g < GROUPS; g++)
        all[g] = (uint16_t)g;
    for (size_t i = 0; i < GROUPS && !ascending; i++) {
        size_t k = i + inc_rng_below(r, (uint32_t)(GROUPS - i));
        uint16_t swap = all[i];

        all[i] = all[k];
        all[k] = swap;
    }
    for (size_t g = 0; g < GROUPS && taken < n; g++) /* n of those left */
        if (inc_rng_below(r, (uint32_t)(GROUPS - g)) < n - taken)
            group[taken++] = all[g];
    assert_int_equal(taken, n);
}

static void
raise_list(size_t n, int round, struct inc_rng *r)
{
    const struct inc_kernels *k;
    uint16_t group[GROUPS];
    uint8_t best[GROUPS], value[16], start[GROUPS], want[GROUPS], got[GROUPS];

    make_groups(group, n, r, round % 2);
    for (size_t i = 0; i < 16; i++)
        value[i] = round == 7 ? 255 : (uint8_t)inc_rng_next(r);
    for (size_t g = 0; g < GROUPS; g++) {
        best[g] = (uint8_t)inc_rng_below(r, 16);
        start[g] = inc_rng_below(r, 2) ? (uint8_t)inc_rng_next(r) : 0;
    }
    memcpy(want, start, sizeof want);
    for (size_t i = 0; i < n; i++)
        if (want[group[i]] < value[best[i]])
            want[group[i]] = value[best[i]];
    for (size_t v = 0; (k = inc_kernels_at(v)) != NULL; v++) {
        memcpy(got, start, sizeof got);
        k->raise(got, group, best, n, value);
        if (memcmp(got, want, sizeof got) != 0)
            fail_msg("%s: %zu groups, round %d, seed %d", k->name, n, round,
                     SEED);
    }
}

static void
raising(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 1000, GROUPS};
    struct inc_rng r = {SEED};

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (int round = 0; round < 8; round++)
            raise_list(sizes[s], round, &r);
}

static void
settle(size_t n, uint8_t least, uint16_t scale, struct inc_rng *r, int full)
{
    enum { ROOM = GROUPS + 128 };
    uint8_t mark[ROOM], got_mark[ROOM];
    uint16_t start[ROOM], want[ROOM], got[ROOM];
    const struct inc_kernels *k;
    size_t end = (n + 63) / 64 * 64;

    for (size_t g = 0; g < ROOM; g++) {
        mark[g] = full ? 255 : (uint8_t)inc_rng_next(r);
        start[g] = (uint16_t)inc_rng_below(r, 55456); /* + 10080: in range */
    }
    for (size_t g = 0; g < n; g++) {
        uint64_t m = mark[g] > least ? mark[g] : least;

        want[g] = (uint16_t)(start[g] + m * 256 * scale / 65536);
        assert_true(want[g] >= start[g]);
    }
    for (size_t v = 0; (k = inc_kernels_at(v)) != NULL; v++) {
        memcpy(got, start, sizeof got);
        memcpy(got_mark, mark, sizeof mark);
        k->settle(got, got_mark, n, least, scale);
        if (memcmp(got, want, n * sizeof *got) != 0)
            fail_msg("%s: n %zu, least %u, scale %u, seed %d", k->name, n,
                     least, scale, SEED);
        for (size_t g = 0; g < n; g++)
            assert_int_equal(got_mark[g], 0);
        for (size_t g = end; g < ROOM; g++) {
            if (got[g] != start[g] || got_mark[g] != mark[g])
                fail_msg("%s: n %zu: wrote at %zu", k->name, n, g);
        }
    }
}

static void
settling(void **state)
{
    static const size_t sizes[] = {0,  1,   31,   32,   33,         63,
                                   64, 65,  100,  4095, GROUPS,     128,
                                   96, 127, 2048, 1,    GROUPS - 64};
    static const uint16_t scales[] = {0, 1, 2, 255, 256, 257, 10079, 10080};
    struct inc_rng r = {SEED + 1};

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        for (size_t c = 0; c < sizeof scales / sizeof scales[0]; c++) {
            settle(sizes[s], 0, scales[c], &r, 0);
            settle(sizes[s], 255, scales[c], &r, 0);
            settle(sizes[s], (uint8_t)inc_rng_next(&r), scales[c], &r, 0);
            settle(sizes[s], 0, scales[c], &r, 1);
        }
    }
}

/* The most a mark gives is what the scale stands for, rounded up: never less
 * than the points themselves. */
static void
never_too_little(void **state)
{
    const struct inc_kernels *k;

    (void)state;
    for (size_t v = 0; (k = inc_kernels_at(v)) != NULL; v++) {
        for (uint32_t points = 1; points <= 10000; points += 7) {
            uint32_t scale = (points * 65536 + 65279) / 65280;
            uint16_t bound[64] = {0};
            uint8_t mark[64] = {255};

            assert_in_range(scale, 1, 10080);
            k->settle(bound, mark, 1, 0, (uint16_t)scale);
            assert_in_range(bound[0], points, points + 1);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raising),
        cmocka_unit_test(settling),
        cmocka_unit_test(never_too_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

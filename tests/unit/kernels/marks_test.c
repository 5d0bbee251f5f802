/* Raising and settling marks: every variant this machine has against the
 * formulas of kernels.h. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/rng.h"
#include "engine/kernels/variants.h"

enum { SEED = 20261122, GROUPS = 4096 };

static void
raise_bits(size_t words, int round, struct inc_rng *r)
{
    uint8_t start[GROUPS + 64], want[GROUPS + 64], got[GROUPS + 64];
    uint64_t bits[GROUPS / 64];
    uint8_t value = round == 7 ? 255 : (uint8_t)inc_rng_next(r);
    const struct inc_kernels *k;

    for (size_t w = 0; w < words; w++) {
        bits[w] = inc_rng_next(r);
        if (round % 2) /* few */
            bits[w] &= inc_rng_next(r) & inc_rng_next(r) & inc_rng_next(r);
        if (round == 4)
            bits[w] = w % 2 ? UINT64_MAX : 0;
    }
    for (size_t g = 0; g < sizeof start; g++)
        start[g] = inc_rng_below(r, 2) ? (uint8_t)inc_rng_next(r) : 0;
    memcpy(want, start, sizeof want);
    for (size_t g = 0; g < words * 64; g++)
        if ((bits[g / 64] >> g % 64 & 1) != 0 && want[g] < value)
            want[g] = value;
    for (size_t v = 0; (k = inc_kernels_at(v)) != NULL; v++) {
        memcpy(got, start, sizeof got);
        k->raise(got, bits, words, value);
        if (memcmp(got, want, sizeof got) != 0)
            fail_msg("%s: %zu words, round %d, seed %d", k->name, words, round,
                     SEED);
    }
}

static void
raising(void **state)
{
    struct inc_rng r = {SEED};

    (void)state;
    for (size_t words = 0; words <= GROUPS / 64; words += words < 5 ? 1 : 59)
        for (int round = 0; round < 8; round++)
            raise_bits(words, round, &r);
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

#include "tests/support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/text/ngram.h"

static void
trigrams(void **state)
{
    uint32_t g[8];

    (void)state;
    assert_int_equal(inc_trigrams(g, 8, "pane", 4), 4);
    assert_int_equal(g[0], '^' << 16 | 'p' << 8 | 'a');
    assert_int_equal(g[1], 'a' << 16 | 'n' << 8 | 'e');
    assert_int_equal(g[2], 'n' << 16 | 'e' << 8 | '$');
    assert_int_equal(g[3], 'p' << 16 | 'a' << 8 | 'n');
    assert_int_equal(inc_trigrams(g, 8, "aaaaaa", 6), 3);
    assert_int_equal(inc_trigrams(g, 2, "pane", 4), 2);
    assert_int_equal(inc_trigrams(g, 8, "", 0), 0);
}

/* Optimal string alignment over the whole table, no band: the oracle. */
static unsigned
slow(const char *a, int m, const char *b, int n)
{
    unsigned d[16][16];

    for (int i = 0; i <= m; i++)
        for (int j = 0; j <= n; j++) {
            unsigned v;
            if (i == 0 || j == 0) {
                d[i][j] = (unsigned)(i + j);
                continue;
            }
            v = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < v)
                v = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < v)
                v = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
                a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < v)
                v = d[i - 2][j - 2] + 1;
            d[i][j] = v;
        }
    return d[m][n];
}

static void
edits(void **state)
{
    const uint64_t seed = 4711;
    struct inc_rng rng = {seed};

    (void)state;
    assert_int_equal(inc_edits("panetiere", 9, "panettiere", 10, 2), 1);
    assert_int_equal(inc_edits("sladatore", 9, "saldatore", 9, 2), 1);
    assert_int_equal(inc_edits("a", 1, "abcd", 4, 2), 3);
    for (int round = 0; round < 100000; round++) {
        char a[12], b[12];
        int m = (int)inc_rng_below(&rng, 12), n = (int)inc_rng_below(&rng, 12);
        unsigned max = inc_rng_below(&rng, 5), want;
        for (int i = 0; i < m; i++)
            a[i] = (char)('a' + inc_rng_below(&rng, 3));
        for (int i = 0; i < n; i++)
            b[i] = (char)('a' + inc_rng_below(&rng, 3));
        want = slow(a, m, b, n);
        want = want > max ? max + 1 : want;
        if (inc_edits(a, (size_t)m, b, (size_t)n, max) != want)
            fail_msg("seed %llu round %d: %.*s %.*s max %u, want %u got %u",
                     (unsigned long long)seed, round, m, a, n, b, max, want,
                     inc_edits(a, (size_t)m, b, (size_t)n, max));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(trigrams),
                                       cmocka_unit_test(edits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

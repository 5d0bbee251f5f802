/* Families of like skills: each skill in one, like the first of it, the same
 * every time. */
#include "tests/support/cm.h"

#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/kernels/panel.h"
#include "engine/space/near.h"
#include "tests/unit/space/folder.h"
#include "tests/unit/space/sample.h"

enum { URI = 16, DIM = 16, LIKE_BP = 7000 };

static int
setup(void **state)
{
    const char *core;

    (void)state;
    return inc_hash_start() == 0 && inc_panel_start(&core, NULL) == INC_OK ? 0
                                                                           : -1;
}

/* bunches: how many directions skills lie near; 0: anywhere. Some have no
 * vector. */
static struct inc_space *
make_space(uint32_t rows, uint32_t bunches, uint64_t seed)
{
    struct inc_rng r = {seed};
    int8_t *vectors = inc_mem_zero((size_t)rows * DIM, 1);
    uint16_t *idf = inc_mem_zero(rows, sizeof *idf);
    const char **uris = inc_mem_zero(rows, sizeof *uris);
    char *text = inc_mem_zero(rows, URI);
    struct inc_space_parts parts = sample;
    struct inc_space *s = NULL;

    assert_true(vectors && idf && uris && text);
    for (uint32_t i = 0; i < rows; i++) {
        int8_t *v = vectors + (size_t)i * DIM;

        (void)snprintf(text + (size_t)i * URI, URI, "u%06u", (unsigned)i);
        uris[i] = text + (size_t)i * URI;
        for (uint32_t d = 0; d < DIM && i % 17 != 3; d++) {
            int any = (int)inc_rng_below(&r, 255) - 127;

            v[d] =
                (int8_t)(bunches == 0 ? any
                                      : (d == i % bunches ? 90 : 0) + any / 6);
        }
    }
    parts.dim = DIM;
    parts.rows = rows;
    parts.vectors = vectors;
    parts.idf_milli = idf;
    parts.uris = uris;
    parts.n_occupations = 0;
    parts.occupation_uris = NULL;
    parts.row_start = NULL;
    parts.row_occupations = NULL;
    assert_int_equal(inc_space_from_parts(&s, &parts, NULL, NULL), INC_OK);
    inc_mem_free(vectors);
    inc_mem_free(idf);
    inc_mem_free(uris);
    inc_mem_free(text);
    return s;
}

static uint32_t
similarity(const struct inc_space *s, uint32_t skill, uint32_t other)
{
    uint32_t n;
    const struct inc_near *near = inc_space_near(s, skill, &n);

    for (uint32_t i = 0; i < n; i++)
        if (near[i].skill == other)
            return near[i].sim_bp;
    return 0;
}

static uint32_t
close_ones(const struct inc_space *s, uint32_t skill)
{
    uint32_t n, close = 0;
    const struct inc_near *near = inc_space_near(s, skill, &n);

    for (uint32_t i = 0; i < n; i++)
        close += near[i].sim_bp >= LIKE_BP;
    return close;
}

/* Every number is used, and a family has a member that all others are like: of
 * those not in an earlier family the one with the most close ones. */
static void
check(const struct inc_space *s, uint32_t rows)
{
    const uint32_t families = inc_space_families(s);
    const uint16_t *family = inc_space_family(s);

    assert_true(families >= 1 && families <= rows);
    assert_non_null(family);
    for (uint32_t i = 0; i < rows; i++)
        assert_true(family[i] < families);
    for (uint32_t f = 0; f < families; f++) {
        uint32_t head = rows;

        for (uint32_t i = 0; i < rows; i++)
            if (family[i] >= f &&
                (head == rows || close_ones(s, i) > close_ones(s, head)))
                head = i;
        assert_true(head < rows);
        assert_int_equal(family[head], f);
        for (uint32_t i = 0; i < rows; i++) {
            int like = i == head || similarity(s, head, i) >= LIKE_BP;

            if (family[i] == f)
                assert_true(like);
            else if (like)
                assert_true(family[i] < f); /* taken before */
        }
    }
}

static void
families(void **state)
{
    static const uint32_t bunches[] = {0, 5, 16};

    (void)state;
    for (size_t i = 0; i < sizeof bunches / sizeof bunches[0]; i++)
        for (uint32_t rows = 1; rows <= 400; rows = rows * 7 + 1) {
            struct inc_space *s = make_space(rows, bunches[i], rows + i);
            struct inc_space *again = make_space(rows, bunches[i], rows + i);

            assert_int_equal(inc_space_families(s), 0);
            assert_null(inc_space_family(s));
            assert_int_equal(inc_space_make_near(s, NULL, NULL), INC_OK);
            assert_int_equal(inc_space_make_near(again, NULL, NULL), INC_OK);
            check(s, rows);
            assert_int_equal(inc_space_families(s), inc_space_families(again));
            assert_memory_equal(inc_space_family(s), inc_space_family(again),
                                rows * sizeof(uint16_t));
            if (bunches[i] > 0 && rows > 300)
                assert_true(inc_space_families(s) < rows / 2);
            inc_space_free(s);
            inc_space_free(again);
        }
}

/* From a cache they are what they were without. */
static void
from_a_cache(void **state)
{
    struct inc_space *a = make_space(300, 5, 9), *b = make_space(300, 5, 9);
    char dir[] = "/tmp/inc-family-XXXXXX", path[64];

    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/near", dir);
    assert_int_equal(inc_space_make_near(a, path, NULL), INC_OK);
    assert_int_equal(access(path, R_OK), 0);
    assert_int_equal(inc_space_make_near(b, path, NULL), INC_OK);
    assert_int_equal(inc_space_families(a), inc_space_families(b));
    assert_memory_equal(inc_space_family(a), inc_space_family(b),
                        300 * sizeof(uint16_t));
    check(b, 300);
    (void)unlink(path);
    assert_int_equal(rmdir(dir), 0);
    inc_space_free(a);
    inc_space_free(b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(families),
        cmocka_unit_test(from_a_cache),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}

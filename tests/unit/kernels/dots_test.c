/* Products with one vector: every variant this machine has against 64-bit
 * integers, over every dimension allowed. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/rng.h"
#include "engine/kernels/variants.h"

enum { SEED = 20261122, ROWS = 37 };

static void
compare_one(inc_dots_fn *dots, const char *name, const int8_t *rows, size_t n,
            const int8_t *u, size_t dim)
{
    int32_t got[ROWS + 1];

    memset(got, 0xa5, sizeof got);
    dots(got, rows, n, u, dim);
    for (size_t r = 0; r < n; r++) {
        int64_t want = 0;

        for (size_t d = 0; d < dim; d++)
            want += (int64_t)rows[r * dim + d] * u[d];
        if (got[r] != want)
            fail_msg("%s: dim %zu, %zu rows, row %zu: got %d, want %lld, seed "
                     "%d",
                     name, dim, n, r, got[r], (long long)want, SEED);
    }
    if (got[n] != (int32_t)0xa5a5a5a5)
        fail_msg("%s: wrote past row %zu", name, n);
}

static void
compare(const int8_t *rows, size_t n, const int8_t *u, size_t dim)
{
    const struct inc_kernels *k;

    for (size_t v = 0; (k = inc_kernels_at(v)) != NULL; v++)
        compare_one(k->dots, k->name, rows, n, u, dim);
    if (inc_kernel_has_avx512()) /* one of two is not in the table */
        compare_one(inc_dots_avx512, "avx512", rows, n, u, dim);
    if (inc_kernel_has_vnni())
        compare_one(inc_dots_vnni, "avx512 vnni", rows, n, u, dim);
}

static void
equal_to_the_formula(void **state)
{
    struct inc_rng r = {SEED};
    int8_t *rows = inc_mem_zero64((size_t)ROWS * INC_DOTS_DIM_MAX, 1);
    int8_t *u = inc_mem_zero64(INC_DOTS_DIM_MAX, 1);

    (void)state;
    assert_non_null(rows);
    assert_non_null(u);
    for (size_t i = 0; i < (size_t)ROWS * INC_DOTS_DIM_MAX; i++)
        rows[i] = (int8_t)(uint8_t)inc_rng_next(&r); /* -128 too */
    for (size_t dim = 16; dim <= INC_DOTS_DIM_MAX; dim += 16) {
        for (size_t d = 0; d < dim; d++)
            u[d] = (int8_t)(uint8_t)inc_rng_next(&r);
        for (size_t n = 0; n <= 9; n++)
            compare(rows, n, u, dim);
        compare(rows, ROWS, u, dim);
    }
    inc_mem_free(rows);
    inc_mem_free(u);
}

/* All at an end of the range: where a product of bytes would saturate. */
static void
extremes(void **state)
{
    static const int8_t ends[] = {-128, -127, -1, 0, 1, 126, 127};
    enum { ENDS = sizeof ends / sizeof ends[0] };
    int8_t *rows = inc_mem_zero64((size_t)5 * INC_DOTS_DIM_MAX, 1);
    int8_t *u = inc_mem_zero64(INC_DOTS_DIM_MAX, 1);

    (void)state;
    assert_non_null(rows);
    assert_non_null(u);
    for (size_t a = 0; a < ENDS; a++) {
        for (size_t b = 0; b < ENDS; b++) {
            memset(rows, ends[a], (size_t)5 * INC_DOTS_DIM_MAX);
            memset(u, ends[b], INC_DOTS_DIM_MAX);
            compare(rows, 5, u, INC_DOTS_DIM_MAX);
            compare(rows, 5, u, 256);
            compare(rows, 5, u, 48);
        }
    }
    inc_mem_free(rows);
    inc_mem_free(u);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_to_the_formula),
        cmocka_unit_test(extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

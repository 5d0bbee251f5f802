/* What is chosen at start, and that a name is taken at its word. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/kernels/variants.h"

static void
complete(const struct inc_kernels *k)
{
    assert_non_null(k->sieve);
    assert_non_null(k->raise);
    assert_non_null(k->settle);
    assert_non_null(k->dots);
}

static void
all_that_run_here(void **state)
{
    static const char *const names[] = {"scalar", "avx2", "avx512"};
    const int runs[] = {1, inc_kernel_has_avx2(), inc_kernel_has_avx512()};
    size_t n = 0;

    (void)state;
    assert_true(inc_kernel_has_avx2() || !inc_kernel_has_avx512());
    assert_true(inc_kernel_has_avx512() || !inc_kernel_has_vnni());
    for (size_t i = 0; i < 3; i++) {
        const struct inc_kernels *k = inc_kernels_choose(names[i]);

        if (!runs[i]) {
            assert_null(k);
            continue;
        }
        assert_ptr_equal(k, inc_kernels_at(n++));
        assert_string_equal(k->name, names[i]);
        complete(k);
        /* the best comes last */
        if (inc_kernels_at(n) == NULL) {
            assert_ptr_equal(inc_kernels_choose(NULL), k);
            assert_ptr_equal(inc_kernels_choose(""), k);
        }
    }
    assert_null(inc_kernels_at(n));
    assert_null(inc_kernels_at(n + 1));
    assert_null(inc_kernels_at(SIZE_MAX));
}

static void
other_names(void **state)
{
    static const char *const names[] = {"Scalar", "avx", "avx2 ", "avx512vnni",
                                        "none"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_null(inc_kernels_choose(names[i]));
}

static void
its_own_variant(void **state)
{
    const struct inc_kernels *k = inc_kernels_choose("scalar");

    (void)state;
    assert_ptr_equal(k->raise, inc_raise_scalar);
    assert_ptr_equal(k->sieve, inc_sieve_scalar);
    k = inc_kernels_choose("avx2");
    if (k != NULL) {
        assert_ptr_equal(k->raise, inc_raise_avx2);
        assert_ptr_equal(k->sieve, inc_sieve_avx2);
    }
    k = inc_kernels_choose("avx512");
    if (k != NULL) {
        assert_ptr_equal(k->raise, inc_raise_avx512);
        assert_true(k->dots ==
                    (inc_kernel_has_vnni() ? inc_dots_vnni : inc_dots_avx512));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_run_here),
        cmocka_unit_test(other_names),
        cmocka_unit_test(its_own_variant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

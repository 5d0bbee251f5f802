/* The door to the heap: zeroed, aligned, products checked. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/mem.h"

static int
all_zero(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != 0)
            return 0;
    return 1;
}

static void
zeroed(void **state)
{
    unsigned char *p;

    (void)state;
    for (size_t n = 0; n < 300; n += 7) {
        p = inc_mem_zero(n, 3); /* dirty memory of that size for the next */
        assert_non_null(p);
        assert_true(all_zero(p, 3 * n));
        memset(p, 0xee, 3 * n);
        inc_mem_free(p);
        p = inc_mem_zero64(n, 3);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 64, 0);
        assert_true(all_zero(p, 3 * n));
        memset(p, 0xee, 3 * n);
        inc_mem_free(p);
    }
    inc_mem_free(NULL);
}

static void
products(void **state)
{
    static const size_t wrong[][2] = {{SIZE_MAX, 2},
                                      {2, SIZE_MAX},
                                      {SIZE_MAX / 2, 3},
                                      {(size_t)1 << 33, (size_t)1 << 33},
                                      {SIZE_MAX, 1}};
    char *old = inc_mem_text("keep", 4);

    (void)state;
    assert_non_null(old);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_null(inc_mem_zero(wrong[i][0], wrong[i][1]));
        assert_null(inc_mem_zero64(wrong[i][0], wrong[i][1]));
        assert_null(inc_mem_resize(old, wrong[i][0], wrong[i][1]));
    }
    assert_string_equal(old, "keep"); /* still ours, still whole */
    inc_mem_free(old);
}

static void
resized(void **state)
{
    char *p = inc_mem_resize(NULL, 4, 1);

    (void)state;
    assert_non_null(p);
    memcpy(p, "abc", 4);
    p = inc_mem_resize(p, 5000, 1);
    assert_non_null(p);
    assert_string_equal(p, "abc");
    p = inc_mem_resize(p, 0, 1); /* a valid pointer, not a free */
    assert_non_null(p);
    inc_mem_free(p);
}

static void
grown(void **state)
{
    uint32_t *array = NULL;
    size_t cap = 0;

    (void)state;
    for (uint32_t i = 0; i < 10000; i++) {
        size_t before = cap;
        assert_int_equal(inc_mem_grow((void **)&array, &cap, i, sizeof *array),
                         0);
        assert_true(cap > i);
        if (i < before)
            assert_int_equal(cap, before); /* there was room */
        else
            assert_true(cap >= 16 && cap >= before + before / 2);
        array[i] = i * 3;
    }
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(array[i], i * 3);
    inc_mem_free(array);
}

static void
a_growth_too_far(void **state)
{
    unsigned char *array = NULL;
    size_t cap = 0;
    void *was;

    (void)state;
    assert_int_equal(inc_mem_grow((void **)&array, &cap, 0, 1), 0);
    was = array;
    array[0] = 9;
    /* one element so large that sixteen of them are too many */
    cap = 0;
    assert_int_equal(inc_mem_grow((void **)&array, &cap, 0, SIZE_MAX / 4), -1);
    assert_ptr_equal(array, was);
    assert_int_equal(cap, 0);
    assert_int_equal(array[0], 9);
    inc_mem_free(array);
}

static void
texts(void **state)
{
    char *t = inc_mem_text("Capannori", 4);

    (void)state;
    assert_non_null(t);
    assert_string_equal(t, "Capa");
    inc_mem_free(t);
    t = inc_mem_text("", 0);
    assert_non_null(t);
    assert_string_equal(t, "");
    inc_mem_free(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeroed),           cmocka_unit_test(products),
        cmocka_unit_test(resized),          cmocka_unit_test(grown),
        cmocka_unit_test(a_growth_too_far), cmocka_unit_test(texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

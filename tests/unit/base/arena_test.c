/* The arena: alignment, budget, and what ASan may know of it. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/rng.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

enum { SEED = 20261122 };

static void
arrays_are_zero_and_aligned(void **state)
{
    struct inc_rng r = {SEED};
    struct inc_arena a;

    (void)state;
    assert_int_equal(inc_arena_init(&a, 1 << 20), INC_OK);
    for (int round = 0; round < 3; round++) {
        unsigned char *last_end = a.base;
        for (;;) {
            uint32_t n = 1 + inc_rng_below(&r, 3000);
            unsigned char *p = inc_arena_array(&a, n, 1);
            char *t;
            if (p == NULL)
                break;
            assert_int_equal((uintptr_t)p % 64, 0);
            assert_true(p >= last_end && p + n <= a.base + a.cap);
            for (uint32_t i = 0; i < n; i++)
                if (p[i] != 0)
                    fail_msg("seed %d: byte %u of %u not zero", SEED, i, n);
            memset(p, 0xa5, n);
            last_end = p + n;
            t = inc_arena_text(&a, "testo lungo", inc_rng_below(&r, 12));
            if (t != NULL) {
                assert_true((unsigned char *)t >= last_end);
                last_end = (unsigned char *)t + strlen(t) + 1;
            }
        }
        assert_true(a.used > a.cap - 4000);
        inc_arena_reset(&a);
        assert_int_equal(a.used, 0);
    }
    inc_arena_release(&a);
}

static void
the_budget_is_the_budget(void **state)
{
    struct inc_arena a;

    (void)state;
    assert_int_equal(inc_arena_init(&a, 100), INC_OK);
    assert_int_equal(a.cap, 128); /* whole lines of 64 */
    assert_null(inc_arena_array(&a, 129, 1));
    assert_non_null(inc_arena_array(&a, 128, 1)); /* the refusal took nothing */
    assert_null(inc_arena_array(&a, 1, 1));
    assert_null(inc_arena_text(&a, "", 0));
    assert_int_equal(a.used, 128);
    inc_arena_reset(&a);
    assert_non_null(inc_arena_array(&a, 3, 8));
    assert_non_null(inc_arena_array(&a, 8, 8)); /* from the second line */
    assert_null(inc_arena_array(&a, 1, 1));
    inc_arena_release(&a);
}

static void
products_that_overflow(void **state)
{
    struct inc_arena a;

    (void)state;
    assert_int_equal(inc_arena_init(&a, 256), INC_OK);
    assert_null(inc_arena_array(&a, SIZE_MAX / 2, 4));
    assert_null(inc_arena_array(&a, SIZE_MAX, SIZE_MAX));
    assert_null(inc_arena_array(&a, SIZE_MAX, 1));
    assert_null(inc_arena_text(&a, "x", SIZE_MAX));
    assert_null(inc_arena_text(&a, "x", SIZE_MAX - 1));
    assert_int_equal(a.used, 0);
    assert_non_null(inc_arena_array(&a, 0, 8));
    assert_non_null(inc_arena_array(&a, 8, 0));
    inc_arena_release(&a);
}

static void
texts_are_copies(void **state)
{
    struct inc_arena a;
    char source[] = "Montecarlo";
    char *t;

    (void)state;
    assert_int_equal(inc_arena_init(&a, 256), INC_OK);
    t = inc_arena_text(&a, source, 5);
    assert_string_equal(t, "Monte");
    source[0] = 'X';
    assert_string_equal(t, "Monte");
    assert_string_equal(inc_arena_text(&a, source, 0), "");
    inc_arena_release(&a);
}

static void
no_such_memory(void **state)
{
    struct inc_arena a;

    (void)state;
    assert_int_equal(inc_arena_init(&a, SIZE_MAX), INC_E_NOMEM);
    assert_null(a.base);
    assert_int_equal(a.cap, 0);
    inc_arena_release(&a);
    inc_arena_release(&a);
    memset(&a, 0, sizeof a);
    inc_arena_reset(&a);
    inc_arena_release(&a);
}

/* What is not handed out must not be touched, and after a reset nothing is. */
static void
the_rest_is_poisoned(void **state)
{
    (void)state;
#ifdef HAS_ASAN
    {
        struct inc_arena a;
        unsigned char *p;

        assert_int_equal(inc_arena_init(&a, 1024), INC_OK);
        assert_true(__asan_address_is_poisoned(a.base));
        p = inc_arena_array(&a, 24, 1);
        assert_non_null(p);
        assert_null(__asan_region_is_poisoned(p, 24));
        assert_true(__asan_address_is_poisoned(p + 24));
        assert_true(__asan_address_is_poisoned(p + 1023));
        inc_arena_reset(&a);
        assert_true(__asan_address_is_poisoned(p));
        inc_arena_release(&a);
    }
#else
    print_message("SKIPPED: built without AddressSanitizer\n");
    skip();
#endif
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_zero_and_aligned),
        cmocka_unit_test(the_budget_is_the_budget),
        cmocka_unit_test(products_that_overflow),
        cmocka_unit_test(texts_are_copies),
        cmocka_unit_test(no_such_memory),
        cmocka_unit_test(the_rest_is_poisoned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

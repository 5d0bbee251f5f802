/* Bytes that grow: against one plain array, and errors that stick. */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/rng.h"

enum { SEED = 20261122, BYTES = 300000 };

static void
as_one_plain_array(void **state)
{
    static unsigned char plain[BYTES];
    struct inc_rng r = {SEED};
    struct inc_buf b = {0};

    (void)state;
    for (size_t i = 0; i < BYTES; i++)
        plain[i] = (unsigned char)inc_rng_next(&r);
    while (b.len < BYTES) {
        size_t n = inc_rng_below(&r, inc_rng_below(&r, 8) == 0 ? 9000 : 40);
        if (n > BYTES - b.len)
            n = BYTES - b.len;
        inc_buf_add(&b, plain + b.len, n);
        assert_int_equal(b.failed, 0);
        assert_true(b.cap >= b.len);
    }
    assert_memory_equal(b.data, plain, BYTES);
    inc_buf_release(&b);
    assert_null(b.data);
    assert_int_equal(b.cap, 0);
}

static void
text_and_printf(void **state)
{
    struct inc_buf b = {0};
    char wide[400];

    (void)state;
    assert_string_equal(inc_buf_cstr(&b), "");
    inc_buf_text(&b, "uno");
    inc_buf_printf(&b, " %d %s", -7, "due");
    assert_string_equal(inc_buf_cstr(&b), "uno -7 due");
    assert_int_equal(b.len, 10); /* the NUL does not count */
    inc_buf_text(&b, "!");
    assert_string_equal(inc_buf_cstr(&b), "uno -7 due!");
    memset(wide, 'w', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    inc_buf_reset(&b);
    assert_int_equal(b.len, 0);
    assert_non_null(b.data); /* kept for the next text */
    inc_buf_printf(&b, "%s|%s", wide, wide);
    assert_int_equal(b.len, 799);
    assert_int_equal(b.data[399], '|');
    inc_buf_printf(&b, "%s", "");
    assert_int_equal(b.len, 799);
    inc_buf_release(&b);
    inc_buf_release(&b);
}

static void
nothing_is_nothing(void **state)
{
    struct inc_buf b = {0};

    (void)state;
    inc_buf_add(&b, NULL, 0);
    inc_buf_text(&b, "");
    assert_int_equal(b.len, 0);
    assert_int_equal(b.failed, 0);
    inc_buf_release(&b);
}

static void
a_failure_sticks(void **state)
{
    struct inc_buf b = {0};

    (void)state;
    inc_buf_text(&b, "before");
    inc_buf_add(&b, "x", SIZE_MAX / 2); /* nobody has that much */
    assert_int_equal(b.failed, 1);
    assert_int_equal(b.len, 6);
    inc_buf_text(&b, "after");
    inc_buf_printf(&b, "%d", 1);
    assert_int_equal(b.len, 6);
    assert_int_equal(b.failed, 1);
    assert_string_equal(inc_buf_cstr(&b), "");
    inc_buf_reset(&b);
    assert_int_equal(b.failed, 0);
    inc_buf_text(&b, "again");
    assert_string_equal(inc_buf_cstr(&b), "again");
    inc_buf_release(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_one_plain_array),
        cmocka_unit_test(text_and_printf),
        cmocka_unit_test(nothing_is_nothing),
        cmocka_unit_test(a_failure_sticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Bytes as digits and back. */
#include <string.h>

#include "tests/support/cm.h"

#include "engine/base/hex.h"

static void
there_and_back(void **state)
{
    unsigned char all[256], back[256];
    char text[513];

    (void)state;
    for (int i = 0; i < 256; i++)
        all[i] = (unsigned char)i;
    inc_hex(text, all, sizeof all);
    assert_int_equal(strlen(text), 512);
    assert_memory_equal(text, "000102", 6);
    assert_string_equal(text + 506, "fdfeff");
    assert_int_equal(inc_unhex(back, text, sizeof back), 0);
    assert_memory_equal(back, all, sizeof all);
}

static void
no_digits(void **state)
{
    static const char *const bad[] = {"",   "0",  "0g", "g0", "0A", "A0",
                                      " 0", "0/", "0:", "0`", "-1"};
    unsigned char byte;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (inc_unhex(&byte, bad[i], 1) != -1)
            fail_msg("\"%s\" is taken for a byte", bad[i]);
    assert_int_equal(inc_unhex(&byte, "", 0), 0);
}

static void
added(void **state)
{
    struct inc_buf b = {0};

    (void)state;
    inc_buf_text(&b, "x");
    inc_hex_add(&b, "\x00\xff", 2);
    inc_hex_add(&b, "", 0);
    assert_string_equal(inc_buf_cstr(&b), "x00ff");
    inc_buf_release(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(no_digits),
        cmocka_unit_test(added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/support/cm.h"

#include <string.h>

#include "engine/server/metrics_address.h"
#include "engine/server/server.h"

static void
good(void **state)
{
    static const struct {
        const char *text, *written;
        int own;
    } rows[] = {{"127.0.0.1:9464", "127.0.0.1:9464", 1},
                {"9464", "127.0.0.1:9464", 1},
                {"0", "127.0.0.1:0", 1},
                {"*", "127.0.0.1:0", 1},
                {"127.9.8.7:*", "127.9.8.7:0", 1},
                {"[::1]:65535", "[::1]:65535", 1},
                {"0.0.0.0:9464", "0.0.0.0:9464", 0},
                {"10.1.2.3:80", "10.1.2.3:80", 0},
                {"[::]:1", "[::]:1", 0},
                {"128.0.0.1:1", "128.0.0.1:1", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inc_address a;
        struct inc_err err;
        char text[INC_ADDRESS_TEXT];

        if (inc_address_read(&a, rows[i].text, &err) != INC_OK)
            fail_msg("%s: %s", rows[i].text, err.what);
        inc_address_write(text, &a);
        assert_string_equal(text, rows[i].written);
        assert_int_equal(inc_address_is_own(&a), rows[i].own);
    }
}

static void
bad(void **state)
{
    static const char *const rows[] = {
        "",
        ":",
        ":9464",
        "127.0.0.1",
        "127.0.0.1:",
        "localhost:1",
        "127.0.0.1:-1",
        "127.0.0.1:65536",
        "127.0.0.1:1x",
        "127.0.0.1: 1",
        "::1:9464",
        "[::1]",
        "[::1:9464",
        "[]:1",
        "[127.0.0.1]:1",
        "1.2.3:4",
        "256.0.0.1:1",
        "127.0.0.1:000001",
        "tcp://127.0.0.1:1",
        "[::1%lo]:1",
        "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"
        ":0001]:1"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inc_err err = {0};

        if (inc_metrics_check(rows[i], &err) != INC_E_CONFIG)
            fail_msg("'%s' is taken", rows[i]);
        assert_non_null(strstr(err.hint, "127.0.0.1:9464"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(good),
                                       cmocka_unit_test(bad)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/support/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/server/endpoint.h"
#include "engine/server/server.h"

static void
accepted(void **state)
{
    static const char *const good[] = {
        "tcp://127.0.0.1:5555", "tcp://127.0.0.1:*",
        "tcp://127.0.0.1:0",    "tcp://127.255.0.9:65535",
        "ipc:///run/x.sock",    "tcp://0.0.0.0:5555",
        "tcp://*:5555",         "tcp://10.1.2.3:7777",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct inc_err err = {0};

        print_message("%s\n", good[i]);
        assert_int_equal(inc_endpoint_check(good[i], &err), INC_OK);
    }
}

static void
refused(void **state)
{
    static const char *const bad[] = {
        "",
        "tcp://",
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:",
        "tcp://127.0.0.1:x",
        "tcp://127.0.0.1:-1",
        "tcp://127.0.0.1:65536",
        "tcp://127.0.0.1:5555x",
        "tcp://127.0.0:5555",
        "tcp://127.0.0.256:5555",
        "tcp://127.0.0.1.2:5555",
        "tcp://127..0.1:5555",
        "tcp://127.0.0.1a:5555",
        "tcp://**:5555",
        "tcp://:5555",
        "tcp://localhost:5555",
        "tcp://[::1]:5555",
        "tcp://lo:5555",
        "ipc://",
        "ipc://x",
        "ipc://@x",
        "ipc:///folder/",
        "inproc://x",
        "udp://127.0.0.1:5555",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct inc_err err = {0};

        print_message("%s\n", bad[i]);
        assert_int_equal(inc_endpoint_check(bad[i], &err), INC_E_CONFIG);
        assert_true(err.what[0] != '\0');
    }
}

static void
one_claim_at_a_time(void **state)
{
    char dir[] = "/tmp/inc_endpoint_XXXXXX", endpoint[128], path[128];
    struct inc_err err = {0};
    struct stat info;
    int first, second;
    FILE *f;

    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(endpoint, sizeof endpoint, "ipc://%s/new/x.sock", dir);
    (void)snprintf(path, sizeof path, "%s/new/x.sock", dir);
    assert_int_equal(inc_endpoint_claim(&first, endpoint, &err), INC_OK);
    assert_true(first >= 0);
    assert_int_equal(inc_endpoint_claim(&second, endpoint, &err), INC_E_BUSY);
    assert_non_null(strstr(err.what, "process"));
    assert_int_equal(second, -1);
    (void)close(first);
    f = fopen(path, "w"); /* something that is no socket */
    assert_non_null(f);
    (void)fclose(f);
    assert_int_equal(inc_endpoint_claim(&second, endpoint, &err), INC_E_CONFIG);
    assert_int_equal(lstat(path, &info), 0);
    (void)unlink(path);
    assert_int_equal(inc_endpoint_claim(&second, endpoint, &err), INC_OK);
    (void)close(second);
    assert_int_equal(inc_endpoint_claim(&second, "tcp://127.0.0.1:*", &err),
                     INC_OK);
    assert_int_equal(second, -1);
    (void)strcat(path, ".lock");
    (void)unlink(path);
    *strrchr(path, '/') = '\0';
    (void)rmdir(path);
    (void)rmdir(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepted),
        cmocka_unit_test(refused),
        cmocka_unit_test(one_claim_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

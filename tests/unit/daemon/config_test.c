#include "tests/support/cm.h"

#include <stdio.h>
#include <string.h>

#include "engine/daemon/config.h"
#include "engine/daemon/defaults.h"

static const char *fake_name, *fake_value;

static const char *
fake_env(const char *name)
{
    return fake_name != NULL && strcmp(name, fake_name) == 0 ? fake_value
                                                             : NULL;
}

static enum inc_status
file(struct inc_config *c, const char *text, struct inc_err *err)
{
    return inc_config_file(c, "f.conf", text, strlen(text), err);
}

static enum inc_status
machine_defaults(struct inc_config *c, struct inc_err *err)
{
    fake_name = "HOME";
    fake_value = "/home/x";
    return inc_defaults_fill(c, fake_env, err);
}

static void
precedence(void **state)
{
    struct inc_config c = {0};
    struct inc_err err;
    int used;

    (void)state;
    /* whichever comes first, the stronger one stays */
    assert_int_equal(inc_config_flag(&c, "--workers=4", NULL, &used, &err),
                     INC_OK);
    fake_name = "INCROCIO_WORKERS";
    fake_value = "3";
    assert_int_equal(inc_config_environment(&c, fake_env, &err), INC_OK);
    fake_name = "INCROCIO_BATCH_MAX";
    fake_value = "33";
    assert_int_equal(inc_config_environment(&c, fake_env, &err), INC_OK);
    assert_int_equal(
        file(&c, "workers = 2\nbatch_max = 22\nqueue_max = 222\n", &err),
        INC_OK);
    assert_int_equal(machine_defaults(&c, &err), INC_OK);
    assert_int_equal(inc_config_finish(&c, &err), INC_OK);
    assert_int_equal(inc_config_int(&c, INC_SET_workers), 4);
    assert_string_equal(c.value[INC_SET_workers].origin, "--workers");
    assert_int_equal(inc_config_int(&c, INC_SET_batch_max), 33);
    assert_string_equal(c.value[INC_SET_batch_max].origin,
                        "INCROCIO_BATCH_MAX");
    assert_int_equal(inc_config_int(&c, INC_SET_queue_max), 222);
    assert_string_equal(c.value[INC_SET_queue_max].origin, "f.conf:3");
    assert_int_equal(inc_config_int(&c, INC_SET_queue_mb), 64);
    assert_string_equal(c.value[INC_SET_queue_mb].origin, "default");
    inc_config_release(&c);
}

static void
machine_values(void **state)
{
    struct inc_config c = {0};
    struct inc_err err;

    (void)state;
    assert_int_equal(machine_defaults(&c, &err), INC_OK);
    assert_string_equal(inc_config_text(&c, INC_SET_store),
                        "/home/x/.local/share/incrocio/store");
    assert_string_equal(inc_config_text(&c, INC_SET_space),
                        "/home/x/.local/share/incrocio/space.incs");
    assert_int_equal(strncmp(inc_config_text(&c, INC_SET_endpoint),
                             "ipc:///tmp/incrocio-", 20),
                     0);
    inc_config_release(&c);
    assert_int_equal(file(&c, "store = /data/s///\n", &err), INC_OK);
    fake_name = "XDG_RUNTIME_DIR";
    fake_value = "/run/user/7";
    assert_int_equal(inc_defaults_fill(&c, fake_env, &err), INC_OK);
    assert_string_equal(inc_config_text(&c, INC_SET_space), "/data/space.incs");
    assert_string_equal(inc_config_text(&c, INC_SET_endpoint),
                        "ipc:///run/user/7/incrocio/incrociod.sock");
    inc_config_release(&c);
    fake_name = NULL;
    assert_int_equal(inc_defaults_fill(&c, fake_env, &err), INC_E_CONFIG);
    assert_string_equal(err.where, "store");
    inc_config_release(&c);
}

static void
lines(void **state)
{
    struct inc_config c = {0};
    struct inc_err err;

    (void)state;
    assert_int_equal(file(&c,
                          "\xef\xbb\xbf# first\r\n\n  \t\n"
                          "store=/a b/c#d   # a comment\r\n"
                          "\tspace =  /x\t \n"
                          "backup_dir =\n"
                          "esco-local = /l",
                          &err),
                     INC_OK);
    assert_string_equal(inc_config_text(&c, INC_SET_store), "/a b/c#d");
    assert_string_equal(inc_config_text(&c, INC_SET_space), "/x");
    assert_null(inc_config_optional(&c, INC_SET_backup_dir));
    assert_string_equal(inc_config_text(&c, INC_SET_esco_local), "/l");
    assert_string_equal(c.value[INC_SET_esco_local].origin, "f.conf:7");
    inc_config_release(&c);
}

static void
bad_files(void **state)
{
    static const struct {
        const char *text, *where, *what, *hint;
    } row[] = {
        {"queue_mx = 3", "f.conf:1", "unknown key 'queue_mx'",
         "did you mean queue_max?"},
        {"\n\nzzzzzzzzzzzz = 3", "f.conf:3", "unknown key 'zzzzzzzzzzzz'",
         "incrociod --help lists all settings"},
        {"= 3", "f.conf:1", "unknown key ''", NULL},
        {"workers", "f.conf:1", "this line is no `key = value`", NULL},
        {"workers 3", "f.conf:1", "this line is no `key = value`", NULL},
        {"store = /a\nstore = /b", "f.conf:2",
         "store stands twice, first in line 1", "keep one of the two"},
        {"store = /a\x01", "f.conf:1", "the value has a control character",
         NULL},
        {"store = /\xff", "f.conf:1", "the value is not UTF-8", NULL},
        {"st\xffore = /", "f.conf:1", "the key is not UTF-8", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct inc_config c = {0};
        struct inc_err err = {0};

        print_message("%s\n", row[i].what);
        assert_int_equal(file(&c, row[i].text, &err), INC_E_CONFIG);
        assert_string_equal(err.where, row[i].where);
        assert_string_equal(err.what, row[i].what);
        if (row[i].hint != NULL)
            assert_string_equal(err.hint, row[i].hint);
        inc_config_release(&c);
    }
}

static void
bad_values(void **state)
{
    static const struct {
        const char *text, *what, *hint;
    } row[] = {
        {"workers = 65", "workers cannot be '65'",
         "a whole number from 0 to 64"},
        {"workers = -1", "workers cannot be '-1'", NULL},
        {"workers = 3x", "workers cannot be '3x'", NULL},
        {"workers =", "workers cannot be ''", NULL},
        {"workers = 99999999999999999999",
         "workers cannot be '99999999999999999999'", NULL},
        {"admin = maybe", "admin cannot be 'maybe'", "true or false"},
        {"log_level = loud", "log_level cannot be 'loud'",
         "error, warn, info or debug"},
        {"store =", "this setting has no value", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct inc_config c = {0};
        struct inc_err err = {0};

        print_message("%s\n", row[i].text);
        assert_int_equal(file(&c, row[i].text, &err), INC_OK);
        assert_int_equal(machine_defaults(&c, &err), INC_OK);
        assert_int_equal(inc_config_finish(&c, &err), INC_E_CONFIG);
        assert_string_equal(err.where, "f.conf:1");
        assert_string_equal(err.what, row[i].what);
        if (row[i].hint != NULL)
            assert_string_equal(err.hint, row[i].hint);
        inc_config_release(&c);
    }
}

static void
flags(void **state)
{
    struct inc_config c = {0};
    struct inc_err err = {0};
    int used;

    (void)state;
    assert_int_equal(inc_config_flag(&c, "--queue-max", "77", &used, &err),
                     INC_OK);
    assert_int_equal(used, 2);
    assert_int_equal(inc_config_flag(&c, "--admin", "--x", &used, &err),
                     INC_OK);
    assert_int_equal(used, 1);
    assert_int_equal(inc_config_flag(&c, "--check", NULL, &used, &err), INC_OK);
    assert_int_equal(used, 0);
    assert_int_equal(inc_config_flag(&c, "admin", NULL, &used, &err), INC_OK);
    assert_int_equal(used, 0);
    assert_int_equal(inc_config_flag(&c, "--store", NULL, &used, &err),
                     INC_E_CONFIG);
    assert_string_equal(err.where, "--store");
    assert_int_equal(machine_defaults(&c, &err), INC_OK);
    assert_int_equal(inc_config_finish(&c, &err), INC_OK);
    assert_int_equal(inc_config_int(&c, INC_SET_queue_max), 77);
    assert_int_equal(inc_config_int(&c, INC_SET_admin), 1);
    inc_config_release(&c);
}

/* What is printed can be read again and means the same. */
static void
print_and_read(void **state)
{
    struct inc_config c = {0}, again = {0};
    struct inc_buf text = {0};
    struct inc_err err = {0};

    (void)state;
    assert_int_equal(file(&c, "store = /a b\nadmin = yes\nworkers = 3\n", &err),
                     INC_OK);
    assert_int_equal(machine_defaults(&c, &err), INC_OK);
    assert_int_equal(inc_config_finish(&c, &err), INC_OK);
    inc_config_print(&c, &text);
    assert_int_equal(inc_config_file(&again, "p", text.data, text.len, &err),
                     INC_OK);
    assert_int_equal(inc_config_finish(&again, &err), INC_OK);
    for (int s = 0; s < INC_SETTINGS; s++) {
        assert_string_equal(c.value[s].text, again.value[s].text);
        assert_int_equal(c.value[s].number, again.value[s].number);
    }
    inc_buf_release(&text);
    inc_config_release(&c);
    inc_config_release(&again);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(precedence),     cmocka_unit_test(machine_values),
        cmocka_unit_test(lines),          cmocka_unit_test(bad_files),
        cmocka_unit_test(bad_values),     cmocka_unit_test(flags),
        cmocka_unit_test(print_and_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

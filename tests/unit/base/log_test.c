#include "tests/support/cm.h"

#include <string.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/log.h"

static int ends[2];

static const char *
line(void)
{
    static char text[4096];
    ssize_t n = read(ends[0], text, sizeof text - 1);

    assert_true(n >= 0);
    text[n] = '\0';
    return text;
}

static int
setup(void **state)
{
    (void)state;
    if (pipe(ends) != 0)
        return -1;
    inc_log_fd_set(ends[1]);
    inc_clock_freeze(1795322917123); /* 2026-11-22T04:48:37.123Z */
    return 0;
}

static void
fields_and_quotes(void **state)
{
    struct inc_log l;

    (void)state;
    inc_log_start(&l, INC_LOG_WARN, "something");
    inc_log_text(&l, "path", "/a/b");
    inc_log_text(&l, "words", "two words \"x\" \\ \n\x01");
    inc_log_text(&l, "none", "");
    inc_log_int(&l, "n", -5);
    inc_log_end(&l);
    assert_string_equal(line(), "time=2026-11-22T04:48:37.123Z level=warn "
                                "event=something path=/a/b words=\"two words "
                                "\\\"x\\\" \\\\ \\x0a\\x01\" none=\"\" n=-5\n");
}

static void
levels(void **state)
{
    struct inc_log l;

    (void)state;
    assert_true(inc_log_wants(INC_LOG_INFO));
    assert_false(inc_log_wants(INC_LOG_DEBUG));
    inc_log_event(INC_LOG_DEBUG, "unseen");
    inc_log_level_set(INC_LOG_ERROR);
    inc_log_event(INC_LOG_WARN, "unseen");
    inc_log_start(&l, INC_LOG_INFO, "unseen");
    inc_log_text(&l, "k", "v");
    inc_log_end(&l);
    inc_log_level_set(INC_LOG_DEBUG);
    inc_log_event(INC_LOG_DEBUG, "seen");
    assert_string_equal(line(), "time=2026-11-22T04:48:37.123Z level=debug "
                                "event=seen\n");
    inc_log_level_set(INC_LOG_INFO);
}

static void
lines_are_counted(void **state)
{
    uint64_t warnings = inc_log_count(INC_LOG_WARN);
    uint64_t errors_before = inc_log_count(INC_LOG_ERROR);

    (void)state;
    inc_log_level_set(INC_LOG_ERROR);
    inc_log_event(INC_LOG_WARN, "unseen"); /* left out, counted all the same */
    inc_log_event(INC_LOG_WARN, "unseen");
    inc_log_level_set(INC_LOG_INFO);
    assert_int_equal(inc_log_count(INC_LOG_WARN), warnings + 2);
    assert_int_equal(inc_log_count(INC_LOG_ERROR), errors_before);
}

static void
errors(void **state)
{
    struct inc_err err;
    struct inc_log l;

    (void)state;
    (void)inc_fail(&err, INC_E_IO, 2, "cannot open x");
    inc_err_where(&err, "here");
    inc_log_start(&l, INC_LOG_ERROR, "failed");
    inc_log_err(&l, &err);
    inc_log_end(&l);
    assert_string_equal(line(),
                        "time=2026-11-22T04:48:37.123Z level=error "
                        "event=failed code=io_failed what=\"cannot open x\" "
                        "where=here os=2\n");
}

static void
long_lines_are_cut(void **state)
{
    char big[3000];
    struct inc_log l;
    const char *got;

    (void)state;
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    inc_log_start(&l, INC_LOG_INFO, "big");
    inc_log_text(&l, "a", big);
    inc_log_text(&l, "b", big);
    inc_log_int(&l, "n", 1);
    inc_log_end(&l);
    got = line();
    assert_int_equal(strlen(got), INC_LOG_LINE);
    assert_string_equal(got + INC_LOG_LINE - 5, "x...\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_and_quotes),  cmocka_unit_test(levels),
        cmocka_unit_test(lines_are_counted),  cmocka_unit_test(errors),
        cmocka_unit_test(long_lines_are_cut),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}

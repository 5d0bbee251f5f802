/* Dates from 1900 to 2199, one by one, and times of day, all of them. */
#include "tests/support/cm.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/date.h"

static int
days_in(int year, int month)
{
    if (month == 4 || month == 6 || month == 9 || month == 11)
        return 30;
    if (month != 2)
        return 31;
    if (year % 400 == 0)
        return 29;
    return year % 100 != 0 && year % 4 == 0 ? 29 : 28;
}

/* Counting up a day at a time: the slow way that cannot be wrong. */
static void
every_day_there_and_back(void **state)
{
    int32_t day = inc_date_from(1900, 1, 1);
    uint32_t seen = 0;

    (void)state;
    assert_int_equal(day, -25567); /* Python: date(1900,1,1) to 1970 */
    for (int y = 1900; y <= 2199; y++)
        for (int m = 1; m <= 12; m++)
            for (int d = 1; d <= days_in(y, m); d++, day++, seen++) {
                char want[40], got[INC_DATE_TEXT];
                int32_t back = INT32_MIN;
                int yy, mm, dd;

                (void)snprintf(want, sizeof want, "%04d-%02d-%02d", y, m, d);
                inc_date_format(got, day);
                inc_date_split(day, &yy, &mm, &dd);
                if (strcmp(got, want) != 0 ||
                    inc_date_parse(&back, want, 10) != 0 || back != day ||
                    inc_date_from(y, m, d) != day || yy != y || mm != m ||
                    dd != d)
                    fail_msg("%s: formatted %s, parsed %d, want %d", want, got,
                             back, day);
            }
    assert_int_equal(seen, 109573); /* 300 years, 73 of them leap */
    assert_int_equal(day - 1, 84005);
}

static void
days_that_do_not_exist(void **state)
{
    static const char *const wrong[] = {
        "2026-02-29", "2026-02-30", "1900-02-29", "2100-02-29", "2000-02-30",
        "2026-04-31", "2026-06-31", "2026-09-31", "2026-11-31", "2026-01-32",
        "2026-00-10", "2026-13-01", "2026-01-00", "1899-12-31", "2200-01-01",
        "0000-01-01", "9999-12-31", "2026/01/01", "2026-01/01", "2026-1-011",
        "+026-01-01", " 026-01-01", "2026-01-1 ", "2026--1-01", "20x6-01-01",
        "2026-0a-01", "2026-01-0b", "-026-01-01"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int32_t out = 77;
        if (inc_date_parse(&out, wrong[i], strlen(wrong[i])) != -1 || out != 77)
            fail_msg("%s was taken as %d", wrong[i], out);
    }
}

static void
days_that_do(void **state)
{
    static const struct {
        const char *text;
        int32_t days;
    } row[] = {{"1970-01-01", 0},     {"1969-12-31", -1},
               {"2000-02-29", 11016}, {"2024-02-29", 19782},
               {"2026-11-22", 20779}, {"1900-01-01", -25567},
               {"2199-12-31", 84005}};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        int32_t out = 0;
        assert_int_equal(inc_date_parse(&out, row[i].text, 10), 0);
        assert_int_equal(out, row[i].days);
    }
}

static void
length_is_ten(void **state)
{
    int32_t out = 5;

    (void)state;
    assert_int_equal(inc_date_parse(&out, "2026-01-01", 9), -1);
    assert_int_equal(inc_date_parse(&out, "2026-01-011", 11), -1);
    assert_int_equal(inc_date_parse(&out, "", 0), -1);
    assert_int_equal(out, 5);
    assert_int_equal(inc_date_parse(&out, "2026-01-01junk", 10), 0);
}

/* Of the 10,000 texts "dd:dd" exactly 1,441 are a time. */
static void
every_time_there_and_back(void **state)
{
    uint32_t good = 0;

    (void)state;
    for (int h = 0; h < 100; h++)
        for (int m = 0; m < 100; m++) {
            char text[32], back[INC_TIME_TEXT];
            uint16_t out = 9999;
            int exists = (h < 24 && m < 60) || (h == 24 && m == 0);

            (void)snprintf(text, sizeof text, "%02d:%02d", h, m);
            if ((inc_time_parse(&out, text, 5) == 0) != exists)
                fail_msg("%s: existing is %d", text, exists);
            if (!exists) {
                assert_int_equal(out, 9999);
                continue;
            }
            good++;
            assert_int_equal(out, h * 60 + m);
            inc_time_format(back, out);
            assert_string_equal(back, text);
        }
    assert_int_equal(good, 1441);
}

static void
times_that_do_not_exist(void **state)
{
    static const char *const wrong[] = {"",       "1:00",  "01:0",  "01.00",
                                        "01:000", "-1:00", "0a:00", "00:b0",
                                        " 1:00",  "00:-1", "00 00"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint16_t out = 9;
        if (inc_time_parse(&out, wrong[i], strlen(wrong[i])) != -1 || out != 9)
            fail_msg("'%s' was taken as %u", wrong[i], out);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_there_and_back),
        cmocka_unit_test(days_that_do_not_exist),
        cmocka_unit_test(days_that_do),
        cmocka_unit_test(length_is_ten),
        cmocka_unit_test(every_time_there_and_back),
        cmocka_unit_test(times_that_do_not_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

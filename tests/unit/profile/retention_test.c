/* How long a profile is kept, by the calendar alone. */
#include "tests/support/cm.h"

#include "engine/base/date.h"
#include "engine/profile/record.h"
#include "engine/profile/retention.h"

static int32_t
day(const char *text)
{
    int32_t out;

    assert_int_equal(inc_date_parse(&out, text, 10), 0);
    return out;
}

static void
months(void **state)
{
    static const struct {
        const char *from;
        int64_t months;
        const char *to;
    } rows[] = {
        {"2024-01-31", 1, "2024-02-29"},  {"2023-01-31", 1, "2023-02-28"},
        {"2024-02-29", 12, "2025-02-28"}, {"2024-02-29", 48, "2028-02-29"},
        {"2026-11-22", 24, "2028-11-22"}, {"2026-12-31", 2, "2027-02-28"},
        {"1999-12-01", 1, "2000-01-01"},  {"2026-08-31", 0, "2026-08-31"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(inc_months_later(day(rows[i].from), rows[i].months),
                         day(rows[i].to));
}

static enum inc_retention_state
of(const char *updated, const char *notice, const char *today, int seen)
{
    const struct inc_retention rule = {24, 30, ""};
    struct inc_candidate c = {.has = UINT64_C(1) << INC_CANDIDATE_UPDATED,
                              .updated = day(updated)};
    struct inc_retained out;

    if (notice != NULL) {
        c.has |= UINT64_C(1) << INC_CANDIDATE_NOTICE;
        c.notice = day(notice);
    }
    inc_retention_of(&out, &rule, &c, day(today), seen);
    return out.state;
}

static void
states(void **state)
{
    enum { ENOUGH = INC_RETENTION_SEEN_DAYS };

    (void)state;
    assert_int_equal(of("2024-01-10", NULL, "2026-01-09", ENOUGH),
                     INC_RETENTION_KEPT);
    assert_int_equal(of("2024-01-10", NULL, "2026-01-10", ENOUGH),
                     INC_RETENTION_DUE);
    assert_int_equal(of("2024-01-10", "2026-01-10", "2026-02-08", ENOUGH),
                     INC_RETENTION_NOTICED);
    assert_int_equal(of("2024-01-10", "2026-01-10", "2026-02-09", ENOUGH),
                     INC_RETENTION_RUN);
    /* too few days seen; a notice before she was due, one of the future */
    assert_int_equal(of("2024-01-10", "2026-01-10", "2026-02-09", ENOUGH - 1),
                     INC_RETENTION_NOTICED);
    assert_int_equal(of("2024-01-10", "2026-01-09", "2026-02-09", ENOUGH),
                     INC_RETENTION_DUE);
    assert_int_equal(of("2024-01-10", "2036-01-10", "2026-02-09", ENOUGH),
                     INC_RETENTION_DUE);
    /* data of the future: a clock that was ahead */
    assert_int_equal(of("2034-01-10", "2026-01-10", "2026-02-09", ENOUGH),
                     INC_RETENTION_KEPT);
}

static void
off_and_unknown(void **state)
{
    const struct inc_retention off = {0, 30, ""}, on = {24, 30, ""};
    struct inc_candidate c = {.has = UINT64_C(1) << INC_CANDIDATE_UPDATED,
                              .updated = 0};
    struct inc_retained out;

    (void)state;
    inc_retention_of(&out, &off, &c, day("2026-01-01"), 9);
    assert_int_equal(out.state, INC_RETENTION_KEPT);
    inc_retention_of(&out, &on, &c, day("2026-01-01"), 9);
    assert_int_equal(out.state, INC_RETENTION_DUE);
    c.has = 0; /* never said: not guessed */
    inc_retention_of(&out, &on, &c, day("2026-01-01"), 9);
    assert_int_equal(out.state, INC_RETENTION_KEPT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months),
        cmocka_unit_test(states),
        cmocka_unit_test(off_and_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

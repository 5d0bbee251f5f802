/*
 * The registry, its text and its table in docs/metrics.md. After a change of
 * metrics.def run this test with INC_DOCS_WRITE=1 to write the table.
 */
#include "tests/support/cm.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/server/metrics.h"

#define PAGE "docs/metrics.md"
#define BEGIN "<!-- made from engine/server/metrics.def -->\n"
#define END "<!-- end -->\n"

enum { COUNTERS_MAX = 200 }; /* of proto/replies.c */

static void
names_are_well_formed_and_once(void **state)
{
    regex_t shape;

    (void)state;
    assert_int_equal(
        regcomp(&shape, "^incrocio_[a-z][a-z0-9_]*$", REG_EXTENDED | REG_NOSUB),
        0);
    for (int m = 0; m < INC_METRICS; m++) {
        char name[INC_METRIC_NAME], other[INC_METRIC_NAME];
        const char *help = inc_metrics[m].help;

        inc_metric_name(name, (enum inc_metric)m);
        if (regexec(&shape, name, 0, NULL, 0) != 0)
            fail_msg("%s", name);
        /* HELP would need escapes, the table a cell without bars. */
        assert_null(strpbrk(help, "\\\n|"));
        assert_int_equal(help[strlen(help) - 1], '.');
        for (int k = 0; k < m; k++) {
            inc_metric_name(other, (enum inc_metric)k);
            assert_string_not_equal(name, other);
        }
    }
    regfree(&shape);
}

static void
units_and_kinds_show_in_names(void **state)
{
    char name[INC_METRIC_NAME];

    (void)state;
    inc_metric_name(name, INC_METRIC_cpu);
    assert_string_equal(name, "incrocio_cpu_seconds_total");
    inc_metric_name(name, INC_METRIC_sent);
    assert_string_equal(name, "incrocio_sent_bytes_total");
    inc_metric_name(name, INC_METRIC_commit);
    assert_string_equal(name, "incrocio_commit_seconds");
    inc_metric_name(name, INC_METRIC_build);
    assert_string_equal(name, "incrocio_build_info");
}

/* Each place once, and all of them and every answer's code fit the reply. */
static void
places_in_the_reply_fit(void **state)
{
    int n = INC_STATUS_KINDS;

    (void)state;
    for (int m = 0; m < INC_METRICS; m++) {
        assert_true(inc_metrics[m].status[0] != '\0');
        n += inc_metrics[m].kind == INC_METRIC_HISTOGRAM ? 5 : 1;
        for (int k = 0; k < m; k++)
            assert_string_not_equal(inc_metrics[m].status,
                                    inc_metrics[k].status);
    }
    assert_true(n <= COUNTERS_MAX);
}

static void
labels_are_escaped(void **state)
{
    struct inc_buf out = {0};

    (void)state;
    inc_metrics_escape(&out, "a\\b\"c\nd \xc3\xa8");
    assert_string_equal(inc_buf_cstr(&out), "a\\\\b\\\"c\\nd \xc3\xa8");
    inc_buf_release(&out);
}

/* The count behind one bound, -1 when the line is not there. */
static long long
bucket(const char *text, const char *le)
{
    char want[48];
    const char *at;

    (void)snprintf(want, sizeof want, "le=\"%s\"} ", le);
    at = strstr(text, want);
    return at == NULL ? -1 : atoll(at + strlen(want));
}

static void
histogram_is_cumulative(void **state)
{
    struct inc_spread *s = calloc(1, sizeof *s);
    struct inc_buf out = {0};
    const char *text;

    (void)state;
    assert_non_null(s);
    inc_spread_add(s, 63); /* less than 64 microseconds */
    inc_spread_add(s, 64);
    inc_spread_add(s, 1023);
    inc_spread_add(s, 1024);
    inc_spread_add(s, 3000000000); /* 50 minutes: only in +Inf */
    inc_metrics_spread(&out, INC_METRIC_request, "op=\"ping\"", s);
    text = inc_buf_cstr(&out);
    assert_int_equal(bucket(text, "0.000064"), 1);
    assert_int_equal(bucket(text, "0.000128"), 2);
    assert_int_equal(bucket(text, "0.000512"), 2);
    assert_int_equal(bucket(text, "0.001024"), 3);
    assert_int_equal(bucket(text, "0.002048"), 4);
    assert_int_equal(bucket(text, "33.554432"), 4);
    assert_int_equal(bucket(text, "+Inf"), 5);
    assert_non_null(strstr(text, "incrocio_request_seconds_bucket{op=\"ping\","
                                 "le=\"0.000064\"} 1\n"));
    assert_non_null(
        strstr(text, "incrocio_request_seconds_sum{op=\"ping\"} 3000.002174\n"
                     "incrocio_request_seconds_count{op=\"ping\"} 5\n"));
    inc_buf_release(&out);
    free(s);
}

/* Values on both sides of every bound of a metric without a unit. */
static void
bounds_are_exact(void **state)
{
    static const unsigned bounds[] = {1, 2, 4, 8, 16, 31, 63, 127, 255, 511};

    (void)state;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        struct inc_spread *s = calloc(1, sizeof *s);
        struct inc_buf out = {0};
        char le[16];

        assert_non_null(s);
        inc_spread_add(s, bounds[i]);
        inc_spread_add(s, bounds[i] + 1);
        inc_metrics_spread(&out, INC_METRIC_commit_writes, "", s);
        (void)snprintf(le, sizeof le, "%u", bounds[i]);
        assert_int_equal(bucket(inc_buf_cstr(&out), le), 1);
        assert_int_equal(bucket(inc_buf_cstr(&out), "+Inf"), 2);
        inc_buf_release(&out);
        free(s);
    }
}

/* The page with the table that is right in place of what it has. */
static void
page_with_table(struct inc_buf *out, const char *page)
{
    const char *begin = strstr(page, BEGIN), *end = strstr(page, END);

    if (begin == NULL || end == NULL)
        fail_msg("%s has lost its marks", PAGE);
    inc_buf_add(out, page, (size_t)(begin - page) + strlen(BEGIN));
    inc_metrics_table(out);
    inc_buf_text(out, end);
}

static void
page_lists_exactly_the_metrics(void **state)
{
    struct inc_buf have = {0}, want = {0};
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_file_read(&have, PAGE, 1 << 20, &err), INC_OK);
    page_with_table(&want, inc_buf_cstr(&have));
    /* One thread. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    if (getenv("INC_DOCS_WRITE") != NULL)
        assert_int_equal(inc_file_write(PAGE, want.data, want.len, &err),
                         INC_OK);
    else
        assert_string_equal(inc_buf_cstr(&have), inc_buf_cstr(&want));
    inc_buf_release(&have);
    inc_buf_release(&want);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_well_formed_and_once),
        cmocka_unit_test(units_and_kinds_show_in_names),
        cmocka_unit_test(places_in_the_reply_fit),
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(histogram_is_cumulative),
        cmocka_unit_test(bounds_are_exact),
        cmocka_unit_test(page_lists_exactly_the_metrics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * metrics_text.c - Prometheus text exposition, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), and the
 * table of the documentation. From the readings alone; touches nothing else.
 */
#include <inttypes.h>
#include <string.h>

#include "engine/server/metrics.h"

#define MILLION UINT64_C(1000000)

/* Ends of buckets of struct inc_spread, so that counts are exact. Times are
 * whole microseconds rounded down: at most 2^k - 1 means less than 2^k. */
enum { TIMES = 20, SIZES = 10, FIRST_BIT = 6 };
static const uint64_t sizes[SIZES] = {1, 2, 4, 8, 16, 31, 63, 127, 255, 511};

static void
times(uint64_t out[TIMES])
{
    for (unsigned i = 0; i < TIMES; i++)
        out[i] = (UINT64_C(1) << (i + FIRST_BIT)) - 1;
}

void
inc_metrics_escape(struct inc_buf *out, const char *value)
{
    for (const char *p = value; *p != '\0'; p++) {
        if (*p == '\\' || *p == '"')
            inc_buf_printf(out, "\\%c", *p);
        else if (*p == '\n')
            inc_buf_text(out, "\\n");
        else
            inc_buf_add(out, p, 1);
    }
}

static void
put_label(struct inc_buf *out, const char *name, const char *value)
{
    inc_buf_printf(out, "%s=\"", name);
    inc_metrics_escape(out, value);
    inc_buf_text(out, "\"");
}

/* A value in base units: microseconds become seconds. */
static void
put_value(struct inc_buf *out, enum inc_metric_unit unit, uint64_t v)
{
    if (unit == INC_METRIC_SECONDS)
        inc_buf_printf(out, "%" PRIu64 ".%06" PRIu64, v / MILLION, v % MILLION);
    else
        inc_buf_printf(out, "%" PRIu64, v);
}

static void
put_head(struct inc_buf *out, enum inc_metric m)
{
    static const char *const types[] = {"counter", "gauge", "histogram",
                                        "gauge"};
    char name[INC_METRIC_NAME];

    inc_metric_name(name, m);
    inc_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name,
                   inc_metrics[m].help, name, types[inc_metrics[m].kind]);
}

static void
put_sample(struct inc_buf *out, enum inc_metric m, uint64_t v)
{
    char name[INC_METRIC_NAME];

    inc_metric_name(name, m);
    inc_buf_printf(out, "%s ", name);
    put_value(out, inc_metrics[m].unit, v);
    inc_buf_text(out, "\n");
}

static void
put_bucket(struct inc_buf *out, const char *name, const char *labels)
{
    inc_buf_printf(out, "%s_bucket{%s%sle=\"", name, labels,
                   labels[0] == '\0' ? "" : ",");
}

/* NAME_sum or NAME_count without its value. */
static void
put_part(struct inc_buf *out, const char *name, const char *part,
         const char *labels)
{
    inc_buf_printf(out, "%s_%s", name, part);
    if (labels[0] != '\0')
        inc_buf_printf(out, "{%s}", labels);
    inc_buf_text(out, " ");
}

void
inc_metrics_spread(struct inc_buf *out, enum inc_metric m, const char *labels,
                   const struct inc_spread *s)
{
    enum inc_metric_unit unit = inc_metrics[m].unit;
    int timed = unit == INC_METRIC_SECONDS;
    uint64_t ends[TIMES], below[TIMES], count, sum;
    size_t n = timed ? TIMES : SIZES;
    char name[INC_METRIC_NAME];

    if (timed)
        times(ends);
    else
        memcpy(ends, sizes, sizeof sizes);
    inc_spread_below(s, below, ends, n, &count, &sum);
    inc_metric_name(name, m);
    for (size_t i = 0; i < n; i++) {
        put_bucket(out, name, labels);
        put_value(out, unit, timed ? ends[i] + 1 : ends[i]);
        inc_buf_printf(out, "\"} %" PRIu64 "\n", below[i]);
    }
    put_bucket(out, name, labels);
    inc_buf_printf(out, "+Inf\"} %" PRIu64 "\n", count);
    put_part(out, name, "sum", labels);
    put_value(out, unit, sum);
    inc_buf_text(out, "\n");
    put_part(out, name, "count", labels);
    inc_buf_printf(out, "%" PRIu64 "\n", count);
}

static void
put_build(struct inc_buf *out, const struct inc_desk *d)
{
    char name[INC_METRIC_NAME];

    inc_metric_name(name, INC_METRIC_build);
    inc_buf_printf(out, "%s{", name);
    put_label(out, "version", INC_RELEASE);
    inc_buf_printf(out, ",protocol=\"%d\",", INC_PROTOCOL);
    put_label(out, "kernel", d->o.kernels->name);
    inc_buf_text(out, ",");
    put_label(out, "blas", d->o.blas);
    inc_buf_text(out, "} 1\n");
}

static void
put_endpoint(struct inc_buf *out, const struct inc_readings *r)
{
    char name[INC_METRIC_NAME];

    inc_metric_name(name, INC_METRIC_endpoint);
    inc_buf_printf(out, "%s{", name);
    put_label(out, "endpoint",
              r->desk->endpoint != NULL ? r->desk->endpoint : "");
    inc_buf_text(out, ",");
    put_label(out, "store", r->store_read ? r->store.id : "");
    inc_buf_text(out, "} 1\n");
}

static void
put_requests(struct inc_buf *out, const struct inc_meter *m)
{
    char name[INC_METRIC_NAME];

    inc_metric_name(name, INC_METRIC_requests);
    for (int op = 0; op <= INC_OP_COUNT; op++)
        for (int i = 0; i < INC_STATUS_KINDS; i++) {
            uint64_t n = inc_tally_read(&m->answers[op][i]);

            if (n == 0)
                continue;
            inc_buf_printf(out, "%s{", name);
            put_label(out, "op",
                      op == INC_OP_COUNT ? "none" : inc_ops[op].wire);
            inc_buf_text(out, ",");
            put_label(out, "code", inc_status_wire(-i));
            inc_buf_printf(out, "} %" PRIu64 "\n", n);
        }
}

static void
put_latency(struct inc_buf *out, const struct inc_meter *m)
{
    for (int op = 0; op < INC_OP_COUNT; op++) {
        struct inc_buf label = {0};
        struct inc_quantiles q;

        inc_spread_read(&m->latency_us[op], &q);
        if (q.count == 0)
            continue;
        put_label(&label, "op", inc_ops[op].wire);
        inc_metrics_spread(out, INC_METRIC_request, inc_buf_cstr(&label),
                           &m->latency_us[op]);
        out->failed |= label.failed;
        inc_buf_release(&label);
    }
}

static int
is_stores(enum inc_metric m)
{
    return m >= INC_METRIC_store_candidates && m <= INC_METRIC_store_reader_lag;
}

static void
put_metric(struct inc_buf *out, enum inc_metric m, const struct inc_readings *r)
{
    if (is_stores(m) && !r->store_read)
        return;
    put_head(out, m);
    if (m == INC_METRIC_build)
        put_build(out, r->desk);
    else if (m == INC_METRIC_endpoint)
        put_endpoint(out, r);
    else if (m == INC_METRIC_requests)
        put_requests(out, &r->desk->meter);
    else if (m == INC_METRIC_request)
        put_latency(out, &r->desk->meter);
    else if (inc_metrics[m].kind == INC_METRIC_HISTOGRAM)
        inc_metrics_spread(out, m, "", r->spread[m]);
    else
        put_sample(out, m, r->value[m]);
}

void
inc_metrics_text(struct inc_buf *out, const struct inc_readings *r)
{
    for (int m = 0; m < INC_METRICS; m++)
        put_metric(out, (enum inc_metric)m, r);
}

void
inc_metrics_table(struct inc_buf *out)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram",
                                        "info"};

    inc_buf_text(out, "| metric | kind | in `status` | meaning |\n"
                      "|---|---|---|---|\n");
    for (int m = 0; m < INC_METRICS; m++) {
        const struct inc_metric_about *a = &inc_metrics[m];
        char name[INC_METRIC_NAME];

        inc_metric_name(name, (enum inc_metric)m);
        inc_buf_printf(out, "| `%s` | %s | %s | %s |\n", name, kinds[a->kind],
                       a->status, a->help);
    }
}

#include "bench/load/report.h"

#include <inttypes.h>
#include <string.h>

#include "clients/cli/json.h"

static const struct {
    const char *name;
    double q;
} quantiles[] = {
    {"p50", .5}, {"p90", .9}, {"p99", .99}, {"p999", .999}, {"max", 1}};
enum { QUANTILES = sizeof quantiles / sizeof quantiles[0] };

static double
ms(uint64_t ns)
{
    return (double)ns / 1e6;
}

/* What a figure belongs to; `kind` NULL: all kinds together. */
static void
params(struct inc_buf *out, const struct inc_load_options *o, const char *kind)
{
    const struct inc_load_plan *p = &o->plan;

    inc_buf_printf(out, "{\"mode\": \"%s\", ", p->rate > 0 ? "open" : "closed");
    if (p->rate > 0)
        inc_buf_printf(out, "\"rate\": %g, \"arrivals\": \"%s\", ", p->rate,
                       p->fixed ? "fixed" : "poisson");
    inc_buf_printf(out, "\"clients\": %u, ", p->clients);
    if (p->rate == 0)
        inc_buf_printf(out, "\"depth\": %u, ", p->depth);
    inc_buf_printf(out, "\"mix\": \"%s\", \"k\": %" PRId64 ", \"explain\": %s",
                   o->mix, o->ask.k, o->ask.no_explain ? "false" : "true");
    if (o->ask.filters != NULL) {
        inc_buf_text(out, ", \"filters\": ");
        inc_json_text(out, o->ask.filters, strlen(o->ask.filters));
    }
    if (o->ask.rules != NULL) {
        inc_buf_text(out, ", \"rules\": ");
        inc_json_text(out, o->ask.rules, strlen(o->ask.rules));
    }
    if (kind != NULL)
        inc_buf_printf(out, ", \"kind\": \"%s\"", kind);
    inc_buf_text(out, "}");
}

static void
figure(const struct inc_load_options *o, const char *kind, const char *name,
       const char *unit, double value)
{
    struct inc_buf b = {0};

    params(&b, o, kind);
    (void)printf("{\"name\": \"load.%s\", \"unit\": \"%s\", \"params\": %s, "
                 "\"samples\": [%.9g]}\n",
                 name, unit, inc_buf_cstr(&b), value);
    inc_buf_release(&b);
}

static void
print_spread(const struct inc_load_options *o, const char *kind,
             const char *prefix, const struct inc_histogram *h)
{
    char name[32];

    for (size_t i = 0; i < QUANTILES; i++) {
        (void)snprintf(name, sizeof name, "%s%s", prefix, quantiles[i].name);
        figure(o, kind, name, "ms",
               ms(inc_histogram_quantile(h, quantiles[i].q)));
    }
}

static double
row_value(const struct inc_load_row *row, int what)
{
    switch (what) {
    case 0:
        return (double)row->n.sent;
    case 1:
        return (double)row->n.answered;
    case 2:
        return (double)row->n.busy;
    case 3:
        return (double)row->n.errors;
    default:
        return row->latency == NULL ? 0
                                    : ms(inc_histogram_quantile(
                                          row->latency, what == 4 ? .5 : .99));
    }
}

/* One line a quantity, one sample a second. */
static void
print_timeline(const struct inc_load_options *o,
               const struct inc_load_result *r)
{
    static const struct {
        const char *name, *unit;
    } columns[] = {{"sent", "1/s"},   {"answered", "1/s"}, {"busy", "1/s"},
                   {"errors", "1/s"}, {"p50", "ms"},       {"p99", "ms"}};
    struct inc_buf b = {0};

    params(&b, o, NULL);
    for (int c = 0; c < (int)(sizeof columns / sizeof columns[0]); c++) {
        (void)printf("{\"name\": \"load.second.%s\", \"unit\": \"%s\", "
                     "\"params\": %s, \"samples\": [",
                     columns[c].name, columns[c].unit, inc_buf_cstr(&b));
        for (size_t i = 0; i < r->n_rows; i++)
            (void)printf("%s%.9g", i == 0 ? "" : ", ",
                         row_value(&r->rows[i], c));
        (void)printf("]}\n");
    }
    inc_buf_release(&b);
}

static double
late_share(const struct inc_load_result *r)
{
    return r->n.sent == 0 ? 0 : (double)r->late / (double)r->n.sent;
}

void
inc_load_print(const struct inc_load_options *o,
               const struct inc_load_result *r, double cpu_s, double wall_s)
{
    size_t kinds = 0;

    print_spread(o, NULL, "", &r->latency);
    figure(o, NULL, "throughput", "1/s", (double)r->in_time / o->plan.seconds);
    figure(o, NULL, "answered", "count", (double)r->n.answered);
    figure(o, NULL, "busy", "count", (double)r->n.busy);
    if (r->n.busy > 0)
        print_spread(o, NULL, "busy.", &r->busy);
    figure(o, NULL, "errors", "count", (double)r->n.errors);
    figure(o, NULL, "unanswered", "count", (double)(r->unanswered + r->unsent));
    figure(o, NULL, "reply", "B",
           r->n.answered == 0 ? 0
                              : (double)r->reply_bytes / (double)r->n.answered);
    figure(o, NULL, "generator_cpu", "ratio", cpu_s / wall_s);
    if (o->plan.rate > 0) {
        figure(o, NULL, "late", "ratio", late_share(r));
        figure(o, NULL, "lag_p99", "ms",
               ms(inc_histogram_quantile(&r->lag, .99)));
    }
    for (size_t i = 0; i < INC_ASK_COUNT; i++)
        kinds += r->by_kind[i].count != 0;
    for (int i = 0; kinds > 1 && i < INC_ASK_COUNT; i++)
        if (r->by_kind[i].count != 0)
            print_spread(o, inc_ask_name((enum inc_ask)i), "kind_",
                         &r->by_kind[i]);
    if (o->timeline)
        print_timeline(o, r);
}

static void
tell_spread(const char *what, const struct inc_histogram *h)
{
    (void)fprintf(stderr, "%-22s", what);
    for (size_t i = 0; i < QUANTILES; i++)
        (void)fprintf(stderr, " %s %.3f", quantiles[i].name,
                      ms(inc_histogram_quantile(h, quantiles[i].q)));
    (void)fputs(" ms\n", stderr);
}

static void
warn(const struct inc_load_options *o, const struct inc_load_result *r)
{
    if (o->plan.rate > 0 && late_share(r) > .01)
        (void)fprintf(stderr,
                      "WARNING: the generator itself fell behind: %.1f %% of "
                      "the requests went out over 1 ms late (p99 %.1f ms). The "
                      "times are upper bounds; give it --threads 2, more "
                      "cores, or a lower --rate.\n",
                      late_share(r) * 100,
                      ms(inc_histogram_quantile(&r->lag, .99)));
    if (r->unsent != 0)
        (void)fprintf(stderr,
                      "WARNING: %" PRIu64 " requests were never sent: all %u "
                      "places were taken by unanswered ones. They count with "
                      "the time they waited.\n",
                      r->unsent, o->plan.places);
    if (r->unanswered != 0)
        (void)fprintf(stderr,
                      "WARNING: %" PRIu64 " requests had no answer %g s after "
                      "the end. They count with the time they waited.\n",
                      r->unanswered, o->plan.grace);
}

void
inc_load_tell(const struct inc_load_options *o, const struct inc_load_result *r,
              double cpu_s, double wall_s)
{
    const struct inc_load_plan *p = &o->plan;

    if (p->rate > 0)
        (void)fprintf(stderr, "open loop, %g/s %s, %u clients, %g s, %s\n",
                      p->rate, p->fixed ? "evenly spaced" : "Poisson",
                      p->clients, p->seconds, o->mix);
    else
        (void)fprintf(stderr, "closed loop, %u clients x %u, %g s, %s\n",
                      p->clients, p->depth, p->seconds, o->mix);
    tell_spread("latency", &r->latency);
    for (int i = 0; i < INC_ASK_COUNT; i++)
        if (r->by_kind[i].count != 0 && r->by_kind[i].count != r->latency.count)
            tell_spread(inc_ask_name((enum inc_ask)i), &r->by_kind[i]);
    (void)fprintf(stderr,
                  "answered %.1f/s; %" PRIu64 " in all, %" PRIu64
                  " busy, %" PRIu64 " errors, %" PRIu64 " without answer\n"
                  "generator: %.0f %% of one core, %u thread%s\n",
                  (double)r->in_time / p->seconds, r->n.answered, r->n.busy,
                  r->n.errors, r->unanswered + r->unsent, cpu_s / wall_s * 100,
                  p->threads, p->threads == 1 ? "" : "s");
    for (int i = 0; i < 64; i++)
        if (r->error_by[i] != 0)
            (void)fprintf(stderr, "  %" PRIu64 " x %s\n", r->error_by[i],
                          inc_status_wire(-i));
    warn(o, r);
}

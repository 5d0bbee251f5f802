/* ping and status. The clerk's thread. */
#include <stdio.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/server/metrics.h"
#include "engine/server/metrics_http.h"
#include "engine/server/publisher.h"

enum inc_status
inc_on_ping(struct inc_desk *d, struct inc_job *j,
            const struct inc_image *image, struct inc_writer *w,
            struct inc_err *err)
{
    (void)d;
    (void)j;
    (void)image;
    (void)err;
    inc_w_map(w);
    inc_w_key(w, "v");
    inc_w_list(w);
    inc_w_int(w, INC_PROTOCOL);
    inc_w_end(w);
    inc_w_ktext(w, "version", INC_RELEASE);
    inc_w_end(w);
    return INC_OK;
}

static void
counter(struct inc_writer *w, const char *name, uint64_t value)
{
    inc_w_map(w);
    inc_w_ktext(w, "name", name);
    inc_w_kint(w, "value", (int64_t)value);
    inc_w_end(w);
}

static void
spread(struct inc_writer *w, const char *name, const struct inc_spread *s)
{
    struct inc_quantiles q;
    char text[64];

    inc_spread_read(s, &q);
    (void)snprintf(text, sizeof text, "%s.count", name);
    counter(w, text, q.count);
    (void)snprintf(text, sizeof text, "%s.p50", name);
    counter(w, text, q.p50);
    (void)snprintf(text, sizeof text, "%s.p90", name);
    counter(w, text, q.p90);
    (void)snprintf(text, sizeof text, "%s.p99", name);
    counter(w, text, q.p99);
    (void)snprintf(text, sizeof text, "%s.max", name);
    counter(w, text, q.max);
}

/* Every metric whose place in the reply is counters.NAME. */
static void
write_registry(const struct inc_readings *r, struct inc_writer *w)
{
    static const char place[] = "counters.";

    for (int m = 0; m < INC_METRICS; m++) {
        const char *name = strstr(inc_metrics[m].status, place);

        if (name == NULL || m == INC_METRIC_requests)
            continue;
        name += sizeof place - 1;
        if (inc_metrics[m].kind == INC_METRIC_HISTOGRAM)
            spread(w, name, r->spread[m]);
        else
            counter(w, name, r->value[m]);
    }
}

static void
write_counters(const struct inc_readings *r, struct inc_writer *w)
{
    char name[64];

    inc_w_key(w, "counters");
    inc_w_list(w);
    write_registry(r, w);
    for (int i = 0; i < INC_STATUS_KINDS; i++) {
        uint64_t n = inc_metrics_answers(&r->desk->meter, i);

        if (n == 0)
            continue;
        (void)snprintf(name, sizeof name, "answers.%s", inc_status_wire(-i));
        counter(w, name, n);
    }
    inc_w_end(w);
}

static void
write_latency(const struct inc_desk *d, struct inc_writer *w)
{
    inc_w_key(w, "latency");
    inc_w_list(w);
    for (int op = 0; op < INC_OP_COUNT; op++) {
        struct inc_quantiles q;

        inc_spread_read(&d->meter.latency_us[op], &q);
        if (q.count == 0)
            continue;
        inc_w_map(w);
        inc_w_ktext(w, "op", inc_ops[op].wire);
        inc_w_kint(w, "count", (int64_t)q.count);
        inc_w_kint(w, "p50_us", (int64_t)q.p50);
        inc_w_kint(w, "p99_us", (int64_t)q.p99);
        inc_w_kint(w, "max_us", (int64_t)q.max);
        inc_w_kint(w, "p90_us", (int64_t)q.p90);
        inc_w_end(w);
    }
    inc_w_end(w);
}

static void
write_store(const struct inc_store_info *s, struct inc_writer *w)
{
    inc_w_key(w, "store");
    inc_w_map(w);
    inc_w_kint(w, "format", s->format);
    inc_w_kint(w, "candidates", (int64_t)s->records[INC_RECORD_CANDIDATE]);
    inc_w_kint(w, "needs", (int64_t)s->records[INC_RECORD_NEED]);
    inc_w_kint(w, "companies", (int64_t)s->records[INC_RECORD_COMPANY]);
    inc_w_kint(w, "head", (int64_t)s->head_seq);
    inc_w_kint(w, "map_bytes", (int64_t)s->map_bytes);
    inc_w_kint(w, "used_bytes", (int64_t)s->used_bytes);
    inc_w_ktext(w, "id", s->id);
    inc_w_end(w);
}

static void
write_pool(const struct inc_readings *r, struct inc_writer *w)
{
    const uint64_t *v = r->value;

    inc_w_key(w, "pool");
    inc_w_map(w);
    inc_w_kint(w, "people", (int64_t)v[INC_METRIC_pool_people]);
    inc_w_kint(w, "needs", (int64_t)v[INC_METRIC_pool_needs]);
    inc_w_kint(w, "generation", (int64_t)v[INC_METRIC_generation]);
    inc_w_kint(w, "bytes", (int64_t)v[INC_METRIC_pool]);
    inc_w_end(w);
}

/* Who answers. */
static void
write_service(const struct inc_readings *r, struct inc_writer *w)
{
    const struct inc_desk *d = r->desk;

    if (d->endpoint != NULL)
        inc_w_ktext(w, "endpoint", d->endpoint);
    if (d->server_key != NULL)
        inc_w_ktext(w, "server_key", d->server_key);
    if (d->scrape != NULL)
        inc_w_ktext(w, "metrics", inc_scrape_address(d->scrape));
    inc_w_kint(w, "process", (int64_t)r->value[INC_METRIC_process_id]);
    inc_w_kint(w, "started_ms", d->meter.start_unix_ms);
    inc_w_kbool(w, "records", d->o.record != 0);
}

static void
write_estate(const struct inc_image *image, struct inc_writer *w)
{
    const struct inc_taxonomy *t = image->estate->world.taxonomy;
    const struct inc_space *space = image->estate->world.space;
    char hex[INC_DIGEST_HEX];

    inc_w_key(w, "taxonomy");
    inc_w_map(w);
    inc_w_ktext(w, "version", inc_taxonomy_version(t));
    inc_digest_hex(hex, inc_taxonomy_digest(t));
    inc_w_ktext(w, "digest", hex);
    inc_w_kint(w, "skills", inc_concept_count(t, INC_PILLAR_SKILL));
    inc_w_kint(w, "occupations", inc_concept_count(t, INC_PILLAR_OCCUPATION));
    inc_w_key(w, "languages");
    inc_w_list(w);
    for (size_t i = 0; i < inc_taxonomy_languages(t); i++)
        inc_w_text(w, inc_taxonomy_language(t, i));
    inc_w_end(w);
    inc_w_end(w);
    inc_w_key(w, "space");
    inc_w_map(w);
    inc_digest_hex(hex, inc_space_digest(space));
    inc_w_ktext(w, "digest", hex);
    inc_w_kint(w, "dim", inc_space_dim(space));
    inc_w_end(w);
}

enum inc_status
inc_on_status(struct inc_desk *d, struct inc_job *j,
              const struct inc_image *image, struct inc_writer *w,
              struct inc_err *err)
{
    struct inc_readings r;
    uint64_t up_ns = inc_clock_ns() - d->meter.start_ns;
    enum inc_status st = INC_OK;

    (void)j;
    INC_TRY(inc_metrics_read(&r, d, image, err));
    inc_w_map(w);
    inc_w_ktext(w, "version", INC_RELEASE);
    inc_w_kint(w, "protocol", INC_PROTOCOL);
    inc_w_kint(w, "uptime_s", (int64_t)(up_ns / UINT64_C(1000000000)));
    write_store(&r.store, w);
    write_pool(&r, w);
    write_estate(image, w);
    inc_w_ktext(w, "kernel", d->o.kernels->name);
    inc_w_ktext(w, "blas", d->o.blas);
    write_counters(&r, w);
    write_latency(d, w);
    write_service(&r, w);
    if (d->publisher != NULL)
        inc_w_ktext(w, "events", inc_publisher_endpoint(d->publisher));
    inc_w_end(w);
out:
    return st;
}

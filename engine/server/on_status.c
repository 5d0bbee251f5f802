/* ping and status. Worker threads. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/server/desk.h"
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

/* Resident bytes of the process, 0 when /proc does not say. */
static int64_t
resident_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    long long size, resident;
    int n;

    if (f == NULL)
        return 0;
    n = fscanf(f, "%lld %lld", &size, &resident); /* NOLINT(cert-err34-c):
                                             the kernel's own numbers */
    (void)fclose(f);
    return n == 2 ? resident * sysconf(_SC_PAGESIZE) : 0;
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

static void
write_counters(struct inc_desk *d, struct inc_writer *w)
{
    const struct inc_crew_counters *c = inc_crew_counters(d->crew);
    struct inc_meter *m = &d->meter;
    char name[64];

    inc_w_key(w, "counters");
    inc_w_list(w);
    counter(w, "requests", inc_tally_read(&m->requests));
    counter(w, "bad_frames", inc_tally_read(&m->bad_frames));
    counter(w, "busy", inc_tally_read(&m->busy));
    counter(w, "dropped_replies", inc_tally_read(&m->dropped));
    counter(w, "bytes_in", inc_tally_read(&m->bytes_in));
    counter(w, "bytes_out", inc_tally_read(&m->bytes_out));
    counter(w, "waiting", inc_crew_depth(d->crew));
    counter(w, "waiting_writes", inc_crew_depth_writes(d->crew));
    spread(w, "batch_questions", &c->questions);
    spread(w, "batch_us", &c->match_us);
    spread(w, "commit_writes", &c->writes);
    spread(w, "commit_us", &c->commit_us);
    counter(w, "considered", inc_tally_read(&c->considered));
    counter(w, "publish_failed", inc_tally_read(&c->publish_failed));
    counter(w, "stale_readers_cleared", inc_tally_read(&c->stale_readers));
    counter(w, "standing_lag", inc_crew_standing_lag(d->crew));
    counter(w, "standing_changes", inc_crew_standing_changes(d->crew));
    counter(w, "events", inc_crew_events(d->crew));
    counter(w, "unknown_uris", m->unknown_uris);
    counter(w, "unknown_uri_records", m->unknown_records);
    counter(w, "resident_bytes", (uint64_t)resident_bytes());
    counter(w, "process", (uint64_t)getpid());
    counter(w, "workers", d->o.workers);
    for (int i = 0; i < INC_STATUS_KINDS; i++) {
        uint64_t n = inc_tally_read(&m->answers[i]);

        if (n == 0)
            continue;
        (void)snprintf(name, sizeof name, "answers.%s", inc_status_wire(-i));
        counter(w, name, n);
    }
    inc_w_end(w);
}

static void
write_latency(struct inc_desk *d, struct inc_writer *w)
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
write_estate(const struct inc_image *image, struct inc_writer *w)
{
    const struct inc_taxonomy *t = image->estate->world.taxonomy;
    const struct inc_space *space = image->estate->world.space;
    char hex[INC_DIGEST_HEX];

    inc_w_key(w, "pool");
    inc_w_map(w);
    inc_w_kint(w, "people", (int64_t)inc_pool_people(image->pool));
    inc_w_kint(w, "needs", (int64_t)inc_pool_needs(image->pool));
    inc_w_kint(w, "generation", (int64_t)inc_pool_generation(image->pool));
    inc_w_kint(w, "bytes", (int64_t)inc_pool_bytes(image->pool));
    inc_w_end(w);
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
    struct inc_store_info info;
    struct inc_view *view = NULL;
    uint64_t up_ns = inc_clock_ns() - d->meter.start_ns;
    enum inc_status st = INC_OK;

    (void)j;
    INC_TRY(inc_view_open(&view, d->o.store, err));
    INC_TRY(inc_view_info(view, &info, err));
    inc_w_map(w);
    inc_w_ktext(w, "version", INC_RELEASE);
    inc_w_kint(w, "protocol", INC_PROTOCOL);
    inc_w_kint(w, "uptime_s", (int64_t)(up_ns / UINT64_C(1000000000)));
    write_store(&info, w);
    write_estate(image, w);
    inc_w_ktext(w, "kernel", d->o.kernel);
    inc_w_ktext(w, "blas", d->o.blas);
    write_counters(d, w);
    write_latency(d, w);
    if (d->publisher != NULL)
        inc_w_ktext(w, "events", inc_publisher_endpoint(d->publisher));
    inc_w_end(w);
out:
    inc_view_close(view);
    return st;
}

#include "engine/server/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/log.h"

const struct inc_metric_about inc_metrics[INC_METRICS] = {
#define INC_X(id, kind, unit, status, help)                                    \
    {#id, status, help, INC_METRIC_##kind, INC_METRIC_##unit},
#include "engine/server/metrics.def"
#undef INC_X
};

void
inc_metric_name(char out[INC_METRIC_NAME], enum inc_metric m)
{
    static const char *const units[] = {"", "_bytes", "_seconds"};
    static const char *const kinds[] = {"_total", "", "", "_info"};
    const struct inc_metric_about *a = &inc_metrics[m];

    (void)snprintf(out, INC_METRIC_NAME, "incrocio_%s%s%s", a->id,
                   units[a->unit], kinds[a->kind]);
}

/* Resident bytes of the process, 0 when /proc does not say. */
static uint64_t
resident_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    unsigned long long size, resident;
    int n;

    if (f == NULL)
        return 0;
    n = fscanf(f, "%llu %llu", &size, &resident); /* NOLINT(cert-err34-c):
                                             the kernel's own numbers */
    (void)fclose(f);
    return n == 2 ? resident * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static uint64_t
open_files(void)
{
    DIR *dir = opendir("/proc/self/fd");
    uint64_t n = 0;

    if (dir == NULL)
        return 0;
    while (readdir(dir) != NULL) /* NOLINT(concurrency-mt-unsafe): own stream */
        n++;
    (void)closedir(dir);
    return n > 3 ? n - 3 : 0; /* . and .. and the folder itself */
}

static uint64_t
cpu_us(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
        return 0;
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t
inc_metrics_answers(const struct inc_meter *m, int status)
{
    uint64_t n = 0;

    for (int op = 0; op <= INC_OP_COUNT; op++)
        n += inc_tally_read(&m->answers[op][status]);
    return n;
}

static void
read_process(uint64_t *v, const struct inc_desk *d)
{
    v[INC_METRIC_start_time] = (uint64_t)d->meter.start_unix_ms * 1000;
    v[INC_METRIC_process_id] = (uint64_t)getpid();
    v[INC_METRIC_resident] = resident_bytes();
    v[INC_METRIC_cpu] = cpu_us();
    v[INC_METRIC_open_files] = open_files();
    v[INC_METRIC_workers] = d->o.workers;
    v[INC_METRIC_log_errors] = inc_log_count(INC_LOG_ERROR);
    v[INC_METRIC_log_warnings] = inc_log_count(INC_LOG_WARN);
}

static void
read_requests(uint64_t *v, struct inc_desk *d)
{
    const struct inc_crew_counters *c = inc_crew_counters(d->crew);
    const struct inc_meter *m = &d->meter;
    struct inc_crew_waiting now;

    v[INC_METRIC_frames] = inc_tally_read(&m->requests);
    v[INC_METRIC_bad_frames] = inc_tally_read(&m->bad_frames);
    v[INC_METRIC_strangers] = inc_tally_read(&m->strangers);
    v[INC_METRIC_not_allowed] = inc_tally_read(&m->not_allowed);
    v[INC_METRIC_received] = inc_tally_read(&m->bytes_in);
    v[INC_METRIC_sent] = inc_tally_read(&m->bytes_out);
    v[INC_METRIC_in_flight] =
        atomic_load_explicit(&m->in_flight, memory_order_relaxed);
    inc_crew_waiting(d->crew, &now);
    v[INC_METRIC_waiting_questions] = now.questions;
    v[INC_METRIC_waiting_clients] = now.question_clients;
    v[INC_METRIC_waiting_time] = now.questions_ns / 1000;
    v[INC_METRIC_waiting_reads] = now.reads;
    v[INC_METRIC_waiting_read_clients] = now.read_clients;
    v[INC_METRIC_waiting_writes] = now.writes;
    v[INC_METRIC_waiting_admin] = now.admin;
    v[INC_METRIC_busy] = inc_tally_read(&m->busy);
    v[INC_METRIC_busy_unread] =
        inc_tally_read(&m->unread) + inc_tally_read(&c->unread);
    v[INC_METRIC_late] = inc_tally_read(&c->late);
    v[INC_METRIC_gone] = inc_tally_read(&c->gone);
    v[INC_METRIC_standing_lag] = inc_crew_standing_lag(d->crew);
    v[INC_METRIC_standing_changes] = inc_crew_standing_changes(d->crew);
    v[INC_METRIC_events] = inc_crew_events(d->crew);
    v[INC_METRIC_unread_replies] = inc_ledger_bytes(&d->ledger);
    v[INC_METRIC_dropped_replies] = inc_tally_read(&m->dropped);
    v[INC_METRIC_hung_up] = inc_tally_read(&m->hung_up);
    v[INC_METRIC_scrapes] = inc_tally_read(&m->scrapes);
    v[INC_METRIC_scrapes_refused] = inc_tally_read(&m->scrapes_refused);
    v[INC_METRIC_unknown_uris] = m->unknown_uris;
    v[INC_METRIC_unknown_uri_records] = m->unknown_records;
}

static void
read_crew(struct inc_readings *r, const struct inc_crew_counters *c)
{
    const struct inc_pass_counters *p = &c->pass;
    uint64_t *v = r->value;

    r->spread[INC_METRIC_batch_questions] = &c->questions;
    r->spread[INC_METRIC_batch] = &c->match_us;
    r->spread[INC_METRIC_commit_writes] = &c->writes;
    r->spread[INC_METRIC_commit] = &c->commit_us;
    r->spread[INC_METRIC_publish] = &c->publish_us;
    r->spread[INC_METRIC_commit_records] = &c->records;
    r->spread[INC_METRIC_record] = &c->record_us;
    r->spread[INC_METRIC_question_wait] = &c->wait_us;
    r->spread[INC_METRIC_merge] = &c->mason.merge_us;
    r->spread[INC_METRIC_save] = &c->mason.save_us;
    r->spread[INC_METRIC_install] = &c->mason.install_us;
    v[INC_METRIC_merges] = inc_tally_read(&c->mason.merges);
    v[INC_METRIC_saves] = inc_tally_read(&c->mason.saves);
    v[INC_METRIC_upkeep_failures] = inc_tally_read(&c->mason.failures);
    v[INC_METRIC_considered] = inc_tally_read(&c->considered);
    v[INC_METRIC_pass_blocks_seen] = inc_tally_read(&p->blocks_seen);
    v[INC_METRIC_pass_blocks_skipped] = inc_tally_read(&p->blocks_skipped);
    v[INC_METRIC_pass_groups_bounded] = inc_tally_read(&p->groups_bounded);
    v[INC_METRIC_pass_groups_visited] = inc_tally_read(&p->groups_visited);
    v[INC_METRIC_pass_rows_sieved] = inc_tally_read(&p->rows_sieved);
    v[INC_METRIC_pass_rows_scored] = inc_tally_read(&p->rows_scored);
    v[INC_METRIC_records] = inc_tally_read(&c->recorded);
    v[INC_METRIC_records_failed] = inc_tally_read(&c->record_failed);
    v[INC_METRIC_publish_failed] = inc_tally_read(&c->publish_failed);
    v[INC_METRIC_stale_readers_cleared] = inc_tally_read(&c->stale_readers);
}

static void
read_pool(uint64_t *v, const struct inc_pool *p)
{
    v[INC_METRIC_generation] = inc_pool_generation(p);
    v[INC_METRIC_pool_people] = inc_pool_people(p);
    v[INC_METRIC_pool_needs] = inc_pool_needs(p);
    v[INC_METRIC_pool_blocks] = inc_pool_blocks(p);
    v[INC_METRIC_pool] = inc_pool_bytes(p);
}

static enum inc_status
read_store(struct inc_readings *r, struct inc_store *store, struct inc_err *err)
{
    struct inc_view *view = NULL;
    uint64_t *v = r->value;
    enum inc_status st = INC_OK;

    INC_TRY(inc_view_open(&view, store, err));
    INC_TRY(inc_view_info(view, &r->store, err));
    v[INC_METRIC_store_candidates] = r->store.records[INC_RECORD_CANDIDATE];
    v[INC_METRIC_store_needs] = r->store.records[INC_RECORD_NEED];
    v[INC_METRIC_store_companies] = r->store.records[INC_RECORD_COMPANY];
    v[INC_METRIC_store_head] = r->store.head_seq;
    v[INC_METRIC_store_map] = r->store.map_bytes;
    v[INC_METRIC_store_used] = r->store.used_bytes;
    v[INC_METRIC_store_reader_lag] = r->store.oldest_reader_lag;
    v[INC_METRIC_keys_unlocked] = !inc_store_keys_locked(r->desk->o.store);
    r->store_read = 1;
out:
    inc_view_close(view);
    return st;
}

enum inc_status
inc_metrics_read(struct inc_readings *out, struct inc_desk *d,
                 const struct inc_image *image, struct inc_err *err)
{
    memset(out, 0, sizeof *out);
    out->desk = d;
    read_process(out->value, d);
    read_requests(out->value, d);
    read_crew(out, inc_crew_counters(d->crew));
    out->spread[INC_METRIC_refusal] = &d->meter.refusal_us;
    read_pool(out->value, image->pool);
    out->value[INC_METRIC_suggest_labels] =
        inc_suggest_labels(image->estate->suggest);
    out->value[INC_METRIC_suggest_index] =
        inc_suggest_bytes(image->estate->suggest);
    return read_store(out, d->o.store, err);
}

#include "engine/daemon/service.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/log.h"
#include "engine/daemon/defaults.h"
#include "engine/daemon/keys.h"
#include "engine/daemon/notify.h"
#include "engine/daemon/process.h"
#include "engine/daemon/reference.h"
#include "engine/daemon/sandbox.h"
#include "engine/daemon/scout.h"
#include "engine/kernels/panel.h"
#include "engine/server/server.h"
#include "engine/store/prune.h"

enum { EXIT_CONFIG = 1, EXIT_TROUBLE = 5, PATH_BYTES = 4096 };
#define DRAIN_NS (UINT64_C(10) * 1000000000)
/* A worker that takes this long is stuck: no more signs of life. */
#define STUCK_NS (UINT64_C(30) * 1000000000)
#define MIB (UINT64_C(1) << 20)

struct service {
    const struct inc_options *options;
    struct inc_config config;
    int signal_fd;
    const struct inc_kernels *kernels;
    const char *blas;
    struct inc_scout *scout; /* NULL: verify walks without */
    struct inc_store *store;
    char drafts_path[PATH_BYTES];
    struct inc_live *live;
    struct inc_roles *roles;
    struct inc_keys keys; /* until the server has them */
    struct inc_server *server;
    struct inc_unknown unknown;
    char credential[PATH_BYTES]; /* the key file, when systemd gives it */
    unsigned stops;              /* TERM and INT received */
    uint64_t watchdog_ns, watchdog_next;
    atomic_int reloading; /* a reload waits in the queue; set by main, cleared
                             by the scribe when it begins */
};

int
inc_service_complain(const struct inc_err *err)
{
    struct inc_log l;
    int code = inc_status_exit(err->status);

    (void)fprintf(stderr, "incrociod: %s\n", err->what);
    if (err->where[0] != '\0')
        (void)fprintf(stderr, "  where: %s\n", err->where);
    if (err->hint[0] != '\0')
        (void)fprintf(stderr, "  hint:  %s\n", err->hint);
    inc_log_start(&l, INC_LOG_ERROR, "not_started");
    inc_log_text(&l, "code", inc_status_wire(err->status));
    inc_log_end(&l);
    return code == EXIT_CONFIG || err->status == INC_E_NOTFOUND ? EXIT_CONFIG
                                                                : EXIT_TROUBLE;
}

/* --- start ------------------------------------------------------------------
 */

static enum inc_status
start_libraries(struct service *s, struct inc_err *err)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
    const char *forced = getenv("INC_KERNEL");

    if (inc_hash_start() != 0)
        return inc_fail(err, INC_E_BUG, 0, "libsodium does not start");
    s->kernels = inc_kernels_choose(forced);
    if (s->kernels == NULL) {
        (void)inc_fail(err, INC_E_CONFIG, 0,
                       "this machine cannot run the kernel '%.20s'", forced);
        inc_err_where(err, "INC_KERNEL");
        inc_err_hint(err, "scalar, avx2 or avx512, or leave it unset");
        return INC_E_CONFIG;
    }
    return inc_panel_start(&s->blas, err);
}

/* The key file as configured, or the systemd credential; NULL: beside the
 * store. */
static const char *
key_file(struct service *s)
{
    const char *set = inc_config_optional(&s->config, INC_SET_key_file);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
    const char *dir = getenv("CREDENTIALS_DIRECTORY");

    if (set != NULL || dir == NULL || *dir == '\0')
        return set;
    (void)snprintf(s->credential, sizeof s->credential, "%.4000s/incrocio.key",
                   dir);
    return access(s->credential, F_OK) == 0 ? s->credential : NULL;
}

/* Said on every log and to whoever started it: it happens once in a life. */
static void
tell_key(const struct service *s)
{
    const char *path = inc_store_made_key(s->store);
    struct inc_log l;

    if (path == NULL)
        return;
    (void)fprintf(
        stderr,
        "incrociod: made the key file %s\n"
        "  Keep a copy of it in a safe place, away from the backups: "
        "who has it and\n  the store reads everything, and without it "
        "nothing in the store can be read.\n",
        path);
    inc_log_start(&l, INC_LOG_INFO, "key_file_made");
    inc_log_text(&l, "file", path);
    inc_log_text(&l, "do", "keep a copy away from the backups");
    inc_log_end(&l);
}

static void
tell_erased(const struct service *s)
{
    uint64_t n = inc_store_erased_again(s->store);
    struct inc_log l;

    if (n == 0)
        return;
    inc_log_start(&l, INC_LOG_WARN, "erased_again");
    inc_log_int(&l, "people", (int64_t)n);
    inc_log_text(&l, "why",
                 "the store was restored from before they were "
                 "erased");
    inc_log_end(&l);
}

static void
tell_came_back(const struct service *s)
{
    uint64_t n = inc_cut_came_back(s->store);
    struct inc_log l;

    if (n == 0)
        return;
    inc_log_start(&l, INC_LOG_WARN, "pruned_came_back");
    inc_log_int(&l, "entries", (int64_t)n);
    inc_log_text(&l, "why",
                 "the store was restored from before they were pruned from "
                 "the register");
    inc_log_text(&l, "do", "prune them again");
    inc_log_end(&l);
}

/* Said at every start: a swap may then keep the keys. */
static void
tell_unlocked(const struct service *s)
{
    struct inc_log l;

    if (inc_store_keys_locked(s->store))
        return;
    inc_log_start(&l, INC_LOG_WARN, "keys_not_locked");
    inc_log_text(&l, "what", "the memory of the keys may reach a swap");
    inc_log_text(&l, "do",
                 "allow locked memory (LimitMEMLOCK=16M, ulimit -l "
                 "16384) or have no swap");
    inc_log_end(&l);
}

static void
store_options(struct inc_store_options *out, struct service *s)
{
    const struct inc_config *c = &s->config;

    *out = (struct inc_store_options){
        .key_file = key_file(s),
        .map_bytes =
            (size_t)((uint64_t)inc_config_int(c, INC_SET_map_mb) * MIB),
        .max_bytes = (size_t)((uint64_t)inc_config_int(c, INC_SET_max_map_gb) *
                              1024 * MIB),
        .reserve_percent =
            (unsigned)inc_config_int(c, INC_SET_reserve_percent)};
}

static unsigned
worker_count(const struct inc_config *c)
{
    long n = (long)inc_config_int(c, INC_SET_workers);

    if (n == 0)
        n = sysconf(_SC_NPROCESSORS_ONLN);
    if (n < 1)
        n = 1;
    return n > INC_WORKERS_MAX ? INC_WORKERS_MAX : (unsigned)n;
}

/* A file beside the store's. */
static void
beside(char out[PATH_BYTES], const char *dir, const char *name)
{
    (void)snprintf(out, PATH_BYTES, "%.4000s/%s", dir, name);
}

static enum inc_status
open_server(struct service *s, struct inc_err *err)
{
    const struct inc_config *c = &s->config;
    const struct inc_server_options o = {
        .endpoint = inc_config_text(c, INC_SET_endpoint),
        .metrics = inc_config_optional(c, INC_SET_metrics),
        .events = inc_config_text(c, INC_SET_events),
        .standing_min = (int32_t)inc_config_int(c, INC_SET_standing_min),
        .workers = worker_count(c),
        .batch_max = (unsigned)inc_config_int(c, INC_SET_batch_max),
        .batch_ns =
            (uint64_t)inc_config_int(c, INC_SET_batch_ms) * UINT64_C(1000000),
        .reply_bytes = (uint64_t)inc_config_int(c, INC_SET_reply_mb) * MIB,
        .read_ns = (uint64_t)inc_config_int(c, INC_SET_read_timeout_s) *
                   UINT64_C(1000000000),
        .queue_max = (size_t)inc_config_int(c, INC_SET_queue_max),
        .queue_ns =
            (uint64_t)inc_config_int(c, INC_SET_queue_ms) * UINT64_C(1000000),
        .queue_bytes = (uint64_t)inc_config_int(c, INC_SET_queue_mb) * MIB,
        .request_bytes =
            (size_t)((uint64_t)inc_config_int(c, INC_SET_request_memory_mb) *
                     MIB),
        .admin = (int)inc_config_int(c, INC_SET_admin),
        .keys = s->keys.secret[0] == '\0' ? NULL : &s->keys,
        .roles = s->roles,
        .local_role =
            strcmp(inc_config_text(c, INC_SET_local_role), "none") == 0
                ? NULL
                : inc_config_text(c, INC_SET_local_role),
        .retention = {.months = inc_config_int(c, INC_SET_retain_months),
                      .notice_days =
                          inc_config_int(c, INC_SET_retain_notice_days),
                      .source = inc_config_text(c, INC_SET_retain_source)},
        .term = {.months = inc_config_int(c, INC_SET_register_months),
                 .source = inc_config_text(c, INC_SET_register_source)},
        .handshakes = inc_config_int(c, INC_SET_handshakes_per_minute),
        .handshake_ms =
            (int)inc_config_int(c, INC_SET_handshake_timeout_s) * 1000,
        .heartbeat_ms = (int)inc_config_int(c, INC_SET_heartbeat_s) * 1000,
        .io_threads = (unsigned)inc_config_int(c, INC_SET_io_threads),
        .backup_dir = inc_config_optional(c, INC_SET_backup_dir),
        .drafts_path = s->drafts_path,
        .record = (int)inc_config_int(c, INC_SET_record),
        .scout = inc_scout_ask,
        .scout_arg = s->scout,
        .store = s->store,
        .live = s->live,
        .kernels = s->kernels,
        .blas = s->blas};
    enum inc_status st;

    beside(s->drafts_path, inc_config_text(c, INC_SET_store), "drafts");
    INC_TRY(inc_defaults_check_folder(o.endpoint, err));
    INC_TRY(inc_server_open(&s->server, &o, err));
    inc_server_note_unknown(s->server, s->unknown.uris, s->unknown.records);
out:
    inc_keys_wipe(&s->keys);
    return st;
}

/* Who may come in: the table of roles, and for tcp the keys. */
static enum inc_status
open_door(struct service *s, struct inc_err *err)
{
    enum inc_status st;

    INC_TRY(inc_daemon_roles(&s->roles, &s->config, err));
    if (!inc_endpoint_is_tcp(inc_config_text(&s->config, INC_SET_endpoint)))
        goto out;
    INC_TRY(inc_daemon_keys(&s->keys, &s->config, err));
    st = inc_daemon_first_user(s->store, &s->keys, &s->config, err);
out:
    return st;
}

static void
log_image(const struct inc_live_start *start, uint64_t ns)
{
    struct inc_log l;

    inc_log_start(&l, INC_LOG_INFO, "people_loaded");
    inc_log_text(&l, "from",
                 start->origin == INC_LIVE_SAVED ? "saved image" : "store");
    if (start->refused[0] != '\0')
        inc_log_text(&l, "image_not_used", start->refused);
    inc_log_int(&l, "caught_up", (int64_t)start->caught_up);
    inc_log_int(&l, "ms", (int64_t)(ns / 1000000));
    inc_log_end(&l);
}

static enum inc_status
open_live(struct service *s, struct inc_estate *estate, struct inc_err *err)
{
    struct inc_live_start begun;
    char path[PATH_BYTES];
    uint64_t start = inc_clock_ns();
    enum inc_status st;

    beside(path, inc_config_text(&s->config, INC_SET_store), "people.image");
    st = inc_live_open(&s->live, estate, s->store, path, &begun, err);
    if (st == INC_OK)
        log_image(&begun, inc_clock_ns() - start);
    return st;
}

/* The people as they are now, for the next start. */
static void
save_live(struct service *s)
{
    struct inc_upkeep *u = NULL;
    struct inc_err err = {0};
    struct inc_log l;

    if (inc_live_upkeep(&u, s->live, INC_UPKEEP_SAVE, &err) != INC_OK) {
        inc_log_start(&l, INC_LOG_WARN, "people_not_saved");
        inc_log_err(&l, &err);
        inc_log_end(&l);
    }
    inc_upkeep_free(u);
}

/* Before anything is open or running. The daemon does without when it must. */
static void
start_scout(struct service *s)
{
    struct inc_store_options o;
    struct inc_err err = {0};
    struct inc_log l;

    store_options(&o, s);
    if (inc_scout_start(&s->scout, &s->config,
                        inc_config_text(&s->config, INC_SET_store), &o,
                        &err) == INC_OK)
        return;
    inc_log_start(&l, INC_LOG_WARN, "no_scout");
    inc_log_err(&l, &err);
    inc_log_end(&l);
}

/* The store first: a second daemon learns at once that there is one. A file
 * that was cut is looked at by a child process, so the calls are closed after
 * it. */
static enum inc_status
start_store(struct service *s, struct inc_err *err)
{
    struct inc_store_options o;
    enum inc_status st;

    INC_TRY(start_libraries(s, err));
    store_options(&o, s);
    INC_TRY(inc_store_open(
        &s->store, inc_config_text(&s->config, INC_SET_store), &o, err));
    tell_key(s);
    tell_unlocked(s);
    tell_erased(s);
    tell_came_back(s);
    st = inc_sandbox_calls(&s->config, err);
out:
    return st;
}

static enum inc_status
start(struct service *s, struct inc_err *err)
{
    struct inc_reference_loading r = {.estate = NULL};
    const char *dir = inc_config_text(&s->config, INC_SET_store);
    enum inc_status st;

    INC_TRY(start_store(s, err));
    INC_TRY(open_door(s, err));
    INC_TRY(inc_reference_begin(&r, &s->config, err));
    INC_TRY(inc_reference_survey(&s->unknown, s->store, dir, r.estate, err));
    INC_TRY(open_live(s, r.estate, err));
    INC_TRY(inc_reference_finish(&r, err)); /* before anybody can ask */
    INC_TRY(open_server(s, err));
out:
    inc_estate_drop(r.estate); /* the image holds its own reference */
    return st;
}

static void
stop(struct service *s)
{
    inc_server_close(s->server);
    if (s->server != NULL && s->live != NULL)
        save_live(s);
    inc_live_close(s->live);
    inc_store_close(s->store);
    inc_scout_stop(s->scout);
    inc_roles_drop(s->roles);
    inc_keys_wipe(&s->keys);
    if (s->signal_fd >= 0)
        (void)close(s->signal_fd);
    inc_config_release(&s->config);
}

/* --- reload, on the scribe's thread ------------------------------------------
 */

static void
log_ignored(const struct service *s, const struct inc_config *fresh)
{
    for (int i = 0; i < INC_SETTINGS; i++) {
        enum inc_setting k = (enum inc_setting)i;
        struct inc_log l;

        if (inc_setting_reloads(k) || strcmp(inc_config_text(&s->config, k),
                                             inc_config_text(fresh, k)) == 0)
            continue;
        inc_log_start(&l, INC_LOG_WARN, "setting_needs_restart");
        inc_log_text(&l, "setting", inc_setting_name(k));
        inc_log_end(&l);
    }
}

static enum inc_status
reload_reference(struct service *s, const struct inc_config *fresh,
                 struct inc_err *err)
{
    struct inc_estate *estate = NULL;
    struct inc_unknown unknown;
    const char *dir = inc_config_text(&s->config, INC_SET_store);
    enum inc_status st;

    INC_TRY(inc_reference_load(&estate, fresh, err));
    INC_TRY(inc_reference_survey(&unknown, s->store, dir, estate, err));
    if (inc_config_int(&s->config, INC_SET_record))
        INC_TRY(inc_server_describe(s->store, estate, err));
    st = inc_live_rebuild(s->live, estate, s->store, err);
    if (st != INC_OK) {
        inc_reference_forget(dir); /* the old taxonomy stays in use */
        goto out;
    }
    inc_server_note_unknown(s->server, unknown.uris, unknown.records);
out:
    inc_estate_drop(estate);
    return st;
}

static void
reload(void *arg)
{
    struct service *s = arg;
    struct inc_config fresh = {0};
    struct inc_roles *roles = NULL;
    struct inc_err err = {0};
    struct inc_log l;
    enum inc_status st;

    atomic_store(&s->reloading, 0); /* a signal from now on reloads again */
    INC_TRY(inc_options_load(&fresh, s->options, &err));
    log_ignored(s, &fresh);
    INC_TRY(inc_daemon_roles(&roles, &fresh, &err));
    INC_TRY(inc_server_roles(s->server, roles, &err));
    INC_TRY(reload_reference(s, &fresh, &err));
    inc_log_level_set(
        (enum inc_log_level)inc_config_int(&fresh, INC_SET_log_level));
out:
    if (st == INC_OK) {
        inc_log_event(INC_LOG_INFO, "reloaded");
    } else {
        inc_sandbox_hint(&s->config, &err);
        inc_log_start(&l, INC_LOG_ERROR, "reload_failed");
        inc_log_err(&l, &err);
        inc_log_text(&l, "kept", "what was loaded before stays in use");
        inc_log_end(&l);
    }
    inc_roles_drop(roles);
    inc_config_release(&fresh);
}

/* --- signals and signs of life
 * ------------------------------------------------ */

static void
ask_reload(struct service *s)
{
    if (atomic_exchange(&s->reloading, 1) != 0)
        return; /* one waits already */
    inc_log_event(INC_LOG_INFO, "reload_asked");
    if (inc_crew_run(inc_server_crew(s->server), reload, s) != INC_OK) {
        atomic_store(&s->reloading, 0);
        inc_log_event(INC_LOG_ERROR, "reload_refused_queue_full");
    }
}

static enum inc_wish
on_signal(void *arg)
{
    struct service *s = arg;
    struct signalfd_siginfo info;
    struct inc_log l;

    while (read(s->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            ask_reload(s);
            continue;
        }
        s->stops++;
        inc_log_start(&l, INC_LOG_INFO, "stop_asked");
        inc_log_int(&l, "signal", info.ssi_signo);
        inc_log_int(&l, "process", info.ssi_pid);
        inc_log_end(&l);
        if (s->stops == 1)
            (void)inc_notify("STOPPING=1");
    }
    if (s->stops == 0)
        return INC_GO_ON;
    return s->stops == 1 ? INC_DRAIN : INC_QUIT;
}

static void
on_tick(void *arg)
{
    struct service *s = arg;
    uint64_t now = inc_clock_ns();

    if (s->watchdog_ns == 0 || now < s->watchdog_next ||
        inc_crew_busy_ns(inc_server_crew(s->server)) > STUCK_NS)
        return;
    s->watchdog_next = now + s->watchdog_ns;
    (void)inc_notify("WATCHDOG=1");
}

static enum inc_status
announce(struct service *s, struct inc_err *err)
{
    const char *file = inc_config_optional(&s->config, INC_SET_ready_file);
    int fd = (int)inc_config_int(&s->config, INC_SET_ready_fd);
    struct inc_buf line = {0};
    struct inc_log l;
    enum inc_status st = INC_OK;

    inc_log_start(&l, INC_LOG_INFO, "serving");
    inc_log_text(&l, "endpoint", inc_server_endpoint(s->server));
    inc_log_int(&l, "process", (int64_t)getpid());
    if (inc_server_key(s->server) != NULL)
        inc_log_text(&l, "server_key", inc_server_key(s->server));
    if (inc_server_metrics(s->server) != NULL)
        inc_log_text(&l, "metrics", inc_server_metrics(s->server));
    inc_log_text(&l, "version", INC_RELEASE);
    inc_log_int(&l, "workers", worker_count(&s->config));
    inc_log_text(&l, "kernel", s->kernels->name);
    inc_log_text(&l, "blas", s->blas);
    inc_log_end(&l);
    inc_buf_printf(&line, "%s %ld\n", inc_server_endpoint(s->server),
                   (long)getpid());
    if (file != NULL)
        INC_TRY(inc_file_write(file, line.data, line.len, err));
    if (fd >= 0 && write(fd, line.data, line.len) < 0) {
        st =
            inc_fail(err, INC_E_CONFIG, 0, "cannot write to descriptor %d", fd);
        inc_err_where(err, "ready_fd");
        goto out;
    }
    if (!inc_config_int(&s->config, INC_SET_record))
        inc_log_event(INC_LOG_WARN, "matches_are_not_recorded");
    (void)inc_notify("READY=1");
out:
    inc_buf_release(&line);
    return st;
}

int
inc_service_serve(const struct inc_options *o)
{
    struct service s = {.options = o, .signal_fd = -1};
    struct inc_control control = {
        .read = on_signal, .tick = on_tick, .arg = &s, .drain_ns = DRAIN_NS};
    struct inc_err err = {0};
    enum inc_status st;
    int code = 0;

    INC_TRY(inc_options_load(&s.config, o, &err));
    inc_log_level_set(
        (enum inc_log_level)inc_config_int(&s.config, INC_SET_log_level));
    INC_TRY(inc_process_prepare(&s.signal_fd, &err));
    INC_TRY(inc_sandbox_files(&s.config, inc_options_file(o), &err));
    start_scout(&s);
    INC_TRY(start(&s, &err));
    INC_TRY(announce(&s, &err));
    control.fd = s.signal_fd;
    s.watchdog_ns = inc_notify_watchdog_ns();
    st = inc_server_run(s.server, &control, &err);
    if (st == INC_E_STOPPING) {
        /* Threads may hang in their work: nothing can be taken down. What was
         * acknowledged is on disk. */
        inc_log_event(INC_LOG_ERROR, "stopped_with_work_left");
        _exit(EXIT_TROUBLE);
    }
out:
    if (st != INC_OK)
        code = inc_service_complain(&err);
    stop(&s);
    if (st == INC_OK)
        inc_log_event(INC_LOG_INFO, "stopped");
    return code;
}

/* --- other runs
 * ---------------------------------------------------------------- */

/* Everything a start needs, without taking the store or the endpoint. */
static enum inc_status
open_to_look(struct service *s, struct inc_estate **estate, struct inc_err *err)
{
    struct inc_store_options o;
    const char *dir = inc_config_text(&s->config, INC_SET_store);
    enum inc_status st;

    INC_TRY(start_libraries(s, err));
    INC_TRY(inc_reference_load(estate, &s->config, err));
    INC_TRY(inc_daemon_roles(&s->roles, &s->config, err));
    if (access(dir, F_OK) != 0)
        goto out; /* the first start makes it */
    store_options(&o, s);
    o.read_only = 1;
    st = inc_store_open(&s->store, dir, &o, err);
out:
    return st;
}

int
inc_service_check(const struct inc_options *o)
{
    struct service s = {.options = o, .signal_fd = -1};
    struct inc_estate *estate = NULL;
    struct inc_buf text = {0};
    struct inc_err err = {0};
    enum inc_status st;
    int code = 0;

    INC_TRY(inc_options_load(&s.config, o, &err));
    inc_config_print(&s.config, &text);
    (void)fputs(inc_buf_cstr(&text), stdout);
    (void)fflush(stdout);
    INC_TRY(inc_defaults_check_folder(
        inc_config_text(&s.config, INC_SET_endpoint), &err));
    INC_TRY(open_to_look(&s, &estate, &err));
    (void)printf("\nkernel %s, blas %s, %u workers\n", s.kernels->name, s.blas,
                 worker_count(&s.config));
    (void)printf("store %s\n", s.store != NULL ? "opens" : "will be created");
    (void)printf("ok\n");
out:
    if (st != INC_OK)
        code = inc_service_complain(&err);
    inc_buf_release(&text);
    inc_estate_drop(estate);
    stop(&s);
    return code;
}

int
inc_service_migration(const struct inc_options *o)
{
    struct service s = {.options = o, .signal_fd = -1};
    struct inc_estate *estate = NULL;
    struct inc_err err = {0};
    enum inc_status st;
    int code = 0;

    INC_TRY(inc_options_load(&s.config, o, &err));
    INC_TRY(open_to_look(&s, &estate, &err));
    if (s.store == NULL) {
        st = inc_fail(&err, INC_E_NOTFOUND, 0, "there is no store at %.180s",
                      inc_config_text(&s.config, INC_SET_store));
        goto out;
    }
    INC_TRY(inc_reference_report(stdout, s.store, estate, &err));
out:
    if (st != INC_OK)
        code = inc_service_complain(&err);
    inc_estate_drop(estate);
    stop(&s);
    return code;
}

/*
 * Disk errors. Every k-th call that writes or syncs a file of the store, or
 * makes, moves or removes a name, fails once or from then on: EIO, ENOSPC, or
 * half of the bytes. What is answered has to be true: nothing acknowledged is
 * lost, `full` means nothing was stored and the store goes on when the errors
 * end, anything else means no more writes until it is opened again.
 *
 *   reliability.io [batches=N] [step=N] [seed=N]
 *
 * step: only every N-th k.
 */
#define _GNU_SOURCE 1 // NOLINT: MAP_ANONYMOUS

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/reliability/store/disk.h"
#include "tests/reliability/store/script.h"

enum { SECONDS = 60, SHOWN = 8, TRIES = 3 };

static const struct {
    enum rel_action action;
    int sticky;
    const char *name;
} kinds[] = {{REL_EIO, 0, "EIO once"},       {REL_EIO, 1, "EIO for good"},
             {REL_ENOSPC, 0, "ENOSPC once"}, {REL_ENOSPC, 1, "ENOSPC for good"},
             {REL_SHORT, 0, "short once"},   {REL_SHORT, 1, "short for good"}};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

struct result {
    char text[REL_TEXT]; /* "" when all is well */
    uint64_t counted, failed, acked;
    uint64_t full, unknown, refused_open; /* answers of each sort */
};
static struct result *result; /* shared with the child */

struct run {
    uint64_t seed, batches, acked, sent;
    char folder[256], dir[300];
    struct inc_store *s;
    struct rel_model m;
    struct inc_arena a;
    int broken; /* the store said so */
};

#define WANT(cond, ...)                                                        \
    do {                                                                       \
        if (!(cond) && result->text[0] == '\0')                                \
            (void)snprintf(result->text, REL_TEXT, __VA_ARGS__);               \
    } while (0)

static uint64_t
head_of(struct inc_store *s)
{
    struct inc_view *v = NULL;
    struct inc_store_info info = {0};
    struct inc_err err;

    if (inc_view_open(&v, s, &err) != INC_OK ||
        inc_view_info(v, &info, &err) != INC_OK)
        info.head_seq = UINT64_MAX; /* it says so; no harm */
    inc_view_close(v);
    return info.head_seq;
}

static int
open_it(struct run *r)
{
    const struct inc_store_options o = {.map_bytes = (size_t)192 << 10,
                                        .reserve_percent = 1};
    struct inc_err err = {0};
    enum inc_status st = inc_store_open(&r->s, r->dir, &o, &err);

    if (st == INC_OK)
        return 0;
    result->refused_open++;
    WANT(r->s == NULL && err.what[0] != '\0', "open failed without a word");
    WANT(st == INC_E_IO || st == INC_E_FULL || st == INC_E_STORE,
         "open answered %s: %s", inc_status_wire(st), err.what);
    return -1;
}

/* The whole batch failed with `st`. */
static void
judge_failure(struct run *r, enum inc_status st, const struct inc_err *err,
              const struct rel_slot *slots, size_t n)
{
    for (size_t i = 0; i < n; i++)
        WANT(slots[i].c.status == st, "a command of a failed batch has %s",
             inc_status_wire(slots[i].c.status));
    if (r->broken) {
        WANT(st == INC_E_STORE, "after a failed commit: %s, %s",
             inc_status_wire(st), err->what);
        return;
    }
    if (st == INC_E_FULL) {
        uint64_t head = head_of(r->s);
        result->full++;
        WANT(head == r->acked,
             "answered full (%s), but %" PRIu64
             " commands are there of %" PRIu64 " acknowledged",
             err->what, head, r->acked);
        return;
    }
    result->unknown++;
    r->broken = 1;
    WANT(st == INC_E_IO || st == INC_E_STORE, "a batch was answered %s: %s",
         inc_status_wire(st), err->what);
}

static enum inc_status
send_batch(struct run *r)
{
    static struct rel_slot slots[REL_BATCH];
    struct inc_err err = {0};
    size_t n = rel_batch(r->seed, r->acked);
    struct rel_model before = r->m;
    enum inc_status st;

    if (r->sent < r->acked + n)
        r->sent = r->acked + n;
    st = rel_apply(r->s, r->seed, r->acked, slots, &n, &r->a, &err);
    if (st != INC_OK) {
        judge_failure(r, st, &err, slots, n);
        r->m = before;
        return st;
    }
    WANT(!r->broken, "a broken store took a batch");
    for (size_t i = 0; i < n; i++)
        WANT(slots[i].c.status == rel_model_step(&r->m, r->seed),
             "command %" PRIu64 " was answered %s", r->acked + i,
             inc_status_wire(slots[i].c.status));
    r->acked += n;
    return st;
}

/* A backup is whole or not there. */
static void
back_up(struct run *r, int sticky)
{
    char to[320], key_file[320];
    struct inc_store_options o = {.key_file = key_file};
    struct stat info;
    struct inc_verify_report report;
    struct inc_err err = {0};
    enum inc_status st;

    (void)snprintf(to, sizeof to, "%s/backup", r->folder);
    (void)snprintf(key_file, sizeof key_file, "%s.key", r->dir);
    st = inc_store_backup(r->s, to, &err);
    rel_disk_set(NULL);
    if (st == INC_OK) {
        st = inc_store_verify_offline(to, &o, SECONDS, &report, NULL, NULL,
                                      &err);
        WANT(st == INC_OK && report.faults == 0 && report.entries == r->acked,
             "a backup said to be made is bad: %s", err.what);
        return;
    }
    WANT(err.what[0] != '\0', "a backup failed without a word");
    /* where removing fails too, it stays */
    WANT(sticky || lstat(to, &info) != 0, "a failed backup left its folder");
}

/* The script under a fault that comes or does not; then without. */
static void
perform(struct run *r, const struct rel_disk *d)
{
    uint64_t head, tries = 0;
    char text[REL_TEXT];

    rel_disk_set(d);
    if (open_it(r) == 0) {
        for (uint64_t i = 0; i < r->batches && tries < TRIES;) {
            if (send_batch(r) == INC_OK)
                i++;
            else
                tries++;
        }
        back_up(r, d->sticky);
    }
    /* the errors are over: what said `full` goes on at once */
    result->counted = rel_disk_get().counted;
    result->failed = rel_disk_get().failed;
    rel_disk_set(NULL);
    if (r->s != NULL && !r->broken && result->failed > 0)
        WANT(send_batch(r) == INC_OK, "the store does not go on after `full`");
    inc_store_close(r->s);
    r->s = NULL;
    result->acked = r->acked;
    if (rel_check(r->dir, r->seed, r->acked, r->sent, &head, text) != 0)
        WANT(0, "reopened: %s", text);
}

static void
child(const struct rel_disk *fault, uint64_t seed, uint64_t batches)
{
    static struct run r;
    struct rel_disk d = *fault;

    (void)alarm(SECONDS);
    r.seed = seed;
    r.batches = batches;
    rel_folder(r.folder, "io");
    (void)snprintf(r.dir, sizeof r.dir, "%s/s", r.folder);
    (void)snprintf(d.folder, sizeof d.folder, "%s", r.folder);
    if (inc_arena_init(&r.a, REL_ARENA) != INC_OK)
        _exit(1);
    rel_model_start(&r.m);
    perform(&r, &d);
    rel_remove(r.folder);
    _exit(0);
}

/* One run in a process of its own; *result says how it went. */
static void
one(const struct rel_disk *fault, uint64_t seed, uint64_t batches)
{
    int how;
    pid_t pid;

    memset(result, 0, sizeof *result);
    (void)fflush(NULL);
    pid = fork();
    if (pid < 0)
        abort();
    if (pid == 0)
        child(fault, seed, batches);
    while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
        continue;
    WANT(how == 0, "the process died, signal %d",
         WIFSIGNALED(how) ? WTERMSIG(how) : 0);
}

int
main(int argc, char **argv)
{
    uint64_t batches = rel_option(argc, argv, "batches", 20);
    uint64_t step = rel_option(argc, argv, "step", 1);
    uint64_t seed = rel_option(argc, argv, "seed", 20261122);
    uint64_t runs = 0, bad = 0, fired = 0, full = 0, unknown = 0, opens = 0;
    struct rel_disk d = {.calls = (1u << REL_CALLS) - 1};
    uint64_t calls;

    result = mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (inc_hash_start() != 0 || result == MAP_FAILED)
        return 1;
    one(&d, seed, batches);
    calls = result->counted;
    if (result->text[0] != '\0' || calls < batches) {
        (void)fprintf(stderr, "without faults: %s\n", result->text);
        return 1;
    }
    for (uint64_t k = 1; k <= calls; k += step)
        for (int i = 0; i < KINDS; i++) {
            d.nth = k;
            d.action = kinds[i].action;
            d.sticky = kinds[i].sticky;
            one(&d, seed, batches);
            runs++;
            fired += result->failed > 0;
            full += result->full;
            unknown += result->unknown;
            opens += result->refused_open;
            if (result->text[0] == '\0')
                continue;
            if (bad++ < SHOWN)
                (void)fprintf(stderr,
                              "call %" PRIu64 " of %" PRIu64 ", %s: %s\n", k,
                              calls, kinds[i].name, result->text);
        }
    rel_report("disk errors", runs, bad, seed);
    (void)printf("  %" PRIu64 " calls; %" PRIu64
                 " runs met their error; %" PRIu64
                 " batches answered full, %" PRIu64
                 " of unknown outcome, %" PRIu64 " times not opened\n",
                 calls, fired, full, unknown, opens);
    return bad == 0 && fired * 10 > runs * 9 && full > 0 && unknown > 0 ? 0 : 1;
}

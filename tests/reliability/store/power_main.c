/*
 * Power loss. The real store works through a script while every call that
 * reaches its files is kept: data.mdb, the ring of keys, the key file beside
 * the folder. Keys are changed meanwhile, a backup is made, the store is lost
 * and restored; every other run begins with a store of format 1, which is
 * migrated, the others erase people. Then for every moment possible disks are
 * laid out and opened by the real store. Acknowledged and lost, half a batch, a
 * store that does not open, a broken chain, a backup that is not whole: each is
 * a failure.
 *
 *   reliability.power [images=N] [seed=N]      must find nothing
 *   reliability.power mutate=1 images=N        LMDB with NOSYNC: more than half
 *                                              of the disks must be found bad
 *   reliability.power mutate=2 images=N        NOMETASYNC: at least a tenth
 */
#define _GNU_SOURCE 1 // NOLINT: RTLD_NEXT

#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/store/event.h"
#include "tests/reliability/store/image.h"
#include "tests/reliability/store/script.h"

enum { BATCHES = 36, EACH_POINT = 4, EACH_BACKUP = 8, SECONDS = 30, SHOWN = 5 };

/* What the script with this seed made of these commands, by the last commit
 * whose stores were not sealed (7bf1806). */
#define OLD "tests/fixtures/store-format-1-script/data.mdb"
enum { OLD_SEED = 1, OLD_COMMANDS = 42, OLD_BYTES = 1 << 20 };

static unsigned more_flags; /* for LMDB while the script runs */

/* Stands before LMDB's own; the store calls this one. */
int
mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode)
{
    static int (*real)(MDB_env *, const char *, unsigned, mdb_mode_t);
    void *p;

    if (real == NULL) {
        p = dlsym(RTLD_NEXT, "mdb_env_open");
        if (p == NULL)
            abort();
        memcpy(&real, &p, sizeof p);
    }
    return real(env, path, flags | more_flags, mode);
}

static void
require(int holds, const char *what, const struct inc_err *err)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, err != NULL ? err->what : "");
    exit(1); // NOLINT(concurrency-mt-unsafe)
}

/* --- the run -------------------------------------------------------------- */

struct run {
    uint64_t seed; /* of the commands */
    uint64_t luck; /* of everything else */
    struct rel_tape *tape;
    size_t first; /* point to begin to look at */
    char folder[256], dir[300], backup[300];
    size_t backed_up;     /* point from which the backup has to be there; 0 */
    uint64_t backup_head; /* commands in it */
    struct inc_store *s;
    uint64_t sent, erasures;
    struct rel_model m;
    struct inc_arena a;
};

static void
open_it(struct run *r)
{
    const struct inc_store_options o = {.map_bytes = (size_t)192 << 10,
                                        .reserve_percent = 1};
    struct inc_err err = {0};

    require(inc_store_open(&r->s, r->dir, &o, &err) == INC_OK, "open", &err);
}

/* Events of the standing match, so that their tables are on the tape too. */
static void
tell_some(struct run *r, struct inc_rng *rng)
{
    uint64_t needs = r->m.next_no[INC_RECORD_NEED];
    uint64_t people = r->m.next_no[INC_RECORD_CANDIDATE];
    struct inc_event e[3];
    struct inc_err err = {0};

    if (needs < 2 || people < 2)
        return;
    for (int i = 0; i < 3; i++)
        e[i] = (struct inc_event){
            .need = 1 + inc_rng_below(rng, (uint32_t)needs - 1),
            .person = 1 + inc_rng_below(rng, (uint32_t)people - 1),
            .at_unix_ms = 1,
            .score = 5000};
    require(inc_event_add(r->s, e, 3, NULL, 0, r->sent, &err) == INC_OK,
            "events", &err);
}

static void
batch(struct run *r)
{
    static struct rel_slot slots[REL_BATCH];
    struct inc_err err = {0};
    size_t n = rel_batch(r->seed, r->sent);

    rel_tape_mark(r->tape, r->sent, r->sent + n);
    require(rel_apply(r->s, r->seed, r->sent, slots, &n, &r->a, &err) == INC_OK,
            "apply", &err);
    r->erasures += rel_erasures(r->seed, r->sent);
    for (size_t i = 0; i < n; i++)
        require(slots[i].c.status == rel_model_step(&r->m, r->seed),
                "the model and the store disagree", &slots[i].c.err);
    r->sent += n;
    rel_tape_mark(r->tape, r->sent, r->sent);
}

/* The folder as version 0.1 left it, all of it on the disk. */
static void
begin_old(struct run *r)
{
    struct inc_buf bytes = {0};
    struct inc_err err = {0};
    char path[320];

    (void)snprintf(path, sizeof path, "%s/data.mdb", r->dir);
    require(inc_file_read(&bytes, OLD, OLD_BYTES, &err) == INC_OK &&
                inc_file_mkdirs(r->dir, &err) == INC_OK &&
                inc_file_write(path, bytes.data, bytes.len, &err) == INC_OK &&
                inc_file_sync_dir(r->folder, &err) == INC_OK,
            "the old store", &err);
    inc_buf_release(&bytes);
    while (r->m.n < OLD_COMMANDS)
        (void)rel_model_step(&r->m, r->seed);
    r->sent = OLD_COMMANDS;
    r->first = rel_tape_points(r->tape);
    rel_tape_mark(r->tape, r->sent, r->sent);
}

static void
change_keys(struct run *r)
{
    struct inc_err err = {0};
    uint32_t epoch;

    require(inc_store_rotate(r->dir, NULL, &epoch, &err) == INC_OK, "rotate",
            &err);
}

/* A backup; then the folder of the store is gone and comes back from it. What
 * lies on the disk while it is gone is nobody's promise. */
static void
lose_and_restore(struct run *r)
{
    struct inc_err err = {0};

    require(inc_store_backup(r->s, r->backup, &err) == INC_OK, "backup", &err);
    r->backed_up = rel_tape_points(r->tape) + 1;
    r->backup_head = r->sent;
    /* Is lost with the store. Who is erased in it would stay erased: a list
     * beside the key file knows (unit.store.seal). */
    if (rel_erasures(r->seed, r->sent) == 0)
        batch(r);
    inc_store_close(r->s);
    rel_tape_mark(r->tape, 1, 0);
    rel_remove(r->dir);
    require(inc_store_restore(r->backup, r->dir, NULL, &err) == INC_OK,
            "restore", &err);
    r->sent = r->backup_head;
    rel_model_start(&r->m);
    while (r->m.n < r->sent)
        (void)rel_model_step(&r->m, r->seed);
    rel_tape_mark(r->tape, r->sent, r->sent);
    open_it(r);
}

static void
perform(struct run *r)
{
    struct rel_disk d = {.seen = rel_tape_add};
    struct inc_rng rng = {r->luck};

    rel_folder(r->folder, "power");
    (void)snprintf(r->dir, sizeof r->dir, "%s/s", r->folder);
    (void)snprintf(r->backup, sizeof r->backup, "%s/b", r->folder);
    (void)snprintf(d.folder, sizeof d.folder, "%s", r->folder);
    r->tape = rel_tape_new(r->folder);
    d.arg = r->tape;
    require(inc_arena_init(&r->a, REL_ARENA) == INC_OK, "memory", NULL);
    rel_model_start(&r->m);
    rel_disk_set(&d);
    if (r->luck % 2 != 0)
        begin_old(r);
    open_it(r);
    for (int i = 0; i < BATCHES; i++) {
        batch(r);
        if (inc_rng_below(&rng, 5) == 0)
            tell_some(r, &rng);
        if (i == BATCHES / 2)
            lose_and_restore(r);
        if (inc_rng_below(&rng, 9) == 0) {
            inc_store_close(r->s);
            if (inc_rng_below(&rng, 2) == 0)
                change_keys(r);
            open_it(r);
        }
    }
    inc_store_close(r->s);
    rel_disk_set(NULL);
    rel_remove(r->folder);
}

/* --- looking at the disks ------------------------------------------------- */

/* Shared with the child that looks, which may die of what it sees. */
struct shared {
    uint64_t next; /* image to look at */
    uint64_t images, bad, died, lost, shown;
    uint64_t unacked;  /* durable but not acknowledged */
    uint64_t backups;  /* looked at */
    uint64_t erasures; /* sent in the runs */
};
static struct shared *shared;

static void
bad_image(uint64_t seed, uint64_t image, const char *text)
{
    shared->bad++;
    if (shared->shown++ < SHOWN)
        (void)fprintf(stderr, "seed %" PRIu64 " image %" PRIu64 ": %s\n", seed,
                      image, text);
}

/* The backup is there and whole. */
static int
check_backup(const struct run *run, const char *folder, char text[REL_TEXT])
{
    char dir[300], keys[300], key_file[300];
    const struct inc_store_options o = {.key_file = key_file, .keys = keys};
    struct inc_verify_report report = {0};
    struct inc_err err = {0};

    (void)snprintf(dir, sizeof dir, "%s/b", folder);
    (void)snprintf(keys, sizeof keys, "%s/s", folder);
    (void)snprintf(key_file, sizeof key_file, "%s/s.key", folder);
    if (inc_store_verify_offline(dir, &o, SECONDS, &report, NULL, NULL, &err) ==
            INC_OK &&
        report.faults == 0 && report.entries == run->backup_head)
        return 0;
    (void)snprintf(text, REL_TEXT,
                   "the backup: %" PRIu64 " faults, %" PRIu64
                   " entries instead of %" PRIu64 ", %s",
                   report.faults, report.entries, run->backup_head, err.what);
    return -1;
}

/* Disk number `image` belongs to point image / EACH_POINT. Where nothing is in
 * doubt the disks of a point are equal: one is enough. */
static void
look(const struct run *run, const char *folder, uint64_t most)
{
    struct rel_platter *p = rel_platter_new(run->tape);
    char dir[300], text[REL_TEXT];
    uint64_t points = rel_tape_points(run->tape), acked, sent, head;

    (void)snprintf(dir, sizeof dir, "%s/s", folder);
    while (shared->next < points * EACH_POINT && shared->images < most) {
        uint64_t image = shared->next, point = image / EACH_POINT + 1;
        struct inc_rng r = {run->luck ^ image * 0x2545f491};

        rel_platter_seek(p, point, &acked, &sent);
        if (acked > sent) { /* the store is gone just now */
            shared->next++;
            continue;
        }
        if (image % EACH_POINT != 0 && rel_platter_doubts(p) == 0) {
            shared->next++;
            continue;
        }
        rel_platter_image(p, folder, image % 2 == 0 ? 512 : 4096, &r);
        shared->images++;
        (void)alarm(SECONDS);
        if (rel_check(dir, run->seed, acked, sent, &head, text) != 0) {
            shared->lost += strstr(text, "acknowledged") != NULL;
            bad_image(run->luck, image, text);
        } else if (run->backed_up != 0 && point > run->backed_up &&
                   image % EACH_BACKUP == 0) {
            shared->backups++;
            if (check_backup(run, folder, text) != 0)
                bad_image(run->luck, image, text);
        }
        shared->unacked += head > acked;
        shared->next++;
    }
    rel_platter_free(p);
}

/* Children until all is seen. */
static void
look_at_all(const struct run *run, uint64_t most)
{
    uint64_t points = rel_tape_points(run->tape);
    char folder[256], text[80];

    rel_folder(folder, "disk");
    shared->next = run->first * EACH_POINT;
    while (shared->next < points * EACH_POINT && shared->images < most) {
        int how;
        pid_t pid = fork();

        require(pid >= 0, "fork", NULL);
        if (pid == 0) {
            if (more_flags != 0) { /* what is bad need not be told */
                (void)freopen("/dev/null", "w", stderr);
                shared->shown = SHOWN;
            }
            more_flags = 0;
            look(run, folder, most);
            _exit(0);
        }
        while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
            continue;
        if (how == 0)
            break;
        (void)snprintf(text, sizeof text,
                       "the process that opened it died, "
                       "signal %d",
                       WIFSIGNALED(how) ? WTERMSIG(how) : 0);
        bad_image(run->luck, shared->next, text);
        shared->died++;
        shared->next++;
    }
    rel_remove(folder);
}

static uint64_t
many(uint64_t images, uint64_t seed)
{
    uint64_t points = 0;

    while (shared->images < images) {
        struct run r = {.luck = seed,
                        .seed = seed % 2 != 0 ? OLD_SEED : seed | REL_ERASES};
        seed++;
        perform(&r);
        points += rel_tape_points(r.tape);
        shared->erasures += r.erasures;
        look_at_all(&r, images);
        rel_tape_free(r.tape);
        inc_arena_release(&r.a);
    }
    return points;
}

int
main(int argc, char **argv)
{
    uint64_t images = rel_option(argc, argv, "images", 4000);
    uint64_t seed = rel_option(argc, argv, "seed", 20261122);
    uint64_t mutate = rel_option(argc, argv, "mutate", 0), points;

    if (inc_hash_start() != 0)
        return 1;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    require(shared != MAP_FAILED, "memory", NULL);
    more_flags = mutate == 1 ? MDB_NOSYNC : mutate == 2 ? MDB_NOMETASYNC : 0;
    points = many(images, seed);
    rel_report(mutate == 1   ? "power loss, NOSYNC on purpose"
               : mutate == 2 ? "power loss, NOMETASYNC on purpose"
                             : "power loss",
               shared->images, shared->bad, seed);
    (void)printf("  %" PRIu64 " crash points; %" PRIu64
                 " images lack something acknowledged, %" PRIu64
                 " kill who opens them; %" PRIu64
                 " hold a batch that was not acknowledged; %" PRIu64
                 " backups verified; %" PRIu64 " erasures\n",
                 points, shared->lost, shared->died, shared->unacked,
                 shared->backups, shared->erasures);
    if (mutate == 1)
        return shared->bad * 2 > shared->images ? 0 : 1;
    if (mutate == 2)
        return shared->bad * 10 > shared->images ? 0 : 1;
    return shared->bad == 0 && shared->unacked > 0 && shared->backups > 0 &&
                   shared->erasures > 0
               ? 0
               : 1;
}

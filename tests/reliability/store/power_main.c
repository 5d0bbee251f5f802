/*
 * Power loss. The real store works through a script while every call that
 * reaches its files is kept; then for every moment of it possible disks are
 * laid out and opened by the real store. Acknowledged and lost, half a batch,
 * a store that does not open, a broken chain: each is a failure.
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

#include "engine/store/event.h"
#include "tests/reliability/store/image.h"
#include "tests/reliability/store/script.h"

enum { BATCHES = 36, EACH_POINT = 4, SECONDS = 30, SHOWN = 5 };

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
    uint64_t seed;
    struct rel_tape *tape;
    char folder[256], dir[300];
    struct inc_store *s;
    uint64_t sent;
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
    for (size_t i = 0; i < n; i++)
        require(slots[i].c.status == rel_model_step(&r->m, r->seed),
                "the model and the store disagree", &slots[i].c.err);
    r->sent += n;
    rel_tape_mark(r->tape, r->sent, r->sent);
}

static void
perform(struct run *r)
{
    struct rel_disk d = {.seen = rel_tape_add};
    struct inc_rng rng = {r->seed};

    rel_folder(r->folder, "power");
    (void)snprintf(r->dir, sizeof r->dir, "%s/s", r->folder);
    (void)snprintf(d.folder, sizeof d.folder, "%s", r->folder);
    r->tape = rel_tape_new(r->folder);
    d.arg = r->tape;
    require(inc_arena_init(&r->a, REL_ARENA) == INC_OK, "memory", NULL);
    rel_model_start(&r->m);
    rel_disk_set(&d);
    open_it(r);
    for (int i = 0; i < BATCHES; i++) {
        batch(r);
        if (inc_rng_below(&rng, 5) == 0)
            tell_some(r, &rng);
        if (inc_rng_below(&rng, 9) == 0) {
            inc_store_close(r->s);
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
    uint64_t unacked; /* durable but not acknowledged */
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
        struct inc_rng r = {run->seed ^ image * 0x2545f491};

        rel_platter_seek(p, point, &acked, &sent);
        if (image % EACH_POINT != 0 && rel_platter_doubts(p) == 0) {
            shared->next++;
            continue;
        }
        rel_platter_image(p, folder, image % 2 == 0 ? 512 : 4096, &r);
        shared->images++;
        (void)alarm(SECONDS);
        if (rel_check(dir, run->seed, acked, sent, &head, text) != 0) {
            shared->lost += strstr(text, "acknowledged") != NULL;
            bad_image(run->seed, image, text);
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
    shared->next = 0;
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
        bad_image(run->seed, shared->next, text);
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
        struct run r = {.seed = seed++};
        perform(&r);
        points += rel_tape_points(r.tape);
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
                 " hold a batch that was not acknowledged\n",
                 points, shared->lost, shared->died, shared->unacked);
    if (mutate == 1)
        return shared->bad * 2 > shared->images ? 0 : 1;
    if (mutate == 2)
        return shared->bad * 10 > shared->images ? 0 : 1;
    return shared->bad == 0 && shared->unacked > 0 ? 0 : 1;
}

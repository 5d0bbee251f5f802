/*
 * Torn and damaged files. A store is made by the script; then one of its files
 * is changed: bits, zeros, sectors of an older moment, pages exchanged, an end
 * cut off, a file missing. Whoever opens it must be told what is wrong, or get
 * what was stored; never something else.
 *
 *   reliability.torn [n=N] [seed=N]
 *
 * LMDB has no checksums of its pages: a process may die of one. Then verify,
 * which walks in a child, must say so.
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

#include "engine/base/file.h"
#include "engine/base/rng.h"
#include "tests/reliability/store/script.h"

enum { BATCHES = 24, OLDER = 20, SECONDS = 60, SHOWN = 8, MOST = 1 << 24 };
enum { PAGE = 4096, SECTOR = 512 };
enum { DATA, RING, KEY, FILES };
static const char *const names[FILES] = {"s/data.mdb", "s/keys/ring", "s.key"};

/* What became of one damage. */
enum outcome { EQUAL, OLDER_STATE, TOLD, DIED, WRONG, OUTCOMES };
static const char *const outcomes[OUTCOMES] = {
    "gave what was stored", "gave an earlier moment whole", "were told",
    "killed who opened it and were told by verify", "gave wrong"};

struct result {
    enum outcome outcome;
    char text[REL_TEXT];
};
static struct result *result; /* shared with the child */

static struct inc_buf file[FILES], older[FILES];
static uint64_t sent;

static void
require(int holds, const char *what, const struct inc_err *err)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, err != NULL ? err->what : "");
    exit(1); // NOLINT(concurrency-mt-unsafe)
}

static void
keep(struct inc_buf *out, const char *folder)
{
    struct inc_err err = {0};
    char path[400];

    for (int i = 0; i < FILES; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        require(inc_file_read(&out[i], path, MOST, &err) == INC_OK, path, &err);
    }
}

static void
make(uint64_t seed, const char *folder)
{
    const struct inc_store_options o = {.map_bytes = (size_t)192 << 10,
                                        .reserve_percent = 1};
    static struct rel_slot slots[REL_BATCH];
    struct inc_store *s = NULL;
    struct inc_arena a;
    struct inc_err err = {0};
    char dir[300];
    size_t n;

    (void)snprintf(dir, sizeof dir, "%s/s", folder);
    require(inc_arena_init(&a, REL_ARENA) == INC_OK, "memory", NULL);
    require(inc_store_open(&s, dir, &o, &err) == INC_OK, "open", &err);
    for (int i = 0; i < BATCHES; i++) {
        if (i == OLDER)
            keep(older, folder);
        require(rel_apply(s, seed, sent, slots, &n, &a, &err) == INC_OK,
                "apply", &err);
        sent += n;
    }
    inc_store_close(s);
    inc_arena_release(&a);
    keep(file, folder);
}

/* --- damage --------------------------------------------------------------- */

static void
damage(unsigned char *p, size_t *len, int which, struct inc_rng *r,
       char what[80])
{
    size_t at = inc_rng_below(r, (uint32_t)*len), n;

    switch (inc_rng_below(r, 6)) {
    case 0:
        (void)snprintf(what, 80, "a bit at %zu", at);
        p[at] ^= (unsigned char)(1u << inc_rng_below(r, 8));
        break;
    case 1:
        at -= at % SECTOR;
        n = *len - at < SECTOR ? *len - at : SECTOR;
        (void)snprintf(what, 80, "zeros at %zu", at);
        memset(p + at, 0, n);
        break;
    case 2: /* as a power loss without a sync would leave it */
        (void)snprintf(what, 80, "older sectors");
        for (at = 0; at < older[which].len && at < *len; at += SECTOR) {
            n = older[which].len < *len ? older[which].len : *len;
            n = n - at < SECTOR ? n - at : SECTOR;
            if (inc_rng_below(r, 4) == 0)
                memcpy(p + at, older[which].data + at, n);
        }
        break;
    case 3:
        (void)snprintf(what, 80, "cut at %zu", at);
        *len = at;
        break;
    case 4:
        at -= at % PAGE;
        n = inc_rng_below(r, (uint32_t)*len);
        n -= n % PAGE;
        (void)snprintf(what, 80, "page %zu over %zu", at / PAGE, n / PAGE);
        if (at + PAGE <= *len && n + PAGE <= *len)
            memmove(p + n, p + at, PAGE);
        break;
    default:
        n = 1 + inc_rng_below(r, 64);
        if (n > *len - at)
            n = *len - at;
        (void)snprintf(what, 80, "%zu random bytes at %zu", n, at);
        for (size_t i = 0; i < n; i++)
            p[at + i] = (unsigned char)inc_rng_next(r);
        break;
    }
}

static void
lay(const char *folder, struct inc_rng *r, char what[120])
{
    uint32_t draw = inc_rng_below(r, 10);
    int which = draw < 7 ? DATA : draw < 9 ? RING : KEY;
    int missing = inc_rng_below(r, 40) == 0;
    char path[400], how[80] = "missing";

    rel_remove(folder);
    (void)snprintf(path, sizeof path, "%s/s/keys", folder);
    require(inc_file_mkdirs(path, NULL) == INC_OK, "folders", NULL);
    for (int i = 0; i < FILES; i++) {
        size_t len = file[i].len;
        unsigned char *p = malloc(len);
        FILE *f;

        require(p != NULL, "memory", NULL);
        memcpy(p, file[i].data, len);
        if (i == which && !missing)
            damage(p, &len, i, r, how);
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        f = i == which && missing ? NULL : fopen(path, "wb");
        if (f != NULL) {
            require(fwrite(p, 1, len, f) == len, path, NULL);
            (void)fclose(f);
            (void)chmod(path, 0600);
        }
        free(p);
    }
    (void)snprintf(what, 120, "%s: %s", names[which], how);
}

/* --- looking -------------------------------------------------------------- */

static void
look(const char *dir, uint64_t seed)
{
    const struct inc_store_options o = {.reserve_percent = 1};
    struct inc_store *s = NULL;
    struct inc_view *v = NULL;
    struct inc_store_info info = {0};
    struct inc_err err = {0};
    enum inc_status st = inc_store_open(&s, dir, &o, &err);

    result->outcome = TOLD;
    if (st != INC_OK) {
        if (err.what[0] == '\0' || s != NULL) {
            result->outcome = WRONG;
            (void)snprintf(result->text, REL_TEXT, "refused without a word");
        }
        return;
    }
    st = inc_view_open(&v, s, &err);
    if (st == INC_OK)
        st = inc_view_info(v, &info, &err);
    inc_view_close(v);
    if (st != INC_OK)
        return;
    if (rel_compare(s, seed, info.head_seq, result->text) == 0) {
        result->outcome = info.head_seq == sent ? EQUAL : OLDER_STATE;
        if (info.head_seq > sent || !rel_is_boundary(seed, info.head_seq))
            result->outcome = WRONG;
    } else if (strncmp(result->text, "verify: ", 8) != 0 &&
               strncmp(result->text, "walk: ", 6) != 0) {
        result->outcome = WRONG;
    }
}

static void
one(const char *folder, uint64_t seed)
{
    struct inc_verify_report report = {0};
    struct inc_err err = {0};
    char dir[300];
    int how;
    pid_t pid;

    (void)snprintf(dir, sizeof dir, "%s/s", folder);
    memset(result, 0, sizeof *result);
    (void)fflush(NULL);
    pid = fork();
    require(pid >= 0, "fork", NULL);
    if (pid == 0) {
        (void)alarm(SECONDS);
        (void)freopen("/dev/null", "w", stderr);
        look(dir, seed);
        _exit(0);
    }
    while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
        continue;
    if (how == 0)
        return;
    result->outcome = DIED;
    if (WIFSIGNALED(how) && WTERMSIG(how) != SIGALRM &&
        (inc_store_verify_offline(dir, NULL, SECONDS, &report, NULL, NULL,
                                  &err) != INC_OK ||
         report.faults > 0))
        return;
    result->outcome = WRONG;
    (void)snprintf(result->text, REL_TEXT,
                   "died of signal %d, and verify finds nothing",
                   WIFSIGNALED(how) ? WTERMSIG(how) : 0);
}

int
main(int argc, char **argv)
{
    uint64_t n = rel_option(argc, argv, "n", 400);
    uint64_t seed = rel_option(argc, argv, "seed", 20261122);
    uint64_t count[OUTCOMES] = {0}, shown = 0;
    char folder[256], what[120];

    /* A sanitizer's handlers would make an exit of a death by LMDB. */
    (void)signal(SIGSEGV, SIG_DFL);
    (void)signal(SIGBUS, SIG_DFL);
    (void)signal(SIGFPE, SIG_DFL);
    result = mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (inc_hash_start() != 0 || result == MAP_FAILED)
        return 1;
    rel_folder(folder, "torn");
    make(seed, folder);
    for (uint64_t i = 0; i < n; i++) {
        struct inc_rng r = {seed ^ (i + 1) * UINT64_C(0x9e3779b97f4a7c15)};

        lay(folder, &r, what);
        one(folder, seed);
        count[result->outcome]++;
        if (result->outcome == WRONG && shown++ < SHOWN)
            (void)fprintf(stderr, "damage %" PRIu64 ", %s: %s\n", i, what,
                          result->text);
    }
    rel_remove(folder);
    rel_report("torn and damaged files", n, count[WRONG], seed);
    for (int i = 0; i < OUTCOMES; i++)
        (void)printf("  %" PRIu64 " %s\n", count[i], outcomes[i]);
    return count[WRONG] == 0 && count[TOLD] > 0 && count[EQUAL] > 0 ? 0 : 1;
}

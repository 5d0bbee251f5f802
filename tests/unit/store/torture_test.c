/*
 * kill -9 while commands are being acknowledged, and the speed of durable
 * puts. A program of its own rather than a cmocka test: processes have to die.
 *
 *   unit.store.torture [ROUNDS [SEED]]      default 25 rounds, or INC_ROUNDS
 *   unit.store.torture bench [FOLDER]       rows a second by batch size
 *   unit.store.torture verify ROWS [FOLDER] how long verifying them takes
 *
 * A round: a child works on the store and says through a pipe how many
 * commands were acknowledged; it is killed 1 to 60 ms after it began or, every
 * other one, after its first acknowledgement; another child opens the store and
 * compares. Command number i is a pure function of the
 * seed, so the state after any number of commands is known without the store.
 * The next child starts after the last acknowledged one: what was durable but
 * not acknowledged is sent again with its key and must be applied once.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/rng.h"
#include "engine/store/store.h"
#include "tests/support/rounds.h"
#include "tests/support/skills.h"

enum {
    IDS = 200,
    BATCH = 16,
    LONGEST_MS = 60,
    ROUNDS = 25,
    STORE_ROUNDS = 25, /* then a new store: verifying stays short */
    RETRIED = 16,
    SKILLS = 20,
    ARENA = 4 * 1024 * 1024
};

static uint64_t seed = 20251122;

#define REQUIRE(cond, ...)                                                     \
    do {                                                                       \
        if (!(cond)) {                                                         \
            (void)fprintf(stderr, "%s:%d: %s (seed %" PRIu64 "): ", __FILE__,  \
                          __LINE__, #cond, seed);                              \
            (void)fprintf(stderr, __VA_ARGS__);                                \
            (void)fputc('\n', stderr);                                         \
            _exit(1);                                                          \
        }                                                                      \
    } while (0)

/* --- the script ---------------------------------------------------------- */

struct plan {
    enum inc_op op;
    unsigned person;
    uint32_t skills;
};

static struct plan
plan_of(uint64_t i)
{
    static const enum inc_op ops[] = {
        INC_OP_CANDIDATE_PUT,    INC_OP_CANDIDATE_PUT,
        INC_OP_CANDIDATE_PUT,    INC_OP_CANDIDATE_PUT,
        INC_OP_CANDIDATE_PATCH,  INC_OP_CANDIDATE_FREEZE,
        INC_OP_CANDIDATE_DELETE, INC_OP_CANDIDATE_PUT};
    struct inc_rng r = {seed ^ (i * UINT64_C(0x9e3779b97f4a7c15))};
    struct plan p;

    p.op = ops[inc_rng_below(&r, 8)];
    p.person = inc_rng_below(&r, IDS);
    p.skills = 1 + inc_rng_below(&r, SKILLS);
    return p;
}

/* The person's revision after the plan; 0: not there. */
static int64_t
next_revision(int64_t now, enum inc_op op)
{
    if (op == INC_OP_CANDIDATE_DELETE)
        return 0;
    if (op == INC_OP_CANDIDATE_PUT || now != 0)
        return now + 1;
    return 0; /* refused: nobody to patch or freeze */
}

struct slot {
    struct inc_command c;
    union inc_record r;
    struct inc_skill skills[SKILLS];
    char uri[SKILLS][SKILL_URI_MAX];
    char id[16];
    char body[64];
};

static void
make_command(struct slot *s, uint64_t i, struct inc_arena *a)
{
    struct plan p = plan_of(i);
    struct inc_rng key = {seed + i};

    memset(s, 0, sizeof *s);
    (void)snprintf(s->id, sizeof s->id, "t%u", p.person);
    (void)snprintf(s->body, sizeof s->body, "command %" PRIu64, i);
    s->r.candidate.id = s->id;
    s->r.candidate.office = p.op == INC_OP_CANDIDATE_PATCH ? "cpi-2" : "cpi-1";
    s->r.has = 1u << INC_CANDIDATE_ID | 1u << INC_CANDIDATE_OFFICE;
    if (p.op == INC_OP_CANDIDATE_PUT)
        fill_skills(&s->r, s->skills, s->uri, p.skills);
    s->c.op = p.op;
    s->c.kind = INC_RECORD_CANDIDATE;
    s->c.id = s->id;
    s->c.record = &s->r;
    s->c.if_revision = -1;
    s->c.at_unix_ms = 1700000000000 + (int64_t)i;
    s->c.actor = "operatore-7";
    s->c.body = s->body;
    s->c.body_len = strlen(s->body);
    s->c.arena = a;
    for (int b = 0; b < INC_KEY; b++)
        s->c.key[b] = (unsigned char)inc_rng_next(&key);
}

/* --- the child that works ------------------------------------------------ */

static void
acknowledged(struct inc_command *const *batch, size_t n, uint64_t first)
{
    for (size_t i = 0; i < n; i++) {
        const struct inc_command *c = batch[i];
        REQUIRE(c->status == INC_OK || c->status == INC_E_NOTFOUND, "%s",
                c->err.what);
        REQUIRE(c->seq == first + i + 1,
                "command %" PRIu64 " became journal %" PRIu64, first + i,
                c->seq);
    }
}

static void
work(const char *dir, uint64_t next, int pipe_to)
{
    static struct slot slots[BATCH];
    struct inc_command *batch[BATCH];
    struct inc_store_options o = {.map_bytes = 1 << 20, .reserve_percent = 1};
    struct inc_store *s = NULL;
    struct inc_rng sizes = {seed ^ next ^ (uint64_t)getpid()};
    struct inc_arena a;
    struct inc_err err;

    REQUIRE(inc_arena_init(&a, ARENA) == INC_OK, "no memory");
    REQUIRE(inc_store_open(&s, dir, &o, &err) == INC_OK, "%s", err.what);
    for (;;) {
        size_t n = 1 + inc_rng_below(&sizes, BATCH);
        inc_arena_reset(&a);
        for (size_t i = 0; i < n; i++) {
            make_command(&slots[i], next + i, &a);
            batch[i] = &slots[i].c;
        }
        REQUIRE(inc_store_apply(s, batch, n, &err) == INC_OK, "%s", err.what);
        acknowledged(batch, n, next);
        next += n;
        REQUIRE(write(pipe_to, &next, sizeof next) == sizeof next, "pipe");
    }
}

/* --- the child that checks ----------------------------------------------- */

static void
say(void *arg, int is_fault, const char *text)
{
    (void)arg;
    (void)fprintf(stderr, "%s: %s\n", is_fault ? "fault" : "warning", text);
}

struct check {
    int64_t revision[IDS];
    unsigned seen;
};

static enum inc_status
check_person(void *arg, uint64_t no, const union inc_record *r)
{
    struct check *c = arg;
    unsigned long id = strtoul(r->candidate.id + 1, NULL, 10);

    (void)no;
    REQUIRE(id < IDS && r->candidate.revision == c->revision[id],
            "t%lu has revision %" PRId64 ", not %" PRId64, id,
            r->candidate.revision, c->revision[id]);
    c->seen++;
    return INC_OK;
}

static void
retry(struct inc_store *s, uint64_t acked, struct inc_arena *a)
{
    static struct slot slot;
    struct inc_command *const one[] = {&slot.c};
    struct inc_err err;

    for (uint64_t i = acked > RETRIED ? acked - RETRIED : 0; i < acked; i++) {
        make_command(&slot, i, a);
        REQUIRE(inc_store_apply(s, one, 1, &err) == INC_OK, "%s", err.what);
        REQUIRE(slot.c.replayed && slot.c.seq == i + 1,
                "acknowledged command %" PRIu64 " was not remembered", i);
    }
}

static void
check(const char *dir, uint64_t acked, int pipe_to)
{
    struct inc_store_options o = {.reserve_percent = 1};
    struct inc_verify_report report;
    struct inc_store_info info;
    struct inc_store *s = NULL;
    struct inc_view *v = NULL;
    struct check c = {.seen = 0};
    struct inc_arena a;
    struct inc_err err;
    unsigned alive = 0;

    REQUIRE(inc_arena_init(&a, ARENA) == INC_OK, "no memory");
    REQUIRE(inc_store_open(&s, dir, &o, &err) == INC_OK, "%s", err.what);
    REQUIRE(inc_store_verify(s, &report, say, NULL, NULL, NULL, &err) == INC_OK,
            "%s", err.what);
    REQUIRE(report.faults == 0, "verify found faults");
    REQUIRE(inc_view_open(&v, s, &err) == INC_OK, "%s", err.what);
    REQUIRE(inc_view_info(v, &info, &err) == INC_OK, "%s", err.what);
    REQUIRE(info.head_seq >= acked,
            "%" PRIu64 " acknowledged, %" PRIu64 " there", acked,
            info.head_seq);
    REQUIRE(info.head_seq <= acked + BATCH, "more than was ever sent");
    for (uint64_t i = 0; i < info.head_seq; i++) {
        struct plan p = plan_of(i);
        c.revision[p.person] = next_revision(c.revision[p.person], p.op);
    }
    for (int i = 0; i < IDS; i++)
        alive += c.revision[i] != 0;
    REQUIRE(inc_view_walk(v, INC_RECORD_CANDIDATE, NULL, &a, check_person, &c,
                          &err) == INC_OK,
            "%s", err.what);
    REQUIRE(c.seen == alive, "%u people, %u should be there", c.seen, alive);
    inc_view_close(v);
    retry(s, acked, &a);
    inc_store_close(s);
    REQUIRE(write(pipe_to, &info.head_seq, sizeof info.head_seq) ==
                sizeof info.head_seq,
            "pipe");
    inc_arena_release(&a);
    _exit(0);
}

/* --- rounds -------------------------------------------------------------- */

/* The last number a child wrote; `none` when it wrote none. */
static uint64_t
last_number(int from, uint64_t none)
{
    uint64_t v;

    while (read(from, &v, sizeof v) == sizeof v) /* a pipe keeps 8 together */
        none = v;
    return none;
}

static void
sleep_us(unsigned us)
{
    struct timespec t = {us / 1000000, (long)(us % 1000000) * 1000};

    while (nanosleep(&t, &t) != 0 && errno == EINTR)
        continue;
}

/*   acked_first  the time runs from its first acknowledgement: on a machine so
 *                busy, or so slow, that a child dies before it wrote anything
 */
static uint64_t
kill_one(const char *dir, uint64_t acked, unsigned after_us, int acked_first)
{
    struct pollfd said = {.events = POLLIN};
    int ends[2], how;
    pid_t pid;

    REQUIRE(pipe(ends) == 0, "pipe");
    pid = fork();
    REQUIRE(pid >= 0, "fork");
    if (pid == 0) {
        (void)close(ends[0]);
        work(dir, acked, ends[1]);
    }
    (void)close(ends[1]);
    said.fd = ends[0];
    if (acked_first)
        REQUIRE(poll(&said, 1, -1) == 1, "poll");
    sleep_us(after_us);
    (void)kill(pid, SIGKILL);
    acked = last_number(ends[0], acked);
    (void)close(ends[0]);
    REQUIRE(waitpid(pid, &how, 0) == pid, "wait");
    REQUIRE(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL,
            "the working child ended by itself");
    return acked;
}

static uint64_t
check_one(const char *dir, uint64_t acked)
{
    int ends[2], how;
    uint64_t head;
    pid_t pid;

    REQUIRE(pipe(ends) == 0, "pipe");
    pid = fork();
    REQUIRE(pid >= 0, "fork");
    if (pid == 0) {
        (void)close(ends[0]);
        check(dir, acked, ends[1]);
    }
    (void)close(ends[1]);
    head = last_number(ends[0], 0);
    (void)close(ends[0]);
    REQUIRE(waitpid(pid, &how, 0) == pid && how == 0, "the check failed");
    return head;
}

static void
remove_store(const char *dir)
{
    static const char *const names[] = {
        "data.mdb",     "lock.mdb",  "incrocio.lock", "new/data.mdb",
        "new/lock.mdb", "keys/ring", "keys/ring.new"};
    char path[1024];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof path, "%s/new", dir);
    (void)rmdir(path);
    (void)snprintf(path, sizeof path, "%s/keys", dir);
    (void)rmdir(path);
    (void)snprintf(path, sizeof path, "%s.key", dir);
    (void)unlink(path);
    (void)rmdir(dir);
}

static void
new_folder(char out[512], const char *base)
{
    if (base == NULL) /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
        base = getenv("TMPDIR");
    (void)snprintf(out, 512, "%s/inc-torture-XXXXXX",
                   base != NULL ? base : "/tmp");
    REQUIRE(mkdtemp(out) != NULL, "cannot make a folder");
}

static int
torture(unsigned rounds)
{
    struct inc_rng r = {seed};
    char dir[512] = "";
    uint64_t acked = 0, total = 0, unacked = 0;

    for (unsigned i = 0; i < rounds; i++) {
        uint64_t head, before;
        if (i % STORE_ROUNDS == 0) {
            if (dir[0] != '\0')
                remove_store(dir);
            new_folder(dir, NULL);
            acked = 0;
        }
        before = acked;
        acked = kill_one(dir, acked,
                         1000 + inc_rng_below(&r, (LONGEST_MS - 1) * 1000),
                         i % 2 == 0);
        head = check_one(dir, acked);
        total += acked - before;
        unacked += head > acked;
    }
    remove_store(dir);
    (void)printf("%u kills, %" PRIu64 " commands acknowledged, 0 lost; %" PRIu64
                 " times a batch was durable but not acknowledged; seed "
                 "%" PRIu64 "\n",
                 rounds, total, unacked, seed);
    return total >= (rounds + 1) / 2
               ? 0
               : 1; /* a test that did no work is no test */
}

/* --- speed --------------------------------------------------------------- */

enum { BENCH_BATCH = 64, BENCH_BODY = 1600 };

static void
make_bench_row(struct slot *t, uint64_t i, struct inc_arena *a)
{
    make_command(t, 0, a);
    t->c.op = INC_OP_CANDIDATE_PUT;
    (void)snprintf(t->id, sizeof t->id, "p%" PRIu64, i);
    fill_skills(&t->r, t->skills, t->uri, SKILLS);
    inc_random_bytes(t->c.key, INC_KEY);
}

static void
bench_one(const char *base, size_t n)
{
    static struct slot slots[BENCH_BATCH];
    static char bodies[BENCH_BATCH][BENCH_BODY];
    struct inc_command *batch[BENCH_BATCH];
    struct inc_store_options o = {.map_bytes = (size_t)4 << 30,
                                  .reserve_percent = 1};
    struct inc_store *s = NULL;
    struct inc_view *v = NULL;
    struct inc_store_info info;
    struct inc_arena a;
    struct inc_err err;
    char dir[512];
    uint64_t rows = 0, start;
    double took;

    new_folder(dir, base);
    REQUIRE(inc_arena_init(&a, ARENA) == INC_OK, "no memory");
    REQUIRE(inc_store_open(&s, dir, &o, &err) == INC_OK, "%s", err.what);
    start = inc_clock_ns();
    do {
        inc_arena_reset(&a);
        for (size_t i = 0; i < n; i++) {
            struct slot *t = &slots[i];
            make_bench_row(t, rows + i, &a);
            (void)snprintf(bodies[i], 32, "%" PRIu64, rows + i);
            t->c.body = bodies[i];
            t->c.body_len = BENCH_BODY;
            batch[i] = &t->c;
        }
        REQUIRE(inc_store_apply(s, batch, n, &err) == INC_OK, "%s", err.what);
        REQUIRE(batch[n - 1]->created, "%s", batch[n - 1]->err.what);
        rows += n;
    } while (inc_clock_ns() - start < UINT64_C(3000000000));
    took = (double)(inc_clock_ns() - start) / 1e9;
    REQUIRE(inc_view_open(&v, s, &err) == INC_OK, "%s", err.what);
    REQUIRE(inc_view_info(v, &info, &err) == INC_OK, "%s", err.what);
    inc_view_close(v);
    (void)printf("batch %2zu: %8.0f durable puts/s (%" PRIu64
                 " rows of %d skills in %.2f s, %.0f bytes of file a row)\n",
                 n, (double)rows / took, rows, SKILLS, took,
                 (double)info.used_bytes / (double)rows);
    inc_store_close(s);
    inc_arena_release(&a);
    remove_store(dir);
}

static void
bench_verify(const char *base, uint64_t rows)
{
    static struct slot slots[BENCH_BATCH];
    struct inc_command *batch[BENCH_BATCH];
    struct inc_store_options o = {.map_bytes = (size_t)4 << 30,
                                  .reserve_percent = 1};
    struct inc_verify_report report;
    struct inc_store *s = NULL;
    struct inc_arena a;
    struct inc_err err;
    char dir[512];
    uint64_t start;

    new_folder(dir, base);
    REQUIRE(inc_arena_init(&a, ARENA) == INC_OK, "no memory");
    REQUIRE(inc_store_open(&s, dir, &o, &err) == INC_OK, "%s", err.what);
    for (uint64_t i = 0; i < rows;) {
        size_t n = 0;

        inc_arena_reset(&a);
        for (; n < BENCH_BATCH && i < rows; n++, i++) {
            make_bench_row(&slots[n], i, &a);
            batch[n] = &slots[n].c;
        }
        REQUIRE(inc_store_apply(s, batch, n, &err) == INC_OK, "%s", err.what);
    }
    inc_store_close(s);
    s = NULL;
    start = inc_clock_ns();
    REQUIRE(inc_store_open(&s, dir, &o, &err) == INC_OK, "%s", err.what);
    (void)printf("open: %.1f ms\n", (double)(inc_clock_ns() - start) / 1e6);
    for (int i = 0; i < 3; i++) {
        start = inc_clock_ns();
        REQUIRE(inc_store_verify(s, &report, say, NULL, NULL, NULL, &err) ==
                        INC_OK &&
                    report.faults == 0,
                "verify");
        (void)printf("verify: %" PRIu64 " people of %d skills in %.2f s\n",
                     report.records[INC_RECORD_CANDIDATE], SKILLS,
                     (double)(inc_clock_ns() - start) / 1e9);
    }
    inc_store_close(s);
    inc_arena_release(&a);
    remove_store(dir);
}

int
main(int argc, char **argv)
{
    if (inc_hash_start() != 0)
        return 1;
    if (argc > 1 && strcmp(argv[1], "bench") == 0) {
        for (size_t n = 1; n <= BENCH_BATCH; n *= 8)
            bench_one(argc > 2 ? argv[2] : NULL, n);
        return 0;
    }
    if (argc > 2 && strcmp(argv[1], "verify") == 0) {
        bench_verify(argc > 3 ? argv[3] : NULL, strtoull(argv[2], NULL, 10));
        return 0;
    }
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 10);
    return torture(argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10)
                            : rounds_or(ROUNDS));
}

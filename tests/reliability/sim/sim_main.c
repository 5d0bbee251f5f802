/*
 * Deterministic simulation of store and scheduler. One process, no thread: the
 * crew works by hand, the clocks stand still until they are told to jump, the
 * disk is watched and fails or loses its power when the seed says so. Clients
 * write, repeat, ask and come too late; a plain model (model.h) knows what they
 * must hear and what must be there after every start.
 *
 *   reliability.sim [seed=N] [seeds=N] [steps=N]   must find nothing
 *   reliability.sim seed=N                         one seed, to replay it
 *   reliability.sim mutant=K seeds=N               planted bug K (mutants.h)
 *                                                  must be found
 *
 * Checked: nothing acknowledged is lost, a batch is whole or absent, a request
 * sent again gets its first answer, each request one answer, a match sees every
 * write acknowledged before it was sent, a pair makes one event, the standing
 * match misses none, an erasure is whole, the store verifies. Of ten seeds one
 * is run twice: the digests of what happened must be equal.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/mem.h"
#include "engine/server/desk.h"
#include "tests/reliability/sim/mutants.h"
#include "tests/reliability/sim/requests.h"
#include "tests/reliability/store/image.h"
#include "tests/reliability/store/script.h"
#include "tests/support/world.h"

enum {
    STEPS = 150,
    REQUESTS = 2048,
    FLIGHT = 12, /* requests without an answer, at most */
    WORKERS = 2,
    PAIRS = 8192,
    AGAIN = 10, /* of so many seeds one is run twice */
    ARENA = 4 << 20,
    FILE_MOST = 1 << 26
};

enum state { WAITING, ANSWERED, LOST };

struct request {
    enum { WRITE, MATCH, GET } what;
    struct sim_write w;
    unsigned id;
    enum state state;
    uint64_t deadline;   /* 0: none */
    uint64_t seq_before; /* acknowledged when it was sent */
};

struct pair {
    uint64_t need, person;
};

struct sim {
    uint64_t seed, steps_left;
    struct inc_rng r;
    char folder[256], dir[300];
    struct rel_tape *tape;
    struct inc_store *store;
    struct inc_live *live;
    struct inc_desk desk;
    struct sim_model m;
    uint64_t ns, keys;
    int64_t ms;
    struct request req[REQUESTS];
    unsigned n_req, waiting;
    /* of the turn that is taken */
    struct sim_reply reply[REQUESTS];
    unsigned n_reply;
    struct pair fresh[PAIRS]; /* told in it */
    unsigned n_fresh;
    /* told so far */
    struct pair told[PAIRS];
    unsigned n_told;
    struct inc_hasher trace;
    struct {
        uint64_t seeds, turns, writes, matches, crashes, faults, restarts,
            replays, events;
    } n;
};

static struct inc_estate *estate;
static struct sim *now;
static FILE *console; /* stderr is the engine's log, which failures fill */

__attribute__((format(printf, 1, 2), noreturn)) static void
found(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)fprintf(console,
                  "seed %" PRIu64 ", step %" PRIu64 " before the end: ",
                  now->seed, now->steps_left);
    (void)vfprintf(console, fmt, ap);
    (void)fprintf(console, "\n  again: reliability.sim seed=%" PRIu64 "\n",
                  now->seed);
    va_end(ap);
    (void)fflush(console);
    rel_disk_set(NULL);
    rel_remove(now->folder);
    _exit(2);
}

static void
require(enum inc_status st, const char *what, const struct inc_err *err)
{
    if (st != INC_OK)
        found("%s: %s", what, err->what);
}

static uint32_t
below(struct sim *s, uint32_t n)
{
    return inc_rng_below(&s->r, n);
}

static void
trace(struct sim *s, const void *bytes, size_t len)
{
    inc_hasher_add(&s->trace, bytes, len);
}

/* ---- life ---------------------------------------------------------------- */

/* The herald's; what a crash cuts off was told to nobody. */
static void
tell(void *arg, const struct inc_image *image, const struct inc_event *events,
     size_t n)
{
    (void)arg;
    (void)image;
    for (size_t i = 0; i < n; i++) {
        if (now->n_fresh == PAIRS)
            found("more events than pairs");
        now->fresh[now->n_fresh++] =
            (struct pair){events[i].need, events[i].person};
    }
}

static void
start_crew(struct sim *s)
{
    struct inc_crew_options o = {.workers = WORKERS,
                                 .batch_max = 4,
                                 .batch_ns = 1000000,
                                 .queue_max = 64,
                                 .queue_bytes = 16 << 20,
                                 .request_bytes = 1 << 20,
                                 .match_bytes = 1 << 20,
                                 .store = s->store,
                                 .live = s->live,
                                 .kernels = inc_kernels_choose("scalar"),
                                 .standing_min = 1,
                                 .by_hand = 1};
    struct inc_err err = {0};

    s->desk = (struct inc_desk){.o = {.store = s->store,
                                      .live = s->live,
                                      .workers = WORKERS,
                                      .kernels = o.kernels,
                                      .blas = "test",
                                      .record = s->seed % 2 == 0}};
    inc_route_hands(&o.hands, &s->desk);
    o.hands.tell = tell;
    require(inc_crew_start(&s->desk.crew, &o, &err), "the crew", &err);
    s->desk.arenas = inc_crew_arenas(s->desk.crew);
}

static void
watch(struct sim *s)
{
    struct rel_disk d = {.seen = rel_tape_add, .arg = s->tape};

    (void)snprintf(d.folder, sizeof d.folder, "%s", s->folder);
    rel_disk_set(&d);
}

static void
start_store(struct sim *s)
{
    const struct inc_store_options o = {.map_bytes = (size_t)1 << 20,
                                        .reserve_percent = 1};
    struct inc_err err = {0};

    require(inc_store_open(&s->store, s->dir, &o, &err), "open", &err);
    require(inc_live_open(&s->live, estate, s->store, NULL, NULL, &err),
            "the pool", &err);
    rel_tape_mark(s->tape, 0, 0);
    start_crew(s);
}

static void
end_store(struct sim *s)
{
    inc_crew_free(s->desk.crew);
    inc_live_close(s->live);
    inc_store_close(s->store);
    s->desk.crew = NULL;
    s->live = NULL;
    s->store = NULL;
}

static uint64_t
head_of(struct sim *s)
{
    struct inc_view *v = NULL;
    struct inc_store_info info = {0};
    struct inc_err err = {0};

    require(inc_view_open(&v, s->store, &err), "a view", &err);
    require(inc_view_info(v, &info, &err), "the head", &err);
    inc_view_close(v);
    return info.head_seq;
}

/* ---- what is there ------------------------------------------------------- */

struct look {
    struct sim *s;
    int kind;
    unsigned seen;
};

static enum inc_status
look_at(void *arg, uint64_t no, const union inc_record *r)
{
    struct look *l = arg;
    enum inc_record_kind kind =
        l->kind == 0 ? INC_RECORD_CANDIDATE : INC_RECORD_NEED;
    const char *id = inc_record_id(kind, r);
    unsigned long i = strtoul(id + 1, NULL, 10);
    const struct sim_record *want = &l->s->m.record[l->kind][i % SIM_IDS];
    int marked = l->kind == 0 ? r->candidate.frozen != 0 : r->need.closed != 0;

    l->seen++;
    if (i >= SIM_IDS || want->revision != inc_record_revision(kind, r) ||
        want->no != no || want->marked != marked)
        found("%s %s is number %" PRIu64 " revision %" PRId64
              ", should be %" PRIu64 " %" PRId64,
              inc_record_name(kind), id, no, inc_record_revision(kind, r),
              want->no, want->revision);
    return INC_OK;
}

static void
say(void *arg, int is_fault, const char *text)
{
    char *out = arg;

    if (is_fault && out[0] == '\0')
        (void)snprintf(out, 400, "%s", text);
}

static void
check_records(struct sim *s, struct inc_view *v)
{
    struct inc_arena a;
    struct inc_err err = {0};

    if (inc_arena_init(&a, ARENA) != INC_OK)
        found("memory");
    for (int k = 0; k < SIM_KINDS; k++) {
        struct look l = {s, k, 0};
        unsigned there = 0;

        require(inc_view_walk(v,
                              k == 0 ? INC_RECORD_CANDIDATE : INC_RECORD_NEED,
                              NULL, &a, look_at, &l, &err),
                "walk", &err);
        for (int i = 0; i < SIM_IDS; i++)
            there += s->m.record[k][i].revision != 0;
        if (there != l.seen)
            found("%u records of kind %d, should be %u", l.seen, k, there);
    }
    inc_arena_release(&a);
}

/* Whose key is there, and whose is not: an erasure is whole or absent. */
static void
check_keys(struct sim *s)
{
    enum { HEAD = 64, ROW = 72 };
    static const unsigned char zeros[ROW];
    struct inc_buf ring = {0};
    struct inc_err err = {0};
    char path[400];

    (void)snprintf(path, sizeof path, "%s/keys/ring", s->dir);
    require(inc_file_read(&ring, path, FILE_MOST, &err), "the ring", &err);
    for (uint64_t no = 1; no < s->m.next_no[0]; no++) {
        size_t at = HEAD + (size_t)no * ROW;
        int there =
            at + ROW <= ring.len && memcmp(ring.data + at, zeros, ROW) != 0;

        if (there == (s->m.person[no].erased != 0))
            found("the key of person %" PRIu64 " is%s there", no,
                  there ? "" : " not");
    }
    inc_buf_release(&ring);
}

struct events {
    struct pair at[PAIRS];
    unsigned n;
};

static int
is_in(const struct pair *at, unsigned n, uint64_t need, uint64_t person)
{
    for (unsigned i = 0; i < n; i++)
        if (at[i].need == need && at[i].person == person)
            return 1;
    return 0;
}

static enum inc_status
note_event(void *arg, const struct inc_event *e)
{
    struct events *all = arg;

    if (is_in(all->at, all->n, e->need, e->person))
        found("a pair has two events");
    if (all->n == PAIRS)
        found("more events than pairs");
    all->at[all->n++] = (struct pair){e->need, e->person};
    return INC_OK;
}

/* Everything that is there: the records, the store's own checks. */
static void
check_all(struct sim *s)
{
    struct inc_verify_report report;
    struct inc_view *v = NULL;
    struct inc_err err = {0};
    char text[400] = "";

    if (head_of(s) != s->m.seq)
        found("the journal ends at %" PRIu64 ", should at %" PRIu64, head_of(s),
              s->m.seq);
    require(inc_store_verify(s->store, &report, say, text, NULL, NULL, &err),
            "verify", &err);
    if (report.faults != 0)
        found("verify: %s", text);
    require(inc_view_open(&v, s->store, &err), "a view", &err);
    check_records(s, v);
    inc_view_close(v);
    check_keys(s);
}

/* The standing match has come to the end: no pair is missing. */
static void
check_events(struct sim *s)
{
    static struct events all;
    struct inc_view *v = NULL;
    struct inc_err err = {0};

    all.n = 0;
    require(inc_view_open(&v, s->store, &err), "a view", &err);
    require(inc_event_walk(v, 0, 0, note_event, &all, &err), "events", &err);
    inc_view_close(v);
    for (int p = 0; p < SIM_IDS; p++)
        for (int n = 0; n < SIM_IDS; n++) {
            const struct sim_record *person = &s->m.record[0][p];
            const struct sim_record *need = &s->m.record[1][n];

            if (person->revision != 0 && !person->marked &&
                need->revision != 0 && !need->marked &&
                !is_in(all.at, all.n, need->no, person->no))
                found("need t%d and person t%d have no event", n, p);
        }
    s->n.events += all.n;
}

/* ---- answers ------------------------------------------------------------- */

static void
take_replies(struct sim *s)
{
    struct inc_job *j = inc_outbox_take(inc_crew_outbox(s->desk.crew)), *next;

    for (; j != NULL; j = next) {
        struct sim_reply *r = &s->reply[s->n_reply];

        next = j->next;
        if (s->n_reply == REQUESTS || sim_read(r, j) != 0)
            found("a reply that cannot be read");
        if (r->number >= s->n_req || s->req[r->number].state != WAITING)
            found("request %" PRIu64 " was answered twice", r->number);
        s->req[r->number].state = ANSWERED;
        s->waiting--;
        s->n_reply++;
        inc_job_free(j);
    }
}

static int
settled(enum inc_status st)
{
    return st == INC_OK || st == INC_E_NOTFOUND || st == INC_E_CONFLICT;
}

static void
check_match(struct sim *s, const struct request *q, const struct sim_reply *r)
{
    s->n.matches++;
    if (r->generation < q->seq_before)
        found("a match of the moment %" PRIu64 ", sent after %" PRIu64
              " was acknowledged",
              r->generation, q->seq_before);
    if (r->generation > s->m.seq)
        found("a match of a moment that is not there");
    if (r->odd || r->people != s->m.people[r->generation])
        found("a match of moment %" PRIu64 " has %" PRIx64 ", should %" PRIx64,
              r->generation, r->people, s->m.people[r->generation]);
}

static void
check_get(struct sim *s, const struct request *q, const struct sim_reply *r)
{
    int64_t revision = s->m.record[0][q->id].revision;

    if (r->status != (revision != 0 ? INC_OK : INC_E_NOTFOUND) ||
        (revision != 0 && r->revision != revision))
        found("person t%u read as revision %" PRId64 ", should be %" PRId64,
              q->id, r->revision, revision);
}

static int
is_answer(const struct sim_reply *r, const struct sim_answer *a)
{
    return r->status == a->status &&
           (r->status != INC_OK ||
            (r->revision == a->revision && r->seq == a->seq &&
             r->created == a->created && r->replayed == a->replayed));
}

static int
is_late(const struct sim *s, const struct request *q)
{
    return q->deadline != 0 && s->ns >= q->deadline;
}

/*
 * The writes of a turn, against the model. 1 when something failed and only
 * the disk knows what is there; then *after is the model with all of them.
 */
static int
check_writes(struct sim *s, int failed, struct sim_model *after)
{
    int doubt = 0, full = 1;

    *after = s->m;
    for (unsigned i = 0; i < s->n_reply; i++) {
        const struct sim_reply *r = &s->reply[i];
        const struct request *q = &s->req[r->number];
        struct sim_answer a;

        if (q->what != WRITE)
            continue;
        s->n.writes++;
        if (is_late(s, q)) {
            if (r->status != INC_E_DEADLINE)
                found("a write that came too late was answered %s",
                      inc_status_wire(r->status));
            continue;
        }
        a = sim_model_write(after, &q->w);
        s->n.replays += (uint64_t)a.replayed;
        if (is_answer(r, &a))
            continue;
        if (!failed || settled(r->status) || r->status == INC_E_DEADLINE)
            found("request %" PRIu64
                  " (%s t%u) was answered %s revision %" PRId64
                  " entry %" PRIu64 ", should %s %" PRId64 " %" PRIu64,
                  r->number, inc_ops[q->w.op].wire, q->w.id,
                  inc_status_wire(r->status), r->revision, r->seq,
                  inc_status_wire(a.status), a.revision, a.seq);
        doubt = 1;
        full &= r->status == INC_E_FULL;
    }
    if (!doubt)
        return 0;
    if (full && head_of(s) != s->m.seq)
        found("answered full, and stored");
    return 1;
}

/* Did anybody hear of a write that is not there? */
static void
nothing_acknowledged(struct sim *s)
{
    struct sim_model m = s->m;

    for (unsigned i = 0; i < s->n_reply; i++) {
        const struct request *q = &s->req[s->reply[i].number];
        struct sim_answer a;

        if (q->what != WRITE || is_late(s, q))
            continue;
        a = sim_model_write(&m, &q->w);
        if (a.seq > s->m.seq && !a.replayed && settled(s->reply[i].status))
            found("request %" PRIu64 " was acknowledged and is lost",
                  s->reply[i].number);
    }
}

/* Between all of them and none there is nothing. */
static void
resolve(struct sim *s, const struct sim_model *after)
{
    uint64_t head = head_of(s);

    if (head == after->seq)
        s->m = *after;
    else if (head != s->m.seq)
        found("half a batch: the journal ends at %" PRIu64 ", not at %" PRIu64
              " or %" PRIu64,
              head, s->m.seq, after->seq);
    else
        nothing_acknowledged(s);
}

static void
keep_told(struct sim *s)
{
    for (unsigned i = 0; i < s->n_fresh; i++) {
        if (is_in(s->told, s->n_told, s->fresh[i].need, s->fresh[i].person))
            found("an event was told twice");
        if (s->n_told == PAIRS)
            found("more events than pairs");
        s->told[s->n_told++] = s->fresh[i];
    }
    s->n_fresh = 0;
}

/* ---- turns --------------------------------------------------------------- */

static size_t
one_turn(struct sim *s, enum inc_turn turn)
{
    size_t n;

    s->n_reply = s->n_fresh = 0;
    n = inc_crew_step(s->desk.crew, turn,
                      turn == INC_TURN_WORKER ? below(s, WORKERS) : 0);
    rel_tape_mark(s->tape, 0, 0); /* the last call came back */
    take_replies(s);
    s->n.turns++;
    return n;
}

static void
trace_turn(struct sim *s, enum inc_turn turn)
{
    trace(s, &turn, sizeof turn);
    for (unsigned i = 0; i < s->n_reply; i++) {
        const struct sim_reply *r = &s->reply[i];
        const uint64_t words[] = {r->number,
                                  (uint64_t)r->status,
                                  (uint64_t)r->revision,
                                  r->seq,
                                  r->generation,
                                  r->people,
                                  (uint64_t)r->created,
                                  (uint64_t)r->replayed};

        trace(s, words, sizeof words);
    }
    for (unsigned i = 0; i < s->n_fresh; i++) {
        const uint64_t words[] = {s->fresh[i].need, s->fresh[i].person};

        trace(s, words, sizeof words);
    }
}

/* What was read and asked, after the model knows what was written. */
static void
check_rest(struct sim *s, int failed)
{
    for (unsigned i = 0; i < s->n_reply; i++) {
        const struct sim_reply *r = &s->reply[i];
        const struct request *q = &s->req[r->number];

        if (q->what == WRITE)
            continue;
        if (is_late(s, q) && q->what == GET) {
            if (r->status != INC_E_DEADLINE)
                found("a read that came too late was answered %s",
                      inc_status_wire(r->status));
        } else if (r->status == INC_E_DEADLINE && q->deadline != 0) {
            continue; /* late when it was asked, answered after that */
        } else if (q->what == GET) {
            check_get(s, q, r);
        } else if (r->status == INC_OK) {
            check_match(s, q, r);
        } else if (!failed) {
            found("a match was answered %s", inc_status_wire(r->status));
        }
    }
}

static void restart(struct sim *s, const struct sim_model *after);

static void
take_turn(struct sim *s, enum inc_turn turn)
{
    static struct sim_model after;
    struct rel_disk d;
    int failed, doubt, odd = 0;

    (void)one_turn(s, turn);
    d = rel_disk_get();
    failed = d.failed > 0;
    if (d.nth != 0)
        watch(s); /* the disk is well again */
    s->n.faults += (uint64_t)failed;
    trace_turn(s, turn);
    doubt = check_writes(s, failed, &after);
    if (!doubt)
        s->m = after;
    check_rest(s, failed);
    keep_told(s);
    for (unsigned i = 0; i < s->n_reply; i++)
        odd |= !settled(s->reply[i].status);
    /* Whatever the disk failed may have left the store without a writer. */
    if (doubt || (failed && (odd || turn == INC_TURN_HERALD)))
        restart(s, doubt ? &after : NULL);
}

/* Whoever waits hears something, or nobody is there to hear it. */
static void
forget_waiting(struct sim *s)
{
    for (unsigned i = 0; i < s->n_req; i++)
        if (s->req[i].state == WAITING)
            s->req[i].state = LOST;
    s->waiting = 0;
}

/* Work until nothing is left; answers go nowhere. */
static void
drain(struct sim *s)
{
    size_t n;

    do {
        n = 0;
        for (int t = 0; t < INC_TURN_HERALD; t++)
            n += inc_crew_step(s->desk.crew, (enum inc_turn)t, 0);
        for (struct inc_job *j = inc_outbox_take(inc_crew_outbox(s->desk.crew)),
                            *next;
             j != NULL; j = next) {
            next = j->next;
            inc_job_free(j);
        }
    } while (n > 0);
}

/* The process ends here, as after a failure that cannot be mended, and starts
 * again on the same disk. What waits is not looked at: its clients are gone. */
static void
restart(struct sim *s, const struct sim_model *after)
{
    struct rel_disk stop = {
        .calls = ~0u, .nth = 1, .sticky = 1, .action = REL_EIO};

    (void)snprintf(stop.folder, sizeof stop.folder, "%s", s->folder);
    rel_disk_set(&stop); /* a process that ended writes nothing more */
    drain(s);
    end_store(s);
    watch(s);
    forget_waiting(s);
    start_store(s);
    if (after != NULL)
        resolve(s, after);
    s->n.restarts++;
    check_all(s);
}

/* ---- power --------------------------------------------------------------- */

/* The folder with what the disk has, all of it durable, watched anew. */
static void
new_disk(struct sim *s, const char *from)
{
    static const char *const names[] = {
        "s/data.mdb", "s/keys/ring",    "s/keys/ring.new",
        "s.key",      "s.key.new",      "s.key.erased",
        "s.erased",   "s/people.image", "s/near.cache"};
    struct inc_buf bytes = {0};
    struct inc_err err = {0};
    char path[700];

    rel_remove(s->folder);
    rel_tape_free(s->tape);
    s->tape = rel_tape_new(s->folder);
    if (mkdir(s->folder, 0700) != 0)
        found("cannot make a folder");
    watch(s);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", from, names[i]);
        if (access(path, F_OK) != 0)
            continue;
        inc_buf_reset(&bytes);
        require(inc_file_read(&bytes, path, FILE_MOST, &err), "read", &err);
        (void)snprintf(path, sizeof path, "%s/%s", s->folder, names[i]);
        require(inc_file_mkdirs_of(path, &err), "folders", &err);
        require(inc_file_write(path, bytes.data, bytes.len, &err), "write",
                &err);
        (void)chmod(path, 0600);
        *strrchr(path, '/') = '\0';
        require(inc_file_sync_dir(path, &err), "sync", &err);
    }
    require(inc_file_sync_dir(s->folder, &err), "sync", &err);
    inc_buf_release(&bytes);
}

/* A turn in the middle of which the power goes: nobody hears of it. */
static void
power_loss(struct sim *s, enum inc_turn turn)
{
    static struct sim_model after;
    struct rel_platter *p;
    char disk[300];
    size_t from = rel_tape_points(s->tape), to, at;
    uint64_t acked, sent;

    (void)one_turn(s, turn);
    to = rel_tape_points(s->tape);
    at = from + below(s, (uint32_t)(to - from) + 1);
    trace_turn(s, turn);
    trace(s, &at, sizeof at);
    if (check_writes(s, 0, &after) != 0)
        found("a write failed on a sound disk");
    /* whom the turn answered heard nothing */
    for (unsigned i = 0; i < s->n_reply; i++)
        s->req[s->reply[i].number].state = WAITING;
    s->n_fresh = 0;
    rel_disk_set(NULL);
    drain(s);
    end_store(s);
    (void)snprintf(disk, sizeof disk, "%s-disk", s->folder);
    p = rel_platter_new(s->tape);
    rel_platter_seek(p, at, &acked, &sent);
    rel_platter_image(p, disk, below(s, 2) == 0 ? 512 : 4096, &s->r);
    rel_platter_free(p);
    new_disk(s, disk);
    rel_remove(disk);
    forget_waiting(s);
    start_store(s);
    /* Done to its last call, it could have been answered. */
    if (at == to && head_of(s) != after.seq)
        found("what could be acknowledged is lost: the journal ends at %" PRIu64
              ", not at %" PRIu64,
              head_of(s), after.seq);
    for (unsigned i = 0; i < s->n_reply; i++)
        s->reply[i].status = INC_E_IO; /* for resolve(): not acknowledged */
    resolve(s, &after);
    s->n.crashes++;
    check_all(s);
}

/* ---- clients ------------------------------------------------------------- */

static struct sim_write
new_write(struct sim *s)
{
    static const enum inc_op ops[] = {
        INC_OP_CANDIDATE_PUT,      INC_OP_CANDIDATE_PUT,
        INC_OP_CANDIDATE_PUT,      INC_OP_NEED_PUT,
        INC_OP_NEED_PUT,           INC_OP_CANDIDATE_FREEZE,
        INC_OP_CANDIDATE_UNFREEZE, INC_OP_CANDIDATE_DELETE,
        INC_OP_CANDIDATE_ERASE,    INC_OP_NEED_CLOSE,
        INC_OP_NEED_REOPEN,        INC_OP_NEED_DELETE};
    struct sim_write w = {.op = ops[below(s, sizeof ops / sizeof ops[0])],
                          .id = below(s, SIM_IDS),
                          .if_revision = -1};
    int need = inc_ops[w.op].wire[0] == 'n';

    w.kind = need ? INC_RECORD_NEED : INC_RECORD_CANDIDATE;
    if (below(s, 4) == 0)
        w.if_revision = below(s, 4);
    w.key = ++s->keys | s->seed << 32;
    w.body = below(s, 200) + 1000 * (uint64_t)w.id +
             100000 * (uint64_t)(w.if_revision + 1);
    if (w.op != INC_OP_CANDIDATE_PUT && w.op != INC_OP_NEED_PUT)
        w.body -= w.body % 1000; /* nothing else in it tells them apart */
    return w;
}

/* An earlier write again, or another one under its key. */
static struct sim_write
old_write(struct sim *s)
{
    struct sim_write w = {.op = INC_OP_PING};

    for (unsigned i = 0; i < 8 && w.op == INC_OP_PING; i++) {
        const struct request *q = &s->req[below(s, s->n_req)];

        if (q->what == WRITE && q->state != WAITING)
            w = q->w;
    }
    if (w.op == INC_OP_PING)
        return new_write(s);
    if (below(s, 5) == 0) {
        uint64_t key = w.key;

        w = new_write(s);
        w.key = key;
    }
    return w;
}

static void
send(struct sim *s)
{
    struct request *q = &s->req[s->n_req];
    struct inc_job *j;

    if (s->waiting >= FLIGHT || s->n_req == REQUESTS)
        return;
    *q = (struct request){.state = WAITING, .seq_before = s->m.seq};
    switch (below(s, 8)) {
    case 0:
        q->what = GET;
        q->id = below(s, SIM_IDS);
        j = sim_get_job(q->id, s->n_req);
        break;
    case 1:
    case 2:
        q->what = MATCH;
        j = sim_match_job(s->n_req);
        break;
    default:
        q->what = WRITE;
        q->w = s->n_req > 0 && below(s, 4) == 0 ? old_write(s) : new_write(s);
        j = sim_write_job(&q->w, s->n_req);
        break;
    }
    if (below(s, 6) == 0)
        q->deadline = s->ns + 1 + (uint64_t)below(s, 2000) * 1000000;
    j->deadline_ns = q->deadline;
    j->client = 1 + below(s, 4);
    if (inc_crew_submit(s->desk.crew, j) != INC_OK)
        found("request %u was not taken", s->n_req);
    s->n_req++;
    s->waiting++;
}

static void
jump(struct sim *s)
{
    s->ns += 1 + (uint64_t)below(s, 3000) * 1000000;
    inc_clock_stop(s->ns);
    if (below(s, 4) == 0) /* the wall clock goes where it likes */
        s->ms += (int64_t)below(s, 4000000) * 1000 - INT64_C(2000000000);
    else
        s->ms += 1000;
    inc_clock_freeze(s->ms);
}

static void
arm(struct sim *s)
{
    struct rel_disk d = {.seen = rel_tape_add,
                         .arg = s->tape,
                         .calls = ~0u,
                         .nth = 1 + below(s, 12),
                         .sticky = (int)below(s, 2)};
    static const enum rel_action actions[] = {REL_EIO, REL_ENOSPC, REL_SHORT};

    d.action = actions[below(s, 3)];
    (void)snprintf(d.folder, sizeof d.folder, "%s", s->folder);
    rel_disk_set(&d);
}

static void
step(struct sim *s)
{
    static const enum inc_turn turns[] = {
        INC_TURN_SCRIBE, INC_TURN_SCRIBE, INC_TURN_SCRIBE, INC_TURN_WORKER,
        INC_TURN_WORKER, INC_TURN_CLERK,  INC_TURN_HERALD};
    uint32_t what = below(s, 100);
    enum inc_turn turn = turns[below(s, 7)];

    if (what < 50) {
        send(s);
    } else if (what < 55) {
        jump(s);
    } else if (what < 58) {
        arm(s);
        take_turn(s, below(s, 4) == 0 ? INC_TURN_HERALD : INC_TURN_SCRIBE);
    } else if (what < 61) {
        power_loss(s, below(s, 4) == 0 ? INC_TURN_HERALD : INC_TURN_SCRIBE);
    } else if (what < 62) {
        restart(s, NULL);
    } else {
        take_turn(s, turn);
    }
}

/* ---- a seed -------------------------------------------------------------- */

static void
finish(struct sim *s)
{
    for (int i = 0; i < 1000 && s->waiting > 0; i++)
        for (int t = 0; t < INC_TURNS; t++)
            take_turn(s, (enum inc_turn)t);
    if (s->waiting > 0)
        found("%u requests have no answer", s->waiting);
    take_turn(s, INC_TURN_HERALD);
    check_all(s);
    check_events(s);
    restart(s, NULL);
    take_turn(s, INC_TURN_HERALD);
    check_events(s);
}

static void
run(struct sim *s, uint64_t seed, uint64_t steps,
    unsigned char digest[INC_DIGEST])
{
    s->seed = seed;
    s->r = (struct inc_rng){seed};
    s->r = (struct inc_rng){inc_rng_next(&s->r)}; /* neighbours are strangers */
    s->n_req = s->waiting = s->n_told = s->n_fresh = s->n_reply = 0;
    s->keys = 0;
    s->ns = UINT64_C(1000000000000);
    s->ms = INT64_C(1790000000000);
    inc_hasher_init(&s->trace);
    sim_model_start(&s->m);
    inc_clock_stop(s->ns);
    inc_clock_freeze(s->ms);
    rel_folder(s->folder, "sim");
    (void)snprintf(s->dir, sizeof s->dir, "%s/s", s->folder);
    s->tape = rel_tape_new(s->folder);
    watch(s);
    start_store(s);
    for (s->steps_left = steps; s->steps_left > 0; s->steps_left--)
        step(s);
    finish(s);
    rel_disk_set(NULL);
    end_store(s);
    rel_remove(s->folder);
    rel_tape_free(s->tape);
    inc_hasher_end(&s->trace, digest);
}

/* A planted bug: the seed that finds it, 0 when none does. */
static uint64_t
hunt(struct sim *s, uint64_t seed, uint64_t seeds, uint64_t steps)
{
    unsigned char digest[INC_DIGEST];

    for (uint64_t i = 0; i < seeds; i++) {
        int how = 0;
        pid_t pid = fork();

        if (pid == 0) {
            (void)fclose(console);
            console = fopen("/dev/null", "w");
            run(s, seed + i, steps, digest);
            _exit(0);
        }
        while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
            continue;
        if (how != 0)
            return i + 1;
    }
    return 0;
}

static int
mutants(struct sim *s, uint64_t seed, uint64_t seeds, uint64_t steps,
        uint64_t only)
{
    int missed = 0;

    for (int k = 1; k < SIM_MUTANTS; k++) {
        uint64_t at;

        if (only != SIM_MUTANTS && only != (uint64_t)k)
            continue;
        sim_mutant = k;
        at = hunt(s, seed, seeds, steps);
        (void)printf("%s: %s %" PRIu64 " of %" PRIu64 "\n", sim_mutant_name[k],
                     at != 0 ? "found by seed" : "NOT FOUND,", at, seeds);
        missed += at == 0;
    }
    return missed == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    uint64_t seed = rel_option(argc, argv, "seed", 0);
    uint64_t seeds = rel_option(argc, argv, "seeds", seed != 0 ? 1 : 40);
    uint64_t steps = rel_option(argc, argv, "steps", STEPS);
    uint64_t mutant = rel_option(argc, argv, "mutant", 0);
    unsigned char digest[INC_DIGEST], again[INC_DIGEST];
    static struct sim s;

    now = &s;
    console = fdopen(dup(STDERR_FILENO), "w");
    if (console == NULL || freopen("/dev/null", "w", stderr) == NULL)
        return 1;
    estate = world_of_sample();
    if (estate == NULL)
        return 1;
    if (seed == 0)
        seed = 20261122;
    if (mutant != 0)
        return mutants(&s, seed, seeds, steps, mutant);
    for (uint64_t i = 0; i < seeds; i++) {
        run(&s, seed + i, steps, digest);
        s.n.seeds++;
        if (i % AGAIN != 0)
            continue;
        run(&s, seed + i, steps, again);
        if (memcmp(digest, again, sizeof digest) != 0)
            found("the same seed did something else");
    }
    inc_estate_drop(estate);
    rel_report("simulation", s.n.seeds, 0, seed);
    (void)printf("  %" PRIu64 " turns, %" PRIu64 " writes, %" PRIu64
                 " of them repeated, %" PRIu64 " matches, %" PRIu64
                 " losses of power, %" PRIu64 " disk errors, %" PRIu64
                 " restarts, %" PRIu64 " events\n",
                 s.n.turns, s.n.writes, s.n.replays, s.n.matches, s.n.crashes,
                 s.n.faults, s.n.restarts, s.n.events);
    return s.n.crashes > 0 && s.n.faults > 0 && s.n.matches > 0 &&
                   s.n.replays > 0 && s.n.events > 0
               ? 0
               : 1;
}

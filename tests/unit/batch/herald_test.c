/*
 * The standing match with a real store, pool and crew: every pair that fits
 * is told once, whatever changes how often, in which order, and whenever the
 * threads end. Runs under TSan too.
 */
#include "tests/support/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/batch/crew.h"
#include "tests/support/records.h"
#include "tests/support/world.h"

enum { PEOPLE = 95, NEEDS = 40, ARENA = 64 << 20, SEED = 20261122 };
enum { LEAST = 100 };

static struct inc_estate *estate;
static struct inc_arena memory;
static struct inc_candidate people[PEOPLE];
static struct inc_need needs[NEEDS];

struct rig {
    char dir[64];
    struct inc_store *store;
    struct inc_live *live;
    struct inc_crew *crew;
    uint64_t keys, seq;
    /* told, on the herald's thread; read after the crew ended */
    uint64_t told, last_told;
    int out_of_order;
};

static int
set_up(void **state)
{
    struct inc_rng r = {SEED};

    (void)state;
    estate = world_of_sample();
    if (estate == NULL || inc_arena_init(&memory, ARENA) != INC_OK)
        return -1;
    for (uint64_t i = 0; i < PEOPLE; i++) {
        rec_candidate(&people[i], i + 1, &r, &memory, &estate->world, 14);
        people[i].frozen = 0;
    }
    for (uint64_t i = 0; i < NEEDS; i++)
        rec_need(&needs[i], i + 1, &r, &memory, &estate->world, 8);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    inc_arena_release(&memory);
    inc_estate_drop(estate);
    return 0;
}

static enum inc_status
nothing(void *arg, struct inc_job *j, const struct inc_image *image,
        struct inc_err *err)
{
    (void)arg;
    (void)j;
    (void)image;
    return inc_fail(err, INC_E_BUG, 0, "no requests here");
}

static void
tell(void *arg, const struct inc_image *image, const struct inc_event *events,
     size_t n)
{
    struct rig *r = arg;

    (void)image;
    for (size_t i = 0; i < n; i++) {
        r->out_of_order |= events[i].seq <= r->last_told;
        r->last_told = events[i].seq;
    }
    r->told += n;
}

static void
crew_start(struct rig *r, int32_t least)
{
    const struct inc_crew_options o = {
        .workers = 1,
        .batch_max = 8,
        .queue_max = 64,
        .queue_bytes = 16 << 20,
        .request_bytes = 1 << 20,
        .store = r->store,
        .live = r->live,
        .kernels = inc_kernels_choose(NULL),
        .standing_min = least,
        .hands = {.arg = r, .answer = nothing, .order = nothing, .tell = tell},
    };
    struct inc_err err = {0};

    assert_int_equal(inc_crew_start(&r->crew, &o, &err), INC_OK);
}

static void
crew_end(struct rig *r)
{
    inc_crew_free(r->crew);
    r->crew = NULL;
}

static void
rig_open(struct rig *r)
{
    const struct inc_store_options so = {.map_bytes = 16 << 20,
                                         .reserve_percent = 1};
    struct inc_err err = {0};

    memset(r, 0, sizeof *r);
    (void)snprintf(r->dir, sizeof r->dir, "/tmp/incrocio-herald-XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    assert_int_equal(inc_store_open(&r->store, r->dir, &so, &err), INC_OK);
    assert_int_equal(
        inc_live_open(&r->live, estate, r->store, NULL, NULL, &err), INC_OK);
}

static void
rig_close(struct rig *r)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "incrocio.lock",
                                        "keys/ring"};
    struct inc_verify_report report;
    struct inc_err err = {0};
    char path[128];

    crew_end(r);
    assert_false(r->out_of_order);
    assert_int_equal(
        inc_store_verify(r->store, &report, NULL, NULL, NULL, NULL, &err),
        INC_OK);
    assert_int_equal(report.faults, 0);
    inc_live_close(r->live);
    inc_store_close(r->store);
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", r->dir, names[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof path, "%s/keys", r->dir);
    (void)rmdir(path);
    (void)snprintf(path, sizeof path, "%s.key", r->dir);
    (void)unlink(path);
    (void)rmdir(r->dir);
}

/* One write, as the scribe does it: commit, then publish. On the scribe's
 * thread while there is one: the herald's errands are there too. */
struct one_write {
    struct rig *r;
    struct inc_command c;
    int done;
};

static void
do_write(void *arg)
{
    struct one_write *w = arg;
    struct inc_command *const one[] = {&w->c};
    const struct inc_change *change[] = {&w->c.change};
    struct inc_err err = {0};

    if (inc_store_apply(w->r->store, one, 1, &err) == INC_OK)
        (void)inc_live_apply(w->r->live, change,
                             w->c.change.what != INC_CHANGE_NONE, w->c.seq,
                             &err);
    __atomic_store_n(&w->done, 1, __ATOMIC_RELEASE);
}

static void
write_one(struct rig *r, enum inc_op op, enum inc_record_kind kind,
          const char *id, union inc_record *record)
{
    const struct timespec tick = {0, 1000000};
    struct one_write w = {.r = r};
    struct inc_arena a;

    assert_int_equal(inc_arena_init(&a, 1 << 20), INC_OK);
    w.c = (struct inc_command){.op = op,
                               .kind = kind,
                               .at_unix_ms = 1700000000000,
                               .id = id,
                               .record = record,
                               .if_revision = -1,
                               .body = &r->keys,
                               .body_len = sizeof r->keys,
                               .arena = &a};
    r->keys++;
    memcpy(w.c.key, &r->keys, sizeof r->keys);
    if (r->crew == NULL) {
        do_write(&w);
    } else {
        assert_int_equal(inc_crew_run(r->crew, do_write, &w), INC_OK);
        while (!__atomic_load_n(&w.done, __ATOMIC_ACQUIRE))
            (void)nanosleep(&tick, NULL);
    }
    assert_int_equal(w.c.status, INC_OK);
    r->seq = w.c.seq;
    inc_arena_release(&a);
}

static void
put_person(struct rig *r, uint32_t i)
{
    union inc_record record = {.candidate = people[i]};

    write_one(r, INC_OP_CANDIDATE_PUT, INC_RECORD_CANDIDATE, people[i].id,
              &record);
}

static void
put_need(struct rig *r, uint32_t i)
{
    union inc_record record = {.need = needs[i]};

    write_one(r, INC_OP_NEED_PUT, INC_RECORD_NEED, needs[i].id, &record);
}

static uint64_t
mark_of(struct rig *r)
{
    struct inc_view *v = NULL;
    struct inc_err err = {0};
    uint64_t mark = 0;

    assert_int_equal(inc_view_open(&v, r->store, &err), INC_OK);
    assert_int_equal(inc_event_mark(v, &mark, &err), INC_OK);
    inc_view_close(v);
    return mark;
}

/* Nobody wakes the herald here but its own start and end: start it anew until
 * the mark, which it keeps when it ends, is at the last write. */
static void
settle(struct rig *r, int32_t least)
{
    const struct timespec tick = {0, 2000000};

    for (int i = 0; i < 5000 && mark_of(r) < r->seq; i++) {
        crew_end(r);
        crew_start(r, least);
        for (int k = 0; k < 500 && inc_crew_standing_lag(r->crew) > 0; k++)
            (void)nanosleep(&tick, NULL);
        crew_end(r);
    }
    assert_int_equal(mark_of(r), r->seq);
}

struct seen {
    unsigned char pair[NEEDS + 1][PEOPLE + 1];
    size_t n;
};

static enum inc_status
see(void *arg, const struct inc_event *e)
{
    struct seen *s = arg;

    assert_in_range(e->need, 1, NEEDS);
    assert_in_range(e->person, 1, PEOPLE);
    assert_true(e->score >= LEAST);
    assert_int_equal(s->pair[e->need][e->person], 0);
    s->pair[e->need][e->person] = 1;
    s->n++;
    return INC_OK;
}

static void
events_of(struct rig *r, struct seen *out)
{
    struct inc_view *v = NULL;
    struct inc_err err = {0};

    memset(out, 0, sizeof *out);
    assert_int_equal(inc_view_open(&v, r->store, &err), INC_OK);
    assert_int_equal(inc_event_walk(v, 0, 0, see, out, &err), INC_OK);
    inc_view_close(v);
}

/* All pairs with a score of LEAST or more, by match.pair. */
static void
wanted(struct rig *r, struct seen *out)
{
    struct inc_image image = inc_live_hold(r->live);
    struct inc_match_options o = {.k = 10, .as_of = inc_clock_today()};
    struct inc_matcher *m = NULL;
    struct inc_err err = {0};

    memset(out, 0, sizeof *out);
    assert_int_equal(inc_matcher_new(&m, inc_kernels_choose(NULL), &err),
                     INC_OK);
    for (uint32_t p = 0; p < PEOPLE; p++) {
        for (uint32_t n = 0; n < NEEDS; n++) {
            struct inc_question q = {.kind = INC_ASK_PAIR,
                                     .options = &o,
                                     .need = &needs[n],
                                     .candidate = &people[p]};
            struct inc_question *one = &q;
            const struct inc_node *score;
            struct inc_frame *f;

            inc_match_run(m, &image, &one, 1);
            assert_int_equal(q.status, INC_OK);
            assert_int_equal(inc_frame_open(&f, q.body.data, q.body.len,
                                            &inc_reply_limits, &err),
                             INC_OK);
            score = inc_node_get(inc_frame_root(f), "score");
            if (score != NULL && inc_node_int(score) >= LEAST) {
                out->pair[n + 1][p + 1] = 1;
                out->n++;
            }
            inc_frame_close(f);
            inc_buf_release(&q.body);
        }
    }
    inc_matcher_free(m);
    inc_image_drop(&image);
}

static void
same_pairs(struct rig *r)
{
    static struct seen got, want;

    events_of(r, &got);
    wanted(r, &want);
    assert_true(want.n > 600); /* more than one message holds */
    assert_true(want.n < (size_t)PEOPLE * NEEDS);
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.pair, want.pair, sizeof want.pair);
}

static void
people_then_needs(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r);
    for (uint32_t i = 0; i < PEOPLE; i++)
        put_person(&r, i);
    settle(&r, LEAST);
    for (uint32_t i = 0; i < NEEDS; i++)
        put_need(&r, i);
    settle(&r, LEAST);
    same_pairs(&r);
    rig_close(&r);
}

static void
needs_then_people(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r);
    for (uint32_t i = 0; i < NEEDS; i++)
        put_need(&r, i);
    settle(&r, LEAST);
    for (uint32_t i = 0; i < PEOPLE; i++)
        put_person(&r, i);
    settle(&r, LEAST);
    same_pairs(&r);
    assert_int_equal(r.told, r.last_told); /* all of them, each once */
    rig_close(&r);
}

/* The herald works while this thread writes, and ends in the middle of it. */
static void
mixed_and_interrupted(void **state)
{
    struct inc_rng random = {SEED + 7};
    struct rig r;

    (void)state;
    rig_open(&r);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < PEOPLE; i++) {
            if (i % 10 == 0) {
                crew_end(&r);
                crew_start(&r, LEAST);
            }
            put_person(&r, (i * 7) % PEOPLE);
            if (i < NEEDS)
                put_need(&r, inc_rng_below(&random, NEEDS));
        }
    }
    for (uint32_t i = 0; i < NEEDS; i++)
        put_need(&r, i);
    crew_end(&r);
    settle(&r, LEAST);
    events_of(&r, &(struct seen){.n = 0}); /* no pair twice */
    rig_close(&r);
}

/* Many changes of one person are matched once. */
static void
changes_of_one_come_together(void **state)
{
    enum { CHANGES = 300 };
    const struct timespec tick = {0, 2000000};
    struct rig r;

    (void)state;
    rig_open(&r);
    put_need(&r, 0);
    for (int i = 0; i < CHANGES; i++)
        put_person(&r, 0);
    put_person(&r, 1);
    crew_start(&r, LEAST);
    while (inc_crew_standing_changes(r.crew) < 3)
        (void)nanosleep(&tick, NULL);
    while (inc_crew_standing_lag(r.crew) > 0)
        (void)nanosleep(&tick, NULL);
    assert_int_equal(inc_crew_standing_changes(r.crew), 3);
    crew_end(&r);
    assert_int_equal(mark_of(&r), r.seq);
    rig_close(&r);
}

static void
deleted_records_take_their_events(void **state)
{
    static struct seen got;
    struct rig r;

    (void)state;
    rig_open(&r);
    for (uint32_t i = 0; i < NEEDS; i++)
        put_need(&r, i);
    for (uint32_t i = 0; i < PEOPLE; i++)
        put_person(&r, i);
    settle(&r, LEAST);
    for (uint32_t i = 0; i < PEOPLE; i++)
        if (i != 3)
            write_one(&r, INC_OP_CANDIDATE_DELETE, INC_RECORD_CANDIDATE,
                      people[i].id, NULL);
    write_one(&r, INC_OP_NEED_DELETE, INC_RECORD_NEED, needs[5].id, NULL);
    settle(&r, LEAST);
    events_of(&r, &got);
    for (uint32_t n = 0; n <= NEEDS; n++)
        for (uint32_t p = 0; p <= PEOPLE; p++)
            assert_true(!got.pair[n][p] || (p == 4 && n != 6));
    rig_close(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_then_needs),
        cmocka_unit_test(needs_then_people),
        cmocka_unit_test(mixed_and_interrupted),
        cmocka_unit_test(changes_of_one_come_together),
        cmocka_unit_test(deleted_records_take_their_events),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/*
 * The thread that rebuilds in the background, with this program as the scribe:
 * merges and saves under load, a scribe without room, stop at any moment. Runs
 * under TSan too.
 */
#include "tests/unit/store/fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "engine/base/mem.h"
#include "engine/batch/mason.h"
#include "tests/support/world.h"

#define BIT(i) (UINT64_C(1) << (i))

enum { FIRST = 3000, MANY = 9000, WAIT_MS = 60000 };

static struct inc_estate *estate; /* the sample */
static struct inc_live *live;
static struct inc_mason *mason;
static struct inc_mason_counters *counters;
static char image_path[PATH_ROOM + 16];
static uint64_t seq; /* of the last batch */

/* ---- the scribe: one piece of work at a time ---- */

static struct {
    pthread_mutex_t lock;
    void (*fn)(void *arg);
    void *arg;
    int busy;  /* how many more are turned away; -1: all */
    int asked; /* turned away so far */
} desk = {.lock = PTHREAD_MUTEX_INITIALIZER};

static enum inc_status
ask(void *arg, void (*fn)(void *arg), void *fn_arg)
{
    enum inc_status st = INC_E_BUSY;

    assert_ptr_equal(arg, &desk);
    pthread_mutex_lock(&desk.lock);
    if (desk.busy == 0 && desk.fn == NULL) {
        desk.fn = fn;
        desk.arg = fn_arg;
        st = INC_OK;
    } else {
        desk.busy -= desk.busy > 0;
        desk.asked++;
    }
    pthread_mutex_unlock(&desk.lock);
    return st;
}

/* Do what was asked; 1 when there was something. */
static int
serve(void)
{
    void (*fn)(void *arg);
    void *arg;

    pthread_mutex_lock(&desk.lock);
    fn = desk.fn;
    arg = desk.arg;
    desk.fn = NULL;
    pthread_mutex_unlock(&desk.lock);
    if (fn == NULL)
        return 0;
    fn(arg);
    return 1;
}

static void
desk_busy(int n)
{
    pthread_mutex_lock(&desk.lock);
    desk.busy = n;
    desk.asked = 0;
    pthread_mutex_unlock(&desk.lock);
}

static int
turned_away(void)
{
    int n;

    pthread_mutex_lock(&desk.lock);
    n = desk.asked;
    pthread_mutex_unlock(&desk.lock);
    return n;
}

static void
a_moment(void)
{
    const struct timespec ms = {0, 1000000};

    (void)nanosleep(&ms, NULL);
}

/* Serve until `so_many` pieces of work were placed. */
static void
serve_until(struct inc_tally *tally, uint64_t so_many)
{
    for (int i = 0; i < WAIT_MS && inc_tally_read(tally) < so_many; i++) {
        (void)serve();
        a_moment();
    }
    assert_true(inc_tally_read(tally) >= so_many);
}

/* ---- the people ---- */

static const char *
skill_uri(uint64_t skill)
{
    return inc_concept_uri(estate->world.taxonomy, INC_PILLAR_SKILL,
                           (uint32_t)skill);
}

/* Numbers first.. with a record each, as one batch of the journal. */
static void
write_people(uint64_t first, uint64_t n, uint64_t seed)
{
    struct inc_change *change = inc_mem_zero(n, sizeof *change);
    const struct inc_change **all = inc_mem_zero(n, sizeof *all);
    union inc_record *record = inc_mem_zero(n, sizeof *record);
    struct inc_skill *skill = inc_mem_zero(n, 2 * sizeof *skill);
    char(*id)[24] = inc_mem_zero(n, sizeof *id);
    struct inc_err err;

    assert_true(change && all && record && skill && id);
    for (uint64_t i = 0; i < n; i++) {
        struct inc_candidate *c = &record[i].candidate;

        (void)snprintf(id[i], sizeof id[i], "m.%llu",
                       (unsigned long long)(first + i));
        for (uint64_t s = 0; s < 2; s++)
            skill[2 * i + s] = (struct inc_skill){
                .has = BIT(INC_SKILL_URI) | BIT(INC_SKILL_LEVEL),
                .uri = skill_uri((first + i + seed) % 20 + 20 * s),
                .level = 1 + (int64_t)(seed % 4)};
        c->has = BIT(INC_CANDIDATE_ID) | BIT(INC_CANDIDATE_SKILLS);
        c->id = id[i];
        c->skills = &skill[2 * i];
        c->n_skills = 2;
        change[i] = (struct inc_change){.what = INC_CHANGE_SET,
                                        .kind = INC_RECORD_CANDIDATE,
                                        .no = first + i,
                                        .record = &record[i]};
        all[i] = &change[i];
    }
    OK(inc_live_apply(live, all, n, ++seq, &err), &err);
    inc_mem_free(change);
    inc_mem_free(all);
    inc_mem_free(record);
    inc_mem_free(skill);
    inc_mem_free(id);
    if (mason != NULL)
        inc_mason_wake(mason);
}

/* 0..n-1 are there, each once, and nobody else. */
static void
check_people(uint64_t n)
{
    struct inc_image i = inc_live_hold(live);
    uint64_t rows = 0;
    size_t block;
    uint32_t row;

    assert_int_equal(inc_pool_people(i.pool), n);
    for (size_t b = 0; b < inc_pool_blocks(i.pool); b++)
        rows += inc_pool_live(i.pool, b);
    assert_int_equal(rows, n);
    for (uint64_t no = 0; no < n; no++)
        assert_int_equal(inc_pool_find(i.pool, no, &block, &row), 0);
    assert_int_equal(inc_pool_generation(i.pool), seq);
    inc_image_drop(&i);
}

static int
is_due(void)
{
    struct inc_image i = inc_live_hold(live);
    int due = inc_pool_due(i.pool);

    inc_image_drop(&i);
    return due;
}

/* ---- set up ---- */

static int
open_estate(void **state)
{
    (void)state;
    estate = world_of_sample();
    return estate == NULL ? -1 : 0;
}

static int
close_estate(void **state)
{
    (void)state;
    inc_estate_drop(estate);
    return 0;
}

static void
start_mason(uint64_t save_ns)
{
    struct inc_mason_options o = {.live = live,
                                  .ask = ask,
                                  .ask_arg = &desk,
                                  .counters = counters,
                                  .save_every_ns = save_ns,
                                  .save_after_merge_ns = save_ns};
    struct inc_err err;

    OK(inc_mason_start(&mason, &o, &err), &err);
}

static void
end_mason(void)
{
    inc_mason_stop(mason);
    inc_mason_free(mason);
    mason = NULL;
}

static int
set_up(void **state)
{
    struct fixture *f;
    struct inc_err err;

    if (start(state) != 0)
        return -1;
    f = *state;
    (void)snprintf(image_path, sizeof image_path, "%s/people.image", f->dir);
    OK(inc_live_open(&live, estate, f->s, image_path, NULL, &err), &err);
    counters = inc_mem_zero64(1, sizeof *counters);
    assert_non_null(counters);
    seq = 0;
    desk_busy(0);
    write_people(0, FIRST, 1);
    start_mason(0);
    return 0;
}

static int
clean_up(void **state)
{
    if (mason != NULL)
        end_mason();
    pthread_mutex_lock(&desk.lock);
    desk.fn = NULL;
    pthread_mutex_unlock(&desk.lock);
    inc_live_close(live);
    live = NULL;
    inc_mem_free(counters);
    (void)unlink(image_path);
    return stop(state);
}

/* ---- tests ---- */

/* Writes go on while runs are merged; nobody is lost or there twice. */
static void
merges_under_load(void **state)
{
    uint64_t n = FIRST;

    (void)state;
    while (n < MANY) {
        write_people(n, 400, n);
        write_people(n / 3, 150, n + 7); /* and some anew */
        n += 400;
        (void)serve();
    }
    write_people(n, 5000, 3);
    n += 5000;
    serve_until(&counters->merges, 1);
    for (int i = 0; i < WAIT_MS && is_due(); i++) {
        (void)serve();
        a_moment();
    }
    assert_int_equal(is_due(), 0);
    check_people(n);
    assert_int_equal(inc_tally_read(&counters->failures), 0);
}

/* The scribe has no room at first. */
static void
busy_scribe(void **state)
{
    (void)state;
    desk_busy(3);
    write_people(FIRST, 2500, 2);
    for (int i = 0; i < WAIT_MS && is_due(); i++) {
        (void)serve();
        a_moment();
    }
    assert_int_equal(is_due(), 0);
    assert_true(turned_away() >= 3);
    check_people(FIRST + 2500);
}

/* Told to stop while it waits for a scribe that has no room. */
static void
stopped_while_waiting(void **state)
{
    (void)state;
    desk_busy(-1);
    write_people(FIRST, 2500, 2);
    for (int i = 0; i < WAIT_MS && turned_away() == 0; i++)
        a_moment();
    assert_true(turned_away() > 0);
    inc_mason_stop(mason);
    inc_mason_stop(mason); /* twice is fine */
    inc_mason_wake(mason); /* does nothing */
    assert_int_equal(serve(), 0);
    check_people(FIRST + 2500);
    assert_int_equal(is_due(), 1); /* nothing was placed */
}

static atomic_int serving;

static void *
serve_on(void *arg)
{
    (void)arg;
    while (atomic_load(&serving))
        (void)serve();
    (void)serve();
    return NULL;
}

/* Told to stop at any moment, with a scribe that works. */
static void
stopped_at_work(void **state)
{
    pthread_t scribe;
    uint64_t n = FIRST;

    (void)state;
    for (int round = 0; round < 12; round++) {
        const struct timespec wait = {0, round * 700000L};

        write_people(n, 1000, n);
        n += 1000;
        atomic_store(&serving, 1);
        assert_int_equal(pthread_create(&scribe, NULL, serve_on, NULL), 0);
        inc_mason_wake(mason);
        (void)nanosleep(&wait, NULL);
        end_mason();
        atomic_store(&serving, 0);
        assert_int_equal(pthread_join(scribe, NULL), 0);
        check_people(n);
        start_mason(0);
    }
    assert_int_equal(inc_tally_read(&counters->failures), 0);
}

/* Saved when people changed, and what was saved can be started from. */
static void
saves(void **state)
{
    struct fixture *f = *state;
    struct inc_image i;
    struct inc_live_start told = {0};
    struct inc_live *second = NULL;

    assert_false(exists(f->dir, "people.image"));
    end_mason();
    start_mason(1);
    serve_until(&counters->saves, 1);
    while (serve())
        a_moment();
    assert_true(exists(f->dir, "people.image"));
    check_people(FIRST);
    /* not again while nothing changes, whatever time goes by */
    inc_mason_wake(mason);
    for (int k = 0; k < 50; k++) {
        (void)serve();
        a_moment();
    }
    assert_int_equal(inc_tally_read(&counters->saves), 1);
    write_people(0, 10, 9);
    serve_until(&counters->saves, 2);
    for (int k = 0; k < 50; k++) {
        (void)serve();
        a_moment();
    }
    check_people(FIRST);
    /* the store of this test is empty: of journal entries it knows nothing */
    OK(inc_live_open(&second, estate, f->s, image_path, &told, &f->err),
       &f->err);
    assert_int_equal(told.origin, INC_LIVE_STREAMED);
    assert_non_null(strstr(told.refused, "journal"));
    i = inc_live_hold(second);
    assert_int_equal(inc_pool_people(i.pool), 0);
    inc_image_drop(&i);
    inc_live_close(second);
    assert_int_equal(inc_tally_read(&counters->failures), 0);
}

/* A folder that is gone: counted, and the mason goes on. */
static void
cannot_save(void **state)
{
    struct fixture *f = *state;

    end_mason();
    inc_live_close(live);
    OK(inc_live_open(&live, estate, f->s, "/nonexistent/people.image", NULL,
                     &f->err),
       &f->err);
    write_people(0, FIRST, 1);
    start_mason(1);
    serve_until(&counters->failures, 1);
    write_people(FIRST, 2500, 2);
    serve_until(&counters->merges, 1);
    for (int i = 0; i < WAIT_MS && is_due(); i++) {
        (void)serve();
        a_moment();
    }
    check_people(FIRST + 2500);
    assert_int_equal(inc_tally_read(&counters->saves), 0);
}

static void
none(void **state)
{
    (void)state;
    inc_mason_stop(NULL);
    inc_mason_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(merges_under_load),
        TEST(busy_scribe),
        TEST(stopped_while_waiting),
        TEST(stopped_at_work),
        TEST(saves),
        TEST(cannot_save),
        TEST(none),
    };
    return cmocka_run_group_tests(tests, open_estate, close_estate);
}

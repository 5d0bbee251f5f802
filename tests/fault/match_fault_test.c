/*
 * Matching without memory: fail the 1st, 2nd, 3rd ... allocation, then every
 * seventh, until none fails. What answers says so or answers with the bytes of
 * always; what is published stays whole; the next try works.
 */
#include "tests/unit/store/fixture.h"

#include "engine/base/fault.h"
#include "engine/match/match.h"
#include "tests/support/records.h"
#include "tests/support/world.h"

enum { EACH = 300, STEP = 7, VISITS_MAX = 200000, PEOPLE = 25, NEEDS = 6 };
enum { QUESTIONS = 4 };

static struct inc_estate *estate;
static struct inc_arena memory;
static struct inc_candidate people[PEOPLE];
static struct inc_need needs[NEEDS];
static struct inc_match_options options;
static int64_t rules[1] = {INC_RULE_START};
static char space_path[] = "/tmp/incrocio-mf-XXXXXX";

static struct inc_question
ask(enum inc_question_kind kind, uint32_t need, uint32_t person_no)
{
    return (struct inc_question){.kind = kind,
                                 .options = &options,
                                 .need = &needs[need],
                                 .candidate = &people[person_no]};
}

static int
set_up(void **state)
{
    const struct inc_train_options train = {.dim = 32, .power = 1, .seed = 1};
    struct inc_train_stats stats;
    struct inc_rng r = {20261122};
    struct inc_err err;
    int fd = mkstemp(space_path);

    (void)state;
    estate = world_of_sample();
    if (fd < 0 || estate == NULL ||
        inc_arena_init(&memory, 16 << 20) != INC_OK ||
        inc_train_run(space_path, estate->world.taxonomy, &train, &stats,
                      &err) != INC_OK)
        return -1;
    (void)close(fd);
    for (uint32_t i = 0; i < PEOPLE; i++) {
        rec_candidate(&people[i], i + 1, &r, &memory, &estate->world, 12);
        people[i].frozen = 0;
    }
    for (uint32_t i = 0; i < NEEDS; i++)
        rec_need(&needs[i], i + 1, &r, &memory, &estate->world, 8);
    options = (struct inc_match_options){.k = 2,
                                         .as_of = inc_date_from(2026, 11, 22),
                                         .explain = 1,
                                         .facets = 1,
                                         .rules = rules,
                                         .n_rules = 1};
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    (void)unlink(space_path);
    inc_arena_release(&memory);
    inc_estate_drop(estate);
    return 0;
}

static struct inc_image
image_of_all(void)
{
    struct inc_image image = {estate, NULL};
    struct inc_pool_builder *b;
    struct inc_err err;

    OK(inc_pool_begin(&b, &estate->world, &err), &err);
    for (uint32_t i = 0; i < PEOPLE; i++)
        OK(inc_pool_add_candidate(b, i + 1, &people[i], &err), &err);
    for (uint32_t i = 0; i < NEEDS; i++)
        OK(inc_pool_add_need(b, i + 1, &needs[i], &err), &err);
    OK(inc_pool_end(&image.pool, b, NULL, 5, &err), &err);
    return image;
}

static void
calm(void)
{
    inc_fault_arm(INC_FAULT_COUNT, 0);
}

/* An answer is what it always is, or says that there was no memory. 1: none. */
static int
judged(const struct inc_question *q, const struct inc_buf *always,
       const char *name, unsigned nth)
{
    if (q->status == INC_OK) {
        if (q->body.failed || q->body.len != always->len ||
            memcmp(q->body.data, always->data, always->len) != 0)
            fail_msg("%s, visit %u: another answer", name, nth);
        return 0;
    }
    if (q->status != INC_E_NOMEM || q->err.status != INC_E_NOMEM ||
        q->err.what[0] == '\0')
        fail_msg("%s, visit %u: %s with '%s'", name, nth,
                 inc_status_wire(q->status), q->err.what);
    return 1;
}

static enum inc_status
walk(void *arg, inc_view_each_fn *row, void *row_arg, struct inc_err *err)
{
    (void)arg;
    (void)err;
    for (uint32_t i = 0; i < PEOPLE; i++) {
        union inc_record r;
        enum inc_status st;
        r.candidate = people[i];
        st = row(row_arg, i + 1, &r);
        if (st != INC_OK)
            return st;
    }
    return INC_OK;
}

/* A batch of all kinds; a new matcher each time, so that it has to grow. */
static void
/* NOLINTNEXTLINE(readability-function-size): every assert is a branch */
a_batch(void **state)
{
    struct inc_image image = image_of_all();
    struct inc_buf always[QUESTIONS] = {{0}};
    int refused = 0, done = 0;

    (void)state;
    for (unsigned nth = 0; !done; nth += nth < EACH ? 1 : STEP) {
        struct inc_question q[QUESTIONS] = {
            ask(INC_ASK_PEOPLE, 0, 0), ask(INC_ASK_PEOPLE, 1, 0),
            ask(INC_ASK_PAIR, 2, 3), ask(INC_ASK_NEEDS, 0, 4)};
        struct inc_question *all[QUESTIONS] = {&q[0], &q[1], &q[2], &q[3]};
        struct inc_matcher *m = NULL;
        struct inc_err err = {0};
        enum inc_status st;
        int none = 0, fired;

        assert_true(nth < VISITS_MAX);
        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = inc_matcher_new(&m, inc_kernels_at(0), &err);
        if (st == INC_OK)
            inc_match_run(m, &image, all, QUESTIONS);
        fired = inc_fault_fired();
        calm();
        if (st != INC_OK) {
            IS(st, INC_E_NOMEM, &err);
            assert_null(m);
            assert_int_equal(err.status, INC_E_NOMEM);
            refused++;
            continue;
        }
        for (int i = 0; i < QUESTIONS; i++) {
            if (nth == 0) {
                IS(q[i].status, INC_OK, &q[i].err);
                always[i] = q[i].body;
                q[i].body = (struct inc_buf){0};
                continue;
            }
            none += judged(&q[i], &always[i], "batch", nth);
        }
        if (fired && none == 0)
            fail_msg("visit %u: nobody said that memory was short", nth);
        refused += none;
        if (fired) { /* the same matcher, with memory again */
            inc_match_run(m, &image, all, QUESTIONS);
            for (int i = 0; i < QUESTIONS; i++)
                assert_int_equal(judged(&q[i], &always[i], "retry", nth), 0);
        }
        done = nth > 0 && !fired;
        for (int i = 0; i < QUESTIONS; i++)
            inc_buf_release(&q[i].body);
        inc_matcher_free(m);
    }
    print_message("batch: %d answers refused\n", refused);
    assert_true(refused > 60);
    for (int i = 0; i < QUESTIONS; i++)
        inc_buf_release(&always[i]);
    inc_pool_drop(image.pool);
}

static void
/* NOLINTNEXTLINE(readability-function-size): every assert is a branch */
press_oracle(struct inc_question q, const char *name)
{
    struct inc_buf always = {0};
    int refused = 0;

    for (unsigned nth = 0;; nth += nth < EACH ? 1 : STEP) {
        int fired;

        assert_true(nth < VISITS_MAX);
        inc_fault_arm(INC_FAULT_ALLOC, nth);
        inc_oracle_run(estate, 5, &q, walk, NULL);
        fired = inc_fault_fired();
        calm();
        if (nth == 0) {
            IS(q.status, INC_OK, &q.err);
            always = q.body;
            q.body = (struct inc_buf){0};
            continue;
        }
        if (!fired)
            break;
        if (judged(&q, &always, name, nth) == 0)
            fail_msg("%s, visit %u: nobody said so", name, nth);
        refused++;
    }
    assert_int_equal(judged(&q, &always, name, 0), 0);
    print_message("%s: %d times refused\n", name, refused);
    assert_true(refused > 10);
    inc_buf_release(&q.body);
    inc_buf_release(&always);
}

static void
the_oracle(void **state)
{
    (void)state;
    press_oracle(ask(INC_ASK_PEOPLE, 0, 0), "oracle, people");
    press_oracle(ask(INC_ASK_PAIR, 2, 3), "oracle, pair");
}

/* Taxonomy, index, map and space have tests of their own: here, that one
 * failing leaves nothing of the others. Wider steps, as it is slow. */
static void
/* NOLINTNEXTLINE(readability-function-size): every assert is a branch */
loading_an_estate(void **state)
{
    const struct inc_estate_options o = {.esco_dir = INC_SAMPLE_DIR,
                                         .comuni_path =
                                             INC_SAMPLE_DIR "/comuni.tsv",
                                         .space_path = space_path};
    struct inc_estate *e = NULL;
    struct inc_err err;
    int fired = 0, borne = 0;

    (void)state;
    for (unsigned nth = 1;; nth += nth < 20 ? 1 : nth < 5000 ? 131 : 20011) {
        enum inc_status st;

        inc_err_clear(&err);
        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = inc_estate_load(&e, &o, &err);
        if (!inc_fault_fired()) {
            OK(st, &err);
            break;
        }
        fired++;
        if (st == INC_OK) { /* could do without: fault.taxonomy looks closer */
            inc_estate_drop(e);
            borne++;
            continue;
        }
        IS(st, INC_E_NOMEM, &err);
        assert_int_equal(err.status, INC_E_NOMEM);
        assert_null(e);
    }
    calm();
    assert_true(fired > 20 && borne <= 3);
    inc_estate_drop(e);
    print_message("estate: %d failures\n", fired);
}

/* The thread that makes what reads texts meets the end of memory, or the loader
 * does meanwhile. */
static void
loading_an_estate_in_two_parts(void **state)
{
    const struct inc_estate_options o = {.esco_dir = INC_SAMPLE_DIR,
                                         .comuni_path =
                                             INC_SAMPLE_DIR "/comuni.tsv",
                                         .space_path = space_path};
    struct inc_err err;
    int begin = 0, finish = 0, fired = 1;

    (void)state;
    for (unsigned nth = 1; fired; nth += nth < 20 ? 1 : 23) {
        struct inc_estate *e = NULL;
        enum inc_status st;

        inc_err_clear(&err);
        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = inc_estate_begin(&e, &o, &err);
        begin += st != INC_OK;
        if (st == INC_OK) {
            st = inc_estate_finish(e, &o, &err);
            finish += st != INC_OK;
        }
        fired = inc_fault_fired();
        if (st != INC_OK) {
            IS(st, INC_E_NOMEM, &err);
            assert_int_equal(err.status, INC_E_NOMEM);
            assert_true(fired);
        }
        inc_estate_drop(e);
    }
    calm();
    /* Somebody who gives up in between waits for the thread. */
    for (int i = 0; i < 3; i++) {
        struct inc_estate *e = NULL;

        OK(inc_estate_begin(&e, &o, &err), &err);
        assert_null(e->linker);
        inc_estate_drop(e);
    }
    assert_true(begin > 20 && finish > 1);
    print_message("estate: %d and %d failures\n", begin, finish);
}

/* --- the published image ---------------------------------------------------
 */

static struct fixture *fix;
static struct inc_live *live;
static struct inc_command last;

static enum inc_status
open_again(struct inc_err *err)
{
    struct inc_live *l = NULL;
    enum inc_status st = inc_live_open(&l, estate, fix->s, NULL, NULL, err);

    assert_true((st == INC_OK) == (l != NULL));
    inc_live_close(l);
    return st;
}

static enum inc_status
rebuild(struct inc_err *err)
{
    return inc_live_rebuild(live, estate, fix->s, err);
}

static enum inc_status
apply(struct inc_err *err)
{
    const struct inc_change *const change[] = {&last.change};
    return inc_live_apply(live, change, 1, last.seq, err);
}

static void
/* NOLINTNEXTLINE(readability-function-size): every assert is a branch */
press_live(const char *name, enum inc_status (*call)(struct inc_err *err),
           uint64_t before, uint64_t after)
{
    int fired = 0;

    for (unsigned nth = 1;; nth++) {
        struct inc_err err = {0};
        struct inc_image i;
        enum inc_status st;

        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = call(&err);
        if (!inc_fault_fired()) {
            OK(st, &err);
            break;
        }
        calm();
        if (st != INC_E_NOMEM || err.status != INC_E_NOMEM)
            fail_msg("%s, visit %u: %d", name, nth, st);
        i = inc_live_hold(live);
        assert_int_equal(inc_pool_people(i.pool), before);
        assert_ptr_equal(i.estate, estate);
        inc_image_drop(&i);
        fired++;
    }
    calm();
    if (fired < 5)
        fail_msg("%s: %d failures", name, fired);
    {
        struct inc_image i = inc_live_hold(live);
        assert_int_equal(inc_pool_people(i.pool), after);
        inc_image_drop(&i);
    }
}

static void
the_image_stays(void **state)
{
    struct inc_err err;

    fix = *state;
    for (uint64_t i = 1; i <= 5; i++)
        (void)put_person(fix, text(&fix->arena, "a.", i));
    OK(inc_live_open(&live, estate, fix->s, NULL, NULL, &err), &err);
    press_live("open", open_again, 5, 5);
    press_live("rebuild", rebuild, 5, 5);
    last = put_person(fix, "a.6");
    press_live("apply", apply, 5, 6);
    last = command(fix, INC_OP_CANDIDATE_DELETE, "a.2", NULL);
    IS(run(fix, &last), INC_OK, &last.err);
    press_live("drop", apply, 6, 5);
    inc_live_close(live);
    live = NULL;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch),
        cmocka_unit_test(the_oracle),
        cmocka_unit_test(loading_an_estate),
        cmocka_unit_test(loading_an_estate_in_two_parts),
        cmocka_unit_test_setup_teardown(the_image_stays, start, stop),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

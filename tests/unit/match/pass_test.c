/*
 * The pruned pass against the oracle on pools large enough for trees: filters
 * of every selectivity, rules, facets, cursors through all pages, both
 * attitudes, every kernel this machine runs, and deadlines.
 * INC_ROUNDS in the environment sets how many needs (default 24).
 */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/clock.h"
#include "engine/kernels/kernels.h"
#include "engine/match/match.h"
#include "engine/pool/pool.h"
#include "proto/node.h"
#include "tests/support/records.h"
#include "tests/support/rounds.h"
#include "tests/support/world.h"

enum { PEOPLE = 2600, FIRST = 2300, GENERATION = 5, ARENA = 256 << 20 };
enum { SEED = 20261123, MATCHERS = 8 };

#define BIT(i) (UINT64_C(1) << (i))
#define SET(f, INDEX) ((f)->has |= BIT(INDEX))

static struct inc_estate *estate;
static struct inc_arena memory;
static struct inc_candidate people[PEOPLE];
static struct inc_image image; /* all of them; some rows dead in the tree */
static struct inc_matcher *matcher[MATCHERS];
static size_t matchers;

static uint32_t
rounds(void)
{
    return rounds_or(24);
}

/* ---- the people ---- */

/* Records from..to-1, the first of them as their own and, with `other`, as
 * those of somebody else: they are replaced later. */
static void
add(uint32_t from, uint32_t to, uint32_t other)
{
    struct inc_pool_builder *b;
    struct inc_pool *next;
    struct inc_err err;

    assert_int_equal(inc_pool_begin(&b, &estate->world, &err), INC_OK);
    for (uint32_t i = from; i < to; i++)
        assert_int_equal(inc_pool_add_candidate(
                             b, i + 1, &people[(i + other) % PEOPLE], &err),
                         INC_OK);
    assert_int_equal(inc_pool_end(&next, b, image.pool, GENERATION, &err),
                     INC_OK);
    inc_pool_drop(image.pool);
    image.pool = next;
}

static size_t
trees(void)
{
    struct inc_tree t;
    size_t n = 0;

    for (size_t i = 0; i < inc_pool_blocks(image.pool); i++)
        n += (size_t)inc_block_tree(inc_pool_block(image.pool, i), &t);
    return n;
}

static int
set_up(void **state)
{
    struct inc_rng r = {SEED};
    struct inc_err err;
    const struct inc_kernels *k;

    (void)state;
    estate = world_of_sample();
    if (estate == NULL || inc_arena_init(&memory, ARENA) != INC_OK)
        return -1;
    for (uint64_t i = 0; i < PEOPLE; i++)
        rec_candidate(&people[i], i + 1, &r, &memory, &estate->world,
                      i % 17 == 0 ? 60 : 14);
    image.estate = estate;
    add(0, FIRST, 0);
    add(100, 130, 7); /* dead rows in the tree ... */
    add(100, 130, 0);
    add(FIRST, PEOPLE, 0); /* ... and blocks without one behind it */
    assert_true(trees() >= 1 && inc_pool_blocks(image.pool) >= 2);
    for (; (k = inc_kernels_at(matchers)) != NULL; matchers++) {
        assert_true(matchers < MATCHERS);
        assert_int_equal(inc_matcher_new(&matcher[matchers], k, &err), INC_OK);
    }
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < matchers; i++)
        inc_matcher_free(matcher[i]);
    inc_pool_drop(image.pool);
    inc_arena_release(&memory);
    inc_estate_drop(estate);
    return 0;
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

/* ---- asking ---- */

static struct inc_match_options
options(uint32_t k)
{
    return (struct inc_match_options){.k = k,
                                      .as_of = inc_date_from(2026, 11, 22),
                                      .attitude = INC_PRUDENT,
                                      .explain = 0};
}

/* Ask every kernel and the oracle; the oracle's bytes are left in *q. Work of
 * the last kernel is in q->work. */
static void
ask(struct inc_question *q, const char *what, uint32_t round)
{
    struct inc_question plain = *q, *one = q;

    inc_oracle_run(estate, GENERATION, &plain, walk, NULL);
    for (size_t i = 0; i < matchers; i++) {
        inc_match_run(matcher[i], &image, &one, 1);
        if (q->status != plain.status)
            fail_msg("seed %d, %s %u, kernel %zu: status %d, not %d (%s)", SEED,
                     what, round, i, (int)q->status, (int)plain.status,
                     q->err.what);
        if (q->status == INC_OK &&
            (q->body.len != plain.body.len ||
             memcmp(q->body.data, plain.body.data, q->body.len) != 0))
            fail_msg("seed %d, %s %u, kernel %zu: engine and oracle differ",
                     SEED, what, round, i);
    }
    inc_buf_release(&plain.body);
}

static void
ask_once(const struct inc_need *need, const struct inc_match_options *o,
         const char *what, uint32_t round, struct inc_pass_work *work)
{
    struct inc_question q = {
        .kind = INC_ASK_PEOPLE, .need = need, .options = o};

    ask(&q, what, round);
    if (work != NULL)
        *work = q.work;
    inc_buf_release(&q.body);
}

/* ---- tests ---- */

static void
plain_needs(void **state)
{
    struct inc_rng r = {SEED + 1};
    uint64_t scored = 0, skipped = 0;

    (void)state;
    for (uint32_t round = 0; round < rounds(); round++) {
        struct inc_match_options o = options(1 + inc_rng_below(&r, 20));
        struct inc_pass_work work;
        struct inc_need need;
        struct inc_arena a;

        assert_int_equal(inc_arena_init(&a, 1 << 20), INC_OK);
        rec_need(&need, round, &r, &a, &estate->world,
                 round % 8 == 0 ? 50 : 12);
        o.attitude = round % 3 == 0 ? INC_NEUTRAL : INC_PRUDENT;
        o.explain = round % 4 == 0;
        o.facets = round % 5 == 0;
        ask_once(&need, &o, "plain need", round, &work);
        scored += work.rows_scored;
        skipped += work.rows_sieved < PEOPLE;
        inc_arena_release(&a);
    }
    /* the pass is worth testing only when it leaves people out */
    assert_true(skipped > rounds() / 4);
    assert_true(scored < (uint64_t)rounds() * PEOPLE);
}

/* From nobody to everybody. */
static void
filter(struct inc_filters *f, uint32_t kind, const struct inc_rng *seed,
       struct inc_arena *a)
{
    static const char *const provinces[] = {"LU", "PI", "SP"};
    static const char *const one_office[] = {"CPI-LU"};
    static const char *const offices[] = {"CPI-LU", "CPI-SP", "CPI-TO", ""};
    static const char *const nowhere[] = {"CPI-NOWHERE"};
    struct inc_rng r = *seed;
    int64_t *licence = rec_array(a, 1, sizeof *licence);

    switch (kind) {
    case 0:
        SET(f, inc_field_index(&inc_filters_type, "provinces"));
        f->provinces = (const char **)(uintptr_t)provinces;
        f->n_provinces = 1 + inc_rng_below(&r, 3);
        break;
    case 1:
        SET(f, inc_field_index(&inc_filters_type, "offices"));
        f->offices = (const char **)(uintptr_t)one_office;
        f->n_offices = 1;
        break;
    case 2:
        SET(f, inc_field_index(&inc_filters_type, "offices"));
        f->offices = (const char **)(uintptr_t)offices;
        f->n_offices = 4;
        break;
    case 3:
        SET(f, inc_field_index(&inc_filters_type, "updated_since"));
        f->updated_since = inc_date_from(2026, 1, 1) + rec_between(&r, 0, 339);
        break;
    case 4:
        SET(f, inc_field_index(&inc_filters_type, "available_by"));
        f->available_by = inc_date_from(2026, 11, 1) + rec_between(&r, 0, 299);
        break;
    case 5:
        SET(f, inc_field_index(&inc_filters_type, "language"));
        SET(f, inc_field_index(&inc_filters_type, "language_level"));
        f->language = rec_langs[inc_rng_below(&r, 3)];
        f->language_level = rec_between(&r, 0, 6);
        break;
    case 6:
        SET(f, inc_field_index(&inc_filters_type, "licences"));
        *licence = rec_between(&r, 0, INC_LICENCE_COUNT - 1);
        f->licences = licence;
        f->n_licences = 1;
        break;
    case 7:
        SET(f, inc_field_index(&inc_filters_type, "radius_km"));
        f->radius_km = rec_between(&r, 1, 120);
        break;
    default: /* nobody */
        SET(f, inc_field_index(&inc_filters_type, "offices"));
        f->offices = (const char **)(uintptr_t)nowhere;
        f->n_offices = 1;
        break;
    }
}

static void
filtered(void **state)
{
    struct inc_rng r = {SEED + 2};

    (void)state;
    for (uint32_t round = 0; round < rounds() * 2; round++) {
        struct inc_match_options o = options(1 + inc_rng_below(&r, 15));
        struct inc_need need;
        struct inc_arena a;

        assert_int_equal(inc_arena_init(&a, 1 << 20), INC_OK);
        rec_need(&need, round, &r, &a, &estate->world, 12);
        filter(&o.filters, round % 9, &r, &a);
        if (round % 2 == 1)
            filter(&o.filters, inc_rng_below(&r, 8), &r, &a);
        o.attitude = round % 4 == 0;
        o.facets = round % 3 == 0;
        ask_once(&need, &o, "filter", round, NULL);
        inc_arena_release(&a);
    }
}

static void
ruled(void **state)
{
    struct inc_rng r = {SEED + 3};

    (void)state;
    for (uint32_t round = 0; round < rounds(); round++) {
        struct inc_match_options o = options(1 + inc_rng_below(&r, 15));
        int64_t rules[2] = {round % INC_RULE_COUNT,
                            inc_rng_below(&r, INC_RULE_COUNT)};
        struct inc_need need;
        struct inc_arena a;

        assert_int_equal(inc_arena_init(&a, 1 << 20), INC_OK);
        rec_need(&need, round, &r, &a, &estate->world, 8);
        o.rules = rules;
        o.n_rules = 1 + round % 2;
        o.attitude = round % 4 == 0;
        o.facets = round % 3 == 0;
        if (round % 5 == 0)
            filter(&o.filters, inc_rng_below(&r, 8), &r, &a);
        ask_once(&need, &o, "rules", round, NULL);
        inc_arena_release(&a);
    }
}

/* Text of the page's cursor; 0 when there is none. */
static int
cursor_of(char out[128], const struct inc_buf *body)
{
    const struct inc_node *next;
    struct inc_frame *f;
    struct inc_err err;
    size_t len;
    const char *text;

    assert_int_equal(
        inc_frame_open(&f, body->data, body->len, &inc_reply_limits, &err),
        INC_OK);
    next = inc_node_get(inc_frame_root(f), "cursor");
    if (next != NULL) {
        text = inc_node_text(next, &len);
        (void)snprintf(out, 128, "%.*s", (int)len, text);
    }
    inc_frame_close(f);
    return next != NULL;
}

/* All pages, down to those who have nothing. */
static void
pages(void **state)
{
    static const uint32_t sizes[] = {150, 400, 1000};
    struct inc_rng r = {SEED + 4};

    (void)state;
    for (uint32_t round = 0; round < INC_COUNT(sizes); round++) {
        struct inc_match_options o = options(sizes[round]);
        char cursor[128];
        struct inc_need need;
        struct inc_arena a;
        uint32_t page = 0;
        int more = 1;

        assert_int_equal(inc_arena_init(&a, 1 << 20), INC_OK);
        rec_need(&need, round, &r, &a, &estate->world, 6);
        rec_requirements(&need, &r, &a, estate->world.taxonomy, 3);
        o.attitude = round == 1;
        for (; more; page++) {
            struct inc_question q = {
                .kind = INC_ASK_PEOPLE, .need = &need, .options = &o};

            ask(&q, "page", page);
            assert_int_equal(q.status, INC_OK);
            more = cursor_of(cursor, &q.body);
            o.cursor = cursor;
            inc_buf_release(&q.body);
        }
        assert_true(page > 2400 / sizes[round]);
        inc_arena_release(&a);
    }
}

/* Many with no points at all, whatever is taken away from them: they tie at 0,
 * and the order of ties decides who is on the page. */
static void
nothing_left(void **state)
{
    struct inc_rng r = {SEED + 5};

    (void)state;
    for (uint32_t round = 0; round < rounds(); round++) {
        struct inc_match_options o = options(600 + 100 * inc_rng_below(&r, 5));
        struct inc_need need = {0};
        struct inc_arena a;

        assert_int_equal(inc_arena_init(&a, 1 << 20), INC_OK);
        need.has =
            BIT(INC_NEED_ID) | BIT(INC_NEED_COMUNE) | BIT(INC_NEED_HOURS_WEEK);
        need.id = "N-rare";
        need.seats = 1;
        need.comune = rec_comune(&r, estate->world.geo);
        need.hours_week = 40;
        rec_requirements(&need, &r, &a, estate->world.taxonomy, 1);
        o.attitude = round % 4 == 3;
        if (round % 3 == 2)
            filter(&o.filters, inc_rng_below(&r, 5), &r, &a);
        ask_once(&need, &o, "need of a rare skill", round, NULL);
        inc_arena_release(&a);
    }
}

/* Whenever it passes: late or the right answer, and the next question is
 * answered rightly by the same matcher. */
static void
deadlines(void **state)
{
    struct inc_rng r = {SEED + 6};
    struct inc_match_options o = options(10);
    struct inc_need need;
    struct inc_question q = {
        .kind = INC_ASK_PEOPLE, .need = &need, .options = &o};
    struct inc_question *one = &q;

    (void)state;
    rec_need(&need, 1, &r, &memory, &estate->world, 12);
    rec_requirements(&need, &r, &memory, estate->world.taxonomy, 12);
    q.deadline_ns = 1;
    for (size_t i = 0; i < matchers; i++) {
        inc_match_run(matcher[i], &image, &one, 1);
        assert_int_equal(q.status, INC_E_DEADLINE);
        inc_buf_release(&q.body);
    }
    for (uint64_t ns = 1000; ns < 50000000; ns *= 3) {
        q.deadline_ns = inc_clock_ns() + ns;
        inc_match_run(matcher[0], &image, &one, 1);
        assert_true(q.status == INC_OK || q.status == INC_E_DEADLINE);
        inc_buf_release(&q.body);
    }
    q.deadline_ns = 0;
    ask(&q, "after a deadline", 0);
    inc_buf_release(&q.body);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_needs),  cmocka_unit_test(filtered),
        cmocka_unit_test(ruled),        cmocka_unit_test(pages),
        cmocka_unit_test(nothing_left), cmocka_unit_test(deadlines),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

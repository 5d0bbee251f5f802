/*
 * The engine against the oracle, and what must hold of every answer: lines add
 * up, batches and kernels change nothing, both directions agree.
 * INC_ROUNDS in the environment sets how many needs (default 40).
 */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/match/match.h"
#include "proto/node.h"
#include "tests/support/records.h"
#include "tests/support/rounds.h"
#include "tests/support/world.h"

enum { PEOPLE = 200, ARENA = 64 << 20, SEED = 20261122 };

static struct inc_estate *estate;
static struct inc_arena memory;
static struct inc_candidate people[PEOPLE];

static uint32_t
rounds(void)
{
    return rounds_or(40);
}

static int
set_up(void **state)
{
    struct inc_rng r = {SEED};

    (void)state;
    estate = world_of_sample();
    if (estate == NULL || inc_arena_init(&memory, ARENA) != INC_OK)
        return -1;
    for (uint64_t i = 0; i < PEOPLE; i++)
        rec_candidate(&people[i], i + 1, &r, &memory, &estate->world,
                      i % 17 == 0 ? 60 : 14);
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

/* People from..to-1 as an image, in several blocks; needs may be NULL. */
static struct inc_image
image_of(uint32_t from, uint32_t to, const struct inc_need *needs,
         uint32_t n_needs)
{
    struct inc_image image = {estate, NULL};
    struct inc_err err;
    uint32_t half = from + (to - from) * 2 / 3;

    for (int part = 0; part < 2; part++) {
        struct inc_pool_builder *b;
        struct inc_pool *next;
        uint32_t a = part ? half : from, z = part ? to : half;

        assert_int_equal(inc_pool_begin(&b, &estate->world, &err), INC_OK);
        for (uint32_t i = a; i < z; i++)
            assert_int_equal(inc_pool_add_candidate(b, i + 1, &people[i], &err),
                             INC_OK);
        for (uint32_t i = 0; part == 0 && i < n_needs; i++)
            assert_int_equal(inc_pool_add_need(b, i + 1, &needs[i], &err),
                             INC_OK);
        assert_int_equal(inc_pool_end(&next, b, image.pool, 5, &err), INC_OK);
        inc_pool_drop(image.pool);
        image.pool = next;
    }
    return image;
}

struct range {
    uint32_t from, to;
};

static enum inc_status
walk(void *arg, inc_view_each_fn *row, void *row_arg, struct inc_err *err)
{
    const struct range *range = arg;

    (void)err;
    for (uint32_t i = range->to; i > range->from; i--) { /* any order will do */
        union inc_record r;
        enum inc_status st;
        r.candidate = people[i - 1];
        st = row(row_arg, i, &r);
        if (st != INC_OK)
            return st;
    }
    return INC_OK;
}

static struct inc_match_options
random_options(struct inc_rng *r)
{
    static const char *const lucca[] = {"LU", "PI"};
    static int64_t rules[INC_RULE_COUNT];
    struct inc_match_options o = {.k = 1 + inc_rng_below(r, 12),
                                  .as_of = inc_date_from(2026, 11, 22),
                                  .attitude = rec_between(r, 0, 1),
                                  .explain = 1,
                                  .facets = rec_chance(r, 50)};

    if (rec_chance(r, 15)) {
        int bit = inc_field_index(&inc_filters_type, "provinces");
        o.filters.provinces = (const char **)(uintptr_t)lucca;
        o.filters.n_provinces = 2;
        o.filters.has |= UINT64_C(1) << bit;
    }
    if (rec_chance(r, 15)) {
        int bit = inc_field_index(&inc_filters_type, "updated_since");
        o.filters.updated_since = inc_date_from(2026, 4, 1);
        o.filters.has |= UINT64_C(1) << bit;
    }
    if (rec_chance(r, 30)) {
        rules[0] = rec_between(r, 0, INC_RULE_COUNT - 1);
        rules[1] = rec_between(r, 0, INC_RULE_COUNT - 1);
        o.rules = rules;
        o.n_rules = 2;
    }
    return o;
}

static void
same_bytes(const struct inc_buf *a, const struct inc_buf *b, const char *what,
           uint32_t round)
{
    if (a->len != b->len || memcmp(a->data, b->data, a->len) != 0)
        fail_msg("seed %d round %u: %s differ (%zu and %zu bytes)", SEED, round,
                 what, a->len, b->len);
}

static void
oracle_agrees(void **state)
{
    struct inc_rng r = {SEED + 1};
    struct inc_matcher *m[2];
    const struct inc_kernels *fast = inc_kernels_choose(NULL);
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_matcher_new(&m[0], inc_kernels_at(0), &err), INC_OK);
    assert_int_equal(inc_matcher_new(&m[1], fast, &err), INC_OK);
    for (uint32_t round = 0; round < rounds(); round++) {
        struct range range;
        struct inc_arena a;
        struct inc_need need;
        struct inc_image image;
        struct inc_match_options o = random_options(&r);
        struct inc_question q = {.kind = INC_ASK_PEOPLE, .options = &o};
        struct inc_question plain = q, *one = &q;
        struct inc_buf first = {0};

        assert_int_equal(inc_arena_init(&a, 1 << 20), INC_OK);
        range.from = inc_rng_below(&r, PEOPLE);
        range.to =
            range.from + inc_rng_below(&r, (uint32_t)PEOPLE - range.from + 1);
        rec_need(&need, round, &r, &a, &estate->world,
                 round % 10 == 0 ? 50 : 18);
        q.need = plain.need = &need;
        image = image_of(range.from, range.to, NULL, 0);
        inc_oracle_run(estate, 5, &plain, walk, &range);
        for (int k = 0; k < 2; k++) {
            inc_match_run(m[k], &image, &one, 1);
            assert_int_equal(q.status, plain.status);
            if (q.status == INC_OK)
                same_bytes(&q.body, &plain.body, "engine and oracle", round);
        }
        inc_buf_release(&first);
        inc_buf_release(&q.body);
        inc_buf_release(&plain.body);
        inc_pool_drop(image.pool);
        inc_arena_release(&a);
    }
    inc_matcher_free(m[0]);
    inc_matcher_free(m[1]);
}

static int64_t
number(const struct inc_node *map, const char *key)
{
    const struct inc_node *n = inc_node_get(map, key);
    assert_non_null(n);
    return inc_node_int(n);
}

/* Checks every item of a page; how many there were. */
static size_t
lines_of_page(const struct inc_buf *body, uint32_t round)
{
    struct inc_frame *f;
    struct inc_err err;
    const struct inc_node *items;
    size_t n;

    assert_int_equal(
        inc_frame_open(&f, body->data, body->len, &inc_reply_limits, &err),
        INC_OK);
    items = inc_node_get(inc_frame_root(f), "items");
    assert_non_null(items);
    n = inc_node_count(items);
    for (size_t i = 0; i < n; i++) {
        const struct inc_node *item = inc_node_at(items, i);
        const struct inc_node *lines = inc_node_get(item, "lines");
        int64_t points = 0, lo = 0, hi = 0, max = 0;

        for (size_t l = 0; l < inc_node_count(lines); l++) {
            const struct inc_node *line = inc_node_at(lines, l);
            points += number(line, "points");
            lo += number(line, "lo");
            hi += number(line, "hi");
            max += number(line, "max");
            assert_true(number(line, "max") == 0 ||
                        number(line, "lo") <= number(line, "hi"));
        }
        if (points != number(item, "score") || lo != number(item, "lo") ||
            hi != number(item, "hi") || max != 10000 || lo > points ||
            points > hi || lo < 0 || hi > 10000)
            fail_msg("seed %d round %u item %zu: %lld..%lld..%lld of %lld",
                     SEED, round, i, (long long)lo, (long long)points,
                     (long long)hi, (long long)max);
    }
    inc_frame_close(f);
    return n;
}

static void
lines_add_up(void **state)
{
    struct inc_rng r = {SEED + 2};
    struct inc_matcher *m;
    struct inc_image image = image_of(0, PEOPLE, NULL, 0);
    struct inc_err err;
    size_t pairs = 0;

    (void)state;
    assert_int_equal(inc_matcher_new(&m, inc_kernels_choose(NULL), &err),
                     INC_OK);
    for (uint32_t round = 0; round < rounds(); round++) {
        struct inc_arena a;
        struct inc_need need;
        struct inc_match_options o = {.k = INC_K_MAX,
                                      .as_of = inc_date_from(2026, 11, 22),
                                      .attitude = round % 2,
                                      .explain = 1};
        struct inc_question q = {
            .kind = INC_ASK_PEOPLE, .options = &o, .need = &need};
        struct inc_question *one = &q;

        assert_int_equal(inc_arena_init(&a, 1 << 20), INC_OK);
        rec_need(&need, round, &r, &a, &estate->world, 16);
        inc_match_run(m, &image, &one, 1);
        assert_int_equal(q.status, INC_OK);
        pairs += lines_of_page(&q.body, round);
        inc_buf_release(&q.body);
        inc_arena_release(&a);
    }
    print_message("%zu pairs, every sum equal to its score\n", pairs);
    inc_matcher_free(m);
    inc_pool_drop(image.pool);
}

static void
batches_change_nothing(void **state)
{
    enum { N = 21 }; /* not a multiple of any chunk */
    struct inc_rng r = {SEED + 3};
    struct inc_matcher *m;
    struct inc_image image = image_of(0, PEOPLE, NULL, 0);
    struct inc_match_options o[N];
    struct inc_need need[N];
    struct inc_question q[N], alone[N], *all[N];
    struct inc_arena a;
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_arena_init(&a, 8 << 20), INC_OK);
    assert_int_equal(inc_matcher_new(&m, inc_kernels_choose(NULL), &err),
                     INC_OK);
    for (uint32_t i = 0; i < N; i++) {
        struct inc_question *one = &alone[i];
        o[i] = random_options(&r);
        o[i].n_rules = 0; /* the shared rule array is the generator's */
        rec_need(&need[i], i, &r, &a, &estate->world, i % 5 == 0 ? 70 : 16);
        q[i] = (struct inc_question){
            .kind = INC_ASK_PEOPLE, .options = &o[i], .need = &need[i]};
        alone[i] = q[i];
        all[N - 1 - i] = &q[i];
        inc_match_run(m, &image, &one, 1);
    }
    inc_match_run(m, &image, all, N);
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(q[i].status, alone[i].status);
        same_bytes(&q[i].body, &alone[i].body, "batched and alone", i);
        inc_buf_release(&q[i].body);
        inc_buf_release(&alone[i].body);
    }
    inc_matcher_free(m);
    inc_pool_drop(image.pool);
    inc_arena_release(&a);
}

/* The item with that id in a page; score in *score, or -1. */
static int64_t
score_of(const struct inc_buf *body, const char *id)
{
    struct inc_frame *f;
    struct inc_err err;
    const struct inc_node *items;
    int64_t score = -1;

    assert_int_equal(
        inc_frame_open(&f, body->data, body->len, &inc_reply_limits, &err),
        INC_OK);
    items = inc_node_get(inc_frame_root(f), "items");
    for (size_t i = 0; i < inc_node_count(items); i++) {
        size_t len;
        const char *text =
            inc_node_text(inc_node_get(inc_node_at(items, i), "id"), &len);
        if (strlen(id) == len && memcmp(text, id, len) == 0)
            score = number(inc_node_at(items, i), "score");
    }
    inc_frame_close(f);
    return score;
}

static void
both_directions_agree(void **state)
{
    enum { NEEDS = 12 };
    struct inc_rng r = {SEED + 4};
    struct inc_matcher *m;
    struct inc_need needs[NEEDS];
    struct inc_match_options o = {
        .k = INC_K_MAX, .as_of = inc_date_from(2026, 11, 22), .explain = 1};
    struct inc_question by_need[NEEDS], *all[NEEDS];
    struct inc_image image;
    struct inc_arena a;
    struct inc_err err;
    size_t compared = 0;

    (void)state;
    assert_int_equal(inc_arena_init(&a, 16 << 20), INC_OK);
    assert_int_equal(inc_matcher_new(&m, inc_kernels_choose(NULL), &err),
                     INC_OK);
    for (uint32_t i = 0; i < NEEDS; i++) {
        rec_need(&needs[i], i, &r, &a, &estate->world, 20);
        by_need[i] = (struct inc_question){
            .kind = INC_ASK_PEOPLE, .options = &o, .need = &needs[i]};
        all[i] = &by_need[i];
    }
    image = image_of(0, PEOPLE, needs, NEEDS);
    inc_match_run(m, &image, all, NEEDS);
    for (uint32_t p = 0; p < PEOPLE; p++) {
        struct inc_question q = {
            .kind = INC_ASK_NEEDS, .options = &o, .candidate = &people[p]};
        struct inc_question *one = &q;

        inc_match_run(m, &image, &one, 1);
        assert_int_equal(q.status, people[p].frozen ? INC_E_DENIED : INC_OK);
        for (uint32_t i = 0; q.status == INC_OK && i < NEEDS; i++) {
            int64_t there = score_of(&q.body, needs[i].id);
            int64_t here = score_of(&by_need[i].body, people[p].id);
            if (there != here)
                fail_msg("seed %d: %s and %s: %lld one way, %lld the other",
                         SEED, people[p].id, needs[i].id, (long long)there,
                         (long long)here);
            compared += here >= 0;
        }
        if (q.status == INC_OK)
            (void)lines_of_page(&q.body, p);
        inc_buf_release(&q.body);
    }
    assert_true(compared > 1500);
    for (uint32_t i = 0; i < NEEDS; i++)
        inc_buf_release(&by_need[i].body);
    inc_matcher_free(m);
    inc_pool_drop(image.pool);
    inc_arena_release(&a);
}

/* Page by page gives what one big page gives, each once, in order. */
static void
pages_join_up(void **state)
{
    struct inc_rng r = {SEED + 5};
    struct inc_matcher *m;
    struct inc_image image = image_of(0, PEOPLE, NULL, 0);
    struct inc_match_options o = {
        .k = 7, .as_of = inc_date_from(2026, 11, 22), .explain = 0};
    struct inc_need need;
    struct inc_arena a;
    struct inc_err err;
    char cursor[128] = "";
    size_t seen = 0, expected = 0;
    int64_t last = 10001;

    (void)state;
    assert_int_equal(inc_arena_init(&a, 1 << 20), INC_OK);
    assert_int_equal(inc_matcher_new(&m, inc_kernels_choose(NULL), &err),
                     INC_OK);
    rec_need(&need, 1, &r, &a, &estate->world, 12);
    for (int page = 0; page < 100; page++) {
        struct inc_question q = {
            .kind = INC_ASK_PEOPLE, .options = &o, .need = &need};
        struct inc_question *one = &q;
        struct inc_frame *f;
        const struct inc_node *items, *next;

        o.cursor = cursor[0] == '\0' ? NULL : cursor;
        inc_match_run(m, &image, &one, 1);
        assert_int_equal(q.status, INC_OK);
        assert_int_equal(inc_frame_open(&f, q.body.data, q.body.len,
                                        &inc_reply_limits, &err),
                         INC_OK);
        expected = (size_t)number(inc_frame_root(f), "matched");
        items = inc_node_get(inc_frame_root(f), "items");
        for (size_t i = 0; i < inc_node_count(items); i++) {
            int64_t score = number(inc_node_at(items, i), "score");
            assert_true(score <= last);
            assert_true(number(inc_node_at(items, i), "rank") <=
                        (int64_t)seen + 1);
            last = score;
            seen++;
        }
        next = inc_node_get(inc_frame_root(f), "cursor");
        cursor[0] = '\0';
        if (next != NULL) {
            size_t len;
            const char *text = inc_node_text(next, &len);
            (void)snprintf(cursor, sizeof cursor, "%.*s", (int)len, text);
        }
        inc_frame_close(f);
        inc_buf_release(&q.body);
        if (cursor[0] == '\0')
            break;
    }
    assert_int_equal(seen, expected);
    assert_true(seen > 100);
    inc_matcher_free(m);
    inc_pool_drop(image.pool);
    inc_arena_release(&a);
}

static void
nothing_asked_is_null(void **state)
{
    struct inc_matcher *m;
    struct inc_image image = image_of(0, 3, NULL, 0);
    struct inc_need need = {.has = 1, .id = "N-empty"};
    struct inc_match_options o = {.k = 3, .as_of = inc_date_from(2026, 1, 1)};
    struct inc_question q[2] = {
        {.kind = INC_ASK_PEOPLE, .options = &o, .need = &need},
        {.kind = INC_ASK_PAIR,
         .options = &o,
         .need = &need,
         .candidate = &people[0]}};
    struct inc_question *all[2] = {&q[0], &q[1]};
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_matcher_new(&m, inc_kernels_at(0), &err), INC_OK);
    inc_match_run(m, &image, all, 2);
    for (int i = 0; i < 2; i++) {
        struct inc_frame *f;
        size_t len;
        const char *reason;

        assert_int_equal(q[i].status, INC_OK);
        assert_int_equal(inc_frame_open(&f, q[i].body.data, q[i].body.len,
                                        &inc_reply_limits, &err),
                         INC_OK);
        assert_null(inc_node_get(inc_frame_root(f), "score"));
        reason = inc_node_text(inc_node_get(inc_frame_root(f), "reason"), &len);
        assert_memory_equal(reason, "nothing_asked", len);
        inc_frame_close(f);
        inc_buf_release(&q[i].body);
    }
    inc_matcher_free(m);
    inc_pool_drop(image.pool);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oracle_agrees),
        cmocka_unit_test(lines_add_up),
        cmocka_unit_test(batches_change_nothing),
        cmocka_unit_test(both_directions_agree),
        cmocka_unit_test(pages_join_up),
        cmocka_unit_test(nothing_asked_is_null),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

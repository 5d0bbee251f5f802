/* Ranks, ties and cursors, without people. */
#include "tests/unit/match/tiny.h"

#include "engine/base/mem.h"
#include "engine/base/rng.h"

static struct inc_ranking *r;
static struct inc_match_options o;
static struct inc_err err;
static char cursor[INC_CURSOR_TEXT];

static int
set_up(void **state)
{
    if (r == NULL)
        r = inc_mem_zero(1, sizeof *r);
    memset(&o, 0, sizeof o);
    o.k = 3;
    return r == NULL ? -1 : tiny_reset(state);
}

static int
tear_down(void **state)
{
    inc_mem_free(r);
    return tiny_close(state);
}

static enum inc_status
begin(uint64_t question)
{
    inc_err_clear(&err);
    return inc_ranking_begin(r, &o, question, &tiny_mem, &err);
}

static void
offer(int32_t score, uint64_t tie, uint64_t row)
{
    const struct inc_ranked item = {score, tie, row};
    inc_ranking_offer(r, &item);
}

static void
is(size_t i, int32_t score, uint64_t tie, uint64_t row)
{
    const struct inc_ranked *x = &r->top.heap[i];

    if (x->score != score || x->tie != tie || x->row != row)
        fail_msg("place %zu: %d %llu %llu", i, x->score,
                 (unsigned long long)x->tie, (unsigned long long)x->row);
}

static void
equal_scores_share_a_rank(void **state)
{
    (void)state;
    o.k = 10;
    assert_int_equal(begin(1), INC_OK);
    offer(5000, 9, 1);
    offer(7000, 8, 2);
    offer(5000, 2, 3);
    offer(5000, 9, 0); /* the same hash: the lower row first */
    offer(10000, 7, 5);
    offer(0, 7, 6);
    assert_int_equal(inc_ranking_end(r), 6);
    is(0, 10000, 7, 5);
    is(1, 7000, 8, 2);
    is(2, 5000, 2, 3);
    is(3, 5000, 9, 0);
    is(4, 5000, 9, 1);
    is(5, 0, 7, 6);
    assert_int_equal(inc_ranking_rank(r, 10000), 1);
    assert_int_equal(inc_ranking_rank(r, 7000), 2);
    assert_int_equal(inc_ranking_rank(r, 5000), 3);
    assert_int_equal(inc_ranking_rank(r, 0), 6);
    assert_int_equal(inc_ranking_tied(r, 5000), 3);
    assert_int_equal(inc_ranking_tied(r, 7000), 1);
    assert_int_equal(inc_ranking_tied(r, 6999), 0);
    assert_int_equal(r->matched, 6);
    assert_int_equal(inc_ranking_cursor(r, 1, cursor), 0);
}

/* Tied and rank count everybody, those behind the page and before the cursor
 * too. */
static void
ties_count_beyond_the_page(void **state)
{
    (void)state;
    assert_int_equal(begin(1), INC_OK);
    for (uint64_t i = 0; i < 8; i++)
        offer(4000, 100 - i, i);
    offer(9000, 1, 50);
    assert_int_equal(inc_ranking_end(r), 3);
    is(0, 9000, 1, 50);
    is(1, 4000, 93, 7);
    is(2, 4000, 94, 6);
    assert_int_equal(inc_ranking_tied(r, 4000), 8);
    assert_int_equal(inc_ranking_rank(r, 4000), 2);
    assert_int_equal(r->behind, 6);
    assert_int_equal(inc_ranking_cursor(r, 77, cursor), 1);
    assert_int_equal(strlen(cursor), INC_CURSOR_TEXT - 1);

    o.cursor = cursor;
    assert_int_equal(begin(1), INC_OK);
    assert_int_equal(r->cursor_generation, 77);
    for (uint64_t i = 0; i < 8; i++)
        offer(4000, 100 - i, i);
    offer(9000, 1, 50);
    assert_int_equal(inc_ranking_end(r), 3);
    is(0, 4000, 95, 5);
    is(2, 4000, 97, 3);
    assert_int_equal(inc_ranking_tied(r, 4000), 8);
    assert_int_equal(inc_ranking_rank(r, 4000), 2);
    assert_int_equal(r->matched, 9);
}

static int
order(const void *x, const void *y)
{
    const struct inc_ranked *a = x, *b = y;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (a->tie != b->tie)
        return a->tie < b->tie ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* Whatever the page size: all pages together are the whole order. */
static void
pages_are_the_whole_order(void **state)
{
    enum { N = 200, SEED = 20261122 };
    struct inc_ranked all[N];
    struct inc_rng rng = {SEED};

    for (uint64_t i = 0; i < N; i++)
        all[i] = (struct inc_ranked){(int32_t)inc_rng_below(&rng, 9),
                                     inc_rng_below(&rng, 6), i};
    qsort(all, N, sizeof all[0], order);
    for (int64_t k = 1; k <= N + 1; k += k < 20 ? 1 : 30) {
        size_t seen = 0, n;
        o.k = k;
        o.cursor = NULL;
        do {
            (void)tiny_reset(state);
            assert_int_equal(begin(5), INC_OK);
            for (size_t i = 0; i < N; i++)
                inc_ranking_offer(r, &all[i * 77 % N]);
            n = inc_ranking_end(r);
            for (size_t i = 0; i < n; i++, seen++)
                if (seen >= N || order(&r->top.heap[i], &all[seen]) != 0)
                    fail_msg("seed %d: pages of %lld, item %zu", SEED,
                             (long long)k, seen);
            o.cursor = cursor;
        } while (inc_ranking_cursor(r, 1, cursor));
        assert_int_equal(seen, N);
    }
}

static void
a_full_last_page_has_no_next(void **state)
{
    (void)state;
    assert_int_equal(begin(1), INC_OK);
    assert_int_equal(inc_ranking_end(r), 0);
    assert_int_equal(inc_ranking_cursor(r, 1, cursor), 0);
    assert_int_equal(begin(1), INC_OK);
    for (uint64_t i = 0; i < 3; i++)
        offer(10, i, i);
    assert_int_equal(inc_ranking_end(r), 3);
    assert_int_equal(inc_ranking_cursor(r, 1, cursor), 0);
    assert_int_equal(begin(1), INC_OK);
    for (uint64_t i = 0; i < 4; i++)
        offer(10, i, i);
    assert_int_equal(inc_ranking_end(r), 3);
    assert_int_equal(inc_ranking_cursor(r, 1, cursor), 1);
}

static void
cursors_that_are_none(void **state)
{
    static const char *const bad[] = {"", "x", "0123456789abcdef"};
    char text[INC_CURSOR_TEXT + 2];

    (void)state;
    assert_int_equal(begin(9), INC_OK);
    for (uint64_t i = 0; i < 4; i++)
        offer(10000, UINT64_MAX - i, i);
    (void)inc_ranking_end(r);
    assert_int_equal(inc_ranking_cursor(r, UINT64_MAX, cursor), 1);
    for (size_t i = 0; i < INC_COUNT(bad); i++) {
        o.cursor = bad[i];
        assert_int_equal(begin(9), INC_E_FORMAT);
        assert_string_equal(err.where, "options.cursor");
        assert_true(err.hint[0] != '\0');
    }
    o.cursor = text;
    for (size_t i = 0; i < INC_CURSOR_TEXT - 1; i++) { /* each place matters */
        static const char wrong[] = {'g', 'A', ' ', '-', '\xc3'};
        for (size_t j = 0; j < sizeof wrong; j++) {
            (void)snprintf(text, sizeof text, "%s", cursor);
            text[i] = wrong[j];
            if (begin(9) != INC_E_FORMAT)
                fail_msg("place %zu: %c passed", i, wrong[j]);
        }
    }
    (void)snprintf(text, sizeof text, "%s0", cursor); /* one too many */
    assert_int_equal(begin(9), INC_E_FORMAT);
    (void)snprintf(text, sizeof text, "%s", cursor);
    (void)snprintf(text, sizeof text, "00002711%s",
                   cursor + 8); /* a score of 10001 */
    assert_int_equal(begin(9), INC_E_FORMAT);
    (void)snprintf(text, sizeof text, "00002710%s", cursor + 8);
    assert_int_equal(begin(9), INC_OK);
    assert_int_equal(r->after.score, 10000);
    assert_true(r->after.tie == UINT64_MAX - 1);
    assert_true(r->cursor_generation == UINT64_MAX);
}

static void
a_cursor_of_another_question(void **state)
{
    (void)state;
    assert_int_equal(begin(9), INC_OK);
    for (uint64_t i = 0; i < 4; i++)
        offer(1, i, i);
    (void)inc_ranking_end(r);
    assert_int_equal(inc_ranking_cursor(r, 1, cursor), 1);
    o.cursor = cursor;
    assert_int_equal(begin(10), INC_E_CONFLICT);
    assert_string_equal(err.where, "options.cursor");
    assert_true(err.hint[0] != '\0');
    assert_int_equal(begin(9), INC_OK);
}

static void
no_room_for_a_page(void **state)
{
    struct inc_arena a;

    (void)state;
    assert_int_equal(inc_arena_init(&a, 64), INC_OK);
    o.k = 1000;
    assert_int_equal(inc_ranking_begin(r, &o, 1, &a, &err), INC_E_NOMEM);
    assert_int_equal(err.status, INC_E_NOMEM);
    inc_arena_release(&a);
}

static uint64_t
hash(const char *subject)
{
    struct inc_buf b = {0};
    uint64_t h = 0;

    inc_buf_text(&b, subject);
    assert_int_equal(inc_question_hash(&h, &b, &o, &err), INC_OK);
    b.failed = 1; /* the subject was cut short */
    assert_int_equal(inc_question_hash(&(uint64_t){0}, &b, &o, &err),
                     INC_E_NOMEM);
    inc_buf_release(&b);
    return h;
}

/* What shapes the order is in the hash; what only shows it is not. */
static void
the_hash_of_a_question(void **state)
{
    uint64_t has_attitude =
        BIT(inc_field_index(&inc_match_options_type, "attitude"));
    uint64_t has_k = BIT(inc_field_index(&inc_match_options_type, "k"));
    uint64_t has_filters =
        BIT(inc_field_index(&inc_match_options_type, "filters"));
    uint64_t has_rules = BIT(inc_field_index(&inc_match_options_type, "rules"));
    int64_t rule = INC_RULE_HOURS;
    uint64_t h[6];

    (void)state;
    o.as_of = 100;
    h[0] = hash("abc");
    assert_true(h[0] == hash("abc"));
    h[1] = hash("abd");
    o.as_of = 101;
    h[2] = hash("abc");
    o.as_of = 100;
    o.has = has_attitude;
    o.attitude = INC_PRUDENT;
    h[3] = hash("abc");
    o.has = has_rules;
    o.rules = &rule;
    o.n_rules = 1;
    h[4] = hash("abc");
    o.has = has_filters;
    o.filters.has = BIT(inc_field_index(&inc_filters_type, "updated_since"));
    o.filters.updated_since = 5;
    h[5] = hash("abc");
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < i; j++)
            if (h[i] == h[j])
                fail_msg("questions %d and %d have one hash", i, j);
    o.has = has_k;
    o.k = 999;
    o.explain = 1;
    o.lang = "en";
    assert_true(hash("abc") == h[0]);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(equal_scores_share_a_rank), TEST(ties_count_beyond_the_page),
        TEST(pages_are_the_whole_order), TEST(a_full_last_page_has_no_next),
        TEST(cursors_that_are_none),     TEST(a_cursor_of_another_question),
        TEST(no_room_for_a_page),        TEST(the_hash_of_a_question),
    };
    return cmocka_run_group_tests(tests, tiny_open, tear_down);
}

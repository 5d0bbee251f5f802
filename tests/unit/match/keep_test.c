/*
 * Rows that pass the filters, as bitmaps: every filter and row as
 * inc_screen_person() says; remembered ones stay right when more are asked for
 * than fit, and what a question borrowed stays as it is until the next.
 */
#include "engine/match/keep.h"
#include "tests/unit/match/crowd.h"

enum { SEED = 818283, BLOCKS = 40, BLOCK_PEOPLE = 24 };

#define BIT(i) (UINT64_C(1) << (i))

static struct inc_keep keep;
static struct inc_arena scratch; /* of one question */

/* ---- filters ---- */

static void
random_filters(struct inc_match_options *o, struct inc_rng *r,
               struct inc_arena *a)
{
    static const char *const sigle[] = {"LU", "PI", "SP", "TO", "FI"};
    static const char *const offices[] = {"CPI-LU", "", "CPI-TO", "nowhere"};
    struct inc_filters *f = &o->filters;
    uint32_t which = inc_rng_below(r, 255);

    memset(o, 0, sizeof *o);
    if (which & 1) {
        f->has |= BIT(INC_FILTER_PROVINCES);
        f->n_provinces = 1;
        f->provinces = rec_array(a, 1, sizeof(char *));
        f->provinces[0] = sigle[inc_rng_below(r, 2)];
    }
    if (which & 2) {
        f->has |= BIT(INC_FILTER_AVAILABLE_BY);
        f->available_by = inc_date_from(2026, 11, 1) + rec_between(r, 0, 420);
    }
    if (which & 4) {
        f->has |= BIT(INC_FILTER_LANGUAGE);
        f->language = rec_langs[inc_rng_below(r, 4)];
        if (rec_chance(r, 70)) {
            f->has |= BIT(INC_FILTER_LANGUAGE_LEVEL);
            f->language_level = rec_between(r, 0, 6);
        }
    }
    if (which & 8) {
        f->has |= BIT(INC_FILTER_LICENCES);
        f->n_licences = 1;
        f->licences = rec_array(a, 1, sizeof(int64_t));
        f->licences[0] = rec_between(r, 0, INC_LICENCE_COUNT - 1);
    }
    if (which & 16) {
        f->has |= BIT(INC_FILTER_OFFICES);
        f->n_offices = 1 + inc_rng_below(r, 2);
        f->offices = rec_array(a, 2, sizeof(char *));
        f->offices[0] = offices[inc_rng_below(r, 4)];
        f->offices[1] = offices[inc_rng_below(r, 4)];
    }
    if (which & 32) {
        f->has |= BIT(INC_FILTER_UPDATED_SINCE);
        f->updated_since = inc_date_from(2026, 1, 1) + rec_between(r, 0, 330);
    }
    if (which & 64) {
        f->has |= BIT(INC_FILTER_RADIUS_KM);
        f->radius_km = rec_between(r, 1, 150);
    }
}

static void
make_screen(struct inc_screen *s, const struct inc_match_options *o,
            struct inc_arena *a)
{
    struct inc_err err;

    if (inc_screen_make(s, o, estate->world.geo, 3, 1, a, &err) != INC_OK)
        fail_msg("screen: %s %s", err.what, err.where);
}

static void
right(const uint64_t *bits, const struct inc_screen *s,
      const struct inc_block *b)
{
    const uint32_t rows = inc_block_rows(b);

    for (uint32_t row = 0; row < rows; row++) {
        struct inc_person p;

        inc_block_person(b, row, NULL, &p);
        assert_int_equal(
            bits[row / 64] >> row % 64 & 1,
            inc_screen_person(s, &p, inc_block_office(b, p.office)));
    }
    if (rows % 64 != 0)
        assert_int_equal(bits[rows / 64] >> rows % 64, 0);
}

static int
open_all(void **state)
{
    return crowd_open(state) || inc_arena_init(&scratch, 16 << 20) != INC_OK
               ? -1
               : 0;
}

static int
close_all(void **state)
{
    inc_arena_release(&scratch);
    return crowd_close(state);
}

/* ---- tests ---- */

static void
as_the_screen_says(void **state)
{
    struct inc_rng r = {SEED};
    const struct inc_block *b = inc_pool_block(crowd, 0);

    (void)state;
    for (uint32_t round = 0; round < 400; round++) {
        unsigned char digest[INC_DIGEST];
        struct inc_match_options o;
        struct inc_screen s;
        const uint64_t *bits, *again;
        uint64_t misses;

        inc_arena_reset(&scratch);
        random_filters(&o, &r, &scratch);
        make_screen(&s, &o, &scratch);
        if (!inc_screen_filters(&s)) {
            assert_int_equal(o.filters.has, 0);
            continue;
        }
        inc_keep_digest(digest, &s);
        inc_keep_begin(&keep);
        assert_int_equal(inc_keep_rows(&bits, &keep, &s, digest, b, &scratch),
                         INC_OK);
        right(bits, &s, b);
        misses = keep.misses;
        inc_keep_begin(&keep);
        assert_int_equal(inc_keep_rows(&again, &keep, &s, digest, b, &scratch),
                         INC_OK);
        assert_ptr_equal(again, bits); /* remembered */
        assert_int_equal(keep.misses, misses);
    }
    inc_keep_release(&keep);
}

/* Different filters, different digests; the same again, the same. */
static void
digests(void **state)
{
    enum { N = 300 };
    static unsigned char digest[N][INC_DIGEST];
    static unsigned char bits[N][CROWD];
    const struct inc_block *b = inc_pool_block(crowd, 0);
    struct inc_rng r = {SEED + 1};

    (void)state;
    for (int i = 0; i < N; i++) {
        struct inc_match_options o;
        struct inc_screen s;

        inc_arena_reset(&scratch);
        random_filters(&o, &r, &scratch);
        make_screen(&s, &o, &scratch);
        inc_keep_digest(digest[i], &s);
        for (uint32_t row = 0; row < CROWD; row++) {
            struct inc_person p;

            inc_block_person(b, row, NULL, &p);
            bits[i][row] = (unsigned char)inc_screen_person(
                &s, &p, inc_block_office(b, p.office));
        }
        for (int k = 0; k < i; k++)
            if (memcmp(digest[k], digest[i], INC_DIGEST) == 0)
                assert_memory_equal(bits[k], bits[i], CROWD);
    }
}

/* A digest for what could be said two ways with the same bytes. */
static void
no_digest_twice(void **state)
{
    static const char *one[] = {"ab", "c"}, *other[] = {"a", "bc"},
                      *first[] = {"ab"};
    struct inc_match_options o = {0};
    unsigned char a[INC_DIGEST], b[INC_DIGEST], c[INC_DIGEST], d[INC_DIGEST];
    struct inc_screen s;

    (void)state;
    o.filters.has = BIT(INC_FILTER_OFFICES);
    o.filters.offices = one;
    o.filters.n_offices = 2;
    make_screen(&s, &o, &scratch);
    inc_keep_digest(a, &s);
    o.filters.offices = other;
    inc_keep_digest(b, &s);
    o.filters.offices = first;
    o.filters.n_offices = 1;
    inc_keep_digest(c, &s);
    o.filters.language = "ab";
    o.filters.has = BIT(INC_FILTER_LANGUAGE);
    o.filters.n_offices = 0;
    inc_keep_digest(d, &s);
    assert_memory_not_equal(a, b, INC_DIGEST);
    assert_memory_not_equal(a, c, INC_DIGEST);
    assert_memory_not_equal(c, d, INC_DIGEST);
    o.filters.has |= BIT(INC_FILTER_LANGUAGE_LEVEL);
    inc_keep_digest(a, &s); /* level 0 said is not level unsaid */
    assert_memory_not_equal(a, d, INC_DIGEST);
}

/* Many blocks and more filters than there is room for: what this question
 * borrowed is not touched by what it borrows later. */
static void
pinned(void **state)
{
    enum { FILTERS = 250 };
    static const uint64_t *held[BLOCKS];
    struct inc_pool *pool[BLOCKS];
    struct inc_rng r = {SEED + 2};
    struct inc_err err;
    uint64_t arena_ones = 0;

    (void)state;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        struct inc_pool_builder *b;

        assert_int_equal(inc_pool_begin(&b, &estate->world, &err), INC_OK);
        for (uint32_t k = 0; k < BLOCK_PEOPLE + i; k++)
            assert_int_equal(inc_pool_add_candidate(
                                 b, k, &people[i * BLOCK_PEOPLE + k], &err),
                             INC_OK);
        assert_int_equal(inc_pool_end(&pool[i], b, NULL, 1, &err), INC_OK);
    }
    for (int round = 0; round < FILTERS; round++) {
        unsigned char digest[INC_DIGEST];
        struct inc_match_options o;
        struct inc_screen s;

        inc_arena_reset(&scratch);
        random_filters(&o, &r, &scratch);
        make_screen(&s, &o, &scratch);
        inc_keep_digest(digest, &s);
        inc_keep_begin(&keep);
        for (uint32_t i = 0; i < BLOCKS; i++) {
            assert_int_equal(inc_keep_rows(&held[i], &keep, &s, digest,
                                           inc_pool_block(pool[i], 0),
                                           &scratch),
                             INC_OK);
        }
        for (uint32_t i = 0; i < BLOCKS; i++)
            right(held[i], &s, inc_pool_block(pool[i], 0));
    }
    assert_true(keep.misses > INC_KEEP_ENTRIES); /* so some were put out */
    /* one question over more blocks than a set has ways: all filters of all
     * blocks at once, which no memory of 2048 holds */
    {
        static const uint64_t *all[FILTERS][BLOCKS];
        static struct inc_screen screen[FILTERS];
        static struct inc_match_options o[FILTERS];

        inc_arena_reset(&scratch);
        inc_keep_begin(&keep);
        for (int f = 0; f < FILTERS; f++) {
            unsigned char digest[INC_DIGEST];

            random_filters(&o[f], &r, &scratch);
            make_screen(&screen[f], &o[f], &scratch);
            inc_keep_digest(digest, &screen[f]);
            for (uint32_t i = 0; i < BLOCKS; i++) {
                const uint64_t *bits;

                assert_int_equal(inc_keep_rows(&bits, &keep, &screen[f], digest,
                                               inc_pool_block(pool[i], 0),
                                               &scratch),
                                 INC_OK);
                all[f][i] = bits;
            }
        }
        for (size_t e = 0; e < INC_KEEP_ENTRIES; e++)
            arena_ones += keep.entries[e].used >= keep.pinned;
        assert_true(arena_ones < (uint64_t)FILTERS * BLOCKS);
        for (int f = 0; f < FILTERS; f++)
            for (uint32_t i = 0; i < BLOCKS; i++)
                right(all[f][i], &screen[f], inc_pool_block(pool[i], 0));
    }
    for (uint32_t i = 0; i < BLOCKS; i++)
        inc_pool_drop(pool[i]);
    inc_keep_release(&keep);
    inc_keep_release(&keep); /* twice is fine */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_screen_says),
        cmocka_unit_test(digests),
        cmocka_unit_test(no_digest_twice),
        cmocka_unit_test(pinned),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}

/* Random histories of a pool against a plain array, and what pools share. */
#include "tests/unit/pool/people.h"

enum { SEED = 515151, NUMBERS = 700 };

static void
check_pool(const struct inc_pool *p, const uint64_t *model, int deep)
{
    uint64_t behind = 0;

    check_people(p, model, NUMBERS, deep);
    /* So few that every run is one block and no merge waits. */
    for (size_t i = inc_pool_blocks(p); i-- > 0;) {
        assert_true(behind * 2 < inc_pool_live(p, i));
        assert_true(inc_pool_live(p, i) >=
                    inc_block_rows(inc_pool_block(p, i)) / 2);
        behind += inc_pool_live(p, i);
    }
    assert_false(inc_pool_due(p));
}

/* One write: a few or many records added, replaced, frozen or dropped. */
static struct inc_pool *
step(struct inc_pool *old, uint64_t *model, struct inc_rng *r, uint32_t round)
{
    uint32_t n = inc_rng_below(r, round % 10 == 0 ? 300 : 6);
    struct inc_pool_builder *b;
    struct inc_pool *next;
    struct inc_err err;

    assert_int_equal(inc_pool_begin(&b, &world, &err), INC_OK);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t no = inc_rng_below(r, NUMBERS);
        uint64_t seed = 1 + inc_rng_below(r, 1000000);
        struct record rec;

        switch (inc_rng_below(r, round % 20 < 10 ? 8 : 2)) {
        case 0:
            assert_int_equal(inc_pool_drop_candidate(b, no, &err), INC_OK);
            model[no] = 0;
            break;
        case 1:
            make_record(&rec, seed);
            rec.c.has |= BIT(INC_CANDIDATE_FROZEN);
            rec.c.frozen = inc_rng_below(r, 2);
            assert_int_equal(inc_pool_add_candidate(b, no, &rec.c, &err),
                             INC_OK);
            model[no] = rec.c.frozen ? 0 : seed;
            break;
        default:
            make_record(&rec, seed);
            assert_int_equal(inc_pool_add_candidate(b, no, &rec.c, &err),
                             INC_OK);
            model[no] = seed;
        }
    }
    assert_int_equal(inc_pool_end(&next, b, old, round, &err), INC_OK);
    assert_int_equal(inc_pool_generation(next), round);
    return next;
}

static void
histories(void **state)
{
    enum { KEPT = 3, ROUNDS = 400 };
    struct inc_rng r = {SEED};
    uint64_t model[NUMBERS] = {0}, kept_model[KEPT][NUMBERS];
    struct inc_pool *pool = NULL, *kept[KEPT] = {NULL};

    (void)state;
    print_message("seed %d\n", SEED);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        struct inc_pool *next = step(pool, model, &r, round);

        inc_pool_drop(pool);
        pool = next;
        check_pool(pool, model, round % 40 == 0);
        if (round % 25 == 0) { /* an old pool is still what it was */
            uint32_t k = inc_rng_below(&r, KEPT);

            if (kept[k] != NULL)
                check_pool(kept[k], kept_model[k], 0);
            inc_pool_drop(kept[k]);
            kept[k] = inc_pool_hold(pool);
            memcpy(kept_model[k], model, sizeof model);
        }
    }
    inc_pool_drop(pool);
    for (int k = 0; k < KEPT; k++) {
        if (kept[k] != NULL)
            check_pool(kept[k], kept_model[k], 1);
        inc_pool_drop(kept[k]);
    }
}

/* ---- particular cases ---- */

static struct inc_pool *
write_rows(struct inc_pool *old, uint64_t first, uint64_t n, uint64_t *model)
{
    struct inc_pool_builder *b;
    struct inc_pool *next;

    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint64_t no = first + n; no-- > first;) {
        struct record rec;

        model[no] = 100 + no;
        make_record(&rec, model[no]);
        assert_int_equal(inc_pool_add_candidate(b, no, &rec.c, NULL), INC_OK);
    }
    assert_int_equal(inc_pool_end(&next, b, old, 1, NULL), INC_OK);
    inc_pool_drop(old);
    return next;
}

static void
nobody(void **state)
{
    uint64_t model[NUMBERS] = {0};
    struct inc_pool_builder *b;
    struct inc_pool *p;

    (void)state;
    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    assert_int_equal(inc_pool_drop_candidate(b, 3, NULL), INC_OK);
    assert_int_equal(inc_pool_end(&p, b, NULL, 5, NULL), INC_OK);
    check_pool(p, model, 0);
    assert_int_equal(inc_pool_blocks(p), 0);
    assert_int_equal(inc_pool_needs(p), 0);
    assert_null(inc_pool_need_at(p, 0));
    inc_pool_drop(p);
    inc_pool_drop(NULL);
    inc_pool_abandon(NULL);
}

/* Row counts on both sides of the bitmap's words. */
static void
bitmap_edges(void **state)
{
    static const uint64_t sizes[] = {1, 63, 64, 65, 127, 128, 129};

    (void)state;
    for (size_t s = 0; s < INC_COUNT(sizes); s++) {
        uint64_t model[NUMBERS] = {0};
        struct inc_pool *p = write_rows(NULL, 0, sizes[s], model);
        struct inc_pool_builder *b;
        struct inc_pool *next;

        check_pool(p, model, s == 3);
        assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
        assert_int_equal(inc_pool_drop_candidate(b, sizes[s] - 1, NULL),
                         INC_OK);
        assert_int_equal(inc_pool_end(&next, b, p, 2, NULL), INC_OK);
        check_pool(p, model, 0);
        model[sizes[s] - 1] = 0;
        check_pool(next, model, 0);
        inc_pool_drop(p);
        inc_pool_drop(next);
    }
}

/* A small write shares the big block; its bitmap is its own. */
static void
sharing(void **state)
{
    uint64_t model[NUMBERS] = {0}, before[NUMBERS];
    struct inc_pool *p = write_rows(NULL, 0, 500, model), *next;

    (void)state;
    memcpy(before, model, sizeof model);
    next = write_rows(inc_pool_hold(p), 500, 20, model);
    assert_int_equal(inc_pool_blocks(next), 2);
    assert_ptr_equal(inc_pool_block(next, 0), inc_pool_block(p, 0));
    assert_ptr_equal(inc_pool_dead(next, 0), inc_pool_dead(p, 0));
    next = write_rows(next, 100, 3, model); /* replaces: bitmap copied */
    assert_ptr_equal(inc_pool_block(next, 0), inc_pool_block(p, 0));
    assert_ptr_not_equal(inc_pool_dead(next, 0), inc_pool_dead(p, 0));
    check_pool(p, before, 0);
    check_pool(next, model, 0);
    inc_pool_drop(p);
    next = write_rows(next, 520, 180, model); /* over half: merged */
    next = write_rows(next, 0, 240, model);
    assert_int_equal(inc_pool_blocks(next), 1);
    check_pool(next, model, 1);
    inc_pool_drop(next);
}

/* People only leave: a block that is mostly dead is written anew. */
static void
mostly_gone(void **state)
{
    uint64_t model[NUMBERS] = {0};
    struct inc_pool *p = write_rows(NULL, 0, 500, model), *next;

    (void)state;
    for (uint64_t no = 0; no < 500; no += 10) {
        struct inc_pool_builder *b;

        assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
        for (uint64_t i = no; i < no + 10; i++) {
            assert_int_equal(inc_pool_drop_candidate(b, i, NULL), INC_OK);
            model[i] = 0;
        }
        assert_int_equal(inc_pool_end(&next, b, p, 2, NULL), INC_OK);
        inc_pool_drop(p);
        p = next;
        check_pool(p, model, 0);
        if (no == 250)
            assert_int_equal(inc_block_rows(inc_pool_block(p, 0)), 240);
    }
    assert_int_equal(inc_pool_blocks(p), 0);
    inc_pool_drop(p);
}

static void
other_world(void **state)
{
    uint64_t model[NUMBERS] = {0};
    struct inc_pool *p = write_rows(NULL, 0, 3, model), *next = NULL;
    struct inc_space *was = the_space;
    struct inc_pool_builder *b;
    struct inc_err err;

    (void)state;
    make_space(); /* the same vectors, but another object */
    world.space = the_space;
    assert_int_equal(inc_pool_begin(&b, &world, &err), INC_OK);
    assert_int_equal(inc_pool_end(&next, b, p, 3, &err), INC_E_MISMATCH);
    inc_space_free(was);
    assert_null(next);
    check_pool(p, model, 0);
    inc_pool_drop(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody),       cmocka_unit_test(histories),
        cmocka_unit_test(bitmap_edges), cmocka_unit_test(sharing),
        cmocka_unit_test(mostly_gone),  cmocka_unit_test(other_world),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}

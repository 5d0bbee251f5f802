/*
 * Merges in the background: random histories in which people change, leave and
 * come between the making of a merge and its installation.
 */
#include "tests/unit/pool/people.h"

enum { SEED = 919191, NUMBERS = 40000, CHECKED = 12 };

static uint64_t model[NUMBERS];

/* People with little to say, so that many are quickly made; what is said
 * follows from the seed. */
static void
plain_record(struct record *r, uint64_t seed)
{
    memset(&r->c, 0, sizeof r->c);
    (void)snprintf(r->id, sizeof r->id, "p%llu", (unsigned long long)seed);
    r->c.id = r->id;
    r->c.has = BIT(INC_CANDIDATE_OFFICE) | BIT(INC_CANDIDATE_SKILLS) |
               BIT(INC_CANDIDATE_UPDATED);
    r->c.office = offices[seed % 3];
    r->c.updated = (int64_t)(seed % 1000);
    for (uint32_t i = 0; i < 3; i++)
        r->skills[i] =
            (struct inc_skill){.has = BIT(INC_SKILL_URI) | BIT(INC_SKILL_LEVEL),
                               .uri = skill_uri((uint32_t)(seed % 700 + i)),
                               .level = (int64_t)(1 + seed % 4)};
    r->c.skills = r->skills;
    r->c.n_skills = 3 - (uint32_t)(seed % 3);
    if (seed % 7 == 0) /* not known to the taxonomy */
        r->skills[0].uri = "http://test/skill/other";
}

static void
check_person(const struct inc_pool *p, uint64_t no, uint64_t seed)
{
    static struct inc_room room;
    static struct record r;
    const struct inc_block *b;
    struct inc_person x;
    size_t block;
    uint32_t row;

    plain_record(&r, seed);
    if (inc_pool_find(p, no, &block, &row) != 0)
        fail_msg("%llu is not there", (unsigned long long)no);
    b = inc_pool_block(p, block);
    inc_block_person(b, row, &room, &x);
    assert_int_equal(x.no, no);
    assert_string_equal(x.id, r.id);
    assert_int_equal(x.updated, seed % 1000);
    assert_int_equal(x.n_unknown, seed % 7 == 0);
    assert_int_equal(x.n_words, r.c.n_skills - (seed % 7 == 0));
    for (uint32_t i = 0; i < x.n_words; i++)
        assert_int_equal(INC_WORD_CONCEPT(x.words[i]),
                         seed % 700 + i + (seed % 7 == 0));
    assert_string_equal(inc_block_office(b, x.office), r.c.office);
}

static void
check_model(const struct inc_pool *p)
{
    uint64_t people = 0, unknown = 0, rows = 0;

    for (uint64_t no = 0; no < NUMBERS; no++) {
        size_t block;
        uint32_t row;

        if (model[no] != 0) {
            check_person(p, no, model[no]);
            people++;
            unknown += model[no] % 7 == 0;
        } else {
            assert_int_equal(inc_pool_find(p, no, &block, &row), -1);
        }
    }
    assert_int_equal(inc_pool_people(p), people);
    assert_int_equal(inc_pool_unknown(p), unknown);
    check_naming(p);
    for (size_t i = 0; i < inc_pool_blocks(p); i++) {
        uint32_t live = 0;

        for (uint32_t r = 0; r < inc_block_rows(inc_pool_block(p, i)); r++)
            live += !is_dead(p, i, r);
        assert_int_equal(inc_pool_live(p, i), live);
        rows += live;
    }
    assert_int_equal(rows, people);
}

/* Up to `most` numbers from `first` on, within `spread`, changed or dropped. */
static struct inc_pool *
change(struct inc_pool *old, struct inc_rng *r, uint32_t most, uint32_t gone)
{
    uint32_t n = 1 + inc_rng_below(r, most);
    uint32_t spread = 1 + inc_rng_below(r, NUMBERS);
    uint32_t first = inc_rng_below(r, NUMBERS - spread + 1);
    struct inc_pool_builder *b;
    struct inc_pool *next;

    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t no = first + inc_rng_below(r, spread);
        static struct record rec;

        if (inc_rng_below(r, 100) < gone) {
            model[no] = 0;
            assert_int_equal(inc_pool_drop_candidate(b, no, NULL), INC_OK);
            continue;
        }
        model[no] = 1 + inc_rng_below(r, 1000000);
        plain_record(&rec, model[no]);
        assert_int_equal(inc_pool_add_candidate(b, no, &rec.c, NULL), INC_OK);
    }
    assert_int_equal(inc_pool_end(&next, b, old, 7, NULL), INC_OK);
    inc_pool_drop(old);
    return next;
}

static struct inc_pool *
install(struct inc_pool *now, struct inc_merge *m)
{
    struct inc_pool *next;
    struct inc_err err;

    enum inc_status st = inc_merge_install(&next, now, m, &err);

    if (st == INC_E_CONFLICT) /* all its sources were small and are gone */
        return now;
    if (st != INC_OK)
        fail_msg("%s", err.what);
    assert_int_equal(inc_pool_generation(next), inc_pool_generation(now));
    inc_pool_drop(now);
    return next;
}

static void
histories(void **state)
{
    struct inc_rng r = {SEED};
    struct inc_pool *p = NULL;
    struct inc_merge *m = NULL;
    uint32_t merges = 0, waits = 0;

    (void)state;
    print_message("seed %d\n", SEED);
    memset(model, 0, sizeof model);
    for (uint32_t round = 0; round < 240; round++) {
        uint32_t kind = inc_rng_below(&r, 10);

        p = change(p, &r,
                   kind < 2   ? 20000
                   : kind < 6 ? 3000
                              : 40,
                   round % 40 < 25 ? 10 : 90);
        if (m != NULL && waits-- == 0) {
            p = install(p, m);
            m = NULL;
            merges++;
        }
        if (m == NULL && inc_pool_due(p)) {
            assert_int_equal(inc_merge_make(&m, p, NULL), INC_OK);
            waits = inc_rng_below(&r, 4);
        }
        if (round % CHECKED == 0)
            check_model(p);
    }
    while (m != NULL || inc_pool_due(p)) { /* until nothing waits */
        if (m == NULL)
            assert_int_equal(inc_merge_make(&m, p, NULL), INC_OK);
        p = install(p, m);
        m = NULL;
    }
    check_model(p);
    assert_true(merges > 20);
    assert_true(inc_pool_blocks(p) < 20);
    inc_pool_drop(p);
}

/* Fill the pool with `n` people of seed no + 1 from `first` on. */
static struct inc_pool *
fill(struct inc_pool *old, uint64_t first, uint64_t n)
{
    struct inc_pool_builder *b;
    struct inc_pool *next;
    static struct record rec;

    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint64_t no = first; no < first + n; no++) {
        model[no] = no + 1;
        plain_record(&rec, model[no]);
        assert_int_equal(inc_pool_add_candidate(b, no, &rec.c, NULL), INC_OK);
    }
    assert_int_equal(inc_pool_end(&next, b, old, 3, NULL), INC_OK);
    inc_pool_drop(old);
    return next;
}

/* A write that is too large to merge leaves the old run as it is. */
static void
left_due(void **state)
{
    struct inc_pool *p, *next;
    const struct inc_block *big;
    struct inc_merge *m;

    (void)state;
    memset(model, 0, sizeof model);
    p = fill(NULL, 0, 12000);
    assert_false(inc_pool_due(p));
    big = inc_pool_block(p, 0);
    p = fill(p, 12000, 7000);
    assert_int_equal(inc_pool_blocks(p), 2);
    assert_ptr_equal(inc_pool_block(p, 0), big);
    assert_true(inc_pool_due(p));
    assert_int_equal(inc_merge_make(&m, p, NULL), INC_OK);
    next = install(inc_pool_hold(p), m);
    assert_int_equal(inc_pool_blocks(next), 1);
    assert_false(inc_pool_due(next));
    check_model(next);
    check_model(p);
    assert_int_equal(inc_merge_make(&m, next, NULL), INC_OK);
    next = install(next, m); /* nothing was due: the same */
    check_model(next);
    inc_pool_drop(next);
    assert_int_equal(inc_merge_make(&m, p, NULL), INC_OK);
    inc_pool_drop(p);
    inc_merge_free(m); /* held the pool */
    inc_merge_free(NULL);
}

/* Most of a large run leaves: it is due, and what is left is written anew. */
static void
mostly_gone(void **state)
{
    struct inc_pool_builder *b;
    struct inc_pool *p, *next;
    struct inc_merge *m;

    (void)state;
    memset(model, 0, sizeof model);
    p = fill(NULL, 0, 30000);
    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint64_t no = 0; no < 16000; no++) {
        assert_int_equal(inc_pool_drop_candidate(b, no, NULL), INC_OK);
        model[no] = 0;
    }
    assert_int_equal(inc_pool_end(&next, b, p, 4, NULL), INC_OK);
    inc_pool_drop(p);
    assert_int_equal(inc_block_rows(inc_pool_block(next, 0)), 30000);
    assert_true(inc_pool_due(next));
    assert_int_equal(inc_merge_make(&m, next, NULL), INC_OK);
    next = install(next, m);
    assert_int_equal(inc_block_rows(inc_pool_block(next, 0)), 14000);
    assert_false(inc_pool_due(next));
    check_model(next);
    inc_pool_drop(next);
}

/* All rebuilt meanwhile: the merge is of no use. */
static void
rebuilt(void **state)
{
    struct inc_pool *p, *other, *next = NULL;
    struct inc_merge *m;
    struct inc_err err;

    (void)state;
    memset(model, 0, sizeof model);
    p = fill(fill(NULL, 0, 10000), 10000, 8000);
    assert_true(inc_pool_due(p));
    other = fill(NULL, 0, 18000);
    assert_int_equal(inc_merge_make(&m, p, &err), INC_OK);
    assert_int_equal(inc_merge_install(&next, other, m, &err), INC_E_CONFLICT);
    assert_null(next);
    check_model(other);
    inc_pool_drop(other);
    inc_pool_drop(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(left_due),
        cmocka_unit_test(mostly_gone),
        cmocka_unit_test(rebuilt),
        cmocka_unit_test(histories),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}

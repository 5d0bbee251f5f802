/*
 * Random histories of a pool against a plain array, and what pools share.
 *
 * A record is made from one number, its seed, so the model of a pool is an
 * array of seeds: 0 is nobody there.
 */
#include "tests/unit/pool/world.h"

enum { SEED = 515151, NUMBERS = 700, SOME = 40 };

static const char *const offices[] = {"cpi-lucca", "cpi-massa", "cpi-novara"};

/* ---- people made of a seed ---- */

struct record {
    struct inc_candidate c;
    struct inc_skill skills[SOME];
    struct inc_held held[3];
    struct inc_language languages[3];
    struct inc_window windows[5], absences[3];
    int64_t licences[2];
    char id[24];
};

static void
make_skills(struct record *r, struct inc_rng *rng, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        r->skills[i] = (struct inc_skill){
            .has = BIT(INC_SKILL_URI) | BIT(INC_SKILL_LEVEL) |
                   BIT(INC_SKILL_EVIDENCE) |
                   (inc_rng_below(rng, 2) ? BIT(INC_SKILL_LAST_USED) : 0),
            .uri = skill_uri(inc_rng_below(rng, 60) * 17),
            .level = inc_rng_below(rng, 5),
            .evidence = inc_rng_below(rng, 3),
            .last_used = 9000 + inc_rng_below(rng, 12000)};
    r->c.skills = r->skills;
    r->c.n_skills = n;
}

static void
make_record(struct record *r, uint64_t seed)
{
    struct inc_rng rng = {seed};
    struct inc_availability *a = &r->c.availability;

    memset(r, 0, sizeof *r);
    (void)snprintf(r->id, sizeof r->id, "p%llu", (unsigned long long)seed);
    r->c.id = r->id;
    if (seed % 7 == 0) /* nothing known but the id */
        return;
    r->c.has = BIT(INC_CANDIDATE_ID) | BIT(INC_CANDIDATE_OFFICE) |
               BIT(INC_CANDIDATE_SKILLS) | BIT(INC_CANDIDATE_AVAILABILITY) |
               BIT(INC_CANDIDATE_LICENCES) | BIT(INC_CANDIDATE_UPDATED);
    r->c.office = offices[inc_rng_below(&rng, 3)];
    r->c.updated = 20000 + inc_rng_below(&rng, 500);
    make_skills(r, &rng, inc_rng_below(&rng, SOME));
    r->c.occupations = r->held;
    r->c.n_occupations = inc_rng_below(&rng, 4);
    for (uint32_t i = 0; i < r->c.n_occupations; i++)
        r->held[i] = (struct inc_held){
            .has = BIT(INC_HELD_URI) | BIT(INC_HELD_MONTHS),
            .uri = inc_rng_below(&rng, 8) == 0
                       ? "http://test/occupation/none"
                       : occupation_uri(inc_rng_below(&rng, 50)),
            .months = inc_rng_below(&rng, 60)};
    r->c.languages = r->languages;
    r->c.n_languages = inc_rng_below(&rng, 4);
    for (uint32_t i = 0; i < r->c.n_languages; i++)
        r->languages[i] =
            (struct inc_language){.has = inc_rng_below(&rng, 64),
                                  .lang = i == 0   ? "it"
                                          : i == 1 ? "ar"
                                                   : "fr",
                                  .listening = inc_rng_below(&rng, 7)};
    r->c.licences = r->licences;
    r->c.n_licences = inc_rng_below(&rng, 3);
    for (uint32_t i = 0; i < r->c.n_licences; i++)
        r->licences[i] = inc_rng_below(&rng, INC_LICENCE_COUNT);
    a->has = BIT(INC_AVAILABILITY_WINDOWS);
    a->windows = r->windows;
    a->n_windows = inc_rng_below(&rng, 6);
    for (uint32_t i = 0; i < a->n_windows; i++)
        r->windows[i] = (struct inc_window){.day = inc_rng_below(&rng, 7),
                                            .from = 360 + 60 * i,
                                            .to = 500 + 60 * i};
}

/* ---- what a row must be: the same record in a pool of its own ---- */

static struct inc_pool *
alone(uint64_t no, uint64_t seed)
{
    struct inc_pool_builder *b;
    struct inc_pool *p;
    struct record r;

    make_record(&r, seed);
    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    assert_int_equal(inc_pool_add_candidate(b, no, &r.c, NULL), INC_OK);
    assert_int_equal(inc_pool_end(&p, b, NULL, 1, NULL), INC_OK);
    return p;
}

static void
same_words(const struct inc_block *a, const struct inc_person *x,
           const struct inc_block *b, const struct inc_person *y)
{
    const struct inc_class *of_a, *of_b;

    (void)inc_block_classes(a, &of_a);
    (void)inc_block_classes(b, &of_b);
    assert_int_equal(x->n_words, y->n_words);
    assert_int_equal(x->n_stated, y->n_stated);
    for (uint32_t i = 0; i < x->n_words; i++) {
        assert_int_equal(INC_WORD_CONCEPT(x->words[i]),
                         INC_WORD_CONCEPT(y->words[i]));
        assert_memory_equal(&of_a[INC_WORD_CLASS(x->words[i])],
                            &of_b[INC_WORD_CLASS(y->words[i])], sizeof *of_a);
    }
    assert_memory_equal(x->implied_by, y->implied_by,
                        (x->n_words - x->n_stated) * sizeof *x->implied_by);
}

static void
same_person(const struct inc_block *a, const struct inc_person *x,
            const struct inc_block *b, const struct inc_person *y)
{
    assert_int_equal(x->no, y->no);
    assert_string_equal(x->id, y->id);
    assert_int_equal(x->tie, y->tie);
    same_words(a, x, b, y);
    assert_int_equal(x->n_unknown, y->n_unknown);
    assert_int_equal(x->norm, y->norm);
    assert_int_equal(x->known, y->known);
    assert_int_equal(x->n_languages, y->n_languages);
    assert_memory_equal(x->languages, y->languages,
                        x->n_languages * sizeof *x->languages);
    assert_int_equal(x->licences, y->licences);
    assert_int_equal(x->eqf, y->eqf);
    assert_int_equal(x->home, y->home);
    assert_int_equal(x->modes, y->modes);
    assert_int_equal(x->max_minutes, y->max_minutes);
    assert_int_equal(x->from, y->from);
    assert_int_equal(x->until, y->until);
    assert_int_equal(x->hours_week, y->hours_week);
    assert_int_equal(x->n_windows, y->n_windows);
    assert_memory_equal(x->windows, y->windows,
                        x->n_windows * sizeof *x->windows);
    assert_string_equal(inc_block_office(a, x->office),
                        inc_block_office(b, y->office));
    assert_int_equal(x->updated, y->updated);
}

/* ---- a pool against its model ---- */

static int
is_dead(const struct inc_pool *p, size_t block, uint32_t row)
{
    return (int)(inc_pool_dead(p, block)[row / 64] >> (row % 64) & 1);
}

/* Classes are numbered without gaps, in order, each used by a row. */
static void
check_classes(const struct inc_block *b)
{
    const struct inc_class *of;
    uint32_t n = inc_block_classes(b, &of), used = 0;
    unsigned char seen[INC_CLASSES_MAX] = {0};

    for (uint32_t row = 0; row < inc_block_rows(b); row++) {
        uint32_t words;
        const uint32_t *word = inc_block_words(b, row, &words);

        for (uint32_t i = 0; i < words; i++) {
            assert_true(INC_WORD_CLASS(word[i]) < n);
            used += !seen[INC_WORD_CLASS(word[i])];
            seen[INC_WORD_CLASS(word[i])] = 1;
        }
    }
    assert_int_equal(used, n);
    for (uint32_t i = 0; i + 1 < n; i++)
        assert_true(of[i].level * 1024 + of[i].evidence * 256 +
                        of[i].half_year <
                    of[i + 1].level * 1024 + of[i + 1].evidence * 256 +
                        of[i + 1].half_year);
}

static void
check_pool(const struct inc_pool *p, const uint64_t *model, int deep)
{
    uint64_t people = 0, unknown = 0, live_of[64] = {0}, behind = 0;
    size_t blocks = inc_pool_blocks(p), block;
    uint32_t at;

    assert_true(blocks <= 64);
    for (size_t i = 0; i < blocks; i++) {
        const struct inc_block *b = inc_pool_block(p, i);
        struct inc_person x, y, before = {0};

        check_classes(b);
        for (uint32_t row = 0; row < inc_block_rows(b); row++) {
            inc_block_person(b, row, &x);
            assert_true(row == 0 || before.no < x.no);
            before = x;
            if (is_dead(p, i, row))
                continue;
            live_of[i]++;
            people++;
            unknown += x.n_unknown;
            assert_true(x.no < NUMBERS && model[x.no] != 0);
            assert_int_equal(inc_pool_find(p, x.no, &block, &at), 0);
            assert_true(block == i && at == row);
            if (deep) {
                struct inc_pool *one = alone(x.no, model[x.no]);

                inc_block_person(inc_pool_block(one, 0), 0, &y);
                same_person(b, &x, inc_pool_block(one, 0), &y);
                inc_pool_drop(one);
            }
        }
    }
    for (size_t i = blocks; i-- > 0;) {
        assert_true(live_of[i] > 0 && behind * 2 < live_of[i]);
        assert_true(live_of[i] >= inc_block_rows(inc_pool_block(p, i)) / 2);
        behind += live_of[i];
    }
    assert_int_equal(inc_pool_people(p), people);
    assert_int_equal(inc_pool_unknown(p), unknown);
    for (uint64_t no = 0; no < NUMBERS; no++) {
        people -= model[no] != 0;
        assert_int_equal(inc_pool_find(p, no, &block, &at) == 0,
                         model[no] != 0);
    }
    assert_int_equal(people, 0);
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

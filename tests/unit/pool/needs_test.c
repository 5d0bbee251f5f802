/* Open needs of a pool: deep copies, and random histories against an array. */
#include "tests/unit/pool/world.h"

enum { SEED = 616161, NUMBERS = 3000 };

struct record {
    struct inc_need n;
    struct inc_requirement requirements[6];
    const char *alternatives[2];
    struct inc_need_licence licence;
    int64_t any_of[3];
    struct inc_window schedule[2];
    char id[24], title[40];
};

static void
make_need(struct record *r, uint64_t seed)
{
    struct inc_rng rng = {seed};

    memset(r, 0, sizeof *r);
    (void)snprintf(r->id, sizeof r->id, "n%llu", (unsigned long long)seed);
    (void)snprintf(r->title, sizeof r->title, "title %u",
                   inc_rng_below(&rng, 1000));
    r->n.has = BIT(INC_NEED_ID) | BIT(INC_NEED_TITLE) |
               BIT(INC_NEED_REQUIREMENTS) | BIT(INC_NEED_LICENCES) |
               BIT(INC_NEED_SCHEDULE) | BIT(INC_NEED_SEATS);
    r->n.id = r->id;
    r->n.title = r->title;
    r->n.office = "not told: its bit is clear";
    r->n.seats = inc_rng_below(&rng, 9);
    r->n.requirements = r->requirements;
    r->n.n_requirements = inc_rng_below(&rng, 7);
    for (uint32_t i = 0; i < r->n.n_requirements; i++)
        r->requirements[i] =
            (struct inc_requirement){.has = BIT(0) | BIT(4) | BIT(5),
                                     .uri = skill_uri(inc_rng_below(&rng, 100)),
                                     .level = 1 + inc_rng_below(&rng, 4),
                                     .alternatives = r->alternatives,
                                     .n_alternatives = inc_rng_below(&rng, 3)};
    r->alternatives[0] = skill_uri(1);
    r->alternatives[1] = skill_uri(2);
    r->n.licences = &r->licence;
    r->n.n_licences = 1;
    r->licence = (struct inc_need_licence){
        .has = BIT(0), .any_of = r->any_of, .n_any_of = 3};
    r->any_of[1] = 7;
    r->n.schedule = r->schedule;
    r->n.n_schedule = 2;
    r->schedule[1] =
        (struct inc_window){.has = 7, .day = 3, .from = 60, .to = 120};
}

/* Number of the requirement's `alternatives` field, from the table. */
static uint64_t
alternatives_bit(void)
{
    const struct inc_field *f = &inc_need_type.fields[INC_NEED_REQUIREMENTS];
    int i = inc_field_index(f->type, "alternatives");

    assert_true(i >= 0);
    return BIT(i);
}

static void
same_need(const struct inc_pool_need *got, uint64_t no, uint64_t seed)
{
    const struct inc_need *n = got->need;
    struct record r;

    make_need(&r, seed);
    assert_int_equal(got->no, no);
    assert_int_equal(got->tie, inc_hash64(r.id, strlen(r.id)));
    assert_int_equal(n->has, r.n.has);
    assert_string_equal(n->id, r.id);
    assert_string_equal(n->title, r.title);
    assert_null(n->office);
    assert_int_equal(n->seats, r.n.seats);
    assert_int_equal(n->n_requirements, r.n.n_requirements);
    for (uint32_t i = 0; i < n->n_requirements; i++) {
        const struct inc_requirement *q = &n->requirements[i];

        assert_string_equal(q->uri, r.requirements[i].uri);
        assert_ptr_not_equal(q->uri, r.requirements[i].uri);
        assert_int_equal(q->level, r.requirements[i].level);
        if (!(r.requirements[i].has & alternatives_bit()))
            continue;
        assert_int_equal(q->n_alternatives, r.requirements[i].n_alternatives);
        for (uint32_t k = 0; k < q->n_alternatives; k++)
            assert_string_equal(q->alternatives[k], r.alternatives[k]);
    }
    assert_int_equal(n->n_licences, 1);
    if (n->licences[0].n_any_of != 0)
        assert_int_equal(n->licences[0].any_of[1], 7);
    assert_int_equal(n->n_schedule, 2);
    assert_memory_equal(n->schedule, r.schedule, sizeof r.schedule);
}

/* How many needs name each skill. */
static void
check_naming(const struct inc_pool *p)
{
    const uint32_t skills = inc_concept_count(world.taxonomy, INC_PILLAR_SKILL);
    uint32_t *want = calloc(skills, sizeof *want);
    const struct inc_pool_need *n;

    assert_non_null(want);
    for (uint64_t i = 0; (n = inc_pool_need_at(p, i)) != NULL; i++)
        for (uint32_t k = 0; k < n->need->n_requirements; k++) {
            const uint32_t skill =
                inc_world_skill(&world, n->need->requirements[k].uri);

            if (skill != INC_NO_CONCEPT)
                want[skill]++;
        }
    assert_memory_equal(inc_pool_needs_naming(p), want, skills * sizeof *want);
    free(want);
}

static void
check_needs(const struct inc_pool *p, const uint64_t *model, int deep)
{
    uint64_t i = 0;

    for (uint64_t no = 0; no < NUMBERS; no++) {
        const struct inc_pool_need *n;

        if (model[no] == 0)
            continue;
        n = inc_pool_need_at(p, i++);
        assert_non_null(n);
        assert_int_equal(n->no, no);
        if (deep)
            same_need(n, no, model[no]);
    }
    assert_int_equal(inc_pool_needs(p), i);
    assert_null(inc_pool_need_at(p, i));
    check_naming(p);
}

/* One write that touches up to `most` numbers in a stretch of all of them. */
static struct inc_pool *
step(struct inc_pool *old, uint64_t *model, struct inc_rng *r, uint32_t most)
{
    uint32_t n = inc_rng_below(r, most), spread = 1 + inc_rng_below(r, NUMBERS);
    uint32_t first = inc_rng_below(r, NUMBERS - spread + 1);
    uint32_t gone = inc_rng_below(r, 4);
    struct inc_pool_builder *b;
    struct inc_pool *next;
    struct inc_err err;

    assert_int_equal(inc_pool_begin(&b, &world, &err), INC_OK);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t no = first + inc_rng_below(r, spread);
        uint64_t seed = 1 + inc_rng_below(r, 1000000);
        struct record rec;

        make_need(&rec, seed);
        model[no] = seed;
        if (inc_rng_below(r, 4) < gone) {
            rec.n.has |= BIT(INC_NEED_CLOSED);
            rec.n.closed = 1;
            model[no] = 0;
        }
        if (inc_rng_below(r, 2) && model[no] == 0)
            assert_int_equal(inc_pool_drop_need(b, no, &err), INC_OK);
        else
            assert_int_equal(inc_pool_add_need(b, no, &rec.n, &err), INC_OK);
    }
    assert_int_equal(inc_pool_end(&next, b, old, 1, &err), INC_OK);
    return next;
}

static void
histories(void **state)
{
    static uint64_t model[NUMBERS], kept_model[NUMBERS];
    struct inc_pool *pool = NULL, *kept = NULL;
    struct inc_rng r = {SEED};

    (void)state;
    print_message("seed %d\n", SEED);
    for (uint32_t round = 1; round <= 500; round++) {
        struct inc_pool *next =
            step(pool, model, &r, round % 25 == 0 ? NUMBERS : 20);

        inc_pool_drop(pool);
        pool = next;
        check_needs(pool, model, round % 50 == 0);
        if (round % 60 == 0) {
            if (kept != NULL)
                check_needs(kept, kept_model, 1);
            inc_pool_drop(kept);
            kept = inc_pool_hold(pool);
            memcpy(kept_model, model, sizeof model);
        }
    }
    inc_pool_drop(pool);
    check_needs(kept, kept_model, 1);
    inc_pool_drop(kept);
}

/* What did not change is the same record in the next pool. */
static void
sharing(void **state)
{
    static uint64_t model[NUMBERS];
    struct inc_rng r = {SEED + 1};
    struct inc_pool *p = step(NULL, model, &r, NUMBERS), *next;
    const struct inc_need *first = inc_pool_need_at(p, 0)->need;
    uint64_t no = inc_pool_need_at(p, inc_pool_needs(p) - 1)->no;
    struct inc_pool_builder *b;

    (void)state;
    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    assert_int_equal(inc_pool_drop_need(b, no, NULL), INC_OK);
    assert_int_equal(inc_pool_end(&next, b, p, 2, NULL), INC_OK);
    check_needs(p, model, 0);
    model[no] = 0;
    check_needs(next, model, 0);
    assert_ptr_equal(inc_pool_need_at(next, 0)->need, first);
    assert_true(inc_pool_bytes(next) < inc_pool_bytes(p));
    inc_pool_drop(p);
    same_need(inc_pool_need_at(next, 0), inc_pool_need_at(next, 0)->no,
              model[inc_pool_need_at(next, 0)->no]);
    inc_pool_drop(next);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(histories),
        cmocka_unit_test(sharing),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}

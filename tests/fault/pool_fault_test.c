/*
 * Memory that runs out at every allocation of a write: the old pool is what it
 * was, nothing is lost, and the same write works afterwards.
 */
#include "tests/unit/pool/world.h"

#include "engine/base/fault.h"

enum { PEOPLE = 130 };

/* One write: 60 people and needs added or replaced, two dropped. Stops at the
 * first failure, as a caller does. */
static enum inc_status
write_pool(struct inc_pool **out, struct inc_pool *old, uint64_t first,
           uint64_t n)
{
    struct inc_pool_builder *b = NULL;
    enum inc_status st = INC_OK;

    INC_TRY(inc_pool_begin(&b, &world, NULL));
    for (uint64_t no = first; no < first + n; no++) {
        struct inc_skill skill = {.uri = skill_uri((uint32_t)no)};
        struct inc_held held = {.uri = occupation_uri((uint32_t)no % 50)};
        struct inc_language language = {.has = 3, .lang = "it"};
        char id[24], office[24];
        struct inc_candidate c = {.has = BIT(INC_CANDIDATE_OFFICE),
                                  .id = id,
                                  .office = office,
                                  .skills = &skill,
                                  .n_skills = 1,
                                  .occupations = &held,
                                  .n_occupations = 1,
                                  .languages = &language,
                                  .n_languages = 1};
        struct inc_need need = {.has = BIT(INC_NEED_ID), .id = id};

        (void)snprintf(id, sizeof id, "x%llu", (unsigned long long)no);
        (void)snprintf(office, sizeof office, "o%llu",
                       (unsigned long long)no % 9);
        INC_TRY(inc_pool_add_candidate(b, no, &c, NULL));
        INC_TRY(inc_pool_add_need(b, no, &need, NULL));
    }
    INC_TRY(inc_pool_drop_candidate(b, 0, NULL));
    INC_TRY(inc_pool_drop_need(b, 0, NULL));
    st = inc_pool_end(out, b, old, 1, NULL);
    b = NULL;
out:
    inc_pool_abandon(b);
    return st;
}

/* Everything a reader sees, in one number. */
static uint64_t
look(const struct inc_pool *p)
{
    static struct inc_room room;
    struct inc_hasher h;
    unsigned char digest[INC_DIGEST];
    uint64_t sum;

    inc_hasher_init(&h);
    for (size_t i = 0; i < inc_pool_blocks(p); i++) {
        const struct inc_block *b = inc_pool_block(p, i);
        uint32_t rows = inc_block_rows(b);

        inc_hasher_add(&h, inc_pool_dead(p, i), (rows + 63) / 64 * 8);
        for (uint32_t row = 0; row < rows; row++) {
            struct inc_person x;

            inc_block_person(b, row, &room, &x);
            inc_hasher_add(&h, &x.no, sizeof x.no);
            inc_hasher_add(&h, x.words, x.n_words * sizeof *x.words);
            inc_hasher_add(&h, x.id, strlen(x.id));
        }
    }
    for (uint64_t i = 0; i < inc_pool_needs(p); i++) {
        const struct inc_pool_need *n = inc_pool_need_at(p, i);

        inc_hasher_add(&h, &n->no, sizeof n->no);
        inc_hasher_add(&h, n->need->id, strlen(n->need->id));
    }
    inc_hasher_end(&h, digest);
    memcpy(&sum, digest, sizeof sum);
    return sum;
}

static void
without_memory(void **state)
{
    struct inc_pool *old = NULL, *want = NULL;
    uint64_t before, after;
    unsigned failures = 0;

    (void)state;
    assert_int_equal(write_pool(&old, NULL, 0, PEOPLE), INC_OK);
    assert_int_equal(write_pool(&want, old, 100, 60), INC_OK);
    before = look(old);
    after = look(want);
    for (unsigned nth = 1;; nth++) {
        struct inc_pool *next = NULL;
        enum inc_status st;

        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = write_pool(&next, old, 100, 60);
        if (!inc_fault_fired()) {
            inc_fault_arm(INC_FAULT_ALLOC, 0);
            assert_int_equal(st, INC_OK);
            inc_pool_drop(next);
            break;
        }
        inc_fault_arm(INC_FAULT_ALLOC, 0);
        if (st != INC_E_NOMEM || next != NULL)
            fail_msg("allocation %u: status %d", nth, st);
        if (look(old) != before)
            fail_msg("allocation %u: the old pool changed", nth);
        failures++;
        assert_int_equal(write_pool(&next, old, 100, 60), INC_OK);
        assert_true(look(next) == after);
        inc_pool_drop(next);
    }
    assert_true(failures > 50);
    print_message("%u allocations failed in turn\n", failures);
    inc_pool_drop(want);
    inc_pool_drop(old);
}

/* A builder goes on after a record that did not fit in memory. */
static void
after_a_failed_add(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct inc_skill skill = {.uri = skill_uri(3)};
        struct inc_candidate c = {.has = BIT(INC_CANDIDATE_OFFICE),
                                  .id = "a",
                                  .office = "x",
                                  .skills = &skill,
                                  .n_skills = 1};
        struct inc_need need = {.has = BIT(INC_NEED_ID), .id = "n"};
        struct inc_pool_builder *b = NULL;
        struct inc_pool *p = NULL;
        struct inc_person x;
        int fired;

        assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
        inc_fault_arm(INC_FAULT_ALLOC, nth);
        for (uint64_t no = 1; no <= 40; no++) {
            (void)inc_pool_add_candidate(b, no, &c, NULL);
            (void)inc_pool_add_need(b, no, &need, NULL);
        }
        fired = inc_fault_fired();
        inc_fault_arm(INC_FAULT_ALLOC, 0);
        assert_int_equal(inc_pool_end(&p, b, NULL, 1, NULL), INC_OK);
        assert_true(inc_pool_people(p) + inc_pool_needs(p) ==
                    (fired ? 79 : 80));
        for (uint32_t row = 0; row < inc_pool_people(p); row++) {
            inc_block_person(inc_pool_block(p, 0), row, NULL, &x);
            assert_int_equal(x.n_words, 1);
            assert_string_equal(x.id, "a");
            assert_string_equal(
                inc_block_office(inc_pool_block(p, 0), x.office), "x");
        }
        inc_pool_drop(p);
        if (!fired)
            break;
    }
}

/* 10,000 people, and 6,000 more: a merge is due. */
static struct inc_pool *
due_pool(void)
{
    struct inc_skill skill = {.uri = skill_uri(3)};
    struct inc_candidate c = {.id = "a", .skills = &skill, .n_skills = 1};
    struct inc_pool *p = NULL;

    for (uint64_t first = 0; first < 16000; first += 10000) {
        struct inc_pool_builder *b;
        struct inc_pool *next;

        assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
        for (uint64_t no = first; no < first + 10000 && no < 16000; no++)
            assert_int_equal(inc_pool_add_candidate(b, no, &c, NULL), INC_OK);
        assert_int_equal(inc_pool_end(&next, b, p, 1, NULL), INC_OK);
        inc_pool_drop(p);
        p = next;
    }
    assert_true(inc_pool_due(p));
    return p;
}

/* Make a merge, let two people go, install. */
static enum inc_status
merge_pool(struct inc_pool **out, struct inc_pool *now)
{
    struct inc_pool_builder *b = NULL;
    struct inc_pool *next = NULL;
    struct inc_merge *m = NULL;
    enum inc_status st = INC_OK;

    INC_TRY(inc_merge_make(&m, now, NULL));
    INC_TRY(inc_pool_begin(&b, &world, NULL));
    INC_TRY(inc_pool_drop_candidate(b, 7, NULL));
    INC_TRY(inc_pool_drop_candidate(b, 12000, NULL));
    st = inc_pool_end(&next, b, now, 2, NULL);
    b = NULL;
    if (st != INC_OK)
        goto out;
    st = inc_merge_install(out, next, m, NULL);
    m = NULL;
out:
    inc_pool_abandon(b);
    inc_merge_free(m);
    inc_pool_drop(next);
    return st;
}

static void
merge_without_memory(void **state)
{
    struct inc_pool *old = due_pool(), *want = NULL;
    uint64_t before = look(old), after;
    unsigned failures = 0;

    (void)state;
    assert_int_equal(merge_pool(&want, old), INC_OK);
    assert_int_equal(inc_pool_blocks(want), 1);
    assert_int_equal(inc_pool_people(want), 15998);
    after = look(want);
    for (unsigned nth = 1;; nth++) {
        struct inc_pool *next = NULL;
        enum inc_status st;
        int fired;

        inc_fault_arm(INC_FAULT_ALLOC, nth);
        st = merge_pool(&next, old);
        fired = inc_fault_fired();
        inc_fault_arm(INC_FAULT_ALLOC, 0);
        if (!fired) {
            assert_int_equal(st, INC_OK);
            assert_true(look(next) == after);
            inc_pool_drop(next);
            break;
        }
        if (st != INC_E_NOMEM || next != NULL)
            fail_msg("allocation %u: status %d", nth, st);
        failures++;
    }
    assert_true(look(old) == before);
    assert_true(failures > 30);
    print_message("%u allocations failed in turn\n", failures);
    inc_pool_drop(want);
    inc_pool_drop(old);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory),
        cmocka_unit_test(after_a_failed_add),
        cmocka_unit_test(merge_without_memory),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}

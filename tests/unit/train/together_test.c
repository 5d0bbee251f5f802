#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/rng.h"
#include "engine/train/together.h"

enum { SKILLS = 40, SETS_MAX = 300, SET_MAX = 9 };

static void
add(struct inc_together *t, uint64_t owner, uint32_t a, uint32_t b)
{
    const uint32_t skill[] = {b, a, b};

    assert_int_equal(inc_together_add(t, owner, skill, 3), INC_OK);
}

static const struct inc_pair *
pair_of(const struct inc_pairs *p, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->pair[i].a == a && p->pair[i].b == b)
            return &p->pair[i];
    return NULL;
}

/* Nine people have 3 and 7, ten have 3 and 8. */
static void
nine_leave_no_trace(void **state)
{
    struct inc_together t = {0};
    struct inc_pairs p = {0};
    uint64_t owners = 0;

    (void)state;
    for (uint64_t i = 0; i < 9; i++)
        add(&t, 100 + i, 3, 7);
    for (uint64_t i = 0; i < 10; i++)
        add(&t, 200 + i, 8, 3);
    assert_int_equal(
        inc_together_pairs(&p, &owners, &t, SKILLS, INC_LEAST_PEOPLE), INC_OK);
    assert_int_equal(owners, 19);
    assert_int_equal(p.count, 1);
    assert_int_equal(p.pair[0].a, 3);
    assert_int_equal(p.pair[0].b, 8);
    assert_int_equal(p.pair[0].weight, 10);
    inc_pairs_release(&p);
    assert_int_equal(inc_together_pairs(&p, &owners, &t, SKILLS, 11), INC_OK);
    assert_int_equal(p.count, 0);
    inc_pairs_release(&p);
    assert_int_equal(inc_together_pairs(&p, &owners, &t, SKILLS, 20), INC_OK);
    assert_int_equal(owners, 0); /* not told either */
    inc_pairs_release(&p);
    inc_together_release(&t);
}

/* One company with a hundred needs is one. */
static void
an_owner_counts_once(void **state)
{
    struct inc_together t = {0};
    struct inc_pairs p = {0};
    uint64_t owners = 0;

    (void)state;
    for (uint64_t i = 0; i < 100; i++)
        add(&t, i % 2 == 0 ? 5 : 0, 1, 2);
    for (uint64_t i = 0; i < 8; i++)
        add(&t, UINT64_MAX - i, 1, 2);
    assert_int_equal(inc_together_pairs(&p, &owners, &t, SKILLS, 10), INC_OK);
    assert_int_equal(owners, 10);
    assert_int_equal(p.count, 1);
    assert_int_equal(p.pair[0].weight, 10);
    inc_pairs_release(&p);
    assert_int_equal(inc_together_pairs(&p, &owners, &t, SKILLS, 11), INC_OK);
    assert_int_equal(p.count, 0);
    inc_together_release(&t);
}

struct plain {
    uint64_t owner;
    uint32_t skill[SET_MAX];
    uint32_t n;
};

static int
has(const struct plain *s, uint32_t skill)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (s->skill[i] == skill)
            return 1;
    return 0;
}

static uint64_t
plain_count(const struct plain *set, size_t n, uint32_t a, uint32_t b)
{
    uint64_t owners = 0;

    for (size_t i = 0; i < n; i++) {
        int first = has(&set[i], a) && has(&set[i], b);
        for (size_t j = 0; j < i && first; j++)
            first = set[j].owner != set[i].owner || !has(&set[j], a) ||
                    !has(&set[j], b);
        owners += first != 0;
    }
    return owners;
}

/* Against counting one by one, in two orders of the sets. */
static void
as_counted_one_by_one(void **state)
{
    static struct plain set[SETS_MAX];
    struct inc_rng r = {17};

    (void)state;
    for (int round = 0; round < 8; round++) {
        struct inc_together one = {0}, other = {0};
        struct inc_pairs p = {0}, q = {0};
        uint64_t owners = 0, again = 0;
        size_t n = inc_rng_below(&r, SETS_MAX);
        uint32_t least = 1 + inc_rng_below(&r, 12), found = 0;

        for (size_t i = 0; i < n; i++) {
            set[i].owner = inc_rng_below(&r, 60);
            set[i].n = inc_rng_below(&r, SET_MAX);
            for (uint32_t k = 0; k < set[i].n; k++)
                set[i].skill[k] = inc_rng_below(&r, 5 + 35 * (k > 3));
            assert_int_equal(
                inc_together_add(&one, set[i].owner, set[i].skill, set[i].n),
                INC_OK);
        }
        for (size_t i = n; i-- > 0;)
            assert_int_equal(
                inc_together_add(&other, set[i].owner, set[i].skill, set[i].n),
                INC_OK);
        assert_int_equal(inc_together_pairs(&p, &owners, &one, SKILLS, least),
                         INC_OK);
        assert_int_equal(inc_together_pairs(&q, &again, &other, SKILLS, least),
                         INC_OK);
        assert_int_equal(owners, again);
        assert_int_equal(p.count, q.count);
        for (size_t i = 0; i < p.count; i++) {
            assert_int_equal(p.pair[i].a, q.pair[i].a);
            assert_int_equal(p.pair[i].b, q.pair[i].b);
            assert_int_equal(p.pair[i].weight, q.pair[i].weight);
        }
        for (uint32_t a = 0; a < SKILLS; a++)
            for (uint32_t b = a + 1; b < SKILLS; b++) {
                uint64_t want = plain_count(set, n, a, b);
                const struct inc_pair *got = pair_of(&p, a, b);
                assert_int_equal(got == NULL ? 0 : got->weight,
                                 want >= least ? want : 0);
                found += got != NULL;
            }
        assert_int_equal(found, p.count);
        inc_pairs_release(&p);
        inc_pairs_release(&q);
        inc_together_release(&one);
        inc_together_release(&other);
    }
}

static void
nobody(void **state)
{
    struct inc_together t = {0};
    struct inc_pairs p = {0};
    uint64_t owners = 7;

    (void)state;
    assert_int_equal(inc_together_pairs(&p, &owners, &t, SKILLS, 10), INC_OK);
    assert_int_equal(owners, 0);
    assert_int_equal(p.count, 0);
    for (uint64_t i = 0; i < 12; i++)
        assert_int_equal(inc_together_add(&t, i, NULL, 0), INC_OK);
    assert_int_equal(inc_together_pairs(&p, &owners, &t, SKILLS, 10), INC_OK);
    assert_int_equal(owners, 12);
    assert_int_equal(p.count, 0);
    inc_pairs_release(&p);
    inc_together_release(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nine_leave_no_trace),
        cmocka_unit_test(an_owner_counts_once),
        cmocka_unit_test(as_counted_one_by_one),
        cmocka_unit_test(nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The map against an array, and its edges. */
#include "tests/support/cm.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/map.h"
#include "engine/base/rng.h"

enum { SEED = 20261122, KEYS = 20000, OPS = 200000, KEY_BYTES = 24 };

static char keys[KEYS][KEY_BYTES];
static uint32_t model[KEYS]; /* INC_MAP_NONE: not there */

static void
an_array_says_the_same(void **state)
{
    struct inc_rng r = {SEED};
    struct inc_map m = {0};
    size_t there = 0;

    (void)state;
    for (uint32_t i = 0; i < KEYS; i++) {
        (void)snprintf(keys[i], KEY_BYTES, "http://x/%u", i * 7919u);
        model[i] = INC_MAP_NONE;
    }
    for (uint32_t op = 0; op < OPS; op++) {
        uint32_t k = inc_rng_below(&r, KEYS), was = 12345;
        size_t len = strlen(keys[k]);

        if (inc_rng_below(&r, 3) == 0) {
            assert_int_equal(inc_map_add(&m, keys[k], len, op, &was), INC_OK);
            if (was != model[k])
                fail_msg("seed %d op %u: was %u, want %u", SEED, op, was,
                         model[k]);
            if (model[k] == INC_MAP_NONE) {
                model[k] = op;
                there++;
            }
        } else if (inc_map_get(&m, keys[k], len) != model[k]) {
            fail_msg("seed %d op %u: %s is not %u", SEED, op, keys[k],
                     model[k]);
        }
        if (m.count != there)
            fail_msg("seed %d op %u: %zu keys, want %zu", SEED, op, m.count,
                     there);
    }
    assert_true(there > KEYS / 2);
    for (uint32_t k = 0; k < KEYS; k++)
        assert_int_equal(inc_map_get(&m, keys[k], strlen(keys[k])), model[k]);
    for (size_t len = 0; len <= 9; len++) /* what all keys begin with */
        assert_int_equal(inc_map_get(&m, "http://x/", len), INC_MAP_NONE);
    inc_map_release(&m);
}

static void
an_empty_map(void **state)
{
    struct inc_map m = {0};

    (void)state;
    assert_int_equal(inc_map_get(&m, "x", 1), INC_MAP_NONE);
    inc_map_release(&m);
    inc_map_release(&m);
}

/* Keys are bytes with a length: a NUL within counts, one beyond does not. */
static void
keys_are_bytes(void **state)
{
    struct inc_map m = {0};
    uint32_t was;

    (void)state;
    assert_int_equal(inc_map_add(&m, "a\0b", 3, 1, &was), INC_OK);
    assert_int_equal(was, INC_MAP_NONE);
    assert_int_equal(inc_map_add(&m, "a\0c", 3, 2, NULL), INC_OK);
    assert_int_equal(inc_map_add(&m, "a", 1, 3, NULL), INC_OK);
    assert_int_equal(inc_map_add(&m, "", 0, 4, NULL), INC_OK);
    assert_int_equal(inc_map_get(&m, "a\0b", 3), 1);
    assert_int_equal(inc_map_get(&m, "a\0c", 3), 2);
    assert_int_equal(inc_map_get(&m, "ax", 1), 3);
    assert_int_equal(inc_map_get(&m, "ax", 2), INC_MAP_NONE);
    assert_int_equal(inc_map_get(&m, "", 0), 4);
    assert_int_equal(m.count, 4);
    inc_map_release(&m);
}

static void
the_first_value_stays(void **state)
{
    struct inc_map m = {0};
    uint32_t was = 0;

    (void)state;
    assert_int_equal(inc_map_add(&m, "k", 1, 7, NULL), INC_OK);
    assert_int_equal(inc_map_add(&m, "k", 1, 8, &was), INC_OK);
    assert_int_equal(was, 7);
    assert_int_equal(inc_map_get(&m, "k", 1), 7);
    assert_int_equal(m.count, 1);
    inc_map_release(&m);
}

static void
a_length_it_cannot_keep(void **state)
{
    struct inc_map m = {0};

    (void)state;
    assert_int_equal(inc_map_add(&m, "k", (size_t)UINT32_MAX + 1, 1, NULL),
                     INC_E_NOMEM);
    assert_int_equal(inc_map_add(&m, "k", 1, 1, NULL), INC_OK);
    assert_int_equal(inc_map_get(&m, "k", (size_t)UINT32_MAX + 2),
                     INC_MAP_NONE);
    assert_int_equal(m.count, 1);
    inc_map_release(&m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_says_the_same),
        cmocka_unit_test(an_empty_map),
        cmocka_unit_test(keys_are_bytes),
        cmocka_unit_test(the_first_value_stays),
        cmocka_unit_test(a_length_it_cannot_keep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

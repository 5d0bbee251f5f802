#include "tests/support/cm.h"

#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/seal.h"

enum { LEN = 50 };

static void
opens_only_as_it_was(void **state)
{
    unsigned char key[INC_SECRET] = {1}, sealed[LEN + INC_SEAL_EXTRA];
    unsigned char text[LEN] = "qualcosa", out[LEN];
    const char about[] = "table\0key";

    (void)state;
    inc_seal(sealed, key, about, sizeof about, text, LEN);
    assert_int_equal(
        inc_unseal(out, key, about, sizeof about, sealed, sizeof sealed), 0);
    assert_memory_equal(out, text, LEN);
    for (size_t i = 0; i < sizeof sealed * 8; i++) {
        sealed[i / 8] ^= (unsigned char)(1u << i % 8);
        memset(out, 7, sizeof out);
        assert_int_equal(
            inc_unseal(out, key, about, sizeof about, sealed, sizeof sealed),
            -1);
        for (size_t j = 0; j < LEN; j++)
            assert_int_equal(out[j], 0);
        sealed[i / 8] ^= (unsigned char)(1u << i % 8);
    }
    assert_int_equal(
        inc_unseal(out, key, about, sizeof about - 1, sealed, sizeof sealed),
        -1);
    key[31] ^= 1;
    assert_int_equal(
        inc_unseal(out, key, about, sizeof about, sealed, sizeof sealed), -1);
    key[31] ^= 1;
    for (size_t cut = 0; cut < sizeof sealed; cut++)
        assert_int_equal(inc_unseal(out, key, about, sizeof about, sealed, cut),
                         -1);
}

static void
secrets(void **state)
{
    void *p = NULL;
    int locked;

    (void)state;
    assert_int_equal(inc_secret_new(&p, 100, &locked, NULL), INC_OK);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(((unsigned char *)p)[i], 0);
    memset(p, 5, 100);
    assert_true(inc_same_secret(p, p, 100));
    inc_wipe(p, 100);
    assert_int_equal(((unsigned char *)p)[99], 0);
    inc_secret_free(p);
    inc_secret_free(NULL);
}

static int
begin(void **state)
{
    (void)state;
    return inc_hash_start();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_only_as_it_was),
        cmocka_unit_test(secrets),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}

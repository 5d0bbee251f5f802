#include "tests/support/cm.h"

#include <string.h>

#include "engine/access/zap.h"
#include "engine/base/hash.h"

enum { N = 7, MINUTE = 60000 };

static const unsigned char key[INC_CURVE] = {1, 2, 3};

static int
start(void **state)
{
    (void)state;
    return inc_hash_start();
}

static void
fill(struct inc_zap_frame f[INC_ZAP_FRAMES])
{
    f[0] = (struct inc_zap_frame){"1.0", 3};
    f[1] = (struct inc_zap_frame){"77", 2};
    f[2] = (struct inc_zap_frame){INC_ZAP_DOMAIN, strlen(INC_ZAP_DOMAIN)};
    f[3] = (struct inc_zap_frame){"127.0.0.1", 9};
    f[4] = (struct inc_zap_frame){"", 0};
    f[5] = (struct inc_zap_frame){"CURVE", 5};
    f[6] = (struct inc_zap_frame){key, sizeof key};
    f[7] = (struct inc_zap_frame){"more", 4};
}

static enum inc_status
read_it(const struct inc_zap_frame *f, size_t n, struct inc_zap_request *r)
{
    struct inc_err err = {0};

    return inc_zap_read(r, f, n, &err);
}

static void
what_libzmq_asks(void **state)
{
    struct inc_zap_frame f[INC_ZAP_FRAMES], out[INC_ZAP_REPLY];
    struct inc_zap_request r;
    unsigned char bytes[INC_CURVE];

    (void)state;
    fill(f);
    assert_int_equal(read_it(f, N, &r), INC_OK);
    assert_int_equal(inc_z85_read(bytes, r.key, strlen(r.key)), 0);
    assert_memory_equal(bytes, key, sizeof key);
    inc_zap_reply(out, &r, INC_ZAP_IN);
    assert_memory_equal(out[1].bytes, "77", 2);
    assert_memory_equal(out[2].bytes, "200", 3);
    assert_int_equal(out[4].len, INC_Z85);
    assert_memory_equal(out[4].bytes, r.key, INC_Z85);
    for (int a = INC_ZAP_LATER; a <= INC_ZAP_BROKEN; a++) {
        inc_zap_reply(out, &r, (enum inc_zap_answer)a);
        assert_memory_not_equal(out[2].bytes, "200", 3);
        assert_int_equal(out[4].len, 0); /* no name for who stays outside */
    }
}

static void
what_it_never_asks(void **state)
{
    struct inc_zap_frame f[INC_ZAP_FRAMES];
    struct inc_zap_request r;
    char id[INC_ZAP_ID + 1] = {0};

    (void)state;
    for (size_t n = 0; n < N; n++) {
        fill(f);
        assert_int_equal(read_it(f, n, &r), INC_E_FORMAT);
    }
    fill(f);
    assert_int_equal(read_it(f, N + 1, &r), INC_E_FORMAT);
    fill(f);
    f[0].bytes = "2.0";
    assert_int_equal(read_it(f, N, &r), INC_E_FORMAT);
    fill(f);
    f[1] = (struct inc_zap_frame){id, sizeof id};
    assert_int_equal(read_it(f, N, &r), INC_E_FORMAT);
    assert_int_equal(r.id_len, 0);
    fill(f);
    f[2].len--;
    assert_int_equal(read_it(f, N, &r), INC_E_DENIED);
    for (int i = 0; i < 3; i++) {
        static const char *const others[] = {"NULL", "PLAIN", "GSSAPI"};

        fill(f);
        f[5] = (struct inc_zap_frame){others[i], strlen(others[i])};
        assert_int_equal(read_it(f, N, &r), INC_E_DENIED);
        assert_int_equal(read_it(f, N - 1, &r), INC_E_DENIED);
        assert_int_equal(r.key[0], '\0');
    }
    fill(f);
    f[6].len = INC_CURVE - 1;
    assert_int_equal(read_it(f, N, &r), INC_E_FORMAT);
}

static void
so_often_and_no_oftener(void **state)
{
    static struct inc_zap_gate g;
    int passed = 0;

    (void)state;
    inc_zap_gate_init(&g, 6, 10);
    for (int i = 0; i < 20; i++)
        passed += inc_zap_gate_pass(&g, "a", 1);
    assert_int_equal(passed, 10);
    assert_int_equal(inc_zap_gate_pass(&g, "b", 1), 1); /* another key */
    assert_int_equal(inc_zap_gate_pass(&g, "a", 1 + MINUTE / 6 - 1), 0);
    assert_int_equal(inc_zap_gate_pass(&g, "a", 1 + MINUTE / 6), 1);
    assert_int_equal(inc_zap_gate_pass(&g, "a", 1 + MINUTE / 6), 0);
    /* a clock that goes back gives nothing, one that jumps gives the burst */
    assert_int_equal(inc_zap_gate_pass(&g, "a", 0), 0);
    for (passed = 0; inc_zap_gate_pass(&g, "a", INT64_MAX / 2) != 0; passed++)
        assert_true(passed < 100);
    assert_int_equal(passed, 10);
    inc_zap_gate_init(&g, 0, 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(inc_zap_gate_pass(&g, "a", 0), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_libzmq_asks),
        cmocka_unit_test(what_it_never_asks),
        cmocka_unit_test(so_often_and_no_oftener),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}

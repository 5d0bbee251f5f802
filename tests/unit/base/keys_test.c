#include "tests/support/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/hash.h"
#include "engine/base/keys.h"

static char folder[] = "/tmp/incrocio-keys-XXXXXX";

static int
start(void **state)
{
    (void)state;
    return inc_hash_start() != 0 || mkdtemp(folder) == NULL;
}

static int
finish(void **state)
{
    (void)state;
    return rmdir(folder);
}

/* The pair of ZeroMQ's RFC 32 and libzmq's tests. */
static void
z85_both_ways(void **state)
{
    static const char text[] = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
    static const unsigned char first[] = {0xBB, 0x88, 0x47, 0x1D,
                                          0x65, 0xE2, 0x65, 0x9B};
    unsigned char bytes[INC_CURVE];
    char again[INC_Z85 + 1], bad[INC_Z85 + 1];

    (void)state;
    assert_int_equal(inc_z85_read(bytes, text, INC_Z85), 0);
    assert_memory_equal(bytes, first, sizeof first);
    inc_z85_write(again, bytes);
    assert_string_equal(again, text);
    assert_int_equal(inc_z85_read(bytes, text, INC_Z85 - 1), -1);
    for (int c = 0; c < 256; c++) {
        int known = c != 0 && strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDE"
                                     "FGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@"
                                     "%$#",
                                     c) != NULL;

        memcpy(bad, text, sizeof bad);
        bad[3] = (char)c;
        assert_int_equal(inc_z85_read(bytes, bad, INC_Z85), known ? 0 : -1);
    }
    memcpy(bad, "#####", 5); /* over 32 bits */
    assert_int_equal(inc_z85_read(bytes, bad, INC_Z85), -1);
}

static void
a_pair_to_a_file_and_back(void **state)
{
    struct inc_keys made, read;
    struct inc_err err = {0};
    struct stat info;
    char path[128];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/a.key", folder);
    inc_keys_make(&made);
    (void)snprintf(made.user, sizeof made.user, "anna");
    (void)snprintf(made.server, sizeof made.server, "%s", made.public_key);
    assert_int_equal(inc_keys_write(path, &made, 1, &err), INC_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(inc_keys_read(&read, path, &err), INC_OK);
    assert_memory_equal(&read, &made, sizeof made);
    /* never over another, nor through a link */
    assert_int_equal(inc_keys_write(path, &made, 1, &err), INC_E_CONFIG);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(inc_keys_read(&read, path, &err), INC_E_CONFIG);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_int_equal(inc_keys_write(path, &made, 1, &err), INC_E_CONFIG);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(inc_keys_read(&read, path, &err), INC_E_NOTFOUND);
    inc_keys_wipe(&made);
    assert_int_equal(made.secret[0], '\0');
}

static void
parse(const char *text, enum inc_status want, const char *where)
{
    struct inc_keys k;
    struct inc_err err = {0};
    enum inc_status st = inc_keys_parse(&k, "f", text, strlen(text), &err);

    if (st != want || (where != NULL && strcmp(err.where, where) != 0))
        fail_msg("%s: %d at '%s': %s", text, st, err.where, err.what);
    if (want != INC_OK)
        assert_int_equal(k.secret[0], '\0'); /* nothing is left */
}

static void
files_that_are_refused(void **state)
{
    struct inc_keys a, b;
    char text[512];

    (void)state;
    inc_keys_make(&a);
    inc_keys_make(&b);
    (void)snprintf(text, sizeof text, "# x\r\n\npublic %s\r\nsecret %s",
                   a.public_key, a.secret);
    parse(text, INC_OK, NULL);
    (void)snprintf(text, sizeof text, "public %s\nsecret %s\n", b.public_key,
                   a.secret);
    parse(text, INC_E_CONFIG, "f"); /* not a pair */
    (void)snprintf(text, sizeof text, "public %s\n", a.public_key);
    parse(text, INC_E_CONFIG, "f");
    (void)snprintf(text, sizeof text, "secret %s\nsecret %s\n", a.secret,
                   a.secret);
    parse(text, INC_E_CONFIG, "f:2");
    (void)snprintf(text, sizeof text, "secret %.39s\n", a.secret);
    parse(text, INC_E_CONFIG, "f:1");
    parse("user a b\n", INC_E_CONFIG, "f:1");
    parse("Secret x\n", INC_E_CONFIG, "f:1");
    parse("secret\n", INC_E_CONFIG, "f:1");
    parse("", INC_E_CONFIG, "f");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(z85_both_ways),
        cmocka_unit_test(a_pair_to_a_file_and_back),
        cmocka_unit_test(files_that_are_refused),
    };

    return cmocka_run_group_tests(tests, start, finish);
}

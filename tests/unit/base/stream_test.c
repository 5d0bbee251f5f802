/* Large files written in pieces, and mapped. */
#include "tests/support/cm.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/stream.h"

enum { ROOM = 512, PAGE = 4096 };

static char dir[ROOM], path[ROOM + 64];
static struct inc_stream s;

static int
set_up(void **state)
{
    (void)state;
    if (inc_hash_start() != 0)
        return -1;
    (void)snprintf(dir, sizeof dir, "/tmp/incrocio-stream-XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/f", dir);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(dir); /* fails when a test leaves anything behind */
}

static int
names(void)
{
    DIR *d = opendir(dir);
    int n = 0;

    assert_non_null(d);
    while (readdir(d) != NULL) /* NOLINT(concurrency-mt-unsafe) */
        n++;
    (void)closedir(d);
    return n - 2;
}

static void
write_it(const char *text, size_t times)
{
    struct inc_err err;

    assert_int_equal(inc_stream_begin(&s, path, &err), INC_OK);
    for (size_t i = 0; i < times; i++)
        assert_int_equal(inc_stream_add(&s, text, strlen(text), &err), INC_OK);
    assert_int_equal(inc_stream_end(&s, &err), INC_OK);
}

static void
whole(void **state)
{
    unsigned char digest[INC_DIGEST], *base = NULL;
    struct inc_err err;
    struct stat info;
    size_t bytes = 0;

    (void)state;
    write_it("abc", 5000);
    assert_int_equal(names(), 1);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(inc_map_file(&base, &bytes, path, &err), INC_OK);
    assert_int_equal(bytes, 15000 + INC_DIGEST);
    for (size_t i = 0; i < 15000; i++)
        assert_int_equal(base[i], "abc"[i % 3]);
    inc_digest(digest, base, 15000);
    assert_memory_equal(digest, base + 15000, INC_DIGEST);
    assert_int_equal((uintptr_t)base % PAGE, 0);
    inc_map_forget(base, PAGE); /* read again when touched */
    assert_int_equal(base[0], 'a');
    /* a new file comes in its place; who mapped the old one keeps it */
    write_it("xyz", 10);
    assert_int_equal(base[14999], 'c');
    inc_map_forget(base, 3 * PAGE);
    assert_int_equal(base[0], 'a');
    inc_unmap_file(base, bytes);
    assert_int_equal(inc_map_file(&base, &bytes, path, &err), INC_OK);
    assert_int_equal(bytes, 30 + INC_DIGEST);
    assert_int_equal(base[29], 'z');
    inc_unmap_file(base, bytes);
    inc_unmap_file(NULL, 0);
}

static void
padded(void **state)
{
    static const size_t aligns[] = {1, 64, PAGE, 3 * PAGE};
    unsigned char *base = NULL;
    struct inc_err err;
    size_t bytes = 0, at = 0;

    (void)state;
    assert_int_equal(inc_stream_begin(&s, path, &err), INC_OK);
    assert_int_equal(inc_stream_pad(&s, PAGE, &err), INC_OK);
    assert_int_equal(s.at, 0); /* nothing to fill */
    for (size_t i = 0; i < sizeof aligns / sizeof aligns[0]; i++) {
        assert_int_equal(inc_stream_add(&s, "x", 1, &err), INC_OK);
        assert_int_equal(inc_stream_pad(&s, aligns[i], &err), INC_OK);
        at = (at + 1 + aligns[i] - 1) / aligns[i] * aligns[i];
        assert_int_equal(s.at, at);
    }
    assert_int_equal(inc_stream_add(&s, "", 0, &err), INC_OK);
    assert_int_equal(inc_stream_end(&s, &err), INC_OK);
    assert_int_equal(inc_map_file(&base, &bytes, path, &err), INC_OK);
    assert_int_equal(bytes, 3 * PAGE * 2 - 3 * PAGE + INC_DIGEST);
    assert_int_equal(base[0] + base[1] + base[64] + base[PAGE], 4 * 'x');
    for (size_t i = PAGE + 1; i < at; i++)
        assert_int_equal(base[i], 0);
    inc_unmap_file(base, bytes);
}

static void
given_up(void **state)
{
    struct inc_err err;
    size_t len = 0;
    unsigned char *bytes = NULL;

    (void)state;
    write_it("old", 1);
    assert_int_equal(inc_stream_begin(&s, path, &err), INC_OK);
    assert_int_equal(names(), 2);
    assert_int_equal(inc_stream_add(&s, "new", 3, &err), INC_OK);
    inc_stream_abandon(&s);
    inc_stream_abandon(&s); /* ended is fine */
    assert_int_equal(names(), 1);
    assert_int_equal(inc_map_file(&bytes, &len, path, &err), INC_OK);
    assert_memory_equal(bytes, "old", 3);
    inc_unmap_file(bytes, len);
}

/* What a crash left half written does not stay, nor get into the file. */
static void
left_over(void **state)
{
    char temp[ROOM + 80];
    unsigned char *base = NULL;
    struct inc_err err;
    size_t bytes = 0;
    FILE *f;

    (void)state;
    (void)snprintf(temp, sizeof temp, "%s.new", path);
    f = fopen(temp, "wb");
    assert_non_null(f);
    assert_true(fputs("much longer than what is written now", f) >= 0);
    assert_int_equal(fclose(f), 0);
    write_it("abc", 1);
    assert_int_equal(names(), 1);
    assert_int_equal(inc_map_file(&base, &bytes, path, &err), INC_OK);
    assert_int_equal(bytes, 3 + INC_DIGEST);
    inc_unmap_file(base, bytes);
}

static void
no_place(void **state)
{
    char long_path[INC_STREAM_PATH + 8], missing[ROOM + 64];
    unsigned char *base = NULL;
    struct inc_err err;
    size_t bytes;
    FILE *f;

    (void)state;
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    assert_int_equal(inc_stream_begin(&s, long_path, &err), INC_E_LIMIT);
    inc_stream_abandon(&s);
    (void)snprintf(missing, sizeof missing, "%s/no/f", dir);
    assert_int_equal(inc_stream_begin(&s, missing, &err), INC_E_NOTFOUND);
    assert_non_null(strstr(err.what, "no/f"));
    inc_stream_abandon(&s);
    assert_int_equal(inc_map_file(&base, &bytes, missing, &err),
                     INC_E_NOTFOUND);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(inc_map_file(&base, &bytes, path, &err), INC_E_CORRUPT);
    assert_int_not_equal(inc_map_file(&base, &bytes, dir, &err), INC_OK);
    assert_null(base);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(padded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(left_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_place, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

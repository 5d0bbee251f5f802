/* Whole files in and out, and what is left after each way to fail. */
#include "tests/support/cm.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"

enum { ROOM = 512 };

static char dir[ROOM];

static int
set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/incrocio-file-XXXXXX");
    return mkdtemp(dir) == NULL ? -1 : 0;
}

static const char *
in_dir(char out[ROOM + 64], const char *name)
{
    (void)snprintf(out, ROOM + 64, "%s/%s", dir, name);
    return out;
}

static int
tear_down(void **state)
{
    static const char *const inner[] = {"a/b/c", "a/b", "a", "target",
                                        "locked"};
    char path[ROOM + 64];

    (void)state;
    for (size_t i = 0; i < sizeof inner / sizeof inner[0]; i++)
        (void)rmdir(in_dir(path, inner[i]));
    (void)unlink(in_dir(path, "f"));
    return rmdir(dir); /* fails when a test leaves anything behind */
}

/* Names in the folder besides . and .. */
static size_t
names(const char *path)
{
    DIR *d = opendir(path);
    size_t n = 0;

    assert_non_null(d);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    while (readdir(d) != NULL)
        n++;
    (void)closedir(d);
    return n - 2;
}

static void
holds(const char *path, const void *bytes, size_t len)
{
    struct inc_buf b = {0};
    struct inc_err err;

    assert_int_equal(inc_file_read(&b, path, SIZE_MAX, &err), INC_OK);
    assert_int_equal(b.len, len);
    if (len != 0)
        assert_memory_equal(b.data, bytes, len);
    inc_buf_release(&b);
}

static void
there_and_back(void **state)
{
    static unsigned char big[200003]; /* not a multiple of a chunk */
    char path[ROOM + 64];
    struct stat info;

    (void)state;
    (void)in_dir(path, "f");
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (unsigned char)(i * 31 >> 3);
    assert_int_equal(inc_file_write(path, big, sizeof big, NULL), INC_OK);
    holds(path, big, sizeof big);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(inc_file_write(path, "short", 5, NULL), INC_OK);
    holds(path, "short", 5);
    assert_int_equal(inc_file_write(path, "", 0, NULL), INC_OK);
    holds(path, "", 0);
    assert_int_equal(names(dir), 1); /* no temporary file stays */
}

static void
reading_appends(void **state)
{
    char path[ROOM + 64];
    struct inc_buf b = {0};
    struct inc_err err;

    (void)state;
    (void)in_dir(path, "f");
    assert_int_equal(inc_file_write(path, "12345", 5, &err), INC_OK);
    inc_buf_text(&b, "ab");
    assert_int_equal(inc_file_read(&b, path, 5, &err), INC_OK);
    assert_string_equal(inc_buf_cstr(&b), "ab12345");
    assert_int_equal(inc_file_read(&b, path, 4, &err), INC_E_LIMIT);
    assert_string_equal(inc_buf_cstr(&b), "ab12345");
    assert_non_null(strstr(err.what, "4 bytes"));
    inc_buf_release(&b);
}

static void
nothing_to_read(void **state)
{
    char path[ROOM + 64];
    struct inc_buf b = {0};
    struct inc_err err;

    (void)state;
    inc_buf_text(&b, "ab");
    assert_int_equal(inc_file_read(&b, in_dir(path, "none"), 100, &err),
                     INC_E_NOTFOUND);
    assert_int_equal(err.os, ENOENT);
    assert_non_null(strstr(err.what, "none"));
    assert_int_equal(inc_file_read(&b, dir, 100, &err), INC_E_IO);
    assert_int_equal(err.os, EISDIR);
    assert_int_equal(b.len, 2);
    inc_buf_release(&b);
}

/* A folder in the place of the file: the last step fails, and the folder is
 * as it was, without the temporary file. */
static void
rename_fails(void **state)
{
    char path[ROOM + 64];
    struct stat info;
    struct inc_err err;
    size_t before;

    (void)state;
    (void)in_dir(path, "target");
    assert_int_equal(mkdir(path, 0700), 0);
    before = names(dir);
    assert_int_equal(inc_file_write(path, "x", 1, &err), INC_E_IO);
    assert_int_equal(err.os, EISDIR);
    assert_non_null(strstr(err.what, "rename"));
    assert_int_equal(stat(path, &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    assert_int_equal(names(dir), before);
    assert_int_equal(rmdir(path), 0);
}

static void
no_folder_to_write_in(void **state)
{
    char path[ROOM + 64];
    char longer[5000];
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_file_write(in_dir(path, "none/f"), "x", 1, &err),
                     INC_E_NOTFOUND);
    assert_int_equal(inc_file_write(in_dir(path, "f/g"), "x", 1, &err),
                     INC_E_IO); /* f is a file */
    memset(longer, 'x', sizeof longer - 1);
    longer[0] = '/';
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(inc_file_write(longer, "x", 1, &err), INC_E_LIMIT);
}

/* A folder we may not write in: the old file stays. Root may write
 * everywhere, so root becomes nobody for the call. */
static void
unwritable_folder(void **state)
{
    enum { NOBODY = 65534 };
    char folder[ROOM + 64], file[ROOM + 64];
    enum inc_status st;
    struct inc_err err;
    int root = geteuid() == 0;

    (void)state;
    assert_int_equal(mkdir(in_dir(folder, "locked"), 0700), 0);
    (void)in_dir(file, "locked/f");
    assert_int_equal(inc_file_write(file, "old", 3, &err), INC_OK);
    assert_int_equal(chmod(folder, 0555), 0);
    if (root) {
        assert_int_equal(chmod(dir, 0711), 0);
        assert_int_equal(seteuid(NOBODY), 0);
    }
    st = inc_file_write(file, "new", 3, &err);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(st, INC_E_IO);
    assert_int_equal(err.os, EACCES);
    holds(file, "old", 3);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(names(folder), 1);
    (void)unlink(file);
}

/* A file without a folder in its name lies in the current one. */
static void
a_bare_name(void **state)
{
    char back[4096];

    (void)state;
    assert_non_null(getcwd(back, sizeof back));
    assert_int_equal(chdir(dir), 0);
    assert_int_equal(inc_file_write("f", "bare", 4, NULL), INC_OK);
    holds("f", "bare", 4);
    assert_int_equal(chdir(back), 0);
}

static void
folders(void **state)
{
    char path[ROOM + 64], longer[5000];
    struct stat info;
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_file_mkdirs(in_dir(path, "a/b/c"), &err), INC_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(inc_file_mkdirs(path, &err), INC_OK);
    assert_int_equal(inc_file_mkdirs(in_dir(path, "a/b/"), &err), INC_OK);
    assert_int_equal(inc_file_mkdirs_of(in_dir(path, "o/p/file"), &err),
                     INC_OK);
    assert_int_equal(stat(path, &info), -1);
    assert_int_equal(stat(in_dir(path, "o/p"), &info), 0);
    assert_int_equal(inc_file_mkdirs_of("here", &err), INC_OK);
    assert_int_equal(inc_file_mkdirs_of("/file", &err), INC_OK);
    assert_int_equal(inc_file_sync_dir(in_dir(path, "a"), &err), INC_OK);
    assert_int_equal(inc_file_sync_dir(in_dir(path, "none"), &err),
                     INC_E_NOTFOUND);
    assert_int_equal(inc_file_write(in_dir(path, "f"), "x", 1, &err), INC_OK);
    assert_int_equal(inc_file_sync_dir(path, &err), INC_E_IO);
    assert_int_equal(inc_file_mkdirs(in_dir(path, "f/under"), &err), INC_E_IO);
    assert_int_equal(inc_file_mkdirs("", &err), INC_E_LIMIT);
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(inc_file_mkdirs(longer, &err), INC_E_LIMIT);
}

/* A file in the folder's place is no folder. */
static void
a_file_is_no_folder(void **state)
{
    char path[ROOM + 64];
    struct inc_err err;

    (void)state;
    (void)in_dir(path, "f");
    assert_int_equal(inc_file_write(path, "x", 1, &err), INC_OK);
    assert_int_equal(inc_file_mkdirs(path, &err), INC_E_IO);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(reading_appends),
        cmocka_unit_test(nothing_to_read),
        cmocka_unit_test(rename_fails),
        cmocka_unit_test(no_folder_to_write_in),
        cmocka_unit_test(unwritable_folder),
        cmocka_unit_test(a_bare_name),
        cmocka_unit_test(folders),
        cmocka_unit_test(a_file_is_no_folder),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

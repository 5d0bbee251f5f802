/*
 * Stores that earlier versions wrote, as bytes in tests/fixtures: each is
 * opened as a daemon would (which migrates it), verified, compared with what
 * the script made then, asked for repeats and written on.
 *
 *   reliability.formats              all of them
 *   reliability.formats make=FORMAT  make the one of the format of today, which
 *                                    FORMAT must name; docs/testing.md says
 * when
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "tests/reliability/store/script.h"

#define FIXTURES "tests/fixtures/store-format-%u-script/%s"

enum { MAKE_BATCHES = 12, MOST = 1 << 24 };

static const struct {
    unsigned format;
    uint64_t seed, commands;
} fixtures[] = {
    {1, 1, 42}, /* written by 7bf1806, the last whose stores were not sealed */
    {2, 1 | REL_ERASES, 54},
};

/* In the fixture's folder, and in that of a run. */
static const char *const files[][2] = {{"data.mdb", "s/data.mdb"},
                                       {"ring", "s/keys/ring"},
                                       {"key", "s.key"},
                                       {"erased", "s.key.erased"}};
enum { FILES = sizeof files / sizeof files[0] };

static void
require(int holds, const char *what, const struct inc_err *err)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, err != NULL ? err->what : "");
    exit(1); // NOLINT(concurrency-mt-unsafe)
}

static void
copy(const char *from, const char *to)
{
    struct inc_buf bytes = {0};
    struct inc_err err = {0};

    if (access(from, F_OK) != 0)
        return;
    require(inc_file_read(&bytes, from, MOST, &err) == INC_OK, from, &err);
    require(inc_file_mkdirs_of(to, &err) == INC_OK, to, &err);
    require(inc_file_write(to, bytes.data, bytes.len, &err) == INC_OK, to,
            &err);
    require(chmod(to, 0600) == 0, to, NULL);
    inc_buf_release(&bytes);
}

static int
check(unsigned i)
{
    char folder[256], dir[300], from[400], to[400], text[REL_TEXT];
    uint64_t head, n = fixtures[i].commands;
    int rc;

    rel_folder(folder, "format");
    for (int k = 0; k < FILES; k++) {
        (void)snprintf(from, sizeof from, FIXTURES, fixtures[i].format,
                       files[k][0]);
        (void)snprintf(to, sizeof to, "%s/%s", folder, files[k][1]);
        copy(from, to);
    }
    (void)snprintf(dir, sizeof dir, "%s/s", folder);
    rc = rel_check(dir, fixtures[i].seed, n, n, &head, text);
    (void)printf("format %u: %s%s, %" PRIu64 " commands\n", fixtures[i].format,
                 rc == 0 ? "sound" : "FAILED: ", rc == 0 ? "" : text, head);
    rel_remove(folder);
    return rc;
}

/* The script's store, as its backup: without free pages. */
static int
make(uint64_t format, uint64_t seed)
{
    const struct inc_store_options o = {.map_bytes = (size_t)192 << 10,
                                        .reserve_percent = 1};
    static struct rel_slot slots[REL_BATCH];
    struct inc_store *s = NULL;
    struct inc_arena a;
    struct inc_err err = {0};
    char folder[256], dir[300], backup[300], from[400], to[400];
    uint64_t sent = 0;
    size_t n;

    require(format == INC_STORE_FORMAT,
            "stores of another format are made by "
            "the version that wrote them",
            NULL);
    require(inc_arena_init(&a, REL_ARENA) == INC_OK, "memory", NULL);
    rel_folder(folder, "format");
    (void)snprintf(dir, sizeof dir, "%s/s", folder);
    (void)snprintf(backup, sizeof backup, "%s/b", folder);
    require(inc_store_open(&s, dir, &o, &err) == INC_OK, "open", &err);
    for (int i = 0; i < MAKE_BATCHES; i++) {
        require(rel_apply(s, seed, sent, slots, &n, &a, &err) == INC_OK,
                "apply", &err);
        sent += n;
    }
    require(inc_store_backup(s, backup, &err) == INC_OK, "backup", &err);
    inc_store_close(s);
    for (int k = 0; k < FILES; k++) {
        (void)snprintf(from, sizeof from, "%s/%s%s", folder, k < 2 ? "b" : "s",
                       files[k][1] + 1);
        (void)snprintf(to, sizeof to, FIXTURES, (unsigned)format, files[k][0]);
        copy(from, to);
    }
    rel_remove(folder);
    inc_arena_release(&a);
    (void)printf("{%u, 0x%" PRIx64 ", %" PRIu64 "}\n", (unsigned)format, seed,
                 sent);
    return 0;
}

int
main(int argc, char **argv)
{
    uint64_t format = rel_option(argc, argv, "make", 0);
    unsigned n = sizeof fixtures / sizeof fixtures[0];
    int bad = 0;

    if (inc_hash_start() != 0)
        return 1;
    if (format != 0)
        return make(format, 1 | REL_ERASES);
    for (unsigned i = 0; i < n; i++)
        bad |= check(i) != 0;
    if (fixtures[n - 1].format != INC_STORE_FORMAT) {
        (void)printf("format %d has no fixture\n", INC_STORE_FORMAT);
        bad = 1;
    }
    return bad;
}

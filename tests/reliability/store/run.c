/* Folders, options and the line of figures of the programs here. */
#define _XOPEN_SOURCE 700 // NOLINT

#include <ftw.h>
#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tests/reliability/store/script.h"

void
rel_folder(char out[256], const char *name)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
    const char *base = getenv("TMPDIR");

    if (base == NULL)
        base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(out, 256, "%s/inc-%s-XXXXXX", base, name);
    if (mkdtemp(out) == NULL) {
        perror(out);
        exit(1); // NOLINT(concurrency-mt-unsafe)
    }
}

static int
remove_one(const char *path, const struct stat *info, int what, struct FTW *at)
{
    (void)info;
    (void)at;
    return what == FTW_DP ? rmdir(path) : unlink(path);
}

void
rel_remove(const char *folder)
{
    (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

uint64_t
rel_option(int argc, char **argv, const char *name, uint64_t none)
{
    size_t len = strlen(name);

    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], name, len) == 0 && argv[i][len] == '=')
            return strtoull(argv[i] + len + 1, NULL, 10);
    return none;
}

static void
commit_of(char out[64])
{
    FILE *f = popen("git rev-parse --short HEAD 2>/dev/null", "r");

    if (f == NULL || fgets(out, 64, f) == NULL)
        (void)snprintf(out, 64, "unknown");
    out[strcspn(out, "\n")] = '\0';
    if (f != NULL)
        (void)pclose(f);
}

void
rel_report(const char *what, uint64_t n, uint64_t failures, uint64_t seed)
{
    struct utsname u;
    char commit[64];

    commit_of(commit);
    (void)uname(&u);
    (void)printf("%s: n %" PRIu64 ", failures %" PRIu64, what, n, failures);
    if (failures == 0 && n > 0)
        (void)printf(", rate < %.2g (95 %%)", 3.0 / (double)n);
    (void)printf("; seed %" PRIu64 ", commit %s, lmdb %d.%d.%d, linux %s\n",
                 seed, commit, MDB_VERSION_MAJOR, MDB_VERSION_MINOR,
                 MDB_VERSION_PATCH, u.release);
    (void)fflush(stdout);
}

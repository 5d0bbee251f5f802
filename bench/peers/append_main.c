/* append_main.c - the limit of durable writes: append to a file, fdatasync.
 *   append [--file FILE] [--times N] SIZE...
 * The file is beside the store that is measured, on the same disk; it is
 * removed at the end. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/figure/figure.h"
#include "engine/base/clock.h"
#include "engine/base/mem.h"

enum { SIZE_MAX_BYTES = 64 << 20 };

static const struct option options[] = {{"file", required_argument, NULL, 'f'},
                                        {"times", required_argument, NULL, 'n'},
                                        {NULL, 0, NULL, 0}};

static int
usage(void)
{
    (void)fprintf(stderr, "append [--file FILE] [--times N] BYTES...\n"
                          "  milliseconds of write and fdatasync together\n");
    return 2;
}

static int
trouble(const char *what)
{
    char text[128] = "";

    (void)strerror_r(errno, text, sizeof text);
    (void)fprintf(stderr, "append: %s: %s\n", what, text);
    return 1;
}

/* One durable append; milliseconds, or less than 0. */
static double
append(int fd, const char *bytes, size_t size)
{
    uint64_t start = inc_clock_ns();

    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, bytes + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        done += (size_t)n;
    }
    if (fdatasync(fd) != 0)
        return -1;
    return (double)(inc_clock_ns() - start) / 1e6;
}

static int
measure(int fd, size_t size, unsigned times)
{
    struct inc_samples s = {0};
    char *bytes = inc_mem_zero(size, 1);
    int rc = 0;

    if (bytes == NULL)
        return trouble("memory");
    memset(bytes, 'x', size);
    for (unsigned i = 0; i < times && rc == 0; i++) {
        double ms = append(fd, bytes, size);
        if (ms < 0)
            rc = trouble("write");
        else
            inc_samples_add(&s, ms);
    }
    if (rc == 0) {
        inc_figure_print("peer.append", "ms", &s, "\"bytes\":%zu", size);
        (void)fprintf(stderr, "%9zu bytes: median %.3f ms, p99 %.3f ms\n", size,
                      inc_samples_quantile(&s, .5),
                      inc_samples_quantile(&s, .99));
    }
    inc_samples_release(&s);
    inc_mem_free(bytes);
    return rc;
}

int
main(int argc, char **argv)
{
    const char *path = "append.tmp";
    unsigned times = 200;
    int option, fd, rc = 0;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'f')
            path = optarg;
        else if (option == 'n')
            times = (unsigned)strtoul(optarg, NULL, 10);
        else
            return usage();
    }
    if (optind == argc || times == 0)
        return usage();
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return trouble(path);
    for (int i = optind; i < argc && rc == 0; i++) {
        size_t size = strtoull(argv[i], NULL, 10);
        rc = size >= 1 && size <= SIZE_MAX_BYTES ? measure(fd, size, times)
                                                 : usage();
    }
    (void)close(fd);
    (void)unlink(path);
    return rc;
}

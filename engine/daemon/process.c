#include "engine/daemon/process.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"

enum { DESCRIPTORS_KEPT = 32 };

enum inc_status
inc_process_prepare(int *signal_fd, struct inc_err *err)
{
    struct rlimit limit = {0, 0};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t set;

    inc_mem_start();
    (void)umask(077);
    (void)setrlimit(RLIMIT_CORE, &limit);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    inc_accept_keep(DESCRIPTORS_KEPT);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return inc_fail(err, INC_E_IO, errno, "cannot block signals");
    *signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (*signal_fd < 0)
        return inc_fail(err, INC_E_IO, errno, "cannot make a signalfd");
    return INC_OK;
}

static int
count_threads(void)
{
    DIR *dir = opendir("/proc/self/task");
    int n = 0;

    if (dir == NULL)
        return 1;
    while (readdir(dir) != NULL) /* NOLINT(concurrency-mt-unsafe): one stream */
        n++;
    (void)closedir(dir);
    return n - 2; /* . and .. */
}

void
inc_process_single(char **argv)
{
    static const char name[] = "OPENBLAS_NUM_THREADS";
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): first thing in main */
    const char *now = getenv(name);

    if (count_threads() <= 1 || (now != NULL && strcmp(now, "1") == 0))
        return;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): first thing in main */
    if (setenv(name, "1", 1) == 0)
        (void)execv("/proc/self/exe", argv);
}

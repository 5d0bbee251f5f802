#include "engine/daemon/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *
environment(const char *name)
{
    /* Nobody changes the environment after main began. */
    return getenv(name); /* NOLINT(concurrency-mt-unsafe) */
}

int
inc_notify(const char *state)
{
    const char *path = environment("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t len;
    ssize_t sent;
    int fd;

    if (path == NULL)
        return 0;
    len = strlen(path);
    if (len < 2 || len >= sizeof to.sun_path ||
        (path[0] != '/' && path[0] != '@'))
        return -1;
    memcpy(to.sun_path, path, len);
    if (path[0] == '@')
        to.sun_path[0] = '\0'; /* an abstract name */
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL,
                  (const struct sockaddr *)&to,
                  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
    (void)close(fd);
    return sent < 0 ? -1 : 0;
}

uint64_t
inc_notify_watchdog_ns(void)
{
    const char *usec = environment("WATCHDOG_USEC");
    const char *pid = environment("WATCHDOG_PID");
    char *end;
    unsigned long long n;

    if (usec == NULL)
        return 0;
    if (pid != NULL && strtol(pid, &end, 10) != (long)getpid())
        return 0;
    n = strtoull(usec, &end, 10);
    if (*usec == '\0' || *end != '\0' || n == 0 || n > UINT64_MAX / 1000)
        return 0;
    return (uint64_t)n * 1000 / 3; /* thrice as often as asked */
}

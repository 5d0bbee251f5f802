#include "engine/server/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/server/server.h"

enum { PATH_MAX_BYTES = sizeof(((struct sockaddr_un *)0)->sun_path) };

static int
starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static enum inc_status
check_ipc(const char *path, struct inc_err *err)
{
    size_t len = strlen(path);
    enum inc_status st;

    if (path[0] == '@') {
        st = inc_fail(err, INC_E_CONFIG, 0,
                      "an abstract ipc name has no file permissions");
        inc_err_hint(err, "use a path, such as "
                          "ipc:///run/incrocio/incrociod.sock");
        return st;
    }
    if (path[0] != '/') {
        st = inc_fail(err, INC_E_CONFIG, 0,
                      "the ipc path '%.80s' is not absolute", path);
        inc_err_hint(err, "begin with ipc:///");
        return st;
    }
    if (len >= PATH_MAX_BYTES) {
        st = inc_fail(err, INC_E_CONFIG, 0,
                      "the ipc path has %zu bytes, a socket's path has at "
                      "most %d",
                      len, PATH_MAX_BYTES - 1);
        inc_err_hint(err, "use a shorter path");
        return st;
    }
    if (path[len - 1] == '/')
        return inc_fail(err, INC_E_CONFIG, 0,
                        "the ipc path '%.80s' is a folder's", path);
    return INC_OK;
}

int
inc_endpoint_is_tcp(const char *endpoint)
{
    return starts(endpoint, "tcp://");
}

/* 1 for a.b.c.d */
static int
is_ipv4(const char *host, size_t len)
{
    int dots = 0;
    long part = 0;
    size_t digits = 0;

    for (size_t i = 0; i < len; i++) {
        if (host[i] == '.') {
            if (digits == 0)
                return 0;
            dots++;
            part = 0;
            digits = 0;
        } else if (host[i] >= '0' && host[i] <= '9' && digits < 3) {
            part = part * 10 + (host[i] - '0');
            digits++;
            if (part > 255)
                return 0;
        } else {
            return 0;
        }
    }
    return dots == 3 && digits > 0;
}

static enum inc_status
check_tcp(const char *rest, struct inc_err *err)
{
    const char *colon = strrchr(rest, ':');
    enum inc_status st;
    char *end;
    long port;

    if (colon == NULL) {
        st = inc_fail(err, INC_E_CONFIG, 0, "'tcp://%.80s' has no port", rest);
        inc_err_hint(err, "tcp://127.0.0.1:PORT, or * for any free port");
        return st;
    }
    if (!is_ipv4(rest, (size_t)(colon - rest)) &&
        (colon - rest != 1 || rest[0] != '*')) {
        st = inc_fail(err, INC_E_CONFIG, 0, "'%.*s' is not an IPv4 address",
                      (int)(colon - rest > 80 ? 80 : colon - rest), rest);
        inc_err_hint(err, "an address of this machine in numbers, such as "
                          "127.0.0.1; 0.0.0.0 or * for all of them");
        return st;
    }
    if (strcmp(colon + 1, "*") == 0)
        return INC_OK;
    port = strtol(colon + 1, &end, 10);
    if (colon[1] < '0' || colon[1] > '9' || *end != '\0' || port > 65535) {
        st = inc_fail(err, INC_E_CONFIG, 0, "'%.20s' is not a port", colon + 1);
        inc_err_hint(err, "1 to 65535, or * for any free port");
        return st;
    }
    return INC_OK;
}

enum inc_status
inc_endpoint_check(const char *endpoint, struct inc_err *err)
{
    enum inc_status st;

    if (starts(endpoint, "ipc://"))
        return check_ipc(endpoint + 6, err);
    if (starts(endpoint, "tcp://"))
        return check_tcp(endpoint + 6, err);
    st = inc_fail(err, INC_E_CONFIG, 0, "'%.80s' is not an endpoint", endpoint);
    inc_err_hint(err, "ipc:///PATH or tcp://127.0.0.1:PORT");
    return st;
}

enum inc_status
inc_events_check(const char *events, struct inc_err *err)
{
    enum inc_status st;

    if (strcmp(events, "off") == 0 || strcmp(events, "beside") == 0)
        return INC_OK;
    st = inc_endpoint_check(events, err);
    if (st == INC_OK && !inc_endpoint_is_tcp(events))
        return INC_OK;
    /* A publisher cannot ask again who still may listen, nor leave out what
     * one of them may not see. */
    if (st == INC_OK)
        st = inc_fail(err, INC_E_CONFIG, 0,
                      "new matches are not published over the network");
    inc_err_hint(err, "off, beside or ipc:///PATH; over tcp event.list gives "
                      "each user what it may see");
    return st;
}

static enum inc_status
lock_file(int *lock_fd, const char *path, struct inc_err *err)
{
    char name[PATH_MAX_BYTES + 8], pid[24] = "";
    enum inc_status st;
    int fd;

    (void)snprintf(name, sizeof name, "%s.lock", path);
    fd = open(name, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return inc_fail(err, INC_E_IO, errno, "cannot open %.160s", name);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int e = errno;
        ssize_t n = read(fd, pid, sizeof pid - 1);

        (void)close(fd);
        if (n > 0)
            pid[strcspn(pid, "\n")] = '\0';
        st = inc_fail(err, INC_E_BUSY, e,
                      "another incrociod (process %s) serves at %.120s",
                      n > 0 ? pid : "unknown", path);
        inc_err_hint(err, "stop it first, or choose another endpoint");
        return st;
    }
    (void)snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    /* The number helps people only; the lock does the work. */
    if (ftruncate(fd, 0) != 0 || write(fd, pid, strlen(pid)) < 0) {
        int e = errno;

        (void)close(fd);
        return inc_fail(err, INC_E_IO, e, "cannot write %.160s", name);
    }
    *lock_fd = fd;
    return INC_OK;
}

enum inc_status
inc_endpoint_claim(int *lock_fd, const char *endpoint, struct inc_err *err)
{
    const char *path = endpoint + 6;
    struct stat info;
    enum inc_status st = INC_OK;

    *lock_fd = -1;
    INC_TRY(inc_endpoint_check(endpoint, err));
    if (!starts(endpoint, "ipc://"))
        goto out;
    INC_TRY(inc_file_mkdirs_of(path, err));
    INC_TRY(lock_file(lock_fd, path, err));
    if (lstat(path, &info) == 0 && !S_ISSOCK(info.st_mode)) {
        (void)close(*lock_fd);
        *lock_fd = -1;
        st = inc_fail(err, INC_E_CONFIG, 0, "%.160s exists and is no socket",
                      path);
        inc_err_hint(err, "move it away, or choose another endpoint");
    }
out:
    return st;
}

#include "engine/daemon/scout.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/daemon/sandbox.h"

enum { SCOUT_S = 3600, FILES = 1024 };

struct inc_scout {
    int fd;
    pid_t pid;
};

/* What the scout says: how its child ended. */
struct answer {
    int how; /* as wait(2) has it; 0: well, or it could not begin */
};

/* --- the scout's side
 * ---------------------------------------------------------- */

static void
walk(const char *dir, const struct inc_store_options *given)
{
    struct inc_store_options o = {.read_only = 1, .key_file = given->key_file};
    struct inc_verify_report report;
    struct inc_store *s = NULL;
    struct inc_err err;

    (void)signal(SIGBUS, SIG_DFL);
    (void)signal(SIGSEGV, SIG_DFL);
    (void)signal(SIGABRT, SIG_DFL);
    (void)signal(SIGALRM, SIG_DFL);
    (void)alarm(SCOUT_S);
    /* Not the findings: the daemon makes those itself, with its taxonomy. */
    if (inc_hash_start() == 0 && inc_store_open(&s, dir, &o, &err) == INC_OK)
        (void)inc_store_verify(s, &report, NULL, NULL, NULL, NULL, &err);
    inc_store_close(s);
}

static int
send_child(const char *dir, const struct inc_store_options *o)
{
    int how = 0;
    pid_t pid = fork();

    if (pid == 0) {
        walk(dir, o);
        _exit(0);
    }
    if (pid < 0)
        return 0;
    while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
        continue;
    return how;
}

/* Never comes back. */
static void
serve(int fd, const struct inc_config *c, const char *dir,
      const struct inc_store_options *o)
{
    struct inc_err err;
    char question;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = STDERR_FILENO + 1; i < FILES; i++)
        if (i != fd)
            (void)close(i);
    if (inc_sandbox_calls_of_scout(c, &err) != INC_OK)
        _exit(1);
    while (read(fd, &question, 1) == 1) {
        struct answer a = {send_child(dir, o)};

        if (send(fd, &a, sizeof a, MSG_NOSIGNAL) != (ssize_t)sizeof a)
            break;
    }
    _exit(0);
}

/* --- the daemon's side
 * --------------------------------------------------------- */

enum inc_status
inc_scout_start(struct inc_scout **out, const struct inc_config *c,
                const char *dir, const struct inc_store_options *o,
                struct inc_err *err)
{
    struct inc_scout *s = inc_mem_zero(1, sizeof *s);
    int ends[2];

    if (s == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the scout");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        inc_mem_free(s);
        return inc_fail(err, INC_E_IO, errno, "cannot make a pair of sockets");
    }
    (void)fflush(NULL); /* nothing may be written twice */
    s->pid = fork();
    if (s->pid == 0)
        serve(ends[1], c, dir, o);
    (void)close(ends[1]);
    if (s->pid < 0) {
        int e = errno;

        (void)close(ends[0]);
        inc_mem_free(s);
        return inc_fail(err, INC_E_IO, e, "cannot start a process");
    }
    s->fd = ends[0];
    *out = s;
    return INC_OK;
}

int
inc_scout_ask(void *scout, char *text, size_t size)
{
    struct inc_scout *s = scout;
    struct answer a;

    if (s == NULL || send(s->fd, "?", 1, MSG_NOSIGNAL) != 1 ||
        recv(s->fd, &a, sizeof a, MSG_WAITALL) != (ssize_t)sizeof a ||
        !WIFSIGNALED(a.how))
        return 1;
    if (WTERMSIG(a.how) == SIGALRM)
        (void)snprintf(text, size,
                       "walking the store took over %d s and was ended",
                       SCOUT_S);
    else
        (void)snprintf(text, size,
                       "a process that walked the store died (signal %d): the "
                       "file is damaged",
                       WTERMSIG(a.how));
    return 0;
}

void
inc_scout_stop(struct inc_scout *s)
{
    if (s == NULL)
        return;
    (void)close(s->fd);
    inc_mem_free(s);
}

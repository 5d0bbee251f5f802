#include "engine/store/private.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Verification in a process that may die. The child sends what it finds over
 * a pipe: one byte of kind, two of length, then the text; at the end the
 * report or the error. Both ends are the same program, so structs travel as
 * they are.
 */

enum { HOUR_S = 3600, DIED_NOT = 9 };

static void
send_message(FILE *to, char kind, const void *bytes, size_t len)
{
    unsigned char head[3] = {(unsigned char)kind, (unsigned char)(len >> 8),
                             (unsigned char)len};

    (void)fwrite(head, 1, sizeof head, to);
    (void)fwrite(bytes, 1, len, to);
}

static void
send_finding(void *arg, int is_fault, const char *text)
{
    send_message(arg, is_fault ? 'F' : 'W', text, strlen(text));
    (void)fflush(arg); /* the next page may be the last one looked at */
}

static void
child(const char *dir, const struct inc_store_options *given, unsigned seconds,
      FILE *to)
{
    const struct inc_store_options o = {
        .read_only = 1,
        .key_file = given != NULL ? given->key_file : NULL,
        .keys = given != NULL ? given->keys : NULL};
    const struct rlimit no_core = {0, 0};
    struct inc_verify_report report = {.faults = 0};
    struct inc_store *s = NULL;
    struct inc_err err = {0}; /* travels whole */
    enum inc_status st;

    (void)signal(SIGBUS, SIG_DFL);
    (void)signal(SIGSEGV, SIG_DFL);
    (void)signal(SIGABRT, SIG_DFL);
    (void)signal(SIGALRM, SIG_DFL);
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)alarm(seconds);
    st = inc_store_open_as_is(&s, dir, &o, &err);
    if (st == INC_OK)
        st = inc_store_verify(s, &report, send_finding, to, NULL, NULL, &err);
    inc_store_close(s);
    if (st == INC_OK)
        send_message(to, 'R', &report, sizeof report);
    else
        send_message(to, 'E', &err, sizeof err);
    (void)fflush(to);
}

/* 'R' or 'E' when the child came to an end, 0 when it did not. */
static int
listen_to(FILE *from, struct inc_verify_report *report, struct inc_err *error,
          void (*tell)(void *arg, int is_fault, const char *text),
          void *tell_arg)
{
    unsigned char head[3];
    char text[2048];

    while (fread(head, 1, sizeof head, from) == sizeof head) {
        size_t len = (size_t)head[1] << 8 | head[2];
        if (len >= sizeof text || fread(text, 1, len, from) != len)
            return 0;
        text[len] = '\0';
        if (head[0] == 'R' && len == sizeof *report) {
            memcpy(report, text, len);
            return 'R';
        }
        if (head[0] == 'E' && len == sizeof *error) {
            memcpy(error, text, len);
            return 'E';
        }
        if (head[0] == 'F')
            report->faults++;
        else
            report->warnings++;
        if (tell != NULL)
            tell(tell_arg, head[0] == 'F', text);
    }
    return 0;
}

static void
died(int how, struct inc_verify_report *out,
     void (*tell)(void *arg, int is_fault, const char *text), void *tell_arg)
{
    char text[160];

    out->faults++;
    if (tell == NULL)
        return;
    if (WIFSIGNALED(how) && WTERMSIG(how) == SIGALRM)
        (void)snprintf(text, sizeof text,
                       "the verification took too long and was ended");
    else if (WIFSIGNALED(how))
        (void)snprintf(text, sizeof text,
                       "the verifying process died (signal %d): the file is "
                       "damaged",
                       WTERMSIG(how));
    else
        (void)snprintf(text, sizeof text,
                       "the verifying process died: the file is damaged");
    tell(tell_arg, 1, text);
}

enum inc_status
inc_store_verify_offline(const char *dir, const struct inc_store_options *o,
                         unsigned seconds, struct inc_verify_report *out,
                         void (*tell)(void *arg, int is_fault,
                                      const char *text),
                         void *tell_arg, struct inc_err *err)
{
    struct inc_verify_report report = {.faults = 0};
    struct inc_err error;
    FILE *from;
    int ends[2], how = 0, end;
    pid_t pid;

    if (pipe(ends) != 0)
        return inc_fail(err, INC_E_IO, errno, "cannot make a pipe");
    (void)fflush(NULL); /* nothing may be written twice */
    pid = fork();
    if (pid == 0) {
        FILE *to = fdopen(ends[1], "wb");
        (void)close(ends[0]);
        if (to != NULL)
            child(dir, o, seconds != 0 ? seconds : HOUR_S, to);
        _exit(DIED_NOT);
    }
    if (pid < 0) {
        int e = errno;
        (void)close(ends[0]);
        (void)close(ends[1]);
        return inc_fail(err, INC_E_IO, e, "cannot start a process to verify");
    }
    (void)close(ends[1]);
    from = fdopen(ends[0], "rb");
    end = from == NULL ? 0 : listen_to(from, &report, &error, tell, tell_arg);
    if (from == NULL)
        (void)close(ends[0]);
    else
        (void)fclose(from);
    while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
        continue;
    if (from == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to verify the store");
    if (end == 'E') {
        if (err != NULL)
            *err = error;
        return error.status;
    }
    if (end == 0)
        died(how, &report, tell, tell_arg);
    *out = report;
    return INC_OK;
}

#include "clients/cli/pdf.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clients/cli/cli.h"
#include "engine/base/clock.h"

enum {
    PDF_FD = 3, /* of the child */
    NO_PROGRAM = 127,
    CPU_S = 30,
    WALL_MS = 60000,
    OUTPUT = 8 << 20,
    FILES = 64,
    ATTACHMENTS = 8, /* looked at */
    CHUNK = 1 << 16
};

#define MEMORY ((rlim_t)1 << 30)
#define MS UINT64_C(1000000)

/* --- a child ---------------------------------------------------------------
 */

static void
bound(int what, rlim_t most)
{
    const struct rlimit limit = {most, most};

    if (setrlimit(what, &limit) != 0)
        _exit(NO_PROGRAM);
}

/* In the child: only what is safe between fork and exec. */
static void
become(const char *const *argv, int pdf, int out)
{
    const int null = open("/dev/null", O_RDWR);

    /* Out of the way of the four that are about to be set. */
    pdf = fcntl(pdf, F_DUPFD, PDF_FD + 1);
    out = fcntl(out, F_DUPFD, PDF_FD + 1);
    if (pdf < 0 || out < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
        dup2(null, STDERR_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(pdf, PDF_FD) < 0)
        _exit(NO_PROGRAM);
    for (int fd = PDF_FD + 1; fd < FILES; fd++)
        (void)close(fd);
    bound(RLIMIT_CPU, CPU_S);
    bound(RLIMIT_AS, MEMORY);
    bound(RLIMIT_CORE, 0);
    bound(RLIMIT_FSIZE, 0); /* pipes are no files */
    bound(RLIMIT_NOFILE, FILES);
    (void)execvp(argv[0], (char *const *)argv); /* it changes nothing */
    _exit(NO_PROGRAM);
}

/* All that comes until the end, the time or the bound: 0 the end. */
static int
gather(struct inc_buf *out, int fd)
{
    const uint64_t until = inc_clock_ns() + (uint64_t)WALL_MS * MS;

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        const uint64_t now = inc_clock_ns();
        char chunk[CHUNK];
        ssize_t n;

        if (now >= until || out->len > OUTPUT)
            return -1;
        if (poll(&wait, 1, (int)((until - now) / MS) + 1) < 0 && errno != EINTR)
            return -1;
        if (wait.revents == 0)
            continue;
        n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0)
            inc_buf_add(out, chunk, (size_t)n);
    }
}

static enum inc_status
unreadable(struct inc_err *err, const char *program, int code)
{
    (void)inc_fail(err, INC_E_FORMAT, 0, _("%s cannot read the PDF (%d)"),
                   program, code);
    inc_err_hint(err, "%s", _("is it whole, and without a password?"));
    return INC_E_FORMAT;
}

/* Run a program on the PDF; *out is what it wrote. */
static enum inc_status
run(struct inc_buf *out, const char *const *argv, int pdf, struct inc_err *err)
{
    int ends[2], state = 0, in_time;
    pid_t child;

    if (pipe(ends) != 0)
        return inc_fail(err, INC_E_IO, errno, "no pipe to read a PDF");
    child = fork();
    if (child == 0)
        become(argv, pdf, ends[1]);
    (void)close(ends[1]);
    if (child < 0) {
        (void)close(ends[0]);
        return inc_fail(err, INC_E_IO, errno, "no process to read a PDF");
    }
    in_time = gather(out, ends[0]) == 0;
    (void)close(ends[0]);
    if (!in_time)
        (void)kill(child, SIGKILL);
    while (waitpid(child, &state, 0) < 0 && errno == EINTR)
        ;
    if (!in_time)
        return inc_fail(err, INC_E_LIMIT, 0, "%s",
                        _("the PDF takes too long or says too much"));
    if (WIFEXITED(state) && WEXITSTATUS(state) == NO_PROGRAM) {
        (void)inc_fail(err, INC_E_CONFIG, 0,
                       _("a PDF is read by %s, which is not installed"),
                       argv[0]);
        inc_err_hint(err, "apt install poppler-utils");
        return INC_E_CONFIG;
    }
    if (!WIFEXITED(state) || WEXITSTATUS(state) != 0)
        return unreadable(err, argv[0],
                          WIFEXITED(state) ? WEXITSTATUS(state)
                                           : -WTERMSIG(state));
    return out->failed
               ? inc_fail(err, INC_E_NOMEM, 0, "no memory for the document")
               : INC_OK;
}

/* --- the document ----------------------------------------------------------
 */

static const char pdf_path[] = "/dev/fd/3";

/* The first attachment that is a Europass CV: 1 when *out holds it. */
static int
attachment(struct inc_buf *out, int pdf)
{
    const char *const list[] = {"pdfdetach", "-list", pdf_path, NULL};
    struct inc_err ignored;
    long n = 0;

    if (run(out, list, pdf, &ignored) == INC_OK)
        n = strtol(inc_buf_cstr(out), NULL, 10);
    for (long i = 1; i <= n && i <= ATTACHMENTS; i++) {
        char number[24];
        const char *const save[] = {"pdfdetach",   "-save",  number, "-o",
                                    "/dev/stdout", pdf_path, NULL};

        (void)snprintf(number, sizeof number, "%ld", i);
        inc_buf_reset(out);
        if (run(out, save, pdf, &ignored) == INC_OK &&
            inc_intake_form(out->data, out->len) == INC_FORM_EUROPASS)
            return 1;
    }
    inc_buf_reset(out);
    return 0;
}

/* A file without a name that holds the PDF. */
static FILE *
nameless(const void *bytes, size_t len)
{
    FILE *f = tmpfile();

    if (f != NULL && (fwrite(bytes, 1, len, f) != len || fflush(f) != 0)) {
        (void)fclose(f);
        return NULL;
    }
    return f;
}

enum inc_status
inc_pdf_read(struct inc_document *out, const void *bytes, size_t len,
             const struct inc_intake *how, struct inc_err *err)
{
    const char *const text[] = {"pdftotext", "-q", "-enc", "UTF-8",
                                pdf_path,    "-",  NULL};
    struct inc_intake europass = *how;
    struct inc_buf got = {0};
    FILE *f;
    enum inc_status st = INC_OK;

    if (len > INC_INTAKE_BYTES)
        return inc_fail(err, INC_E_LIMIT, 0,
                        "the document has %zu bytes, more than %d", len,
                        INC_INTAKE_BYTES);
    f = nameless(bytes, len);
    if (f == NULL)
        return inc_fail(err, INC_E_IO, errno, "no temporary file for a PDF");
    if (attachment(&got, fileno(f))) {
        europass.form = INC_FORM_EUROPASS;
        INC_TRY(inc_intake_read(out, got.data, got.len, &europass, err));
    } else {
        INC_TRY(run(&got, text, fileno(f), err));
        INC_TRY(inc_intake_pages(out, inc_buf_cstr(&got), got.len, err));
    }
out:
    inc_buf_release(&got);
    (void)fclose(f);
    return st;
}

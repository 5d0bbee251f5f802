/* speak.c - the language of messages, errors for people, the screen. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clients/cli/cli.h"

enum {
    PATH_BYTES = 4096,
    WIDTH_LEAST = 40,
    WIDTH_USUAL = 80,
    WIDTH_MOST = 100
};

/* First of three variables that is set to something, or "". */
static const char *
environment(const char *first, const char *second, const char *third)
{
    const char *const names[] = {first, second, third};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]); // NOLINT(concurrency-mt-unsafe)
        if (value != NULL && value[0] != '\0')
            return value;
    }
    return "";
}

const char *
inc_program_folder(void)
{
    static char folder[PATH_BYTES];

    if (folder[0] != '\0')
        return folder;
    ssize_t n = readlink("/proc/self/exe", folder, sizeof folder - 1);
    if (n <= 0) {
        folder[0] = '\0';
        return folder;
    }
    folder[n] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        *slash = '\0';
    return folder;
}

/* The catalogue stands beside the program (build tree) or is installed. */
static void
bind_catalogue(void)
{
    static const char *const places[] = {"locale", "../share/locale"};
    char path[PATH_BYTES + 64];

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s/it/LC_MESSAGES/incrocio.mo",
                       inc_program_folder(), places[i]);
        if (access(path, R_OK) != 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", inc_program_folder(),
                       places[i]);
        (void)bindtextdomain("incrocio", path);
        return;
    }
}

const char *
inc_speak(const char *lang)
{
    const char *asked =
        lang != NULL ? lang : environment("LC_ALL", "LC_MESSAGES", "LANG");
    /* Italian for it_*, and when nobody chose a language (unset, C, POSIX). */
    int italian = strncmp(asked, "it", 2) == 0 || asked[0] == '\0' ||
                  strcmp(asked, "C") == 0 || strncmp(asked, "C.", 2) == 0 ||
                  strcmp(asked, "POSIX") == 0;

    // NOLINTBEGIN(concurrency-mt-unsafe): before any thread starts
    /* glibc ignores LANGUAGE in the locale "C" but not in "C.UTF-8", which is
     * built in: so no locale has to be generated on the machine. */
    if (setlocale(LC_MESSAGES, "C.UTF-8") == NULL)
        (void)setlocale(LC_MESSAGES, "");
    (void)setenv("LANGUAGE", italian ? "it" : "en", 1);
    // NOLINTEND(concurrency-mt-unsafe)
    bind_catalogue();
    (void)bind_textdomain_codeset("incrocio", "UTF-8");
    (void)textdomain("incrocio");
    return italian ? "it" : "en";
}

/* Texts of the client and the daemon that the catalogue knows. gettext("")
 * would be the catalogue's header. */
const char *
inc_known_text(const char *text)
{
    return text[0] == '\0' ? text : _(text);
}

int
inc_complain(const struct inc_err *err)
{
    const char *what = inc_known_text(err->what);

    /* Errors of the command line are said in the reader's language already;
     * the others get their meaning in it, then the detail. */
    if (err->status == INC_E_CONFIG)
        (void)fprintf(stderr, "incrocio: %s\n", what);
    else
        (void)fprintf(stderr, "incrocio: %s\n  %s%s%s%s\n",
                      _(inc_status_text(err->status)), what,
                      err->where[0] != '\0' ? " (" : "", err->where,
                      err->where[0] != '\0' ? ")" : "");
    if (err->hint[0] != '\0')
        (void)fprintf(stderr, "  %s %s\n", _("see:"),
                      inc_known_text(err->hint));
    return inc_status_exit(err->status);
}

void
inc_term_look(struct inc_term *t)
{
    struct winsize size = {0};
    const char *columns = environment("COLUMNS", "COLUMNS", "COLUMNS");
    const char *charset = environment("LC_ALL", "LC_CTYPE", "LANG");

    t->tty = isatty(STDOUT_FILENO);
    t->width = WIDTH_USUAL;
    if (columns[0] != '\0')
        t->width = (size_t)strtoul(columns, NULL, 10);
    else if (t->tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
             size.ws_col > 0)
        t->width = size.ws_col;
    if (t->width < WIDTH_LEAST)
        t->width = WIDTH_LEAST;
    if (t->width > WIDTH_MOST) /* longer lines are hard to read */
        t->width = WIDTH_MOST;
    t->utf8 = strstr(charset, "UTF-8") != NULL ||
              strstr(charset, "utf8") != NULL ||
              strstr(charset, "utf-8") != NULL;
    t->colour = t->tty &&
                environment("NO_COLOR", "NO_COLOR", "NO_COLOR")[0] == '\0' &&
                strcmp(environment("TERM", "TERM", "TERM"), "dumb") != 0;
}

#include "engine/tools/speak.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/utf8.h"

enum { PATH_BYTES = 4096, BAR_CELLS = 30, LABEL_CELLS = 28 };

static int italian = 1;

static const char *
language_asked(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]); // NOLINT(concurrency-mt-unsafe)
        if (value != NULL && value[0] != '\0')
            return value;
    }
    return "";
}

/* Where the catalogue is: beside the program (build tree) or installed. */
static void
bind_catalogue(void)
{
    static const char *const places[] = {"locale", "../share/locale"};
    char self[PATH_BYTES], path[PATH_BYTES + 64];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    if (n <= 0)
        return;
    self[n] = '\0';
    char *slash = strrchr(self, '/');
    if (slash == NULL)
        return;
    *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        (void)snprintf(path, sizeof path,
                       "%s/%s/it/LC_MESSAGES/incrocio-offline.mo", self,
                       places[i]);
        if (access(path, R_OK) != 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", self, places[i]);
        (void)bindtextdomain("incrocio-offline", path);
        return;
    }
}

void
inc_tool_speak(const char *lang)
{
    const char *asked = lang != NULL ? lang : language_asked();

    /* Italian for it_*, and when nobody chose a language (unset, C, POSIX). */
    italian = strncmp(asked, "it", 2) == 0 || asked[0] == '\0' ||
              strcmp(asked, "C") == 0 || strncmp(asked, "C.", 2) == 0 ||
              strcmp(asked, "POSIX") == 0;
    /* glibc ignores LANGUAGE in the locale "C" but not in "C.UTF-8", which
     * is built in: so no locale has to be generated on the machine. */
    // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread starts
    if (setlocale(LC_MESSAGES, "C.UTF-8") == NULL)
        (void)setlocale(LC_MESSAGES, ""); // NOLINT(concurrency-mt-unsafe)
    // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread starts
    (void)setenv("LANGUAGE", italian ? "it" : "en", 1);
    bind_catalogue();
    (void)bind_textdomain_codeset("incrocio-offline", "UTF-8");
    (void)textdomain("incrocio-offline");
}

int
inc_tool_italian(void)
{
    return italian;
}

int
inc_tool_complain(const struct inc_err *err)
{
    (void)fprintf(stderr, "incrocio-offline: %s: %s",
                  _(inc_status_text(err->status)), err->what);
    if (err->where[0] != '\0')
        (void)fprintf(stderr, " (%s)", err->where);
    if (err->hint[0] != '\0')
        (void)fprintf(stderr, "\n  %s %s", _("try:"), err->hint);
    (void)fputc('\n', stderr);
    return inc_status_exit(err->status);
}

void
inc_tool_bar(const char *what, unsigned permille)
{
    static unsigned shown = UINT32_MAX;
    static char last[64];
    char cells[BAR_CELLS + 1];

    if (!isatty(STDERR_FILENO))
        return;
    if (permille > 1000)
        permille = 1000;
    if (shown == permille && strcmp(last, what) == 0)
        return; /* do not flicker */
    shown = permille;
    (void)snprintf(last, sizeof last, "%s", what);
    for (unsigned i = 0; i < BAR_CELLS; i++)
        cells[i] = i * 1000 < permille * BAR_CELLS ? '#' : '.';
    cells[BAR_CELLS] = '\0';
    size_t width = inc_utf8_width(what, strlen(what));
    int pad = width < LABEL_CELLS ? (int)(LABEL_CELLS - width) : 0;
    (void)fprintf(stderr, "\r%s%*s [%s] %3u%%\033[K", what, pad, "", cells,
                  permille / 10);
}

void
inc_tool_bar_end(void)
{
    if (isatty(STDERR_FILENO))
        (void)fprintf(stderr, "\r\033[K");
}

const char *
inc_tool_count(char out[32], uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    size_t at = 0;

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            out[at++] = italian ? '.' : ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

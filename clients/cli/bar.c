#include "clients/cli/bar.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/cli.h"
#include "engine/base/clock.h"

enum { CELLS = 24, REDRAW_MS = 100 };

#define SECOND UINT64_C(1000000000)

const char *
inc_grouped(char out[32], uint64_t n, int italian)
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

void
inc_bar_start(struct inc_bar *b, const char *what, int quiet, int italian)
{
    b->what = what;
    b->on = !quiet && isatty(STDERR_FILENO);
    b->italian = italian;
    b->start_ns = inc_clock_ns();
    b->drawn_ns = 0;
    b->first_done = 0;
}

/* Time left at the pace so far; nothing in the first second. */
static void
left_text(char out[48], const struct inc_bar *b, uint64_t done, uint64_t total,
          uint64_t taken_ns)
{
    uint64_t gone = done > b->first_done ? done - b->first_done : 0;

    out[0] = '\0';
    if (taken_ns < SECOND || gone == 0 || total <= done)
        return;
    double s = (double)taken_ns / 1e9 / (double)gone * (double)(total - done);
    (void)snprintf(out, 48, _("%u:%02u left"), (unsigned)s / 60,
                   (unsigned)s % 60);
}

void
inc_bar_show(struct inc_bar *b, uint64_t done, uint64_t total, uint64_t records)
{
    uint64_t now = inc_clock_ns();
    char cells[CELLS + 1], count[32], rate[32], left[48];

    if (!b->on || now - b->drawn_ns < REDRAW_MS * (SECOND / 1000))
        return;
    b->drawn_ns = now;
    uint64_t taken = now - b->start_ns;
    uint64_t a_second = taken == 0 ? 0 : records * 1000 / (taken / 1000000 + 1);
    for (unsigned i = 0; i < CELLS; i++)
        cells[i] = total > 0 && i * total < done * CELLS ? '#' : '.';
    cells[CELLS] = '\0';
    left_text(left, b, done, total, taken);
    (void)fprintf(stderr, "\r%s [%s] %3u%%  %s  %s/s  %s\033[K", b->what, cells,
                  total == 0 ? 0 : (unsigned)(done * 100 / total),
                  inc_grouped(count, records, b->italian),
                  inc_grouped(rate, a_second, b->italian), left);
}

void
inc_bar_end(struct inc_bar *b)
{
    if (b->on && b->drawn_ns != 0)
        (void)fprintf(stderr, "\r\033[K");
}

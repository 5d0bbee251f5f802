#include <string.h>

#include "engine/pool/inside.h"

/* One bit a minute; a last word that stays clear ends every search. */
enum { WORDS = INC_WEEK / 64 + 2 };

/* Bits from <= i < to become `value`. */
static void
paint(uint64_t *week, uint32_t from, uint32_t to, int value)
{
    for (uint32_t i = from; i < to;) {
        uint32_t shift = i % 64;
        uint32_t n = 64 - shift < to - i ? 64 - shift : to - i;
        uint64_t bits = (n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1)
                        << shift;

        if (value)
            week[i / 64] |= bits;
        else
            week[i / 64] &= ~bits;
        i += n;
    }
}

static void
paint_windows(uint64_t *week, const struct inc_window *w, uint32_t n, int value)
{
    for (uint32_t i = 0; i < n; i++) {
        int64_t from = w[i].from < 0 ? 0 : w[i].from;
        int64_t to = w[i].to > 1440 ? 1440 : w[i].to;

        if (w[i].day < 0 || w[i].day > 6 || from >= to)
            continue;
        paint(week, (uint32_t)(w[i].day * 1440 + from),
              (uint32_t)(w[i].day * 1440 + to), value);
    }
}

/* First minute >= i whose bit is `value`, at most INC_WEEK. */
static uint32_t
seek(const uint64_t *week, uint32_t i, int value)
{
    while (i < INC_WEEK) {
        uint64_t word = (value ? week[i / 64] : ~week[i / 64]) >> (i % 64);

        if (word != 0) {
            i += (uint32_t)__builtin_ctzll(word);
            break;
        }
        i = (i / 64 + 1) * 64;
    }
    return i < INC_WEEK ? i : INC_WEEK;
}

uint32_t
inc_week_spans(struct inc_span *spans, const struct inc_window *windows,
               uint32_t n_windows, const struct inc_window *absences,
               uint32_t n_absences)
{
    uint64_t week[WORDS] = {0};
    uint32_t n = 0, at = 0;

    if (windows == NULL)
        paint(week, 0, INC_WEEK, 1);
    else
        paint_windows(week, windows, n_windows, 1);
    paint_windows(week, absences, n_absences, 0);
    while ((at = seek(week, at, 1)) < INC_WEEK) {
        uint32_t end = seek(week, at, 0);

        spans[n].from = (uint16_t)at;
        spans[n].to = (uint16_t)end;
        n++;
        at = end;
    }
    return n;
}

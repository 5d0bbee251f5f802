/* Days of the week and times of day as people write them: "dal lun. al sab.",
 * "LU-VE", "martedì, giovedì e sabato", "8:30", "h 6", "8h30", "8 e mezza". */
#include <string.h>

#include "engine/draft/inside.h"

enum {
    DAYS = INC_WEEK_DAYS,
    HOUR = 60,
    HALF = 12 * HOUR,
    NIGHT = 24 * HOUR,
    SPAN = 4, /* "lun/ven" so far apart is a span, "lun/mer" are two days */
    LONGEST = 14 * HOUR /* of a shift over midnight */
};

static const char *const day_names[DAYS] = {
    "lunedi|lun|monday|mon|lunedie",
    "martedi|mar|tuesday|martedie|mart",
    "mercoledi|mer|wednesday|mercoled|mercoldi|merc",
    "giovedi|gio|thursday|giov|giovedie",
    "venerdi|ven|friday|venerdie|vener|venrdi|fri",
    "sabato|sab|saturday|sabati|sabto",
    "domenica|dom|sunday|domeniche|domenia"};

/* Two letters, one letter: only where two of them make a span. */
static const char *const day_marks[DAYS] = {"lu|l", "ma|m", "me",  "gi|g",
                                            "ve|v", "sa|s", "do|d"};

int
inc_day_at(const struct inc_reader *r, size_t i)
{
    if (i >= r->n || (r->t[i].used & INC_USED_SKIP))
        return -1;
    for (int d = 0; d < DAYS; d++)
        if (inc_word_is(r, i, day_names[d]))
            return d;
    return -1;
}

static unsigned
span(int a, int b)
{
    unsigned bits = 1u << b;

    for (int d = a; d != b; d = (d + 1) % DAYS)
        bits |= 1u << d;
    return bits;
}

static int
mark_at(const struct inc_reader *r, size_t i)
{
    for (int d = 0; i < r->n && d < DAYS; d++)
        if (inc_word_is(r, i, day_marks[d]))
            return d;
    return -1;
}

/* "lu-ve", "L/V" */
static unsigned
marks(const struct inc_reader *r, size_t i, size_t *end)
{
    int a, b;

    if (i + 1 >= r->n || r->t[i + 1].gap > INC_GAP_COMMA ||
        (r->t[i + 1].sep != '-' && r->t[i + 1].sep != '/') ||
        r->t[i].n != r->t[i + 1].n)
        return 0;
    a = mark_at(r, i);
    b = a < 0 ? -1 : mark_at(r, i + 1);
    if (b - a < 2)
        return 0;
    *end = i + 2;
    return span(a, b);
}

static const struct {
    const char *pattern;
    unsigned days;
} phrases[] = {
    {"weekend|weekends", 0x60},
    {"week|fine end|settimana", 0x60},
    {"fini settimana", 0x60},
    {"?tutti|tutte ?i ?le giorni|gg|giornate feriali", 0x1f},
    {"feriali", 0x1f},
    {"tutti i giorni|gg", 0x7f},
    {"ogni giorno", 0x7f},
    {"tutta la settimana", 0x7f},
    {"7|sette giorni|gg ?su 7|sette", 0x7f},
    {"every day", 0x7f},
    {"weekdays", 0x1f},
};

/* After the first day: "al sabato", "-ven", "/ven", "- sab". */
static unsigned
until(const struct inc_reader *r, size_t j, int a, size_t *end)
{
    size_t to = inc_pass_words(r, j, "al|a|alla|fino|sino|to|through|ad");
    const int said = to > j;
    int b = said || r->t[j].sep == '-' || r->t[j].sep == '/' ? inc_day_at(r, to)
                                                             : -1;
    size_t next = to + 1;

    if (b < 0 || b == a)
        return 0;
    /* "lun/mer/ven", "lun-mer-ven": a list */
    if (!said && next < r->n && r->t[next].gap <= INC_GAP_COMMA &&
        (r->t[next].sep == '/' || r->t[next].sep == '-') &&
        inc_day_at(r, next) >= 0)
        return 0;
    if (!said && r->t[j].sep == '/' && (b - a + DAYS) % DAYS > 1 &&
        (b - a + DAYS) % DAYS < SPAN)
        return 0;
    *end = next;
    return span(a, b);
}

unsigned
inc_days_at(const struct inc_reader *r, size_t i, size_t *end)
{
    int a;
    unsigned bits;
    struct inc_found f;

    for (size_t k = 0; k < sizeof phrases / sizeof phrases[0]; k++)
        if (inc_pattern_at(&f, r, i, phrases[k].pattern)) {
            *end = f.end;
            return phrases[k].days;
        }
    a = inc_day_at(r, i);
    if (a < 0)
        return marks(r, i, end);
    bits = 1u << a;
    *end = i + 1;
    if (*end < r->n && r->t[*end].gap < INC_GAP_STOP) {
        const unsigned all = until(r, *end, a, end);

        bits |= all;
    }
    for (;;) { /* "martedì, giovedì e sabato" */
        size_t k = inc_pass_words(r, *end, "e|ed|il|la|o|di|anche|and|oppure");

        if (k >= r->n || r->t[k].gap >= INC_GAP_STOP || inc_day_at(r, k) < 0)
            return bits;
        bits |= 1u << inc_day_at(r, k);
        *end = k + 1;
    }
}

/* --- times --------------------------------------------------------------- */

/* Right after the word before it, but for one sign. */
static int
is_glued(const struct inc_reader *r, size_t i)
{
    return i > 0 && i < r->n &&
           r->t[i].at <= r->t[i - 1].at + r->t[i - 1].len + 1;
}

/* "7", "h7", "7h", "8h30", "5pm", "0630"; minutes or -1; *exact when it can
 * be nothing but a time. */
static int
word_time(const struct inc_token *t, int *exact)
{
    const char *p = t->word;
    int v = 0, m = 0, digits = 0;

    *exact = *p == 'h';
    if (t->n > 5)
        return -1;
    p += *p == 'h';
    for (; *p >= '0' && *p <= '9'; p++, digits++)
        v = v * 10 + (*p - '0');
    if (digits == 4 && *p == '\0') {
        *exact = 1;
        return t->word[0] <= '2' && v % 100 < HOUR && v <= 2400
                   ? v / 100 * HOUR + v % 100
                   : -1;
    }
    if (digits < 1 || digits > 2 || v > 24)
        return -1;
    if (*p == 'h' && p[1] != '\0') {
        if (strlen(p) != 3 || p[1] > '5' || p[1] < '0' || p[2] < '0' ||
            p[2] > '9')
            return -1;
        m = (p[1] - '0') * 10 + (p[2] - '0');
        *exact = 1;
        return v * HOUR + m;
    }
    if (strcmp(p, "pm") == 0 || strcmp(p, "am") == 0) {
        *exact = 1;
        return v * HOUR + (*p == 'p' && v < 12 ? HALF : 0);
    }
    return *p == '\0' || strcmp(p, "h") == 0 ? v * HOUR : -1;
}

/* ":30", ".30", ",30", " e 30", " e mezza" after a whole hour. */
static int
minutes_at(const struct inc_reader *r, size_t i, size_t *end)
{
    if (i < r->n && r->t[i].number >= 0 && r->t[i].number < HOUR &&
        r->t[i].n == 2 && is_glued(r, i)) {
        const char sep = r->t[i].sep;

        if ((r->t[i].gap == INC_GAP_NONE && (sep == ':' || sep == '.')) ||
            (sep == ',' && r->t[i].number % 5 == 0)) {
            *end = i + 1;
            return r->t[i].number;
        }
    }
    if (inc_word_is(r, i, "e") && i + 1 < r->n && r->t[i + 1].gap == 0) {
        *end = i + 2;
        if (inc_word_is(r, i + 1, "mezza|mezzo|30"))
            return HOUR / 2;
        if (inc_word_is(r, i + 1, "15"))
            return HOUR / 4;
        if (inc_word_is(r, i + 1, "45"))
            return HOUR * 3 / 4;
        *end = i;
    }
    return -1;
}

/* "del mattino", "di pomeriggio", "di sera" after a time. */
static int
half_at(const struct inc_reader *r, size_t i, size_t *end, int time)
{
    struct inc_found f;

    if (inc_pattern_at(&f, r, i, "del|di|della mattin*|notte"))
        *end = f.end;
    else if (inc_pattern_at(&f, r, i, "del|di|della pomeriggio|sera")) {
        *end = f.end;
        return time < HALF ? time + HALF : time;
    } else if (inc_word_is(r, i, "pm|p m")) {
        *end = i + 1;
        return time < HALF ? time + HALF : time;
    } else if (inc_word_is(r, i, "am")) {
        *end = i + 1;
    }
    return time;
}

int
inc_time_at(const struct inc_reader *r, size_t i, size_t *end, int *exact)
{
    int time, more;

    *exact = 0;
    if (i >= r->n)
        return -1;
    if (inc_word_is(r, i, "mezzogiorno|mezzanotte|noon|midnight")) {
        *end = i + 1;
        *exact = 1;
        return inc_word_is(r, i, "mezzogiorno|noon") ? HALF : NIGHT;
    }
    time = word_time(&r->t[i], exact);
    if (time < 0)
        return -1;
    *end = i + 1;
    if (time % HOUR == 0 && r->t[i].n <= 3) {
        more = minutes_at(r, i + 1, end);
        if (more >= 0) {
            time += more;
            *exact = 1;
        }
    }
    if (*end < r->n && r->t[*end].gap == INC_GAP_NONE)
        time = half_at(r, *end, end, time);
    return time <= NIGHT ? time : -1;
}

/* Is what was read two hours, and not two numbers of something else? */
static int
counts_something(const struct inc_reader *r, size_t end)
{
    return end < r->n && r->t[end].gap == INC_GAP_NONE &&
           inc_word_is(r, end,
                       "anni|anno|mesi|mese|ore|euro|k|kg|giorni|giorno|km|"
                       "persone|dipendenti|ora|h|gg|posti|volte|minuti|"
                       "quintali|metri|cv|ton|q|anno|years|stagioni|clienti");
}

int
inc_range_at(const struct inc_reader *r, size_t i, size_t *end,
             struct inc_hours *out, int timely)
{
    static const char before[] = "dalle|dall|ore|orario|orari|h|from|alle|le|"
                                 "dal|da|hh|tra|fra|della|delle";
    int exact[2], words = 0, joined;
    size_t j = inc_pass_words(r, i, before);
    const size_t first = j;

    for (size_t k = i; k < j; k++)
        words |= inc_word_is(r, k, "dalle|dall|ore|orario|orari|h|hh|turn*");
    out->from = inc_time_at(r, j, end, &exact[0]);
    if (out->from < 0)
        return 0;
    j = *end;
    if (j >= r->n || r->t[j].gap >= INC_GAP_STOP)
        return 0;
    joined = r->t[j].sep == '-' || r->t[j].sep == '/';
    /* "dal 8/12" is a date */
    if (r->t[j].sep == '/' && !exact[0] && first > 0 &&
        inc_word_is(r, first - 1, "dal|il|del|al|entro|giorno"))
        return 0;
    if (inc_word_is(r, j, "alle|a|al|fino|ad|to|ore|all|sino|till|until") ||
        (inc_word_is(r, j, "e") && inc_word_is(r, i, "tra|fra"))) {
        j = inc_pass_words(r, j,
                           "alle|a|al|fino|ad|to|le|ore|all|sino|h|e|till|"
                           "until|hh");
    } else if (!joined) {
        return 0;
    } else {
        j = inc_pass_words(r, j, "h|hh|ore");
    }
    out->to = inc_time_at(r, j, end, &exact[1]);
    if (out->to < 0 || out->from == out->to || counts_something(r, *end))
        return 0;
    /* "0630-1400"; "2015-2019" and "1200-1400" are something else */
    if ((r->t[first].n == 4 || r->t[j].n == 4) &&
        (r->t[first].n != r->t[j].n || r->t[first].word[0] != '0') &&
        r->t[first].number + r->t[j].number > 0)
        return 0;
    if (!words && !timely && !exact[0] && !exact[1])
        return 0;
    /* "dalle 2 alle 6 del pomeriggio" */
    if (out->from < out->to - HALF && out->from < 6 * HOUR &&
        inc_word_is(r, *end - 1, "pomeriggio|sera"))
        out->from += HALF;
    /* "9-6" is no shift of 21 hours */
    if (out->to < out->from && out->to > 0 && out->to < HALF &&
        out->to + NIGHT - out->from > LONGEST && out->to + HALF > out->from)
        out->to += HALF;
    if (out->to == 0)
        out->to = NIGHT;
    return out->from < NIGHT;
}

/* "dopo le 17", "dalle 17 in poi", "fino alle 13", "entro le 16". */
int
inc_open_at(const struct inc_reader *r, size_t i, size_t *end,
            struct inc_hours *out)
{
    struct inc_found f;
    int exact, time, after;

    if (inc_pattern_at(&f, r, i, "dopo|after ?le|l ?ore|h") ||
        inc_pattern_at(&f, r, i, "non prima delle|dell ?ore") ||
        inc_pattern_at(&f, r, i, "a partire dalle|dall ?ore") ||
        inc_pattern_at(&f, r, i, "solo dalle ?ore") ||
        inc_pattern_at(&f, r, i, "oltre le ?ore"))
        after = 1;
    else if (inc_pattern_at(&f, r, i,
                            "?non fino|sino|entro|oltre alle|all|le "
                            "?ore") ||
             inc_pattern_at(&f, r, i, "prima delle|dell ?ore"))
        after = 0;
    else if (inc_pattern_at(&f, r, i, "dalle|dall ?ore"))
        after = 2;
    else
        return 0;
    time = inc_time_at(r, f.end, end, &exact);
    if (time <= 0 || time >= NIGHT || counts_something(r, *end))
        return 0;
    if (inc_word_is(r, *end, "in") && inc_word_is(r, *end + 1, "poi|avanti")) {
        *end += 2;
        after = 1;
    }
    if (after == 2)
        return 0;
    *out =
        after ? (struct inc_hours){time, NIGHT} : (struct inc_hours){0, time};
    return 1;
}

/* Part of a day: "mattina", "pomeriggio", "serali". */
int
inc_part_at(const struct inc_reader *r, size_t i, struct inc_hours *out)
{
    if (inc_word_is(r, i, "mattin*|morning|mornings|antimeridian*"))
        *out = (struct inc_hours){8 * HOUR, 13 * HOUR};
    else if (inc_word_is(r, i, "pomerig*|pomeridian*|afternoon*|pomerigg*"))
        *out = (struct inc_hours){13 * HOUR, 18 * HOUR};
    else if (inc_word_is(r, i, "sera|sere|serale|serali|serate|evenings"))
        *out = (struct inc_hours){18 * HOUR, NIGHT};
    else
        return 0;
    return 1;
}

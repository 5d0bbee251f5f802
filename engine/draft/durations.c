/* How long somebody did something, or must have: "almeno 3 anni",
 * "2015-2019", "ventennale", "un anno e mezzo". */
#include <string.h>

#include "engine/base/date.h"
#include "engine/draft/inside.h"

enum {
    YEAR = 12,
    MOST = 720,
    OLDEST = 1950,
    CENTURY = 100,
    FEW = 3 /* "qualche mese" */
};

static const struct {
    const char *pattern;
    int months;
} words[] = {
    {"semestrale", 6},  {"annuale", 12},      {"biennale", 24},
    {"triennale", 36},  {"quadriennale", 48}, {"quinquennale", 60},
    {"decennale", 120}, {"ventennale", 240},  {"trentennale", 360},
};

static const char *const number_words[] = {
    "zero",         "un|uno|una|one", "due|two",     "tre|three",
    "quattro|four", "cinque|five",    "sei|six",     "sette|seven",
    "otto|eight",   "nove|nine",      "dieci|ten",   "undici",
    "dodici",       "tredici",        "quattordici", "quindici"};

int
inc_number_at(const struct inc_reader *r, size_t i)
{
    if (i >= r->n)
        return -1;
    if (r->t[i].number >= 0)
        return r->t[i].number;
    for (int v = 1; v < 16; v++)
        if (inc_word_is(r, i, number_words[v]))
            return v;
    if (inc_word_is(r, i, "venti|vent"))
        return 20;
    return inc_word_is(r, i, "trenta|trent") ? 30 : -1;
}

/* A month of a year at word i, "gennaio 2020", "01/2020", or only the year;
 * in months; -1: none. *fine: the month is said. */
static int
month_of(const struct inc_reader *r, size_t i, size_t *end, int *fine)
{
    int y, m, d, month = inc_month_at(r, i);

    inc_date_split(r->q->today, &y, &m, &d);
    if (month == 0 && i + 1 < r->n && r->t[i].n <= 2 && r->t[i].number >= 1 &&
        r->t[i].number <= YEAR && r->t[i + 1].gap == INC_GAP_NONE &&
        (r->t[i + 1].sep == '/' || r->t[i + 1].sep == '.' ||
         r->t[i + 1].sep == '-'))
        month = r->t[i].number;
    *fine = month > 0;
    i += month > 0;
    if (i >= r->n || r->t[i].number < OLDEST || r->t[i].number > y ||
        (month > 0 && r->t[i].gap >= INC_GAP_STOP))
        return -1;
    *end = i + 1;
    return r->t[i].number * YEAR + (month > 0 ? month - 1 : 0);
}

/* "oggi", "in corso": 1, *end after it. */
static int
is_now(const struct inc_reader *r, size_t i, size_t *end)
{
    struct inc_found f;

    if (!inc_pattern_at(&f, r, i,
                        "?tutt oggi|presente|now|present|attuale|"
                        "attualmente|adesso|ora") &&
        !inc_pattern_at(&f, r, i, "in corso|essere"))
        return 0;
    *end = f.end;
    return 1;
}

/* "disoccupato dal 2019", "in Italia dal 2019": no practice. */
static int
is_something_else(const struct inc_reader *r, size_t i)
{
    return i > 0 && r->t[i].gap < INC_GAP_COMMA &&
           inc_word_is(r, i - 1,
                       "disoccupat*|inoccupat*|disponibil*|pensione|italia|"
                       "ferm*|iscritt*|mobilita|resident*|patente|naspi|"
                       "lavoro|casa|inizio|fino|cassintegrat*");
}

/* "2015-2019", "dal 2015 al 2019", "03/2020 - 09/2021", "dal 2019"; months. */
static int
years_at(const struct inc_reader *r, size_t i, size_t *end)
{
    static const char until[] = "al|to|a|ad|fino|sino|alla|till|until";
    int y, m, d, fine[2], from, to, today;
    size_t j = inc_pass_words(r, i, "dal|dall|da|from|since|anno|mese|di"), k;

    inc_date_split(r->q->today, &y, &m, &d);
    from = month_of(r, j, end, &fine[0]);
    if (from < 0)
        return -1;
    /* the year of "03/2020 - ..." is no beginning of its own */
    if (i > 0 && !fine[0] && month_of(r, i - 1, &k, &fine[1]) >= 0 && fine[1])
        return -1;
    today = fine[0] ? y * YEAR + m - 1 : y * YEAR;
    k = *end;
    if (k < r->n && r->t[k].gap < INC_GAP_STOP &&
        (r->t[k].sep == '-' || r->t[k].sep == '/' || inc_word_is(r, k, until) ||
         inc_word_is(r, k, "in"))) {
        k = inc_pass_words(r, k, until);
        if (is_now(r, k, end))
            return today - from;
        to = month_of(r, k, end, &fine[1]);
        if (to < 0 && !fine[0] && k < r->n && r->t[k].n == 2 &&
            r->t[k].number > from / YEAR % CENTURY) { /* "2019-22" */
            to = (from / YEAR / CENTURY * CENTURY + r->t[k].number) * YEAR;
            *end = k + 1;
        }
        if (to >= from && to <= y * YEAR + m - 1)
            return to - from;
        return -1;
    }
    if (!inc_word_is(r, i, "dal|dall|da|since") || is_something_else(r, i) ||
        from > today)
        return -1;
    return today - from;
}

static const struct {
    const char *pattern;
    int months;
} sayings[] = {
    {"qualche|alcuni|pochi|poche mesi|mese", FEW},
    {"un paio di|d mesi", 2},
    {"qualche anno", 2 * YEAR},
    {"un paio di|d anni", 2 * YEAR},
    {"mezz|mezzo anno", YEAR / 2},
    {"un semestre", YEAR / 2},
    {"una decina di|d anni", 10 * YEAR},
    {"una quindicina di|d anni", 15 * YEAR},
    {"una ventina di|d anni", 20 * YEAR},
    {"una trentina di|d anni", 30 * YEAR},
    {"un annetto", YEAR},
};

/* "5anni", "18mesi", "3aa": a number glued to its unit; months or -1. */
static int
glued(const struct inc_token *t)
{
    size_t i = 0;
    int v = 0;

    while (i < t->n && i < 2 && t->word[i] >= '0' && t->word[i] <= '9')
        v = v * 10 + (t->word[i++] - '0');
    if (i == 0 || i == t->n)
        return -1;
    if (strcmp(t->word + i, "anni") == 0 || strcmp(t->word + i, "aa") == 0 ||
        strcmp(t->word + i, "anno") == 0)
        return v * YEAR;
    return strcmp(t->word + i, "mesi") == 0 ? v : -1;
}

int64_t
inc_duration_at(const struct inc_reader *r, size_t i, size_t *end)
{
    int v, months = years_at(r, i, end);
    size_t j = i;
    struct inc_found f;

    if (months >= 0)
        return months > 0 ? months : YEAR / 2;
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (inc_pattern_at(&f, r, i, words[k].pattern)) {
            /* "laurea triennale" is no practice */
            for (size_t b = i; b-- > 0 && b + 4 > i;)
                if (inc_word_is(r, b, "esperienza|esperienze")) {
                    *end = f.end;
                    return words[k].months;
                }
            if (inc_word_is(r, f.end, "esperienza")) {
                *end = f.end + 1;
                return words[k].months;
            }
            return -1;
        }
    for (size_t k = 0; k < sizeof sayings / sizeof sayings[0]; k++)
        if (inc_pattern_at(&f, r, i, sayings[k].pattern)) {
            *end = f.end;
            return sayings[k].months;
        }
    if (i < r->n && glued(&r->t[i]) > 0) {
        *end = i + 1;
        return glued(&r->t[i]);
    }
    if (inc_word_is(r, j, "anno") && inc_word_is(r, j + 1, "e") &&
        inc_word_is(r, j + 2, "mezzo")) {
        *end = j + 3;
        return YEAR + YEAR / 2;
    }
    v = inc_number_at(r, j);
    if (v < 1 || v > 60)
        return -1;
    j++;
    if (inc_word_is(r, j, "o|e") && inc_number_at(r, j + 1) > 0)
        j += 2;
    if (j < r->n && r->t[j].sep == '-' && r->t[j].number > v)
        j++; /* "3-5 anni": at least 3 */
    if (j >= r->n || r->t[j].gap >= INC_GAP_STOP)
        return -1;
    if (inc_word_is(r, j, "anni|anno|years|year|ani|aa|annetti|yrs")) {
        *end = j + 1;
        if (inc_word_is(r, j + 1, "e") && inc_word_is(r, j + 2, "mezzo")) {
            *end = j + 3;
            return v * YEAR + YEAR / 2;
        }
        if (inc_pattern_at(&f, r, j + 1, "e # mesi|mese") &&
            f.number[0] < YEAR) {
            *end = f.end;
            return v * YEAR + f.number[0];
        }
        if (inc_word_is(r, j + 1, "di|d|s") && r->t[j + 1].gap == 0 &&
            inc_word_is(r, j + 2, "eta"))
            return -1;
        return v * YEAR > MOST ? MOST : v * YEAR;
    }
    if (inc_word_is(r, j, "mesi|mese|months")) {
        *end = j + 1;
        return v;
    }
    return -1;
}

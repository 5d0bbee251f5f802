/* How long somebody did something, or must have: "almeno 3 anni",
 * "2015-2019", "ventennale", "un anno e mezzo". */
#include "engine/base/date.h"
#include "engine/draft/inside.h"

enum { YEAR = 12, MOST = 720 };

static const struct {
    const char *pattern;
    int months;
} words[] = {
    {"annuale", 12},      {"biennale", 24},   {"triennale", 36},
    {"quinquennale", 60}, {"decennale", 120}, {"ventennale", 240},
    {"trentennale", 360},
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
    if (inc_word_is(r, i, "venti"))
        return 20;
    return inc_word_is(r, i, "trenta") ? 30 : -1;
}

/* "2015-2019", "dal 2015 al 2019"; years in months. */
static int
years_at(const struct inc_reader *r, size_t i, size_t *end)
{
    int y, m, d, from, to;
    size_t j = i;

    inc_date_split(r->q->today, &y, &m, &d);
    j = inc_pass_words(r, j, "dal|from");
    if (j + 1 >= r->n || r->t[j].number < 1950 || r->t[j].number > y)
        return -1;
    from = r->t[j].number;
    j++;
    if (r->t[j].gap >= INC_GAP_STOP)
        return -1;
    if (r->t[j].sep != '-' && r->t[j].sep != '/' &&
        !inc_word_is(r, j, "al|to|a|fino"))
        return -1;
    j = inc_pass_words(r, j, "al|to|a|fino");
    if (inc_word_is(r, j, "oggi|presente|now|present|attuale"))
        to = y;
    else if (j < r->n && r->t[j].number >= from && r->t[j].number <= y)
        to = r->t[j].number;
    else
        return -1;
    *end = j + 1;
    return (to - from) * YEAR;
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
    if (inc_word_is(r, j, "anni|anno|years|year")) {
        *end = j + 1;
        if (inc_word_is(r, j + 1, "e") && inc_word_is(r, j + 2, "mezzo")) {
            *end = j + 3;
            return v * YEAR + YEAR / 2;
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

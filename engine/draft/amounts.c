/* Hours a week ("30 ore settimanali", "p.t. 24h", "part time al 50%") and what
 * is said of shifts without telling when ("su tre turni", "ciclo continuo"). */
#include <string.h>

#include "engine/draft/inside.h"

enum {
    FULL_TIME = 40, /* hours a week: D.Lgs. 66/2003 art. 3 */
    WORK_DAYS = 5,
    PERCENT = 100,
    FEWEST = 10, /* "20 ore" alone is said of a week, "4 ore" of a day */
    MOST = 48,
    TOO_MANY = 80,
    SURE = 9300,
    LIKELY = 8000
};

void
inc_hours_noted(struct inc_reader *r, size_t from, size_t to, const char *value)
{
    struct inc_draft_item *item =
        inc_item_add(r, INC_DRAFT_HOURS, from, to, "hours_words", LIKELY);

    if (item != NULL)
        item->value = value;
    inc_use(r, from, to, INC_USED_FACT);
}

static void
weekly(struct inc_reader *r, size_t from, size_t to, int64_t hours,
       const char *rule, uint32_t confidence)
{
    struct inc_draft_item *item;

    if (hours < 1 || hours > TOO_MANY)
        return;
    for (size_t i = 0; i < r->d->n_items; i++)
        if (r->d->items[i].kind == INC_DRAFT_HOURS &&
            r->d->items[i].number > 0) {
            /* "full time, 38 ore": the number says more than the word */
            if (strcmp(r->d->items[i].rule, "full_time") == 0)
                r->d->items[i].number = hours;
            inc_use(r, from, to, INC_USED_FACT);
            return;
        }
    item = inc_item_add(r, INC_DRAFT_HOURS, from, to, rule, confidence);
    if (item != NULL) {
        item->value = "hours_week";
        item->number = hours;
    }
    inc_use(r, from, to, INC_USED_FACT);
}

/* A number glued to its unit: "20h", "40ore". */
static int
glued(const struct inc_token *t)
{
    int v = 0;
    size_t i = 0;

    while (i < t->n && t->word[i] >= '0' && t->word[i] <= '9' && i < 3)
        v = v * 10 + (t->word[i++] - '0');
    return i > 0 && i < t->n &&
                   (strcmp(t->word + i, "h") == 0 ||
                    strcmp(t->word + i, "ore") == 0)
               ? v
               : -1;
}

/* "venti", "trentasei" before "ore". */
static int
spelled(const struct inc_reader *r, size_t i)
{
    static const struct {
        const char *word;
        int hours;
    } numbers[] = {
        {"quindici", 15},  {"sedici", 16},       {"diciotto", 18},
        {"venti", 20},     {"ventiquattro", 24}, {"venticinque", 25},
        {"trenta", 30},    {"trentadue", 32},    {"trentacinque", 35},
        {"trentasei", 36}, {"trentotto", 38},    {"quaranta", 40}};

    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
        if (inc_word_is(r, i, numbers[k].word) &&
            inc_word_is(r, i + 1, "ore|ora"))
            return numbers[k].hours;
    return -1;
}

/* The number of hours at word i, *end after its unit: "24 ore", "24h",
 * "37,5 ore", "h 24", "trenta ore"; -1: none. */
static int
hours_at(const struct inc_reader *r, size_t i, size_t *end)
{
    struct inc_found f;
    int v = glued(&r->t[i]);

    *end = i + 1;
    if (v >= 0)
        return v;
    v = spelled(r, i);
    *end = i + 2;
    if (v >= 0)
        return v;
    if (inc_pattern_at(&f, r, i, "# 5|50 ore|h|hours") &&
        (r->t[i + 1].sep == ',' || r->t[i + 1].sep == '.')) {
        *end = f.end;
        return f.number[0];
    }
    if (inc_pattern_at(&f, r, i, "# ore|h|hours|hrs|hr")) {
        /* the five of "37,5 ore" */
        if (i > 0 && r->t[i - 1].number >= 0 &&
            (r->t[i].sep == ',' || r->t[i].sep == '.') &&
            r->t[i].at == r->t[i - 1].at + r->t[i - 1].len + 1)
            return -1;
        *end = f.end;
        return f.number[0];
    }
    return -1;
}

static const char a_week[] =
    "?x ?a ?per ?alla ?la ?di settim*|sett|setttiman*|week|weekly|wk "
    "?li|nali|ali";
static const char a_day[] =
    "?x ?al|a|per|ogni ?il "
    "giorno|giornaliere|giornalieri|die|gg|giornata|quotidiane|day|dì";

static int
is_percent(const struct inc_reader *r, size_t i)
{
    size_t at = r->t[i].at + r->t[i].len;

    if (at < r->q->len && r->q->text[at] == ' ')
        at++;
    return at < r->q->len && r->q->text[at] == '%';
}

/* What stands before: "ore settimanali: 24", "h 30 settimanali". */
static size_t
turned(struct inc_reader *r, size_t i)
{
    struct inc_found f;

    if (inc_pattern_at(&f, r, i,
                       "ore|orario|impegno|monte ?ore settimanal* "
                       "?di ?pari ?a ?circa ?n #") ||
        inc_pattern_at(&f, r, i, "monte ore ?settimanale ?di #") ||
        inc_pattern_at(&f, r, i, "ore|h # settim*|sett ?li|nali|ali") ||
        inc_pattern_at(&f, r, i, "part time ?ore|h #") ||
        inc_pattern_at(&f, r, i, "parttime|pt ?ore|h #") ||
        inc_pattern_at(&f, r, i, "p t ?ore|h #")) {
        const size_t last = f.end - 1;

        if (f.number[0] < FEWEST || f.number[0] > MOST ||
            (r->t[last].number >= 0 && f.end < r->n &&
             r->t[f.end].gap == INC_GAP_NONE))
            return i;
        weekly(r, i, f.end, f.number[0], "hours_week", LIKELY);
        return f.end;
    }
    if ((inc_pattern_at(&f, r, i,
                        "part|pt ?time ?orizzontale|verticale|misto "
                        "?al|del #") ||
         inc_pattern_at(&f, r, i, "p t ?al|del #") ||
         inc_pattern_at(&f, r, i, "tempo parziale ?al|del #")) &&
        f.number[0] >= 20 && f.number[0] <= 95 && is_percent(r, f.end - 1)) {
        weekly(r, i, f.end,
               ((int64_t)f.number[0] * FULL_TIME + PERCENT / 2) / PERCENT,
               "hours_percent", LIKELY);
        return f.end;
    }
    return i;
}

/* "24-30 ore settimanali", "tra le 20 e le 30 ore": the most of it. */
static size_t
between(struct inc_reader *r, size_t i)
{
    struct inc_found f;

    if (!inc_pattern_at(&f, r, i,
                        "?dalle|tra|fra ?le # ?alle|e|o|a|ai|alle "
                        "?le # ore|h ?a ?alla ?per ?settim*|sett") ||
        f.n_numbers < 2 || f.number[0] >= f.number[1] || f.number[1] < FEWEST ||
        f.number[1] > MOST || f.number[0] < 4)
        return i;
    for (size_t k = i + 1; k < f.end; k++)
        if (r->t[k].number == f.number[1] && r->t[k - 1].number >= 0 &&
            r->t[k].sep != '-' && r->t[k].sep != '/')
            return i;
    weekly(r, i, f.end, f.number[1], "hours_range", LIKELY);
    return f.end;
}

/* Hours of a day times the days said with them, or in the sentence, or five. */
static size_t
a_day_s(struct inc_reader *r, size_t i, size_t end, int hours, int days)
{
    struct inc_found f;

    if (inc_pattern_at(&f, r, end, "?x ?per|su|x # ?giorni|gg|volte") &&
        f.number[0] >= 1 && f.number[0] <= 7 &&
        inc_word_is(r, f.end - 1, "giorni|gg|volte")) {
        days = f.number[0];
        end = f.end;
        if (inc_pattern_at(&f, r, end, "?a ?alla ?su settimana|settimanali|7"))
            end = f.end;
    }
    if (hours < 1 || hours > 12)
        return i;
    weekly(r, i, end, (int64_t)hours * (days > 0 ? days : WORK_DAYS),
           "hours_day", LIKELY);
    return end;
}

/* "corso di formazione di 16 ore" */
static int
is_course(const struct inc_reader *r, size_t i)
{
    for (size_t k = i; k > 0 && k + 5 > i && r->t[k].gap < INC_GAP_STOP; k--)
        if (inc_word_is(r, k - 1,
                        "sicurezza|corso|corsi|formazione|stage|"
                        "tirocinio|attestato"))
            return 1;
    return 0;
}

size_t
inc_hours_amount(struct inc_reader *r, size_t i, int days)
{
    static const char not_work[] =
        "di|formazione|corso|su|sicurezza|dal|dalla|da|dopo|prima|fa|aula";
    struct inc_found f;
    size_t end, next;
    int hours;

    if (inc_pattern_at(&f, r, i,
                       "# giorni|gg|volte ?a|alla|la ?settimana|sett|su ?7 "
                       "?per|x # ore|h ?al|a ?giorno") &&
        f.n_numbers > 1 && f.number[0] <= 7) {
        weekly(r, i, f.end, (int64_t)f.number[0] * f.number[f.n_numbers - 1],
               "days_x_hours", LIKELY);
        return f.end;
    }
    if ((next = between(r, i)) != i || (next = turned(r, i)) != i)
        return next;
    hours = hours_at(r, i, &end);
    if (hours < 0)
        return i;
    if (end < r->n && r->t[end].gap <= INC_GAP_COMMA &&
        inc_pattern_at(&f, r, end, a_week)) {
        weekly(r, i, f.end, hours, "hours_week", SURE);
        return f.end;
    }
    if (end < r->n && r->t[end].gap <= INC_GAP_COMMA &&
        (inc_pattern_at(&f, r, end, a_day) ||
         inc_pattern_at(&f, r, end, "per # giorni|gg")))
        return a_day_s(r, i, f.n_numbers > 0 ? end : f.end, hours, days);
    if (hours < FEWEST || hours > MOST + 12 ||
        (hours > MOST && glued(&r->t[i]) < 0) ||
        inc_word_is(r, end, not_work) || is_course(r, i) ||
        inc_word_is(r, i > 0 ? i - 1 : 0, "rsa|dalle|alle|h|ogni|entro") ||
        (i > 0 && r->t[i].sep == '-' && r->t[i - 1].number >= 0))
        return i;
    weekly(r, i, end, hours, "hours_bare", LIKELY);
    return end;
}

static const struct {
    const char *pattern, *value;
} said[] = {
    {"part|par|partime time|tyme", "part_time"},
    {"parttime|partime|part_time", "part_time"},
    {"p t", "part_time"},
    {"pt", "part_time"},
    {"tempo parziale", "part_time"},
    {"mezza giornata", "part_time"},
    {"mezzo|mezza tempo", "part_time"},
    {"?su ?di ?a tre|3|due|2|quattro|4|piu turni ?a ?di ?rotazione|notturni|"
     "giornalieri|avvicendati",
     "shifts"},
    {"?su ?a ?in ?con ?anche turni|turno|turnazione|turnazioni ?anche "
     "?compresi ?di ?su ?notturni|notte|h24|rotazione|avvicendati|diurni|"
     "rotativi ?e ?notti|notturni ?festivi",
     "shifts"},
    {"turnista|turnisti|turnistica", "shifts"},
    {"turni a ?ciclo continuo|rotazione", "shifts"},
    {"?a ciclo continuo ?h24 ?24 ?su ?24", "shifts"},
    {"doppio|unico turno", "shifts"},
    {"6x2|4x2|5x2|6x3|3x8|2x8|4x8|6x1|4x4", "shifts"},
    {"h24", "shifts"},
    {"24 ore su 24", "shifts"},
    {"24h 24", "shifts"},
    {"orario|orari flessibil*|variabil*|elastic*", "flexible"},
    {"flessibilita ?oraria ?di|negli ?orario|orari", "flexible"},
    {"massima|totale|piena disponibilita ?oraria ?di ?orario", "flexible"},
    {"lavoro|orario|turno ?di notturno|notte", "night"},
    {"notturno|notturna|notturni|notti", "night"},
    {"?di|la notte", "night"},
    {"festivi|festivita", "holidays"},
    {"?full remote|smart ?working", "remote"},
    {"smartworking|telelavoro|hybrid|ibrido", "remote"},
    {"da remoto|casa", "remote"},
};

static int
is_denied(const struct inc_reader *r, size_t i)
{
    return i > 0 && r->t[i].gap < INC_GAP_COMMA &&
           (inc_word_is(r, i - 1, "no|non|niente|senza|mai|esclus*|nessun") ||
            (i > 1 &&
             inc_word_is(r, i - 2, "no|non|niente|senza|mai|esclus*") &&
             inc_word_is(r, i - 1,
                         "di|fa|faccio|e|la|il|i|le|su|a|ci|sono|"
                         "posso|puo|per|sempre")));
}

size_t
inc_hours_words(struct inc_reader *r, size_t i)
{
    size_t best = i;
    const char *value = NULL;
    struct inc_found f;

    if (inc_pattern_at(&f, r, i, "?orario full|ful time") ||
        inc_pattern_at(&f, r, i, "?a ?orario tempo pieno") ||
        inc_pattern_at(&f, r, i, "?a orario pieno|completo") ||
        inc_pattern_at(&f, r, i, "f t") ||
        inc_pattern_at(&f, r, i, "fulltime|fultime")) {
        if ((r->t[i].used & INC_USED_NOISE) || is_denied(r, i))
            return f.end;
        weekly(r, i, f.end, FULL_TIME, "full_time", LIKELY);
        return f.end;
    }
    for (size_t k = 0; k < sizeof said / sizeof said[0]; k++)
        if (inc_pattern_at(&f, r, i, said[k].pattern) && f.end > best) {
            best = f.end;
            value = said[k].value;
        }
    if (value == NULL)
        return i;
    if (is_denied(r, i)) {
        inc_use(r, i, best, INC_USED_NOISE);
        return best;
    }
    if (!(r->t[i].used & INC_USED_NOISE) &&
        !(i > 0 && inc_word_is(r, i - 1, "lavorare|lavoro") &&
          strcmp(value, "shifts") == 0))
        inc_hours_noted(r, i, best, value);
    return best;
}

/* Hours and shifts: "dal lunedì al venerdì 8-17", "30 ore settimanali",
 * "part time", "turni", "non può il martedì mattina". */
#include <string.h>

#include "engine/draft/inside.h"

enum {
    DAYS = 7,
    ALL_DAYS = 0x7f,
    WORK_DAYS = 0x1f,
    RANGES = 4,
    FULL_TIME = 40, /* hours a week: D.Lgs. 66/2003 art. 3 */
    MORNING = 8 * 60,
    NOON = 13 * 60,
    EVENING = 18 * 60,
    NIGHT = 24 * 60,
    SURE = 9300,
    LIKELY = 8000,
    GUESSED = 5000
};

static const char *const day_names[DAYS] = {
    "lunedi|lun|monday",    "martedi|mar|tuesday", "mercoledi|mer|wednesday",
    "giovedi|gio|thursday", "venerdi|ven|friday",  "sabato|sab|saturday",
    "domenica|dom|sunday"};

static int
day_at(const struct inc_reader *r, size_t i)
{
    if (i >= r->n || (r->t[i].used & INC_USED_SKIP))
        return -1;
    for (int d = 0; d < DAYS; d++)
        if (inc_word_is(r, i, day_names[d]))
            return d;
    if (inc_word_is(r, i, "domeniche"))
        return 6;
    return inc_word_is(r, i, "sabati") ? 5 : -1;
}

/* Days from word i on: one, a span, or a list; bits, 0: none. */
static unsigned
days_at(const struct inc_reader *r, size_t i, size_t *end)
{
    int a = day_at(r, i), b = -1;
    unsigned bits;
    size_t j;

    if (inc_word_is(r, i, "weekend|festivi")) {
        *end = i + 1;
        return inc_word_is(r, i, "weekend") ? 0x60 : 0;
    }
    if (inc_word_is(r, i, "week|fine") &&
        inc_word_is(r, i + 1, "end|settimana")) {
        *end = i + 2;
        return 0x60;
    }
    if (a < 0)
        return 0;
    bits = 1u << a;
    *end = j = i + 1;
    if (j < r->n && r->t[j].gap < INC_GAP_STOP) {
        size_t to = inc_word_is(r, j, "al|a|alla|fino") ? j + 1 : j;

        while (to > j && inc_word_is(r, to, "al|a"))
            to++;
        if (to > j || r->t[j].sep == '-' || r->t[j].sep == '/')
            b = day_at(r, to);
        if (b >= 0) {
            for (int d = a; d != b; d = (d + 1) % DAYS)
                bits |= 1u << d;
            bits |= 1u << b;
            *end = to + 1;
            return bits;
        }
    }
    for (;;) { /* "martedì, giovedì e sabato" */
        size_t k = inc_pass_words(r, *end, "e|ed|il|la");
        if (k >= r->n || r->t[k].gap >= INC_GAP_STOP || day_at(r, k) < 0)
            return bits;
        bits |= 1u << day_at(r, k);
        *end = k + 1;
    }
}

/* A time of day at word i: "8", "8:30", "18.00", "7h"; minutes or -1. */
static int
time_at(const struct inc_reader *r, size_t i, size_t *end, int *has_minutes)
{
    int h;

    *has_minutes = 0;
    if (i >= r->n || r->t[i].number < 0 || r->t[i].number > 24 || r->t[i].n > 2)
        return -1;
    h = r->t[i].number * 60;
    *end = i + 1;
    if (i + 1 < r->n && r->t[i + 1].number >= 0 && r->t[i + 1].number < 60 &&
        r->t[i + 1].n == 2 && r->t[i + 1].gap == INC_GAP_NONE &&
        (r->t[i + 1].sep == ':' || r->t[i + 1].sep == '.')) {
        h += r->t[i + 1].number;
        *end = i + 2;
        *has_minutes = 1;
    }
    return h <= NIGHT ? h : -1;
}

struct range {
    int from, to;
};

/* "8-17", "dalle 8:00 alle 12", "ore 9/13". */
static int
range_at(const struct inc_reader *r, size_t i, size_t *end, struct range *out,
         int day_said)
{
    int minutes[2], words = 0;
    size_t j = i;

    j = inc_pass_words(r, i, "dalle|dall|ore|orario|h|from|alle|le|dal|da");
    for (size_t k = i; k < j; k++)
        words |= inc_word_is(r, k, "dalle|ore|orario|h");
    out->from = time_at(r, j, end, &minutes[0]);
    if (out->from < 0)
        return 0;
    j = *end;
    if (j >= r->n || r->t[j].gap >= INC_GAP_STOP)
        return 0;
    if (inc_word_is(r, j, "alle|a|al|fino|ad|to|ore")) {
        j = inc_pass_words(r, j, "alle|a|al|fino|ad|to|le|ore");
    } else if (r->t[j].sep != '-' && r->t[j].sep != '/') {
        return 0;
    }
    out->to = time_at(r, j, end, &minutes[1]);
    if (out->to < 0 || out->from == out->to)
        return 0;
    if (inc_word_is(r, *end,
                    "anni|anno|mesi|mese|ore|euro|k|kg|giorni|km|"
                    "persone|dipendenti|ora|h"))
        return 0;
    if (!words && !day_said && !minutes[0] && !minutes[1])
        return 0;
    if (out->to == 0)
        out->to = NIGHT;
    return 1;
}

static void
window(struct inc_reader *r, size_t from, size_t to, int day, int begin,
       int end, const char *rule, uint32_t confidence, int absent)
{
    struct inc_draft_item *item =
        inc_item_add(r, INC_DRAFT_HOURS, from, to, rule, confidence);

    if (item == NULL)
        return;
    item->value = "window";
    item->day = day;
    item->from = begin;
    item->to = end;
    item->negative = absent;
}

static void
windows(struct inc_reader *r, size_t from, size_t to, unsigned days,
        struct range range, const char *rule, uint32_t confidence, int absent)
{
    for (int d = 0; d < DAYS; d++) {
        if (!(days >> d & 1))
            continue;
        if (range.from < range.to) {
            window(r, from, to, d, range.from, range.to, rule, confidence,
                   absent);
        } else { /* over midnight */
            window(r, from, to, d, range.from, NIGHT, rule, confidence, absent);
            if (range.to > 0)
                window(r, from, to, (d + 1) % DAYS, 0, range.to, rule,
                       confidence, absent);
        }
    }
}

static void
noted(struct inc_reader *r, size_t from, size_t to, const char *value)
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

    if (hours < 1 || hours > 80)
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

static size_t
amounts(struct inc_reader *r, size_t i)
{
    struct inc_found f;
    static const char a_week[] = "# ore|h|hours ?a|per|alla "
                                 "settimanali|settimana|sett|week|weekly";
    static const char a_day[] = "# ore|h ?al|giornaliere|a ?giorno";

    if (inc_pattern_at(&f, r, i,
                       "# giorni ?a|alla ?settimana ?per # ore ?al "
                       "?giorno")) {
        weekly(r, i, f.end, (int64_t)f.number[0] * f.number[1], "days_x_hours",
               LIKELY);
        return f.end;
    }
    if (inc_pattern_at(&f, r, i,
                       "# # ore|h ?a ?alla ?settimanali ?settimana") &&
        r->t[i + 1].sep == '-') {
        weekly(r, i, f.end, f.number[1], "hours_range", LIKELY);
        return f.end;
    }
    if (inc_pattern_at(&f, r, i, a_week)) {
        weekly(r, i, f.end, f.number[0], "hours_week", SURE);
        return f.end;
    }
    if (inc_pattern_at(&f, r, i, a_day) &&
        (inc_word_is(r, f.end - 1, "giorno|giornaliere"))) {
        weekly(r, i, f.end, (int64_t)f.number[0] * 5, "hours_day", LIKELY);
        return f.end;
    }
    if (inc_pattern_at(&f, r, i, "# ore|h") && f.number[0] >= 10 &&
        f.number[0] <= 48 && !inc_word_is(r, f.end, "di|formazione|corso|su") &&
        !inc_word_is(r, i > 0 ? i - 1 : 0, "sicurezza|corso|formazione|rsa")) {
        weekly(r, i, f.end, f.number[0], "hours_bare", LIKELY);
        return f.end;
    }
    if (glued(&r->t[i]) >= 10 && glued(&r->t[i]) <= 60) {
        weekly(r, i, i + 1, glued(&r->t[i]), "hours_bare", LIKELY);
        return i + 1;
    }
    return i;
}

static size_t
words(struct inc_reader *r, size_t i)
{
    static const struct {
        const char *pattern, *value;
    } said[] = {
        {"part time", "part_time"},
        {"parttime", "part_time"},
        {"tempo parziale", "part_time"},
        {"?su ?tre|3 turni ?a ?rotazione|notturni", "shifts"},
        {"?su due|2 turni", "shifts"},
        {"?su ?anche turni|turno ?anche ?compresi ?di ?su ?notturni|notte|h24 "
         "?e "
         "?notti ?festivi",
         "shifts"},
        {"ciclo continuo", "shifts"},
        {"orario flessibile", "flexible"},
        {"flessibilita ?oraria ?di ?orario", "flexible"},
        {"lavoro|orario|turno ?di notturno|notte", "night"},
        {"notturno|notturna|notturni|notti", "night"},
        {"festivi", "holidays"},
        {"?full remote|smart ?working", "remote"},
        {"hybrid|ibrido", "remote"},
    };
    size_t best = i;
    const char *value = NULL;
    struct inc_found f;

    if (inc_pattern_at(&f, r, i, "?orario full time") ||
        inc_pattern_at(&f, r, i, "?a tempo pieno") ||
        inc_pattern_at(&f, r, i, "fulltime")) {
        if (r->t[i].used & INC_USED_NOISE)
            return f.end;
        weekly(r, i, f.end, FULL_TIME, "full_time", LIKELY);
        return f.end;
    }
    for (size_t k = 0; k < sizeof said / sizeof said[0]; k++)
        if (inc_pattern_at(&f, r, i, said[k].pattern) && f.end > best) {
            best = f.end;
            value = said[k].value;
        }
    if (value != NULL && !(r->t[i].used & INC_USED_NOISE) &&
        !(i > 0 && inc_word_is(r, i - 1, "lavorare|lavoro") &&
          strcmp(value, "shifts") == 0))
        noted(r, i, best, value);
    return best;
}

/* Part of a day: "mattina", "pomeriggio". */
static int
part_at(const struct inc_reader *r, size_t i, struct range *out)
{
    if (inc_word_is(r, i, "mattin*"))
        *out = (struct range){MORNING, NOON};
    else if (inc_word_is(r, i, "pomerigg*|pomeridian*"))
        *out = (struct range){NOON, EVENING};
    else if (inc_word_is(r, i, "sera|serale|serali|serate"))
        *out = (struct range){EVENING, NIGHT};
    else
        return 0;
    return 1;
}

/* "non può il martedì mattina", "no domenica", "escluso il lunedì". */
static size_t
not_then(struct inc_reader *r, size_t i, unsigned *minus)
{
    static const char *const patterns[] = {
        "non puo|posso|disponibile ?lavorare il|la|di|al|nei",
        "no|niente|mai ?il|la|di",
        "escluso|esclusa|esclusi|tranne|eccetto ?il|la",
        "libera|libero ?la|il",
        "chiuso ?il|la",
    };
    struct range range = {0, NIGHT};
    struct inc_found f;
    size_t end = 0, part = 0;
    unsigned days = 0;
    int absent;

    for (size_t k = 0; k < 5 && days == 0; k++) {
        if (!inc_pattern_at(&f, r, i, patterns[k]))
            continue;
        part = inc_word_is(r, f.end, "pranzo|cena") ? f.end + 1 : f.end;
        days = days_at(r, part, &end);
    }
    if (days == 0)
        return i;
    *minus |= days;
    absent =
        !inc_word_is(r, i, "escluso|esclusa|esclusi|tranne|eccetto|chiuso");
    if (part_at(r, end, &range))
        end++;
    if (r->d->kind == INC_RECORD_CANDIDATE && absent && part == f.end)
        windows(r, i, end, days, range,
                range.to == NIGHT && range.from == 0 ? "not_that_day"
                                                     : "not_that_part",
                LIKELY, 1);
    inc_use(r, i, end, INC_USED_FACT);
    return end;
}

struct week {
    unsigned days, minus;
    size_t days_from, days_to;
    struct range range[RANGES];
    size_t from[RANGES], to[RANGES];
    size_t n;
    int either; /* "9-13 o 14-18" */
    struct range part;
    size_t part_at;
    int has_part;
    int timely; /* the sentence speaks of days or hours */
};

static int
is_timely(const struct inc_reader *r, size_t start, size_t stop)
{
    for (size_t i = start; i < stop; i++)
        if (day_at(r, i) >= 0 ||
            inc_word_is(r, i,
                        "mattin*|pomerigg*|sera|serale|notturno|notte|"
                        "orario|orari|turno|turni|giornata|disponibil*"))
            return 1;
    return 0;
}

static void
gather(struct inc_reader *r, size_t start, size_t stop, struct week *w)
{
    for (size_t i = start; i < stop;) {
        size_t end = 0, next;
        unsigned days;

        if (r->t[i].used & (INC_USED_WARN | INC_USED_FACT | INC_USED_SKIP)) {
            i++;
            continue;
        }
        next = not_then(r, i, &w->minus);
        if (next == i)
            next = amounts(r, i);
        if (next == i && (days = days_at(r, i, &end)) != 0) {
            w->days |= days;
            w->days_from = w->days_to == 0 ? i : w->days_from;
            w->days_to = next = end;
        }
        if (next == i && w->n < RANGES &&
            range_at(r, i, &end, &w->range[w->n], w->timely)) {
            w->from[w->n] = i;
            w->to[w->n] = next = end;
            if (w->n > 0 && inc_word_is(r, i - 1, "o|oppure"))
                w->either = 1;
            w->n++;
        }
        if (next == i)
            next = words(r, i);
        if (next == i && !w->has_part && part_at(r, i, &w->part)) {
            w->has_part = 1;
            w->part_at = i;
            next = i + 1;
        }
        i = next > i ? next : i + 1;
    }
}

static void
settle(struct inc_reader *r, struct week *w)
{
    unsigned days = w->days != 0 ? w->days : ALL_DAYS;
    const char *rule = w->days != 0 ? "days_and_hours" : "hours_without_days";
    uint32_t sure = w->days != 0 ? SURE : GUESSED;

    if (w->days == 0 && w->minus == 0)
        days = WORK_DAYS;
    days &= ~w->minus;
    if (w->either) {
        noted(r, w->from[0], w->to[w->n - 1], "either");
        return;
    }
    for (size_t k = 0; k < w->n; k++) {
        size_t from = w->from[k], to = w->to[k];

        if (w->days != 0 && w->days_from < from)
            from = w->days_from;
        else if (w->days_to > to)
            to = w->days_to;
        windows(r, from, to, days, w->range[k], rule, sure, 0);
        inc_use(r, from, to, INC_USED_FACT);
    }
    if (w->n > 0 || w->days == 0)
        return;
    if (w->has_part && r->d->kind == INC_RECORD_CANDIDATE) {
        size_t from = w->days_from < w->part_at ? w->days_from : w->part_at;
        size_t to = w->days_to > w->part_at ? w->days_to : w->part_at + 1;

        windows(r, from, to, days, w->part, "part_of_day", GUESSED, 0);
        inc_use(r, from, to, INC_USED_FACT);
        return;
    }
    noted(r, w->days_from, w->days_to, days == 0x60 ? "weekend" : "days");
}

void
inc_draft_hours(struct inc_reader *r)
{
    for (size_t start = 0; start < r->n;) {
        const size_t end = inc_sentence_end(r, start);
        struct week w = {.timely = is_timely(r, start, end)};

        gather(r, start, end, &w);
        settle(r, &w);
        start = end;
    }
}

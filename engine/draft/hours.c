/* When work is done or somebody can work: which days and times of a sentence
 * belong together, and those that are excluded. */
#include <string.h>

#include "engine/draft/inside.h"

enum {
    DAYS = INC_WEEK_DAYS,
    ALL_DAYS = 0x7f,
    WORK_DAYS = 0x1f,
    SATURDAY = 0x20,
    WEEKEND = 0x60,
    RANGES = 4,
    PARTS = 3,
    GROUPS = 8,   /* of a sentence */
    NEAR = 8,     /* words from "chiamare" to the hours to call */
    PATIENCE = 2, /* sentences that days wait for their hours */
    APART = 12,   /* words between days and hours that one span may take in */
    NIGHT = 24 * 60,
    SURE = 9300,
    LIKELY = 8000,
    GUESSED = 5000
};

/* Days and the hours that are said of them. */
struct group {
    unsigned days;
    size_t days_from, days_to;
    struct inc_hours range[RANGES];
    size_t from[RANGES], to[RANGES];
    size_t n;
    struct inc_hours part[PARTS];
    size_t part_from, part_to;
    size_t n_parts;
    int hours_first; /* "8-12 il lunedì" */
    int listed;      /* "sera e weekend": one beside the other */
    int either;      /* "9-13 o 14-18" */
};

struct week {
    struct group g[GROUPS];
    size_t n;
    unsigned minus;
    int timely; /* the sentence speaks of days or hours */
};

/* What waits for the next sentence: days without hours, or the reverse. */
struct waiting {
    struct group g;
    unsigned minus;
    int alive, age;
};

static void
window(struct inc_reader *r, size_t from, size_t to, int day,
       struct inc_hours hours, const char *rule, uint32_t confidence,
       int absent)
{
    struct inc_draft_item *item;

    for (size_t i = 0; i < r->d->n_items; i++) {
        const struct inc_draft_item *x = &r->d->items[i];

        if (x->kind == INC_DRAFT_HOURS && x->day == day &&
            x->from == hours.from && x->to == hours.to && x->negative == absent)
            return;
    }
    item = inc_item_add(r, INC_DRAFT_HOURS, from, to, rule, confidence);
    if (item == NULL)
        return;
    item->value = "window";
    item->day = day;
    item->from = hours.from;
    item->to = hours.to;
    item->negative = absent;
}

static void
windows(struct inc_reader *r, size_t from, size_t to, unsigned days,
        struct inc_hours h, const char *rule, uint32_t confidence, int absent)
{
    for (int d = 0; d < DAYS; d++) {
        const struct inc_hours evening = {h.from, NIGHT}, morning = {0, h.to};

        if (!(days >> d & 1))
            continue;
        if (h.from < h.to) {
            window(r, from, to, d, h, rule, confidence, absent);
            continue;
        }
        window(r, from, to, d, evening, rule, confidence, absent);
        if (h.to > 0) /* over midnight */
            window(r, from, to, (d + 1) % DAYS, morning, rule, confidence,
                   absent);
    }
}

/* --- what is excluded ----------------------------------------------------- */

static const char *const denials[] = {
    "non puo|posso|lavoro|lavora|voglio ?lavorare ?il|la|di|al|nei|nel|i|le|a",
    "non ?sono|e disponibile ?a ?lavorare ?il|la|di|al|nei|nel|i|le|a",
    "non ci sono ?il|la|di|al|nei|nel|i|le",
    "no|niente|mai|not ?lavoro ?il|la|di|i|nel|nei|le|al",
    "escluso|esclusa|esclusi|escluse|tranne|eccetto|salvo ?il|la|i|le",
    "a|ad esclusione|eccezione del|della|di|dei ?il",
    "libera|libero|liberi ?la|il",
    "chiuso|chiusi|chiusura ?settimanale ?la|il|di",
    "giorno|giorni ?di|settimanale riposo|libero|chiusura ?settimanale ?il|la",
    "riposo|riposi ?settimanale ?la|il|di",
};

static const char denied_after[] =
    "non ?ci posso|puo|sono|lavoro|lavora|lavoriamo|disponibile|e|voglio";

/* "il sabato non posso", "domenica chiuso"; *end after it. */
static int
is_denied_after(const struct inc_reader *r, size_t i, size_t *end)
{
    struct inc_found f;

    if (i >= r->n || r->t[i].gap > INC_GAP_COMMA)
        return 0;
    if (inc_pattern_at(&f, r, i, denied_after)) {
        *end = f.end;
        return 1;
    }
    if (r->t[i].closes == 0 && inc_word_is(r, i, "no") &&
        inc_day_at(r, i + 1) < 0 &&
        !inc_word_is(r, i + 1, "perditempo|part|full|weekend|agenzie|turni")) {
        *end = i + 1;
        return 1;
    }
    if (r->t[i].gap <= INC_GAP_COMMA &&
        inc_word_is(r, i,
                    "escluso|esclusi|esclusa|escluse|chiuso|chiusi|"
                    "riposo|off")) {
        *end = i + 1;
        return inc_day_at(r, i + 1) < 0;
    }
    if (r->d->kind == INC_RECORD_NEED && r->t[i].gap == INC_GAP_NONE &&
        inc_word_is(r, i, "libero|liberi|libera|libere")) {
        *end = i + 1;
        return inc_day_at(r, i + 1) < 0;
    }
    return 0;
}

/* When it is that is excluded: days, a part of the day, hours. */
static int
excluded_at(const struct inc_reader *r, size_t i, size_t *end, unsigned *days,
            struct inc_hours *h)
{
    *h = (struct inc_hours){0, NIGHT};
    *days = inc_days_at(r, i, end);
    if (*days != 0) {
        size_t k = inc_pass_words(r, *end, "al|alla|di|la|il|nel");

        if (k < r->n && r->t[k].gap == INC_GAP_NONE && inc_part_at(r, k, h))
            *end = k + 1;
        else
            (void)inc_open_at(r, *end, end, h);
        return 1;
    }
    if (inc_part_at(r, i, h)) {
        *end = i + 1;
        return 1;
    }
    if (inc_word_is(r, i, "pomeriggi") || !inc_open_at(r, i, end, h))
        return 0;
    return 1;
}

/* "non può il martedì mattina", "no domenica", "escluso il lunedì", "dopo le
 * 15 non posso". */
static size_t
not_then(struct inc_reader *r, size_t i, unsigned *minus)
{
    struct inc_hours h;
    struct inc_found f;
    size_t end = 0, from = i, last = 0;
    unsigned days = 0;
    int said = 0, absent = 0;

    for (size_t k = 0; k < sizeof denials / sizeof denials[0] && !said; k++) {
        if (!inc_pattern_at(&f, r, i, denials[k]) ||
            inc_word_is(r, f.end, "turn*"))
            continue;
        from = inc_word_is(r, f.end, "pranzo|cena") ? f.end + 1 : f.end;
        said = from < r->n && r->t[from].gap < INC_GAP_STOP &&
               excluded_at(r, from, &end, &days, &h);
        absent = k < 4 && from == f.end;
    }
    /* a person who is free then can work */
    if (said && r->d->kind == INC_RECORD_CANDIDATE &&
        inc_word_is(r, i, "liber*"))
        return i;
    if (!said && excluded_at(r, i, &end, &days, &h) &&
        is_denied_after(r, end, &last)) {
        said = 1;
        absent = !inc_word_is(r, end, "esclus*|chius*");
        end = last;
    }
    if (!said)
        return i;
    if (days != 0 && h.from == 0 && h.to == NIGHT)
        *minus |= days;
    if (r->d->kind == INC_RECORD_CANDIDATE && absent)
        windows(r, i, end, days != 0 ? days : ALL_DAYS, h,
                h.to == NIGHT && h.from == 0 ? "not_that_day" : "not_that_part",
                LIKELY, 1);
    inc_use(r, i, end, INC_USED_FACT);
    return end;
}

/* --- which hours belong to which days --------------------------------------
 */

static int
is_timely(const struct inc_reader *r, size_t start, size_t stop)
{
    size_t end;

    for (size_t i = start; i < stop; i++)
        if (inc_days_at(r, i, &end) != 0 ||
            inc_word_is(r, i,
                        "mattin*|pomerigg*|sera|serale|notturn*|notte|"
                        "orario|orari|turno|turni|turnazion*|giornata|"
                        "disponibil*|part|full|pt|feriali|shift*|oraria"))
            return 1;
    return 0;
}

/* "chiamare dalle 9 alle 12": hours of nobody's work. */
static int
is_contact(const struct inc_reader *r, size_t i)
{
    for (size_t k = i; k-- > 0 && k + NEAR >= i;) {
        if (r->t[k + 1].gap >= INC_GAP_STOP)
            return 0;
        if (inc_word_is(r, k,
                        "chiama*|telefon*|contatt*|presentarsi|"
                        "colloqui|colloquio|scriv*|whatsapp|rispond*|"
                        "apertura|aperto|aperti|ricevimento"))
            return 1;
    }
    return 0;
}

static int
is_beside(const struct inc_reader *r, size_t i)
{
    while (i > 0 && inc_word_is(r, i - 1, "il|la|i|le|nei|di|nel"))
        i--;
    return i > 0 && (r->t[i].gap == INC_GAP_COMMA ||
                     inc_word_is(r, i - 1, "e|ed|o|anche|oppure"));
}

/* The group that goes on, or a new one; NULL when there are too many. */
static struct group *
group(struct week *w, int next)
{
    if (w->n > 0 && !next)
        return &w->g[w->n - 1];
    if (w->n == GROUPS)
        return NULL;
    w->g[w->n] = (struct group){.days = 0};
    return &w->g[w->n++];
}

static void
take_days(const struct inc_reader *r, struct week *w, unsigned days, size_t i,
          size_t end)
{
    const struct group *now = w->n > 0 ? &w->g[w->n - 1] : NULL;
    const int full = now != NULL && now->days != 0 && !now->hours_first &&
                     now->n + now->n_parts > 0;
    struct group *g;

    /* "9-13 lun, 8-12 il sabato" goes by hours; "..., sabato e domenica"
     * after hours of other days stands alone unless "e" joins it */
    if (full && end < r->n && now->n > 0 && is_beside(r, i) &&
        r->t[i].gap == INC_GAP_NONE && r->t[end].gap >= INC_GAP_STOP) {
        w->g[w->n - 1].days |= days;
        return;
    }
    g = group(w, full);
    if (g == NULL)
        return;
    if (g->days == 0) {
        g->days_from = i;
        g->listed = g->n == 0 && g->n_parts > 0 && is_beside(r, i);
    }
    g->days |= days;
    g->days_to = end;
}

static void
take_range(const struct inc_reader *r, struct week *w, struct inc_hours h,
           size_t i, size_t end)
{
    const struct group *now = w->n > 0 ? &w->g[w->n - 1] : NULL;
    struct group *g =
        group(w, now != NULL && now->hours_first && now->days != 0);

    if (g == NULL || g->n == RANGES)
        return;
    if (g->days == 0)
        g->hours_first = 1;
    if (g->n > 0 && inc_word_is(r, i - 1, "o|oppure"))
        g->either = 1;
    g->range[g->n] = h;
    g->from[g->n] = i;
    g->to[g->n++] = end;
}

static void
take_part(const struct inc_reader *r, struct week *w, struct inc_hours h,
          size_t i)
{
    struct group *g = group(w, 0);

    if (g == NULL || g->n_parts == PARTS)
        return;
    if (g->days == 0)
        g->hours_first = g->n_parts > 0 ? g->hours_first : 1;
    else if (g->n_parts == 0)
        g->listed = is_beside(r, i);
    if (g->n_parts == 0)
        g->part_from = i;
    g->part[g->n_parts++] = h;
    g->part_to = i + 1;
}

/* Two in a row are hours without any word for it: "8-12/14-18". */
static int
is_pair(const struct inc_reader *r, size_t i)
{
    struct inc_hours a, b;
    size_t end, last;

    if (!inc_range_at(r, i, &end, &a, 1))
        return 0;
    while (end < r->n && inc_word_is(r, end, "e|o") &&
           r->t[end].gap == INC_GAP_NONE)
        end++;
    return end < r->n && r->t[end].gap < INC_GAP_STOP &&
           inc_range_at(r, end, &last, &b, 1) && a.from < a.to &&
           b.from >= a.to && a.to - a.from >= 2 * 60;
}

static int
days_of(const struct week *w)
{
    unsigned bits = w->n > 0 ? w->g[w->n - 1].days : 0;
    int n = 0;

    for (; bits != 0; bits &= bits - 1)
        n++;
    return n > 2 ? n : 0;
}

/* What is said of time at word i; the word after it, or i. */
static size_t
event(struct inc_reader *r, size_t i, struct week *w)
{
    struct inc_hours h;
    size_t end = 0, next = not_then(r, i, &w->minus);
    unsigned days;

    if (next == i)
        next = inc_hours_amount(r, i, days_of(w));
    if (next != i)
        return next;
    days = inc_days_at(r, i, &end);
    if (days != 0) {
        if (!is_contact(r, i))
            take_days(r, w, days, i, end);
        return end;
    }
    if (inc_range_at(r, i, &end, &h, w->timely || is_pair(r, i)) ||
        ((w->timely || r->d->kind == INC_RECORD_CANDIDATE) &&
         inc_open_at(r, i, &end, &h))) {
        if (!is_contact(r, i)) {
            w->timely = 1;
            take_range(r, w, h, i, end);
        }
        return end;
    }
    next = inc_hours_words(r, i);
    if (next != i)
        return next;
    if (inc_part_at(r, i, &h)) {
        if (!is_contact(r, i))
            take_part(r, w, h, i);
        return i + 1;
    }
    return i;
}

static void
gather(struct inc_reader *r, size_t start, size_t stop, struct week *w)
{
    for (size_t i = start; i < stop;) {
        size_t next = i;

        if (!(r->t[i].used & (INC_USED_WARN | INC_USED_FACT | INC_USED_SKIP)))
            next = event(r, i, w);
        i = next > i ? next : i + 1;
    }
}

/* --- what follows from it --------------------------------------------------
 */

static unsigned
without_days(unsigned minus)
{
    if (minus == 0 || (minus & SATURDAY))
        return WORK_DAYS & ~minus;
    return ALL_DAYS & ~minus;
}

static void
span(const struct group *g, size_t *from, size_t *to)
{
    if (g->days == 0)
        return;
    if (g->days_from < *from && *from - g->days_from <= APART)
        *from = g->days_from;
    else if (g->days_to > *to && g->days_to - *to <= APART)
        *to = g->days_to;
}

/* Is the part of a day that somebody names when she can work? */
static int
is_offered(const struct inc_reader *r, size_t i)
{
    const size_t start = inc_sentence_start(r, i), end = inc_sentence_end(r, i);

    for (size_t k = start; k < end; k++)
        if (inc_word_is(r, k,
                        "posso|puo|solo|soltanto|solamente|esclusivamente|"
                        "liber*"))
            return 1;
    return 0;
}

static void
settle_parts(struct inc_reader *r, const struct group *g, unsigned days)
{
    const int person = r->d->kind == INC_RECORD_CANDIDATE;
    size_t from = g->part_from, to = g->part_to;

    if (g->listed || (g->days == 0 && !is_offered(r, from)) || !person) {
        if (g->days != 0)
            inc_hours_noted(r, g->days_from, g->days_to,
                            g->days == WEEKEND ? "weekend" : "days");
        return;
    }
    span(g, &from, &to);
    for (size_t k = 0; k < g->n_parts; k++)
        windows(r, from, to, days, g->part[k], "part_of_day", GUESSED, 0);
    inc_use(r, g->part_from, g->part_to, INC_USED_FACT);
    if (g->days != 0)
        inc_use(r, g->days_from, g->days_to, INC_USED_FACT);
}

static void
settle(struct inc_reader *r, const struct group *g, unsigned minus)
{
    const unsigned days = g->days != 0 ? g->days & ~minus : without_days(minus);

    if (g->either && r->d->kind == INC_RECORD_NEED) {
        inc_hours_noted(r, g->from[0], g->to[g->n - 1], "either");
        return;
    }
    for (size_t k = 0; k < g->n; k++) {
        size_t from = g->from[k], to = g->to[k];

        span(g, &from, &to);
        windows(r, from, to, days, g->range[k],
                g->days != 0 ? "days_and_hours" : "hours_without_days",
                g->days != 0 ? SURE : GUESSED, 0);
        inc_use(r, g->from[k], g->to[k], INC_USED_FACT);
    }
    if (g->n > 0) {
        if (g->days != 0)
            inc_use(r, g->days_from, g->days_to, INC_USED_FACT);
    } else if (g->n_parts > 0) {
        settle_parts(r, g, days);
    } else if (g->days != 0) {
        inc_hours_noted(r, g->days_from, g->days_to,
                        g->days == WEEKEND ? "weekend" : "days");
    }
}

static void
flush(struct inc_reader *r, struct waiting *left)
{
    if (left->alive)
        settle(r, &left->g, left->minus);
    left->alive = 0;
}

/* "Giorni: da lunedì a sabato" and "Orario: 9-13" in the next line. */
static int
completes(struct waiting *left, struct week *w)
{
    struct group *g = &w->g[0], *l = &left->g;
    const int days_only = g->days != 0 && g->n + g->n_parts == 0;

    if (!left->alive || w->n != 1)
        return 0;
    if (l->n == 0 && l->n_parts == 0 && g->days == 0 && g->n > 0) {
        g->days = l->days;
        g->days_from = l->days_from;
        g->days_to = l->days_to;
    } else if (l->days == 0 && l->n > 0 && days_only) {
        l->days = g->days;
        l->days_from = g->days_from;
        l->days_to = g->days_to;
        *g = *l;
    } else {
        return 0;
    }
    w->minus |= left->minus;
    left->alive = 0;
    return 1;
}

static void
conclude(struct inc_reader *r, struct week *w, struct waiting *left)
{
    struct group *g = w->g;

    if (w->n == 0) {
        if (left->alive && ++left->age > PATIENCE)
            flush(r, left);
        left->minus |= w->minus;
        return;
    }
    /* "8-12 dal lunedì al venerdì e 14-18" */
    for (size_t k = 1; k < w->n; k++)
        if (g[k].days == 0 && g[k].n > 0) {
            g[k].days = g[k - 1].days;
            g[k].days_from = g[k - 1].days_from;
            g[k].days_to = g[k - 1].days_to;
        }
    if (!completes(left, w)) {
        flush(r, left);
        if (w->n == 1 && g->n_parts == 0 && !g->either &&
            (g->n == 0 || g->days == 0)) {
            *left = (struct waiting){*g, w->minus, 1, 0};
            return;
        }
    }
    for (size_t k = 0; k < w->n; k++)
        settle(r, &g[k], w->minus);
}

void
inc_draft_hours(struct inc_reader *r)
{
    struct waiting left = {.alive = 0};
    int heading = 0;

    for (size_t start = 0; start < r->n;) {
        const size_t end = inc_sentence_end(r, start);
        const int timely = is_timely(r, start, end);
        struct week w = {.timely = timely || left.alive || heading};

        gather(r, start, end, &w);
        heading = timely && w.n == 0 && end - start <= 4;
        conclude(r, &w, &left);
        start = end;
    }
    flush(r, &left);
}

/* When the work begins, on what terms, and how the person moves. */
#include <string.h>

#include "engine/base/date.h"
#include "engine/draft/inside.h"

enum { SURE = 9000, LIKELY = 8000, GUESSED = 6000 };
enum { HALF_HOUR = 30, MINUTES_MAX = 240 };
enum { YEAR = 12, THREE_YEARS = 36, TEN_YEARS = 120 }; /* months */

int64_t
inc_level_of_months(int64_t months)
{
    if (months < 0)
        return 0;
    if (months < YEAR)
        return 1;
    if (months < THREE_YEARS)
        return 2;
    return months < TEN_YEARS ? 3 : 4;
}

static const char *const month_names[] = {
    "gennaio|gen|january", "febbraio|feb|february", "marzo|mar|march",
    "aprile|apr|april",    "maggio|mag|may",        "giugno|giu|june",
    "luglio|lug|july",     "agosto|ago|august",     "settembre|set|september",
    "ottobre|ott|october", "novembre|nov|november", "dicembre|dic|december"};

int
inc_month_at(const struct inc_reader *r, size_t i)
{
    for (int m = 0; m < 12; m++)
        if (inc_word_is(r, i, month_names[m]))
            return m + 1;
    return 0;
}

/* A date at word i: "7 gennaio 2027", "7/1/2027", "01.02.27"; 1 when read. */
static int
date_at(const struct inc_reader *r, size_t i, size_t *end, int32_t *days)
{
    int y, m, d, now_y, now_m, now_d, no_year = 0;

    if (i >= r->n || r->t[i].number < 1 || r->t[i].number > 31)
        return 0;
    d = r->t[i].number;
    inc_date_split(r->q->today, &now_y, &now_m, &now_d);
    m = inc_month_at(r, i + 1);
    if (m == 0 && i + 1 < r->n && r->t[i + 1].number >= 1 &&
        r->t[i + 1].number <= 12 && r->t[i + 1].gap == INC_GAP_NONE &&
        (r->t[i + 1].sep == '/' || r->t[i + 1].sep == '.' ||
         r->t[i + 1].sep == '-'))
        m = r->t[i + 1].number;
    if (m == 0)
        return 0;
    *end = i + 2;
    y = now_y;
    if (i + 2 < r->n && r->t[i + 2].number >= 2000 &&
        r->t[i + 2].number < 2100 && r->t[i + 2].gap < INC_GAP_STOP) {
        y = r->t[i + 2].number;
        *end = i + 3;
    } else if (i + 2 < r->n && r->t[i + 2].n == 2 && r->t[i + 2].number >= 0 &&
               r->t[i + 2].sep == r->t[i + 1].sep && r->t[i + 2].sep != 0) {
        y = 2000 + r->t[i + 2].number;
        *end = i + 3;
    } else {
        no_year = 1;
    }
    if (d > 28) { /* inc_date_from() wants a date that exists */
        char text[INC_DATE_TEXT];
        int32_t check = inc_date_from(y, m, 28) + (d - 28);
        int cy, cm, cd;

        inc_date_format(text, check);
        inc_date_split(check, &cy, &cm, &cd);
        if (cm != m)
            return 0;
        *days = check;
    } else {
        *days = inc_date_from(y, m, d);
    }
    if (no_year && *days < r->q->today && !(m == 2 && d > 28))
        *days =
            inc_date_from(y + 1, m, d > 28 ? 28 : d) + (d > 28 ? d - 28 : 0);
    return 1;
}

static size_t
start(struct inc_reader *r, size_t i)
{
    struct inc_found f;
    struct inc_draft_item *item;
    size_t end;
    int32_t days;

    if (inc_pattern_at(&f, r, i,
                       "?con inizio|assunzione|partenza|disponibil*|"
                       "disponibilita ?di ?lavoro immediat*|subito")) {
        item = inc_item_add(r, INC_DRAFT_START, i, f.end, "at_once", LIKELY);
        if (item != NULL)
            item->value = "at_once";
        inc_use(r, i, f.end, INC_USED_FACT);
        return f.end;
    }
    if (!inc_pattern_at(&f, r, i,
                        "inizio|decorrenza|partenza ?attivita ?lavoro "
                        "?previsto ?prevista ?dal ?il ?a ?partire "
                        "?dal") &&
        !inc_pattern_at(&f, r, i, "a partire ?dal ?da") &&
        !inc_pattern_at(&f, r, i,
                        "disponibile|disponibili|assunzione dal|da") &&
        !inc_pattern_at(&f, r, i, "starting ?on"))
        return i;
    if (!date_at(r, f.end, &end, &days))
        return i;
    item = inc_item_add(r, INC_DRAFT_START, i, end, "date", SURE);
    if (item != NULL)
        item->number = days;
    inc_use(r, i, end, INC_USED_FACT);
    return end;
}

static const struct {
    const char *pattern, *value;
} contracts[] = {
    {"?contratto ?assunzione ?a tempo indeterminato", "tempo_indeterminato"},
    {"?contratto ?t|c indeterminato", "tempo_indeterminato"},
    {"indeterminato", "tempo_indeterminato"},
    {"?contratto ?t|c indet", "tempo_indeterminato"},
    {"cti", "tempo_indeterminato"},
    {"?un posto|lavoro|impiego fisso", "tempo_indeterminato"},
    {"contratto ?a|t|c determinato", "tempo_determinato"},
    {"t|tempo det|determinat", "tempo_determinato"},
    {"t determinato", "tempo_determinato"},
    {"ctd", "tempo_determinato"},
    {"contratto|assunzione|assunzioni|lavoro|incarico a termine",
     "tempo_determinato"},
    {"contratto|assunzione|incarico ?iniziale ?di ?da ?per # mesi|mese|"
     "settimane|anno ?rinnovabil*|prorogabil*",
     "tempo_determinato"},
    {"contratto|incarico ?iniziale ?di ?da ?per tre|sei|due|quattro|nove|un "
     "mesi|mese|anno",
     "tempo_determinato"},
    {"?contratto ?in ?di ?per sostituzione ?di ?per ?una maternita|malattia|"
     "ferie|personale",
     "tempo_determinato"},
    {"contratto ?in ?di ?per sostituzione", "tempo_determinato"},
    {"cerca tempo indeterminato", "tempo_indeterminato"},
    {"?contratto ?assunzione ?a tempo determinato", "tempo_determinato"},
    {"?contratto ?di apprendistato ?professionalizzante", "apprendistato"},
    {"apprendist*", "apprendistato"},
    {"?contratto ?in ?di somministrazione ?finalizzato ?all ?assunzione",
     "somministrazione"},
    {"?contratto ?di ?in|tramite ?agenzia interinale|somministrato",
     "somministrazione"},
    {"?in staff leasing", "somministrazione"},
    {"?contratto|lavoro|assunzione|impiego stagionale|stagionali",
     "stagionale"},
    {"stagione estiva|invernale|turistica|balneare", "stagionale"},
    {"?per la stagione #", "stagionale"},
    {"per la stagione", "stagionale"},
    {"tirocinio|tirocini ?extracurriculare|formativo|curriculare", "tirocinio"},
    {"?di tirocinio|tirocinante|stagista", "tirocinio"},
    {"stage|stages|internship", "tirocinio"},
    {"borsa lavoro", "borsa"},
    {"lavori|lavoro di pubblica utilita", "lpu"},
    {"partita iva|p iva", "lavoro_autonomo"},
    {"libera professione", "lavoro_autonomo"},
    {"p|partita iva", "lavoro_autonomo"},
    {"piva", "lavoro_autonomo"},
    {"?come ?in libero|libera professionista|professione", "lavoro_autonomo"},
    {"freelance", "lavoro_autonomo"},
    {"collaborazione|co co co", "collaborazione"},
    {"?contratto cococo", "collaborazione"},
    {"collaborazione coordinata ?e ?continuativa", "collaborazione"},
    {"contratto|lavoro|assunzione|personale|extra ?a chiamata|intermittente",
     "intermittente"},
    {"job on call", "intermittente"},
    {"prestazione occasionale", "prestazione_occasionale"},
};

static size_t
contract(struct inc_reader *r, size_t i)
{
    size_t best = i;
    const char *value = NULL;
    struct inc_found f;

    for (size_t k = 0; k < sizeof contracts / sizeof contracts[0]; k++)
        if (inc_pattern_at(&f, r, i, contracts[k].pattern) && f.end > best) {
            best = f.end;
            value = contracts[k].value;
        }
    if (value == NULL)
        return i;
    if (i > 0 && r->t[i].gap < INC_GAP_COMMA &&
        inc_word_is(r, i - 1, "no|non|niente|senza|esclus*")) {
        inc_use(r, i, best, INC_USED_NOISE);
        return best;
    }
    /* a person's past traineeship is no term of work */
    if (r->d->kind == INC_RECORD_NEED && best - i >= 1) {
        int twice = 0;

        for (size_t k = 0; k < r->d->n_items; k++)
            twice |= r->d->items[k].kind == INC_DRAFT_CONTRACT &&
                     strcmp(r->d->items[k].value, value) == 0;
        if (!twice && inc_item_find(r, INC_DRAFT_CONTRACT) == NULL) {
            struct inc_draft_item *item =
                inc_item_add(r, INC_DRAFT_CONTRACT, i, best, "contract", SURE);
            if (item != NULL)
                item->value = value;
        }
    }
    inc_use(r, i, best, INC_USED_FACT);
    return best;
}

static const struct {
    const char *pattern, *value;
} moves[] = {
    {"automunit*", "car"},
    {"auto munit*", "car"},
    {"?con|e|ho ?i ?un ?una ?la ?l auto|macchina|furgone|mezzo|mezzi|vettura|"
     "automobile|automezzo propri*|mio|mia|personale",
     "car"},
    {"ho|ha|possiedo|possiede|dispongo|dispone|con|avendo|guido|uso|prendo "
     "?di ?dell|della ?la|l|una|un ?mia|propria auto|macchina|automobile|"
     "vettura ?mia|propria|personale",
     "car"},
    {"munit*|dotat*|provvist* di auto|macchina|automobile|mezzo|mezzi ?propri*",
     "car"},
    {"possesso|disponibilita di ?un|una auto|macchina|automobile|mezzo "
     "?propri*",
     "car"},
    {"auto|macchina|automobile|automunito si", "car"},
    {"in macchina|auto|automobile", "car"},
    {"own car", "car"},
    {"?in ?con|col ?il ?i ?si ?muove ?mi ?muovo ?sposto autobus|bus|corriera|"
     "pullman|tram|metropolitana",
     "bus"},
    {"?con ?i mezzi pubblici", "bus"},
    {"mezzo pubblico", "bus"},
    {"muovo|muove|sposto|sposta|viaggio|vado|arrivo|vengo ?solo con|coi ?i "
     "mezzi",
     "bus"},
    {"?e|in|col|con ?il treno", "bus"},
    {"?in ?con ?la bici|bicicletta|ebike|bike", "bike"},
    {"a piedi", "walk"},
};

/* "non ho la macchina", "patente B ma non automunito", "auto: no". */
static int
is_without(const struct inc_reader *r, size_t i, size_t end)
{
    static const char between[] =
        "ho|ha|e|sono|possiedo|possiede|dispongo|dispone|di|la|l|una|un|il|"
        "un|in|possesso|macchina|auto|mezzo|mezzi|con|ancora|piu|neanche|"
        "nemmeno|mai|mi|si|muovo|sposto|prendo|uso|i|ne";
    struct inc_found f;

    for (size_t k = i, n = 0; k > 0 && n < 6; k--, n++) {
        if (r->t[k].gap >= INC_GAP_COMMA)
            break;
        if (inc_word_is(r, k - 1,
                        "non|no|senza|ne|niente|nessuna|nessun|sprovvist*|"
                        "priv*"))
            return 1;
        if (!inc_word_is(r, k - 1, between))
            break;
    }
    return end < r->n && r->t[end].gap <= INC_GAP_COMMA &&
           (inc_pattern_at(&f, r, end, "no") ||
            inc_pattern_at(&f, r, end, "non disponibile|ce|ho"));
}

/* A thing somebody works with or on, not her way to work. */
static int
is_tool(const struct inc_reader *r, size_t i, size_t end)
{
    if (end < r->n && r->t[end].gap == INC_GAP_NONE &&
        inc_word_is(r, end,
                    "da|del|della|dell|per|utensil*|agricol*|elettric*|"
                    "operatric*|aziendal*|a|industrial*|fotografic*|pesanti"))
        return inc_word_is(r, end - 1, "macchina|auto|bici|bicicletta|mezzi");
    for (size_t k = i; k > 0 && k + 3 > i; k--) {
        if (r->t[k].gap >= INC_GAP_COMMA)
            return 0;
        if (inc_word_is(r, k - 1,
                        "autist*|conducent*|meccanic*|ripar*|pulizi*|cucio|"
                        "cucire|cucito|autista|guida|manutenzione|lav*"))
            return 1;
    }
    return 0;
}

/* "massimo 40 minuti", "fino a un'ora di viaggio"; -1: none. */
static int
minutes_at(const struct inc_reader *r, size_t i, size_t *end)
{
    struct inc_found f;

    if (inc_pattern_at(&f, r, i,
                       "?non ?oltre ?i ?massimo ?max ?entro|fino ?a # "
                       "minuti|min ?da ?in|di ?viaggio")) {
        *end = f.end;
        return f.number[0];
    }
    if (inc_pattern_at(&f, r, i,
                       "max|massimo|fino|entro|oltre ?a ?una ?mezz ora ?di|da "
                       "?viaggio|strada|casa") ||
        inc_pattern_at(&f, r, i,
                       "max|massimo|fino|entro|oltre ?a un|1 ora ?di|da "
                       "?viaggio|strada|casa|macchina|auto|treno|bus")) {
        int half = 0;

        for (size_t k = i; k < f.end; k++)
            half |= inc_word_is(r, k, "mezz");
        *end = f.end;
        return half ? HALF_HOUR : 2 * HALF_HOUR;
    }
    return -1;
}

static size_t
mobility(struct inc_reader *r, size_t i)
{
    size_t best = i;
    const char *value = NULL;
    struct inc_found f;
    struct inc_draft_item *item;
    size_t end;
    int minutes;

    minutes = minutes_at(r, i, &end);
    if (minutes >= 1 && minutes <= MINUTES_MAX) {
        item = inc_item_add(r, INC_DRAFT_MOBILITY, i, end, "minutes", LIKELY);
        if (item != NULL) {
            item->value = "minutes";
            item->number = minutes;
        }
        inc_use(r, i, end, INC_USED_FACT);
        return end;
    }
    for (size_t k = 0; k < sizeof moves / sizeof moves[0]; k++)
        if (inc_pattern_at(&f, r, i, moves[k].pattern) && f.end > best) {
            best = f.end;
            value = moves[k].value;
        }
    if (value == NULL || is_tool(r, i, best))
        return i;
    if (is_without(r, i, best)) {
        inc_use(r, i, best, INC_USED_NOISE);
        return best;
    }
    for (size_t k = 0; k < r->d->n_items; k++)
        if (r->d->items[k].kind == INC_DRAFT_MOBILITY &&
            r->d->items[k].value != NULL &&
            strcmp(r->d->items[k].value, value) == 0) {
            inc_use(r, i, best, INC_USED_FACT);
            return best;
        }
    item = inc_item_add(r, INC_DRAFT_MOBILITY, i, best, "mobility",
                        r->d->kind == INC_RECORD_NEED ? GUESSED : SURE);
    if (item != NULL)
        item->value = value;
    inc_use(r, i, best, INC_USED_FACT);
    return best;
}

void
inc_draft_terms(struct inc_reader *r)
{
    for (size_t i = 0; i < r->n;) {
        size_t next;

        if (r->t[i].used & (INC_USED_WARN | INC_USED_FACT | INC_USED_SKIP)) {
            i++;
            continue;
        }
        next = start(r, i);
        if (next == i)
            next = contract(r, i);
        if (next == i && r->d->kind == INC_RECORD_CANDIDATE)
            next = mobility(r, i);
        if (next == i && inc_word_is(r, i, "automunit*")) {
            inc_use(r, i, i + 1, INC_USED_NOISE); /* lawful; no such field */
            next = i + 1;
        }
        i = next > i ? next : i + 1;
    }
}

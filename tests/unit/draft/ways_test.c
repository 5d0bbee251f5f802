/* Ways in which people write hours, practice, cars, languages and terms, with
 * what each must give. None is taken from tests/data/drafts. */
#include "tests/unit/draft/one.h"

#include <time.h>

enum { LINE = 1024, DAYS = 7 };

struct way {
    const char *text, *gives;
};

static void
put(char *line, const char *text)
{
    const size_t n = strlen(line);

    (void)snprintf(line + n, LINE - n, "%s%s", n > 0 ? " " : "", text);
}

static void
clock_of(char *out, size_t room, int64_t minutes)
{
    if (minutes % 60 == 0)
        (void)snprintf(out, room, "%d", (int)(minutes / 60));
    else
        (void)snprintf(out, room, "%d:%02d", (int)(minutes / 60),
                       (int)(minutes % 60));
}

/* The windows of one day, "8-12,14-18"; "" when there are none. */
static void
day_of(char *out, size_t room, const struct inc_window *w, uint32_t n, int day)
{
    int64_t after = -1;

    *out = '\0';
    for (;;) { /* in the order of the day */
        const struct inc_window *best = NULL;
        char from[16], to[16];
        size_t len = strlen(out);

        for (uint32_t i = 0; i < n; i++)
            if (w[i].day == day && w[i].from > after &&
                (best == NULL || w[i].from < best->from))
                best = &w[i];
        if (best == NULL)
            return;
        after = best->from;
        clock_of(from, sizeof from, best->from);
        clock_of(to, sizeof to, best->to);
        (void)snprintf(out + len, room - len, "%s%s-%s", len > 0 ? "," : "",
                       from, to);
    }
}

/* "12345 8-12,14-18": days 1 to 7 of the same hours together. */
static void
put_windows(char *line, const struct inc_window *w, uint32_t n,
            const char *mark)
{
    char day[DAYS][128];

    for (int i = 0; i < DAYS; i++)
        day_of(day[i], sizeof day[i], w, n, i);
    for (int i = 0; i < DAYS; i++) {
        char one[192];
        size_t len = 0;

        if (day[i][0] == '\0')
            continue;
        len = (size_t)snprintf(one, sizeof one, "%s", mark);
        for (int k = DAYS - 1; k > i; k--)
            if (strcmp(day[i], day[k]) == 0)
                len++;
        len = strlen(mark);
        one[len++] = (char)('1' + i);
        for (int k = i + 1; k < DAYS; k++)
            if (strcmp(day[i], day[k]) == 0) {
                one[len++] = (char)('1' + k);
                day[k][0] = '\0';
            }
        (void)snprintf(one + len, sizeof one - len, " %s", day[i]);
        put(line, one);
    }
}

static void
put_number(char *line, const char *mark, int64_t number)
{
    char one[32];

    (void)snprintf(one, sizeof one, "%s%d", mark, (int)number);
    put(line, one);
}

static void
hours_of(char *line)
{
    if (d.draft.kind == INC_RECORD_NEED) {
        const struct inc_need *n = &d.draft.record.need;

        put_windows(line, n->schedule, n->n_schedule, "");
        if (INC_HAS(n, INC_NEED_HOURS_WEEK))
            put_number(line, "h", n->hours_week);
    } else {
        const struct inc_availability *v =
            &d.draft.record.candidate.availability;

        put_windows(line, v->windows, v->n_windows, "");
        put_windows(line, v->absences, v->n_absences, "-");
        if (INC_HAS(v, INC_AVAILABILITY_HOURS_WEEK))
            put_number(line, "h", v->hours_week);
    }
    for (size_t i = 0; i < d.draft.n_items; i++)
        if (d.draft.items[i].kind == INC_DRAFT_HOURS &&
            strcmp(d.draft.items[i].rule, "hours_words") == 0 &&
            strcmp(d.draft.items[i].value, "days") != 0 &&
            strstr(line, d.draft.items[i].value) == NULL)
            put(line, d.draft.items[i].value);
}

static void
months_of(char *line)
{
    const struct inc_candidate *c = &d.draft.record.candidate;

    for (uint32_t i = 0; i < c->n_occupations; i++)
        if (c->occupations[i].has & 2)
            put_number(line, "", c->occupations[i].months);
}

static void
levels_of(char *line)
{
    if (d.draft.kind == INC_RECORD_NEED)
        for (uint32_t i = 0; i < d.draft.record.need.n_requirements; i++)
            put_number(line, "",
                       d.draft.record.need.requirements[i].has & 2
                           ? d.draft.record.need.requirements[i].level
                           : 0);
    else
        for (uint32_t i = 0; i < d.draft.record.candidate.n_skills; i++)
            put_number(line, "",
                       d.draft.record.candidate.skills[i].has & 2
                           ? d.draft.record.candidate.skills[i].level
                           : 0);
}

static void
values_of(char *line, enum inc_draft_kind kind)
{
    static const char *const cefr[] = {"A0", "A1", "A2", "B1",
                                       "B2", "C1", "C2"};

    for (size_t i = 0; i < d.draft.n_items; i++) {
        const struct inc_draft_item *x = &d.draft.items[i];

        if (x->kind != kind || x->value == NULL)
            continue;
        put(line, x->value);
        if (kind == INC_DRAFT_LANGUAGE && x->level >= 0)
            put(line, cefr[x->level]);
        if (kind == INC_DRAFT_MOBILITY && x->number > 0)
            put_number(line, "", x->number);
    }
}

static void
mobility_of(char *line)
{
    values_of(line, INC_DRAFT_MOBILITY);
}

static void
contract_of(char *line)
{
    values_of(line, INC_DRAFT_CONTRACT);
}

static void
languages_of(char *line)
{
    values_of(line, INC_DRAFT_LANGUAGE);
}

/* Warnings, each kind once, in the order of the law's table. */
static void
warnings_of(char *line)
{
    for (int k = 0; k < INC_WARNS; k++)
        for (size_t i = 0; i < d.draft.n_warnings; i++)
            if (d.draft.warnings[i].kind == (enum inc_warn)k &&
                !d.draft.warnings[i].note) {
                put(line, inc_warn_laws[k].name);
                break;
            }
}

static size_t
try_ways(const struct way *ways, size_t n, enum inc_record_kind kind,
         void (*what)(char *))
{
    size_t wrong = 0;

    for (size_t i = 0; i < n; i++) {
        const char *text = ways[i].text, *invalid;
        char line[LINE] = "";

        assert_int_equal(drafts_read(&d, kind, text, strlen(text)), INC_OK);
        invalid = drafts_wrong(&d, text, strlen(text));
        what(line);
        if (invalid == NULL && strcmp(line, ways[i].gives) == 0)
            continue;
        print_error("%s\n    gives '%s'\n    not   '%s' %s\n", text, line,
                    ways[i].gives, invalid == NULL ? "" : invalid);
        wrong++;
    }
    return wrong;
}

#define TRY(ways, kind, what)                                                  \
    assert_int_equal(                                                          \
        try_ways(ways, sizeof(ways) / sizeof(ways)[0], kind, what), 0)

static void
hours_of_adverts(void **state)
{
    static const struct way ways[] = {
        {"Cercasi barista, 8-12/14-18 dal lunedì al venerdì",
         "12345 8-12,14-18"},
        {"Operaio, h 6-14 lun-ven", "12345 6-14"},
        {"Operaio, lun-ven h6-14", "12345 6-14"},
        {"Operaio dal lun. al sab. 9.00–13.00", "123456 9-13"},
        {"Orario: 9,00-13,00 dal lunedì al sabato", "123456 9-13"},
        {"Commesso, orario 9.00/13.00 - 15.30/19.30, da martedì a sabato",
         "23456 9-13,15:30-19:30"},
        {"Orario di lavoro dalle ore 8 alle ore 17", "12345 8-17"},
        {"Orario dalle h 8 alle h 13 lu-ve", "12345 8-13"},
        {"Cuoco.\nGIORNI: DAL LUNEDI' AL SABATO\nORARIO: 9.00-13.00", //
         "123456 9-13"},
        {"Cuoco.\nOrario 8-17.\nDal lunedì al venerdì.", "12345 8-17"},
        {"Orario:\nlunedì 8-12\nmartedì 8-12 14-18\nsabato 9-13",
         "1 8-12 2 8-12,14-18 6 9-13"},
        {"Lun: 8.00-12.00 / 14.00-18.00\nMar: 8.00-12.00",
         "1 8-12,14-18 2 8-12"},
        {"lun-ven 8-17, sab 8-12", "12345 8-17 6 8-12"},
        {"Dal lunedì al venerdì 8:30-12:30 e il sabato 9-12",
         "12345 8:30-12:30 6 9-12"},
        {"8-12 il lunedì, 14-18 il martedì", "1 8-12 2 14-18"},
        {"lun/mer/ven 9-12", "135 9-12"},
        {"Lun-Mer-Ven ore 9-12", "135 9-12"},
        {"martedì/giovedì 15-19", "24 15-19"},
        {"Ufficio L-V 9-18", "12345 9-18"},
        {"Dal lunedì alla domenica 10-15 escluso il martedì", "134567 10-15"},
        {"Dal lunedì al sabato 8-13, tranne il giovedì", "12356 8-13"},
        {"Orario 9-13, no sabato", "12345 9-13"},
        {"Orario 9-13 sabato escluso", "12345 9-13"},
        {"lun-sab 8-13, sabato libero", "12345 8-13"},
        {"dal martedì alla domenica 18-23, riposo il mercoledì", "24567 18-23"},
        {"Tutti i giorni 7-10", "1234567 7-10"},
        {"giorni feriali ore 8-14", "12345 8-14"},
        {"Weekend ore 10-18", "67 10-18"},
        {"sabato e domenica dalle 11 alle 15", "67 11-15"},
        {"Fine settimana dalle 18.30 a mezzanotte", "67 18:30-24"},
        {"Orario dalle 7 e mezza alle 13 dal lun al ven", "12345 7:30-13"},
        {"Turno dalle 8 del mattino alle 2 del pomeriggio, lun-ven",
         "12345 8-14 shifts"},
        {"Orario 9-6 dal lunedì al venerdì", "12345 9-18"},
        {"0630-1400 da lunedì a venerdì", "12345 6:30-14"},
        {"Monday to Friday 9am-5pm", "12345 9-17"},
        {"Turno 22-6 lun-gio", "1 22-24 234 0-6,22-24 5 0-6 shifts"},
        {"Turni 6-14 / 14-22, dal lunedì al venerdì",
         "12345 6-14,14-22 shifts"},
        {"ore 8h30-12h30 lunedì", "1 8:30-12:30"},
        {"sabato mattina e lunedì pomeriggio", ""},
        {"Operaio su tre turni", "shifts"},
        {"Operaio, turni a ciclo continuo 24 ore su 24", "shifts"},
        {"Operaio 6x2", "shifts"},
        {"Operatore, turnazione h24", "shifts"},
        {"Orario 9-13 o 14-18", "either"},
        {"Part-time 20h/sett", "h20 part_time"},
        {"p.t. 24h", "h24 part_time"},
        {"PT 24 ore", "h24 part_time"},
        {"Part time al 50%", "h20"},
        {"part-time orizzontale 75%", "h30"},
        {"ore settimanali: 24", "h24"},
        {"ORE 20 SETT.LI", "h20"},
        {"n. 36 ore settimanali", "h36"},
        {"37,5 ore settimanali", "h37"},
        {"trenta ore a settimana", "h30"},
        {"dalle 20 alle 30 ore settimanali", "h30"},
        {"24-30 ore settimanali", "h30"},
        {"4 ore al giorno dal lunedì al sabato", "h20"},
        {"Dal lunedì al sabato 4 ore al giorno", "h24"},
        {"5 ore al giorno per 6 giorni", "h30"},
        {"5 giorni a settimana per 6 ore al giorno", "h30"},
        {"5 gg su 7, 8 ore al giorno", "h40"},
        {"contratto a tempo pieno", "h40"},
        {"FULL-TIME 40H", "h40"},
        /* what is said of something else */
        {"Cercasi cuoco. Telefonare dalle 9 alle 12", ""},
        {"Chiamare ore 9-12 dal lunedì al venerdì", ""},
        {"Operaio, no turni di notte", ""},
        {"Operaio, no part time", ""},
        {"Operaio, 2-3 anni di esperienza, stipendio 1200-1400", ""},
        {"Esperienza 2015-2019 in turno", "shifts"},
        {"corso di formazione di 16 ore", ""},
        {"assistenza anziani 24 ore su 24", "shifts"},
        {"Disponibilità dal 8/12", ""},
    };

    (void)state;
    TRY(ways, INC_RECORD_NEED, hours_of);
}

static void
hours_of_people(void **state)
{
    static const struct way ways[] = {
        {"disponibile solo mattina", "12345 8-13"},
        {"posso lavorare mattina o pomeriggio", "12345 8-13,13-18"},
        {"Disponibile dopo le 17", "12345 17-24"},
        {"Lavoro fino alle 13", "12345 0-13"},
        {"posso solo dalle 9 in poi", "12345 9-24"},
        {"disponibile 9-13 o 14-18", "12345 9-13,14-18"},
        {"posso lun mer ven mattina", "135 8-13"},
        {"libera il martedì e il giovedì pomeriggio", "24 13-18"},
        {"Libero il sabato mattina", "6 8-13"},
        {"posso sabato mattina e lunedì pomeriggio", "1 13-18 6 8-13"},
        {"il sabato non posso", "-6 0-24"},
        {"la domenica no", "-7 0-24"},
        {"non posso la sera", "-1234567 18-24"},
        {"Non posso dopo le 18", "-1234567 18-24"},
        {"non lavoro il sabato e la domenica", "-67 0-24"},
        {"mai di domenica", "-7 0-24"},
        {"disp. dal lun al ven 8-14, no sabato", "12345 8-14 -6 0-24"},
        {"ok dalle 8 alle 13 xke porto i bimbi a scuola", "12345 8-13"},
        {"CERCO PART TIME SOLO MATTINA", "12345 8-13 part_time"},
        {"max 20 ore a settimana", "h20"},
        {"cerco lavoro full time", "h40"},
        {"no notti", ""},
        {"disponibile a turni anche notturni", "shifts"},
        {"Disponibile anche serate e weekend", "weekend"},
    };

    (void)state;
    TRY(ways, INC_RECORD_CANDIDATE, hours_of);
}

static void
practice_of_people(void **state)
{
    static const struct way ways[] = {
        {"Magazziniere da 2 anni", "24"},
        {"Magazziniere dal 2019", "84"},
        {"dal 2019 a oggi magazziniere", "84"},
        {"Da marzo 2020 a settembre 2021 magazziniere", "18"},
        {"03/2020 - 09/2021 magazziniere", "18"},
        {"mar. 2020 - set. 2021: magazziniere", "18"},
        {"nel 2015-2018 magazziniere", "36"},
        {"Magazziniere (2015/2018)", "36"},
        {"magazziniere dal 2015 al 2018", "36"},
        {"ho fatto il magazziniere per qualche mese", "3"},
        {"magazziniere per un paio d'anni", "24"},
        {"magazziniere, oltre 10 anni", "120"},
        {"magazziniere più di dieci anni", "120"},
        {"magazziniere x 3 anni", "36"},
        {"6 mesi come magazziniere", "6"},
        {"magazziniere 1 anno e 6 mesi", "18"},
        {"magazziniere due anni e mezzo", "30"},
        {"magazziniere per sei mesi", "6"},
        {"magazziniere mezz'anno", "6"},
        {"magazziniere da quasi 4 anni", "48"},
        {"magazziniere da una decina di anni", "120"},
        {"magazziniere da vent'anni", "240"},
        {"magazziniere con esperienza ventennale", "240"},
        {"magazziniere 5aa", "60"},
        {"magazziniere 18 mesi", "18"},
        {"magazziniere fino al 2019", ""},
        {"magazziniere, ho 30 anni di età", ""},
        {"magazziniere pluriennale", ""},
        {"magazziniere disoccupato dal 2019", ""},
        {"magazziniere 2019-22", "36"},
        {"magazziniere da marzo 2026", "8"},
    };

    (void)state;
    TRY(ways, INC_RECORD_CANDIDATE, months_of);
}

static void
levels_of_adverts(void **state)
{
    static const struct way ways[] = {
        {"Cerco saldatore con esperienza pluriennale nella saldatura TIG", "3"},
        {"Cerco saldatore con pluriennale esperienza in saldatura TIG", "3"},
        {"Minimo un anno di esperienza nella saldatura TIG", "2"},
        {"Esperienza minima di due anni in saldatura TIG", "2"},
        {"Cercasi saldatore con qualche mese di esperienza in saldatura TIG",
         "1"},
        {"Buone capacità di saldatura TIG", "2"},
        {"Buona esperienza nella saldatura TIG", "2"},
        {"Ottime competenze in saldatura TIG", "3"},
        {"Saldatura TIG: livello avanzato", "4"},
        {"Saldatura TIG livello base", "1"},
        {"Saldatura TIG (livello intermedio)", "2"},
        {"Conoscenza base di saldatura TIG", "1"},
        {"Saldatura TIG ottima", "3"},
        {"Saldatura TIG a livello professionale", "3"},
        {"Provata esperienza nella saldatura TIG", "3"},
        {"Cerco saldatore con molti anni di esperienza in saldatura TIG", "3"},
        /* says how much somebody earns rather than what she must know */
        {"Cerco saldatore junior, saldatura TIG", "0"},
        {"Cerco saldatore, saldatura TIG", "0"},
    };

    (void)state;
    TRY(ways, INC_RECORD_NEED, levels_of);
}

static void
levels_of_people(void **state)
{
    static const struct way ways[] = {
        {"Excel livello base, saldatura TIG esperto", "1 4"},
        {"Excel: ottimo", "3"},
        {"Excel (buono)", "2"},
        {"me la cavo con Excel", "1"},
        {"sono bravo con Excel", "2"},
        {"sono molto bravo nella saldatura TIG", "3"},
        {"un po' di Excel", "1"},
        {"conosco bene Excel", "2"},
        {"so usare Excel", "0"},
        {"ottima padronanza di Excel", "3"},
    };

    (void)state;
    TRY(ways, INC_RECORD_CANDIDATE, levels_of);
}

static void
cars_and_buses(void **state)
{
    static const struct way ways[] = {
        {"ho la macchina", "car"},
        {"Ho l'auto", "car"},
        {"ho una macchina mia", "car"},
        {"possiedo auto propria", "car"},
        {"auto: sì", "car"},
        {"munito di auto", "car"},
        {"con mezzo proprio", "car"},
        {"con mezzi propri", "car"},
        {"AUTOMUNITA", "car"},
        {"auto munito", "car"},
        {"mi sposto in macchina", "car"},
        {"in possesso di auto", "car"},
        {"mi sposto in bus", "bus"},
        {"vado col treno", "bus"},
        {"uso i mezzi pubblici", "bus"},
        {"mi muovo con i mezzi", "bus"},
        {"viaggio in pullman", "bus"},
        {"mi muovo in bici", "bike"},
        {"giro in bicicletta", "bike"},
        {"ho il motorino", ""},
        {"mi sposto a piedi", "walk"},
        {"massimo 40 minuti da casa", "minutes 40"},
        {"max 30 min da casa", "minutes 30"},
        {"fino a un'ora di viaggio", "minutes 60"},
        {"non ho la macchina", ""},
        {"non ho l'auto", ""},
        {"senza macchina", ""},
        {"patente B ma non automunito", ""},
        {"patente B, no auto", ""},
        {"non sono automunita", ""},
        {"non dispongo di mezzo proprio", ""},
        {"auto: no", ""},
        {"non ho né macchina né motorino, vado in bici", "bike"},
        {"cucio a macchina", ""},
        {"ho la macchina da cucire", ""},
        {"riparo la macchina del caffè", ""},
    };

    (void)state;
    TRY(ways, INC_RECORD_CANDIDATE, mobility_of);
}

static void
languages_of_people(void **state)
{
    static const struct way ways[] = {
        {"madrelingua araba", "ar C2"},
        {"Madrelingua: albanese", "sq C2"},
        {"lingua madre: russo", "ru C2"},
        {"parla bene italiano", "it B2"},
        {"parlo bene l'italiano", "it B2"},
        {"parlo molto bene inglese", "en C1"},
        {"inglese livello intermedio", "en B1"},
        {"Inglese A2/B1", "en A2"},
        {"italiano: sufficiente", "it B1"},
        {"italiano livello B1", "it B1"},
        {"italiano (A2)", "it A2"},
        {"INGLESE - BUONO", "en B2"},
        {"inglese fluente, francese scolastico", "en C1 fr A2"},
        {"non parlo bene italiano", "it"},
        {"parlo poco italiano", "it A1"},
        {"parlo un po' di inglese", "en A1"},
        {"parlo italiano, arabo e francese", "it ar fr"},
        {"non parlo inglese", ""},
        {"inglese: nessuna conoscenza", ""},
        {"inglese no", ""},
        {"Lingue: italiano B2, inglese A1", "it B2 en A1"},
        {"lingua italiana: buona", "it B2"},
        {"conoscenza elementare della lingua inglese", "en A2"},
        {"ottima conoscenza dell'inglese parlato e scritto", "en C1"},
        {"cucina italiana e cinese", ""},
    };

    (void)state;
    TRY(ways, INC_RECORD_CANDIDATE, languages_of);
}

static void
contracts(void **state)
{
    static const struct way ways[] = {
        {"contratto a tempo determinato 6 mesi", "tempo_determinato"},
        {"t. determinato", "tempo_determinato"},
        {"contratto a termine", "tempo_determinato"},
        {"contratto di 3 mesi rinnovabile", "tempo_determinato"},
        {"assunzione a termine con possibilità di proroga",
         "tempo_determinato"},
        {"CTD 6 mesi", "tempo_determinato"},
        {"tempo determinato con possibilità di trasformazione a tempo "
         "indeterminato",
         "tempo_determinato"},
        {"contratto indeterminato", "tempo_indeterminato"},
        {"posto fisso", "tempo_indeterminato"},
        {"assunzione diretta a tempo indeterminato", "tempo_indeterminato"},
        {"scopo assunzione, contratto in somministrazione", "somministrazione"},
        {"contratto in agenzia interinale", "somministrazione"},
        {"staff leasing", "somministrazione"},
        {"contratto a chiamata", "intermittente"},
        {"lavoro a chiamata", "intermittente"},
        {"lavoro stagionale", "stagionale"},
        {"per la stagione 2027", "stagionale"},
        {"contratto CoCoCo", "collaborazione"},
        {"collaborazione coordinata e continuativa", "collaborazione"},
        {"in P.IVA", "lavoro_autonomo"},
        {"con partita Iva", "lavoro_autonomo"},
        {"stage retribuito", "tirocinio"},
        {"tirocinio di 6 mesi", "tirocinio"},
        {"tirocinio formativo", "tirocinio"},
        {"sostituzione maternità", "tempo_determinato"},
        {"contratto di sostituzione", "tempo_determinato"},
        {"apprendistato o tirocinio", "apprendistato"},
        {"prestazione occasionale", "prestazione_occasionale"},
        {"no partita iva", ""},
        {"no stage", ""},
    };

    (void)state;
    TRY(ways, INC_RECORD_NEED, contract_of);
}

static void
what_adverts_may_not_ask(void **state)
{
    static const struct way ways[] = {
        {"Cercasi commesso giovane e dinamico", "age"},
        {"Cercasi commesso, dinamico giovane", "age"},
        {"Cerchiamo giovani motivati", "age"},
        {"commesso under 30", "age"},
        {"commesso under trenta", "age"},
        {"commesso max 35enne", "age"},
        {"commesso di età non superiore a 35 anni", "age"},
        {"commesso dai 20 ai 35 anni", "age"},
        {"commesso 20-35 anni", "age"},
        {"commesso, età 25/40", "age"},
        {"commesso di età compresa fra i 20 ed i 30", "age"},
        {"commesso tra i venti e i trenta anni", "age"},
        {"commesso ventenne", "age"},
        {"commesso non oltre i 40 anni", "age"},
        {"segretaria di bella presenza", "looks"},
        {"commesso di bell'aspetto", "looks"},
        {"commesso con ottima presenza", "looks"},
        {"curata nell'aspetto", "looks"},
        {"si richiede bella presenza e sorriso", "looks"},
        {"solo personale maschile", "sex"},
        {"candidati di sesso femminile", "sex"},
        {"riservato a donne", "sex"},
        {"cercasi solo uomini", "sex"},
        {"preferibilmente donna", "sex"},
        {"personale femminile", "sex"},
        {"cercasi ragazza", "age sex"},
        {"solo italiani", "origin"},
        {"no extracomunitari", "origin"},
        {"astenersi stranieri", "origin"},
        {"di nazionalità italiana", "origin"},
        {"cittadinanza italiana", "origin"},
        {"solo cittadini UE", "origin"},
        {"commesso senza figli", "family"},
        {"nubile o celibe", "family"},
        {"libero da impegni familiari", "family"},
        {"senza impegni di famiglia", "family"},
        {"non in gravidanza", "family"},
        {"sana e robusta costituzione", "health"},
        {"in buona salute", "health"},
        {"fisicamente robusto", "health"},
        {"buone condizioni fisiche", "health"},
        {"di costituzione forte", "health"},
        {"non fumatore", "health"},
        {"no invalidi", "disability"},
        {"madrelingua inglese", "mother_tongue"},
        {"di madrelingua italiana", "mother_tongue"},
        {"italiano madrelingua", "mother_tongue"},
        {"residente in zona", "residence"},
        {"residenza a Lucca", "residence"},
        {"solo residenti a Lucca", "residence"},
        {"inviare CV con foto", "photo"},
        {"CV corredato di fotografia", "photo"},
        {"fedina penale pulita", "judicial"},
        /* nothing that may not be asked */
        {"ambiente giovane e dinamico", ""},
        {"ci rivolgiamo a un team giovane", ""},
        {"esperienza di 20-25 anni", ""},
        {"abbigliamento uomo donna", ""},
        {"commesso con esperienza di 2-3 anni", ""},
        {"assistenza a bambini dai 3 ai 6 anni", ""},
        {"cucina italiana", ""},
    };

    (void)state;
    TRY(ways, INC_RECORD_NEED, warnings_of);
}

/* Rules that look ahead must not make long texts slow: five of the ways, over
 * and over, in one text of the largest size. */
static void
ways_in_a_long_text_have_bounds(void **state)
{
    static const char *const ways[] = {
        "dalle 8 alle ",          "lun mar ",
        "non posso il ",          "ore 8-12 / ",
        "magazziniere dal 2019 ", "part time al "};
    char *text = malloc(INC_DRAFT_TEXT_MAX);

    (void)state;
    assert_non_null(text);
    for (size_t k = 0; k < sizeof ways / sizeof ways[0]; k++) {
        const size_t one = strlen(ways[k]);
        struct timespec a, b;
        size_t n = 0;

        for (; n + one < INC_DRAFT_TEXT_MAX; n += one)
            memcpy(text + n, ways[k], one);
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
        assert_int_equal(drafts_read(&d, INC_RECORD_CANDIDATE, text, n),
                         INC_OK);
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
        assert_null(drafts_wrong(&d, text, n));
        print_message("%s: %.2f s of processor\n", ways[k],
                      (double)(b.tv_sec - a.tv_sec) +
                          (double)(b.tv_nsec - a.tv_nsec) / 1e9);
    }
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_of_adverts),
        cmocka_unit_test(hours_of_people),
        cmocka_unit_test(practice_of_people),
        cmocka_unit_test(levels_of_adverts),
        cmocka_unit_test(levels_of_people),
        cmocka_unit_test(cars_and_buses),
        cmocka_unit_test(languages_of_people),
        cmocka_unit_test(contracts),
        cmocka_unit_test(what_adverts_may_not_ask),
        cmocka_unit_test(ways_in_a_long_text_have_bounds),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}

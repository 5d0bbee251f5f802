/* Titles of study and their EQF level. */
#include "engine/draft/inside.h"

enum { SURE = 9000, LIKELY = 7500 };

/*
 * Levels of the Quadro nazionale delle qualificazioni (D.M. 8 January 2018,
 * table of correspondence), which references EQF one to one. [G]: not read in
 * the official source; checked 2026-11-22 against the project's domain notes.
 * The longest pattern wins, of equal ones the first; 0: no title.
 */
static const struct {
    const char *pattern;
    int eqf;
} titles[] = {
    {"licenza|diploma ?di ?scuola media", 1},
    {"terza|3a|3 media", 1},
    {"scuola|scuole media|medie ?inferiore", 1},
    {"obbligo|assolvimento ?scolastico ?dell ?obbligo", 2},
    {"scuola dell obbligo", 2},
    {"qualifica ?professionale ?triennale ?iefp", 3},
    {"qualifica|attestato oss|adb|osa", 0},
    {"qualificat*", 0},
    {"diploma iefp|quadriennale", 4},
    {"diploma ?di ?scuola ?superiore ?quinquennale ?o ?qualifica", 4},
    {"diplomat* ?all ?alla ?in ?perito", 4},
    {"diploma|diplomata|diplomato|diplomati di|in|all|alla "
     "perito|ragioneria|geometra|liceo|maturita|istituto|alberghiero",
     4},
    {"diploma ?liceo ?turistico|linguistico|alberghiero|tecnico|scientifico|"
     "classico|artistico",
     4},
    {"dipl ?segretari* ?d ?azienda", 4},
    {"diplomat* ?all ?alla ?in ?perito "
     "elettr*|meccanic*|informatic*|chimic*|agrari*",
     4},
    {"perito|perita meccanic*|elettr*|informatic*|chimic*|agrari*|tecnic*|o",
     4},
    {"maturita|ragioniere|ragioniera|geometra", 4},
    {"high school", 4},
    {"its", 5},
    {"tecnico superiore", 5},
    {"diploma its", 5},
    {"laurea ?triennale|breve", 6},
    {"laureat*", 6},
    {"bachelor|degree ?s ?degree", 6},
    {"laurea|laureato|laureata magistrale|specialistica|quinquennale", 7},
    {"laurea vecchio ordinamento", 7},
    {"master s degree", 7},
    {"msc", 7},
    {"dottorato|phd ?di ?ricerca", 8},
    {"laureand*", 0},
    {"diploma|laurea in svolgimento|corso", 0},
};

void
inc_draft_schooling(struct inc_reader *r)
{
    for (size_t i = 0; i < r->n; i++) {
        size_t best = i, which = 0;
        struct inc_draft_item *item;

        if (r->t[i].used & ~(unsigned)INC_USED_CUE)
            continue;
        for (size_t k = 0; k < sizeof titles / sizeof titles[0]; k++) {
            struct inc_found f;

            if (inc_pattern_at(&f, r, i, titles[k].pattern) && f.end > best) {
                best = f.end;
                which = k;
            }
        }
        if (best == i)
            continue;
        if (titles[which].eqf > 0) {
            item = inc_item_add(r, INC_DRAFT_EDUCATION, i, best, "title",
                                best - i > 1 ? SURE : LIKELY);
            if (item != NULL)
                item->number = titles[which].eqf;
            /* what it is in goes with it: "laurea in economia" */
            if (inc_word_is(r, best, "in|di|tecnico|professionale") &&
                r->t[best].gap < INC_GAP_COMMA) {
                size_t end = inc_part_end(r, i);

                while (best < end && best < i + 6 &&
                       !inc_word_is(r, best, "o|oppure|e|con"))
                    best++;
            }
            inc_use(r, i, best, INC_USED_FACT);
        }
        i = best - 1;
    }
}

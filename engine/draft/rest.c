/* What is left and looks like a requirement: linked by likeness where that is
 * safe, unknown otherwise. */
#include <string.h>

#include "engine/draft/inside.h"
#include "engine/text/words.h"

enum {
    SEARCHES = 60, /* of one text */
    ALIKE = 8600,  /* score of a search that counts as the same words */
    PART_WORDS = 8,
    LETTERS = 3
};

/* Said around requirements; nothing follows from them. */
static const char filler[] =
    "esperienza|esperienze|lavoro|settore|ruolo|persona|persone|azienda|"
    "ditta|societa|impresa|disponibilita|disponibile|disponibili|immediata|"
    "serieta|serio|seria|seri|motivat*|motivazione|volenteros*|volonta|"
    "voglia|dinamic*|determinazione|passione|ottima|ottimo|buona|buono|"
    "candidat*|risorsa|figura|profilo|posizione|sede|zona|contratto|orario|"
    "stipendio|inviare|curriculum|cv|mail|telefono|tel|info|contatto|"
    "contattare|chiamare|offerta|annuncio|ricerca|cerca|cercasi|cerco|"
    "seleziona|assume|anni|anno|mesi|pregressa|precedente|mansione|"
    "mansioni|requisiti|requisito|richiesta|richiesto|competenze|conoscenze|"
    "conoscenza|capacita|uso|utilizzo|gestione|attivita|cliente|clienti|"
    "nostro|nostra|nostri|nostre|dintorni|provincia|retribuzione|ral|euro|"
    "urgentemente|urgente|prego|grazie|buongiorno|ciao|salve|cordiali|saluti|"
    "valido|validita|corso|attestato|certificat*|qualificat*|patentino|"
    "lavorato|lavorare|ho|sono|mi|chiamo|abito|vivo|parlo|parla|cerchiamo|"
    "ampliamento|organico|agenzia|gruppo|italia|full|part|time|giorni|"
    "settimana|mese|ore|turno|turni|assunzione|finalizzat*|interne|esterne|"
    "specializzat*|professionale|professionali|varie|vari|ecc|etc|altro|"
    "almeno|minimo|saper|sapere|fatto|fare|leggere|lettura|affett*|tanti|"
    "lavori|edile|interna|interno|stagioni|qualifica|primo|livello|prima|"
    "anche|solo|molto|bene|forte|flessibilita|affidabil*|puntual*|automunit*";

static int
counts(const struct inc_reader *r, size_t i)
{
    const struct inc_token *t = &r->t[i];

    return !t->used && t->letters && t->n >= LETTERS && t->number < 0 &&
           !inc_stop_word(t->word, t->n, INC_STEM_IT) &&
           !inc_stop_word(t->word, t->n, INC_STEM_EN) &&
           !inc_word_is(r, i, filler);
}

/* Is something asked for, or claimed, in this part? */
static int
is_asked(const struct inc_reader *r, size_t from, size_t to)
{
    const size_t start = inc_sentence_start(r, from);
    const size_t end = inc_sentence_end(r, from);
    int list = 0;

    for (size_t i = from; i < to; i++) {
        if (r->t[i].importance >= 0 || r->t[i].level > 0)
            return 1;
        if (inc_word_is(r, i,
                        "esperienza|capacita|conoscenza|uso|utilizzo|saper|"
                        "so|sa|nozioni|gestione|attestato|corso|patentino|"
                        "abilitazione|certificazione|skills|experience"))
            return 1;
    }
    for (size_t i = start; i < end; i++)
        list += (r->t[i].used & INC_USED_CONCEPT) != 0 &&
                (i + 1 == end || !(r->t[i + 1].used & INC_USED_CONCEPT));
    return list >= 2; /* one of a list of skills */
}

/* A label that is nearly these words: typing mistakes, other endings. */
static int
link(struct inc_reader *r, size_t from, size_t to)
{
    const size_t at = r->t[from].joined;
    const size_t end = r->t[to - 1].joined + r->t[to - 1].n;
    struct inc_link hits[1 + INC_DRAFT_ALSO];
    struct inc_draft_item *item;
    size_t n;

    if (r->w->linker == NULL || to - from > PART_WORDS)
        return 0;
    n = inc_link_name(r->w->linker, INC_PILLAR_SKILL, r->joined + at, end - at,
                      r->lang, hits, 1 + INC_DRAFT_ALSO);
    if (n == 0 || hits[0].score_bp < ALIKE)
        return 0;
    for (size_t k = 0; k < r->d->n_items; k++)
        if (r->d->items[k].kind == INC_DRAFT_SKILL &&
            r->d->items[k].concept == hits[0].id) {
            inc_use(r, from, to, INC_USED_CONCEPT);
            return 1;
        }
    item = inc_item_add(r, INC_DRAFT_SKILL, from, to, "alike",
                        hits[0].confidence_bp);
    if (item == NULL)
        return 1;
    item->pillar = INC_PILLAR_SKILL;
    item->concept = hits[0].id;
    for (size_t i = from; i < to; i++)
        if (r->t[i].level > item->level)
            item->level = r->t[i].level;
    for (size_t k = 1; k < n; k++)
        item->also[item->n_also++] = hits[k].id;
    inc_use(r, from, to, INC_USED_CONCEPT);
    return 1;
}

/* Words from..to-1 of the part [start, stop), nothing between them known. */
static void
piece(struct inc_reader *r, size_t from, size_t to, size_t start, size_t stop,
      unsigned *searches)
{
    size_t first = to, last = from;

    for (size_t i = from; i < to; i++)
        if (counts(r, i)) {
            first = i < first ? i : first;
            last = i + 1;
        }
    if (first >= last || !is_asked(r, start, stop))
        return;
    if (*searches < SEARCHES) {
        ++*searches;
        if (link(r, first, last))
            return;
    }
    inc_unknown_add(r, first, last);
}

void
inc_draft_rest(struct inc_reader *r)
{
    const unsigned known = ~(unsigned)(INC_USED_SKIP | INC_USED_CUE);
    unsigned searches = 0;

    for (size_t start = 0; start < r->n;) {
        size_t stop = start + 1;

        while (stop < r->n && r->t[stop].gap < INC_GAP_COMMA &&
               !inc_word_is(r, stop, "e|ed|o|oppure|and|or"))
            stop++;
        for (size_t from = start; from < stop;) {
            size_t to = from;

            while (to < stop && !(r->t[to].used & known))
                to++;
            piece(r, from, to, start, stop, &searches);
            from = to + 1;
        }
        start = stop;
    }
}

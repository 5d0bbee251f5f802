/* Labels of the taxonomy in the words that are left: the linker's mentions, and
 * which of them an advert or a CV may be taken at. */
#include <string.h>

#include "engine/draft/inside.h"
#include "engine/text/words.h"

enum {
    MENTIONS_MAX = 800, /* of one text */
    WHOLE_BP = 10000,
    SHORT = 3, /* letters of a label of one word that are too few */
    MENDED = 8 /* and of one with a typing error */
};

/* Labels of one word that say too little by themselves. */
static const char vague[] =
    "tecnico|tecnica|guida|operatore|operatrice|addetto|addetta|responsabile|"
    "assistente|apprendista|raccolta|specialista|esperto|esperta|docente|"
    "direttore|capo|agente|consulente|ispettore|coordinatore|supervisore|"
    "organizzazione|lavoro|servizio|produzione|sicurezza|qualita|cucina";

/* Written with a capital or a sign: a name, in any text. */
static int
is_proper(const char *label)
{
    for (const char *p = label; *p != '\0'; p++)
        if ((*p >= 'A' && *p <= 'Z') || *p == '#' || *p == '+')
            return 1;
    return 0;
}

/* The words again, a bar for each that is understood already. */
static char *
words_left(const struct inc_reader *r)
{
    char *text = inc_arena_text(r->a, r->joined, r->joined_len);

    for (size_t i = 0; i < r->n && text != NULL; i++)
        if (r->t[i].used & (INC_USED_WARN | INC_USED_FACT | INC_USED_NOISE) &&
            !(r->t[i].used & INC_USED_SKIP))
            memset(text + r->t[i].joined, '|', r->t[i].n);
    return text;
}

/* The first word that stands at `at` of the joined text or behind it. */
static size_t
word_at(const struct inc_reader *r, size_t at)
{
    size_t lo = 0, hi = r->n;

    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;

        if (r->t[mid].joined < at)
            lo = mid + 1;
        else
            hi = mid;
    }
    while (lo < r->n && (r->t[lo].used & INC_USED_SKIP))
        lo++;
    return lo;
}

static int
is_first(const struct inc_reader *r, const struct inc_link *k)
{
    const char *label =
        inc_concept_label(r->w->taxonomy, k->pillar, k->id, k->lang);

    return k->others == 0 && k->score_bp == WHOLE_BP &&
           strcmp(label, k->label) == 0;
}

/* Words from the first to the last that say something. */
static uint32_t
words_of(const struct inc_reader *r, const struct inc_said *s)
{
    uint32_t n = 0;

    for (size_t i = s->from; i < s->to; i++)
        n += !(r->t[i].used & INC_USED_SKIP) &&
             !inc_stop_word(r->t[i].word, r->t[i].n, INC_STEM_IT) &&
             !inc_stop_word(r->t[i].word, r->t[i].n, INC_STEM_EN);
    return n;
}

static int
may_be(const struct inc_reader *r, const struct inc_link *k,
       const struct inc_said *s)
{
    const int proper = is_proper(k->label);

    if (k->lang != r->lang && strcmp(r->d->lang, "en") != 0 &&
        !(proper && k->score_bp == WHOLE_BP))
        return 0;
    if (k->words > 1)
        return words_of(r, s) <= k->words;
    if (k->score_bp < WHOLE_BP && r->t[s->from].n < MENDED)
        return 0;
    return r->t[s->from].n > 1 && !(r->t[s->from].n <= SHORT && !proper) &&
           !inc_word_is(r, s->from, vague) &&
           inc_language_at(r, s->from) == NULL;
}

enum inc_status
inc_draft_labels(struct inc_said **out, size_t *n, struct inc_reader *r,
                 struct inc_err *err)
{
    struct inc_link *k = inc_arena_array(r->a, MENTIONS_MAX, sizeof *k);
    struct inc_said *said = inc_arena_array(r->a, MENTIONS_MAX, sizeof *said);
    const char *text = words_left(r);
    size_t found;

    *n = 0;
    *out = said;
    if (r->w->linker == NULL)
        return INC_OK;
    if (k == NULL || said == NULL || text == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the labels");
    found = inc_link_all_mentions(r->w->linker, text, r->joined_len, r->lang, k,
                                  MENTIONS_MAX);
    for (size_t i = 0; i < found; i++) {
        const size_t from = word_at(r, k[i].at);
        const size_t to = word_at(r, (size_t)k[i].at + k[i].len);
        struct inc_said *s = &said[*n];

        *s = (struct inc_said){.from = from,
                               .to = to,
                               .pillar = k[i].pillar,
                               .id = k[i].id,
                               .confidence = k[i].confidence_bp,
                               .rule = k[i].score_bp == WHOLE_BP ? "label"
                                                                 : "words",
                               .first = is_first(r, &k[i])};
        if (from < to && may_be(r, &k[i], s))
            ++*n;
    }
    return INC_OK;
}

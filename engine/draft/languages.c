/* Languages and how well: "inglese B2", "buon inglese", "parlo rumeno". */
#include <string.h>

#include "engine/draft/inside.h"

enum {
    PRE_A1,
    A1,
    A2,
    B1,
    B2,
    C1,
    C2,
    UNSAID = -1,
    NEAR = 4, /* words between a language and its level */
    SURE = 9500,
    LIKELY = 8500,
    GUESSED = 6000
};

static const struct {
    const char *pattern, *code;
} names[] = {
    {"italian|italiano|italiana|itagliano|italliano", "it"},
    {"ingles|inglese|english", "en"},
    {"frances|francese|french", "fr"},
    {"tedesco|tedesca|german", "de"},
    {"spagnol|spagnolo|spagnola|spanish", "es"},
    {"portoghese|portuguese", "pt"},
    {"rumeno|romeno|rumena|romena|romanian", "ro"},
    {"albanese|albanian", "sq"},
    {"arabo|araba|arabic", "ar"},
    {"cinese|mandarino|chinese", "zh"},
    {"russo|russa|russian", "ru"},
    {"ucraino|ucraina|ukrainian", "uk"},
    {"polacco|polacca|polish", "pl"},
    {"bangla|bengali|bengalese", "bn"},
    {"urdu", "ur"},
    {"hindi", "hi"},
    {"punjabi|panjabi", "pa"},
    {"wolof", "wo"},
    {"tagalog|filippino", "tl"},
    {"persiano|farsi", "fa"},
    {"turco|turkish", "tr"},
    {"giapponese|japanese", "ja"},
    {"olandese|dutch", "nl"},
    {"greco|greek", "el"},
    {"moldavo", "ro"},
    {"bulgaro", "bg"},
    {"serbo|croato", "sh"},
    {"macedone", "mk"},
    {"amarico", "am"},
    {"tigrino", "ti"},
    {"somalo", "so"},
    {"swahili", "sw"},
    {"pashto", "ps"},
    {"curdo", "ku"},
    {"georgiano", "ka"},
    {"ungherese", "hu"},
    {"svedese", "sv"},
    {"coreano", "ko"},
    {"bambara", "bm"},
    {"igbo", "ig"},
    {"yoruba", "yo"},
    {"singalese|cingalese", "si"},
    {"nepalese", "ne"},
    {"vietnamita", "vi"},
    {"ceco", "cs"},
    {"slovacco", "sk"},
    {"sloveno", "sl"},
    {"danese", "da"},
    {"norvegese", "no"},
    {"ebraico", "he"},
    {"armeno", "hy"},
    {"bosniaco", "bs"},
    {"twi", "tw"},
};

static const struct {
    const char *pattern;
    int level;
} levels[] = {
    {"a1|a1+", A1},
    {"a2|a2+", A2},
    {"b1|b1+", B1},
    {"b2|b2+", B2},
    {"c1|c1+", C1},
    {"c2", C2},
    {"madrelingua|madrelingue|nativo|nativa|native", C2},
    {"lingua madre", C2},
    {"bilingue", C2},
    {"ottim*|fluente|fluent|fluently|eccellente|perfett*|avanzat*", C1},
    {"molto bene|buon*", C1},
    {"fluid*|corrente|correntemente|benissimo|scorrevol*", C1},
    {"abbastanza bene|buono", B1},
    {"pre intermedi*", A2},
    {"buon|buono|buona|bene|good", B2},
    {"intermedi*|discret*|sufficiente|medio|media", B1},
    {"principiante|minim*", A1},
    {"scolastic*|base|basic|elementare", A2},
    {"cosi cosi", A2},
    {"un po|poco|pochino", A1},
    {"poco|pochissimo", A1},
};

const char *
inc_language_at(const struct inc_reader *r, size_t i)
{
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (inc_word_is(r, i, names[k].pattern))
            return names[k].code;
    return NULL;
}

static int
level_at(const struct inc_reader *r, size_t i, size_t *end)
{
    struct inc_found f;

    for (size_t k = 0; k < sizeof levels / sizeof levels[0]; k++)
        if (inc_pattern_at(&f, r, i, levels[k].pattern)) {
            *end = f.end;
            return levels[k].level;
        }
    return UNSAID;
}

/* "madrelingua araba", "lingua madre: russo" */
static int
is_mother(const struct inc_reader *r, size_t i)
{
    return i > 0 && r->t[i].gap <= INC_GAP_COMMA &&
           (r->t[i].gap == INC_GAP_NONE || r->t[i].sep == ':') &&
           (inc_word_is(r, i - 1, "madrelingua|madrelingue") ||
            (i > 1 && inc_word_is(r, i - 1, "madre") &&
             inc_word_is(r, i - 2, "lingua")));
}

/* "non parlo inglese", "niente inglese", "inglese: nessuna conoscenza". */
static int
is_unknown(const struct inc_reader *r, size_t i, size_t to)
{
    size_t k = i;
    struct inc_found f;

    while (k > 0 && i - k < 3 && r->t[k].gap < INC_GAP_COMMA &&
           inc_word_is(r, k - 1, "l|il|la|lo|lingua|la"))
        k--;
    if (k > 0 && r->t[k].gap < INC_GAP_COMMA &&
        inc_word_is(r, k - 1, "no|niente|zero|senza"))
        return 1;
    if (k > 1 && r->t[k].gap < INC_GAP_COMMA &&
        inc_word_is(r, k - 1, "parl*|conosc*|so|sa|capisc*") &&
        inc_word_is(r, k - 2, "non"))
        return 1;
    return to < r->n && r->t[to].gap <= INC_GAP_COMMA &&
           (inc_pattern_at(&f, r, to, "zero|nullo|nulla|no|niente") ||
            inc_pattern_at(&f, r, to, "nessuna conoscenza") ||
            inc_pattern_at(&f, r, to, "non conosciut*|parlat*|lo|la"));
}

/* "cucina italiana e cinese", "clientela inglese": nobody's language. */
static int
is_adjective(const struct inc_reader *r, size_t i)
{
    for (size_t k = i; k-- > 0 && k + 3 >= i;) {
        if (r->t[k + 1].gap >= INC_GAP_COMMA)
            return 0;
        if (inc_word_is(r, k,
                        "cucin*|ristorant*|piatt*|clientela|azienda|marchi*|"
                        "famiglia|mercato|aziende|societa|gastronomia"))
            return 1;
    }
    return 0;
}

/* The level said after the language, or before it; widens from..to. */
static int
level_near(const struct inc_reader *r, size_t i, size_t *from, size_t *to)
{
    size_t end;
    int level;

    for (size_t k = i + 1; k < r->n && k <= i + NEAR; k++) {
        if (r->t[k].gap >= INC_GAP_STOP || inc_language_at(r, k) != NULL)
            break;
        if (r->t[k].gap == INC_GAP_COMMA && r->t[k].sep != '(' &&
            r->t[k].sep != ':' && r->t[k].sep != '-')
            break;
        if (inc_word_is(r, k, "e|ed|ma"))
            break;
        level = level_at(r, k, &end);
        if (level != UNSAID) {
            *to = end;
            return level;
        }
    }
    for (size_t k = i; k-- > 0 && k + NEAR >= i;) {
        size_t more;

        if ((r->t[k + 1].gap >= INC_GAP_COMMA && !is_mother(r, k + 1)) ||
            inc_language_at(r, k) != NULL)
            break;
        level = level_at(r, k, &end);
        if (level == UNSAID)
            continue;
        /* "molto bene", "un poco" */
        if (k > 0 && r->t[k].gap == INC_GAP_NONE &&
            level_at(r, k - 1, &more) != UNSAID && more == end)
            level = level_at(r, --k, &end);
        for (size_t b = k; b-- > 0 && b + 3 > k;) /* "non parlo bene" */
            if (r->t[b + 1].gap < INC_GAP_COMMA && inc_word_is(r, b, "non"))
                return UNSAID;
        *from = k;
        return level;
    }
    return UNSAID;
}

/* Nothing else in its part of the sentence: "preferibile russo". */
static int
is_alone(const struct inc_reader *r, size_t i)
{
    const size_t end = inc_part_end(r, i);
    size_t words = 0;

    for (size_t k = inc_part_start(r, i); k < end; k++)
        words += !(r->t[k].used & INC_USED_CUE);
    return words == 1;
}

/* A word such as "italiana" is a language where people speak of languages. */
static int
in_company(const struct inc_reader *r, size_t i)
{
    const size_t start = inc_sentence_start(r, i), end = inc_sentence_end(r, i);
    const int alone = is_alone(r, i);

    if (inc_word_is(r, i > 0 ? i - 1 : 0, "lingua|lingue"))
        return 1;
    for (size_t k = start; k < end; k++) {
        if (inc_word_is(r, k,
                        "lingu*|parl*|conoscenz*|speak*|language*|"
                        "madrelingua|scritt*|capisc*"))
            return 1;
        if (k != i && inc_language_at(r, k) != NULL &&
            (alone || (k > i ? k - i : i - k) <= 2))
            return 1;
    }
    return (alone && r->d->kind == INC_RECORD_NEED) ||
           inc_word_is(r, i + 1, "tecnico");
}

/* "italiana" agrees with a person or a dish: only after "lingua". */
static int
is_feminine(const struct inc_reader *r, size_t i)
{
    const struct inc_token *t = &r->t[i];

    return t->n > 2 && t->word[t->n - 1] == 'a' &&
           strcmp(t->word, "urdu") != 0 && strcmp(t->word, "bangla") != 0 &&
           strcmp(t->word, "bambara") != 0 &&
           !(i > 0 && inc_word_is(r, i - 1, "lingua|la|della"));
}

static int
seen(const struct inc_reader *r, const char *code)
{
    for (size_t i = 0; i < r->d->n_items; i++)
        if (r->d->items[i].kind == INC_DRAFT_LANGUAGE &&
            strcmp(r->d->items[i].value, code) == 0)
            return 1;
    return 0;
}

static void
take(struct inc_reader *r, size_t i, const char *code)
{
    size_t from = i, to = i + 1;
    const int level = level_near(r, i, &from, &to);
    const int sure = level != UNSAID;
    struct inc_draft_item *item;

    if ((!sure || is_feminine(r, i)) && !in_company(r, i))
        return;
    if (is_feminine(r, i) && !is_mother(r, i) &&
        !inc_word_is(r, i > 0 ? i - 1 : 0, "lingua"))
        return;
    if (!sure && is_adjective(r, i))
        return;
    if (is_unknown(r, i, to)) {
        inc_use(r, from, to, INC_USED_NOISE);
        return;
    }
    if (seen(r, code))
        return;
    item = inc_item_add(r, INC_DRAFT_LANGUAGE, from, to, "language",
                        sure ? SURE : LIKELY);
    if (item == NULL)
        return;
    item->value = code;
    item->level = level;
    if (level == UNSAID && r->d->kind == INC_RECORD_NEED) {
        item->rule = "language_without_level"; /* a need must say one */
        item->level = B1;
        item->confidence_bp = GUESSED;
    }
    inc_use(r, from, to, INC_USED_FACT);
    while (from > 0 && r->t[from].gap < INC_GAP_COMMA &&
           inc_word_is(r, from - 1,
                       "lingua|lingue|della|dell|del|conoscenza|conoscenze|"
                       "la|l|parlo|parla|italiana|tecnico")) {
        from--;
        inc_use(r, from, from + 1, INC_USED_FACT);
    }
}

void
inc_draft_languages(struct inc_reader *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const char *code;

        if (r->t[i].used & (INC_USED_WARN | INC_USED_NOISE | INC_USED_SKIP))
            continue;
        code = inc_language_at(r, i);
        if (code != NULL)
            take(r, i, code);
    }
}

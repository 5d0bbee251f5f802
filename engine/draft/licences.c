/* Licences to drive and to operate: "patente C+E", "pat. B", "CQC merci",
 * "patentino del muletto". */
#include <string.h>

#include "engine/draft/inside.h"
#include "proto/names.h"

enum {
    SURE = 9700,
    LIKELY = 9000,
    FILLERS = 8 /* words between "patente" and what it is */
};

static int
code_of(const char *name)
{
    for (int i = 0; inc_licence_names[i] != NULL; i++)
        if (strcmp(inc_licence_names[i], name) == 0)
            return i;
    return -1;
}

/* The category at word i ("be", "c" "+" "e"), *end after it; -1: none. */
static int
category_at(const struct inc_reader *r, size_t i, size_t *end)
{
    char name[8];
    const struct inc_token *t;
    size_t n;

    if (i >= r->n || r->t[i].n > 3)
        return -1;
    t = &r->t[i];
    n = t->n;
    for (size_t k = 0; k < n; k++)
        name[k] = (char)(t->word[k] >= 'a' && t->word[k] <= 'z'
                             ? t->word[k] - 'a' + 'A'
                             : t->word[k]);
    name[n] = '\0';
    *end = i + 1;
    if (i + 1 < r->n && r->t[i + 1].sep == '+' &&
        strcmp(r->t[i + 1].word, "e") == 0) {
        name[n] = 'E';
        name[n + 1] = '\0';
        *end = i + 2;
    }
    return code_of(name);
}

static void
add(struct inc_reader *r, size_t from, size_t to, const int *codes, size_t n,
    uint32_t confidence)
{
    struct inc_draft_item *item;

    for (size_t i = 0; i < r->d->n_items; i++)
        if (r->d->items[i].kind == INC_DRAFT_LICENCE &&
            r->d->items[i].n_codes > 0 && r->d->items[i].codes[0] == codes[0])
            return;
    item = inc_item_add(r, INC_DRAFT_LICENCE, from, to, "licence", confidence);
    if (item == NULL)
        return;
    for (size_t k = 0; k < n && k < 4; k++)
        item->codes[item->n_codes++] = codes[k];
    inc_use(r, from, to, INC_USED_FACT);
}

/* Categories after "patente": A e B; C+E; B, C1. */
static size_t
categories(struct inc_reader *r, size_t word, size_t i)
{
    const size_t most = i + FILLERS;
    size_t end, last = i;
    int found = 0;

    while (i < most &&
           inc_word_is(r, i,
                       "di|tipo|cat|categoria|categorie|e|ed|o|italiana|"
                       "licence|la|guida|auto|europea")) {
        if (found && inc_word_is(r, i, "e|ed|o")) {
            int next = category_at(r, i + 1, &end);
            if (next < 0)
                break;
        }
        i++;
    }
    for (int code; (code = category_at(r, i, &end)) >= 0; found = 1) {
        int codes[4] = {code};
        size_t n = 1, from = found ? i : word, next = end;

        if (found && r->t[i].gap >= INC_GAP_STOP)
            break;
        /* "B o C": either */
        while (n < 4 && inc_word_is(r, next, "o|or|oppure")) {
            int other = category_at(r, next + 1, &end);
            if (other < 0)
                break;
            codes[n++] = other;
            next = end;
        }
        add(r, from, next, codes, n, SURE);
        i = last = next;
        if (inc_word_is(r, i, "e|ed|and|piu") &&
            category_at(r, i + 1, &end) >= 0 && r->t[i].sep != '+')
            i++;
    }
    return found ? last : word;
}

static const struct {
    const char *pattern, *codes[2];
} certificates[] = {
    {"cqc merci|cose|c|trasporto", {"CQC-C", NULL}},
    {"cqc persone|p|d", {"CQC-P", NULL}},
    {"cqc", {"CQC-C", "CQC-P"}},
    {"carta qualificazione conducente", {"CQC-C", "CQC-P"}},
    {"?patentino|certificato|patente adr", {"ADR", NULL}},
    {"patentino|patentini|abilitazione|attestato|corso|brevetto|licenza ?per "
     "?uso ?guida ?la ?il ?conduzione ?del|di|dei|all|al ?uso ?di ?del "
     "muletto|muletti|carrello|carrelli|carrellista",
     {"CARRELLI", NULL}},
    {"patentino|abilitazione|attestato ?carrello|carrelli elevator*",
     {"CARRELLI", NULL}},
    {"muletto|carrello|carrelli ?elevatore|elevatori patentino|abilitazione",
     {"CARRELLI", NULL}},
    {"patentino|abilitazione|attestato|corso ?per ?uso ?la|le|il ?di ple",
     {"PLE", NULL}},
    {"patentino|abilitazione|attestato|corso ?per ?uso ?la|le ?di piattaform* "
     "?di ?lavoro ?aere*|elevabil*",
     {"PLE", NULL}},
    {"patentino|abilitazione|attestato|corso ?per ?uso ?la|le ?del|della|di "
     "gru|autogru ?a|su ?torre|autocarro",
     {"GRU", NULL}},
    {"?cap kb", {"KB", NULL}},
    {"?cap ka", {"KA", NULL}},
};

static size_t
certificate(struct inc_reader *r, size_t i)
{
    size_t best = i, which = 0;
    int codes[2];
    size_t n = 0;

    for (size_t k = 0; k < sizeof certificates / sizeof certificates[0]; k++) {
        struct inc_found f;

        if (inc_pattern_at(&f, r, i, certificates[k].pattern) && f.end > best) {
            best = f.end;
            which = k;
        }
    }
    if (best == i)
        return i;
    for (; n < 2 && certificates[which].codes[n] != NULL; n++)
        codes[n] = code_of(certificates[which].codes[n]);
    add(r, i, best, codes, n, LIKELY);
    return best;
}

/* "niente patente", "non guida": asked, none. */
static size_t
none(struct inc_reader *r, size_t i)
{
    static const char *const patterns[] = {
        "no|niente|senza|nessuna patente ?di|guida|b", "non guida",
        "non ho|ha ?la patente"};

    for (size_t k = 0; k < 3; k++) {
        struct inc_found f;
        struct inc_draft_item *item;

        if (!inc_pattern_at(&f, r, i, patterns[k]))
            continue;
        item =
            inc_item_add(r, INC_DRAFT_LICENCE, i, f.end, "no_licence", LIKELY);
        if (item != NULL)
            item->negative = 1;
        inc_use(r, i, f.end, INC_USED_FACT);
        return f.end;
    }
    return i;
}

void
inc_draft_licences(struct inc_reader *r)
{
    for (size_t i = 0; i < r->n;) {
        size_t next = i;

        if (r->t[i].used & (INC_USED_WARN | INC_USED_NOISE)) {
            i++;
            continue;
        }
        if (r->d->kind == INC_RECORD_CANDIDATE)
            next = none(r, i);
        if (next == i)
            next = certificate(r, i);
        if (next == i && inc_word_is(r, i,
                                     "patente|patenti|pat|cat|categoria|"
                                     "categorie|licence"))
            next = categories(r, i, i + 1);
        i = next > i ? next : i + 1;
    }
}

/*
 * stem.c - light stemming, our own small rules. Gender and number are what
 * differs between a job title and the words a person types for it.
 */
#include <string.h>

#include "engine/text/words.h"

static int
ends(const char *w, size_t len, const char *tail)
{
    size_t n = strlen(tail);

    return len >= n && memcmp(w + len - n, tail, n) == 0;
}

static int
vowel(char c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

static size_t
italian(char *w, size_t len)
{
    if (len < 4 || !vowel(w[len - 1]) || w[len - 1] == 'u')
        return len;
    /* saldatrice, saldatrici -> saldator, as saldatore, saldatori do */
    if (len > 6 && (ends(w, len, "trice") || ends(w, len, "trici"))) {
        w[len - 4] = 'o';
        w[len - 3] = 'r';
        return len - 2;
    }
    /* dottoressa, studentesse -> dottor, student; not commessa */
    if (len > 7 && (ends(w, len, "oressa") || ends(w, len, "oresse") ||
                    ends(w, len, "ntessa") || ends(w, len, "ntesse")))
        return len - 4;
    len--;
    if (len > 3 && w[len - 1] == 'i') /* fornaio, fornai, fornaie */
        len--;
    if (len > 3 && w[len - 1] == 'h' &&
        (w[len - 2] == 'c' || w[len - 2] == 'g'))
        len--; /* tecniche, psicologhe */
    return len;
}

static size_t
english(char *w, size_t len)
{
    if (len < 4 || w[len - 1] != 's' || ends(w, len, "ss") ||
        ends(w, len, "us") || ends(w, len, "is"))
        return len;
    if (len > 4 && ends(w, len, "ies")) {
        w[len - 3] = 'y';
        return len - 2;
    }
    if (ends(w, len, "xes") || ends(w, len, "sses") || ends(w, len, "ches") ||
        ends(w, len, "shes"))
        return len - 2;
    return len - 1;
}

size_t
inc_stem(char *word, size_t len, enum inc_stemmer s)
{
    switch (s) {
    case INC_STEM_IT:
        return italian(word, len);
    case INC_STEM_EN:
        return english(word, len);
    case INC_STEM_NONE:
    case INC_STEM_COUNT:
        break;
    }
    return len;
}

size_t
inc_stem_root(const char *stem, size_t len, enum inc_stemmer s)
{
    /* Longest first: the endings that make agents, acts and places of verbs
     * and things. Italian ones as the light stem leaves them. */
    static const char *const it[] = {
        "azion", "izion", "uzion", "ament", "iment", "ator", "itor", "utor",
        "atur",  "itur",  "ator",  "ent",   "ant",   "agg",  "ist",  "ier",
        "eri",   "ar",    "er",    "ir",    "at",    "it",   "ut"};
    static const char *const en[] = {"ations", "ation", "ment", "ing",
                                     "ers",    "ion",   "er",   "or",
                                     "ed",     "ist",   "e"};
    const char *const *tail = s == INC_STEM_IT ? it : en;
    size_t n =
        s == INC_STEM_IT ? sizeof it / sizeof it[0] : sizeof en / sizeof en[0];

    if (s != INC_STEM_IT && s != INC_STEM_EN)
        return len;
    for (size_t i = 0; i < n; i++)
        if (ends(stem, len, tail[i]) && len - strlen(tail[i]) >= 3)
            return len - strlen(tail[i]);
    return len;
}

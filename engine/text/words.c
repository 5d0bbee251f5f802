#include "engine/text/words.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "engine/text/fold.h"

struct inc_words
inc_words_of(const char *text, size_t len)
{
    struct inc_words w = {.text = text, .len = len};

    return w;
}

int
inc_words_next(struct inc_words *w, const char **word, size_t *len)
{
    while (w->pos < w->len) {
        size_t n = 0, letters = 0;
        int separator = 0, digit_first;
        while (w->pos < w->len && !separator) {
            char piece[4];
            uint32_t c = inc_utf8_next(w->text, w->len, &w->pos);
            size_t k = inc_fold_point(piece, c, &separator);
            if (k == 0 || n + k >= sizeof w->word)
                continue;
            memcpy(w->word + n, piece, k);
            n += k;
            if ((unsigned char)piece[0] >= 0x80)
                letters++;
            else if (piece[0] < '0' || piece[0] > '9')
                letters += k;
        }
        digit_first = n != 0 && w->word[0] >= '0' && w->word[0] <= '9';
        if (letters < INC_WORD_LETTERS || digit_first)
            continue;
        w->word[n] = '\0';
        *word = w->word;
        *len = n;
        return 1;
    }
    return 0;
}

enum inc_stemmer
inc_stemmer_of(const char *lang)
{
    if (strcmp(lang, "it") == 0)
        return INC_STEM_IT;
    return strcmp(lang, "en") == 0 ? INC_STEM_EN : INC_STEM_NONE;
}

/* Sorted. */
static const char *const stop_it[] = {
    "a",      "ad",     "agli",   "ai",    "al",    "all",     "alla", "alle",
    "allo",   "anche",  "che",    "chi",   "ci",    "coi",     "col",  "coll",
    "come",   "con",    "cui",    "d",     "da",    "dagli",   "dai",  "dal",
    "dall",   "dalla",  "dalle",  "dallo", "degli", "dei",     "del",  "dell",
    "della",  "delle",  "dello",  "di",    "dopo",  "durante", "e",    "ecc",
    "ed",     "essere", "fra",    "gli",   "i",     "il",      "in",   "l",
    "la",     "le",     "lo",     "loro",  "ma",    "negli",   "nei",  "nel",
    "nell",   "nella",  "nelle",  "nello", "no",    "non",     "o",    "od",
    "oppure", "per",    "presso", "quale", "quali", "se",      "si",   "sia",
    "sono",   "su",     "sua",    "sue",   "sugli", "sui",     "sul",  "sull",
    "sulla",  "sulle",  "sullo",  "suo",   "suoi",  "tra",     "un",   "una",
    "uno"};
static const char *const stop_en[] = {
    "a",    "an",    "and",   "are",   "as",    "at",     "be",     "by",
    "for",  "from",  "i",     "in",    "into",  "is",     "it",     "its",
    "not",  "of",    "on",    "or",    "other", "out",    "s",      "such",
    "that", "the",   "their", "them",  "these", "this",   "those",  "to",
    "up",   "using", "via",   "which", "with",  "within", "without"};

struct key {
    const char *word;
    size_t len;
};

static int
compare(const void *a, const void *b)
{
    const struct key *k = a;
    const char *word = *(const char *const *)b;
    int order = strncmp(k->word, word, k->len);

    return order != 0 ? order : word[k->len] == '\0' ? 0 : -1;
}

int
inc_stop_word(const char *word, size_t len, enum inc_stemmer s)
{
    const struct key k = {word, len};

    if (s == INC_STEM_NONE)
        return 0;
    if (s == INC_STEM_IT)
        return bsearch(&k, stop_it, sizeof stop_it / sizeof stop_it[0],
                       sizeof stop_it[0], compare) != NULL;
    return bsearch(&k, stop_en, sizeof stop_en / sizeof stop_en[0],
                   sizeof stop_en[0], compare) != NULL;
}

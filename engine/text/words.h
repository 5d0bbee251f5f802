/*
 * words.h - the words of a text, for indices and tf-idf. Floor 1. Pure
 * functions over the caller's memory, any thread.
 *
 *     struct inc_words w = inc_words_of(text, len);
 *     const char *word;
 *     size_t n;
 *     while (inc_words_next(&w, &word, &n))
 *         ... word[0..n) is folded: small ASCII letters for Latin scripts
 */
#ifndef INC_TEXT_WORDS_H
#define INC_TEXT_WORDS_H

#include <stddef.h>

enum {
    INC_WORD_BYTES = 64, /* longer words are cut */
    INC_WORD_LETTERS = 3 /* shorter words are passed over */
};

struct inc_words {
    const char *text; /* borrowed until the last inc_words_next() */
    size_t len, pos;
    char word[INC_WORD_BYTES];
};

struct inc_words inc_words_of(const char *text, size_t len);

/*
 * The next word of INC_WORD_LETTERS letters or more (digits do not count as
 * letters; a word that begins with a digit is passed over), folded as in
 * fold.h, not stemmed, stop words included.
 *   word  out  views w until the next call; NUL-terminated
 * Returns 1, or 0 at the end.
 */
int inc_words_next(struct inc_words *w, const char **word, size_t *len);

enum inc_stemmer { INC_STEM_NONE, INC_STEM_IT, INC_STEM_EN, INC_STEM_COUNT };

/* Stemmer of an ISO 639-1 code; INC_STEM_NONE for the others. */
enum inc_stemmer inc_stemmer_of(const char *lang);

/* 1 for articles, prepositions, conjunctions and the like, of a folded word;
 * INC_STEM_NONE has none. */
int inc_stop_word(const char *word, size_t len, enum inc_stemmer s);

/*
 * Light stem of a folded word, in place: Italian plural and gender endings
 * (saldatore, saldatrice, saldatori, saldatrici -> saldator), English plurals.
 * Returns the new length, never longer, at least 2 for words of 2 or more.
 */
size_t inc_stem(char *word, size_t len, enum inc_stemmer s);

/*
 * Length of the root of a light stem: saldator, saldatur(a), saldar(e) -> 4.
 * Roots confuse more words than stems do: for second-best matches only.
 */
size_t inc_stem_root(const char *stem, size_t len, enum inc_stemmer s);

#endif

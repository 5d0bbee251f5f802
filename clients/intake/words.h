/* words.h - languages, levels, dates and licences as documents write them.
 * Private to this folder. */
#ifndef INC_CLIENTS_INTAKE_WORDS_H
#define INC_CLIENTS_INTAKE_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* ISO 639-1 of a code of two or three letters or of a name in Italian or
 * English, any case; NULL: not known. Static. */
const char *inc_word_language(const char *text, size_t n);

/* 0 (pre-A1) .. 6 (C2) of a CEFR level, any case; -1: none. */
int inc_word_cefr(const char *text, size_t n);

/* The code of a licence ("b", "C+E" -> "CE"); NULL: none. Static. */
const char *inc_word_licence(const char *text, size_t n);

/*
 * "2019", "2019-05", "2019-05-31", a moment "2019-05-31T10:00:00Z", and with
 * `italian` "31/05/2019", "05/2019": the first day it may mean. 1 only a year,
 * 2 a month, 3 a day; 0: no date.
 */
int inc_word_date(int32_t *days, const char *text, size_t n, int italian);

/* Whole months from one day to another, rounded; 0 when less than one. */
int64_t inc_months_between(int32_t from, int32_t to);

/* A whole number, spaces around it allowed; -1: none, or over 1e9. */
int64_t inc_word_number(const char *text, size_t n);

/* Text without the spaces at its ends. */
void inc_word_trim(const char **text, size_t *n);
/* Is it this word, ASCII letters in any case? */
int inc_word_equals(const char *text, size_t n, const char *word);

#endif

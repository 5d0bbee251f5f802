/*
 * date.h - civil dates and times of day, without locale, zone or clock.
 * Dates are days since 1970-01-01 (proleptic Gregorian), 1900..2199.
 */
#ifndef INC_BASE_DATE_H
#define INC_BASE_DATE_H

#include <stddef.h>
#include <stdint.h>

enum { INC_DATE_TEXT = 11, INC_TIME_TEXT = 6 }; /* bytes with the NUL */

/* 0 and *out when text[0..len) is an existing "YYYY-MM-DD"; -1 otherwise. */
int inc_date_parse(int32_t *out, const char *text, size_t len);
void inc_date_format(char out[INC_DATE_TEXT], int32_t days);
int32_t inc_date_from(int year, int month, int day); /* existing date only */
void inc_date_split(int32_t days, int *year, int *month, int *day);

/* Minutes since midnight of "HH:MM", 0..1440 ("24:00" is 1440). */
int inc_time_parse(uint16_t *out, const char *text, size_t len);
void inc_time_format(char out[INC_TIME_TEXT], uint16_t minutes);

#endif

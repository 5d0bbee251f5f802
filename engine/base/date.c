#include "engine/base/date.h"

#include <stdio.h>

enum { YEAR_MIN = 1900, YEAR_MAX = 2199 };

static int
digits(const char *p, int n)
{
    int v = 0;

    for (int i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return -1;
        v = v * 10 + (p[i] - '0');
    }
    return v;
}

static int
month_days(int year, int month)
{
    static const int len[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : len[month - 1];
}

/* Days of the years before `year`, counted from year 1. */
static int32_t
before_year(int year)
{
    int y = year - 1;
    return 365 * y + y / 4 - y / 100 + y / 400;
}

int32_t
inc_date_from(int year, int month, int day)
{
    int32_t days = before_year(year) - before_year(1970);

    for (int m = 1; m < month; m++)
        days += month_days(year, m);
    return days + day - 1;
}

void
inc_date_split(int32_t days, int *year, int *month, int *day)
{
    int y = 1970 + days / 366;

    while (before_year(y + 1) - before_year(1970) <= days)
        y++;
    while (before_year(y) - before_year(1970) > days)
        y--;
    days -= before_year(y) - before_year(1970);
    *year = y;
    for (*month = 1; days >= month_days(y, *month); (*month)++)
        days -= month_days(y, *month);
    *day = days + 1;
}

int
inc_date_parse(int32_t *out, const char *text, size_t len)
{
    int y, m, d;

    if (len != 10 || text[4] != '-' || text[7] != '-')
        return -1;
    y = digits(text, 4);
    m = digits(text + 5, 2);
    d = digits(text + 8, 2);
    if (y < YEAR_MIN || y > YEAR_MAX || m < 1 || m > 12 || d < 1 ||
        d > month_days(y, m))
        return -1;
    *out = inc_date_from(y, m, d);
    return 0;
}

void
inc_date_format(char out[INC_DATE_TEXT], int32_t days)
{
    int y, m, d;
    char text[40];

    inc_date_split(days, &y, &m, &d);
    (void)snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
    (void)snprintf(out, INC_DATE_TEXT, "%.10s", text);
}

int
inc_time_parse(uint16_t *out, const char *text, size_t len)
{
    int h, m;

    if (len != 5 || text[2] != ':')
        return -1;
    h = digits(text, 2);
    m = digits(text + 3, 2);
    if (h < 0 || m < 0 || m > 59 || h > 24 || (h == 24 && m != 0))
        return -1;
    *out = (uint16_t)(h * 60 + m);
    return 0;
}

void
inc_time_format(char out[INC_TIME_TEXT], uint16_t minutes)
{
    unsigned h = minutes / 60u % 100u, m = minutes % 60u;

    out[0] = (char)('0' + h / 10);
    out[1] = (char)('0' + h % 10);
    out[2] = ':';
    out[3] = (char)('0' + m / 10);
    out[4] = (char)('0' + m % 10);
    out[5] = '\0';
}

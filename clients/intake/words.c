#include "clients/intake/words.h"

#include <string.h>

#include "engine/base/date.h"
#include "proto/names.h"

enum { MONTHS = 12, YEAR_DAYS = 365, HALF = 2, NUMBER_MAX = 1000000000 };

static int
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

void
inc_word_trim(const char **text, size_t *n)
{
    while (*n > 0 && (unsigned char)(*text)[0] <= ' ')
        ++*text, --*n;
    while (*n > 0 && (unsigned char)(*text)[*n - 1] <= ' ')
        --*n;
}

int
inc_word_equals(const char *text, size_t n, const char *word)
{
    if (strlen(word) != n)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (lower(text[i]) != lower(word[i]))
            return 0;
    return 1;
}

/* ISO 639-1, 639-2 (T, B), Italian, English. The languages of the Union, of
 * its neighbours, and of those who come to an Italian office. */
static const char *const languages[][5] = {
    {"it", "ita", "", "italiano", "italian"},
    {"en", "eng", "", "inglese", "english"},
    {"fr", "fra", "fre", "francese", "french"},
    {"de", "deu", "ger", "tedesco", "german"},
    {"es", "spa", "", "spagnolo", "spanish"},
    {"pt", "por", "", "portoghese", "portuguese"},
    {"ro", "ron", "rum", "rumeno", "romanian"},
    {"sq", "sqi", "alb", "albanese", "albanian"},
    {"ar", "ara", "", "arabo", "arabic"},
    {"zh", "zho", "chi", "cinese", "chinese"},
    {"ru", "rus", "", "russo", "russian"},
    {"uk", "ukr", "", "ucraino", "ukrainian"},
    {"pl", "pol", "", "polacco", "polish"},
    {"bn", "ben", "", "bengalese", "bengali"},
    {"ur", "urd", "", "urdu", "urdu"},
    {"hi", "hin", "", "hindi", "hindi"},
    {"pa", "pan", "", "punjabi", "panjabi"},
    {"wo", "wol", "", "wolof", "wolof"},
    {"tl", "tgl", "", "filippino", "tagalog"},
    {"fa", "fas", "per", "persiano", "persian"},
    {"tr", "tur", "", "turco", "turkish"},
    {"ja", "jpn", "", "giapponese", "japanese"},
    {"nl", "nld", "dut", "olandese", "dutch"},
    {"el", "ell", "gre", "greco", "greek"},
    {"bg", "bul", "", "bulgaro", "bulgarian"},
    {"sr", "srp", "scc", "serbo", "serbian"},
    {"hr", "hrv", "scr", "croato", "croatian"},
    {"bs", "bos", "", "bosniaco", "bosnian"},
    {"mk", "mkd", "mac", "macedone", "macedonian"},
    {"sl", "slv", "", "sloveno", "slovenian"},
    {"sk", "slk", "slo", "slovacco", "slovak"},
    {"cs", "ces", "cze", "ceco", "czech"},
    {"hu", "hun", "", "ungherese", "hungarian"},
    {"sv", "swe", "", "svedese", "swedish"},
    {"da", "dan", "", "danese", "danish"},
    {"no", "nor", "", "norvegese", "norwegian"},
    {"fi", "fin", "", "finlandese", "finnish"},
    {"et", "est", "", "estone", "estonian"},
    {"lv", "lav", "", "lettone", "latvian"},
    {"lt", "lit", "", "lituano", "lithuanian"},
    {"ga", "gle", "", "irlandese", "irish"},
    {"mt", "mlt", "", "maltese", "maltese"},
    {"am", "amh", "", "amarico", "amharic"},
    {"ti", "tir", "", "tigrino", "tigrinya"},
    {"so", "som", "", "somalo", "somali"},
    {"sw", "swa", "", "swahili", "swahili"},
    {"ps", "pus", "", "pashto", "pashto"},
    {"ku", "kur", "", "curdo", "kurdish"},
    {"ka", "kat", "geo", "georgiano", "georgian"},
    {"hy", "hye", "arm", "armeno", "armenian"},
    {"ko", "kor", "", "coreano", "korean"},
    {"vi", "vie", "", "vietnamita", "vietnamese"},
    {"si", "sin", "", "singalese", "sinhala"},
    {"ta", "tam", "", "tamil", "tamil"},
    {"ne", "nep", "", "nepalese", "nepali"},
    {"ig", "ibo", "", "igbo", "igbo"},
    {"yo", "yor", "", "yoruba", "yoruba"},
    {"ha", "hau", "", "hausa", "hausa"},
    {"bm", "bam", "", "bambara", "bambara"},
    {"ff", "ful", "", "fula", "fulah"}};

const char *
inc_word_language(const char *text, size_t n)
{
    inc_word_trim(&text, &n);
    for (size_t i = 0; n > 0 && i < sizeof languages / sizeof languages[0]; i++)
        for (size_t k = 0; k < 5; k++)
            if (inc_word_equals(text, n, languages[i][k]))
                return languages[i][0];
    return NULL;
}

int
inc_word_cefr(const char *text, size_t n)
{
    inc_word_trim(&text, &n);
    for (int i = 0; inc_cefr_names[i] != NULL; i++)
        if (inc_word_equals(text, n, inc_cefr_names[i]))
            return i;
    return -1;
}

const char *
inc_word_licence(const char *text, size_t n)
{
    char code[16];
    size_t k = 0;

    inc_word_trim(&text, &n);
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '+' || text[i] == ' ')
            continue;
        if (k == sizeof code)
            return NULL;
        code[k++] = text[i];
    }
    for (int i = 0; inc_licence_names[i] != NULL; i++)
        if (k > 0 && inc_word_equals(code, k, inc_licence_names[i]))
            return inc_licence_names[i];
    return NULL;
}

/* Exactly `digits` digits from *at on; moves *at past them; -1: none. */
static int
digits_at(const char *text, size_t n, size_t *at, size_t digits)
{
    int v = 0;

    if (digits > n - *at)
        return -1;
    for (size_t i = 0; i < digits; i++) {
        const char c = text[*at + i];

        if (c < '0' || c > '9')
            return -1;
        v = v * 10 + (c - '0');
    }
    *at += digits;
    return v;
}

static int
settle(int32_t *days, int year, int month, int day, int how)
{
    int32_t d;
    char iso[INC_DATE_TEXT];

    if (year < 1900 || year > 2199 || month < 1 || month > MONTHS || day < 1 ||
        day > 31)
        return 0;
    iso[0] = (char)('0' + year / 1000);
    iso[1] = (char)('0' + year / 100 % 10);
    iso[2] = (char)('0' + year / 10 % 10);
    iso[3] = (char)('0' + year % 10);
    iso[4] = '-';
    iso[5] = (char)('0' + month / 10);
    iso[6] = (char)('0' + month % 10);
    iso[7] = '-';
    iso[8] = (char)('0' + day / 10);
    iso[9] = (char)('0' + day % 10);
    iso[10] = '\0';
    if (inc_date_parse(&d, iso, sizeof iso - 1) != 0)
        return 0;
    *days = d;
    return how;
}

/* "31/05/2019", "1.5.2019", "05/2019". */
static int
italian_date(int32_t *days, const char *text, size_t n)
{
    int part[3] = {0}, parts = 0;
    size_t digits = 0;

    for (size_t i = 0; i <= n; i++) {
        if (i < n && text[i] >= '0' && text[i] <= '9') {
            if (++digits > 4)
                return 0;
            part[parts] = part[parts] * 10 + (text[i] - '0');
            continue;
        }
        if (digits == 0 ||
            (i < n && text[i] != '/' && text[i] != '.' && text[i] != '-'))
            return 0;
        if (i < n && (digits > 2 || ++parts == 3))
            return 0;
        if (i < n)
            digits = 0;
    }
    if (digits != 4)
        return 0;
    return parts == 2   ? settle(days, part[2], part[1], part[0], 3)
           : parts == 1 ? settle(days, part[1], part[0], 1, 2)
                        : settle(days, part[0], 1, 1, 1);
}

int
inc_word_date(int32_t *days, const char *text, size_t n, int italian)
{
    size_t at = 0;
    int year, month, day;

    inc_word_trim(&text, &n);
    year = digits_at(text, n, &at, 4);
    if (year < 0)
        return italian ? italian_date(days, text, n) : 0;
    if (at == n)
        return settle(days, year, 1, 1, 1);
    if (text[at] != '-')
        return 0;
    at++;
    month = digits_at(text, n, &at, 2);
    if (month < 0)
        return 0;
    if (at == n)
        return settle(days, year, month, 1, 2);
    if (text[at] != '-')
        return 0;
    at++;
    day = digits_at(text, n, &at, 2);
    if (day < 0 || (at < n && text[at] != 'T' && text[at] != ' ' &&
                    text[at] != '+' && text[at] != 'Z'))
        return 0;
    return settle(days, year, month, day, 3);
}

int64_t
inc_months_between(int32_t from, int32_t to)
{
    return to <= from
               ? 0
               : ((int64_t)(to - from) * MONTHS + YEAR_DAYS / HALF) / YEAR_DAYS;
}

int64_t
inc_word_number(const char *text, size_t n)
{
    int64_t v = 0;

    inc_word_trim(&text, &n);
    if (n == 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        v = v * 10 + (text[i] - '0');
        if (v > NUMBER_MAX)
            return -1;
    }
    return v;
}

/* codes.c - a text that is a code of ISCO-08 or of a national classification.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engine/link/crosswalk.h"

enum {
    CODE_BYTES = 32,
    EXACT_BP = 9800, /* one unit, one occupation; a code may be mistyped */
    SHARED_BP = 9000 /* of all that a unit is mapped to, together */
};

/* "cp 2021 5.2.2.1.0": the letters and digits before the code, as one word,
 * and the code. 0 when the text is no code. */
struct said {
    char scheme[CODE_BYTES]; /* upper case; empty: none said */
    char code[CODE_BYTES];
};

static int
is_code_word(const char *at, size_t len)
{
    if (len == 0 || len >= CODE_BYTES || !isdigit((unsigned char)at[0]))
        return 0;
    for (size_t i = 0; i < len; i++)
        if (!isdigit((unsigned char)at[i]) && at[i] != '.')
            return 0;
    return at[len - 1] != '.';
}

static int
read_said(struct said *s, const char *text, size_t len)
{
    size_t from, n = 0;

    while (len != 0 && isspace((unsigned char)text[len - 1]))
        len--;
    for (from = len; from > 0 && !isspace((unsigned char)text[from - 1]) &&
                     text[from - 1] != ':';)
        from--;
    *s = (struct said){{0}, {0}};
    if (!is_code_word(text + from, len - from))
        return 0;
    memcpy(s->code, text + from, len - from);
    for (size_t i = 0; i < from; i++) {
        const unsigned char c = (unsigned char)text[i];

        if (isspace(c) || c == '-' || c == ':')
            continue;
        if (!isalnum(c) || n + 1 >= CODE_BYTES)
            return 0;
        s->scheme[n++] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return 1;
}

struct asked {
    const struct inc_taxonomy *t;
    const struct inc_crosswalk *x;
    int lang;
};

static int
is_isco(const char *scheme)
{
    return strcmp(scheme, "ISCO") == 0 || strcmp(scheme, "ISCO08") == 0;
}

static size_t
add_group(const struct inc_taxonomy *t, const struct said *s, int lang,
          struct inc_link *out, size_t max)
{
    uint32_t id = INC_NO_CONCEPT;

    if (s->scheme[0] == '\0' || is_isco(s->scheme))
        id = inc_isco_find(t, s->code, strlen(s->code));
    if (id == INC_NO_CONCEPT || max == 0)
        return 0;
    out[0] = (struct inc_link){
        .pillar = INC_PILLAR_ISCO,
        .id = id,
        .confidence_bp = EXACT_BP,
        .score_bp = 10000,
        .label = inc_concept_label(t, INC_PILLAR_ISCO, id, lang),
        .lang = lang};
    return 1;
}

/* The first name of a unit; NULL when it has none. */
static const char *
name_of(const struct inc_crosswalk *x, uint32_t unit)
{
    const uint32_t n = inc_concept_count(x->names, INC_PILLAR_OCCUPATION);

    for (uint32_t i = 0; i < n; i++)
        if (x->name_unit[i] == unit)
            return inc_concept_label(x->names, INC_PILLAR_OCCUPATION, i, 0);
    return NULL;
}

/* What a unit is mapped to, after the `n` answers that are there. Returns how
 * many there are then; who is among them already gets more confidence. */
static size_t
add_unit(const struct asked *a, uint32_t unit, struct inc_link *out, size_t n,
         size_t max)
{
    const struct inc_unit *u = &a->x->unit[unit];
    const char *name = name_of(a->x, unit);
    uint64_t sum = 0;

    for (uint32_t i = 0; i < u->n; i++)
        sum += inc_mapping_worth(a->x->mapping[u->first + i].relation);
    for (uint32_t i = 0; i < u->n; i++) {
        const struct inc_mapping *m = &a->x->mapping[u->first + i];
        const uint64_t worth = inc_mapping_worth(m->relation);
        const uint32_t bp = (uint32_t)(u->n == 1 ? EXACT_BP * worth / 10000
                                                 : SHARED_BP * worth / sum);
        struct inc_link k = {.pillar = INC_PILLAR_OCCUPATION,
                             .id = m->occupation,
                             .score_bp = (uint32_t)worth,
                             .confidence_bp = bp,
                             .label = name,
                             .lang = name == NULL ? a->lang : -1,
                             .scheme = u->scheme,
                             .code = u->code};
        size_t at = 0;

        while (at < n && (out[at].pillar != k.pillar || out[at].id != k.id))
            at++;
        if (at < n) {
            out[at].confidence_bp += bp;
            continue;
        }
        if (n == max)
            break;
        if (name == NULL)
            k.label = inc_concept_label(a->t, k.pillar, k.id, a->lang);
        out[n++] = k;
    }
    return n;
}

static int
by_confidence(const void *a, const void *b)
{
    const struct inc_link *x = a, *y = b;

    if (x->confidence_bp != y->confidence_bp)
        return x->confidence_bp > y->confidence_bp ? -1 : 1;
    if (x->pillar != y->pillar)
        return x->pillar < y->pillar ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* "muratore 7112" is no code: what stands before it names no scheme. */
static int
is_scheme(const struct asked *a, const char *scheme)
{
    if (scheme[0] == '\0' || is_isco(scheme))
        return 1;
    if (strncmp(scheme, "CP", 2) == 0 && isdigit((unsigned char)scheme[2]))
        return 1; /* ISTAT's, loaded or not */
    for (size_t i = 0; a->x != NULL && i < a->x->units; i++)
        if (strcmp(a->x->unit[i].scheme, scheme) == 0)
            return 1;
    return 0;
}

size_t
inc_link_code(const struct inc_taxonomy *t, const struct inc_crosswalk *x,
              const char *text, size_t len, int lang, struct inc_link *out,
              size_t max, int *is_code)
{
    const struct asked a = {t, x, lang};
    uint32_t meanings;
    struct said s;
    size_t n;

    *is_code = read_said(&s, text, len) && is_scheme(&a, s.scheme);
    if (!*is_code)
        return 0;
    n = add_group(t, &s, lang, out, max);
    meanings = (uint32_t)n;
    for (uint32_t i = 0; x != NULL && i < x->units; i++) {
        if (x->unit[i].n == 0 || strcmp(x->unit[i].code, s.code) != 0 ||
            (s.scheme[0] != '\0' && strcmp(x->unit[i].scheme, s.scheme) != 0))
            continue;
        n = add_unit(&a, i, out, n, max);
        meanings++;
    }
    for (size_t i = 0; i < n; i++) {
        out[i].len = (uint32_t)len;
        out[i].confidence_bp /= meanings; /* which one was not said */
    }
    if (n > 1)
        qsort(out, n, sizeof *out, by_confidence);
    return n;
}

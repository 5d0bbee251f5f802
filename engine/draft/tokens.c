/* Words of a text with their places in it: markup and entities aside, folded,
 * with what stands between them. */
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "engine/draft/inside.h"
#include "engine/text/fold.h"

enum {
    WORD_BYTES = 64, /* longer words are cut, their span is whole */
    TAG_BYTES = 2000,
    NUMBER_DIGITS = 9,
    SENTENCE_WORDS = 200, /* a longer one is cut */
    WRAPPED = 60 /* a line at least so long may go on in the next one */
};

struct scan {
    const char *text;
    size_t len, pos;
    int markup;     /* the text has tags: entities count */
    size_t line_at; /* where the line began */
    /* what was met since the last word */
    enum inc_gap gap;
    char sep, closes;
    int space, dot;
    size_t run; /* words since the last end of a sentence */
};

static int
letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Length of the tag at pos, 0 when there is none. */
static size_t
tag_at(const struct scan *s, size_t pos)
{
    const char *p = s->text + pos, *end;
    size_t left = s->len - pos;

    if (left < 3 || p[0] != '<' ||
        !(letter(p[1]) || p[1] == '!' || (p[1] == '/' && letter(p[2]))))
        return 0;
    end = memchr(p, '>', left < TAG_BYTES ? left : TAG_BYTES);
    return end == NULL ? 0 : (size_t)(end - p) + 1;
}

static int
tag_is(const char *tag, const char *name)
{
    size_t n = strlen(name);

    tag += tag[1] == '/' ? 2 : 1;
    for (size_t i = 0; i < n; i++)
        if ((tag[i] | 0x20) != name[i])
            return 0;
    return !letter(tag[n]);
}

/* Tags that stay within a line. */
static int
is_inline(const char *tag)
{
    static const char *const names[] = {"a", "b",    "i",      "u",    "em",
                                        "s", "span", "strong", "font", "small"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (tag_is(tag, names[i]))
            return 1;
    return 0;
}

/* Scripts and styles hold no words for people. */
static size_t
skip_hidden(const struct scan *s, size_t pos)
{
    static const char *const names[] = {"script", "style"};

    for (size_t k = 0; k < 2; k++) {
        if (s->text[pos + 1] == '/' || !tag_is(s->text + pos, names[k]))
            continue;
        for (size_t i = pos + 1; i + 2 < s->len; i++)
            if (s->text[i] == '<' && s->text[i + 1] == '/' &&
                tag_at(s, i) != 0 && tag_is(s->text + i, names[k]))
                return i + tag_at(s, i);
        return s->len;
    }
    return pos + tag_at(s, pos);
}

static const struct {
    const char *name;
    uint32_t point;
} entities[] = {
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},       {"quot", '"'},
    {"apos", '\''},    {"nbsp", ' '},     {"agrave", 0xe0},  {"egrave", 0xe8},
    {"eacute", 0xe9},  {"igrave", 0xec},  {"ograve", 0xf2},  {"ugrave", 0xf9},
    {"Agrave", 0xc0},  {"Egrave", 0xc8},  {"Eacute", 0xc9},  {"rsquo", 0x2019},
    {"lsquo", 0x2018}, {"ndash", 0x2013}, {"mdash", 0x2014}, {"bull", 0x2022},
    {"euro", 0x20ac},  {"deg", 0xb0},     {"middot", 0xb7},  {"hellip", 0x2026},
};

/* The entity at *pos as a code point, *pos after it; 0: none. */
static uint32_t
entity_at(const struct scan *s, size_t *pos)
{
    const char *p = s->text + *pos + 1;
    size_t left = s->len - *pos - 1, n = 0;
    uint32_t point = 0;

    while (n < left && n < 10 && p[n] != ';' && p[n] > ' ')
        n++;
    if (n == 0 || n >= left || p[n] != ';')
        return 0;
    if (p[0] == '#') {
        char *end = NULL;
        int hex = n > 1 && (p[1] | 0x20) == 'x';
        unsigned long v = strtoul(p + 1 + hex, &end, hex ? 16 : 10);

        if (end != p + n || v < 0x20 || v > 0x10ffff ||
            (v >= 0xd800 && v <= 0xdfff))
            return 0;
        point = (uint32_t)v;
    }
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
        if (strlen(entities[i].name) == n &&
            strncmp(entities[i].name, p, n) == 0)
            point = entities[i].point;
    if (point != 0)
        *pos += n + 2;
    return point;
}

/* The next code point, tags passed over (`*tag` 1: a block ends; 2: within a
 * line). */
static uint32_t
next_point(const struct scan *s, size_t *pos, int *tag)
{
    uint32_t c;

    *tag = 0;
    if (s->markup && s->text[*pos] == '<' && tag_at(s, *pos) != 0) {
        *tag = is_inline(s->text + *pos) ? 2 : 1;
        *pos = skip_hidden(s, *pos);
        return ' ';
    }
    if (s->markup && s->text[*pos] == '&') {
        c = entity_at(s, pos);
        if (c != 0)
            return c;
    }
    return inc_utf8_next(s->text, s->len, pos);
}

static void
raise_gap(struct scan *s, enum inc_gap g)
{
    if (g > s->gap)
        s->gap = g;
}

/* A line break inside a paragraph is a space: the line was long and the next
 * one begins with a small letter. */
static int
is_wrapped(const struct scan *s, size_t newline)
{
    size_t i = newline + 1;

    while (i < s->len && s->text[i] == ' ')
        i++;
    return newline - s->line_at >= WRAPPED && i < s->len && s->text[i] >= 'a' &&
           s->text[i] <= 'z' && s->gap < INC_GAP_COMMA;
}

static void
separator(struct scan *s, uint32_t c, size_t at)
{
    switch (c) {
    case '\n':
        raise_gap(s, is_wrapped(s, at) ? INC_GAP_NONE : INC_GAP_LINE);
        s->line_at = at + 1;
        s->space = 1;
        return;
    case '.':
        s->dot = 1;
        s->sep = '.';
        return;
    case '!':
    case '?':
    case ';':
    case 0x2022: /* bullets */
    case 0xb7:
        raise_gap(s, INC_GAP_STOP);
        return;
    case ',':
    case ':':
    case '(':
    case '[':
    case '|':
    case '"':
        raise_gap(s, INC_GAP_COMMA);
        s->sep = (char)(c == '[' ? '(' : c);
        return;
    case ')':
    case ']':
        raise_gap(s, INC_GAP_COMMA);
        s->closes = ')';
        return;
    case '-':
    case 0x2013:
    case 0x2014:
        s->sep = '-';
        if (s->space)
            raise_gap(s, INC_GAP_COMMA); /* undone between numbers */
        return;
    case '/':
    case '+':
    case '%':
    case '*':
        s->sep = (char)c;
        return;
    case '\'':
    case 0x2019:
    case '`':
        if (!s->space)
            s->sep = '\'';
        return;
    default:
        s->space = 1;
    }
}

/* Abbreviations: the point after them ends nothing. */
static int
is_short(const struct inc_token *t)
{
    static const char *const words[] = {
        "pat",  "cat",  "lun", "mar",  "mer",  "gio", "ven",  "sab",  "dom",
        "dott", "sig",  "min", "max",  "tel",  "art", "dip",  "dipl", "prov",
        "res",  "prot", "aut", "az",   "ca",   "es",  "nr",   "pag",  "ord",
        "gen",  "feb",  "apr", "mag",  "giu",  "lug", "ago",  "set",  "sett",
        "ott",  "nov",  "dic", "merc", "giov", "esp", "disp", "ing"};

    if (t->n == 1)
        return 1;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(t->word, words[i]) == 0)
            return 1;
    return 0;
}

static void
settle(struct scan *s, struct inc_token *t, const struct inc_token *before)
{
    /* "Pat. B" goes on, "patente B. Ivrea" does not */
    if (s->dot && s->space && before != NULL &&
        (!is_short(before) || (before->n == 1 && t->upper && before->upper)))
        raise_gap(s, INC_GAP_STOP);
    if (before == NULL)
        s->gap = INC_GAP_LINE;
    /* "8 - 17", "(10:30)": between numbers nothing ends */
    if (before != NULL && before->number >= 0 && t->number >= 0 &&
        s->gap == INC_GAP_COMMA && (s->sep == '-' || s->sep == ':'))
        s->gap = INC_GAP_NONE;
    /* Nobody writes such a sentence; what looks at whole ones stays quick. */
    if (s->gap >= INC_GAP_STOP)
        s->run = 0;
    else if (++s->run == SENTENCE_WORDS) {
        s->gap = INC_GAP_STOP;
        s->run = 0;
    }
    t->gap = (unsigned char)s->gap;
    t->sep = s->sep;
    t->closes = s->closes;
    s->gap = INC_GAP_NONE;
    s->sep = s->closes = 0;
    s->space = s->dot = 0;
}

static int32_t
number_of(const char *word, size_t n)
{
    int32_t v = 0;

    if (n == 0 || n > NUMBER_DIGITS)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (word[i] < '0' || word[i] > '9')
            return -1;
        v = v * 10 + (word[i] - '0');
    }
    return v;
}

static int
alnum_at(const struct scan *s, size_t pos)
{
    return pos < s->len &&
           (letter(s->text[pos]) || (unsigned char)s->text[pos] >= 0x80 ||
            (s->text[pos] >= '0' && s->text[pos] <= '9'));
}

/* One word from s->pos on, or only what separates; 1: *t is a word. */
static int
next_word(struct scan *s, struct inc_token *t, char word[WORD_BYTES])
{
    size_t n = 0, end = s->pos;
    int started = 0;

    *t = (struct inc_token){.number = -1, .importance = -1};
    while (s->pos < s->len) {
        size_t at = s->pos, pos = s->pos;
        char piece[4];
        int tag, parts = 0;
        uint32_t c = next_point(s, &pos, &tag);
        size_t k = inc_fold_point(piece, c, &parts);

        if ((c == '+' || c == '#') && started && t->letters && pos <= s->len &&
            !alnum_at(s, pos) && n + 1 < WORD_BYTES && n < 3) {
            word[n++] = (char)c; /* C++, C# */
            end = s->pos = pos;
            continue;
        }
        if (parts || tag != 0) {
            if (started)
                break;
            s->pos = pos;
            if (tag == 1)
                raise_gap(s, INC_GAP_LINE);
            else
                separator(s, c, at);
            continue;
        }
        s->pos = pos;
        if (k == 0)
            continue;
        if (!started) {
            started = 1;
            t->at = (uint32_t)at;
            t->upper = c < 0x80 ? c >= 'A' && c <= 'Z' : c >= 0xc0 && c <= 0xde;
            t->capitals = 1;
        }
        t->capitals &= c < 'a' || (c > 'z' && c < 0xdf);
        t->letters |= piece[0] < '0' || piece[0] > '9';
        if (n + k < WORD_BYTES) {
            memcpy(word + n, piece, k);
            n += k;
        }
        end = pos;
    }
    word[n] = '\0';
    t->n = (uint32_t)n;
    t->len = started ? (uint32_t)end - t->at : 0;
    return started && n > 0;
}

/* "addetto/a", "saldatore/trice", "cuoco/a": the ending is passed over. */
static int
is_ending(const struct inc_token *t, const struct inc_token *before)
{
    static const char *const endings[] = {
        "a",  "o",    "e",   "i",    "trice", "trici", "essa", "ice",
        "ra", "tore", "ora", "tori", "iera",  "ne",    "na",   "te"};

    if (t->gap != INC_GAP_NONE || (t->sep != '/' && t->sep != '-') ||
        before->n < 4)
        return 0;
    if (t->sep == '-' && t->n < 4)
        return 0;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (strcmp(t->word, endings[i]) == 0)
            return 1;
    return 0;
}

/* A text that is nearly all in capitals says nothing by them. */
static int
shouts(const struct inc_reader *r)
{
    size_t loud = 0, all = 0;

    for (size_t i = 0; i < r->n; i++)
        if (r->t[i].letters && r->t[i].n > 1) {
            all++;
            loud += r->t[i].capitals;
        }
    return loud * 2 > all;
}

static void
raise(char *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (word[i] >= 'a' && word[i] <= 'z')
            word[i] = (char)(word[i] - 'a' + 'A');
}

static enum inc_status
join(struct inc_reader *r, struct inc_err *err)
{
    const int loud = shouts(r);
    static const char *const marks[] = {" ", ", ", ". ", "\n"};
    size_t cap = 1, n = 0;

    for (size_t i = 0; i < r->n; i++)
        cap += r->t[i].n + 2;
    r->joined = inc_arena_array(r->a, cap, 1);
    if (r->joined == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the words");
    for (size_t i = 0; i < r->n; i++) {
        struct inc_token *t = &r->t[i];
        const char *mark = i == 0 ? "" : marks[t->gap];

        if (!(t->used & INC_USED_SKIP)) {
            memcpy(r->joined + n, mark, strlen(mark));
            n += strlen(mark);
        }
        t->joined = (uint32_t)n;
        if (t->used & INC_USED_SKIP)
            continue;
        memcpy(r->joined + n, t->word, t->n);
        if (t->capitals && !loud)
            raise(r->joined + n, t->n);
        n += t->n;
    }
    r->joined[n] = '\0';
    r->joined_len = n;
    return INC_OK;
}

static int
has_markup(const struct scan *s)
{
    for (size_t i = 0; i < s->len; i++)
        if (s->text[i] == '<' && tag_at(s, i) != 0)
            return 1;
    return 0;
}

enum inc_status
inc_draft_read(struct inc_reader *r, struct inc_err *err)
{
    struct scan s = {.text = r->q->text, .len = r->q->len};
    size_t most = r->q->len / 2 + 1; /* a word and what ends it */

    s.markup = has_markup(&s);
    r->t = inc_arena_array(r->a, most, sizeof *r->t);
    if (r->t == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the words");
    while (s.pos < s.len && r->n < most) {
        char word[WORD_BYTES];
        struct inc_token *t = &r->t[r->n];
        struct inc_token *before = r->n == 0 ? NULL : t - 1;

        if (!next_word(&s, t, word))
            continue;
        t->word = inc_arena_text(r->a, word, t->n);
        if (t->word == NULL)
            return inc_fail(err, INC_E_NOMEM, 0, "no memory for the words");
        t->number = number_of(word, t->n);
        settle(&s, t, before);
        if (before != NULL && is_ending(t, before))
            t->used = INC_USED_SKIP;
        r->n++;
    }
    return join(r, err);
}

struct inc_draft_span
inc_span_of(const struct inc_reader *r, size_t from, size_t to)
{
    const struct inc_token *a = &r->t[from], *b = &r->t[to - 1];

    return (struct inc_draft_span){a->at, b->at + b->len - a->at};
}

size_t
inc_sentence_start(const struct inc_reader *r, size_t i)
{
    while (i > 0 && r->t[i].gap < INC_GAP_STOP)
        i--;
    return i;
}

size_t
inc_sentence_end(const struct inc_reader *r, size_t i)
{
    for (i++; i < r->n && r->t[i].gap < INC_GAP_STOP;)
        i++;
    return i;
}

size_t
inc_part_start(const struct inc_reader *r, size_t i)
{
    while (i > 0 && r->t[i].gap < INC_GAP_COMMA)
        i--;
    return i;
}

size_t
inc_part_end(const struct inc_reader *r, size_t i)
{
    for (i++; i < r->n && r->t[i].gap < INC_GAP_COMMA;)
        i++;
    return i;
}

int
inc_word_is(const struct inc_reader *r, size_t i, const char *alternatives)
{
    struct inc_found f;

    return i < r->n && inc_pattern_at(&f, r, i, alternatives);
}

size_t
inc_pass_words(const struct inc_reader *r, size_t i, const char *words)
{
    enum { AT_MOST = 8 };
    const size_t end = i + AT_MOST;

    while (i < end && inc_word_is(r, i, words))
        i++;
    return i;
}

void
inc_use(struct inc_reader *r, size_t from, size_t to, unsigned how)
{
    for (size_t i = from; i < to; i++)
        r->t[i].used |= (unsigned char)how;
}

int
inc_is_free(const struct inc_reader *r, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (r->t[i].used & ~(unsigned)INC_USED_SKIP)
            return 0;
    return 1;
}

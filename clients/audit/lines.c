/* lines.c - lines of words, and what is signed: checkpoints and cuts. */
#include <sodium.h>
#include <string.h>

#include "clients/audit/audit.h"

static int
next_byte(struct lines *l)
{
    if (l->file != NULL)
        return getc(l->file);
    if (l->left == 0)
        return EOF;
    l->left--;
    return (unsigned char)*l->text++;
}

int
lines_next(struct lines *l)
{
    size_t n = 0;
    int c;

    if (l->held) {
        l->held = 0;
        return 1;
    }
    while ((c = next_byte(l)) != EOF && c != '\n') {
        if (c == 0 || n == LINE_MAX_BYTES)
            return -1;
        l->line[n++] = (char)c;
    }
    l->line[n] = '\0';
    if (c == EOF && n == 0)
        return 0;
    l->no++;
    return c == EOF ? -1 : 1; /* cut in the middle */
}

void
lines_hold(struct lines *l)
{
    l->held = 1;
}

const char *
after_word(const char *line, const char *word)
{
    size_t n = strlen(word);

    return strncmp(line, word, n) == 0 && line[n] == ' ' ? line + n + 1 : NULL;
}

static int
digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int
word_ends(const char **p)
{
    if (**p == ' ')
        ++*p;
    else if (**p != '\0')
        return -1;
    return 0;
}

int
take_hex(const char **p, unsigned char *out, size_t len)
{
    const char *s = *p;

    for (size_t i = 0; i < len; i++) {
        int high = digit(s[0]), low = high < 0 ? -1 : digit(s[1]);

        if (low < 0)
            return -1;
        out[i] = (unsigned char)(high << 4 | low);
        s += 2;
    }
    *p = s;
    return word_ends(p);
}

int
take_number(const char **p, uint64_t *out)
{
    const char *s = *p;
    uint64_t v = 0;

    if (*s < '0' || *s > '9' || (*s == '0' && s[1] >= '0' && s[1] <= '9'))
        return -1;
    for (; *s >= '0' && *s <= '9'; s++) {
        unsigned d = (unsigned)(*s - '0');

        if (v > (UINT64_MAX - d) / 10)
            return -1;
        v = v * 10 + d;
    }
    *out = v;
    *p = s;
    return word_ends(p);
}

long
take_bytes(const char *p, unsigned char *out, size_t room)
{
    size_t n = strlen(p);

    if (n % 2 != 0 || n / 2 > room || take_hex(&p, out, n / 2) != 0)
        return -1;
    return (long)(n / 2);
}

/* ---- checkpoints --------------------------------------------------------- */

/* The next line, whose words follow `word`, counted into the signed text. */
static const char *
signed_line(struct lines *l, const char *word, char *text, size_t *len,
            size_t room)
{
    size_t n;

    if (lines_next(l) != 1)
        return NULL;
    n = strlen(l->line);
    if (*len + n + 1 > room)
        return NULL;
    memcpy(text + *len, l->line, n);
    text[*len + n] = '\n';
    *len += n + 1;
    return after_word(l->line, word);
}

/* Whose store, and when. */
static int
take_head(struct lines *l, char *text, size_t *len, size_t room,
          unsigned char store[STORE_ID], uint64_t *at_ms)
{
    const char *p = signed_line(l, "store", text, len, room);

    if (p == NULL || take_hex(&p, store, STORE_ID) != 0 || *p != '\0')
        return -1;
    p = signed_line(l, "at", text, len, room);
    return p == NULL || take_number(&p, at_ms) != 0 || *p != '\0' ? -1 : 0;
}

/* How many entries of the register, the chain after them, the tree's root. */
static int
take_register(struct lines *l, char *text, size_t *len, size_t room,
              uint64_t *entries, unsigned char chain[DIGEST],
              unsigned char root[DIGEST])
{
    const char *p = signed_line(l, "register", text, len, room);

    return p == NULL || take_number(&p, entries) != 0 ||
                   take_hex(&p, chain, DIGEST) != 0 ||
                   take_hex(&p, root, DIGEST) != 0 || *p != '\0'
               ? -1
               : 0;
}

/* The last line but one names the key, the last has its signature over the
 * lines before. */
static int
take_signature(struct lines *l, char *text, size_t *len, size_t room,
               unsigned char key[PUBLIC_KEY], const char *wrong,
               const char **why)
{
    unsigned char signature[SIGNATURE];
    const char *p = signed_line(l, "key", text, len, room);

    if (p == NULL || take_hex(&p, key, PUBLIC_KEY) != 0 || *p != '\0')
        return -1;
    if (lines_next(l) != 1 || (p = after_word(l->line, "signature")) == NULL ||
        take_hex(&p, signature, SIGNATURE) != 0 || *p != '\0')
        return -1;
    *why = wrong;
    return crypto_sign_verify_detached(signature, (unsigned char *)text, *len,
                                       key) == 0
               ? 0
               : -1;
}

int
checkpoint_read(struct checkpoint *out, struct lines *l, const char **why)
{
    char text[1024]; /* what is signed */
    size_t len = 0;
    const char *p;

    *why = "this is no checkpoint";
    p = signed_line(l, "incrocio", text, &len, sizeof text);
    if (p == NULL || strcmp(p, "checkpoint 1") != 0)
        return -1;
    *why = "the checkpoint has not the lines it should have";
    if (take_head(l, text, &len, sizeof text, out->store, &out->at_ms) != 0)
        return -1;
    p = signed_line(l, "journal", text, &len, sizeof text);
    if (p == NULL || take_number(&p, &out->journal) != 0 ||
        take_hex(&p, out->journal_chain, DIGEST) != 0 || *p != '\0')
        return -1;
    if (take_register(l, text, &len, sizeof text, &out->entries, out->chain,
                      out->root) != 0)
        return -1;
    return take_signature(l, text, &len, sizeof text, out->key,
                          "the checkpoint's signature is not that of its key",
                          why);
}

/* ---- cuts ---------------------------------------------------------------- */

/* Two digits, or four: 0..9 only. */
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

/* YYYY-MM-DD as days since 1970. */
static int
take_day(const char *p, int64_t *out)
{
    static const int before[] = {0,   31,  59,  90,  120, 151,
                                 181, 212, 243, 273, 304, 334};
    int year, month, day, leap;
    int64_t past;

    if (strlen(p) != 10 || p[4] != '-' || p[7] != '-')
        return -1;
    year = digits(p, 4);
    month = digits(p + 5, 2);
    day = digits(p + 8, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
        return -1;
    leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    past = year - 1; /* whole years since year 1; 719162 days to 1970 */
    *out = past * 365 + past / 4 - past / 100 + past / 400 - 719162 +
           before[month - 1] + (leap && month > 2) + day - 1;
    return 0;
}

int
cut_read(struct cut *out, struct lines *l, const char **why)
{
    char text[1024];
    size_t len = 0;
    const char *p;

    *why = "this is no cut";
    p = signed_line(l, "incrocio", text, &len, sizeof text);
    if (p == NULL || strcmp(p, "cut 1") != 0)
        return -1;
    *why = "the cut has not the lines it should have";
    if (take_head(l, text, &len, sizeof text, out->store, &out->at_ms) != 0)
        return -1;
    p = signed_line(l, "before", text, &len, sizeof text);
    if (p == NULL || take_day(p, &out->before) != 0)
        return -1;
    p = signed_line(l, "journal", text, &len, sizeof text);
    if (p == NULL || take_number(&p, &out->journal) != 0 || *p != '\0')
        return -1;
    if (take_register(l, text, &len, sizeof text, &out->entries, out->chain,
                      out->root) != 0 ||
        out->entries == 0)
        return -1;
    return take_signature(l, text, &len, sizeof text, out->key,
                          "the cut's signature is not that of its key", why);
}

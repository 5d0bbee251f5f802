#include "engine/base/csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/mem.h"
#include "engine/base/utf8.h"

struct field {
    const char *at;
    size_t len;
    int doubled; /* has "" inside, to be resolved */
};

struct inc_csv {
    const char *name;
    const char *start, *at, *end;
    char separator;
    char quote;           /* 0: no quoting */
    uint64_t line;        /* of the byte at `at` */
    uint64_t record_line; /* where the current record starts */
    struct field *head;
    size_t columns; /* 0 until the header is read */
    struct field *fields;
    size_t n, cap;
    struct inc_buf head_text; /* resolved quotes of the header */
    struct inc_buf text;      /* and of the current record */
};

static int
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* The file and line part of every message. */
static enum inc_status
trouble(const struct inc_csv *c, uint64_t line, size_t column,
        enum inc_status status, const char *problem, struct inc_err *err)
{
    const char *name = strrchr(c->name, '/');
    char place[64] = "", label[96] = "";
    int show = 0;

    name = name == NULL ? c->name : name + 1;
    if (line != c->record_line)
        (void)snprintf(place, sizeof place,
                       " (record begins at line %" PRIu64 ")", c->record_line);
    if (column < c->columns) {
        show = (int)(c->head[column].len < 60 ? c->head[column].len : 60);
        (void)snprintf(label, sizeof label, ", column %.*s", show,
                       c->head[column].at);
    } else if (column != SIZE_MAX) {
        (void)snprintf(label, sizeof label, ", field %zu", column + 1);
    }
    (void)inc_fail(err, status, 0, "%.60s line %" PRIu64 "%s%s: %s", name, line,
                   place, label, problem);
    inc_err_where(err, "%.60s:%" PRIu64, name, line);
    return status;
}

static uint64_t
newlines(const char *p, const char *end)
{
    uint64_t n = 0;

    while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        n++;
        p++;
    }
    return n;
}

/* c->at stands on the opening quote. */
static enum inc_status
quoted(struct inc_csv *c, struct field *f, struct inc_err *err)
{
    enum inc_status st;

    f->at = ++c->at;
    for (;;) {
        const char *q = c->at < c->end
                            ? memchr(c->at, c->quote, (size_t)(c->end - c->at))
                            : NULL;
        if (q == NULL) {
            st = trouble(c, c->line + newlines(c->at, c->end), c->n,
                         INC_E_FORMAT, "a quoted field is not closed", err);
            inc_err_hint(err,
                         "close the field that opens at line %" PRIu64
                         " with a double quote; a quote inside is doubled",
                         c->line);
            return st;
        }
        c->line += newlines(c->at, q);
        c->at = q + 1;
        if (c->at < c->end && *c->at == c->quote) {
            f->doubled = 1;
            c->at++;
            continue;
        }
        f->len = (size_t)(q - f->at);
        break;
    }
    if (c->at == c->end || *c->at == c->separator || *c->at == '\n' ||
        (*c->at == '\r' && (c->at + 1 == c->end || c->at[1] == '\n')))
        return INC_OK;
    st = trouble(c, c->line, c->n, INC_E_FORMAT,
                 "there is text after the closing quote", err);
    inc_err_hint(err, "a separator or the end of the line after the quote; a "
                      "quote inside a field is written twice");
    return st;
}

static void
unquoted(struct inc_csv *c, struct field *f)
{
    const char *p = c->at;

    while (p < c->end && *p != c->separator && *p != '\n')
        p++;
    f->at = c->at;
    f->len = (size_t)(p - c->at);
    if (f->len != 0 && p[-1] == '\r' && (p == c->end || *p == '\n'))
        f->len--;
    c->at = p;
}

/* Split one record into c->fields. c->at stands on its first byte. */
static enum inc_status
split(struct inc_csv *c, struct inc_err *err)
{
    enum inc_status st;

    c->n = 0;
    for (;;) {
        struct field f = {0};
        void *array = c->fields;
        if (c->n == INC_CSV_COLUMNS_MAX)
            return trouble(c, c->line, SIZE_MAX, INC_E_LIMIT,
                           "more than 1024 columns", err);
        if (inc_mem_grow(&array, &c->cap, c->n, sizeof *c->fields) != 0)
            return inc_fail(err, INC_E_NOMEM, 0, "no memory for a CSV record");
        c->fields = array;
        if (c->quote != '\0' && c->at < c->end && *c->at == c->quote) {
            st = quoted(c, &f, err);
            if (st != INC_OK)
                return st;
        } else {
            unquoted(c, &f);
        }
        c->fields[c->n++] = f;
        if (c->at < c->end && *c->at == '\r')
            c->at++; /* only ever before the end of a line, see above */
        if (c->at == c->end)
            return INC_OK;
        if (*c->at++ == '\n') {
            c->line++;
            return INC_OK;
        }
    }
}

/* Turn "" into " for the fields that have it, all into one buffer. */
static enum inc_status
resolve(struct inc_csv *c, struct inc_buf *to, struct inc_err *err)
{
    size_t need = 0, done = 0;

    for (size_t i = 0; i < c->n; i++)
        need += c->fields[i].doubled ? c->fields[i].len : 0;
    if (need == 0)
        return INC_OK;
    inc_buf_reset(to);
    for (size_t i = 0; i < c->n; i++)
        if (c->fields[i].doubled)
            inc_buf_add(to, c->fields[i].at, c->fields[i].len);
    if (to->failed)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a CSV record");
    for (size_t i = 0; i < c->n; i++) {
        struct field *f = &c->fields[i];
        char *out = (char *)to->data + done;
        size_t n = 0;
        if (!f->doubled)
            continue;
        for (size_t k = 0; k < f->len; k++) {
            out[n++] = out[k];
            if (out[k] == c->quote)
                k++;
        }
        done += f->len;
        f->at = out;
        f->len = n;
    }
    return INC_OK;
}

/* No NUL and no byte over 0x7f in [p, end). */
static int
plain(const char *p, const char *end)
{
    unsigned char high = 0;

    if (p == end || memchr(p, '\0', (size_t)(end - p)) != NULL)
        return p == end;
    for (; p < end; p++)
        high |= (unsigned char)*p;
    return high < 0x80;
}

static enum inc_status
check_text(const struct inc_csv *c, struct inc_err *err)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct field *f = &c->fields[i];
        enum inc_status st;
        if (f->len == 0 || (inc_utf8_valid(f->at, f->len) &&
                            memchr(f->at, '\0', f->len) == NULL))
            continue;
        st = trouble(c, c->record_line, i, INC_E_FORMAT,
                     "the bytes are not UTF-8 text", err);
        inc_err_hint(err, "save the file as UTF-8");
        return st;
    }
    return INC_OK;
}

enum inc_status
inc_csv_next(struct inc_csv *c, int *more, struct inc_err *err)
{
    const char *first;
    enum inc_status st;

    *more = 0;
    c->n = 0;
    for (; c->at < c->end; c->at++) {
        if (*c->at == '\n')
            c->line++;
        else if (*c->at != '\r' || (c->at + 1 < c->end && c->at[1] != '\n'))
            break;
    }
    c->record_line = c->line;
    if (c->at == c->end)
        return INC_OK;
    first = c->at;
    st = split(c, err);
    if (st == INC_OK && c->columns != 0 && c->n != c->columns) {
        char text[96];
        (void)snprintf(text, sizeof text, "%zu fields instead of %zu", c->n,
                       c->columns);
        st = trouble(c, c->record_line, SIZE_MAX, INC_E_FORMAT, text, err);
        inc_err_hint(err, "as many fields as the header line has; a field "
                          "with a separator or a line end inside is quoted");
    }
    if (st == INC_OK && !plain(first, c->at))
        st = check_text(c, err);
    if (st == INC_OK)
        st = resolve(c, c->columns == 0 ? &c->head_text : &c->text, err);
    if (st != INC_OK) {
        c->n = 0;
        return st;
    }
    *more = 1;
    return INC_OK;
}

static char
guess(const char *p, const char *end)
{
    static const char choice[] = {',', ';', '\t'};
    size_t count[sizeof choice] = {0};
    size_t best = 0;

    for (; p < end && *p != '\n'; p++)
        for (size_t i = 0; i < sizeof choice; i++)
            count[i] += *p == choice[i];
    for (size_t i = 1; i < sizeof choice; i++)
        if (count[i] > count[best])
            best = i;
    return choice[best];
}

static void
trim(struct field *f)
{
    while (f->len != 0 && (f->at[0] == ' ' || f->at[0] == '\t')) {
        f->at++;
        f->len--;
    }
    while (f->len != 0 &&
           (f->at[f->len - 1] == ' ' || f->at[f->len - 1] == '\t'))
        f->len--;
}

static enum inc_status
read_header(struct inc_csv *c, struct inc_err *err)
{
    int more;
    enum inc_status st = inc_csv_next(c, &more, err);

    if (st != INC_OK)
        return st;
    if (!more) {
        c->record_line = 1;
        st = trouble(c, 1, SIZE_MAX, INC_E_FORMAT, "the file is empty", err);
        inc_err_hint(err, "a first line with the names of the columns");
        return st;
    }
    c->head = inc_mem_zero(c->n, sizeof *c->head);
    if (c->head == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a CSV header");
    memcpy(c->head, c->fields, c->n * sizeof *c->head);
    c->columns = c->n;
    for (size_t i = 0; i < c->columns; i++)
        trim(&c->head[i]);
    c->n = 0;
    return INC_OK;
}

enum inc_status
inc_csv_open(struct inc_csv **out, const char *name, const void *bytes,
             size_t len, char separator, struct inc_err *err)
{
    struct inc_csv *c = inc_mem_zero(1, sizeof *c);
    enum inc_status st;

    if (c == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a CSV reader");
    c->name = name;
    c->start = len == 0 ? "" : bytes;
    c->at = c->start;
    c->end = c->start + len;
    c->line = 1;
    if (len >= 3 && memcmp(c->at, "\xef\xbb\xbf", 3) == 0)
        c->at += 3;
    c->separator = separator;
    if (separator == INC_CSV_GUESS)
        c->separator = guess(c->at, c->end);
    if (c->separator != INC_CSV_TAB)
        c->quote = '"';
    st = read_header(c, err);
    if (st != INC_OK) {
        inc_csv_close(c);
        return st;
    }
    *out = c;
    return INC_OK;
}

void
inc_csv_close(struct inc_csv *c)
{
    if (c == NULL)
        return;
    inc_mem_free(c->head);
    inc_mem_free(c->fields);
    inc_buf_release(&c->head_text);
    inc_buf_release(&c->text);
    inc_mem_free(c);
}

static int
same_name(const struct field *f, const char *name)
{
    for (size_t i = 0; i < f->len; i++)
        if (name[i] == '\0' || lower(f->at[i]) != lower(name[i]))
            return 0;
    return name[f->len] == '\0';
}

int
inc_csv_column(const struct inc_csv *c, const char *name)
{
    for (size_t i = 0; i < c->columns; i++)
        if (same_name(&c->head[i], name))
            return (int)i;
    return -1;
}

int
inc_csv_column_of(const struct inc_csv *c, const char *const *names)
{
    int column = -1;

    for (; *names != NULL && column < 0; names++)
        column = inc_csv_column(c, *names);
    return column;
}

const char *
inc_csv_name(const struct inc_csv *c, int column, size_t *len)
{
    if (column < 0 || (size_t)column >= c->columns)
        return NULL;
    *len = c->head[column].len;
    return c->head[column].at;
}

enum inc_status
inc_csv_need(const struct inc_csv *c, int *column, const char *name,
             struct inc_err *err)
{
    const char *base = strrchr(c->name, '/');
    char list[320];
    size_t used = 0, times = 0;

    base = base == NULL ? c->name : base + 1;
    *column = inc_csv_column(c, name);
    for (size_t i = 0; i < c->columns; i++)
        times += same_name(&c->head[i], name) ? 1 : 0;
    if (times == 1)
        return INC_OK;
    (void)inc_fail(err, INC_E_FORMAT, 0, "%.60s line 1: column %s is %s", base,
                   name, times == 0 ? "missing" : "there more than once");
    inc_err_where(err, "%.60s:1", base);
    list[0] = '\0';
    for (size_t i = 0; i < c->columns && used + 1 < sizeof list; i++) {
        int n = snprintf(
            list + used, sizeof list - used, "%s%.*s", i == 0 ? "" : ", ",
            (int)(c->head[i].len < 40 ? c->head[i].len : 40), c->head[i].at);
        if (n < 0)
            break;
        used += (size_t)n;
    }
    inc_err_hint(err, "a header with %s once; the file has: %s", name, list);
    return INC_E_FORMAT;
}

const char *
inc_csv_field(const struct inc_csv *c, int column, size_t *len)
{
    if (column < 0 || (size_t)column >= c->n) {
        *len = 0;
        return "";
    }
    *len = c->fields[column].len;
    return *len == 0 ? "" : c->fields[column].at;
}

uint64_t
inc_csv_line(const struct inc_csv *c)
{
    return c->record_line;
}

size_t
inc_csv_offset(const struct inc_csv *c)
{
    return (size_t)(c->at - c->start);
}

enum inc_status
inc_csv_bad(const struct inc_csv *c, int column, const char *problem,
            const char *expected, struct inc_err *err)
{
    (void)trouble(c, c->record_line, column < 0 ? SIZE_MAX : (size_t)column,
                  INC_E_FORMAT, problem, err);
    inc_err_hint(err, "%s", expected);
    return INC_E_FORMAT;
}

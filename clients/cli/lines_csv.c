#include "clients/cli/lines_csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/writer.h"

enum { PARTS_MAX = 6, NUMBER_MAX = 24 };

static const struct inc_part skill_parts[] = {{"uri", INC_CELL_TEXT},
                                              {"level", INC_CELL_INT},
                                              {"evidence", INC_CELL_TEXT},
                                              {NULL, INC_CELL_TEXT}};
static const struct inc_part held_parts[] = {{"uri", INC_CELL_TEXT},
                                             {"months", INC_CELL_INT},
                                             {"last", INC_CELL_TEXT},
                                             {NULL, INC_CELL_TEXT}};
static const struct inc_part language_parts[] = {
    {"lang", INC_CELL_TEXT},       {"listening", INC_CELL_TEXT},
    {"reading", INC_CELL_TEXT},    {"interaction", INC_CELL_TEXT},
    {"production", INC_CELL_TEXT}, {"writing", INC_CELL_TEXT},
    {NULL, INC_CELL_TEXT}};
static const struct inc_part requirement_parts[] = {
    {"uri", INC_CELL_TEXT},
    {"level", INC_CELL_INT},
    {"importance", INC_CELL_TEXT},
    {"trainable_hours", INC_CELL_INT},
    {NULL, INC_CELL_TEXT}};
static const struct inc_part need_language_parts[] = {
    {"lang", INC_CELL_TEXT},
    {"level", INC_CELL_TEXT},
    {"importance", INC_CELL_TEXT},
    {NULL, INC_CELL_TEXT}};
static const struct inc_part need_licence_parts[] = {
    {"any_of", INC_CELL_CODES},
    {"importance", INC_CELL_TEXT},
    {NULL, INC_CELL_TEXT}};

#define TEXT(NAME)                                                             \
    {                                                                          \
        NAME, INC_CELL_TEXT, NULL, NAME, NULL, "a text"                        \
    }
#define NUMBER(NAME)                                                           \
    {                                                                          \
        NAME, INC_CELL_INT, NULL, NAME, NULL, "a whole number"                 \
    }
#define YES_NO(NAME)                                                           \
    {                                                                          \
        NAME, INC_CELL_BOOL, NULL, NAME, NULL, "true or false"                 \
    }
#define PARTS(NAME, OF, FORM)                                                  \
    {                                                                          \
        NAME, INC_CELL_PARTS, NULL, NAME, OF, FORM                             \
    }
#define END                                                                    \
    {                                                                          \
        NULL, INC_CELL_TEXT, NULL, NULL, NULL, NULL                            \
    }

static const struct inc_column candidate_columns[] = {
    TEXT("id"),
    TEXT("office"),
    TEXT("home"),
    PARTS("skills", skill_parts, "uri:level:evidence | ..."),
    PARTS("occupations", held_parts, "uri:months:last | ..."),
    PARTS("languages", language_parts,
          "lang:listening:reading:interaction:production:writing | ..., or "
          "lang:level"),
    {"licences", INC_CELL_CODES, NULL, "licences", NULL, "B | CARRELLI"},
    {"car", INC_CELL_BOOL, "mobility", "car", NULL, "true or false"},
    {"max_minutes", INC_CELL_INT, "mobility", "max_minutes", NULL,
     "a whole number"},
    {"hours_week", INC_CELL_INT, "availability", "hours_week", NULL,
     "a whole number"},
    {"available_from", INC_CELL_TEXT, "availability", "from", NULL,
     "YYYY-MM-DD"},
    TEXT("updated"),
    END};
static const struct inc_column need_columns[] = {
    TEXT("id"),
    TEXT("kind"),
    TEXT("title"),
    TEXT("company"),
    TEXT("office"),
    TEXT("comune"),
    TEXT("ateco"),
    NUMBER("seats"),
    TEXT("start"),
    TEXT("end"),
    TEXT("expires"),
    NUMBER("hours_week"),
    PARTS("requirements", requirement_parts,
          "uri:level:importance:trainable_hours | ..."),
    PARTS("languages", need_language_parts, "lang:level:importance | ..."),
    PARTS("licences", need_licence_parts, "C/CQC-C:importance | ..."),
    YES_NO("tutor"),
    NUMBER("training_hours"),
    TEXT("updated"),
    END};
static const struct inc_column company_columns[] = {
    TEXT("id"),          TEXT("name"),   TEXT("comune"),  TEXT("ateco"),
    NUMBER("employees"), TEXT("office"), TEXT("updated"), END};

const struct inc_column *
inc_columns(enum inc_family family)
{
    switch (family) {
    case INC_CANDIDATES:
        return candidate_columns;
    case INC_NEEDS:
        return need_columns;
    case INC_COMPANIES:
        return company_columns;
    }
    return company_columns;
}

enum inc_status
inc_csv_check(struct inc_csv *c, enum inc_family family, struct inc_err *err)
{
    int column = 0;

    (void)family;
    return inc_csv_need(c, &column, "id", err);
}

/* --- reading ------------------------------------------------------------- */

struct cell {
    const struct inc_csv *csv;
    const struct inc_column *column;
    int at; /* number of the column */
    struct inc_err *err;
};

static void
trim(const char **text, size_t *len)
{
    while (*len > 0 && (**text == ' ' || **text == '\t')) {
        (*text)++;
        (*len)--;
    }
    while (*len > 0 && ((*text)[*len - 1] == ' ' || (*text)[*len - 1] == '\t'))
        (*len)--;
}

static enum inc_status
bad(const struct cell *c, const char *problem)
{
    return inc_csv_bad(c->csv, c->at, problem, c->column->form, c->err);
}

static enum inc_status
put_int(struct inc_writer *w, const struct cell *c, const char *text,
        size_t len)
{
    char copy[NUMBER_MAX], *end = NULL;

    if (len == 0 || len >= sizeof copy)
        return bad(c, "not a whole number");
    memcpy(copy, text, len);
    copy[len] = '\0';
    errno = 0;
    long long v = strtoll(copy, &end, 10);
    if (errno != 0 || *end != '\0')
        return bad(c, "not a whole number");
    inc_w_int(w, v);
    return INC_OK;
}

static enum inc_status
put_bool(struct inc_writer *w, const struct cell *c, const char *text,
         size_t len)
{
    static const char *const words[] = {"false", "no",        "0", "true",
                                        "si",    "s\xc3\xac", "1", "yes"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) != len || strncmp(words[i], text, len) != 0)
            continue;
        inc_w_bool(w, i >= 3);
        return INC_OK;
    }
    return bad(c, "neither true nor false");
}

/* Items separated by one character; blank ones are passed over. */
static void
put_codes(struct inc_writer *w, const char *text, size_t len, char separator)
{
    inc_w_list(w);
    while (len > 0) {
        const char *end = memchr(text, separator, len);
        size_t n = end == NULL ? len : (size_t)(end - text);
        const char *item = text;
        size_t item_len = n;
        trim(&item, &item_len);
        if (item_len > 0)
            inc_w_textn(w, item, item_len);
        text += n + (end != NULL);
        len -= n + (end != NULL);
    }
    inc_w_end(w);
}

struct piece {
    const char *text;
    size_t len;
};

/* Split "uri:level:evidence". URIs hold colons: those before the last slash
 * belong to the first piece. How many pieces; over `most` means too many. */
static size_t
split(struct piece *out, size_t most, const char *text, size_t len)
{
    size_t head = len, n = 1;

    while (head > 0 && text[head - 1] != '/')
        head--;
    out[0].text = text;
    const char *colon = memchr(text + head, ':', len - head);
    out[0].len = colon == NULL ? len : (size_t)(colon - text);
    while (colon != NULL) {
        const char *from = colon + 1;
        size_t left = len - (size_t)(from - text);
        colon = memchr(from, ':', left);
        if (n < most) {
            out[n].text = from;
            out[n].len = colon == NULL ? left : (size_t)(colon - from);
        }
        n++;
    }
    return n;
}

static enum inc_status
put_piece(struct inc_writer *w, const struct cell *c,
          const struct inc_part *part, struct piece p)
{
    trim(&p.text, &p.len);
    if (p.len == 0)
        return INC_OK;
    inc_w_key(w, part->key);
    if (part->kind == INC_CELL_INT)
        return put_int(w, c, p.text, p.len);
    if (part->kind == INC_CELL_CODES)
        put_codes(w, p.text, p.len, '/');
    else
        inc_w_textn(w, p.text, p.len);
    return INC_OK;
}

static enum inc_status
put_item(struct inc_writer *w, const struct cell *c, const char *text,
         size_t len)
{
    enum inc_status st = INC_OK;
    const struct inc_part *parts = c->column->parts;
    struct piece pieces[PARTS_MAX] = {{NULL, 0}};
    size_t most = 0, n;

    while (parts[most].key != NULL)
        most++;
    /* A licence cell separates codes by slashes: no URI in it. */
    if (parts[0].kind == INC_CELL_CODES) {
        const char *colon = memchr(text, ':', len);
        pieces[0].text = text;
        pieces[0].len = colon == NULL ? len : (size_t)(colon - text);
        n = colon == NULL ? 1 : 2;
        if (colon != NULL) {
            pieces[1].text = colon + 1;
            pieces[1].len = len - pieces[0].len - 1;
        }
    } else {
        n = split(pieces, PARTS_MAX, text, len);
    }
    if (n > most)
        return bad(c, "too many parts between colons");
    /* "it:B1" is one level for every ability. */
    if (parts == language_parts && n == 2) {
        for (n = 2; n < most; n++)
            pieces[n] = pieces[1];
    }
    inc_w_map(w);
    for (size_t i = 0; i < n; i++)
        INC_TRY(put_piece(w, c, &parts[i], pieces[i]));
    inc_w_end(w);
out:
    return st;
}

/* Items of a cell are separated by " | " (a bare bar will do). */
static enum inc_status
put_items(struct inc_writer *w, const struct cell *c, const char *text,
          size_t len)
{
    enum inc_status st = INC_OK;

    inc_w_list(w);
    while (len > 0) {
        const char *end = memchr(text, '|', len);
        size_t n = end == NULL ? len : (size_t)(end - text);
        const char *item = text;
        size_t item_len = n;
        trim(&item, &item_len);
        if (item_len > 0)
            INC_TRY(put_item(w, c, item, item_len));
        text += n + (end != NULL);
        len -= n + (end != NULL);
    }
    inc_w_end(w);
out:
    return st;
}

static enum inc_status
put_cell(struct inc_writer *w, const struct cell *c, const char *text,
         size_t len)
{
    inc_w_key(w, c->column->key);
    switch (c->column->kind) {
    case INC_CELL_TEXT:
        inc_w_textn(w, text, len);
        return INC_OK;
    case INC_CELL_INT:
        return put_int(w, c, text, len);
    case INC_CELL_BOOL:
        return put_bool(w, c, text, len);
    case INC_CELL_CODES:
        put_codes(w, text, len, '|');
        return INC_OK;
    case INC_CELL_PARTS:
        return put_items(w, c, text, len);
    }
    return INC_OK;
}

static void
keep_id(char *id, const char *text, size_t len)
{
    if (len >= INC_JSON_ID)
        return;
    memcpy(id, text, len);
    id[len] = '\0';
    if (strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                   "0123456789._:-") != len)
        id[0] = '\0';
}

enum inc_status
inc_csv_record(struct inc_buf *out, const struct inc_csv *c,
               enum inc_family family, char *id, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_writer w;
    const char *open = NULL; /* the map being written */

    inc_writer_init(&w, out);
    inc_w_map(&w);
    for (const struct inc_column *k = inc_columns(family); k->name != NULL;
         k++) {
        struct cell cell = {c, k, inc_csv_column(c, k->name), err};
        size_t len = 0;
        const char *text = inc_csv_field(c, cell.at, &len);
        trim(&text, &len);
        if (len == 0)
            continue;
        if (open != NULL && (k->map == NULL || strcmp(open, k->map) != 0)) {
            inc_w_end(&w);
            open = NULL;
        }
        if (k->map != NULL && open == NULL) {
            inc_w_key(&w, k->map);
            inc_w_map(&w);
            open = k->map;
        }
        if (strcmp(k->name, "id") == 0)
            keep_id(id, text, len);
        INC_TRY(put_cell(&w, &cell, text, len));
    }
    if (open != NULL)
        inc_w_end(&w);
    inc_w_end(&w);
    if (out->failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a record");
out:
    return st;
}

/* --- writing ------------------------------------------------------------- */

/* Lists of lists: two deep. */
/* NOLINTBEGIN(misc-no-recursion) */
static void
text_of(struct inc_buf *out, const struct inc_node *n, char separator)
{
    size_t len = 0;

    switch (inc_node_kind(n)) {
    case INC_NODE_TEXT: {
        const char *text = inc_node_text(n, &len);
        inc_buf_add(out, text, len);
        break;
    }
    case INC_NODE_INT:
        inc_buf_printf(out, "%lld", (long long)inc_node_int(n));
        break;
    case INC_NODE_BOOL:
        inc_buf_text(out, inc_node_bool(n) ? "true" : "false");
        break;
    case INC_NODE_LIST:
        for (size_t i = 0; i < inc_node_count(n); i++) {
            if (i > 0)
                inc_buf_printf(out, separator == '/' ? "%c" : " %c ",
                               separator);
            text_of(out, inc_node_at(n, i), '/');
        }
        break;
    case INC_NODE_NIL:
    case INC_NODE_BIG:
    case INC_NODE_FLOAT:
    case INC_NODE_BIN:
    case INC_NODE_MAP:
        break;
    }
}

/* NOLINTEND(misc-no-recursion) */

static void
parts_of(struct inc_buf *out, const struct inc_part *parts,
         const struct inc_node *list)
{
    for (size_t i = 0; i < inc_node_count(list); i++) {
        const struct inc_node *item = inc_node_at(list, i);
        if (i > 0)
            inc_buf_text(out, " | ");
        for (size_t p = 0; parts[p].key != NULL; p++) {
            const struct inc_node *n = inc_node_get(item, parts[p].key);
            if (p > 0)
                inc_buf_text(out, ":");
            if (n != NULL)
                text_of(out, n, '/');
        }
    }
}

static void
put_quoted(struct inc_buf *out, struct inc_buf *cell)
{
    const char *text = inc_buf_cstr(cell);

    /* A leading = + - @ would run as a formula in a spreadsheet; none of our
     * fields starts so except free text, which is quoted with a space. */
    int formula = strchr("=+-@", text[0]) != NULL && text[0] != '\0';
    if (!formula && strpbrk(text, ",\"\n\r") == NULL) {
        inc_buf_text(out, text);
        return;
    }
    inc_buf_text(out, formula ? "\" " : "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"')
            inc_buf_text(out, "\"");
        inc_buf_add(out, text, 1);
    }
    inc_buf_text(out, "\"");
}

void
inc_csv_header(struct inc_buf *out, enum inc_family family)
{
    const struct inc_column *columns = inc_columns(family);

    for (size_t i = 0; columns[i].name != NULL; i++)
        inc_buf_printf(out, "%s%s", i > 0 ? "," : "", columns[i].name);
    inc_buf_text(out, "\n");
}

void
inc_csv_row(struct inc_buf *out, enum inc_family family,
            const struct inc_node *record)
{
    const struct inc_column *columns = inc_columns(family);
    struct inc_buf cell = {0};

    for (size_t i = 0; columns[i].name != NULL; i++) {
        const struct inc_column *k = &columns[i];
        const struct inc_node *in =
            k->map == NULL ? record : inc_node_get(record, k->map);
        const struct inc_node *n = in == NULL ? NULL : inc_node_get(in, k->key);
        if (i > 0)
            inc_buf_text(out, ",");
        inc_buf_reset(&cell);
        if (n != NULL && k->kind == INC_CELL_PARTS)
            parts_of(&cell, k->parts, n);
        else if (n != NULL)
            text_of(&cell, n, '|');
        if (cell.failed)
            out->failed = 1;
        put_quoted(out, &cell);
    }
    inc_buf_text(out, "\n");
    inc_buf_release(&cell);
}

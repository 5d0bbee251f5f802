#include "clients/cli/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clients/cli/concepts.h"
#include "engine/base/date.h"
#include "engine/base/utf8.h"

enum { LABEL_COLUMNS = 20, TEXT_MAX = 256, COLUMNS_MAX = 6 };

void
inc_day(char out[16], const char *lang, int32_t days)
{
    int year, month, day;

    inc_date_split(days, &year, &month, &day);
    if (lang[0] == 'i')
        (void)snprintf(out, 16, "%d/%d/%04d", day % 100, month % 100,
                       year % 10000);
    else
        (void)snprintf(out, 16, "%04d-%02d-%02d", year % 10000, month % 100,
                       day % 100);
}

void
inc_moment(struct inc_buf *out, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[32];

    if (gmtime_r(&seconds, &tm) != NULL &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%SZ", &tm) != 0)
        inc_buf_text(out, text);
}

void
inc_pad(struct inc_buf *out, const char *text, size_t columns)
{
    size_t len = strlen(text), width = inc_utf8_width(text, len), pos = 0;

    if (width <= columns) {
        inc_buf_printf(out, "%s%*s", text, (int)(columns - width), "");
        return;
    }
    size_t room = columns > 3 ? columns - 3 : 0, used = 0, before = 0;
    while (pos < len) {
        before = pos;
        (void)inc_utf8_next(text, len, &pos);
        size_t w = inc_utf8_width(text + before, pos - before);
        if (used + w > room) {
            pos = before;
            break;
        }
        used += w;
    }
    inc_buf_add(out, text, pos);
    for (size_t i = used; i < columns; i++)
        inc_buf_text(out, i < used + 3 ? "." : " ");
}

/* Length of the longest prefix of a word that fits `columns`. */
static size_t
prefix(const char *word, size_t len, size_t columns)
{
    size_t pos = 0, used = 0;

    while (pos < len) {
        size_t before = pos;
        (void)inc_utf8_next(word, len, &pos);
        used += inc_utf8_width(word + before, pos - before);
        if (used > columns)
            return before == 0 ? pos : before;
    }
    return len;
}

size_t
inc_wrap(struct inc_buf *out, const char *text, size_t at, size_t indent,
         size_t width)
{
    int first = 1; /* no space before the first word of a line */

    while (*text != '\0') {
        size_t len = strcspn(text, " \n");
        size_t columns = inc_utf8_width(text, len);
        if (len > 0) {
            if (!first && at + 1 + columns > width) {
                inc_buf_printf(out, "\n%*s", (int)indent, "");
                at = indent;
                first = 1;
            }
            if (first && at + columns > width && at > indent) {
                inc_buf_printf(out, "\n%*s", (int)indent, "");
                at = indent;
            }
            if (!first) {
                inc_buf_text(out, " ");
                at++;
            }
            while (at + columns > width) { /* longer than a whole line */
                size_t some = prefix(text, len, width - at);
                inc_buf_add(out, text, some);
                inc_buf_printf(out, "\n%*s", (int)indent, "");
                text += some;
                len -= some;
                columns = inc_utf8_width(text, len);
                at = indent;
            }
            inc_buf_add(out, text, len);
            at += columns;
            first = 0;
        }
        text += len + (text[len] != '\0');
    }
    return at;
}

/* --- one record ---------------------------------------------------------- */

/* A value as a word: names of languages and means of travel have their own
 * entries, since the bare codes mean other things elsewhere. */
static const char *
value_word(const char *key, const char *value, char *word, size_t room)
{
    const char *prefix = strcmp(key, "lang") == 0    ? "lang:"
                         : strcmp(key, "modes") == 0 ? "mode:"
                                                     : "";

    (void)snprintf(word, room, "%s%s", prefix, value);
    return inc_word(word);
}

static void
put_scalar(struct inc_cli *c, struct inc_buf *out, const char *key,
           const struct inc_node *n)
{
    size_t len = 0;
    char copy[TEXT_MAX], word[TEXT_MAX + 8], day[16];
    int32_t days = 0;

    switch (inc_node_kind(n)) {
    case INC_NODE_TEXT: {
        const char *text = inc_node_text(n, &len);
        if (inc_date_parse(&days, text, len) == 0) {
            inc_day(day, c->lang, days);
            inc_buf_text(out, day);
            return;
        }
        (void)snprintf(copy, sizeof copy, "%.*s", (int)len, text);
        if (strcmp(key, "uri") == 0 || strcmp(key, "alternatives") == 0 ||
            strstr(copy, "://") != NULL)
            inc_buf_text(out, inc_label_of(c, copy));
        else if (strcmp(key, "home") == 0 || strcmp(key, "comune") == 0)
            inc_put_comune(c, out, copy);
        else if (strcmp(key, "title") == 0 || strcmp(key, "name") == 0 ||
                 strcmp(key, "id") == 0)
            inc_buf_add(out, text, len);
        else
            inc_buf_text(out, value_word(key, copy, word, sizeof word));
        return;
    }
    case INC_NODE_INT:
        inc_buf_printf(out, "%" PRId64, inc_node_int(n));
        return;
    case INC_NODE_BOOL:
        inc_buf_text(out, inc_node_bool(n) ? _("yes") : _("no"));
        return;
    case INC_NODE_NIL:
    case INC_NODE_BIG:
    case INC_NODE_FLOAT:
    case INC_NODE_BIN:
    case INC_NODE_LIST:
    case INC_NODE_MAP:
        return;
    }
}

/* "day from-to" of a window is said without names. */
static int
put_window(struct inc_cli *c, struct inc_buf *out, const struct inc_node *map)
{
    const struct inc_node *day = inc_node_get(map, "day");
    const struct inc_node *from = inc_node_get(map, "from");
    const struct inc_node *to = inc_node_get(map, "to");

    if (day == NULL || from == NULL || to == NULL)
        return 0;
    put_scalar(c, out, "day", day);
    inc_buf_text(out, " ");
    put_scalar(c, out, "id", from);
    inc_buf_text(out, "-");
    put_scalar(c, out, "id", to);
    return 1;
}

/* Values nest as deep as a record does. */
/* NOLINTBEGIN(misc-no-recursion) */
static void put_value(struct inc_cli *c, struct inc_buf *out, const char *key,
                      const struct inc_node *n);

static void
put_map(struct inc_cli *c, struct inc_buf *out, const struct inc_node *map)
{
    size_t len = 0;
    char key[64];

    if (put_window(c, out, map))
        return;
    for (size_t i = 0; i < inc_node_count(map); i++) {
        const char *text = inc_node_key(map, i, &len);
        (void)snprintf(key, sizeof key, "%.*s", (int)len, text);
        if (i > 0)
            inc_buf_text(out, ", ");
        /* The concept and the level speak for themselves. */
        if (strcmp(key, "uri") != 0 && strcmp(key, "lang") != 0 &&
            strcmp(key, "evidence") != 0 && strcmp(key, "importance") != 0)
            inc_buf_printf(out, "%s ", inc_word(key));
        put_value(c, out, key, inc_node_at(map, i));
    }
}

static void
put_value(struct inc_cli *c, struct inc_buf *out, const char *key,
          const struct inc_node *n)
{
    if (inc_node_kind(n) == INC_NODE_MAP) {
        put_map(c, out, n);
    } else if (inc_node_kind(n) == INC_NODE_LIST) {
        if (inc_node_count(n) == 0)
            inc_buf_text(out, _("none recorded"));
        for (size_t i = 0; i < inc_node_count(n); i++) {
            if (i > 0)
                inc_buf_text(out, ", ");
            put_value(c, out, key, inc_node_at(n, i));
        }
    } else {
        put_scalar(c, out, key, n);
    }
}

/* NOLINTEND(misc-no-recursion) */

static void
show_field(struct inc_cli *c, const char *key, const struct inc_node *n)
{
    struct inc_buf text = {0};
    int many = inc_node_kind(n) == INC_NODE_LIST && inc_node_count(n) > 0 &&
               inc_node_kind(inc_node_at(n, 0)) == INC_NODE_MAP;
    int windows = many && inc_node_get(inc_node_at(n, 0), "day") != NULL;

    inc_pad(&c->out, inc_word(key), LABEL_COLUMNS);
    if (many && !windows) {
        for (size_t i = 0; i < inc_node_count(n); i++) {
            if (i > 0)
                inc_buf_printf(&c->out, "\n%*s", LABEL_COLUMNS, "");
            inc_buf_reset(&text);
            put_value(c, &text, key, inc_node_at(n, i));
            (void)inc_wrap(&c->out, inc_buf_cstr(&text), LABEL_COLUMNS,
                           LABEL_COLUMNS + 2, c->term.width);
        }
    } else {
        put_value(c, &text, key, n);
        if (text.len == 0)
            inc_buf_text(&text, _("none"));
        (void)inc_wrap(&c->out, inc_buf_cstr(&text), LABEL_COLUMNS,
                       LABEL_COLUMNS, c->term.width);
    }
    inc_buf_text(&c->out, "\n");
    inc_buf_release(&text);
}

void
inc_show_record(struct inc_cli *c, const struct inc_node *record)
{
    size_t len = 0;
    char key[64];

    if (record == NULL)
        return;
    inc_concepts_fetch(c, record);
    for (size_t i = 0; i < inc_node_count(record); i++) {
        const char *text = inc_node_key(record, i, &len);
        (void)snprintf(key, sizeof key, "%.*s", (int)len, text);
        show_field(c, key, inc_node_at(record, i));
    }
}

/* --- lists --------------------------------------------------------------- */

struct heading {
    const char *key;
    size_t columns; /* 0: what is left */
};

static const struct heading candidate_row[] = {{"id", 16},      {"office", 14},
                                               {"home", 10},    {"skills", 12},
                                               {"updated", 14}, {"frozen", 0}};
static const struct heading need_row[] = {{"id", 10},    {"kind", 20},
                                          {"comune", 8}, {"requirements", 11},
                                          {"closed", 7}, {"title", 0}};
static const struct heading company_row[] = {{"id", 10},     {"comune", 8},
                                             {"ateco", 9},   {"employees", 11},
                                             {"office", 14}, {"name", 0}};

static const struct heading *
row_of(const struct inc_cli *c)
{
    switch (c->args.command->name[1]) {
    case 'a':
        return candidate_row;
    case 'e':
        return need_row;
    default:
        return company_row;
    }
}

static void
put_cell(struct inc_cli *c, const struct inc_node *record, const char *key,
         size_t columns)
{
    struct inc_buf text = {0};
    const struct inc_node *n = inc_node_get(record, key);

    /* A missing "closed" or "frozen" means no; said only when yes. */
    if (n != NULL && inc_node_kind(n) == INC_NODE_LIST)
        inc_buf_printf(&text, "%zu", inc_node_count(n));
    else if (n != NULL &&
             (inc_node_kind(n) != INC_NODE_BOOL || inc_node_bool(n))) {
        if (strcmp(key, "home") == 0 || strcmp(key, "comune") == 0)
            put_scalar(c, &text, "id", n);
        else
            put_scalar(c, &text, key, n);
    }
    inc_pad(&c->out, inc_buf_cstr(&text), columns > 0 ? columns - 1 : 0);
    inc_buf_text(&c->out, " ");
    inc_buf_release(&text);
}

static void
strip_spaces(struct inc_buf *out)
{
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->len--;
}

void
inc_show_rows(struct inc_cli *c, const struct inc_node *items, int head)
{
    const struct heading *row = row_of(c);
    size_t last = c->term.width;

    for (size_t i = 0; i + 1 < COLUMNS_MAX; i++)
        last -= row[i].columns;
    /* In 40 columns the last one gives way to its least. */
    if (last > c->term.width || last < 8)
        last = 8;
    for (size_t i = 0; head && i < COLUMNS_MAX; i++) {
        size_t columns = row[i].columns > 0 ? row[i].columns : last;
        inc_pad(&c->out, inc_word(row[i].key), columns - 1);
        inc_buf_text(&c->out, " ");
    }
    if (head) {
        strip_spaces(&c->out);
        inc_buf_text(&c->out, "\n");
    }
    for (size_t i = 0; items != NULL && i < inc_node_count(items); i++) {
        for (size_t k = 0; k < COLUMNS_MAX; k++)
            put_cell(c, inc_node_at(items, i), row[k].key,
                     row[k].columns > 0 ? row[k].columns : last);
        strip_spaces(&c->out);
        inc_buf_text(&c->out, "\n");
    }
}

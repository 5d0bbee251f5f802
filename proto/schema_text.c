/* What a field takes, in words; names that are nearly right. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/schema_inside.h"

enum { NAME_MAX = 64, NEAR = 3 };

struct inc_value_rule
inc_field_rule(const struct inc_field *f)
{
    return (struct inc_value_rule){f, f->kind, f->min, f->max};
}

struct inc_value_rule
inc_item_rule(const struct inc_field *f)
{
    return (struct inc_value_rule){f, f->item, f->item_min, f->item_max};
}

static void
describe_int(struct inc_buf *out, int64_t min, int64_t max)
{
    inc_buf_text(out, "an integer");
    if (max == INT64_MAX)
        inc_buf_printf(out, " from %" PRId64, min);
    else
        inc_buf_printf(out, " from %" PRId64 " to %" PRId64, min, max);
}

static void
describe_length(struct inc_buf *out, const struct inc_value_rule *rule,
                const char *unit)
{
    if (rule->min == rule->max)
        inc_buf_printf(out, "%" PRId64 " %s", rule->max, unit);
    else
        inc_buf_printf(out, "%" PRId64 " to %" PRId64 " %s", rule->min,
                       rule->max, unit);
}

/* A list's items are no lists, so the recursion ends. */
/* NOLINTBEGIN(misc-no-recursion) */
static void
describe_list(struct inc_buf *out, const struct inc_field *f)
{
    struct inc_value_rule item = inc_item_rule(f);

    inc_buf_text(out, "a list");
    if (f->min > 0 && f->max > 0)
        inc_buf_printf(out, " of %" PRId64 " to %" PRId64 " items", f->min,
                       f->max);
    else if (f->max > 0)
        inc_buf_printf(out, " of at most %" PRId64 " items", f->max);
    inc_buf_text(out, ", each ");
    inc_value_describe(out, &item);
}

void
inc_value_describe(struct inc_buf *out, const struct inc_value_rule *rule)
{
    const struct inc_field *f = rule->field;

    switch (rule->kind) {
    case INC_KIND_TEXT:
        inc_buf_text(out, "a text of ");
        describe_length(out, rule, "bytes");
        break;
    case INC_KIND_CODE:
        inc_buf_text(out, "a code of ");
        describe_length(out, rule, "characters out of A-Z a-z 0-9 . _ : -");
        break;
    case INC_KIND_INT:
        describe_int(out, rule->min, rule->max);
        break;
    case INC_KIND_BOOL:
        inc_buf_text(out, "true or false");
        break;
    case INC_KIND_ENUM:
        inc_buf_text(out, "one of");
        for (size_t i = 0; f->names[i] != NULL; i++)
            inc_buf_printf(out, "%s %s", i == 0 ? "" : ",", f->names[i]);
        break;
    case INC_KIND_DATE:
        inc_buf_text(out, "a date YYYY-MM-DD, from 1900-01-01 to 2199-12-31");
        break;
    case INC_KIND_TIME:
        inc_buf_text(out, "a time of day HH:MM, from 00:00 to 24:00");
        break;
    case INC_KIND_MAP:
        inc_buf_printf(out, "a map (%s)", f->type->name);
        break;
    case INC_KIND_LIST:
        describe_list(out, f);
        break;
    case INC_KIND_NODE:
        inc_buf_printf(out, "a map (%s)", f->holds != NULL ? f->holds : "any");
        break;
    }
}

/* NOLINTEND(misc-no-recursion) */

void
inc_field_describe(struct inc_buf *out, const struct inc_field *f)
{
    struct inc_value_rule rule = inc_field_rule(f);

    inc_value_describe(out, &rule);
}

enum inc_status
inc_value_hint(struct inc_err *err, enum inc_status status,
               const struct inc_value_rule *rule)
{
    struct inc_buf text = {0};

    if (err != NULL) {
        inc_value_describe(&text, rule);
        inc_err_hint(err, "%s", inc_buf_cstr(&text));
    }
    inc_buf_release(&text);
    return status;
}

int
inc_quotable(const char *text, size_t len)
{
    if (len == 0 || len > INC_QUOTE_MAX)
        return 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              (c >= '0' && c <= '9') || c == '.' || c == '_' || c == ':' ||
              c == '/' || c == '-'))
            return 0;
    }
    return 1;
}

static char
lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static unsigned
least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance (Levenshtein with neighbour swaps; Damerau
 * 1964), ASCII letters without case. Both at most NAME_MAX bytes. */
static unsigned
distance(const char *a, size_t n, const char *b, size_t m)
{
    unsigned row[3][NAME_MAX + 1]; /* two rows back, one back, this one */

    memset(row, 0, sizeof row);
    for (size_t j = 0; j <= m; j++)
        row[1][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        row[2][0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned cost = lower(a[i - 1]) != lower(b[j - 1]);
            unsigned d = least(least(row[1][j] + 1, row[2][j - 1] + 1),
                               row[1][j - 1] + cost);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                d = least(d, row[0][j - 2] + 1);
            row[2][j] = d;
        }
        memcpy(row[0], row[1], sizeof row[0]);
        memcpy(row[1], row[2], sizeof row[1]);
    }
    return row[1][m];
}

const char *
inc_nearest_name(const char *text, size_t len, const char *const *names)
{
    const char *best = NULL;
    unsigned best_d = NEAR + 1;

    if (len > NAME_MAX)
        return NULL;
    for (; *names != NULL; names++) {
        size_t m = strlen(*names);
        unsigned d;
        if (m > NAME_MAX || m > len + NEAR || len > m + NEAR)
            continue;
        d = distance(text, len, *names, m);
        if (d < best_d && d <= (len > m ? len : m) / 2) {
            best = *names;
            best_d = d;
        }
    }
    return best;
}

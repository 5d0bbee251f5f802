/* One value of a described field: its type, its range, what to say if not. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "engine/base/date.h"
#include "proto/schema_inside.h"

static enum inc_status
fail_type(const struct inc_value_rule *rule, const struct inc_reading *r,
          const struct inc_node *n)
{
    const char *name = rule->field->name;
    enum inc_node_kind kind = inc_node_kind(n);

    if (kind == INC_NODE_NIL) {
        (void)inc_fail(r->err, INC_E_TYPE, 0, "%s is null", name);
        (void)inc_value_hint(r->err, INC_E_TYPE, rule);
        if (r->err != NULL && r->err->hint[0] != '\0') {
            char hint[sizeof r->err->hint];
            memcpy(hint, r->err->hint, sizeof hint);
            inc_err_hint(r->err, "%.330s; leave the field out when unknown",
                         hint);
        }
        return INC_E_TYPE;
    }
    if (kind == INC_NODE_FLOAT && isnan(inc_node_float(n)))
        (void)inc_fail(r->err, INC_E_TYPE, 0, "%s is not a number (NaN)", name);
    else if (kind == INC_NODE_FLOAT)
        (void)inc_fail(r->err, INC_E_TYPE, 0, "%s is a float (%.6g)", name,
                       inc_node_float(n));
    else
        (void)inc_fail(r->err, INC_E_TYPE, 0, "%s is %s", name,
                       inc_node_kind_name(n));
    return inc_value_hint(r->err, INC_E_TYPE, rule);
}

static enum inc_status
read_int(int64_t *to, int64_t min, int64_t max,
         const struct inc_value_rule *rule, const struct inc_reading *r,
         const struct inc_node *n)
{
    if (inc_node_kind(n) == INC_NODE_BIG) {
        (void)inc_fail(r->err, INC_E_RANGE, 0, "%s is over %" PRId64,
                       rule->field->name, INT64_MAX);
        return inc_value_hint(r->err, INC_E_RANGE, rule);
    }
    if (inc_node_kind(n) != INC_NODE_INT)
        return fail_type(rule, r, n);
    if (inc_node_int(n) < min || inc_node_int(n) > max) {
        (void)inc_fail(r->err, INC_E_RANGE, 0, "%s is %" PRId64,
                       rule->field->name, inc_node_int(n));
        return inc_value_hint(r->err, INC_E_RANGE, rule);
    }
    *to = inc_node_int(n);
    return INC_OK;
}

static enum inc_status
fail_text(const struct inc_value_rule *rule, const struct inc_reading *r,
          enum inc_status status, const char *why)
{
    (void)inc_fail(r->err, status, 0, "%s %s", rule->field->name, why);
    return inc_value_hint(r->err, status, rule);
}

static int
is_code_char(char c)
{
    return c != '/' && inc_quotable(&c, 1);
}

/* Control characters could drive a terminal; only line and tab may stay. */
static int
is_text_char(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= 0x20 && u != 0x7f) || c == '\n' || c == '\t';
}

static enum inc_status
read_text(const char **to, const struct inc_value_rule *rule,
          const struct inc_reading *r, const struct inc_node *n)
{
    const char *text;
    size_t len;

    if (inc_node_kind(n) != INC_NODE_TEXT)
        return fail_type(rule, r, n);
    text = inc_node_text(n, &len);
    if (len == 0 && rule->min > 0)
        return fail_text(rule, r, INC_E_RANGE, "is empty");
    if (len < (uint64_t)rule->min)
        return fail_text(rule, r, INC_E_RANGE, "is too short");
    if (len > (uint64_t)rule->max) {
        (void)inc_fail(r->err, INC_E_LIMIT, 0, "%s is %zu bytes long",
                       rule->field->name, len);
        return inc_value_hint(r->err, INC_E_LIMIT, rule);
    }
    for (size_t i = 0; i < len; i++) {
        if (rule->kind == INC_KIND_CODE && !is_code_char(text[i]))
            return fail_text(rule, r, INC_E_TEXT,
                             "holds a character that is not allowed");
        if (!is_text_char(text[i]))
            return fail_text(rule, r, INC_E_TEXT, "holds a control character");
    }
    *to = inc_arena_text(r->arena, text, len);
    if (*to == NULL)
        return inc_fail(r->err, INC_E_NOMEM, 0, "the request is too large");
    return INC_OK;
}

static int64_t
count_names(const char *const *names)
{
    int64_t n = 0;

    while (names[n] != NULL)
        n++;
    return n;
}

/* `what` for a text value, quoted when that gives nothing away. */
static void
say_value(const struct inc_value_rule *rule, const struct inc_reading *r,
          enum inc_status status, const char *text, size_t len,
          const char *tail)
{
    if (inc_quotable(text, len))
        (void)inc_fail(r->err, status, 0, "%s is %.*s%s", rule->field->name,
                       (int)len, text, tail);
    else
        (void)inc_fail(r->err, status, 0, "%s is a text%s", rule->field->name,
                       tail);
}

static enum inc_status
read_packed_enum(int64_t *to, const struct inc_value_rule *rule,
                 const struct inc_reading *r, const struct inc_node *n)
{
    int64_t count = count_names(rule->field->names);
    enum inc_status st = read_int(to, 0, INT64_MAX, rule, r, n);

    if (st == INC_OK && *to >= count)
        return inc_fail(r->err, INC_E_NEWER, 0,
                        "%s has number %" PRId64 ", %" PRId64 " are known",
                        rule->field->name, *to, count);
    return st;
}

static enum inc_status
read_enum(int64_t *to, int *skip, const struct inc_value_rule *rule,
          const struct inc_reading *r, const struct inc_node *n)
{
    const char *const *names = rule->field->names;
    const char *text, *near;
    size_t len;

    if (r->packed)
        return read_packed_enum(to, rule, r, n);
    if (inc_node_kind(n) != INC_NODE_TEXT)
        return fail_type(rule, r, n);
    text = inc_node_text(n, &len);
    for (int64_t i = 0; names[i] != NULL; i++) {
        if (strlen(names[i]) == len && memcmp(names[i], text, len) == 0) {
            *to = i;
            return INC_OK;
        }
    }
    if (r->open) {
        *skip = 1;
        return INC_OK;
    }
    say_value(rule, r, INC_E_RANGE, text, len, ", which is not known here");
    (void)inc_value_hint(r->err, INC_E_RANGE, rule);
    near = inc_nearest_name(text, len, names);
    if (near != NULL && r->err != NULL) {
        char hint[sizeof r->err->hint];
        memcpy(hint, r->err->hint, sizeof hint);
        inc_err_hint(r->err, "%.300s; nearest: %s", hint, near);
    }
    return INC_E_RANGE;
}

static enum inc_status
read_date(int64_t *to, const struct inc_value_rule *rule,
          const struct inc_reading *r, const struct inc_node *n)
{
    const char *text;
    size_t len;
    int32_t days;

    if (r->packed) /* 1900-01-01 .. 2199-12-31 */
        return read_int(to, -25567, 84005, rule, r, n);
    if (inc_node_kind(n) != INC_NODE_TEXT)
        return fail_type(rule, r, n);
    text = inc_node_text(n, &len);
    if (inc_date_parse(&days, text, len) != 0) {
        say_value(rule, r, INC_E_DATE, text, len, ", not a date that exists");
        return inc_value_hint(r->err, INC_E_DATE, rule);
    }
    *to = days;
    return INC_OK;
}

static enum inc_status
read_time(int64_t *to, const struct inc_value_rule *rule,
          const struct inc_reading *r, const struct inc_node *n)
{
    const char *text;
    size_t len;
    uint16_t minutes;

    if (r->packed)
        return read_int(to, 0, 1440, rule, r, n);
    if (inc_node_kind(n) != INC_NODE_TEXT)
        return fail_type(rule, r, n);
    text = inc_node_text(n, &len);
    if (inc_time_parse(&minutes, text, len) != 0) {
        say_value(rule, r, INC_E_DATE, text, len,
                  ", not a time of day that exists");
        return inc_value_hint(r->err, INC_E_DATE, rule);
    }
    *to = minutes;
    return INC_OK;
}

enum inc_status
inc_value_read(void *to, int *skip, const struct inc_value_rule *rule,
               const struct inc_reading *r, const struct inc_node *n)
{
    *skip = 0;
    switch (rule->kind) {
    case INC_KIND_TEXT:
    case INC_KIND_CODE:
        return read_text(to, rule, r, n);
    case INC_KIND_INT:
        return read_int(to, rule->min, rule->max, rule, r, n);
    case INC_KIND_BOOL:
        if (inc_node_kind(n) != INC_NODE_BOOL)
            return fail_type(rule, r, n);
        *(int64_t *)to = inc_node_bool(n);
        return INC_OK;
    case INC_KIND_ENUM:
        return read_enum(to, skip, rule, r, n);
    case INC_KIND_DATE:
        return read_date(to, rule, r, n);
    case INC_KIND_TIME:
        return read_time(to, rule, r, n);
    case INC_KIND_NODE:
        *(const struct inc_node **)to = n;
        return INC_OK;
    case INC_KIND_MAP:
    case INC_KIND_LIST:
    default:
        return fail_type(rule, r, n);
    }
}

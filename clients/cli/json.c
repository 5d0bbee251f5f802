#include "clients/cli/json.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "engine/base/hex.h"

enum { DEPTH_MAX = 8 }; /* deeper than any record; under the writer's limit */

static void
put_float(struct inc_writer *w, double v)
{
    uint64_t bits = 0;
    unsigned char bytes[9] = {0xcb};

    memcpy(&bits, &v, sizeof bits);
    for (int i = 0; i < 8; i++)
        bytes[1 + i] = (unsigned char)(bits >> (56 - 8 * i));
    inc_w_raw(w, bytes, sizeof bytes);
}

/* At most DEPTH_MAX deep. */
/* NOLINTBEGIN(misc-no-recursion) */
static enum inc_status
put_value(struct inc_writer *w, json_t *v, unsigned depth, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    const char *key = NULL;
    json_t *item = NULL;
    size_t i = 0;

    if (depth > DEPTH_MAX)
        return inc_fail(err, INC_E_LIMIT, 0, "nested deeper than %d levels",
                        DEPTH_MAX);
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        inc_w_map(w);
        json_object_foreach(v, key, item)
        {
            inc_w_key(w, key);
            INC_TRY(put_value(w, item, depth + 1, err));
        }
        inc_w_end(w);
        break;
    case JSON_ARRAY:
        inc_w_list(w);
        json_array_foreach(v, i, item)
            INC_TRY(put_value(w, item, depth + 1, err));
        inc_w_end(w);
        break;
    case JSON_STRING:
        inc_w_textn(w, json_string_value(v), json_string_length(v));
        break;
    case JSON_INTEGER:
        inc_w_int(w, json_integer_value(v));
        break;
    case JSON_REAL:
        put_float(w, json_real_value(v));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        inc_w_bool(w, json_is_true(v));
        break;
    case JSON_NULL:
        inc_w_nil(w);
        break;
    }
out:
    return st;
}

/* NOLINTEND(misc-no-recursion) */

/* An id may be quoted in reports only when it is made of code characters:
 * anything else could be a person's name in the wrong place. */
static void
quote_id(char *id, json_t *v)
{
    const char *text = json_string_value(json_object_get(v, "id"));

    id[0] = '\0';
    if (text == NULL || strlen(text) >= INC_JSON_ID)
        return;
    if (strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                     "0123456789._:-") == strlen(text))
        memcpy(id, text, strlen(text) + 1);
}

/* jansson quotes the text near the error: that could be personal data, so
 * only what it says before "near" is kept. */
static size_t
safe_length(const char *text)
{
    const char *near = strstr(text, " near ");

    return near == NULL ? strlen(text) : (size_t)(near - text);
}

enum inc_status
inc_json_object(struct inc_buf *out, const char *text, size_t len,
                const char *name, uint64_t line, char *id, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    json_error_t e;
    struct inc_writer w;
    size_t before = out->len;
    json_t *v = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e);

    if (id != NULL)
        id[0] = '\0';
    if (v == NULL) {
        size_t keep = safe_length(e.text);
        st = inc_fail(err, INC_E_FORMAT, 0, "%.60s:%" PRIu64 ":%d: %.*s", name,
                      line + (uint64_t)(e.line > 0 ? e.line - 1 : 0), e.column,
                      keep > 120 ? 120 : (int)keep, e.text);
        inc_err_hint(err, "one JSON object, such as {\"id\": \"P-1\"}");
        return st;
    }
    if (!json_is_object(v)) {
        st = inc_fail(err, INC_E_FORMAT, 0,
                      "%.60s:%" PRIu64 ": not a JSON object", name, line);
        goto out;
    }
    if (id != NULL)
        quote_id(id, v);
    inc_writer_init(&w, out);
    INC_TRY(put_value(&w, v, 1, err));
    if (out->failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a record");
out:
    if (st != INC_OK && !out->failed)
        out->len = before;
    json_decref(v);
    return st;
}

void
inc_json_text(struct inc_buf *out, const char *text, size_t len)
{
    size_t from = 0;

    inc_buf_text(out, "\"");
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        inc_buf_add(out, text + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\')
            inc_buf_printf(out, "\\%c", c);
        else if (c == '\n')
            inc_buf_text(out, "\\n");
        else
            inc_buf_printf(out, "\\u%04x", c);
    }
    inc_buf_add(out, text + from, len - from);
    inc_buf_text(out, "\"");
}

static void
put_bin(struct inc_buf *out, const struct inc_node *n)
{
    size_t len = 0;
    const unsigned char *bytes = inc_node_bin(n, &len);

    inc_buf_text(out, "\"");
    inc_hex_add(out, bytes, len);
    inc_buf_text(out, "\"");
}

/* A reply nests no deeper than its frame's limit. */
/* NOLINTBEGIN(misc-no-recursion) */
static void
put_map(struct inc_buf *out, const struct inc_node *n, const char *skip)
{
    size_t len = 0;
    int first = 1;

    inc_buf_text(out, "{");
    for (size_t i = 0; i < inc_node_count(n); i++) {
        const char *key = inc_node_key(n, i, &len);
        if (skip != NULL && strlen(skip) == len && strncmp(key, skip, len) == 0)
            continue;
        if (!first)
            inc_buf_text(out, ",");
        first = 0;
        inc_json_text(out, key, len);
        inc_buf_text(out, ":");
        inc_json_node(out, inc_node_at(n, i), NULL);
    }
    inc_buf_text(out, "}");
}

void
inc_json_node(struct inc_buf *out, const struct inc_node *n, const char *skip)
{
    size_t len = 0;
    const char *text = NULL;

    switch (inc_node_kind(n)) {
    case INC_NODE_NIL:
    case INC_NODE_BIG: /* no field of the protocol is that large */
        inc_buf_text(out, "null");
        break;
    case INC_NODE_BOOL:
        inc_buf_text(out, inc_node_bool(n) ? "true" : "false");
        break;
    case INC_NODE_INT:
        inc_buf_printf(out, "%" PRId64, inc_node_int(n));
        break;
    case INC_NODE_FLOAT:
        if (isfinite(inc_node_float(n)))
            inc_buf_printf(out, "%.17g", inc_node_float(n));
        else
            inc_buf_text(out, "null");
        break;
    case INC_NODE_TEXT:
        text = inc_node_text(n, &len);
        inc_json_text(out, text, len);
        break;
    case INC_NODE_BIN:
        put_bin(out, n);
        break;
    case INC_NODE_LIST:
        inc_buf_text(out, "[");
        for (size_t i = 0; i < inc_node_count(n); i++) {
            if (i > 0)
                inc_buf_text(out, ",");
            inc_json_node(out, inc_node_at(n, i), NULL);
        }
        inc_buf_text(out, "]");
        break;
    case INC_NODE_MAP:
        put_map(out, n, skip);
        break;
    }
}
/* NOLINTEND(misc-no-recursion) */

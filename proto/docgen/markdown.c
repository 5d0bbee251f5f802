/* The generated part of PROTOCOL.md. */
#include <inttypes.h>
#include <string.h>

#include "proto/docgen/docgen.h"

static void
operations(struct inc_buf *out)
{
    inc_buf_text(out, "## Operations\n\n"
                      "| op | kind | request | reply | what it does |\n"
                      "|---|---|---|---|---|\n");
    for (int i = 0; i < INC_OP_COUNT; i++)
        inc_buf_printf(out, "| `%s` | %s | `%s` | `%s` | %s |\n",
                       inc_ops[i].wire, docgen_kind_name(inc_ops[i].kind),
                       inc_ops[i].request->name, inc_ops[i].reply->name,
                       inc_ops[i].doc);
    inc_buf_text(out, "\n");
}

static void
errors(struct inc_buf *out)
{
    inc_buf_text(out, "## Error codes\n\n"
                      "The exit column is the exit code of the command line.\n"
                      "\n| code | exit | meaning |\n|---|---|---|\n");
#define INC_X(name, value, wire, exit, meaning)                                \
    if ((value) != 0)                                                          \
        inc_buf_printf(out, "| `%s` | %d | %s |\n", wire, exit, meaning);
#include "engine/base/errors.def"
#undef INC_X
    inc_buf_text(out, "\n");
}

static void
words(struct inc_buf *out)
{
    inc_buf_text(out, "## Vocabularies\n\n| name | values |\n|---|---|\n");
    for (size_t i = 0; i < docgen_n_words; i++) {
        inc_buf_printf(out, "| %s |", docgen_words[i].title);
        for (size_t k = 0; docgen_words[i].names[k] != NULL; k++)
            inc_buf_printf(out, " `%s`", docgen_words[i].names[k]);
        inc_buf_text(out, " |\n");
    }
    inc_buf_text(out, "\n");
}

static void
absent(struct inc_buf *out, const struct inc_field *f)
{
    if (f->flags & INC_FIELD_REQUIRED)
        inc_buf_text(out, "**required**");
    else if (f->flags & INC_FIELD_READONLY)
        inc_buf_text(out, "set by the service");
    else if (f->fallback_text != NULL)
        inc_buf_printf(out, "`%s`", f->fallback_text);
    else if (!f->has_fallback)
        return;
    else if (f->kind == INC_KIND_ENUM)
        inc_buf_printf(out, "`%s`", f->names[f->fallback]);
    else if (f->kind == INC_KIND_BOOL)
        inc_buf_text(out, f->fallback ? "`true`" : "`false`");
    else
        inc_buf_printf(out, "`%" PRId64 "`", f->fallback);
}

static void
type(struct inc_buf *out, const struct inc_type *t)
{
    inc_buf_printf(out, "### %s\n\n%s\n\n", t->name, t->doc);
    if (t->n_fields == 0)
        return;
    inc_buf_text(out, "| field | type | when absent | meaning |\n"
                      "|---|---|---|---|\n");
    for (uint32_t i = 0; i < t->n_fields; i++) {
        inc_buf_printf(out, "| `%s` | ", t->fields[i].name);
        inc_field_describe(out, &t->fields[i]);
        inc_buf_text(out, " | ");
        absent(out, &t->fields[i]);
        inc_buf_printf(out, " | %s |\n", t->fields[i].doc);
    }
    inc_buf_text(out, "\n");
}

static void
types(struct inc_buf *out, const char *title, const struct docgen_types *list,
      size_t from)
{
    inc_buf_printf(out, "## %s\n\n", title);
    for (size_t i = from; i < list->n; i++)
        type(out, list->list[i]);
}

void
docgen_markdown(struct inc_buf *out)
{
    struct docgen_types all = {.n = 0};
    size_t from;

    operations(out);
    errors(out);
    words(out);
    for (size_t i = 0; i < DOCGEN_RECORDS; i++)
        docgen_collect(&all, docgen_records[i]);
    types(out, "Records", &all, 0);
    from = all.n;
    for (int i = 0; i < INC_OP_COUNT; i++)
        docgen_collect(&all, inc_ops[i].request);
    types(out, "Request bodies", &all, from);
    from = all.n;
    for (int i = 0; i < INC_OP_COUNT; i++)
        docgen_collect(&all, inc_ops[i].reply);
    types(out, "Reply bodies", &all, from);
}

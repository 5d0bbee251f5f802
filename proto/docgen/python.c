/* clients/python/incrocio/model.py: a dataclass for every type. */
#include <string.h>

#include "proto/docgen/docgen.h"

static const char head[] =
    "\"\"\"Records, bodies, operations and errors of incrocio's protocol v1.\n"
    "\n"
    "Printed from the C tables by `incrocio-docgen python`; do not edit.\n"
    "None stands for an absent field: not asked yet, never \"no\".\n"
    "\"\"\"\n"
    "from __future__ import annotations\n"
    "\n"
    "from dataclasses import MISSING, dataclass, fields\n"
    "from typing import Any, ClassVar, Literal, NamedTuple, Optional\n"
    "\n"
    "\n"
    "class Model:\n"
    "    \"\"\"What the dataclasses below share.\"\"\"\n"
    "\n"
    "    _nested: ClassVar[dict[str, type[Model]]] = {}\n"
    "\n"
    "    def to_wire(self) -> dict[str, Any]:\n"
    "        \"\"\"A map of the fields that are present.\"\"\"\n"
    "        out: dict[str, Any] = {}\n"
    "        for f in fields(self):  # type: ignore[arg-type]\n"
    "            value = getattr(self, f.name)\n"
    "            if value is not None:\n"
    "                out[f.name.rstrip(\"_\")] = _plain(value)\n"
    "        return out\n"
    "\n"
    "    @classmethod\n"
    "    def from_wire(cls, data: dict[str, Any]) -> Any:\n"
    "        \"\"\"Fields not known here are left out: replies may "
    "grow.\"\"\"\n"
    "        if not isinstance(data, dict):\n"
    "            raise ValueError(f\"{cls.__name__}: not a map\")\n"
    "        kept: dict[str, Any] = {}\n"
    "        for f in fields(cls):  # type: ignore[arg-type]\n"
    "            name = f.name.rstrip(\"_\")\n"
    "            if name not in data:  # maybe hidden from this user\n"
    "                if f.default is MISSING:\n"
    "                    kept[f.name] = None\n"
    "                continue\n"
    "            value, inner = data[name], cls._nested.get(name)\n"
    "            if inner is not None and isinstance(value, list):\n"
    "                value = [inner.from_wire(item) for item in value]\n"
    "            elif inner is not None:\n"
    "                value = inner.from_wire(value)\n"
    "            kept[f.name] = value\n"
    "        try:\n"
    "            return cls(**kept)\n"
    "        except TypeError as error:\n"
    "            raise ValueError(f\"{cls.__name__}: {error}\") from None\n"
    "\n"
    "\n"
    "def _plain(value: Any) -> Any:\n"
    "    if isinstance(value, Model):\n"
    "        return value.to_wire()\n"
    "    if isinstance(value, (list, tuple)):\n"
    "        return [_plain(item) for item in value]\n"
    "    return value\n";

/* "match_line" -> "MatchLine". */
static void
camel(struct inc_buf *out, const char *name)
{
    int up = 1;

    for (; *name != '\0'; name++) {
        char c = *name;
        if (c == '_') {
            up = 1;
            continue;
        }
        if (up && c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        inc_buf_add(out, &c, 1);
        up = 0;
    }
}

static void
class_name(struct inc_buf *out, const struct inc_type *t)
{
    camel(out, t->name);
    if (docgen_is_request(t))
        inc_buf_text(out, "Request");
}

static void
attribute(struct inc_buf *out, const char *name)
{
    static const char *const keywords[] = {"from", "in", "is", "not", "class"};

    inc_buf_text(out, name);
    for (size_t i = 0; i < INC_COUNT(keywords); i++)
        if (strcmp(name, keywords[i]) == 0)
            inc_buf_text(out, "_");
}

static void
words_name(struct inc_buf *out, const char *const *names)
{
    for (size_t i = 0; i < docgen_n_words; i++)
        if (docgen_words[i].names == names) {
            camel(out, docgen_words[i].title);
            return;
        }
    inc_buf_text(out, "str");
}

/* A list's items are no lists, so the recursion ends. */
static void
/* NOLINTNEXTLINE(misc-no-recursion) */
hint(struct inc_buf *out, const struct inc_field *f, enum inc_kind kind)
{
    switch (kind) {
    case INC_KIND_TEXT:
    case INC_KIND_CODE:
    case INC_KIND_DATE:
    case INC_KIND_TIME:
        inc_buf_text(out, "str");
        break;
    case INC_KIND_INT:
        inc_buf_text(out, "int");
        break;
    case INC_KIND_BOOL:
        inc_buf_text(out, "bool");
        break;
    case INC_KIND_ENUM:
        words_name(out, f->names);
        break;
    case INC_KIND_MAP:
        class_name(out, f->type);
        break;
    case INC_KIND_LIST:
        inc_buf_text(out, "list[");
        hint(out, f, f->item);
        inc_buf_text(out, "]");
        break;
    case INC_KIND_NODE:
        if (f->holds != NULL)
            camel(out, f->holds);
        else
            inc_buf_text(out, "dict[str, Any]");
        break;
    }
}

/* Text as comment lines of at most 79 columns. */
static void
comment(struct inc_buf *out, const char *text)
{
    enum { WIDTH = 79 - 6 };

    while (*text != '\0') {
        size_t len = strlen(text), cut = len;
        if (len > WIDTH) {
            cut = WIDTH;
            while (cut > 0 && text[cut] != ' ')
                cut--;
            if (cut == 0)
                cut = WIDTH;
        }
        inc_buf_printf(out, "    # %.*s\n", (int)cut, text);
        text += cut;
        while (*text == ' ')
            text++;
    }
}

static void
member(struct inc_buf *out, const struct inc_field *f)
{
    int required = (f->flags & INC_FIELD_REQUIRED) != 0;

    comment(out, f->doc);
    inc_buf_text(out, "    ");
    attribute(out, f->name);
    inc_buf_text(out, required ? ": " : ": Optional[");
    hint(out, f, f->kind);
    inc_buf_text(out, required ? "\n" : "] = None\n");
}

static void
nested(struct inc_buf *out, const struct inc_type *t)
{
    int any = 0;

    for (uint32_t i = 0; i < t->n_fields; i++) {
        const struct inc_field *f = &t->fields[i];
        if (f->type == NULL && f->holds == NULL)
            continue;
        inc_buf_printf(out, "%s        \"%s\": ",
                       any++ ? ",\n" : "    _nested = {\n", f->name);
        if (f->type != NULL)
            class_name(out, f->type);
        else
            camel(out, f->holds);
    }
    if (any)
        inc_buf_text(out, ",\n    }\n\n");
}

static void
class_of(struct inc_buf *out, const struct inc_type *t)
{
    inc_buf_text(out, "\n\n@dataclass\nclass ");
    class_name(out, t);
    inc_buf_printf(out, "(Model):\n    \"\"\"%s\"\"\"\n\n", t->doc);
    nested(out, t);
    for (int optional = 0; optional < 2; optional++)
        for (uint32_t i = 0; i < t->n_fields; i++)
            if (((t->fields[i].flags & INC_FIELD_REQUIRED) == 0) == optional)
                member(out, &t->fields[i]);
}

static void
words(struct inc_buf *out)
{
    inc_buf_text(out, "\n\n");
    for (size_t i = 0; i < docgen_n_words; i++) {
        camel(out, docgen_words[i].title);
        inc_buf_text(out, " = Literal[\n");
        for (size_t k = 0; docgen_words[i].names[k] != NULL; k++)
            inc_buf_printf(out, "    \"%s\",\n", docgen_words[i].names[k]);
        inc_buf_text(out, "]\n");
    }
}

static void
operations(struct inc_buf *out)
{
    inc_buf_text(out, "\n\nclass Op(NamedTuple):\n"
                      "    \"\"\"An operation: its kind and its bodies.\"\"\"\n"
                      "\n"
                      "    kind: Literal[\"read\", \"match\", \"write\", "
                      "\"admin\"]\n"
                      "    request: type[Model]\n"
                      "    reply: type[Model]\n"
                      "    doc: str\n"
                      "\n\nOPS: dict[str, Op] = {\n");
    for (int i = 0; i < INC_OP_COUNT; i++) {
        inc_buf_printf(out, "    \"%s\": Op(\n        \"%s\",\n        ",
                       inc_ops[i].wire, docgen_kind_name(inc_ops[i].kind));
        class_name(out, inc_ops[i].request);
        inc_buf_text(out, ",\n        ");
        class_name(out, inc_ops[i].reply);
        inc_buf_printf(out, ",\n        \"%s\",\n    ),\n", inc_ops[i].doc);
    }
    inc_buf_text(out, "}\n");
}

static void
errors(struct inc_buf *out)
{
    inc_buf_text(out, "\n# error.code: what it means\n"
                      "ERRORS: dict[str, str] = {\n");
#define INC_X(name, value, wire, exit, meaning)                                \
    if ((value) != 0)                                                          \
        inc_buf_printf(out, "    \"%s\": \"%s\",\n", wire, meaning);
#include "engine/base/errors.def"
#undef INC_X
    inc_buf_printf(out, "}\n\nPROTOCOL = %d\nKEY_BYTES = %d\n", INC_PROTOCOL,
                   INC_KEY);
}

void
docgen_python(struct inc_buf *out)
{
    struct docgen_types all = {.n = 0};

    inc_buf_text(out, head);
    words(out);
    for (size_t i = 0; i < DOCGEN_RECORDS; i++)
        docgen_collect(&all, docgen_records[i]);
    for (int i = 0; i < INC_OP_COUNT; i++) {
        docgen_collect(&all, inc_ops[i].request);
        docgen_collect(&all, inc_ops[i].reply);
    }
    for (size_t i = 0; i < all.n; i++)
        class_of(out, all.list[i]);
    operations(out);
    errors(out);
}

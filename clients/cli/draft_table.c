/* draft_table.c - a table of people or needs, row by row, to drafts that a
 * person looks at and then imports. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/document.h"
#include "clients/cli/input.h"
#include "clients/cli/json.h"
#include "clients/intake/table.h"

enum { MAPPING_BYTES = 1 << 20, TABLE_BYTES = 256 << 20 };

struct drafting {
    struct inc_cli *c;
    const char *name; /* of the table, for people */
    int of, dry;
    size_t rows, refused, unknown, warnings, notes;
};

static const char *
base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static void
complain(struct drafting *t, uint64_t line, const struct inc_err *err)
{
    const char *between = err->hint[0] != '\0' ? "; " : "";

    t->refused++;
    if (strncmp(err->what, t->name, strlen(t->name)) == 0)
        (void)fprintf(stderr, "%s%s%s\n", err->what, between, err->hint);
    else /* the table's own errors say file, line and column */
        (void)fprintf(stderr, _("%s line %llu: %s%s%s\n"), t->name,
                      (unsigned long long)line, err->what, between, err->hint);
}

static size_t
count_of(const struct inc_node *reply, const char *key)
{
    const struct inc_node *list = inc_node_get(reply, key);

    return list == NULL || inc_node_kind(list) != INC_NODE_LIST
               ? 0
               : inc_node_count(list);
}

static void
count(struct drafting *t, const struct inc_node *reply)
{
    const struct inc_node *list = inc_node_get(reply, "warnings");

    t->unknown += count_of(reply, "unknown");
    for (size_t i = 0; i < count_of(reply, "warnings"); i++) {
        const struct inc_node *note =
            inc_node_get(inc_node_at(list, i), "note");

        if (note != NULL && inc_node_kind(note) == INC_NODE_BOOL &&
            inc_node_bool(note))
            t->notes++;
        else
            t->warnings++;
    }
}

/* A record as `import` takes it: the draft's, with the row's id. */
static void
put_record(struct inc_buf *out, const char *id, const struct inc_node *reply)
{
    const struct inc_node *record = inc_node_get(reply, "record");
    size_t at;

    inc_buf_text(out, "{\"id\":");
    inc_json_text(out, id, strlen(id));
    at = out->len;
    if (record != NULL && inc_node_kind(record) == INC_NODE_MAP &&
        inc_node_count(record) > 0) {
        inc_json_node(out, record, NULL);
        if (!out->failed && out->len > at)
            out->data[at] = ',';
    } else {
        inc_buf_text(out, "}");
    }
    inc_buf_text(out, "\n");
}

/* A whole draft on one line. */
static void
put_draft(struct inc_buf *out, const struct inc_row *row,
          const struct inc_node *reply)
{
    inc_buf_printf(out, "{\"line\":%" PRIu64 ",\"id\":", row->line);
    inc_json_text(out, row->id, strlen(row->id));
    inc_buf_text(out, ",\"draft\":");
    inc_document_json(out, &row->doc, reply);
    if (out->len > 0 && !out->failed)
        out->len--; /* the end of its line */
    inc_buf_text(out, "}\n");
}

/* One row: what concerns the row alone is told and the next one follows. */
static enum inc_status
one(struct drafting *t, struct inc_row *row, struct inc_err *err)
{
    struct inc_buf body = {0};
    struct inc_answer a = {0};
    struct inc_err own;
    enum inc_status st = INC_OK;

    t->rows++;
    if (row->st != INC_OK) {
        complain(t, row->line, &row->err);
        return INC_OK;
    }
    inc_err_clear(&own);
    if (t->dry) {
        put_draft(&t->c->out, row, NULL);
        goto out;
    }
    inc_document_ask(&body, t->c, &row->doc, t->of);
    st = inc_ask(t->c, INC_OP_DRAFT, &body, 0, &a, &own);
    if (st != INC_OK && inc_status_exit(st) != 1) {
        *err = own; /* the service: the next rows would fare the same */
        goto out;
    }
    if (st != INC_OK) {
        complain(t, row->line, &own);
        st = INC_OK;
        goto out;
    }
    count(t, a.body);
    if (t->c->json)
        put_draft(&t->c->out, row, a.body);
    else
        put_record(&t->c->out, row->id, a.body);
out:
    inc_document_release(&row->doc);
    inc_answer_release(&a);
    inc_buf_release(&body);
    return st;
}

static void
tell(const struct drafting *t, const struct inc_table *table)
{
    const struct inc_dropped *dropped;
    const size_t n = inc_table_dropped(table, &dropped);

    (void)fprintf(stderr, _("Rows read: %zu, refused: %zu\n"), t->rows,
                  t->refused);
    if (!t->dry)
        (void)fprintf(stderr,
                      _("  not understood: %zu, may not be asked: %zu, worth a "
                        "look: %zu\n"),
                      t->unknown, t->warnings, t->notes);
    (void)fprintf(stderr, "%s\n",
                  n > 0 ? _("Left out") : _("Nothing left out"));
    for (size_t i = 0; i < n; i++)
        (void)fprintf(stderr, "  %s: %s\n", dropped[i].path,
                      _(inc_left_texts[dropped[i].why]));
}

static enum inc_status
all(struct drafting *t, struct inc_table *table, struct inc_err *err)
{
    struct inc_row row;
    enum inc_status st = INC_OK;
    int more;

    while ((more = inc_table_next(table, &row, err)) > 0) {
        /* Without an id a record is no record that can be imported. */
        if (row.st == INC_OK && row.id[0] == '\0' && !t->c->json && !t->dry) {
            inc_document_release(&row.doc);
            row.st = inc_fail(&row.err, INC_E_MISSING, 0, "%s",
                              _("the mapping names no column as id: the "
                                "records cannot be imported without one"));
        }
        INC_TRY(one(t, &row, err));
    }
    if (more < 0)
        st = err->status;
out:
    return st;
}

int
inc_draft_table(struct inc_cli *c, int of)
{
    const char *mapping = inc_arg(&c->args, INC_OPT_MAPPING);
    struct drafting t = {
        .c = c, .of = of, .dry = inc_arg_has(&c->args, INC_OPT_DRY_RUN)};
    struct inc_input map = {0}, in = {0};
    struct inc_table *table = NULL;
    struct inc_err err;
    enum inc_status st = INC_OK;

    inc_err_clear(&err);
    if (c->args.words == 0) {
        st = inc_fail(&err, INC_E_CONFIG, 0, "%s",
                      _("give the table in a file"));
        goto out;
    }
    t.name = base_of(c->args.word[0]);
    INC_TRY(inc_input_open(&map, mapping, MAPPING_BYTES, &err));
    INC_TRY(inc_input_open(&in, c->args.word[0], TABLE_BYTES, &err));
    INC_TRY(inc_table_open(&table, base_of(mapping), map.text, map.len, t.name,
                           in.text, in.len, of, &err));
    INC_TRY(all(&t, table, &err));
    tell(&t, table);
out:
    inc_table_close(table);
    inc_input_close(&in);
    inc_input_close(&map);
    if (st != INC_OK)
        return inc_complain(&err);
    return t.refused > 0 ? 1 : 0;
}

#include "clients/cli/document.h"

#include <inttypes.h>
#include <string.h>

#include "clients/cli/input.h"
#include "clients/cli/json.h"
#include "clients/cli/pdf.h"
#include "clients/cli/show.h"
#include "engine/base/clock.h"
#include "engine/base/date.h"
#include "proto/names.h"

enum { INDENT = 4, TEXT_BYTES = 8 << 20 };

/* Line ends of other systems, and pages: each one byte, as the spans count. */
static void
plain_spaces(struct inc_buf *text)
{
    for (size_t i = 0; i < text->len; i++)
        if (text->data[i] == '\r' || text->data[i] == '\f' ||
            text->data[i] == '\v')
            text->data[i] = ' ';
}

/* --format, -1: not given. */
static enum inc_status
form_of(int *form, const struct inc_cli *c, struct inc_err *err)
{
    const char *name = inc_arg(&c->args, INC_OPT_FORMAT);
    enum inc_status st;

    *form = -1;
    if (name == NULL)
        return INC_OK;
    for (int i = 0; inc_form_names[i] != NULL; i++)
        if (strcmp(name, inc_form_names[i]) == 0)
            *form = i;
    if (*form >= 0)
        return INC_OK;
    st = inc_fail(err, INC_E_CONFIG, 0, _("no document has the form \"%.40s\""),
                  name);
    inc_err_hint(err, "text, europass, jobposting, docx, pdf");
    return st;
}

static enum inc_status
check_text(struct inc_document *d, struct inc_err *err)
{
    enum inc_status st;

    if (d->text.len <= INC_DRAFT_TEXT_MAX) {
        plain_spaces(&d->text);
        return INC_OK;
    }
    st = inc_fail(err, INC_E_LIMIT, 0, "the text has %zu bytes", d->text.len);
    inc_err_hint(err, "at most %d: give one advert or one profile at a time",
                 INC_DRAFT_TEXT_MAX);
    return st;
}

enum inc_status
inc_document_open(struct inc_document *out, const struct inc_cli *c, int of,
                  struct inc_err *err)
{
    struct inc_intake how = {.of = of, .today = inc_clock_today()};
    struct inc_input in = {0};
    enum inc_status st = INC_OK;

    *out = (struct inc_document){0};
    INC_TRY(form_of(&how.form, c, err));
    INC_TRY(inc_input_open(&in, c->args.words > 0 ? c->args.word[0] : "-",
                           INC_INTAKE_BYTES, err));
    if ((how.form < 0 ? inc_intake_form(in.text, in.len)
                      : (enum inc_form)how.form) == INC_FORM_PDF)
        INC_TRY(inc_pdf_read(out, in.text, in.len, &how, err));
    else
        INC_TRY(inc_intake_read(out, in.text, in.len, &how, err));
    if (out->form == INC_FORM_TEXT)
        INC_TRY(check_text(out, err));
out:
    inc_input_close(&in);
    if (st != INC_OK)
        inc_document_release(out);
    return st;
}

void
inc_document_ask(struct inc_buf *body, const struct inc_cli *c,
                 const struct inc_document *d, int of)
{
    const struct inc_type *fact =
        inc_draft_request_type.fields[INC_DRAFT_REQUEST_FACTS].type;
    struct inc_writer w;

    inc_writer_init(&w, body);
    inc_w_map(&w);
    inc_w_key(&w, "text");
    inc_w_textn(&w, (const char *)d->text.data, d->text.len);
    inc_w_ktext(&w, "kind", inc_draft_of_names[of]);
    inc_w_ktext(&w, "lang", c->lang);
    if (inc_arg_has(&c->args, INC_OPT_ESSENTIALS))
        inc_w_kbool(&w, "essentials", 1);
    if (d->n_facts > 0) {
        inc_w_key(&w, "facts");
        inc_w_list(&w);
        for (uint32_t i = 0; i < d->n_facts; i++)
            inc_schema_encode(&w, fact, &d->facts[i]);
        inc_w_end(&w);
    }
    inc_w_end(&w);
}

/* --- for people ------------------------------------------------------------
 */

void
inc_document_show_dropped(struct inc_cli *c, const struct inc_document *d)
{
    struct inc_buf *out = &c->out;

    if (d->form == INC_FORM_TEXT)
        return;
    inc_buf_printf(out, "%s\n",
                   d->n_dropped > 0 ? _("Left out") : _("Nothing left out"));
    for (size_t i = 0; i < d->n_dropped; i++) {
        const struct inc_dropped *one = &d->dropped[i];

        inc_buf_printf(out, "  %s", one->path);
        if (one->times > 1)
            inc_buf_printf(out, _(" (%zu times)"), one->times);
        inc_buf_text(out, "\n    ");
        (void)inc_wrap(out, _(inc_left_texts[one->why]), INDENT, INDENT,
                       c->term.width);
        inc_buf_text(out, "\n");
    }
    if (d->cut)
        inc_buf_printf(out, "%s\n",
                       _("The document holds more than a draft can: what comes "
                         "last is missing."));
}

void
inc_document_show(struct inc_cli *c, const struct inc_document *d)
{
    struct inc_buf *out = &c->out;

    inc_buf_printf(out, "%s\n", _("What would be read; nothing was sent"));
    for (size_t i = 0; i < d->n_sources; i++) {
        const struct inc_source *s = &d->sources[i];

        inc_buf_printf(out, "  %s\n    ", s->path);
        for (size_t k = s->at; k < s->at + s->len; k++) {
            const char *b = (const char *)d->text.data + k;

            if (*b == '\n')
                inc_buf_text(out, "\n    ");
            else
                inc_buf_add(out, b, 1);
        }
        inc_buf_text(out, "\n");
    }
    if (d->n_sources == 0)
        inc_buf_add(out, d->text.data, d->text.len);
    inc_document_show_dropped(c, d);
}

/* --- for programs ----------------------------------------------------------
 */

static void
put_text(struct inc_buf *out, const char *key, const char *text)
{
    inc_buf_printf(out, "\"%s\":", key);
    inc_json_text(out, text, strlen(text));
}

static void
put_facts(struct inc_buf *out, const struct inc_document *d)
{
    const struct inc_type *type =
        inc_draft_request_type.fields[INC_DRAFT_REQUEST_FACTS].type;

    inc_buf_text(out, ",\"facts\":[");
    for (uint32_t i = 0; i < d->n_facts; i++) {
        struct inc_buf one = {0};
        struct inc_frame *frame = NULL;
        struct inc_writer w;
        struct inc_err err;

        inc_writer_init(&w, &one);
        inc_schema_encode(&w, type, &d->facts[i]);
        if (inc_frame_open(&frame, one.data, one.len, &inc_reply_limits,
                           &err) == INC_OK) {
            inc_buf_text(out, i > 0 ? "," : "");
            inc_json_node(out, inc_frame_root(frame), NULL);
        }
        inc_frame_close(frame);
        inc_buf_release(&one);
    }
    inc_buf_text(out, "]");
}

/* `whole`: also the text and the facts, as they would be sent. */
static void
put_document(struct inc_buf *out, const struct inc_document *d, int whole)
{
    inc_buf_text(out, "{");
    put_text(out, "form", inc_form_names[d->form]);
    if (whole) {
        inc_buf_text(out, ",\"text\":");
        inc_json_text(out, (const char *)d->text.data, d->text.len);
        put_facts(out, d);
    }
    inc_buf_text(out, ",\"sources\":[");
    for (size_t i = 0; i < d->n_sources; i++) {
        inc_buf_text(out, i > 0 ? ",{" : "{");
        put_text(out, "path", d->sources[i].path);
        inc_buf_printf(out, ",\"at\":%zu,\"len\":%zu}", d->sources[i].at,
                       d->sources[i].len);
    }
    inc_buf_text(out, "],\"dropped\":[");
    for (size_t i = 0; i < d->n_dropped; i++) {
        const struct inc_dropped *one = &d->dropped[i];

        inc_buf_text(out, i > 0 ? ",{" : "{");
        put_text(out, "path", one->path);
        inc_buf_text(out, ",");
        put_text(out, "why", inc_left_names[one->why]);
        inc_buf_text(out, ",");
        put_text(out, "reason", inc_left_texts[one->why]);
        inc_buf_printf(out, ",\"times\":%zu}", one->times);
    }
    inc_buf_printf(out, "],\"cut\":%s}", d->cut ? "true" : "false");
}

/* A map without its last brace, so that more can be said. */
static void
put_open(struct inc_buf *out, const struct inc_node *n, const char *skip)
{
    inc_json_node(out, n, skip);
    if (out->len > 0 && !out->failed)
        out->len--;
}

void
inc_document_json(struct inc_buf *out, const struct inc_document *d,
                  const struct inc_node *reply)
{
    const struct inc_node *items = inc_node_get(reply, "items");

    if (reply == NULL) {
        put_document(out, d, 1);
        inc_buf_text(out, "\n");
        return;
    }
    put_open(out, reply, "items");
    inc_buf_text(out, ",\"items\":[");
    for (size_t i = 0; items != NULL && i < inc_node_count(items); i++) {
        const struct inc_node *item = inc_node_at(items, i);
        const struct inc_node *at = inc_node_get(item, "at");
        const char *path =
            at == NULL || inc_node_kind(at) != INC_NODE_INT
                ? NULL
                : inc_document_source(d, (size_t)inc_node_int(at));

        inc_buf_text(out, i > 0 ? "," : "");
        put_open(out, item, NULL);
        if (path != NULL) {
            inc_buf_text(out, ",");
            put_text(out, "source", path);
        }
        inc_buf_text(out, "}");
    }
    inc_buf_text(out, "],\"document\":");
    put_document(out, d, 1);
    inc_buf_text(out, "}\n");
}

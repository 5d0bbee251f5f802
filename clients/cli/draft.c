/* draft.c - from a text to a draft, for people. */
#include <inttypes.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "clients/cli/document.h"
#include "clients/cli/shortlist.h"
#include "clients/cli/show.h"
#include "proto/drafts.h"
#include "proto/names.h"

enum { ARENA_LEAST = 1 << 20, ARENA_TIMES = 24, INDENT = 4, QUOTED = 60 };

struct shown {
    struct inc_cli *c;
    const struct inc_document *doc;
};

/* The words that something stands on, and where in the document. */
static void
quote(const struct shown *s, int64_t at, int64_t len)
{
    const char *text = (const char *)s->doc->text.data, *path;
    struct inc_buf *out = &s->c->out;
    size_t n = (size_t)len, cut;

    if (at < 0 || len < 1 || (size_t)at + n > s->doc->text.len)
        return;
    cut = n > QUOTED ? QUOTED : n;
    while (cut < n && ((unsigned char)text[(size_t)at + cut] & 0xc0) == 0x80)
        cut--;
    inc_buf_text(out, "\"");
    for (size_t i = 0; i < cut; i++) {
        const char b = text[(size_t)at + i];

        inc_buf_add(out, b == '\n' || b == '\t' ? " " : &b, 1);
    }
    inc_buf_text(out, cut < n ? "...\"" : "\"");
    path = inc_document_source(s->doc, (size_t)at);
    if (path != NULL)
        inc_buf_printf(out, "  %s", path);
}

static const char *
heading(int64_t kind)
{
    static const char *const texts[INC_DRAFT_KINDS] = {N_("Occupation"),
                                                       N_("Skills"),
                                                       N_("Languages"),
                                                       N_("Licences"),
                                                       N_("Hours"),
                                                       N_("Place"),
                                                       N_("Education"),
                                                       N_("People sought"),
                                                       N_("Start"),
                                                       N_("Terms"),
                                                       N_("Travel"),
                                                       "",
                                                       "",
                                                       N_("Open until")};

    return _(texts[kind]);
}

enum { UNSURE_BP = 5000 };

static void
put_item(const struct shown *s, const struct inc_draft_item_reply *item)
{
    struct inc_buf *out = &s->c->out;

    inc_buf_printf(out, "  %3" PRId64 "%%  ", item->confidence / 100);
    inc_paint(s->c, "1");
    inc_buf_text(out, item->label != NULL ? item->label : "");
    if (item->value != NULL && item->kind != INC_DRAFT_PLACE) {
        if (item->kind == INC_DRAFT_OCCUPATION &&
            strcmp(item->value, "wish") != 0)
            inc_buf_printf(out, _(", months: %s"), item->value);
        else if (item->kind == INC_DRAFT_EDUCATION)
            inc_buf_printf(out, _("EQF level %s"), item->value);
        else
            inc_buf_printf(out, "%s%s", item->label != NULL ? ", " : "",
                           inc_word(item->value));
    }
    inc_paint(s->c, "0");
    if (item->level > 0)
        inc_buf_printf(out, _(", level %d"), (int)item->level);
    if (item->has >> 6 & 1)
        inc_buf_printf(out, ", %s",
                       inc_word(inc_importance_names[item->importance]));
    inc_buf_text(out, "  ");
    quote(s, item->at, item->len);
    if (item->confidence < UNSURE_BP)
        inc_buf_printf(out, "  (%s)", _("not sure"));
    if (item->field == NULL)
        inc_buf_printf(out, "  (%s)", _("noted only"));
    inc_buf_text(out, "\n");
}

static void
put_items(const struct shown *s, const struct inc_draft_reply *r)
{
    for (int64_t kind = 0; kind < INC_DRAFT_KINDS; kind++) {
        int first = 1;

        for (uint32_t i = 0; i < r->n_items; i++) {
            if (r->items[i].kind != kind)
                continue;
            if (first)
                inc_buf_printf(&s->c->out, "%s\n", heading(kind));
            first = 0;
            put_item(s, &r->items[i]);
        }
    }
}

static void
put_warnings(const struct shown *s, const struct inc_draft_reply *r, int notes)
{
    const int italian = strcmp(s->c->lang, "it") == 0;
    struct inc_buf *out = &s->c->out;
    int first = 1;

    for (uint32_t i = 0; i < r->n_warnings; i++) {
        const struct inc_draft_warning_reply *w = &r->warnings[i];

        if ((w->note != 0) != notes)
            continue;
        if (first)
            inc_buf_printf(out, "%s\n",
                           notes ? _("Worth a look (lawful, or a matter of "
                                     "form)")
                                 : _("May not be asked: left out"));
        first = 0;
        inc_buf_text(out, "  ");
        quote(s, w->at, w->len);
        if (notes) {
            inc_buf_printf(out, "  %s\n", w->law);
            continue;
        }
        inc_buf_text(out, "\n    ");
        (void)inc_wrap(out, italian ? w->message_it : w->message_en, INDENT,
                       INDENT, s->c->term.width);
        inc_buf_text(out, "\n    ");
        (void)inc_wrap(out, italian ? w->rewrite_it : w->rewrite_en, INDENT,
                       INDENT, s->c->term.width);
        inc_buf_printf(out, "\n    %s%s\n", w->law,
                       w->verified ? ""
                                   : _(" (not checked against the official "
                                       "text)"));
    }
}

static void
put_draft(const struct shown *s, const struct inc_draft_reply *r)
{
    struct inc_buf *out = &s->c->out;

    put_items(s, r);
    if (r->n_unknown > 0)
        inc_buf_printf(out, "%s\n", _("Not understood"));
    for (uint32_t i = 0; i < r->n_unknown; i++) {
        inc_buf_text(out, "  ");
        quote(s, r->unknown[i].at, r->unknown[i].len);
        inc_buf_text(out, "\n");
    }
    put_warnings(s, r, 0);
    put_warnings(s, r, 1);
    for (uint32_t i = 0; i < r->n_notes; i++) {
        (void)inc_wrap(out, inc_known_text(r->notes[i]), 0, 0,
                       s->c->term.width);
        inc_buf_text(out, "\n");
    }
    inc_document_show_dropped(s->c, s->doc);
    inc_buf_printf(
        out, _("Draft %s: nothing is stored until you confirm it.\n"), r->id);
}

int
inc_cmd_draft(struct inc_cli *c)
{
    const int of = strcmp(inc_command_verb(c->args.command), "profile") == 0
                       ? INC_DRAFT_OF_CANDIDATE
                       : INC_DRAFT_OF_NEED;
    struct inc_err err;
    struct inc_answer a = {0};
    struct inc_arena arena = {0};
    struct inc_document doc = {0};
    struct inc_buf body = {0};
    struct inc_draft_reply r = {0};
    enum inc_status st = INC_OK;

    inc_err_clear(&err);
    if (inc_arg_has(&c->args, INC_OPT_MAPPING))
        return inc_draft_table(c, of);
    INC_TRY(inc_document_open(&doc, c, of, &err));
    if (inc_arg_has(&c->args, INC_OPT_DRY_RUN)) {
        if (c->json)
            inc_document_json(&c->out, &doc, NULL);
        else
            inc_document_show(c, &doc);
        goto out;
    }
    inc_document_ask(&body, c, &doc, of);
    INC_TRY(inc_ask(c, INC_OP_DRAFT, &body, 0, &a, &err));
    if (c->json && doc.form == INC_FORM_TEXT) {
        inc_show_json(c, a.body);
        goto out;
    }
    if (c->json) {
        inc_document_json(&c->out, &doc, a.body);
        goto out;
    }
    INC_TRY(inc_arena_init(&arena, ARENA_LEAST + ARENA_TIMES * a.bytes.len));
    INC_TRY(inc_schema_decode_open(&r, &inc_draft_type, a.body, &arena, &err));
    put_draft(&(struct shown){c, &doc}, &r);
out:
    inc_arena_release(&arena);
    inc_answer_release(&a);
    inc_buf_release(&body);
    inc_document_release(&doc);
    return st == INC_OK ? 0 : inc_complain(&err);
}

/* --- quality drafts ------------------------------------------------------- */

/* A share in whole percent, or a dash. */
static void
put_share(struct inc_buf *out, int64_t part, int64_t whole)
{
    if (whole > 0)
        inc_buf_printf(out, " %4" PRId64 "%%", part * 100 / whole);
    else
        inc_buf_text(out, "     -");
}

static void
put_quality(struct inc_cli *c, const struct inc_draft_quality *q)
{
    inc_buf_printf(&c->out, _("Drafts confirmed: %d needs, %d profiles\n"),
                   (int)q->needs, (int)q->candidates);
    if (q->n_items > 0)
        inc_buf_printf(&c->out, "%s\n",
                       _("                              right complete   kept "
                         "changed  added removed"));
    for (uint32_t i = 0; i < q->n_items; i++) {
        const struct inc_draft_row *r = &q->items[i];
        const char *kind = r->kind == INC_DRAFT_LEVEL        ? _("Level")
                           : r->kind == INC_DRAFT_IMPORTANCE ? _("Importance")
                                                             : heading(r->kind);

        inc_pad(&c->out,
                r->of == INC_DRAFT_OF_NEED ? _("needs") : _("profiles"), 10);
        inc_buf_text(&c->out, " ");
        inc_pad(&c->out, kind, 18);
        put_share(&c->out, r->kept, r->kept + r->changed + r->removed);
        put_share(&c->out, r->kept, r->kept + r->changed + r->added);
        inc_buf_printf(
            &c->out, "   %6" PRId64 " %7" PRId64 " %6" PRId64 " %7" PRId64 "\n",
            r->kept, r->changed, r->added, r->removed);
    }
}

int
inc_cmd_quality(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_answer a = {0};
    struct inc_arena arena = {0};
    struct inc_draft_quality q = {0};
    struct inc_buf none = {0};
    enum inc_status st = INC_OK;

    inc_err_clear(&err);
    INC_TRY(inc_ask(c, INC_OP_QUALITY_DRAFTS, &none, 0, &a, &err));
    if (c->json) {
        inc_show_json(c, a.body);
        goto out;
    }
    INC_TRY(inc_arena_init(&arena, ARENA_LEAST + ARENA_TIMES * a.bytes.len));
    INC_TRY(inc_schema_decode_open(&q, &inc_draft_quality_type, a.body, &arena,
                                   &err));
    put_quality(c, &q);
out:
    inc_arena_release(&arena);
    inc_answer_release(&a);
    return st == INC_OK ? 0 : inc_complain(&err);
}

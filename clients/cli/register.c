/* register.c - the register of matches: match list, match get, and where a
 * person was seen. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/admin.h"
#include "clients/cli/cli.h"
#include "clients/cli/show.h"
#include "engine/base/date.h"
#include "proto/register.h"

enum { PAGE = 100 };

static void
add_text(struct inc_writer *w, const char *key, const struct inc_cli *c,
         enum inc_opt opt)
{
    if (inc_arg_has(&c->args, opt))
        inc_w_ktext(w, key, inc_arg(&c->args, opt));
}

static void
add_paging(struct inc_writer *w, const struct inc_cli *c)
{
    if (inc_arg_has(&c->args, INC_OPT_BEFORE))
        inc_w_kint(w, "before", inc_arg_int(&c->args, INC_OPT_BEFORE, 0));
    inc_w_kint(w, "limit", inc_arg_int(&c->args, INC_OPT_LIMIT, PAGE));
    add_text(w, "from", c, INC_OPT_FROM);
    add_text(w, "until", c, INC_OPT_UNTIL);
}

/* What was asked, in a few words. */
static const char *
asked(const char *op)
{
    if (strcmp(op, "match.people") == 0)
        return _("people for a need");
    if (strcmp(op, "match.needs") == 0)
        return _("needs for a person");
    if (strcmp(op, "match.pair") == 0)
        return _("one person, one need");
    return op;
}

/* A record by its id, or by its number when it is stored no more. */
static void
put_record(struct inc_buf *out, const char *id, int64_t no)
{
    if (id != NULL)
        inc_buf_printf(out, " %s", id);
    else if (no != 0)
        inc_buf_printf(out, " (%" PRId64 ")", no);
}

static void
put_place(struct inc_cli *c, const struct inc_record_item *e)
{
    if (e->rank > 0)
        inc_buf_printf(&c->out, _(", place %" PRId64), e->rank);
    if (e->rank > 0 || strcmp(e->op, "match.pair") == 0)
        inc_buf_printf(&c->out, _(", score %d%c%02d"), (int)(e->score / 100),
                       c->lang[0] == 'i' ? ',' : '.', (int)(e->score % 100));
}

static void
put_who(struct inc_cli *c, const struct inc_record_item *e)
{
    inc_buf_text(&c->out, "\n        ");
    inc_buf_printf(&c->out, _("asked by: %s"),
                   e->actor != NULL ? e->actor : _("not said"));
    inc_buf_printf(&c->out, _("; purpose: %s"),
                   e->purpose != NULL ? e->purpose : _("not said"));
    if (e->office != NULL)
        inc_buf_printf(&c->out, _("; office: %s"), e->office);
    inc_buf_text(&c->out, "\n");
}

static void
put_item(struct inc_cli *c, const struct inc_record_item *e, int of_person)
{
    inc_buf_printf(&c->out, "%7" PRId64 " ", e->no);
    inc_moment(&c->out, e->at);
    inc_buf_printf(&c->out, "  %s", asked(e->op));
    put_record(&c->out, e->need, e->need_no);
    if (!of_person)
        put_record(&c->out, e->person, e->person_no);
    if (of_person)
        put_place(c, e);
    else if (e->items > 0)
        inc_buf_printf(&c->out, _(", %" PRId64 " in the answer"), e->items);
    put_who(c, e);
}

static int
show_page(struct inc_cli *c, enum inc_op op, const struct inc_buf *body,
          int of_person)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_record_page p = {0};
    enum inc_status st;

    inc_err_clear(&err);
    st = inc_ask_typed(c, op, body, 0, &p, &arena, &err);
    if (st == INC_OK && !c->json) {
        for (uint32_t i = 0; i < p.n_items; i++)
            put_item(c, &p.items[i], of_person);
        if (p.n_items == 0 && p.next == 0 && !c->quiet)
            inc_buf_text(&c->out, _("Nothing in the register.\n"));
        if (p.next == 0 && p.since != 0 && !c->quiet) {
            char day[INC_DATE_TEXT];

            inc_date_format(day, (int32_t)p.since);
            inc_buf_printf(&c->out,
                           _("complete from %s on; what is older was "
                             "pruned\n"),
                           day);
        }
        if (p.next != 0 && !c->quiet)
            inc_buf_printf(&c->out, _("older ones: --before %" PRId64 "\n"),
                           p.next);
    }
    inc_arena_release(&arena);
    return st == INC_OK ? 0 : inc_complain(&err);
}

int
inc_cmd_match_list(struct inc_cli *c)
{
    struct inc_buf body = {0};
    struct inc_writer w;
    int code;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    add_text(&w, "need", c, INC_OPT_FABBISOGNO);
    add_text(&w, "person", c, INC_OPT_PERSONA);
    add_text(&w, "actor", c, INC_OPT_BY);
    add_paging(&w, c);
    inc_w_end(&w);
    code = show_page(c, INC_OP_MATCH_LIST, &body,
                     inc_arg_has(&c->args, INC_OPT_PERSONA));
    inc_buf_release(&body);
    return code;
}

int
inc_cmd_seen(struct inc_cli *c)
{
    struct inc_buf body = {0};
    struct inc_writer w;
    int code;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "id", c->args.word[0]);
    add_paging(&w, c);
    inc_w_end(&w);
    code = show_page(c, INC_OP_CANDIDATE_SEEN, &body, 1);
    inc_buf_release(&body);
    return code;
}

enum inc_status
inc_entry_number(const struct inc_cli *c, int word, int64_t *no,
                 struct inc_err *err)
{
    const char *text = c->args.word[word];
    int64_t v = 0;

    for (const char *p = text; *p != '\0'; p++) {
        if (*p < '0' || *p > '9' || v > INT64_MAX / 10 - 1)
            goto bad;
        v = v * 10 + (*p - '0');
    }
    if (v > 0) {
        *no = v;
        return INC_OK;
    }
bad:
    (void)inc_fail(err, INC_E_RANGE, 0, "%s", _("that is no entry's number"));
    inc_err_hint(err, "%s", _("`incrocio match list` shows the numbers"));
    return INC_E_RANGE;
}

static void
put_lines(struct inc_cli *c, const char *text)
{
    while (text != NULL && *text != '\0') {
        size_t n = strcspn(text, "\n");

        inc_buf_printf(&c->out, "        %.*s\n", (int)n, text);
        text += n + (text[n] != '\0');
    }
}

static void
put_got(struct inc_cli *c, const struct inc_record_got *g)
{
    put_item(c, &g->entry, 0);
    inc_put_count(c, _("people and needs as of journal entry"), g->generation);
    inc_put_count(c, _("bytes of the answer"), g->reply_bytes);
    inc_put_label(c, _("digest of the answer"));
    inc_buf_printf(&c->out, "%s\n", g->reply != NULL ? g->reply : "");
    inc_put_label(c, _("chain"));
    inc_buf_printf(&c->out, "%s\n", g->chain != NULL ? g->chain : "");
    inc_buf_printf(&c->out, "%s\n", _("matched with"));
    put_lines(c, g->estate);
    for (uint32_t i = 0; i < g->n_items; i++) {
        const struct inc_record_line *l = &g->items[i];

        inc_buf_printf(&c->out, "%5" PRId64, l->rank);
        inc_buf_printf(&c->out, "  %3d%c%02d ", (int)(l->score / 100),
                       c->lang[0] == 'i' ? ',' : '.', (int)(l->score % 100));
        put_record(&c->out, l->id, l->no);
        inc_buf_text(&c->out, "\n");
    }
}

int
inc_cmd_match_get(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_record_got g = {0};
    struct inc_buf body = {0};
    struct inc_writer w;
    int64_t no = 0;
    enum inc_status st;

    inc_err_clear(&err);
    st = inc_entry_number(c, 0, &no, &err);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_kint(&w, "no", no);
    inc_w_end(&w);
    if (st == INC_OK)
        st = inc_ask_typed(c, INC_OP_MATCH_GET, &body, 0, &g, &arena, &err);
    if (st == INC_OK && !c->json)
        put_got(c, &g);
    inc_arena_release(&arena);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}

/* retention.c - retention list: whose profile has been kept as long as the
 * office says; retention apply: erase one whose notice has run. */
#include <inttypes.h>
#include <stdio.h>

#include "clients/cli/admin.h"
#include "clients/cli/show.h"
#include "engine/base/date.h"
#include "proto/bodies.h"
#include "proto/retention.h"

enum { PAGE = 100, RUN = 3 };

static const char *
state(int64_t v)
{
    static const char *const names[] = {
        N_("kept"), N_("to be told"), N_("told, the notice runs"),
        N_("the notice has run: may be erased")};

    return v >= 0 && v <= RUN ? _(names[v]) : "?";
}

static void
put_day(struct inc_cli *c, const char *label, int64_t day)
{
    char text[INC_DATE_TEXT];

    inc_date_format(text, (int32_t)day);
    inc_buf_printf(&c->out, "  %s %s", label, text);
}

static void
put_person(struct inc_cli *c, const struct inc_retention_item *i)
{
    inc_buf_printf(&c->out, "%-16s %s\n        ", i->id, state(i->state));
    if (i->updated != 0)
        put_day(c, _("checked on"), i->updated);
    if (i->due != 0)
        put_day(c, _("due from"), i->due);
    if (i->until != 0) {
        put_day(c, _("told on"), i->notice);
        put_day(c, _("notice until"), i->until);
    }
    if (i->frozen)
        inc_buf_printf(&c->out, "  %s", _("frozen"));
    inc_buf_text(&c->out, "\n");
}

static void
put_rule(struct inc_cli *c, const struct inc_retention_page *p)
{
    if (p->months == 0)
        inc_buf_text(&c->out, _("No term is set (retain_months = 0).\n"));
    else
        inc_buf_printf(&c->out,
                       _("Term: %" PRId64 " months after the last check, then "
                         "%" PRId64
                         " days of notice. Nothing goes by itself.\n"),
                       p->months, p->notice_days);
    inc_put_source(c, p->source, _("not said (retain_source)"));
}

static enum inc_status
ask_page(struct inc_cli *c, const char *after, struct inc_retention_page *p,
         struct inc_arena *a, struct inc_err *err)
{
    struct inc_buf body = {0};
    struct inc_writer w;
    enum inc_status st;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_kint(&w, "limit", inc_arg_int(&c->args, INC_OPT_LIMIT, PAGE));
    if (after != NULL)
        inc_w_ktext(&w, "after", after);
    if (inc_arg_has(&c->args, INC_OPT_OFFICE))
        inc_w_ktext(&w, "office", inc_arg(&c->args, INC_OPT_OFFICE));
    inc_w_end(&w);
    st = inc_ask_typed(c, INC_OP_RETENTION_LIST, &body, 0, p, a, err);
    inc_buf_release(&body);
    return st;
}

int
inc_cmd_retention_list(struct inc_cli *c)
{
    char after[INC_ID_MAX + 1] = "";
    struct inc_err err;
    enum inc_status st;
    int64_t count = 0;

    inc_err_clear(&err);
    do {
        struct inc_arena arena = {0};
        struct inc_retention_page p = {0};

        st = ask_page(c, *after != '\0' ? after : NULL, &p, &arena, &err);
        if (st == INC_OK && *after == '\0' && !c->json && !c->quiet)
            put_rule(c, &p);
        for (uint32_t i = 0; st == INC_OK && i < p.n_items; i++)
            put_person(c, &p.items[i]);
        count += p.n_items;
        (void)snprintf(after, sizeof after, "%s", p.next != NULL ? p.next : "");
        inc_arena_release(&arena);
    } while (st == INC_OK && *after != '\0');
    if (st == INC_OK && count == 0 && !c->json && !c->quiet)
        inc_buf_text(&c->out, _("Nobody is due.\n"));
    return st == INC_OK ? 0 : inc_complain(&err);
}

/* Whether the notice has run is the daemon's to say. */
int
inc_cmd_retention_apply(struct inc_cli *c)
{
    struct inc_buf body = {0};
    struct inc_err err;
    struct inc_writer w;
    enum inc_status st;

    inc_err_clear(&err);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "id", c->args.word[0]);
    inc_w_end(&w);
    st = inc_write_and_tell(c, INC_OP_RETENTION_APPLY, &body, &err);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}

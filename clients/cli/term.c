/* term.c - register cut: from where on the register is there; register prune:
 * remove what is older than the office keeps. */
#include <inttypes.h>
#include <string.h>

#include "clients/cli/admin.h"
#include "engine/base/date.h"
#include "proto/register.h"

static void
put_day(struct inc_cli *c, const char *label, int64_t day)
{
    char text[INC_DATE_TEXT];

    inc_date_format(text, (int32_t)day);
    inc_put_label(c, label);
    inc_buf_printf(&c->out, "%s\n", text);
}

static void
put_term(struct inc_cli *c, const struct inc_register_cut *p)
{
    if (p->months == 0)
        inc_buf_text(&c->out,
                     _("The register is kept for ever (register_months = "
                       "0).\n"));
    else
        inc_buf_printf(&c->out,
                       _("Term: %" PRId64
                         " months, 183 days at least. Nothing goes by "
                         "itself.\n"),
                       p->months);
    inc_put_source(c, p->source, _("not said (register_source)"));
}

static void
put_cut(struct inc_cli *c, const struct inc_register_cut *p)
{
    inc_put_count(c, _("first entry"), p->first);
    inc_put_count(c, _("last entry"), p->last);
    if (p->latest != 0)
        put_day(c, _("may go: from before"), p->latest);
    if (p->text != NULL) {
        put_day(c, _("complete from"), p->before);
        inc_put_count(c, _("cut by journal entry"), p->journal);
    }
    if (p->left > 0)
        inc_put_count(c, _("still being removed"), p->left);
    if (p->came_back > 0)
        inc_put_count(c, _("came back with a backup"), p->came_back);
    if (p->text != NULL)
        inc_buf_printf(&c->out, "\n%s", p->text);
}

static enum inc_status
ask(struct inc_cli *c, const char *day, struct inc_register_cut *out,
    struct inc_arena *a, struct inc_err *err)
{
    struct inc_buf body = {0};
    struct inc_writer w;
    enum inc_status st;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    if (day != NULL)
        inc_w_ktext(&w, "before", day);
    inc_w_end(&w);
    st = inc_ask_typed(c, INC_OP_REGISTER_CUT, &body, 1, out, a, err);
    inc_buf_release(&body);
    return st;
}

int
inc_cmd_register_cut(struct inc_cli *c)
{
    struct inc_register_cut p = {0};
    struct inc_arena arena = {0};
    struct inc_err err;
    enum inc_status st;

    inc_err_clear(&err);
    st = ask(c, NULL, &p, &arena, &err);
    if (st == INC_OK && !c->json) {
        put_term(c, &p);
        put_cut(c, &p);
    }
    inc_arena_release(&arena);
    return st == INC_OK ? 0 : inc_complain(&err);
}

/* Would the daemon remove anything? 0: said why not. */
static int
may_go(struct inc_cli *c, const struct inc_register_cut *p)
{
    const char *before = c->args.word[0];
    char latest[INC_DATE_TEXT];
    int32_t day;

    if (p->months == 0) /* the term says so */
        return 0;
    if (inc_date_parse(&day, before, strlen(before)) == 0 && p->latest != 0 &&
        day > p->latest) {
        inc_date_format(latest, (int32_t)p->latest);
        inc_buf_printf(&c->out,
                       _("Before %s: too recent to go yet, only what is from "
                         "before %s may go.\n"),
                       before, latest);
        return 0;
    }
    if (p->entries == 0)
        inc_buf_printf(&c->out, _("Nothing is from before %s.\n"), before);
    return p->entries > 0;
}

/* What would go; nothing does. */
static enum inc_status
rehearse(struct inc_cli *c, struct inc_err *err)
{
    struct inc_register_cut p = {0};
    struct inc_arena arena = {0};
    enum inc_status st = ask(c, c->args.word[0], &p, &arena, err);

    if (st == INC_OK && !c->json) {
        put_term(c, &p);
        if (!may_go(c, &p))
            goto out;
        inc_buf_printf(&c->out,
                       _("From before %s: %" PRId64 " entries, up to number "
                         "%" PRId64 ". They would go for good: who asked, the "
                         "questions, the rankings.\n"),
                       c->args.word[0], p.entries, p.until);
        if (!c->quiet)
            inc_buf_text(&c->out,
                         _("Nothing was removed. Keep a checkpoint elsewhere "
                           "first (register checkpoint), then repeat with "
                           "--yes.\n"));
    }
out:
    inc_arena_release(&arena);
    return st;
}

int
inc_cmd_register_prune(struct inc_cli *c)
{
    struct inc_buf body = {0};
    struct inc_err err;
    struct inc_writer w;
    enum inc_status st;

    inc_err_clear(&err);
    if (!inc_arg_has(&c->args, INC_OPT_YES)) {
        st = rehearse(c, &err);
        return st == INC_OK ? 0 : inc_complain(&err);
    }
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "before", c->args.word[0]);
    inc_w_end(&w);
    st = inc_write_and_tell(c, INC_OP_REGISTER_PRUNE, &body, &err);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}

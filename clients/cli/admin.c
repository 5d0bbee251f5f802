/* admin.c - is it there; journal, verify, backup. status.c has the rest. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clients/cli/admin.h"
#include "clients/cli/bar.h"
#include "clients/cli/cli.h"
#include "clients/cli/show.h"
#include "proto/replies.h"

enum { ARENA_LEAST = 1 << 22, ARENA_TIMES = 24, JOURNAL = 20 };

enum inc_status
inc_ask_typed(struct inc_cli *c, enum inc_op op, const struct inc_buf *body,
              int slow, void *out, struct inc_arena *arena, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_answer a = {0};

    INC_TRY(inc_ask(c, op, body, slow, &a, err));
    if (c->json) {
        inc_show_json(c, a.body);
        goto out;
    }
    if (inc_arena_init(arena, ARENA_LEAST + ARENA_TIMES * a.bytes.len) !=
        INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for an answer");
        goto out;
    }
    st = inc_schema_decode_open(out, inc_ops[op].reply, a.body, arena, err);
out:
    inc_answer_release(&a);
    return st;
}

void
inc_put_label(struct inc_cli *c, const char *label)
{
    inc_pad(&c->out, label, INC_LABEL);
    inc_buf_text(&c->out, " ");
}

void
inc_put_count(struct inc_cli *c, const char *label, int64_t n)
{
    char text[32];

    inc_put_label(c, label);
    inc_buf_printf(
        &c->out, "%s\n",
        inc_grouped(text, n < 0 ? 0 : (uint64_t)n, c->lang[0] == 'i'));
}

void
inc_put_source(struct inc_cli *c, const char *source, const char *unsaid)
{
    inc_buf_printf(&c->out, _("Source: %s\n"),
                   source != NULL && *source != '\0' ? source : unsaid);
}

int
inc_cmd_ping(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_pong p = {0};

    inc_err_clear(&err);
    enum inc_status st =
        inc_ask_typed(c, INC_OP_PING, NULL, 0, &p, &arena, &err);
    if (st == INC_OK && !c->json && !c->quiet)
        inc_buf_printf(&c->out, _("incrociod %s answers\n"), p.version);
    inc_arena_release(&arena);
    return st == INC_OK ? 0 : inc_complain(&err);
}

static void
put_moment(struct inc_buf *out, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[32];

    if (gmtime_r(&seconds, &tm) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%SZ", &tm) == 0)
        return;
    inc_buf_text(out, text);
}

int
inc_cmd_journal(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_journal_page p = {0};
    struct inc_buf body = {0};
    struct inc_writer w;

    inc_err_clear(&err);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_kint(&w, "after", inc_arg_int(&c->args, INC_OPT_AFTER, 0));
    inc_w_kint(&w, "limit", inc_arg_int(&c->args, INC_OPT_LIMIT, JOURNAL));
    inc_w_end(&w);
    enum inc_status st =
        inc_ask_typed(c, INC_OP_JOURNAL_LIST, &body, 0, &p, &arena, &err);
    if (st == INC_OK && !c->json) {
        for (uint32_t i = 0; i < p.n_items; i++) {
            const struct inc_journal_entry *e = &p.items[i];
            inc_buf_printf(&c->out, "%6" PRId64 " ", e->seq);
            put_moment(&c->out, e->at);
            inc_buf_printf(&c->out, " %-18s %-12s %-8s %.8s\n", e->op,
                           e->id != NULL ? e->id : "", e->result, e->chain);
        }
        if (!c->quiet)
            inc_buf_printf(&c->out, _("last entry %" PRId64 ", chain %.16s\n"),
                           p.head, p.head_chain != NULL ? p.head_chain : "");
    }
    inc_arena_release(&arena);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}

int
inc_cmd_verify(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_verified v = {0};

    inc_err_clear(&err);
    enum inc_status st =
        inc_ask_typed(c, INC_OP_VERIFY, NULL, 1, &v, &arena, &err);
    if (st == INC_OK && !c->json) {
        for (uint32_t i = 0; i < v.n_findings; i++)
            inc_buf_printf(&c->out, "%s\n", v.findings[i]);
        inc_put_count(c, _("people"), v.candidates);
        inc_put_count(c, _("needs"), v.needs);
        inc_put_count(c, _("companies"), v.companies);
        inc_put_count(c, _("journal entries"), v.entries);
        inc_put_count(c, _("faults"), v.faults);
        inc_put_count(c, _("warnings"), v.warnings);
        inc_buf_text(&c->out, v.faults == 0 ? _("The store is whole.\n")
                                            : _("The store has faults.\n"));
    }
    inc_arena_release(&arena);
    if (st != INC_OK)
        return inc_complain(&err);
    return v.faults > 0 ? inc_status_exit(INC_E_CORRUPT) : 0;
}

int
inc_cmd_backup(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_backed_up b = {0};
    struct inc_buf body = {0};
    struct inc_writer w;

    inc_err_clear(&err);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "name", c->args.word[0]);
    inc_w_end(&w);
    enum inc_status st =
        inc_ask_typed(c, INC_OP_BACKUP, &body, 1, &b, &arena, &err);
    if (st == INC_OK && !c->json && !c->quiet)
        inc_buf_printf(&c->out,
                       _("backup %s: %" PRId64
                         " bytes, up to journal entry %" PRId64 "\n"),
                       b.name, b.bytes, b.seq);
    inc_arena_release(&arena);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}

int
inc_cmd_version(struct inc_cli *c)
{
    if (c->json)
        inc_buf_printf(&c->out, "{\"version\":\"%s\",\"protocol\":%d}\n",
                       INC_RELEASE, INC_PROTOCOL);
    else
        inc_buf_printf(&c->out, _("incrocio %s, protocol %d\n"), INC_RELEASE,
                       INC_PROTOCOL);
    return 0;
}

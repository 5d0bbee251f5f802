/* link.c - from words to concepts. */
#include <inttypes.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "clients/cli/input.h"
#include "clients/cli/show.h"
#include "proto/linking.h"

enum { ARENA_LEAST = 1 << 20, ARENA_TIMES = 24 };

/* The operands as one text, or standard input for "-". */
static enum inc_status
read_text(struct inc_buf *text, const struct inc_cli *c, struct inc_err *err)
{
    struct inc_input in = {0};
    enum inc_status st = INC_OK;

    if (c->args.words != 1 || strcmp(c->args.word[0], "-") != 0) {
        for (size_t i = 0; i < c->args.words; i++)
            inc_buf_printf(text, "%s%s", i > 0 ? " " : "", c->args.word[i]);
        return INC_OK;
    }
    INC_TRY(inc_input_open(&in, "-", INC_LINK_TEXT_MAX, err));
    inc_buf_add(text, in.text, in.len);
out:
    inc_input_close(&in);
    return st;
}

static enum inc_status
ask(struct inc_cli *c, const struct inc_buf *text, struct inc_answer *a,
    struct inc_err *err)
{
    const char *pillar = inc_arg(&c->args, INC_OPT_PILLAR);
    struct inc_buf body = {0};
    struct inc_writer w;
    enum inc_status st;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_key(&w, "text");
    inc_w_textn(&w, (const char *)text->data, text->len);
    if (inc_arg_has(&c->args, INC_OPT_RUNNING))
        inc_w_kbool(&w, "running", 1);
    if (pillar != NULL)
        inc_w_ktext(&w, "pillar", pillar);
    inc_w_ktext(&w, "lang", c->lang);
    if (inc_arg_has(&c->args, INC_OPT_K))
        inc_w_kint(&w, "k", inc_arg_int(&c->args, INC_OPT_K, 0));
    inc_w_end(&w);
    st = inc_ask(c, INC_OP_LINK, &body, 0, a, err);
    inc_buf_release(&body);
    return st;
}

static void
put_verdict(struct inc_cli *c, int64_t verdict)
{
    switch ((enum inc_verdict)verdict) {
    case INC_VERDICT_SURE:
    case INC_VERDICT_LIKELY:
        return;
    case INC_VERDICT_UNSURE:
        inc_buf_printf(&c->out, "%s\n", _("Not sure: please choose."));
        return;
    case INC_VERDICT_UNKNOWN:
        inc_buf_printf(&c->out, "%s\n", _("Nothing looks like that."));
        return;
    }
}

static const char *
kind_of(int64_t kind)
{
    static const char *const text[] = {N_("skill"), N_("occupation"),
                                       N_("ISCO group")};

    return _(text[kind]);
}

static void
put_one(struct inc_cli *c, const struct inc_linked *k, const struct inc_buf *of)
{
    struct inc_buf text = {0};

    inc_buf_printf(&c->out, "%3" PRId64 "%%  ", k->confidence);
    if (inc_arg_has(&c->args, INC_OPT_RUNNING) &&
        (uint64_t)k->at + (uint64_t)k->len <= of->len)
        inc_buf_printf(&text, "\"%.*s\": ", (int)k->len,
                       (const char *)of->data + k->at);
    inc_buf_text(&text, k->label);
    if (k->scheme != NULL && k->code != NULL)
        inc_buf_printf(&text, " (%s %s %s)", k->scheme, k->code, k->matched);
    else if (strcmp(k->label, k->matched) != 0)
        inc_buf_printf(&text, " (%s)", k->matched);
    (void)inc_wrap(&c->out, inc_buf_cstr(&text), 6, 6, c->term.width);
    inc_buf_printf(&c->out, "\n      %s  %s\n", kind_of(k->kind), k->uri);
    inc_buf_release(&text);
}

static enum inc_status
show(struct inc_cli *c, const struct inc_answer *a, const struct inc_buf *text,
     int *found, struct inc_err *err)
{
    struct inc_arena arena = {0};
    struct inc_links links = {0};
    enum inc_status st;

    st = inc_arena_init(&arena, ARENA_LEAST + ARENA_TIMES * a->bytes.len);
    if (st != INC_OK)
        return inc_fail(err, st, 0, "no memory for an answer");
    INC_TRY(
        inc_schema_decode_open(&links, &inc_links_type, a->body, &arena, err));
    *found = links.n_items > 0;
    if (c->json)
        goto out;
    for (uint32_t i = 0; i < links.n_items; i++)
        put_one(c, &links.items[i], text);
    if (!inc_arg_has(&c->args, INC_OPT_RUNNING))
        put_verdict(c, links.verdict);
    else if (links.n_items == 0)
        put_verdict(c, INC_VERDICT_UNKNOWN);
out:
    inc_arena_release(&arena);
    return st;
}

/* No answer is exit code 2, with a word about it. */
int
inc_cmd_link(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_buf text = {0};
    struct inc_answer a = {0};
    enum inc_status st = INC_OK;
    int code, found = 0;

    inc_err_clear(&err);
    INC_TRY(read_text(&text, c, &err));
    INC_TRY(ask(c, &text, &a, &err));
    if (c->json)
        inc_show_json(c, a.body);
    INC_TRY(show(c, &a, &text, &found, &err));
out:
    if (st != INC_OK)
        code = inc_complain(&err);
    else
        code = found ? 0 : inc_status_exit(INC_E_NOTFOUND);
    inc_answer_release(&a);
    inc_buf_release(&text);
    return code;
}

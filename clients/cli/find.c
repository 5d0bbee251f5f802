/* find.c - concepts and comuni by words. */
#include <inttypes.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "clients/cli/shortlist.h"
#include "clients/cli/show.h"
#include "proto/names.h"
#include "proto/replies.h"
#include "proto/suggest.h"

enum { ARENA_LEAST = 1 << 22, ARENA_TIMES = 24 };

/* The operands as one text: quoting is not needed for several words. */
static void
put_words(const struct inc_cli *c, struct inc_writer *w)
{
    struct inc_buf text = {0};

    for (size_t i = 0; i < c->args.words; i++)
        inc_buf_printf(&text, "%s%s", i > 0 ? " " : "", c->args.word[i]);
    inc_w_ktext(w, "text", inc_buf_cstr(&text));
    inc_buf_release(&text);
}

static enum inc_status
ask(struct inc_cli *c, enum inc_op op, struct inc_buf *body, void *out,
    struct inc_arena *arena, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_answer a = {0};

    INC_TRY(inc_ask(c, op, body, 0, &a, err));
    if (c->json)
        inc_show_json(c, a.body);
    st = inc_arena_init(arena, ARENA_LEAST + ARENA_TIMES * a.bytes.len);
    if (st != INC_OK) {
        (void)inc_fail(err, st, 0, "no memory for an answer");
        goto out;
    }
    st = inc_schema_decode_open(out, inc_ops[op].reply, a.body, arena, err);
out:
    inc_answer_release(&a);
    return st;
}

static void
put_k(const struct inc_cli *c, struct inc_writer *w)
{
    if (inc_arg_has(&c->args, INC_OPT_K))
        inc_w_kint(w, "k", inc_arg_int(&c->args, INC_OPT_K, 0));
}

/* An empty list is exit code 2, with a word about it. */
static int
nothing_found(struct inc_cli *c)
{
    if (!c->json && !c->quiet)
        inc_buf_printf(&c->out, "%s\n", _("Nothing looks like that."));
    return inc_status_exit(INC_E_NOTFOUND);
}

/* Words, a pillar and how many: what both searches ask with. */
static void
put_search(const struct inc_cli *c, struct inc_buf *body)
{
    const char *pillar = inc_arg(&c->args, INC_OPT_PILLAR);
    struct inc_writer w;

    inc_writer_init(&w, body);
    inc_w_map(&w);
    put_words(c, &w);
    if (pillar != NULL)
        inc_w_ktext(&w, "pillar", pillar);
    inc_w_ktext(&w, "lang", c->lang);
    put_k(c, &w);
    inc_w_end(&w);
}

int
inc_cmd_concept_find(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_concept_hits hits = {0};
    struct inc_buf body = {0}, text = {0};
    int code = 0;

    inc_err_clear(&err);
    put_search(c, &body);
    if (ask(c, INC_OP_CONCEPT_FIND, &body, &hits, &arena, &err) != INC_OK)
        code = inc_complain(&err);
    else if (hits.n_items == 0)
        code = nothing_found(c);
    for (uint32_t i = 0; !c->json && code == 0 && i < hits.n_items; i++) {
        const struct inc_concept_hit *h = &hits.items[i];
        inc_buf_printf(&c->out, "%3" PRId64 "%%  ", h->score / 100);
        inc_buf_reset(&text);
        inc_buf_text(&text, h->label);
        if (strcmp(h->label, h->matched) != 0)
            inc_buf_printf(&text, " (%s)", h->matched);
        (void)inc_wrap(&c->out, inc_buf_cstr(&text), 6, 6, c->term.width);
        inc_buf_printf(&c->out, "\n      %s\n", h->uri);
    }
    inc_arena_release(&arena);
    inc_buf_release(&text);
    inc_buf_release(&body);
    return code;
}

/* The label that fits, what fits in bold. */
static void
put_matched(struct inc_cli *c, const struct inc_suggestion_item *s)
{
    const size_t len = strlen(s->matched);
    size_t at = 0;

    for (uint32_t i = 0; i < s->n_spans; i++) {
        const size_t from = (size_t)s->spans[i].at;
        const size_t to = from + (size_t)s->spans[i].len;

        if (from < at || to > len)
            break; /* no span of this text */
        inc_buf_add(&c->out, s->matched + at, from - at);
        inc_paint(c, "1");
        inc_buf_add(&c->out, s->matched + from, to - from);
        inc_paint(c, "0");
        at = to;
    }
    inc_buf_text(&c->out, s->matched + at);
}

static void
put_suggestion(struct inc_cli *c, const struct inc_suggestion_item *s)
{
    static const char *const what[] = {N_("skill"), N_("occupation"),
                                       N_("ISCO group")};

    put_matched(c, s);
    if (strcmp(s->matched, s->label) != 0)
        inc_buf_printf(&c->out, " -> %s", s->label);
    inc_buf_printf(&c->out, " (%s)\n      %s\n", _(what[s->pillar]), s->uri);
}

int
inc_cmd_suggest(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_suggestions found = {0};
    struct inc_buf body = {0};
    int code = 0;

    inc_err_clear(&err);
    put_search(c, &body);
    if (ask(c, INC_OP_SUGGEST, &body, &found, &arena, &err) != INC_OK)
        code = inc_complain(&err);
    else if (found.n_items == 0)
        code = nothing_found(c);
    for (uint32_t i = 0; !c->json && code == 0 && i < found.n_items; i++)
        put_suggestion(c, &found.items[i]);
    inc_arena_release(&arena);
    inc_buf_release(&body);
    return code;
}

static void
put_concept(struct inc_cli *c, const struct inc_concept_reply *r)
{
    inc_paint(c, "1");
    (void)inc_wrap(&c->out, r->label, 0, 0, c->term.width);
    inc_paint(c, "0");
    inc_buf_printf(&c->out, "\n%s\n", r->uri);
    if (r->isco != NULL)
        inc_buf_printf(&c->out, _("ISCO-08 group %s\n"), r->isco);
    if (r->local)
        inc_buf_printf(&c->out, "%s\n", _("Added by the office."));
    if (r->retired)
        inc_buf_printf(&c->out, "%s\n", _("No longer offered."));
    if (r->replaced_by != NULL)
        inc_buf_printf(&c->out, _("Replaced by %s\n"), r->replaced_by);
    if (r->description != NULL && r->description[0] != '\0') {
        inc_buf_text(&c->out, "\n");
        (void)inc_wrap(&c->out, r->description, 0, 0, c->term.width);
        inc_buf_text(&c->out, "\n");
    }
    if (r->n_alts > 0)
        inc_buf_printf(&c->out, "\n%s\n", _("Also called:"));
    for (uint32_t i = 0; i < r->n_alts; i++)
        inc_buf_printf(&c->out, "  %s\n", r->alts[i]);
    if (r->n_neighbours > 0)
        inc_buf_printf(&c->out, "\n%s\n", _("Closest skills:"));
    for (uint32_t i = 0; i < r->n_neighbours; i++) {
        inc_buf_printf(&c->out, "  %3" PRId64 "%%  ",
                       r->neighbours[i].cosine / 100);
        (void)inc_wrap(&c->out, r->neighbours[i].label, 8, 8, c->term.width);
        inc_buf_text(&c->out, "\n");
    }
    if (r->n_essential > 0)
        inc_buf_printf(&c->out, "\n%s\n", _("Essential skills:"));
    for (uint32_t i = 0; i < r->n_essential; i++) {
        inc_buf_text(&c->out, "  ");
        (void)inc_wrap(&c->out, r->essential[i].label, 2, 4, c->term.width);
        inc_buf_text(&c->out, "\n");
    }
}

int
inc_cmd_concept_get(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_concept_reply r = {0};
    struct inc_buf body = {0};
    struct inc_writer w;
    int code = 0;

    inc_err_clear(&err);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "uri", c->args.word[0]);
    inc_w_ktext(&w, "lang", c->lang);
    put_k(c, &w);
    inc_w_end(&w);
    if (ask(c, INC_OP_CONCEPT_GET, &body, &r, &arena, &err) != INC_OK)
        code = inc_complain(&err);
    else if (!c->json)
        put_concept(c, &r);
    inc_arena_release(&arena);
    inc_buf_release(&body);
    return code;
}

int
inc_cmd_comune_find(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_comune_hits hits = {0};
    struct inc_buf body = {0};
    struct inc_writer w;
    int code = 0;

    inc_err_clear(&err);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    put_words(c, &w);
    put_k(c, &w);
    inc_w_end(&w);
    if (ask(c, INC_OP_COMUNE_FIND, &body, &hits, &arena, &err) != INC_OK)
        code = inc_complain(&err);
    else if (hits.n_items == 0)
        code = nothing_found(c);
    for (uint32_t i = 0; !c->json && code == 0 && i < hits.n_items; i++) {
        const struct inc_comune_hit *h = &hits.items[i];
        inc_buf_printf(&c->out, "%s  %s (%s), %s\n", h->istat, h->name,
                       h->province, h->region);
    }
    inc_arena_release(&arena);
    inc_buf_release(&body);
    return code;
}

/* events.c - what the standing match found, and what it finds next. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "clients/cli/cli.h"
#include "clients/cli/show.h"
#include "proto/replies.h"

enum { ARENA_LEAST = 1 << 20, ARENA_TIMES = 24, PAGE = 100 };

/* How long --follow waits before it asks again. */
static const struct timespec pause_between = {1, 0};

static enum inc_status
ask_page(struct inc_cli *c, int64_t after, int64_t limit,
         struct inc_answer *out, struct inc_err *err)
{
    const char *need = inc_arg(&c->args, INC_OPT_FABBISOGNO);
    struct inc_buf body = {0};
    struct inc_writer w;
    enum inc_status st;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_kint(&w, "after", after);
    inc_w_kint(&w, "limit", limit);
    if (need != NULL)
        inc_w_ktext(&w, "need", need);
    inc_w_end(&w);
    st = inc_ask(c, INC_OP_EVENT_LIST, &body, 0, out, err);
    inc_buf_release(&body);
    return st;
}

static void
put_event(struct inc_cli *c, const struct inc_event_item *e)
{
    inc_buf_printf(&c->out, "%8" PRId64 "  ", e->seq);
    inc_moment(&c->out, e->at);
    inc_buf_printf(&c->out, "  %3d%c%02d  %-20s %s\n", (int)(e->score / 100),
                   c->lang[0] == 'i' ? ',' : '.', (int)(e->score % 100),
                   e->need, e->person);
}

/* One page onto the output; *p says how to go on. */
static enum inc_status
show_page(struct inc_cli *c, int64_t after, int64_t limit,
          struct inc_event_page *p, struct inc_err *err)
{
    struct inc_answer a = {0};
    struct inc_arena arena = {0};
    enum inc_status st;

    INC_TRY(ask_page(c, after, limit, &a, err));
    if (inc_arena_init(&arena, ARENA_LEAST + ARENA_TIMES * a.bytes.len) !=
        INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for an answer");
        goto out;
    }
    INC_TRY(
        inc_schema_decode_open(p, &inc_event_page_type, a.body, &arena, err));
    if (c->json && (p->n_items > 0 || !inc_arg_has(&c->args, INC_OPT_FOLLOW)))
        inc_show_json(c, a.body);
    for (uint32_t i = 0; !c->json && i < p->n_items; i++)
        put_event(c, &p->items[i]);
out:
    p->items = NULL; /* they die with the arena */
    inc_arena_release(&arena);
    inc_answer_release(&a);
    return st;
}

/* What was shown must be on the screen before the wait. */
static int
flush_out(struct inc_cli *c)
{
    size_t n = c->out.len;
    int ok = n == 0 || fwrite(c->out.data, 1, n, stdout) == n;

    ok = fflush(stdout) == 0 && ok && !c->out.failed;
    inc_buf_reset(&c->out);
    return ok;
}

int
inc_cmd_events(struct inc_cli *c)
{
    int follow = inc_arg_has(&c->args, INC_OPT_FOLLOW);
    int64_t limit = inc_arg_int(&c->args, INC_OPT_LIMIT, PAGE);
    int64_t after = inc_arg_int(&c->args, INC_OPT_AFTER, 0);
    struct inc_event_page p = {0};
    struct inc_err err;
    enum inc_status st;

    inc_err_clear(&err);
    for (;;) {
        st = show_page(c, after, limit, &p, &err);
        if (st != INC_OK)
            return inc_complain(&err);
        after = p.last;
        if (!follow)
            break;
        if (!flush_out(c))
            return inc_status_exit(INC_E_IO); /* nobody reads any more */
        if (!p.more)
            (void)nanosleep(&pause_between, NULL);
    }
    if (!c->json && !c->quiet) {
        if (p.more)
            inc_buf_printf(&c->out, _("more: --after %" PRId64 "\n"), after);
        else
            inc_buf_printf(&c->out, _("last event %" PRId64 "\n"), p.head);
    }
    return 0;
}

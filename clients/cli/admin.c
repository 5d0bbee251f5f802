/* admin.c - how the daemon is; journal, verify, backup. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clients/cli/bar.h"
#include "clients/cli/cli.h"
#include "clients/cli/show.h"
#include "proto/replies.h"

enum { ARENA_LEAST = 1 << 22, ARENA_TIMES = 24, LABEL = 26, JOURNAL = 20 };

/* Ask and decode; with --json the reply goes out as it is and *out stays
 * zero. */
static enum inc_status
ask_typed(struct inc_cli *c, enum inc_op op, const struct inc_buf *body,
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

static void
put_label(struct inc_cli *c, const char *label)
{
    inc_pad(&c->out, label, LABEL);
    inc_buf_text(&c->out, " ");
}

static void
put_count(struct inc_cli *c, const char *label, int64_t n)
{
    char text[32];

    put_label(c, label);
    inc_buf_printf(
        &c->out, "%s\n",
        inc_grouped(text, n < 0 ? 0 : (uint64_t)n, c->lang[0] == 'i'));
}

int
inc_cmd_ping(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_pong p = {0};

    inc_err_clear(&err);
    enum inc_status st = ask_typed(c, INC_OP_PING, NULL, 0, &p, &arena, &err);
    if (st == INC_OK && !c->json && !c->quiet)
        inc_buf_printf(&c->out, _("incrociod %s answers\n"), p.version);
    inc_arena_release(&arena);
    return st == INC_OK ? 0 : inc_complain(&err);
}

/* A label and a text that may need several lines; empties the text. */
static void
put_text(struct inc_cli *c, const char *label, struct inc_buf *text)
{
    put_label(c, label);
    (void)inc_wrap(&c->out, inc_buf_cstr(text), LABEL + 1, LABEL + 1,
                   c->term.width);
    inc_buf_text(&c->out, "\n");
    inc_buf_reset(text);
}

static void
put_service(struct inc_cli *c, const struct inc_status_reply *s)
{
    struct inc_buf text = {0};
    char n[32];
    int it = c->lang[0] == 'i';

    inc_buf_printf(&text, _("%s, protocol %" PRId64), s->version, s->protocol);
    put_text(c, _("version"), &text);
    inc_buf_printf(&text, _("%" PRId64 " h %" PRId64 " min"),
                   s->uptime_s / 3600, s->uptime_s / 60 % 60);
    put_text(c, _("running for"), &text);
    inc_buf_printf(&text, "%s, %s", s->kernel, s->blas);
    put_text(c, _("computes with"), &text);
    inc_buf_text(&c->out, "\n");
    put_count(c, _("people"), s->store.candidates);
    put_count(c, _("needs"), s->store.needs);
    put_count(c, _("companies"), s->store.companies);
    put_count(c, _("journal entries"), s->store.head);
    inc_buf_printf(&text, _("%s bytes used, format %" PRId64),
                   inc_grouped(n, (uint64_t)s->store.used_bytes, it),
                   s->store.format);
    put_text(c, _("store"), &text);
    inc_buf_printf(&text,
                   _("%" PRId64 " people, %" PRId64
                     " open needs, %s bytes, image %" PRId64),
                   s->pool.people, s->pool.needs,
                   inc_grouped(n, (uint64_t)s->pool.bytes, it),
                   s->pool.generation);
    put_text(c, _("in memory"), &text);
    inc_buf_text(&c->out, "\n");
    inc_buf_printf(&text, _("%s, %" PRId64 " skills, %" PRId64 " occupations"),
                   s->taxonomy.version, s->taxonomy.skills,
                   s->taxonomy.occupations);
    put_text(c, _("taxonomy"), &text);
    inc_buf_printf(&text, _("%.16s, %" PRId64 " dimensions"), s->space.digest,
                   s->space.dim);
    put_text(c, _("space"), &text);
    inc_buf_release(&text);
}

/* Microseconds as milliseconds in a column of ten. */
static void
put_ms(struct inc_cli *c, int64_t us)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%" PRId64 "%c%02d", us / 1000,
                   c->lang[0] == 'i' ? ',' : '.', (int)(us % 1000 / 10));
    inc_buf_printf(&c->out, " %10s", text);
}

int
inc_cmd_status(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_status_reply s = {0};

    inc_err_clear(&err);
    enum inc_status st = ask_typed(c, INC_OP_STATUS, NULL, 0, &s, &arena, &err);
    if (st == INC_OK && !c->json) {
        put_service(c, &s);
        if (s.n_latency > 0) {
            inc_buf_text(&c->out, "\n");
            put_label(c, _("milliseconds"));
            inc_buf_printf(&c->out, "%10s %10s %10s %10s\n", _("answers"),
                           _("median"), "p99", _("slowest"));
        }
        for (uint32_t i = 0; i < s.n_latency; i++) {
            const struct inc_latency *l = &s.latency[i];
            put_label(c, l->op);
            inc_buf_printf(&c->out, "%10" PRId64, l->count);
            put_ms(c, l->p50_us);
            put_ms(c, l->p99_us);
            put_ms(c, l->max_us);
            inc_buf_text(&c->out, "\n");
        }
        if (s.n_counters > 0)
            inc_buf_text(&c->out, "\n");
        for (uint32_t i = 0; i < s.n_counters; i++)
            put_count(c, s.counters[i].name, s.counters[i].value);
    }
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
        ask_typed(c, INC_OP_JOURNAL_LIST, &body, 0, &p, &arena, &err);
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
    enum inc_status st = ask_typed(c, INC_OP_VERIFY, NULL, 1, &v, &arena, &err);
    if (st == INC_OK && !c->json) {
        for (uint32_t i = 0; i < v.n_findings; i++)
            inc_buf_printf(&c->out, "%s\n", v.findings[i]);
        put_count(c, _("people"), v.candidates);
        put_count(c, _("needs"), v.needs);
        put_count(c, _("companies"), v.companies);
        put_count(c, _("journal entries"), v.entries);
        put_count(c, _("faults"), v.faults);
        put_count(c, _("warnings"), v.warnings);
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
        ask_typed(c, INC_OP_BACKUP, &body, 1, &b, &arena, &err);
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

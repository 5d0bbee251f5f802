/* status.c - how the daemon is. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/admin.h"
#include "clients/cli/bar.h"
#include "clients/cli/show.h"

/* Times that are counters, shown as rows of the table. */
static const struct {
    const char *name, *label;
} timed[] = {{"batch_us", N_("match, a batch")},
             {"commit_us", N_("write, a commit")},
             {"publish_us", N_("of it, publishing")}};

enum { TIMED = sizeof timed / sizeof timed[0] };

/* A label and a text that may need several lines; empties the text. */
static void
put_text(struct inc_cli *c, const char *label, struct inc_buf *text)
{
    inc_put_label(c, label);
    (void)inc_wrap(&c->out, inc_buf_cstr(text), INC_LABEL + 1, INC_LABEL + 1,
                   c->term.width);
    inc_buf_text(&c->out, "\n");
    inc_buf_reset(text);
}

static int64_t
counter(const struct inc_status_reply *s, const char *name, const char *part)
{
    char whole[80];

    (void)snprintf(whole, sizeof whole, "%s%s", name, part);
    for (uint32_t i = 0; i < s->n_counters; i++)
        if (strcmp(s->counters[i].name, whole) == 0)
            return s->counters[i].value;
    return -1;
}

/* Where it answers and which process it is; nothing of it comes from an older
 * daemon. The process number is a name: no thousands apart. */
static void
put_place(struct inc_cli *c, const struct inc_status_reply *s)
{
    struct inc_buf text = {0};

    if (s->endpoint == NULL)
        return;
    inc_buf_text(&text, s->endpoint);
    put_text(c, _("answers at"), &text);
    if (s->metrics != NULL)
        inc_buf_printf(&text, "http://%s/metrics", s->metrics);
    else
        inc_buf_text(&text, _("switched off (setting metrics)"));
    put_text(c, _("metrics"), &text);
    inc_buf_printf(&text, "%" PRId64, s->process);
    put_text(c, _("process"), &text);
    inc_buf_release(&text);
}

static void
put_queues(struct inc_cli *c, const struct inc_status_reply *s)
{
    struct inc_buf text = {0};
    int64_t admin = counter(s, "waiting_admin", "");

    if (admin < 0) /* an older daemon: the list of counters has the others */
        return;
    inc_buf_text(&c->out, "\n");
    inc_buf_printf(&text,
                   _("reads and questions: %" PRId64 ", writes: %" PRId64
                     ", administration: %" PRId64),
                   counter(s, "waiting", ""), counter(s, "waiting_writes", ""),
                   admin);
    put_text(c, _("in the queues"), &text);
    inc_buf_printf(&text, "%" PRId64, counter(s, "in_flight", ""));
    put_text(c, _("not answered yet"), &text);
    inc_buf_release(&text);
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
    put_place(c, s);
    inc_buf_text(&c->out, "\n");
    inc_put_count(c, _("people"), s->store.candidates);
    inc_put_count(c, _("needs"), s->store.needs);
    inc_put_count(c, _("companies"), s->store.companies);
    inc_put_count(c, _("journal entries"), s->store.head);
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
    put_queues(c, s);
    inc_buf_release(&text);
}

/* Microseconds as milliseconds in a column of nine. */
static void
put_ms(struct inc_cli *c, int64_t us)
{
    char text[32];

    if (us < 0)
        us = 0;
    (void)snprintf(text, sizeof text, "%" PRId64 "%c%02d", us / 1000,
                   c->lang[0] == 'i' ? ',' : '.', (int)(us % 1000 / 10));
    inc_buf_printf(&c->out, " %9s", text);
}

static void
put_row(struct inc_cli *c, const char *label, const struct inc_latency *l)
{
    inc_put_label(c, label);
    inc_buf_printf(&c->out, "%9" PRId64, l->count);
    put_ms(c, l->p50_us);
    put_ms(c, l->p90_us);
    put_ms(c, l->p99_us);
    put_ms(c, l->max_us);
    inc_buf_text(&c->out, "\n");
}

static void
put_times(struct inc_cli *c, const struct inc_status_reply *s)
{
    if (s->n_latency > 0) {
        inc_buf_text(&c->out, "\n");
        inc_put_label(c, _("milliseconds"));
        inc_buf_printf(&c->out, "%9s %9s %9s %9s %9s\n", _("answers"),
                       _("median"), "p90", "p99", _("slowest"));
    }
    for (uint32_t i = 0; i < s->n_latency; i++)
        put_row(c, s->latency[i].op, &s->latency[i]);
    for (int i = 0; i < TIMED; i++) {
        const char *name = timed[i].name;
        const struct inc_latency row = {.count = counter(s, name, ".count"),
                                        .p50_us = counter(s, name, ".p50"),
                                        .p90_us = counter(s, name, ".p90"),
                                        .p99_us = counter(s, name, ".p99"),
                                        .max_us = counter(s, name, ".max")};

        if (row.count > 0)
            put_row(c, _(timed[i].label), &row);
    }
}

/* Shown above already. */
static int
is_shown(const struct inc_status_reply *s, const char *name)
{
    static const char *const above[] = {"waiting", "waiting_writes",
                                        "waiting_admin", "in_flight"};

    for (int i = 0; i < TIMED; i++) {
        size_t len = strlen(timed[i].name);

        if (strncmp(name, timed[i].name, len) == 0 && name[len] == '.')
            return 1;
    }
    if (s->endpoint == NULL)
        return 0;
    for (size_t i = 0; i < sizeof above / sizeof above[0]; i++)
        if (strcmp(name, above[i]) == 0)
            return 1;
    return strcmp(name, "process") == 0;
}

/* Bit of the reply's table. */
enum { RECORDS = 16 };

int
inc_cmd_status(struct inc_cli *c)
{
    struct inc_err err;
    struct inc_arena arena = {0};
    struct inc_status_reply s = {0};

    inc_err_clear(&err);
    enum inc_status st =
        inc_ask_typed(c, INC_OP_STATUS, NULL, 0, &s, &arena, &err);
    if (st == INC_OK && !c->json) {
        put_service(c, &s);
        if (!s.records && (s.has & UINT64_C(1) << RECORDS) != 0)
            inc_buf_text(&c->out, _("MATCHES ARE NOT RECORDED: the setting "
                                    "`record` is off.\n"));
        put_times(c, &s);
        if (s.n_counters > 0)
            inc_buf_text(&c->out, "\n");
        for (uint32_t i = 0; i < s.n_counters; i++)
            if (!is_shown(&s, s.counters[i].name))
                inc_put_count(c, s.counters[i].name, s.counters[i].value);
    }
    inc_arena_release(&arena);
    return st == INC_OK ? 0 : inc_complain(&err);
}

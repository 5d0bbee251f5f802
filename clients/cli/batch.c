/* batch.c - match people --batch: many needs over one connection, answers in
 * the order of the questions. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/ask_match.h"
#include "clients/cli/bar.h"
#include "clients/cli/lines.h"
#include "clients/cli/records.h"
#include "engine/base/file.h"
#include "engine/base/mem.h"

enum { FILE_BYTES = 1 << 30, CONNECT_MS = 10000, DEADLINE_MS = 150000 };

enum form { FORM_JSONL, FORM_TREC };

/* One question: its answer waits here until all before it are written. */
struct question {
    uint64_t line;
    char id[INC_JSON_ID];
    int done;
    struct inc_buf text;
};

struct batch {
    struct inc_cli *c;
    enum form form;
    FILE *to;
    struct question *q;
    size_t n, cap, written;
    uint64_t failed;
    int write_failed;
};

static int64_t
int_of(const struct inc_node *map, const char *key)
{
    const struct inc_node *n = inc_node_get(map, key);

    return n != NULL && inc_node_kind(n) == INC_NODE_INT ? inc_node_int(n) : 0;
}

/* `need Q0 candidate rank score tag`; ranks are 1..k, ties in reply order. */
static void
put_trec(struct inc_buf *out, const char *need, const struct inc_node *body)
{
    const struct inc_node *items = inc_node_get(body, "items");

    for (size_t i = 0; items != NULL && i < inc_node_count(items); i++) {
        const struct inc_node *item = inc_node_at(items, i);
        const struct inc_node *id = inc_node_get(item, "id");
        size_t len = 0;
        if (id == NULL || inc_node_kind(id) != INC_NODE_TEXT)
            continue;
        const char *text = inc_node_text(id, &len);
        inc_buf_printf(out, "%s Q0 %.*s %zu %" PRId64 " incrocio\n", need,
                       (int)len, text, i + 1, int_of(item, "score"));
    }
}

static void
flush_done(struct batch *b)
{
    while (b->written < b->n && b->q[b->written].done) {
        struct question *q = &b->q[b->written++];
        if (q->text.len > 0 &&
            fwrite(q->text.data, 1, q->text.len, b->to) != q->text.len)
            b->write_failed = 1;
        inc_buf_release(&q->text);
    }
}

static void
complain_about(struct batch *b, const struct question *q,
               const struct inc_err *err)
{
    b->failed++;
    (void)fprintf(stderr, "incrocio: %" PRIu64 " %s: %s: %s%s%s%s\n", q->line,
                  q->id, _(inc_status_text(err->status)), err->what,
                  err->where[0] != '\0' ? " (" : "", err->where,
                  err->where[0] != '\0' ? ")" : "");
}

static void
answered(void *arg, uint64_t tag, enum inc_status st, const struct inc_err *err,
         const struct inc_node *body)
{
    struct batch *b = arg;
    struct question *q = &b->q[tag];

    q->done = 1;
    if (st != INC_OK) {
        complain_about(b, q, err);
    } else if (b->form == FORM_TREC) {
        put_trec(&q->text, q->id, body);
    } else {
        inc_json_node(&q->text, body, NULL);
        inc_buf_text(&q->text, "\n");
    }
    if (q->text.failed)
        b->write_failed = 1;
    flush_done(b);
}

static enum inc_status
ask_all(struct batch *b, struct inc_lines *lines, size_t total,
        struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_line line = {0};
    struct inc_buf body = {0};
    struct inc_bar bar;
    const struct inc_call how = {.deadline_ms =
                                     inc_timeout_ms(b->c, DEADLINE_MS)};
    int got = 0;

    inc_bar_start(&bar, _("matching"), b->c->quiet, b->c->lang[0] == 'i');
    while ((got = inc_lines_next(lines, &line, err)) > 0) {
        void *array = b->q;
        if (inc_mem_grow(&array, &b->cap, b->n, sizeof *b->q) != 0) {
            st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the batch");
            goto out;
        }
        b->q = array;
        struct question *q = &b->q[b->n++];
        memset(q, 0, sizeof *q);
        q->line = line.line;
        memcpy(q->id, line.id, sizeof q->id);
        if (line.st != INC_OK) {
            complain_about(b, q, &line.err);
            q->done = 1;
            continue;
        }
        inc_buf_reset(&body);
        inc_match_body(b->c, &body, "need", NULL, &line.record,
                       b->form == FORM_JSONL);
        if (body.failed) {
            st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the batch");
            goto out;
        }
        INC_TRY(inc_client_submit(b->c->client, b->n - 1, INC_OP_MATCH_PEOPLE,
                                  body.data, body.len, &how, err));
        inc_bar_show(&bar, inc_lines_offset(lines), total, b->written);
    }
    st = got < 0 ? err->status : inc_client_drain(b->c->client, err);
out:
    inc_bar_end(&bar);
    inc_buf_release(&body);
    inc_buf_release(&line.record);
    return st;
}

static enum inc_status
choose_form(struct batch *b, struct inc_err *err)
{
    const char *form = inc_arg(&b->c->args, INC_OPT_FORMAT);

    b->form = FORM_JSONL;
    if (form == NULL || strcmp(form, "jsonl") == 0)
        return INC_OK;
    b->form = FORM_TREC;
    if (strcmp(form, "trec") == 0)
        return INC_OK;
    return inc_fail(err, INC_E_CONFIG, 0, _("--format must be jsonl or trec"));
}

int
inc_match_batch(struct inc_cli *c)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct batch b = {.c = c, .to = stdout};
    struct inc_buf text = {0};
    struct inc_lines *lines = NULL;
    const char *path = inc_arg(&c->args, INC_OPT_BATCH);
    const char *out = inc_arg(&c->args, INC_OPT_OUT);

    inc_err_clear(&err);
    INC_TRY(choose_form(&b, &err));
    INC_TRY(inc_read_input(&text, path, FILE_BYTES, &err));
    INC_TRY(inc_lines_open(&lines, INC_NEEDS, 0, path, (const char *)text.data,
                           text.len, &err));
    if (out != NULL && (b.to = fopen(out, "we")) == NULL) {
        st = inc_fail(&err, INC_E_IO, 0, "%.200s cannot be written", out);
        goto out;
    }
    INC_TRY(inc_connect(c, CONNECT_MS, &err));
    inc_client_on_done(c->client, answered, &b);
    st = ask_all(&b, lines, text.len, &err);
    flush_done(&b);
out:
    if (b.to != NULL && (b.to == stdout ? fflush(b.to) : fclose(b.to)) != 0)
        b.write_failed = 1;
    for (size_t i = 0; i < b.n; i++)
        inc_buf_release(&b.q[i].text);
    inc_mem_free(b.q);
    inc_lines_close(lines);
    inc_buf_release(&text);
    if (st != INC_OK)
        return inc_complain(&err);
    if (b.write_failed) {
        (void)fprintf(stderr, "incrocio: %s\n",
                      _("the output could not be written"));
        return 5;
    }
    if (!c->quiet)
        (void)fprintf(stderr, _("needs: %zu, refused: %" PRIu64 "\n"), b.n,
                      b.failed);
    return b.failed > 0;
}

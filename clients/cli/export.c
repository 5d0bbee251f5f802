/* export.c - all records of a kind, page by page, to a file or the screen. */
#include <stdio.h>
#include <string.h>

#include "clients/cli/bar.h"
#include "clients/cli/json.h"
#include "clients/cli/lines_csv.h"
#include "clients/cli/records.h"
#include "proto/replies.h"

enum { PAGE = 500 };

struct export
{
    struct inc_cli *c;
    enum inc_family family;
    enum inc_op op;
    int csv;
    FILE *to;
    uint64_t records, total;
};

/* How many there are, for the bar only. */
static uint64_t
count_all(struct inc_cli *c, enum inc_family family)
{
    static const char *const names[] = {"candidates", "needs", "companies"};
    struct inc_answer a = {0};
    struct inc_err err;
    uint64_t n = 0;

    if (inc_ask(c, INC_OP_STATUS, NULL, 0, &a, &err) == INC_OK) {
        const struct inc_node *store = inc_node_get(a.body, "store");
        const struct inc_node *count = inc_node_get(store, names[family]);
        if (count != NULL && inc_node_kind(count) == INC_NODE_INT)
            n = (uint64_t)inc_node_int(count);
    }
    inc_answer_release(&a);
    return n;
}

static enum inc_status
write_page(struct export *x, const struct inc_node *items, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf text = {0};

    for (size_t i = 0; items != NULL && i < inc_node_count(items); i++) {
        const struct inc_node *record = inc_node_at(items, i);
        if (x->csv) {
            inc_csv_row(&text, x->family, record);
        } else {
            /* The revision is the store's: a file to import again has none. */
            inc_json_node(&text, record, "revision");
            inc_buf_text(&text, "\n");
        }
        x->records++;
    }
    if (text.failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a page");
    else if (text.len > 0 && fwrite(text.data, 1, text.len, x->to) != text.len)
        st = inc_fail(err, INC_E_IO, 0, "the output could not be written");
    inc_buf_release(&text);
    return st;
}

static enum inc_status
write_all(struct export *x, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_answer a = {0};
    struct inc_bar bar;
    struct inc_buf head = {0};
    char cursor[INC_CURSOR_MAX] = "";

    inc_bar_start(&bar, _("export"), x->c->quiet, x->c->lang[0] == 'i');
    if (x->csv) {
        inc_csv_header(&head, x->family);
        if (fwrite(head.data, 1, head.len, x->to) != head.len) {
            st = inc_fail(err, INC_E_IO, 0, "the output could not be written");
            goto out;
        }
    }
    do {
        INC_TRY(inc_ask_page(x->c, x->op, PAGE, cursor,
                             inc_arg(&x->c->args, INC_OPT_OFFICE), &a, err));
        INC_TRY(write_page(x, inc_node_get(a.body, "items"), err));
        inc_page_cursor(cursor, a.body);
        inc_bar_show(&bar, x->records, x->total, x->records);
    } while (cursor[0] != '\0');
out:
    inc_bar_end(&bar);
    inc_buf_release(&head);
    inc_answer_release(&a);
    return st;
}

int
inc_cmd_export(struct inc_cli *c)
{
    static const enum inc_op ops[] = {INC_OP_CANDIDATE_LIST, INC_OP_NEED_LIST,
                                      INC_OP_COMPANY_LIST};
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct export x = {.c = c, .to = stdout};
    const char *verb = inc_command_verb(c->args.command);
    const char *form = inc_arg(&c->args, INC_OPT_FORMAT);
    const char *out = inc_arg(&c->args, INC_OPT_OUT);
    char n[32];

    inc_err_clear(&err);
    x.family = verb[1] == 'a'   ? INC_CANDIDATES
               : verb[0] == 'n' ? INC_NEEDS
                                : INC_COMPANIES;
    x.op = ops[x.family];
    x.csv = form != NULL && strcmp(form, "csv") == 0;
    if (form != NULL && !x.csv && strcmp(form, "jsonl") != 0) {
        st =
            inc_fail(&err, INC_E_CONFIG, 0, _("--format must be jsonl or csv"));
        goto out;
    }
    x.total = count_all(c, x.family);
    if (out != NULL && (x.to = fopen(out, "we")) == NULL) {
        st = inc_fail(&err, INC_E_IO, 0, "%.200s cannot be written", out);
        goto out;
    }
    st = write_all(&x, &err);
out:
    if (x.to != NULL && (x.to == stdout ? fflush(x.to) : fclose(x.to)) != 0 &&
        st == INC_OK)
        st = inc_fail(&err, INC_E_IO, 0, "the output could not be written");
    if (st != INC_OK)
        return inc_complain(&err);
    if (out != NULL && !c->quiet)
        (void)fprintf(stderr, _("written: %s records in %s\n"),
                      inc_grouped(n, x.records, c->lang[0] == 'i'), out);
    if (x.csv && !c->quiet)
        (void)fprintf(stderr, "%s\n",
                      _("note: CSV has fewer fields than JSON lines; use "
                        "jsonl to keep everything."));
    return 0;
}

/* person.c - candidate export: everything about one person as one JSON file. */
#include <stdio.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "clients/cli/json.h"
#include "engine/base/file.h"

static enum inc_status
ask_page(struct inc_cli *c, int64_t after, struct inc_answer *out,
         struct inc_err *err)
{
    struct inc_buf body = {0};
    struct inc_writer w;
    enum inc_status st;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "id", c->args.word[0]);
    inc_w_kint(&w, "after", after);
    inc_w_end(&w);
    st = inc_ask(c, INC_OP_CANDIDATE_EXPORT, &body, 0, out, err);
    inc_buf_release(&body);
    return st;
}

static void
member(struct inc_buf *text, const struct inc_node *page, const char *name)
{
    const struct inc_node *n = inc_node_get(page, name);

    if (n == NULL)
        return;
    inc_buf_printf(text, ",\n \"%s\": ", name);
    inc_json_node(text, n, NULL);
}

static int64_t
next_of(const struct inc_node *page)
{
    const struct inc_node *n = inc_node_get(page, "next");

    return n != NULL && inc_node_kind(n) == INC_NODE_INT ? inc_node_int(n) : 0;
}

/* Pages until the last: the records come with the first, mentions with all. */
static enum inc_status
collect(struct inc_cli *c, struct inc_buf *text, uint32_t *found,
        struct inc_err *err)
{
    struct inc_answer a = {0};
    enum inc_status st;
    int64_t after = 0;
    uint32_t mentions = 0;

    inc_buf_text(text, "{\"id\": ");
    inc_json_text(text, c->args.word[0], strlen(c->args.word[0]));
    do {
        const struct inc_node *list;

        INC_TRY(ask_page(c, after, &a, err));
        if (after == 0) {
            *found += inc_node_get(a.body, "record") != NULL;
            member(text, a.body, "record");
            member(text, a.body, "vault");
            inc_buf_text(text, ",\n \"journal\": [");
        }
        list = inc_node_get(a.body, "journal");
        for (uint32_t i = 0; list != NULL && i < inc_node_count(list); i++) {
            inc_buf_text(text, mentions++ == 0 ? "\n  " : ",\n  ");
            inc_json_node(text, inc_node_at(list, i), NULL);
        }
        after = next_of(a.body);
    } while (after != 0);
    inc_buf_text(text, "]}\n");
    *found += mentions;
    if (text->failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the file");
out:
    inc_answer_release(&a);
    return st;
}

/* Readable by nobody else. */
static enum inc_status
save(const char *path, const struct inc_buf *text, struct inc_err *err)
{
    return inc_file_write(path, text->data, text->len, err);
}

int
inc_cmd_person_export(struct inc_cli *c)
{
    const char *out = inc_arg(&c->args, INC_OPT_OUT);
    struct inc_buf text = {0};
    struct inc_err err;
    enum inc_status st;
    uint32_t found = 0;

    inc_err_clear(&err);
    INC_TRY(collect(c, &text, &found, &err));
    if (found == 0) {
        st = inc_fail(&err, INC_E_NOTFOUND, 0,
                      _("nothing is stored about %.64s"), c->args.word[0]);
        goto out;
    }
    if (out == NULL) {
        inc_buf_add(&c->out, text.data, text.len);
        goto out;
    }
    INC_TRY(save(out, &text, &err));
    if (!c->quiet)
        (void)fprintf(stderr, _("written: %s\n"), out);
out:
    inc_buf_release(&text);
    return st == INC_OK ? 0 : inc_complain(&err);
}

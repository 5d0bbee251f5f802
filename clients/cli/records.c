/* records.c - put, get, list, patch, delete and the other writes by id. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/admin.h"
#include "clients/cli/cli.h"
#include "clients/cli/json.h"
#include "clients/cli/records.h"
#include "clients/cli/show.h"
#include "engine/base/file.h"
#include "proto/replies.h"

enum { RECORD_BYTES = 1 << 20, ARENA_BYTES = 1 << 22, PAGE = 100 };

/* "candidate put" is the operation "candidate.put". */
static enum inc_op
op_of(const struct inc_command *c)
{
    char wire[64];
    size_t len = strlen(c->name);

    if (len >= sizeof wire)
        return INC_OP_PING;
    memcpy(wire, c->name, len + 1);
    wire[strcspn(wire, " ")] = '.';
    int op = inc_op_find(wire, len);
    return op < 0 ? INC_OP_PING : (enum inc_op)op;
}

enum inc_status
inc_read_input(struct inc_buf *out, const char *path, size_t most,
               struct inc_err *err)
{
    char piece[4096];
    size_t n = 0;

    if (strcmp(path, "-") != 0) {
        enum inc_status st = inc_file_read(out, path, most, err);
        /* Not "no such record": a name was mistyped. */
        return st != INC_E_NOTFOUND ? st
                                    : inc_fail(err, INC_E_CONFIG, 0,
                                               _("no such file: %.180s"), path);
    }
    while ((n = fread(piece, 1, sizeof piece, stdin)) > 0 && out->len <= most)
        inc_buf_add(out, piece, n);
    if (ferror(stdin))
        return inc_fail(err, INC_E_IO, errno, "standard input cannot be read");
    if (out->len > most)
        return inc_fail(err, INC_E_LIMIT, 0, "standard input is too long");
    return out->failed ? inc_fail(err, INC_E_NOMEM, 0, "no memory for input")
                       : INC_OK;
}

enum inc_status
inc_read_object(struct inc_buf *out, const char *path, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf text = {0};
    const char *slash = strrchr(path, '/');

    INC_TRY(inc_read_input(&text, path, RECORD_BYTES, err));
    st = inc_json_object(out, (const char *)text.data, text.len,
                         slash == NULL ? path : slash + 1, 1, NULL, err);
out:
    inc_buf_release(&text);
    return st;
}

static void
put_if_revision(const struct inc_cli *c, struct inc_writer *w)
{
    if (inc_arg_has(&c->args, INC_OPT_IF_REVISION))
        inc_w_kint(w, "if_revision",
                   inc_arg_int(&c->args, INC_OPT_IF_REVISION, 0));
}

/* Send a write and say what became of it. */
enum inc_status
inc_write_and_tell(struct inc_cli *c, enum inc_op op,
                   const struct inc_buf *body, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_answer a = {0};
    struct inc_arena arena = {0};
    struct inc_stored s = {0};

    INC_TRY(inc_ask(c, op, body, 0, &a, err));
    if (c->json) {
        inc_show_json(c, a.body);
        goto out;
    }
    INC_TRY(inc_arena_init(&arena, ARENA_BYTES));
    INC_TRY(inc_schema_decode_open(&s, &inc_stored_type, a.body, &arena, err));
    if (c->quiet)
        goto out;
    if (inc_arg_has(&c->args, INC_OPT_DRY_RUN))
        inc_buf_printf(&c->out, _("%s: good, nothing was stored\n"), s.id);
    else if (op == INC_OP_CANDIDATE_ERASE || op == INC_OP_RETENTION_APPLY)
        inc_buf_printf(&c->out, _("%s: erased, its key is destroyed\n"), s.id);
    else if (op == INC_OP_REGISTER_PRUNE)
        inc_buf_printf(&c->out,
                       _("%s: pruned up to entry %" PRId64
                         ", by journal entry %" PRId64 "\n"),
                       s.id, s.revision, s.seq);
    else if (s.revision == 0)
        inc_buf_printf(&c->out, _("%s: deleted\n"), s.id);
    else if (s.created)
        inc_buf_printf(&c->out, _("%s: stored, new\n"), s.id);
    else
        inc_buf_printf(&c->out, _("%s: stored, revision %" PRId64 "\n"), s.id,
                       s.revision);
    for (uint32_t i = 0; i < s.n_notes; i++)
        inc_buf_printf(&c->out, _("  note: %s\n"), s.notes[i]);
out:
    inc_arena_release(&arena);
    inc_answer_release(&a);
    return st;
}

/* Which draft it was, and what that proposed. */
static enum inc_status
put_draft(const struct inc_cli *c, struct inc_writer *w, struct inc_err *err)
{
    struct inc_buf draft = {0};
    struct inc_frame *frame = NULL;
    const struct inc_node *id, *record;
    enum inc_status st = INC_OK;

    INC_TRY(inc_read_object(&draft, inc_arg(&c->args, INC_OPT_DRAFT), err));
    INC_TRY(
        inc_frame_open(&frame, draft.data, draft.len, &inc_reply_limits, err));
    id = inc_node_get(inc_frame_root(frame), "id");
    record = inc_node_get(inc_frame_root(frame), "record");
    if (id == NULL || record == NULL) {
        st = inc_fail(err, INC_E_CONFIG, 0, "%s",
                      _("the file of --draft is not what draft --json prints"));
        goto out;
    }
    inc_w_key(w, "draft");
    inc_w_map(w);
    inc_w_key(w, "id");
    inc_w_node(w, id);
    inc_w_key(w, "proposed");
    inc_w_node(w, record);
    inc_w_end(w);
out:
    inc_frame_close(frame);
    inc_buf_release(&draft);
    return st;
}

int
inc_cmd_put(struct inc_cli *c)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct inc_buf record = {0}, body = {0};
    struct inc_writer w;

    inc_err_clear(&err);
    INC_TRY(inc_read_object(&record, c->args.word[0], &err));
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_key(&w, "record");
    inc_w_raw(&w, record.data, record.len);
    put_if_revision(c, &w);
    if (inc_arg_has(&c->args, INC_OPT_DRY_RUN))
        inc_w_kbool(&w, "dry_run", 1);
    if (inc_arg_has(&c->args, INC_OPT_DRAFT))
        INC_TRY(put_draft(c, &w, &err));
    inc_w_end(&w);
    INC_TRY(inc_write_and_tell(c, op_of(c->args.command), &body, &err));
out:
    inc_buf_release(&body);
    inc_buf_release(&record);
    return st == INC_OK ? 0 : inc_complain(&err);
}

int
inc_cmd_patch(struct inc_cli *c)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct inc_buf set = {0}, body = {0};
    struct inc_writer w;
    const char *text = inc_arg(&c->args, INC_OPT_SET);

    inc_err_clear(&err);
    if ((text == NULL) == (c->args.words < 2)) {
        st = inc_fail(&err, INC_E_CONFIG, 0,
                      _("give the changes in a file or with --set, one of "
                        "the two"));
        inc_err_hint(&err, "--set '{\"updated\": \"2026-11-22\"}'");
        goto out;
    }
    if (text != NULL)
        INC_TRY(
            inc_json_object(&set, text, strlen(text), "--set", 1, NULL, &err));
    else
        INC_TRY(inc_read_object(&set, c->args.word[1], &err));
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "id", c->args.word[0]);
    inc_w_key(&w, "set");
    inc_w_raw(&w, set.data, set.len);
    put_if_revision(c, &w);
    inc_w_end(&w);
    INC_TRY(inc_write_and_tell(c, op_of(c->args.command), &body, &err));
out:
    inc_buf_release(&body);
    inc_buf_release(&set);
    return st == INC_OK ? 0 : inc_complain(&err);
}

int
inc_cmd_write_id(struct inc_cli *c)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct inc_buf body = {0};
    struct inc_writer w;

    inc_err_clear(&err);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "id", c->args.word[0]);
    put_if_revision(c, &w);
    inc_w_end(&w);
    st = inc_write_and_tell(c, op_of(c->args.command), &body, &err);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}

enum inc_status
inc_ask_record(struct inc_cli *c, enum inc_op op, const char *id,
               struct inc_answer *out, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf body = {0};
    struct inc_writer w;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "id", id);
    inc_w_end(&w);
    st = inc_ask(c, op, &body, 0, out, err);
    inc_buf_release(&body);
    return st;
}

int
inc_cmd_get(struct inc_cli *c)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct inc_answer a = {0};

    inc_err_clear(&err);
    INC_TRY(
        inc_ask_record(c, op_of(c->args.command), c->args.word[0], &a, &err));
    if (c->json)
        inc_show_json(c, a.body);
    else
        inc_show_record(c, inc_node_get(a.body, "record"));
out:
    inc_answer_release(&a);
    return st == INC_OK ? 0 : inc_complain(&err);
}

enum inc_status
inc_ask_page(struct inc_cli *c, enum inc_op op, int64_t limit,
             const char *cursor, const char *office, struct inc_answer *out,
             struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf body = {0};
    struct inc_writer w;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_kint(&w, "limit", limit);
    if (cursor != NULL && cursor[0] != '\0')
        inc_w_ktext(&w, "cursor", cursor);
    if (office != NULL)
        inc_w_ktext(&w, "office", office);
    inc_w_end(&w);
    st = inc_ask(c, op, &body, 0, out, err);
    inc_buf_release(&body);
    return st;
}

void
inc_page_cursor(char out[INC_CURSOR_MAX], const struct inc_node *page)
{
    const struct inc_node *n = inc_node_get(page, "cursor");
    size_t len = 0;

    out[0] = '\0';
    if (n == NULL || inc_node_kind(n) != INC_NODE_TEXT)
        return;
    const char *text = inc_node_text(n, &len);
    if (len >= INC_CURSOR_MAX)
        return;
    memcpy(out, text, len);
    out[len] = '\0';
}

int
inc_cmd_list(struct inc_cli *c)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct inc_answer a = {0};
    const char *given = inc_arg(&c->args, INC_OPT_CURSOR);
    int all = inc_arg_has(&c->args, INC_OPT_ALL);
    char cursor[INC_CURSOR_MAX] = "";
    int first = 1;

    inc_err_clear(&err);
    if (given != NULL)
        (void)snprintf(cursor, sizeof cursor, "%s", given);
    do {
        INC_TRY(inc_ask_page(c, op_of(c->args.command),
                             inc_arg_int(&c->args, INC_OPT_LIMIT, PAGE), cursor,
                             inc_arg(&c->args, INC_OPT_OFFICE), &a, &err));
        if (c->json)
            inc_show_json(c, a.body);
        else
            inc_show_rows(c, inc_node_get(a.body, "items"), first);
        inc_page_cursor(cursor, a.body);
        first = 0;
    } while (all && cursor[0] != '\0');
    if (!c->json && !c->quiet && cursor[0] != '\0')
        inc_buf_printf(&c->out, _("more: --cursor %s, or --all\n"), cursor);
out:
    inc_answer_release(&a);
    return st == INC_OK ? 0 : inc_complain(&err);
}

/* evidence.c - register checkpoint, register export, match proof: texts for a
 * witness and for incrocio-audit. They go out as they are. */
#include "clients/cli/admin.h"
#include "proto/register.h"

static enum inc_status
ask(struct inc_cli *c, enum inc_op op, const struct inc_buf *body, int slow,
    int64_t *next, struct inc_err *err)
{
    struct inc_arena arena = {0};
    struct inc_attestation e = {0};
    enum inc_status st = inc_ask_typed(c, op, body, slow, &e, &arena, err);

    if (st == INC_OK && e.text != NULL)
        inc_buf_text(&c->out, e.text);
    if (next != NULL)
        *next = e.next;
    inc_arena_release(&arena);
    return st;
}

int
inc_cmd_checkpoint(struct inc_cli *c)
{
    struct inc_buf body = {0};
    struct inc_err err;
    struct inc_writer w;
    enum inc_status st;

    inc_err_clear(&err);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    if (inc_arg_has(&c->args, INC_OPT_SINCE))
        inc_w_kint(&w, "since", inc_arg_int(&c->args, INC_OPT_SINCE, 0));
    inc_w_end(&w);
    st = ask(c, INC_OP_REGISTER_CHECKPOINT, &body, 0, NULL, &err);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}

int
inc_cmd_proof(struct inc_cli *c)
{
    struct inc_buf body = {0};
    struct inc_err err;
    struct inc_writer w;
    int64_t no = 0;
    enum inc_status st;

    inc_err_clear(&err);
    st = inc_entry_number(c, 0, &no, &err);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_kint(&w, "no", no);
    if (inc_arg_has(&c->args, INC_OPT_PERSONA))
        inc_w_ktext(&w, "person", inc_arg(&c->args, INC_OPT_PERSONA));
    inc_w_end(&w);
    if (st == INC_OK)
        st = ask(c, INC_OP_MATCH_PROOF, &body, 0, NULL, &err);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}

/* All pages of the register's heads, or the journal's. */
static enum inc_status
heads(struct inc_cli *c, int journal, struct inc_err *err)
{
    int64_t after = 0;
    enum inc_status st;

    do {
        struct inc_buf body = {0};
        struct inc_writer w;

        inc_writer_init(&w, &body);
        inc_w_map(&w);
        inc_w_kbool(&w, "journal", journal);
        inc_w_kint(&w, "after", after);
        inc_w_end(&w);
        st = ask(c, INC_OP_REGISTER_EXPORT, &body, 1, &after, err);
        inc_buf_release(&body);
    } while (st == INC_OK && after != 0);
    return st;
}

int
inc_cmd_register_export(struct inc_cli *c)
{
    struct inc_buf body = {0};
    struct inc_err err;
    struct inc_writer w;
    enum inc_status st;

    inc_err_clear(&err);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_end(&w);
    /* The checkpoint first: what is exported then reaches at least to it. */
    st = ask(c, INC_OP_REGISTER_CHECKPOINT, &body, 0, NULL, &err);
    if (st == INC_OK)
        st = heads(c, 0, &err);
    if (st == INC_OK)
        st = heads(c, 1, &err);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}

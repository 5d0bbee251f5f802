#include "engine/store/take.h"

#include <string.h>

/*
 * Stored form of a journal entry: [head, chain, body, sealed]; the last is left
 * out when the body is not sealed under a person's key. The head is a binary
 * holding a list of its own, so that the chain runs over exactly the stored
 * bytes: a later version may append fields and this one still checks it.
 * Operations and kinds are stored by name and results by their fixed numbers,
 * never by the place in a C enum.
 */
enum {
    ENTRY_VERSION = 1,
    HEAD_FIELDS = 15,
    ENTRY_FIELDS = 3,
    ANSWER_FIELDS = 6
};

static const struct inc_frame_limits entry_limits = {4u << 20, 16, 2};
static const struct inc_frame_limits head_limits = {8192, 64, 2};

void
inc_chain_first(unsigned char out[INC_DIGEST],
                const unsigned char id[INC_STORE_ID])
{
    inc_digest(out, id, INC_STORE_ID);
}

void
inc_chain_next(unsigned char out[INC_DIGEST],
               const unsigned char prev[INC_DIGEST], const void *head,
               size_t head_len)
{
    struct inc_hasher h;

    inc_hasher_init(&h);
    inc_hasher_add(&h, prev, INC_DIGEST);
    inc_hasher_add(&h, head, head_len);
    inc_hasher_end(&h, out);
}

void
inc_entry_head(struct inc_buf *out, const struct inc_journal_row *row)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_list(&w);
    inc_w_int(&w, ENTRY_VERSION);
    inc_w_int(&w, (int64_t)row->e.seq);
    inc_w_int(&w, row->e.at_unix_ms);
    inc_w_text(&w, inc_ops[row->e.op].wire);
    inc_w_int(&w, row->e.result);
    inc_w_bin(&w, row->e.key, INC_KEY);
    inc_w_text(&w, inc_record_name(row->kind));
    inc_w_text(&w, row->e.id);
    inc_w_int(&w, (int64_t)row->no);
    inc_w_int(&w, row->revision);
    inc_w_bool(&w, row->created);
    inc_w_text_or_nil(&w, row->e.actor);
    inc_w_text_or_nil(&w, row->e.office);
    inc_w_text_or_nil(&w, row->e.purpose);
    inc_w_bin(&w, row->e.body_sha, INC_DIGEST);
    inc_w_end(&w);
}

void
inc_entry_write(struct inc_buf *out, const struct inc_buf *head,
                const unsigned char chain[INC_DIGEST], const void *body,
                size_t body_len, int has_body, int sealed)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_list(&w);
    inc_w_bin(&w, head->data, head->len);
    inc_w_bin(&w, chain, INC_DIGEST);
    if (has_body)
        inc_w_bin(&w, body, body_len);
    else
        inc_w_nil(&w);
    if (sealed)
        inc_w_bool(&w, 1);
    inc_w_end(&w);
}

static enum inc_status
read_head(struct inc_journal_row *out, const void *bytes, size_t len,
          struct inc_arena *a, struct inc_err *err)
{
    enum inc_status st;
    struct inc_frame *f = NULL;
    struct inc_taker t = {.a = a};
    const char *wire, *name;
    int64_t version, result;
    int op, kind;

    INC_TRY(inc_take_frame(&f, bytes, len, &head_limits, HEAD_FIELDS,
                           "the head of a journal entry", err));
    t.list = inc_frame_root(f);
    version = inc_take_int(&t);
    out->e.seq = inc_take_number(&t);
    out->e.at_unix_ms = inc_take_int(&t);
    wire = inc_take_text(&t);
    result = inc_take_int(&t);
    inc_take_bytes(&t, out->e.key, INC_KEY);
    name = inc_take_text(&t);
    out->e.id = inc_take_text(&t);
    out->no = inc_take_number(&t);
    out->revision = inc_take_int(&t);
    out->created = inc_take_bool(&t);
    out->e.actor = inc_take_text_or_nil(&t);
    out->e.office = inc_take_text_or_nil(&t);
    out->e.purpose = inc_take_text_or_nil(&t);
    inc_take_bytes(&t, out->e.body_sha, INC_DIGEST);
    INC_TRY(inc_taken(&t, "a journal entry", err));
    op = inc_op_of(wire);
    kind = inc_kind_of(name);
    if (version > ENTRY_VERSION || op < 0 || kind < 0 || !inc_is_status(result))
        INC_TRY(inc_fail(err, INC_E_NEWER, 0,
                         "journal entry %llu was written by a newer version",
                         (unsigned long long)out->e.seq));
    out->e.op = (enum inc_op)op;
    out->kind = (enum inc_record_kind)kind;
    out->e.result = (enum inc_status)result;
out:
    inc_frame_close(f);
    return st;
}

enum inc_status
inc_entry_read(struct inc_journal_row *out, const void *bytes, size_t len,
               struct inc_arena *a, struct inc_err *err)
{
    enum inc_status st;
    struct inc_frame *f = NULL;
    const struct inc_node *head, *body;
    struct inc_taker t = {.a = a};

    memset(out, 0, sizeof *out);
    INC_TRY(inc_take_frame(&f, bytes, len, &entry_limits, ENTRY_FIELDS,
                           "a journal entry", err));
    t.list = inc_frame_root(f);
    head = inc_take(&t, INC_NODE_BIN);
    if (head != NULL)
        out->head = inc_node_bin(head, &out->head_len);
    inc_take_bytes(&t, out->e.chain, INC_DIGEST);
    body = inc_node_at(t.list, 2);
    if (inc_node_kind(body) == INC_NODE_BIN)
        out->body = inc_node_bin(body, &out->body_len);
    else if (inc_node_kind(body) != INC_NODE_NIL)
        t.bad = 1;
    if (inc_node_count(t.list) > ENTRY_FIELDS) {
        const struct inc_node *sealed = inc_node_at(t.list, ENTRY_FIELDS);

        if (inc_node_kind(sealed) != INC_NODE_BOOL)
            t.bad = 1;
        else
            out->sealed = inc_node_bool(sealed);
    }
    INC_TRY(inc_taken(&t, "a journal entry", err));
    st = read_head(out, out->head, out->head_len, a, err);
out:
    inc_frame_close(f);
    return st;
}

void
inc_answer_write(struct inc_buf *out, const struct inc_answer *answer)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_list(&w);
    inc_w_int(&w, (int64_t)answer->seq);
    inc_w_text(&w, answer->op);
    inc_w_int(&w, answer->result);
    inc_w_int(&w, answer->revision);
    inc_w_bool(&w, answer->created);
    inc_w_bin(&w, answer->body_sha, INC_DIGEST);
    inc_w_end(&w);
}

enum inc_status
inc_answer_read(struct inc_answer *out, const void *bytes, size_t len,
                struct inc_arena *a, struct inc_err *err)
{
    enum inc_status st;
    struct inc_frame *f = NULL;
    struct inc_taker t = {.a = a};
    int64_t result;

    memset(out, 0, sizeof *out);
    INC_TRY(inc_take_frame(&f, bytes, len, &head_limits, ANSWER_FIELDS,
                           "a first answer", err));
    t.list = inc_frame_root(f);
    out->seq = inc_take_number(&t);
    out->op = inc_take_text(&t);
    result = inc_take_int(&t);
    out->revision = inc_take_int(&t);
    out->created = inc_take_bool(&t);
    inc_take_bytes(&t, out->body_sha, INC_DIGEST);
    if (!inc_is_status(result))
        t.bad = 1;
    else
        out->result = (enum inc_status)result;
    st = inc_taken(&t, "a first answer", err);
out:
    inc_frame_close(f);
    return st;
}

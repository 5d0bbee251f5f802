/* put_many of the three kinds of record: many puts in one request. Each is a
 * command of its own, with the operation, the body and the key it would have
 * had alone, so that the journal and the keys do not know how it travelled.
 * Scribe's thread. */
#include <string.h>

#include "engine/base/hash.h"
#include "engine/server/desk.h"
#include "proto/replies.h"

enum { PUT_DRAFT = 3 }; /* bit of inc_put in its table */

static enum inc_op
op_of_one(enum inc_op many)
{
    switch (inc_route_kind(many)) {
    case INC_RECORD_CANDIDATE:
        return INC_OP_CANDIDATE_PUT;
    case INC_RECORD_NEED:
        return INC_OP_NEED_PUT;
    case INC_RECORD_COMPANY:
    case INC_RECORD_USER:
    case INC_RECORD_KINDS:
    default:
        return INC_OP_COMPANY_PUT;
    }
}

static int
digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static enum inc_status
read_key(unsigned char key[INC_KEY], const char *text, size_t i,
         struct inc_err *err)
{
    size_t len = strlen(text), n = 0;

    for (; len == 2 * (size_t)INC_KEY && n < INC_KEY; n++) {
        int high = digit(text[2 * n]), low = digit(text[2 * n + 1]);

        if (high < 0 || low < 0)
            break;
        key[n] = (unsigned char)(high * 16 + low);
    }
    if (n == INC_KEY)
        return INC_OK;
    (void)inc_fail(err, INC_E_RANGE, 0, "a key has %d hex digits", 2 * INC_KEY);
    inc_err_where(err, "keys[%zu]", i);
    return INC_E_RANGE;
}

/* The i-th key that follows from the request's own. They are neighbours, so
 * that a commit touches few pages of the store's table of keys. */
static void
derive_key(unsigned char key[INC_KEY], const unsigned char from[INC_KEY],
           size_t i)
{
    struct inc_hasher h;
    unsigned char digest[INC_DIGEST];
    unsigned char number[2] = {(unsigned char)(i >> 8), (unsigned char)i};

    inc_hasher_init(&h);
    inc_hasher_add(&h, from, INC_KEY);
    inc_hasher_end(&h, digest);
    memcpy(key, digest, INC_KEY);
    memcpy(key + INC_KEY - sizeof number, number, sizeof number);
}

static enum inc_status
make_keys(struct inc_job *j, const struct inc_put_many *many,
          struct inc_err *err)
{
    unsigned char own[INC_KEY];
    enum inc_status st = INC_OK;

    if (many->n_keys > 0 && many->n_keys != many->n_puts) {
        st = inc_fail(err, INC_E_RANGE, 0, "%u keys for %u puts", many->n_keys,
                      many->n_puts);
        inc_err_where(err, "keys");
        inc_err_hint(err, "one key for each put, or none");
        return st;
    }
    memcpy(own, j->request.key, INC_KEY);
    if (!j->request.has_key)
        inc_key_make(own);
    for (uint32_t i = 0; i < many->n_puts; i++)
        if (many->n_keys > 0)
            INC_TRY(read_key(j->orders[i].command.key, many->keys[i], i, err));
        else
            derive_key(j->orders[i].command.key, own, i);
out:
    return st;
}

/* A quarter of the request's memory is for the store, which copies every
 * record and reads the one that was there. */
static int
has_memory(const struct inc_arena *a)
{
    return a->used <= a->cap / 4 * 3;
}

static void
judge(struct inc_desk *d, struct inc_job *j, struct inc_order *o,
      const struct inc_node *body, const struct inc_reference *ref)
{
    enum inc_op op = op_of_one(j->op);
    struct inc_command *c = &o->command;
    struct inc_put put = {0};
    size_t used = j->arena.used;

    inc_command_begin(c, j, op);
    o->notes_at = j->notes.len;
    j->n_notes = 0;
    if (o != j->orders && !has_memory(&j->arena))
        c->status = inc_fail(&c->err, INC_E_NOMEM, 0,
                             "the request's memory is spent on the puts "
                             "before this one");
    else
        c->status = inc_schema_decode(&put, inc_ops[op].request, body,
                                      &j->arena, &c->err);
    if (c->status == INC_OK && INC_HAS(&put, PUT_DRAFT)) {
        c->status = inc_fail(&c->err, INC_E_FIELD, 0,
                             "a draft is confirmed by a put of its own");
        inc_err_where(&c->err, "draft");
    }
    if (c->status == INC_OK)
        c->status =
            inc_put_judge(d, j, &put, ref, &o->record, c, &o->apply, &c->err);
    o->n_notes = j->n_notes;
    if (c->status == INC_OK)
        return;
    o->apply = 0;
    j->arena.used = used; /* what was read of it is not needed */
}

enum inc_status
inc_on_put_many(struct inc_desk *d, struct inc_job *j,
                const struct inc_reference *ref, struct inc_err *err)
{
    struct inc_put_many many = {0};
    enum inc_status st = INC_OK;
    const unsigned char *body, *list, *bytes;
    size_t body_len, list_len, at = 0;

    INC_TRY(inc_route_body(j, &many, err));
    j->orders = inc_arena_array(&j->arena, many.n_puts, sizeof *j->orders);
    if (j->orders == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0,
                      "the request's memory is not enough for %u puts",
                      many.n_puts);
        goto out;
    }
    INC_TRY(make_keys(j, &many, err));
    j->n_orders = many.n_puts;
    inc_raw_body(j->bytes, j->len, &body, &body_len);
    inc_raw_member(body, body_len, "puts", &list, &list_len);
    for (size_t i = 0; i < j->n_orders; i++) {
        struct inc_command *c = &j->orders[i].command;

        judge(d, j, &j->orders[i], many.puts[i], ref);
        if (inc_raw_item(list, list_len, &at, &bytes, &c->body_len))
            c->body = bytes;
    }
out:
    return st;
}

void
inc_put_many_confirm(struct inc_job *j)
{
    struct inc_writer w;

    inc_writer_init(&w, &j->body);
    inc_w_map(&w);
    inc_w_key(&w, "results");
    inc_w_list(&w);
    for (size_t i = 0; i < j->n_orders; i++) {
        const struct inc_order *o = &j->orders[i];
        struct inc_err err = o->command.err;

        inc_w_map(&w);
        err.status = o->command.status;
        if (err.status != INC_OK)
            inc_w_error(&w, &err);
        else
            inc_stored_write(&w, j, &o->command, o->notes_at, o->n_notes);
        inc_w_end(&w);
    }
    inc_w_end(&w);
    inc_w_end(&w);
}

/* put, patch, freeze, unfreeze, close, reopen, delete of the three kinds of
 * record: from the request to a command for the store. Scribe's thread. */
#include <string.h>

#include "engine/base/clock.h"
#include "engine/server/desk.h"
#include "proto/replies.h"

enum { NO_REVISION = -1, NOTES_MAX = 20 };

/* Bits of inc_put, inc_patch and inc_by_id_write in their tables' order. */
enum { PUT_RECORD, PUT_IF_REVISION, PUT_DRY_RUN };
enum { PATCH_ID, PATCH_SET, PATCH_IF_REVISION };
enum { WRITE_ID, WRITE_IF_REVISION };

void
inc_stored_write(struct inc_writer *w, const struct inc_job *j,
                 const struct inc_command *c, size_t notes_at, uint32_t n_notes)
{
    inc_w_ktext(w, "id", c->id);
    inc_w_kint(w, "revision", c->revision);
    inc_w_kint(w, "seq", (int64_t)c->seq);
    if (c->created)
        inc_w_kbool(w, "created", 1);
    if (c->replayed)
        inc_w_kbool(w, "replayed", 1);
    if (n_notes == 0)
        return;
    inc_w_key(w, "notes");
    inc_w_list(w);
    for (size_t at = notes_at; n_notes > 0; n_notes--) {
        const char *text = (const char *)j->notes.data + at;

        inc_w_text(w, text);
        at += strlen(text) + 1;
    }
    inc_w_end(w);
}

static void
reply_stored(struct inc_job *j)
{
    struct inc_writer w;

    inc_writer_init(&w, &j->body);
    inc_w_map(&w);
    inc_stored_write(&w, j, &j->command, 0, j->n_notes);
    inc_w_end(&w);
}

/* What deserves a look travels with the answer: NUL-ended texts. */
static void
note(void *arg, const char *text)
{
    struct inc_job *j = arg;

    if (j->n_notes == NOTES_MAX)
        return;
    inc_buf_add(&j->notes, text, strlen(text) + 1);
    j->n_notes++;
}

/* What the put would have met in the store, without storing anything. */
static enum inc_status
rehearse(struct inc_desk *d, struct inc_job *j, const struct inc_put *put,
         struct inc_command *c, struct inc_err *err)
{
    struct inc_view *view = NULL;
    union inc_record old;
    uint64_t no;
    enum inc_status st = INC_OK;

    INC_TRY(inc_view_open(&view, d->o.store, err));
    st = inc_view_get(view, c->kind, c->id, &old, &no, &j->arena, err);
    if (st == INC_E_NOTFOUND) {
        st = INC_OK;
        inc_err_clear(err);
        c->created = 1;
    } else if (st == INC_OK) {
        c->revision = inc_record_revision(c->kind, &old);
    } else {
        goto out;
    }
    if (INC_HAS(put, PUT_IF_REVISION) && put->if_revision != c->revision) {
        st = inc_fail(err, INC_E_CONFLICT, 0,
                      "the stored record has revision %lld, not %lld",
                      (long long)c->revision, (long long)put->if_revision);
        inc_err_where(err, "if_revision");
        inc_err_hint(err, "read the record again and decide anew");
    }
out:
    inc_view_close(view);
    return st;
}

enum inc_status
inc_put_judge(struct inc_desk *d, struct inc_job *j, const struct inc_put *put,
              const struct inc_reference *ref, union inc_record *r,
              struct inc_command *c, int *apply, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    *apply = !put->dry_run;
    INC_TRY(inc_record_read(r, c->kind, put->record, "record", ref, &j->arena,
                            err));
    inc_record_set_updated(c->kind, r, inc_clock_today());
    inc_validate_notes(c->kind, r, ref, note, j);
    c->id = inc_record_id(c->kind, r);
    c->record = r;
    if (INC_HAS(put, PUT_IF_REVISION))
        c->if_revision = put->if_revision;
    if (put->dry_run)
        st = rehearse(d, j, put, c, err);
out:
    return st;
}

static enum inc_status
order_put(struct inc_desk *d, struct inc_job *j,
          const struct inc_reference *ref, struct inc_err *err)
{
    struct inc_put put = {0};
    enum inc_status st = INC_OK;
    int apply;

    INC_TRY(inc_route_body(j, &put, err));
    INC_TRY(
        inc_put_judge(d, j, &put, ref, &j->record, &j->command, &apply, err));
    j->dry_run = !apply;
    if (j->dry_run)
        reply_stored(j);
out:
    return st;
}

static enum inc_status
check_merged(void *arg, enum inc_record_kind kind, const union inc_record *r,
             struct inc_err *err)
{
    enum inc_status st = inc_validate(kind, r, arg, err);

    if (st != INC_OK)
        inc_err_under(err, "set");
    return st;
}

static enum inc_status
order_patch(struct inc_job *j, enum inc_record_kind kind,
            struct inc_reference *ref, struct inc_err *err)
{
    struct inc_patch patch = {0};
    enum inc_status st = INC_OK;

    INC_TRY(inc_route_body(j, &patch, err));
    st = inc_schema_decode_patch(&j->record, &j->command.removed,
                                 inc_record_type(kind), patch.set, &j->arena,
                                 err);
    if (st != INC_OK) {
        inc_err_under(err, "set");
        goto out;
    }
    j->command.id = patch.id;
    j->command.record = &j->record;
    j->command.check = check_merged;
    /* The image, and with it the reference, is held until the commit. */
    j->command.check_arg = ref;
    if (INC_HAS(&patch, PATCH_IF_REVISION))
        j->command.if_revision = patch.if_revision;
out:
    return st;
}

static enum inc_status
order_by_id(struct inc_job *j, struct inc_err *err)
{
    struct inc_by_id_write body = {0};
    enum inc_status st = INC_OK;

    INC_TRY(inc_route_body(j, &body, err));
    j->command.id = body.id;
    if (INC_HAS(&body, WRITE_IF_REVISION))
        j->command.if_revision = body.if_revision;
out:
    return st;
}

void
inc_command_begin(struct inc_command *c, struct inc_job *j, enum inc_op op)
{
    c->op = op;
    c->kind = inc_route_kind(op);
    c->actor = j->request.actor;
    c->office = j->request.office;
    c->purpose = j->request.purpose;
    c->at_unix_ms = inc_clock_unix_ms();
    c->if_revision = NO_REVISION;
    c->arena = &j->arena;
}

enum inc_status
inc_on_order(struct inc_desk *d, struct inc_job *j,
             const struct inc_image *image, struct inc_err *err)
{
    struct inc_reference *ref = &image->estate->reference;
    struct inc_command *c = &j->command;
    const struct inc_type *body = inc_ops[j->op].request;
    const unsigned char *bytes;

    if (body == &inc_put_many_type)
        return inc_on_put_many(d, j, ref, err);
    inc_command_begin(c, j, j->op);
    if (j->request.has_key)
        memcpy(c->key, j->request.key, sizeof c->key);
    else
        inc_key_make(c->key);
    inc_raw_body(j->bytes, j->len, &bytes, &c->body_len);
    c->body = bytes;
    if (body == &inc_patch_type)
        return order_patch(j, c->kind, ref, err);
    if (body == &inc_by_id_write_type)
        return order_by_id(j, err);
    if (body == &inc_vault_put_type) {
        enum inc_status st = inc_on_vault_put(j, err);

        if (j->dry_run)
            reply_stored(j);
        return st;
    }
    return order_put(d, j, ref, err);
}

void
inc_on_confirm(struct inc_desk *d, struct inc_job *j)
{
    (void)d;
    if (j->orders != NULL)
        inc_put_many_confirm(j);
    else
        reply_stored(j);
}

/* put, patch, freeze, unfreeze, close, reopen, revoke, rotate, delete of the
 * kinds of record: from the request to a command for the store. Scribe's
 * thread. */
#include <string.h>

#include "engine/base/clock.h"
#include "engine/server/desk.h"
#include "engine/server/who.h"
#include "proto/register.h"
#include "proto/replies.h"

enum { NO_REVISION = -1, NOTES_MAX = 20 };

/* Bits of inc_put, inc_patch and inc_by_id_write in their tables' order. */
enum { PUT_RECORD, PUT_IF_REVISION, PUT_DRY_RUN, PUT_DRAFT };
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
        if (c->may != NULL)
            INC_TRY(c->may(c->may_arg, c, &old, err));
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

/* Is what is to be stored the asker's to store? */
static enum inc_status
check_asker(struct inc_desk *d, const struct inc_job *j,
            enum inc_record_kind kind, const union inc_record *r,
            const char *under, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (kind == INC_RECORD_USER) {
        st = inc_who_check(d, j, &r->user, err);
    } else if (!inc_route_in_scope(j, kind, r)) {
        st = inc_fail(err, INC_E_DENIED, 0, "this %s would not be one of yours",
                      inc_record_name(kind));
        inc_err_where(err, "%s",
                      j->grant.who->role->scope[kind] == INC_SCOPE_COMPANY
                          ? "company"
                          : "office");
        inc_err_hint(err, "name one of your own");
    }
    if (st != INC_OK)
        inc_err_under(err, under);
    return st;
}

/* Is the stored record the asker's to touch? */
static enum inc_status
may_touch(void *arg, const struct inc_command *c, const union inc_record *old,
          struct inc_err *err)
{
    const struct inc_job *j = arg;
    const int is_put = inc_ops[c->op].request == &inc_candidate_put_type ||
                       inc_ops[c->op].request == &inc_need_put_type ||
                       inc_ops[c->op].request == &inc_company_put_type ||
                       inc_ops[c->op].request == &inc_user_put_type;
    enum inc_status st;

    if (!inc_in_scope(&j->grant, c->kind, old)) {
        if (!is_put)
            return inc_route_out_of_scope(c->kind, err);
        st = inc_fail(err, INC_E_DENIED, 0,
                      "this id is taken, by a record that is not yours");
        inc_err_where(err, "record.id");
        return st;
    }
    if (!is_put || inc_sees_whole(&j->grant, c->kind))
        return INC_OK;
    st = inc_fail(err, INC_E_DENIED, 0,
                  "your view hides fields of this %s, and a put replaces it "
                  "whole",
                  inc_record_name(c->kind));
    inc_err_where(err, "record");
    inc_err_hint(err, "patch it; or read it with the full view and put it "
                      "with view: full too");
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
    INC_TRY(check_asker(d, j, c->kind, r, "record", err));
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
    if (INC_HAS(&put, PUT_DRAFT))
        INC_TRY(inc_draft_confirm(d, j, &put, j->command.kind, err));
    j->dry_run = !apply;
    if (j->dry_run)
        reply_stored(j);
out:
    return st;
}

struct merged {
    struct inc_desk *desk;
    const struct inc_job *job;
    struct inc_reference *ref;
};

static enum inc_status
check_merged(void *arg, enum inc_record_kind kind, const union inc_record *r,
             struct inc_err *err)
{
    const struct merged *m = arg;
    enum inc_status st = inc_validate(kind, r, m->ref, err);

    if (st != INC_OK)
        inc_err_under(err, "set");
    else
        st = check_asker(m->desk, m->job, kind, r, "set", err);
    return st;
}

static enum inc_status
set_check(struct inc_desk *d, struct inc_job *j, struct inc_reference *ref,
          struct inc_err *err)
{
    struct merged *m = inc_arena_array(&j->arena, 1, sizeof *m);

    if (m == NULL)
        return inc_fail(err, INC_E_NOMEM, 0,
                        "the request needs more memory than one may have");
    /* The image, and with it the reference, is held until the commit. */
    *m = (struct merged){d, j, ref};
    j->command.check = check_merged;
    j->command.check_arg = m;
    return INC_OK;
}

static enum inc_status
order_patch(struct inc_desk *d, struct inc_job *j, enum inc_record_kind kind,
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
    INC_TRY(set_check(d, j, ref, err));
    if (INC_HAS(&patch, PATCH_IF_REVISION))
        j->command.if_revision = patch.if_revision;
out:
    return st;
}

static enum inc_status
order_rotate(struct inc_desk *d, struct inc_job *j, struct inc_reference *ref,
             struct inc_err *err)
{
    struct inc_user_rotate body = {0};
    enum inc_status st = INC_OK;

    INC_TRY(inc_route_body(j, &body, err));
    j->record = (union inc_record){.user = {.key = body.key}};
    j->record.has = UINT64_C(1) << INC_USER_PUBLIC_KEY;
    j->command.id = body.id;
    j->command.record = &j->record;
    INC_TRY(set_check(d, j, ref, err));
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
    if (j->op == INC_OP_USER_REVOKE && j->grant.who != NULL &&
        j->grant.who->id != NULL && strcmp(j->grant.who->id, body.id) == 0) {
        st = inc_fail(err, INC_E_DENIED, 0, "this is your own key");
        inc_err_where(err, "id");
        inc_err_hint(err, "another administrator, or this machine's own "
                          "account, can revoke it");
        goto out;
    }
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
    if (j->grant.who != NULL && !j->grant.who->role->everything) {
        c->may = may_touch;
        c->may_arg = j;
    }
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
        return order_patch(d, j, c->kind, ref, err);
    if (j->op == INC_OP_RETENTION_APPLY)
        return inc_on_retain(d, j, err);
    if (body == &inc_by_id_write_type)
        return order_by_id(j, err);
    if (body == &inc_vault_put_type) {
        enum inc_status st = inc_on_vault_put(j, err);

        if (j->dry_run)
            reply_stored(j);
        return st;
    }
    if (body == &inc_register_prune_type)
        return inc_on_prune(d, j, err);
    if (body == &inc_user_rotate_type)
        return order_rotate(d, j, ref, err);
    return order_put(d, j, ref, err);
}

void
inc_on_confirm(struct inc_desk *d, struct inc_job *j)
{
    if (j->orders != NULL)
        inc_put_many_confirm(j);
    else
        reply_stored(j);
    inc_draft_count(d, j);
    /* Before the reply leaves: who is revoked is out from then on. Once for
     * all users of a commit. */
    if (inc_route_kind(j->op) == INC_RECORD_USER &&
        (d->book_seq == 0 || j->command.seq > d->book_seq))
        (void)inc_who_refresh(d, NULL);
}

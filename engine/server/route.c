/* Operation -> handler. */
#include <string.h>

#include "engine/base/check.h"
#include "engine/server/desk.h"
#include "engine/server/publisher.h"
#include "engine/server/who.h"

static inc_answer_fn *const answers[INC_OP_COUNT] = {
    [INC_OP_PING] = inc_on_ping,
    [INC_OP_STATUS] = inc_on_status,
    [INC_OP_CANDIDATE_GET] = inc_on_get,
    [INC_OP_CANDIDATE_LIST] = inc_on_list,
    [INC_OP_CANDIDATE_EXPORT] = inc_on_person_export,
    [INC_OP_RETENTION_LIST] = inc_on_retention,
    [INC_OP_VAULT_GET] = inc_on_vault_get,
    [INC_OP_NEED_GET] = inc_on_get,
    [INC_OP_NEED_LIST] = inc_on_list,
    [INC_OP_COMPANY_GET] = inc_on_get,
    [INC_OP_COMPANY_LIST] = inc_on_list,
    [INC_OP_USER_GET] = inc_on_get,
    [INC_OP_USER_LIST] = inc_on_list,
    [INC_OP_CONCEPT_FIND] = inc_on_concept_find,
    [INC_OP_SUGGEST] = inc_on_suggest,
    [INC_OP_CONCEPT_GET] = inc_on_concept_get,
    [INC_OP_LINK] = inc_on_link,
    [INC_OP_COMUNE_FIND] = inc_on_comune_find,
    [INC_OP_DRAFT] = inc_on_draft,
    [INC_OP_QUALITY_DRAFTS] = inc_on_quality_drafts,
    [INC_OP_CANDIDATE_SEEN] = inc_on_candidate_seen,
    [INC_OP_MATCH_LIST] = inc_on_match_list,
    [INC_OP_MATCH_GET] = inc_on_match_get,
    [INC_OP_EVENT_LIST] = inc_on_event_list,
    [INC_OP_JOURNAL_LIST] = inc_on_journal,
    [INC_OP_VERIFY] = inc_on_verify,
    [INC_OP_BACKUP] = inc_on_backup,
    [INC_OP_ORACLE] = inc_on_oracle,
    [INC_OP_MATCH_REPLAY] = inc_on_replay,
    [INC_OP_MATCH_PROOF] = inc_on_proof,
    [INC_OP_REGISTER_CHECKPOINT] = inc_on_checkpoint,
    [INC_OP_REGISTER_EXPORT] = inc_on_export,
    [INC_OP_REGISTER_CUT] = inc_on_cut,
};

enum inc_record_kind
inc_route_kind(enum inc_op op)
{
    const char *wire = inc_ops[op].wire;

    if (strncmp(wire, "candidate.", 10) == 0 ||
        strncmp(wire, "retention.", 10) == 0 || strncmp(wire, "vault.", 6) == 0)
        return INC_RECORD_CANDIDATE;
    if (strncmp(wire, "need.", 5) == 0)
        return INC_RECORD_NEED;
    if (strncmp(wire, "user.", 5) == 0)
        return INC_RECORD_USER;
    return INC_RECORD_COMPANY;
}

enum inc_status
inc_route_body(struct inc_job *j, void *out, struct inc_err *err)
{
    return inc_schema_decode(out, inc_ops[j->op].request, j->request.body,
                             &j->arena, err);
}

int
inc_route_in_scope(const struct inc_job *j, enum inc_record_kind kind,
                   const union inc_record *r)
{
    return j->grant.who == NULL || inc_in_scope(&j->grant, kind, r);
}

/* Word for word what a record that is not there gets. */
enum inc_status
inc_route_out_of_scope(enum inc_record_kind kind, struct inc_err *err)
{
    return inc_fail(err, INC_E_NOTFOUND, 0, "there is no such %s",
                    inc_record_name(kind));
}

enum inc_status
inc_record_read(union inc_record *r, enum inc_record_kind kind,
                const struct inc_node *node, const char *under,
                const struct inc_reference *ref, struct inc_arena *a,
                struct inc_err *err)
{
    enum inc_status st = INC_OK;

    INC_TRY(inc_schema_decode(r, inc_record_type(kind), node, a, err));
    INC_TRY(inc_validate(kind, r, ref, err));
out:
    if (st != INC_OK)
        inc_err_under(err, under);
    return st;
}

static enum inc_status
answer(void *arg, struct inc_job *j, const struct inc_image *image,
       struct inc_err *err)
{
    struct inc_writer w;
    enum inc_status st = inc_who_again(arg, j, err);

    if (st != INC_OK)
        return st;
    if (answers[j->op] == NULL)
        return inc_fail(err, INC_E_BUG, 0, "%s has no handler",
                        inc_ops[j->op].wire);
    if (inc_ops[j->op].request == &inc_empty_type && j->request.body != NULL) {
        uint64_t none; /* no field may be there */

        st = inc_route_body(j, &none, err);
        if (st != INC_OK)
            return st;
    }
    inc_writer_init(&w, &j->body);
    return answers[j->op](arg, j, image, &w, err);
}

static enum inc_status
ask(void *arg, struct inc_job *j, const struct inc_image *image,
    struct inc_view *view, struct inc_err *err)
{
    const struct inc_desk *d = arg;
    enum inc_status st = inc_who_again(arg, j, err);

    j->question.trace = d->o.record ? &j->trace : NULL;
    return st == INC_OK ? inc_on_ask(arg, j, image, view, err) : st;
}

static enum inc_status
order(void *arg, struct inc_job *j, const struct inc_image *image,
      struct inc_err *err)
{
    enum inc_status st = inc_who_again(arg, j, err);

    return st == INC_OK ? inc_on_order(arg, j, image, err) : st;
}

static void
confirm(void *arg, struct inc_job *j)
{
    inc_on_confirm(arg, j);
}

static enum inc_status
record(void *arg, struct inc_job *j, const struct inc_image *image,
       struct inc_err *err)
{
    return inc_on_record(arg, j, image, err);
}

static void
tidy(void *arg)
{
    const struct inc_desk *d = arg;

    inc_drafted_save(d->drafted);
}

static void
tell(void *arg, const struct inc_image *image, const struct inc_event *events,
     size_t n)
{
    const struct inc_desk *d = arg;

    inc_publisher_tell(d->publisher, image, events, n);
}

void
inc_route_hands(struct inc_hands *out, struct inc_desk *d)
{
    *out = (struct inc_hands){.arg = d,
                              .answer = answer,
                              .ask = ask,
                              .order = order,
                              .confirm = confirm,
                              .record = d->o.record ? record : NULL,
                              .tidy = tidy,
                              .tell = tell};
}

/* What the register keeps of an answered match or administrator's operation.
 * Worker threads and the porter's. */
#include <string.h>

#include "engine/base/clock.h"
#include "engine/server/desk.h"
#include "proto/bodies.h"

/* The operation whose subject is a person ranks needs; of a pair the person is
 * the item. */
static enum inc_record_kind
kind_of_items(const struct inc_job *j)
{
    return j->op == INC_OP_MATCH_NEEDS ? INC_RECORD_NEED : INC_RECORD_CANDIDATE;
}

/* The pool of a pair numbers its only person 1. */
static uint64_t
number_of(const struct inc_job *j, uint64_t no)
{
    if (j->op != INC_OP_MATCH_PAIR)
        return no;
    for (uint32_t i = 0; i < j->n_subjects; i++)
        if (j->subject[i].kind == INC_RECORD_CANDIDATE)
            return j->subject[i].no;
    return 0;
}

enum inc_status
inc_record_items(struct inc_trail_item **out, struct inc_trail *t,
                 struct inc_job *j, struct inc_err *err)
{
    size_t n = j->trace.items.len / sizeof(struct inc_traced);
    struct inc_trail_item *items;

    *out = NULL;
    t->of = kind_of_items(j);
    t->n_items = (uint32_t)n;
    if (n == 0)
        return INC_OK;
    items = inc_arena_array(&j->arena, n, sizeof *items);
    if (items == NULL)
        return inc_fail(err, INC_E_NOMEM, 0,
                        "the request needs more memory than one may have");
    for (size_t i = 0; i < n; i++) {
        struct inc_traced x;

        memcpy(&x, j->trace.items.data + i * sizeof x, sizeof x);
        items[i] = (struct inc_trail_item){.no = number_of(j, x.no),
                                           .rank = x.rank,
                                           .score = x.score,
                                           .mark = x.mark,
                                           .n_lines = x.n_lines};
        if (x.n_lines > 0)
            items[i].lines = j->trace.lines.data + x.lines_at;
    }
    *out = items;
    return INC_OK;
}

static void
set_about(struct inc_trail *t, const struct inc_job *j)
{
    for (uint32_t i = 0; i < j->n_subjects; i++)
        if (j->subject[i].kind == INC_RECORD_CANDIDATE)
            t->person = j->subject[i].no;
    if (t->person == 0)
        t->person = j->given_no;
    t->about = t->person != 0                ? INC_ABOUT_PERSON
               : j->op == INC_OP_MATCH_NEEDS ? INC_ABOUT_UNKNOWN
                                             : INC_ABOUT_NOBODY;
}

static void
bind_to(uint64_t *has, const struct inc_type *t, struct inc_match_options *to,
        const struct inc_job *j)
{
    to->filters = j->options.filters;
    to->has |=
        UINT64_C(1) << inc_field_index(&inc_match_options_type, "filters");
    *has |= UINT64_C(1) << inc_field_index(t, "options");
}

/* The question with the offices that the asker's rights put into it: asked
 * again by somebody with other rights it is the same question. */
static enum inc_status
bound_request(struct inc_buf *out, struct inc_job *j, struct inc_err *err)
{
    const struct inc_type *t = inc_ops[j->op].request;
    struct inc_match_people people = {0};
    struct inc_match_needs needs = {0};
    struct inc_writer w;
    enum inc_status st = INC_OK;

    inc_writer_init(&w, out);
    if (t == &inc_match_people_type) {
        INC_TRY(inc_route_body(j, &people, err));
        bind_to(&people.has, t, &people.options, j);
        inc_schema_encode(&w, t, &people);
    } else {
        INC_TRY(inc_route_body(j, &needs, err));
        bind_to(&needs.has, t, &needs.options, j);
        inc_schema_encode(&w, t, &needs);
    }
    if (out->failed)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to record the question");
out:
    return st;
}

enum inc_status
inc_on_record(struct inc_desk *d, struct inc_job *j,
              const struct inc_image *image, struct inc_err *err)
{
    struct inc_trail t = {.at_unix_ms = inc_clock_unix_ms(),
                          .op = j->op,
                          .actor = j->request.actor,
                          .office = j->request.office,
                          .purpose = j->request.purpose,
                          .generation = inc_pool_generation(image->pool),
                          .view = j->view_seq,
                          .n_subjects = j->n_subjects,
                          .of = INC_RECORD_CANDIDATE};
    struct inc_trail_reply r = {.reply = j->body.data,
                                .reply_len = j->body.len};
    struct inc_trail_item *items = NULL;
    struct inc_buf bound = {0};
    const unsigned char *request;
    enum inc_status st = INC_OK;

    memcpy(t.subject, j->subject, sizeof t.subject);
    set_about(&t, j);
    if (inc_ops[j->op].kind == INC_OPS_MATCH || j->op == INC_OP_ORACLE) {
        t.as_of = (int32_t)j->options.as_of;
        INC_TRY(inc_record_items(&items, &t, j, err));
    }
    memcpy(t.estate, image->estate->digest, INC_DIGEST);
    inc_random_bytes(t.salt, sizeof t.salt);
    inc_raw_body(j->bytes, j->len, &request, &r.request_len);
    r.request = request;
    if (j->bound) {
        INC_TRY(bound_request(&bound, j, err));
        r.request = bound.data;
        r.request_len = bound.len;
    }
    r.items = items;
    st = inc_slip_fill(&j->slip, d->o.store, &t, &r, err);
out:
    inc_buf_release(&bound);
    return st;
}

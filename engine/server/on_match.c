/* match.people, match.needs, match.pair, oracle: from the request to a
 * question. Worker threads (the oracle: the porter's). */
#include <string.h>

#include "engine/base/clock.h"
#include "engine/server/desk.h"
#include "engine/store/event.h"

/* Bits in their tables' order. */
enum { ASK_ID, ASK_RECORD, ASK_OPTIONS };
enum { OPTION_AS_OF = 4 };
enum { PAIR_NEED, PAIR_CANDIDATE, PAIR_AS_OF };

static enum inc_status
one_of(uint64_t has, const char *record, struct inc_err *err)
{
    enum inc_status st;

    if ((has >> ASK_ID & 1) != (has >> ASK_RECORD & 1))
        return INC_OK;
    st = (has >> ASK_ID & 1) != 0
             ? inc_fail(err, INC_E_FIELD, 0, "id and %s are both given", record)
             : inc_fail(err, INC_E_MISSING, 0, "neither id nor %s is given",
                        record);
    inc_err_where(err, "id");
    inc_err_hint(err, "give the id of a stored %s, or the %s itself", record,
                 record);
    return st;
}

/* The subject of a replay. */
static enum inc_status
as_it_was(struct inc_job *j, enum inc_record_kind kind, union inc_record *r,
          struct inc_err *err)
{
    const struct inc_trail_subject *s = NULL;
    enum inc_status st;

    for (uint32_t i = 0; i < j->n_subjects; i++)
        if (j->subject[i].kind == kind)
            s = &j->subject[i];
    if (s == NULL)
        return inc_fail(err, INC_E_CORRUPT, 0, "the entry names no %s",
                        inc_record_name(kind));
    st = inc_past_get(j->past, kind, s->no, r, &j->arena, err);
    if (st == INC_OK && inc_record_revision(kind, r) != s->revision)
        st = inc_fail(err, INC_E_CORRUPT, 0,
                      "the journal has revision %lld of the %s, it was matched "
                      "with %lld",
                      (long long)inc_record_revision(kind, r),
                      inc_record_name(kind), (long long)s->revision);
    return st;
}

static enum inc_status
stored(struct inc_job *j, struct inc_view *view, enum inc_record_kind kind,
       const char *id, const char *where, union inc_record **out,
       struct inc_err *err)
{
    union inc_record *r = inc_arena_array(&j->arena, 1, sizeof *r);
    uint64_t no;
    enum inc_status st;

    if (r == NULL)
        return inc_fail(err, INC_E_NOMEM, 0,
                        "the request needs more memory than one may have");
    *out = r;
    if (j->past != NULL)
        return as_it_was(j, kind, r, err);
    st = inc_view_get(view, kind, id, r, &no, &j->arena, err);
    if (st == INC_OK && !inc_route_in_scope(j, kind, r))
        st = inc_route_out_of_scope(kind, err);
    if (st != INC_OK && err->where[0] == '\0')
        inc_err_where(err, "%s", where);
    if (st == INC_OK && j->n_subjects < INC_TRAIL_SUBJECTS)
        j->subject[j->n_subjects++] =
            (struct inc_trail_subject){kind, no, inc_record_revision(kind, r)};
    return st;
}

static enum inc_status
given(struct inc_job *j, const struct inc_image *image,
      enum inc_record_kind kind, const struct inc_node *node,
      union inc_record **out, struct inc_err *err)
{
    *out = inc_arena_array(&j->arena, 1, sizeof **out);
    if (*out == NULL)
        return inc_fail(err, INC_E_NOMEM, 0,
                        "the request needs more memory than one may have");
    return inc_record_read(*out, kind, node, inc_record_name(kind),
                           &image->estate->reference, &j->arena, err);
}

/* A profile that came with the question may be a stored person's. */
static enum inc_status
known(struct inc_job *j, struct inc_view *view, const char *id,
      struct inc_err *err)
{
    enum inc_status st;

    if (id == NULL || j->past != NULL)
        return INC_OK;
    st = inc_view_number(view, INC_RECORD_CANDIDATE, id, &j->given_no, err);
    return st == INC_E_NOTFOUND ? INC_OK : st;
}

static enum inc_status
open_need(const struct inc_need *need, struct inc_err *err)
{
    enum inc_status st;

    if (need == NULL || !need->closed)
        return INC_OK;
    st = inc_fail(err, INC_E_DENIED, 0,
                  "this need is closed and takes no part in matches");
    inc_err_hint(err, "need.reopen");
    return st;
}

/* Only the asker's offices' records take part: of those it names, the ones
 * that are its own, or all its own. */
static enum inc_status
bind_offices(struct inc_job *j, enum inc_record_kind kind, struct inc_err *err)
{
    const struct inc_visitor *who = j->grant.who;
    struct inc_filters *f = &j->options.filters;
    const char **list;
    uint32_t n = 0;

    if (who == NULL || inc_all_offices(&j->grant, kind))
        return INC_OK;
    list = inc_arena_array(&j->arena, who->n_offices + 1, sizeof *list);
    if (list == NULL)
        return inc_fail(err, INC_E_NOMEM, 0,
                        "the request needs more memory than one may have");
    for (uint32_t i = 0; i < who->n_offices; i++)
        for (uint32_t k = 0; k < f->n_offices || k == 0; k++)
            if (f->n_offices == 0 ||
                strcmp(f->offices[k], who->offices[i]) == 0) {
                list[n++] = who->offices[i];
                break;
            }
    if (n == 0 || who->role->scope[kind] != INC_SCOPE_OFFICES)
        return inc_fail(err, INC_E_DENIED, 0,
                        "none of these offices is the user's");
    f->offices = list;
    f->n_offices = n;
    j->bound = 1;
    f->has |= UINT64_C(1) << inc_field_index(&inc_filters_type, "offices");
    j->options.has |= UINT64_C(1)
                      << inc_field_index(&inc_match_options_type, "filters");
    return INC_OK;
}

static void
set_options(struct inc_job *j, const struct inc_match_options *from)
{
    j->options = *from;
    if (!INC_HAS(from, OPTION_AS_OF)) {
        j->options.as_of = inc_clock_today();
        j->options.has |= UINT64_C(1) << OPTION_AS_OF;
    }
    j->question.options = &j->options;
}

static enum inc_status
ask_people(struct inc_job *j, const struct inc_image *image,
           struct inc_view *view, struct inc_err *err)
{
    struct inc_match_people body = {0};
    union inc_record *r = NULL;
    enum inc_status st = INC_OK;

    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(one_of(body.has, "need", err));
    if (body.id != NULL)
        INC_TRY(stored(j, view, INC_RECORD_NEED, body.id, "id", &r, err));
    else
        INC_TRY(given(j, image, INC_RECORD_NEED, body.need, &r, err));
    INC_TRY(open_need(&r->need, err));
    set_options(j, &body.options);
    INC_TRY(bind_offices(j, INC_RECORD_CANDIDATE, err));
    j->about = body.id;
    j->question.kind = INC_ASK_PEOPLE;
    j->question.need = &r->need;
out:
    return st;
}

static enum inc_status
ask_needs(struct inc_job *j, const struct inc_image *image,
          struct inc_view *view, struct inc_err *err)
{
    struct inc_match_needs body = {0};
    union inc_record *r = NULL;
    enum inc_status st = INC_OK;

    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(one_of(body.has, "candidate", err));
    if (body.id != NULL)
        INC_TRY(stored(j, view, INC_RECORD_CANDIDATE, body.id, "id", &r, err));
    else
        INC_TRY(given(j, image, INC_RECORD_CANDIDATE, body.candidate, &r, err));
    if (body.id == NULL)
        INC_TRY(known(j, view, r->candidate.id, err));
    set_options(j, &body.options);
    INC_TRY(bind_offices(j, INC_RECORD_NEED, err));
    j->question.kind = INC_ASK_NEEDS;
    j->question.candidate = &r->candidate;
out:
    return st;
}

static enum inc_status
ask_pair(struct inc_job *j, struct inc_view *view, struct inc_err *err)
{
    struct inc_match_pair body = {0};
    struct inc_match_options options;
    union inc_record *need = NULL, *person = NULL;
    enum inc_status st = INC_OK;

    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(stored(j, view, INC_RECORD_NEED, body.need, "need", &need, err));
    INC_TRY(open_need(&need->need, err));
    INC_TRY(stored(j, view, INC_RECORD_CANDIDATE, body.candidate, "candidate",
                   &person, err));
    inc_schema_init(&options, &inc_match_options_type);
    options.k = 1;
    options.explain = 1;
    options.attitude = body.attitude;
    options.lang = body.lang;
    if (INC_HAS(&body, PAIR_AS_OF)) {
        options.as_of = body.as_of;
        options.has |= UINT64_C(1) << OPTION_AS_OF;
    }
    set_options(j, &options);
    j->question.kind = INC_ASK_PAIR;
    j->question.need = &need->need;
    j->question.candidate = &person->candidate;
out:
    return st;
}

enum inc_status
inc_on_ask(struct inc_desk *d, struct inc_job *j, const struct inc_image *image,
           struct inc_view *view, struct inc_err *err)
{
    (void)d;
    if (j->op == INC_OP_MATCH_PAIR)
        return ask_pair(j, view, err);
    if (j->op == INC_OP_MATCH_NEEDS)
        return ask_needs(j, image, view, err);
    return ask_people(j, image, view, err);
}

struct walk {
    struct inc_view *view;
    struct inc_arena arena;
    struct inc_err *err;
};

static enum inc_status
walk_people(void *arg, inc_view_each_fn *row, void *row_arg,
            struct inc_err *err)
{
    struct walk *w = arg;

    return inc_view_scan(w->view, INC_RECORD_CANDIDATE, &w->arena, row, row_arg,
                         err);
}

enum inc_status
inc_on_oracle(struct inc_desk *d, struct inc_job *j,
              const struct inc_image *image, struct inc_writer *w,
              struct inc_err *err)
{
    struct walk walk = {0};
    enum inc_status st = INC_OK;

    (void)w; /* the oracle writes the whole body */
    INC_TRY(inc_view_open(&walk.view, d->o.store, err));
    INC_TRY(ask_people(j, image, walk.view, err));
    j->question.trace = d->o.record ? &j->trace : NULL;
    if (inc_arenas_take(d->arenas, &walk.arena) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the walk");
        goto out;
    }
    inc_oracle_run(image->estate, inc_pool_generation(image->pool),
                   &j->question, walk_people, &walk);
    if (j->question.status != INC_OK) {
        *err = j->question.err;
        err->status = j->question.status;
        st = err->status;
        goto out;
    }
    j->body = j->question.body; /* takes it over */
    j->question.body = (struct inc_buf){0};
out:
    inc_view_close(walk.view);
    inc_arenas_give(d->arenas, &walk.arena);
    return st;
}

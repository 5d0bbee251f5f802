/* retention.list: whose profile has been kept as long as the office says, the
 * clerk's thread; retention.apply: who of them is erased, the scribe's. */
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/date.h"
#include "engine/server/desk.h"
#include "engine/store/trail.h"
#include "proto/replies.h"

enum { LOOKED_MAX = 50000, DAYS_LOOKED = 1000 };
#define DAY_MS INT64_C(86400000)

struct page {
    struct inc_job *job;
    const struct inc_retention *rule;
    const char *office; /* or NULL */
    struct inc_view *view;
    struct inc_writer *w;
    int64_t limit, count, looked;
    int32_t today;
    int32_t last_notice; /* asked about last, and what came out */
    int last_seen;
    char last[INC_ID_MAX + 1];
    int more;
    struct inc_err *err;
};

/* ---- on how many days the store was written ------------------------------ */

static enum inc_status
day_of(void *arg, const struct inc_entry *e)
{
    *(int32_t *)arg = (int32_t)(e->at_unix_ms / DAY_MS);
    return INC_OK;
}

static enum inc_status
entry_day(struct inc_view *v, uint64_t seq, int32_t *day, struct inc_err *err)
{
    return inc_view_journal(v, seq - 1, 1, day_of, day, err);
}

/* The last entry before `seq` that is of another day; 0: none is. Steps back
 * that double, then halves: near entries are looked at first, so one odd day
 * far behind is in nobody's way. */
static enum inc_status
day_before(struct inc_view *v, uint64_t seq, int32_t day, uint64_t *out,
           struct inc_err *err)
{
    uint64_t same = seq, other = 0;
    int32_t here;
    enum inc_status st = INC_OK;

    for (uint64_t step = 1; other == 0 && step < seq; step *= 2) {
        INC_TRY(entry_day(v, seq - step, &here, err));
        if (here != day)
            other = seq - step;
        else
            same = seq - step;
    }
    while (same - other > 1) {
        uint64_t middle = other + (same - other) / 2;

        INC_TRY(entry_day(v, middle, &here, err));
        *(here == day ? &same : &other) = middle;
    }
    *out = other;
out:
    return st;
}

static int
among(const int32_t *days, int n, int32_t day)
{
    for (int i = 0; i < n; i++)
        if (days[i] == day)
            return 1;
    return 0;
}

/*
 * Days after `notice`, and not after today, on which something was journaled:
 * up to the number that matters. Where a clock was set the days are not in
 * order, and one may be missed: then the notice runs longer.
 */
static enum inc_status
seen_days(const struct page *p, int32_t notice, int *out)
{
    int32_t days[INC_RETENTION_SEEN_DAYS], day;
    uint64_t seq;
    enum inc_status st = INC_OK;

    *out = 0;
    INC_TRY(inc_view_head(p->view, &seq, p->err));
    for (int looked = 0;
         seq > 0 && looked < DAYS_LOOKED && *out < INC_RETENTION_SEEN_DAYS;
         looked++) {
        INC_TRY(entry_day(p->view, seq, &day, p->err));
        if (day > notice && day <= p->today && !among(days, *out, day))
            days[(*out)++] = day;
        INC_TRY(day_before(p->view, seq, day, &seq, p->err));
    }
out:
    return st;
}

/* ---- the page ------------------------------------------------------------ */

static const char *const states[] = {
    [INC_RETENTION_KEPT] = "kept",
    [INC_RETENTION_DUE] = "due",
    [INC_RETENTION_NOTICED] = "noticed",
    [INC_RETENTION_RUN] = "run",
};

static enum inc_status
judge(struct page *p, const struct inc_candidate *c, struct inc_retained *out)
{
    enum inc_status st = INC_OK;

    inc_retention_of(out, p->rule, c, p->today, -1);
    if (out->state != INC_RETENTION_RUN)
        return INC_OK;
    if (p->last_notice != (int32_t)c->notice)
        INC_TRY(seen_days(p, (int32_t)c->notice, &p->last_seen));
    p->last_notice = (int32_t)c->notice;
    inc_retention_of(out, p->rule, c, p->today, p->last_seen);
out:
    return st;
}

static enum inc_status
add(struct page *p, const struct inc_candidate *c, int kept_too)
{
    struct inc_retained r;
    enum inc_status st = judge(p, c, &r);

    if (st != INC_OK || (r.state == INC_RETENTION_KEPT && !kept_too))
        return st;
    inc_w_map(p->w);
    inc_w_ktext(p->w, "id", c->id);
    if (INC_HAS(c, INC_CANDIDATE_OFFICE))
        inc_w_ktext(p->w, "office", c->office);
    inc_w_ktext(p->w, "state", states[r.state]);
    if (INC_HAS(c, INC_CANDIDATE_UPDATED))
        inc_w_kdate(p->w, "updated", (int32_t)c->updated);
    if (p->rule->months > 0)
        inc_w_kdate(p->w, "due", r.due);
    if (r.until != 0) {
        inc_w_kdate(p->w, "notice", (int32_t)c->notice);
        inc_w_kdate(p->w, "until", r.until);
    }
    inc_w_kbool(p->w, "frozen", c->frozen != 0);
    inc_w_kint(p->w, "revision", c->revision);
    inc_w_end(p->w);
    p->count++;
    return INC_OK;
}

static enum inc_status
look(void *arg, uint64_t no, const union inc_record *r)
{
    struct page *p = arg;
    const struct inc_candidate *c = &r->candidate;

    (void)no;
    if (p->count == p->limit || p->looked == LOOKED_MAX) {
        p->more = 1;
        return INC_E_LIMIT; /* stops the walk */
    }
    p->looked++;
    (void)strncpy(p->last, c->id, INC_ID_MAX);
    if ((p->office != NULL &&
         (c->office == NULL || strcmp(c->office, p->office) != 0)) ||
        !inc_route_in_scope(p->job, INC_RECORD_CANDIDATE, r))
        return INC_OK;
    return add(p, c, 0);
}

static enum inc_status
one(struct page *p, const char *id)
{
    union inc_record r;
    uint64_t no;
    enum inc_status st = inc_view_get(p->view, INC_RECORD_CANDIDATE, id, &r,
                                      &no, &p->job->arena, p->err);

    if (st == INC_OK && !inc_route_in_scope(p->job, INC_RECORD_CANDIDATE, &r))
        st = inc_route_out_of_scope(INC_RECORD_CANDIDATE, p->err);
    if (st == INC_E_NOTFOUND)
        inc_err_where(p->err, "id");
    return st == INC_OK ? add(p, &r.candidate, 1) : st;
}

static enum inc_status
write_items(struct page *p, const struct inc_retention_list *body,
            struct inc_arena *walk)
{
    enum inc_status st;

    inc_w_key(p->w, "items");
    inc_w_list(p->w);
    st = body->id != NULL ? one(p, body->id)
                          : inc_view_walk(p->view, INC_RECORD_CANDIDATE,
                                          body->after, walk, look, p, p->err);
    if (st == INC_E_LIMIT && p->more)
        st = INC_OK;
    inc_w_end(p->w);
    if (p->more)
        inc_w_ktext(p->w, "next", p->last);
    return st;
}

enum inc_status
inc_on_retention(struct inc_desk *d, struct inc_job *j,
                 const struct inc_image *image, struct inc_writer *w,
                 struct inc_err *err)
{
    struct inc_retention_list body = {0};
    struct inc_arena walk = {0};
    struct page p = {.job = j,
                     .rule = &d->o.retention,
                     .w = w,
                     .today = inc_clock_today(),
                     .last_notice = INT32_MIN,
                     .err = err};
    enum inc_status st = INC_OK;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    p.limit = body.limit;
    p.office = body.office;
    if (inc_arenas_take(d->arenas, &walk) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a page");
        goto out;
    }
    INC_TRY(inc_view_open(&p.view, d->o.store, err));
    inc_w_map(w);
    inc_w_kdate(w, "today", p.today);
    inc_w_kint(w, "months", p.rule->months);
    inc_w_kint(w, "notice_days", p.rule->notice_days);
    inc_w_ktext(w, "source", p.rule->source != NULL ? p.rule->source : "");
    INC_TRY(write_items(&p, &body, &walk));
    inc_w_end(w);
out:
    inc_view_close(p.view);
    inc_arenas_give(d->arenas, &walk);
    return st;
}

/* ---- one person goes ----------------------------------------------------- */

/* What was found out about the record before the transaction. */
struct verdict {
    enum inc_status (*may)(void *arg, const struct inc_command *c,
                           const union inc_record *old, struct inc_err *err);
    void *may_arg; /* what a limited role asks first, or NULL */
    enum inc_status st;
    struct inc_err err;
    int64_t revision, notice; /* it holds of these alone */
};

static enum inc_status
not_yet(const struct inc_retained *r, const struct inc_retention *rule,
        int32_t today, struct inc_err *err)
{
    char day[INC_DATE_TEXT];

    if (r->state == INC_RETENTION_KEPT && rule->months == 0)
        (void)inc_fail(err, INC_E_DENIED, 0,
                       "nobody is ever due here: no term is set");
    else if (r->state == INC_RETENTION_KEPT)
        (void)inc_fail(err, INC_E_DENIED, 0, "this person is not due");
    else if (r->state == INC_RETENTION_DUE)
        (void)inc_fail(err, INC_E_DENIED, 0,
                       "this person is due and was not told");
    else if (today < r->until) {
        inc_date_format(day, r->until);
        (void)inc_fail(err, INC_E_DENIED, 0, "the notice runs until %s", day);
    } else {
        (void)inc_fail(err, INC_E_DENIED, 0,
                       "the notice runs: since it was given the store was "
                       "written on fewer than %d days",
                       INC_RETENTION_SEEN_DAYS);
    }
    inc_err_where(err, "id");
    inc_err_hint(err, "candidate.notice notes that she was told, "
                      "retention.list shows the days; candidate.erase is for "
                      "who asks for it herself");
    return INC_E_DENIED;
}

static enum inc_status
judge_now(struct inc_desk *d, const struct inc_candidate *c,
          struct inc_view *view, struct inc_err *err)
{
    struct page p = {.rule = &d->o.retention,
                     .view = view,
                     .today = inc_clock_today(),
                     .last_notice = INT32_MIN,
                     .err = err};
    struct inc_retained r;
    enum inc_status st = judge(&p, c, &r);

    if (st != INC_OK || r.state == INC_RETENTION_RUN)
        return st;
    return not_yet(&r, p.rule, p.today, err);
}

static enum inc_status
may_go(void *arg, const struct inc_command *c, const union inc_record *old,
       struct inc_err *err)
{
    const struct verdict *v = arg;
    enum inc_status st = INC_OK;

    if (v->may != NULL)
        INC_TRY(v->may(v->may_arg, c, old, err));
    if (v->st != INC_OK) {
        *err = v->err;
        return v->st;
    }
    /* A new person under the same id may have the same revision; she was not
     * told anything. */
    if (v->revision == inc_record_revision(c->kind, old) &&
        v->notice == old->candidate.notice)
        return INC_OK;
    st = inc_fail(err, INC_E_CONFLICT, 0,
                  "the person's data was changed meanwhile");
    inc_err_where(err, "id");
    inc_err_hint(err, "look at it again");
out:
    return st;
}

/* Judged here, by the days on which the store was written, and applied only to
 * the very revision that was judged. A person who is not there is the store's
 * to answer: it may have been this request that erased her. */
enum inc_status
inc_on_retain(struct inc_desk *d, struct inc_job *j, struct inc_err *err)
{
    enum { IF_REVISION = 1 };
    struct inc_command *c = &j->command;
    struct inc_by_id_write body = {0};
    struct verdict *v = inc_arena_array(&j->arena, 1, sizeof *v);
    struct inc_view *view = NULL;
    union inc_record r;
    uint64_t no;
    enum inc_status st = INC_OK;

    if (v == NULL)
        return inc_fail(err, INC_E_NOMEM, 0,
                        "the request needs more memory than one may have");
    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(inc_view_open(&view, d->o.store, err));
    *v = (struct verdict){.may = c->may, .may_arg = c->may_arg};
    st = inc_view_get(view, INC_RECORD_CANDIDATE, body.id, &r, &no, &j->arena,
                      &v->err);
    v->st = st;
    if (st == INC_OK) {
        v->revision = r.candidate.revision;
        v->notice = r.candidate.notice;
        v->st = judge_now(d, &r.candidate, view, &v->err);
    }
    c->id = body.id;
    c->may = may_go;
    c->may_arg = v;
    if (INC_HAS(&body, IF_REVISION))
        c->if_revision = body.if_revision;
    st = v->st == INC_E_DENIED || v->st == INC_E_NOTFOUND ? INC_OK : v->st;
    if (st != INC_OK)
        *err = v->err;
out:
    inc_view_close(view);
    return st;
}

/* register.cut and register.prune: how long the register of matches is kept.
 * The porter's thread, and the scribe's. */
#include "engine/base/clock.h"
#include "engine/base/date.h"
#include "engine/server/desk.h"
#include "engine/store/prune.h"
#include "proto/register.h"

enum { ASK_BEFORE };

/* What a cut before the day would take. */
static enum inc_status
write_plan(struct inc_view *v, int64_t day, struct inc_writer *w,
           struct inc_err *err)
{
    struct inc_trail_head head;
    uint64_t no;
    enum inc_status st;

    INC_TRY(inc_trail_head(v, &head, err));
    INC_TRY(inc_cut_plan(v, (int32_t)day, inc_clock_unix_ms(), &no, err));
    if (no >= head.first)
        inc_w_kint(w, "until", (int64_t)no);
    inc_w_kint(w, "entries", (int64_t)(no - (head.first - 1)));
out:
    return st;
}

static enum inc_status
write_cut(struct inc_view *v, const struct inc_store *s, struct inc_writer *w,
          struct inc_err *err)
{
    struct inc_buf text = {0};
    struct inc_cut cut;
    enum inc_status st;

    INC_TRY(inc_cut_get(v, &cut, err));
    if (cut.no == 0)
        goto out;
    inc_w_kdate(w, "before", cut.before);
    inc_w_kint(w, "journal", (int64_t)cut.seq);
    if (cut.done < cut.no)
        inc_w_kint(w, "left", (int64_t)(cut.no - cut.done));
    inc_cut_text(&text, s, &cut);
    if (text.failed)
        INC_TRY(inc_fail(err, INC_E_NOMEM, 0, "no memory for a cut"));
    inc_w_ktext(w, "text", inc_buf_cstr(&text));
out:
    inc_buf_release(&text);
    return st;
}

enum inc_status
inc_on_cut(struct inc_desk *d, struct inc_job *j, const struct inc_image *image,
           struct inc_writer *w, struct inc_err *err)
{
    const struct inc_register_term *term = &d->o.term;
    struct inc_register_ask body = {0};
    struct inc_trail_head head;
    struct inc_view *view = NULL;
    const int32_t today = inc_clock_today();
    enum inc_status st = INC_OK;
    int32_t latest;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(inc_view_open(&view, d->o.store, err));
    INC_TRY(inc_trail_head(view, &head, err));
    inc_w_map(w);
    inc_w_kdate(w, "today", today);
    inc_w_kint(w, "months", term->months);
    if (inc_register_latest(&latest, term, today))
        inc_w_kdate(w, "latest", latest);
    inc_w_ktext(w, "source", term->source != NULL ? term->source : "");
    inc_w_kint(w, "first", (int64_t)head.first);
    inc_w_kint(w, "last", (int64_t)head.last);
    INC_TRY(write_cut(view, d->o.store, w, err));
    if (inc_cut_came_back(d->o.store) > 0)
        inc_w_kint(w, "came_back", (int64_t)inc_cut_came_back(d->o.store));
    if (INC_HAS(&body, ASK_BEFORE))
        INC_TRY(write_plan(view, body.before, w, err));
    inc_w_end(w);
out:
    inc_view_close(view);
    return st;
}

enum inc_status
inc_on_prune(struct inc_desk *d, struct inc_job *j, struct inc_err *err)
{
    struct inc_register_prune body = {0};
    char day[INC_DATE_TEXT];
    enum inc_status st = INC_OK;
    int32_t latest;

    INC_TRY(inc_route_body(j, &body, err));
    if (!inc_register_latest(&latest, &d->o.term, inc_clock_today())) {
        st = inc_fail(err, INC_E_DENIED, 0,
                      "this office keeps the register for ever: no term is "
                      "set");
        inc_err_where(err, "before");
        inc_err_hint(err, "set register_months, and register_source to what "
                          "it rests on");
        goto out;
    }
    if (body.before > latest) {
        inc_date_format(day, latest);
        st =
            inc_fail(err, INC_E_DENIED, 0,
                     "entries are kept %lld months, and %d days at least: "
                     "those from before %s may go, not later ones",
                     (long long)d->o.term.months, INC_REGISTER_LEAST_DAYS, day);
        inc_err_where(err, "before");
        inc_err_hint(err, "name %s or an earlier day", day);
        goto out;
    }
    j->command.id = "register";
    j->command.before = (int32_t)body.before;
out:
    return st;
}

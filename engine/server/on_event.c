/* event.list: what the standing match found. Worker threads. */
#include "engine/match/standing.h"
#include "engine/server/desk.h"
#include "engine/server/publisher.h"
#include "engine/store/event.h"

/* A page ends early when it passed over so many that are gone. */
enum { LOOKED_MAX = 20000 };

struct page {
    const struct inc_job *job;
    const struct inc_image *image;
    struct inc_writer *w;
    int64_t limit, count, looked;
    uint64_t last; /* looked at */
    int more;
};

/* Both records must be the asker's. */
static int
in_scope(const struct page *p, const struct inc_event *e, const char *person)
{
    const struct inc_pool_need *at;
    union inc_record need, candidate = {.candidate = {.id = person}};
    struct inc_person row_of;
    uint32_t row;
    size_t block;

    if (p->job->grant.who == NULL || p->job->grant.who->role->everything)
        return 1;
    at = inc_standing_find(p->image->pool, e->need);
    if (at == NULL ||
        inc_pool_find(p->image->pool, e->person, &block, &row) != 0)
        return 0;
    need.need = *at->need;
    inc_block_person(inc_pool_block(p->image->pool, block), row, NULL, &row_of);
    candidate.candidate.office =
        inc_block_office(inc_pool_block(p->image->pool, block), row_of.office);
    candidate.has = UINT64_C(1) << INC_CANDIDATE_OFFICE;
    return inc_in_scope(&p->job->grant, INC_RECORD_NEED, &need) &&
           inc_in_scope(&p->job->grant, INC_RECORD_CANDIDATE, &candidate);
}

static enum inc_status
add_event(void *arg, const struct inc_event *e)
{
    struct page *p = arg;
    const char *need, *person;

    if (p->count == p->limit || p->looked == LOOKED_MAX) {
        p->more = 1;
        return INC_E_LIMIT; /* stops the walk */
    }
    p->looked++;
    p->last = e->seq;
    if (inc_event_ids(p->image, e, &need, &person) != 0 ||
        !in_scope(p, e, person))
        return INC_OK; /* deleted, frozen, closed, or somebody else's */
    p->count++;
    inc_w_map(p->w);
    inc_w_kint(p->w, "seq", (int64_t)e->seq);
    inc_w_ktext(p->w, "need", need);
    inc_w_ktext(p->w, "person", person);
    inc_w_kint(p->w, "score", e->score);
    inc_w_kint(p->w, "at", e->at_unix_ms);
    inc_w_end(p->w);
    return INC_OK;
}

enum inc_status
inc_on_event_list(struct inc_desk *d, struct inc_job *j,
                  const struct inc_image *image, struct inc_writer *w,
                  struct inc_err *err)
{
    struct inc_event_list body = {0};
    struct inc_view *view = NULL;
    struct page page = {.job = j, .image = image, .w = w};
    uint64_t need = 0, head = 0;
    enum inc_status st = INC_OK;

    INC_TRY(inc_route_body(j, &body, err));
    page.limit = body.limit;
    page.last = (uint64_t)body.after;
    INC_TRY(inc_view_open(&view, d->o.store, err));
    if (body.need != NULL) {
        st = inc_view_number(view, INC_RECORD_NEED, body.need, &need, err);
        if (st == INC_E_NOTFOUND)
            inc_err_where(err, "need");
        INC_TRY(st);
    }
    INC_TRY(inc_event_head(view, &head, err));
    inc_w_map(w);
    inc_w_key(w, "items");
    inc_w_list(w);
    st =
        inc_event_walk(view, (uint64_t)body.after, need, add_event, &page, err);
    if (st != INC_OK && !page.more)
        goto out;
    st = INC_OK;
    inc_w_end(w);
    inc_w_kint(w, "last", (int64_t)page.last);
    inc_w_kbool(w, "more", page.more);
    inc_w_kint(w, "head", (int64_t)head);
    inc_w_end(w);
out:
    inc_view_close(view);
    return st;
}

/* candidate.export: what is stored about one person, to be given to them.
 * Clerk's thread. */
#include <string.h>

#include "engine/server/desk.h"

enum {
    LOOKED_MAX = 50000, /* journal entries a page looks at */
    MENTIONS_MAX = 500
};

struct page {
    struct inc_writer *w;
    const char *id;
    uint64_t last; /* entry looked at */
    int looked, count;
};

static void
optional(struct inc_writer *w, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        inc_w_ktext(w, key, text);
}

static enum inc_status
mention(void *arg, const struct inc_entry *e)
{
    struct page *p = arg;

    if (p->looked == LOOKED_MAX || p->count == MENTIONS_MAX)
        return INC_E_LIMIT; /* stops the walk */
    p->looked++;
    p->last = e->seq;
    if (e->id == NULL || strcmp(e->id, p->id) != 0 ||
        inc_route_kind(e->op) != INC_RECORD_CANDIDATE)
        return INC_OK;
    p->count++;
    inc_w_map(p->w);
    inc_w_kint(p->w, "seq", (int64_t)e->seq);
    inc_w_kint(p->w, "at", e->at_unix_ms);
    inc_w_ktext(p->w, "op", inc_ops[e->op].wire);
    inc_w_ktext(p->w, "result", inc_status_wire(e->result));
    optional(p->w, "actor", e->actor);
    optional(p->w, "office", e->office);
    optional(p->w, "purpose", e->purpose);
    inc_w_end(p->w);
    return INC_OK;
}

/* Profile and vault record, as far as there are. */
static enum inc_status
write_records(struct inc_job *j, struct inc_view *view, const char *id,
              struct inc_writer *w, struct inc_err *err)
{
    union inc_record r = {.has = 0};
    struct inc_vault v = {0};
    enum inc_status st;
    int64_t revision;
    uint64_t no;

    st = inc_view_get(view, INC_RECORD_CANDIDATE, id, &r, &no, &j->arena, err);
    if (st == INC_OK) {
        inc_w_key(w, "record");
        inc_schema_encode(w, inc_record_type(INC_RECORD_CANDIDATE), &r);
        st = inc_vault_read(&v, &revision, view, id, &j->arena, err);
    }
    if (st == INC_OK) {
        inc_w_key(w, "vault");
        inc_schema_encode(w, &inc_vault_type, &v);
    }
    if (st != INC_E_NOTFOUND)
        return st;
    inc_err_clear(err);
    return INC_OK;
}

enum inc_status
inc_on_person_export(struct inc_desk *d, struct inc_job *j,
                     const struct inc_image *image, struct inc_writer *w,
                     struct inc_err *err)
{
    struct inc_person_export body = {0};
    struct inc_view *view = NULL;
    struct page page = {.w = w};
    enum inc_status st;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    page.id = body.id;
    page.last = (uint64_t)body.after;
    INC_TRY(inc_view_open(&view, d->o.store, err));
    inc_w_map(w);
    inc_w_ktext(w, "id", body.id);
    if (body.after == 0)
        INC_TRY(write_records(j, view, body.id, w, err));
    inc_w_key(w, "journal");
    inc_w_list(w);
    st = inc_view_journal(view, (uint64_t)body.after, SIZE_MAX, mention, &page,
                          err);
    inc_w_end(w);
    if (st == INC_E_LIMIT) {
        inc_w_kint(w, "next", (int64_t)page.last);
        st = INC_OK;
    }
    inc_w_end(w);
out:
    inc_view_close(view);
    return st;
}

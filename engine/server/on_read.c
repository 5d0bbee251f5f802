/* get and list of the three kinds of record. Worker threads. */
#include <string.h>

#include "engine/base/hex.h"
#include "engine/server/desk.h"

enum {
    /* A page ends early when it grows past this: a client asks on. */
    PAGE_BYTES = 8 << 20,
    /* ... or when a filter passed over so many without filling it. */
    LOOKED_MAX = 50000
};

enum inc_status
inc_on_get(struct inc_desk *d, struct inc_job *j, const struct inc_image *image,
           struct inc_writer *w, struct inc_err *err)
{
    enum inc_record_kind kind = inc_route_kind(j->op);
    struct inc_by_id body = {0};
    struct inc_view *view = NULL;
    union inc_record r;
    uint64_t no;
    enum inc_status st = INC_OK;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(inc_view_open(&view, d->o.store, err));
    INC_TRY(inc_view_get(view, kind, body.id, &r, &no, &j->arena, err));
    if (!inc_route_in_scope(j, kind, &r)) {
        st = inc_route_out_of_scope(kind, err);
        goto out;
    }
    inc_w_map(w);
    inc_w_key(w, "record");
    inc_schema_encode(w, inc_record_type(kind), &r);
    inc_w_kint(w, "revision", inc_record_revision(kind, &r));
    inc_w_end(w);
out:
    inc_view_close(view);
    return st;
}

/* A cursor is the last id of the page in hex: opaque, and safe in URLs. */
static void
cursor_write(char out[2 * INC_ID_MAX + 1], const char *id)
{
    inc_hex(out, id, strnlen(id, INC_ID_MAX));
}

static enum inc_status
cursor_read(char out[INC_ID_MAX + 1], const char *cursor, struct inc_err *err)
{
    size_t len = strlen(cursor);
    enum inc_status st;

    if (len % 2 != 0 || len > 2 * (size_t)INC_ID_MAX)
        goto bad;
    if (inc_unhex((unsigned char *)out, cursor, len / 2) != 0 ||
        memchr(out, 0, len / 2) != NULL)
        goto bad;
    out[len / 2] = '\0';
    return INC_OK;
bad:
    st = inc_fail(err, INC_E_RANGE, 0, "this is not a cursor of a list");
    inc_err_where(err, "cursor");
    inc_err_hint(err, "give back the cursor of the page before as it came, or "
                      "none for the first page");
    return st;
}

struct page {
    const struct inc_job *job;
    enum inc_record_kind kind;
    const char *office; /* or NULL */
    struct inc_writer *w;
    int64_t limit, count, looked;
    char last[INC_ID_MAX + 1];
    int more; /* stopped before the end */
};

static const char *
office_of(enum inc_record_kind kind, const union inc_record *r)
{
    switch (kind) {
    case INC_RECORD_CANDIDATE:
        return r->candidate.office;
    case INC_RECORD_NEED:
        return r->need.office;
    case INC_RECORD_USER:
        return NULL; /* of none: a user may be of many */
    case INC_RECORD_COMPANY:
    case INC_RECORD_KINDS:
        break;
    }
    return r->company.office;
}

static enum inc_status
add_record(void *arg, uint64_t no, const union inc_record *r)
{
    struct page *p = arg;
    const char *office = office_of(p->kind, r);

    (void)no;
    if (p->count == p->limit || p->w->buf->len > PAGE_BYTES ||
        p->looked == LOOKED_MAX) {
        p->more = 1;
        return INC_E_LIMIT; /* stops the walk */
    }
    p->looked++;
    (void)strncpy(p->last, inc_record_id(p->kind, r), INC_ID_MAX);
    if (p->office != NULL && (office == NULL || strcmp(office, p->office) != 0))
        return INC_OK;
    if (!inc_route_in_scope(p->job, p->kind, r))
        return INC_OK;
    inc_schema_encode(p->w, inc_record_type(p->kind), r);
    p->count++;
    return INC_OK;
}

enum inc_status
inc_on_list(struct inc_desk *d, struct inc_job *j,
            const struct inc_image *image, struct inc_writer *w,
            struct inc_err *err)
{
    struct inc_list body = {0};
    struct inc_view *view = NULL;
    struct inc_arena walk = {0}; /* reset by the walk: not the request's */
    char after[INC_ID_MAX + 1], cursor[2 * INC_ID_MAX + 1];
    struct page page = {.job = j, .kind = inc_route_kind(j->op), .w = w};
    enum inc_status st = INC_OK;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    if (body.cursor != NULL)
        INC_TRY(cursor_read(after, body.cursor, err));
    page.office = body.office;
    page.limit = body.limit;
    if (inc_arenas_take(d->arenas, &walk) != INC_OK) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a page");
        goto out;
    }
    INC_TRY(inc_view_open(&view, d->o.store, err));
    inc_w_map(w);
    inc_w_key(w, "items");
    inc_w_list(w);
    st = inc_view_walk(view, page.kind, body.cursor != NULL ? after : NULL,
                       &walk, add_record, &page, err);
    if (st != INC_OK && !page.more)
        goto out;
    st = INC_OK;
    inc_w_end(w);
    if (page.more) {
        cursor_write(cursor, page.last);
        inc_w_ktext(w, "cursor", cursor);
    }
    inc_w_end(w);
out:
    inc_view_close(view);
    inc_arenas_give(d->arenas, &walk);
    return st;
}
